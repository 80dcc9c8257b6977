//! The shape of a statement: what it does to which table, whatever the database's words for it are.

/// The shape of a statement.
#[must_use]
pub(super) fn shape(sql: &str) -> String {
    let mut words = sql.split_whitespace();
    let first = words.next().unwrap_or_default().to_ascii_uppercase();
    match first.as_str() {
        "BEGIN" | "START" => "B".into(),
        "COMMIT" => "C".into(),
        "ROLLBACK" if words.next() == Some("TO") => "RB SP".into(),
        "ROLLBACK" => "R".into(),
        "SAVEPOINT" => "SP".into(),
        "RELEASE" => "RELEASE".into(),
        "INSERT" => format!("INSERT {}", name_after(sql, " INTO ")),
        "DELETE" => format!("DELETE {}", name_after(sql, " FROM ")),
        "SELECT" => format!("SELECT {}", name_after(sql, " FROM ")),
        "UPDATE" => format!("UPDATE {} ({})", name_after(sql, "UPDATE "), assigned(sql).join(", ")),
        _ => sql.into(),
    }
}

const QUOTES: [char; 2] = ['`', '"'];

/// The name after a keyword, through parentheses and the keywords of a subquery in FROM.
fn name_after<'a>(sql: &'a str, keyword: &str) -> &'a str {
    let mut rest = sql;
    while let Some((_, after)) = rest.split_once(keyword) {
        let name = after.trim_start_matches([' ', '(']);
        if !name.starts_with("SELECT") {
            return unquoted(name);
        }
        rest = name;
    }
    "?"
}

fn unquoted(text: &str) -> &str {
    match text.strip_prefix(QUOTES) {
        Some(name) => name.split(QUOTES).next().unwrap_or_default(),
        None => text.split([' ', '(', ')', ',']).next().unwrap_or_default(),
    }
}

/// The columns that an UPDATE assigns.
fn assigned(sql: &str) -> Vec<&str> {
    let Some((_, assignments)) = sql.split_once(" SET ") else { return Vec::new() };
    let assignments = assignments.split(" WHERE ").next().unwrap_or_default();
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, character) in assignments.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(assignments.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(assignments.get(start..).unwrap_or_default());
    parts
        .into_iter()
        .filter_map(|part| part.split_once('='))
        .map(|(target, _)| column(target.trim()))
        .collect()
}

/// The column of a target that may name its table.
fn column(target: &str) -> &str {
    unquoted(target.rsplit('.').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn statements_are_told_apart() {
        for (sql, expected) in [
            ("BEGIN IMMEDIATE", "B"),
            ("START TRANSACTION", "B"),
            ("COMMIT", "C"),
            ("ROLLBACK", "R"),
            ("SAVEPOINT diesel_savepoint_1", "SP"),
            ("RELEASE SAVEPOINT diesel_savepoint_1", "RELEASE"),
            ("ROLLBACK TO SAVEPOINT diesel_savepoint_1", "RB SP"),
            ("INSERT INTO `authors` (`name`) VALUES (?)", "INSERT authors"),
            ("DELETE FROM \"books\" WHERE \"id\" = $1", "DELETE books"),
            ("SELECT `a` FROM (`authors` INNER JOIN `books` ON (1 = 1))", "SELECT authors"),
            ("SELECT COUNT(*) FROM (SELECT `a` FROM `authors`) x", "SELECT authors"),
            ("UPDATE `a` SET `x` = ?, `y` = coalesce(`y`, ?), `z` = ? WHERE `id` = ?", "UPDATE a (x, y, z)"),
            ("PRAGMA user_version", "PRAGMA user_version"),
            // PostgreSQL
            (
                "INSERT INTO \"notes\" (\"text\", \"stars\") SELECT v.c0, v.c1 FROM unnest($1, $2) WITH ORDINALITY \
                 AS v(c0, c1, n) ORDER BY v.n RETURNING \"id\", \"stars\"",
                "INSERT notes",
            ),
            (
                "UPDATE \"notes\" AS t SET \"text\" = v.c1, \"stars\" = v.c2 FROM unnest($1, $2, $3) AS v(c0, c1, c2) \
                 WHERE t.\"id\" = v.c0",
                "UPDATE notes (text, stars)",
            ),
            ("DELETE FROM \"notes\" WHERE \"id\" = ANY($1) RETURNING \"id\"", "DELETE notes"),
            (
                "DELETE FROM \"book_tags\" AS t USING unnest($1, $2) AS v(c0, c1) WHERE t.\"book_id\" = v.c0",
                "DELETE book_tags",
            ),
            ("SELECT \"notes\".\"id\" FROM \"notes\" WHERE \"notes\".\"id\" = ANY($1)", "SELECT notes"),
            // MySQL and MariaDB
            (
                "UPDATE `notes` SET `stars` = CASE `id` WHEN ? THEN ? WHEN ? THEN ? END, `text` = CASE `id` WHEN ? THEN ? \
                 WHEN ? THEN ? END WHERE `id` IN (?, ?)",
                "UPDATE notes (stars, text)",
            ),
            (
                "UPDATE `book_tags` AS t JOIN (SELECT ? AS v0, ? AS v1, ? AS v2 UNION ALL SELECT ?, ?, ?) AS v \
                 ON t.`book_id` = v.v0 AND t.`tag_label` = v.v1 SET t.`weight` = v.v2",
                "UPDATE book_tags (weight)",
            ),
            ("SELECT `id` FROM `notes` WHERE `id` IN (?, ?) FOR UPDATE", "SELECT notes"),
            ("INSERT INTO `ticks` () VALUES ()", "INSERT ticks"),
            // SQLite
            (
                "UPDATE `notes` SET `stars` = v.column2 FROM (VALUES (?, ?), (?, ?)) AS v WHERE `notes`.`id` = v.column1",
                "UPDATE notes (stars)",
            ),
        ] {
            assert_eq!(shape(sql), expected, "{sql}");
        }
    }
}
