//! What a reader tells of a row, remembered.
//!
//! Owns a row's pieces and notes in the order they were told. Where they are on screen is
//! [`super::layout`]'s.

use super::row::{Place, Row, Sink, Undone};
use crate::decode::Letters;
use crate::view::Role;
use crate::view::reading::Reading;

/// A row, its bytes, and what they are.
pub(super) struct Painted {
    pub at: u64,
    pub row: Row,
    pub bytes: Vec<u8>,
    pub told: Told,
}

impl Painted {
    /// Behind its last byte.
    pub fn end(&self) -> u64 {
        self.at + self.bytes.len() as u64
    }

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
pub(super) struct Told {
    pub parts: Vec<Part>,
    /// What the parts are of, where that is not the row's own bytes.
    pub undone: Option<Undone>,
    pub notes: Vec<Note>,
}

impl Default for Told {
    fn default() -> Told {
        Told {
            // Most rows have fewer.
            parts: Vec::with_capacity(32),
            undone: None,
            notes: Vec::new(),
        }
    }
}

pub(super) type Note = (Place, Role, String);

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
