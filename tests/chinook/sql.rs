//! Statements as the tests write them.

pub(crate) const SELECT_TRACKS: &str = "SELECT Track.TrackId, Track.Name, Track.AlbumId, Track.MediaTypeId, Track.GenreId, \
     Track.Composer, Track.Milliseconds, Track.Bytes, Track.UnitPrice FROM Track";
pub(crate) const FIND_CUSTOMER: &str = "SELECT CustomerId, FirstName, LastName, Company, Address, City, State, Country, \
     PostalCode, Phone, Fax, Email, SupportRepId FROM Customer WHERE CustomerId = ?";
pub(crate) const FIND_EMPLOYEE: &str = "SELECT EmployeeId, LastName, FirstName, Title, ReportsTo, BirthDate, HireDate, Address, \
     City, State, Country, PostalCode, Phone, Fax, Email FROM Employee WHERE EmployeeId = ?";
pub(crate) const FIND_INVOICE: &str = "SELECT InvoiceId, CustomerId, InvoiceDate, BillingAddress, BillingCity, BillingState, \
     BillingCountry, BillingPostalCode, Total FROM Invoice WHERE InvoiceId = ?";
pub(crate) const FIND_TRACKS: &str = "SELECT TrackId, Name, AlbumId, MediaTypeId, GenreId, Composer, Milliseconds, Bytes, \
     UnitPrice FROM Track WHERE TrackId";

/// Statements without quotes, with rows of placeholders and repeated statements counted.
pub(crate) fn normalised(statements: Vec<String>) -> Vec<String> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for statement in statements {
        let text = count_rows(&statement.replace('`', ""));
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

fn count_rows(statement: &str) -> String {
    let Some((head, values)) = statement.split_once(" VALUES (") else { return statement.into() };
    let Some((row, _)) = values.split_once(')') else { return statement.into() };
    let another = format!(", ({row})");
    let count = 1 + values.matches(&another).count();
    let (_, tail) = values.rsplit_once(')').unwrap_or_default();
    if count == 1 {
        format!("{head} VALUES ({row}){tail}")
    } else {
        format!("{head} VALUES ({row}) × {count}{tail}")
    }
}
