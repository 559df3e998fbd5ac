//! HTML → rows, as a table.

use proptest::prelude::*;

use super::super::{Marks, Role, safe};
use super::*;

fn rows(html: &str, width: usize) -> Vec<String> {
    let page = lay_out(html.as_bytes(), html.len() as u64, width);
    let view = Rendered {
        page: &page,
        width: 500,
        left: 0,
    };
    let lines = view.rows(0, usize::MAX);
    let text = |line: &Line| -> String {
        let spans = line.spans.iter().map(|span| span.text.as_str());
        spans.collect::<String>().trim_end().to_owned()
    };
    lines.iter().map(text).collect()
}

#[test]
fn html_as_rows() {
    let mut wrong = Vec::new();
    for (html, width, want) in [
        ("", 20, &[][..]),
        ("plain  text\nhere", 20, &["plain text here"]),
        ("<p>one<p>two", 20, &["one", "", "two"]),
        (
            "<div>one<div>two</div>three</div>",
            20,
            &["one", "two", "three"],
        ),
        ("one two three", 8, &["one two", "three"]),
        ("unbreakable", 5, &["unbre", "akabl", "e"]),
        ("日本語の文", 5, &["日本", "語の", "文"]),
        ("<h2>Head</h2>text", 20, &["## Head", "", "text"]),
        (
            "<ul><li>a<li>b<ul><li>c</ul></ul>d",
            20,
            &["• a", "• b", "  – c", "", "d"],
        ),
        (
            "<ol start=9><li>a<li>b<li value=3>c",
            20,
            &[" 9. a", "10. b", " 3. c"],
        ),
        ("<dl><dt>t<dd>m m m</dl>", 8, &["t", "    m m", "    m"]),
        (
            "<blockquote>a<p>b</blockquote>c",
            20,
            &["▏ a", "", "▏ b", "", "c"],
        ),
        ("<pre>\na\n  b\tc</pre>d", 20, &["a", "  b     c", "", "d"]),
        ("<pre>a\n</pre>b", 20, &["a", "", "b"]),
        ("a<hr>b", 5, &["a", "─────", "b"]),
        ("a<br>b<br><br>c", 20, &["a", "b", "", "c"]),
        ("a &amp; b&lt;&eacute;&#x202e;", 40, &["a & b<é\\u{202e}"]),
        (
            "<a href=/x>to <b>there</b></a>, on",
            40,
            &["to there[1], on"],
        ),
        ("<a href=1>a</a> <a href=2>b </a>c", 40, &["a[1] b[2] c"]),
        (
            "<img alt='a  cat' src=c.png width=2 height=3>",
            40,
            &["[image: a cat 2×3]"],
        ),
        ("<img src=/i/c.png?x>", 40, &["[image: c.png]"]),
        (
            "<title>The page</title><p>x",
            40,
            &["title: The page", "", "x"],
        ),
        (
            "<script>no()</script><style>no{}</style>yes<template>no</template>",
            40,
            &["yes"],
        ),
        ("<noscript>seen</noscript>", 40, &["seen"]),
        ("<p hidden>secret", 40, &["[hidden:] secret"]),
        (
            "<details><summary>s</summary>in it</details>",
            40,
            &["s", "in it"],
        ),
        (
            "<form><input name=a value=x size=5> <input type=checkbox checked>\
          <input type=radio><input type=radio checked> <button>Go</button>",
            60,
            &["[x____] [x]( )(•) <Go>[1]"],
        ),
        (
            "<select><option>one<option selected>two</select>",
            40,
            &["[two ▾ of 2]"],
        ),
        (
            "<textarea>a\nb</textarea>",
            60,
            &[
                "[a_______________________________________]",
                "[b_______________________________________]",
            ],
        ),
        ("<input type=hidden name=t value=9>", 40, &["[hidden t=9]"]),
        ("<input type=password value=abc size=4>", 40, &["[***_]"]),
        (
            "<table><tr><th>a<th>b<tr><td>1<td>22</table>",
            40,
            &["a │ b", "──┼───", "1 │ 22"],
        ),
        (
            "<table><tr><td>one two<td>three four</table>",
            12,
            &["one │ three", "two │ four"],
        ),
        (
            "<table><tr><td colspan=2>wide one<tr><td>a<td>b</table>",
            40,
            &["wide one", "a │ b"],
        ),
        (
            "<table><tr><td rowspan=2>x<td>a<tr><td>b</table>",
            40,
            &["x │ a", "  │ b"],
        ),
        (
            "<table><tr><td>out<table><tr><td>i<td>n</table></table>",
            40,
            &["out", "", "i │ n"],
        ),
        // Broken in the ways that pages are.
        ("<b>bold <p>still</b> not", 40, &["bold", "", "still not"]),
        ("</div></p></table>x", 40, &["x"]),
        ("<li>a</ul><li>b", 40, &["• a", "• b"]),
        ("<table>text<tr><td>cell", 40, &["text", "", "cell"]),
        ("a<", 40, &["a<"]),
        ("a<b", 40, &["a"]),
        ("a\0b\x1b[31m", 40, &["a␀b␛[31m"]),
    ] {
        let found = rows(html, width);
        if found != want {
            wrong.push(format!("{html}\n  {found:?}\n  {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_look_as_they_are_meant() {
    for (html, words, want) in [
        ("<b>x</b>", "x", Role::Strong),
        ("<dl><dt>x<dd>y", "x", Role::Strong),
        ("<dl><dt>x<dd>y", "y", Role::Text),
        ("<table><tr><th>x<th>z<tr><td>y", "x", Role::Strong),
        ("<table><tr><th>x<th>z<tr><td>y", "z", Role::Strong),
        ("<table><tr><th>x<th>z<tr><td>y", "y", Role::Text),
        ("<h1>x</h1>y", "x", Role::Heading),
        ("<h1>x</h1>y", "y", Role::Text),
        ("<a href=/>x</a>y", "x", Role::Link),
        ("<a href=/>x</a>y", "y", Role::Text),
        ("<i>x</i>", "x", Role::Emphasis),
        ("<code>x</code>", "x", Role::Code),
        ("<input value=x>", "[x___________________]", Role::Field),
        ("x\u{7}y", "␇", Role::Invisible),
    ] {
        let page = lay_out(html.as_bytes(), html.len() as u64, 60);
        let view = Rendered {
            page: &page,
            width: 60,
            left: 0,
        };
        let lines = view.rows(0, 9);
        let mut spans = lines.iter().flat_map(|line| &line.spans);
        let found = spans.find(|span| span.text.contains(words));
        assert_eq!(found.map(|span| span.role), Some(want), "{words} in {html}");
    }
}

/// Links, where they begin on screen, and what the bytes of a page are.
#[test]
fn links_lead_somewhere() {
    let html = "<base href='/b/'><p id=top><a href='x y'>go <i>there</i></a> <a>no</a>\
                <a href='#top'>up</a><img src=i.png><form action=f method=post>\
                <input name=q value=1><input type=submit name=s value=Go></form>";
    let page = lay_out(html.as_bytes(), html.len() as u64, 60);
    let at = |words: &str| html.find(words).unwrap() as u64;
    let to = |to: &str| Way::To(to.to_owned());
    for (words, want) in [
        ("go", Some(to("x y"))),
        ("there", Some(to("x y"))),
        ("</a> <a>", Some(to("x y"))),
        ("no", None),
        ("up", Some(to("#top"))),
        ("<img", Some(Way::Image("i.png".to_owned()))),
        (
            "<input type=submit",
            Some(Way::Submit(0, Some(("s".to_owned(), "Go".to_owned())))),
        ),
        ("<input name", None),
    ] {
        let link = page.link_at(at(words)).map(|(_, link)| link.way.clone());
        assert_eq!(link, want, "{words}");
    }
    assert_eq!(page.base.as_deref(), Some("/b/"));
    assert_eq!(page.fragment("top"), Some(at("go")));
    assert_eq!(page.fragment("nowhere"), None);
    assert_eq!(
        page.numbered(2).map(|link| link.way.clone()),
        Some(to("#top"))
    );
    assert_eq!(page.forms[0].fields, [("q".to_owned(), "1".to_owned())]);
    assert!(page.forms[0].post);
}

#[test]
fn other_charsets_keep_their_bytes() {
    let html = b"<p>caf\xe9 <b>\xfcber</b>";
    let page = lay_out_in(encoding_rs::WINDOWS_1252, html, html.len() as u64, 60);
    let view = Rendered {
        page: &page,
        width: 60,
        left: 0,
    };
    let line = view.rows(0, 1).remove(0);
    let words: String = line.spans.iter().map(|span| span.text.as_str()).collect();
    assert_eq!(words, "café über");
    let bytes: Vec<u64> = view.cells(0).iter().map(|cell| cell.bytes.start).collect();
    assert_eq!(bytes, [3, 4, 5, 6, 7, 11, 12, 13, 14]);
    assert_eq!(rows("\u{feff}x", 20), ["x"]);
}

/// A word on screen is the bytes that it was written as.
#[test]
fn cells_know_their_bytes() {
    let html = "<p>one <b>tw&ouml;</b></p><p>x";
    let page = lay_out(html.as_bytes(), html.len() as u64, 60);
    let view = Rendered {
        page: &page,
        width: 60,
        left: 0,
    };
    for (words, row, columns, len) in [
        ("one", 0, 0..1, 1),
        ("tw", 0, 4..5, 1),
        ("&ouml;", 0, 6..7, 6),
        ("x", 2, 0..1, 1),
    ] {
        let at = html.rfind(words).unwrap() as u64;
        let bytes = at..at + len;
        assert_eq!(
            view.cell_of(at),
            Some((row, Cell { columns, bytes })),
            "{words}"
        );
    }
    assert_eq!(view.cell_of(0), None, "markup shows nowhere");
    // From word to word, over the markup between.
    let mut at = view.cells(0).remove(0).bytes;
    let mut walked = vec![at.start];
    while let Some(cell) = view.behind(&at) {
        at = cell.bytes;
        walked.push(at.start);
    }
    let mut back = vec![at.start];
    while let Some(cell) = view.before(&at) {
        at = cell.bytes;
        back.push(at.start);
    }
    back.reverse();
    assert_eq!(walked, [3, 4, 5, 6, 10, 11, 12, 29]);
    assert_eq!(back, walked);
}

#[test]
fn what_is_not_laid_out_is_said() {
    let html = "<p>x".repeat(10);
    let page = lay_out(html.as_bytes(), 1000, 60);
    let rows = page.len();
    let view = Rendered {
        page: &page,
        width: 60,
        left: 0,
    };
    let last = view.rows(rows as u64 - 1, 1).remove(0);
    let words: String = last.spans.iter().map(|span| span.text.as_str()).collect();
    assert_eq!(
        words,
        "… laid out as far as byte 40 of 1000: Text (1) shows all"
    );
}

/// Depth costs what is written of it.
#[test]
fn nesting_is_bounded() {
    for piece in [
        "<div>",
        "<blockquote>",
        "<ul><li>",
        "<b>",
        "<table><tr><td>",
        "<li><div>",
        "<p>",
        "<a href=x>",
        "<dl><dd>",
        "<select>",
        "<svg><title>",
        "<template>",
        "<h1>",
        "<form>",
        "<pre>",
        "</div>",
        "<ol><li>x",
        "<table>x",
        "<td rowspan=9999 colspan=9999>",
    ] {
        let html = piece.repeat(5_000);
        let page = lay_out(html.as_bytes(), html.len() as u64, 80);
        assert!(page.len() <= 15_001, "{piece}: {}", page.len());
    }
}

fn html() -> impl Strategy<Value = Vec<u8>> {
    const TAGS: &[&str] = &[
        "p",
        "div",
        "ul",
        "ol",
        "li",
        "table",
        "tr",
        "td",
        "th",
        "pre",
        "a href=x",
        "b",
        "h2",
        "br",
        "hr",
        "img alt=x",
        "select",
        "option",
        "textarea",
        "title",
        "blockquote",
        "dl",
        "dt",
        "dd",
        "form",
        "input value=x",
        "button",
        "td colspan=3",
        "td rowspan=2",
        "iframe src=x",
        "thead",
        "template",
        "details",
        "p hidden",
    ];
    let piece = prop_oneof![
        4 => prop::sample::select(TAGS).prop_map(|tag| format!("<{tag}>").into_bytes()),
        3 => prop::sample::select(TAGS).prop_map(|tag| {
            let name = tag.split(' ').next().unwrap_or(tag);
            format!("</{name}>").into_bytes()
        }),
        4 => "[ a-z日\t\n]{0,20}".prop_map(String::into_bytes),
        1 => "&(amp|lt|nbsp|#x202e|#0|bad);?".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_html_has_rows_within_bounds(html in html(), width in 1usize..120, left in 0usize..30) {
        let page = lay_out(&html, html.len() as u64, width);
        // At most an empty row and a row for each byte, and a frame's rules.
        prop_assert!(page.len() <= 4 * html.len() + 2);
        let marks = Marks {
            cursor: Some(5..6),
            found: vec![1..3, 8..40],
            ..Marks::default()
        };
        let view = Rendered { page: &page, width, left };
        let rows = view.marked(0, usize::MAX, &mut |_| marks.clone());
        for (row, line) in rows.iter().enumerate() {
            let columns: usize = line.spans.iter().map(|span| safe::width(&span.text)).sum();
            prop_assert!(columns <= width, "row {row}: {line:?}");
            prop_assert!(!line.spans.iter().any(|span| span.text.chars().any(safe::is_unsafe)));
        }
        for row in 0..page.len() as u64 {
            let mut column = 0;
            for cell in view.cells(row) {
                prop_assert!(cell.columns.start >= column && !cell.columns.is_empty());
                prop_assert!(!cell.bytes.is_empty() && cell.bytes.end <= html.len() as u64);
                let (found, _) = view.cell_of(cell.bytes.start).unwrap();
                prop_assert!(found <= row);
                column = cell.columns.end;
            }
        }
    }

    /// Every letter that is text is on the page.
    #[test]
    fn no_text_is_lost(words in proptest::collection::vec("[a-z]{1,6}", 1..12), width in 2usize..60) {
        let html: Vec<String> = words
            .iter()
            .enumerate()
            .map(|(at, word)| format!("<{}>{word} ", ["p", "div", "td", "li", "b"][at % 5]))
            .collect();
        let shown = rows(&html.concat(), width).concat();
        let letters = |text: &str| text.chars().filter(char::is_ascii_lowercase).count();
        prop_assert_eq!(letters(&shown), letters(&words.concat()));
    }
}

/// What stands right of the 64th column stands in it; rows of 64 columns for each word of
/// it would be megabytes of frame for a page of some.
#[test]
fn a_tall_cell_beside_many_columns_is_no_flood() {
    for (html, side_by_side) in [
        ("<table><tr>".to_owned() + &"<td>x".repeat(1_000), true),
        ("<table><tr>".to_owned() + &"<td>x".repeat(50_000), false),
        ("<table>".to_owned() + &"<tr><td>x<td>y".repeat(5_000), true),
    ] {
        let page = lay_out(html.as_bytes(), html.len() as u64, 500);
        let bits = page.rows.bits.len();
        assert!(
            bits <= (1 << 20) + 50_000,
            "{bits} for {} bytes",
            html.len()
        );
        let first = page.rows.row(0).len();
        assert_eq!(first > 1, side_by_side, "{first} pieces in the first row");
    }
}
