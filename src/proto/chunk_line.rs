//! A chunk's size line, RFC 9112 section 7.1: digits, extensions, and what stands there
//! instead.
//!
//! Owns one line's meaning; where lines begin and end is [`super::chunked`]'s.

use super::emit::Emit;
use super::fields::{inspect, name_len, strip_line_end};
use super::{Output, text};
use crate::anomaly::Kind as Deviation;

/// The common size line, digits and CR LF alone: its size and length. 16 digits are at
/// most 2^64 - 1. A scan by hand: memchr is slower on lines this short.
#[inline]
pub(super) fn plain_size(rest: &[u8]) -> Option<(u64, usize)> {
    let mut size = 0;
    let mut digits = 0;
    for &byte in rest.iter().take(17) {
        let digit = HEX[usize::from(byte)];
        if digit > 15 {
            break;
        }
        size = size << 4 | u64::from(digit);
        digits += 1;
    }
    let ends = matches!(rest.get(digits..), Some([b'\r', b'\n', ..]));
    (ends && (1..=16).contains(&digits)).then_some((size, digits + 2))
}

/// The plain size line read last. Most bodies come in chunks of one size: where the next
/// line is the same, its size is known before its digits are read, and the processor goes
/// on to the chunk behind it meanwhile. A chunk of 16 bytes costs half of what it did.
#[derive(Default)]
pub(super) struct LastLine {
    /// Its bytes as a number, `mask` bits of 8 of them; a longer one is not kept.
    bytes: u64,
    mask: u64,
    size: u64,
    len: usize,
}

impl LastLine {
    /// As [`plain_size`].
    #[inline]
    pub fn plain_size(&mut self, rest: &[u8]) -> Option<(u64, usize)> {
        let Some(bytes) = rest.first_chunk().copied().map(u64::from_le_bytes) else {
            return plain_size(rest);
        };
        if self.mask == 0 || bytes & self.mask != self.bytes {
            let (size, len) = plain_size(rest)?;
            self.mask = match len {
                1..=8 => u64::MAX >> (64 - 8 * len),
                _ => 0,
            };
            (self.bytes, self.size, self.len) = (bytes & self.mask, size, len);
        }
        Some((self.size, self.len))
    }
}

/// The value of a hexadecimal digit; 255 for every other byte.
const HEX: [u8; 256] = {
    let mut hex = [255; 256];
    let mut value = 0;
    while value < 16 {
        hex[b"0123456789abcdef"[value] as usize] = value as u8;
        hex[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    hex
};

/// `1*HEXDIG [ chunk-ext ] CRLF`, RFC 9112 sections 7.1 and 7.1.1: the size, and the
/// extensions from the first `;` on as they came.
pub(super) fn parse_size<O: Output>(
    line: &[u8],
    offset: u64,
    emit: &mut Emit<'_, O>,
) -> Result<(u64, Box<str>), Deviation> {
    let (content, bare_lf) = strip_line_end(line);
    let spaces = |bytes: &[u8]| {
        bytes
            .iter()
            .take_while(|&&b| matches!(b, b' ' | b'\t' | b'\r'))
            .count()
    };
    let before = spaces(content);
    let after_spaces = &content[before..];
    let digits = (after_spaces.iter())
        .take_while(|&&byte| HEX[usize::from(byte)] < 16)
        .count();
    let (digits, rest) = after_spaces.split_at(digits);
    if digits.is_empty() {
        return Err(Deviation::BadChunkSize);
    }
    let after = spaces(rest);
    // `3x`: a size in other digits, or junk; `3 x` and `3;x` are a size and something.
    if after == 0 && !matches!(rest, [] | [b';', ..]) {
        return Err(Deviation::BadChunkSize);
    }
    let mut size: u64 = 0;
    for &digit in digits {
        if size >> 60 != 0 {
            return Err(Deviation::ChunkSizeOverflow);
        }
        size = size << 4 | u64::from(HEX[usize::from(digit)]);
    }

    inspect(content, offset, emit);
    let size_end = offset + (before + digits.len()) as u64;
    if before > 0 {
        emit.anomaly(Deviation::ChunkSizeSpace, offset, "");
    } else if after > 0 {
        emit.anomaly(Deviation::ChunkSizeSpace, size_end, "");
    }
    let extensions = &rest[after..];
    if !are_extensions(extensions) {
        let at = size_end + after as u64;
        emit.anomaly(Deviation::BadChunkExtension, at, text(extensions));
    }
    if bare_lf {
        emit.anomaly(
            Deviation::BareLf,
            offset + content.len() as u64,
            "after a chunk's size",
        );
    }
    Ok((size, text(extensions).into_boxed_str()))
}

/// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`
fn are_extensions(bytes: &[u8]) -> bool {
    let skip = |rest: &mut &[u8]| *rest = rest.trim_ascii_start();
    let mut rest = bytes;
    loop {
        skip(&mut rest);
        let [b';', after @ ..] = rest else {
            return rest.is_empty();
        };
        rest = after;
        skip(&mut rest);
        let name = name_len(rest);
        rest = &rest[name..];
        skip(&mut rest);
        let mut value = 1;
        if let [b'=', after @ ..] = rest {
            rest = after;
            skip(&mut rest);
            value = match rest.first() {
                Some(b'"') => quoted_len(rest),
                _ => name_len(rest),
            };
            rest = &rest[value..];
        }
        if name == 0 || value == 0 {
            return false;
        }
    }
}

/// Bytes of the quoted string at the beginning; 0 where its end is missing.
fn quoted_len(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_like_the_last_is_read_as_any_other() {
        let lines = [
            "a\r\n0123456789\r\n",
            "a\r\n",
            "",
            "a\r\nx",
            "aa\r\n0123456789",
            "a\r\n0123456789",
            "a\n\n0123456789",
            "0000a0\r\n",
            "0000a0\r\n0123456789",
            "0000000a0\r\n0123456789",
            "0000000a0\r\n",
            "1\r\nx\r\n",
            "",
            "0\r\n\r\n",
        ];
        // Each behind each.
        for first in lines {
            for second in lines {
                let mut last = LastLine::default();
                for line in [first, second, second] {
                    let line = line.as_bytes();
                    assert_eq!(
                        last.plain_size(line),
                        plain_size(line),
                        "{first:?} {line:?}"
                    );
                }
            }
        }
    }
}
