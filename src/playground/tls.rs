//! The playground on TLS: a server for each kind of certificate, on a port of its own.
//!
//! Owns the ports' order, and the files that a client needs. What the certificates are is
//! [`super::certificates`]'s.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::certificates::Authority;
pub use super::certificates::Kind;
use super::script::Service;
use super::secure::Secure;
use super::server::Server;
use crate::event::Queues;

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
    /// [`Kind::ALL`]; all on free ones when it is `None`. A service is made for each.
    ///
    /// # Errors
    /// What `bind()` says, or that the files could not be written.
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
