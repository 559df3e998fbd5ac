//! A cursor on a byte of a view: where a motion leads, what is selected.
//!
//! Knows views, not keys and not the screen: which rows are in sight is the caller's.

use std::ops::Range;

use crate::tui::keymap::Motion;
use crate::view::{Cell, View};

/// Rows without a byte that a step goes over; a head's notes are fewer.
const MOST_ROWS: usize = 200;

/// Offsets are the view's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The bytes of the cell it stands on.
    pub bytes: Range<u64>,
    /// The cell where a selection began.
    pub from: Option<Range<u64>>,
    /// The column that up and down keep to.
    pub column: usize,
}

impl Cursor {
    pub fn on(cell: &Cell) -> Cursor {
        Cursor {
            bytes: cell.bytes.clone(),
            from: None,
            column: cell.columns.start,
        }
    }

    /// Both ends' cells are in it.
    pub fn selected(&self) -> Option<Range<u64>> {
        let from = self.from.as_ref()?;
        Some(from.start.min(self.bytes.start)..from.end.max(self.bytes.end))
    }

    /// Onto another cell; `select` begins a selection here or keeps the one there is.
    pub fn moved(&self, to: &Cell, motion: Motion, select: bool) -> Cursor {
        let keeps_column = matches!(
            motion,
            Motion::Up | Motion::Down | Motion::PageUp | Motion::PageDown
        );
        Cursor {
            bytes: to.bytes.clone(),
            from: select.then(|| self.from.clone().unwrap_or_else(|| self.bytes.clone())),
            column: if keeps_column {
                self.column
            } else {
                to.columns.start
            },
        }
    }

    /// The cell that a motion leads to; `page` is in rows. `None`: there is none.
    pub fn target(&self, view: &dyn View, motion: Motion, page: i64) -> Option<Cell> {
        let row = view.anchor(self.bytes.start);
        match motion {
            Motion::Left | Motion::WordLeft => view.before(&self.bytes),
            Motion::Right | Motion::WordRight => view.behind(&self.bytes),
            Motion::Up => self.rows(view, row, -1),
            Motion::Down => self.rows(view, row, 1),
            Motion::PageUp => self.rows(view, row, -page),
            Motion::PageDown => self.rows(view, row, page),
            Motion::Home => view.cells(row).into_iter().next(),
            Motion::End => view.cells(row).pop(),
            Motion::PageLeft | Motion::PageRight => None,
            Motion::First => Some(view.cell_of(0)?.1),
            Motion::Last => view.cells(view.anchor(u64::MAX)).pop(),
        }
    }

    /// So many rows on, and further as long as nothing else stands there.
    fn rows(&self, view: &dyn View, mut row: u64, mut by: i64) -> Option<Cell> {
        for _ in 0..MOST_ROWS {
            let next = view.step(row, by);
            if next == row {
                return None;
            }
            let cell = view.cell_at(next, self.column);
            if let Some(cell) = cell.filter(|cell| cell.bytes != self.bytes) {
                return Some(cell);
            }
            row = next;
            by = by.signum();
        }
        None
    }
}

/// Where a cursor appears: on the first byte in sight, or in the last row of it.
pub fn first_cell(view: &dyn View, top: u64, height: usize, in_last_row: bool) -> Option<Cell> {
    let mut rows: Vec<u64> = Vec::new();
    let mut row = top;
    for _ in 0..height {
        rows.push(row);
        let next = view.step(row, 1);
        if next == row {
            break;
        }
        row = next;
    }
    if in_last_row {
        rows.reverse();
    }
    rows.into_iter()
        .find_map(|row| view.cells(row).into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Memory, Window, Writer};
    use crate::decode::Letters;
    use crate::view::Text;

    fn text(bytes: &str, width: usize) -> Text {
        let mut writer = Writer::new(&Memory::new(10_000));
        writer.append(bytes.as_bytes()).unwrap();
        Text {
            window: Window::whole(&writer.store()),
            letters: Letters::default(),
            width,
            wrap: true,
            left: 0,
        }
    }

    #[test]
    fn motions_lead_from_byte_to_byte() {
        use Motion::*;
        // The rows are "one␊", "日本␊", "␊", "a lon", "ger o", "ne".
        let view = text("one\n日本\n\na longer one", 5);
        let rows: Vec<u64> = view.rows(0, 9).iter().map(|line| line.at).collect();
        assert_eq!(rows, [0, 4, 11, 12, 17, 22]);
        for (from, motions, want) in [
            (0, &[Right][..], Some(1)),
            (2, &[Right], Some(3)),
            (3, &[Right], Some(4)),
            (4, &[Right], Some(7)),
            (10, &[Right], Some(11)),
            (16, &[Right], Some(17)),
            (23, &[Right], None),
            (0, &[Left], None),
            (4, &[Left], Some(3)),
            (7, &[Left], Some(4)),
            (2, &[Down], Some(7)),
            (2, &[Down, Down], Some(11)),
            (2, &[Down, Down, Down], Some(14)),
            (2, &[Down, Down, Right], Some(12)),
            (2, &[Up], None),
            (23, &[Up], Some(18)),
            (0, &[PageDown], Some(11)),
            (22, &[PageUp], Some(12)),
            (22, &[PageDown], None),
            (18, &[PageLeft], None),
            (18, &[Home], Some(17)),
            (5, &[End], Some(10)),
            (18, &[First], Some(0)),
            (0, &[Last], Some(23)),
        ] {
            let (_, cell) = view.cell_of(from).unwrap();
            let mut cursor = Cursor::on(&cell);
            let mut at = None;
            for &motion in motions {
                let cell = cursor.target(&view, motion, 2);
                at = cell.as_ref().map(|cell| cell.bytes.start);
                if let Some(cell) = cell {
                    cursor = cursor.moved(&cell, motion, false);
                }
            }
            assert_eq!(at, want, "{from} {motions:?}");
        }
    }

    #[test]
    fn selections_hold_both_ends() {
        let view = text("abcdef", 20);
        for (from, motions, want) in [
            (1, &[(Motion::Right, true)][..], Some(1..3)),
            (3, &[(Motion::Left, true), (Motion::Left, true)], Some(1..4)),
            (
                1,
                &[(Motion::Right, true), (Motion::Left, true)],
                Some(1..2),
            ),
            (1, &[(Motion::Right, true), (Motion::Right, false)], None),
            (1, &[(Motion::Last, true)], Some(1..6)),
        ] {
            let (_, cell) = view.cell_of(from).unwrap();
            let mut cursor = Cursor::on(&cell);
            for &(motion, select) in motions {
                let cell = cursor.target(&view, motion, 2).unwrap();
                cursor = cursor.moved(&cell, motion, select);
            }
            assert_eq!(cursor.selected(), want, "{from} {motions:?}");
        }
    }

    #[test]
    fn a_line_end_behind_a_full_row_is_passed_over() {
        let view = text("12345\n6", 5);
        let (_, cell) = view.cell_of(4).unwrap();
        let cursor = Cursor::on(&cell);
        let next = cursor.target(&view, Motion::Right, 1).unwrap();
        assert_eq!(next.bytes, 6..7);
        let cursor = Cursor::on(&next);
        let back = cursor.target(&view, Motion::Left, 1).unwrap();
        assert_eq!(back.bytes, 4..5);
    }

    #[test]
    fn a_cursor_appears_in_sight() {
        let view = text("a\nb\nc\nd", 5);
        for (top, height, in_last_row, want) in [(2, 2, false, 2), (2, 2, true, 4), (4, 9, true, 6)]
        {
            let cell = first_cell(&view, top, height, in_last_row).unwrap();
            assert_eq!(cell.bytes.start, want, "{top} {height}");
        }
        assert_eq!(first_cell(&text("", 5), 0, 5, false), None);
    }
}
