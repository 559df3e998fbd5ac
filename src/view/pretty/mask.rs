//! A body's bytes as a form's reader sees them, whatever the charset.
//!
//! The readers look for signs that are ASCII. In Shift_JIS, GBK, GB18030 and Big5 the
//! second byte of a character may be `\` or `{`; here each character of several bytes is
//! given the bytes that UTF-8 would have, as many as it has itself. So offsets stay, and
//! what a reader does with UTF-8 holds for all charsets that [can be read](readable).

use std::io;
use std::ops::Range;

use super::row::ROW;
use crate::body::Window;
use crate::decode::letters::{Letter, Letters};
use crate::decode::mode::Mode;
use crate::view::bytes::Bytes;

/// Bytes masked at once: many rows, and less than a millisecond.
const BLOCK: u64 = 4 * ROW as u64;
/// The longest character.
const LONGEST: usize = 4;

/// Is a sign of a form one byte, always the same one?
pub(super) fn readable(letters: Letters) -> bool {
    letters.has_plain_ascii()
}

/// From a place where a character begins; one that the end halves looks halved.
pub(super) fn mask(letters: Letters, bytes: &mut [u8]) {
    let Letters::Multi(_) = letters else {
        return;
    };
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte >= 0x80) {
        at += next;
        let rest = bytes.len() - at;
        let (lead, len) = match letters.first(&bytes[at..], Mode::Ascii) {
            (Letter::Broken, _) if rest < LONGEST => (0xff, rest),
            (_, 2) => (0xc2, 2),
            (_, 3) => (0xe1, 3),
            (_, 4) => (0xf1, 4),
            _ => (0x80, 1),
        };
        bytes[at] = lead;
        bytes[at + 1..at + len].fill(0x80);
        at += len;
    }
}

/// The bytes without a character that their end would halve.
pub(super) fn whole(bytes: &[u8]) -> &[u8] {
    let inside = bytes
        .iter()
        .rev()
        .take(LONGEST - 1)
        .take_while(|byte| **byte & 0xc0 == 0x80);
    let back = inside.count();
    match bytes
        .len()
        .checked_sub(back + 1)
        .and_then(|at| bytes.get(at))
    {
        // A first byte that wants more than are there.
        Some(first) if first.leading_ones() as usize > back + 1 && back + 1 < bytes.len() => {
            &bytes[..bytes.len() - back - 1]
        }
        _ => bytes,
    }
}

/// A window's bytes, as they are and as a reader sees them.
pub(super) struct Masked<'a> {
    bytes: Bytes<'a>,
    letters: Letters,
    /// The offset of `held`'s first byte, which begins a character.
    start: u64,
    /// Only where it differs from the bytes.
    held: Vec<u8>,
}

impl<'a> Masked<'a> {
    pub fn of(window: &'a Window, letters: Letters) -> Masked<'a> {
        let mut bytes = Bytes::of(window);
        bytes.ahead = 2 * ROW as u64;
        Masked {
            bytes,
            letters,
            start: 0,
            held: Vec::new(),
        }
    }

    /// Bytes of the window.
    pub fn there(&self) -> u64 {
        self.bytes.there
    }

    /// As they are.
    pub fn get(&mut self, range: Range<u64>) -> io::Result<&[u8]> {
        self.bytes.get(range)
    }

    /// As many of those from `at` on as one row may have.
    pub fn row(&mut self, at: u64) -> io::Result<&[u8]> {
        let there = self.bytes.there;
        let end = (at + ROW as u64).min(there);
        let bytes = match self.letters {
            Letters::Multi(_) => self.masked(at..end)?,
            _ => self.bytes.get(at..end)?,
        };
        Ok(match bytes.len() == ROW {
            true => whole(bytes),
            false => bytes,
        })
    }

    /// Those of many rows from `at` on.
    pub fn rows(&mut self, at: u64) -> io::Result<&[u8]> {
        let end = (at + BLOCK).min(self.bytes.there);
        let Letters::Multi(_) = self.letters else {
            return self.bytes.get(at..end);
        };
        // As long as they are many, those that are masked already.
        let held = self.start + (self.held.len().saturating_sub(LONGEST)) as u64;
        let enough = self.start <= at && at + 2 * ROW as u64 <= held;
        self.masked(at..if enough { held } else { end })
    }

    fn masked(&mut self, range: Range<u64>) -> io::Result<&[u8]> {
        let held = self.start + self.held.len() as u64;
        let known = range.end <= held.saturating_sub(LONGEST as u64) || held == self.bytes.there;
        if range.start < self.start || range.end > held || !known {
            let end = range.start.saturating_add(BLOCK).min(self.bytes.there);
            self.held.clear();
            self.start = range.start;
            let bytes = self.bytes.get(range.start..end)?;
            self.held.extend_from_slice(bytes);
            mask(self.letters, &mut self.held);
        }
        let place = |at: u64| usize::try_from(at - self.start).unwrap_or(usize::MAX);
        let found = self.held.get(place(range.start)..place(range.end));
        found.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, EUC_JP, GB18030, SHIFT_JIS, WINDOWS_1252};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn signs_inside_a_character_are_none() {
        for (encoding, bytes, want) in [
            // 表, whose second byte is a backslash; ｱ, which has one byte.
            (
                SHIFT_JIS,
                &b"\"\x95\x5c\xb1\""[..],
                &b"\"\xc2\x80\x80\""[..],
            ),
            (GB18030, b"{\x81\x30\x81\x30}", b"{\xf1\x80\x80\x80}"),
            (BIG5, b"\xa5\x5c,", b"\xc2\x80,"),
            (EUC_JP, b"\x8f\xb0\xa1<", b"\xe1\x80\x80<"),
            // Halved by the end, and broken before it.
            (SHIFT_JIS, b"ab\x95", b"ab\xff"),
            (GB18030, b"a\x81\x30\x81", b"a\xff\x80\x80"),
            (SHIFT_JIS, b"a\x95\n{}}", b"a\x80\n{}}"),
            (WINDOWS_1252, b"\xe4{", b"\xe4{"),
        ] {
            let mut masked = bytes.to_vec();
            mask(Letters::of(encoding), &mut masked);
            assert_eq!(masked, want, "{} {bytes:x?}", encoding.name());
        }
    }

    proptest! {
        #[test]
        fn ascii_outside_of_characters_stays(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            for encoding in [SHIFT_JIS, GB18030, BIG5, EUC_JP] {
                let mut masked = bytes.clone();
                mask(Letters::of(encoding), &mut masked);
                prop_assert_eq!(masked.len(), bytes.len());
                for (was, is) in bytes.iter().zip(&masked) {
                    prop_assert!(was == is || *is >= 0x80);
                }
            }
        }
    }
}
