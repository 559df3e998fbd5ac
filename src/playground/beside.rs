//! What runs beside the pages: the servers on TLS, the proxies, a Unix socket. The pages
//! that list them are told once they run.

use std::io;
use std::path::Path;

use super::proxy::Proxies;
use super::routes::Pages;
use super::server::Server;
use super::tls::TlsPlayground;

/// A playground whose pages are to lead to what runs beside it.
#[derive(Clone, Debug, Default)]
pub struct Beside(pub(super) Pages);

impl Beside {
    /// Starts the servers, which takes some milliseconds: two dozen keys are made.
    ///
    /// # Errors
    /// As [`TlsPlayground::start`].
    pub fn start(&self, port: Option<u16>) -> io::Result<TlsPlayground> {
        let started = TlsPlayground::serve(port, || self.0.clone())?;
        let ports = started
            .servers()
            .map(|(kind, server)| (kind, server.port()));
        // Started a second time, the page leads to the first ones.
        let _ = self.0.tls.set(ports.collect());
        Ok(started)
    }

    /// The pages on a Unix socket that is made at `path`.
    ///
    /// # Errors
    /// What `bind()` says: the file is there, or its directory is not this user's.
    pub fn on_unix_socket(&self, path: &Path) -> io::Result<Server> {
        Server::serve_unix(path, self.0.clone())
    }

    /// What the page `/proxies` is to list: [`Proxies::urls`], and the Unix socket.
    pub fn tell_of(&self, proxies: Option<&Proxies>, unix: Option<&Path>) {
        let proxies = proxies.into_iter().flat_map(Proxies::urls);
        let unix = unix.map(|path| format!("unix:{}", path.display()));
        let ways: Vec<String> = proxies.map(str::to_owned).chain(unix).collect();
        if !ways.is_empty() {
            // Told a second time, the page keeps to the first ones.
            let _ = self.0.ways.set(ways);
        }
    }
}

impl TlsPlayground {
    /// The good one on `port`, the others on the ports after it, in the order of
    /// [`super::certificates::Kind::ALL`]; all on free ones when it is `None`.
    ///
    /// # Errors
    /// What `bind()` says, or that the files could not be written.
    pub fn start(port: Option<u16>) -> io::Result<TlsPlayground> {
        Beside::default().start(port)
    }
}
