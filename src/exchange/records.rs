//! The ledger of TLS records: how many of which kind, what they weigh, and where they begin
//! among the HTTP bytes.
//!
//! Owns the sums; the places are those of the log's events.

use std::ops::Range;

use super::{BodyPlace, Exchange, Space};
use crate::event::{Content, Direction, Kind, Records};

/// Bytes that the calls themselves moved, TLS's own included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ciphertext {
    pub sent: u64,
    pub received: u64,
}

/// Sums of the records of each direction and content, in the order of their first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// At most 8: two directions, four contents.
    pub entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub direction: Direction,
    pub content: Content,
    pub records: u64,
    pub ciphertext: u64,
    pub plaintext: u64,
}

impl Ledger {
    pub(super) fn add(&mut self, records: &Records) {
        let same = |entry: &&mut Entry| {
            entry.direction == records.direction && entry.content == records.content
        };
        let added = Entry {
            direction: records.direction,
            content: records.content,
            records: u64::from(records.count),
            ciphertext: records.ciphertext,
            plaintext: records.plaintext,
        };
        match self.entries.iter_mut().find(same) {
            Some(entry) => {
                entry.records += added.records;
                entry.ciphertext += added.ciphertext;
                entry.plaintext += added.plaintext;
            }
            None => self.entries.push(added),
        }
    }

    /// All of one direction: records, ciphertext, plaintext.
    pub fn total(&self, direction: Direction) -> (u64, u64, u64) {
        let of = self
            .entries
            .iter()
            .filter(|entry| entry.direction == direction);
        of.fold((0, 0, 0), |(records, ciphertext, plaintext), entry| {
            (
                records + entry.records,
                ciphertext + entry.ciphertext,
                plaintext + entry.plaintext,
            )
        })
    }
}

impl Exchange {
    /// The first bytes of received records that lie in a range, ascending. Of a chunked body
    /// they are known on the wire alone; of records that were not told one by one, that of
    /// the first.
    pub(super) fn record_starts(&self, space: Space<'_>, range: Range<u64>) -> Vec<u64> {
        let before = match space {
            Space::Wire => 0,
            Space::Body(answer) => match answer.body {
                BodyPlace::Wire { start, .. } => start,
                BodyPlace::Decoded { .. } => return Vec::new(),
            },
        };
        let base = self.wire_base.saturating_add(before);
        let (from, to) = (
            base.saturating_add(range.start),
            base.saturating_add(range.end),
        );
        let index = &self.log.records;
        let run = |row: super::log::Row| match &self.log.event(row.event)?.kind {
            Kind::TlsRecord(records) => Some(**records),
            _ => None,
        };
        // The run that the range begins in is the last one that begins before it.
        let first = index.before(|row| run(row).is_some_and(|run| run.offset <= from));
        (first.saturating_sub(1)..index.len())
            .map_while(|row| index.row(row).and_then(run))
            .take_while(|run| run.offset < to)
            .flat_map(|run| starts_of(run, from, to))
            .map(|at| at - base)
            .collect()
    }
}

/// Where the records of a run begin, from and to these bytes of the connection.
fn starts_of(run: Records, from: u64, to: u64) -> impl Iterator<Item = u64> {
    let (count, each) = match run.alike {
        true => (
            u64::from(run.count),
            run.plaintext / u64::from(run.count.max(1)),
        ),
        false => (1, run.plaintext),
    };
    let offset = run.offset;
    let first = from.saturating_sub(offset).div_ceil(each.max(1));
    (first..count)
        .map(move |n| offset + n * each)
        .take_while(move |&at| at < to)
}

impl Entry {
    /// What encryption, headers and TLS's own messages add to the HTTP bytes.
    pub fn overhead(&self) -> u64 {
        self.ciphertext.saturating_sub(self.plaintext)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_records_of_a_run_begin_one_after_the_other() {
        let run = |count: u32, each: u64, alike| Records {
            direction: Direction::Received,
            content: Content::Data,
            count,
            offset: 1000,
            ciphertext: u64::from(count) * (each + 22),
            plaintext: u64::from(count) * each,
            alike,
        };
        for (run, range, want) in [
            (run(3, 100, true), 0..9999, &[1000, 1100, 1200][..]),
            (run(3, 100, true), 1001..1200, &[1100]),
            (run(3, 100, true), 1100..1101, &[1100]),
            (run(3, 100, true), 1201..9999, &[]),
            (run(3, 100, false), 0..9999, &[1000]),
            (run(u32::MAX, 16_384, true), 17_385..33_769, &[33_768]),
        ] {
            let found: Vec<u64> = starts_of(run, range.start, range.end).collect();
            assert_eq!(found, want, "{range:?}");
        }
    }
}
