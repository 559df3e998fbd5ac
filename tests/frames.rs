//! What is pressed and what comes from a server, and the frame that it gives: each file
//! of tests/frames is a script and the screen at three sizes, in monochrome, under a clock
//! that stands still. `UPDATE=1 cargo test --test frames` writes the frames as they are:
//! read every line of that difference.
//!
//! And what holds for every frame, whatever is pressed and whatever comes: nothing panics,
//! no cell holds what must not reach a terminal.

#[path = "frames/answers.rs"]
mod answers;
#[path = "frames/content.rs"]
mod content;
#[path = "frames/keys.rs"]
mod keys;
#[path = "frames/lessons.rs"]
mod lessons;
#[path = "frames/links.rs"]
mod links;
#[path = "frames/looking.rs"]
mod looking;
#[path = "frames/places.rs"]
mod places;
#[path = "frames/pointing.rs"]
mod pointing;
#[path = "support/scene.rs"]
mod scene;
#[path = "frames/session.rs"]
mod session;
#[path = "support/stage.rs"]
mod stage;

use crossterm::event::{MouseButton, MouseEventKind};
use proptest::prelude::*;
use ratatui::style::Color;

use sockeye::tui::keymap::ROWS;
use sockeye::tui::layout::Size;
use sockeye::tui::message::Message;
use sockeye::tui::theme::Theme;

use scene::{SIZES, Scene};
use stage::{Frame, Stage, diff, key};

#[test]
fn each_script_gives_its_frames() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut failures = String::new();
    for scene in Scene::all() {
        if update {
            scene.update();
        } else if scene.found() != scene.expected() {
            let diff = diff(scene.expected(), &scene.found());
            failures += &format!("\n== tests/frames/{}.txt\n{diff}", scene.name());
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

const EXCHANGE: &str = r"
    open localhost:8080/x
    @0.5 connected
    @1 recv HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello
";

/// Only the focused pane has a thick border; in the one-row form of the URL bar the
/// cursor tells.
#[test]
fn focus_is_visible_without_colour() {
    for (keys, want) in [
        ("Ctrl-L", "URL bar"),
        ("F2", "Request"),
        ("Ctrl-L Tab Tab", "Socket"),
        ("Ctrl-L Tab Tab Tab", "Response"),
    ] {
        for &(columns, rows) in SIZES {
            let mut stage = Stage::of(columns, rows, EXCHANGE);
            stage.press(keys);
            let frame = stage.frame();
            let thick: Vec<String> = frame
                .rows()
                .iter()
                .filter_map(|row| Some(row[row.find('┏')?..].to_owned()))
                .collect();
            let place = format!("{want} at {columns}x{rows}:\n{frame}");
            match (want, rows) {
                ("URL bar", 40) => assert!(thick[0].starts_with("┏ GET "), "{place}"),
                ("URL bar", _) => {
                    assert!(thick.is_empty(), "{place}");
                    assert_eq!(frame.cursor.map(|at| at.y), Some(1), "{place}");
                }
                _ => assert!(thick[0].contains(want), "{place}"),
            }
            assert!(thick.len() <= 1, "{place}");
        }
    }
}

#[test]
fn monochrome_has_no_colour_and_colour_changes_no_text() {
    let size = Size {
        columns: 120,
        rows: 40,
    };
    let mut colourful = Stage::with(size, Theme::new(true));
    colourful.play(EXCHANGE);
    let colourful = colourful.frame();
    let plain = Stage::of(120, 40, EXCHANGE).frame();
    assert_eq!(plain.rows(), colourful.rows());
    let colours = |frame: &Frame| {
        let cells = frame.buffer.content().iter();
        cells
            .filter(|cell| (cell.fg, cell.bg) != (Color::Reset, Color::Reset))
            .count()
    };
    assert_eq!(colours(&plain), 0);
    assert!(colours(&colourful) > 100);
}

/// Two exchanges whose heads and bodies differ, side by side.
const TWO: &str = r"
    open localhost/
    @1 connected
    @2 recv HTTP/1.1 200 OK\r\nX-A: HOSTILE\r\nX-HOSTILE: 1\r\nContent-Length: 9\r\n\r\nHOSTILE x
    @3 eof
    open localhost/HOSTILE
    @1 connected
    @2 recv HTTP/1.1 200 HOSTILE\r\nX-A: 1\r\nContent-Length: 9\r\n\r\nHOSTILE y
    @3 eof
    press c G
";

#[test]
fn any_size_can_be_drawn() {
    let scripts = [
        "",
        EXCHANGE,
        "press F1",
        "press F3",
        "open localhost/\npress F2",
        "press Ctrl-L",
        "press Ctrl-P",
        "press Ctrl-L\ntype l\npress ↓",
        "press F2 Alt-S PageDown",
        "open localhost/\npress Ctrl-E",
        "open localhost/\nopen localhost/\npress c",
        TWO,
    ];
    for script in scripts {
        for columns in [0, 1, 2, 59, 60, 61, 75, 76, 99, 100, 300] {
            for rows in [0, 1, 2, 14, 15, 16, 19, 20, 24, 28, 100] {
                Stage::of(columns, rows, script).frame();
            }
        }
    }
}

/// Bytes that would do something to a terminal, wherever bytes from outside are shown.
const HOSTILE: &str = r"\x1b]0;owned\x07\x1b[2J\x9b31m\xc2\x9b\xe2\x80\xaea\xe2\x80\x8b\xf3\xa0\x81\x81\xcc\x81\0\x7f\x0e\xff";

/// The stage looks at every cell it draws.
#[test]
fn nothing_unsafe_is_ever_drawn() {
    let scripts: &[&str] = &[
        "press Ctrl-L\npaste http://localhost/HOSTILE",
        "press Ctrl-L\npaste HOSTILE\npress Enter",
        "press F2\npaste GET /HOSTILE HTTP/1.1\\r\\nX: HOSTILE\\r\\n\\r\\n",
        "edited HOSTILE HOSTILE HOSTILE\npress F2",
        "edited GET / HTTP/1.1\\r\\nHost: HOSTILE\\r\\nContent-LHOSTILE: 1\\r\\n\\r\\nHOSTILE\npress F2 Ctrl-End",
        "notice HOSTILE",
        "problem HOSTILE",
        "open localhost/HOSTILE\n@1 connected\n@2 recv HOSTILE\n@3 eof",
        "open localhost/\n@1 connected\n@2 recv HTTP/1.1 200 HOSTILE\\r\\nHOSTILE: HOSTILE\\r\\nX-A: HOSTILE\\r\\n\\r\\nHOSTILE\n@3 eof",
        "open localhost/\n@1 connected\n@2 recv HTTP/1.1 103 HOSTILE\\r\\n\\r\\n",
        "open localhost/\n@1 connected\n@2 recv HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n1;HOSTILE\\r\\na\\r\\n0\\r\\nHOSTILE: HOSTILE\\r\\n\\r\\n",
        "open localhost/\n@1 connected\n@2 recv HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nHOSTILE\\r\\n",
        "open localhost/\n@1 connected\n@2 recv HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nContent-Length: HOSTILE\\r\\n\\r\\nHOSTILE",
        "open localhost/\n@1 connect 127.0.0.1:80\n@2 connect 127.0.0.1:80 = HOSTILE\n@3 error HOSTILE",
        "open localhost/\n@1 connected\n@2 recv HTTP/1.1 200 OK\\r\\n\\r\\nx\npress /\npaste HOSTILE",
        "open localhost/HOSTILE\n@1 connected\n@2 recv HTTP/1.1 200 OK\\r\\n\\r\\nx\npress s\npaste HOSTILE",
        "press Ctrl-P\npaste HOSTILE",
        "open localhost/HOSTILE\npress Ctrl-L\ntype localhost\npress ↓",
        "edited HOSTILE\nopen localhost/\nedited HOSTILE\npress F5 Ctrl-E",
        "open localhost/\n@1 connected\n@2 recv HTTP/1.1 200 OK\\r\\nX-HOSTILE: 1\\r\\nContent-Length: HOSTILE\\r\\n\\r\\nx\npress a ↓",
        TWO,
    ];
    for script in scripts {
        let script = script.replace("HOSTILE", HOSTILE);
        for &(columns, rows) in SIZES {
            let mut stage = Stage::of(columns, rows, &script);
            stage.frame();
            for keys in ["F2", "Tab", "Tab", "4", "5", "6", "w", "Ctrl-T", "F1"] {
                stage.press(keys);
                stage.frame();
            }
        }
    }
}

/// One thing that happens.
#[derive(Clone, Debug)]
enum Happens {
    Key(&'static str),
    Typed(char),
    Step(String),
    Resize(u16, u16),
    Mouse(MouseEventKind, u16, u16),
    /// So many milliseconds pass, then the fetch, if one runs, receives this.
    Bytes(u64, Vec<u8>),
}

fn happens() -> impl Strategy<Value = Happens> {
    let keys: Vec<&str> = ROWS.iter().flat_map(|row| row.keys).copied().collect();
    let texts = [
        "/a?b",
        "\\r\\n",
        "HTTP/1.1",
        "日本\\xcc\\x81",
        "\\x1b[2J",
        "\\0",
        "Host: x",
    ];
    let pieces = [
        "HTTP/1.1 200 OK\r\n",
        "Content-Length: 9\r\n",
        "Transfer-Encoding: chunked\r\n",
        "\r\n",
        "3\r\nabc\r\n",
        "0\r\n\r\n",
        "a long line of a body, with 日本 in it\n",
        "\x1b[31m",
        "HTTP/1.1 302 Found\r\nLocation: /y\r\nSet-Cookie: a=b\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x01\x03abc",
        "Content-Type: text/html\r\n\r\n",
        "<ul><li><a href=/x>a link</a><table><tr><td>",
        "Content-Type: application/json\r\n\r\n",
        "{\"a\": [1, {\"b\": \"日\"",
        "}], ",
        "Content-Type: text/csv; charset=shift_jis\r\n\r\n",
        "a,\"b\n,",
        "Content-Type: text/event-stream\r\n\r\ndata: x\n\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: image/png\r\n\r\n",
        "Content-Encoding: br, deflate\r\n",
    ];
    let mouse = [
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::Drag(MouseButton::Left),
        MouseEventKind::ScrollUp,
        MouseEventKind::ScrollDown,
    ];
    let piece = prop_oneof![
        4 => prop::sample::select(pieces.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ];
    prop_oneof![
        8 => prop::sample::select(keys).prop_map(Happens::Key),
        2 => any::<char>().prop_map(Happens::Typed),
        2 => prop::sample::select(texts.to_vec()).prop_map(|text| Happens::Step(format!("paste {text}"))),
        1 => Just(Happens::Step("open localhost:8080/x".to_owned())),
        1 => prop::sample::select(vec!["connected", "cancelled", "fails recv", "timeout", "over"])
            .prop_map(|told| Happens::Step(format!("@5 {told}"))),
        1 => (0..140u16, 0..50u16).prop_map(|(columns, rows)| Happens::Resize(columns, rows)),
        3 => (prop::sample::select(mouse.to_vec()), 0..140u16, 0..50u16)
            .prop_map(|(kind, x, y)| Happens::Mouse(kind, x, y)),
        6 => (0..2000u64, piece).prop_map(|(ms, bytes)| Happens::Bytes(ms, bytes)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_that_happens_panics(all in prop::collection::vec(happens(), 1..40)) {
        let mut stage = Stage::new(80, 24);
        stage.frame();
        for happens in all {
            match happens {
                Happens::Key(name) => stage.tell(Message::Key(key(name))),
                Happens::Typed(c) => stage.typed(c),
                Happens::Step(step) if step.starts_with('@') && !stage.running() => {}
                Happens::Step(step) => stage.play(&step),
                Happens::Resize(columns, rows) => stage.tell(Message::Resize(Size { columns, rows })),
                Happens::Mouse(kind, x, y) => stage.mouse_at(kind, x, y),
                Happens::Bytes(ms, bytes) => {
                    stage.pass(ms);
                    if stage.running() {
                        stage.receive(&bytes);
                    }
                }
            }
            stage.frame();
        }
    }
}
