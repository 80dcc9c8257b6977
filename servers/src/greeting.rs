//! Asks a server whether it answers, with the first messages of its own protocol.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::Server;
use crate::address::{Address, Place};

/// How long each read and write of a greeting may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest message that is read.
const LONGEST: usize = 64 * 1024;

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// Connects to the server at an address and gives its version, where it tells.
///
/// PostgreSQL is logged in to as far as no password is asked for, so that an unknown database is found out. MySQL
/// and MariaDB say hello first and are told apart by it; the login is left to the command.
///
/// # Errors
///
/// When none of the address's places answers, what answers is another server, or it is not ready.
pub fn ask(server: Server, address: &Address) -> io::Result<String> {
    let mut first = None;
    for place in &address.places {
        let answer = connect(place).and_then(|mut stream| match server {
            Server::Postgres | Server::Primary | Server::Replica => postgres(&mut *stream, address),
            Server::Mariadb | Server::Mysql => mysql(&mut *stream, server),
        });
        match answer {
            Ok(version) => return Ok(version),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or_else(|| io::Error::other("the URL names no host")))
}

fn connect(place: &Place) -> io::Result<Box<dyn Stream>> {
    match place {
        Place::Socket(path) => {
            let stream = UnixStream::connect(path)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            Ok(Box::new(stream))
        }
        Place::Tcp(host, port) => {
            let mut last = io::Error::other("the host has no address");
            for address in (host.as_str(), *port).to_socket_addrs()? {
                match TcpStream::connect_timeout(&address, PATIENCE) {
                    Ok(stream) => {
                        stream.set_read_timeout(Some(PATIENCE))?;
                        stream.set_write_timeout(Some(PATIENCE))?;
                        return Ok(Box::new(stream));
                    }
                    Err(error) => last = error,
                }
            }
            Err(last)
        }
    }
}

/// Sends the startup message and reads up to "ready for query", a question for a password, or an error.
fn postgres(stream: &mut dyn Stream, address: &Address) -> io::Result<String> {
    const PROTOCOL_3_0: i32 = 3 << 16;
    let user = address.user.clone().unwrap_or_else(|| std::env::var("USER").unwrap_or("postgres".into()));
    let database = address.database.as_ref().unwrap_or(&user);
    let body = format!("user\0{user}\0database\0{database}\0\0");
    let length = i32::try_from(body.len() + 8).map_err(io::Error::other)?;
    let message = [&length.to_be_bytes()[..], &PROTOCOL_3_0.to_be_bytes(), body.as_bytes()].concat();
    stream.write_all(&message)?;

    let mut version = String::new();
    loop {
        let [tag, length @ ..] = array::<5>(stream)?;
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(io::Error::other)?;
        let body = bytes(stream, length.checked_sub(4).ok_or_else(unlike)?)?;
        match tag {
            // Authentication: 0 is "done", anything else asks for something that the command will have.
            b'R' if body.starts_with(&[0; 4]) => {}
            b'R' => return Ok(version),
            b'S' => {
                if let Some(value) = body.strip_prefix(b"server_version\0") {
                    version = text(value.strip_suffix(b"\0").unwrap_or(value));
                }
            }
            // Ready for query. The server is told goodbye, lest it log a lost connection.
            b'Z' => return stream.write_all(&[b'X', 0, 0, 0, 4]).map(|()| version),
            b'E' => return refused(&body).map(|()| version),
            b'K' | b'N' => {}
            _ => return Err(unlike()),
        }
    }
}

/// A server that refuses the login as such has answered; the command may log in otherwise, as with TLS.
fn refused(body: &[u8]) -> io::Result<()> {
    let field = |kind: u8| {
        let field = body.split(|byte| *byte == 0).find_map(|field| field.strip_prefix(&[kind]));
        text(field.unwrap_or_default())
    };
    if field(b'C').starts_with("28") { Ok(()) } else { Err(io::Error::other(field(b'M'))) }
}

/// Reads the packet that the server begins with: its protocol, 10, and its version, or an error.
fn mysql(stream: &mut dyn Stream, server: Server) -> io::Result<String> {
    let [low, middle, high, _sequence] = array::<4>(stream)?;
    let packet = bytes(stream, usize::from(low) | usize::from(middle) << 8 | usize::from(high) << 16)?;
    let version = match packet.split_first() {
        Some((10, rest)) => text(rest.split(|byte| *byte == 0).next().unwrap_or_default()),
        Some((0xff, rest)) => return Err(io::Error::other(text(rest.get(2..).unwrap_or_default()))),
        _ => return Err(unlike()),
    };
    match (server, version.contains("MariaDB")) {
        (Server::Mysql, true) => Err(io::Error::other(format!("it is MariaDB ({version}), not MySQL"))),
        (Server::Mariadb, false) => Err(io::Error::other(format!("it is MySQL ({version}), not MariaDB"))),
        // MariaDB's older versions put a version before their own that MySQL's replicas take for MySQL's.
        _ => Ok(version.strip_prefix("5.5.5-").map(Into::into).unwrap_or(version)),
    }
}

fn array<const N: usize>(stream: &mut dyn Stream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).map(|()| bytes)
}

fn bytes(stream: &mut dyn Stream, length: usize) -> io::Result<Vec<u8>> {
    if length > LONGEST {
        return Err(unlike());
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).map(|()| bytes)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn unlike() -> io::Error {
    io::Error::other("what answers does not speak its protocol")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    /// A server that says `answer`, whatever it is asked.
    fn asked(server: Server, answer: &[u8]) -> io::Result<String> {
        struct Canned<'a>(&'a [u8]);
        impl Read for Canned<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0.read(buffer)
            }
        }
        impl Write for Canned<'_> {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let address = Address { places: Vec::new(), user: Some("u".into()), database: None };
        match server {
            Server::Postgres | Server::Primary | Server::Replica => postgres(&mut Canned(answer), &address),
            Server::Mariadb | Server::Mysql => mysql(&mut Canned(answer), server),
        }
    }

    #[test]
    fn postgres_is_ready_or_says_why_not() {
        let ready = b"R\0\0\0\x08\0\0\0\0S\0\0\0\x18server_version\x0017.1\0Z\0\0\0\x05I";
        assert_eq!(asked(Server::Postgres, ready).ok().as_deref(), Some("17.1"));
        assert!(asked(Server::Postgres, b"R\0\0\0\x08\0\0\0\x03").is_ok(), "a password is asked for");
        let error = asked(Server::Postgres, b"E\0\0\0\x15C57P03\0Mstarting\0\0").unwrap_err();
        assert_eq!(error.to_string(), "starting");
        assert!(asked(Server::Postgres, b"E\0\0\0\x12C28000\0Mno TLS\0\0").is_ok());
        assert!(asked(Server::Postgres, b"HTTP/1.1 400 Bad Request").is_err());
    }

    #[test]
    fn mysql_and_mariadb_are_told_apart() {
        let mysql = b"\x07\0\0\0\x0a9.7.0\0";
        let mariadb = b"\x12\0\0\0\x0a5.5.5-11-MariaDB\0";
        assert_eq!(asked(Server::Mysql, mysql).ok().as_deref(), Some("9.7.0"));
        assert_eq!(asked(Server::Mariadb, mariadb).ok().as_deref(), Some("11-MariaDB"));
        assert!(asked(Server::Mysql, mariadb).is_err());
        assert!(asked(Server::Mariadb, mysql).is_err());
        let error = asked(Server::Mysql, b"\x0b\0\0\0\xff\x10\x04Too many").unwrap_err();
        assert_eq!(error.to_string(), "Too many");
    }
}
