//! Small pieces, one after the other in one piece of memory.
//!
//! Owns how they are copied. What becomes of them is [`super::events`]'s.

use std::ops::Range;

/// So many bytes are copied at once, whatever a piece's length: two moves, where a call of
/// `memcpy()` takes as long as all else that is done with a chunk (3 ns).
const AT_ONCE: usize = 32;
/// Bytes at most: they stay in the cache nearest to the processor.
const ROOM: usize = 32 * 1024;

#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Empty, or [`ROOM`] and [`AT_ONCE`] long, so that the last piece may be copied so, too.
    bytes: Vec<u8>,
    len: usize,
}

impl Gathered {
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn has_room_for(&self, bytes: usize) -> bool {
        bytes <= ROOM - self.len
    }

    /// A part of `whole`, where there is room for it. What is copied beyond its end, the
    /// next piece overwrites.
    #[inline]
    pub fn push(&mut self, whole: &[u8], part: Range<usize>) {
        if self.bytes.is_empty() {
            self.bytes.resize(ROOM + AT_ONCE, 0);
        }
        let len = part.len();
        let from = whole.get(part.start..).unwrap_or_default();
        let to = self.bytes.get_mut(self.len..).unwrap_or_default();
        match (from.first_chunk::<AT_ONCE>(), to.first_chunk_mut()) {
            (Some(from), Some(to)) if len <= AT_ONCE => *to = *from,
            _ => to[..len].copy_from_slice(&from[..len]),
        }
        self.len += len;
    }

    /// All of them; none are left.
    pub fn take(&mut self) -> &[u8] {
        let len = std::mem::take(&mut self.len);
        &self.bytes[..len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_length_stand_side_by_side() {
        let whole: Vec<u8> = (0..=u8::MAX).cycle().take(2 * ROOM).collect();
        let mut gathered = Gathered::default();
        for len in (1..=AT_ONCE + 1).chain([500, ROOM - 1, ROOM]) {
            let mut want = Vec::new();
            let mut at = 0;
            while gathered.has_room_for(len) {
                gathered.push(&whole, at..at + len);
                want.extend_from_slice(&whole[at..at + len]);
                // Now and then where fewer than AT_ONCE bytes are left behind it.
                at = (at + 7 * len + 1) % (whole.len() - len + 1);
            }
            assert!(!gathered.is_empty());
            assert_eq!(gathered.take(), want, "pieces of {len}");
            assert!(gathered.is_empty());
        }
    }
}
