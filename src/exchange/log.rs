//! The bounded log: the first events and the last ones, and how many lie between.
//!
//! What lies between is not lost to the fold: [`super::past`] goes on from where the last
//! ones begin.

use std::collections::VecDeque;
use std::ops::Range;

use crate::event::{Direction, Event, Kind, Records};

/// Events kept from the start, and from the end; 88 bytes each: 5.5 MiB at most.
const KEPT: usize = 32 * 1024;
/// Of either, no more once what they hold beyond that is so large: a server can send heads
/// of a megabyte for ever, and chunks' extensions of 64 KiB.
const KEPT_BYTES: usize = 8 << 20;

/// Events in order. Each has a number, from 0, that never changes; those in the middle
/// of a very long exchange are counted but not kept.
#[derive(Clone, Debug, Default)]
pub struct Log {
    first: Vec<Event>,
    last: VecDeque<Event>,
    /// What the events of `first` and of `last` hold beyond their own size, in bytes.
    first_holds: usize,
    last_holds: usize,
    calls: Index,
    /// These four are of the connection that serves: a new one begins them anew.
    pub(super) sends: Index,
    pub(super) recvs: Index,
    pub(super) chunks: Index,
    /// TLS's, received, that carry HTTP; runs of them.
    pub(super) records: Index,
    count: u64,
    last_call_us: u64,
}

/// Where an event is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    First,
    Last,
    Nowhere,
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

    /// Rows so far, those that were not kept counted too.
    pub fn count(&self) -> u64 {
        self.count
    }

    fn push(&mut self, row: Row, place: Place) {
        self.count += 1;
        match place {
            Place::First => self.first.push(row),
            Place::Last => self.last.push_back(row),
            Place::Nowhere => {}
        }
    }

    /// These counts, over that index's first rows.
    fn over(&self, other: &Index) -> Index {
        Index {
            first: other.first.clone(),
            last: VecDeque::new(),
            count: self.count,
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
        let holds = event.kind.holds();
        if self.dropped() == 0 && self.last.is_empty() && !self.first_is_full() {
            self.count_in(&event, body, Place::First);
            self.first.push(event);
            self.first_holds += holds;
        } else {
            self.count_in(&event, body, Place::Last);
            self.last.push_back(event);
            self.last_holds += holds;
        }
    }

    /// The next event that is kept no longer.
    pub(super) fn overflow(&mut self) -> Option<Event> {
        if self.last.len() <= KEPT && self.last_holds <= KEPT_BYTES {
            return None;
        }
        let gone = self.last.pop_front()?;
        self.last_holds -= gone.kind.holds();
        let kept_from = self.last_from();
        for index in [
            &mut self.calls,
            &mut self.sends,
            &mut self.recvs,
            &mut self.chunks,
            &mut self.records,
        ] {
            index.forget(kept_from);
        }
        Some(gone)
    }

    /// The same for an event that is counted alone.
    pub(super) fn pass(&mut self, event: &Event, body: u64) {
        self.count_in(event, body, Place::Nowhere);
    }

    fn count_in(&mut self, event: &Event, body: u64, place: Place) {
        let row = Row {
            event: self.count,
            body,
        };
        self.count += 1;
        if is_call(&event.kind) {
            self.calls.push(row, place);
        }
        match &event.kind {
            Kind::Send { .. } => self.sends.push(row, place),
            Kind::Recv { .. } => self.recvs.push(row, place),
            Kind::Chunk { .. } => self.chunks.push(row, place),
            Kind::TlsRecord(records) if carries_received(records) => {
                self.records.push(row, place);
            }
            Kind::Connected { .. } | Kind::Reused { .. } => {
                (self.sends, self.recvs, self.chunks) = Default::default();
                self.records = Index::default();
            }
            _ => {}
        }
        if !matches!(event.kind, Kind::Queues(_) | Kind::PeerQueues(_)) {
            self.last_call_us = event.t_us;
        }
    }

    /// The last event so far was the last of the first ones.
    pub(super) fn first_ends(&self) -> bool {
        self.count == self.first.len() as u64 && self.first_is_full()
    }

    fn first_is_full(&self) -> bool {
        self.first.len() >= KEPT || self.first_holds > KEPT_BYTES
    }

    /// The counts without an event.
    pub(super) fn counts(&self) -> Log {
        self.over(&Log::default())
    }

    /// These counts, over that log's first events: as it was where its gap ends.
    pub(super) fn over(&self, other: &Log) -> Log {
        Log {
            first: other.first.clone(),
            last: VecDeque::new(),
            first_holds: other.first_holds,
            last_holds: 0,
            calls: self.calls.over(&other.calls),
            sends: self.sends.over(&other.sends),
            recvs: self.recvs.over(&other.recvs),
            chunks: self.chunks.over(&other.chunks),
            records: self.records.over(&other.records),
            count: self.count,
            last_call_us: self.last_call_us,
        }
    }

    /// How many events there were, kept or not.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many were not kept; they lay between the first ones and the last.
    pub fn dropped(&self) -> u64 {
        self.count - (self.first.len() + self.last.len()) as u64
    }

    /// The numbers of those that were not kept; empty, where the last ones begin, when
    /// all are.
    pub fn gap(&self) -> Range<u64> {
        self.first.len() as u64..self.last_from()
    }

    fn last_from(&self) -> u64 {
        self.count - self.last.len() as u64
    }

    pub fn event(&self, number: u64) -> Option<&Event> {
        match self.first.get(usize::try_from(number).ok()?) {
            Some(event) => Some(event),
            None => {
                let number = number.checked_sub(self.last_from())?;
                self.last.get(usize::try_from(number).ok()?)
            }
        }
    }

    /// Every kept event with its number.
    /// Bytes of memory that the kept events take, about.
    pub fn size(&self) -> u64 {
        let events = (self.first.len() + self.last.len()) * size_of::<Event>();
        (events + self.first_holds + self.last_holds) as u64
    }

    pub fn iter(&self) -> impl Iterator<Item = (u64, &Event)> {
        let last = (self.last_from()..).zip(self.last.iter());
        (0..).zip(&self.first).chain(last)
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
        let row = self.row_from(number);
        (self.calls.row(row)?.event == number).then_some(row)
    }

    /// The socket log's first row that is not before this event.
    pub fn row_from(&self, number: u64) -> usize {
        self.calls.before(|row| row.event < number)
    }

    /// What the last `recv()` answered.
    pub fn last_recv(&self) -> Option<u32> {
        let row = self.recvs.row(self.recvs.len().checked_sub(1)?)?;
        match self.event(row.event)?.kind {
            Kind::Recv { bytes, .. } => Some(bytes),
            _ => None,
        }
    }

    /// Which call of all the row is, from 0, and how many there were, kept or not.
    pub fn nth_call(&self, row: usize) -> (u64, u64) {
        (self.calls.nth(row), self.calls.count())
    }

    /// When the last event that is not a look at the queues was.
    pub(super) fn last_call_us(&self) -> u64 {
        self.last_call_us
    }
}

fn carries_received(records: &Records) -> bool {
    records.direction == Direction::Received && records.plaintext > 0
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
            | Kind::ProxyConnect { .. }
            | Kind::ProxyHead(_)
            | Kind::TlsStart { .. }
            | Kind::TlsRecord(_)
            | Kind::Answer { .. }
            | Kind::Answered { .. }
            | Kind::WsFrame(_)
            | Kind::End(_)
    )
}
