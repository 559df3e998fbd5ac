//! How a form's rows look on screen: indents, wrapping, the columns of a table, notes.
//!
//! Owns the way from a [`Step`] to rows on screen. Each byte of a row is in one piece; what
//! is in none (indents, notes) is this program's own.

use std::ops::Range;

use super::row::{Place, Row};
use super::told::{Note, Painted, Part};
use super::walk::Step;
use crate::view::flow::{Look, SPACES, columns, is_tab};
use crate::view::number::grouped;
use crate::view::reading::Reading;
use crate::view::seen::Seen;
use crate::view::{Role, safe};

/// Columns of the sign that a row folds.
const MARGIN: usize = 2;
/// Columns of a level.
const INDENT: usize = 2;

/// What the rows are laid out for.
pub(super) struct Frame<'a> {
    pub width: usize,
    pub wrap: bool,
    /// There is a sign for what folds.
    pub folds: bool,
    /// What a fold counts.
    pub counts: &'static str,
    /// Where the fields of a table end.
    pub stops: &'a [usize],
    /// The charset.
    pub reading: Reading,
}

/// Anchors of a byte: those of the rows of a note above it, [`ABOVE`] of them, its own, and
/// those of notes below it.
pub(super) const ANCHORS: u64 = 16;
const ABOVE: u64 = 5;

/// The byte that an anchor stands for.
pub(super) fn offset(anchor: u64) -> u64 {
    anchor.saturating_add(ABOVE) / ANCHORS
}

/// The anchor of a row that begins with this byte.
pub(super) fn anchor(offset: u64) -> u64 {
    offset.min(u64::MAX / ANCHORS) * ANCHORS
}

impl<'a> Frame<'a> {
    /// Columns of the margin, and of the levels that a row is moved in.
    fn indent(&self, row: &Row) -> (usize, usize) {
        let margin = if self.folds { MARGIN } else { 0 };
        let levels = usize::try_from(row.indent).unwrap_or(usize::MAX);
        // Half of the columns stay for what is moved in.
        let most = (self.width / 2).saturating_sub(margin);
        (margin, levels.saturating_mul(INDENT).min(most))
    }

    /// The rows of a step on screen: itself, what closes it where it is folded, and words
    /// below it.
    pub fn lay(&self, step: &Step, below: Option<(Role, String)>) -> Vec<Seen> {
        let row = &step.row;
        let mut sheet = Sheet::new(self, step);
        sheet.tell(row);
        let mut notes: Vec<&Note> = row.told.notes.iter().collect();
        if let Some(fold) = &step.fold {
            sheet.own(" ", Role::Text);
            sheet.hidden(row.end()..fold.until, fold.members, fold.open, self.counts);
            if let Some(close) = &fold.close {
                sheet.own(" ", Role::Text);
                sheet.tell(close);
                notes.extend(&close.told.notes);
            }
        }
        // What is put above last stands highest: where the row before ended.
        notes.sort_by_key(|(place, ..)| *place == Place::End);
        for (place, role, words) in notes {
            sheet.note(*place, *role, words);
        }
        if let Some((role, words)) = below {
            sheet.note(Place::Below, role, &words);
        }
        sheet.rows
    }
}

/// Rows that are being laid out.
struct Sheet<'f> {
    frame: &'f Frame<'f>,
    rows: Vec<Seen>,
    column: usize,
    /// Columns before a row that goes on.
    hang: usize,
    /// The row has a byte.
    begun: bool,
    fields: usize,
}

/// Bytes that are told of: the row's own, or what those decode to.
struct Source<'b> {
    bytes: &'b [u8],
    /// The row's first byte.
    at: u64,
    /// Where each decoded byte ends, from there on.
    ends: Option<&'b [usize]>,
    reading: Reading,
}

impl<'b> Source<'b> {
    fn of(row: &'b Painted, reading: Reading) -> Source<'b> {
        let at = row.at;
        match &row.told.undone {
            Some(undone) => Source {
                bytes: &undone.bytes,
                at,
                ends: Some(&undone.ends),
                reading: Reading::new(undone.letters),
            },
            None => Source {
                bytes: &row.bytes,
                at,
                ends: None,
                reading,
            },
        }
    }

    /// The body's bytes that these came of.
    fn range(&self, told: Range<usize>) -> Range<u64> {
        let place = |told: usize| match (self.ends, told.checked_sub(1)) {
            (Some(ends), Some(last)) => ends.get(last).or(ends.last()).map_or(0, |end| *end),
            (Some(_), None) | (None, None) => 0,
            (None, Some(_)) => told,
        };
        self.at + place(told.start) as u64..self.at + place(told.end) as u64
    }

    /// Columns that one piece may take: a decoded byte comes of its own bytes.
    fn most(&self, room: usize) -> usize {
        self.ends.map_or(room.max(1), |_| 1)
    }
}

impl<'f> Sheet<'f> {
    fn new(frame: &'f Frame<'f>, step: &Step) -> Sheet<'f> {
        let (at, row) = (step.row.at, &step.row.row);
        let (margin, inner) = frame.indent(row);
        let most = frame.width / 2;
        let mut sheet = Sheet {
            frame,
            rows: vec![Seen::new(anchor(at))],
            column: 0,
            hang: (margin + inner + INDENT).min(most),
            begun: false,
            fields: 0,
        };
        if margin > 0 {
            let sign = match (step.fold.is_some(), row.opens()) {
                (true, _) => "▸ ",
                (false, true) => "▾ ",
                (false, false) => "  ",
            };
            sheet.own(sign, Role::Margin);
        }
        if inner > 0 {
            sheet.own(&" ".repeat(inner), Role::Text);
        }
        sheet
    }

    fn tell(&mut self, row: &Painted) {
        let source = Source::of(row, self.frame.reading);
        let mut done = 0;
        for part in &row.told.parts {
            match *part {
                Part::Token(len, role) => {
                    let told = done.min(source.bytes.len())..source.bytes.len().min(done + len);
                    done += len;
                    self.token(&source, told, role);
                }
                Part::Space(len) => {
                    self.space(source.range(done..done + len));
                    done += len;
                }
                Part::Gap => self.own(" ", Role::Text),
                Part::Stop => self.stop(),
            }
        }
    }

    fn token(&mut self, source: &Source, told: Range<usize>, role: Role) {
        let first = told.start;
        let bytes = source.bytes.get(told).unwrap_or_default();
        let mut pieces = source.reading.pieces(bytes);
        while let Some(piece) = pieces.run(source.most(self.room())) {
            let bytes = source.range(first + piece.bytes.start..first + piece.bytes.end);
            let wide = columns(&piece, Look::Text, self.column);
            match piece.role {
                _ if is_tab(&piece) => self.put(&SPACES[..wide], wide, bytes, role),
                Role::Text => self.put(&piece.text, wide, bytes, role),
                shows_as => self.put(&piece.text, wide, bytes, shows_as),
            }
        }
    }

    /// Columns left in the row.
    fn room(&self) -> usize {
        match self.frame.wrap {
            true => self.frame.width.max(1).saturating_sub(self.column),
            false => usize::MAX,
        }
    }

    fn put(&mut self, text: &str, wide: usize, bytes: Range<u64>, role: Role) {
        if wide > self.room() && self.begun {
            self.go_on(bytes.start);
        }
        self.begun = true;
        let room = self.room().max(1);
        if wide <= room {
            return self.push(text, wide, bytes, role);
        }
        match role {
            // Half of a wide character, or a tab at the edge.
            Role::Text => self.push(&" ".repeat(room), room, bytes, role),
            _ => self.push(&safe::cut(text, room), room, bytes, role),
        }
    }

    /// White space in one column; where the row is full, with the piece before it.
    fn space(&mut self, bytes: Range<u64>) {
        let full = self.room() == 0;
        let last = self.rows.last_mut().filter(|_| full);
        if !last.is_some_and(|row| row.stretch(&bytes)) {
            self.put(" ", 1, bytes, Role::Text);
        }
    }

    fn hidden(&mut self, bytes: Range<u64>, members: u64, open: bool, counts: &str) {
        if bytes.is_empty() {
            return;
        }
        let so_far = if open { " so far" } else { "" };
        let text = format!(
            "… {} {counts}, {} B{so_far} …",
            grouped(members),
            grouped(bytes.end - bytes.start)
        );
        self.put(&text, safe::width(&text), bytes, Role::Note);
    }

    fn stop(&mut self) {
        if let Some(&stop) = self.frame.stops.get(self.fields) {
            let pad = stop.saturating_sub(self.column);
            if pad > 0 {
                self.own(&" ".repeat(pad), Role::Text);
            }
        }
        self.fields += 1;
    }

    /// Text without bytes.
    fn own(&mut self, text: &str, role: Role) {
        self.push(text, safe::width(text), 0..0, role);
    }

    fn push(&mut self, text: &str, wide: usize, bytes: Range<u64>, role: Role) {
        self.column += wide;
        if let Some(row) = self.rows.last_mut() {
            row.push(text, wide, bytes, role);
        }
    }

    /// The next row on screen begins with this byte.
    fn go_on(&mut self, at: u64) {
        self.rows.push(Seen::new(anchor(at)));
        self.column = 0;
        self.begun = false;
        if self.hang > 0 {
            self.own(&" ".repeat(self.hang), Role::Text);
        }
    }

    fn note(&mut self, place: Place, role: Role, words: &str) {
        let first = self.rows.first().map_or(0, |row| row.anchor);
        let last = self.rows.last().map_or(0, |row| row.anchor);
        let sign = if role == Role::Anomaly { "⚠ " } else { "" };
        let wide = safe::width(words) + safe::width(sign);
        let beside = !self.frame.wrap || self.column + 2 + wide <= self.frame.width;
        if place == Place::Beside && beside {
            self.own(&format!("  {sign}{words}"), role);
            return;
        }
        let words = match place {
            Place::Above => format!("{sign}byte {}: {words}", grouped(offset(first))),
            Place::End => {
                let last = offset(first).saturating_sub(1);
                format!("{sign}byte {}: {words}", grouped(last))
            }
            _ => format!("{sign}{words}"),
        };
        // Nothing is above the first byte.
        let above = matches!(place, Place::Above | Place::End) && first > 0;
        let most = match above {
            // A note may stand there already.
            true => ABOVE - (anchor(offset(first)) - first),
            false => ANCHORS - ABOVE - 1 - last % ANCHORS,
        };
        let rows = safe::in_rows(&words, self.frame.width, usize::try_from(most).unwrap_or(0));
        let (at, from) = match above {
            true => (0, first - rows.len() as u64),
            false => (self.rows.len(), last + 1),
        };
        let seen = rows.into_iter().zip(from..).map(|(text, anchor)| {
            let mut row = Seen::new(anchor);
            row.push(&text, safe::width(&text), 0..0, role);
            row
        });
        self.rows.splice(at..at, seen);
    }
}
