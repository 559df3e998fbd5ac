//! What the real calls must show: a small vocabulary over the fold of events.
//!
//! Owns what each word means. Nothing here counts for itself, and none costs more than a
//! look at some fields: they are asked at every frame.

use serde::Deserialize;
use serde::de::Deserializer;

use super::named::named;
use crate::anomaly;
use crate::event::{Closer, EndReason, Family};
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
mod tests {
    use super::*;
    use crate::anomaly::Anomaly;
    use crate::event::{Call, EndMode, Framing, Kind, Queues, Tls};
    use crate::exchange::tests::events::*;

    fn condition(text: &str) -> Condition {
        let value = toml::de::ValueDeserializer::parse(text).unwrap();
        Condition::deserialize(value).unwrap()
    }

    /// After these events, which stand in order of time; 2 s have passed, 16 bytes are the
    /// request.
    fn holds(text: &str, events: Vec<Kind>, paused: bool) -> bool {
        let rows: Vec<(u64, Kind)> = (0..).zip(events).collect();
        condition(text).holds(&Seen {
            exchange: &fold(EndMode::Auto, 16, &rows),
            request: b"GET / HTTP/1.1\r\n",
            now_us: 2_000_000,
            paused,
        })
    }

    fn of_length(fields: &[(&str, &str)]) -> Kind {
        head(200, 10, Framing::Length(3), fields)
    }

    fn queued(bytes: u32) -> Kind {
        Kind::Queues(Box::new(Queues {
            recv_queued: Some(bytes),
            ..Queues::default()
        }))
    }

    fn tls(verified: bool) -> Kind {
        Kind::TlsDone(Box::new(Tls {
            verified,
            ..Tls::default()
        }))
    }

    fn failed(errno: &'static str) -> Kind {
        Kind::CallFailed {
            call: Call::Recv,
            errno,
            error: String::new(),
        }
    }

    fn eagain() -> Kind {
        Kind::WouldBlock {
            call: Call::Recv,
            waited_us: 1,
        }
    }

    fn anomaly(kind: anomaly::Kind) -> Kind {
        Kind::Anomaly(Box::new(Anomaly::new(kind, 0, "")))
    }

    fn trailers(names: &[&str]) -> Kind {
        let fields = names.iter().map(|name| (*name, ""));
        let head = raw_head(200, 0, 0, Framing::Chunked, &fields.collect::<Vec<_>>());
        Kind::Trailers {
            headers: head.fields,
        }
    }

    const V4: &str = "127.0.0.1:80";
    const V6: &str = "[::1]:80";
    const LENGTH: &[(&str, &str)] = &[("Content-Length", "3")];

    /// What it is, events after which it holds, events after which it does not.
    #[test]
    fn each_holds_after_its_calls_and_not_after_others() {
        use anomaly::Kind::{BareCr, BareLf};
        let body = |bytes| Kind::Body { bytes };
        let table = [
            (
                "{ addresses = 1 }",
                vec![resolved(&["::1"])],
                vec![resolved(&["::1", "127.0.0.1"])],
            ),
            (
                "{ attempts = { least = 1 } }",
                vec![connecting(V4)],
                vec![resolving()],
            ),
            (
                "{ family = 'AF_INET6' }",
                vec![connected(V6)],
                vec![connected(V4)],
            ),
            (
                "{ family = 'AF_INET' }",
                vec![connected(V4)],
                vec![connecting(V4)],
            ),
            (
                "{ on-connection = { least = 2 } }",
                vec![reused(2)],
                vec![connected(V4)],
            ),
            ("{ verified = true }", vec![tls(true)], vec![tls(false)]),
            (
                "{ verified = false }",
                vec![tls(false)],
                vec![connected(V4)],
            ),
            (
                "{ sends = 2 }",
                vec![sent(0, 8), sent(8, 8)],
                vec![sent(0, 16)],
            ),
            (
                "{ short-sends = 1 }",
                vec![send(0, 16, 8)],
                vec![sent(0, 16)],
            ),
            (
                "{ all-sent = true }",
                vec![sent(0, 16)],
                vec![send(0, 16, 15)],
            ),
            ("{ all-sent = false }", vec![sent(0, 15)], vec![sent(0, 16)]),
            (
                "{ recvs = { least = 2 } }",
                vec![recv(0, 9, 1), recv(1, 9, 0)],
                vec![recv(0, 9, 1)],
            ),
            (
                "{ recvs = { most = 1 } }",
                vec![recv(0, 9, 1)],
                vec![recv(0, 9, 1), recv(1, 9, 0)],
            ),
            ("{ asked = 16 }", vec![recv(0, 16, 1)], vec![recv(0, 17, 1)]),
            ("{ asked = 0 }", vec![recv(0, 0, 0)], vec![]),
            ("{ received = 3 }", vec![recv(0, 9, 3)], vec![recv(0, 9, 2)]),
            (
                "{ recv-zero = true }",
                vec![recv(0, 9, 3), recv(3, 9, 0)],
                vec![recv(0, 9, 3)],
            ),
            (
                "{ recv-zero = false }",
                vec![recv(0, 9, 3)],
                vec![sent(0, 16)],
            ),
            (
                "{ blocked = 1.9 }",
                vec![connected(V4), sent(0, 16)],
                vec![end(EndReason::Error)],
            ),
            (
                "{ blocked = 2.1 }",
                vec![],
                vec![connected(V4), sent(0, 16)],
            ),
            (
                "{ would-block = 1 }",
                vec![eagain()],
                vec![eagain(), eagain()],
            ),
            (
                "{ errno = 'EAGAIN' }",
                vec![failed("EAGAIN")],
                vec![failed("ECONNRESET")],
            ),
            (
                "{ queued = { least = 9 } }",
                vec![queued(9)],
                vec![queued(8)],
            ),
            ("{ queued = { least = 0 } }", vec![queued(0)], vec![]),
            ("{ status = 200 }", vec![of_length(&[])], vec![]),
            (
                "{ status = { least = 300 } }",
                vec![head(404, 9, Framing::Close, &[])],
                vec![of_length(&[])],
            ),
            ("{ version = 'HTTP/1.1' }", vec![of_length(&[])], vec![]),
            (
                "{ field = ['content-length', '3'] }",
                vec![of_length(LENGTH)],
                vec![of_length(&[])],
            ),
            (
                "{ field = ['Content-Length', '4'] }",
                vec![],
                vec![of_length(LENGTH)],
            ),
            (
                "{ field-without = ['Content-Length', '4'] }",
                vec![of_length(LENGTH)],
                vec![],
            ),
            (
                "{ field-without = ['Content-Length', '3'] }",
                vec![of_length(&[])],
                vec![of_length(LENGTH)],
            ),
            (
                "{ no-field = 'Content-Length' }",
                vec![of_length(&[])],
                vec![of_length(LENGTH)],
            ),
            ("{ no-field = 'Date' }", vec![of_length(LENGTH)], vec![]),
            (
                "{ body = 'whole' }",
                vec![of_length(LENGTH), body(3)],
                vec![of_length(LENGTH), body(2)],
            ),
            (
                "{ body = 'part' }",
                vec![of_length(LENGTH), body(2)],
                vec![of_length(LENGTH), body(3)],
            ),
            (
                "{ body = 'part' }",
                vec![of_length(LENGTH)],
                vec![of_length(&[])],
            ),
            ("{ chunks = 2 }", vec![chunk(3), chunk(0)], vec![chunk(3)]),
            (
                "{ trailers = 1 }",
                vec![trailers(&["A"])],
                vec![trailers(&[])],
            ),
            (
                "{ anomaly = 'bare_lf' }",
                vec![anomaly(BareLf)],
                vec![anomaly(BareCr)],
            ),
            (
                "{ end = 'close' }",
                vec![end(EndReason::Close)],
                vec![end(EndReason::Error)],
            ),
            (
                "{ error = 'connect' }",
                vec![error("connect", "")],
                vec![error("recv", "")],
            ),
            (
                "{ closed = 'peer' }",
                vec![closed(Closer::Peer, "")],
                vec![closed(Closer::Us, "")],
            ),
            (
                "{ closed = 'us' }",
                vec![closed(Closer::Us, "")],
                vec![kept()],
            ),
            (
                "{ kept = true }",
                vec![kept()],
                vec![closed(Closer::Us, "")],
            ),
            ("{ kept = false }", vec![closed(Closer::Us, "")], vec![]),
        ];
        for (text, after, not_after) in table {
            if !after.is_empty() {
                assert!(holds(text, after, false), "{text}");
            }
            assert!(!holds(text, not_after, false), "{text}");
        }
    }

    #[test]
    fn the_hand_and_the_request_count_too() {
        for (text, paused, want) in [
            ("{ paused = true }", true, true),
            ("{ paused = true }", false, false),
            ("{ paused = false }", true, false),
            ("{ request = ' HTTP/1.1' }", false, true),
            ("{ request = ' HTTP/1.0' }", false, false),
            ("{ request-without = ' HTTP/1.0' }", false, true),
            ("{ request-without = ' HTTP/1.1' }", false, false),
        ] {
            assert_eq!(holds(text, Vec::new(), paused), want, "{text} {paused}");
        }
        // A call that the hand holds back waits for the hand.
        let waits = || vec![connected(V4), sent(0, 16)];
        assert!(holds("{ blocked = 1.0 }", waits(), false));
        assert!(!holds("{ blocked = 1.0 }", waits(), true));
    }
}
