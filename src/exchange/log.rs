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
    calls: Index,
    /// These three are of the connection that serves: a new one begins them anew.
    pub(super) sends: Index,
    pub(super) recvs: Index,
    pub(super) chunks: Index,
    count: u64,
    last_call_us: u64,
}

/// Where the kept events of one kind are: rows in order, looked up by halving.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Of the log's `first` events, and of its `last`.
    first: Vec<Row>,
    last: VecDeque<Row>,
    /// Rows so far, kept or not.
    count: u64,
}

/// 16 bytes, 1 MiB an index at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The event's number in the log.
    pub event: u64,
    /// Body bytes that lie before it.
    pub body: u64,
}

impl Index {
    pub fn len(&self) -> usize {
        self.first.len() + self.last.len()
    }

    pub fn row(&self, at: usize) -> Option<Row> {
        match at.checked_sub(self.first.len()) {
            None => self.first.get(at).copied(),
            Some(at) => self.last.get(at).copied(),
        }
    }

    /// Which of its kind the row is, from 0, those that were not kept counted too.
    pub fn nth(&self, at: usize) -> u64 {
        match at.checked_sub(self.first.len()) {
            None => at as u64,
            Some(at) => self.count - self.last.len() as u64 + at as u64,
        }
    }

    /// How many rows come first for which this holds; it must not hold again later.
    pub fn before(&self, holds: impl Fn(Row) -> bool) -> usize {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from + (to - from) / 2;
            match self.row(middle).is_some_and(&holds) {
                true => from = middle + 1,
                false => to = middle,
            }
        }
        from
    }

    fn push(&mut self, row: Row, in_first: bool) {
        self.count += 1;
        match in_first {
            true => self.first.push(row),
            false => self.last.push_back(row),
        }
    }

    /// Events below this number are kept no longer, but for the first ones.
    fn forget(&mut self, kept_from: u64) {
        if self.last.front().is_some_and(|row| row.event < kept_from) {
            self.last.pop_front();
        }
    }
}

impl Log {
    /// `body`: the body bytes that lie before it.
    pub(super) fn push(&mut self, event: Event, body: u64) {
        let in_first = self.first.len() < KEPT;
        let row = Row {
            event: self.count,
            body,
        };
        self.count += 1;
        if is_call(&event.kind) {
            self.calls.push(row, in_first);
        }
        match event.kind {
            Kind::Send { .. } => self.sends.push(row, in_first),
            Kind::Recv { .. } => self.recvs.push(row, in_first),
            Kind::Chunk { .. } => self.chunks.push(row, in_first),
            Kind::Connected { .. } | Kind::Reused { .. } => {
                (self.sends, self.recvs, self.chunks) = Default::default();
            }
            _ => {}
        }
        if !matches!(event.kind, Kind::Queues(_) | Kind::PeerQueues(_)) {
            self.last_call_us = event.t_us;
        }
        if in_first {
            self.first.push(event);
            return;
        }
        self.last.push_back(event);
        if self.last.len() > KEPT {
            self.last.pop_front();
            let kept_from = self.count - KEPT as u64;
            for index in [
                &mut self.calls,
                &mut self.sends,
                &mut self.recvs,
                &mut self.chunks,
            ] {
                index.forget(kept_from);
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

    /// How many events, from the first on, are kept without a gap.
    pub fn kept_from_start(&self) -> u64 {
        match self.dropped() {
            0 => self.count,
            _ => self.first.len() as u64,
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
        self.calls.len()
    }

    /// The number and event of the socket log's row.
    pub fn call(&self, row: usize) -> Option<(u64, &Event)> {
        let number = self.calls.row(row)?.event;
        Some((number, self.event(number)?))
    }

    /// The socket log's row of this event.
    pub fn row_of(&self, number: u64) -> Option<usize> {
        let row = self.calls.before(|row| row.event < number);
        (self.calls.row(row)?.event == number).then_some(row)
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
            | Kind::PeerQueues(_)
            | Kind::InterimHead(_)
            | Kind::Head(_)
            | Kind::Body { .. }
            | Kind::Chunk { .. }
            | Kind::Trailers { .. }
            | Kind::Anomaly(_)
            | Kind::ResolveStart { .. }
            | Kind::ConnectStart { .. }
            | Kind::TlsStart { .. }
            | Kind::TlsRecord(_)
            | Kind::End(_)
    )
}
