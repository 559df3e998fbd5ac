//! The body as text, one row a line or wrapped.
//!
//! Owns how a line looks: its end is not shown (a lone CR is), a tab goes to the next of
//! every eighth column, what is not text is a picture or an escape. A line end that is
//! marked is a space, where the row has room for it.

use std::io;
use std::ops::Range;

use super::bytes::Bytes;
use super::flow::{Flow, Look, Row, cells, columns, is_tab};
use super::safe::cut;
use super::{Cell, Line, Marks, Role, View, unreadable};
use crate::body::Window;
use crate::decode::Letters;

/// Bytes read at least where lines are not wrapped: a few characters.
const CUT: u64 = 64;

/// Anchors and marks are offsets in the window.
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
    pub marks: Marks,
}

impl View for Text {
    fn rows(&self, top: u64, height: usize) -> Vec<Line> {
        self.lines(top, height)
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

    fn shown(&self, top: u64, height: usize) -> Range<u64> {
        let rows = i64::try_from(height).unwrap_or(i64::MAX);
        let step = self.flow().step(self.anchor(top), rows);
        match step {
            Ok((next, done)) if done == height as u64 => self.anchor(top)..next,
            _ => self.anchor(top)..self.window.there(),
        }
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

    fn lines(&self, top: u64, height: usize) -> io::Result<Vec<Line>> {
        let mut flow = self.flow();
        let mut lines = Vec::new();
        // A byte a column; out of sight half as many more, as wide characters have.
        let many = self.left().saturating_mul(3) / 2 + self.width;
        let mut row = flow.row_at(top)?;
        while let Some(this) = row.filter(|_| lines.len() < height) {
            let line = |bytes: &[u8]| self.line(this, bytes);
            let bytes = this.start..this.end;
            lines.push(flow.bytes.first_of(bytes, many, line)?);
            row = flow.row_after(this)?;
        }
        Ok(lines)
    }

    fn left(&self) -> usize {
        if self.wrap { 0 } else { self.left }
    }

    /// The row that begins with these bytes, and how many of them it took.
    fn line(&self, row: Row, bytes: &[u8]) -> (Line, usize) {
        let mut line = Line::new(row.start);
        let left = self.left();
        let right = left.saturating_add(self.width);
        let mut pieces = row.reading.pieces(bytes);
        let mut column = 0;
        loop {
            if column < left {
                column += pieces.pass(left - column);
            }
            let Some(piece) = pieces.next() else { break };
            if column >= right {
                return (line, piece.bytes.start);
            }
            let wide = columns(&piece, Look::Text, column);
            let (from, to) = (column, column + wide);
            column = to;
            if to <= left {
                continue;
            }
            let at = row.start;
            let bytes = at + piece.bytes.start as u64..at + piece.bytes.end as u64;
            let shown = to.min(right) - from.max(left);
            if is_tab(&piece) {
                line.spaces(shown, self.marks.role(bytes, Role::Text));
                continue;
            }
            let role = self.marks.role(bytes, piece.role);
            if shown == piece.width {
                line.push(&piece.text, role);
            } else if from < left || piece.role == Role::Text {
                // Half of a wide character at an edge.
                line.spaces(shown, role);
            } else {
                line.push(&cut(&piece.text, shown), role);
            }
        }
        let end = self.marks.role(row.end..row.next, Role::Text);
        if row.end < row.next && end != Role::Text && (left..right).contains(&column) {
            line.spaces(1, end);
        }
        (line, bytes.len())
    }
}
