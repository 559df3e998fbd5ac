//! The append-only store of received bytes: memory up to a cap, then a temporary file
//! without a name.

use std::io;

/// Bytes of memory left to a group of stores, shared.
#[derive(Clone, Debug)]
pub struct Memory {}

impl Memory {
    pub fn new(bytes: u64) -> Memory {
        let _ = bytes;
        Memory {}
    }
}

/// The reading side; clones read the same bytes. All methods may be called while the
/// writer appends, from any thread.
#[derive(Clone, Debug, Default)]
pub struct Store {}

/// The writing side; there is one.
#[derive(Debug)]
pub struct Writer {}

/// A part of a store, read by its own offsets: a body in the wire's bytes.
#[derive(Clone, Debug, Default)]
pub struct Window {
    pub store: Store,
    pub start: u64,
    pub len: u64,
}

impl Store {
    pub fn len(&self) -> u64 {
        0
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads what there is at `offset`, at most `buf.len()` bytes; short only at the
    /// end of the store.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let _ = (offset, buf);
        Ok(0)
    }
}

impl Writer {
    pub fn new(memory: &Memory) -> Writer {
        let _ = memory;
        Writer {}
    }

    pub fn store(&self) -> Store {
        Store::default()
    }

    /// # Errors
    /// The temporary file cannot be made or is full; what fitted is kept.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let _ = bytes;
        Ok(())
    }
}

impl Window {
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.len.saturating_sub(offset);
        let want = usize::try_from(left).map_or(buf.len(), |left| left.min(buf.len()));
        self.store.read_at(self.start + offset, &mut buf[..want])
    }
}
