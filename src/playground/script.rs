//! The scripted server: what a server does on a connection, as plain data.
//!
//! Owns [`Step`], [`Service`] and [`Server`] (listening, the open connections, stopping).
//! It knows no page; what happens on one connection is `connection`'s business.
//! It serves the playground's pages and the engine's tests alike:
//!
//! ```
//! use sockeye::playground::script::{Server, Step, send};
//!
//! let server = Server::start(|request| match request.path() {
//!     "/cut" => vec![send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), Step::Close],
//!     _ => vec![send("HTTP/1.1 204 No Content\r\n\r\n")],
//! })?;
//! assert!(server.url("/cut").starts_with("http://127.0.0.1:"));
//! # Ok::<(), std::io::Error>(())
//! ```

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::net::{Shutdown, shutdown};

pub use super::incoming::{Fit, Request};
use super::listen::{self, Listener};
use super::tls::Secure;
use crate::event::Queues;
use crate::net::probe;

/// Connections served at once, each by a thread; one more is closed as soon as it is
/// accepted.
pub const CONNECTIONS: usize = 256;
/// How long a connection may wait for its next request's bytes.
pub const IDLE: Duration = Duration::from_secs(60);

/// What the server does, one after the other. When all is done and no step ended the
/// connection, it stays open and the next request is read.
pub type Script = Vec<Step>;

/// One thing that a server does on a connection. A `send()` or `recv()` that fails ends
/// the script and the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// All of it, in as few `send()`s as the kernel allows.
    Send(Vec<u8>),
    /// One `send()` for each `piece` bytes, `every` so often; none of the time passes
    /// before the first or after the last.
    SendSlowly {
        bytes: Vec<u8>,
        piece: usize,
        every: Duration,
    },
    /// The first `bytes` of [`super::flood`]'s pattern, made while they go out.
    Pattern {
        bytes: u64,
    },
    /// The same steps again and again.
    Repeat {
        times: u64,
        steps: Script,
    },
    Wait(Duration),
    /// Reads so many bytes that are not read yet and forgets them; fewer when the peer
    /// closes first.
    Read {
        bytes: u64,
    },
    /// The same, at most `rate` bytes a second.
    ReadSlowly {
        bytes: u64,
        rate: u32,
    },
    /// SO_RCVBUF: makes the receive queue small and switches its autotuning off.
    ReceiveBuffer(usize),
    /// Sends back whatever comes, as it comes, until the peer closes.
    Echo,
    /// Sends each line back, until an empty one.
    Lines,
    /// Answers WebSocket frames until a Close has come and gone.
    WebSocket,
    /// Sends nothing more, reads and forgets until the peer closes.
    WaitForClose,
    /// `shutdown(SHUT_WR)`: the peer reads an end and may go on sending.
    HalfClose,
    /// An end in order: `shutdown(SHUT_WR)`, then what the peer still sends is read (a
    /// second at most), because `close()` with unread input would reset the connection
    /// and could take the answer's last bytes with it.
    Close,
    /// The same without TLS's close_notify.
    CloseUnannounced,
    /// From here on the connection is one to this address: `first` is sent there, `hello`
    /// here, and both directions are copied until one closes. Where that cannot be had,
    /// the steps of `refused`.
    Join {
        to: SocketAddr,
        hello: Vec<u8>,
        first: Vec<u8>,
        refused: Script,
    },
    /// A SOCKS5 proxy's part, for [`super::proxy::USER`] alone or for all.
    Socks {
        user: bool,
    },
    /// A reset (SO_LINGER 0), once what was sent has arrived.
    Reset,
}

/// [`Step::Send`] of text or bytes.
pub fn send(bytes: impl AsRef<[u8]>) -> Step {
    Step::Send(bytes.as_ref().to_vec())
}

/// What a server answers. Called on the connection's thread, which may wait in it.
pub trait Service: Send + Sync + 'static {
    /// The steps that answer a request.
    fn answer(&self, request: &Request) -> Script;

    /// How the body is to be read; called when the head is here and the body is not.
    fn reading(&self, head: &Request) -> Reading {
        let _ = head;
        Reading::default()
    }

    /// The steps of a connection (counted from 1) on which no request is read; after
    /// them it is closed. `None`, the default: requests are read.
    fn accepted(&self, connection: u64) -> Option<Script> {
        let _ = connection;
        None
    }
}

/// How a request's body is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Done before the first byte of the body is read.
    pub before: Script,
    /// Bytes a second at most.
    pub rate: Option<u32>,
    /// Take the bytes as they come, whatever Content-Length says: the body has come when
    /// nothing came for so long, and bytes past Content-Length belong to it (unless they
    /// begin as a request does).
    pub quiet: Option<Duration>,
    /// Bytes of the body that the request holds; the rest is counted and forgotten.
    pub kept: usize,
}

impl Default for Reading {
    fn default() -> Reading {
        Reading {
            before: Script::new(),
            rate: None,
            quiet: None,
            kept: 8 << 20,
        }
    }
}

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
        let shared = Arc::new(Shared {
            secure,
            ..Shared::default()
        });
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
        self.shared.state().accepted
    }

    /// Connections open now.
    pub fn open(&self) -> usize {
        self.shared.state().open.len()
    }

    /// The levels of this end of the connection whose other end is `peer`: with the
    /// peer's own ones, both ends of both pipes. Linear over the open connections, of
    /// which there are at most [`CONNECTIONS`].
    pub fn queues(&self, peer: SocketAddr) -> Option<Queues> {
        let state = self.shared.state();
        let is_it = |socket: &&Arc<OwnedFd>| {
            rustix::net::getpeername(socket)
                .ok()
                .flatten()
                .and_then(|addr| SocketAddr::try_from(addr).ok())
                == Some(peer)
        };
        state.open.values().find(is_it).map(probe::queues)
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

/// What the server, its accepting thread and its connections share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// `None`: in plain.
    pub(super) secure: Option<Secure>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stopped: bool,
    /// Connections so far: the next one's number.
    accepted: u64,
    /// The sockets themselves, not duplicates: a duplicate would keep the connection
    /// open after its script closed it.
    open: HashMap<u64, Arc<OwnedFd>>,
}

impl Shared {
    /// Waits in a way that stopping ends; `false` when it did.
    pub(super) fn wait(&self, time: Duration) -> bool {
        let (state, _) = self
            .changed
            .wait_timeout_while(self.state(), time, |state| !state.stopped)
            .unwrap_or_else(PoisonError::into_inner);
        !state.stopped
    }

    /// Takes a connection into the list; `None` when it is to be closed instead.
    pub(super) fn register(&self, socket: &Arc<OwnedFd>) -> Option<u64> {
        let mut state = self.state();
        if state.stopped || state.open.len() >= CONNECTIONS {
            return None;
        }
        state.accepted += 1;
        let number = state.accepted;
        state.open.insert(number, Arc::clone(socket));
        Some(number)
    }

    pub(super) fn forget(&self, connection: u64) {
        self.state().open.remove(&connection);
    }

    fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        for socket in state.open.values() {
            // It wakes whatever call the connection's thread is in; a peer that has
            // closed already leaves nothing to wake.
            let _ = shutdown(socket, Shutdown::Both);
        }
        self.changed.notify_all();
    }

    /// No invariant spans two fields, so a panic elsewhere leaves nothing to mistrust.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
