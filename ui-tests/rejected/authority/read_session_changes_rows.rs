// Rejected: the other verbs that change what a session has in memory, in a read session.
// Because:  a read session has nothing to write, and keeps what was read as it is.
// Instead:  accepted/authority/session_has_every_verb.rs
use moored::prelude::*;
use shop::*;

fn change<'s>(
    session: &mut ReadSession<'s, Sqlite>,
    new: Handle<'s, Author, New>,
    removed: Handle<'s, Author, Removed>,
    managed: Handle<'s, Author, Managed>,
    detached: Detached<Author>,
) -> moored::Result<()> {
    session.edit_draft(&new)?.name = "Alayne".into();
    session.restore(removed)?;
    session.refresh(&managed)?;
    session.detach(managed)?;
    session.attach(&detached)?;
    session.after_commit(|| println!("done"));
    Ok(())
}

fn main() {
    let _ = change;
}
