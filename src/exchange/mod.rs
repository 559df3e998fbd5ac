//! The exchange: what a log of events amounts to.
//!
//! Owns the facts. [`Exchange::apply`] is the only fold of events in this program. The screen, the
//! headless output, exports and tests read the fields here; none of them counts
//! for itself. No clock, no bytes: times come with the events, bytes lie in the stores.
//!
//! ```text
//! Idle ─▸ Resolving ─▸ Connecting ─▸ Sending ─▸ Waiting ─▸ Receiving ─▸ Ended
//!   └────────────── a kept connection ─▸┘     (a 1xx head leaves Waiting as it is)
//! ```

mod answers;
pub mod compare;
pub mod dialogue;
mod fold;
pub mod frames;
mod levels;
mod log;
mod origin;
mod past;
mod proxied;
mod rate;
mod records;
mod spans;
mod starts;
mod verdict;

use std::net::IpAddr;

use crate::anomaly::Anomaly;
use crate::event::{
    Addr, Alert, Call, Closer, CookieTold, End, EndMode, Field, Framing, Head, Queues, Socket, Tls,
};

pub use answers::{ANSWERS_KEPT, Answer, Pair};
pub use levels::{Level, Levels};
pub use log::Log;
pub use origin::{Brought, ChunkAt, Origin, Part};
pub use past::Past;
pub use proxied::Proxied;
pub use rate::Rate;
pub use records::{Ciphertext, Entry, Ledger};
pub use spans::{Phase, Span, Spans, secs};
pub use starts::{Space, Starts};
pub use verdict::{Otherwise, Outcome, Progress, Verdict};

/// So many anomalies are kept whole; the rest is counted.
pub const ANOMALIES_KEPT: usize = 1000;

#[derive(Clone, Debug, Default)]
pub struct Exchange {
    /// How the user wanted it to end.
    pub mode: EndMode,
    /// Length of the request, in bytes.
    pub request_len: u64,
    pub log: Log,
    pub phase: Phase,
    pub spans: Spans,
    pub host: String,
    pub addrs: Vec<IpAddr>,
    pub attempts: Vec<Attempt>,
    /// The socket made last, with its options.
    pub socket: Option<Socket>,
    pub local: Option<Addr>,
    pub peer: Option<Addr>,
    /// This connection's exchange number; 1 on a new one.
    pub on_connection: u32,
    /// Why a kept connection did not serve.
    pub not_reused: Option<&'static str>,
    pub sends: Calls,
    pub recvs: Calls,
    /// The proxy that it goes through, and what that one said.
    pub proxy: Option<Box<Proxied>>,
    /// What the TLS handshake came to, on a connection made for this exchange.
    pub tls: Option<Box<Tls>>,
    /// The peer's last alert.
    pub alert: Option<Box<Alert>>,
    /// What the calls themselves moved, where TLS lies between.
    pub ciphertext: Ciphertext,
    /// Records of TLS, by direction and content.
    pub ledger: Ledger,
    /// The order in which both directions' bytes went.
    pub dialogue: dialogue::Dialogue,
    /// Wire bytes received on the connection before this exchange: what offsets in the
    /// events count from.
    pub wire_base: u64,
    /// The same of sent ones.
    pub sent_base: u64,
    /// Responses that others followed. From here to `trailers` it is all of the last one.
    over: Vec<answers::Over>,
    /// Where the last response begins.
    pub start: answers::Start,
    /// The first 64, as far as they lie in the response's first MiB.
    pub interim: Vec<Head>,
    pub head: Option<Head>,
    /// Wire bytes of this exchange before the body: `<= recvs.bytes`.
    pub head_bytes: u64,
    pub body_bytes: u64,
    /// Where another protocol began, after 101.
    pub upgraded: Option<Upgraded>,
    /// Of a WebSocket.
    pub frames: frames::Frames,
    pub chunks: Chunks,
    pub trailers: Vec<Field>,
    /// Whole responses and requests, where more than one was sent; known at the end.
    pub answered: Option<(u32, u32)>,
    /// What became of each `Set-Cookie`, where a jar looked at them.
    pub cookies: Vec<CookieTold>,
    /// The first [`ANOMALIES_KEPT`].
    pub anomalies: Vec<Anomaly>,
    pub anomaly_count: u64,
    pub queues: Option<Queues>,
    /// At the server's end, where that is our own playground.
    pub peer_queues: Option<Queues>,
    /// Both over time.
    pub levels: Levels,
    pub rate: Rate,
    /// When the last byte came.
    pub last_byte_us: Option<u64>,
    /// The longest that one `recv()` waited for bytes: a socket timeout under this would
    /// have struck. The user's pauses are not in it.
    pub longest_silence_us: u64,
    /// Bytes asked of the last `recv()`.
    pub last_asked: u32,
    /// The call that failed last, and the system's name for why.
    pub failed_call: Option<(Call, &'static str)>,
    pub would_block: u64,
    pub end: Option<End>,
    pub closed: Option<Closed>,
    pub error: Option<Failure>,
    /// The fold of all events before the log's last ones, once its first ones are full;
    /// from here on the past is told beyond a gap.
    behind: Option<Box<Exchange>>,
}

/// One connect attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    pub addr: Addr,
    pub span: Span,
    /// `None` while it runs or when another address was faster.
    pub outcome: Option<Result<(), String>>,
}

/// What the calls of one direction amount to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    pub count: u64,
    pub bytes: u64,
    /// Sends that took less than was offered; recvs that brought less than was asked.
    pub short: u64,
    /// The largest return value.
    pub largest: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chunks {
    pub count: u64,
    pub largest: u64,
    /// What their size lines add up to.
    pub bytes: u64,
    /// The last chunk, of size 0, is here.
    pub complete: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    pub by: Closer,
    pub kept_alive: bool,
    pub why: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: &'static str,
    pub message: String,
    pub exit: u8,
}

/// Where the body's bytes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyPlace {
    /// In the wire store, from `start` (counted in this exchange) on.
    Wire { start: u64, len: u64 },
    /// In the body store, from `start` on: a transfer coding was removed.
    Decoded { start: u64, len: u64 },
}

/// From here on the connection speaks what the 101 head's `Upgrade` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upgraded {
    /// Received bytes of the exchange before the other protocol's first.
    pub wire: u64,
    /// Sent bytes of the exchange before it.
    pub sent: u64,
}

/// A call that has not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    pub call: Call,
    pub since_us: u64,
}

impl Exchange {
    /// Before anything happened. `request_len` in bytes.
    pub fn new(mode: EndMode, request_len: u64) -> Exchange {
        Exchange {
            mode,
            request_len,
            ..Exchange::default()
        }
    }

    /// The byte of this exchange that an anomaly begins at.
    pub fn byte_of(&self, anomaly: &Anomaly) -> dialogue::Byte {
        match anomaly.sent {
            true => dialogue::Byte::Sent(anomaly.offset.saturating_sub(self.sent_base)),
            false => dialogue::Byte::Received(anomaly.offset.saturating_sub(self.wire_base)),
        }
    }

    pub fn running(&self) -> bool {
        !matches!(self.phase, Phase::Idle | Phase::Ended)
    }

    /// Where the body's bytes lie, and how many are there.
    pub fn body_place(&self) -> BodyPlace {
        match self.head.as_ref().map(|head| head.framing) {
            Some(Framing::Chunked) => BodyPlace::Decoded {
                start: self.start.decoded,
                len: self.body_bytes,
            },
            _ => BodyPlace::Wire {
                start: self.head_bytes,
                len: self.body_bytes,
            },
        }
    }

    /// The call that is running now, by what the log says last; the gate's pause is not
    /// told apart here.
    pub fn pending(&self) -> Option<Pending> {
        let call = match self.phase {
            Phase::Idle | Phase::Ended => return None,
            Phase::Resolving => Call::Resolve,
            Phase::Connecting => Call::Connect,
            Phase::Sending => Call::Send,
            Phase::Proxying | Phase::Securing | Phase::Waiting | Phase::Receiving => Call::Recv,
        };
        Some(Pending {
            call,
            since_us: self.log.last_call_us(),
        })
    }
}

impl Calls {
    fn add(&mut self, bytes: u32, short: bool) {
        self.count += 1;
        self.bytes += u64::from(bytes);
        self.short += u64::from(short);
        self.largest = self.largest.max(bytes);
    }
}

#[cfg(test)]
pub(crate) mod tests;
