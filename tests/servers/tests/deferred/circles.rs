//! Rows that require each other, with keys of the client's: one flush, and no fix-up.

use moored::prelude::*;
use moored_server_tests::Place;

use crate::couples::*;

pub(crate) fn two_go_in_and_out_without_a_fix_up<B: Backend>(place: Place<B>)
where
    Husband: Entity<B>,
    Wife: Entity<B>,
    Dancer: Entity<B>,
{
    let (orm, log) = open(&place);
    orm.session(|session| {
        let ned = session.persist(husband(1, 2))?;
        let cat = session.persist(wife(2, 1))?;
        session.flush()?;
        assert_eq!(sent(&log), ["BEGIN", "INSERT", "INSERT", "COMMIT"]);
        session.refresh(&ned)?;
        session.refresh(&cat)?;
        assert_eq!(session[&ned].wife_id, session.key(&cat));
        assert_eq!(session[&cat].husband_id, session.key(&ned));
        log.take();
        let _ = session.remove(cat)?;
        let _ = session.remove(ned)?;
        session.flush()?;
        assert_eq!(sent(&log), ["BEGIN", "DELETE", "DELETE", "COMMIT"]);
        Ok(())
    })
    .unwrap();
    assert_has(&orm, [&[], &[], &[]]);
}

pub(crate) fn many_go_in_and_out_in_one_statement_each<B: Backend>(place: Place<B>)
where
    Husband: Entity<B>,
    Wife: Entity<B>,
    Dancer: Entity<B>,
{
    const COUPLES: i32 = 8;
    let (orm, log) = open(&place);
    orm.session(|session| {
        let (mut husbands, mut wives) = (Vec::new(), Vec::new());
        for id in 1..=COUPLES {
            // Each wife is of another couple than her husband thinks.
            husbands.push(session.persist(husband(id, id % COUPLES + 1))?);
            wives.push(session.persist(wife(id, id))?);
        }
        let steps: Vec<_> = session.plan()?.steps().iter().map(|step| step.rows.len()).collect();
        assert_eq!(steps, [COUPLES as usize; 2]);
        session.flush()?;
        assert_eq!(sent(&log), ["BEGIN", "INSERT", "INSERT", "COMMIT"]);
        for (ned, cat) in husbands.into_iter().zip(wives) {
            let _ = session.remove(ned)?;
            let _ = session.remove(cat)?;
        }
        session.flush()?;
        assert_eq!(sent(&log), ["BEGIN", "DELETE", "DELETE", "COMMIT"]);
        Ok(())
    })
    .unwrap();
    assert_has(&orm, [&[], &[], &[]]);
}

pub(crate) fn a_ring_in_one_table_is_one_statement<B: Backend>(place: Place<B>)
where
    Husband: Entity<B>,
    Wife: Entity<B>,
    Dancer: Entity<B>,
{
    let (orm, log) = open(&place);
    orm.session(|session| {
        let ring = (1..=6).map(|id| session.persist(Dancer { id, next_id: Key::new(id % 6 + 1) }));
        let mut ring = ring.collect::<moored::Result<Vec<_>>>()?;
        let steps: Vec<_> = session.plan()?.steps().iter().map(|step| step.rows.len()).collect();
        assert_eq!(steps, [6]);
        session.flush()?;
        assert_eq!(without_transaction(&log), ["INSERT"]);
        // One leaves, and the ring closes behind.
        session.link(&ring[2], Dancer::next(), &ring[4])?;
        let _ = session.remove(ring.remove(3))?;
        session.flush()?;
        assert_eq!(without_transaction(&log), ["UPDATE", "DELETE"]);
        for dancer in ring {
            let _ = session.remove(dancer)?;
        }
        session.flush()?;
        assert_eq!(without_transaction(&log), ["DELETE"]);
        Ok(())
    })
    .unwrap();
    assert_has(&orm, [&[], &[], &[]]);
}

pub(crate) fn one_stays_with_another<B: Backend>(place: Place<B>)
where
    Husband: Entity<B>,
    Wife: Entity<B>,
    Dancer: Entity<B>,
{
    let (orm, log) = open(&place);
    orm.session(|session| {
        let ned = session.persist(husband(1, 2))?;
        let cat = session.persist(wife(2, 1))?;
        session.flush()?;
        sent(&log);
        let lyanna = session.persist(wife(3, 1))?;
        session.link(&ned, Husband::wife(), &lyanna)?;
        let _ = session.remove(cat)?;
        session.flush()?;
        assert_eq!(sent(&log), ["BEGIN", "UPDATE", "INSERT", "DELETE", "COMMIT"]);
        session.refresh(&ned)?;
        assert_eq!(session[&ned].wife_id, session.key(&lyanna));
        Ok(())
    })
    .unwrap();
    assert_has(&orm, [&[1], &[3], &[]]);
}
