// Accepted: who has the session changes rows by a condition, and inserts or updates them by a declared unique set.
use diesel::prelude::*;
use moored::prelude::*;
use shop::*;

fn main() -> moored::Result<()> {
    shop::orm().session(|session| {
        let hers = authors::table.filter(authors::name.eq("Arya")).select(authors::id);
        let hers = books::table.filter(books::author_id.eq_any(hers));
        let set = (books::pages.eq(books::pages + 1), books::title.eq("No One"));
        assert_eq!(session.update_all::<Book>(hers).set(set).execute()?, 1);
        assert_eq!(session.update_where(Book::PAGES.gt(100)).set(Book::PAGES.to(100)).execute()?, 1);

        let draft = NewAuthor::new("No One").email("arya@wall.example");
        let arya = session.upsert(draft).on_conflict(Author::BY_EMAIL).update(Author::NAME).execute()?;
        assert_eq!((session[&arya].id, session[&arya].version), (1, 2));
        let tags = ["war", "wolves"].map(|name| Tag { name: name.into(), color: "grey".into() });
        let tags = session.upsert_many(tags).on_conflict(UniqueSet::KEY).keep().execute()?;
        let colors: Vec<_> = tags.iter().map(|tag| session[tag].color.as_str()).collect();
        assert_eq!(colors, ["red", "grey"]);

        assert_eq!(session.delete_all::<Tag>(tags::table.filter(tags::color.eq("red"))).execute()?, 1);
        Ok(())
    })
}
