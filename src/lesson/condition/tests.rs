//! Each condition after calls that show it, and after others.

use super::*;
use crate::anomaly::Anomaly;
use crate::event::{Call, Framing, Kind, Queues, Tls};
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
fn the_hand_the_request_and_the_mode_count_too() {
    for (text, paused, want) in [
        ("{ paused = true }", true, true),
        ("{ paused = true }", false, false),
        ("{ paused = false }", true, false),
        ("{ mode = 'auto' }", false, true),
        ("{ mode = 'close' }", false, false),
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
