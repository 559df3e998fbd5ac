//! The scripted server: listening on loopback, and stopping.
//!
//! It serves the playground's pages and the engine's tests alike:
//!
//! ```
//! use sockeye::playground::script::{Step, send};
//! use sockeye::playground::server::Server;
//!
//! let server = Server::start(|request| match request.path() {
//!     "/cut" => vec![send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), Step::Close],
//!     _ => vec![send("HTTP/1.1 204 No Content\r\n\r\n")],
//! })?;
//! assert!(server.url("/cut").starts_with("http://127.0.0.1:"));
//! # Ok::<(), std::io::Error>(())
//! ```

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::listen::{self, Listener};
use super::open::Shared;
use super::script::{Request, Script, Service, Step};
use super::secure::Secure;
use crate::event::Queues;

pub use super::open::CONNECTIONS;

/// A running server; dropped, it stops, and with it every connection, whatever its
/// script is waiting for.
#[derive(Debug)]
pub struct Server {
    addrs: Vec<SocketAddr>,
    shared: Arc<Shared>,
    /// Closing it wakes `poll()` in the accepting thread.
    wake: Option<OwnedFd>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// On a free port of 127.0.0.1 and ::1, answering each request with the steps that
    /// the closure gives.
    pub fn start(
        answer: impl Fn(&Request) -> Script + Send + Sync + 'static,
    ) -> io::Result<Server> {
        Server::serve(None, Answering(answer))
    }

    /// The same, with the steps of each accepted connection (counted from 1) instead:
    /// no request is read.
    pub fn start_raw(script: impl Fn(u64) -> Script + Send + Sync + 'static) -> io::Result<Server> {
        Server::serve_raw(None, script)
    }

    /// The same on this port.
    ///
    /// # Errors
    /// As [`Server::serve`].
    pub fn serve_raw(
        port: Option<u16>,
        script: impl Fn(u64) -> Script + Send + Sync + 'static,
    ) -> io::Result<Server> {
        Server::serve(port, Raw(script))
    }

    /// The same as [`Server::start`], on a Unix socket that is made at `path`.
    pub fn start_unix(
        path: &Path,
        answer: impl Fn(&Request) -> Script + Send + Sync + 'static,
    ) -> io::Result<Server> {
        Server::serve_unix(path, Answering(answer))
    }

    /// The same, with any service.
    ///
    /// # Errors
    /// What `bind()` says.
    pub fn serve_unix(path: &Path, service: impl Service) -> io::Result<Server> {
        let listener = Listener::Unix(UnixListener::bind(path)?);
        Server::run(vec![listener], Vec::new(), Arc::new(service), None)
    }

    /// On 127.0.0.1 and, where there is IPv6, on ::1, on the same port; a free one when
    /// `port` is `None`.
    ///
    /// # Errors
    /// What `bind()` says: the port is taken, or not this user's to take.
    pub fn serve(port: Option<u16>, service: impl Service) -> io::Result<Server> {
        Server::listen(port, service, None)
    }

    /// The same on TLS.
    ///
    /// # Errors
    /// As [`Server::serve`].
    pub fn serve_tls(
        port: Option<u16>,
        service: impl Service,
        secure: Secure,
    ) -> io::Result<Server> {
        Server::listen(port, service, Some(secure))
    }

    fn listen(
        port: Option<u16>,
        service: impl Service,
        secure: Option<Secure>,
    ) -> io::Result<Server> {
        let listeners = listen::listen(port)?;
        let addrs = listeners
            .iter()
            .map(TcpListener::local_addr)
            .collect::<io::Result<_>>()?;
        let listeners = listeners.into_iter().map(Listener::Tcp).collect();
        Server::run(listeners, addrs, Arc::new(service), secure)
    }

    fn run(
        listeners: Vec<Listener>,
        addrs: Vec<SocketAddr>,
        service: Arc<dyn Service>,
        secure: Option<Secure>,
    ) -> io::Result<Server> {
        for listener in &listeners {
            listener.set_nonblocking()?;
        }
        let (woken, wake) = rustix::pipe::pipe()?;
        let shared = Arc::new(Shared::new(secure));
        let accepting = {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name("accept".to_owned())
                .spawn(move || listen::accept(&listeners, &woken, &shared, &service))?
        };
        Ok(Server {
            addrs,
            shared,
            wake: Some(wake),
            accepting: Some(accepting),
        })
    }

    /// Where it listens, IPv4 first; empty on a Unix socket.
    pub fn addrs(&self) -> &[SocketAddr] {
        &self.addrs
    }

    /// 0 on a Unix socket.
    pub fn port(&self) -> u16 {
        self.addrs.first().map_or(0, SocketAddr::port)
    }

    /// `http://127.0.0.1:PORT` and the path, which begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port())
    }

    /// Connections accepted so far.
    pub fn accepted(&self) -> u64 {
        self.shared.accepted()
    }

    /// Connections open now.
    pub fn open(&self) -> usize {
        self.shared.open()
    }

    /// The levels of this end of the connection whose other end is `peer`: with the
    /// peer's own ones, both ends of both pipes. Linear over the open connections, of
    /// which there are at most [`CONNECTIONS`].
    pub fn queues(&self, peer: SocketAddr) -> Option<Queues> {
        self.shared.queues(peer)
    }

    /// Waits until the accepting thread ends, which it does only on [`Server::stop`] or
    /// when the process ends.
    pub fn wait(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            // A panic of that thread has printed its message and ended the serving too.
            let _ = accepting.join();
        }
    }

    /// Listens no more and closes every connection at once.
    pub fn stop(&mut self) {
        self.wake = None;
        self.shared.stop();
        self.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Answering<F>(F);

impl<F: Fn(&Request) -> Script + Send + Sync + 'static> Service for Answering<F> {
    fn answer(&self, request: &Request) -> Script {
        (self.0)(request)
    }
}

struct Raw<F>(F);

impl<F: Fn(u64) -> Script + Send + Sync + 'static> Service for Raw<F> {
    fn answer(&self, _: &Request) -> Script {
        vec![Step::Close]
    }

    fn accepted(&self, connection: u64) -> Option<Script> {
        Some((self.0)(connection))
    }
}
