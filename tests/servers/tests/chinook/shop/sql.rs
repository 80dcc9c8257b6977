//! The statements that a day of work takes, in each database's words.

use moored_server_tests::Flavour;

use super::generated_tables::in_small_letters;

/// A table, as it stands in statements.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// How many of the columns are its key.
    keys: usize,
    columns: &'static [&'static str],
}

macro_rules! tables {
    ($($table:ident = $name:ident($key:ident $(+ $more:ident)? $(, $column:ident)*);)+) => {$(
        pub(crate) const $table: Table = Table {
            name: stringify!($name),
            keys: 1 $(+ [stringify!($more)].len())?,
            columns: &[stringify!($key), $(stringify!($more),)? $(stringify!($column)),*],
        };
    )+};
}

tables! {
    TRACK = Track(TrackId, Name, AlbumId, MediaTypeId, GenreId, Composer, Milliseconds, Bytes, UnitPrice);
    EMPLOYEE = Employee(
        EmployeeId, LastName, FirstName, Title, ReportsTo, BirthDate, HireDate, Address, City, State, Country, PostalCode,
        Phone, Fax, Email
    );
    CUSTOMER = Customer(
        CustomerId, FirstName, LastName, Company, Address, City, State, Country, PostalCode, Phone, Fax, Email, SupportRepId
    );
    INVOICE = Invoice(
        InvoiceId, CustomerId, InvoiceDate, BillingAddress, BillingCity, BillingState, BillingCountry, BillingPostalCode,
        Total
    );
    INVOICE_LINE = InvoiceLine(InvoiceLineId, InvoiceId, TrackId, UnitPrice, Quantity);
    PLAYLIST = Playlist(PlaylistId, Name);
    PLAYLIST_TRACK = PlaylistTrack(PlaylistId + TrackId);
}

/// Statements, one after another.
type Lines = Vec<String>;

/// A database's words.
#[derive(Clone, Copy)]
pub(crate) struct Words(pub(crate) Flavour);

impl Words {
    /// How many statements it takes to load the shop with one flush.
    pub(crate) const fn load(self) -> usize {
        match self.0 {
            // Eight tables have their rows in one INSERT; employees take three for the three levels of their tree, and of
            // tracks, lines and entries there are more than go into one. BEGIN and COMMIT.
            Flavour::Sqlite => 7 + 3 + 8 + 5 + 18 + 2,
            // Twice as many rows go into one.
            Flavour::Postgres => 7 + 3 + 4 + 3 + 9 + 2,
            // Each is followed by a SELECT of the keys, but for entries, whose keys are known.
            _ => 2 * (7 + 3 + 8 + 5) + 18 + 2,
        }
    }

    /// How many tables were asked how they make their keys.
    pub(crate) const fn questions(self) -> usize {
        match self.0 {
            Flavour::Sqlite => 0,
            _ => 10,
        }
    }

    /// What is expected, with the names that this database has, and with repeated statements counted.
    pub(crate) fn expected(self, lines: impl IntoIterator<Item = Lines>) -> Lines {
        let lines = lines.into_iter().flatten();
        counted(match self.0 {
            Flavour::Postgres => lines.map(|line| in_small_letters(&line)).collect(),
            _ => lines.collect(),
        })
    }

    pub(crate) fn begin(self) -> Lines {
        one(if self.0 == Flavour::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" })
    }

    pub(crate) fn commit(self) -> Lines {
        one("COMMIT")
    }

    pub(crate) fn select(self, table: &Table, condition: &str) -> Lines {
        one(format!("SELECT {} FROM {} WHERE {condition}", table.columns.join(", "), table.name))
    }

    pub(crate) fn find(self, table: &Table) -> Lines {
        self.select(table, &one_by_key(table))
    }

    pub(crate) fn find_many(self, table: &Table, rows: usize) -> Lines {
        self.select(table, &self.by_keys(table, rows))
    }

    pub(crate) fn insert(self, table: &Table, rows: usize) -> Lines {
        let is_generated = table.keys == 1;
        let columns = &table.columns[usize::from(is_generated)..];
        let into = format!("INSERT INTO {} ({})", table.name, columns.join(", "));
        let places = places(columns.len());
        let values = match self.0 {
            Flavour::Postgres if rows > 1 => {
                let (c, v) = (numbered("c", columns.len()), numbered("v.c", columns.len()));
                format!(" SELECT {v} FROM unnest({places}) WITH ORDINALITY AS v({c}, n) ORDER BY v.n")
            }
            _ => format!(" VALUES {}", vec![format!("({places})"); rows].join(", ")),
        };
        match (self.0, is_generated) {
            (_, false) => one(into + &values),
            (Flavour::Sqlite | Flavour::Postgres, true) => {
                one(format!("{into}{values} RETURNING {}", table.columns[0]))
            }
            (_, true) => {
                let (name, key) = (table.name, table.columns[0]);
                let step = "@@auto_increment_increment";
                let keys = match rows {
                    1 => format!("{key} = LAST_INSERT_ID()"),
                    _ => format!(
                        "{key} BETWEEN LAST_INSERT_ID() AND LAST_INSERT_ID() + {} * {step} \
                         AND MOD({key}, {step}) = MOD(LAST_INSERT_ID(), {step})",
                        rows - 1
                    ),
                };
                vec![into + &values, format!("SELECT {key} FROM {name} WHERE {keys}")]
            }
        }
    }

    pub(crate) fn update(self, table: &Table, column: &str, rows: usize) -> Lines {
        let (name, key) = (table.name, table.columns[0]);
        let join = |union: String| {
            one(format!(
                "UPDATE {name} AS t JOIN (SELECT {key} AS c0, {column} AS c1 FROM {name} WHERE FALSE UNION ALL {union}) AS v \
                 ON t.{key} = v.c0 SET t.{column} = v.c1"
            ))
        };
        match self.0 {
            // Fewer than fifty go one by one.
            _ if rows == 1 || self.0 == Flavour::Sqlite => {
                vec![format!("UPDATE {name} SET {column} = ? WHERE {key} = ?"); rows]
            }
            Flavour::Postgres => one(format!(
                "UPDATE {name} AS t SET {column} = v.c1 FROM unnest(?, ?) AS v(c0, c1) WHERE t.{key} = v.c0"
            )),
            Flavour::Mariadb => join(vec!["SELECT ?, ?"; rows].join(" UNION ALL ")),
            _ => join(format!("VALUES {}", vec!["ROW(?, ?)"; rows].join(", "))),
        }
    }

    pub(crate) fn delete(self, table: &Table, rows: usize) -> Lines {
        let name = table.name;
        if rows == 1 {
            return one(format!("DELETE FROM {name} WHERE {}", one_by_key(table)));
        }
        let keys = table.columns[..table.keys].join(", ");
        let condition = self.by_keys(table, rows);
        match self.0 {
            Flavour::Postgres if table.keys > 1 => {
                let [a, b] = [table.columns[0], table.columns[1]];
                one(format!(
                    "DELETE FROM {name} AS t USING unnest(?, ?) AS v(c0, c1) WHERE t.{a} = v.c0 AND t.{b} = v.c1 \
                     RETURNING t.{a}, t.{b}"
                ))
            }
            Flavour::Sqlite | Flavour::Postgres => {
                one(format!("DELETE FROM {name} WHERE {condition} RETURNING {keys}"))
            }
            _ => vec![
                format!("SELECT {keys} FROM {name} WHERE {condition} FOR UPDATE"),
                format!("DELETE FROM {name} WHERE {condition}"),
            ],
        }
    }

    fn by_keys(self, table: &Table, rows: usize) -> String {
        match (self.0, &table.columns[..table.keys]) {
            (Flavour::Postgres, [key]) => format!("{key} = ANY(?)"),
            (_, [key]) => format!("{key} IN ({})", places(rows)),
            (Flavour::Sqlite, keys) => {
                format!("({}) IN (VALUES {})", keys.join(", "), vec!["(?, ?)"; rows].join(", "))
            }
            _ => vec![format!("({})", one_by_key(table)); rows].join(" OR "),
        }
    }
}

/// What is asked of the catalogue: how a table makes its keys, once, before the first rows go in.
pub(crate) fn is_question(statement: &str) -> bool {
    statement.contains("pg_catalog") || statement.contains("information_schema")
}

/// Statements without quotes and with `?` for every placeholder; repeated ones, and rows of values, counted. Questions are
/// left out.
pub(crate) fn normalised(statements: Vec<String>) -> Lines {
    let statements = statements.into_iter().filter(|text| !is_question(text));
    counted(statements.map(|text| plain(&text)).collect())
}

fn plain(statement: &str) -> String {
    let mut parts = statement.split('$');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push('?');
        plain.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    plain.replace(['`', '"'], "")
}

fn counted(statements: Lines) -> Lines {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for text in statements.iter().map(|text| with_rows_counted(text)) {
        match lines.last_mut() {
            Some((count, last)) if *last == text => *count += 1,
            _ => lines.push((1, text)),
        }
    }
    lines
        .into_iter()
        .map(|(count, text)| if count > 1 { format!("{count} × {text}") } else { text })
        .collect()
}

/// `VALUES (?, ?) × 500`
fn with_rows_counted(statement: &str) -> String {
    let Some((head, values)) = statement.split_once(" VALUES (") else { return statement.into() };
    let Some((row, mut rest)) = values.split_once(')') else { return statement.into() };
    let another = format!(", ({row})");
    let mut count = 1;
    while let Some(after) = rest.strip_prefix(&another) {
        (count, rest) = (count + 1, after);
    }
    let times = if count > 1 { format!(" × {count}") } else { String::new() };
    format!("{head} VALUES ({row}){times}{rest}")
}

fn one(line: impl Into<String>) -> Lines {
    vec![line.into()]
}

fn one_by_key(table: &Table) -> String {
    let keys: Vec<String> = table.columns[..table.keys].iter().map(|key| format!("{key} = ?")).collect();
    keys.join(" AND ")
}

fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

fn numbered(name: &str, count: usize) -> String {
    (0..count).map(|place| format!("{name}{place}")).collect::<Vec<_>>().join(", ")
}
