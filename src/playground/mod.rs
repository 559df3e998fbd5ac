//! The embedded practice server: loopback only, every way a response can be.
//!
//! Owns its pages and the scripted server behind them, which the tests of the engine use
//! too. It never listens beyond 127.0.0.1 and ::1.
//!
//! ```text
//! script      what a server does, as plain data
//! server      the server           open     its connections, and their end
//! listen      both loopback addresses, accept()
//! connection  recv() -> requests, steps -> send()
//! incoming    a request's exact bytes      framing  where its body ends
//! flood       the endless pattern
//! routes      path -> page                 ask      a request to a page, its numbers (query)
//! pages       page -> answer               answer   answer -> steps
//! session     the pages on redirects, cookies and credentials
//! handshakes  the page that leads to the servers on TLS
//! anomalies   deviation -> bytes          websocket  /ws
//! proxy       HTTP and SOCKS5 proxies to loopback, the pages on a Unix socket
//! lines       a server of lines, without HTTP
//! tls         the same on TLS     certificates  good ones and bad ones
//! secure      TLS on a connection  beside   what is started beside the pages
//! ```

mod anomalies;
mod answer;
mod ask;
pub mod beside;
mod certificates;
mod charsets;
mod coded;
mod connection;
mod documents;
pub mod flood;
mod forms;
mod framing;
mod handshakes;
mod incoming;
pub mod lines;
mod listen;
mod open;
mod pages;
pub mod proxy;
mod query;
mod routes;
pub mod script;
mod secure;
pub mod server;
mod session;
pub mod tls;
mod websocket;

use std::io;
use std::net::SocketAddr;

use crate::event::Queues;

/// A running playground; dropped, it stops, and every connection with it.
#[derive(Debug)]
pub struct Playground {
    server: server::Server,
    /// They are told of what runs beside this one.
    pages: routes::Pages,
}

impl Playground {
    /// Listens on 127.0.0.1 and, where there is IPv6, on ::1, on the same port; a free
    /// one when `port` is `None`.
    ///
    /// # Errors
    /// What `bind()` says: the port is taken, or not this user's to take.
    pub fn start(port: Option<u16>) -> io::Result<Playground> {
        let pages = routes::Pages::default();
        let server = server::Server::serve(port, pages.clone())?;
        Ok(Playground { server, pages })
    }

    /// A hand to start the servers on TLS, the proxies and the Unix socket beside this one
    /// with, when they are wanted.
    pub fn beside(&self) -> beside::Beside {
        beside::Beside(self.pages.clone())
    }

    /// The paths of its pages; one that ends in `/` (the index apart) takes what follows
    /// it too.
    pub fn pages() -> impl Iterator<Item = &'static str> {
        routes::PAGES.iter().map(|page| page.path)
    }

    /// Where it listens, IPv4 first.
    pub fn addrs(&self) -> &[SocketAddr] {
        self.server.addrs()
    }

    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// `http://127.0.0.1:PORT` and the path, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        self.server.url(path)
    }

    /// The levels of the server's end of the connection that comes from `peer`.
    pub fn queues(&self, peer: SocketAddr) -> Option<Queues> {
        self.server.queues(peer)
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        self.server.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::query::{Param, Unit};
    use super::routes::PAGES;

    #[test]
    fn the_index_explains_every_page_and_says_every_bound() {
        let index = include_str!("../../assets/playground/index.html").replace("&amp;", "&");
        for page in PAGES {
            let link = format!("<a href=\"{}", page.path);
            let entry = index
                .split("<p>")
                .find(|entry| {
                    // Of the pages below a folder, the first is named first.
                    let folder = page.path.ends_with('/');
                    entry.starts_with(&link)
                        && (folder || !entry[link.len()..].starts_with(char::is_alphabetic))
                })
                .unwrap_or_else(|| panic!("{} is not in the index", page.path));
            for param in page.params {
                let default = format!("{}={}", param.name, short(param, param.default));
                assert!(entry.contains(&default), "{}: {default}", page.path);
                let bound = match param.most {
                    1 => format!("{}=0", param.name),
                    most if most == i64::MAX as u64 => "up to 2^63 - 1".to_owned(),
                    most => format!("up to {}", short(param, most)),
                };
                assert!(entry.contains(&bound), "{}: {bound}", page.path);
            }
        }
    }

    fn short(param: &Param, value: u64) -> String {
        match (param.unit, value) {
            (Unit::Millis, 10_000) => "10s".to_owned(),
            (_, value) if value >= 1 << 30 => format!("{}g", value >> 30),
            (_, value) if value >= 1 << 20 => format!("{}m", value >> 20),
            (_, value) => value.to_string(),
        }
    }
}
