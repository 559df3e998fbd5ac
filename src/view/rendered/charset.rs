//! HTML in another charset → UTF-8, and the way back to the bytes it came from.
//!
//! Owns the map between the two; which charset it is, [`crate::decode`] says.

use std::ops::Range;

use encoding_rs::{CoderResult, Encoding};

/// Where characters stand in the source.
#[derive(Debug, Default)]
pub(super) struct Map {
    /// Starts in UTF-8 and in the source, ascending. From one to the next each byte is
    /// one byte, or all are one character.
    starts: Vec<(u32, u32)>,
}

/// The text, and the map of it. What is not in the charset is U+FFFD.
pub(super) fn utf8(source: &[u8], encoding: &'static Encoding) -> (Vec<u8>, Map) {
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut text = Vec::with_capacity(source.len());
    let mut map = Map::default();
    let mut begun = 0;
    let mut out = [0; 16];
    for at in 0..=source.len() {
        let byte = source.get(at..at + 1).unwrap_or_default();
        let (result, _, written, _) = decoder.decode_to_utf8(byte, &mut out, byte.is_empty());
        // A byte gives a few characters at most, and they fit.
        debug_assert_eq!(result, CoderResult::InputEmpty);
        if written > 0 {
            map.add(text.len(), begun, written == 1 && at == begun);
            text.extend_from_slice(&out[..written]);
            begun = at + 1;
        }
    }
    map.add(text.len(), begun.min(source.len()), false);
    (text, map)
}

impl Map {
    /// `single`: one byte that was one byte.
    fn add(&mut self, text: usize, source: usize, single: bool) {
        let of = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let start = (of(text), of(source));
        // What goes on as it began needs no start of its own.
        let goes_on = self.starts.last().is_some_and(|&(last, from)| {
            single && start.0.wrapping_sub(last) == start.1.wrapping_sub(from)
        });
        if !goes_on {
            self.starts.push(start);
        }
    }

    /// Where these bytes of the text stand in the source.
    pub fn back(&self, text: &Range<usize>) -> Range<usize> {
        let start = self.at(text.start);
        start..self.at(text.end).max(start)
    }

    fn at(&self, text: usize) -> usize {
        let next = self
            .starts
            .partition_point(|&(start, _)| start as usize <= text);
        let Some(&(start, source)) = next.checked_sub(1).and_then(|at| self.starts.get(at)) else {
            return 0;
        };
        let at = source as usize + (text - start as usize);
        let end = self.starts.get(next).map_or(at, |&(_, end)| end as usize);
        at.min(end.max(source as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_lead_back_to_their_bytes() {
        for (charset, source, words, want) in [
            ("windows-1252", &b"a caf\xe9 b"[..], "café", 2..6),
            ("windows-1252", b"a caf\xe9 b", "b", 7..8),
            ("shift_jis", b"a \x93\xfa\x96\x7b b", "日本", 2..6),
            ("shift_jis", b"a \x93\xfa\x96\x7b b", "本", 4..6),
            ("shift_jis", b"a \x93\xfa\x96\x7b b", "b", 7..8),
            ("utf-16le", b"\xff\xfea\0b\0c\0", "b", 4..6),
            ("gbk", b"x\xff\xffy", "y", 3..4),
        ] {
            let encoding = Encoding::for_label(charset.as_bytes()).unwrap();
            let (text, map) = utf8(source, encoding);
            let text = String::from_utf8(text).unwrap();
            let at = text.find(words).unwrap();
            assert_eq!(map.back(&(at..at + words.len())), want, "{words} in {text}");
        }
    }
}
