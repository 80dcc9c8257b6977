//! A line between client and server that counts round trips, and can make each of them longer.
//!
//! A round trip begins when the client sends something after the server did: however many packets go one way before the
//! other side speaks, they travel together.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// A line to one server. Its threads end with its connections, the one that waits for new ones with the program.
pub(crate) struct Line {
    port: u16,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    trips: AtomicU64,
    /// What is added to each round trip, in microseconds.
    latency: AtomicU64,
}

impl Line {
    /// Listens on a port of its own, for connections to `server`, a host and a port.
    pub(crate) fn to(server: String) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let counts = Arc::<Counts>::default();
        let counted = Arc::clone(&counts);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A server that cannot be reached shows as a connection that is closed.
                if let Ok(server) = TcpStream::connect(&server) {
                    let _ = forward(client, server, &counted);
                }
            }
        });
        Ok(Self { port, counts })
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// How many round trips there were so far, on all connections.
    pub(crate) fn trips(&self) -> u64 {
        self.counts.trips.load(Ordering::SeqCst)
    }

    /// Makes every round trip from now on longer by so much.
    pub(crate) fn set_latency(&self, latency: Duration) {
        self.counts.latency.store(latency.as_micros() as u64, Ordering::SeqCst);
    }
}

/// Forwards the bytes of one connection, both ways.
fn forward(client: TcpStream, server: TcpStream, counts: &Arc<Counts>) -> io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let counts = Arc::clone(counts);
    // The server has the word first, if its protocol has it greet; if not, the client's first words are a round trip.
    let answered = Arc::new(AtomicBool::new(true));
    let hears = Arc::clone(&answered);
    let (from_client, to_client) = (client.try_clone()?, client);
    let (from_server, to_server) = (server.try_clone()?, server);
    thread::spawn(move || {
        carry(from_client, to_server, || {
            if answered.swap(false, Ordering::SeqCst) {
                counts.trips.fetch_add(1, Ordering::SeqCst);
                thread::sleep(Duration::from_micros(counts.latency.load(Ordering::SeqCst)));
            }
        });
    });
    thread::spawn(move || carry(from_server, to_client, || hears.store(true, Ordering::SeqCst)));
    Ok(())
}

/// Carries bytes one way until an end hangs up, and says `before` they go on.
fn carry(mut from: TcpStream, mut to: TcpStream, before: impl Fn()) {
    let mut bytes = vec![0; 256 << 10];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        before();
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
