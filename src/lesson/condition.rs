//! What the real calls must show: a small vocabulary over the fold of events.
//!
//! Owns what each word means. Nothing here counts for itself, and none costs more than a
//! look at some fields: they are asked at every frame.

use serde::Deserialize;
use serde::de::Deserializer;

use super::named::named;
use crate::anomaly;
use crate::event::{Closer, EndMode, EndReason, Family};
use crate::exchange::Exchange;

/// What a step is judged by.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub exchange: &'a Exchange,
    /// What was sent, or is to be.
    pub request: &'a [u8],
    /// Microseconds since the exchange began.
    pub now_us: u64,
    /// It stands before its next call, by the user's hand.
    pub paused: bool,
}

/// Numbers are exact, or a table of `least` and `most`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    // -- the way there ---------------------------------------------------------------
    /// `getaddrinfo()` answered so many addresses.
    Addresses(Number),
    /// `connect()`, answered or not.
    Attempts(Number),
    /// A socket of this family is connected.
    Family(#[serde(deserialize_with = "named")] Family),
    /// It is this connection's so-manieth exchange.
    OnConnection(Number),
    /// The handshake is done and the certificate trusted, or not.
    Verified(bool),
    // -- what is sent ----------------------------------------------------------------
    /// `send()` that answered.
    Sends(Number),
    /// `send()` that took less than was offered.
    ShortSends(Number),
    /// All of the request is sent.
    AllSent(bool),
    /// The request has this text.
    Request(String),
    /// It has it not.
    RequestWithout(String),
    // -- what is received ------------------------------------------------------------
    /// `recv()` that answered.
    Recvs(Number),
    /// What the last of them asked for.
    Asked(Number),
    /// Bytes received.
    Received(Number),
    /// The last `recv()` answered 0.
    RecvZero(bool),
    /// The call that runs has waited for so many seconds.
    Blocked(f64),
    /// EAGAIN, or EINPROGRESS, then `poll()`.
    WouldBlock(Number),
    /// A call failed with this: `ECONNRESET`.
    Errno(String),
    /// The user's hand holds the next call back.
    Paused(bool),
    /// Bytes that lie in the kernel, received and not asked for.
    Queued(Number),
    // -- what they mean --------------------------------------------------------------
    Status(Number),
    /// `HTTP/1.0`
    Version(String),
    /// The head has a field of this name, with this text in its value.
    Field(String, String),
    /// It has none of this name with this text in its value.
    FieldWithout(String, String),
    /// It has none of this name.
    NoField(String),
    /// The body against Content-Length.
    Body(Body),
    Chunks(Number),
    /// Fields behind the last chunk.
    Trailers(Number),
    Anomaly(#[serde(deserialize_with = "named")] anomaly::Kind),
    // -- the end ---------------------------------------------------------------------
    /// How it was to end.
    Mode(#[serde(deserialize_with = "named")] EndMode),
    End(#[serde(deserialize_with = "named")] EndReason),
    /// The kind of its error, as in the events.
    Error(String),
    Closed(#[serde(deserialize_with = "named")] Closer),
    /// The connection stays open for another exchange.
    Kept(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// As many bytes as it says.
    Whole,
    /// Fewer, so far.
    Part,
}

/// From `least` to `most`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    least: u64,
    most: u64,
}

impl Number {
    fn holds(self, number: impl TryInto<u64>) -> bool {
        let number = number.try_into().ok();
        number.is_some_and(|number| (self.least..=self.most).contains(&number))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Number, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, deny_unknown_fields)]
        enum Written {
            Exact(u64),
            Range {
                least: Option<u64>,
                most: Option<u64>,
            },
        }
        Ok(match Written::deserialize(from)? {
            Written::Exact(number) => Number {
                least: number,
                most: number,
            },
            Written::Range { least, most } => Number {
                least: least.unwrap_or(0),
                most: most.unwrap_or(u64::MAX),
            },
        })
    }
}

impl Condition {
    pub fn holds(&self, seen: &Seen) -> bool {
        let exchange = seen.exchange;
        let head = exchange.head.as_ref();
        let end = exchange.end.as_ref();
        match self {
            Condition::Addresses(number) => number.holds(exchange.addrs.len()),
            Condition::Attempts(number) => number.holds(exchange.attempts.len()),
            Condition::Family(family) => {
                let peer = exchange.peer.as_ref();
                peer.is_some_and(|peer| peer.family() == *family)
            }
            Condition::OnConnection(number) => number.holds(exchange.on_connection),
            Condition::Verified(verified) => {
                let tls = exchange.tls.as_ref();
                tls.is_some_and(|tls| tls.verified == *verified)
            }
            Condition::Sends(number) => number.holds(exchange.sends.count),
            Condition::ShortSends(number) => number.holds(exchange.sends.short),
            Condition::AllSent(all) => {
                let length = exchange.request_len;
                (length > 0 && exchange.sends.bytes >= length) == *all
            }
            Condition::Request(text) => has(seen.request, text),
            Condition::RequestWithout(text) => !has(seen.request, text),
            Condition::Recvs(number) => number.holds(exchange.recvs.count),
            Condition::Asked(number) => {
                exchange.recvs.count > 0 && number.holds(exchange.last_asked)
            }
            Condition::Received(number) => number.holds(exchange.recvs.bytes),
            Condition::RecvZero(zero) => {
                exchange.recvs.count > 0 && (exchange.log.last_recv() == Some(0)) == *zero
            }
            Condition::Blocked(seconds) => exchange.pending().is_some_and(|pending| {
                let waited_us = seen.now_us.saturating_sub(pending.since_us);
                !seen.paused && waited_us as f64 / 1e6 >= *seconds
            }),
            Condition::WouldBlock(number) => number.holds(exchange.would_block),
            Condition::Errno(name) => {
                let failed = exchange.failed_call.as_ref();
                failed.is_some_and(|(_, errno)| errno == name)
            }
            Condition::Paused(paused) => seen.paused == *paused,
            Condition::Queued(number) => {
                let queued = exchange.queues.and_then(|queues| queues.recv_queued);
                queued.is_some_and(|queued| number.holds(queued))
            }
            Condition::Status(number) => head.is_some_and(|head| number.holds(head.status)),
            Condition::Version(version) => head.is_some_and(|head| head.version == *version),
            Condition::Field(name, text) => {
                head.is_some_and(|head| head.values(name).any(|value| value.contains(&**text)))
            }
            Condition::FieldWithout(name, text) => {
                head.is_some_and(|head| !head.values(name).any(|value| value.contains(&**text)))
            }
            Condition::NoField(name) => head.is_some_and(|head| head.values(name).next().is_none()),
            Condition::Body(body) => {
                // Whatever the end mode makes of it.
                let length = head.and_then(|head| head.values("Content-Length").next());
                let length: Option<u64> = length.and_then(|length| length.parse().ok());
                length.is_some_and(|length| match body {
                    Body::Whole => exchange.body_bytes >= length,
                    Body::Part => exchange.body_bytes < length,
                })
            }
            Condition::Chunks(number) => number.holds(exchange.chunks.count),
            Condition::Trailers(number) => number.holds(exchange.trailers.len()),
            Condition::Anomaly(kind) => {
                let mut anomalies = exchange.anomalies.iter();
                anomalies.any(|anomaly| anomaly.kind == *kind)
            }
            Condition::Mode(mode) => exchange.mode == *mode,
            Condition::End(reason) => end.is_some_and(|end| end.reason == *reason),
            Condition::Error(kind) => {
                let error = exchange.error.as_ref();
                error.is_some_and(|error| error.kind == kind)
            }
            Condition::Closed(by) => {
                let closed = exchange.closed.as_ref();
                closed.is_some_and(|closed| closed.by == *by && !closed.kept_alive)
            }
            Condition::Kept(kept) => {
                let closed = exchange.closed.as_ref();
                closed.is_some_and(|closed| closed.kept_alive == *kept)
            }
        }
    }
}

fn has(bytes: &[u8], text: &str) -> bool {
    memchr::memmem::find(bytes, text.as_bytes()).is_some()
}

#[cfg(test)]
mod tests;
