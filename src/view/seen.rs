//! A row on screen whose pieces know their bytes: cut at the edges, marked, pointed at.
//!
//! Owns how a piece looks that an edge cuts. What a row is made of is its view's.

use std::ops::Range;

use super::{Cell, Line, Marks, Role, safe};

/// A row from its first column to its last, in sight or not.
pub(super) struct Seen {
    pub anchor: u64,
    text: String,
    pieces: Vec<Piece>,
    columns: usize,
}

struct Piece {
    /// In the row's text.
    text: Range<usize>,
    columns: Range<usize>,
    /// Empty: this program's own.
    bytes: Range<u64>,
    role: Role,
}

impl Seen {
    pub fn new(anchor: u64) -> Seen {
        // Most rows need no more.
        Seen {
            anchor,
            text: String::with_capacity(128),
            pieces: Vec::with_capacity(16),
            columns: 0,
        }
    }

    /// Adds a piece behind the others. Text of a column a byte may be of any length: each
    /// of its bytes is marked by itself.
    pub fn push(&mut self, text: &str, columns: usize, bytes: Range<u64>, role: Role) {
        let (from, start) = (self.text.len(), self.columns);
        self.text.push_str(text);
        self.columns += columns;
        self.pieces.push(Piece {
            text: from..self.text.len(),
            columns: start..self.columns,
            bytes,
            role,
        });
    }

    /// Passes over columns that are out of sight to the left.
    pub fn skip(&mut self, columns: usize) {
        self.columns += columns;
    }

    /// Columns so far.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The last column shows these bytes too, where they follow its own.
    pub fn stretch(&mut self, bytes: &Range<u64>) -> bool {
        let follows = |last: &mut Piece| last.has_bytes() && last.bytes.end == bytes.start;
        let Some(mut last) = self.pieces.pop_if(follows) else {
            return false;
        };
        if last.is_run() && last.columns.len() > 1 {
            let before = Piece {
                text: last.text.start..last.text.end - 1,
                columns: last.columns.start..last.columns.end - 1,
                bytes: last.bytes.start..last.bytes.end - 1,
                role: last.role,
            };
            last.text.start = before.text.end;
            last.columns.start = before.columns.end;
            last.bytes.start = before.bytes.end;
            self.pieces.push(before);
        }
        last.bytes.end = bytes.end;
        self.pieces.push(last);
        true
    }

    /// From the first byte that it shows to the last.
    pub fn bytes(&self) -> Option<Range<u64>> {
        let mut pieces = self.pieces.iter().filter(|piece| piece.has_bytes());
        let first = pieces.next()?;
        let last = pieces.next_back().unwrap_or(first);
        Some(first.bytes.start..last.bytes.end)
    }

    pub fn cells(&self) -> Vec<Cell> {
        let pieces = self.pieces.iter().filter(|piece| piece.has_bytes());
        pieces.flat_map(Piece::cells).collect()
    }

    /// The columns from `left` on.
    pub fn line(&self, left: usize, width: usize, marks: &Marks) -> Line {
        let mut line = Line::new(self.anchor);
        let sight = left..left.saturating_add(width);
        for piece in &self.pieces {
            if piece.columns.start >= sight.end {
                break;
            }
            if piece.columns.end > sight.start {
                piece.draw(&self.text[piece.text.clone()], &sight, marks, &mut line);
            }
        }
        line
    }
}

impl Piece {
    fn has_bytes(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// A column a byte, and a byte of the text.
    fn is_run(&self) -> bool {
        let columns = self.columns.len();
        columns == self.text.len() && columns as u64 == self.bytes.end - self.bytes.start
    }

    fn cells(&self) -> Vec<Cell> {
        if !self.is_run() {
            return vec![Cell {
                columns: self.columns.clone(),
                bytes: self.bytes.clone(),
            }];
        }
        let cell = |(column, byte)| Cell {
            columns: column..column + 1,
            bytes: byte..byte + 1,
        };
        self.columns
            .clone()
            .zip(self.bytes.clone())
            .map(cell)
            .collect()
    }

    fn draw(&self, text: &str, sight: &Range<usize>, marks: &Marks, line: &mut Line) {
        let (from, to) = (self.columns.start, self.columns.end);
        let marked = self.has_bytes() && marks.touch(&self.bytes);
        let whole = sight.start <= from && to <= sight.end;
        if self.is_run() {
            let from = sight.start.saturating_sub(from);
            let to = sight.end.min(to) - self.columns.start;
            if !marked {
                return line.push(&text[from..to], self.role);
            }
            for (at, byte) in (from..to).zip(self.bytes.start + from as u64..) {
                line.push(&text[at..=at], marks.role(byte..byte + 1, self.role));
            }
            return;
        }
        let role = match marked {
            true => marks.role(self.bytes.clone(), self.role),
            false => self.role,
        };
        let shown = to.min(sight.end) - from.max(sight.start);
        if whole {
            line.push(text, role);
        } else if from < sight.start && !self.has_bytes() {
            let rest: String = text.chars().skip(sight.start - from).collect();
            line.push(&safe::cut(&rest, shown), role);
        } else if from < sight.start || text.trim().chars().nth(1).is_none() {
            // Half of a wide character, a part of a tab.
            line.spaces(shown, role);
        } else {
            line.push(&safe::cut(text, shown), role);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text of a column a byte, a wide character, an escape, a tab.
    fn row() -> Seen {
        let mut row = Seen::new(7);
        row.push("> ", 2, 0..0, Role::Margin);
        row.push("abcd", 4, 10..14, Role::Text);
        row.push("日", 2, 14..17, Role::String);
        row.push("\\xff", 4, 17..18, Role::Undecodable);
        row.push("   ", 3, 18..19, Role::Text);
        row
    }

    #[test]
    fn what_is_in_sight_and_marked() {
        let marks = Marks {
            found: vec![11..13, 15..16],
            cursor: Some(18..19),
            ..Marks::default()
        };
        for (left, width, marks, want) in [
            (
                0,
                99,
                None,
                "Margin<> >Text<abcd>String<日>Undecodable<\\xff>Text<   >",
            ),
            (1, 3, None, "Margin< >Text<ab>"),
            (4, 3, None, "Text<cd>String< >"),
            (7, 3, None, "String< >Undecodable<\\…>"),
            (9, 4, None, "Undecodable<   >Text< >"),
            (14, 9, None, "Text< >"),
            (15, 9, None, ""),
            (
                0,
                99,
                Some(&marks),
                "Margin<> >Text<a>Found<bc>Text<d>Found<日>Undecodable<\\xff>Cursor<   >",
            ),
            (4, 3, Some(&marks), "Found<c>Text<d>Found< >"),
        ] {
            let line = row().line(left, width, marks.unwrap_or(&Marks::default()));
            let spans = line.spans.iter();
            let spans: Vec<String> = spans
                .map(|span| format!("{:?}<{}>", span.role, span.text))
                .collect();
            assert_eq!(
                (line.at, spans.concat().as_str()),
                (7, want),
                "{left} {width}"
            );
        }
    }

    #[test]
    fn each_byte_of_a_run_is_a_cell() {
        let cells = |row: &Seen| -> Vec<(Range<usize>, Range<u64>)> {
            let cells = row.cells().into_iter();
            cells.map(|cell| (cell.columns, cell.bytes)).collect()
        };
        let mut row = row();
        assert_eq!(row.bytes(), Some(10..19));
        assert_eq!(cells(&row)[3..5], [(5..6, 13..14), (6..8, 14..17)]);
        row.push("ab", 2, 19..21, Role::Text);
        assert!(!row.stretch(&(22..23)));
        assert!(row.stretch(&(21..23)));
        assert_eq!(cells(&row)[7..], [(15..16, 19..20), (16..17, 20..23)]);
    }
}
