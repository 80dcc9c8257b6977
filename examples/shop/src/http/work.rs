//! The unit of work of a request, as an extractor: a handler that asks for one gets one, and can use it once.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use moored::prelude::*;
use moored::{Result, Retry};
use moored_sqlite::Sqlite;

use crate::refused::Refused;

/// The unit of work of a request. Its session begins and ends on a thread that may block: what leaves it are values.
pub(crate) struct Work(Orm<Sqlite>);

impl FromRequestParts<Orm<Sqlite>> for Work {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, orm: &Orm<Sqlite>) -> Result<Self, Infallible> {
        Ok(Self(orm.clone()))
    }
}

impl Work {
    /// Reads.
    pub(crate) async fn read<R: Send + 'static>(
        self,
        work: impl for<'s> FnOnce(&mut ReadSession<'s, Sqlite>) -> Result<R, Refused> + Send + 'static,
    ) -> Result<R, Refused> {
        self.0.try_run_read(work).await
    }

    /// Reads and writes, all of it or nothing. What the client saw and somebody has changed since is an error.
    pub(crate) async fn write<R: Send + 'static>(
        self,
        work: impl for<'t, 's> FnOnce(&mut Transaction<'t, 's, Sqlite>) -> Result<R, Refused> + Send + 'static,
    ) -> Result<R, Refused> {
        self.0.try_run(|session| session.try_transaction(work)).await
    }

    /// Reads and writes what nobody has seen before, and starts over when another request was in the way.
    pub(crate) async fn write_anew<R: Send + 'static>(
        self,
        work: impl for<'t, 's> Fn(&mut Transaction<'t, 's, Sqlite>) -> Result<R, Refused> + Send + 'static,
    ) -> Result<R, Refused> {
        let policy = Retry::default().wait(Duration::from_millis(5), Duration::from_millis(100));
        let attempt = move |session: &mut Session<'_, Sqlite>| {
            session.transaction(|tx| match work(tx) {
                Ok(done) => Ok(Ok(done)),
                Err(Refused::Work(error)) => Err(error),
                // Nothing that another attempt would change.
                Err(refused) => {
                    tx.rollback();
                    Ok(Err(refused))
                }
            })
        };
        self.0.run_blocking(move |orm| orm.retry(&policy, attempt)).await?
    }
}
