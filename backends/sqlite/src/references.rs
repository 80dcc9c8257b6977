//! Which foreign keys of a table are deferred: no pragma tells, so the text of the table is read.

/// For each `REFERENCES` in the text of a table, whether it is `INITIALLY DEFERRED`.
pub(crate) fn deferred(text: &str) -> Vec<bool> {
    let tokens = tokens(text);
    let is_reference = |(at, token): (usize, &Token)| token.is("REFERENCES").then_some(at);
    tokens.iter().enumerate().filter_map(is_reference).map(|at| is_deferred(&tokens, at + 1)).collect()
}

/// Whether the clause that begins there says so. It ends with its column or table constraint.
fn is_deferred(tokens: &[Token], start: usize) -> bool {
    let mut depth = 0_usize;
    let (mut before, mut can_wait, mut waits) = ("", true, false);
    for token in tokens.iter().skip(start) {
        match token {
            Token::Open => depth += 1,
            Token::Close | Token::Comma if depth == 0 => break,
            Token::Close => depth -= 1,
            Token::Word(word) if depth == 0 => {
                match (before, word.as_str()) {
                    (_, "REFERENCES") => break,
                    ("NOT", "DEFERRABLE") => can_wait = false,
                    ("INITIALLY", "DEFERRED") => waits = true,
                    _ => {}
                }
                before = word;
            }
            _ => {}
        }
    }
    can_wait && waits
}

enum Token {
    /// In capitals, and not quoted.
    Word(String),
    Open,
    Close,
    Comma,
}

impl Token {
    fn is(&self, name: &str) -> bool {
        matches!(self, Self::Word(word) if word == name)
    }
}

/// Words and punctuation; names and texts in quotes, and comments, are left out.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = |end: &str, from: usize| {
            let inside = rest.get(from..).unwrap_or_default();
            inside.split_once(end).map_or("", |(_, after)| after)
        };
        rest = match first {
            '\'' | '"' | '`' => after(first.encode_utf8(&mut [0; 4]), 1),
            '[' => after("]", 1),
            '-' if rest.starts_with("--") => after("\n", 2),
            '/' if rest.starts_with("/*") => after("*/", 2),
            _ if first.is_alphanumeric() || first == '_' => {
                let is_end = |c: char| !(c.is_alphanumeric() || c == '_' || c == '$');
                let (word, after) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
                tokens.push(Token::Word(word.to_ascii_uppercase()));
                after
            }
            _ => {
                match first {
                    '(' => tokens.push(Token::Open),
                    ')' => tokens.push(Token::Close),
                    ',' => tokens.push(Token::Comma),
                    _ => {}
                }
                rest.get(first.len_utf8()..).unwrap_or_default()
            }
        };
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::deferred;

    #[test]
    fn each_clause_is_read_by_itself() {
        let text = "CREATE TABLE t (
            a INTEGER REFERENCES x (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED NOT NULL,
            b INTEGER REFERENCES x DEFERRABLE INITIALLY IMMEDIATE REFERENCES y,
            c TEXT DEFAULT 'REFERENCES x INITIALLY DEFERRED', -- REFERENCES x INITIALLY DEFERRED
            \"references\" INTEGER CHECK (c IN ('(', '''')), /* REFERENCES */
            FOREIGN KEY (a, b) references \"x\" (a, b) not deferrable initially deferred,
            FOREIGN KEY (b) REFERENCES [x] (\"deferred\") DEFERRABLE INITIALLY DEFERRED
        )";
        assert_eq!(deferred(text), [true, false, false, false, true]);
        assert!(deferred("").is_empty());
        assert_eq!(deferred("CREATE TABLE t (a REFERENCES x INITIALLY DEFERRED"), [true]);
        assert!(deferred("'é").is_empty());
    }
}
