//! Lines of a store and of a window, by the sparse index.
//!
//! Owns line numbers, and what of lines is known without reading. A line ends with its LF;
//! what follows the last LF is a line too, when there is anything. A look-up of a number
//! reads at most one block at each end of its window.

use std::io;
use std::ops::Range;

use memchr::memchr_iter;

use super::index::{BLOCK, count};
use super::store::{Store, Window};

impl Store {
    /// LFs before `offset`.
    fn lfs_before(&self, offset: u64) -> io::Result<u64> {
        let block = offset / BLOCK;
        let (before, len, lfs) = {
            let index = &self.state().index;
            (index.before(block).count, index.len, index.so_far.count)
        };
        if offset >= len {
            return Ok(lfs);
        }
        // Less than a block, so it fits.
        let mut bytes = vec![0; (offset % BLOCK) as usize];
        let n = self.read_at(block * BLOCK, &mut bytes)?;
        Ok(before + count(&bytes[..n]))
    }

    /// The offset of LF number `n`, from 0.
    fn lf(&self, n: u64) -> io::Result<Option<u64>> {
        let Some((block, before)) = self.state().index.block_of(n) else {
            return Ok(None);
        };
        let mut bytes = vec![0; BLOCK as usize];
        let len = self.read_at(block * BLOCK, &mut bytes)?;
        let nth = usize::try_from(n - before).unwrap_or(usize::MAX);
        let at = memchr_iter(b'\n', &bytes[..len]).nth(nth);
        Ok(at.map(|at| block * BLOCK + at as u64))
    }
}

impl Window {
    /// Lines that have begun.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn line_count(&self) -> io::Result<u64> {
        let there = self.there();
        let Some(last) = there.checked_sub(1) else {
            return Ok(0);
        };
        let unended = self.read(last, 1)? != b"\n";
        Ok(self.line_of(there)? + u64::from(unended))
    }

    /// The offset of line `n`'s first byte, from 0; `None` when it has not begun.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn line_start(&self, n: u64) -> io::Result<Option<u64>> {
        let Some(previous) = n.checked_sub(1) else {
            return Ok((self.there() > 0).then_some(0));
        };
        let first = self.store.lfs_before(self.start)?;
        let lf = self.store.lf(first.saturating_add(previous))?;
        Ok(lf
            .map(|lf| lf + 1 - self.start)
            .filter(|&next| next < self.there()))
    }

    /// The bytes before `offset` that are in one block of the index with the last of them.
    pub fn block(&self, offset: u64) -> Range<u64> {
        let last = self.start.saturating_add(offset).saturating_sub(1);
        (last - last % BLOCK).saturating_sub(self.start)..offset
    }

    /// Is there an LF in the blocks of this range? Nothing is read.
    pub fn may_hold_lf(&self, range: &Range<u64>) -> bool {
        let block = |offset: u64| self.start.saturating_add(offset) / BLOCK;
        let Some(last) = range.end.checked_sub(1).filter(|_| !range.is_empty()) else {
            return false;
        };
        let index = &self.store.state().index;
        index.before(block(range.start)).count < index.before(block(last) + 1).count
    }

    /// The last LF before the block that begins at `offset`. Nothing is read.
    pub fn lf_before(&self, offset: u64) -> Option<u64> {
        let block = self.start.saturating_add(offset) / BLOCK;
        let end = self.store.state().index.before(block).end;
        end.checked_sub(1)?.checked_sub(self.start)
    }

    /// The number of the line, from 0, that holds the byte at `offset`.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn line_of(&self, offset: u64) -> io::Result<u64> {
        let at = self.start.saturating_add(offset.min(self.there()));
        Ok(self.store.lfs_before(at)? - self.store.lfs_before(self.start)?)
    }
}

#[cfg(test)]
mod tests {
    use memchr::memrchr;

    use super::*;
    use crate::body::{Memory, Writer};

    /// Lines of growing length, 400 KiB of them: several blocks.
    fn text() -> Vec<u8> {
        let mut text = Vec::new();
        for n in 0.. {
            text.extend(std::iter::repeat_n(b'x', n % 300));
            text.push(b'\n');
            if text.len() > 400 * 1024 {
                text.extend(b"the end");
                return text;
            }
        }
        text
    }

    #[test]
    fn lines_are_where_a_plain_count_finds_them() {
        let text = text();
        let mut writer = Writer::new(&Memory::new(100_000));
        for piece in text.chunks(7001) {
            writer.append(piece).unwrap();
        }
        for (start, len) in [
            (0, text.len()),
            (0, 70_000),
            (65_536, 65_536),
            (100_001, 200_003),
            (300_000, text.len()),
            (text.len(), 5),
        ] {
            let window = Window {
                store: writer.store(),
                start: start as u64,
                len: len as u64,
            };
            let bytes = &text[start..(start + len).min(text.len())];
            let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
            assert_eq!(window.line_count().unwrap(), lines.len() as u64);
            let mut at = 0;
            for (n, line) in lines.iter().enumerate() {
                let n = n as u64;
                assert_eq!(window.line_start(n).unwrap(), Some(at));
                assert_eq!(window.line_of(at).unwrap(), n);
                at += line.len() as u64;
                assert_eq!(window.line_of(at - 1).unwrap(), n);
            }
            assert_eq!(window.line_start(lines.len() as u64).unwrap(), None);
            assert_eq!(window.line_start(u64::MAX).unwrap(), None);
            for offset in (0..=bytes.len()).step_by(997) {
                let block = window.block(offset as u64);
                let from = block.start as usize;
                let last = memrchr(b'\n', &bytes[..from]).map(|lf| lf as u64);
                assert_eq!(window.lf_before(block.start), last, "{offset}");
                let held = memrchr(b'\n', &bytes[from..offset]).is_some();
                assert!(window.may_hold_lf(&block) || !held, "{offset}");
            }
        }
    }

    #[test]
    fn what_is_known_without_reading() {
        let mut writer = Writer::new(&Memory::new(1 << 20));
        let line = vec![b'x'; 3 * BLOCK as usize];
        writer
            .append(&[b"a\nb\n", &line[..], b"\nend"].concat())
            .unwrap();
        let store = writer.store();
        let window = |start| Window {
            store: store.clone(),
            start,
            len: store.len() - start,
        };
        for (start, offset, block, may, before) in [
            (0, 10, 0..10, true, None),
            (0, BLOCK + 9, BLOCK..BLOCK + 9, false, Some(3)),
            (0, 3 * BLOCK, 2 * BLOCK..3 * BLOCK, false, Some(3)),
            (2, BLOCK + 9, BLOCK - 2..BLOCK + 9, false, Some(1)),
            (4, BLOCK + 9, BLOCK - 4..BLOCK + 9, false, None),
            (0, 3 * BLOCK + 8, 3 * BLOCK..3 * BLOCK + 8, true, Some(3)),
            (0, 0, 0..0, false, None),
        ] {
            let window = window(start);
            assert_eq!(window.block(offset), block, "{start} {offset}");
            assert_eq!(window.may_hold_lf(&block), may, "{start} {offset}");
            assert_eq!(window.lf_before(block.start), before, "{start} {offset}");
        }
    }
}
