//! HTML as a page: what a browser without styles and scripts would show.
//!
//! Owns the view over a page that is laid out ([`Page`]), and [`lay_out`], which makes
//! one: in one pass, without a tree, bounded in time and memory by the bytes it is given.
//!
//! ```text
//! bytes ─▸ tokens ─▸ builder (words · fields · flow · table) ─▸ lay ─▸ Page ─▸ rows
//! ```
//! What is not for reading (scripts, styles, templates) is left out. What is hidden is
//! shown and marked: what hides it may be a script that does not run here.
//!
//! # Rows and bytes
//! An anchor is a row's number; offsets are bytes of the HTML. A word knows the bytes it
//! was written as, an entity is one cell; bullets, frames and blanks show no byte. Marks
//! in the markup itself show nowhere.

mod builder;
mod charset;
mod fields;
mod flow;
mod lay;
mod page;
mod table;
mod tags;
mod tokens;
mod words;

use std::ops::Range;

use encoding_rs::{Encoding, UTF_8};

use super::{Cell, Line, Marking, View};
use builder::Builder;

pub use page::{Form, Link, Page, Way};

/// Bytes of HTML that are laid out; what follows is in the other views.
pub const MOST: u64 = 16 << 20;

/// Bytes that are laid out before all of them are: more than a screen shows, in a few
/// milliseconds.
pub const FIRST: u64 = 16 << 10;

/// As [`MOST`], of HTML in another charset than UTF-8: each of its characters is mapped.
const MOST_MAPPED: u64 = 4 << 20;

/// The page of some HTML (UTF-8), for a pane of so many columns. `there`: bytes that the
/// body has; where that is more than are given, the last row says so.
pub fn lay_out(html: &[u8], there: u64, width: usize) -> Page {
    lay_out_in(UTF_8, html, there, width)
}

/// The same, of HTML in this charset.
pub fn lay_out_in(encoding: &'static Encoding, html: &[u8], there: u64, width: usize) -> Page {
    let mapped = encoding != UTF_8;
    let most = if mapped { MOST_MAPPED } else { MOST };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let html = &html[..html.len().min(most)];
    let mut builder = Builder::new(width.max(1));
    if !mapped {
        let shown = tokens::tell(html, None, &mut builder);
        return builder.finish(shown, there);
    }
    let (text, map) = charset::utf8(html, encoding);
    let shown = tokens::tell(&text, Some(&map), &mut builder);
    let shown = match shown == text.len() {
        true => html.len(),
        false => map.back(&(0..shown)).end,
    };
    builder.finish(shown, there)
}

/// A page on screen.
#[derive(Clone, Debug)]
pub struct Rendered<'a> {
    pub page: &'a Page,
    /// Columns, and those hidden to the left.
    pub width: usize,
    pub left: usize,
}

impl View for Rendered<'_> {
    fn marked(&self, top: u64, height: usize, marks: &mut Marking<'_>) -> Vec<Line> {
        let rows = self.range(top, height);
        let marks = marks(self.page.bytes_of(rows.clone()));
        let here = marks.cursor.as_ref().and_then(|cursor| {
            let (index, _) = self.page.link_at(cursor.start)?;
            u32::try_from(index + 1).ok()
        });
        let here = here.unwrap_or(0);
        rows.map(|row| self.page.line(row, self.left, self.width, &marks, here))
            .collect()
    }

    fn step(&self, from: u64, rows: i64) -> u64 {
        from.saturating_add_signed(rows).min(self.last())
    }

    fn last(&self) -> u64 {
        (self.page.len() as u64).saturating_sub(1)
    }

    fn anchor(&self, offset: u64) -> u64 {
        self.page.row_of(offset)
    }

    fn cells(&self, anchor: u64) -> Vec<Cell> {
        usize::try_from(anchor).map_or_else(|_| Vec::new(), |row| self.page.cells(row))
    }

    fn cell_of(&self, offset: u64) -> Option<(u64, Cell)> {
        let (row, cell) = self.page.cell_near(offset, false)?;
        cell.bytes.contains(&offset).then_some((row, cell))
    }

    fn before(&self, bytes: &Range<u64>) -> Option<Cell> {
        let (_, cell) = self.page.cell_near(bytes.start.checked_sub(1)?, false)?;
        (cell.bytes.end <= bytes.start).then_some(cell)
    }

    fn behind(&self, bytes: &Range<u64>) -> Option<Cell> {
        let (_, cell) = self.page.cell_near(bytes.end, true)?;
        (cell.bytes.start >= bytes.end).then_some(cell)
    }
}

impl Rendered<'_> {
    fn range(&self, top: u64, height: usize) -> Range<usize> {
        let len = self.page.len();
        let top = usize::try_from(top).unwrap_or(usize::MAX).min(len);
        top..top.saturating_add(height).min(len)
    }
}

#[cfg(test)]
mod tests;
