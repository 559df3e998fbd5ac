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
use std::ops::{ControlFlow, Range};

use super::form::Form;
use super::number::grouped;
use super::reading::Reading;
use super::{Cell, Line, Marks, Role, View, unreadable};
use crate::body::Window;
use crate::decode::Letters;
use layout::{Frame, Seen, Spot, anchor, offset};
use lexer::Lexer;
use row::Row;
use told::{Painted, Told};
use walk::{Step, Walk};

pub use folds::Folds;
pub use index::{Fault, Head, Index, Piece};
pub use part::{Part, Places};

/// Bytes of a table's first records that tell how wide its columns are.
const MEASURED: u64 = 32 * 1024;
/// Columns that a field of a table is given at most.
const FIELD: usize = 40;
/// The most bytes for which marks are looked up: a fold may hide any number.
const MARKED: u64 = 1 << 20;

/// A body in its form. Marks are offsets in the window.
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
    pub marks: Marks,
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
            marks: Marks::default(),
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
        let step = self.step_at(at).ok()??;
        step.row.opens().then_some(step.at)
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
        let step = self.step_at(at).ok()??;
        match step.lexer {
            Lexer::Parts(parts) if parts.opens() => {
                let at = step.at.checked_sub(parts.size?)?;
                Some(Part::new(&self.window, at, parts))
            }
            _ => None,
        }
    }

    fn walk(&self) -> Walk<'_> {
        Walk::new(&self.window, self.form, self.index, self.folds)
    }

    fn step_at(&self, offset: u64) -> io::Result<Option<Step>> {
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
        Ok(last)
    }

    /// Shows the rows on screen of each step from the one at `top` on, until `look` breaks.
    fn each(
        &self,
        top: u64,
        mut look: impl FnMut(&mut Walk<'_>, &Step) -> io::Result<ControlFlow<()>>,
    ) -> io::Result<()> {
        let mut step = self.step_at(offset(top))?;
        let mut walk = self.walk();
        if let Some(step) = &step {
            walk.go(step);
        }
        while let Some(this) = step {
            if look(&mut walk, &this)?.is_break() {
                break;
            }
            step = walk.next()?;
        }
        Ok(())
    }

    /// Shows each row on screen from the one at `top` on, until `look` breaks.
    fn each_row(
        &self,
        top: u64,
        mut look: impl FnMut(&Seen<'_>) -> ControlFlow<()>,
    ) -> io::Result<()> {
        self.each(top, |walk, step| {
            self.shown_of(walk, step, |rows| {
                from_top(rows, top, |row| row.anchor)
                    .iter()
                    .try_for_each(&mut look)
            })
        })
    }

    /// As [`Pretty::each_row`], without laying out what needs it not.
    fn each_spot(
        &self,
        top: u64,
        mut look: impl FnMut(&Spot) -> ControlFlow<()>,
    ) -> io::Result<()> {
        self.each(top, |walk, step| {
            let spots = self.spots_of(walk, step)?;
            Ok(from_top(&spots, top, |spot| spot.anchor)
                .iter()
                .try_for_each(&mut look))
        })
    }

    /// Where the rows on screen of one step are.
    fn spots_of(&self, walk: &mut Walk<'_>, step: &Step) -> io::Result<Vec<Spot>> {
        // Words may stand below the last one.
        let last = step.next >= walk.limit;
        match self.frame().one_row(step).filter(|_| !last) {
            Some(spot) => Ok(vec![spot]),
            None => self.shown_of(walk, step, |rows| rows.iter().map(Seen::spot).collect()),
        }
    }

    /// The rows on screen of one step.
    fn shown_of<T>(
        &self,
        walk: &mut Walk<'_>,
        step: &Step,
        look: impl FnOnce(&[Seen<'_>]) -> T,
    ) -> io::Result<T> {
        let row = paint(walk, step.at, step.lexer, step.row)?;
        let close = match step.fold.and_then(|fold| Some((fold.until, fold.close?))) {
            Some((at, (lexer, row))) => Some(paint(walk, at, lexer, row)?),
            None => None,
        };
        let below = match step.next >= walk.limit {
            true => self.end(step.next, step.after),
            false => None,
        };
        let frame = self.frame();
        Ok(look(&frame.lay(step, &row, close.as_ref(), below)))
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
    fn end(&self, at: u64, lexer: Lexer) -> Option<(Role, String)> {
        let there = self.window.there();
        if at < there {
            let rest = grouped(there - at);
            let words = format!("… {rest} B further down are being laid out");
            return Some((Role::Note, words));
        }
        let words = lexer.unfinished().filter(|_| self.ended)?;
        Some((Role::Anomaly, words))
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
            let row = paint(&mut walk, step.at, step.lexer, step.row)?;
            row.widen(&mut stops, FIELD, self.index.letters());
        }
        let mut end = 0;
        for stop in &mut stops {
            end += *stop;
            *stop = end;
        }
        Ok(stops)
    }

    /// The anchors before this one, the nearest last, as many as are easily known; and
    /// where the bytes begin that they were found in.
    fn before(&self, from: u64, until: u64, rows: u64) -> io::Result<(Vec<u64>, u64)> {
        let mut walk = self.walk();
        walk.seek(from);
        let start = walk.at();
        let mut steps = Vec::new();
        while walk.at() < until
            && let Some(step) = walk.next()?
        {
            steps.push(step);
        }
        let mut anchors: Vec<u64> = Vec::new();
        // From the last one back: only as many as are wanted are laid out.
        for step in steps.iter().rev() {
            if anchors.len() as u64 >= rows {
                break;
            }
            let spots = self.spots_of(&mut walk, step)?;
            anchors.extend(spots.iter().rev().map(|spot| spot.anchor));
        }
        Ok((anchors, start))
    }

    fn step_up(&self, from: u64, rows: u64) -> io::Result<u64> {
        let Some(step) = self.step_at(offset(from))? else {
            return Ok(0);
        };
        let mut walk = self.walk();
        let spots = self.spots_of(&mut walk, &step)?;
        let here = spots.partition_point(|spot| spot.anchor <= from).max(1);
        let upwards = spots.iter().take(here).rev();
        let mut above: Vec<u64> = upwards.map(|spot| spot.anchor).collect();
        let mut until = step.at;
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
            let (anchors, start) = self.before(until - 1, until, left + 1)?;
            above = anchors;
            until = start;
        }
    }

    fn step_down(&self, from: u64, rows: u64) -> io::Result<u64> {
        let mut left = rows;
        let mut at = 0;
        self.each_spot(from, |row| {
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
    fn rows(&self, top: u64, height: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        if height == 0 {
            return lines;
        }
        let left = if self.wraps() { 0 } else { self.left };
        let read = self.each_row(top, |row| {
            lines.push(row.line(left, self.width, &self.marks));
            match lines.len() < height {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        });
        match read {
            Ok(()) => lines,
            Err(err) => unreadable(&err, self.width),
        }
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
        let read = || -> io::Result<u64> {
            let Some(step) = self.step_at(u64::MAX)? else {
                return Ok(0);
            };
            let spots = self.spots_of(&mut self.walk(), &step)?;
            Ok(spots.last().map_or(0, |spot| spot.anchor))
        };
        read().unwrap_or(0)
    }

    fn anchor(&self, offset: u64) -> u64 {
        let read = || -> io::Result<u64> {
            let Some(step) = self.step_at(offset)? else {
                return Ok(0);
            };
            let spots = self.spots_of(&mut self.walk(), &step)?;
            let of_bytes = spots.iter().filter(|spot| spot.bytes.is_some());
            let before = of_bytes.take_while(|spot| spot.anchor <= anchor(offset));
            Ok(before.last().map_or(0, |spot| spot.anchor))
        };
        read().unwrap_or(0)
    }

    fn shown(&self, top: u64, height: usize) -> Range<u64> {
        let mut shown: Option<Range<u64>> = None;
        let mut left = height;
        // What cannot be read shows no bytes.
        let _ = self.each_spot(top, |row| {
            if left == 0 {
                return ControlFlow::Break(());
            }
            left -= 1;
            if let Some(bytes) = &row.bytes {
                let start = shown.as_ref().map_or(bytes.start, |shown| shown.start);
                shown = Some(start..bytes.end.min(start.saturating_add(MARKED)));
            }
            ControlFlow::Continue(())
        });
        let at = offset(top).min(self.window.there());
        shown.unwrap_or(at..at)
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

/// The rows of a step from the one at `top` on: all of them, where it begins behind that.
fn from_top<T>(rows: &[T], top: u64, anchor: impl Fn(&T) -> u64) -> &[T] {
    let before = rows.partition_point(|row| anchor(row) <= top);
    rows.get(before.saturating_sub(1)..).unwrap_or_default()
}

/// Reads a row again, and remembers what it is made of.
fn paint(walk: &mut Walk<'_>, at: u64, mut lexer: Lexer, row: Row) -> io::Result<Painted> {
    let mut told = Told::default();
    lexer.row(walk.bytes.row(at)?, &mut told);
    let end = (at + row.len as u64).min(walk.bytes.there());
    Ok(Painted {
        at,
        bytes: walk.bytes.get(at..end)?.to_vec(),
        told,
    })
}
