//! The views, seen from outside: bytes, a size and a top row give these rows; and what
//! holds for any bytes at all.

use proptest::prelude::*;
use sockeye::anomaly::{self, Anomaly};
use sockeye::body::{Memory, Window, Writer};
use sockeye::decode::Letters;
use sockeye::event::{EndMode, Event, Field, Framing, Head, Kind};
use sockeye::exchange::Exchange;
use sockeye::exchange::dialogue::Dialogue;
use sockeye::view::safe::{is_unsafe, width};
use sockeye::view::{Headers, Hex, Line, Marks, Role, Text, View, Wire, wire};

fn window(bytes: &[u8]) -> Window {
    let mut writer = Writer::new(&Memory::new(10_000));
    writer.append(bytes).unwrap();
    Window::whole(&writer.store())
}

fn text(bytes: &[u8], width: usize, wrap: bool, left: usize) -> Text {
    Text {
        window: window(bytes),
        letters: Letters::default(),
        width,
        wrap,
        left,
        marks: Marks::default(),
    }
}

fn hex(bytes: &[u8], width: usize, left: usize) -> Hex {
    Hex {
        window: window(bytes),
        width,
        left,
        marks: Marks::default(),
    }
}

fn wire<'a>(sent: &'a [u8], received: &[u8], width: usize) -> Wire<'a> {
    Wire {
        sent,
        received: window(received),
        // Lives as long as the test.
        dialogue: Box::leak(Box::new(Dialogue::of(
            sent.len() as u64,
            received.len() as u64,
        ))),
        width,
        regions: &[],
        marks: Marks::default(),
    }
}

fn shown(lines: &[Line]) -> Vec<String> {
    lines.iter().map(row).collect()
}

fn row(line: &Line) -> String {
    line.spans.iter().map(|span| span.text.as_str()).collect()
}

/// The rows with each span that is not plain text as `Role<text>`.
fn roles(lines: &[Line]) -> Vec<String> {
    let span = |span: &sockeye::view::Span| match span.role {
        Role::Text => span.text.clone(),
        role => format!("{role:?}<{}>", span.text),
    };
    lines
        .iter()
        .map(|line| line.spans.iter().map(span).collect())
        .collect()
}

// -- text -------------------------------------------------------------------------------

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
    let mut view = text(b"find a needle here", 40, true, 0);
    view.marks = Marks {
        found: vec![7..13, 14..15],
        chosen: Some(0..10),
        ..Marks::default()
    };
    assert_eq!(
        roles(&view.rows(0, 1)),
        ["Chosen<find a >Found<needle> Found<h>ere"],
    );
    view.marks = Marks {
        found: vec![5..6, 7..13],
        hit: Some(7..13),
        cursor: Some(7..8),
        selected: Some(0..2),
        ruled: vec![3, 18],
        ..Marks::default()
    };
    assert_eq!(
        roles(&view.rows(0, 1)),
        ["Selected<fi>nRuler<d> Found<a> Cursor<n>Hit<eedle> here"],
    );
}

#[test]
fn text_marks_a_line_end_as_a_space() {
    let mut view = text(b"ab\r\n\ncd\nfull.\n", 5, true, 0);
    view.marks.selected = Some(1..14);
    assert_eq!(
        roles(&view.rows(0, 9)),
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
    assert_eq!(rows.len(), 2 + bytes.len() / (32 * 1024));
    assert!(rows.iter().all(|line| !row(line).contains("\\x")));
}

// -- hex --------------------------------------------------------------------------------

#[test]
fn hex_in_rows() {
    let bytes = b"HTTP/1.1 200 OK\r\n\0\x7f\x80\xff~";
    #[rustfmt::skip]
    let cases: &[(usize, usize, &[&str])] = &[
        (80, 0, &[
            "00000000  48 54 54 50 2f 31 2e 31  20 32 30 30 20 4f 4b 0d  HTTP/1.1 200 OK␍",
            "00000010  0a 00 7f 80 ff 7e                                 ␊␀␡··~",
        ]),
        (50, 0, &[
            "00000000  48 54 54 50 2f 31 2e 31  HTTP/1.1",
            "00000008  20 32 30 30 20 4f 4b 0d   200 OK␍",
            "00000010  0a 00 7f 80 ff 7e        ␊␀␡··~",
        ]),
        (20, 10, &[
            "48 54 54 50  HTTP",
            "2f 31 2e 31  /1.1",
            "20 32 30 30   200",
            "20 4f 4b 0d   OK␍",
            "0a 00 7f 80  ␊␀␡·",
            "ff 7e        ·~",
        ]),
    ];
    for &(width, left, want) in cases {
        let view = hex(bytes, width, left);
        assert_eq!(shown(&view.rows(0, 10)), want);
    }
}

#[test]
fn hex_steps_and_ends() {
    let view = hex(&[7; 100], 80, 0);
    for (from, rows, want) in [
        (0, 1, 16),
        (17, 1, 32),
        (0, 99, 96),
        (96, -2, 64),
        (96, i64::MIN, 0),
        (0, i64::MAX, 96),
    ] {
        assert_eq!(view.step(from, rows), want, "{from} {rows}");
    }
    assert_eq!(view.last(), 96);
    assert_eq!(view.anchor(50), 48);
    assert_eq!(hex(b"", 80, 0).last(), 0);
    assert_eq!(hex(b"", 80, 0).rows(0, 5), []);
    assert_eq!(view.rows(90, 5).len(), 2);
}

#[test]
fn hex_with_marks() {
    let mut view = hex(b"abc", 43, 0);
    view.marks.found = vec![1..2, 9..12];
    assert_eq!(
        roles(&view.rows(0, 1)),
        ["Margin<00000000>  61 Found<62> 63                 aFound<b>c"],
    );
}

#[test]
fn hex_with_a_ruler() {
    let mut view = hex(&[b'x'; 20], 80, 0);
    view.marks.ruled = vec![0, 3, 4, 8, 16];
    let rows: Vec<String> = shown(&view.rows(0, 2));
    assert_eq!(
        rows,
        [
            "00000000 │78 78 78│78│78 78 78 78 │78 78 78 78 78 78 78 78  xxxxxxxxxxxxxxxx",
            "00000010 │78 78 78 78                                       xxxx",
        ],
    );
}

// -- wire -------------------------------------------------------------------------------

#[test]
fn wire_shows_both_directions_whole() {
    type Case = (&'static [u8], &'static [u8], usize, &'static [&'static str]);
    #[rustfmt::skip]
    let cases: &[Case] = &[
        (b"", b"", 20, &[]),
        (b"GET /\r\n\r\n", b"", 20, &["▸ GET /␍␊", "▸ ␍␊"]),
        (b"GET /", b"HTTP\n", 20, &["▸ GET /", "◂ HTTP␊"]),
        (b"", b"a\r\n\0\t\xff", 20, &["◂ a␍␊", "◂ ␀␉\\xff"]),
        (b"0123456789", b"0123456\r\n", 10, &["▸ 01234567", "▸ 89", "◂ 0123456␍", "◂ ␊"]),
        (b"abc", b"def", 3, &["abc", "def"]),
    ];
    for &(sent, received, width, want) in cases {
        let view = wire(sent, received, width);
        assert_eq!(shown(&view.rows(0, 10)), want);
    }
}

#[test]
fn wire_steps_across_the_turn() {
    let view = wire(b"a\nb\n", b"c\nd\ne", 20);
    for (from, rows, want) in [
        (0, 1, 2),
        (0, 2, 4),
        (0, 4, 8),
        (0, 99, 8),
        (2, 1, 4),
        (4, -1, 2),
        (8, -3, 2),
        (8, -4, 0),
        (8, -99, 0),
        (5, 0, 4),
        (3, 0, 2),
    ] {
        assert_eq!(view.step(from, rows), want, "{from} {rows}");
    }
    assert_eq!(view.last(), 8);
    assert_eq!(shown(&view.rows(2, 2)), ["▸ b␊", "◂ c␊"]);
    assert_eq!(shown(&view.rows(6, 9)), ["◂ d␊", "◂ e"]);
    assert_eq!(view.shown(2, 2), 2..6);
    assert_eq!(view.shown(6, 9), 6..9);
}

#[test]
fn wire_colours_received_bytes_by_what_they_are() {
    let received = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\n\r\nextra";
    let mut exchange = Exchange::new(EndMode::Auto, 3);
    // The second exchange on its connection: offsets in events begin at 1000.
    let chunk = |offset: u64, size| Kind::Chunk {
        offset: 1000 + offset,
        size,
        extensions: "".into(),
    };
    for kind in [
        Kind::Recv {
            offset: 1000,
            asked: 4096,
            bytes: received.len() as u32,
            queued: None,
            ciphertext: None,
            lay_us: None,
            stamped: false,
        },
        Kind::Head(Box::new(head(
            1000,
            200,
            &[("A", "b", 17, 6)],
            25,
            Framing::Chunked,
        ))),
        chunk(25, 3),
        chunk(35, 2),
        chunk(42, 0),
        Kind::Anomaly(Box::new(Anomaly {
            kind: anomaly::Kind::ExcessBytes,
            offset: 1047,
            sent: false,
            detail: String::new(),
        })),
    ] {
        exchange.apply(Event { t_us: 0, kind });
    }
    let mut view = wire(b"", received, 40);
    let regions = wire::regions(&exchange, &view.received, 0..100).unwrap();
    view.regions = &regions;
    view.marks.chosen = Some(49..50);
    assert_eq!(
        roles(&view.rows(0, 20)),
        [
            "Margin<◂ >StatusOk<HTTP/1.1 200 OK>Invisible<␍␊>",
            "Margin<◂ >FieldName<A>FieldValue<: b>Invisible<␍␊>",
            "Margin<◂ >Invisible<␍␊>",
            "Margin<◂ >Framing<3;x>Invisible<␍␊>",
            "Margin<◂ >abcInvisible<␍␊>",
            "Margin<◂ >Framing<2>Invisible<␍␊>",
            "Margin<◂ >deInvisible<␍␊>",
            "Margin<◂ >Framing<0>Invisible<␍␊>",
            "Margin<◂ >Invisible<␍␊>",
            "Margin<◂ >Excess<ex>Chosen<t>Excess<ra>",
        ],
    );
    // Only what is near a range is answered.
    let body = wire::regions(&exchange, &view.received, 47..50).unwrap();
    assert_eq!(body, [(47..u64::MAX, Role::Excess)]);
}

// -- headers ----------------------------------------------------------------------------

/// Fields as name, value, offset from the head's start, length.
fn head(
    offset: u64,
    status: u16,
    fields: &[(&str, &str, u64, u32)],
    bytes: u64,
    framing: Framing,
) -> Head {
    Head {
        version: "HTTP/1.1".into(),
        status,
        reason: "Reason".into(),
        fields: fields
            .iter()
            .map(|&(name, value, at, len)| Field {
                name: name.into(),
                value: value.into(),
                offset: offset + at,
                len,
            })
            .collect(),
        offset,
        bytes,
        framing,
    }
}

fn odd_exchange() -> Exchange {
    let mut exchange = Exchange::new(EndMode::Once, 0);
    let anomaly = |kind, offset| {
        Kind::Anomaly(Box::new(Anomaly {
            kind,
            offset,
            sent: false,
            detail: String::new(),
        }))
    };
    for kind in [
        Kind::InterimHead(Box::new(head(
            0,
            103,
            &[("Link", "<a>", 20, 11)],
            33,
            Framing::NoBody,
        ))),
        anomaly(anomaly::Kind::BareLf, 64),
        Kind::Head(Box::new(head(
            33,
            200,
            &[
                ("Content-Length", "5", 17, 19),
                ("X", "a value that is longer than a row\u{1b}", 36, 40),
            ],
            80,
            Framing::Length(5),
        ))),
        anomaly(anomaly::Kind::ExcessBytes, 118),
        Kind::Trailers {
            headers: vec![Field {
                name: "Sum".into(),
                value: "1".into(),
                offset: 200,
                len: 8,
            }],
        },
    ] {
        exchange.apply(Event { t_us: 0, kind });
    }
    exchange
}

/// A length that the end mode sets aside is still what the head says.
#[test]
fn the_head_says_its_length_in_every_mode() {
    let head = Head {
        version: "HTTP/1.1".to_owned(),
        status: 200,
        reason: String::new(),
        fields: vec![Field {
            name: "Content-Length".into(),
            value: "5".into(),
            offset: 17,
            len: 19,
        }],
        offset: 0,
        bytes: 38,
        framing: Framing::Close,
    };
    let mut exchange = Exchange::new(EndMode::Close, 10);
    let kind = Kind::Head(Box::new(head));
    exchange.apply(Event { t_us: 0, kind });
    let view = Headers {
        exchange: &exchange,
        width: 90,
        marks: Marks::default(),
    };
    let rows = shown(&view.rows(0, 9));
    assert_eq!(
        rows[3..],
        [
            "Content-Length announces 5 bytes (RFC 9112 section 6.3, step 6).",
            "But end mode close was asked for: recv() until it answers 0, whatever the head says.",
        ]
    );
}

#[test]
fn headers_as_a_table() {
    let exchange = odd_exchange();
    let view = Headers {
        exchange: &exchange,
        width: 40,
        marks: Marks::default(),
    };
    let want = [
        "HTTP/1.1 103 Reason",
        "Link            <a>",
        "",
        "HTTP/1.1 200 Reason",
        "Content-Length  5",
        "                ⚠ bare_lf: a line ended",
        "                  by LF without CR; read",
        "                  as a line end (RFC",
        "                  9112 section 2.2)",
        "X               a value that is longer t",
        "                han a row␛",
        "",
        "Trailers, after the body:",
        "Sum             1",
        "",
        "⚠ byte 118: excess_bytes: bytes after",
        "  the end of the message; kept as a",
        "  region of their own (RFC 9112 section",
        "  9.2)",
        "",
        "The body is 5 bytes, as Content-Length",
        "  says (RFC 9112 section 6.3, step 6).",
        "But end mode once was asked for: a",
        "  single recv().",
    ];
    assert_eq!(shown(&view.rows(0, 99)), want);
    let all = view.rows(0, 99);
    for (n, line) in all.iter().enumerate() {
        assert_eq!(view.step(0, n as i64), line.at);
        assert_eq!(view.step(line.at, -(n as i64)), 0);
        assert_eq!(
            shown(&view.rows(line.at, 2)),
            want[n..want.len().min(n + 2)]
        );
    }
    assert_eq!(view.last(), all[all.len() - 1].at);
    assert_eq!(view.step(0, i64::MAX), view.last());
    assert_eq!(view.step(view.last(), i64::MIN), 0);
    for (offset, want) in [
        (0, "HTTP/1.1 103"),
        (25, "Link"),
        (60, "Content"),
        (70, "X"),
    ] {
        let at = view.anchor(offset);
        assert!(row(&view.rows(at, 1)[0]).starts_with(want), "{offset}");
    }
}

#[test]
fn headers_with_roles_and_marks() {
    let exchange = odd_exchange();
    let view = Headers {
        exchange: &exchange,
        width: 60,
        marks: Marks {
            found: vec![25..26, 60..60],
            ..Marks::default()
        },
    };
    assert_eq!(
        roles(&view.rows(0, 4)),
        [
            "StatusOk<HTTP/1.1 103 Reason>",
            "Found<Link>            Found<<a>>",
            "",
            "StatusOk<HTTP/1.1 200 Reason>",
        ],
    );
}

#[test]
fn headers_say_what_ends_the_body() {
    for (status, fields, framing, want) in [
        (
            204,
            &[][..],
            Framing::NoBody,
            "a 204 never has one (RFC 9112 section 6.3, step 1)",
        ),
        (
            200,
            &[],
            Framing::NoBody,
            "HEAD, or to CONNECT, never has one",
        ),
        (101, &[], Framing::NoBody, "another protocol begins here"),
        (200, &[], Framing::Chunked, "section 6.3, step 4"),
        (
            200,
            &[],
            Framing::Length(7),
            "7 bytes, as Content-Length says",
        ),
        (
            200,
            &[],
            Framing::Close,
            "says no length (RFC 9112 section 6.3, step 8)",
        ),
        (
            200,
            &[("Transfer-Encoding", "gzip", 17, 25)],
            Framing::Close,
            "does not end in chunked (RFC 9112 section 6.3, step 4)",
        ),
    ] {
        let mut exchange = Exchange::new(EndMode::Auto, 0);
        let kind = Kind::Head(Box::new(head(0, status, fields, 44, framing)));
        exchange.apply(Event { t_us: 0, kind });
        let view = Headers {
            exchange: &exchange,
            width: 200,
            marks: Marks::default(),
        };
        let last = row(&view.rows(view.last(), 1)[0]);
        assert!(last.contains(want), "{last}");
    }
}

// -- cells ------------------------------------------------------------------------------

/// The cells of the row that shows a byte, as `columns=bytes`.
fn cells(view: &dyn View, offset: u64) -> Vec<String> {
    let cells = view.cells(view.anchor(offset)).into_iter();
    cells
        .map(|cell| format!("{:?}={:?}", cell.columns, cell.bytes))
        .collect()
}

#[test]
fn cells_of_each_view() {
    let exchange = odd_exchange();
    let headers = Headers {
        exchange: &exchange,
        width: 40,
        marks: Marks::default(),
    };
    #[rustfmt::skip]
    let cases: &[(&dyn View, u64, &[&str])] = &[
        (&text("a日\t\r\nb".as_bytes(), 20, true, 0), 0, &["0..1=0..1", "1..3=1..4", "3..8=4..5", "8..9=5..7"]),
        (&text(b"a\nb", 20, true, 0), 2, &["0..1=2..3"]),
        (&text(b"a\n\nb", 20, true, 0), 2, &["0..1=2..3"]),
        (&text(b"12\n3", 2, true, 0), 0, &["0..1=0..1", "1..2=1..2"]),
        (&text(b"12\n3", 2, false, 1), 0, &["0..1=0..1", "1..2=1..2", "2..3=2..3"]),
        (&text(b"", 20, true, 0), 0, &[]),
        (&hex(b"abcdefghij", 80, 0), 9, &[
            "10..12=0..1", "13..15=1..2", "16..18=2..3", "19..21=3..4", "22..24=4..5",
            "25..27=5..6", "28..30=6..7", "31..33=7..8", "35..37=8..9", "38..40=9..10",
            "60..61=0..1", "61..62=1..2", "62..63=2..3", "63..64=3..4", "64..65=4..5",
            "65..66=5..6", "66..67=6..7", "67..68=7..8", "68..69=8..9", "69..70=9..10",
        ]),
        (&wire(b"G\n", b"H\xff", 20), 0, &["2..3=0..1", "3..4=1..2"]),
        (&wire(b"G\n", b"H\xff", 20), 3, &["2..3=2..3", "3..7=3..4"]),
        (&wire(b"\xff", b"", 3), 0, &["0..3=0..1"]),
        (&headers, 25, &["0..40=20..33"]),
        (&headers, 99, &["0..40=69..113"]),
    ];
    for (view, offset, want) in cases {
        assert_eq!(cells(*view, *offset), *want, "{offset}");
    }
    // Rows of this program's own words have none.
    assert_eq!(headers.cells(headers.last()), []);
}

#[test]
fn bytes_are_found_by_their_cells() {
    let view = text(b"one\ntwo three\nfour", 5, true, 0);
    // one␊ | two t | hree␊ | four
    for (offset, want) in [
        (3, Some((0, 3..4))),
        (5, Some((4, 1..2))),
        (13, Some((9, 4..5))),
        (99, None),
    ] {
        let found = view.cell_of(offset).map(|(row, cell)| (row, cell.columns));
        assert_eq!(found, want, "byte {offset}");
    }
    for (row, column, want) in [(0, 1, 1..2), (0, 99, 3..4), (9, 0, 9..10)] {
        let found = view.cell_at(row, column).map(|cell| cell.bytes);
        assert_eq!(found, Some(want), "row {row} column {column}");
    }
    for (top, height, want) in [(0, 1, 0..4), (0, 2, 0..9), (4, 99, 4..18), (14, 1, 14..18)] {
        assert_eq!(view.shown(top, height), want, "{top} {height}");
    }
}

// -- any bytes at all -------------------------------------------------------------------

/// Every row fits and is safe, one row's anchor leads to the next's, all the way down
/// and back up; rows hold each byte's anchor.
fn assert_walks(view: &dyn View, width: usize) -> Result<(), TestCaseError> {
    let all = view.rows(0, usize::MAX);
    for line in &all {
        let text = row(line);
        prop_assert!(sockeye::view::safe::width(&text) <= width, "{:?}", text);
        prop_assert!(!text.chars().any(is_unsafe), "{:?}", text);
    }
    let anchors: Vec<u64> = all.iter().map(|line| line.at).collect();
    prop_assert!(anchors.is_sorted_by(|a, b| a < b), "{:?}", anchors);
    for (n, &at) in anchors.iter().enumerate() {
        prop_assert_eq!(view.step(0, n as i64), at);
        prop_assert_eq!(view.step(at, -(n as i64)), 0);
        prop_assert_eq!(view.step(at, 1), *anchors.get(n + 1).unwrap_or(&at));
        prop_assert_eq!(view.step(at, -1), anchors[n.saturating_sub(1)]);
        let two = view.rows(at, 2);
        prop_assert_eq!(&two[..], &all[n..all.len().min(n + 2)]);
    }
    prop_assert_eq!(view.last(), anchors.last().copied().unwrap_or(0));
    for line in &all {
        assert_cells(view, line)?;
    }
    Ok(())
}

/// The cells of a row follow one another in its columns, and each byte of them leads
/// back to the row.
fn assert_cells(view: &dyn View, line: &Line) -> Result<(), TestCaseError> {
    let cells = view.cells(line.at);
    for pair in cells.windows(2) {
        prop_assert!(pair[0].columns.end <= pair[1].columns.start);
    }
    for cell in [cells.first(), cells.last()].into_iter().flatten() {
        prop_assert!(cell.columns.start < cell.columns.end && cell.bytes.start < cell.bytes.end);
        let found = view.cell_of(cell.bytes.start);
        let bytes = found.map(|(_, cell)| cell.bytes);
        prop_assert_eq!(bytes.as_ref(), Some(&cell.bytes));
    }
    Ok(())
}

/// The rows' anchors cut the bytes into parts, each shown by its row: an anchor inside a
/// part leads to its start.
fn assert_covers(view: &dyn View, bytes: &[u8], base: u64) {
    let anchors: Vec<u64> = view
        .rows(0, usize::MAX)
        .iter()
        .map(|line| line.at)
        .collect();
    let mut ends = anchors.iter().skip(1).copied();
    for &at in &anchors {
        let end = ends.next().unwrap_or(base + bytes.len() as u64);
        for offset in [at, at + (end - at) / 2, end - 1] {
            assert_eq!(view.anchor(offset), at);
        }
    }
}

/// Bytes that look like what views stumble over.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        "[a-z ]{1,30}".prop_map(String::into_bytes),
        Just(b"\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\t".to_vec()),
        Just("日本".into()),
        Just("e\u{301}\u{301}".into()),
        Just("\u{202e}\u{200b}".into()),
        any::<char>().prop_map(|c| c.to_string().into_bytes()),
        proptest::collection::vec(any::<u8>(), 1..5),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn text_walks(bytes in any_bytes(), width in 1_usize..40, wrap: bool, left in 0_usize..20) {
        let left = if wrap { 0 } else { left };
        let view = text(&bytes, width, wrap, left);
        assert_walks(&view, width)?;
        assert_covers(&view, &bytes, 0);
    }

    #[test]
    fn hex_walks(bytes in any_bytes(), width in 1_usize..90, left in 0_usize..20) {
        let view = hex(&bytes, width, left);
        assert_walks(&view, width)?;
        assert_covers(&view, &bytes, 0);
    }

    #[test]
    fn wire_walks(sent in any_bytes(), received in any_bytes(), width in 1_usize..40) {
        let view = wire(&sent, &received, width);
        assert_walks(&view, width)?;
        assert_covers(&view, &received, sent.len() as u64);
    }

    /// What the wire shows is what the bytes are: all pieces, in order.
    #[test]
    fn wire_shows_every_byte(received in any_bytes()) {
        let view = wire(b"", &received, 40);
        let rows = view.rows(0, usize::MAX);
        let all: String = rows.iter().map(|line| row(line)[4..].to_owned()).collect();
        // A row cuts a character from its marks only where the walk would too.
        prop_assert_eq!(all, sockeye::view::safe::safe_bytes(&received));
    }

    #[test]
    fn headers_walk(
        name in any::<String>(),
        value in any::<String>(),
        width in 1_usize..60,
        anomalies in proptest::collection::vec((0_usize..40, 0_u64..99), 0..4),
    ) {
        let mut exchange = Exchange::new(EndMode::Close, 0);
        let fields = [(name.as_str(), value.as_str(), 17, 10), ("B", "c", 27, 6)];
        let head = head(0, 200, &fields, 35, Framing::Close);
        exchange.apply(Event { t_us: 0, kind: Kind::Head(Box::new(head)) });
        for (kind, offset) in anomalies {
            let anomaly = Anomaly {
                kind: anomaly::Kind::ALL[kind % anomaly::Kind::ALL.len()],
                offset,
                sent: false,
                detail: value.clone(),
            };
            exchange.apply(Event { t_us: 0, kind: Kind::Anomaly(Box::new(anomaly)) });
        }
        let view = Headers { exchange: &exchange, width, marks: Marks::default() };
        assert_walks(&view, width)?;
    }
}

#[test]
fn widths_are_counted_as_a_terminal_does() {
    // A terminal of that width shows each row as it is, and the cursor stands behind it.
    let bytes = "plain 日本語 e\u{301} \u{1b}[2J \u{202e} \u{ff} \u{9b}31m".as_bytes();
    let view = text(bytes, 30, true, 0);
    for line in view.rows(0, 10) {
        let mut terminal = vt100::Parser::new(2, 30, 0);
        terminal.process(row(&line).as_bytes());
        let (at, column) = terminal.screen().cursor_position();
        assert_eq!((at, usize::from(column)), (0, width(&row(&line)).min(30)));
        assert_eq!(terminal.screen().contents(), row(&line).trim_end());
    }
}
