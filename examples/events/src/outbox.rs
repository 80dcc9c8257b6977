//! An outbox: messages to the world are rows, written with what they tell of, and sent once that is committed.

use diesel::prelude::*;
use moored::event::Events;
use moored::prelude::*;
use moored::{Error, Lock};
use moored_sqlite::Sqlite;

use crate::article::Article;
use crate::schema::messages;

/// A message that is still to be sent.
#[derive(Entity, Queryable, Clone, Debug)]
#[diesel(table_name = messages)]
pub struct Message {
    /// The oldest is sent first.
    #[entity(key, generated)]
    pub id: i32,
    /// What is sent.
    pub text: String,
}

/// Writes a message for every new article, and calls `wake` once there may be something to send.
pub fn subscribe(events: &mut Events<'_, Sqlite>, wake: impl Fn() + Send + Sync + 'static) {
    events.after_create::<Article>(|event, article| {
        let text = format!("new: {} at /articles/{}", event[&article].title, event[&article].id);
        event.persist(NewMessage::new(text))?;
        Ok(())
    });
    events.after_commit(move |_| wake());
}

/// Sends what waits, one message a transaction, each at least once: a message whose delivery fails, or after which the program
/// ends, is sent again. Says how many were sent.
///
/// Several senders can run at once where the database locks rows: each takes a message that no other one has.
///
/// # Errors
///
/// What the database reports, and the first failure of `deliver`, after which that message waits as before.
pub fn send(orm: &Orm<Sqlite>, deliver: impl Fn(&str) -> Result<(), Error>) -> Result<usize, Error> {
    for sent in 0.. {
        let is_done = orm.session(|session| {
            session.transaction(|tx| {
                let oldest = messages::table.order(messages::id);
                let Some(message) = tx.query::<Message>(oldest).lock(Lock::UPDATE).skip_locked().first()?
                else {
                    return Ok(true);
                };
                deliver(&tx[&message].text)?;
                let _ = tx.remove(message)?;
                Ok(false)
            })
        })?;
        if is_done {
            return Ok(sent);
        }
    }
    Ok(0)
}
