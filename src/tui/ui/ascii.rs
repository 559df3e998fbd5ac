//! The screen for a terminal that shows ASCII alone: one pass over a finished frame.
//!
//! Nothing else in the program knows of it. Every character of this program's own has its
//! stand-in in [`STAND_INS`]; text from elsewhere that is not ASCII becomes one `?` a
//! column, so every column stays where it is. (The Hex view shows which bytes it is.)

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// Characters and the one that stands for each of them.
const STAND_INS: &[(&str, char)] = &[
    ("─╌┄", '-'),
    ("│┆▏▎▕‖", '|'),
    ("╭╮╰╯┌┐└┘├┤┬┴┼", '+'),
    // The focused pane's frame, heavier here too.
    ("━", '='),
    ("┃┏┓┗┛", '#'),
    // Gauges and heights.
    ("▍▌", ':'),
    ("▋▊▉", '%'),
    ("█▓▇▀", '#'),
    ("▆", '*'),
    ("▅▄", '+'),
    ("▃", '-'),
    ("▂░▒", '.'),
    ("▁", '_'),
    ("▶▸►→›»↳", '>'),
    ("◂◀←‹«", '<'),
    ("↑", '^'),
    ("↓▾", 'v'),
    ("⚠", '!'),
    ("✓✔", '*'),
    ("×✗✘", 'x'),
    ("·•…", '.'),
    ("–—−", '-'),
    ("µ", 'u'),
    ("≈", '~'),
    ("≥", '>'),
    ("≠", '!'),
    ("␣", '_'),
    // Stands under a combining mark that has no letter.
    ("◌", 'o'),
    // A line of text ends in ^$; the other controls are told apart by the Hex view.
    ("␍", '^'),
    ("␊", '$'),
    ("␉", '>'),
    ("␀␁␂␃␄␅␆␇␈␋␌␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡", '~'),
];

/// Leaves nothing but ASCII in the frame.
pub fn flatten(buffer: &mut Buffer) {
    let cells = &mut buffer.content;
    for at in 0..cells.len() {
        let symbol = cells[at].symbol();
        if symbol.is_ascii() {
            continue;
        }
        let columns = symbol.width();
        let stand_in = stand_in(symbol).unwrap_or('?');
        for cell in cells.iter_mut().skip(at).take(columns.max(1)) {
            cell.set_char(stand_in);
        }
    }
}

fn stand_in(symbol: &str) -> Option<char> {
    let row = STAND_INS.iter().find(|(of, _)| of.contains(symbol));
    row.map(|&(_, stand_in)| stand_in)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn each_column_stays_where_it_is() {
        for (text, want) in [
            ("GET / HTTP/1.1␍␊", "GET / HTTP/1.1^$"),
            ("╭ Request ──╮", "+ Request --+"),
            ("┏━ Socket ━┓", "#= Socket =#"),
            ("[███▌   ] ▁▂▃▄▅▆▇█", "[###:   ] _.-++*##"),
            ("漢字 x", "???? x"),
            ("é x", "? x"),
            ("e\u{301} x", "? x"),
            ("‖ paused · 12 µs …", "| paused . 12 us ."),
        ] {
            let width = u16::try_from(text.width()).unwrap();
            let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
            buffer.set_string(0, 0, text, Style::new());
            flatten(&mut buffer);
            let got: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
            assert_eq!(got, want);
        }
    }

    /// Every character in the words, frames and gauges of what is drawn.
    #[test]
    fn every_character_of_our_own_has_a_stand_in() {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut looked_at = 0;
        for place in ["tui", "view", "exchange", "request", "net", "error.rs"] {
            walk(&src.join(place), &mut |path| {
                let text = fs::read_to_string(path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap_or_default();
                for line in text.lines() {
                    let code = line.split("//").next().unwrap_or_default();
                    for c in code.chars().filter(|c| !c.is_ascii()) {
                        let known = stand_in(c.encode_utf8(&mut [0; 4])).is_some();
                        assert!(known, "{c} of {}: {line}", path.display());
                        looked_at += 1;
                    }
                }
            });
        }
        assert!(looked_at > 100, "only {looked_at} characters were found");
    }

    fn walk(path: &Path, look: &mut impl FnMut(&Path)) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                walk(&entry.unwrap().path(), look);
            }
        } else if path.file_name().is_some_and(|name| name != "tests.rs") {
            look(path);
        }
    }
}
