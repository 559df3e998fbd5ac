//! Everything one fetch needs to know, as plain data.
//!
//! Owns [`Plan`]: what is fetched and from where, beside the options that say how. It opens
//! nothing and decides nothing while the fetch runs; what a redirect makes of a plan is
//! `redirect`'s.

mod local;
mod options;
mod proxies;
mod proxy;
mod redirect;
mod socket;
mod tls;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::url::Target;

pub use local::Local;
pub use options::{CLASSIC_RECV, DEFAULT_END_TIMEOUT, EXPECT_WAIT, FAST_RECV, Options, Resolve};
pub use proxies::Proxies;
pub use proxy::{Proxy, ProxyScheme, User, Way};
pub use redirect::{Leads, leads};
pub use socket::{SocketOption, SocketOptions};
pub use tls::{Tls, TlsVersion};

#[derive(Clone, Debug)]
pub struct Plan {
    /// Where to connect; the request's bytes are not looked at for that.
    pub target: Target,
    /// Exactly what is sent.
    pub request: Arc<[u8]>,
    pub options: Options,
    /// After 101 the exchange goes on, with bytes both ways, until either side closes.
    pub talk: bool,
    /// Read the kernel's queues this often, also while a call blocks; `None`: never.
    pub watch: Option<Duration>,
    /// Zero of the clock of the events; a redirect chain shares one.
    pub start: Instant,
}

impl Plan {
    /// A plan with every option at its default.
    pub fn new(target: Target, request: impl Into<Arc<[u8]>>) -> Plan {
        Plan {
            target,
            request: request.into(),
            options: Options::default(),
            talk: false,
            watch: None,
            start: Instant::now(),
        }
    }

    /// How the target is reached.
    pub fn way(&self) -> Way<'_> {
        self.options.way(&self.target)
    }

    /// The Unix socket that is connected to: the target's own, else the one asked for.
    pub fn unix_socket(&self) -> Option<&Path> {
        let socket = self.target.socket.as_ref();
        socket
            .or(self.options.unix_socket.as_ref())
            .map(PathBuf::as_path)
    }

    /// The host and port that are connected to: the proxy's, where there is one.
    pub fn place(&self) -> (&str, u16) {
        match self.way().proxy() {
            Some(proxy) => (&proxy.host, proxy.port),
            None => (&self.target.host, self.target.port),
        }
    }
}
