//! Several responses on one connection in the browser: each can be looked at, in every
//! view.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::keys::table;
use crate::stage::Stage;
use sockeye::tui::app::Popup;

/// Three requests in one send.
const ASKED: &str = r"
    press Ctrl-L
    type localhost/x
    edited GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n
    press F5 Shift-Tab
    @0.5 connected
";

/// What answers them: JSON; text with a charset, a coding, chunks and a trailer; HTML.
fn responses() -> [Vec<u8>; 3] {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(b"caf\xe9 words").expect("into memory");
    let coded = gzip.finish().expect("into memory");
    let (first, rest) = coded.split_at(9);
    let chunk = |bytes: &[u8]| {
        let size = format!("{:x}\r\n", bytes.len());
        [size.as_bytes(), bytes, b"\r\n"].concat()
    };
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\": 1}"
            .to_vec(),
        [
            b"HTTP/1.1 404 No\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
              Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
            &chunk(first)[..],
            &chunk(rest),
            b"0\r\nSum: 1\r\n\r\n",
        ]
        .concat(),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n\r\n<p>a third"
            .to_vec(),
    ]
}

/// They came in calls of so many bytes.
fn came(piece: usize, keys: &str) -> Stage {
    let mut stage = Stage::of(120, 40, ASKED);
    stage.play("@1");
    for bytes in responses().concat().chunks(piece) {
        stage.receive(bytes);
    }
    stage.play("@2 over");
    stage.play(keys);
    stage
}

/// `2 of 3 Text windows-1252 caf\xe9 words`
fn shown(stage: &mut Stage) -> String {
    let tab = stage.app.tab();
    let visit = tab.visit().expect("an exchange");
    let window = visit.content();
    let bytes = window.read(0, 100).expect("in memory");
    format!(
        "{} of {} {} {} {}",
        visit.answer().number,
        visit.exchange().start.before + 1,
        tab.view.title(),
        visit.meaning.charset.encoding.name(),
        bytes.escape_ascii()
    )
}

const FIRST: &str = r#"1 of 3 Pretty UTF-8 {\"a\": 1}"#;
const SECOND: &str = r"2 of 3 Text windows-1252 caf\xe9 words";
const THIRD: &str = "3 of 3 Rendered UTF-8 <p>a third";

#[test]
fn each_response_is_shown_as_what_it_is() {
    for (keys, want) in [
        ("", THIRD),
        ("press ,", SECOND),
        ("press , ,", FIRST),
        ("press , , ,", FIRST),
        ("press , , ;", SECOND),
        ("press , , ; ;", THIRD),
        ("press ;", THIRD),
        ("press m Enter", THIRD),
        ("press m ↑ Enter", SECOND),
        ("press m ↑ ↑ Enter", FIRST),
        ("press , , m Enter", FIRST),
        // The view that was chosen stays.
        ("press 4 ,", r"2 of 3 Hex windows-1252 caf\xe9 words"),
        (
            "press 5 m ↑ Enter",
            r"2 of 3 Wire windows-1252 caf\xe9 words",
        ),
        // The moment before anything came, and back.
        ("press {", "1 of 1 Pretty UTF-8 "),
        ("press , { }", SECOND),
    ] {
        // Cut anywhere it is the same.
        for piece in [7, 10_000] {
            assert_eq!(shown(&mut came(piece, keys)), want, "{keys} {piece}");
        }
    }
}

#[test]
fn the_newest_is_shown_until_somebody_chooses() {
    let [one, two, three] = responses();
    let table = [
        ("", "", THIRD),
        // On the first one; it stays.
        ("press 1 1", "press ,", r#"1 of 3 Text UTF-8 {\"a\": 1}"#),
        // Back on the newest, what is newest then.
        ("", "press , ;", THIRD),
    ];
    for (early, keys, want) in table {
        let mut stage = Stage::of(120, 40, ASKED);
        stage.play("@1");
        stage.receive(&one);
        stage.play(early);
        stage.receive(&two);
        stage.play(keys);
        stage.receive(&three);
        stage.play("@2 over");
        assert_eq!(shown(&mut stage), want, "{early} {keys}");
    }
}

#[test]
fn its_head_its_end_and_its_place() {
    let words = |keys: &str| {
        let stage = came(10_000, keys);
        stage.frame().to_string()
    };
    for (keys, has, has_not) in [
        ("press , 6", "Response 2 of 3 · 404 No", "200 OK"),
        ("press , 6", "Sum", "Content-Length"),
        (
            "press ,",
            "ended: the last chunk, of size 0, is here after 30 bytes · response 3 follows it",
            "stays open",
        ),
        (
            "press , ,",
            "ended: Content-Length's 8 bytes are here",
            "404",
        ),
        ("", "Response 3 of 3 · 200 OK · 10 B", "follows it"),
        ("press ; ;", "this is the last response", "follows it"),
        // Found in that response alone.
        (
            "press , ,\npress 6 /\ntype charset\npress Enter",
            "Response 1 of 3",
            "gzip",
        ),
    ] {
        let screen = words(keys);
        assert!(screen.contains(has), "{keys}: {has}\n{screen}");
        assert!(!screen.contains(has_not), "{keys}: {has_not}\n{screen}");
    }
}

/// Where a byte of an earlier response came from, and where it stands in other views.
#[test]
fn the_cursor_goes_from_view_to_view_within_it() {
    fn cursor(stage: &mut Stage) -> String {
        let tab = stage.app.tab();
        let visit = tab.visit().expect("an exchange");
        let at = visit.cursor(tab.view).map(|cursor| cursor.bytes.start);
        format!("{} {at:?}", tab.view.title())
    }
    let [one, two, _] = responses();
    let asked = 3 * 28;
    let head = |bytes: &[u8]| bytes.windows(4).position(|it| it == b"\r\n\r\n").unwrap() + 4;
    let first = format!("Wire Some({})", asked + head(&one));
    // The decoded bytes are known to come of a stretch of coded ones.
    let second = format!("Wire Some({})", asked + one.len() + head(&two) + 3);
    let rows: &[(&str, &str)] = &[
        ("press , , 4 → 5", &first),
        ("press , , 4 → 5 1", "Text Some(0)"),
        ("press , 4 → 5", &second),
        // A byte of another response is in no view of this one.
        ("press , , 4 → 5\npress ;\npress 4", "Hex None"),
    ];
    for (keys, want) in rows {
        let mut stage = came(10_000, keys);
        assert_eq!(cursor(&mut stage), *want, "{keys}");
    }
}

#[test]
fn the_newest_row_of_messages_stays_chosen() {
    const FRAMES: &str = r"
        press Ctrl-L
        type localhost:8080/ws
        edited GET /ws HTTP/1.1\r\nHost: localhost:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
        press F5 Tab Tab
        @1 connected
        @2 recv HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n
        @3 recv \x81\x03one\x81\x03two
        press m
    ";
    let chosen = |stage: &mut Stage| match &stage.app.popup {
        Some(Popup::List(list)) => format!("{} of {}", list.chosen + 1, list.rows),
        _ => "no list".to_owned(),
    };
    let rows = &[
        ("", "3 of 3"),
        (r"@4 recv \x81\x05three", "4 of 4"),
        (r"@4 recv \x81\x05three\x81\x04four", "5 of 5"),
        ("press ↑\n@4 recv \\x81\\x05three", "2 of 4"),
        ("press ↑ ↓\n@4 recv \\x81\\x05three", "4 of 4"),
        ("type two\n@4 recv \\x81\\x05three", "1 of 1"),
    ];
    table(FRAMES, chosen, rows);
}
