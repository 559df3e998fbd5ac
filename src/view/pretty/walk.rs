//! Rows in the order they are seen, from any byte on: what is folded is one row.
//!
//! Owns where rows begin. Reads from the nearest checkpoint before; what the index does
//! not know yet it reads itself, as far as [`REACH`].

use std::io;

use super::folds::Folds;
use super::index::{Index, REACH};
use super::lexer::Lexer;
use super::mask::Masked;
use super::row::{ROW, Row};
use super::told::{Painted, Told};
use crate::body::Window;
use crate::view::form::Form;

/// Walks a body's rows.
pub(super) struct Walk<'a> {
    form: &'a Form,
    index: &'a Index,
    folds: &'a Folds,
    bytes: Masked<'a>,
    at: u64,
    lexer: Lexer,
    /// Nothing is looked at from here on.
    limit: u64,
}

/// A row, with what is folded into it.
pub(super) struct Step {
    /// The reader before it.
    pub lexer: Lexer,
    pub row: Painted,
    pub fold: Option<Fold>,
    /// Where the next one begins.
    pub next: u64,
    /// The reader there.
    pub after: Lexer,
}

/// What is hidden behind a row.
pub(super) struct Fold {
    /// Bytes up to the row that closes it.
    pub until: u64,
    pub members: u64,
    /// The closing row, drawn behind, where it opens nothing itself.
    pub close: Option<Painted>,
    /// It is not closed in the bytes that are there.
    pub open: bool,
}

impl<'a> Walk<'a> {
    /// From the body's start.
    pub fn new(window: &'a Window, form: &'a Form, index: &'a Index, folds: &'a Folds) -> Walk<'a> {
        let bytes = Masked::of(window, index.letters());
        Walk {
            limit: bytes.there().min(index.reach()),
            bytes,
            at: 0,
            lexer: Lexer::of(form),
            form,
            index,
            folds,
        }
    }

    /// To a row that begins before `offset` and is seen, so that walking on passes the
    /// row that shows it. Answers where the row to look for begins at the latest.
    pub fn seek(&mut self, offset: u64) -> u64 {
        let mut goal = offset.min(self.limit.saturating_sub(1));
        loop {
            let Some(checkpoint) = self.index.before(goal) else {
                (self.at, self.lexer) = (0, Lexer::of(self.form));
                return goal;
            };
            let around = checkpoint.open.iter();
            match around
                .copied()
                .find(|&(row, level)| self.folds.folded(row, level))
            {
                // The checkpoint is hidden in that container.
                Some((row, _)) => goal = row,
                None => {
                    (self.at, self.lexer) = (checkpoint.at, checkpoint.lexer);
                    return goal;
                }
            }
        }
    }

    pub fn at(&self) -> u64 {
        self.at
    }

    /// Passes over rows that end at `goal` or before, until one is folded or not usual.
    pub fn skim(&mut self, goal: u64) -> io::Result<()> {
        let folds = self.folds;
        let mut done = 1;
        while done > 0 && self.at < goal {
            let at = self.at;
            let bytes = self.bytes.rows(at)?;
            let until = bytes.len().saturating_sub(ROW);
            done = self.lexer.skim(bytes, until, |start, row| {
                let start = at + start as u64;
                let folded = row.opens() && folds.folded(start, row.low);
                start + row.len as u64 <= goal && !folded
            });
            self.at += done as u64;
        }
        Ok(())
    }

    pub fn next(&mut self) -> io::Result<Option<Step>> {
        if self.at >= self.limit {
            return Ok(None);
        }
        let lexer = self.lexer;
        let row = self.paint()?;
        let folded = row.row.opens() && self.folds.folded(row.at, row.row.low);
        let fold = match folded {
            true => self.fold(row.at, row.row.low)?,
            false => None,
        };
        Ok(Some(Step {
            lexer,
            row,
            fold,
            next: self.at,
            after: self.lexer,
        }))
    }

    /// The row here with all it is made of, and on to the next.
    fn paint(&mut self) -> io::Result<Painted> {
        let at = self.at;
        let mut told = Told::default();
        let row = self.lexer.row(self.bytes.row(at)?, &mut told);
        self.at += row.len as u64;
        let end = self.at.min(self.bytes.there());
        Ok(Painted {
            at,
            row,
            bytes: self.bytes.get(at..end)?.to_vec(),
            told,
        })
    }

    /// The same without what it is made of.
    fn read(&mut self) -> io::Result<Row> {
        let row = self.lexer.row(self.bytes.row(self.at)?, &mut ());
        self.at += row.len as u64;
        Ok(row)
    }

    /// What the row at `row` opened and this walk stands in, up to its end, where the walk
    /// goes on then. `None`: that is further than can be looked.
    fn fold(&mut self, row: u64, level: u32) -> io::Result<Option<Fold>> {
        let (here, lexer) = (self.at, self.lexer);
        let index = self.index;
        let mut members = 0;
        if let Some(large) = index.large(row).filter(|large| large.close < self.limit) {
            (self.at, self.lexer) = (large.close, large.lexer);
            members = large.members;
        } else if let Some(open) = index.open(row).filter(|_| index.end() <= self.limit) {
            (self.at, self.lexer) = index.last();
            members = open.members;
        }
        let most = self.at.saturating_add(REACH.max(index.spacing()));
        while self.at < self.limit.min(most) {
            let (at, lexer) = (self.at, self.lexer);
            let row = self.read()?;
            if row.low <= level {
                (self.at, self.lexer) = (at, lexer);
                let close = match row.opens() {
                    true => None,
                    false => Some(self.paint()?),
                };
                return Ok(Some(Fold {
                    until: at,
                    members,
                    close,
                    open: false,
                }));
            }
            members += u64::from(row.member && row.low == level + 1);
        }
        if self.at >= self.limit {
            return Ok(Some(Fold {
                until: self.at,
                members,
                close: None,
                open: true,
            }));
        }
        (self.at, self.lexer) = (here, lexer);
        Ok(None)
    }
}
