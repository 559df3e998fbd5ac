//! What one step of undoing a coding came to: what each coding's file answers the stage.

use super::coding::What;

/// Decoded bytes that a step makes at most, but for zstd, whose blocks are of 128 KiB.
pub(super) const STEP: usize = 64 * 1024;

/// Bytes to make room for: room is cleared before it is filled, which for a few coded
/// bytes would cost more than their decoding.
pub(super) fn room(coded: usize) -> usize {
    coded.saturating_mul(8).clamp(4 * 1024, STEP)
}

/// What a step came to; the decoded bytes are appended to the caller's.
#[derive(Debug)]
pub(super) struct Step {
    /// Coded bytes that were taken, those of a fault included.
    pub taken: usize,
    pub state: State,
}

#[derive(Debug)]
pub(super) enum State {
    /// It wants more coded bytes than there were.
    Hungry,
    /// Call again, with the coded bytes that were not taken.
    More,
    /// The same, and something is wrong.
    Said(What),
    /// Nothing more can be decoded.
    Broken(What),
}

impl Step {
    pub fn new(taken: usize, state: State) -> Step {
        Step { taken, state }
    }

    pub fn broken(taken: usize, why: impl Into<String>) -> Step {
        Step::new(taken, State::Broken(What::Broken(why.into())))
    }
}
