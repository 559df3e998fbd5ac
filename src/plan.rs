//! Everything one fetch needs to know, as plain data.
//!
//! Owns [`Plan`]. It opens nothing and decides nothing while the fetch runs; what a
//! redirect makes of a plan is `redirect`'s.

mod options;
mod proxy;
mod redirect;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::event::{EndMode, Family};
use crate::url::Target;

pub use options::{SocketOption, SocketOptions};
pub use proxy::{Proxies, Proxy, ProxyScheme, User, Way};
pub use redirect::{Leads, leads};

/// Bytes asked of each `recv()` unless told. Measured on loopback, CPU against 64 KiB: 0.9
/// times at 128 KiB; from 192 KiB on 1.5 times, where the caches are shared with others.
pub const FAST_RECV: usize = 128 * 1024;
/// The textbook's size.
pub const CLASSIC_RECV: usize = 4096;
/// What the socket timeout is in end mode `timeout` when none was given.
pub const DEFAULT_END_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a body waits for 100 (Continue), as with curl.
pub const EXPECT_WAIT: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub struct Plan {
    /// Where to connect; the request's bytes are not looked at for that.
    pub target: Target,
    /// Exactly what is sent.
    pub request: Arc<[u8]>,
    pub end: EndMode,
    /// Bytes asked of each `recv()`; at least 1.
    pub recv_size: usize,
    /// Bytes offered to each `send()`; `None` is all that is left.
    pub send_size: Option<usize>,
    /// Rest between two `send()`s.
    pub send_delay: Option<Duration>,
    /// `shutdown(SHUT_WR)` once all is sent: the peer's `recv()` then answers 0, ours
    /// goes on.
    pub half_close: bool,
    /// How long the body waits for 100 (Continue) where the request says `Expect:
    /// 100-continue` (RFC 9110 section 10.1.1); `None`: it goes at once.
    pub expect: Option<Duration>,
    /// After 101 the exchange goes on, with bytes both ways, until either side closes.
    pub talk: bool,
    pub nonblocking: bool,
    /// Of each call (SO_RCVTIMEO, SO_SNDTIMEO; of `poll()` when non-blocking).
    pub timeout: Option<Duration>,
    pub connect_timeout: Option<Duration>,
    /// Of the whole exchange, from `start`.
    pub max_time: Option<Duration>,
    /// Only addresses of this family.
    pub family: Option<Family>,
    /// Addresses given instead of a look-up.
    pub resolve: Vec<Resolve>,
    /// Connect here instead of to the target's host and port.
    pub unix_socket: Option<PathBuf>,
    /// Unless there is a Unix socket.
    pub proxies: Proxies,
    /// How an https server is met.
    pub tls: Tls,
    /// Redirects take what says who we are along to other origins (`--location-trusted`).
    pub trusting: bool,
    /// Asked of each socket before it connects.
    pub options: SocketOptions,
    /// The local end's address; `bind()` takes it before `connect()`.
    pub bind: Option<IpAddr>,
    /// Take a kept connection when there is one.
    pub reuse: bool,
    /// Read the kernel's queues this often, also while a call blocks; `None`: never.
    pub watch: Option<Duration>,
    /// Have the kernel say when received bytes arrived: `recvmsg()` with SO_TIMESTAMPNS
    /// set is then called in place of `recv()`.
    pub arrivals: bool,
    /// Zero of the clock of the events; a redirect chain shares one.
    pub start: Instant,
}

/// `--resolve HOST:PORT:ADDR[,ADDR]…`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolve {
    /// Lower case, or `*` for every host.
    pub host: String,
    pub port: u16,
    pub addrs: Vec<IpAddr>,
}

/// How TLS is made. Connections and sessions are shared by plans of equal settings alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// False (`-k`): go on whatever the certificate says; what is wrong is still told.
    pub verify: bool,
    /// PEM; in place of the system's roots.
    pub cacert: Option<PathBuf>,
    /// DER; trusted beside the roots: the playground's own, in the browser.
    pub also_trusted: Vec<Arc<[u8]>>,
    /// PEM; revoked certificates. Each issuer of a chain needs a list then.
    pub crlfile: Option<PathBuf>,
    /// PEM; our own certificate with its chain, and its key where that stands elsewhere.
    pub cert: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub min: Option<TlsVersion>,
    pub max: Option<TlsVersion>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    V1_2,
    V1_3,
}

impl Default for Tls {
    fn default() -> Tls {
        Tls {
            verify: true,
            cacert: None,
            also_trusted: Vec::new(),
            crlfile: None,
            cert: None,
            key: None,
            min: None,
            max: None,
        }
    }
}

impl Plan {
    /// A plan with every knob at its default.
    pub fn new(target: Target, request: impl Into<Arc<[u8]>>) -> Plan {
        Plan {
            target,
            request: request.into(),
            end: EndMode::Auto,
            recv_size: FAST_RECV,
            send_size: None,
            send_delay: None,
            half_close: false,
            expect: Some(EXPECT_WAIT),
            talk: false,
            nonblocking: false,
            timeout: None,
            connect_timeout: None,
            max_time: None,
            family: None,
            resolve: Vec::new(),
            unix_socket: None,
            proxies: Proxies::default(),
            tls: Tls::default(),
            trusting: false,
            options: SocketOptions::default(),
            bind: None,
            reuse: true,
            watch: None,
            arrivals: false,
            start: Instant::now(),
        }
    }

    /// How the target is reached.
    pub fn way(&self) -> Way<'_> {
        match self.unix_socket {
            Some(_) => Way::Direct,
            None => self.proxies.way(&self.target),
        }
    }

    /// The host and port that are connected to: the proxy's, where there is one.
    pub fn place(&self) -> (&str, u16) {
        match self.way().proxy() {
            Some(proxy) => (&proxy.host, proxy.port),
            None => (&self.target.host, self.target.port),
        }
    }

    /// The timeout of each call: in end mode `timeout` there always is one.
    pub fn call_timeout(&self) -> Option<Duration> {
        match self.end {
            EndMode::Timeout => Some(self.timeout.unwrap_or(DEFAULT_END_TIMEOUT)),
            _ => self.timeout,
        }
    }
}
