// Rejected: an `ordered` relation to rows that have no position.
// Because:  a column has to say where each of them stands.
// Instead:  accepted/collection/a_list_and_a_page_of_it.rs
use diesel::prelude::*;
use moored::prelude::*;

diesel::table! { quests (id) { id -> Integer, name -> Text } }
diesel::table! { stages (id) { id -> Integer, quest_id -> Integer, place -> Integer } }

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = quests)]
#[entity(has_many(stages: Stage, by = quest, ordered))]
struct Quest {
    #[entity(key, generated)]
    id: i32,
    name: String,
}

#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = stages)]
struct Stage {
    #[entity(key, generated)]
    id: i32,
    #[entity(belongs_to = Quest)]
    quest_id: Key<Quest>,
    place: i32,
}

fn last<'s, B: Backend>(uow: &mut UnitOfWork<'s, B>, quest: &Handle<'s, Quest, Managed>) -> moored::Result<usize>
where
    Quest: Entity<B>,
    Stage: Entity<B>,
{
    uow.collection(quest, Quest::stages()).count()
}

fn main() {}
