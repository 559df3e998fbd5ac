//! The body in its form: JSON re-flowed, source with colours, fields, parts, events and
//! records as rows; nothing is hidden or changed but what the user folds.
//!
//! Owns the [`View`] over a form's rows. Each form's reader is a file of its own; where
//! rows begin is [`walk`]'s, how they look [`layout`]'s, what is known of the body
//! without reading it again [`mod@index`]'s.
//!
//! ```text
//! bytes ─▸ Lexer::row ─▸ Row, tokens ─▸ Walk (checkpoints, folds) ─▸ Step
//!                                                                     ▾
//!                             rows on screen ◂─ Frame::lay (indent, wrap, notes)
//! ```
//! Malformed bytes end the form: from there on the rows are lines of text, and a note says
//! what is wrong.

mod code;
mod coded;
mod events;
mod fields;
mod folds;
mod index;
mod json;
mod layout;
mod lexer;
mod lines;
mod markup;
mod mask;
mod multipart;
mod part;
mod reader;
mod row;
mod scan;
mod skim;
mod table;
mod told;
mod walk;

use std::cell::OnceCell;
use std::io;
use std::ops::ControlFlow;

use super::form::Form;
use super::number::grouped;
use super::reading::Reading;
use super::seen::Seen;
use super::{Cell, Line, Marking, Role, View, unreadable};
use crate::body::Window;
use crate::decode::Letters;
use layout::{Frame, anchor, offset};
use lexer::Lexer;
use row::ROW;
use walk::{Step, Walk};

pub use folds::Folds;
pub use index::{Fault, Head, Index, Piece};
pub use part::{Part, Places};

/// Bytes of a table's first records that tell how wide its columns are.
const MEASURED: u64 = 32 * 1024;
/// Columns that a field of a table is given at most.
const FIELD: usize = 40;
/// Bytes of a row, about, where one looks back: those further up are not laid out.
const USUAL: u64 = 64;
/// The most bytes for which marks are looked up: a fold may hide any number.
const MARKED: u64 = 1 << 20;

/// A body in its form.
#[derive(Debug)]
pub struct Pretty<'a> {
    pub window: Window,
    pub form: &'a Form,
    pub index: &'a Index,
    pub folds: &'a Folds,
    /// Nothing comes any more.
    pub ended: bool,
    /// Columns.
    pub width: usize,
    pub wrap: bool,
    /// Columns scrolled to the right; only without `wrap`.
    pub left: usize,
    stops: OnceCell<Vec<usize>>,
}

impl<'a> Pretty<'a> {
    pub fn new(window: Window, form: &'a Form, index: &'a Index, folds: &'a Folds) -> Pretty<'a> {
        Pretty {
            window,
            form,
            index,
            folds,
            ended: true,
            width: 80,
            wrap: true,
            left: 0,
            stops: OnceCell::new(),
        }
    }

    /// Can a form be made out in this charset? Its signs are ASCII.
    pub fn reads(letters: Letters) -> bool {
        mask::readable(letters)
    }

    /// The row that shows this byte, as what [`Folds::toggle`] takes, where it can be
    /// folded or unfolded.
    pub fn foldable(&self, at: u64) -> Option<u64> {
        if !self.form.folds() {
            return None;
        }
        let row = self.walk_to(at).ok()?.1?.row;
        row.row.opens().then_some(row.at)
    }

    /// What folding everything leaves: JSON's and XML's outermost container stays open.
    pub fn fold_all(form: &Form) -> Folds {
        Folds::all(match form {
            Form::Json | Form::Xml | Form::Html => 1,
            _ => 0,
        })
    }

    /// The part that the row of this byte is in, where that is a picture or a page.
    pub fn opens_at(&self, at: u64) -> Option<Part> {
        let step = self.walk_to(at).ok()?.1?;
        match step.lexer {
            Lexer::Parts(parts) if parts.opens() => {
                let at = step.row.at.checked_sub(parts.size?)?;
                Some(Part::new(&self.window, at, parts))
            }
            _ => None,
        }
    }

    fn walk(&self) -> Walk<'_> {
        Walk::new(&self.window, self.form, self.index, self.folds)
    }

    /// The row that shows this byte, or the last one, and a walk that goes on behind it.
    fn walk_to(&self, offset: u64) -> io::Result<(Walk<'_>, Option<Step>)> {
        let mut walk = self.walk();
        let goal = walk.seek(offset);
        let mut last = None;
        loop {
            walk.skim(goal)?;
            let Some(step) = walk.next()? else { break };
            let found = step.next > goal;
            last = Some(step);
            if found {
                break;
            }
        }
        Ok((walk, last))
    }

    /// Shows each row on screen from the one at `top` on, until `look` breaks.
    fn each_row(&self, top: u64, mut look: impl FnMut(Seen) -> ControlFlow<()>) -> io::Result<()> {
        let (mut walk, mut step) = self.walk_to(offset(top))?;
        while let Some(this) = step {
            let mut rows = self.rows_of(&this);
            // All of them, where the step begins behind `top`.
            let before = rows.partition_point(|row| row.anchor <= top);
            let mut rows = rows.drain(before.saturating_sub(1)..);
            if rows.try_for_each(&mut look).is_break() {
                break;
            }
            step = walk.next()?;
        }
        Ok(())
    }

    /// The rows on screen of one step.
    fn rows_of(&self, step: &Step) -> Vec<Seen> {
        self.frame().lay(step, self.words_below(step))
    }

    /// The rows on screen of the step that shows this byte.
    fn rows_at(&self, offset: u64) -> io::Result<Vec<Seen>> {
        let (_, step) = self.walk_to(offset)?;
        Ok(step.map_or_else(Vec::new, |step| self.rows_of(&step)))
    }

    fn frame(&self) -> Frame<'_> {
        Frame {
            width: self.width,
            wrap: self.wraps(),
            folds: self.form.folds(),
            counts: match self.form {
                Form::Json | Form::JsonLines => "members",
                _ => "rows",
            },
            stops: self.stops(),
            reading: Reading::new(self.index.letters()),
        }
    }

    /// Words below the last row, and what they are.
    fn words_below(&self, step: &Step) -> Option<(Role, String)> {
        let there = self.window.there();
        match step.next {
            at if at < there.min(self.index.reach()) => None,
            at if at < there => {
                let rest = grouped(there - at);
                let words = format!("… {rest} B further down are being laid out");
                Some((Role::Note, words))
            }
            _ => {
                let words = step.after.unfinished().filter(|_| self.ended)?;
                Some((Role::Anomaly, words))
            }
        }
    }

    fn wraps(&self) -> bool {
        self.wrap && !self.form.is_table()
    }

    /// Where each field of a table ends, by its first records.
    fn stops(&self) -> &[usize] {
        self.stops.get_or_init(|| match self.form.is_table() {
            // Bytes that cannot be read say so in the rows.
            true => self.measure().unwrap_or_default(),
            false => Vec::new(),
        })
    }

    fn measure(&self) -> io::Result<Vec<usize>> {
        let mut walk = self.walk();
        let mut stops = Vec::new();
        while walk.at() < MEASURED
            && let Some(step) = walk.next()?
        {
            step.row.widen(&mut stops, FIELD, self.index.letters());
        }
        let mut end = 0;
        for stop in &mut stops {
            end += *stop;
            *stop = end;
        }
        Ok(stops)
    }

    /// The anchors of rows before the byte `until`, the nearest first, as many as are easily
    /// known; and where the first of them begins.
    fn before(&self, until: u64, rows: u64) -> io::Result<(Vec<u64>, u64)> {
        let mut walk = self.walk();
        walk.seek(until - 1);
        let near = until.saturating_sub(rows.saturating_mul(USUAL).max(ROW as u64));
        let mut steps = Vec::new();
        while walk.at() < until {
            walk.skim(near)?;
            let Some(step) = walk.next()? else { break };
            if step.next > near {
                steps.push(step);
            }
        }
        let start = steps.first().map_or(0, |step| step.row.at);
        let mut anchors: Vec<u64> = Vec::new();
        // From the last one back: only as many as are wanted are laid out.
        for step in steps.iter().rev() {
            if anchors.len() as u64 >= rows {
                break;
            }
            let rows = self.rows_of(step);
            anchors.extend(rows.iter().rev().map(|row| row.anchor));
        }
        Ok((anchors, start))
    }

    fn step_up(&self, from: u64, rows: u64) -> io::Result<u64> {
        let Some(step) = self.walk_to(offset(from))?.1 else {
            return Ok(0);
        };
        let here = self.rows_of(&step);
        let upto = here.partition_point(|row| row.anchor <= from).max(1);
        let upwards = here.iter().take(upto).rev();
        let mut above: Vec<u64> = upwards.map(|row| row.anchor).collect();
        let mut until = step.row.at;
        let mut left = rows;
        // The first of them is the row at `from` itself.
        loop {
            if let Some(&found) = usize::try_from(left).ok().and_then(|left| above.get(left)) {
                return Ok(found);
            }
            left -= above.len() as u64;
            if until == 0 {
                return Ok(0);
            }
            (above, until) = self.before(until, left + 1)?;
        }
    }

    fn step_down(&self, from: u64, rows: u64) -> io::Result<u64> {
        let mut left = rows;
        let mut at = 0;
        self.each_row(from, |row| {
            at = row.anchor;
            if left == 0 {
                return ControlFlow::Break(());
            }
            left -= 1;
            ControlFlow::Continue(())
        })?;
        Ok(at)
    }
}

impl View for Pretty<'_> {
    fn marked(&self, top: u64, height: usize, marks: &mut Marking<'_>) -> Vec<Line> {
        let mut rows = Vec::new();
        if height == 0 {
            return Vec::new();
        }
        let read = self.each_row(top, |row| {
            rows.push(row);
            match rows.len() < height {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
        if let Err(err) = read {
            return unreadable(&err, self.width);
        }
        let mut bytes = rows.iter().filter_map(Seen::bytes);
        let marks = bytes.next().map(|first| {
            let end = bytes.next_back().map_or(first.end, |last| last.end);
            marks(first.start..end.min(first.start.saturating_add(MARKED)))
        });
        let marks = marks.unwrap_or_default();
        let left = if self.wraps() { 0 } else { self.left };
        let line = |row: &Seen| row.line(left, self.width, &marks);
        rows.iter().map(line).collect()
    }

    fn step(&self, from: u64, rows: i64) -> u64 {
        let count = rows.unsigned_abs();
        // There are no more rows than anchors: such a step would only walk a long way.
        if count / layout::ANCHORS >= self.window.there() {
            return if rows > 0 { self.last() } else { 0 };
        }
        let step = match rows >= 0 {
            true => self.step_down(from, count),
            false => self.step_up(from, count),
        };
        step.unwrap_or(from)
    }

    fn last(&self) -> u64 {
        let rows = self.rows_at(u64::MAX).unwrap_or_default();
        rows.last().map_or(0, |row| row.anchor)
    }

    fn anchor(&self, offset: u64) -> u64 {
        let rows = self.rows_at(offset).unwrap_or_default();
        let of_bytes = rows.iter().filter(|row| row.bytes().is_some());
        let before = of_bytes.take_while(|row| row.anchor <= anchor(offset));
        before.last().map_or(0, |row| row.anchor)
    }

    fn is_empty(&self) -> bool {
        self.window.there() == 0
    }

    fn cells(&self, anchor: u64) -> Vec<Cell> {
        let mut cells = Vec::new();
        // A row that cannot be read has none.
        let _ = self.each_row(anchor, |row| {
            cells = row.cells();
            ControlFlow::Break(())
        });
        cells
    }
}
