//! The sparse line index: how many LFs lie before each 64 KiB block, and where the last
//! of them is.
//!
//! Owns what is counted, while the bytes are hot: 16 bytes per 64 KiB. What a line number
//! is, [`super::lines`] makes of it.

use memchr::{memchr_iter, memrchr};

/// Bytes that one entry of the index speaks for.
pub(super) const BLOCK: u64 = 64 * 1024;

/// Built beside the bytes, by the writer.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// At the end of each full block: `ends[i]` speaks for the bytes `0..(i + 1) * BLOCK`.
    ends: Vec<Lfs>,
    pub(super) so_far: Lfs,
    /// Bytes so far.
    pub(super) len: u64,
}

/// The LFs in some first bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lfs {
    pub(super) count: u64,
    /// The offset behind the last one; 0: there is none.
    pub(super) end: u64,
}

impl Index {
    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = (BLOCK - self.len % BLOCK) as usize;
            let (now, rest) = bytes.split_at(room.min(bytes.len()));
            self.so_far.count += count(now);
            if let Some(last) = memrchr(b'\n', now) {
                self.so_far.end = self.len + last as u64 + 1;
            }
            self.len += now.len() as u64;
            if self.len.is_multiple_of(BLOCK) {
                self.ends.push(self.so_far);
            }
            bytes = rest;
        }
    }

    /// LFs before block `block`, or so far where that has not begun.
    pub(super) fn before(&self, block: u64) -> Lfs {
        let at = usize::try_from(block).unwrap_or(usize::MAX);
        match at.checked_sub(1) {
            Some(previous) => self.ends.get(previous).copied().unwrap_or(self.so_far),
            None => Lfs::default(),
        }
    }

    /// The block that holds LF number `n` (from 0), and how many LFs lie before it.
    pub(super) fn block_of(&self, n: u64) -> Option<(u64, u64)> {
        let block = self.ends.partition_point(|lfs| lfs.count <= n) as u64;
        (n < self.so_far.count).then(|| (block, self.before(block).count))
    }
}

pub(super) fn count(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_small() {
        let mut index = Index::default();
        index.add(&vec![b'\n'; 10 << 20]);
        assert!(index.ends.len() * size_of::<Lfs>() * 500 <= 10 << 20);
    }
}
