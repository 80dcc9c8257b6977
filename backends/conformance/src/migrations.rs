//! Migrations that every database takes, and some that none does.

use diesel::backend::Backend;
use diesel::connection::BoxableConnection;
use diesel::migration::{
    Migration, MigrationMetadata, MigrationName, MigrationSource, MigrationVersion, Result,
};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

/// Four, of which two count up.
pub const ALL: EmbeddedMigrations = embed_migrations!("migrations/all");
/// Three, of which the second makes a table and fails.
pub const BROKEN: EmbeddedMigrations = embed_migrations!("migrations/broken");
/// One that counts up outside of a transaction.
pub const OUTSIDE: EmbeddedMigrations = embed_migrations!("migrations/outside");

/// One that takes its time and counts up, or panics.
#[derive(Clone, Copy, Debug)]
pub enum Program {
    Slow(u8),
    Panics,
}

/// Programs as a source.
#[derive(Clone, Copy, Debug)]
pub struct Programs(pub &'static [Program]);

impl<DB: Backend> MigrationSource<DB> for Programs {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<DB>>>> {
        Ok(self.0.iter().map(|program| Box::new(*program) as Box<dyn Migration<DB>>).collect())
    }
}

impl<DB: Backend> Migration<DB> for Program {
    fn run(&self, connection: &mut dyn BoxableConnection<DB>) -> Result<()> {
        match self {
            Self::Panics => panic!("in the middle of a migration"),
            Self::Slow(_) => {
                std::thread::sleep(std::time::Duration::from_millis(30));
                Ok(connection.batch_execute("UPDATE counters SET value = value + 1")?)
            }
        }
    }

    fn revert(&self, _: &mut dyn BoxableConnection<DB>) -> Result<()> {
        Ok(())
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        self
    }

    fn name(&self) -> &dyn MigrationName {
        self
    }
}

impl MigrationMetadata for Program {}

impl MigrationName for Program {
    fn version(&self) -> MigrationVersion<'_> {
        self.to_string().into()
    }
}

impl std::fmt::Display for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Slow(number) => write!(f, "2026020{number}"),
            Self::Panics => f.write_str("20260301"),
        }
    }
}
