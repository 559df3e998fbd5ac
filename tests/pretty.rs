//! The body in its form, seen from outside: bytes give these rows; and what holds for any
//! bytes: each is in one cell, in order, however they are cut, folded or wrapped.

use proptest::prelude::*;
use sockeye::body::{Memory, Window, Writer};
use sockeye::decode::Letters;
use sockeye::view::pretty::{Folds, Index};
use sockeye::view::safe::is_unsafe;
use sockeye::view::{Form, Line, Pretty, View};

fn window(bytes: &[u8]) -> Window {
    let mut writer = Writer::new(&Memory::new(1 << 20));
    writer.append(bytes).unwrap();
    Window::whole(&writer.store())
}

/// The index of all but the last bytes, made in pieces of this size.
fn indexed(form: &Form, window: &Window, most: u64) -> Index {
    indexed_in(form, Letters::Utf8, window, most)
}

fn indexed_in(form: &Form, letters: Letters, window: &Window, most: u64) -> Index {
    let mut index = Index::read_in(form, letters);
    loop {
        let before = index.end();
        index.add(index.head().read(window, most).unwrap());
        if index.end() == before {
            return index;
        }
    }
}

fn row(line: &Line) -> String {
    let text: String = line.spans.iter().map(|span| span.text.as_str()).collect();
    text.trim_end().to_owned()
}

fn rows(form: &Form, bytes: &[u8], width: usize, folds: &Folds) -> Vec<String> {
    let index = Index::new(form);
    let mut view = Pretty::new(window(bytes), form, &index, folds);
    view.width = width;
    view.rows(0, 100).iter().map(row).collect()
}

/// Without the columns of the sign that a row folds.
fn plain(form: &Form, bytes: &str) -> Vec<String> {
    rows(form, bytes.as_bytes(), 100, &Folds::default())
        .iter()
        .map(|row| {
            let margin = ["▾ ", "▸ ", "  "]
                .into_iter()
                .find(|sign| row.starts_with(sign));
            let margin = margin.filter(|_| form.folds()).unwrap_or_default();
            row[margin.len()..].to_owned()
        })
        .collect()
}

fn table(form: &Form, cases: &[(&str, &[&str])]) {
    for (bytes, want) in cases {
        assert_eq!(plain(form, bytes), *want, "{bytes:?}");
    }
}

/// Where it is, whether the index has got there or not.
#[test]
fn the_first_fault_is_known() {
    let far = format!("[{}1 2]", "0,\n".repeat(5000));
    let parts = b"--x\r\na: b\r\nno field\r\n\r\none\r\n--x--".as_slice();
    for (form, bytes, want) in [
        (Form::Json, &b"{\"a\": 1}\n"[..], None),
        (Form::Json, b"", None),
        (Form::Json, b"{\"a\" 1}", Some((5, "no colon"))),
        (Form::Json, far.as_bytes(), Some((15_003, "a comma"))),
        (
            Form::Json,
            b"[1, [2",
            Some((6, "the body ends with 2 brackets")),
        ),
        (Form::JsonLines, b"1\n{x}\n", Some((3, "a name"))),
        (
            Form::JsonLines,
            b"{\"a\":1\n2\n",
            Some((6, "the line ends with 1 bracket")),
        ),
        (
            Form::Xml,
            b"<a>\n<b></a>",
            Some((7, "closes another element")),
        ),
        (Form::Table(b','), b"a,b\n1\n", Some((4, "1 fields, not 2"))),
        (
            Form::Multipart(Some(b"x"[..].into())),
            parts,
            Some((11, "no field")),
        ),
        (Form::Plain, b"\xff{", None),
    ] {
        let window = window(bytes);
        for most in [0, 5000, 100_000] {
            let index = match most {
                0 => Index::new(&form),
                most => indexed(&form, &window, most),
            };
            let fault = index.head().fault_to_the_end(&window).unwrap();
            match (fault, want) {
                (Some(fault), Some((at, why))) => {
                    assert!(fault.at == at && fault.why.contains(why), "{fault:?}");
                }
                (fault, want) => assert_eq!(fault.is_some(), want.is_some(), "{form:?}"),
            }
        }
    }
}

#[test]
fn json() {
    #[rustfmt::skip]
    table(&Form::Json, &[
        ("", &[]),
        ("42", &["42"]),
        (" \"a\" \n", &[" \"a\""]),
        ("{}", &["{}"]),
        ("[ ]", &["[ ]"]),
        (r#"{"a":1,"b":[true,null],"c":{}}"#, &[
            "{",
            "  \"a\": 1,",
            "  \"b\": [",
            "    true,",
            "    null",
            "  ],",
            "  \"c\": {}",
            "}",
        ]),
        ("[\n  1 ,\n  -2.50e+7\n]\n", &["[", "  1 ,", "  -2.50e+7", "]"]),
        ("{\"a\" : [\r\n\r\n]}", &["{", "  \"a\" : [ ]", "}"]),
        ("\u{feff}[1]", &["\\u{feff}[", "  1", "]"]),
        ("\"\\u00e9 \\\" \u{1b} \"", &[
            "\"\\u00e9 \\\"", "⚠ byte 11: a control character in a string is not escaped: the rest is shown as it came", "␛ \"",
        ]),
        // What is wrong, and where.
        ("[1 2]", &["[", "  1", "⚠ byte 3: neither a comma nor ] stands here: the rest is shown as it came", "2]"]),
        ("{\"a\" 1}", &["{", "  \"a\"", "⚠ byte 5: no colon stands behind the name: the rest is shown as it came", "1}"]),
        ("{a:1}\nb", &["{", "⚠ byte 1: neither a name in quotes nor } stands here: the rest is shown as it came", "a:1}", "b"]),
        ("[1}", &["[", "  1", "⚠ byte 2: } closes what [ opened: the rest is shown as it came", "}"]),
        ("[1,]", &["[", "  1,", "⚠ byte 3: no value stands here: the rest is shown as it came", "]"]),
        ("[01]", &["[", "⚠ byte 1: this is no number: the rest is shown as it came", "01]"]),
        ("[nil]", &["[", "⚠ byte 1: there is no such word in JSON: the rest is shown as it came", "nil]"]),
        ("1 2", &["1", "⚠ byte 2: bytes follow the value: the rest is shown as it came", "2"]),
        ("[\"\\x\"]", &["[", "  \"", "⚠ byte 2: there is no such escape: the rest is shown as it came", "\\x\"]"]),
        // It ends too early.
        ("{\"a\":[1", &["{", "  \"a\": [", "    1", "⚠ the body ends with 2 brackets open"]),
        ("\"abc", &["\"abc", "⚠ the body ends inside a string"]),
    ]);
}

#[test]
fn json_lines() {
    table(
        &Form::JsonLines,
        &[
            (
                "{\"a\":1}\n{\"a\":2}\n",
                &["{", "  \"a\": 1", "}", "{", "  \"a\": 2", "}"],
            ),
            (
                "1\nx y\n3\n",
                &[
                    "1",
                    "⚠ byte 2: there is no such word in JSON: this line is shown as it came",
                    "x y",
                    "3",
                ],
            ),
            ("1\n[", &["1", "[", "⚠ the body ends with 1 bracket open"]),
            // A line that ends too early does not take the next one with it.
            (
                "{\"a\":1\n{\"b\":2}\n",
                &[
                    "{",
                    "  \"a\": 1",
                    "⚠ byte 6: the line ends with 1 bracket open: the next value begins below",
                    "{",
                    "  \"b\": 2",
                    "}",
                ],
            ),
            (
                "{\"a\":[{\"b\" \n7\n",
                &[
                    "{",
                    "  \"a\": [",
                    "    {",
                    "      \"b\"",
                    "⚠ byte 11: the line ends with 3 brackets open: the next value begins below",
                    "7",
                ],
            ),
            // Both of the same place: where the line ended stands higher.
            (
                "3[\n<",
                &[
                    "3",
                    "[",
                    "⚠ byte 2: the line ends with 1 bracket open: the next value begins below",
                    "⚠ byte 3: no value stands here: this line is shown as it came",
                    "<",
                ],
            ),
            // One that goes on in the next line is none.
            ("[1,\n2]\n3", &["[", "  1,", "  2", "]", "3"]),
        ],
    );
}

#[test]
fn markup() {
    let long = format!("<a><b x=\"1\">t</b><c/>{}<!-- n --></a>", ".".repeat(240));
    let dots = ".".repeat(94);
    #[rustfmt::skip]
    table(&Form::Xml, &[
        ("<a>\n  <b/>\n</a>\n", &["<a>", "  <b/>", "</a>"]),
        (&long, &["<a>", "  <b x=\"1\">t</b>", &format!("  <c/>{}", ".".repeat(92)), &format!("    {dots}"), &format!("    {}", ".".repeat(54)), "  <!-- n -->", "</a>"]),
        ("<a></b>", &["<a>", "⚠ byte 3: a tag that closes another element than the open one: the rest is shown as it came", "</b>"]),
        ("</b>", &["</b>", "⚠ byte 0: a tag that closes nothing: the rest is shown as it came"]),
        ("<a>1 < 2</a>", &["<a>1", "⚠ byte 5: a < that begins no tag: the rest is shown as it came", "< 2</a>"]),
        ("<a><!-- ", &["<a><!--", "⚠ the body ends inside a comment"]),
        ("<a>", &["<a>", "⚠ the body ends with 1 element open"]),
    ]);
    let long = format!(
        "<p>a<br><img src=x>b</p><script>if (a<b) {{}}</script>{}",
        " ".repeat(240)
    );
    table(
        &Form::Html,
        &[
            ("<p>a < b</i>", &["<p>a < b</i>"]),
            (
                &long,
                &[
                    "<p>a",
                    "  <br>",
                    "  <img src=x>b",
                    "</p>",
                    "<script>if (a<b) {}</script>",
                    "",
                    "",
                ],
            ),
        ],
    );
}

#[test]
fn code() {
    let long = format!(
        "a{{color:red;background:url(x;y)}}@media print{{b{{c:d}}}}/*{}*/",
        "-".repeat(240)
    );
    #[rustfmt::skip]
    assert_eq!(plain(&Form::Css, &long)[..9], [
        "a{", "  color:red;", "  background:url(x;y)", "}", "@media print{", "  b{", "    c:d", "  }", "}",
    ]);
    let long = format!(
        "var a=\"x;{{\",r=/[/;]/g;for(i=0;i<9;i++){{f(`a${{b;c}}d;`)}}g(function(){{return 1/2;}});h={{}};//{}",
        "-".repeat(240)
    );
    #[rustfmt::skip]
    assert_eq!(plain(&Form::JavaScript, &long)[..8], [
        "var a=\"x;{\",r=/[/;]/g;", "for(i=0;i<9;i++){", "  f(`a${b;c}d;`)", "}", "g(function(){", "  return 1/2;", "});", "h={};",
    ]);
    table(
        &Form::Css,
        &[
            ("a{b:c}\n", &["a{b:c}"]),
            ("a{/*", &["a{/*", "⚠ the body ends inside a comment"]),
        ],
    );
}

#[test]
fn fields_events_tables_and_parts() {
    table(
        &Form::Fields,
        &[
            (
                "a=1&b%20c=x+y&d&=\n",
                &["a=1&", "b%20c=x+y&  b c = x y", "d&", "="],
            ),
            ("a=%1b%", &["a=%1b%  a = ␛%"]),
        ],
    );
    table(
        &Form::Events,
        &[(
            ": hi\nretry: 9\n\nid: 1\ndata: a\ndata: b\n\n\ndata\nfoo: b\n",
            &[
                ": hi",
                // Without data nothing is sent.
                "retry: 9",
                "",
                "id: 1",
                "data: a   event 1",
                "data: b",
                "",
                "",
                "data   event 2",
                "foo: b   no field of an event: ignored",
            ],
        )],
    );
    table(
        &Form::Table(b','),
        &[
            (
                "name,n\nä,10\n\"b,\n\"\"c\",2\n1,2,3\n",
                &[
                    "name,     n",
                    "ä,        10",
                    "\"b,␊\"\"c\", 2",
                    "1,        2, 3   ⚠ 3 fields, not 2",
                ],
            ),
            ("a\n\"b", &["a", "\"b", "⚠ the body ends inside quotes"]),
        ],
    );
    let boundary = Form::Multipart(Some(b"x".as_slice().into()));
    table(
        &boundary,
        &[
            (
                "pre\r\n--x\r\nA: b\r\n\r\nbody\r\n--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\nin\r\n--y--\r\n--x--\r\n",
                &[
                    "pre",
                    "--x   part 1",
                    "  A: b",
                    "",
                    "  body",
                    "--x   part 1: 4 B · part 2",
                    "  Content-Type: multipart/mixed; boundary=y",
                    "",
                    "  --y   part 3",
                    "",
                    "    in",
                    "  --y--   part 3: 2 B",
                    "--x--",
                ],
            ),
            (
                "--x\nno\n",
                &[
                    "--x   part 1",
                    "  no   ⚠ no field of a part's head: a colon is missing",
                    "⚠ the body ends before the boundary that closes it",
                ],
            ),
        ],
    );
}

/// Each part is in its own form, by its head or its first bytes; none reads past a boundary.
#[test]
fn parts_in_their_forms() {
    let boundary = Form::Multipart(Some(b"x".as_slice().into()));
    let part = |head: &str, body: &str| format!("--x\r\n{head}\r\n{body}\r\n--x--\r\n");
    #[rustfmt::skip]
    let cases: &[(&str, &str, &[&str])] = &[
        ("Content-Type: application/json\r\n", "{\"a\":[1,2]}", &[
            "  {", "    \"a\": [", "      1,", "      2", "    ]", "  }", "--x--   part 1: 11 B",
        ]),
        ("", "{\"a\":1}", &["  {", "    \"a\": 1", "  }", "--x--   part 1: 7 B"]),
        ("Content-Type: text/plain\r\n", "one\r\n--y\r\n-- x", &[
            "  one", "  --y", "  -- x", "--x--   part 1: 14 B",
        ]),
        ("Content-Type: application/json\r\n", "[1,", &[
            "  [", "    1,",
            "⚠ byte 44: the part above ends with 1 bracket open",
            "--x--   part 1: 3 B",
        ]),
        ("Content-Type: application/x-www-form-urlencoded\r\n", "a=1&b=%20", &[
            "  a=1&", "  b=%20   b =", "--x--   part 1: 9 B",
        ]),
        ("Content-Type: text/html\r\n", "<p>hi</p>", &[
            "byte 32: a page: Rendered shows it", "  <p>hi</p>", "--x--   part 1: 9 B",
        ]),
        // {"a":[1]}
        ("Content-Transfer-Encoding: base64\r\nContent-Type: application/json\r\n", "eyJhIj\r\npbMV19", &[
            "byte 74: decoded from base64", "  {", "    \"a\": [", "      1", "    ]", "  }", "--x--   part 1: 14 B",
        ]),
        ("Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: Quoted-Printable\r\n", "caf=E9 =\r\n=3D\r\nb=x", &[
            "byte 98: decoded from quoted-printable", "  café =", "  b=x   ⚠ an = stands here that encodes nothing", "--x--   part 1: 18 B",
        ]),
        ("Content-Transfer-Encoding: base64\r\n", "b25lCnR3bw*8", &[
            "byte 42: decoded from base64", "  one", "  two",
            "⚠ byte 52: * is not in base64's alphabet: the rest of the part is shown as it came",
            "  *8", "--x--   part 1: 12 B",
        ]),
        ("Content-Transfer-Encoding: base64\r\n", "b25lCnR3b", &[
            "byte 42: decoded from base64", "  one", "  tw",
            "⚠ byte 53: the part above is cut: its base64 ends behind the first character of four",
            "--x--   part 1: 9 B",
        ]),
        ("Content-Transfer-Encoding: base64\r\n", "AAECAw==", &[
            "byte 42: in base64, no text that can be read here: shown as it came",
            "  AAECAw==", "--x--   part 1: 8 B",
        ]),
        ("Content-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: base64\r\n", "YQBiAA==", &[
            "byte 86: in base64, no text that can be read here: shown as it came",
            "  YQBiAA==", "--x--   part 1: 8 B",
        ]),
        ("Content-Transfer-Encoding: x-uuencode\r\n", "e30=", &[
            "byte 46: in a transfer encoding that is not known: shown as it came", "  e30=", "--x--   part 1: 4 B",
        ]),
        ("Content-Type: image/x-odd\r\n", "zz", &[
            "byte 34: a picture, of a format that is not known: Enter shows it",
            "  zz", "--x--   part 1: 2 B",
        ]),
    ];
    for (head, body, want) in cases {
        let text = part(head, body);
        let rows = plain(&boundary, &text);
        let skipped = 2 + head.lines().count();
        assert_eq!(rows[skipped..], **want, "{text:?}");
    }
}

/// The picture of a part is its bytes alone, from wherever in it one looks.
#[test]
fn a_part_that_is_a_picture_is_taken_out() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0\r\n--no\n--x"
        .as_slice();
    let head = b"--x\r\n\r\nwords\r\n--x\r\nContent-Type: image/png\r\n\r\n".as_slice();
    let body = [head, png, b"y\r\n--x\r\n\r\nmore\r\n--x--\r\n"].concat();
    let form = Form::Multipart(Some(b"x".as_slice().into()));
    let (index, folds) = (Index::new(&form), Folds::default());
    let view = Pretty::new(window(&body), &form, &index, &folds);
    let (start, end) = (head.len() as u64, (head.len() + png.len() + 1) as u64);
    for (at, is) in [
        (0, false),
        (9, false),
        (start, true),
        (end - 3, true),
        (end + 9, false),
    ] {
        let part = view.opens_at(at);
        assert_eq!(part.is_some(), is, "{at}");
        if let Some(part) = part {
            assert_eq!((part.number, part.at), (2, start));
            assert_eq!(part.take(1 << 20).unwrap().bytes, [png, b"y"].concat());
        }
    }
}

/// Each byte of it is known by the bytes of the body that it came of.
#[test]
fn a_part_that_is_a_page_is_taken_out_decoded() {
    let html = "<p>Übergröße ".repeat(20);
    let escaped: String = html.bytes().map(|byte| format!("={byte:02X}")).collect();
    for (head, body) in [
        ("Content-Transfer-Encoding: 8bit", html.clone()),
        ("Content-Transfer-Encoding: quoted-printable", escaped),
    ] {
        let head = format!("--x\r\nContent-Type: text/html\r\n{head}\r\n\r\n");
        let text = format!("{head}{body}\r\n--x--\r\n");
        let form = Form::Multipart(Some(b"x".as_slice().into()));
        let (index, folds) = (Index::new(&form), Folds::default());
        let view = Pretty::new(window(text.as_bytes()), &form, &index, &folds);
        let start = head.len() as u64;
        let part = view.opens_at(start + 4).unwrap();
        assert!(part.is_page() && (part.number, part.at) == (1, start));
        let taken = part.take(1 << 20).unwrap();
        assert_eq!(taken.bytes, html.as_bytes());
        assert_eq!(taken.window.read(0, 1 << 20).unwrap(), taken.bytes);
        assert_eq!(taken.broken, None);
        let wide = (body.len() / html.len()) as u64;
        for at in 0..html.len() as u64 {
            let own = taken.places.of_body(at);
            assert!(own.contains(&(start + at * wide)), "{at}: {own:?}");
            let near = taken.places.of_part(own.start).unwrap();
            assert!(near <= at && at < near + 64, "{at}: {near}");
        }
        assert_eq!(taken.places.of_part(start - 1), None);
        assert_eq!(taken.places.of_part(start + body.len() as u64), None);
    }
}

/// Rows longer than what is decoded at first are those of the bytes as they are.
#[test]
fn decoded_rows_are_those_of_the_decoded_bytes() {
    let long = format!("[\"{}\",{}0]", "é".repeat(400), "12345,".repeat(2000));
    let of = |head: &str, body: &str| {
        let text =
            format!("--x\r\nContent-Type: application/json\r\n{head}\r\n{body}\r\n--x--\r\n");
        let form = Form::Multipart(Some(b"x".as_slice().into()));
        let rows = rows(&form, text.as_bytes(), 100, &Folds::default());
        let from = rows.iter().position(|row| row.ends_with('[')).unwrap();
        rows[from..].to_vec()
    };
    let escaped: String = long.bytes().map(|byte| format!("={byte:02x}")).collect();
    let (plain, coded) = (
        of("", &long),
        of("Content-Transfer-Encoding: quoted-printable\r\n", &escaped),
    );
    let upto = plain.len().min(coded.len());
    assert!(upto > 70, "{upto}");
    assert_eq!(plain[..upto], coded[..upto]);
}

/// The signs of a form are those outside of characters.
#[test]
fn forms_in_other_charsets() {
    use encoding_rs::{BIG5, GB18030, SHIFT_JIS, WINDOWS_1252};
    for (encoding, form, text, want) in [
        // The second byte of 表 is a backslash, that of ソ too.
        (
            SHIFT_JIS,
            Form::Json,
            "{\"表\":\"ソ\",\"b\":1}",
            &["▾ {", "    \"表\": \"ソ\",", "    \"b\": 1", "  }"][..],
        ),
        (
            GB18030,
            Form::Table(b','),
            "\u{20087}é,1\nx,2\n",
            &["\u{20087}é, 1", "x,   2"],
        ),
        (BIG5, Form::Fields, "功=許&x", &["功=許&", "x"]),
        (WINDOWS_1252, Form::Css, "a{b:ä}", &["  a{b:ä}"]),
    ] {
        let (bytes, _, lost) = encoding.encode(text);
        assert!(!lost, "{text}");
        let letters = Letters::of(encoding);
        assert!(Pretty::reads(letters));
        let (index, folds) = (Index::read_in(&form, letters), Folds::default());
        let view = Pretty::new(window(&bytes), &form, &index, &folds);
        let found: Vec<String> = view.rows(0, 100).iter().map(row).collect();
        assert_eq!(found, want, "{}", encoding.name());
    }
    for encoding in [
        encoding_rs::UTF_16LE,
        encoding_rs::UTF_16BE,
        encoding_rs::ISO_2022_JP,
    ] {
        assert!(!Pretty::reads(Letters::of(encoding)));
    }
}

/// Words about a row are in as many rows as they take, and the rows are walked like others.
#[test]
fn notes_are_wrapped() {
    let form = Form::Json;
    let bytes = b"[1,\n2 3,\n4]";
    let (index, folds) = (Index::new(&form), Folds::default());
    let mut view = Pretty::new(window(bytes), &form, &index, &folds);
    view.width = 24;
    let found: Vec<String> = view.rows(0, 100).iter().map(row).collect();
    let notes: Vec<&String> = found.iter().filter(|row| !row.starts_with(' ')).collect();
    assert!(notes.len() >= 3, "{found:#?}");
    assert!(found.iter().all(|row| !row.contains('…')), "{found:#?}");
    let mut at = 0;
    for want in &found {
        assert_eq!(row(&view.rows(at, 1)[0]), *want);
        at = view.step(at, 1);
    }
    for want in found.iter().rev() {
        assert_eq!(row(&view.rows(at, 1)[0]), *want);
        at = view.step(at, -1);
    }
}

#[test]
fn what_is_folded_is_one_row() {
    let json = br#"{"a":[1,{"b":2}],"c":{}}"#;
    let mut one = Folds::default();
    one.toggle(1);
    let mut inner = Pretty::fold_all(&Form::Json);
    inner.toggle(1);
    for (folds, want) in [
        (
            one,
            &[
                "▾ {",
                "▸   \"a\": [ … 2 members, 9 B … ],",
                "    \"c\": {}",
                "  }",
            ][..],
        ),
        (Folds::all(0), &["▸ { … 2 members, 22 B … }"]),
        (
            inner,
            &[
                "▾ {",
                "▾   \"a\": [",
                "      1,",
                "▸     { … 1 members, 5 B … }",
                "    ],",
                "    \"c\": {}",
                "  }",
            ],
        ),
    ] {
        assert_eq!(rows(&Form::Json, json, 60, &folds), want, "{folds:?}");
    }
    let open = rows(&Form::Json, b"[[1,2", 60, &Folds::all(1));
    assert_eq!(
        open,
        [
            "▾ [",
            "▸   [ … 2 members, 3 B so far …",
            "⚠ the body ends with 2 brackets open"
        ]
    );
}

/// Pieces that every form makes something of.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\"a\"",
        "12",
        "true",
        " ",
        "\n",
        "\r\n",
        "\t",
        "<",
        ">",
        "</a>",
        "<a b='c'>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "/*",
        "*/",
        "//",
        "`",
        "${",
        ";",
        "(",
        ")",
        "/",
        "for",
        "é",
        "日本",
        "\u{301}",
        "\u{202e}",
        "&",
        "=",
        "+",
        "%41",
        "data: x",
        "--x",
        "--x--",
        "Content-Type: multipart/a; boundary=x",
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: quoted-printable",
        "\n\n",
        "\n--x\n",
        "PGI+PC9iPlsxLDJd",
        "=\n",
        "=c3=A9",
    ];
    let piece = prop_oneof![
        12 => prop::sample::select(pieces.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..9),
        1 => (prop::sample::select(vec![b'a', b' ', b'\\', b'[', 0xc3]), 200..5000usize).prop_map(|(byte, n)| vec![byte; n]),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

fn forms() -> Vec<Form> {
    vec![
        Form::Plain,
        Form::Json,
        Form::JsonLines,
        Form::Xml,
        Form::Html,
        Form::Css,
        Form::JavaScript,
        Form::Fields,
        Form::Multipart(Some(b"x".as_slice().into())),
        Form::Multipart(None),
        Form::Events,
        Form::Table(b','),
        Form::Table(b'\t'),
    ]
}

/// Anchors from the first row to the last, by steps of one.
fn anchors(view: &Pretty<'_>) -> Vec<u64> {
    let mut anchors = vec![0];
    loop {
        let last = anchors[anchors.len() - 1];
        let next = view.step(last, 1);
        if next == last {
            return anchors;
        }
        assert!(next > last);
        anchors.push(next);
    }
}

/// However narrow the screen is, two notes above a row take no row of the bytes before it.
#[test]
fn notes_above_a_row_keep_to_its_own_anchors() {
    let window = window(b"3[\n<");
    let index = indexed_in(&Form::JsonLines, Letters::default(), &window, 3000);
    let folds = Folds::default();
    for width in 1..90 {
        let mut view = Pretty::new(window.clone(), &Form::JsonLines, &index, &folds);
        (view.width, view.wrap) = (width, width % 2 == 0);
        let cells = anchors(&view).into_iter().flat_map(|at| view.cells(at));
        let end = cells.fold(0, |end, cell| {
            assert_eq!(cell.bytes.start, end, "{width}");
            cell.bytes.end
        });
        assert_eq!(end, 4, "{width}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_byte_is_in_one_cell(
        bytes in body(),
        form in prop::sample::select(forms()),
        charset in prop::sample::select(vec![
            encoding_rs::UTF_8,
            encoding_rs::WINDOWS_1252,
            encoding_rs::SHIFT_JIS,
            encoding_rs::GB18030,
        ]),
        width in 1..90usize,
        wrap in any::<bool>(),
        from in prop::option::of(0..3u32),
        toggled in prop::collection::vec(0..3000u64, 0..3),
    ) {
        // About a hundred rows: each is stepped to by itself.
        let bytes = &bytes[..bytes.len().min(100 * width)];
        let window = window(bytes);
        let index = indexed_in(&form, Letters::of(charset), &window, 3000);
        let mut folds = from.map_or(Folds::default(), Folds::all);
        toggled.into_iter().for_each(|row| folds.toggle(row));
        let mut view = Pretty::new(window, &form, &index, &folds);
        (view.width, view.wrap) = (width, wrap);
        if bytes.is_empty() {
            prop_assert!(view.rows(0, 9).is_empty());
            return Ok(());
        }
        let anchors = anchors(&view);
        let mut next = 0;
        for &anchor in &anchors {
            let mut column = 0;
            for cell in view.cells(anchor) {
                prop_assert_eq!(cell.bytes.start, next);
                prop_assert!(cell.bytes.end > next && cell.columns.start >= column);
                prop_assert!(!cell.columns.is_empty());
                if wrap && !form.is_table() {
                    prop_assert!(cell.columns.end <= width.max(4), "{:?}", cell);
                }
                next = cell.bytes.end;
                column = cell.columns.end;
            }
        }
        prop_assert_eq!(next, bytes.len() as u64);
        // Steps back and far lead to the same rows, and rows are those of the steps.
        prop_assert_eq!(view.last(), anchors[anchors.len() - 1]);
        let shown: Vec<u64> = view.rows(0, anchors.len() + 1).iter().map(|line| line.at).collect();
        prop_assert_eq!(&shown, &anchors);
        for (at, &anchor) in anchors.iter().enumerate().step_by(7) {
            let back = at.min(5);
            prop_assert_eq!(view.step(anchor, -(back as i64)), anchors[at - back]);
            prop_assert_eq!(view.step(anchor, 0), anchor);
            for cell in view.cells(anchor).into_iter().take(2) {
                prop_assert_eq!(view.anchor(cell.bytes.start), anchor);
            }
        }
        for line in view.rows(0, 40) {
            let text = line.spans.iter().flat_map(|span| span.text.chars());
            prop_assert!(!text.into_iter().any(is_unsafe));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// What is shown above does not move when more comes, but for the last few KiB.
    #[test]
    fn an_index_made_in_pieces_is_the_same(
        bytes in body(),
        form in prop::sample::select(forms()),
        cuts in prop::collection::vec(1..9000u64, 1..4),
    ) {
        prop_assume!(!bytes.is_empty());
        let bytes = bytes.repeat(1 + 150_000 / (bytes.len() + 1));
        let window = window(&bytes);
        let whole = indexed(&form, &window, u64::MAX);
        let mut index = Index::new(&form);
        for cut in cuts {
            let part = Window { len: cut * 40, ..window.clone() };
            index.add(index.head().read(&part, 70_000).unwrap());
        }
        while index.end() + 4096 < bytes.len() as u64 {
            index.add(index.head().read(&window, 10_000).unwrap());
        }
        let folds = Pretty::fold_all(&form);
        let by = |index: &Index, at| {
            let view = Pretty::new(window.clone(), &form, index, &folds);
            let top = view.anchor(at);
            (view.rows(top, 5), view.step(top, -3), view.last())
        };
        for at in [0, 1000, 70_000, 131_072, bytes.len() as u64 - 1] {
            prop_assert_eq!(by(&index, at), by(&whole, at));
        }
    }
}
