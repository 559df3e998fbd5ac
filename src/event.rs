//! The events of an exchange: small facts (counts, offsets, names), never body bytes.
//!
//! Owns [`Event`], [`Kind`], the ways a response may end ([`EndMode`] asked for,
//! [`EndReason`] found) and, in `json`, the line of each event. It folds nothing (that is
//! [`crate::exchange`]) and writes nowhere.

/// An enum whose values have one name each, in JSON, flags and on screen.
macro_rules! names {
    ($type:ident: $( $variant:ident $name:literal ),* $(,)?) => {
        impl $type {
            pub const ALL: &'static [$type] = &[ $( $type::$variant, )* ];

            pub fn name(self) -> &'static str {
                match self { $( $type::$variant => $name, )* }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

mod escape;
mod json;
mod piece;
mod proxy;
mod tls;
pub mod ws;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::anomaly::Anomaly;

pub use escape::Escaping;
pub use piece::Piece;
pub use proxy::{Proxy, ProxyAnswer, ProxyWay};
pub use tls::{Alert, Certificate, Content, Direction, Records, Tls};

/// No head keeps more text, however long its lines are.
const HEAD_TEXT: usize = 2 << 20;

/// What a head takes before it holds much: room for 32 fields and 1500 characters.
const HEAD_ROOM: usize = 4 << 10;

/// One fact, at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Microseconds since the start of the exchange, never going back.
    pub t_us: u64,
    pub kind: Kind,
}

/// What happened. Rare and large facts are boxed, so that the common ones (send, recv,
/// body, chunk) stay small: a log of them is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    ResolveStart {
        host: String,
        port: u16,
    },
    Resolved {
        addrs: Vec<IpAddr>,
        us: u64,
        /// By `--resolve` or by hand, without a look-up.
        given: bool,
    },
    Socket(Box<Socket>),
    /// `bind(local)`, with any port.
    Bound {
        local: IpAddr,
        /// Whose address it is, where an interface was asked for.
        interface: Option<Box<str>>,
    },
    /// `setsockopt(SO_BINDTODEVICE)`: packets leave and come by this interface alone.
    BoundToDevice {
        interface: Box<str>,
    },
    /// `setsockopt()` answered -1.
    OptionRefused {
        option: &'static str,
        value: u32,
        error: String,
    },
    ConnectStart {
        addr: Addr,
    },
    Connected {
        local: Addr,
        peer: Addr,
        us: u64,
    },
    ConnectFailed {
        addr: Addr,
        error: String,
        us: u64,
    },
    /// A kept connection serves this exchange, its `exchange`th (from 2 on).
    Reused {
        local: Addr,
        peer: Addr,
        exchange: u32,
        idle_us: u64,
    },
    /// A kept connection was there and could not serve.
    NotReused {
        peer: Addr,
        why: &'static str,
    },
    /// `send(offered) = sent`. `sent <= offered`.
    Send {
        offset: u64,
        offered: u32,
        sent: u32,
        /// Under TLS, what the call itself answered; see `event/tls.rs`.
        ciphertext: Option<u32>,
    },
    /// `recv(asked) = bytes`; 0 is the peer's close. `bytes <= asked`, but for TLS.
    Recv {
        offset: u64,
        asked: u32,
        bytes: u32,
        /// Unread bytes in the kernel just before the call, where they were read.
        queued: Option<u32>,
        /// Under TLS, what the call itself answered.
        ciphertext: Option<u32>,
        /// For so long at least all of them had lain in the kernel, where it told;
        /// `None` is "not known", which is not 0.
        lay_us: Option<u32>,
        /// The call was `recvmsg()`, which tells when bytes arrived (SO_TIMESTAMPNS).
        stamped: bool,
    },
    /// The target is reached through this proxy; `event/proxy.rs` tells all of them.
    Proxy(Box<Proxy>),
    /// The CONNECT that goes out next.
    ProxyConnect {
        to: Box<str>,
        request: Box<[u8]>,
    },
    ProxySend {
        offered: u32,
        sent: u32,
        what: Box<str>,
    },
    /// 0: the proxy closed.
    ProxyRecv {
        asked: u32,
        bytes: u32,
        what: Box<str>,
    },
    ProxyHead(Box<ProxyAnswer>),
    /// HTTP with the target can begin; since the proxy was connected.
    ProxyDone {
        us: u64,
    },
    /// The TLS handshake begins; the name asked for by SNI.
    TlsStart {
        server_name: Option<String>,
    },
    /// A `send()` that completed no byte of HTTP.
    TlsSend {
        offered: u32,
        sent: u32,
    },
    /// A `recv()` that completed no byte of HTTP; 0: the peer closed in the handshake.
    TlsRecv {
        asked: u32,
        bytes: u32,
    },
    TlsDone(Box<Tls>),
    /// The handshake failed; what is known of the peer all the same.
    TlsFailed(Box<Tls>),
    TlsRecord(Box<Records>),
    TlsAlert(Box<Alert>),
    /// A call that answered -1 for another reason than EAGAIN on a non-blocking socket.
    CallFailed {
        call: Call,
        /// The system's name: `ECONNRESET`.
        errno: &'static str,
        error: String,
    },
    /// EAGAIN (or EINPROGRESS), then `poll()` for so long.
    WouldBlock {
        call: Call,
        waited_us: u64,
    },
    /// The user's pause, step or throttle held this call back.
    Held {
        call: Call,
        waited_us: u64,
    },
    /// `shutdown(SHUT_WR)`: our direction is done, theirs is not.
    HalfClosed,
    /// Said on the open connection, and not sent when the exchange ended.
    Unsent {
        bytes: u64,
    },
    Queues(Box<Queues>),
    /// The same at the peer's end, where the peer is our own playground.
    PeerQueues(Box<Queues>),
    InterimHead(Box<Head>),
    Head(Box<Head>),
    /// So many more body bytes, transfer coding removed.
    Body {
        bytes: u64,
    },
    /// A chunk's size line; `offset` is the line's first byte.
    Chunk {
        offset: u64,
        size: u64,
        extensions: Box<str>,
    },
    Trailers {
        headers: Vec<Field>,
    },
    Anomaly(Box<Anomaly>),
    /// A kept connection is talked on: the exchange that had ended goes on.
    Resumed {
        idle_us: u64,
    },
    /// The response to another request on this connection begins here. The first one's
    /// beginning is the exchange's.
    Answer {
        /// From 2 on.
        number: u32,
        offset: u64,
    },
    /// Where more than one request was sent: how many of them have a whole final response
    /// when it ends.
    Answered {
        answers: u32,
        requests: u32,
    },
    /// After 101 to a WebSocket.
    WsFrame(Box<ws::Frame>),
    Redirect {
        from: String,
        to: String,
        status: u16,
    },
    /// What became of a `Set-Cookie`.
    Cookie(Box<CookieTold>),
    End(End),
    Closed {
        by: Closer,
        kept_alive: bool,
        /// Why it was, or was not, kept.
        why: &'static str,
    },
    Error {
        kind: &'static str,
        message: String,
        exit: u8,
    },
}

/// A `Set-Cookie`, and whether the jar took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieTold {
    /// Empty where it has none.
    pub name: String,
    /// `stored`, `replaced`, `removed`, `expired`, `refused`.
    pub outcome: &'static str,
    pub refused: Option<CookieRefused>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieRefused {
    /// One word for scripts.
    pub kind: &'static str,
    pub why: String,
    /// The section that says so.
    pub rule: &'static str,
}

/// `socket(family, SOCK_STREAM)` and what its options are.
#[derive(Clone, Debug, PartialEq)]
pub struct Socket {
    pub family: Family,
    pub fd: i32,
    /// Name and value, as `getsockopt` gave them.
    pub options: Vec<(&'static str, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Inet,
    Inet6,
    Unix,
}

/// An end of a connection: an IP address with port, or a Unix socket's path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Addr {
    Ip(SocketAddr),
    Unix(PathBuf),
}

/// The calls that can wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Resolve,
    Connect,
    Send,
    Recv,
    Close,
}

/// Levels of the kernel's queues, from outside the call. `None` is "not available on
/// this platform or for this kind of socket", which is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queues {
    /// FIONREAD: received by the kernel, not yet by us.
    pub recv_queued: Option<u32>,
    /// SIOCOUTQ: sent by us, not yet acknowledged by the peer.
    pub send_queued: Option<u32>,
    /// SIOCOUTQNSD: not even sent by the kernel. `send_unsent <= send_queued`.
    pub send_unsent: Option<u32>,
    /// SO_RCVBUF and SO_SNDBUF now; autotuning moves them.
    pub recv_buffer: Option<u32>,
    pub send_buffer: Option<u32>,
    /// `tcpi_rcv_wnd`: what we tell the peer it may still send. Under one segment
    /// means "full".
    pub recv_window: Option<u32>,
    /// `tcpi_snd_wnd`: what the peer lets us send.
    pub send_window: Option<u32>,
    /// `tcpi_rcv_mss`.
    pub segment: Option<u32>,
    pub rtt_us: Option<u32>,
    pub retransmits: Option<u32>,
}

/// A response's head: the status line and the fields, with the places of their bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// As received: `HTTP/1.1`.
    pub version: String,
    pub status: u16,
    pub reason: String,
    pub fields: Vec<Field>,
    /// Of the status line's first byte.
    pub offset: u64,
    /// From `offset` past the empty line.
    pub bytes: u64,
    /// What will end the body. [`Framing::NoBody`] for an interim head.
    pub framing: Framing,
}

/// A header or trailer field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Without a space before the colon; empty for a line without a colon.
    pub name: Piece,
    /// Without outer white space, a fold as one space.
    pub value: Piece,
    /// Of the line's first byte.
    pub offset: u64,
    /// With its line end, folds included.
    pub len: u32,
}

/// What ends the body, RFC 9112 section 6.3, and by which of its numbered steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Steps 1 and 2: HEAD, 1xx, 204, 304, or 2xx to CONNECT; 101 starts another protocol.
    NoBody,
    /// Step 4.
    Chunked,
    /// Step 6.
    Length(u64),
    /// Step 8, or steps 4 and 5 where no other meaning is left.
    Close,
}

/// How the user wants a response to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EndMode {
    /// As RFC 9112 section 6.3 says.
    #[default]
    Auto,
    /// `recv()` until it answers 0: the textbook's loop, which hangs on keep-alive.
    Close,
    /// Content-Length's bytes, whatever else the head says.
    Length,
    /// `recv()` until the socket's timeout.
    Timeout,
    /// One single `recv()`.
    Once,
}

/// Why a response ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndReason {
    ContentLength,
    Chunked,
    Close,
    Timeout,
    NoBody,
    Once,
    Upgrade,
    Cancelled,
    Error,
}

/// The end of a response. `head_bytes + body_bytes <= wire_bytes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    pub reason: EndReason,
    /// Interim heads included.
    pub head_bytes: u64,
    pub body_bytes: u64,
    pub wire_bytes: u64,
    /// Since the start of this exchange.
    pub us: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closer {
    Us,
    Peer,
}

names!(Family: Inet "AF_INET", Inet6 "AF_INET6", Unix "AF_UNIX");
names!(Call: Resolve "getaddrinfo", Connect "connect", Send "send", Recv "recv", Close "close");
names!(EndMode: Auto "auto", Close "close", Length "length", Timeout "timeout", Once "once");
names!(EndReason: ContentLength "content_length", Chunked "chunked", Close "close",
    Timeout "timeout", NoBody "no_body", Once "once", Upgrade "upgrade",
    Cancelled "cancelled", Error "error");
names!(Closer: Us "us", Peer "peer");

impl EndMode {
    /// The next one, in the order of F9.
    pub fn next(self) -> EndMode {
        let at = EndMode::ALL.iter().position(|&mode| mode == self);
        EndMode::ALL[at.map_or(0, |at| (at + 1) % EndMode::ALL.len())]
    }
}

impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Addr::Ip(addr) => addr.fmt(f),
            Addr::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl Addr {
    pub fn family(&self) -> Family {
        match self {
            Addr::Ip(SocketAddr::V4(_)) => Family::Inet,
            Addr::Ip(SocketAddr::V6(_)) => Family::Inet6,
            Addr::Unix(_) => Family::Unix,
        }
    }
}

impl Head {
    /// The values of every field of this name, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value.as_str())
    }
}

impl Kind {
    /// Bytes of memory beyond its own size, about, where a peer can make them many.
    pub fn holds(&self) -> usize {
        let fields = |fields: &[Field]| {
            let lines: usize = fields.iter().map(|field| field.len as usize).sum();
            lines.min(HEAD_TEXT) + size_of_val(fields)
        };
        match self {
            Kind::InterimHead(head) | Kind::Head(head) => {
                HEAD_ROOM + fields(&head.fields) + head.reason.len()
            }
            Kind::Trailers { headers } => fields(headers),
            Kind::Chunk { extensions, .. } => extensions.len(),
            Kind::Anomaly(anomaly) => anomaly.detail.len() + size_of::<Anomaly>(),
            _ => 0,
        }
    }

    /// The `event` field of the JSON line.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::ResolveStart { .. } => "resolve_start",
            Kind::Resolved { .. } => "resolved",
            Kind::Socket(_) => "socket",
            Kind::ConnectStart { .. } => "connect_start",
            Kind::Connected { .. } => "connected",
            Kind::ConnectFailed { .. } => "connect_failed",
            Kind::Reused { .. } => "reused",
            Kind::Bound { .. } => "bound",
            Kind::BoundToDevice { .. } => "bound_to_device",
            Kind::OptionRefused { .. } => "option_refused",
            Kind::NotReused { .. } => "not_reused",
            Kind::Proxy(_) => "proxy",
            Kind::ProxyConnect { .. } => "proxy_connect",
            Kind::ProxySend { .. } => "proxy_send",
            Kind::ProxyRecv { .. } => "proxy_recv",
            Kind::ProxyHead(_) => "proxy_head",
            Kind::ProxyDone { .. } => "proxy_done",
            Kind::Send { .. } => "send",
            Kind::Recv { .. } => "recv",
            Kind::TlsStart { .. } => "tls_start",
            Kind::TlsSend { .. } => "tls_send",
            Kind::TlsRecv { .. } => "tls_recv",
            Kind::TlsDone(_) => "tls_done",
            Kind::TlsFailed(_) => "tls_failed",
            Kind::TlsRecord(_) => "tls_record",
            Kind::TlsAlert(_) => "tls_alert",
            Kind::CallFailed { .. } => "call_failed",
            Kind::WouldBlock { .. } => "would_block",
            Kind::Held { .. } => "held",
            Kind::HalfClosed => "half_closed",
            Kind::Unsent { .. } => "unsent",
            Kind::Queues(_) => "queues",
            Kind::PeerQueues(_) => "peer_queues",
            Kind::InterimHead(_) => "interim_head",
            Kind::Head(_) => "head",
            Kind::Body { .. } => "body",
            Kind::Chunk { .. } => "chunk",
            Kind::Trailers { .. } => "trailers",
            Kind::Anomaly(_) => "anomaly",
            Kind::Resumed { .. } => "resumed",
            Kind::Answer { .. } => "answer",
            Kind::Answered { .. } => "answered",
            Kind::WsFrame(_) => "ws_frame",
            Kind::Redirect { .. } => "redirect",
            Kind::Cookie(_) => "cookie",
            Kind::End(_) => "end",
            Kind::Closed { .. } => "closed",
            Kind::Error { .. } => "error",
        }
    }
}
impl Queues {
    /// Each level with its name in JSON.
    pub fn named(&self) -> [(&'static str, Option<u32>); 10] {
        [
            ("recv_queued", self.recv_queued),
            ("send_queued", self.send_queued),
            ("send_unsent", self.send_unsent),
            ("recv_buffer", self.recv_buffer),
            ("send_buffer", self.send_buffer),
            ("recv_window", self.recv_window),
            ("send_window", self.send_window),
            ("segment", self.segment),
            ("rtt_us", self.rtt_us),
            ("retransmits", self.retransmits),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_events_stay_small() {
        assert!(size_of::<Event>() <= 88, "{}", size_of::<Event>());
    }

    #[test]
    fn end_modes_go_round() {
        let mut mode = EndMode::Auto;
        for _ in EndMode::ALL {
            mode = mode.next();
        }
        assert_eq!(mode, EndMode::Auto);
    }
}
