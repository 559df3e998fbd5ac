//! What makes text from the wire harmless on a terminal.
//!
//! Owns the one judgement of which characters may reach a screen ([`is_unsafe`]), the
//! pictures and escapes that stand for the others, and the walk from bytes to what is
//! shown ([`decode`]). Every view, title, log line and error text goes through here.
//!
//! ```text
//! byte or character                            shown as      role
//! printable UTF-8, with its combining marks    itself        Text
//! C0 control, DEL                              ␀ ␉ ␊ ␍ ␛ ␡   Invisible
//! C1, bidi, zero width, tags, selectors …      \u{202e}      Invisible
//! a byte that is not UTF-8                     \xff          Undecodable
//! ```
//! A literal backslash is not doubled: the role tells an escape from text.

use std::borrow::Cow;
use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::view::Role;

/// Combining marks that one character may carry on screen; living scripts need three
/// or four. More ("zalgo") would climb over the rows above and are shown as escapes.
const MARKS: usize = 6;

/// Characters that show nothing, show elsewhere or change how others show: Unicode's
/// Default_Ignorable_Code_Point (DerivedCoreProperties.txt, version 16), the line and
/// paragraph separators, the invisible format controls. Variation selectors and joiners
/// are here too although emoji use them: both can carry a hidden message, and this
/// program is to show what is there. Skin tones are here because half of the terminals
/// join one to the emoji before it and half give it two columns. Ascending. C0, DEL and
/// C1 are `char::is_control`.
const HIDDEN: &[(char, char)] = &[
    ('\u{00ad}', '\u{00ad}'),
    ('\u{034f}', '\u{034f}'),
    ('\u{061c}', '\u{061c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{1f3fb}', '\u{1f3ff}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Must this character never reach a terminal as itself?
pub fn is_unsafe(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    // Ascending: the first range that does not end before it is the only candidate.
    let at = HIDDEN.partition_point(|&(_, last)| last < c);
    c.is_control() || HIDDEN.get(at).is_some_and(|&(first, _)| first <= c)
}

/// The control picture of a C0 control or DEL.
pub const fn glyph(byte: u8) -> Option<&'static str> {
    const PICTURES: [&str; 32] = [
        "␀", "␁", "␂", "␃", "␄", "␅", "␆", "␇", "␈", "␉", "␊", "␋", "␌", "␍", "␎", "␏", //
        "␐", "␑", "␒", "␓", "␔", "␕", "␖", "␗", "␘", "␙", "␚", "␛", "␜", "␝", "␞", "␟",
    ];
    match byte {
        0x7f => Some("␡"),
        0x00..=0x1f => Some(PICTURES[byte as usize]),
        _ => None,
    }
}

/// `\xNN`, for a byte that is not part of UTF-8 text.
pub fn escape(byte: u8) -> &'static str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    const TABLE: [[u8; 4]; 256] = {
        let mut table = [*b"\\x00"; 256];
        let mut byte = 0;
        while byte < 256 {
            table[byte][2] = DIGITS[byte >> 4];
            table[byte][3] = DIGITS[byte & 15];
            byte += 1;
        }
        table
    };
    static ESCAPES: [[u8; 4]; 256] = TABLE;
    // The table is ASCII, so there always is a text.
    std::str::from_utf8(&ESCAPES[usize::from(byte)]).unwrap_or("\\x??")
}

/// The text with everything unsafe as pictures and escapes: for titles, logs, errors.
/// Borrowed when nothing had to change. One line: LF is a picture too.
pub fn safe(text: &str) -> Cow<'_, str> {
    let plain = |c: char| !is_unsafe(c) && c.width() != Some(0);
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(safe_bytes(text.as_bytes()))
}

/// As [`safe`], for bytes that need not be UTF-8.
pub fn safe_bytes(bytes: &[u8]) -> String {
    decode(bytes).map(|piece| piece.text).collect()
}

/// Columns that a safe text takes on screen.
pub fn width(text: &str) -> usize {
    text.width()
}

/// A safe text in at most `columns` columns; `…` stands for what was cut off. A wide
/// character is never halved.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if text.len() <= columns || width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let mut used = 0;
    let end = text
        .char_indices()
        .find(|&(_, c)| {
            used += c.width().unwrap_or(0);
            used > room
        })
        .map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{}…", &text[..end]))
}

/// What is shown for some bytes: one character with its marks, one picture, or one
/// escape. It is never split over two rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub text: Cow<'a, str>,
    /// The bytes it stands for, in the slice that was decoded; never empty.
    pub bytes: Range<usize>,
    /// Text, Invisible or Undecodable.
    pub role: Role,
    /// Columns, at least 1; never less than `width(text)`.
    pub width: usize,
}

/// Bytes as UTF-8, piece by piece, every byte in exactly one piece. A slice that was cut
/// inside a character ends in Undecodable pieces: give some bytes more than are shown.
pub fn decode(bytes: &[u8]) -> Pieces<'_> {
    Pieces { bytes, at: 0 }
}

/// See [`decode`].
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let start = self.at;
        let first = *self.bytes.get(start)?;
        if is_plain(&first) {
            self.at += 1;
            let text = self.marks(start, 0);
            return Some(self.piece(start, Cow::Borrowed(text), 1, Role::Text));
        }
        let Some((c, text)) = char_at(self.bytes, start) else {
            self.at += 1;
            return Some(self.piece(start, Cow::Borrowed(escape(first)), 4, Role::Undecodable));
        };
        self.at += text.len();
        if let Some(picture) = c.is_ascii().then(|| glyph(first)).flatten() {
            return Some(self.piece(start, Cow::Borrowed(picture), 1, Role::Invisible));
        }
        if is_unsafe(c) {
            return Some(self.escaped(start, c));
        }
        let width = c.width().unwrap_or(0);
        if width == 0 {
            // A mark with nothing to stand on would land on the margin or the border.
            let text = self.marks(start, 1);
            return Some(self.piece(start, Cow::Owned(format!("◌{text}")), 1, Role::Text));
        }
        let text = self.marks(start, 0);
        Some(self.piece(start, Cow::Borrowed(text), width, Role::Text))
    }
}

impl<'a> Pieces<'a> {
    /// Passes over characters that are shown as themselves, as far as they take so many
    /// columns at most; answers how many they take.
    pub fn pass(&mut self, columns: usize) -> usize {
        /// Bytes looked at at once.
        const LOOK: usize = 256;
        // The last one stays where a mark may stand on it.
        let (mut now, mut last) = ((self.at, 0), (self.at, 0));
        while let Some(rest) = self.bytes.get(now.0..).filter(|rest| !rest.is_empty()) {
            // At least the next character, which may be a mark.
            let room = columns - now.1;
            let rest = &rest[..rest.len().min(room.clamp(8, LOOK))];
            if rest.len() <= room && rest.iter().all(is_plain) {
                now = (now.0 + rest.len(), now.1 + rest.len());
                last = (now.0 - 1, now.1 - 1);
                continue;
            }
            let text = first_text(rest);
            for c in text.chars() {
                let Some(wide) = plain_width(c) else {
                    self.at = last.0;
                    return last.1;
                };
                if now.1 + wide > columns {
                    self.at = now.0;
                    return now.1;
                }
                last = now;
                now = (now.0 + c.len_utf8(), now.1 + wide);
            }
            if text.is_empty() {
                break;
            }
        }
        self.at = last.0;
        last.1
    }

    /// As `next`, but printable ASCII is one piece as far as it goes, of so many columns at
    /// most: a byte a column.
    pub fn run(&mut self, most: usize) -> Option<Piece<'a>> {
        let start = self.at;
        let run = plain_run(self.bytes.get(start..)?, most);
        if run == 0 {
            return self.next();
        }
        self.at += run;
        let text = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or("?");
        Some(self.piece(start, Cow::Borrowed(text), run, Role::Text))
    }

    /// Takes the marks that follow, up to [`MARKS`] with the `taken` ones; the text from
    /// `start` on.
    fn marks(&mut self, start: usize, taken: usize) -> &'a str {
        for _ in taken..MARKS {
            // No mark comes before U+0300 or from U+4000 to U+9FFF (Han) and U+B000 to
            // U+CFFF (Hangul): by its first byte most text needs no second look.
            if !matches!(self.bytes.get(self.at), Some(0xcc..=0xe3 | 0xea | 0xed..)) {
                break;
            }
            match char_at(self.bytes, self.at) {
                Some((c, text)) if c.width() == Some(0) && !is_unsafe(c) => {
                    self.at += text.len();
                }
                _ => break,
            }
        }
        // Only whole characters were taken.
        std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or("?")
    }

    fn escaped(&self, start: usize, c: char) -> Piece<'a> {
        let text = format!("\\u{{{:x}}}", u32::from(c));
        let width = text.len();
        self.piece(start, Cow::Owned(text), width, Role::Invisible)
    }

    fn piece(&self, start: usize, text: Cow<'a, str>, width: usize, role: Role) -> Piece<'a> {
        Piece {
            text,
            bytes: start..self.at,
            role,
            width,
        }
    }
}

fn is_plain(byte: &u8) -> bool {
    (b' '..=b'~').contains(byte)
}

/// How much of these bytes is printable ASCII, but for a last one on which a mark may stand.
pub(super) fn plain_run(bytes: &[u8], most: usize) -> usize {
    let first = &bytes[..bytes.len().min(most)];
    let run = first.iter().position(|byte| !is_plain(byte));
    let run = run.unwrap_or(first.len());
    match bytes.get(run) {
        Some(0x80..) => run.saturating_sub(1),
        _ => run,
    }
}

/// Columns of a character that is shown as itself, with nothing before it.
fn plain_width(c: char) -> Option<usize> {
    match c {
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' => Some(1),
        // Kana, Han, Hangul.
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' => Some(2),
        '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => Some(2),
        _ if is_unsafe(c) => None,
        _ => c.width().filter(|&wide| wide > 0),
    }
}

/// The text that these bytes begin with.
fn first_text(bytes: &[u8]) -> &str {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => return text,
        Err(err) => err.valid_up_to(),
    };
    std::str::from_utf8(&bytes[..valid]).unwrap_or_default()
}

/// The whole character that starts at `at`.
fn char_at(bytes: &[u8], at: usize) -> Option<(char, &str)> {
    let len = match bytes.get(at)? {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let text = std::str::from_utf8(bytes.get(at..at + len)?).ok()?;
    Some((text.chars().next()?, text))
}

/// Safe words in rows of a width, so many at most; a row is cut where that is not enough.
pub fn in_rows(words: &str, columns: usize, most: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in words.split(' ') {
        let full = |row: &String| width(row) + 1 + width(word) > columns;
        let more = rows.len() < most;
        match rows.last_mut() {
            Some(row) if !(full(row) && more) => {
                row.push(' ');
                row.push_str(word);
            }
            _ if more => rows.push(word.to_owned()),
            _ => {}
        }
    }
    let cut = |row: String| cut(&row, columns).into_owned();
    rows.into_iter().map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_shown() {
        for (bytes, want) in [
            (&b"plain"[..], "plain"),
            (b"\0\t\n\r\x1b[31m\x7f", "␀␉␊␍␛[31m␡"),
            ("a\u{202e}b\u{9b}c".as_bytes(), "a\\u{202e}b\\u{9b}c"),
            (b"\xff\xc3(\xe2\x82", "\\xff\\xc3(\\xe2\\x82"),
            (b"\xc0\x80\xed\xa0\x80", "\\xc0\\x80\\xed\\xa0\\x80"),
            ("日本e\u{301}".as_bytes(), "日本e\u{301}"),
            ("\u{301}x".as_bytes(), "◌\u{301}x"),
            ("\n\u{301}x".as_bytes(), "␊◌\u{301}x"),
            ("❤\u{fe0f}".as_bytes(), "❤\\u{fe0f}"),
            ("👍\u{1f3fd}".as_bytes(), "👍\\u{1f3fd}"),
        ] {
            assert_eq!(safe_bytes(bytes), want);
        }
    }

    #[test]
    fn a_tower_of_marks_is_taken_down() {
        let tower = format!("e{}", "\u{301}".repeat(100));
        let pieces: Vec<_> = decode(tower.as_bytes()).collect();
        assert!(pieces.iter().all(|piece| piece.text.len() <= 2 * 7 + 1));
    }

    #[test]
    fn cut_by_columns() {
        for (text, columns, want) in [
            ("short", 9, "short"),
            ("exact", 5, "exact"),
            ("longer", 4, "lon…"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("x", 0, ""),
        ] {
            assert_eq!(cut(text, columns), want);
            assert!(width(&cut(text, columns)) <= columns);
        }
    }

    #[test]
    fn no_character_at_all_comes_out_unsafe() {
        let mut text = String::new();
        for c in '\0'..=char::MAX {
            text.clear();
            text.push(c);
            let shown = safe(&text);
            assert!(!shown.chars().any(is_unsafe), "{c:?}");
            assert!(width(&shown) > 0, "{c:?} shows nothing");
            assert!(!is_unsafe(c) || *shown != text, "{c:?}");
            let plain = c.width().filter(|&wide| wide > 0 && !is_unsafe(c));
            assert_eq!(plain_width(c), plain, "{c:?}");
            if c.width() == Some(0) && !is_unsafe(c) {
                text.insert(0, 'a');
                assert_eq!(decode(text.as_bytes()).count(), 1, "{c:?} stands alone");
            }
        }
    }

    proptest! {
        #[test]
        fn every_byte_is_in_one_piece_and_nothing_unsafe_comes_out(
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                any::<String>().prop_map(String::into_bytes),
            ],
        ) {
            let mut at = 0;
            let mut shown = String::new();
            let mut columns = 0;
            for piece in decode(&bytes) {
                prop_assert_eq!(piece.bytes.start, at);
                prop_assert!(piece.bytes.end > at);
                at = piece.bytes.end;
                prop_assert!(!piece.text.chars().any(is_unsafe));
                prop_assert!(piece.width >= 1 && piece.width >= width(&piece.text));
                columns += piece.width;
                shown.push_str(&piece.text);
            }
            prop_assert_eq!(at, bytes.len());
            prop_assert!(width(&shown) <= columns);
        }

        #[test]
        fn what_is_passed_are_whole_pieces(
            text in "([a-c ]|a{300}|日本|é|e\u{301}|\u{301}|\t|\u{202e}){0,200}",
            columns in 0_usize..900,
        ) {
            let mut rest = decode(text.as_bytes());
            let passed = rest.pass(columns);
            prop_assert!(passed <= columns);
            let mut whole = decode(text.as_bytes());
            let mut wide = 0;
            while whole.at < rest.at {
                wide += whole.next().map_or(0, |piece| piece.width);
            }
            prop_assert_eq!((whole.at, wide), (rest.at, passed));
        }

        #[test]
        fn safe_twice_is_safe_once(text in any::<String>()) {
            let once = safe(&text).into_owned();
            prop_assert_eq!(safe(&once).into_owned(), once);
        }
    }

    #[test]
    fn words_in_rows() {
        for (words, width, most, want) in [
            ("one two three", 20, 9, &["one two three"][..]),
            ("one two three", 7, 9, &["one two", "three"]),
            ("one two three", 7, 1, &["one tw…"]),
            ("one twothreefour", 5, 9, &["one", "twot…"]),
            ("", 5, 9, &[""]),
            ("one", 5, 0, &[]),
        ] {
            assert_eq!(in_rows(words, width, most), want, "{words} {width} {most}");
        }
    }
}
