// Rejected: writing an authority of one's own.
// Because:  the traits are sealed: only the library gives authority.
// Instead:  accepted/authority/caller_flushes.rs

struct Mine;

impl moored::Authority for Mine {}

impl moored::FlushAuthority for Mine {}

fn main() -> moored::Result<()> {
    Ok(())
}
