//! Requests that take too long, and clients that leave.

use std::io::Write as _;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use music_shop::Patience;

use crate::site::{Site, order};

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(20);

impl Site {
    fn invoices(&self) -> i64 {
        self.database.number("SELECT count(*) FROM invoices")
    }
}

#[test]
fn a_request_that_takes_too_long_is_503_and_did_nothing() {
    let site = Site::with("late", Patience { wait: LONG, timeout: SHORT });
    let late = site.database.locked(|| {
        let asked = Instant::now();
        let late = site.client.order(1, &[(1, 1)]);
        assert!(asked.elapsed() < LONG / 2);
        late
    });
    assert_eq!((late.status, late.retry_after), (503, true));
    sleep(SHORT * 2);
    assert_eq!(site.invoices(), 0);
    assert_eq!(site.client.order(1, &[(1, 1)]).status, 201);
}

/// All places are taken by requests that wait; those that come then are told so, and reading goes on after it.
#[test]
fn more_requests_than_places_are_503() {
    let site = Site::with("busy", Patience { wait: SHORT, timeout: LONG });
    let statuses = site.database.locked(|| {
        let clients: Vec<_> = (0..10)
            .map(|_| {
                let client = site.client.another();
                std::thread::spawn(move || client.order(1, &[(1, 1)]).status)
            })
            .collect();
        let asked = Instant::now();
        let mut refused = site.client.get("/albums/1");
        while refused.status != 503 {
            assert!(asked.elapsed() < LONG, "there is a place still");
            refused = site.client.get("/albums/1");
        }
        assert!(refused.retry_after);
        clients
    });
    let statuses: Vec<_> = statuses.into_iter().map(|client| client.join().unwrap()).collect();
    assert_eq!(statuses, [201; 10]);
    assert_eq!((site.client.get("/albums/1").status, site.invoices()), (200, 10));
}

#[test]
fn what_a_client_asked_for_that_left_is_undone() {
    let site = Site::with("left", Patience { wait: LONG, timeout: LONG });
    site.database.locked(|| {
        let body = order(&[(1, 1)]).to_string();
        let mut client = TcpStream::connect(&site.client.address).unwrap();
        write!(
            client,
            "POST /customers/1/invoices HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        sleep(SHORT);
        drop(client);
        sleep(SHORT);
    });
    sleep(SHORT);
    assert_eq!(site.invoices(), 0);
    assert_eq!(site.client.order(1, &[(1, 1)]).status, 201);
}
