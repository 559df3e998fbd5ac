//! Frames by hand, cut every way, and what is said of each.

use super::*;
use crate::request::Outgoing;

#[derive(Default)]
struct Told(Vec<Kind>);

impl Output for Told {
    fn event(&mut self, kind: Kind) {
        self.0.push(kind);
    }

    fn body(&mut self, _: &[u8]) {}
}

impl Told {
    fn lines(&self) -> Vec<String> {
        let line = |kind: &Kind| match kind {
            Kind::WsFrame(frame) => format!(
                "{}{} {}+{} @{}",
                frame.name(),
                if frame.fin { "" } else { "…" },
                frame.header,
                frame.length,
                frame.offset
            ),
            Kind::Anomaly(anomaly) => format!(
                "! {} @{}{}",
                anomaly.kind.name(),
                anomaly.offset,
                if anomaly.sent { " sent" } else { "" }
            ),
            other => other.name().to_owned(),
        };
        self.0.iter().map(line).collect()
    }
}

fn read(direction: Direction, pieces: &[&[u8]]) -> String {
    let mut told = Told::default();
    let mut frames = Frames::new(direction, 100);
    for piece in pieces {
        frames.feed(piece, &mut told);
    }
    told.lines().join(", ")
}

/// Whole, byte by byte, and cut in two at every place: always the same.
fn received(bytes: &[u8]) -> String {
    let whole = read(Direction::Received, &[bytes]);
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(read(Direction::Received, &single), whole, "byte by byte");
    for at in 0..bytes.len().min(300) {
        let (left, right) = bytes.split_at(at);
        assert_eq!(read(Direction::Received, &[left, right]), whole, "at {at}");
    }
    whole
}

#[test]
fn each_frame_is_told_and_each_deviation_named() {
    #[rustfmt::skip]
    let table: &[(&[u8], &str)] = &[
        (b"\x81\x05Hello",                  "text 2+5 @100"),
        (b"\x81\x00\x82\x00",               "text 2+0 @100, binary 2+0 @102"),
        (b"\x01\x03Hel\x80\x02lo",          "text… 2+3 @100, continuation 2+2 @105"),
        (b"\x01\x01a\x89\x01p\x80\x01b",    "text… 2+1 @100, ping 2+1 @103, continuation 2+1 @106"),
        (b"\x8a\x00",                       "pong 2+0 @100"),
        (b"\x88\x02\x03\xe8",               "close 2+2 @100"),
        (b"\x88\x00",                       "close 2+0 @100"),
        // section 5.2: bits, opcodes, lengths
        (b"\xc1\x00",                       "! ws_reserved_bits @100, text 2+0 @100"),
        (b"\xf9\x00",                       "! ws_reserved_bits @100, ping 2+0 @100"),
        (b"\x83\x00\x8b\x00",               "! ws_reserved_opcode @100, reserved 2+0 @100, ! ws_reserved_opcode @102, reserved 2+0 @102"),
        (b"\x81\x7e\x00\x05Hello",          "! ws_length @100, text 4+5 @100"),
        (b"\x82\x7f\0\0\0\0\0\0\xff\xff",   "! ws_length @100, binary 10+65535 @100"),
        (b"\x82\x7f\x80\0\0\0\0\0\0\0",     "! ws_length @100, binary 10+9223372036854775808 @100"),
        (b"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", "! ws_length @100, binary 10+18446744073709551615 @100"),
        // 5.1: a server does not mask
        (b"\x81\x81\0\0\0\0a",              "! ws_mask @100, text 6+1 @100"),
        // 5.4, 5.5
        (b"\x80\x01a",                      "! ws_fragments @100, continuation 2+1 @100"),
        (b"\x01\x01a\x81\x01b",             "text… 2+1 @100, ! ws_fragments @103, text 2+1 @103"),
        (b"\x09\x00",                       "! ws_control @100, ping… 2+0 @100"),
        // 5.5.1, 7.4
        (b"\x88\x01\x03",                   "! ws_close @102, close 2+1 @100"),
        (b"\x88\x02\x03\xed",               "! ws_close @102, close 2+2 @100"),
        (b"\x88\x04\x03\xe8a\xff",          "! ws_utf8 @104, close 2+4 @100"),
        (b"\x88\x00\x89\x00",               "close 2+0 @100, ! ws_after_close @102, ping 2+0 @102"),
        // 8.1
        (b"\x81\x02\xc3\xa9",               "text 2+2 @100"),
        (b"\x81\x03a\xffb",                 "text 2+3 @100, ! ws_utf8 @103"),
        (b"\x01\x01\xc3\x80\x01\xa9",       "text… 2+1 @100, continuation 2+1 @103"),
        (b"\x81\x02a\xc3",                  "text 2+2 @100, ! ws_utf8 @104"),
        (b"\x82\x01\xff",                   "binary 2+1 @100"),
    ];
    for (bytes, want) in table {
        assert_eq!(received(bytes), *want, "{}", bytes.escape_ascii());
    }
}

/// What a client must send otherwise than a server; all else is the same rule.
#[test]
fn what_we_send_is_judged_too() {
    #[rustfmt::skip]
    let table: &[(&[u8], &str)] = &[
        (b"\x81\x81\0\0\0\0a",     "text 6+1 @100"),
        (b"\x81\x01a",             "! ws_mask @100 sent, text 2+1 @100"),
        (b"\xc1\x80\0\0\0\0",      "! ws_reserved_bits @100 sent, text 6+0 @100"),
        (b"\x81\x82\x01\0\0\0\xfea", "text 6+2 @100, ! ws_utf8 @106 sent"),
        (b"\x88\x82\x03\0\0\0\x00\xed", "! ws_close @106 sent, close 6+2 @100"),
    ];
    for (bytes, want) in table {
        assert_eq!(read(Direction::Sent, &[bytes]), *want, "{bytes:x?}");
    }
}

#[test]
fn sizes_at_the_edges_of_the_length_forms() {
    for (payload, header) in [
        (0, 2),
        (125, 2),
        (126, 4),
        (127, 4),
        (128, 4),
        (65535, 4),
        (65536, 10),
    ] {
        let bytes = Outgoing::new(TEXT, vec![b'*'; payload]).bytes(None);
        let want = format!("text {header}+{payload} @100");
        assert_eq!(read(Direction::Received, &[&bytes]), want);
        let masked = Outgoing::new(TEXT, vec![b'*'; payload]).masked();
        let want = format!("text {}+{payload} @100", header + 4);
        assert_eq!(read(Direction::Sent, &[&masked]), want);
    }
}

#[test]
fn masked_text_is_read_through_its_mask() {
    let bytes = Outgoing::new(TEXT, "é日".repeat(900)).bytes(Some([1, 2, 3, 4]));
    let told = read(Direction::Received, &[&bytes]);
    assert_eq!(told, "! ws_mask @100, text 8+4500 @100");
}

#[test]
fn an_end_before_its_time_says_where() {
    for (bytes, want) in [
        (&b""[..], "no Close frame came before the end"),
        (b"\x81", "inside a frame's header"),
        (b"\x81\x05Hel", "inside a frame's payload"),
        (b"\x88\x00", ""),
    ] {
        let mut told = Told::default();
        let mut frames = Frames::new(Direction::Received, 0);
        frames.feed(bytes, &mut told);
        frames.end(&mut told);
        let said = told.0.iter().find_map(|kind| match kind {
            Kind::Anomaly(anomaly) => Some(anomaly.detail.clone()),
            _ => None,
        });
        assert_eq!(said.unwrap_or_default(), want);
    }
}

#[test]
fn only_the_codes_that_may_be_sent_are_right() {
    // The Autobahn list's 7.7 and 7.9.
    let good = [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ];
    let bad = [
        0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535,
    ];
    for (codes, right) in [(&good[..], true), (&bad, false)] {
        for &code in codes {
            let told = received(&Outgoing::close(code, "why").bytes(None));
            assert_eq!(!told.contains("ws_close"), right, "{code}: {told}");
        }
    }
}

#[test]
fn what_is_held_is_bounded_whatever_is_announced() {
    let mut told = Told::default();
    let mut frames = Frames::new(Direction::Received, 0);
    frames.feed(b"\x89\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", &mut told);
    for _ in 0..1000 {
        frames.feed(&[0; 1024], &mut told);
    }
    let State::Control { payload, .. } = &frames.state else {
        panic!("{frames:?}")
    };
    assert!(payload.capacity() < 1024);
}

#[test]
fn the_handshakes_answer_is_held_against_its_key() {
    let request = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let right = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    let field = |name: &str, value: &str| Field {
        name: name.into(),
        value: value.into(),
        offset: 0,
        len: 0,
    };
    #[rustfmt::skip]
    let table = [
        ("websocket", "Upgrade",             right,   "", ""),
        ("WebSocket", "keep-alive, upgrade", right,   "", ""),
        ("h2c",       "Upgrade",             right,   "", "Upgrade does not say websocket"),
        ("websocket", "close",               right,   "", "Connection does not say upgrade"),
        ("websocket", "Upgrade",             "wrong", "", "Sec-WebSocket-Accept is wrong, the key asks for s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("websocket", "Upgrade",             right,   "chat", "Sec-WebSocket-Protocol was not asked for"),
    ];
    for (upgrade, connection, accept, protocol, want) in table {
        let mut fields = vec![
            field("Upgrade", upgrade),
            field("connection", connection),
            field("sec-websocket-accept", accept),
        ];
        if !protocol.is_empty() {
            fields.push(field("Sec-WebSocket-Protocol", protocol));
        }
        assert_eq!(refuses(request, &fields).unwrap_or_default(), want);
    }
    assert!(asks(request) && !asks(b"GET / HTTP/1.1\r\n\r\n"));
}
