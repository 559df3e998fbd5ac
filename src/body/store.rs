//! The append-only store of received bytes: memory up to a cap, then a temporary file
//! without a name.
//!
//! Owns the bytes. It knows nothing of what they mean; the line index beside them is
//! [`super::index`]'s; what is appended, and when it goes where, [`super::writer`]'s.
//!
//! One lock guards the list of pieces and the tail. It is held for a copy of at most
//! 256 KiB, never for a disk read or write: full pieces are shared by count, and the
//! file is read and written at offsets that never change.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::index::Index;

/// Bytes of memory left to a group of stores, shared. A store gives back what it took
/// when its last clone goes.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    left: Arc<AtomicU64>,
}

impl Memory {
    pub fn new(bytes: u64) -> Memory {
        Memory {
            left: Arc::new(AtomicU64::new(bytes)),
        }
    }

    /// Bytes not yet taken.
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    pub(super) fn take(&self, bytes: usize) -> bool {
        let less = |left: u64| left.checked_sub(bytes as u64);
        // Only the number itself is shared: no other memory hangs on its order.
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }
}

/// The reading side; clones read the same bytes. All methods may be called while the
/// writer appends, from any thread.
#[derive(Clone, Debug, Default)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    memory: Memory,
}

/// Bytes lie in this order: `pieces`, `file`, `tail`.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Full pieces of memory, each with the offset of its first byte, ascending.
    pieces: Vec<(u64, Arc<Vec<u8>>)>,
    in_pieces: u64,
    pub(super) file: Option<Arc<File>>,
    pub(super) in_file: u64,
    /// The last bytes, `len() <= capacity()`: it is never grown. Shared only with the
    /// writer, while it writes it to the file.
    pub(super) tail: Arc<Vec<u8>>,
    /// Bytes taken from the memory's budget.
    pub(super) taken: u64,
    pub(super) index: Index,
}

/// Where some bytes lie, so that they can be copied after the lock is gone.
enum Place {
    Piece(Arc<Vec<u8>>, usize),
    /// The file, the offset in it, how many bytes follow there.
    File(Arc<File>, u64, u64),
    Copied(usize),
}

impl Store {
    pub(super) fn new(memory: &Memory) -> Store {
        Store {
            shared: Arc::new(Shared {
                state: Mutex::default(),
                memory: memory.clone(),
            }),
        }
    }

    pub(super) fn memory(&self) -> &Memory {
        &self.shared.memory
    }

    pub fn len(&self) -> u64 {
        self.state().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Both read what one writer writes.
    pub fn is(&self, other: &Store) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Reads what there is at `offset`, at most `buf.len()` bytes; short only at the
    /// end of the store.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            match self.read_some(offset.saturating_add(done as u64), &mut buf[done..])? {
                0 => break,
                n => done += n,
            }
        }
        Ok(done)
    }

    /// As much as lies in one place; 0 at the end.
    fn read_some(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let place = self.state().place(offset, buf);
        match place {
            Place::Copied(n) => Ok(n),
            Place::Piece(piece, at) => Ok(copy(&piece[at..], buf)),
            Place::File(file, at, there) => {
                let n = usize::try_from(there).map_or(buf.len(), |there| there.min(buf.len()));
                file.read_exact_at(&mut buf[..n], at)?;
                Ok(n)
            }
        }
    }

    /// An append is a sequence of steps each of which leaves the state whole, so a panic
    /// in another thread leaves nothing to mistrust.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub(super) fn len(&self) -> u64 {
        self.in_pieces + self.in_file + self.tail.len() as u64
    }

    fn place(&self, offset: u64, buf: &mut [u8]) -> Place {
        if offset < self.in_pieces {
            let after = self.pieces.partition_point(|&(start, _)| start <= offset);
            let (start, piece) = &self.pieces[after - 1];
            // Less than the piece's length, so it fits.
            return Place::Piece(Arc::clone(piece), (offset - start) as usize);
        }
        let offset = offset - self.in_pieces;
        match &self.file {
            Some(file) if offset < self.in_file => {
                Place::File(Arc::clone(file), offset, self.in_file - offset)
            }
            _ => {
                let at = usize::try_from(offset - self.in_file).unwrap_or(usize::MAX);
                Place::Copied(copy(self.tail.get(at..).unwrap_or_default(), buf))
            }
        }
    }

    /// Puts the full tail among the pieces and begins another.
    pub(super) fn next_tail(&mut self, capacity: usize) {
        let full = std::mem::replace(&mut self.tail, Arc::new(Vec::with_capacity(capacity)));
        if !full.is_empty() {
            let start = self.in_pieces;
            self.in_pieces += full.len() as u64;
            self.pieces.push((start, full));
        }
    }

    /// Copies as many of the bytes as the tail has room for; answers how many.
    pub(super) fn fill_tail(&mut self, bytes: &[u8], capacity: usize) -> usize {
        let tail = Arc::make_mut(&mut self.tail);
        let take = bytes.len().min(capacity.saturating_sub(tail.len()));
        tail.extend_from_slice(&bytes[..take]);
        take
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.memory.left.fetch_add(state.taken, Ordering::Relaxed);
    }
}

fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let n = from.len().min(to.len());
    to[..n].copy_from_slice(&from[..n]);
    n
}

/// A part of a store, read by its own offsets: a body in the wire's bytes.
/// `start + len` may lie past the store's end: the rest is still coming, or never comes.
#[derive(Clone, Debug, Default)]
pub struct Window {
    pub store: Store,
    pub start: u64,
    pub len: u64,
}

impl Window {
    /// Everything there is now.
    pub fn whole(store: &Store) -> Window {
        Window {
            store: store.clone(),
            start: 0,
            len: store.len(),
        }
    }

    /// How many of the window's bytes have come.
    pub fn there(&self) -> u64 {
        self.store.len().saturating_sub(self.start).min(self.len)
    }

    /// As [`Store::read_at`], within the window.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.len.saturating_sub(offset);
        let want = usize::try_from(left).map_or(buf.len(), |left| left.min(buf.len()));
        self.store
            .read_at(self.start.saturating_add(offset), &mut buf[..want])
    }

    /// At most `most` bytes from `offset` on, as a vector of just that size.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn read(&self, offset: u64, most: usize) -> io::Result<Vec<u8>> {
        let left = usize::try_from(self.there().saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; most.min(left)];
        let n = self.read_at(offset, &mut bytes)?;
        bytes.truncate(n);
        Ok(bytes)
    }
}
