//! Kept connections: idle, each for one place, with the count of its exchanges.
//!
//! Owns what may be kept and for how long. It makes no connection, and looks at one only
//! to say whether it can still serve.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::event::Addr;
use crate::net::resolve;
use crate::net::tls::Configs;
use crate::net::transport::{Transport, Trouble};
use crate::plan::{Plan, Proxy, Tls, Way};
use crate::url::Scheme;

/// Kept connections to one place, and in all: browsers keep 6 to a host.
const AT_ONE_PLACE: usize = 6;
const IN_ALL: usize = 64;
/// Servers close after 5 (Apache) to 75 (nginx) idle seconds; past that it is a waste.
const IDLE: Duration = Duration::from_secs(90);

/// Connections that may serve another exchange. Shared by all fetches of a program.
/// Linear scan; fine at 64.
#[derive(Debug, Default)]
pub struct Pool {
    kept: Mutex<VecDeque<Kept>>,
    /// What the handshakes of all connections share: roots, sessions to resume.
    pub(super) tls: Configs,
}

#[derive(Debug)]
struct Kept {
    place: Place,
    connection: Connection,
    since: Instant,
}

/// What a connection leads to: a fetch takes one that leads to its own target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Host {
        host: String,
        port: u16,
        tls: Option<Tls>,
    },
    /// Through a proxy: to it alone, where it takes requests for any host, else to a target
    /// behind it.
    Proxy {
        proxy: Proxy,
        proxy_tls: Tls,
        beyond: Option<Box<Place>>,
    },
    Unix {
        path: PathBuf,
        /// The server's name, where there is TLS: it was verified for that one alone.
        tls: Option<(String, Tls)>,
    },
}

/// A connection and its counts, which events' offsets go on from.
#[derive(Debug)]
pub(super) struct Connection {
    pub transport: Transport,
    pub local: Addr,
    pub peer: Addr,
    /// Wire bytes of each direction so far.
    pub sent: u64,
    pub received: u64,
    /// Exchanges so far, the running one included: from 1.
    pub exchanges: u32,
}

impl Pool {
    pub fn new() -> Pool {
        Pool::default()
    }

    /// The connection to this place that was kept last, and how long it has been idle.
    pub(super) fn take(&self, place: &Place) -> Option<(Connection, Duration)> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().rposition(|kept| kept.place == *place)?;
        let kept = kept.remove(at)?;
        Some((kept.connection, kept.since.elapsed()))
    }

    /// Keeps a connection on which nothing is outstanding; the oldest make room.
    pub(super) fn keep(&self, place: Place, connection: Connection) {
        let since = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.since.elapsed() < IDLE);
        if kept.iter().filter(|kept| kept.place == place).count() >= AT_ONE_PLACE {
            let oldest = kept.iter().position(|kept| kept.place == place);
            oldest.and_then(|oldest| kept.remove(oldest));
        }
        if kept.len() >= IN_ALL {
            kept.pop_front();
        }
        kept.push_back(Kept {
            place,
            connection,
            since,
        });
    }
}

impl Place {
    pub fn of(plan: &Plan) -> Place {
        let tls = (plan.target.scheme == Scheme::Https).then(|| plan.tls.clone());
        let host = plan.target.host.clone();
        match &plan.unix_socket {
            Some(path) => Place::Unix {
                path: path.clone(),
                tls: tls.map(|tls| (host, tls)),
            },
            None => {
                let beyond = Place::Host {
                    host,
                    port: plan.target.port,
                    tls,
                };
                let way = plan.way();
                let Some(proxy) = way.proxy() else {
                    return beyond;
                };
                Place::Proxy {
                    proxy: proxy.clone(),
                    proxy_tls: plan.proxies.tls.clone(),
                    beyond: match way {
                        Way::Forward(_) => None,
                        _ => Some(Box::new(beyond)),
                    },
                }
            }
        }
    }
}

impl Connection {
    /// Whether it can serve this plan after so long; else why not.
    pub fn can_serve(&mut self, plan: &Plan, idle: Duration) -> Result<(), &'static str> {
        if plan
            .family
            .is_some_and(|family| family != self.peer.family())
            && plan.unix_socket.is_none()
        {
            return Err("it is of the other address family");
        }
        if let (Addr::Ip(peer), Some(given)) = (
            &self.peer,
            resolve::given(plan, plan.place().0, plan.place().1),
        ) && !given.addrs.contains(&peer.ip())
        {
            return Err("--resolve gives another address");
        }
        if idle >= IDLE {
            return Err("it was idle for more than 90 s");
        }
        match self.transport.settle() {
            _ if self.transport.has_plain() => {
                return Err("bytes that nobody asked for had arrived");
            }
            _ if self.transport.peer_closed() => return Err("the peer had closed it"),
            Ok(()) | Err(Trouble::Errno(Errno::AGAIN)) => {}
            Err(Trouble::Errno(_)) => return Err("the peer had reset it"),
            Err(Trouble::Tls(_)) => return Err("its TLS had failed"),
        }
        match self.transport.peek() {
            Err(Errno::AGAIN) => Ok(()),
            Ok(0) => Err("the peer had closed it"),
            Ok(_) => Err("bytes that nobody asked for had arrived"),
            Err(_) => Err("the peer had reset it"),
        }
    }
}
