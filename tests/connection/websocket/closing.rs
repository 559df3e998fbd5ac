//! The Autobahn list's 7: closing, in order and not.

use super::*;

#[test]
fn what_the_server_makes_of_each_close() {
    let text = |payload: &[u8]| frame(true, 0, TEXT, payload);
    let first = |payload: &[u8]| frame(false, 0, TEXT, payload);
    let close = |payload: &[u8]| whole(CLOSE, payload);
    let why = |length| vec![Outgoing::close(1000, &"*".repeat(length))];
    let large = vec![b'*'; 256 * 1024];
    #[rustfmt::skip]
    let mut table: Vec<Said> = vec![
        ("7.1.1 text, then close", then_bye(vec![text(b"Hello")]), vec!["text 5", "close 2"], vec![]),
        ("7.1.2 two closes", vec![bye(), bye()], vec!["close 2"], vec!["ws_after_close"]),
        ("7.1.3 ping after close", vec![bye(), frame(true, 0, PING, b"")], vec!["close 2"], vec!["ws_after_close"]),
        ("7.1.4 text after close", vec![bye(), text(b"x")], vec!["close 2"], vec!["ws_after_close"]),
        ("7.1.5 close between fragments", vec![first(b"a"), bye(), frame(true, 0, CONTINUATION, b"b")], vec!["close 2"], vec!["ws_after_close"]),
        ("7.1.6 256 KiB, close, ping", vec![text(&large), bye(), frame(true, 0, PING, b"")], vec!["text 262144", "close 2"], vec!["ws_after_close"]),
        ("7.3.1 without payload", close(b""), vec!["close 0"], vec![]),
        ("7.3.2 half a code", close(b"\x03"), vec![], vec!["ws_close"]),
        ("7.3.3 a code alone", vec![bye()], vec!["close 2"], vec![]),
        ("7.3.4 code and reason", vec![Outgoing::close(1000, "Hello World!")], vec!["close 14"], vec![]),
        ("7.3.5 reason of 123", why(123), vec!["close 125"], vec![]),
        ("7.3.6 reason of 124", why(124), vec![], vec!["ws_control"]),
        ("7.5.1 reason that is not UTF-8", close(b"\x03\xe8\xce\xba\xe1\xbd\xb9\xed\xa0\x80"), vec![], vec!["ws_utf8"]),
    ];
    for code in [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ] {
        let close = vec![Outgoing::close(code, "")];
        table.push(("7.7 good codes", close, vec!["close 2"], vec![]));
    }
    // It answers with 1002 and its words for that.
    for code in [
        0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535,
    ] {
        let close = vec![Outgoing::close(code, "")];
        table.push(("7.9 bad codes", close, vec!["close 20"], vec!["ws_close"]));
    }
    say_each(table);
}

#[test]
fn what_is_made_of_each_close_that_the_server_sends() {
    let close = |payload: &[u8]| vec![raw(8, true, 0, payload)];
    let coded = |code: u16| close(&code.to_be_bytes());
    let mut table: Vec<Heard> = vec![
        ("7.3.1", close(b""), vec!["close 0"], vec![]),
        ("7.3.2", close(b"\x03"), vec!["close 1"], vec!["ws_close"]),
        ("7.3.3", coded(1000), vec!["close 2"], vec![]),
        (
            "7.3.5",
            close(&[b"\x03\xe8", &[b'*'; 123][..]].concat()),
            vec!["close 125"],
            vec![],
        ),
        (
            "7.3.6",
            close(&[b"\x03\xe8", &[b'*'; 124][..]].concat()),
            vec!["close 126"],
            vec!["ws_control"],
        ),
        (
            "7.5.1",
            close(b"\x03\xe8\xce\xba\xed\xa0\x80"),
            vec!["close 7"],
            vec!["ws_utf8"],
        ),
        (
            "7.1.4",
            [coded(1000), vec![raw(1, true, 0, b"x")]].concat(),
            vec!["close 2", "text 1"],
            vec!["ws_after_close"],
        ),
    ];
    for code in [0, 999, 1004, 1005, 1006, 1016, 2999, 5000, 65535] {
        table.push(("7.9", coded(code), vec!["close 2"], vec!["ws_close"]));
    }
    for row in &mut table {
        // Its frames go out as they are: it knows of no Close, and answers ours with one more.
        row.3.push("ws_after_close");
    }
    hear_each(table);
}
