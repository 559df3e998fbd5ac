//! The practice server's other half: TLS, proxies, a Unix socket.
//!
//! Owns when it starts: once the first frame is out, on a thread of its own, because its
//! keys take longer than a frame; and who trusts its root: a fetch from one of its own
//! ports by a name of this machine, and no other.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use tempfile::TempDir;

use crate::event::Queues;
use crate::plan::Plan;
use crate::playground::beside::Beside;
use crate::playground::proxy::Proxies;
use crate::playground::server::Server;
use crate::playground::tls::{Kind, TlsPlayground};
use crate::url::Target;

/// Where its servers are, and their root's certificate.
#[derive(Clone, Debug)]
pub struct Practice {
    pub ports: Vec<(Kind, u16)>,
    /// DER.
    pub root: Arc<[u8]>,
    /// Proxies to this machine alone, as they are typed.
    pub proxies: Vec<String>,
}

/// What runs, until it is dropped.
#[derive(Debug)]
struct Running {
    tls: TlsPlayground,
    _proxies: Option<Proxies>,
    /// In a directory that is this user's alone.
    _socket: Option<(Server, TempDir)>,
}

impl Practice {
    /// The port of the server whose certificate is good.
    pub fn good(&self) -> Option<u16> {
        let good = self.ports.iter().find(|(kind, _)| *kind == Kind::Good);
        good.map(|(_, port)| *port)
    }

    /// Lets a plan trust the root where it goes to one of the servers.
    pub fn trust(&self, plan: &mut Plan) {
        if self.is_at(&plan.target) && plan.unix_socket().is_none() {
            plan.options.tls.also_trusted = vec![Arc::clone(&self.root)];
        }
    }

    fn is_at(&self, target: &Target) -> bool {
        let here = match target.host.parse::<IpAddr>() {
            Ok(addr) => addr.is_loopback(),
            Err(_) => target.host == "localhost",
        };
        let ours = || self.ports.iter().any(|(_, port)| *port == target.port);
        target.scheme.is_secure() && here && ours()
    }
}

/// The running servers, as soon as they are.
#[derive(Debug, Default)]
pub struct Servers(Arc<OnceLock<Running>>);

impl Servers {
    /// Starts them, and tells when they listen; a machine that cannot is left without.
    pub fn start(&self, beside: Beside, tell: impl FnOnce(Practice) + Send + 'static) {
        let servers = Arc::clone(&self.0);
        let start = move || {
            let Ok(tls) = beside.start(None) else {
                return;
            };
            // Without them, the page that lists them says so.
            let proxies = Proxies::start(None).ok();
            let socket = socket(&beside).ok();
            let path = socket.as_ref().map(|(_, dir)| dir.path().join(SOCKET));
            beside.tell_of(proxies.as_ref(), path.as_deref());
            let ports = tls.servers().map(|(kind, server)| (kind, server.port()));
            let urls = proxies.iter().flat_map(Proxies::urls);
            let practice = Practice {
                ports: ports.collect(),
                root: tls.root(),
                proxies: urls.map(str::to_owned).collect(),
            };
            servers.get_or_init(|| Running {
                tls,
                _proxies: proxies,
                _socket: socket,
            });
            tell(practice);
        };
        let spawned = std::thread::Builder::new().name("practice".to_owned());
        // Without a thread there are no such servers, which the start page shows.
        let _ = spawned.spawn(start);
    }

    /// The levels of the server's end of the connection that comes from `peer`.
    pub fn queues(&self, peer: SocketAddr) -> Option<Queues> {
        self.0.get()?.tls.queues(peer)
    }
}

const SOCKET: &str = "socket";

/// The pages on a Unix socket in a directory of its own, which goes with it.
fn socket(beside: &Beside) -> io::Result<(Server, TempDir)> {
    let dir = tempfile::Builder::new().prefix("sockeye-").tempdir()?;
    let server = beside.on_unix_socket(&dir.path().join(SOCKET))?;
    Ok((server, dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_trusted_on_the_servers_own_ports_alone() {
        let practice = Practice {
            ports: vec![(Kind::Expired, 4001), (Kind::Good, 4000)],
            root: Arc::from(&b"root"[..]),
            proxies: Vec::new(),
        };
        assert_eq!(practice.good(), Some(4000));
        for (url, trusted) in [
            ("https://localhost:4000/", true),
            ("https://127.0.0.1:4001/", true),
            ("https://[::1]:4000/", true),
            ("https://localhost:4002/", false),
            ("https://localhost/", false),
            ("http://localhost:4000/", false),
            ("https://example.com:4000/", false),
            ("https://10.0.0.1:4000/", false),
            ("https://localhost.example:4000/", false),
        ] {
            let mut plan = Plan::new(Target::parse(url).unwrap(), Vec::new());
            practice.trust(&mut plan);
            assert_eq!(!plan.options.tls.also_trusted.is_empty(), trusted, "{url}");
        }
        let target = Target::parse("https://localhost:4000/").unwrap();
        let mut elsewhere = Plan::new(target, Vec::new());
        elsewhere.options.unix_socket = Some("/run/x".into());
        practice.trust(&mut elsewhere);
        assert!(elsewhere.options.tls.also_trusted.is_empty());
    }

    #[test]
    fn it_starts_beside_the_plain_one_and_tells() {
        let playground = crate::playground::Playground::start(None).unwrap();
        let (sender, told) = std::sync::mpsc::channel();
        let servers = Servers::default();
        servers.start(playground.beside(), move |practice| {
            sender.send(practice).unwrap();
        });
        let practice = told.recv().unwrap();
        assert_eq!(practice.ports.len(), Kind::ALL.len());
        assert!(practice.good().is_some());
        assert_eq!(practice.proxies.len(), 4, "{:?}", practice.proxies);
    }
}
