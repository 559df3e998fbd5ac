//! A body's reader, whatever its form: one for all of it, or one that reads its parts.
//!
//! Owns what holds for all of them: no row is without bytes, and usual rows can be passed
//! over. How a row looks on screen is [`super::layout`]'s.

use super::mask::whole;
use super::multipart::Multipart;
use super::reader::Reader;
use super::row::{ROW, Row, Sink};
use crate::view::form::Form;

/// A form's reader at the start of a row: all that the rows from here on hang on. It is
/// small and copied freely, so that reading can begin at any row where one is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lexer {
    Whole(Reader),
    Parts(Multipart),
}

impl Lexer {
    pub fn of(form: &Form) -> Lexer {
        match form {
            Form::Multipart(boundary) => {
                Lexer::Parts(Multipart::new(boundary.as_deref().unwrap_or_default()))
            }
            form => Lexer::Whole(Reader::of(form)),
        }
    }

    /// The row that begins with these bytes, and this reader at the next one. `bytes` are
    /// [`ROW`] of them, or all there are; not empty.
    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        let row = match self {
            Lexer::Whole(reader) => reader.row(bytes, sink),
            Lexer::Parts(parts) => parts.row(bytes, sink),
        };
        // A row without bytes would be read for ever.
        Row {
            len: row.len.max(1),
            ..row
        }
    }

    /// Passes over the rows from here on that begin before `until`, as long as `pass`,
    /// told where each begins and what it is, answers that it may; answers how many bytes
    /// they are. [`ROW`] bytes must follow behind `until`.
    ///
    /// Of JSON only rows of the usual shapes, and those at the speed of a scan.
    pub fn skim(
        &mut self,
        bytes: &[u8],
        until: usize,
        mut pass: impl FnMut(usize, Row) -> bool,
    ) -> usize {
        if let Lexer::Whole(Reader::Json(lexer)) = self {
            return lexer.skim(bytes, until, pass);
        }
        let mut at = 0;
        while let Some(rest) = bytes.get(at..at + ROW).filter(|_| at < until) {
            let mut next = *self;
            let row = next.row(whole(rest), &mut ());
            if !pass(at, row) {
                break;
            }
            *self = next;
            at += row.len;
        }
        at
    }

    /// What a body that ends here leaves open.
    pub fn unfinished(&self) -> Option<String> {
        match self {
            Lexer::Whole(reader) => reader.unfinished(),
            Lexer::Parts(parts) => parts.unfinished(),
        }
    }
}
