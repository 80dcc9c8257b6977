//! Free ports on the loopback address.

use std::net::{Ipv4Addr, TcpListener};

use crate::Result;
use crate::error::Context;

/// A free port that no one else gets while this lives.
#[derive(Debug)]
pub struct Reserved {
    listener: TcpListener,
    port: u16,
}

impl Reserved {
    /// Takes a free port.
    ///
    /// # Errors
    ///
    /// When the machine has none.
    pub fn new() -> Result<Self> {
        let context = || "take a free port on 127.0.0.1".to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context(context)?;
        let port = listener.local_addr().context(context)?.port();
        Ok(Reserved { listener, port })
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.port
    }

    /// Gives the port up to the server that is started next. Another process can be quicker: the server then says
    /// that the port is in use, and is started again on another.
    #[must_use]
    pub fn release(self) -> u16 {
        drop(self.listener);
        self.port
    }
}
