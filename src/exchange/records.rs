//! The ledger of TLS records: how many of which kind, and what they weigh.
//!
//! Owns the sums. A record's place among the HTTP bytes is in the log's events.

use crate::event::{Content, Direction, Records};

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

impl Entry {
    /// What encryption, headers and TLS's own messages add to the HTTP bytes.
    pub fn overhead(&self) -> u64 {
        self.ciphertext.saturating_sub(self.plaintext)
    }
}
