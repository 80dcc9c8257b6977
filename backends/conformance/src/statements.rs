//! The statements that reached the database, by shape, so that one expectation holds for every database.

use moored::StatementLog;

/// Marks what the test itself sends, beside the library.
pub(crate) const ELSEWHERE: &str = "/* elsewhere */";

/// The statements that reached the database.
///
/// `B` begin, `C` commit, `R` rollback, `SP` savepoint, `RELEASE`, `RB SP` rollback to a savepoint, `INSERT authors`,
/// `SELECT authors`, `UPDATE authors (name, version)`, `DELETE authors`; anything else as it is.
#[derive(Clone, Debug)]
pub struct Statements(StatementLog);

impl Statements {
    pub(crate) const fn of(log: StatementLog) -> Self {
        Self(log)
    }

    /// The shapes of the statements since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        self.take_sql().iter().map(|sql| shape(sql)).collect()
    }

    /// The statements since the last call as they were sent.
    #[must_use]
    pub fn take_sql(&self) -> Vec<String> {
        let mut statements = self.0.take();
        statements.retain(|sql| !sql.starts_with(ELSEWHERE));
        statements
    }

    /// Forgets the statements up to here.
    pub fn skip(&self) {
        self.0.take();
    }
}

/// The shape of a statement.
#[must_use]
fn shape(sql: &str) -> String {
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
    parts.into_iter().map(|part| unquoted(part.trim())).collect()
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
        ] {
            assert_eq!(shape(sql), expected, "{sql}");
        }
    }
}
