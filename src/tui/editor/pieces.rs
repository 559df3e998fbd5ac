//! Where pieces begin and end in a text that is entered anywhere.
//!
//! Owns the way back: [`safe::decode`] only goes forward. A piece is what is shown as
//! one: a character with its marks, a picture, an escape.

use crate::view::safe;

/// More bytes than any piece has (a character and six marks), so that whatever is found
/// this far before an offset leads to the piece there.
pub(super) const REACH: usize = 64;

/// The start of the piece that holds this offset; the text's end for any past it.
pub(super) fn piece_start(text: &[u8], offset: usize) -> usize {
    if offset >= text.len() {
        return text.len();
    }
    let floor = offset.saturating_sub(REACH);
    // An ASCII byte always begins a piece; nearly always the first one looked at.
    let ascii = text[floor..=offset].iter().rposition(u8::is_ascii);
    let from = ascii.map_or_else(|| char_start(text, floor), |at| floor + at);
    safe::decode(&text[from..])
        .map(|piece| from + piece.bytes.start)
        .take_while(|start| *start <= offset)
        .last()
        .unwrap_or(offset)
}

/// The end of the piece that holds this offset.
pub(super) fn piece_end(text: &[u8], offset: usize) -> usize {
    let start = piece_start(text, offset);
    safe::decode(&text[start..])
        .next()
        .map_or(start, |piece| start + piece.bytes.end)
}

/// Columns of whole pieces. Every ASCII byte takes one, itself or as a picture; only
/// what is not ASCII is decoded, with the byte before it, which its marks may stand on.
pub(super) fn columns(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let mut columns = 0;
    let mut rest = text;
    while let Some(ascii) = rest.iter().position(|b| !b.is_ascii()) {
        let from = ascii.saturating_sub(1);
        let other = rest[ascii..].iter().position(u8::is_ascii);
        let to = other.map_or(rest.len(), |len| ascii + len);
        columns += from;
        columns += safe::decode(&rest[from..to])
            .map(|piece| piece.width)
            .sum::<usize>();
        rest = &rest[to..];
    }
    columns + rest.len()
}

/// The first byte from here on that is no continuation byte; after three of these, none
/// belongs to a character any more.
fn char_start(text: &[u8], at: usize) -> usize {
    let inside = text[at..].iter().take(3);
    at + inside.take_while(|b| (0x80..=0xbf).contains(*b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_offset_leads_to_its_piece(text in prop_oneof![
            any::<Vec<u8>>(),
            any::<String>().prop_map(String::into_bytes),
            "[aé日\u{301}\u{200d}\n\u{1f600}]{0,80}".prop_map(String::into_bytes),
        ]) {
            let mut total = 0;
            for piece in safe::decode(&text) {
                total += piece.width;
                for offset in piece.bytes.clone() {
                    prop_assert_eq!(piece_start(&text, offset), piece.bytes.start);
                    prop_assert_eq!(piece_end(&text, offset), piece.bytes.end);
                }
            }
            prop_assert_eq!(columns(&text), total);
            prop_assert_eq!(piece_start(&text, text.len() + 1), text.len());
            prop_assert_eq!(piece_end(&text, text.len()), text.len());
        }
    }
}
