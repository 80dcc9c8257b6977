// Accepted: rows that stand in a list are pushed, put in order, and read a page at a time.
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use moored::prelude::*;
use moored_sqlite::Sqlite;

diesel::table! { quests (id) { id -> Integer, name -> Text } }
diesel::table! { stages (id) { id -> Integer, quest_id -> Integer, place -> Integer, title -> Text } }

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
#[entity(unique(quest_id, place))]
struct Stage {
    #[entity(key, generated)]
    id: i32,
    #[entity(belongs_to = Quest)]
    quest_id: Key<Quest>,
    #[entity(position)]
    place: i32,
    title: String,
}

fn main() -> moored::Result<()> {
    let orm = Orm::<Sqlite>::connect(":memory:")?;
    orm.with_connection(|connection| {
        connection.batch_execute(
            "CREATE TABLE quests (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
             CREATE TABLE stages (id INTEGER PRIMARY KEY, quest_id INTEGER NOT NULL REFERENCES quests,
                 place INTEGER NOT NULL, title TEXT NOT NULL, UNIQUE (quest_id, place));",
        )?;
        Ok(())
    })?;
    orm.session(|session| {
        let quest = session.persist(NewQuest::new("North"))?;
        for title in ["winterfell", "wall"] {
            let mut stages = session.collection(&quest, Quest::stages());
            stages.push_with(|quest, place| NewStage::new(quest, place, title))?;
        }
        session.flush()?;
        let quest = session.promote(&quest)?;
        let mut stages = session.collection(&quest, Quest::stages());
        let rows = stages.rows()?;
        stages.reorder(rows.iter().rev())?;
        let first = stages.select(Stage::PLACE.ge(0).order(Stage::PLACE.asc()).limit(1))?.one()?;
        assert_eq!(session[&first].title, "wall"); // the new order was flushed
        let last = session.select_each(&quest, Quest::stages(), Stage::PLACE.desc().limit(1))?;
        let titles: Vec<&str> = last.iter().flatten().map(|stage| session[stage].title.as_str()).collect();
        assert_eq!(titles, ["winterfell"]);
        Ok(())
    })
}
