//! A port that leads to a server, until it is shut.

use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A port that leads to a server, until it is shut.
pub(crate) struct Door {
    port: u16,
    shared: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Whether whoever knocks is let in.
    open: bool,
    /// Both ends of everyone inside.
    inside: Vec<TcpStream>,
}

impl Door {
    /// An open door to the server of a URL, which names its host and port.
    pub(crate) fn to(url: &str) -> Self {
        let server = authority(url).to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Mutex::new(State { open: true, inside: Vec::new() }));
        let state = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let mut state = state.lock().unwrap();
                if state.open {
                    let server = TcpStream::connect(&server).unwrap();
                    pass(&client, &server);
                    pass(&server, &client);
                    state.inside.extend([client, server]);
                }
            }
        });
        Self { port, shared }
    }

    /// The URL with this port for the server's.
    pub(crate) fn url(&self, url: &str) -> String {
        url.replacen(authority(url), &format!("127.0.0.1:{}", self.port), 1)
    }

    /// Throws everyone out, and lets no one in.
    pub(crate) fn shut(&self) {
        let mut state = self.shared.lock().unwrap();
        state.open = false;
        for stream in state.inside.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn open(&self) {
        self.shared.lock().unwrap().open = true;
    }
}

fn authority(url: &str) -> &str {
    let rest = url.split_once("://").unwrap().1;
    let authority = rest.split(['/', '?']).next().unwrap();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn pass(from: &TcpStream, to: &TcpStream) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
}
