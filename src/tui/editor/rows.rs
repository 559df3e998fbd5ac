//! What is seen of the text: rows of styled spans, and the way from a cell to a byte.
//!
//! Owns no state. Reads what is on screen and not more, in the longest line too.

use std::ops::Range;

use super::{Editor, Position, piece_start};
use crate::view::safe::{self, Piece};
use crate::view::{Line, Role, Span};

impl Editor {
    /// At least 1: after a last LF there is an empty row.
    pub fn row_count(&self) -> usize {
        self.index.rows()
    }

    /// The rows from `top` on, at most `height`, `width` columns of each from `left` on.
    /// [`Line::at`] is the offset of the first byte seen.
    pub fn rows(&self, top: usize, height: usize, left: usize, width: usize) -> Vec<Line> {
        let bottom = top.saturating_add(height).min(self.row_count());
        let mut start = self.index.line(&self.text, top).start;
        (top..bottom)
            .map(|row| {
                let line = self.index.line_from(&self.text, row, start);
                start = line.end;
                self.row(line, left, width)
            })
            .collect()
    }

    /// Where an offset is seen.
    pub fn position_of(&self, offset: usize) -> Position {
        let offset = piece_start(&self.text, offset);
        let row = self.index.row_of(&self.text, offset);
        let start = self.index.line(&self.text, row).start;
        Position {
            row,
            column: self.index.column(&self.text, start, offset),
        }
    }

    /// The byte under a cell: for a click. Past the end of a row it is the place before
    /// the line end; past the last row, the text's end.
    pub fn offset_at(&self, position: Position) -> usize {
        if position.row >= self.row_count() {
            return self.text.len();
        }
        let line = self.index.line(&self.text, position.row);
        let spot = self.index.spot(&self.text, line.clone(), position.column);
        match spot.offset == line.end {
            true => self.content(position.row).end,
            false => spot.offset,
        }
    }

    /// The scroll `(top, left)` nearest to this one that shows the cursor in a window of
    /// `height` rows and `width` columns.
    pub fn follow(&self, scroll: (usize, usize), height: usize, width: usize) -> (usize, usize) {
        let Position { row, column } = self.position();
        (
            nearest(scroll.0, row, height),
            nearest(scroll.1, column, width),
        )
    }

    fn row(&self, line: Range<usize>, left: usize, width: usize) -> Line {
        let spot = self.index.spot(&self.text, line.clone(), left);
        let selection = self.selection().unwrap_or(0..0);
        let right = left.saturating_add(width);
        let mut row = Row::default();
        let mut column = spot.column;
        for piece in safe::decode(&self.text[spot.offset..line.end]) {
            if column >= right {
                break;
            }
            let seen = left.max(column) - column..(right - column).min(piece.width);
            let role = match selection.contains(&(spot.offset + piece.bytes.start)) {
                true => Role::Selected,
                false => piece.role,
            };
            column += piece.width;
            row.push(&piece, seen, role);
        }
        Line {
            spans: row.spans,
            at: spot.offset as u64,
        }
    }
}

/// A row as it grows.
#[derive(Default)]
struct Row {
    spans: Vec<Span>,
    /// Where the last piece begins in the last span, and its columns.
    last: usize,
    columns: usize,
}

impl Row {
    /// Adds the columns `seen` of a piece.
    fn push(&mut self, piece: &Piece, seen: Range<usize>, role: Role) {
        let text = match &*piece.text {
            whole if seen.len() == piece.width => whole,
            escape if escape.len() == piece.width => &escape[seen.clone()],
            // Half of a wide character.
            _ => " ",
        };
        let apart = self.would_merge(text, seen.len());
        match self.spans.last_mut() {
            Some(span) if span.role == role && !apart => {
                self.last = span.text.len();
                span.text.push_str(text);
            }
            _ => {
                self.last = 0;
                self.spans.push(Span {
                    text: text.to_owned(),
                    role,
                });
            }
        }
        self.columns = seen.len();
    }

    /// Side by side in one span, two pieces may be taken for one (flags, skin tones), and
    /// the columns after them would shift.
    fn would_merge(&self, text: &str, columns: usize) -> bool {
        let Some(span) = self.spans.last().filter(|_| !text.is_ascii()) else {
            return false;
        };
        let last = &span.text[self.last..];
        !last.is_ascii() && safe::width(&format!("{last}{text}")) != self.columns + columns
    }
}

/// The window's start nearest to `start` so that `at` is in it.
fn nearest(start: usize, at: usize, len: usize) -> usize {
    let least = (at + 1).saturating_sub(len.max(1));
    start.clamp(least, at.max(least))
}
