//! WebSockets against a server that is not ours (tungstenite), and the practice server's.
//!
//! The cases are those of the Autobahn list that concern framing and closing: 1 sizes,
//! 2 pings, 3 reserved bits, 4 reserved opcodes, 5 fragments, 7 closing. First what the
//! server makes of what is sent, then what is made of the frames that it sends.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use sockeye::event::ws::{BINARY, CLOSE, CONTINUATION, Frame, PING, PONG, TEXT};
use sockeye::event::{Direction, EndReason};
use sockeye::plan::Plan;
use sockeye::playground::Playground;
use sockeye::request::{Outgoing, handshake, typed};
use sockeye::url::Target;
use tungstenite::protocol::frame as theirs;
use tungstenite::{Message, accept};

use crate::talk::Talk;

/// A server that first sends these frames as they are, then echoes messages, on one
/// connection.
fn server(first: Vec<theirs::Frame>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut socket = accept(stream).unwrap();
        for frame in first {
            socket.send(Message::Frame(frame)).unwrap();
        }
        while let Ok(message) = socket.read() {
            let echo = matches!(message, Message::Text(_) | Message::Binary(_));
            if echo && socket.send(message).is_err() {
                break;
            }
        }
    });
    addr
}

fn plan(url: &str) -> Plan {
    let target = Target::parse(url).unwrap();
    let request = handshake(&target);
    let mut plan = Plan::new(target, request);
    plan.talk = true;
    plan
}

fn at(addr: SocketAddr) -> Plan {
    plan(&format!("http://{addr}/"))
}

fn frame(fin: bool, reserved: u8, opcode: u8, payload: &[u8]) -> Outgoing {
    let frame = Outgoing::new(opcode, payload);
    Outgoing {
        fin,
        reserved,
        ..frame
    }
}

/// `text 5`, `ping… 0`: what went one way.
fn lines(talk: &Talk, way: Direction) -> Vec<String> {
    let frames = talk.exchange.frames.kept.iter().map(|(_, frame)| frame);
    frames
        .filter(|frame| frame.direction == way)
        .map(|frame: &Frame| {
            let more = if frame.fin { "" } else { "…" };
            format!("{}{more} {}", frame.name(), frame.length)
        })
        .collect()
}

fn anomalies(talk: &Talk) -> Vec<&'static str> {
    let anomalies = talk.exchange.anomalies.iter();
    anomalies.map(|anomaly| anomaly.kind.name()).collect()
}

/// Sends, waits for so many frames and no more where the server then closes.
#[test]
fn what_the_server_makes_of_each_case() {
    let whole = |opcode, payload: &[u8]| vec![frame(true, 0, opcode, payload)];
    let bye = || frame(true, 0, CLOSE, &1000u16.to_be_bytes());
    let then_bye = |mut frames: Vec<Outgoing>| {
        frames.push(bye());
        frames
    };
    #[rustfmt::skip]
    let mut table: Vec<(&str, Vec<Outgoing>, Vec<&str>)> = vec![
        ("2.1 ping without payload", then_bye(whole(PING, b"")), vec!["pong 0", "close 2"]),
        ("2.2 ping with payload", then_bye(whole(PING, b"Hello")), vec!["pong 5", "close 2"]),
        ("2.3 ping with binary payload", then_bye(whole(PING, b"\x00\xff\xfe\xfd")), vec!["pong 4", "close 2"]),
        ("2.4 ping of 125 bytes", then_bye(whole(PING, &[0xfe; 125])), vec!["pong 125", "close 2"]),
        ("2.5 ping of 126 bytes", whole(PING, &[0xfe; 126]), vec![]),
        ("2.7 pong unasked", then_bye(whole(PONG, b"")), vec!["close 2"]),
        ("2.9 pong, then ping", then_bye(vec![frame(true, 0, PONG, b"x"), frame(true, 0, PING, b"y")]), vec!["pong 1", "close 2"]),
        ("3.1 RSV3", vec![frame(true, 1, TEXT, b"x")], vec![]),
        ("3.2 RSV2 behind a message", vec![frame(true, 0, TEXT, b"x"), frame(true, 2, TEXT, b"y")], vec!["text 1"]),
        ("3.5 RSV1 and RSV3, binary", vec![frame(true, 5, BINARY, b"x")], vec![]),
        ("3.6 RSV1 and RSV2, ping", vec![frame(true, 6, PING, b"x")], vec![]),
        ("3.7 all three, close", vec![frame(true, 7, CLOSE, b"")], vec![]),
        ("4.1.1 opcode 3", whole(3, b""), vec![]),
        ("4.1.2 opcode 4 with payload", whole(4, b"reserved"), vec![]),
        ("4.1.5 opcode 7", whole(7, b""), vec![]),
        ("4.2.1 opcode 11", whole(11, b""), vec![]),
        ("4.2.5 opcode 15", whole(15, b""), vec![]),
        ("5.1 ping in fragments", vec![frame(false, 0, PING, b"a"), frame(true, 0, CONTINUATION, b"b")], vec![]),
        ("5.3 text in two", then_bye(vec![frame(false, 0, TEXT, b"a"), frame(true, 0, CONTINUATION, b"b")]), vec!["text 2", "close 2"]),
        ("5.6 ping between", then_bye(vec![frame(false, 0, TEXT, b"a"), frame(true, 0, PING, b"p"), frame(true, 0, CONTINUATION, b"b")]), vec!["pong 1", "text 2", "close 2"]),
        ("5.9 continuation of nothing", vec![frame(true, 0, CONTINUATION, b"x")], vec![]),
        ("5.18 two beginnings", vec![frame(false, 0, TEXT, b"a"), frame(true, 0, TEXT, b"b")], vec![]),
        ("7.1.1 text, then close", then_bye(whole(TEXT, b"Hello")), vec!["text 5", "close 2"]),
        ("7.1.3 ping after close", vec![bye(), frame(true, 0, PING, b"")], vec!["close 2"]),
        ("7.3.1 close without payload", whole(CLOSE, b""), vec!["close 0"]),
        ("7.3.2 close with half a code", whole(CLOSE, b"\x03"), vec![]),
        ("7.3.4 code and reason", vec![Outgoing::close(1000, "Hello World!")], vec!["close 14"]),
        ("7.3.5 reason of 123", vec![Outgoing::close(1000, &"*".repeat(123))], vec!["close 125"]),
        ("7.3.6 reason of 124", vec![Outgoing::close(1000, &"*".repeat(124))], vec![]),
    ];
    for (opcode, name) in [(TEXT, "text"), (BINARY, "binary")] {
        for size in [0, 125, 126, 127, 128, 65535, 65536] {
            let echo = format!("{name} {size}").leak();
            let payload = vec![b'*'; size];
            let frames = then_bye(whole(opcode, &payload));
            table.push(("1 sizes", frames, vec![echo, "close 2"]));
        }
    }
    for code in [
        1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ] {
        table.push((
            "7.7 good codes",
            vec![Outgoing::close(code, "")],
            vec!["close 2"],
        ));
    }
    for (name, frames, want) in table {
        let mut talk = Talk::start(&at(server(Vec::new())));
        talk.until(|exchange| exchange.upgraded.is_some());
        let bytes: Vec<u8> = frames.iter().flat_map(Outgoing::masked).collect();
        talk.control.say(&bytes).unwrap();
        talk.until(|exchange| exchange.closed.is_some());
        assert_eq!(lines(&talk, Direction::Received), want, "{name} {frames:?}");
        // What was sent is told too, in the same words.
        let sent = lines(&talk, Direction::Sent);
        assert_eq!(sent.len(), frames.len(), "{name}: {sent:?}");
        let cut = anomalies(&talk);
        let whole = want.last().is_some_and(|last| last.starts_with("close"));
        assert!(!whole || cut.is_empty(), "{name}: {cut:?}");
    }
}

#[test]
fn what_is_made_of_each_frame_that_the_server_sends() {
    use theirs::coding::{Control, Data, OpCode};
    let raw = |opcode: u8, fin: bool, reserved: u8, payload: &[u8]| {
        let opcode = match opcode {
            0 => OpCode::Data(Data::Continue),
            1 => OpCode::Data(Data::Text),
            2 => OpCode::Data(Data::Binary),
            8 => OpCode::Control(Control::Close),
            9 => OpCode::Control(Control::Ping),
            10 => OpCode::Control(Control::Pong),
            n @ 3..=7 => OpCode::Data(Data::Reserved(n)),
            n => OpCode::Control(Control::Reserved(n)),
        };
        let header = theirs::FrameHeader {
            is_final: fin,
            rsv1: reserved & 4 != 0,
            rsv2: reserved & 2 != 0,
            rsv3: reserved & 1 != 0,
            opcode,
            mask: None,
        };
        theirs::Frame::from_payload(header, payload.to_vec().into())
    };
    #[rustfmt::skip]
    type Row<'a> = (&'a str, Vec<theirs::Frame>, Vec<&'a str>, Vec<&'a str>);
    let table: Vec<Row> = vec![
        (
            "1.1.6",
            vec![raw(1, true, 0, &[b'*'; 65535])],
            vec!["text 65535"],
            vec![],
        ),
        (
            "1.2.7",
            vec![raw(2, true, 0, &[0xfe; 65536])],
            vec!["binary 65536"],
            vec![],
        ),
        (
            "2.2",
            vec![raw(9, true, 0, b"Hello")],
            vec!["ping 5"],
            vec![],
        ),
        (
            "2.5",
            vec![raw(9, true, 0, &[0; 126])],
            vec!["ping 126"],
            vec!["ws_control"],
        ),
        (
            "3.1",
            vec![raw(1, true, 1, b"x")],
            vec!["text 1"],
            vec!["ws_reserved_bits"],
        ),
        (
            "3.6",
            vec![raw(9, true, 6, b"x")],
            vec!["ping 1"],
            vec!["ws_reserved_bits"],
        ),
        (
            "4.1",
            vec![raw(3, true, 0, b"x")],
            vec!["reserved 1"],
            vec!["ws_reserved_opcode"],
        ),
        (
            "4.2",
            vec![raw(11, true, 0, b"")],
            vec!["reserved 0"],
            vec!["ws_reserved_opcode"],
        ),
        (
            "5.3",
            vec![raw(1, false, 0, b"a"), raw(0, true, 0, b"b")],
            vec!["text… 1", "continuation 1"],
            vec![],
        ),
        (
            "5.9",
            vec![raw(0, true, 0, b"b")],
            vec!["continuation 1"],
            vec!["ws_fragments"],
        ),
        (
            "5.18",
            vec![raw(1, false, 0, b"a"), raw(1, true, 0, b"b")],
            vec!["text… 1", "text 1"],
            vec!["ws_fragments"],
        ),
        (
            "6.3",
            vec![raw(1, true, 0, b"\xce\xba\xff")],
            vec!["text 3"],
            vec!["ws_utf8"],
        ),
    ];
    for (name, frames, want, deviations) in table {
        let count = frames.len();
        let mut talk = Talk::start(&at(server(frames)));
        talk.until(|exchange| exchange.frames.count as usize == count);
        talk.control
            .say(&Outgoing::close(1000, "").masked())
            .unwrap();
        talk.until(|exchange| exchange.closed.is_some());
        let told = lines(&talk, Direction::Received);
        assert_eq!(told[..count], want, "{name}");
        assert_eq!(anomalies(&talk), deviations, "{name}");
        assert_eq!(
            talk.exchange.end.unwrap().reason,
            EndReason::Upgrade,
            "{name}"
        );
    }
}

/// The practice server's pages: what comes first, then the echo, then the close.
#[test]
fn the_practice_servers_pages_do_what_they_say() {
    let playground = Playground::start(None).unwrap();
    #[rustfmt::skip]
    let table: &[(&str, &[&str], &[&str])] = &[
        ("",                   &["text 4", "pong 1", "close 6"], &[]),
        ("/ping",              &["ping 14", "text 4", "pong 1", "close 6"], &[]),
        ("/fragments",         &["text… 3", "ping 7", "continuation… 6", "continuation 6", "text 4", "pong 1", "close 6"], &[]),
        ("/ws_handshake",      &["text 4", "pong 1", "close 6"], &["ws_handshake"]),
        ("/ws_reserved_bits",  &["text 5", "text 4", "pong 1", "close 6"], &["ws_reserved_bits"]),
        ("/ws_reserved_opcode",&["reserved 5", "text 4", "pong 1", "close 6"], &["ws_reserved_opcode"]),
        ("/ws_mask",           &["text 5", "text 4", "pong 1", "close 6"], &["ws_mask"]),
        ("/ws_length",         &["text 5", "text 4", "pong 1", "close 6"], &["ws_length"]),
        ("/ws_control",        &["ping 126", "text 4", "pong 1", "close 6"], &["ws_control"]),
        ("/ws_fragments",      &["continuation 5", "text 4", "pong 1", "close 6"], &["ws_fragments"]),
        ("/ws_utf8",           &["text 5", "text 4", "pong 1", "close 6"], &["ws_utf8"]),
        ("/ws_cut",            &["text 5"], &["ws_cut"]),
    ];
    for (path, want, deviations) in table {
        let port = playground.port();
        let mut talk = Talk::start(&plan(&format!("http://127.0.0.1:{port}/ws{path}")));
        talk.until(|exchange| exchange.upgraded.is_some());
        for line in ["echo", "/ping p", "/close 1000 done"] {
            // One that closed already has heard enough.
            let _ = talk.control.say(&typed(line.as_bytes()).unwrap().masked());
        }
        talk.until(|exchange| exchange.closed.is_some());
        assert_eq!(lines(&talk, Direction::Received), *want, "{path}");
        assert_eq!(anomalies(&talk), *deviations, "{path}");
    }
    for (path, name) in [
        ("ws_close", "ws_close"),
        ("ws_after_close", "ws_after_close"),
    ] {
        let port = playground.port();
        let mut talk = Talk::start(&plan(&format!("http://127.0.0.1:{port}/ws/{path}")));
        talk.until(|exchange| exchange.anomaly_count > 0);
        assert_eq!(anomalies(&talk)[0], name);
        talk.control.hang_up();
        talk.until(|exchange| exchange.closed.is_some());
    }
}
