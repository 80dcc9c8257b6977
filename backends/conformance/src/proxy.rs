//! A network that fails at a moment of a test's choice: a proxy before a server.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Where a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The server never sees the statement.
    BeforeTheServer,
    /// The server executes it, and its answer never arrives.
    BeforeTheAnswer,
}

/// A proxy before a server. It passes everything on until it is told to cut the next connection that sends some words.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    order: Arc<Mutex<Option<Order>>>,
}

#[derive(Clone, Copy, Debug)]
struct Order {
    words: &'static str,
    /// How much else the client sends after the words before it is cut; `None` until it has sent them.
    left: Option<usize>,
    later: usize,
    cut: Cut,
}

impl Proxy {
    /// One that leads to the server of that address, `scheme://user@host:port/..`.
    #[must_use]
    pub fn before(url: &str) -> Self {
        let (start, rest) = url.split_once('@').unwrap();
        let (server, rest) = rest.split_once('/').unwrap();
        let (server, order) = (server.to_owned(), Arc::default());
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let url = format!("{start}@{}/{rest}", listener.local_addr().unwrap());
        let shared = Arc::clone(&order);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(&server).unwrap();
                Link { client, server, order: Arc::clone(&shared), swallows: Arc::default() }.run();
            }
        });
        Self { url, order }
    }

    /// The proxy's own address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Cuts the next connection that sends these words.
    pub fn cut(&self, cut: Cut, words: &'static str) {
        self.cut_later(cut, words, 0);
    }

    /// Cuts the next connection that sends these words, at what it sends so many times later: a statement that is prepared
    /// first is executed by what follows.
    pub fn cut_later(&self, cut: Cut, words: &'static str, later: usize) {
        let order = Order { words, left: None, later, cut };
        *self.order.lock().unwrap_or_else(PoisonError::into_inner) = Some(order);
    }
}

/// One connection through the proxy.
struct Link {
    client: TcpStream,
    server: TcpStream,
    order: Arc<Mutex<Option<Order>>>,
    /// Whether the server's next answer is its last.
    swallows: Arc<Mutex<bool>>,
}

impl Link {
    fn run(self) {
        let [client, server] = [&self.client, &self.server].map(|stream| stream.try_clone().unwrap());
        let (back, swallows) = ((client, server), Arc::clone(&self.swallows));
        thread::spawn(move || self.forward());
        thread::spawn(move || {
            pass((&back.1, &back.0), |_| !*swallows.lock().unwrap_or_else(PoisonError::into_inner));
        });
    }

    fn forward(self) {
        pass((&self.client, &self.server), |bytes| {
            let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
            let sends = |words: &str| bytes.windows(words.len()).any(|part| part == words.as_bytes());
            let is_here = |order: &mut Order| {
                order.left = match order.left {
                    Some(left) => Some(left - 1),
                    None => sends(order.words).then_some(order.later),
                };
                order.left == Some(0)
            };
            match order.take_if(is_here) {
                Some(Order { cut: Cut::BeforeTheServer, .. }) => false,
                Some(Order { cut: Cut::BeforeTheAnswer, .. }) => {
                    // Before the statement is on its way.
                    *self.swallows.lock().unwrap_or_else(PoisonError::into_inner) = true;
                    true
                }
                None => true,
            }
        });
    }
}

/// Passes bytes on until either side ends, or they are not to pass; then both ends are closed.
fn pass((mut from, mut to): (&TcpStream, &TcpStream), mut may_pass: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let bytes = buffer.get(..count).unwrap_or_default();
        if !may_pass(bytes) || to.write_all(bytes).is_err() {
            break;
        }
    }
    // Either may be closed already.
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
