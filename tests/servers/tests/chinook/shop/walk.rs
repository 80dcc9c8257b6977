//! From every artist to the customers who bought their tracks: as many statements as levels, however many rows.

use std::collections::BTreeMap;

use moored::prelude::*;
use moored::{Result, StatementLog};

use super::entities::*;
use super::sql::is_question;

/// How often each customer bought a track of each artist, by their keys.
type Bought = BTreeMap<(i32, i32), usize>;

/// Walks from one artist, and from all, and compares what is found with what the foreign keys say.
pub(crate) fn walk<B: Backend>(orm: &Orm<B>, log: &StatementLog)
where
    Artist: Entity<B>,
    Album: Entity<B>,
    Track: Entity<B>,
    Invoice: Entity<B>,
    InvoiceLine: Entity<B>,
    Customer: Entity<B>,
{
    let expected = by_foreign_keys(orm).unwrap();
    assert!(!expected.is_empty());
    let &(first, _) = expected.keys().next().unwrap();
    let (one, statements_of_one) = by_relations(orm, log, Artist::ID.eq(first).into()).unwrap();
    let (all, statements_of_all) = by_relations(orm, log, Artist::ID.gt(0).into()).unwrap();
    assert_eq!(all, expected);
    assert_eq!(one, expected.into_iter().filter(|((artist, _), _)| *artist == first).collect());
    assert_eq!((statements_of_one, statements_of_all), (5, 5));
}

fn by_relations<B: Backend>(
    orm: &Orm<B>,
    log: &StatementLog,
    artists: Select<Artist>,
) -> Result<(Bought, usize)>
where
    Artist: Entity<B>,
    Album: Entity<B>,
    Track: Entity<B>,
    Invoice: Entity<B>,
    InvoiceLine: Entity<B>,
    Customer: Entity<B>,
{
    orm.read(|session| {
        let artists = session.select(artists).all()?;
        let to_customers = InvoiceLine::invoice().then(Invoice::customer());
        let plan = Artist::albums().then(Album::tracks().then(Track::lines().then(to_customers)));
        log.take();
        let artists = session.populate(&artists, plan)?;
        let statements = log.take().iter().filter(|statement| !is_question(statement)).count();
        let mut bought = Bought::new();
        for artist in &artists {
            for album in session.nested(artist, Artist::albums())? {
                for track in session.nested(&album, Album::tracks())? {
                    for line in session.nested(&track, Track::lines())? {
                        let invoice = session.nested(&line, InvoiceLine::invoice())?;
                        let customer = session.related(&invoice, Invoice::customer())?;
                        *bought.entry((session[artist].id, session[&customer].id)).or_default() += 1;
                    }
                }
            }
        }
        assert!(log.take().is_empty(), "reading sends nothing");
        Ok((bought, statements))
    })
}

fn by_foreign_keys<B: Backend>(orm: &Orm<B>) -> Result<Bought>
where
    Album: Entity<B>,
    Track: Entity<B>,
    Invoice: Entity<B>,
    InvoiceLine: Entity<B>,
{
    orm.read(|session| {
        let mut artist_of = BTreeMap::new();
        for album in session.select(Album::ID.gt(0)).all()? {
            artist_of.insert(session.key(&album), session[&album].artist_id);
        }
        let mut album_of = BTreeMap::new();
        for track in session.select(Track::ID.gt(0)).all()? {
            album_of.extend(session[&track].album_id.map(|album| (session.key(&track), album)));
        }
        let mut customer_of = BTreeMap::new();
        for invoice in session.select(Invoice::ID.gt(0)).all()? {
            customer_of.insert(session.key(&invoice), session[&invoice].customer_id);
        }
        let mut bought = Bought::new();
        for line in session.select(InvoiceLine::ID.gt(0)).all()? {
            let line = &session[&line];
            let artist = album_of.get(&line.track_id).map(|album| artist_of[album]);
            if let Some(artist) = artist {
                let customer = customer_of[&line.invoice_id];
                *bought.entry((*artist.value(), *customer.value())).or_default() += 1;
            }
        }
        Ok(bought)
    })
}
