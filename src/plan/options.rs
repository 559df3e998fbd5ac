//! How a fetch is made: everything that flags, knobs and the config file can ask for.
//!
//! Owns the options and their defaults. What a word or a key is for each of them is told
//! where it is typed: `headless::flags`, `config`, `tui::knobs`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::{Proxies, SocketOptions, Tls, Way};
use crate::event::{EndMode, Family};
use crate::url::Target;

/// Bytes asked of each `recv()` unless told. Measured on loopback, CPU against 64 KiB: 0.9
/// times at 128 KiB; from 192 KiB on 1.5 times, where the caches are shared with others.
pub const FAST_RECV: usize = 128 * 1024;
/// The textbook's size.
pub const CLASSIC_RECV: usize = 4096;
/// What the socket timeout is in end mode `timeout` when none was given.
pub const DEFAULT_END_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a body waits for 100 (Continue), as with curl.
pub const EXPECT_WAIT: Duration = Duration::from_secs(1);

/// See [`Plan::options`](super::Plan::options).
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
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
    pub nonblocking: bool,
    /// Have the kernel say when received bytes arrived: `recvmsg()` with SO_TIMESTAMPNS
    /// set is then called in place of `recv()`.
    pub arrivals: bool,
    /// Of each call (SO_RCVTIMEO, SO_SNDTIMEO; of `poll()` when non-blocking).
    pub timeout: Option<Duration>,
    pub connect_timeout: Option<Duration>,
    /// Of the whole exchange.
    pub max_time: Option<Duration>,
    /// Only addresses of this family.
    pub family: Option<Family>,
    /// Addresses given instead of a look-up.
    pub resolve: Vec<Resolve>,
    /// Connect here instead of to the target's host and port.
    pub unix_socket: Option<PathBuf>,
    /// The local end's address; `bind()` takes it before `connect()`.
    pub bind: Option<IpAddr>,
    /// Asked of each socket before it connects.
    pub socket: SocketOptions,
    /// Unless there is a Unix socket.
    pub proxies: Proxies,
    /// How an https server is met.
    pub tls: Tls,
    /// Redirects take what says who we are along to other origins (`--location-trusted`).
    pub trusting: bool,
    /// Take a kept connection when there is one.
    pub reuse: bool,
}

/// `--resolve HOST:PORT:ADDR[,ADDR]…`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolve {
    /// Lower case, or `*` for every host.
    pub host: String,
    pub port: u16,
    pub addrs: Vec<IpAddr>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            end: EndMode::Auto,
            recv_size: FAST_RECV,
            send_size: None,
            send_delay: None,
            half_close: false,
            expect: Some(EXPECT_WAIT),
            nonblocking: false,
            arrivals: false,
            timeout: None,
            connect_timeout: None,
            max_time: None,
            family: None,
            resolve: Vec::new(),
            unix_socket: None,
            bind: None,
            socket: SocketOptions::default(),
            proxies: Proxies::default(),
            tls: Tls::default(),
            trusting: false,
            reuse: true,
        }
    }
}

impl Options {
    /// How a target is reached.
    pub fn way(&self, target: &Target) -> Way<'_> {
        match self.unix_socket {
            Some(_) => Way::Direct,
            None => self.proxies.way(target),
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
