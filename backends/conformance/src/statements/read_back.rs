//! What is expected of a database that cannot give columns back, made from what is expected of one that can.
//!
//! 1. An INSERT into a table that fills columns is followed by a SELECT of the rows, unless it failed: then a rollback
//!    follows.
//! 2. Outside of a transaction the two are in one of their own.
//! 3. What ends a transaction that it did not begin, began inside of one.

/// The tables of which the program supplies every column.
const FILL_NOTHING: [&str; 12] = [
    "tags",
    "book_tags",
    "co_authors",
    "devices",
    "table",
    "places",
    "seats",
    "stalls",
    "passes",
    "stamps",
    "plaques",
    "claims",
];

pub(super) fn expected(shapes: Vec<String>) -> Vec<String> {
    let mut depth = depth_at_the_start(&shapes);
    let mut all = Vec::with_capacity(shapes.len());
    let mut shapes = shapes.into_iter().peekable();
    while let Some(shape) = shapes.next() {
        depth += step(&shape);
        let failed = shapes.peek().is_some_and(|next| matches!(next.as_str(), "R" | "RB SP"));
        let table = shape.strip_prefix("INSERT ").filter(|table| !failed && !FILL_NOTHING.contains(table));
        let Some(select) = table.map(|table| format!("SELECT {table}")) else {
            all.push(shape);
            continue;
        };
        if depth == 0 {
            all.extend(["B".to_owned(), shape, select, "C".to_owned()]);
        } else {
            all.extend([shape, select]);
        }
    }
    all
}

fn step(shape: &str) -> i32 {
    match shape {
        "B" | "SP" => 1,
        "C" | "R" | "RELEASE" | "RB SP" => -1,
        _ => 0,
    }
}

fn depth_at_the_start(shapes: &[String]) -> i32 {
    let depths = shapes.iter().scan(0, |depth, shape| {
        *depth += step(shape);
        Some(*depth)
    });
    -depths.min().unwrap_or(0).min(0)
}

#[cfg(test)]
mod tests {
    use super::expected;

    #[test]
    fn rows_are_read_back_where_the_database_fills_something() {
        for (plain, with_reads) in [
            ("INSERT authors", "B, INSERT authors, SELECT authors, C"),
            ("INSERT tags", "INSERT tags"),
            ("INSERT authors, SELECT books", "B, INSERT authors, SELECT authors, C, SELECT books"),
            ("B, INSERT authors, INSERT tags, C", "B, INSERT authors, SELECT authors, INSERT tags, C"),
            ("INSERT authors, C", "INSERT authors, SELECT authors, C"),
            ("B, INSERT authors, R", "B, INSERT authors, R"),
            ("SP, INSERT notes, RELEASE, C, INSERT notes", {
                "SP, INSERT notes, SELECT notes, RELEASE, C, B, INSERT notes, SELECT notes, C"
            }),
            ("UPDATE notes (text), DELETE notes", "UPDATE notes (text), DELETE notes"),
        ] {
            let plain = plain.split(", ").map(str::to_owned).collect();
            assert_eq!(expected(plain).join(", "), with_reads);
        }
    }
}
