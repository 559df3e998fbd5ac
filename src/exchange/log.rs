//! The bounded log: the first events and the last ones, and how many lie between.

use std::collections::VecDeque;

use crate::event::{Event, Kind};

/// Events kept from the start, and from the end; 88 bytes each: 5.5 MiB at most.
const KEPT: usize = 32 * 1024;

/// Events in order. Each has a number, from 0, that never changes; those in the middle
/// of a very long exchange are counted but not kept.
#[derive(Clone, Debug, Default)]
pub struct Log {
    first: Vec<Event>,
    last: VecDeque<Event>,
    /// Numbers of the calls among `first`, and among `last`; ascending.
    first_calls: Vec<u64>,
    last_calls: VecDeque<u64>,
    count: u64,
    last_call_us: u64,
}

impl Log {
    pub(super) fn push(&mut self, event: Event) {
        let number = self.count;
        self.count += 1;
        let is_call = is_call(&event.kind);
        if !matches!(event.kind, Kind::Queues(_)) {
            self.last_call_us = event.t_us;
        }
        if self.first.len() < KEPT {
            self.first.push(event);
            if is_call {
                self.first_calls.push(number);
            }
            return;
        }
        self.last.push_back(event);
        if is_call {
            self.last_calls.push_back(number);
        }
        if self.last.len() > KEPT {
            self.last.pop_front();
            let kept_from = self.count - KEPT as u64;
            if self.last_calls.front().is_some_and(|&n| n < kept_from) {
                self.last_calls.pop_front();
            }
        }
    }

    /// How many events there were, kept or not.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many were not kept; they lay between the first 32,768 and the last.
    pub fn dropped(&self) -> u64 {
        self.count - (self.first.len() + self.last.len()) as u64
    }

    /// How many are kept from the start: events below this number, without a gap.
    pub(super) fn first_kept(&self) -> u64 {
        self.first.len() as u64
    }

    /// How many events, from the first on, are kept without a gap.
    pub fn kept_from_start(&self) -> u64 {
        match self.dropped() {
            0 => self.count,
            _ => self.first_kept(),
        }
    }

    pub fn event(&self, number: u64) -> Option<&Event> {
        match self.first.get(usize::try_from(number).ok()?) {
            Some(event) => Some(event),
            None => {
                let from = self.count - self.last.len() as u64;
                self.last
                    .get(usize::try_from(number.checked_sub(from)?).ok()?)
            }
        }
    }

    /// Every kept event with its number.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Event)> {
        let from = self.count - self.last.len() as u64;
        (0..).zip(&self.first).chain((from..).zip(self.last.iter()))
    }

    /// How many kept events are rows of the socket log.
    pub fn calls(&self) -> usize {
        self.first_calls.len() + self.last_calls.len()
    }

    /// The number and event of the socket log's row.
    pub fn call(&self, row: usize) -> Option<(u64, &Event)> {
        let number = match self.first_calls.get(row) {
            Some(&number) => number,
            None => *self.last_calls.get(row - self.first_calls.len())?,
        };
        Some((number, self.event(number)?))
    }

    /// When the last event that is not a look at the queues was.
    pub(super) fn last_call_us(&self) -> u64 {
        self.last_call_us
    }
}

/// Rows of the socket log: calls and what befell them; not what the bytes meant.
fn is_call(kind: &Kind) -> bool {
    !matches!(
        kind,
        Kind::Queues(_)
            | Kind::InterimHead(_)
            | Kind::Head(_)
            | Kind::Body { .. }
            | Kind::Chunk { .. }
            | Kind::Trailers { .. }
            | Kind::Anomaly(_)
            | Kind::ResolveStart { .. }
            | Kind::ConnectStart { .. }
            | Kind::End(_)
    )
}
