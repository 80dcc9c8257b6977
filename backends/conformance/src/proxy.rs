//! A network that fails at a moment of a test's choice: a proxy before a server.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Where a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The server never sees the statement.
    BeforeTheServer,
    /// The server executes it, and its answer never arrives.
    BeforeTheAnswer,
}

/// A proxy before a server. It passes everything on until it is told to cut a connection, by the words that it sends or by
/// how often the client has spoken.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    /// How many turns there were, over all connections.
    turns: usize,
    order: Option<Order>,
}

#[derive(Clone, Copy, Debug)]
struct Order {
    moment: Moment,
    cut: Cut,
}

#[derive(Clone, Copy, Debug)]
enum Moment {
    Words {
        words: &'static str,
        /// How much else the client sends after the words before it is cut; `None` until it has sent them.
        left: Option<usize>,
        later: usize,
    },
    Turn(usize),
}

impl Proxy {
    /// One that leads to the server of that address, `scheme://user@host:port/..`.
    #[must_use]
    pub fn before(url: &str) -> Self {
        let (start, rest) = url.split_once('@').unwrap();
        let (server, rest) = rest.split_once('/').unwrap();
        let (server, shared) = (server.to_owned(), Arc::default());
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let url = format!("{start}@{}/{rest}", listener.local_addr().unwrap());
        let clone = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(&server).unwrap();
                let shared = Arc::clone(&clone);
                Link { client, server, shared, server_spoke: true.into(), swallows: false.into() }.run();
            }
        });
        Self { url, shared }
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
        self.order(cut, Moment::Words { words, left: None, later });
    }

    /// Cuts at the turn of that number, of those that [`turns`](Self::turns) counts.
    pub fn cut_at(&self, cut: Cut, turn: usize) {
        self.order(cut, Moment::Turn(turn));
    }

    /// How many turns there were so far. One is all that a client says until the server answers, in however many packets,
    /// so that the same work takes the same number.
    #[must_use]
    pub fn turns(&self) -> usize {
        lock(&self.shared).turns
    }

    fn order(&self, cut: Cut, moment: Moment) {
        lock(&self.shared).order = Some(Order { moment, cut });
    }
}

impl Shared {
    /// Where to cut, now that a client says this.
    fn heard(&mut self, bytes: &[u8], begins_a_turn: bool) -> Option<Cut> {
        self.turns += usize::from(begins_a_turn);
        let turn = self.turns;
        let is_due = |order: &mut Order| match &mut order.moment {
            Moment::Turn(at) => begins_a_turn && *at == turn,
            Moment::Words { words, left, later } => {
                let sends = || bytes.windows(words.len()).any(|part| part == words.as_bytes());
                *left = match *left {
                    Some(left) => Some(left - 1),
                    None => sends().then_some(*later),
                };
                *left == Some(0)
            }
        };
        self.order.take_if(is_due).map(|order| order.cut)
    }
}

/// One connection through the proxy.
struct Link {
    client: TcpStream,
    server: TcpStream,
    shared: Arc<Mutex<Shared>>,
    /// Whether the server said something since the client did.
    server_spoke: AtomicBool,
    /// Whether the server's next answer is its last.
    swallows: AtomicBool,
}

impl Link {
    fn run(self) {
        let link = Arc::new(self);
        let back = Arc::clone(&link);
        for stream in [&link.client, &link.server] {
            // Both sides' own libraries do the same; without it, small packets in a row wait for each other.
            stream.set_nodelay(true).unwrap();
        }
        thread::spawn(move || pass(&link.client, &link.server, |bytes| link.client_says(bytes)));
        thread::spawn(move || pass(&back.server, &back.client, |_| back.server_says()));
    }

    fn client_says(&self, bytes: &[u8]) -> bool {
        let begins_a_turn = self.server_spoke.swap(false, Ordering::SeqCst);
        let cut = lock(&self.shared).heard(bytes, begins_a_turn);
        // Before the statement is on its way.
        self.swallows.fetch_or(cut == Some(Cut::BeforeTheAnswer), Ordering::SeqCst);
        cut != Some(Cut::BeforeTheServer)
    }

    fn server_says(&self) -> bool {
        self.server_spoke.store(true, Ordering::SeqCst);
        !self.swallows.load(Ordering::SeqCst)
    }
}

/// Passes bytes on until either side ends, or they are not to pass; then both ends are closed.
fn pass(mut from: &TcpStream, mut to: &TcpStream, mut may_pass: impl FnMut(&[u8]) -> bool) {
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

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
