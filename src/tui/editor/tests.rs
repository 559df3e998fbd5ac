//! Edits of exact bytes: keys and what they leave, as tables.

use super::*;
use proptest::prelude::*;

/// The text with `|` where the cursor is and `<` where the selection's other end is.
fn editor(text: &str) -> Editor {
    let mut editor = Editor::default();
    let plain = text.replace(['|', '<'], "");
    editor.set(plain.as_bytes());
    let cut = text.replace('<', "");
    editor.cursor = cut.find('|').unwrap_or(cut.len());
    let cut = text.replace('|', "");
    editor.anchor = cut.find('<');
    editor
}

fn shown(editor: &Editor) -> String {
    let mut text = editor.bytes().to_vec();
    let mut marks = vec![(editor.cursor, b'|')];
    marks.extend(editor.anchor.map(|anchor| (anchor, b'<')));
    marks.sort_by_key(|&(at, _)| std::cmp::Reverse(at));
    for (at, mark) in marks {
        text.insert(at, mark);
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn keys() {
    type Act = fn(&mut Editor);
    let table: &[(&str, Act, &str)] = &[
        ("a|b", |e| e.insert(b"\r\n"), "a\r\n|b"),
        ("a|b", |e| e.insert(b"\0"), "a\0|b"),
        ("<ab|c", |e| e.insert(b"x"), "x|c"),
        ("a\r\n|b", Editor::backspace, "a|b"),
        ("a\r|\nb", Editor::backspace, "a|\nb"),
        ("a\n|b", Editor::backspace, "a|b"),
        ("a|\r\nb", Editor::delete, "a|b"),
        ("a\r|\nb", Editor::delete, "a\r|b"),
        ("|", Editor::backspace, "|"),
        ("a|", Editor::delete, "a|"),
        ("e\u{301}日|", Editor::backspace, "e\u{301}|"),
        ("e\u{301}|日", Editor::backspace, "|日"),
        ("|e\u{301}日", Editor::delete, "|日"),
        ("one two|", Editor::delete_word_left, "one |"),
        ("one, |", Editor::delete_word_left, "|"),
        ("ab|c", |e| e.left(false), "a|bc"),
        ("|abc", |e| e.left(false), "|abc"),
        ("<ab|c", |e| e.left(false), "|abc"),
        ("|ab<c", |e| e.right(false), "ab|c"),
        ("|日本", |e| e.right(false), "日|本"),
        ("a|bc", |e| e.right(true), "a<b|c"),
        ("ab\r\nc|d", |e| e.up(1, false), "a|b\r\ncd"),
        (
            "abcd|\r\nx\r\nyyyy",
            |e| e.down(1, false),
            "abcd\r\nx|\r\nyyyy",
        ),
        ("a|b", |e| e.up(1, false), "|ab"),
        ("a|b", |e| e.down(1, false), "ab|"),
        ("日本|\nabcdef", |e| e.down(1, false), "日本\nabcd|ef"),
        ("abcde|\n日本語", |e| e.down(1, false), "abcde\n日本|語"),
        ("one t|wo", |e| e.word_left(false), "one |two"),
        ("one| two x", |e| e.word_right(false), "one two| x"),
        ("ab\r\ncd|\r\n", |e| e.home(false), "ab\r\n|cd\r\n"),
        ("a|b\r\ncd", |e| e.end(false), "ab|\r\ncd"),
        ("a|b\ncd", |e| e.end(true), "a<b|\ncd"),
        ("a|b", |e| e.start(false), "|ab"),
        ("a|b", |e| e.finish(true), "a<b|"),
        ("a|b", Editor::select_all, "<ab|"),
        ("a|", |e| e.paste("x\ny\r\nz\rw"), "ax\r\ny\r\nz\r\nw|"),
        ("ab\r\ncd|", |e| e.click(0, 1, false), "a|b\r\ncd"),
        ("ab\r\ncd|", |e| e.click(9, 9, false), "ab\r\ncd|"),
        ("ab\r\ncd|", |e| e.click(0, 9, false), "ab|\r\ncd"),
    ];
    for (before, act, want) in table {
        let mut editor = editor(before);
        act(&mut editor);
        assert_eq!(shown(&editor), *want, "from {before:?}");
    }
}

#[test]
fn up_and_down_keep_their_column() {
    let mut editor = editor("abcd|\nx\nabcdef");
    editor.down(1, false);
    editor.down(1, false);
    assert_eq!(shown(&editor), "abcd\nx\nabcd|ef");
}

#[test]
fn a_one_line_field_takes_no_line_end() {
    let mut editor = Editor::line();
    editor.paste("http://a/\nb\r\n");
    assert_eq!(editor.bytes(), b"http://a/b");
}

#[test]
fn undo_takes_back_runs() {
    let mut editor = Editor::default();
    for c in ["o", "n", "e"] {
        editor.insert(c.as_bytes());
    }
    editor.left(false);
    editor.insert(b"X");
    assert_eq!(editor.bytes(), b"onXe");
    assert!(editor.undo());
    assert_eq!(editor.bytes(), b"one");
    assert!(editor.undo());
    assert_eq!(editor.bytes(), b"");
    assert!(!editor.undo());
    assert!(editor.redo());
    assert!(editor.redo());
    assert_eq!(editor.bytes(), b"onXe");
    assert!(!editor.redo());
}

#[test]
fn set_is_one_step_back() {
    let mut editor = editor("GET /a HTTP/1.1|");
    editor.set(b"GET /bcd HTTP/1.1");
    editor.undo();
    assert_eq!(editor.bytes(), b"GET /a HTTP/1.1");
}

#[test]
fn every_byte_is_shown_as_what_it_is() {
    for (bytes, want) in [
        (&b"a\tb\r\n"[..], "a␉b␍␊"),
        (b"\0\x1b[2J\x7f", "␀␛[2J␡"),
        (b"\xff\xc3", "\\xff\\xc3"),
        ("\u{202e}x".as_bytes(), "\\u{202e}x"),
        ("日本".as_bytes(), "日本"),
    ] {
        let mut editor = Editor::default();
        editor.set(bytes);
        let line = &editor.lines(80, 1)[0];
        let text: String = line.spans.iter().map(|span| span.text.as_str()).collect();
        assert_eq!(text, want);
    }
}

#[test]
fn a_wide_character_is_never_halved() {
    let mut editor = editor("日本語|");
    for (left, width, want) in [(0, 3, "日›"), (1, 3, "  ›"), (1, 5, " 本語"), (5, 9, " ")] {
        editor.left = left;
        let line = &editor.lines(width, 1)[0];
        let text: String = line.spans.iter().map(|span| span.text.as_str()).collect();
        assert_eq!(text, want, "{left} {width}");
    }
}

#[test]
fn the_cursor_stays_in_sight() {
    let mut editor = editor("0\n1\n2\n3\n4\n5\n6|");
    editor.reveal(10, 3);
    assert_eq!(editor.first_row(), 4);
    editor.up(4, false);
    editor.reveal(10, 3);
    assert_eq!(editor.first_row(), 2);
    editor.right(false);
    editor.reveal(0, 0);
    assert_eq!((editor.first_row(), editor.first_column()), (3, 0));
}

#[test]
fn a_line_of_ten_million_bytes_is_cut_into_rows() {
    let mut editor = Editor::default();
    editor.set(&vec![b'x'; 10_000_000]);
    editor.start(false);
    for _ in 0..100 {
        editor.insert(b"y");
        editor.right(false);
        editor.reveal(80, 20);
        assert_eq!(editor.lines(80, 20).len(), 20);
    }
    assert_eq!(editor.bytes().len(), 10_000_100);
}

proptest! {
    /// Whatever is edited, the rows are those of a fresh look at the text.
    #[test]
    fn rows_follow_every_edit(edits in prop::collection::vec((any::<u16>(), any::<u16>(), "[a\n\r日]{0,6}|x{4090,4100}|\n{0,3}"), 1..40)) {
        let mut editor = Editor::default();
        for (a, b, text) in edits {
            let len = editor.bytes.len();
            let (a, b) = (usize::from(a) % (len + 1), usize::from(b) % (len + 1));
            editor.replace(a.min(b)..a.max(b), text.as_bytes());
            let mut fresh = Rows::default();
            fresh.edited(&editor.bytes, 0, 0, editor.bytes.len());
            let starts = |rows: &Rows| (0..rows.count()).map(|row| rows.range(row)).collect::<Vec<_>>();
            prop_assert_eq!(starts(&editor.rows), starts(&fresh));
            prop_assert!(editor.cursor <= editor.bytes.len());
        }
    }

    #[test]
    fn undo_leads_all_the_way_back(texts in prop::collection::vec("[a-c\n]{0,5}", 1..20)) {
        let mut editor = Editor::default();
        for text in &texts {
            editor.insert(text.as_bytes());
            editor.left(false);
        }
        let last = editor.bytes.clone();
        while editor.undo() {}
        prop_assert!(editor.bytes.is_empty());
        while editor.redo() {}
        prop_assert_eq!(editor.bytes, last);
    }
}
