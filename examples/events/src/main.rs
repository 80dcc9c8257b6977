//! `cargo run -p events` writes, changes and deletes an article, and shows what the subscribers made of it.

use std::error::Error;

use events::article::{Article, NewArticle};
use events::audit::{Audit, acting_as};
use events::schema::{articles, audits};
use events::{open, outbox, soft_delete};

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let orm = open(":memory:", || println!("(committed)"))?;
    let key = acting_as("Ada", || {
        orm.session(|session| {
            let article = session.persist(NewArticle::new("On Engines"))?;
            session.flush()?;
            let article = session.promote(&article)?;
            session.edit(&article)?.title = "On Analytical Engines".into();
            session.flush()?;
            Ok(session.key(&article))
        })
    })?;
    acting_as("Charles", || {
        orm.session(|session| {
            let article = session.reference::<Article>(key)?;
            session.remove(article)?;
            session.flush()
        })
    })?;
    outbox::send(&orm, |message| {
        println!("sent: {message}");
        Ok(())
    })?;
    orm.read(|session| {
        for audit in session.query::<Audit>(audits::table).all()? {
            println!("{}: {}", session[&audit].who, session[&audit].what);
        }
        let (living, all) = (
            session.query::<Article>(soft_delete::living()).count()?,
            session.query::<Article>(articles::table).count()?,
        );
        println!("{living} of {all} articles are left");
        Ok(())
    })?;
    Ok(())
}
