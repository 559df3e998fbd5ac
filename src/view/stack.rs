//! Rows that are there already, above another view: the head above its body.

use crate::view::{Cell, Line, Marking, View};

/// `above` in the anchors 0 to its length, then `below`, its anchors moved on by that.
pub struct Stack<'a> {
    pub above: Vec<Line>,
    pub below: &'a dyn View,
}

impl Stack<'_> {
    fn above(&self) -> u64 {
        self.above.len() as u64
    }
}

impl View for Stack<'_> {
    fn marked(&self, top: u64, height: usize, marks: &mut Marking<'_>) -> Vec<Line> {
        let skipped = usize::try_from(top).unwrap_or(usize::MAX);
        let mut rows: Vec<Line> = self
            .above
            .iter()
            .enumerate()
            .skip(skipped)
            .take(height)
            .map(|(row, line)| Line {
                spans: line.spans.clone(),
                at: row as u64,
            })
            .collect();
        if rows.len() < height {
            let from = top.saturating_sub(self.above());
            let below = self.below.marked(from, height - rows.len(), marks);
            rows.extend(below.into_iter().map(|line| Line {
                at: line.at + self.above(),
                ..line
            }));
        }
        rows
    }

    fn step(&self, from: u64, rows: i64) -> u64 {
        let above = self.above();
        if rows >= 0 {
            let forward = rows as u64;
            if from + forward < above {
                return from + forward;
            }
            if self.below.is_empty() {
                return self.last();
            }
            let passed = above.saturating_sub(from);
            let start = from.saturating_sub(above);
            return above + self.below.step(start, (forward - passed) as i64);
        }
        let back = rows.unsigned_abs();
        if from < above {
            return from.saturating_sub(back);
        }
        let at = self.below.step(from - above, 0);
        if back >= from {
            return 0;
        }
        let to = self
            .below
            .step(at, -i64::try_from(back).unwrap_or(i64::MAX));
        if to > 0 {
            return above + to;
        }
        // It reached the first row below, or would go on above it: by as many rows as
        // there were none of below.
        let most = usize::try_from(back).unwrap_or(usize::MAX);
        let rows = self.below.rows(0, most);
        let passed = rows.iter().filter(|line| line.at < at).count() as u64;
        above - (back - passed).min(above)
    }

    fn last(&self) -> u64 {
        match self.below.is_empty() {
            true => self.above().saturating_sub(1),
            false => self.above() + self.below.last(),
        }
    }

    /// Offsets are those of the view below.
    fn anchor(&self, offset: u64) -> u64 {
        self.above() + self.below.anchor(offset)
    }

    fn is_empty(&self) -> bool {
        self.above.is_empty() && self.below.is_empty()
    }

    fn cells(&self, anchor: u64) -> Vec<Cell> {
        match anchor.checked_sub(self.above()) {
            Some(anchor) => self.below.cells(anchor),
            None => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Role, Span};

    /// Rows of ten bytes each.
    struct Tens(u64);

    impl View for Tens {
        fn marked(&self, top: u64, height: usize, marks: &mut Marking<'_>) -> Vec<Line> {
            let rows = top / 10..(top / 10 + height as u64).min(self.0);
            marks(rows.start * 10..rows.end * 10);
            rows.map(|row| line(&format!("b{row}"), row * 10)).collect()
        }
        fn step(&self, from: u64, rows: i64) -> u64 {
            let row = (from / 10) as i64 + rows;
            row.clamp(0, self.0.saturating_sub(1) as i64) as u64 * 10
        }
        fn last(&self) -> u64 {
            self.0.saturating_sub(1) * 10
        }
        fn anchor(&self, offset: u64) -> u64 {
            offset / 10 * 10
        }
        fn cells(&self, anchor: u64) -> Vec<Cell> {
            let bytes = anchor / 10 * 10..anchor / 10 * 10 + 10;
            vec![Cell {
                columns: 0..2,
                bytes,
            }]
        }
    }

    fn line(text: &str, at: u64) -> Line {
        Line {
            spans: vec![Span {
                text: text.to_owned(),
                role: Role::Text,
            }],
            at,
        }
    }

    #[test]
    fn rows_and_steps_cross_the_seam() {
        let tens = Tens(5);
        let stack = Stack {
            above: vec![line("a0", 0), line("a1", 0), line("a2", 0)],
            below: &tens,
        };
        let shown = |top| -> Vec<String> {
            let rows = stack.rows(top, 3);
            rows.iter().map(|line| line.spans[0].text.clone()).collect()
        };
        assert_eq!(shown(1), ["a1", "a2", "b0"]);
        assert_eq!(shown(13), ["b1", "b2", "b3"]);
        for (from, by, want) in [
            (0, 1, 1),
            (0, 3, 3),
            (0, 4, 13),
            (0, 99, 43),
            (13, -1, 3),
            (13, -2, 2),
            (23, -5, 0),
            (2, -5, 0),
        ] {
            assert_eq!(stack.step(from, by), want, "{from} {by}");
        }
        assert_eq!(stack.last(), 43);
        assert_eq!(stack.anchor(25), 23);
        for (top, height, want) in [(0, 3, 0..0), (0, 5, 0..20), (2, 2, 0..10), (13, 9, 10..50)] {
            assert_eq!(stack.shown(top, height), want, "{top} {height}");
        }
        assert_eq!(stack.cells(2), []);
        assert_eq!(stack.cells(23)[0].bytes, 20..30);
        assert_eq!(stack.cell_of(25).map(|(row, _)| row), Some(23));
    }

    #[test]
    fn nothing_below_is_fine() {
        let none = Tens(0);
        let stack = Stack {
            above: vec![line("a0", 0), line("a1", 0)],
            below: &none,
        };
        assert_eq!(stack.last(), 1);
        assert_eq!(stack.step(0, 9), 1);
    }
}
