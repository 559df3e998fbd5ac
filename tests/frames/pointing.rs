//! Pointing at bytes: the cursor, where a byte came from, what is selected and copied.

use super::keys::{asked, notice, place, table};
use crate::stage::Stage;

/// Two recvs, a chunk cut by them, excess. The body is "one\ntwo\n".
const CHUNKED: &str = r"
    open localhost/a
    @1 connected
    @2 recv HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\non
    @3 recv e\n\r\n4\r\ntwo\n\r\n0\r\n\r\nmore
";

/// The words in the border below the response.
fn border(stage: &mut Stage) -> String {
    let frame = stage.frame();
    let words = frame.rows().iter().find_map(|row| {
        // Of the two panes' borders, the right one's words stand behind its corner.
        let (_, border) = row.split_once(['┗', '╰'])?;
        let (_, border) = border.split_once(['┗', '╰']).unwrap_or(("", border));
        // Behind a gap: how far down that is.
        let (words, _) = border.split_once(" ━").unwrap_or((border, ""));
        let words = words.trim_end_matches(['━', '─', '┛', '╯']).trim();
        words.contains("byte").then(|| words.to_owned())
    });
    words.unwrap_or_default()
}

#[test]
fn the_border_says_where_a_byte_came_from() {
    #[rustfmt::skip]
    let rows = &[
        ("", ""),
        ("press ↓", "byte 50 · recv #1 at 0.002 s (52 B) · body 0 · chunk 1 (4 B)"),
        ("press l l l", "byte 52 · recv #2 at 0.003 s (22 B) · body 2 · chunk 1 (4 B)"),
        ("press ↓ ↓", "byte 59 · recv #2 at 0.003 s (22 B) · body 4 · chunk 2 (4 B)"),
        ("press ↓ Esc", ""),
        ("press PageDown", ""),
        // The same byte in the other views.
        ("press ↓ ↓ 4", "byte 59 · recv #2 at 0.003 s (22 B) · body 4 · chunk 2 (4 B)"),
        ("press ↓ ↓ 5", "byte 59 · recv #2 at 0.003 s (22 B) · body 4 · chunk 2 (4 B)"),
        ("press ↓ ↓ 5 ↑", "byte 56 · recv #2 at 0.003 s (22 B) · chunked framing · chunk 2 (4 B)"),
        ("press ↓ 6 ↓", "byte 0 · recv #1 at 0.002 s (52 B) · status line"),
        ("press 6 ↓ ↓", "byte 17 · recv #1 at 0.002 s (52 B) · field Transfer-Encoding"),
        ("press 5 ↓ G", "byte 73 · recv #2 at 0.003 s (22 B) · excess: after the message"),
        ("press 5 ↓", "byte 0 of the request · send #1 at 0.001 s (76 B)"),
        ("click two", "byte 59 · recv #2 at 0.003 s (22 B) · body 4 · chunk 2 (4 B)"),
        ("press ↓ Shift-→ Shift-→", "3 B selected · byte 52 · recv #2 at 0.003 s (22 B) · body 2"),
    ];
    table(CHUNKED, border, rows);
}

#[test]
fn from_a_byte_to_its_call_and_back() {
    let rows = &[
        ("press ↓ Enter", "Socket"),
        ("press Enter", "Response"),
        ("press ↓ Enter Enter", "Response"),
    ];
    let focus = |stage: &mut Stage| format!("{:?}", stage.app.tab().focus);
    table(CHUNKED, focus, rows);
    let call = |stage: &mut Stage| {
        let visit = stage.app.tab().visit();
        let visit = visit.expect("an exchange");
        let (_, event) = visit
            .call
            .and_then(|row| visit.exchange().log.call(row))
            .expect("a call");
        event.t_us.to_string()
    };
    let rows = &[
        ("press ↓ Enter", "2000"),
        ("press ↓ l l l Enter", "3000"),
        ("press 5 ↓ Enter", "1000"),
    ];
    table(CHUNKED, call, rows);
}

#[test]
fn what_is_selected_is_copied() {
    #[rustfmt::skip]
    let rows = &[
        ("press y", "copy one\ntwo\n"),
        ("press ↓ y", "copy one\ntwo\n"),
        ("press ↓ Shift-→ y", "copy on"),
        ("press ↓ Shift-↓ y", "copy one\nt"),
        ("press ↓ → Shift-End y", "copy ne\n"),
        ("press Ctrl-A y", "copy one\ntwo\n"),
        ("press ↓ Shift-→ → y", "copy one\ntwo\n"),
        ("press ↓ 4 Shift-→ y", "copy on"),
        ("press 6 ↓ Shift-↓ y", "copy HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("press ↓ Shift-↓ Y Enter", "copy one\nt"),
        ("press ↓ Shift-↓ Y ↓ Enter", "copy one\\nt"),
        ("press ↓ Shift-↓ Y ↓ ↓ Enter", "copy 6f 6e 65 0a 74"),
        ("press ↓ Shift-↓ Y ↓ ↓ ↓ Enter", "copy b\"one\\nt\""),
        ("press Y Esc", ""),
    ];
    table(CHUNKED, asked, rows);
}

/// In the log by row, in the fields by character: with keys and with the mouse.
#[test]
fn calls_and_fields_are_selected_too() {
    const LOOKED_UP: &str = "  0.001 getaddrinfo(\"localhost\") = 127.0.0.1\n";
    const SOCKET: &str = "  0.001 socket(AF_INET, SOCK_STREAM) = 7\n";
    const CONNECTED: &str = "  0.001 connect(127.0.0.1:80) = 0\n";
    for (script, want) in [
        ("press Shift-Tab g y", LOOKED_UP.to_owned()),
        (
            "press Shift-Tab g Shift-↓ y",
            format!("{LOOKED_UP}{SOCKET}"),
        ),
        (
            "press Shift-Tab g Shift-↓ Ctrl-C",
            format!("{LOOKED_UP}{SOCKET}"),
        ),
        ("press Shift-Tab g Shift-↓ Esc y", SOCKET.to_owned()),
        (
            "click getaddrinfo\ndrag socket(\npress y",
            format!("{LOOKED_UP}{SOCKET}"),
        ),
        (
            "click connect(\ndrag socket(\npress Ctrl-C",
            format!("{SOCKET}{CONNECTED}"),
        ),
        ("click one\ndrag two\npress Ctrl-C", "one\nt".to_owned()),
    ] {
        table(CHUNKED, asked, &[(script, &format!("copy {want}"))]);
    }
    let before = "open localhost/a?q=abcd\n@1 connected";
    table(
        before,
        asked,
        &[("click q=abcd\ndrag cd\npress Ctrl-C", "copy q=ab")],
    );
}

/// More than a terminal's clipboard takes: a file is offered.
#[test]
fn much_is_copied_to_a_file() {
    const LARGE: &str = r"
        open localhost/a
        @1 connected
        @2 recv HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n
        @3 recv*4000 0123456789
    ";
    let rows = &[
        ("press Ctrl-A Y ↓ ↓ Enter", "question over Response: "),
        (
            "press Ctrl-A Y ↓ ↓ Enter\npress Enter",
            "Response: copy 40000 B to a file as hex",
        ),
        ("press Ctrl-A Y ↓ ↓ Enter Esc", "Response: "),
    ];
    table(LARGE, place, rows);
}

#[test]
fn rulers_take_turns() {
    let rows = &[
        (
            "press r",
            "underlined: the first byte that each recv() brought",
        ),
        ("press r r", "underlined: the first byte of each chunk"),
        ("press r r r", "no ruler"),
        (
            "press Enter",
            "no byte is pointed at: the arrows or a click show the cursor",
        ),
    ];
    table(CHUNKED, notice, rows);
    let signs = |stage: &mut Stage| {
        let frame = stage.frame();
        let row = frame
            .rows()
            .iter()
            .find(|row| row.contains("00000000"))
            .cloned();
        let row = row.unwrap_or_default();
        let from = row.find("00000000").unwrap_or_default();
        row[from..].chars().take(34).collect()
    };
    let rows = &[
        ("press 4", "00000000  6f 6e 65 0a 74 77 6f 0a"),
        ("press 4 r", "00000000 │6f 6e│65 0a 74 77 6f 0a"),
        ("press 4 r r", "00000000 │6f 6e 65 0a│74 77 6f 0a"),
    ];
    table(
        CHUNKED,
        |stage: &mut Stage| -> String {
            let signs: String = signs(stage);
            signs.trim_end().to_owned()
        },
        rows,
    );
}
