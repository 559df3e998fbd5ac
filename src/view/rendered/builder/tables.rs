//! The parts of tables, as their tags come: rows, cells, captions.
//!
//! Owns which cell is open and where its words go; how a table looks is
//! [`super::super::table`]'s.

use super::super::flow::Flow;
use super::super::table::{Block, Table};
use super::super::tags::TablePart;
use super::super::tokens::Start;
use super::{Builder, HELD};

/// Tables inside each other; deeper ones are blocks.
const TABLES: usize = 6;

/// A table whose end has not come.
pub(super) struct OpenTable {
    table: Table,
    /// The cell that is open: columns and rows.
    cell: Option<(usize, usize, bool)>,
    /// Rows are those of a thead.
    head: bool,
}

impl Builder {
    pub(super) fn table_part(&mut self, part: TablePart, tag: &Start) {
        if part == TablePart::Whole {
            self.flush();
            if self.tables.len() < TABLES {
                let flow = self.flow();
                let (indent, spaced) = (flow.indent(), true);
                flow.spaced = false;
                self.tables.push(OpenTable {
                    table: Table::new(indent, spaced),
                    cell: None,
                    head: false,
                });
            }
            return;
        }
        if self.tables.is_empty() {
            return;
        }
        self.end_cell();
        match part {
            TablePart::Whole => {}
            TablePart::Head => self.head(true),
            TablePart::Body => self.head(false),
            TablePart::Row => {
                self.spill();
                self.next_row();
            }
            TablePart::HeadCell | TablePart::Cell => {
                let count = |name| tag.number(name).map_or(1, |n| n as usize);
                let cell = (
                    count("colspan"),
                    count("rowspan"),
                    part == TablePart::HeadCell,
                );
                if cell.2 {
                    self.look.strong += 1;
                }
                // What stands between the cells goes before the table.
                self.flush();
                let Some(open) = self.tables.last_mut() else {
                    return;
                };
                if open.table.rows.is_empty() {
                    open.table.next_row();
                }
                open.cell = Some(cell);
                self.flows.push(Flow::default());
            }
        }
    }

    fn head(&mut self, head: bool) {
        if let Some(open) = self.tables.last_mut() {
            open.head = head;
        }
    }

    fn next_row(&mut self) {
        if let Some(open) = self.tables.last_mut() {
            open.table.next_row();
            if let Some(row) = open.table.rows.last_mut() {
                row.head = open.head;
            }
        }
    }

    /// The innermost table's open cell is whole.
    pub(super) fn end_cell(&mut self) {
        let Some((span, down, head)) = self.tables.last_mut().and_then(|open| open.cell.take())
        else {
            return;
        };
        self.end_link(0..0);
        while let Some(block) = self.flow().innermost() {
            self.pop(block);
        }
        self.flush();
        if head {
            self.look.strong = self.look.strong.saturating_sub(1);
        }
        let blocks = self.flows.pop().unwrap_or_default().blocks;
        if let Some(open) = self.tables.last_mut() {
            open.table.add(blocks, span, down);
            // A row of nothing but head cells is a head, in a thead or not.
            if let Some(row) = open.table.rows.last_mut() {
                row.head = head && (row.head || row.cells.len() == 1);
            }
        }
    }

    pub(super) fn end_table(&mut self) {
        self.end_cell();
        self.flush();
        let Some(open) = self.tables.pop() else {
            return;
        };
        self.put(Block::Table(open.table));
        self.flow().spaced = true;
    }

    /// A table that grows too long to be held is laid out as far as it is.
    fn spill(&mut self) {
        if self.held > HELD
            && self.tables.len() == 1
            && let Some(open) = self.tables.last_mut()
        {
            let rest = Table::new(open.table.indent, false);
            let whole = std::mem::replace(&mut open.table, rest);
            self.put(Block::Table(whole));
        }
    }
}
