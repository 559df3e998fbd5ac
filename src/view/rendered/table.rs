//! Tables: how wide each column is, and their cells side by side.
//!
//! ```text
//! all fit as they are        each column as wide as its widest row
//! they fit when wrapped      as wide as its longest word, the rest shared out
//! they do not                as wide as its longest word: the rows scroll sideways
//! not even that (WIDEST)     the cells one below the other
//! too many pieces (BITS)     the same
//! ```

use super::super::Role;
use super::lay::{Need, Para, WIDEST, narrow};
use super::page::{Bit, Rows};

/// Columns of a table; what stands further right is put into the last one.
const COLUMNS: usize = 64;
/// Pieces of text and of the frame that cells side by side may make, about 32 bytes each:
/// beside a cell of half a million rows stand half a million times the other columns.
const BITS: usize = 1 << 20;
/// Between two columns, and where a rule crosses it.
pub(super) const BETWEEN: &str = " │ ";
pub(super) const RULE: &str = "─";
pub(super) const CROSS: &str = "─┼─";

/// What a page is made of.
#[derive(Clone, Debug)]
pub(super) enum Block {
    Para(Para),
    /// A line across.
    Rule {
        indent: usize,
    },
    Table(Table),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub rows: Vec<TableRow>,
    pub indent: usize,
    pub spaced: bool,
    /// Columns that a cell above still reaches down into: how many rows more.
    reaching: Vec<u32>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct TableRow {
    pub cells: Vec<TableCell>,
    pub head: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct TableCell {
    pub blocks: Vec<Block>,
    pub span: usize,
}

/// Where the frame's pieces stand in the page's text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frame {
    pub between: (u32, u32),
    pub cross: (u32, u32),
    /// [`WIDEST`] pieces of a rule.
    pub rule: (u32, u32),
}

impl Block {
    pub fn lay(&self, text: &str, frame: &Frame, width: usize, rows: &mut Rows) {
        match self {
            Block::Para(para) => para.lay(text, width, rows),
            Block::Rule { indent } => {
                rows.push(frame.rule(*indent, width.saturating_sub(*indent)));
                rows.end_row();
            }
            Block::Table(table) => table.lay(text, frame, width, rows),
        }
    }

    fn need(&self) -> Need {
        match self {
            Block::Para(para) => para.need(),
            Block::Rule { indent } => Need {
                least: indent + 1,
                most: indent + 1,
            },
            Block::Table(table) => table.need(),
        }
    }
}

impl Table {
    /// Without rows; `spaced`: an empty row goes before it.
    pub fn new(indent: usize, spaced: bool) -> Table {
        Table {
            indent,
            spaced,
            ..Table::default()
        }
    }

    /// A cell at the end of the last row; `span` columns wide, `down` rows high.
    pub fn add(&mut self, blocks: Vec<Block>, span: usize, down: usize) {
        let Some(row) = self.rows.last_mut() else {
            return;
        };
        let mut at: usize = row.cells.iter().map(|cell| cell.span).sum();
        while self.reaching.get(at).is_some_and(|&rows| rows > 0) {
            self.reaching[at] -= 1;
            row.cells.push(TableCell {
                blocks: Vec::new(),
                span: 1,
            });
            at += 1;
        }
        if at >= COLUMNS {
            if let Some(last) = row.cells.last_mut() {
                last.blocks.extend(blocks);
            }
            return;
        }
        let span = span.clamp(1, COLUMNS - at);
        if down > 1 {
            self.reaching.resize(self.reaching.len().max(at + span), 0);
            self.reaching[at..at + span].fill(u32::try_from(down - 1).unwrap_or(u32::MAX));
        }
        row.cells.push(TableCell { blocks, span });
    }

    /// Another row begins; what reaches down past the end of the last one does so less.
    pub fn next_row(&mut self) {
        if let Some(row) = self.rows.last() {
            let cells: usize = row.cells.iter().map(|cell| cell.span).sum();
            for rows in self.reaching.iter_mut().skip(cells) {
                *rows = rows.saturating_sub(1);
            }
        }
        self.rows.push(TableRow::default());
    }

    fn columns(&self) -> usize {
        let of = |row: &TableRow| row.cells.iter().map(|cell| cell.span).sum();
        self.rows.iter().map(of).max().unwrap_or(0)
    }

    fn need(&self) -> Need {
        let needs = self.needs();
        let frame = self.indent + BETWEEN_WIDTH * needs.len().saturating_sub(1);
        Need {
            least: frame + needs.iter().map(|need| need.least).sum::<usize>(),
            most: frame + needs.iter().map(|need| need.most).sum::<usize>(),
        }
    }

    /// Of each column.
    fn needs(&self) -> Vec<Need> {
        let mut needs = vec![Need::default(); self.columns()];
        let mut wide: Vec<(usize, usize, Need)> = Vec::new();
        for row in &self.rows {
            let mut at = 0;
            for cell in &row.cells {
                let blocks = cell.blocks.iter().map(Block::need);
                let mut need = blocks.fold(Need::default(), Need::or);
                need.least = need.least.max(1);
                need.most = need.most.max(need.least);
                match cell.span {
                    1 => needs[at] = needs[at].or(need),
                    span => wide.push((at, span, need)),
                }
                at += cell.span;
            }
        }
        // A cell over several columns widens the last of them.
        for (at, span, need) in wide {
            let columns = &mut needs[at..at + span];
            let frame = BETWEEN_WIDTH * (span - 1);
            let least = frame + columns.iter().map(|need| need.least).sum::<usize>();
            let most = frame + columns.iter().map(|need| need.most).sum::<usize>();
            if let Some(last) = columns.last_mut() {
                last.least += need.least.saturating_sub(least);
                last.most = (last.most + need.most.saturating_sub(most)).max(last.least);
            }
        }
        needs
    }

    fn lay(&self, text: &str, frame: &Frame, width: usize, rows: &mut Rows) {
        let needs = self.needs();
        if needs.is_empty() {
            return;
        }
        if self.spaced && rows.len() > 0 {
            rows.end_row();
        }
        let room = width.saturating_sub(self.indent);
        let Some(widths) = share(&needs, room) else {
            self.stack(text, frame, width, rows);
            return;
        };
        let laid: Vec<Vec<Rows>> = self
            .rows
            .iter()
            .map(|row| row.lay(text, frame, &widths))
            .collect();
        let bits = self.rows.iter().zip(&laid).map(|(row, cells)| {
            let held: usize = cells.iter().map(|cell| cell.bits.len()).sum();
            held + height(cells) * row.cells.len()
        });
        if bits.sum::<usize>() > BITS {
            drop(laid);
            return self.stack(text, frame, width, rows);
        }
        // Rows of several lines are told apart by rules, as soon as there are columns.
        let tall = widths.len() > 1 && laid.iter().flatten().any(|cell| cell.len() > 1);
        for (at, (row, cells)) in self.rows.iter().zip(laid).enumerate() {
            self.side_by_side(frame, row, &cells, &widths, rows);
            let head = row.head && self.rows.get(at + 1).is_some_and(|next| !next.head);
            if (head || tall) && at + 1 < self.rows.len() {
                self.rule(frame, &widths, rows);
            }
        }
    }

    fn side_by_side(
        &self,
        frame: &Frame,
        row: &TableRow,
        cells: &[Rows],
        widths: &[usize],
        rows: &mut Rows,
    ) {
        for line in 0..height(cells) {
            let (mut column, mut at) = (self.indent, 0);
            for (cell, laid) in row.cells.iter().zip(cells) {
                if at > 0 {
                    rows.push(frame.between(column));
                    column += BETWEEN_WIDTH;
                }
                for bit in laid.row(line) {
                    rows.push(Bit {
                        column: narrow(column + usize::from(bit.column)),
                        ..bit.clone()
                    });
                }
                column += spanned(widths, at, cell.span);
                at += cell.span;
            }
            rows.end_row();
        }
    }

    fn rule(&self, frame: &Frame, widths: &[usize], rows: &mut Rows) {
        let mut column = self.indent;
        for (at, &width) in widths.iter().enumerate() {
            if at > 0 {
                rows.push(frame.cross(column));
                column += BETWEEN_WIDTH;
            }
            rows.push(frame.rule(column, width));
            column += width;
        }
        rows.end_row();
    }

    /// The cells one below the other.
    fn stack(&self, text: &str, frame: &Frame, width: usize, rows: &mut Rows) {
        for block in self
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .flat_map(|cell| &cell.blocks)
        {
            block.lay(text, frame, width, rows);
        }
    }
}

/// Of cells side by side, in rows of the screen.
fn height(cells: &[Rows]) -> usize {
    cells.iter().map(Rows::len).max().unwrap_or(0).max(1)
}

impl TableRow {
    fn lay(&self, text: &str, frame: &Frame, widths: &[usize]) -> Vec<Rows> {
        let mut at = 0;
        let mut laid = Vec::new();
        for cell in &self.cells {
            let mut rows = Rows::default();
            for block in &cell.blocks {
                block.lay(text, frame, spanned(widths, at, cell.span), &mut rows);
            }
            laid.push(rows);
            at += cell.span;
        }
        laid
    }
}

const BETWEEN_WIDTH: usize = 3;

impl Frame {
    fn between(&self, column: usize) -> Bit {
        piece(self.between, column, BETWEEN_WIDTH)
    }

    fn cross(&self, column: usize) -> Bit {
        piece(self.cross, column, BETWEEN_WIDTH)
    }

    fn rule(&self, column: usize, width: usize) -> Bit {
        let width = width.min(WIDEST);
        let bytes = u32::try_from(width * RULE.len()).unwrap_or(0);
        let (from, to) = self.rule;
        piece((from, from.saturating_add(bytes).min(to)), column, width)
    }
}

fn piece((from, to): (u32, u32), column: usize, width: usize) -> Bit {
    Bit {
        text: from..to,
        source: 0..0,
        column: narrow(column),
        width: narrow(width),
        role: Role::Margin,
        exact: false,
        link: 0,
    }
}

fn spanned(widths: &[usize], at: usize, span: usize) -> usize {
    let columns = widths.iter().skip(at).take(span);
    columns.sum::<usize>() + BETWEEN_WIDTH * span.saturating_sub(1)
}

/// A width for each column; `None`: not even their longest words have room in the widest
/// row there is.
fn share(needs: &[Need], room: usize) -> Option<Vec<usize>> {
    let frame = BETWEEN_WIDTH * needs.len().saturating_sub(1);
    let least: usize = needs.iter().map(|need| need.least).sum();
    let most: usize = needs.iter().map(|need| need.most).sum();
    if frame + least > WIDEST {
        return None;
    }
    if frame + most <= room {
        return Some(needs.iter().map(|need| need.most).collect());
    }
    let spare = room.saturating_sub(frame + least);
    let wanted = (most - least).max(1);
    let part = |need: &Need| need.least + (need.most - need.least) * spare / wanted;
    Some(needs.iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_share_the_room() {
        for (needs, room, want) in [
            (&[(1, 5), (2, 9)][..], 40, Some(vec![5, 9])),
            (&[(1, 5), (2, 9)], 17, Some(vec![5, 9])),
            (&[(1, 5), (2, 20)], 17, Some(vec![3, 11])),
            (&[(10, 50), (10, 50)], 5, Some(vec![10, 10])),
            (&[(600, 600), (600, 600)], 80, None),
            (&[(3, 100)], 40, Some(vec![40])),
        ] {
            let needs: Vec<Need> = needs
                .iter()
                .map(|&(least, most)| Need { least, most })
                .collect();
            assert_eq!(share(&needs, room), want, "{needs:?} in {room}");
        }
    }
}
