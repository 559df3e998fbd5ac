//! The body as text, one row a line or wrapped.
//!
//! Owns how a line looks: its end is not shown (a lone CR is), a tab goes to the next of
//! every eighth column, what is not text is a picture or an escape. A line end that is
//! marked is a space, where the row has room for it.

use std::io;

use super::bytes::Bytes;
use super::flow::{Flow, Look, Row, SPACES, cells, columns, is_tab};
use super::seen::Seen;
use super::{Cell, Line, Marking, Role, View, unreadable};
use crate::body::Window;
use crate::decode::Letters;

/// Bytes read at least where lines are not wrapped: a few characters.
const CUT: u64 = 64;

/// Anchors are offsets in the window.
#[derive(Clone, Debug)]
pub struct Text {
    pub window: Window,
    /// The charset.
    pub letters: Letters,
    /// Columns.
    pub width: usize,
    pub wrap: bool,
    /// Columns scrolled to the right; only without `wrap`.
    pub left: usize,
}

impl View for Text {
    fn marked(&self, top: u64, height: usize, marks: &mut Marking<'_>) -> Vec<Line> {
        self.lines(top, height, marks)
            .unwrap_or_else(|err| unreadable(&err, self.width))
    }

    fn step(&self, from: u64, rows: i64) -> u64 {
        // No row is without bytes: such a step would only walk a long way.
        if rows.unsigned_abs() >= self.window.there() {
            return if rows > 0 { self.last() } else { 0 };
        }
        let step = self.flow().step(from, rows);
        step.map_or(from, |(anchor, _)| anchor)
    }

    fn last(&self) -> u64 {
        self.anchor(u64::MAX)
    }

    fn anchor(&self, offset: u64) -> u64 {
        let row = self.flow().row_at(offset);
        row.ok().flatten().map_or(0, |row| row.start)
    }

    fn is_empty(&self) -> bool {
        self.window.there() == 0
    }

    fn cells(&self, anchor: u64) -> Vec<Cell> {
        self.pieces(anchor).unwrap_or_default()
    }
}

impl Text {
    fn pieces(&self, anchor: u64) -> io::Result<Vec<Cell>> {
        let mut flow = self.flow();
        let Some(row) = flow.row_at(anchor)? else {
            return Ok(Vec::new());
        };
        let bytes = flow.bytes.get(row.start..row.end)?;
        let mut cells = cells(row.start, bytes, Look::Text, row.reading);
        let end = cells.last().map_or(0, |cell| cell.columns.end);
        if row.end < row.next && (!self.wrap || end < self.width) {
            cells.push(Cell {
                columns: end..end + 1,
                bytes: row.end..row.next,
            });
        }
        Ok(cells)
    }

    fn flow(&self) -> Flow<'_> {
        let mut bytes = Bytes::of(&self.window);
        bytes.letters = self.letters;
        if !self.wrap {
            // What follows in a long line is not on screen.
            bytes.ahead = CUT;
        }
        Flow {
            bytes,
            width: self.wrap.then_some(self.width.max(1)),
            look: Look::Text,
        }
    }

    fn lines(&self, top: u64, height: usize, marks: &mut Marking<'_>) -> io::Result<Vec<Line>> {
        let rows = self.seen(top, height)?;
        let (Some((first, _)), Some((last, _))) = (rows.first(), rows.last()) else {
            return Ok(Vec::new());
        };
        let marks = marks(first.start..last.next);
        let line = |(row, seen): &(Row, Seen)| {
            let mut line = seen.line(self.left(), self.width, &marks);
            let end = marks.role(row.end..row.next, Role::Text);
            let column = seen.columns();
            let in_sight = (self.left()..self.right()).contains(&column);
            if row.end < row.next && end != Role::Text && in_sight {
                line.spaces(1, end);
            }
            line
        };
        Ok(rows.iter().map(line).collect())
    }

    fn seen(&self, top: u64, height: usize) -> io::Result<Vec<(Row, Seen)>> {
        let mut flow = self.flow();
        let mut rows = Vec::new();
        // A byte a column; out of sight half as many more, as wide characters have.
        let many = self.left().saturating_mul(3) / 2 + self.width;
        let mut row = flow.row_at(top)?;
        while let Some(this) = row.filter(|_| rows.len() < height) {
            let seen = |bytes: &[u8]| self.row(this, bytes);
            let bytes = this.start..this.end;
            rows.push((this, flow.bytes.first_of(bytes, many, seen)?));
            row = flow.row_after(this)?;
        }
        Ok(rows)
    }

    fn left(&self) -> usize {
        if self.wrap { 0 } else { self.left }
    }

    fn right(&self) -> usize {
        self.left().saturating_add(self.width)
    }

    /// The row that begins with these bytes, as far as it is in sight, and how many of them
    /// it took.
    fn row(&self, row: Row, bytes: &[u8]) -> (Seen, usize) {
        let mut seen = Seen::new(row.start);
        let (left, right) = (self.left(), self.right());
        let mut pieces = row.reading.pieces(bytes);
        loop {
            let column = seen.columns();
            if column < left {
                seen.skip(pieces.pass(left - column));
            }
            let column = seen.columns();
            let Some(piece) = pieces.run(right.saturating_sub(column).max(1)) else {
                return (seen, bytes.len());
            };
            if column >= right {
                return (seen, piece.bytes.start);
            }
            let wide = columns(&piece, Look::Text, column);
            let at = row.start;
            let bytes = at + piece.bytes.start as u64..at + piece.bytes.end as u64;
            match is_tab(&piece) {
                true => seen.push(&SPACES[..wide], wide, bytes, Role::Text),
                false => seen.push(&piece.text, wide, bytes, piece.role),
            }
        }
    }
}
