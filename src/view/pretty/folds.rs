//! What the user has folded: containers by the row they begin on.
//!
//! Owns the choice alone. All of a level can be folded without a list of them; then the
//! list holds those that are not.

use std::collections::BTreeSet;

/// The outermost level on which the user folds everything, and the rows that are
/// otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds {
    from: Option<u32>,
    otherwise: BTreeSet<u64>,
}

impl Folds {
    /// Every container of this level and deeper.
    pub fn all(from: u32) -> Folds {
        Folds {
            from: Some(from),
            otherwise: BTreeSet::new(),
        }
    }

    /// Folds the container that begins on the row at this offset, or unfolds it.
    pub fn toggle(&mut self, row: u64) {
        if !self.otherwise.remove(&row) {
            self.otherwise.insert(row);
        }
    }

    pub(super) fn folded(&self, row: u64, level: u32) -> bool {
        self.from.is_some_and(|from| level >= from) != self.otherwise.contains(&row)
    }
}
