//! What was done, to be undone and redone.
//!
//! Owns two stacks of changes, bounded in bytes. A change keeps only what is not in the
//! text: undoing a paste of 10 MB needs no second 10 MB until it is undone.

use std::collections::VecDeque;
use std::mem::size_of;

/// Bytes that each stack may hold; the oldest changes go first, the newest never.
const KEPT: usize = 32 << 20;

/// Put `bytes` in place of the `len` bytes at `at`.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub at: usize,
    pub len: usize,
    pub bytes: Vec<u8>,
    pub before: Place,
    pub after: Place,
}

/// A cursor and a selection's other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub cursor: usize,
    pub anchor: Option<usize>,
}

/// What a change may be joined with: more of the same right beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run {
    Typed,
    Backspaced,
    Deleted,
    Alone,
}

#[derive(Clone, Debug)]
pub(super) struct History {
    undo: Stack,
    redo: Stack,
    /// What the newest change is, and the last byte typed in it.
    run: Run,
    typed: u8,
}

/// Changes, newest last, and the bytes they hold.
#[derive(Clone, Debug, Default)]
struct Stack {
    changes: VecDeque<Change>,
    held: usize,
}

impl Default for History {
    fn default() -> History {
        History {
            undo: Stack::default(),
            redo: Stack::default(),
            run: Run::Alone,
            typed: 0,
        }
    }
}

impl History {
    /// `inverse` takes back what was just done, which put `inserted` there.
    pub(super) fn done(&mut self, inverse: Change, inserted: &[u8], run: Run) {
        self.redo = Stack::default();
        let joins = self.run == run && !self.begins_step(inserted);
        if !(joins && self.undo.join(&inverse, run)) {
            self.undo.push(inverse);
        }
        self.run = run;
        self.typed = inserted.last().copied().unwrap_or(0);
    }

    /// The next change begins a step of its own.
    pub(super) fn seal(&mut self) {
        self.run = Run::Alone;
    }

    pub(super) fn undo(&mut self) -> Option<Change> {
        self.seal();
        self.undo.pop()
    }

    pub(super) fn redo(&mut self) -> Option<Change> {
        self.seal();
        self.redo.pop()
    }

    pub(super) fn undone(&mut self, inverse: Change) {
        self.redo.push(inverse);
    }

    pub(super) fn redone(&mut self, inverse: Change) {
        self.undo.push(inverse);
    }

    /// Typing is undone word by word, a line end alone.
    fn begins_step(&self, inserted: &[u8]) -> bool {
        let line_end = |b: &u8| matches!(b, b'\r' | b'\n');
        let space = |b: u8| b == b' ' || line_end(&b);
        inserted.iter().any(line_end)
            || (line_end(&self.typed) && self.run == Run::Typed)
            || (inserted.first().copied().is_some_and(space) && !space(self.typed))
    }
}

impl Stack {
    fn push(&mut self, change: Change) {
        self.held += change.cost();
        self.changes.push_back(change);
        while self.held > KEPT && self.changes.len() > 1 {
            if let Some(oldest) = self.changes.pop_front() {
                self.held -= oldest.cost();
            }
        }
    }

    fn pop(&mut self) -> Option<Change> {
        let change = self.changes.pop_back()?;
        self.held -= change.cost();
        Some(change)
    }

    /// Adds a change to the newest one where it goes on beside it.
    fn join(&mut self, next: &Change, run: Run) -> bool {
        let Some(last) = self.changes.back_mut() else {
            return false;
        };
        match run {
            Run::Typed if next.bytes.is_empty() && next.at == last.at + last.len => {
                last.len += next.len;
            }
            Run::Backspaced if next.at + next.bytes.len() == last.at => {
                last.at = next.at;
                last.bytes.splice(..0, next.bytes.iter().copied());
            }
            Run::Deleted if next.at == last.at => last.bytes.extend_from_slice(&next.bytes),
            _ => return false,
        }
        last.before = next.before;
        self.held += next.bytes.len();
        true
    }
}

impl Change {
    fn cost(&self) -> usize {
        size_of::<Change>() + self.bytes.len()
    }
}
