//! Bytes in any charset → what is shown for them, each byte in exactly one piece.
//!
//! Owns the walk for charsets other than UTF-8; that of UTF-8 is [`super::safe`]'s, and so
//! is the judgement of what may reach a screen.

use std::borrow::Cow;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::Role;
use super::safe::{self, Piece, Pieces};
use crate::decode::letters::{Letter, Letters};
use crate::decode::mode::Mode;

/// Combining marks that one character may carry, as in [`super::safe`].
const MARKS: usize = 6;

/// A charset, at a place in a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub letters: Letters,
    pub mode: Mode,
}

impl Reading {
    /// Where the text begins, or of a charset that has no modes.
    pub fn new(letters: Letters) -> Reading {
        Reading {
            letters,
            mode: Mode::Ascii,
        }
    }

    /// As [`safe::decode`], in this charset.
    pub fn pieces(self, bytes: &[u8]) -> Walk<'_> {
        match self.letters {
            Letters::Utf8 => Walk::Utf8(safe::decode(bytes)),
            _ => Walk::Other(Other {
                reading: self,
                bytes,
                at: 0,
            }),
        }
    }
}

/// See [`Reading::pieces`].
pub enum Walk<'a> {
    Utf8(Pieces<'a>),
    Other(Other<'a>),
}

pub struct Other<'a> {
    reading: Reading,
    bytes: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    /// Passes over pieces of so many columns at most, those that need no look; answers
    /// how many columns they take.
    pub fn pass(&mut self, columns: usize) -> usize {
        match self {
            Walk::Utf8(pieces) => pieces.pass(columns),
            Walk::Other(other) => {
                let run = other.plain_run(columns);
                other.at += run;
                run
            }
        }
    }
}

impl<'a> Walk<'a> {
    /// As [`Pieces::run`].
    pub fn run(&mut self, most: usize) -> Option<Piece<'a>> {
        match self {
            Walk::Utf8(pieces) => pieces.run(most),
            Walk::Other(other) => match other.plain_run(most) {
                0 => other.next(),
                run => {
                    let bytes = other.at..other.at + run;
                    other.at = bytes.end;
                    let text = std::str::from_utf8(&other.bytes[bytes.clone()]);
                    Some(Piece {
                        text: Cow::Borrowed(text.unwrap_or("?")),
                        bytes,
                        role: Role::Text,
                        width: run,
                    })
                }
            },
        }
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        match self {
            Walk::Utf8(pieces) => pieces.next(),
            Walk::Other(other) => other.next(),
        }
    }
}

impl<'a> Iterator for Other<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let start = self.at;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let (letter, len) = self.reading.letters.first(rest, self.reading.mode);
        self.at += len.max(1);
        let bytes = start..self.at;
        Some(match letter {
            Letter::Shift(mode) => {
                self.reading.mode = mode;
                // The escape, then the letters that name the mode.
                let names = String::from_utf8_lossy(&rest[1..len]);
                invisible(format!("␛{names}"), len, bytes)
            }
            Letter::Broken => {
                let text: String = rest[..len.max(1)]
                    .iter()
                    .map(|&byte| safe::escape(byte))
                    .collect();
                let width = text.len();
                Piece {
                    text: Cow::Owned(text),
                    bytes,
                    role: Role::Undecodable,
                    width,
                }
            }
            Letter::Char(c, mark) => self.character(c, mark, bytes),
        })
    }
}

impl<'a> Other<'a> {
    /// Bytes from here on that are a column each, where ASCII is plain in the charset.
    fn plain_run(&self, most: usize) -> usize {
        match self.reading.letters.has_plain_ascii() {
            true => safe::plain_run(&self.bytes[self.at..], most),
            false => 0,
        }
    }

    fn character(&mut self, c: char, mark: Option<char>, mut bytes: Range<usize>) -> Piece<'a> {
        let picture = u8::try_from(u32::from(c)).ok().and_then(safe::glyph);
        if let Some(picture) = picture.filter(|_| c.is_ascii()) {
            return invisible(picture.to_owned(), 1, bytes);
        }
        if safe::is_unsafe(c) {
            let text = format!("\\u{{{:x}}}", u32::from(c));
            let width = text.len();
            return invisible(text, width, bytes);
        }
        let alone = c.width().unwrap_or(0) == 0;
        // A mark with nothing to stand on would land on the margin or the border.
        let mut text: String = alone.then_some('◌').into_iter().chain([c]).collect();
        text.extend(mark);
        for _ in usize::from(alone)..MARKS {
            let rest = &self.bytes[self.at..];
            let (letter, len) = self.reading.letters.first(rest, self.reading.mode);
            match letter {
                Letter::Char(mark, None)
                    if len > 0 && mark.width() == Some(0) && !safe::is_unsafe(mark) =>
                {
                    text.push(mark);
                    self.at += len;
                }
                _ => break,
            }
        }
        bytes.end = self.at;
        Piece {
            text: Cow::Owned(text),
            bytes,
            role: Role::Text,
            width: c.width().unwrap_or(0).max(1),
        }
    }
}

fn invisible<'a>(text: String, width: usize, bytes: Range<usize>) -> Piece<'a> {
    Piece {
        text: Cow::Owned(text),
        bytes,
        role: Role::Invisible,
        width,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::charset::CHOICES;
    use crate::view::safe::{is_unsafe, width};
    use proptest::prelude::*;

    fn shown(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> String {
        let reading = Reading::new(Letters::of(encoding));
        reading.pieces(bytes).map(|piece| piece.text).collect()
    }

    #[test]
    fn what_is_shown() {
        for (encoding, bytes, want) in [
            (
                encoding_rs::WINDOWS_1252,
                &b"caf\xe9\t\x1b\x81"[..],
                "café␉␛\\u{81}",
            ),
            (encoding_rs::WINDOWS_1253, b"\xd2", "\\xd2"),
            (encoding_rs::WINDOWS_1258, b"e\xcc\xcc", "e\u{300}\u{300}"),
            (encoding_rs::SHIFT_JIS, b"\x82\xa0\x82", "あ\\x82"),
            (encoding_rs::BIG5, b"\x88\x62", "\u{ca}\u{304}"),
            (
                encoding_rs::UTF_16LE,
                b"a\0\x0e\x20\0\xd8b\0",
                "a\\u{200e}\\x00\\xd8b",
            ),
            (encoding_rs::ISO_2022_JP, b"\x1b$B$\"\x1b(B!", "␛$Bあ␛(B!"),
        ] {
            assert_eq!(shown(encoding, bytes), want, "{}", encoding.name());
        }
    }

    proptest! {
        #[test]
        fn every_byte_is_in_one_piece_and_nothing_unsafe_comes_out(
            which in 0..CHOICES.len(),
            bytes in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            let reading = Reading::new(Letters::of(CHOICES[which]));
            let mut at = 0;
            for piece in reading.pieces(&bytes) {
                prop_assert_eq!(piece.bytes.start, at);
                prop_assert!(piece.bytes.end > at);
                at = piece.bytes.end;
                prop_assert!(!piece.text.chars().any(is_unsafe));
                prop_assert!(piece.width >= 1 && piece.width >= width(&piece.text));
            }
            prop_assert_eq!(at, bytes.len());
        }
    }
}
