//! The exchange: what a log of events amounts to.
//!
//! [`Exchange::apply`] is the only fold of events in this program. The screen, the
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
pub mod frames;
mod levels;
mod log;
mod origin;
mod past;
mod proxied;
mod records;
mod verdict;

use std::net::IpAddr;

use crate::anomaly::Anomaly;
use crate::event::{
    Addr, Call, Closer, CookieTold, End, EndMode, Event, Field, Framing, Head, Kind, Queues,
    Socket, Tls,
};

pub use answers::{ANSWERS_KEPT, Answer};
pub use levels::{Level, Levels};
pub use log::Log;
pub use origin::{Brought, ChunkAt, Origin, Part, Space, Starts};
pub use past::Past;
pub use proxied::Proxied;
pub use records::{Ciphertext, Entry, Ledger};
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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    #[default]
    Idle,
    Resolving,
    Connecting,
    /// What a proxy is told before HTTP can begin.
    Proxying,
    /// The TLS handshake.
    Securing,
    Sending,
    /// All is sent, no byte is back.
    Waiting,
    Receiving,
    Ended,
}

/// When each phase began and ended, in microseconds; `end` is `None` while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    pub resolve: Option<Span>,
    pub connect: Option<Span>,
    pub proxy: Option<Span>,
    pub tls: Option<Span>,
    pub send: Option<Span>,
    pub wait: Option<Span>,
    pub receive: Option<Span>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub from: u64,
    pub to: Option<u64>,
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

/// Received bytes over time, in at most [`Rate::BUCKETS`] buckets: when they are used
/// up, two become one and the bucket's time doubles.
#[derive(Clone, Debug)]
pub struct Rate {
    pub bucket_us: u64,
    /// Time of the first received byte.
    pub from_us: u64,
    pub buckets: Vec<u64>,
}

impl Default for Rate {
    fn default() -> Rate {
        Rate {
            bucket_us: 50_000,
            from_us: 0,
            buckets: Vec::new(),
        }
    }
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

    /// The fold.
    pub fn apply(&mut self, event: Event) {
        let body_before = self.fold(&event);
        let gone = self.log.push(event, body_before);
        if self.log.first_is_full() {
            // Its log's own events are not copied for that.
            let log = std::mem::take(&mut self.log);
            let mut behind = self.clone();
            behind.log = log.counts();
            self.log = log;
            self.behind = Some(Box::new(behind));
        }
        if let (Some(gone), Some(behind)) = (gone, &mut self.behind) {
            let body_before = behind.fold(&gone);
            behind.log.pass(&gone, body_before);
        }
    }

    /// What an event changes in the fields; answers the body bytes that lie before it.
    fn fold(&mut self, event: &Event) -> u64 {
        let t = event.t_us;
        // A recv's body bytes follow it, a chunk's may be told before or after it.
        let body_before = self.start.body.saturating_add(match event.kind {
            Kind::Chunk { .. } => self.chunks.bytes,
            _ => self.body_bytes,
        });
        match &event.kind {
            Kind::ResolveStart { host, .. } => {
                self.host = host.clone();
                // The target's name for a SOCKS proxy is looked up on the way.
                if self.phase != Phase::Proxying {
                    self.phase = Phase::Resolving;
                    self.spans.resolve = Some(Span { from: t, to: None });
                }
            }
            Kind::Resolved { addrs, .. } => {
                self.addrs.clone_from(addrs);
                close(&mut self.spans.resolve, t);
            }
            Kind::Socket(socket) => self.socket = Some((**socket).clone()),
            Kind::ConnectStart { addr } => {
                self.phase = Phase::Connecting;
                self.spans.connect.get_or_insert(Span { from: t, to: None });
                self.attempts.push(Attempt {
                    addr: addr.clone(),
                    span: Span { from: t, to: None },
                    outcome: None,
                });
            }
            Kind::Connected { local, peer, .. } => {
                self.outcome(peer, t, Ok(()));
                close(&mut self.spans.connect, t);
                self.connected(local, peer, 1, t);
                self.greets(t);
            }
            Kind::ConnectFailed { addr, error, .. } => self.outcome(addr, t, Err(error.clone())),
            Kind::Reused {
                local,
                peer,
                exchange,
                ..
            } => self.connected(local, peer, *exchange, t),
            Kind::NotReused { why, .. } => self.not_reused = Some(why),
            Kind::Send {
                offset,
                offered,
                sent,
                ciphertext,
            } => {
                if self.sends.count == 0 {
                    self.sent_base = *offset;
                }
                self.sends.add(*sent, sent < offered);
                self.ciphertext.sent += u64::from(ciphertext.unwrap_or(0));
                self.dialogue.sent(u64::from(*sent));
                if self.sends.bytes >= self.request_len && self.phase == Phase::Sending {
                    self.phase = Phase::Waiting;
                    close(&mut self.spans.send, t);
                    self.spans.wait = Some(Span { from: t, to: None });
                }
            }
            Kind::Recv {
                offset,
                asked,
                bytes,
                ciphertext,
                ..
            } => {
                if self.recvs.count == 0 {
                    self.wire_base = *offset;
                }
                if self.phase < Phase::Receiving {
                    self.phase = Phase::Receiving;
                    close(&mut self.spans.send, t);
                    close(&mut self.spans.wait, t);
                    self.spans.receive = Some(Span { from: t, to: None });
                }
                self.recvs
                    .add(*bytes, ciphertext.unwrap_or(*bytes) < *asked);
                self.ciphertext.received += u64::from(ciphertext.unwrap_or(0));
                self.dialogue.received(u64::from(*bytes));
                self.rate.add(t, u64::from(*bytes));
                self.last_asked = *asked;
                if *bytes > 0 {
                    self.last_byte_us = Some(t);
                    self.silence(t.saturating_sub(self.log.last_call_us()));
                }
            }
            Kind::WouldBlock { call, waited_us } => {
                self.would_block += 1;
                if *call == Call::Recv {
                    self.silence(*waited_us);
                }
            }
            Kind::Proxy(_)
            | Kind::ProxyConnect { .. }
            | Kind::ProxySend { .. }
            | Kind::ProxyRecv { .. }
            | Kind::ProxyHead(_)
            | Kind::ProxyDone { .. } => self.proxied(&event.kind, t),
            Kind::TlsStart { .. } if self.phase == Phase::Proxying => {}
            Kind::TlsDone(tls) if self.phase == Phase::Proxying => self.proxy_tls(tls),
            Kind::TlsStart { .. } => {
                self.phase = Phase::Securing;
                self.spans.send = None;
                self.spans.tls = Some(Span { from: t, to: None });
            }
            Kind::TlsSend { sent, .. } => self.ciphertext.sent += u64::from(*sent),
            Kind::TlsRecv { bytes, .. } => self.ciphertext.received += u64::from(*bytes),
            Kind::TlsDone(tls) => {
                self.tls = Some(tls.clone());
                close(&mut self.spans.tls, t);
                self.may_send(t);
            }
            Kind::TlsFailed(tls) => {
                self.tls = Some(tls.clone());
                close(&mut self.spans.tls, t);
            }
            Kind::TlsRecord(records) => self.ledger.add(records),
            Kind::CallFailed { call, errno, .. } => self.failed_call = Some((*call, errno)),
            Kind::Queues(queues) => {
                self.queues = Some(**queues);
                self.levels.add(t, self.queues, self.peer_queues);
            }
            Kind::PeerQueues(queues) => {
                self.peer_queues = Some(**queues);
                self.levels.add(t, self.queues, self.peer_queues);
            }
            Kind::InterimHead(head) => {
                self.head_bytes = self.past(head);
                self.interim.push((**head).clone());
            }
            Kind::Head(head) => {
                self.head_bytes = self.past(head);
                if head.status == 101 {
                    self.upgraded = Some(Upgraded {
                        wire: self.head_bytes,
                        sent: self.dialogue.sent_by(self.head_bytes),
                    });
                }
                self.head = Some((**head).clone());
            }
            Kind::Body { bytes } => self.body_bytes += bytes,
            Kind::Chunk { size, .. } => {
                self.chunks.count += 1;
                self.chunks.largest = self.chunks.largest.max(*size);
                self.chunks.bytes = self.chunks.bytes.saturating_add(*size);
                self.chunks.complete = *size == 0;
            }
            Kind::Trailers { headers } => self.trailers.clone_from(headers),
            Kind::Anomaly(anomaly) => {
                self.anomaly_count += 1;
                if self.anomalies.len() < ANOMALIES_KEPT {
                    self.anomalies.push((**anomaly).clone());
                }
            }
            Kind::End(end) => {
                self.phase = Phase::Ended;
                for span in [
                    &mut self.spans.resolve,
                    &mut self.spans.connect,
                    &mut self.spans.proxy,
                    &mut self.spans.tls,
                    &mut self.spans.send,
                    &mut self.spans.wait,
                    &mut self.spans.receive,
                ] {
                    close(span, t);
                }
                self.end = Some(*end);
            }
            Kind::Closed {
                by,
                kept_alive,
                why,
            } => {
                self.closed = Some(Closed {
                    by: *by,
                    kept_alive: *kept_alive,
                    why,
                });
            }
            Kind::Error {
                kind,
                message,
                exit,
            } => {
                self.error = Some(Failure {
                    kind,
                    message: message.clone(),
                    exit: *exit,
                });
            }
            Kind::Resumed { .. } => {
                (self.end, self.closed, self.error, self.answered) = Default::default();
                self.phase = Phase::Receiving;
            }
            Kind::Answer { offset, .. } => self.next_answer(*offset),
            Kind::Answered { answers, requests } => self.answered = Some((*answers, *requests)),
            Kind::WsFrame(frame) => self.frames.add(t, **frame),
            Kind::Cookie(cookie) => self.cookies.push((**cookie).clone()),
            Kind::Bound { .. }
            | Kind::OptionRefused { .. }
            | Kind::Held { .. }
            | Kind::HalfClosed
            | Kind::Redirect { .. } => {}
        }
        body_before
    }

    fn connected(&mut self, local: &Addr, peer: &Addr, exchange: u32, t: u64) {
        self.local = Some(local.clone());
        self.peer = Some(peer.clone());
        self.on_connection = exchange;
        // A kept connection that turned out dead is followed by a new one: the request
        // goes out again from its first byte, and the offsets start anew.
        self.sends = Calls::default();
        self.recvs = Calls::default();
        self.dialogue = Default::default();
        self.rate = Rate::default();
        self.ciphertext = Ciphertext::default();
        self.ledger = Ledger::default();
        self.may_send(t);
    }

    fn may_send(&mut self, t: u64) {
        self.phase = Phase::Sending;
        self.spans.send = Some(Span { from: t, to: None });
        if self.request_len == 0 {
            self.phase = Phase::Waiting;
            close(&mut self.spans.send, t);
            self.spans.wait = Some(Span { from: t, to: None });
        }
    }

    /// The byte of this exchange that an anomaly begins at.
    pub fn byte_of(&self, anomaly: &Anomaly) -> dialogue::Byte {
        match anomaly.sent {
            true => dialogue::Byte::Sent(anomaly.offset.saturating_sub(self.sent_base)),
            false => dialogue::Byte::Received(anomaly.offset.saturating_sub(self.wire_base)),
        }
    }

    /// Wire bytes of this exchange up to the end of a head.
    fn past(&self, head: &Head) -> u64 {
        (head.offset.saturating_add(head.bytes)).saturating_sub(self.wire_base)
    }

    fn silence(&mut self, us: u64) {
        self.longest_silence_us = self.longest_silence_us.max(us);
    }

    fn outcome(&mut self, addr: &Addr, t: u64, outcome: Result<(), String>) {
        let attempt = self
            .attempts
            .iter_mut()
            .rev()
            .find(|attempt| attempt.addr == *addr && attempt.outcome.is_none());
        if let Some(attempt) = attempt {
            attempt.span.to = Some(t);
            attempt.outcome = Some(outcome);
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

impl Spans {
    /// In the order they run in.
    pub fn named(&self) -> [(&'static str, Option<Span>); 7] {
        [
            ("resolve", self.resolve),
            ("connect", self.connect),
            ("proxy", self.proxy),
            ("tls", self.tls),
            ("send", self.send),
            ("wait", self.wait),
            ("receive", self.receive),
        ]
    }
}

impl Span {
    /// How long it took by now, microseconds of the exchange's clock.
    pub fn us_by(&self, now_us: u64) -> u64 {
        self.to.unwrap_or(now_us).saturating_sub(self.from)
    }

    /// How long it took; 0 while it runs.
    pub fn us(&self) -> u64 {
        self.to.unwrap_or(self.from).saturating_sub(self.from)
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

impl Rate {
    pub const BUCKETS: usize = 512;

    fn add(&mut self, t_us: u64, bytes: u64) {
        if self.buckets.is_empty() {
            self.from_us = t_us;
        }
        let mut at = (t_us.saturating_sub(self.from_us) / self.bucket_us) as usize;
        while at >= Rate::BUCKETS {
            for pair in 0..self.buckets.len().div_ceil(2) {
                let second = self.buckets.get(2 * pair + 1).copied().unwrap_or(0);
                self.buckets[pair] = self.buckets[2 * pair] + second;
            }
            self.buckets.truncate(self.buckets.len().div_ceil(2));
            self.bucket_us *= 2;
            at = (t_us.saturating_sub(self.from_us) / self.bucket_us) as usize;
        }
        if self.buckets.len() <= at {
            self.buckets.resize(at + 1, 0);
        }
        self.buckets[at] += bytes;
    }
}

/// A time for people: `840 µs`, `12 ms`, `2.0 s`.
pub fn secs(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{} s", us / 1_000_000, us / 100_000 % 10),
    }
}

fn close(span: &mut Option<Span>, t: u64) {
    if let Some(span) = span {
        span.to.get_or_insert(t);
    }
}

#[cfg(test)]
pub(crate) mod tests;
