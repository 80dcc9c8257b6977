//! Rows of the three kinds that are told apart in different ways: by a key that the database makes, by one that the program
//! makes, and by one of several columns. Of each the database fills a column with what depends on the row.

use diesel::prelude::*;
use moored::Result;
use moored::entity::Model;
use moored::prelude::*;
use moored_server_tests::Flavour;

diesel::table! {
    parcels (id) {
        id -> Integer,
        label -> Text,
        grams -> Integer,
        fee -> Integer,
        state -> Text,
    }
}

diesel::table! {
    coupons (code) {
        code -> Text,
        percent -> Integer,
        permille -> Integer,
        state -> Text,
    }
}

diesel::table! {
    places (shelf, place) {
        shelf -> Integer,
        place -> Text,
        height -> Integer,
        top -> Integer,
        state -> Text,
    }
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = parcels)]
pub(crate) struct Parcel {
    #[entity(key, generated)]
    pub(crate) id: i32,
    pub(crate) label: String,
    pub(crate) grams: i32,
    #[entity(generated)]
    pub(crate) fee: i32,
    #[entity(default)]
    pub(crate) state: String,
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = coupons)]
pub(crate) struct Coupon {
    #[entity(key)]
    pub(crate) code: String,
    pub(crate) percent: i32,
    #[entity(generated)]
    pub(crate) permille: i32,
    #[entity(default)]
    pub(crate) state: String,
}

#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = places)]
pub(crate) struct Compartment {
    #[entity(key)]
    pub(crate) shelf: i32,
    #[entity(key)]
    pub(crate) place: String,
    pub(crate) height: i32,
    #[entity(generated)]
    pub(crate) top: i32,
    #[entity(default)]
    pub(crate) state: String,
}

/// The SQL that makes the tables.
pub(crate) fn tables(flavour: Flavour) -> String {
    let key = match flavour {
        Flavour::Sqlite => "INTEGER PRIMARY KEY",
        Flavour::Postgres => "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        _ => "INTEGER AUTO_INCREMENT PRIMARY KEY",
    };
    let state = "state VARCHAR(20) NOT NULL DEFAULT 'new'";
    format!(
        "CREATE TABLE parcels (id {key}, label VARCHAR(50) NOT NULL, grams INTEGER NOT NULL,
             fee INTEGER GENERATED ALWAYS AS (grams * 3) STORED, {state});
         CREATE TABLE coupons (code VARCHAR(50) NOT NULL PRIMARY KEY, percent INTEGER NOT NULL,
             permille INTEGER GENERATED ALWAYS AS (percent * 10) STORED, {state});
         CREATE TABLE places (shelf INTEGER NOT NULL, place VARCHAR(50) NOT NULL, height INTEGER NOT NULL,
             top INTEGER GENERATED ALWAYS AS (height + 1) STORED, {state}, PRIMARY KEY (shelf, place))"
    )
}

/// What the database puts into a new row, and what `change` makes of it.
const STATES: [&str; 2] = ["new", "changed"];

/// A kind of row, whatever its type.
pub(crate) trait Thing: Model + PartialEq + std::fmt::Debug {
    /// Persists row `number`, by which alone it is told from the others.
    fn persist<'s, B: Backend>(uow: &mut UnitOfWork<'s, B>, number: i32) -> Result<Handle<'s, Self, New>>
    where
        Self: Entity<B>;

    /// Edits what has nothing to do with the number.
    fn change(&mut self);

    /// The number of the row, from what the program wrote into it.
    fn number(&self) -> i32;

    /// Whether the database filled it with what belongs to this row.
    fn is_whole(&self) -> bool;
}

impl Thing for Parcel {
    fn persist<'s, B: Backend>(uow: &mut UnitOfWork<'s, B>, number: i32) -> Result<Handle<'s, Self, New>>
    where
        Self: Entity<B>,
    {
        uow.persist(NewParcel::new(format!("parcel {number}"), number))
    }

    fn change(&mut self) {
        STATES[1].clone_into(&mut self.state);
    }

    fn number(&self) -> i32 {
        assert_eq!(self.label, format!("parcel {}", self.grams));
        self.grams
    }

    fn is_whole(&self) -> bool {
        self.fee == self.grams * 3 && STATES.contains(&&self.state[..])
    }
}

impl Thing for Coupon {
    fn persist<'s, B: Backend>(uow: &mut UnitOfWork<'s, B>, number: i32) -> Result<Handle<'s, Self, New>>
    where
        Self: Entity<B>,
    {
        uow.persist(NewCoupon::new(code(number), number))
    }

    fn change(&mut self) {
        STATES[1].clone_into(&mut self.state);
    }

    fn number(&self) -> i32 {
        assert_eq!(self.code, code(self.percent));
        self.percent
    }

    fn is_whole(&self) -> bool {
        self.permille == self.percent * 10 && STATES.contains(&&self.state[..])
    }
}

impl Thing for Compartment {
    fn persist<'s, B: Backend>(uow: &mut UnitOfWork<'s, B>, number: i32) -> Result<Handle<'s, Self, New>>
    where
        Self: Entity<B>,
    {
        uow.persist(NewCompartment::new(number % 7, code(number), number))
    }

    fn change(&mut self) {
        STATES[1].clone_into(&mut self.state);
    }

    fn number(&self) -> i32 {
        assert_eq!((self.shelf, &self.place), (self.height % 7, &code(self.height)));
        self.height
    }

    fn is_whole(&self) -> bool {
        self.top == self.height + 1 && STATES.contains(&&self.state[..])
    }
}

/// A text that sorts otherwise than its number.
fn code(number: i32) -> String {
    format!("{}-{number}", number * 7_919 % 1_009)
}
