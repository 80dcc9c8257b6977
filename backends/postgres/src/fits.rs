//! Which declared types fit a column: those of the same object identifier, since values are sent in binary.

use diesel::pg::PgTypeMetadata;
use moored::backend::LiveColumn;

/// `text`, and what is sent like it: `varchar`, `char(n)`, `name`.
const TEXTS: [u32; 4] = [25, 1043, 1042, 19];
/// Arrays of them.
const TEXT_ARRAYS: [u32; 4] = [1009, 1015, 1014, 1003];

pub(crate) fn fits(declared: &PgTypeMetadata, live: &LiveColumn) -> bool {
    // Of a type that is looked up by its name there may be none.
    let Ok(declared) = declared.oid() else { return false };
    let is_like = |number: &u32| {
        let both = |texts: &[u32]| texts.contains(number) && texts.contains(&declared);
        *number == declared || both(&TEXTS) || both(&TEXT_ARRAYS)
    };
    live.type_numbers.iter().any(is_like)
}
