// Rejected: a relation through rows in between is joined to the one before it.
// Because:  it is two steps, and two steps are one statement: `joined()` makes its own two one.
// Instead:  accepted/loading/two_relations_by_one_statement.rs
use diesel::prelude::*;
use moored::prelude::*;

diesel::table! { guilds (id) { id -> Integer } }
diesel::table! { quests (id) { id -> Integer, guild_id -> Integer } }
diesel::table! { heroes (id) { id -> Integer } }
diesel::table! { parties (quest_id, hero_id) { quest_id -> Integer, hero_id -> Integer } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = guilds)]
#[entity(has_many(quests: Quest, by = guild))]
struct Guild {
    #[entity(key, generated)]
    id: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = quests)]
#[entity(many_to_many(heroes: Hero, through = Party, by = quest, to = hero))]
struct Quest {
    #[entity(key, generated)]
    id: i32,
    #[entity(belongs_to = Guild)]
    guild_id: Key<Guild>,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = heroes)]
struct Hero {
    #[entity(key, generated)]
    id: i32,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = parties)]
struct Party {
    #[entity(key, belongs_to = Quest)]
    quest_id: Key<Quest>,
    #[entity(key, belongs_to = Hero)]
    hero_id: Key<Hero>,
}

fn main() -> moored::Result<()> {
    let orm = Orm::<moored_sqlite::Sqlite>::connect(":memory:")?;
    orm.session(|session| {
        let guilds = session.select::<Guild>(Select::all()).all()?;
        session.populate(&guilds, Guild::quests().then_joined(Quest::heroes()))?;
        Ok(())
    })
}
