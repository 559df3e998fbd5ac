//! What a reader tells of a row, remembered or measured.
//!
//! Owns a row's pieces and notes in the order they were told, and the columns they take.
//! Where they are on screen is [`super::layout`]'s.

use super::row::{Place, Sink, Undone};
use crate::decode::Letters;
use crate::view::Role;
use crate::view::reading::Reading;

/// A row's bytes, and what they are.
pub(super) struct Painted {
    pub at: u64,
    pub bytes: Vec<u8>,
    pub told: Told,
}

impl Painted {
    /// Adds to the widths of a table's columns what its fields take.
    pub fn widen(&self, widths: &mut Vec<usize>, most: usize, letters: Letters) {
        let reading = Reading::new(letters);
        let mut rest: &[u8] = &self.bytes;
        let (mut field, mut width) = (0, 0);
        for part in &self.told.parts {
            match *part {
                Part::Token(len, _) => {
                    let (token, after) = rest.split_at(len.min(rest.len()));
                    rest = after;
                    width += reading
                        .pieces(token)
                        .map(|piece| piece.width)
                        .sum::<usize>();
                }
                Part::Space(len) => rest = rest.get(len..).unwrap_or_default(),
                Part::Gap => width += 1,
                Part::Stop => {
                    if widths.len() <= field {
                        widths.push(0);
                    }
                    // A column between two.
                    widths[field] = widths[field].max(width.min(most) + 1);
                    (field, width) = (field + 1, 0);
                }
            }
        }
    }
}

/// Remembers what it is told.
#[derive(Default)]
pub(super) struct Told {
    pub parts: Vec<Part>,
    /// What the parts are of, where that is not the row's own bytes.
    pub undone: Option<Undone>,
    pub notes: Vec<(Place, Role, String)>,
}

pub(super) enum Part {
    Token(usize, Role),
    Space(usize),
    Gap,
    Stop,
}

impl Sink for Told {
    fn token(&mut self, len: usize, role: Role) {
        self.parts.push(Part::Token(len, role));
    }
    fn space(&mut self, len: usize) {
        self.parts.push(Part::Space(len));
    }
    fn gap(&mut self) {
        self.parts.push(Part::Gap);
    }
    fn stop(&mut self) {
        self.parts.push(Part::Stop);
    }
    fn undone(&mut self, undone: impl FnOnce() -> Undone) {
        self.undone = Some(undone());
    }
    fn note(&mut self, place: Place, role: Role, words: impl FnOnce() -> String) {
        self.notes.push((place, role, words()));
    }
}

/// Counts columns, as long as each byte is plain.
pub(super) struct Measured<'b> {
    rest: &'b [u8],
    columns: Option<usize>,
}

impl<'b> Measured<'b> {
    /// A row that begins with these bytes.
    pub fn of(bytes: &'b [u8]) -> Measured<'b> {
        Measured {
            rest: bytes,
            columns: Some(0),
        }
    }

    /// `None` where a byte was not plain, or there are words about the row.
    pub fn columns(&self) -> Option<usize> {
        self.columns
    }

    fn add(&mut self, len: usize, columns: usize) {
        self.rest = self.rest.get(len..).unwrap_or_default();
        self.columns = self.columns.map(|so_far| so_far + columns);
    }
}

impl Sink for Measured<'_> {
    fn token(&mut self, len: usize, _: Role) {
        let plain = |byte: &u8| (b' '..=b'~').contains(byte);
        if !self.rest.iter().take(len).all(plain) {
            self.columns = None;
        }
        self.add(len, len);
    }
    fn space(&mut self, len: usize) {
        self.add(len, 1);
    }
    fn gap(&mut self) {
        self.add(0, 1);
    }
    fn stop(&mut self) {
        self.columns = None;
    }
    fn undone(&mut self, _: impl FnOnce() -> Undone) {
        self.columns = None;
    }
    fn note(&mut self, _: Place, _: Role, _: impl FnOnce() -> String) {
        self.columns = None;
    }
}
