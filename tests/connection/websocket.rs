//! WebSockets against a server that is not ours (tungstenite), and the practice server's.
//!
//! The cases are those of the Autobahn list: 1 sizes, 2 pings, 3 reserved bits, 4 reserved
//! opcodes, 5 fragments here, 6 UTF-8 in [`utf8`], 7 closing in [`closing`]; on TLS in
//! [`tls`]. First what the server makes of what is sent, then what is made of the frames
//! that it sends.

mod clients;
mod closing;
mod tls;
mod utf8;

use std::io::{Read, Write};
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
    thread::spawn(move || serve(listener.accept().unwrap().0, first));
    addr
}

fn serve(stream: impl Read + Write, first: Vec<theirs::Frame>) {
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

fn anomalies(talk: &Talk, way: Direction) -> Vec<&'static str> {
    let sent = way == Direction::Sent;
    let anomalies = talk.exchange.anomalies.iter();
    let anomalies = anomalies.filter(|anomaly| anomaly.sent == sent);
    anomalies.map(|anomaly| anomaly.kind.name()).collect()
}

fn whole(opcode: u8, payload: &[u8]) -> Vec<Outgoing> {
    vec![frame(true, 0, opcode, payload)]
}

fn bye() -> Outgoing {
    Outgoing::close(1000, "")
}

fn then_bye(mut frames: Vec<Outgoing>) -> Vec<Outgoing> {
    frames.push(bye());
    frames
}

/// What is sent, the frames that come for it, the deviations of what is sent.
type Said = (
    &'static str,
    Vec<Outgoing>,
    Vec<&'static str>,
    Vec<&'static str>,
);

/// Each in one `send()`, and byte by byte where the server hears it to its end.
fn say_each(table: Vec<Said>) {
    for (name, frames, want, deviations) in table {
        let bytes: Vec<u8> = frames.iter().flat_map(Outgoing::masked).collect();
        // Past a Close it hears nothing: it has gone, and a send() may find that out.
        let heard = want.last().is_some_and(|last| last.starts_with("close"))
            && !deviations.contains(&"ws_after_close");
        let single = if heard && bytes.len() < 300 {
            1
        } else {
            usize::MAX
        };
        for piece in [usize::MAX, single] {
            let mut talk = Talk::start(&at(server(Vec::new())));
            talk.until(|exchange| exchange.upgraded.is_some());
            for piece in bytes.chunks(piece) {
                talk.control.say(piece).unwrap();
            }
            talk.until(|exchange| exchange.closed.is_some());
            assert_eq!(lines(&talk, Direction::Received), want, "{name} {frames:?}");
            // What was sent is told too, in the same words.
            let sent = lines(&talk, Direction::Sent);
            assert_eq!(sent.len(), frames.len(), "{name}: {sent:?}");
            assert_eq!(anomalies(&talk, Direction::Sent), deviations, "{name}");
            let cut = anomalies(&talk, Direction::Received);
            assert!(!heard || cut.is_empty(), "{name}: {cut:?}");
        }
    }
}

/// A frame of the server's, as it is.
fn raw(opcode: u8, fin: bool, reserved: u8, payload: &[u8]) -> theirs::Frame {
    use theirs::coding::{Control, Data, OpCode};
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
}

#[test]
fn what_the_server_makes_of_each_case() {
    let text = |payload: &[u8]| frame(true, 0, TEXT, payload);
    let first = |payload: &[u8]| frame(false, 0, TEXT, payload);
    let more = |payload: &[u8]| frame(false, 0, CONTINUATION, payload);
    let last = |payload: &[u8]| frame(true, 0, CONTINUATION, payload);
    let ping = |payload: &[u8]| frame(true, 0, PING, payload);
    #[rustfmt::skip]
    let mut table: Vec<Said> = vec![
        ("2.1 ping without payload", then_bye(whole(PING, b"")), vec!["pong 0", "close 2"], vec![]),
        ("2.2 ping with payload", then_bye(whole(PING, b"Hello")), vec!["pong 5", "close 2"], vec![]),
        ("2.3 ping with binary payload", then_bye(whole(PING, b"\x00\xff\xfe\xfd")), vec!["pong 4", "close 2"], vec![]),
        ("2.4 ping of 125 bytes", then_bye(whole(PING, &[0xfe; 125])), vec!["pong 125", "close 2"], vec![]),
        ("2.5 ping of 126 bytes", whole(PING, &[0xfe; 126]), vec![], vec!["ws_control"]),
        ("2.7 pong unasked", then_bye(whole(PONG, b"")), vec!["close 2"], vec![]),
        ("2.8 pong unasked, with payload", then_bye(whole(PONG, b"why")), vec!["close 2"], vec![]),
        ("2.9 pong, then ping", then_bye(vec![frame(true, 0, PONG, b"x"), ping(b"y")]), vec!["pong 1", "close 2"], vec![]),
        ("3.1 RSV3", vec![frame(true, 1, TEXT, b"x")], vec![], vec!["ws_reserved_bits"]),
        ("3.2 RSV2 behind a message", vec![text(b"x"), frame(true, 2, TEXT, b"y"), ping(b"")], vec!["text 1"], vec!["ws_reserved_bits"]),
        ("3.3 RSV2 and RSV3", vec![text(b"x"), frame(true, 3, TEXT, b"y"), ping(b"")], vec!["text 1"], vec!["ws_reserved_bits"]),
        ("3.4 RSV1", vec![text(b"x"), frame(true, 4, TEXT, b"y"), ping(b"")], vec!["text 1"], vec!["ws_reserved_bits"]),
        ("3.5 RSV1 and RSV3, binary", vec![frame(true, 5, BINARY, b"x")], vec![], vec!["ws_reserved_bits"]),
        ("3.6 RSV1 and RSV2, ping", vec![frame(true, 6, PING, b"x")], vec![], vec!["ws_reserved_bits"]),
        ("3.7 all three, close", vec![frame(true, 7, CLOSE, b"")], vec![], vec!["ws_reserved_bits"]),
        ("5.1 ping in fragments", vec![frame(false, 0, PING, b"a"), last(b"b")], vec![], vec!["ws_control", "ws_fragments"]),
        ("5.2 pong in fragments", vec![frame(false, 0, PONG, b"a"), last(b"b")], vec![], vec!["ws_control", "ws_fragments"]),
        ("5.3 text in two", then_bye(vec![first(b"a"), last(b"b")]), vec!["text 2", "close 2"], vec![]),
        ("5.6 ping between", then_bye(vec![first(b"a"), ping(b"p"), last(b"b")]), vec!["pong 1", "text 2", "close 2"], vec![]),
        ("5.9 continuation of nothing", vec![last(b"x"), text(b"y")], vec![], vec!["ws_fragments"]),
        ("5.12 beginning of a continuation of nothing", vec![more(b"x"), text(b"y")], vec![], vec!["ws_fragments"]),
        ("5.15 a message, then a continuation", vec![first(b"a"), last(b"b"), more(b"x"), text(b"y")], vec!["text 2"], vec!["ws_fragments"]),
        ("5.16 a continuation, then a message", vec![more(b"x"), first(b"a"), last(b"b")], vec![], vec!["ws_fragments"]),
        ("5.17 a whole continuation, then a message", vec![last(b"x"), first(b"a"), last(b"b")], vec![], vec!["ws_fragments"]),
        ("5.18 two beginnings", vec![first(b"a"), text(b"b")], vec![], vec!["ws_fragments"]),
        ("5.19 pings between five", then_bye(vec![first(b"1"), more(b"2"), ping(b"p"), more(b"3"), more(b"4"), ping(b"q"), last(b"5")]),
         vec!["pong 1", "pong 1", "text 5", "close 2"], vec![]),
    ];
    table.push((
        "2.10 ten pings",
        then_bye(vec![ping(b"ping"); 10]),
        [vec!["pong 4"; 10], vec!["close 2"]].concat(),
        vec![],
    ));
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        for payload in [&b""[..], b"reserved"] {
            let frames = vec![text(b"x"), frame(true, 0, opcode, payload), ping(b"")];
            let odd = vec!["ws_reserved_opcode"];
            table.push(("4 reserved opcodes", frames, vec!["text 1"], odd));
        }
    }
    for (opcode, name) in [(TEXT, "text"), (BINARY, "binary")] {
        for size in [0, 125, 126, 127, 128, 65535, 65536] {
            let echo = format!("{name} {size}").leak();
            let payload = vec![b'*'; size];
            let frames = then_bye(whole(opcode, &payload));
            table.push(("1 sizes", frames, vec![echo, "close 2"], vec![]));
        }
    }
    say_each(table);
}

#[test]
fn what_is_made_of_each_frame_that_the_server_sends() {
    let text = |payload: &[u8]| raw(1, true, 0, payload);
    let ping = |payload: &[u8]| raw(9, true, 0, payload);
    #[rustfmt::skip]
    let table: Vec<Heard> = vec![
        ("1.1.6", vec![text(&[b'*'; 65535])], vec!["text 65535"], vec![]),
        ("1.2.7", vec![raw(2, true, 0, &[0xfe; 65536])], vec!["binary 65536"], vec![]),
        ("2.2",   vec![ping(b"Hello")], vec!["ping 5"], vec![]),
        ("2.4",   vec![ping(&[0; 125])], vec!["ping 125"], vec![]),
        ("2.5",   vec![ping(&[0; 126])], vec!["ping 126"], vec!["ws_control"]),
        ("2.10",  vec![ping(b"p"), ping(b"p"), ping(b"p")], vec!["ping 1"; 3], vec![]),
        ("3.1",   vec![raw(1, true, 1, b"x")], vec!["text 1"], vec!["ws_reserved_bits"]),
        ("3.2",   vec![text(b"x"), raw(1, true, 2, b"y"), ping(b"")], vec!["text 1", "text 1", "ping 0"], vec!["ws_reserved_bits"]),
        ("3.6",   vec![raw(9, true, 6, b"x")], vec!["ping 1"], vec!["ws_reserved_bits"]),
        ("4.1",   vec![raw(3, true, 0, b"x")], vec!["reserved 1"], vec!["ws_reserved_opcode"]),
        ("4.2",   vec![raw(11, true, 0, b"")], vec!["reserved 0"], vec!["ws_reserved_opcode"]),
        ("5.1",   vec![raw(9, false, 0, b"a"), raw(0, true, 0, b"b")], vec!["ping… 1", "continuation 1"], vec!["ws_control", "ws_fragments"]),
        ("5.3",   vec![raw(1, false, 0, b"a"), raw(0, true, 0, b"b")], vec!["text… 1", "continuation 1"], vec![]),
        ("5.6",   vec![raw(1, false, 0, b"a"), ping(b"p"), raw(0, true, 0, b"b")], vec!["text… 1", "ping 1", "continuation 1"], vec![]),
        ("5.9",   vec![raw(0, true, 0, b"b")], vec!["continuation 1"], vec!["ws_fragments"]),
        ("5.12",  vec![raw(0, false, 0, b"b"), text(b"x")], vec!["continuation… 1", "text 1"], vec!["ws_fragments"]),
        ("5.18",  vec![raw(1, false, 0, b"a"), raw(1, true, 0, b"b")], vec!["text… 1", "text 1"], vec!["ws_fragments"]),
    ];
    hear_each(table);
}

/// What the server sends, the frames that are told, the deviations among them.
type Heard = (
    &'static str,
    Vec<theirs::Frame>,
    Vec<&'static str>,
    Vec<&'static str>,
);

fn hear_each(table: Vec<Heard>) {
    for (name, frames, want, deviations) in table {
        let count = frames.len();
        let mut talk = Talk::start(&at(server(frames)));
        talk.until(|exchange| exchange.frames.count as usize == count);
        talk.control.say(&bye().masked()).unwrap();
        talk.until(|exchange| exchange.closed.is_some());
        let told = lines(&talk, Direction::Received);
        assert_eq!(told[..count], want, "{name}");
        assert_eq!(anomalies(&talk, Direction::Received), deviations, "{name}");
        let end = talk.exchange.end.unwrap();
        assert_eq!(end.reason, EndReason::Upgrade, "{name}");
    }
}

/// Pages of the practice server: what comes first, then the echo, then the close; and what
/// deviates in it.
#[rustfmt::skip]
const PAGES: &[(&str, &[&str], &[&str])] = &[
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

/// A visit to such a page: an echo, a ping, the close.
fn visit(plan: &Plan) -> Talk {
    let mut talk = Talk::start(plan);
    talk.until(|exchange| exchange.upgraded.is_some());
    for line in ["echo", "/ping p", "/close 1000 done"] {
        // One that closed already has heard enough.
        let _ = talk.control.say(&typed(line.as_bytes()).unwrap());
    }
    talk.until(|exchange| exchange.closed.is_some());
    talk
}

#[test]
fn the_practice_servers_pages_do_what_they_say() {
    let playground = Playground::start(None).unwrap();
    let port = playground.port();
    for (path, want, deviations) in PAGES {
        let talk = visit(&plan(&format!("http://127.0.0.1:{port}/ws{path}")));
        assert_eq!(lines(&talk, Direction::Received), *want, "{path}");
        assert_eq!(anomalies(&talk, Direction::Received), *deviations, "{path}");
    }
    for name in ["ws_close", "ws_after_close"] {
        let mut talk = Talk::start(&plan(&format!("http://127.0.0.1:{port}/ws/{name}")));
        talk.until(|exchange| exchange.anomaly_count > 0);
        assert_eq!(anomalies(&talk, Direction::Received)[0], name);
        talk.control.hang_up();
        talk.until(|exchange| exchange.closed.is_some());
    }
}
