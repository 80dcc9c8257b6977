//! The name of a table, looked for in the text of a query.

/// The name of a table without its schema and quotes, in small letters.
///
/// A fragment of SQL in a Diesel query may spell it with or without quotes and schema, and in capitals. Where it is found in a
/// query that does not mean the table, there is one flush too many.
pub(crate) struct TableName(String);

impl TableName {
    /// Of a name in the database's quotes, with its schema if it has one.
    pub(crate) fn of(quoted: &str) -> Self {
        let name = match quoted.chars().last().filter(|last| !is_of_a_name(*last)) {
            Some(quote) => {
                let name = quoted.rsplit_once(&format!("{quote}.{quote}")).map_or(quoted, |(_, name)| name);
                name.trim_matches(quote)
            }
            None => quoted.rsplit('.').next().unwrap_or(quoted),
        };
        Self(name.to_ascii_lowercase())
    }

    /// Whether a text in small letters has the name as a word.
    pub(crate) fn occurs_in(&self, sql: &str) -> bool {
        sql.match_indices(&self.0).any(|(at, name)| {
            let (before, rest) = sql.split_at(at);
            let after = rest.get(name.len()..).unwrap_or_default();
            !before.ends_with(is_of_a_name) && !after.starts_with(is_of_a_name)
        })
    }
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

#[cfg(test)]
mod tests {
    use super::TableName;

    #[test]
    fn a_table_is_found_however_it_is_spelled() {
        for quoted in [r#""public"."Books""#, "`Books`", "books", "app.books"] {
            let name = TableName::of(quoted);
            for sql in [
                r#"select 1 from "public"."books""#,
                "select 1 from books",
                "select 1 from (books) as b",
                "exists (select 1 from public.books where x)",
                "select 1 from [books]",
                "update `books` set",
            ] {
                assert!(name.occurs_in(sql), "{quoted} in {sql}");
            }
            for sql in ["select 1 from audiobooks", "select books_read from x", "select 1 from book"] {
                assert!(!name.occurs_in(sql), "{quoted} in {sql}");
            }
        }
        assert!(TableName::of(r#""a"".""b""#).occurs_in(r#"select 1 from "a"".""b""#));
    }
}
