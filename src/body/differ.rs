//! The first byte in which two bodies differ.
//!
//! Owns the walk over both, a piece at a time. What they mean is nobody's business here.

use std::io;

use super::Window;

/// Bytes of each that are held at once.
const PIECE: usize = 256 * 1024;

/// How far two bodies are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    /// Every byte of both.
    All,
    /// The bytes before this offset; there they differ, or one has ended.
    Until(u64),
}

/// Compares what is there of both. `wanted` is told after each piece how many bytes are
/// the same so far, and answers whether anyone still waits; `None`: nobody did.
///
/// # Errors
/// A temporary file cannot be read.
pub fn compare(
    [a, b]: [&Window; 2],
    mut wanted: impl FnMut(u64) -> bool,
) -> io::Result<Option<Same>> {
    let both = a.there().min(b.there());
    let (mut of_a, mut of_b) = (vec![0; PIECE], vec![0; PIECE]);
    let mut at = 0;
    while at < both {
        let most = usize::try_from(both - at).map_or(PIECE, |left| left.min(PIECE));
        // Less than asked would only come of a store that lost bytes: the end of both.
        let read = a.read_at(at, &mut of_a[..most])?;
        let read = b.read_at(at, &mut of_b[..read])?;
        let (of_a, of_b) = (&of_a[..read], &of_b[..read]);
        if of_a != of_b {
            let same = of_a.iter().zip(of_b).take_while(|(a, b)| a == b).count();
            return Ok(Some(Same::Until(at + same as u64)));
        }
        at += read as u64;
        if read == 0 {
            break;
        }
        if !wanted(at) {
            return Ok(None);
        }
    }
    Ok(Some(match a.there() == b.there() {
        true => Same::All,
        false => Same::Until(at),
    }))
}

/// Whether bytes from inside a body read as text: UTF-8 with no control but white space.
/// A character that either end cuts is none that speaks against it.
pub fn is_text(bytes: &[u8]) -> bool {
    let cut = bytes
        .iter()
        .take(3)
        .take_while(|&&byte| byte & 0xc0 == 0x80);
    let bytes = &bytes[cut.count()..];
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(err) if err.error_len().is_some() => return false,
        Err(err) => std::str::from_utf8(&bytes[..err.valid_up_to()]).unwrap_or_default(),
    };
    !text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Memory, Writer};

    fn window(bytes: &[u8]) -> Window {
        let mut writer = Writer::new(&Memory::new(1 << 20));
        writer.append(bytes).unwrap();
        Window::whole(&writer.store())
    }

    #[test]
    fn the_first_difference() {
        for (a, b, want) in [
            ("", "", Same::All),
            ("one", "one", Same::All),
            ("", "one", Same::Until(0)),
            ("one", "ane", Same::Until(0)),
            ("one", "onE", Same::Until(2)),
            ("one", "one ", Same::Until(3)),
            ("one two", "one", Same::Until(3)),
        ] {
            let (a, b) = (window(a.as_bytes()), window(b.as_bytes()));
            assert_eq!(compare([&a, &b], |_| true).unwrap(), Some(want));
        }
    }

    /// In memory and beyond it, at the edges of the pieces.
    #[test]
    fn a_byte_anywhere() {
        let long = vec![b'.'; 8 * PIECE + 7];
        let a = window(&long);
        for at in [0, PIECE - 1, PIECE, 5 * PIECE, long.len() - 1] {
            let mut other = long.clone();
            other[at] = b'x';
            let found = compare([&a, &window(&other)], |_| true).unwrap();
            assert_eq!(found, Some(Same::Until(at as u64)));
        }
        assert_eq!(compare([&a, &a], |_| true).unwrap(), Some(Same::All));
    }

    #[test]
    fn nobody_waits_any_more() {
        let a = window(&vec![b'.'; 4 * PIECE]);
        let mut told = Vec::new();
        let found = compare([&a, &a], |same| {
            told.push(same);
            told.len() < 2
        });
        assert_eq!(found.unwrap(), None);
        assert_eq!(told, [PIECE as u64, 2 * PIECE as u64]);
    }

    #[test]
    fn text_or_not() {
        for (bytes, want) in [
            (&b""[..], true),
            (b"one\r\n\ttwo", true),
            ("日本".as_bytes(), true),
            (&"日本".as_bytes()[1..5], true),
            (b"one\0", false),
            (b"\x1b[31m", false),
            (b"a\xffb", false),
            (b"\x80\x80\x80\x80", false),
        ] {
            assert_eq!(is_text(bytes), want, "{bytes:?}");
        }
    }
}
