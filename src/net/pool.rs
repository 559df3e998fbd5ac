//! Kept connections: idle, each for one place, with the count of its exchanges.
//!
//! Owns what may be kept and for how long. It makes no connection, and looks at one only
//! to say whether it can still serve.

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::event::Addr;
use crate::net::resolve;
use crate::net::tls::Configs;
use crate::net::transport::{Transport, Trouble};
use crate::plan::{Local, Plan, Proxy, Tls, Way};

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

/// A kept connection, for a list of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Idle {
    /// By which it can be closed.
    pub id: u64,
    pub place: String,
    pub local: Addr,
    pub peer: Addr,
    pub exchanges: u32,
    pub since: Instant,
    /// What a look without a call on the bytes tells of the peer; `None`: nothing new.
    pub news: Option<&'static str>,
}

#[derive(Debug)]
struct Kept {
    id: u64,
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
    /// The local end that was asked for.
    pub bound: Option<Local>,
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

    /// Every kept connection, the one kept last first.
    pub fn idle(&self) -> Vec<Idle> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let row = |kept: &mut Kept| Idle {
            id: kept.id,
            place: kept.place.to_string(),
            local: kept.connection.local.clone(),
            peer: kept.connection.peer.clone(),
            exchanges: kept.connection.exchanges,
            since: kept.since,
            news: kept.connection.news(),
        };
        kept.iter_mut().rev().map(row).collect()
    }

    /// Closes one of them, or all; answers how many.
    pub fn close(&self, id: Option<u64>) -> usize {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (stay, go): (VecDeque<Kept>, VecDeque<Kept>) = std::mem::take(&mut *kept)
            .into_iter()
            .partition(|kept| id.is_some_and(|id| kept.id != id));
        *kept = stay;
        go.into_iter().map(Kept::close).count()
    }

    /// The connection to this place that was kept last, and how long it has been idle.
    pub(super) fn take(&self, place: &Place) -> Option<(Connection, Duration)> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().rposition(|kept| kept.place == *place)?;
        let kept = kept.remove(at)?;
        Some((kept.connection, kept.since.elapsed()))
    }

    /// The connection between these two ends, where it is kept.
    pub(super) fn take_this(&self, local: &Addr, peer: &Addr) -> Option<(Connection, Duration)> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = |kept: &Kept| (&kept.connection.local, &kept.connection.peer) == (local, peer);
        let at = kept.iter().rposition(ends)?;
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
            if let Some(oldest) = oldest.and_then(|oldest| kept.remove(oldest)) {
                oldest.close();
            }
        }
        if kept.len() >= IN_ALL
            && let Some(oldest) = kept.pop_front()
        {
            oldest.close();
        }
        // Never used again in this program.
        static NEXT: AtomicU64 = AtomicU64::new(1);
        kept.push_back(Kept {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            place,
            connection,
            since,
        });
    }
}

impl Kept {
    /// No exchange runs on it that could tell of this: the good-bye that TLS is owed, then
    /// `close()`.
    fn close(mut self) {
        // A close() over tickets that nobody read would be a reset, which can overtake the
        // good-bye; a peer that has gone needs none.
        let transport = &mut self.connection.transport;
        let _ = transport.settle();
        let _ = transport.close_notify();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close(None);
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Host { host, port, tls } => write!(f, "{}://{host}:{port}", scheme(tls)),
            Place::Proxy {
                proxy,
                beyond: None,
                ..
            } => write!(f, "{proxy}, for any host"),
            Place::Proxy {
                proxy,
                beyond: Some(beyond),
                ..
            } => write!(f, "{beyond} through {proxy}"),
            Place::Unix { path, tls } => write!(f, "{} on unix:{}", scheme(tls), path.display()),
        }
    }
}

fn scheme<T>(tls: &Option<T>) -> &'static str {
    match tls {
        Some(_) => "https",
        None => "http",
    }
}

impl Place {
    pub fn of(plan: &Plan) -> Place {
        let tls = plan
            .target
            .scheme
            .is_secure()
            .then(|| plan.options.tls.clone());
        let host = plan.target.host.clone();
        match plan.unix_socket() {
            Some(path) => Place::Unix {
                path: path.to_owned(),
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
                    proxy_tls: plan.options.proxies.tls.clone(),
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
            .options
            .family
            .is_some_and(|family| family != self.peer.family())
            && plan.unix_socket().is_none()
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
        if plan.options.bind != self.bound && plan.unix_socket().is_none() {
            return Err("its local end was chosen otherwise");
        }
        if idle >= IDLE {
            return Err("it was idle for more than 90 s");
        }
        self.news().map_or(Ok(()), Err)
    }

    /// What the peer did meanwhile; nothing, where it can still serve.
    fn news(&mut self) -> Option<&'static str> {
        match self.transport.settle() {
            _ if self.transport.has_plain() => {
                return Some("bytes that nobody asked for had arrived");
            }
            _ if self.transport.peer_closed() => return Some("the peer had closed it"),
            Ok(()) | Err(Trouble::Errno(Errno::AGAIN)) => {}
            Err(Trouble::Errno(_)) => return Some("the peer had reset it"),
            Err(Trouble::Tls(_)) => return Some("its TLS had failed"),
        }
        match self.transport.peek() {
            Err(Errno::AGAIN) => None,
            Ok(0) => Some("the peer had closed it"),
            Ok(_) => Some("bytes that nobody asked for had arrived"),
            Err(_) => Some("the peer had reset it"),
        }
    }
}
