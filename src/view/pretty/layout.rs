//! How a form's rows look on screen: indents, wrapping, the columns of a table, notes.
//!
//! Owns the way from a [`Step`] to rows on screen whose pieces know their bytes. Each byte
//! of a row is in one piece; what is in none (indents, notes) is this program's own.

use std::borrow::Cow;
use std::ops::Range;

use super::row::{Place, Row};
use super::told::{Painted, Part};
use super::walk::Step;
use crate::view::flow::{Look, columns, is_tab};
use crate::view::number::grouped;
use crate::view::reading::Reading;
use crate::view::{Cell, Line, Marks, Role, safe};

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

/// Anchors of a byte: those of the rows of a note above it, its own, and those of notes
/// below it.
pub(super) const ANCHORS: u64 = 16;
const ABOVE: u64 = 5;

/// Where a row on screen is: its anchor, and the bytes it shows, from the first to the
/// last.
pub(super) struct Spot {
    pub anchor: u64,
    pub bytes: Option<Range<u64>>,
}

/// A row on screen. Its anchor is [`ANCHORS`] times its first byte's offset; the rows of a
/// note above it have the [`ABOVE`] before that, those of notes below it what follows.
pub(super) struct Seen<'a> {
    pub anchor: u64,
    pieces: Vec<Piece<'a>>,
}

struct Piece<'a> {
    text: Cow<'a, str>,
    columns: Range<usize>,
    /// Empty: this program's own.
    bytes: Range<u64>,
    role: Role,
}

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

    /// The one row that a step is, where that is clear without laying it out.
    pub fn one_row(&self, step: &Step) -> Option<Spot> {
        let (margin, inner) = self.indent(&step.row);
        let columns = margin + inner + step.columns?;
        let one = step.fold.is_none() && (!self.wrap || columns <= self.width);
        one.then(|| Spot {
            anchor: anchor(step.at),
            bytes: Some(step.at..step.at + step.row.len as u64),
        })
    }

    /// The rows of a step on screen: itself, what closes it where it is folded, and words
    /// below it.
    pub fn lay<'b>(
        &self,
        step: &Step,
        row: &'b Painted,
        close: Option<&'b Painted>,
        below: Option<(Role, String)>,
    ) -> Vec<Seen<'b>> {
        let mut sheet = Sheet::new(self, step);
        sheet.tell(row);
        if let Some(fold) = &step.fold {
            let from = step.at + step.row.len as u64;
            sheet.own(" ", Role::Text);
            sheet.hidden(from..fold.until, fold.members, fold.open, self.counts);
            if close.is_some() {
                sheet.own(" ", Role::Text);
            }
        }
        if let Some(close) = close {
            sheet.tell(close);
        }
        let notes = row.told.notes.iter();
        let notes = notes.chain(close.iter().flat_map(|close| &close.told.notes));
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
struct Sheet<'f, 'b> {
    frame: &'f Frame<'f>,
    rows: Vec<Seen<'b>>,
    /// Where the bytes lie that are told of, and how many were.
    source: Source<'b>,
    done: usize,
    column: usize,
    /// Columns before a row that goes on.
    hang: usize,
    /// The row has a byte.
    begun: bool,
    fields: usize,
}

/// Bytes that are told of: the row's own, or what those decode to.
struct Source<'b> {
    /// The row's first byte.
    at: u64,
    /// Where each decoded byte ends, from there on.
    ends: Option<&'b [usize]>,
    reading: Reading,
}

impl Source<'_> {
    /// The body's bytes that these came of.
    fn range(&self, told: Range<usize>) -> Range<u64> {
        let place = |told: usize| match (self.ends, told.checked_sub(1)) {
            (Some(ends), Some(last)) => ends.get(last).or(ends.last()).map_or(0, |end| *end),
            (Some(_), None) | (None, None) => 0,
            (None, Some(_)) => told,
        };
        self.at + place(told.start) as u64..self.at + place(told.end) as u64
    }
}

impl<'f, 'b> Sheet<'f, 'b> {
    fn new(frame: &'f Frame<'f>, step: &Step) -> Sheet<'f, 'b> {
        let (margin, inner) = frame.indent(&step.row);
        let most = frame.width / 2;
        let mut sheet = Sheet {
            frame,
            rows: vec![Seen {
                anchor: anchor(step.at),
                pieces: Vec::new(),
            }],
            source: Source {
                at: step.at,
                ends: None,
                reading: frame.reading,
            },
            done: 0,
            column: 0,
            hang: (margin + inner + INDENT).min(most),
            begun: false,
            fields: 0,
        };
        if margin > 0 {
            let sign = match (step.fold.is_some(), step.row.opens()) {
                (true, _) => "▸ ",
                (false, true) => "▾ ",
                (false, false) => "  ",
            };
            sheet.own(sign, Role::Margin);
        }
        if inner > 0 {
            sheet.own(" ".repeat(inner), Role::Text);
        }
        sheet
    }

    fn tell(&mut self, row: &'b Painted) {
        let undone = row.told.undone.as_ref();
        let mut rest: &'b [u8] = undone.map_or(&row.bytes, |undone| &undone.bytes);
        self.source = Source {
            at: row.at,
            ends: undone.map(|undone| &undone.ends[..]),
            reading: undone.map_or(self.frame.reading, |undone| Reading::new(undone.letters)),
        };
        self.done = 0;
        for part in &row.told.parts {
            match *part {
                Part::Token(len, role) => {
                    let (token, after) = rest.split_at(len.min(rest.len()));
                    rest = after;
                    self.token(token, role);
                }
                Part::Space(len) => {
                    rest = rest.get(len..).unwrap_or_default();
                    self.space(len);
                }
                Part::Gap => self.own(" ", Role::Text),
                Part::Stop => self.stop(),
            }
        }
    }

    fn token(&mut self, bytes: &'b [u8], role: Role) {
        let first = self.done;
        for piece in self.source.reading.pieces(bytes) {
            self.done = first + piece.bytes.end;
            let tab = is_tab(&piece);
            let wide = columns(&piece, Look::Text, self.column);
            let (text, wide) = match tab {
                true => (Cow::Owned(" ".repeat(wide)), wide),
                false => (piece.text, wide),
            };
            let range = self.source.range(first + piece.bytes.start..self.done);
            let role = if piece.role == Role::Text || tab {
                role
            } else {
                piece.role
            };
            self.put(text, wide, range, role);
        }
    }

    fn put(&mut self, text: Cow<'b, str>, mut wide: usize, bytes: Range<u64>, role: Role) {
        let mut text = text;
        if self.frame.wrap {
            let room = self.frame.width.max(1);
            if self.column + wide > room && self.begun {
                self.go_on(bytes.start);
            }
            let room = room.saturating_sub(self.column).max(1);
            if wide > room {
                text = Cow::Owned(match role {
                    // Half of a wide character, or a tab at the edge.
                    Role::Text => " ".repeat(room),
                    _ => safe::cut(&text, room).into_owned(),
                });
                wide = room;
            }
        }
        self.push(text, wide, bytes, role);
        self.begun = true;
    }

    /// White space in one column; where the row is full, with the piece before it.
    fn space(&mut self, len: usize) {
        let bytes = self.source.range(self.done..self.done + len);
        self.done += len;
        let full = self.frame.wrap && self.column >= self.frame.width;
        let last = self.rows.last_mut().and_then(|row| row.pieces.last_mut());
        match last {
            Some(last) if full && last.bytes.end == bytes.start && !last.bytes.is_empty() => {
                last.bytes.end = bytes.end;
            }
            _ => self.put(Cow::Borrowed(" "), 1, bytes, Role::Text),
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
        let wide = safe::width(&text);
        self.put(Cow::Owned(text), wide, bytes, Role::Note);
    }

    fn stop(&mut self) {
        if let Some(&stop) = self.frame.stops.get(self.fields) {
            let pad = stop.saturating_sub(self.column);
            if pad > 0 {
                self.own(" ".repeat(pad), Role::Text);
            }
        }
        self.fields += 1;
    }

    /// Text without bytes.
    fn own(&mut self, text: impl Into<Cow<'b, str>>, role: Role) {
        let text = text.into();
        let wide = safe::width(&text);
        self.push(text, wide, 0..0, role);
    }

    fn push(&mut self, text: Cow<'b, str>, wide: usize, bytes: Range<u64>, role: Role) {
        let columns = self.column..self.column + wide;
        self.column = columns.end;
        if let Some(row) = self.rows.last_mut() {
            row.pieces.push(Piece {
                text,
                columns,
                bytes,
                role,
            });
        }
    }

    /// The next row on screen begins with this byte.
    fn go_on(&mut self, at: u64) {
        self.rows.push(Seen {
            anchor: anchor(at),
            pieces: Vec::new(),
        });
        self.column = 0;
        self.begun = false;
        if self.hang > 0 {
            self.own(" ".repeat(self.hang), Role::Text);
        }
    }

    fn note(&mut self, place: Place, role: Role, words: &str) {
        let first = self.rows.first().map_or(0, |row| row.anchor);
        let last = self.rows.last().map_or(0, |row| row.anchor);
        let sign = if role == Role::Anomaly { "⚠ " } else { "" };
        let wide = safe::width(words) + safe::width(sign);
        let beside = !self.frame.wrap || self.column + 2 + wide <= self.frame.width;
        if place == Place::Beside && beside {
            self.own(format!("  {sign}{words}"), role);
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
            true => ABOVE,
            false => ANCHORS - ABOVE - 1 - last % ANCHORS,
        };
        let rows = safe::in_rows(&words, self.frame.width, usize::try_from(most).unwrap_or(0));
        let (at, from) = match above {
            true => (0, first - rows.len() as u64),
            false => (self.rows.len(), last + 1),
        };
        let seen = rows.into_iter().zip(from..).map(|(text, anchor)| Seen {
            anchor,
            pieces: vec![Piece {
                columns: 0..safe::width(&text),
                text: Cow::Owned(text),
                bytes: 0..0,
                role,
            }],
        });
        self.rows.splice(at..at, seen);
    }
}

impl Seen<'_> {
    pub fn spot(&self) -> Spot {
        let mut own = self.pieces.iter().filter(|piece| !piece.bytes.is_empty());
        let first = own.next().map(|piece| piece.bytes.clone());
        let last = own.next_back().map(|piece| piece.bytes.end);
        Spot {
            anchor: self.anchor,
            bytes: first.map(|first| first.start..last.unwrap_or(first.end)),
        }
    }

    pub fn cells(&self) -> Vec<Cell> {
        let own = self.pieces.iter().filter(|piece| !piece.bytes.is_empty());
        own.map(|piece| Cell {
            columns: piece.columns.clone(),
            bytes: piece.bytes.clone(),
        })
        .collect()
    }

    /// The columns from `left` on.
    pub fn line(&self, left: usize, width: usize, marks: &Marks) -> Line {
        let mut line = Line::new(self.anchor);
        let right = left.saturating_add(width);
        for piece in &self.pieces {
            let (from, to) = (piece.columns.start, piece.columns.end);
            if to <= left {
                continue;
            }
            if from >= right {
                break;
            }
            let role = match piece.bytes.is_empty() {
                true => piece.role,
                false => marks.role(piece.bytes.clone(), piece.role),
            };
            let shown = to.min(right) - from.max(left);
            if shown == to - from {
                line.push(&piece.text, role);
            } else if from < left && piece.bytes.is_empty() {
                let rest: String = piece.text.chars().skip(left - from).collect();
                line.push(&safe::cut(&rest, shown), role);
            } else if from < left {
                line.spaces(shown, role);
            } else {
                let cut = safe::cut(&piece.text, shown);
                line.push(&cut, role);
                line.spaces(shown - safe::width(&cut).min(shown), role);
            }
        }
        line
    }
}
