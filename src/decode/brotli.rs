//! br (RFC 7932), undone.
//!
//! Owns the bridge to brotli-decompressor: bounded steps, and what was decoded before an
//! error, which that keeps to itself. Large windows, which the RFC does not have, are
//! refused: a window is at most 16 MiB.

use brotli_decompressor::{
    BrotliDecompressStream, BrotliResult, BrotliState, SliceWrapper, StandardAlloc,
};

use super::coding::What;
use super::step::{State, Step, room};

type Inner = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

pub(super) struct Brotli {
    inner: Inner,
    total: usize,
    begun: bool,
    ended: bool,
    behind: bool,
}

impl Default for Brotli {
    fn default() -> Brotli {
        let alloc = StandardAlloc::default;
        Brotli {
            inner: BrotliState::new_strict(alloc(), alloc(), alloc()),
            total: 0,
            begun: false,
            ended: false,
            behind: false,
        }
    }
}

impl Brotli {
    pub fn may_end(&self) -> bool {
        !self.begun || self.ended
    }

    pub fn step(&mut self, coded: &[u8], out: &mut Vec<u8>) -> Step {
        self.begun |= !coded.is_empty();
        if self.ended {
            return self.after_the_end(coded);
        }
        let start = out.len();
        let room = room(coded.len());
        out.resize(start + room, 0);
        let (mut unread, mut taken) = (coded.len(), 0);
        let (mut left, mut made) = (room, 0);
        let result = BrotliDecompressStream(
            &mut unread,
            &mut taken,
            coded,
            &mut left,
            &mut made,
            &mut out[start..],
            &mut self.total,
            &mut self.inner,
        );
        out.truncate(start + made);
        match result {
            BrotliResult::NeedsMoreInput => Step::new(taken, State::Hungry),
            BrotliResult::NeedsMoreOutput => Step::new(taken, State::More),
            BrotliResult::ResultSuccess => {
                self.ended = true;
                Step::new(taken, State::More)
            }
            BrotliResult::ResultFailure => {
                self.held_back(out);
                Step::broken(taken, self.why())
            }
        }
    }

    fn after_the_end(&mut self, coded: &[u8]) -> Step {
        if self.behind || coded.is_empty() {
            return Step::new(coded.len(), State::Hungry);
        }
        self.behind = true;
        Step::new(0, State::Said(What::Trailing))
    }

    /// Bytes that were decoded before an error and not given out: they stand in the ring
    /// buffer between what went out and the place where it broke.
    fn held_back(&self, out: &mut Vec<u8>) {
        let inner = &self.inner;
        let (Ok(size), Ok(pos)) = (
            u64::try_from(inner.ringbuffer_size),
            u64::try_from(inner.pos),
        ) else {
            return;
        };
        let until = inner.rb_roundtrips.saturating_mul(size) + pos.min(size);
        let Some(waiting) = until
            .checked_sub(inner.partial_pos_out)
            .filter(|_| size > 0)
        else {
            return;
        };
        let from = usize::try_from(inner.partial_pos_out % size).unwrap_or(usize::MAX);
        let to = from.saturating_add(usize::try_from(waiting).unwrap_or(usize::MAX));
        let ring = inner.ringbuffer.slice();
        out.extend_from_slice(ring.get(from..to).unwrap_or_default());
    }

    /// The decoder's own name for the error, in words: `format huffman space`.
    fn why(&self) -> String {
        let name = format!("{:?}", self.inner.error_code).to_ascii_lowercase();
        let name = name.trim_start_matches("brotli_decoder_error_");
        name.replace('_', " ")
    }
}
