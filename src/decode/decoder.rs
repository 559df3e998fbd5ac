//! Content codings undone as the bytes come, however they are cut.
//!
//! Owns the chain of codings, the counts and the limits. It is fed and answers; who feeds
//! it also says when it is the end.
//!
//! ```text
//! coded ─▸ stage ─▸ held ─▸ stage ─▸ … ─▸ out
//!          (the last applied coding first)
//! ```
//! A step makes a bounded number of bytes, and a stage with bytes to pass on is worked off
//! from the end of the chain, so that no more than one step is ever held in between.

use super::coding::{Coding, Codings, Fault, Limits, What};
use super::stage::Stage;
use super::step::{STEP, State};

/// Faults that are kept; a body of a million broken members tells nothing new.
const FAULTS: usize = 16;

/// What became of some coded bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fed {
    /// How many of them were taken.
    pub taken: usize,
    pub state: Feeding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feeding {
    /// All were taken: give more.
    Hungry,
    /// There is more to give out: call again with the rest, even when that is empty.
    More,
    /// The same, once somebody says that it shall go on ([`Decoder::go_on`]).
    Limit,
    /// Nothing more can be decoded; [`Decoder::faults`] says why.
    Broken,
}

/// The undoing of a chain of codings.
pub struct Decoder {
    links: Vec<Link>,
    limits: Limits,
    coded: u64,
    decoded: u64,
    faults: Vec<Fault>,
    /// The link that can decode nothing more.
    broken: Option<usize>,
    /// The next link to give out what it holds back.
    flushing: Option<usize>,
}

struct Link {
    coding: Coding,
    stage: Stage,
    /// Bytes from the link before it, taken up to `at`; of the first link the caller
    /// holds them.
    held: Vec<u8>,
    at: usize,
    /// Its own coded bytes so far.
    taken: u64,
    made: u64,
    /// Its last step was not `Hungry`.
    more: bool,
}

impl Decoder {
    /// An unknown coding is a fault from the start; what lies above it is undone.
    pub fn new(codings: &Codings, limits: Limits) -> Decoder {
        let link = |&coding: &Coding| Link {
            coding,
            stage: Stage::new(coding, limits.window),
            held: Vec::new(),
            at: 0,
            taken: 0,
            made: 0,
            more: false,
        };
        let unknown = codings.unknown.iter().map(|name| Fault {
            coding: name.clone(),
            offset: 0,
            in_body: codings.undone.is_empty(),
            what: What::Unknown,
        });
        Decoder {
            links: codings.undone.iter().map(link).collect(),
            limits,
            coded: 0,
            decoded: 0,
            faults: unknown.collect(),
            broken: None,
            flushing: None,
        }
    }

    /// Coded bytes that were taken.
    pub fn coded(&self) -> u64 {
        self.coded
    }

    /// Decoded bytes that were given out.
    pub fn decoded(&self) -> u64 {
        self.decoded
    }

    /// Decoded bytes, with those that the last coding holds back for later ones to refer
    /// to ([`Decoder::flush`]).
    pub fn reached(&self) -> u64 {
        let held_back = self.links.last().map_or(0, |link| link.stage.held_back());
        self.decoded.saturating_add(held_back)
    }

    /// What is wrong so far, in the order it was met.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The limits are raised, to eight times what is decoded now.
    pub fn go_on(&mut self) {
        self.limits = self.limits.beyond(self.most());
    }

    /// What is decoded and held back for later bytes to refer to shall be given out too:
    /// for a moment in which none come. The next [`Decoder::feed`]s do it.
    pub fn flush(&mut self) {
        self.flushing = Some(0);
    }

    /// Takes coded bytes, appends decoded ones to `out`: at most about a step's worth,
    /// 64 KiB, a few zstd blocks, or after [`Decoder::flush`] a zstd window.
    pub fn feed(&mut self, coded: &[u8], out: &mut Vec<u8>) -> Fed {
        let start = out.len();
        let mut taken = 0;
        let state = loop {
            if out.len() - start >= STEP {
                break Feeding::More;
            }
            let rest = &coded[taken..];
            let Some(at) = self.next_link(rest) else {
                if self.flush_next(out) {
                    continue;
                }
                if self.links.is_empty() && !rest.is_empty() {
                    let piece = &rest[..rest.len().min(STEP)];
                    out.extend_from_slice(piece);
                    self.coded += piece.len() as u64;
                    taken += piece.len();
                    continue;
                }
                break match self.broken {
                    Some(_) => Feeding::Broken,
                    None => Feeding::Hungry,
                };
            };
            if self.limits.reached(self.coded, self.most()) {
                break Feeding::Limit;
            }
            taken += self.step(at, rest, out);
        };
        self.decoded += (out.len() - start) as u64;
        Fed { taken, state }
    }

    /// No more bytes come, and those held back were given out: a coding that is not at
    /// its end is cut short.
    pub fn finish(&mut self) {
        if self.broken.is_some() {
            return;
        }
        let cut = self.links.iter().position(|link| !link.stage.may_end());
        if let Some(at) = cut {
            self.fault(at, What::Cut);
        }
    }

    /// The largest number of bytes that any coding was undone to.
    fn most(&self) -> u64 {
        self.links.iter().map(|link| link.made).max().unwrap_or(0)
    }

    /// The last link that has something to do.
    fn next_link(&self, coded: &[u8]) -> Option<usize> {
        let first = self.broken.map_or(0, |broken| broken + 1);
        (first..self.links.len()).rev().find(|&at| {
            let link = &self.links[at];
            let bytes = if at == 0 { coded } else { &link.held };
            link.more || !bytes.is_empty()
        })
    }

    /// One step of one link; answers how many of the caller's bytes it took.
    fn step(&mut self, at: usize, coded: &[u8], out: &mut Vec<u8>) -> usize {
        let (links, after) = self.links.split_at_mut(at + 1);
        let link = &mut links[at];
        let bytes = if at == 0 {
            coded
        } else {
            &link.held[link.at..]
        };
        // Deeper links have nothing held: they were worked off before.
        let sink = after.first_mut().map_or(out, |next| &mut next.held);
        let before = sink.len();
        let step = link.stage.step(bytes, sink);
        let made = sink.len() - before;
        link.made += made as u64;
        link.taken += step.taken as u64;
        link.more = matches!(step.state, State::More | State::Said(_));
        match at {
            0 => self.coded += step.taken as u64,
            _ => link.used(step.taken),
        }
        match step.state {
            State::Hungry | State::More => {}
            State::Said(what) => self.fault(at, what),
            State::Broken(what) => {
                self.broken = Some(at);
                self.fault(at, what);
            }
        }
        if at == 0 { step.taken } else { 0 }
    }

    /// The next link of those to be flushed; false when there is none.
    fn flush_next(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(at) = self.flushing.filter(|&at| at < self.links.len()) else {
            self.flushing = None;
            return false;
        };
        self.flushing = Some(at + 1);
        let (links, after) = self.links.split_at_mut(at + 1);
        let sink = after.first_mut().map_or(out, |next| &mut next.held);
        let before = sink.len();
        links[at].stage.flush(sink);
        links[at].made += (sink.len() - before) as u64;
        true
    }

    fn fault(&mut self, at: usize, what: What) {
        if self.faults.len() < FAULTS {
            self.faults.push(Fault {
                coding: self.links[at].coding.name().to_owned(),
                offset: self.links[at].taken,
                in_body: at == 0,
                what,
            });
        }
    }
}

impl Link {
    /// Some of the held bytes were taken.
    fn used(&mut self, bytes: usize) {
        self.at += bytes;
        if self.at >= self.held.len() {
            self.held.clear();
            self.at = 0;
        }
    }
}

#[cfg(test)]
mod tests;
