//! Relations of several columns, in every place that such a column can have.

use diesel::prelude::*;
use moored::{Entity, Key};

use crate::schema::{claims, halls, passes, plaques, stalls, stamps, tickets};

/// What all the keys below are made of.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = halls)]
#[entity(has_many(stalls: Stall, by = hall))]
pub struct Hall {
    #[entity(key, generated)]
    pub id: i32,
    pub name: String,
}

/// A key that is partly a relation, and a relation to another row of the same hall: it shares the column of the hall.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = stalls)]
#[entity(belongs_to(Stall, name = neighbour, columns(hall_id, beside)))]
#[entity(
    has_many(tickets: Ticket, by = stall),
    has_one(plaque: Plaque, by = stall),
    many_to_many(swaps: Stall, through = Ticket, by = stall, to = swap)
)]
pub struct Stall {
    #[entity(key, belongs_to = Hall)]
    pub hall_id: Key<Hall>,
    #[entity(key)]
    pub number: i32,
    pub beside: Option<i32>,
}

/// One required relation of two columns and one that may be missing.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = tickets)]
#[entity(
    belongs_to(Stall, name = stall, columns(hall_id, number)),
    belongs_to(Stall, name = swap, columns(swap_hall, swap_number))
)]
pub struct Ticket {
    #[entity(key, generated)]
    pub id: i32,
    pub hall_id: i32,
    pub number: i32,
    pub swap_hall: Option<i32>,
    pub swap_number: Option<i32>,
    #[entity(version)]
    pub version: i32,
}

/// The key begins with that of a stall.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = passes)]
#[entity(belongs_to(Stall, name = stall, columns(hall_id, number)))]
pub struct Pass {
    #[entity(key)]
    pub hall_id: Key<Hall>,
    #[entity(key)]
    pub number: i32,
    #[entity(key)]
    pub day: i32,
}

/// Refers to a row whose key refers to a row whose key refers to a hall.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = stamps)]
#[entity(belongs_to(Pass, name = pass, columns(hall_id, number, day)))]
pub struct Stamp {
    #[entity(key)]
    pub id: i32,
    pub hall_id: Key<Hall>,
    pub number: i32,
    pub day: i32,
}

/// The key is that of a stall: at most one for each.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = plaques)]
#[entity(belongs_to(Stall, name = stall, columns(hall_id, number)))]
pub struct Plaque {
    #[entity(key)]
    pub hall_id: i32,
    #[entity(key)]
    pub number: i32,
    pub text: String,
}

/// A constraint that is deferred where the database can.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = claims)]
#[entity(belongs_to(Stall, name = stall, columns(hall_id, number), deferred))]
pub struct Claim {
    #[entity(key)]
    pub id: i32,
    pub hall_id: Key<Hall>,
    pub number: i32,
}
