use proptest::prelude::*;

use super::*;
use crate::view::Role;

/// `|` is the cursor, `[` … the selection's other end, where it is not the cursor.
fn editor(drawn: &str, single_line: bool) -> Editor {
    let text = drawn.replace(['|', '['], "");
    let at = |mark: char, other: char| {
        let at = drawn.find(mark)?;
        Some(drawn[..at].replace(other, "").len())
    };
    let mut editor = match single_line {
        true => Editor::single_line(text),
        false => Editor::new(text),
    };
    if let Some(anchor) = at('[', '|') {
        editor.place(anchor, false);
    }
    editor.place(at('|', '[').unwrap(), drawn.contains('['));
    editor
}

fn drawn(editor: &Editor) -> String {
    let mut text = editor.bytes().to_vec();
    let cursor = editor.cursor();
    match editor.selection() {
        Some(range) if range.start == cursor => {
            text.insert(range.end, b'[');
            text.insert(cursor, b'|');
        }
        Some(range) => {
            text.insert(cursor, b'|');
            text.insert(range.start, b'[');
        }
        None => text.insert(cursor, b'|'),
    }
    text.escape_ascii()
        .to_string()
        .replace("\\r", "\r")
        .replace("\\n", "\n")
}

/// Keys by name, one space apart; `'text` types each of its characters.
fn press(editor: &mut Editor, keys: &str) {
    for key in keys.split(' ').filter(|key| !key.is_empty()) {
        let (name, select) = match key.strip_prefix("S-") {
            Some(name) => (name, true),
            None => (key, false),
        };
        let motion = match name {
            "Left" => Some(Motion::Left),
            "Right" => Some(Motion::Right),
            "C-Left" => Some(Motion::WordLeft),
            "C-Right" => Some(Motion::WordRight),
            "Up" => Some(Motion::Up(1)),
            "Down" => Some(Motion::Down(1)),
            "PageUp" => Some(Motion::Up(3)),
            "PageDown" => Some(Motion::Down(3)),
            "Home" => Some(Motion::Home),
            "End" => Some(Motion::End),
            "C-Home" => Some(Motion::Start),
            "C-End" => Some(Motion::Finish),
            _ => None,
        };
        if let Some(motion) = motion {
            editor.go(motion, select);
            continue;
        }
        match name {
            "Enter" => editor.insert(b"\r\n"),
            "A-Enter" => editor.insert(b"\n"),
            "Back" => editor.delete(Motion::Left),
            "Del" => editor.delete(Motion::Right),
            "C-W" => editor.delete(Motion::WordLeft),
            "C-U" => editor.delete(Motion::Home),
            "C-K" => editor.delete(Motion::End),
            "C-A" => editor.select_all(),
            "Undo" => assert!(editor.undo(), "{keys}"),
            "Redo" => assert!(editor.redo(), "{keys}"),
            "Space" => editor.insert(b" "),
            _ => match (name.strip_prefix('\''), name.strip_prefix('x')) {
                (Some(text), _) => {
                    for c in text.chars() {
                        editor.insert(c.to_string().as_bytes());
                    }
                }
                (_, Some(hex)) => editor.insert(&[u8::from_str_radix(hex, 16).unwrap()]),
                _ => panic!("no such key: {name}"),
            },
        }
    }
}

fn run(table: &[(&str, &str, &str)], single_line: bool) {
    for (before, keys, after) in table {
        let mut editor = editor(before, single_line);
        press(&mut editor, keys);
        let expected = after
            .as_bytes()
            .escape_ascii()
            .to_string()
            .replace("\\r", "\r")
            .replace("\\n", "\n")
            // Bytes that no &str can hold are written as \xNN in the table.
            .replace("\\\\x", "\\x");
        assert_eq!(drawn(&editor), expected, "{before:?} {keys}");
    }
}

#[test]
fn typing_and_deleting() {
    run(
        &[
            ("|", "'GET Space '/", "GET /|"),
            ("a|b", "Enter", "a\r\n|b"),
            ("a|b", "A-Enter", "a\n|b"),
            ("|", "'é日", "é日|"),
            ("|", "x00 xff x0d", "\\x00\\xff\r|"),
            ("a|", "xc3 xa9", "aé|"),
            ("ab|", "Back", "a|"),
            ("|ab", "Back", "|ab"),
            ("|ab", "Del", "|b"),
            ("ab|", "Del", "ab|"),
            ("a\r\n|b", "Back", "a|b"),
            ("a|\r\nb", "Del", "a|b"),
            ("a\r|\nb", "Back", "a|\nb"),
            ("a\r|\nb", "Del", "a\r|b"),
            ("a\n|b", "Back", "a|b"),
            ("a\r|b", "Back", "a|b"),
            ("a\n\r|b", "Back", "a\n|b"),
            ("ae\u{301}|b", "Back", "a|b"),
            ("a|e\u{301}b", "Del", "a|b"),
            ("日|本", "Back Del", "|"),
            ("a\u{200d}|b", "Back", "a|b"),
            ("a[bc|d", "'x", "ax|d"),
            ("a|bc[d", "Back", "a|d"),
            ("a[bc|d", "C-W", "a|d"),
            ("a[b|", "Enter", "a\r\n|"),
        ],
        false,
    );
}

#[test]
fn moving() {
    run(
        &[
            ("ab|c", "Left Left Left", "|abc"),
            ("ab|c", "Right Right", "abc|"),
            ("a|\r\nb", "Right", "a\r\n|b"),
            ("a\r\n|b", "Left", "a|\r\nb"),
            ("a\r|\nb", "Left", "a|\r\nb"),
            ("a|\rb", "Right", "a\r|b"),
            ("|e\u{301}x", "Right", "e\u{301}|x"),
            ("日本|", "Left", "日|本"),
            ("\u{200b}|x", "Left", "|\u{200b}x"),
            ("ab\r\nc|d\r\nef", "Home", "ab\r\n|cd\r\nef"),
            ("ab\r\nc|d\r\nef", "End", "ab\r\ncd|\r\nef"),
            ("ab\nc|d\nef", "End", "ab\ncd|\nef"),
            ("a|b\r", "End", "ab\r|"),
            ("a\r\n|", "End", "a\r\n|"),
            ("ab|\ncd", "C-End", "ab\ncd|"),
            ("ab\ncd|", "C-Home", "|ab\ncd"),
            // words
            ("GET /a-b HTTP|/1.1", "C-Left", "GET /a-b |HTTP/1.1"),
            ("GET /a-b|", "C-Left C-Left C-Left C-Left", "GET |/a-b"),
            ("GET |/", "C-Left", "|GET /"),
            ("|GET  /a", "C-Right", "GET  |/a"),
            ("|a\r\n\r\nb", "C-Right", "a\r\n\r\n|b"),
            ("|日本 x", "C-Right", "日本 |x"),
            ("a  |", "C-Left", "|a  "),
            ("|", "C-Left C-Right", "|"),
            ("a.b c |d", "C-W", "a.b |d"),
            ("a.b|", "C-W C-W", "a|"),
            ("a\r\nb c|d\r\n", "C-U", "a\r\n|d\r\n"),
            ("a\r\nb| cd\r\n", "C-K", "a\r\nb|\r\n"),
        ],
        false,
    );
}

#[test]
fn up_and_down_keep_the_column() {
    run(
        &[
            ("abc|d\nx\nabcd", "Down", "abcd\nx|\nabcd"),
            ("abc|d\nx\nabcd", "Down Down", "abcd\nx\nabc|d"),
            ("abc|d\r\nx\r\nabcd", "Down", "abcd\r\nx|\r\nabcd"),
            ("abc|d\r\n\r\nabcd", "Down Down Up Up", "abc|d\r\n\r\nabcd"),
            ("abc|d\nx\nabcd", "Down Left Down", "abcd\nx\n|abcd"),
            ("日本|x\nabcdef", "Down", "日本x\nabcd|ef"),
            ("abc|\n日本", "Down", "abc\n日|本"),
            ("a\tb|c\nabcd", "Down", "a\tbc\nabc|d"),
            ("e\u{301}x|\nabc", "Down", "e\u{301}x\nab|c"),
            ("ab|c", "Up", "|abc"),
            ("a|bc", "Down", "abc|"),
            ("1|2\n34\n56\n78\n9", "PageDown", "12\n34\n56\n7|8\n9"),
            (
                "1|2\n34\n56\n78\n9",
                "PageDown PageDown",
                "12\n34\n56\n78\n9|",
            ),
            ("12\n34\n56\n78\n9|", "PageUp PageUp", "1|2\n34\n56\n78\n9"),
            ("a\n|", "Up Down", "a\n|"),
        ],
        false,
    );
}

#[test]
fn selecting() {
    run(
        &[
            ("a|bc", "S-Right S-Right", "a[bc|"),
            ("ab|c", "S-Left", "a|b[c"),
            ("a|bc", "S-Right S-Left", "a|bc"),
            ("a|b\ncd", "S-Down", "a[b\nc|d"),
            ("a|b\r\ncd", "S-End S-Right", "a[b\r\n|cd"),
            ("ab|c", "C-A", "[abc|"),
            ("a[bc|d", "Left", "a|bcd"),
            ("a|bc[d", "Right", "abc|d"),
            ("a[bc|d", "End", "abcd|"),
            ("a[b|cd", "S-End", "a[bcd|"),
            ("a b|", "S-C-Left", "a |b["),
            ("ab|c", "S-C-Home Del", "|c"),
        ],
        false,
    );
    let editor = editor("a[b\r\n|c", false);
    assert_eq!(editor.selected(), Some(&b"b\r\n"[..]));
    assert_eq!(Editor::new("x").selected(), None);
}

#[test]
fn undoing_and_redoing() {
    run(
        &[
            // a word typed is one step, a line end another
            ("|", "'hello Space 'you Undo", "hello|"),
            ("|", "'hello Space 'you Undo Undo", "|"),
            ("|", "'ab Enter 'cd Undo", "ab\r\n|"),
            ("|", "'ab Enter 'cd Undo Undo", "ab|"),
            ("|", "'ab Enter Undo Undo Redo Redo", "ab\r\n|"),
            // moving ends a step
            ("|", "'ab Left 'c Undo", "a|b"),
            ("|", "'ab Left Right 'c Undo", "ab|"),
            ("abc|", "Back Back Undo", "abc|"),
            ("abc|", "Back Back Undo Redo", "a|"),
            ("|abc", "Del Del Undo", "|abc"),
            ("|abc", "Del Del Undo Redo", "|c"),
            ("abc|", "Back 'x Undo", "ab|"),
            ("abc|", "Back 'x Undo Undo", "abc|"),
            ("a\r\n|", "Back Undo", "a\r\n|"),
            // a selection comes back
            ("a[bc|d", "'xy Undo", "a[bc|d"),
            ("a[bc|d", "'xy Undo Redo", "axy|d"),
            ("a|bc[d", "Del Undo", "a|bc[d"),
            ("a b|", "C-W 'c Undo Undo", "a b|"),
            // doing something else forgets what was undone
            ("|", "'a Undo 'b Undo Redo", "b|"),
        ],
        false,
    );
    let mut fresh = Editor::new("a");
    assert!(!fresh.undo() && !fresh.redo());
    fresh.insert(b"b");
    assert!(fresh.undo() && !fresh.undo());
    fresh.insert(b"c");
    assert!(!fresh.redo());
}

#[test]
fn pasting() {
    let table: [(&[u8], LineEnds, &[u8]); 6] = [
        (b"a\nb", LineEnds::AsPasted, b"a\nb"),
        (b"\0\xff\r\n\r", LineEnds::AsPasted, b"\0\xff\r\n\r"),
        (b"a\nb\r\nc\rd", LineEnds::CrLf, b"a\r\nb\r\nc\r\nd"),
        (b"\n\n\r\r\n", LineEnds::CrLf, b"\r\n\r\n\r\n\r\n"),
        (b"a", LineEnds::CrLf, b"a"),
        (b"", LineEnds::CrLf, b""),
    ];
    for (pasted, line_ends, expected) in table {
        let mut editor = editor("x[y|z", false);
        editor.paste(pasted, line_ends);
        assert_eq!(editor.bytes(), [b"x", expected, b"z"].concat());
        assert_eq!(editor.cursor(), 1 + expected.len());
        assert!(editor.undo());
        assert_eq!(drawn(&editor), "x[y|z");
    }
}

#[test]
fn another_text_is_one_step_and_leaves_the_cursor_where_it_can() {
    let table = [
        ("GET /a| HTTP", "GET /b HTTP", "GET /b| HTTP"),
        ("G|ET /a HTTP", "GET /b HTTP", "G|ET /b HTTP"),
        ("GET /a HT|TP", "GET /long HTTP", "GET /long HT|TP"),
        ("abc|", "", "|"),
        ("|", "abc", "|abc"),
        ("aaa|", "aa", "aa|"),
        ("a|", "a", "a|"),
    ];
    for (before, text, after) in table {
        let mut editor = editor(before, false);
        editor.set_text(text.as_bytes());
        assert_eq!(drawn(&editor), after, "{before}");
        if editor.undo() {
            assert_eq!(drawn(&editor), before);
        }
    }
}

#[test]
fn in_a_single_line_a_line_end_ends_nothing() {
    run(
        &[
            ("a|b\r\nc", "End", "ab\r\nc|"),
            ("ab\nc|", "Home", "|ab\nc"),
            ("ab\n|c", "Up", "|ab\nc"),
            ("a|b\nc", "Down", "ab\nc|"),
            ("http://h/a/b|", "C-W", "http://h/a/|"),
        ],
        true,
    );
    let editor = editor("ab\nc|", true);
    assert_eq!(editor.row_count(), 1);
    assert_eq!(seen(&editor, 0, 9, 0, 9), ["ab~␊c"]);
}

/// The rows as text; `‹…›` around what is selected, `~` before what is no text.
fn seen(editor: &Editor, top: usize, height: usize, left: usize, width: usize) -> Vec<String> {
    let show = |span: crate::view::Span| match span.role {
        Role::Text => span.text,
        Role::Selected => format!("‹{}›", span.text),
        _ => format!("~{}", span.text),
    };
    let rows = editor.rows(top, height, left, width);
    rows.into_iter()
        .map(|row| row.spans.into_iter().map(show).collect())
        .collect()
}

#[test]
fn every_byte_is_seen_as_what_it_is() {
    let table: [(&[u8], &[&str]); 10] = [
        (b"", &[""]),
        (b"a\r\nb\n", &["a~␍␊", "b~␊", ""]),
        (b"a\rb", &["a~␍b"]),
        (b"\0\t\x1b\x01\x7f", &["~␀␉␛␁␡"]),
        (b"a\xffb\xc3", &["a~\\xffb~\\xc3"]),
        (
            "a\u{85}\u{202e}\u{200d}\u{feff}".as_bytes(),
            &["a~\\u{85}\\u{202e}\\u{200d}\\u{feff}"],
        ),
        ("日本\ne\u{301}".as_bytes(), &["日本~␊", "e\u{301}"]),
        ("\u{301}".as_bytes(), &["◌\u{301}"]),
        (b"\n\n", &["~␊", "~␊", ""]),
        (b"\r\n\r", &["~␍␊", "~␍"]),
    ];
    for (bytes, expected) in table {
        assert_eq!(
            seen(&Editor::new(bytes), 0, 9, 0, 40),
            expected,
            "{bytes:?}"
        );
    }
}

#[test]
fn only_the_window_is_seen() {
    let editor = editor("0123456789\n日本語[x\u{1}\n|\u{200b}", false);
    let table: [(usize, usize, usize, usize, &[&str]); 9] = [
        (0, 1, 0, 4, &["0123"]),
        (0, 1, 8, 4, &["89~␊"]),
        (0, 1, 11, 4, &[""]),
        (1, 1, 0, 3, &["日 "]),
        (1, 1, 1, 4, &[" 本 "]),
        (1, 9, 6, 3, &["‹x␁␊›", "~b}"]),
        (2, 9, 2, 3, &["~{20"]),
        (3, 9, 0, 9, &[]),
        (0, 0, 0, 0, &[]),
    ];
    for (top, height, left, width, expected) in table {
        let found = seen(&editor, top, height, left, width);
        assert_eq!(found, expected, "{top} {height} {left} {width}");
    }
    let at: Vec<u64> = editor.rows(0, 9, 2, 9).iter().map(|row| row.at).collect();
    assert_eq!(at, [2, 14, 23]);
}

#[test]
fn what_a_screen_would_take_for_one_stands_in_two_spans() {
    let flag = Editor::new("\u{1f44d}\u{1f3fd}");
    let rows = flag.rows(0, 1, 0, 9);
    let texts: Vec<&str> = rows[0]
        .spans
        .iter()
        .map(|span| span.text.as_str())
        .collect();
    assert_eq!(texts, ["\u{1f44d}", "\u{1f3fd}"]);
}

#[test]
fn a_cell_leads_to_a_byte_and_back() {
    let editor = editor("ab\r\n日\u{1}\u{200b}x\n|", false);
    // row, column → offset, and the column of that
    let table = [
        (0, 0, 0, 0),
        (0, 1, 1, 1),
        (0, 2, 2, 2),
        (0, 3, 3, 3),
        (0, 4, 2, 2),
        (0, 99, 2, 2),
        (1, 0, 4, 0),
        (1, 1, 4, 0),
        (1, 2, 7, 2),
        (1, 3, 8, 3),
        (1, 10, 8, 3),
        (1, 11, 11, 11),
        (1, 12, 12, 12),
        (1, 99, 12, 12),
        (2, 0, 13, 0),
        (2, 9, 13, 0),
        (9, 9, 13, 0),
    ];
    for (row, column, offset, back) in table {
        assert_eq!(editor.offset_at(Position { row, column }), offset);
        let found = editor.position_of(offset);
        assert_eq!(
            found,
            Position {
                row: row.min(2),
                column: back
            }
        );
    }
    assert_eq!(editor.position(), Position { row: 2, column: 0 });
}

#[test]
fn the_window_follows_the_cursor_no_further_than_it_must() {
    let editor = editor("0\n1\n2\n012|3\n4", false);
    let table = [
        ((0, 0), (2, 2), (2, 2)),
        ((3, 0), (2, 4), (3, 0)),
        ((4, 9), (2, 4), (3, 3)),
        ((0, 0), (9, 9), (0, 0)),
        ((0, 0), (0, 0), (3, 3)),
    ];
    for (scroll, (height, width), expected) in table {
        assert_eq!(editor.follow(scroll, height, width), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn whatever_is_done_can_be_undone_and_seen(
        start: Vec<u8>,
        keys in proptest::collection::vec(prop_oneof![
            proptest::sample::select(vec![
                "Left", "Right", "Up", "Down", "Home", "End", "C-Left", "C-Right", "S-Left",
                "S-Right", "S-Up", "S-Down", "S-C-Left", "C-A", "Back", "Del", "C-W", "C-K",
                "Enter", "A-Enter", "'a", "'é", "'\u{301}", "'日", "xff", "xc3", "xa9", "x00",
            ]).prop_map(str::to_owned),
        ], 0..60),
    ) {
        let mut editor = Editor::new(start.clone());
        for key in &keys {
            press(&mut editor, key);
            prop_assert!(editor.cursor() <= editor.bytes().len());
            let position = editor.position();
            let (top, left) = editor.follow((0, 0), 3, 10);
            prop_assert!((top..top + 3).contains(&position.row));
            for row in editor.rows(top, 3, left, 10) {
                let text: String = row.spans.into_iter().map(|span| span.text).collect();
                prop_assert!(crate::view::safe::width(&text) <= 10);
                prop_assert!(!text.chars().any(crate::view::safe::is_unsafe));
            }
        }
        let finished = editor.bytes().to_vec();
        let mut steps = 0;
        while editor.undo() {
            steps += 1;
        }
        prop_assert_eq!(editor.bytes(), start);
        for _ in 0..steps {
            prop_assert!(editor.redo());
        }
        prop_assert_eq!(editor.bytes(), finished);
    }
}
