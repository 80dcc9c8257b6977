//! Values that are collected before their statement is sent, each by itself or in arrays.
//!
//! The bytes of values that were bound one by one are what an array of them contains, so nothing has to be known of their
//! type but its two numbers. The form is that of `array_recv`:
//! <https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/arrayfuncs.c>.

use diesel::QueryResult;
use diesel::pg::{Pg, PgConnection, PgTypeMetadata};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::Error::SerializationError;
use moored::backend::{Collected, Form};

pub(crate) fn collect(
    connection: &mut PgConnection,
    values: &[&dyn QueryFragment<Pg>],
    form: Form,
) -> QueryResult<Option<Collected<Pg>>> {
    let mut all = RawBytesBindCollector::<Pg>::new();
    for values in values {
        match form {
            Form::Single => values.collect_binds(&mut all, connection, &Pg)?,
            Form::Arrays => {
                let mut single = RawBytesBindCollector::<Pg>::new();
                values.collect_binds(&mut single, connection, &Pg)?;
                if !push_array(&mut all, &single)? {
                    return Ok(None);
                }
            }
        }
    }
    let bytes = all.binds.iter().flatten().map(Vec::len).sum();
    Ok(Some(Collected { values: Box::new(Values(all)), bytes }))
}

/// Values that were collected.
struct Values(RawBytesBindCollector<Pg>);

impl QueryFragment<Pg> for Values {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_collector_data(&self.0)
    }
}

/// Adds the values as one array; `false` when their type has none.
fn push_array(out: &mut RawBytesBindCollector<Pg>, single: &RawBytesBindCollector<Pg>) -> QueryResult<bool> {
    let Some(element) = single.metadata.first() else { return Ok(false) };
    let oid = element.oid().map_err(|error| SerializationError(Box::new(error)))?;
    let array = element.array_oid().map_err(|error| SerializationError(Box::new(error)))?;
    // An array itself has none.
    if array == 0 {
        return Ok(false);
    }
    out.metadata.push(PgTypeMetadata::new(array, 0));
    out.binds.push(Some(array_of(oid, &single.binds)?));
    Ok(true)
}

/// The array of one dimension that counts from one.
fn array_of(oid: u32, elements: &[Option<Vec<u8>>]) -> QueryResult<Vec<u8>> {
    let bytes: usize = elements.iter().flatten().map(Vec::len).sum();
    let mut array = Vec::with_capacity(20 + 4 * elements.len() + bytes);
    array.extend(1_i32.to_be_bytes());
    array.extend(i32::from(elements.iter().any(Option::is_none)).to_be_bytes());
    array.extend(oid.to_be_bytes());
    array.extend(length(elements.len())?);
    array.extend(1_i32.to_be_bytes());
    for element in elements {
        match element {
            Some(bytes) => {
                array.extend(length(bytes.len())?);
                array.extend_from_slice(bytes);
            }
            None => array.extend((-1_i32).to_be_bytes()),
        }
    }
    Ok(array)
}

fn length(length: usize) -> QueryResult<[u8; 4]> {
    let length = i32::try_from(length).map_err(|error| SerializationError(Box::new(error)))?;
    Ok(length.to_be_bytes())
}
