//! Appends received bytes: to memory while there is a budget for it, then to a temporary
//! file without a name.
//!
//! Owns when bytes go where. Where they lie is [`super::store`]'s.

use std::fs::File;
use std::io::{self, IoSlice};
use std::sync::Arc;

use super::disk;
use super::store::{Memory, Store};

/// Bytes of a piece of memory, and of a write to the file: a larger write is no faster.
const PIECE: usize = 256 * 1024;
/// So many bytes go to the file at once: to copy them costs more than a write saves.
const WHOLE: usize = 64 * 1024;
/// Bytes of a store's first piece: most exchanges are smaller.
const FIRST_PIECE: usize = 4 * 1024;

/// The writing side; there is one. Each byte is copied once, into memory or by the
/// kernel into the file; nothing that is kept is ever moved.
#[derive(Debug)]
pub struct Writer {
    store: Store,
    /// The memory's budget is used up: the tail gathers bytes for the file.
    spilling: bool,
    /// Set by the first error: the bytes that did not fit are lost, and what came after
    /// them would stand at wrong offsets.
    failed: Option<io::ErrorKind>,
    /// Makes the file.
    open: fn() -> io::Result<File>,
}

impl Writer {
    pub fn new(memory: &Memory) -> Writer {
        Writer {
            store: Store::new(memory),
            spilling: false,
            failed: None,
            open: tempfile::tempfile,
        }
    }

    pub fn store(&self) -> Store {
        self.store.clone()
    }

    /// So many more bytes are announced. Where memory has no room for all of them and the
    /// disk has, the file takes them from here on: a fresh page of memory costs the kernel
    /// more than to write what would lie in it.
    pub fn expect(&mut self, bytes: u64) {
        let left = self.store.memory().left();
        let there_is_room = || disk::free(&std::env::temp_dir()) >= Some(bytes);
        if self.spilling || bytes <= left || !there_is_room() {
            return;
        }
        // Where no file can be made, that is said once memory is full.
        let Ok(file) = (self.open)() else { return };
        let mut state = self.store.state();
        state.file = Some(Arc::new(file));
        state.next_tail(PIECE);
        self.spilling = true;
    }

    /// Readable at once, whatever its size.
    ///
    /// # Errors
    /// The temporary file cannot be made or is full; what fitted is kept, and
    /// [`Store::len`] says how much that is. Nothing more is taken after an error.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        // No step is longer than a piece, so that no lock is held for long.
        for bytes in bytes.chunks(PIECE) {
            if let Some(kind) = self.failed {
                return Err(kind.into());
            }
            let in_memory = self.append_to_memory(bytes);
            self.append_to_file(&bytes[in_memory..])
                .inspect_err(|err| self.failed = Some(err.kind()))?;
        }
        Ok(())
    }

    /// Answers how many bytes found room.
    fn append_to_memory(&mut self, bytes: &[u8]) -> usize {
        let mut done = 0;
        while done < bytes.len() && !self.spilling {
            let mut state = self.store.state();
            if state.tail.len() == state.tail.capacity() {
                // 4, 12, 48, 192, 256, 256 … KiB: a small body stays small, a large one
                // is in pieces of one size from 256 KiB on.
                let so_far = usize::try_from(state.len()).unwrap_or(usize::MAX);
                let size = so_far.saturating_mul(3).clamp(FIRST_PIECE, PIECE);
                self.spilling = !self.store.memory().take(size);
                state.next_tail(if self.spilling { PIECE } else { size });
                if self.spilling {
                    break;
                }
                state.taken += size as u64;
            }
            let capacity = state.tail.capacity();
            let taken = state.fill_tail(&bytes[done..], capacity);
            state.index.add(&bytes[done..done + taken]);
            done += taken;
        }
        done
    }

    /// Gathers bytes in the tail until they make a piece, then writes both, the new
    /// bytes from where they are.
    fn append_to_file(&self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut state = self.store.state();
        if bytes.len() < WHOLE && state.tail.len() + bytes.len() < PIECE {
            state.fill_tail(bytes, PIECE);
            state.index.add(bytes);
            return Ok(());
        }
        let tail = Arc::clone(&state.tail);
        let file = state.file.clone();
        drop(state);

        let file = file.map_or_else(|| (self.open)().map(Arc::new), Ok);
        let (written, result) = match &file {
            Ok(file) => disk::write_all(
                &mut &**file,
                &mut [IoSlice::new(&tail), IoSlice::new(bytes)],
            ),
            Err(err) => (0, Err(io::Error::new(err.kind(), err.to_string()))),
        };
        let tail_written = written.min(tail.len());
        let bytes_written = written - tail_written;
        drop(tail);

        let mut state = self.store.state();
        state.file = file.ok();
        state.in_file += written as u64;
        Arc::make_mut(&mut state.tail).drain(..tail_written);
        // All was written, or the tail takes what it has room for: both leave no gap.
        let kept = state.fill_tail(&bytes[bytes_written..], PIECE);
        state.index.add(&bytes[..bytes_written + kept]);
        result.map_err(in_words)
    }
}

/// What failed, and what to try.
fn in_words(err: io::Error) -> io::Error {
    let err = disk::explain(err, &std::env::temp_dir());
    let words = format!("{err} (what fitted is kept; try another $TMPDIR)");
    io::Error::new(err.kind(), words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Window;

    /// Bytes whose value tells their offset.
    fn pattern(from: u64, len: usize) -> Vec<u8> {
        (from..from + len as u64)
            .map(|at| (at % 251) as u8)
            .collect()
    }

    fn append_all(writer: &mut Writer, sizes: &[usize]) -> u64 {
        let mut at = 0;
        for &size in sizes {
            writer.append(&pattern(at, size)).unwrap();
            at += size as u64;
        }
        at
    }

    #[test]
    fn what_is_appended_is_read_wherever_it_lies() {
        let sizes = [1, 100, 4096, 65_536, 262_144, 300_000, 7, 1_000_000, 65_000];
        for budget in [0, 5000, 300_000, 1 << 30] {
            let mut writer = Writer::new(&Memory::new(budget));
            let len = append_all(&mut writer, &sizes);
            let store = writer.store();
            assert_eq!(store.len(), len);
            for (offset, want) in [
                (0, 10),
                (4090, 20),
                (16_380, 10),
                (262_100, 100_000),
                (0, len as usize + 9),
                (len - 3, 3),
            ] {
                let mut buf = vec![0; want];
                let n = store.read_at(offset, &mut buf).unwrap();
                assert_eq!(n as u64, (want as u64).min(len - offset));
                assert!(buf[..n] == pattern(offset, n), "{budget} {offset} {want}");
            }
            assert_eq!(store.read_at(len, &mut [0]).unwrap(), 0);
            assert_eq!(store.read_at(u64::MAX, &mut [0; 2]).unwrap(), 0);
        }
    }

    #[test]
    fn what_is_announced_and_too_large_for_memory_leaves_it_alone() {
        let nowhere = || Err(io::ErrorKind::PermissionDenied.into());
        for (open, announced, taken) in [
            (None, (1 << 20) - (4 << 10), 1 << 20),
            (None, 1 << 20, 4 << 10),
            // More than any disk has; no file to be had.
            (None, u64::MAX, 1 << 20),
            (Some(nowhere as fn() -> _), 2 << 20, 1 << 20),
        ] {
            let memory = Memory::new(1 << 20);
            let mut writer = Writer::new(&memory);
            writer.open = open.unwrap_or(writer.open);
            let mut at = append_all(&mut writer, &[100]);
            writer.expect(announced);
            for size in [1000, WHOLE, 5, PIECE, 900 << 10] {
                if writer.append(&pattern(at, size)).is_ok() {
                    at += size as u64;
                }
            }
            let store = writer.store();
            assert!(store.len() >= at.min(1 << 20));
            let mut all = vec![0; usize::try_from(at).unwrap()];
            assert_eq!(store.read_at(0, &mut all).unwrap(), all.len());
            assert!(all == pattern(0, all.len()));
            let left = memory.left();
            assert_eq!((1 << 20) - left, taken, "{announced}");
        }
    }

    #[test]
    fn memory_is_drawn_in_classes_and_given_back() {
        let memory = Memory::new(1 << 20);
        for (bytes, taken) in [
            (0, 0),
            (100, 4 << 10),
            (5000, 16 << 10),
            (200 << 10, 256 << 10),
            (300 << 10, 512 << 10),
            (9 << 20, 1 << 20),
        ] {
            let mut writer = Writer::new(&memory);
            writer.append(&vec![0; bytes]).unwrap();
            assert_eq!((1 << 20) - memory.left(), taken, "{bytes}");
        }
        assert_eq!(memory.left(), 1 << 20);
    }

    #[test]
    fn a_window_is_cut_at_both_ends() {
        let mut writer = Writer::new(&Memory::new(1 << 20));
        writer.append(b"head|body|more").unwrap();
        let window = |start, len| Window {
            store: writer.store(),
            start,
            len,
        };
        for (start, len, offset, want) in [
            (5, 4, 0, "body"),
            (5, 4, 2, "dy"),
            (5, 4, 4, ""),
            (5, 4, 9, ""),
            (10, 99, 0, "more"),
            (99, 4, 0, ""),
            (u64::MAX, u64::MAX, 3, ""),
        ] {
            let bytes = window(start, len).read(offset, 100).unwrap();
            assert_eq!(bytes, want.as_bytes());
        }
    }

    #[test]
    fn readers_see_a_whole_prefix_while_the_writer_appends() {
        let mut writer = Writer::new(&Memory::new(700_000));
        let store = writer.store();
        let total = 3_000_000;
        let reader = std::thread::spawn(move || {
            let mut len = 0;
            while len < total {
                len = store.len();
                let from = len.saturating_sub(70_000);
                let mut buf = vec![0; (len - from) as usize];
                assert_eq!(store.read_at(from, &mut buf).unwrap(), buf.len());
                assert!(buf == pattern(from, buf.len()), "{from} to {len}");
                std::thread::yield_now();
            }
        });
        let mut at = 0;
        while at < total {
            let size = ((at * 7919) % 90_000 + 1).min(total - at) as usize;
            writer.append(&pattern(at, size)).unwrap();
            at += size as u64;
        }
        reader.join().unwrap();
    }

    #[test]
    fn a_file_that_takes_nothing_costs_only_what_does_not_fit() {
        let mut writer = Writer::new(&Memory::new(4096));
        // Opened for reading, so that each write fails: as a full disk, everywhere.
        writer.open = || File::open("/dev/null");
        let bytes = pattern(0, 1_000_000);
        let err = writer.append(&bytes).unwrap_err();
        let words = "(what fitted is kept; try another $TMPDIR)";
        assert!(err.to_string().ends_with(words), "{err}");
        let store = writer.store();
        let kept = store.len();
        assert_eq!(kept, PIECE as u64, "the step that failed is kept");
        let mut buf = vec![0; kept as usize];
        assert_eq!(store.read_at(0, &mut buf).unwrap(), buf.len());
        assert!(buf == bytes[..buf.len()]);
        assert!(writer.append(b"more").is_err());
        assert_eq!(store.len(), kept);
    }
}
