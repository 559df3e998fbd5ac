//! Bytes as text, in rows: line ends, tabs, charsets, marks, and lines without an end.

use sockeye::decode::Letters;
use sockeye::view::{Marks, Text, View};

use crate::walks::assert_covers;
use crate::{marked, roles, row, shown, text};

#[test]
fn text_in_rows() {
    let long = "0123456789abcdef";
    #[rustfmt::skip]
    let cases: &[(&str, usize, bool, usize, &[&str])] = &[
        // bytes, width, wrap, left, rows
        ("", 10, true, 0, &[]),
        ("one\ntwo", 10, true, 0, &["one", "two"]),
        ("one\r\n\r\ntwo\n", 10, true, 0, &["one", "", "two"]),
        ("\n\n", 10, true, 0, &["", ""]),
        ("a\rb\r\r\n", 10, true, 0, &["a␍b␍"]),
        (long, 10, true, 0, &["0123456789", "abcdef"]),
        (long, 16, true, 0, &["0123456789abcdef"]),
        (long, 10, false, 0, &["0123456789"]),
        (long, 10, false, 12, &["cdef"]),
        (long, 10, false, 99, &[""]),
        ("a\tb\tc", 20, true, 0, &["a       b       c"]),
        ("a\tb\tc", 10, true, 0, &["a       b ", "c"]),
        ("a\tb\tc", 10, false, 5, &["   b      "]),
        ("日本語", 5, true, 0, &["日本", "語"]),
        ("日本語", 5, false, 1, &[" 本語"]),
        ("日本語", 4, false, 1, &[" 本 "]),
        ("日", 1, true, 0, &[" "]),
        ("e\u{301}e\u{301}e\u{301}", 2, true, 0, &["e\u{301}e\u{301}", "e\u{301}"]),
        ("\x1b[31mred\x07", 20, true, 0, &["␛[31mred␇"]),
        ("a\u{202e}b", 20, true, 0, &["a\\u{202e}b"]),
        ("a\u{202e}b", 5, true, 0, &["a", "\\u{2…", "b"]),
    ];
    for &(bytes, width, wrap, left, want) in cases {
        let view = text(bytes.as_bytes(), width, wrap, left);
        assert_eq!(shown(&view.rows(0, 10)), want, "{bytes:?} {width} {left}");
    }
}

#[test]
fn text_says_what_is_not_text() {
    let view = text(b"ok\x00\xff\t.", 20, true, 0);
    assert_eq!(
        roles(&view.rows(0, 1)),
        ["okInvisible<␀>Undecodable<\\xff> ."],
    );
}

#[test]
fn text_in_other_charsets() {
    use encoding_rs::{
        BIG5, EUC_JP, GBK, ISO_2022_JP, KOI8_R, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1252,
    };
    for (encoding, bytes, width, want) in [
        (
            WINDOWS_1252,
            &b"Zw\xf6lf \x80\n5"[..],
            20,
            &["Zwölf €", "5"][..],
        ),
        (WINDOWS_1252, b"a\x81b", 20, &["a\\u{81}b"]),
        (KOI8_R, b"\xf3\xdf\xc5", 2, &["Съ", "е"]),
        (SHIFT_JIS, b"\x95\x5c\xb1\n\x95", 20, &["表ｱ", "\\x95"]),
        (SHIFT_JIS, b"\x95\x5c\x95\x5c", 3, &["表", "表"]),
        (EUC_JP, b"\xa4\xa4\x8f\xb0\xa1", 20, &["い丂"]),
        (GBK, b"\xcc\xec\xff.", 20, &["天\\xff."]),
        (BIG5, b"\xa4\xd1\\", 20, &["天\\"]),
        (ISO_2022_JP, b"\x1b$B$$\x1b(B.\n$", 20, &["␛$Bい␛(B.", "$"]),
        // What an escape sequence says holds over the ends of lines.
        (
            ISO_2022_JP,
            b"\x1b$B$$\n$$\n$$\x1b(B$$",
            20,
            &["␛$Bい", "い", "い␛(B$$"],
        ),
        (UTF_16LE, b"a\0\n\0\x0a\x0a\n\0b\0", 20, &["a", "ਊ", "b"]),
        (
            UTF_16BE,
            b"\0a\0\r\0\n\xd8\x00\0b",
            20,
            &["a", "\\xd8\\x00b"],
        ),
    ] {
        let view = Text {
            letters: Letters::of(encoding),
            ..text(bytes, width, true, 0)
        };
        let name = encoding.name();
        let rows = shown(&view.rows(0, 10));
        let rows: Vec<&str> = rows.iter().map(|row| row.trim_end()).collect();
        assert_eq!(rows, want, "{name} {bytes:x?}");
        assert_covers(&view, bytes, 0);
    }
}

/// The row jumped to is read as it would be from the start, as far as one may look back;
/// beyond that the text is taken as ASCII.
#[test]
fn text_in_a_mode_that_began_far_above() {
    let line = "$$".repeat(40) + "\n";
    let text_of = |lines: usize| ["\x1b$B", &line.repeat(lines)].concat();
    for (lines, first) in [(20, 'い'), (800, 'い'), (900, '$')] {
        let body = text_of(lines);
        let view = Text {
            letters: Letters::of(encoding_rs::ISO_2022_JP),
            ..text(body.as_bytes(), 100, true, 0)
        };
        let last = shown(&view.rows(view.last(), 1));
        assert!(last[0].starts_with(first), "{lines}: {last:?}");
        // Row by row or at once: the same.
        let top = view.step(view.last(), -30);
        let rows = shown(&view.rows(top, 40));
        assert_eq!(rows.last(), last.first(), "{lines}");
    }
}

#[test]
fn text_from_a_row_on_and_steps() {
    let view = text(b"one\ntwo three\nfour", 5, true, 0);
    // one | two t | hree | four
    for (top, want) in [
        (0, &["one", "two t"][..]),
        (2, &["one", "two t"]),
        (4, &["two t", "hree"]),
        (9, &["hree", "four"]),
        (14, &["four"]),
        (99, &["four"]),
    ] {
        assert_eq!(shown(&view.rows(top, 2)), want, "{top}");
    }
    for (from, rows, want) in [
        (0, 1, 4),
        (0, 2, 9),
        (0, 99, 14),
        (14, -1, 9),
        (14, -2, 4),
        (14, -99, 0),
        (14, i64::MIN, 0),
        (0, i64::MAX, 14),
        (5, 0, 4),
    ] {
        assert_eq!(view.step(from, rows), want, "{from} {rows}");
    }
    assert_eq!(view.last(), 14);
    assert_eq!(view.anchor(12), 9);
}

#[test]
fn text_with_marks() {
    let view = text(b"find a needle here", 40, true, 0);
    let marks = Marks {
        found: vec![7..13, 14..15],
        chosen: Some(0..10),
        ..Marks::default()
    };
    assert_eq!(
        roles(&marked(&view, 1, &marks)),
        ["Chosen<find a >Found<needle> Found<h>ere"],
    );
    let marks = Marks {
        found: vec![5..6, 7..13],
        hit: Some(7..13),
        cursor: Some(7..8),
        selected: Some(0..2),
        ruled: vec![3, 18],
        ..Marks::default()
    };
    assert_eq!(
        roles(&marked(&view, 1, &marks)),
        ["Selected<fi>nRuler<d> Found<a> Cursor<n>Hit<eedle> here"],
    );
}

#[test]
fn text_marks_a_line_end_as_a_space() {
    let view = text(b"ab\r\n\ncd\nfull.\n", 5, true, 0);
    let marks = Marks {
        selected: Some(1..14),
        ..Marks::default()
    };
    assert_eq!(
        roles(&marked(&view, 9, &marks)),
        [
            "aSelected<b >",
            "Selected< >",
            "Selected<cd >",
            "Selected<full.>"
        ],
    );
}

#[test]
fn a_line_of_a_million_bytes_is_walked_without_reading_it_whole() {
    let mut bytes = b"first\n".to_vec();
    bytes.extend("日本語abc".repeat(80_000).as_bytes());
    bytes.extend(b"\nlast");
    let view = text(&bytes, 80, true, 0);
    assert_eq!(view.last(), bytes.len() as u64 - 4);
    let top = view.step(view.last(), -3);
    assert!(top > bytes.len() as u64 - 4 * 400);
    // Rows in the middle, where the line's start is far away.
    let middle = view.rows(500_000, 1000);
    for pair in middle.windows(2).step_by(50) {
        let (at, next) = (pair[0].at, pair[1].at);
        assert_eq!(view.step(at, 1), next);
        assert_eq!(view.step(next, -1), at);
        assert_eq!(view.anchor(next - 1), at);
    }

    let view = text(&bytes, 80, false, 0);
    let rows = view.rows(0, 100);
    // Cut about every 32 KiB, and never inside a character.
    assert_eq!(rows.len(), 2 + bytes.len().div_ceil(32 * 1024));
    assert!(rows.iter().all(|line| !row(line).contains("\\x")));

    // No row of plain ASCII ends early where the line is cut, nor of two bytes a character.
    let view = text(&b"x".repeat(200_000), 77, true, 0);
    let wide = Text {
        letters: Letters::of(encoding_rs::UTF_16LE),
        ..text(&b"x\0".repeat(100_000), 77, true, 0)
    };
    for rows in [1, 425, 426, 500, 1298] {
        assert_eq!(view.step(0, rows), rows as u64 * 77);
        assert_eq!(view.step(199_999, rows - 2597), rows as u64 * 77);
        assert_eq!(wide.step(0, rows), rows as u64 * 154);
    }
}
