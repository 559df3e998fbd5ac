//! What keys, pastes and clicks do, as tables: a script, then what it comes to.

use crate::stage::{KEY, Stage};
use sockeye::plan::FAST_RECV;
use sockeye::tui::app::Popup;
use sockeye::tui::keymap::{Action, Place};

/// Each script is played at 120x40 after `before`; then `show` must say what stands here.
pub fn table(before: &str, show: impl Fn(&mut Stage) -> String, rows: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (script, want) in rows {
        let mut stage = Stage::of(120, 40, before);
        stage.asked();
        stage.play(script);
        let found = show(&mut stage);
        if found != *want {
            let frame = stage.frame();
            wrong += &format!("after {script}: {found:?}, not {want:?}\n{frame}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

pub const RUNNING: &str = "open localhost/a\n@1 connected";

pub const ENDED: &str = r"
    open localhost/a
    @1 connected
    @2 recv HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello
";

/// Without User-Agent and Accept, which every template has.
fn request(stage: &mut Stage) -> String {
    let bytes = stage.app.tab().request.bytes().escape_ascii().to_string();
    let bytes = bytes.replace("User-Agent: sockeye/0.1.0\\r\\nAccept: */*\\r\\n", "");
    bytes.replace(KEY, "KEY")
}

fn url(stage: &mut Stage) -> String {
    stage.app.tab().url.text()
}

fn url_note(stage: &mut Stage) -> String {
    stage.app.tab().url_note.clone().unwrap_or_default()
}

pub fn asked(stage: &mut Stage) -> String {
    stage.asked().join(", ")
}

fn focus(stage: &mut Stage) -> String {
    format!("{:?}", stage.app.tab().focus)
}

pub fn place(stage: &mut Stage) -> String {
    let popup = match &stage.app.popup {
        Some(Popup::Help { .. }) => "help over ",
        Some(Popup::Knobs { .. }) => "knobs over ",
        Some(Popup::Ask { .. }) => "question over ",
        Some(Popup::List(_)) => "list over ",
        Some(Popup::Save(_)) => "saving over ",
        Some(Popup::Talk(_)) => "talk over ",
        Some(Popup::Compare(_)) => "comparison over ",
        Some(Popup::Phases { .. }) => "phases over ",
        Some(Popup::Levels) => "levels over ",
        Some(Popup::Tls { .. }) => "TLS over ",
        Some(Popup::Judged { .. }) => "judgement over ",
        None => "",
    };
    format!("{popup}{}: {}", focus(stage), asked(stage))
}

pub fn tabs(stage: &mut Stage) -> String {
    let (at, count) = (stage.app.active + 1, stage.app.tabs.len());
    format!("{at} of {count}: {}", asked(stage))
}

pub fn notice(stage: &mut Stage) -> String {
    let notice = stage.app.notice.as_ref();
    notice.map_or(String::new(), |notice| notice.text.clone())
}

#[test]
fn a_changed_url_changes_target_and_host_alone() {
    let rows = &[
        (
            "type localhost/a",
            r"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ),
        (
            "type localhost:81/a?b",
            r"GET /a?b HTTP/1.1\r\nHost: localhost:81\r\n\r\n",
        ),
        (
            "paste http://[::1]:82/",
            r"GET / HTTP/1.1\r\nHost: [::1]:82\r\n\r\n",
        ),
        // A WebSocket is asked for by a handshake whose key stays, a Unix socket as localhost.
        (
            "type ws://localhost/a",
            r"GET /a HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: KEY\r\n\r\n",
        ),
        (
            "type ws://localhost/a\npress Ctrl-A\npaste wss://h/",
            r"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: KEY\r\n\r\n",
        ),
        (
            "type wss://localhost/a\npress Ctrl-A\ntype http://localhost/a",
            r"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ),
        (
            "paste wss://localhost/a\npress F2\nedited GET / HTTP/1.1\\r\\nHost: me\\r\\n\\r\\n\npress F12",
            r"GET /a HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: KEY\r\n\r\n",
        ),
        (
            "type unix:/run/app.sock:/a?b",
            r"GET /a?b HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ),
        // No URL: the request stays as the last URL left it.
        (
            "type localhost/a\npress Ctrl-A\npaste ftp://x",
            r"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ),
        (
            "type localhost/a\nedited PUT /a HTTP/1.0\\r\\nX: y\\nHOST: localhost\\r\\n\\r\\n\\0\npress Ctrl-A\ntype example.com/b",
            r"PUT /b HTTP/1.0\r\nX: y\nHOST: example.com\r\n\r\n\x00",
        ),
        (
            "type localhost/a\nedited GET /mine HTTP/1.1\\r\\nHost: mine\\r\\n\\r\\n\npress Ctrl-A\ntype example.com/b",
            r"GET /mine HTTP/1.1\r\nHost: mine\r\n\r\n",
        ),
        // However many letters it had, undo takes all of it back, and then the hand's work.
        (
            "type localhost/a\nedited PUT /a HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n\npress Ctrl-L\ntype example.com/b\npress F2 Ctrl-Z",
            r"PUT /a HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ),
        ("type localhost/a\npress F2 Ctrl-Z", ""),
        // The template is that of the URL that stands in the bar.
        (
            "type localhost/a\nedited GET /mine HTTP/1.1\\r\\nHost: mine\\r\\n\\r\\n\npress Ctrl-A\ntype example.com/b\npress F2 F12",
            r"GET /b HTTP/1.1\r\nHost: example.com\r\n\r\n",
        ),
    ];
    table("press Ctrl-L", request, rows);
    let rows = &[
        ("type localhost/a", "the target follows the URL"),
        (
            "paste localhost\npress Ctrl-A\npaste ws://localhost",
            "Upgrade follows the URL",
        ),
        (
            "type unix:run",
            "URL \"unix:run\": the path of a Unix socket begins with / or . (try http://host:port/path)",
        ),
        (
            "type localhost/a\nedited GET /mine HTTP/1.1\\r\\nHost: mine\\r\\n\\r\\n\ntype b",
            "the request was edited by hand and stays as it is (F12: template)",
        ),
        (
            "type ftp://x",
            "ftp: this scheme is not supported (try http://)",
        ),
    ];
    table("press Ctrl-L", url_note, rows);
}

#[test]
fn the_editor_takes_every_byte() {
    let rows = &[
        (
            "type GET / HTTP/1.1\npress Enter Enter",
            r"GET / HTTP/1.1\r\n\r\n",
        ),
        ("type a\npress Alt-Enter\ntype b", r"a\nb"),
        ("press Ctrl-V 0 0 Ctrl-V F f Ctrl-V 0 d", r"\x00\xff\r"),
        ("press Ctrl-V 0 x\ntype a", "a"),
        ("press Ctrl-V Esc\ntype a", "a"),
        ("paste a\\nb\\r\\nc\\rd", r"a\r\nb\r\nc\r\nd"),
        ("paste \\x1b[31m\\0", r"\x1b[31m\x00"),
        ("type abc\npress Ctrl-Z", ""),
        ("type abc\npress Ctrl-Z Ctrl-Y", "abc"),
        ("type one two\npress Ctrl-W", "one "),
        ("type one\npress Home Delete", "ne"),
        ("type ab\npress Shift-← x", "ax"),
        ("type q?.z:", "q?.z:"),
        ("paste a\npress Ctrl-A Backspace", ""),
    ];
    table("press F2", request, rows);
}

#[test]
fn places_are_reached_and_left() {
    let rows = &[
        ("", "Response"),
        ("press F2", "Request"),
        ("press F2 F2", "Response"),
        ("press Shift-Tab F2", "Request"),
        ("press Shift-Tab F2 F2", "Socket"),
        ("press Ctrl-L F2 F2", "Url"),
        ("press Ctrl-L", "Url"),
        ("press Tab", "Url"),
        ("press Tab Tab", "Request"),
        ("press Tab Tab Tab", "Socket"),
        ("press Tab Tab Tab Tab", "Response"),
        ("press Shift-Tab Shift-Tab", "Request"),
        ("press Ctrl-L Esc", "Response"),
        ("press F2 Esc", "Response"),
        ("press Shift-Tab Esc", "Socket"),
        ("press Ctrl-L Enter", "Response"),
    ];
    table(ENDED, focus, rows);
}

/// Esc and Ctrl-C: what runs, then the field, then the pop-up's own.
#[test]
fn escape_and_interrupt() {
    let rows = &[
        ("press Esc", "Response: cancel 1"),
        ("press F2 Esc", "Request: cancel 1"),
        ("press Ctrl-L Esc", "Url: cancel 1"),
        ("press F1 Esc", "Response: "),
        ("press F1 Esc Esc", "Response: cancel 1"),
        ("press F3 Ctrl-C", "Response: "),
        ("press Ctrl-C", "Response: cancel 1"),
        ("press Ctrl-L Ctrl-C", "Url: copy localhost/a"),
        ("press Ctrl-L End Ctrl-C", "Url: cancel 1"),
        ("press F2\n@3 ended\npress Esc", "Response: "),
        ("@3 cancelled\npress Ctrl-C", "Response: "),
        ("@3 cancelled\npress Ctrl-C Ctrl-C", "Response: quit 0"),
        ("@3 cancelled\npress Ctrl-C F9 Ctrl-C", "Response: "),
        ("press q", "Response: quit 0"),
        ("press F2 Ctrl-Q", "Request: quit 0"),
        ("press F1 Ctrl-Q", "help over Response: quit 0"),
        ("press F1 q", "Response: "),
        ("press / q", "question over Response: "),
        ("press ?", "help over Response: "),
        ("press F2 ?", "Request: "),
        ("press F3", "knobs over Response: "),
    ];
    table(RUNNING, place, rows);
}

#[test]
fn the_hand_on_a_fetch() {
    let rows = &[
        ("press F8", "pause 1"),
        ("press F8 F8", "pause 1, resume 1"),
        ("press F10", "step 1"),
        ("press .", "step 1"),
        ("press F10 F8", "step 1, resume 1"),
        ("press F2 F8", "pause 1"),
        ("press F5", "cancel 1, fetch 2"),
        ("press Ctrl-R", "cancel 1, fetch 2"),
        ("press F7", "pace 1 Some(10)"),
        ("press F9", ""),
        ("@2 cancelled\npress F8", "fetch 2, paused with 0 calls"),
        ("@2 cancelled\npress F10", "fetch 2, paused with 1 calls"),
        ("@2 cancelled\npress F7", ""),
    ];
    table(RUNNING, asked, rows);
    let fast = format!("recv {} KiB", FAST_RECV / 1024);
    let knobs = |stage: &mut Stage| stage.app.tab().knobs.summary().replace(&fast, "fast");
    let rows = &[
        ("", "end: auto · fast"),
        ("press F9", "end: close · fast"),
        ("press F9 F9", "end: length · fast"),
        ("press F9 F9 F9", "end: timeout · fast"),
        ("press F9 F9 F9 F9", "end: once · fast"),
        ("press F9 F9 F9 F9 F9", "end: auto · fast"),
        ("press F6 F6", "end: auto · recv 4096"),
        ("press F3 ↓ 7 7 Enter Enter", "end: auto · recv 77"),
        ("press F3 ↓ ↓ → Esc", "end: auto · fast · send 4096"),
        ("press F3 ↓ 0 Enter", "end: auto · fast"),
        // An address is pinned in the list of them, and there, or as a knob, no more.
        (
            "press A Enter",
            "end: auto · fast · localhost:80 is 127.0.0.1",
        ),
        ("press A Enter A Enter", "end: auto · fast"),
        (
            "press A Enter F3 ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ → Enter",
            "end: auto · fast",
        ),
        (
            "press Ctrl-P\ntype local address\npress Enter\ntype if!lo\npress Enter",
            "end: auto · fast · from if!lo",
        ),
        (
            "press F3 ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓ ↓\ntype 127.0.0.5\npress Enter Enter",
            "end: auto · fast · from 127.0.0.5",
        ),
        (
            "press Ctrl-P\ntype local address\npress Enter\ntype if!\npress Enter",
            "end: auto · fast",
        ),
    ];
    table(RUNNING, knobs, rows);
    let rows = &[
        (
            "press A",
            "no address of this URL's host is known: none was looked up in this tab",
        ),
        (
            "press Ctrl-L\ntype unix:/s:/\npress Esc A",
            "no address of this URL's host is known: none was looked up in this tab",
        ),
    ];
    table("", notice, rows);
    // The pinned one is what the next exchange is told, and the log says so.
    let mut stage = Stage::of(120, 40, RUNNING);
    stage.press("A Enter F5");
    let pins = &stage.plan().options.resolve;
    assert_eq!(pins[0].addrs, [std::net::IpAddr::from([127, 0, 0, 1])]);
    stage.play("@1 connected");
    assert!(stage.frame().contains("\"localhost\" is 127.0.0.1: given"));
    // What is sent is what the knobs said when it was sent.
    let mut stage = Stage::of(120, 40, RUNNING);
    stage.press("F9 F6 F6 F5");
    assert_eq!(stage.plan().options.end.name(), "close");
    assert_eq!(stage.plan().options.recv_size, 4096);
}

#[test]
fn back_and_forward() {
    let before =
        &format!("{ENDED}\nopen localhost/b\n@9 cancelled\nopen localhost/c\n@9 cancelled");
    let rows = &[
        ("", "localhost/c"),
        ("press Alt-←", "http://localhost/b"),
        ("press Alt-← Alt-←", "http://localhost/a"),
        ("press Alt-← Alt-← Alt-←", "http://localhost/a"),
        ("press Alt-← Alt-← Alt-→", "http://localhost/b"),
        ("press Alt-→", "localhost/c"),
    ];
    table(before, url, rows);
    let rows = &[
        (
            "press Alt-← Alt-←",
            r"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ),
        // A new exchange takes the place of those ahead.
        (
            "press Alt-← Alt-←\nopen localhost/d\npress Alt-←",
            r"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ),
    ];
    table(before, request, rows);
    table(
        before,
        asked,
        &[("press Alt-← Alt-←\nopen localhost/d", "fetch 4")],
    );
    table(
        before,
        notice,
        &[
            ("press Alt-→", "this is the last exchange of the tab"),
            (
                "press Alt-← Alt-← Alt-←",
                "this is the first exchange of the tab",
            ),
        ],
    );
}

#[test]
fn typed_urls_come_back() {
    let before = r"
        press Ctrl-L
        type localhost/a
        press Enter
        @1 cancelled
        press Ctrl-L
        type localhost/b
        press Enter
        @1 cancelled
        press Ctrl-L
    ";
    let rows = &[
        ("press ↑", "localhost/b"),
        ("press ↑ ↑", "localhost/a"),
        ("press ↑ ↑ ↑", "localhost/a"),
        ("press ↑ ↑ ↓", "localhost/b"),
        ("press ↑ ↓", ""),
    ];
    table(before, url, rows);
}

#[test]
fn tabs_open_close_and_turn() {
    let rows = &[
        ("", "1 of 1: "),
        ("press Ctrl-T", "2 of 2: "),
        ("press Ctrl-T Ctrl-PageDown", "1 of 2: "),
        ("press Ctrl-T Ctrl-T Ctrl-PageUp", "2 of 3: "),
        ("press Ctrl-T Ctrl-PageUp Ctrl-PageUp", "2 of 2: "),
        ("press Ctrl-T Esc Ctrl-W", "1 of 1: "),
        // In a text field it deletes a word.
        ("press Ctrl-T Ctrl-W", "2 of 2: "),
        ("press Ctrl-T Ctrl-PageUp Ctrl-W", "1 of 1: cancel 1"),
        ("press Ctrl-W", "1 of 1: quit 0"),
    ];
    table(RUNNING, tabs, rows);
    // What comes for a tab behind is there when one looks.
    let mut stage = Stage::of(120, 40, ENDED);
    stage.press("Ctrl-T");
    assert!(!stage.frame().contains("hello"));
    stage.press("Ctrl-PageUp");
    assert!(stage.frame().contains("hello"));
}

#[test]
fn a_paste_outside_text_goes_to_the_url_bar() {
    let rows = &[
        ("paste example.com/p", "example.com/p"),
        (
            "press Ctrl-L\ntype old\npress Esc\npaste example.com/p",
            "example.com/p",
        ),
        ("paste http://a/\\r\\n", "http://a/"),
        ("press F1\npaste lost", ""),
        ("press F2\npaste GET", ""),
    ];
    table("", url, rows);
    table("", focus, &[("paste example.com/p", "Url")]);
}

#[test]
fn the_start_page() {
    let rows = &[
        (
            "press 1",
            "localhost:8080/drip?bytes=4096&size=256&every=200",
        ),
        (
            "press Enter",
            "localhost:8080/drip?bytes=4096&size=256&every=200",
        ),
        ("press 2", "localhost:8080/keep-alive"),
        ("press ↓ Enter", "localhost:8080/keep-alive"),
        ("press ↓ ↓ ↓ Enter", "localhost:8080/flood?bytes=1g"),
        ("press ↑", ""),
    ];
    table("", url, rows);
}

/// Sentences name keys as they are bound, not as the table has them.
#[test]
fn sentences_follow_the_keys() {
    let bound = |stage: &mut Stage, place, action, keys: &[&str]| {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        stage.app.keys.bind(place, action, &keys);
    };
    for (script, place, action, keys, want) in [
        (
            "",
            Place::Anywhere,
            Action::FocusUrl,
            &["Alt-U"][..],
            "Alt-U a URL",
        ),
        ("", Place::Anywhere, Action::Help, &["F11"], "F11 help"),
        (
            "",
            Place::Anywhere,
            Action::Pause,
            &["Alt-P"],
            "Alt-P pauses, the queue fills",
        ),
        (
            "open localhost/\n@1 connected\npress F8",
            Place::Anywhere,
            Action::Step,
            &["F11"],
            "waits: F11",
        ),
        (
            "open localhost/\npress F8",
            Place::Anywhere,
            Action::Pause,
            &["F11"],
            "F11 go on",
        ),
        (
            ENDED,
            Place::OutsideText,
            Action::MomentLast,
            &["@"],
            "@ leads back to the end",
        ),
        (
            "open localhost/\npress Ctrl-E",
            Place::List,
            Action::CompareWith,
            &["Alt-X"],
            "Alt-X compares",
        ),
        // No key is left for it.
        (
            ENDED,
            Place::OutsideText,
            Action::Play,
            &[],
            "play the exchange plays",
        ),
    ] {
        let mut stage = Stage::of(120, 40, script);
        bound(&mut stage, place, action, keys);
        if script == ENDED {
            stage.press("[");
        }
        let frame = stage.frame();
        assert!(frame.contains(want), "{want}:\n{frame}");
    }
}
