//! Bodies with a content coding in the browser: who is told when decoded bytes come, what
//! `d` forgets, the limit, and a coded body at a past moment.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::stage::Stage;
use sockeye::tui::layout::Size;
use sockeye::tui::message::Message;
use sockeye::tui::save::Saved;
use sockeye::tui::visit::{ViewKind, Visit};

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).expect("into memory");
    encoder.finish().expect("into memory")
}

/// The head of a coded body has come.
fn begun(media_type: &str, coded: &[u8]) -> Stage {
    let mut stage = Stage::of(100, 30, "open localhost/x\n@0.5 connected\n@1");
    let len = coded.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Encoding: gzip\r\n\
         Content-Length: {len}\r\n\r\n"
    );
    stage.receive(head.as_bytes());
    stage
}

/// All of it has.
fn came(media_type: &str, coded: &[u8]) -> Stage {
    let mut stage = begun(media_type, coded);
    stage.receive(coded);
    stage.play("@2 over");
    stage
}

fn visit(stage: &Stage) -> &Visit {
    stage.app.tab().visit().expect("an exchange")
}

fn screen(stage: &Stage) -> String {
    stage.frame().to_string()
}

/// The form is that of what is shown, and is not decided before that is there.
#[test]
fn the_view_that_opens_is_that_of_the_content() {
    let json = gzip(br#"{"list": [1, 2, 3]}"#);
    for (media_type, coded, keys, want) in [
        ("text/plain", json.clone(), "", ViewKind::Pretty),
        ("application/json", json.clone(), "", ViewKind::Pretty),
        // As received it is no JSON, whatever the head says.
        ("application/json", json.clone(), "press d", ViewKind::Hex),
        ("text/plain", json, "press d d", ViewKind::Pretty),
        (
            "text/plain",
            gzip(b"words and more words"),
            "",
            ViewKind::Text,
        ),
        ("text/html", gzip(b"<p>words"), "", ViewKind::Rendered),
    ] {
        let mut stage = came(media_type, &coded);
        stage.play(keys);
        assert_eq!(stage.app.tab().view, want, "{media_type} {keys}");
    }
}

/// Other bytes are shown: places in those before mean nothing any more.
#[test]
fn decoded_or_as_received_resets_every_view() {
    let plain = b"a line of text with a needle in it\n".repeat(200);
    let mut stage = came("text/plain", &gzip(&plain));
    stage.play("press /\ntype needle\npress Enter\nfound 22..28\npress ↓");
    for view in ["1", "2", "4"] {
        stage.press(view);
        stage.press("PageDown ↓");
    }
    stage.asked();
    let counted = |stage: &Stage| {
        let find = &stage.app.tab().find;
        find.count.is_some() || find.awaited.is_some() || find.since.is_some()
    };
    assert!(counted(&stage) && visit(&stage).hit.is_some());
    stage.press("d");
    assert_eq!(stage.asked(), ["stop finding"]);
    let is = visit(&stage);
    assert!(is.content().len < 1000, "as received");
    assert_eq!(is.hit, None);
    assert!(!counted(&stage));
    for kind in ViewKind::ALL
        .into_iter()
        .filter(|kind| kind.shows_content())
    {
        let scroll = is.scrolls[kind.index()];
        assert_eq!(
            (scroll.top, scroll.left, scroll.follow),
            (0, 0, false),
            "{kind:?}"
        );
        assert!(is.cursor(kind).is_none(), "{kind:?}");
    }
    // An answer about the bytes before comes too late.
    stage.play("found 700..706");
    assert_eq!(visit(&stage).hit, None);
    stage.press("d");
    assert_eq!(visit(&stage).content().len, plain.len() as u64);
}

/// More than 200 times its size, past 16 MiB: it is not decoded on unasked.
#[test]
fn a_bomb_stops_at_the_limit_until_somebody_says_go_on() {
    let plain = vec![b'0'; 18 << 20];
    let mut stage = came("text/plain", &gzip(&plain));
    let at = visit(&stage).content().len;
    assert!((16 << 20..18 << 20).contains(&at), "{at}");
    assert!(screen(&stage).contains("D goes on"), "{}", screen(&stage));
    stage.press("D");
    assert_eq!(visit(&stage).content().len, plain.len() as u64);
    assert!(!screen(&stage).contains("D goes on"));
}

/// What had come by then, decoded as far as it could be.
#[test]
fn a_coded_body_at_a_past_moment() {
    let line = |n: u32| format!("line {n} {:x}\n", n.wrapping_mul(2_654_435_761));
    let plain: String = (0..2000).map(line).collect();
    let coded = gzip(plain.as_bytes());
    let mut stage = begun("text/plain", &coded);
    for (n, piece) in coded.chunks(coded.len().div_ceil(4)).enumerate() {
        stage.play(&format!("@{}", n + 2));
        stage.receive(piece);
    }
    stage.play("@9 over");
    let mut before = visit(&stage).content().len;
    assert_eq!(before, plain.len() as u64);
    stage.press("1");
    let mut lens = Vec::new();
    while lens.len() < 20 && visit(&stage).body().len > 0 {
        stage.press("[");
        let content = visit(&stage).content();
        assert!(content.len <= before, "{} after {before}", content.len);
        let bytes = content.read(0, plain.len()).expect("bytes in memory");
        assert!(plain.as_bytes().starts_with(&bytes));
        screen(&stage);
        before = content.len;
        lens.push(before);
    }
    lens.dedup();
    assert!(lens.len() >= 4 && lens.last() == Some(&0), "{lens:?}");
    stage.press("Esc");
    assert_eq!(visit(&stage).content().len, plain.len() as u64);
}

/// Broken bytes: what could be decoded is there, and where it ends is said at any size.
#[test]
fn where_it_broke_is_said_whole() {
    let plain = b"a line of text that comes again\n".repeat(400);
    let coded = gzip(&plain);
    let cut = &coded[..coded.len() / 2];
    let mut stage = came("text/plain", cut);
    let words = format!("gzip is cut short at coded byte {}", cut.len());
    for (columns, rows) in [(120, 40), (80, 24), (60, 15)] {
        stage.tell(Message::Resize(Size { columns, rows }));
        let screen = screen(&stage);
        assert!(screen.contains(&words), "{columns}x{rows}\n{screen}");
    }
}

/// A body that is coded and in chunks: what each choice of the save writes.
#[test]
fn what_a_save_writes() {
    let plain = b"a line of text that comes again\n".repeat(400);
    let coded = gzip(&plain);
    let mut stage = Stage::of(100, 30, "open localhost/x.txt\n@0.5 connected\n@1");
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";
    stage.receive(head.as_bytes());
    let mut wire = head.len();
    for chunk in coded.chunks(coded.len() / 2 + 1) {
        let framed = [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat();
        wire += framed.len();
        stage.receive(&framed);
    }
    stage.receive(b"0\r\n\r\n");
    wire += 5;
    stage.play("@2 over");
    let (head, coded, plain) = (head.len(), coded.len(), plain.len());
    // What is looked at is offered first, decoded or as received.
    for (keys, bytes) in [
        ("s Enter", plain),
        ("s ↓ Enter", coded),
        ("s ↓ ↓ Enter", head + coded),
        ("s ↑ Enter", wire),
        ("d s Enter", coded),
        ("s ↑ Enter", plain),
    ] {
        stage.asked();
        stage.press(keys);
        let asked = stage.asked();
        let saved = format!("save {bytes} B in x.txt");
        assert!(asked.contains(&saved), "{keys}: {asked:?}, not {saved}");
        stage.tell(Message::Saved(Saved::Stopped));
        stage.press("Esc");
    }
}
