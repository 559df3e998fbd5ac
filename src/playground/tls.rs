//! The playground on TLS: a server for each kind of certificate, on a port of its own; and
//! the server's half of TLS on one connection.
//!
//! Owns the ports' order, and the files that a client needs. What the certificates are is
//! [`super::certificates`]'s.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustix::net::{RecvFlags, recv, send};
use rustls::{ServerConfig, ServerConnection};

use super::certificates::Authority;
pub use super::certificates::Kind;
use super::connection::SEND_FLAGS;
use super::routes::Pages;
use super::script::{Server, Service};
use crate::event::Queues;

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
}

/// The running servers; dropped, they stop, and their files are gone.
pub struct TlsPlayground {
    servers: Vec<(Kind, Server)>,
    root: Arc<[u8]>,
    files: tempfile::TempDir,
}

impl fmt::Debug for TlsPlayground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsPlayground")
            .field("servers", &self.servers)
            .finish_non_exhaustive()
    }
}

impl TlsPlayground {
    /// The good one on `port`, the others on the ports after it, in the order of
    /// [`Kind::ALL`]; all on free ones when it is `None`.
    ///
    /// # Errors
    /// What `bind()` says, or that the files could not be written.
    pub fn start(port: Option<u16>) -> io::Result<TlsPlayground> {
        Beside::default().start(port)
    }

    /// The same, with another service behind each.
    ///
    /// # Errors
    /// As [`TlsPlayground::start`].
    pub fn serve<S: Service>(
        port: Option<u16>,
        service: impl Fn() -> S,
    ) -> io::Result<TlsPlayground> {
        let authority = Authority::new(SystemTime::now())?;
        let files = tempfile::Builder::new().prefix("sockeye-").tempdir()?;
        let write = |name: &str, text: String| std::fs::write(files.path().join(name), text);
        write(ROOT, authority.root_pem())?;
        write(REVOKED, authority.revoked_pem()?)?;
        write(CLIENT, authority.client_pem()?)?;
        let start = |(at, &kind): (u16, &Kind)| {
            let port = port.filter(|&port| port != 0);
            let port = match port {
                Some(first) => Some(first.checked_add(at).ok_or(ErrorKind::InvalidInput)?),
                None => None,
            };
            let secure = Secure {
                config: Arc::new(authority.server(kind)?),
                says_goodbye: kind != Kind::NoCloseNotify,
            };
            Ok((kind, Server::serve_tls(port, service(), secure)?))
        };
        let servers = (0..).zip(Kind::ALL).map(start);
        Ok(TlsPlayground {
            servers: servers.collect::<io::Result<_>>()?,
            root: authority.root_der().into(),
            files,
        })
    }

    /// `https://127.0.0.1:PORT` and the path of the server of this kind.
    pub fn url(&self, kind: Kind, path: &str) -> String {
        let server = self.servers.iter().find(|(of, _)| *of == kind);
        let port = server.map_or(0, |(_, server)| server.port());
        format!("https://127.0.0.1:{port}{path}")
    }

    /// The levels of the server's end of the connection that comes from `peer`.
    pub fn queues(&self, peer: SocketAddr) -> Option<Queues> {
        let mut servers = self.servers.iter();
        servers.find_map(|(_, server)| server.queues(peer))
    }

    /// Every server, the good one first.
    pub fn servers(&self) -> impl Iterator<Item = (Kind, &Server)> {
        self.servers.iter().map(|(kind, server)| (*kind, server))
    }

    /// The root's certificate, DER.
    pub fn root(&self) -> Arc<[u8]> {
        Arc::clone(&self.root)
    }

    /// PEM for `--cacert`.
    pub fn root_file(&self) -> PathBuf {
        self.file(ROOT)
    }

    /// PEM for `--crlfile`.
    pub fn revoked_file(&self) -> PathBuf {
        self.file(REVOKED)
    }

    /// PEM for `--cert`.
    pub fn client_file(&self) -> PathBuf {
        self.file(CLIENT)
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::join(self.files.path(), name)
    }
}

const ROOT: &str = "root.pem";
const REVOKED: &str = "revoked.pem";
const CLIENT: &str = "client.pem";

/// How a server speaks TLS.
#[derive(Clone, Debug)]
pub struct Secure {
    pub config: Arc<ServerConfig>,
    /// Whether it sends close_notify before it closes.
    pub says_goodbye: bool,
}

/// The server's half of TLS on one connection.
pub(super) struct Session {
    tls: ServerConnection,
    says_goodbye: bool,
}

impl Session {
    pub fn new(secure: &Secure) -> io::Result<Session> {
        let mut tls =
            ServerConnection::new(Arc::clone(&secure.config)).map_err(io::Error::other)?;
        // What is written goes out at once: nothing piles up here.
        tls.set_buffer_limit(None);
        Ok(Session {
            tls,
            says_goodbye: secure.says_goodbye,
        })
    }

    /// All of it, in records of 16 KiB; also what TLS itself has to say.
    pub fn send(&mut self, socket: &OwnedFd, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(PIECE) {
            self.tls.writer().write_all(piece)?;
            self.flush(socket)?;
        }
        self.flush(socket)
    }

    /// Sends nothing more.
    pub fn end(&mut self, socket: &OwnedFd) -> io::Result<()> {
        if self.says_goodbye {
            self.tls.send_close_notify();
        }
        self.flush(socket)
    }

    pub fn handshaking(&self) -> bool {
        self.tls.is_handshaking()
    }

    /// One `recv()`, which `poll()` said would bring something: `Ok(None)` when that
    /// completed no plaintext, `Ok(Some(0))` when nothing more comes.
    pub fn recv(&mut self, socket: &OwnedFd, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let read = self.tls.read_tls(&mut Raw(socket))?;
        if let Err(error) = self.tls.process_new_packets() {
            // The alert that says why; a peer that has gone needs none.
            let _ = self.flush(socket);
            return Err(io::Error::other(error));
        }
        self.flush(socket)?;
        match self.waiting(buffer)? {
            None if read == 0 => Ok(Some(0)),
            waiting => Ok(waiting),
        }
    }

    /// Plaintext that came with an earlier `recv()`.
    pub fn waiting(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        match self.tls.reader().read(buffer) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
            // Without close_notify; the pages do not mind.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(Some(0)),
            Err(error) => Err(error),
        }
    }

    fn flush(&mut self, socket: &OwnedFd) -> io::Result<()> {
        while self.tls.wants_write() {
            self.tls.write_tls(&mut Raw(socket))?;
        }
        Ok(())
    }
}

/// Plaintext encrypted before it is sent: 16 records.
const PIECE: usize = 256 << 10;

/// The socket's two calls, as rustls wants them.
struct Raw<'a>(&'a OwnedFd);

impl Read for Raw<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(recv(self.0, buffer, RecvFlags::empty())?.0)
    }
}

impl Write for Raw<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(send(self.0, bytes, SEND_FLAGS)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
