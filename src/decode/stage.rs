//! One coding undone, a step at a time: the four behind one face for the decoder.

use super::brotli::Brotli;
use super::coding::Coding;
use super::inflate::Inflate;
use super::step::Step;
use super::zstd::Zstd;

/// The state of one coding's undoing.
pub(super) enum Stage {
    Inflate(Box<Inflate>),
    Brotli(Box<Brotli>),
    Zstd(Box<Zstd>),
}

impl Stage {
    /// `window`: the most bytes of a zstd window.
    pub fn new(coding: Coding, window: usize) -> Stage {
        match coding {
            Coding::Gzip => Stage::Inflate(Box::new(Inflate::gzip())),
            Coding::Deflate => Stage::Inflate(Box::new(Inflate::deflate())),
            Coding::Brotli => Stage::Brotli(Box::default()),
            Coding::Zstd => Stage::Zstd(Box::new(Zstd::new(window))),
        }
    }

    /// Takes some of the coded bytes. A step that takes none, makes none and is not
    /// `Hungry` changes the state at least.
    pub fn step(&mut self, coded: &[u8], out: &mut Vec<u8>) -> Step {
        match self {
            Stage::Inflate(inflate) => inflate.step(coded, out),
            Stage::Brotli(brotli) => brotli.step(coded, out),
            Stage::Zstd(zstd) => zstd.step(coded, out),
        }
    }

    /// Gives out what is decoded and held back for later references to it.
    pub fn flush(&mut self, out: &mut Vec<u8>) {
        if let Stage::Zstd(zstd) = self {
            zstd.flush(out);
        }
    }

    /// Decoded bytes that [`Stage::flush`] would give out.
    pub fn held_back(&self) -> u64 {
        match self {
            Stage::Zstd(zstd) => zstd.held_back(),
            Stage::Inflate(_) | Stage::Brotli(_) => 0,
        }
    }

    /// May the coded bytes end here?
    pub fn may_end(&self) -> bool {
        match self {
            Stage::Inflate(inflate) => inflate.may_end(),
            Stage::Brotli(brotli) => brotli.may_end(),
            Stage::Zstd(zstd) => zstd.may_end(),
        }
    }
}
