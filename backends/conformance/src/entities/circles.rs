//! Entities that require each other: a circle that a NULL breaks, and one that nothing breaks.

use diesel::prelude::*;
use moored::{Entity, Key};

use crate::schema::{chickens, eggs, players, teams};

/// May have a captain, who is one of its players.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = teams)]
pub struct Team {
    #[entity(key, generated)]
    pub id: i32,
    pub name: String,
    #[entity(belongs_to = Player)]
    pub captain_id: Option<Key<Player>>,
}

/// Must have a team, and a number that is unique in it and never NULL.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = players)]
#[entity(unique(team_id, number))]
pub struct Player {
    #[entity(key, generated)]
    pub id: i32,
    #[entity(belongs_to = Team)]
    pub team_id: Key<Team>,
    pub number: i32,
}

/// Needs an egg.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = chickens)]
pub struct Chicken {
    #[entity(key, generated)]
    pub id: i32,
    #[entity(belongs_to = Egg)]
    pub egg_id: Key<Egg>,
}

/// Needs a chicken.
#[derive(Entity, Queryable, Clone, Debug, PartialEq)]
#[diesel(table_name = eggs)]
pub struct Egg {
    #[entity(key, generated)]
    pub id: i32,
    #[entity(belongs_to = Chicken)]
    pub chicken_id: Key<Chicken>,
}
