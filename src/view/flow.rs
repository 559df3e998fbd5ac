//! Where rows begin: bytes → lines → rows of a width.
//!
//! Owns the cutting of bytes into rows, for the views that flow ([`super::text`],
//! [`super::wire`]); it says nothing of how a row looks. No table of rows is kept: a
//! row's place follows from the bytes around it, wherever one starts to look.
//!
//! ```text
//! line      up to its LF                       "…………………………………………LF"
//! segment   a line, cut at every multiple of   "…………………" "…………………" "……LF"
//!           32 KiB whose 32 KiB before it hold no LF
//! row       of a segment: all of it, or as much as the width takes
//! ```
//! So a line below 32 KiB is never cut, a segment is below 64 KiB, and the start of the
//! segment around any byte is found by looking at most 64 KiB back.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use memchr::{memchr, memrchr};

use super::Cell;
use super::Role;
use super::reading::Reading;
use super::safe::Piece;
use crate::body::Window;
use crate::decode::letters::{Letters, Mode, SHIFTS};

const SEGMENT: u64 = 32 * 1024;
/// Bytes read at once: two screens of 120×40.
const READ: u64 = 8 * 1024;
const TAB: usize = 8;

/// What a row's bytes look like, as far as it matters for how many fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Line ends are not shown, tabs are spaces.
    Text,
    /// Each byte is shown.
    Wire,
}

/// The bytes `start..end` are shown on it; `next` is where the next row starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub start: u64,
    pub end: u64,
    pub next: u64,
    /// How the first of its bytes is read.
    pub reading: Reading,
    segment: Segment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    start: u64,
    /// Without the line end, where that is not shown.
    end: u64,
    next: u64,
}

/// The rows of some bytes.
pub(super) struct Flow<'a> {
    pub bytes: Bytes<'a>,
    /// Columns of a row, at least 1; `None`: a segment is a row.
    pub width: Option<usize>,
    pub look: Look,
}

impl Flow<'_> {
    /// The row that shows the byte at `offset`, or the last one; `None` without bytes.
    pub fn row_at(&mut self, offset: u64) -> io::Result<Option<Row>> {
        let Some(last) = self.bytes.there.checked_sub(1) else {
            return Ok(None);
        };
        let offset = offset.min(last);
        let start = self.segment_start(offset)?;
        let segment = self.segment_from(start)?;
        let mut row = self.row_in(segment, segment.start)?;
        while row.next <= offset {
            row = self.row_in(segment, row.next)?;
        }
        Ok(Some(row))
    }

    pub fn row_after(&mut self, row: Row) -> io::Result<Option<Row>> {
        if row.next >= self.bytes.there {
            return Ok(None);
        }
        let segment = match row.next < row.segment.next {
            true => row.segment,
            false => self.segment_from(row.next)?,
        };
        self.row_in(segment, row.next).map(Some)
    }

    /// So many rows further, or back, from the row that shows `from`; and how many it
    /// was before the end.
    pub fn step(&mut self, from: u64, rows: i64) -> io::Result<(u64, u64)> {
        let Some(row) = self.row_at(from)? else {
            return Ok((0, 0));
        };
        match rows >= 0 {
            true => self.step_down(row, rows.unsigned_abs()),
            false => self.step_up(row, rows.unsigned_abs()),
        }
    }

    fn step_down(&mut self, mut row: Row, rows: u64) -> io::Result<(u64, u64)> {
        for done in 0..rows {
            match self.row_after(row)? {
                Some(next) => row = next,
                None => return Ok((row.start, done)),
            }
        }
        Ok((row.start, rows))
    }

    fn step_up(&mut self, row: Row, rows: u64) -> io::Result<(u64, u64)> {
        let mut left = rows;
        let mut segment = row.segment;
        let mut starts = self.starts(segment, row.start)?;
        loop {
            let here = starts.len() as u64;
            if left <= here {
                // At `here` itself: the row that the last segment began with.
                let at = starts.get((here - left) as usize).copied();
                return Ok((at.unwrap_or(row.start), rows));
            }
            if segment.start == 0 {
                return Ok((0, rows - left + here));
            }
            left -= here;
            let start = self.segment_start(segment.start - 1)?;
            segment = self.segment_to(start, segment.start)?;
            starts = self.starts(segment, segment.next)?;
        }
    }

    /// Where the rows of a segment start, those before `until`.
    fn starts(&mut self, segment: Segment, until: u64) -> io::Result<Vec<u64>> {
        let mut starts = Vec::new();
        let mut at = segment.start;
        while at < until {
            starts.push(at);
            at = self.row_in(segment, at)?.next;
        }
        Ok(starts)
    }

    fn row_in(&mut self, segment: Segment, start: u64) -> io::Result<Row> {
        let reading = self.bytes.reading(start)?;
        let end = match self.width {
            None => segment.end,
            Some(width) => {
                let bytes = self.bytes.get(start..segment.end)?;
                start + fit(bytes, width, self.look, reading) as u64
            }
        };
        // The line end belongs to the row before it.
        let next = if end < segment.end { end } else { segment.next };
        Ok(Row {
            start,
            end,
            next,
            reading,
            segment,
        })
    }

    fn segment_start(&mut self, offset: u64) -> io::Result<u64> {
        let mut block = offset - offset % SEGMENT;
        if block > 0 && offset < self.cut(block)? {
            block -= SEGMENT;
        }
        if let Some(end) = self.bytes.last_line_end(block..offset)? {
            return Ok(end);
        }
        if block == 0 {
            return Ok(0);
        }
        match self.bytes.last_line_end(block - SEGMENT..block)? {
            Some(end) => Ok(end),
            None => self.cut(block),
        }
    }

    fn segment_from(&mut self, start: u64) -> io::Result<Segment> {
        let block = start - start % SEGMENT;
        // A block with an LF in it is not followed by a cut.
        let after_lf = start > block && self.bytes.line_ends_at(start)?;
        let limit = block + if after_lf { 2 * SEGMENT } else { SEGMENT };
        let there = self.bytes.there;
        let next = match self.bytes.first_line_end(start..limit.min(there))? {
            Some(end) => end,
            None if limit < there => self.cut(limit)?,
            None => there,
        };
        self.segment_to(start, next)
    }

    fn segment_to(&mut self, start: u64, next: u64) -> io::Result<Segment> {
        let mut end = next;
        if self.look == Look::Text {
            let letters = self.bytes.letters;
            let tail = self.bytes.get(next.saturating_sub(4).max(start)..next)?;
            end -= line_end(letters, tail);
        }
        Ok(Segment { start, end, next })
    }

    /// The cut at a multiple of [`SEGMENT`], moved behind a character that it would halve.
    fn cut(&mut self, at: u64) -> io::Result<u64> {
        let letters = self.bytes.letters;
        let end = (at + 3).min(self.bytes.there);
        match letters {
            Letters::Utf8 => {
                let bytes = self.bytes.get(at..end)?;
                let inside = bytes.iter().take_while(|&&byte| byte & 0xc0 == 0x80);
                Ok(at + inside.count() as u64)
            }
            Letters::Single(_) => Ok(at),
            // Between two bytes of a pair of units there is no multiple of the segment.
            Letters::Utf16 { big } => {
                let bytes = self.bytes.get(at..end)?;
                let high = bytes.get(usize::from(!big)).copied().unwrap_or(0);
                let inside = high & 0xfc == 0xdc && bytes.len() >= 2;
                Ok(at + if inside { 2 } else { 0 })
            }
            Letters::Multi(_) | Letters::Iso2022Jp => self.cut_between(at, end),
        }
    }

    fn cut_between(&mut self, at: u64, end: u64) -> io::Result<u64> {
        let letters = self.bytes.letters;
        let back = at.saturating_sub(letters.back());
        let bytes = self.bytes.get(back..end)?;
        let (place, _) = letters.settle(bytes, (at - back) as usize);
        Ok((back + place as u64).min(self.bytes.there))
    }
}

/// Bytes of the line end that these end in.
fn line_end(letters: Letters, tail: &[u8]) -> u64 {
    match letters {
        Letters::Utf16 { big } => {
            let (cr_lf, lf) = match big {
                true => (b"\0\r\0\n", b"\0\n"),
                false => (b"\r\0\n\0", b"\n\0"),
            };
            match tail {
                _ if tail.ends_with(cr_lf) => 4,
                _ if tail.ends_with(lf) => 2,
                _ => 0,
            }
        }
        _ => match tail {
            [.., b'\r', b'\n'] => 2,
            [.., b'\n'] => 1,
            _ => 0,
        },
    }
}

/// Columns of a piece that begins in `column`.
pub(super) fn columns(piece: &Piece<'_>, look: Look, column: usize) -> usize {
    match look {
        Look::Text if is_tab(piece) => TAB - column % TAB,
        _ => piece.width,
    }
}

/// What stands in the columns of a row that shows these bytes from `at` on.
pub(super) fn cells(at: u64, bytes: &[u8], look: Look, reading: Reading) -> Vec<Cell> {
    let mut column = 0;
    reading
        .pieces(bytes)
        .map(|piece| {
            let from = column;
            column += columns(&piece, look, column);
            Cell {
                columns: from..column,
                bytes: at + piece.bytes.start as u64..at + piece.bytes.end as u64,
            }
        })
        .collect()
}

/// A tab itself, not its picture as a character of the text.
pub(super) fn is_tab(piece: &Piece<'_>) -> bool {
    piece.role == Role::Invisible && &*piece.text == "␉"
}

/// How many bytes a row takes: at least one piece, however wide.
fn fit(bytes: &[u8], width: usize, look: Look, reading: Reading) -> usize {
    // Most rows are plain ASCII. What follows could still be a mark on the last one.
    let plain = |byte: &u8| (b' '..=b'~').contains(byte);
    let (row, rest) = bytes.split_at(width.min(bytes.len()));
    let letters = reading.letters;
    if letters.has_plain_ascii() && row.iter().all(plain) && rest.first().is_none_or(u8::is_ascii) {
        return row.len();
    }
    let mut column = 0;
    for piece in reading.pieces(bytes) {
        let wide = columns(&piece, look, column);
        // A tab is cut off at the edge; nothing else is.
        let least = match look {
            Look::Text if is_tab(&piece) => 1,
            _ => wide,
        };
        if column > 0 && column + least > width {
            return piece.bytes.start;
        }
        column += wide;
    }
    bytes.len()
}

/// Bytes read a few screens at a time, forwards or backwards.
pub(super) struct Bytes<'a> {
    window: Option<Cow<'a, Window>>,
    pub there: u64,
    pub letters: Letters,
    /// The last escape sequence before a place, and that place.
    known: (Option<(u64, Mode)>, u64),
    /// The offset of `held`'s first byte.
    start: u64,
    held: Cow<'a, [u8]>,
}

impl<'a> Bytes<'a> {
    pub fn of(window: &'a Window) -> Bytes<'a> {
        Bytes {
            window: Some(Cow::Borrowed(window)),
            there: window.there(),
            letters: Letters::default(),
            known: (None, 0),
            start: 0,
            held: Cow::Borrowed(&[]),
        }
    }

    /// The same, of a window that nobody else holds.
    pub fn part(window: Window) -> Bytes<'static> {
        Bytes {
            there: window.there(),
            window: Some(Cow::Owned(window)),
            letters: Letters::default(),
            known: (None, 0),
            start: 0,
            held: Cow::Borrowed(&[]),
        }
    }

    pub fn slice(bytes: &'a [u8]) -> Bytes<'a> {
        Bytes {
            window: None,
            there: bytes.len() as u64,
            letters: Letters::default(),
            known: (None, 0),
            start: 0,
            held: Cow::Borrowed(bytes),
        }
    }

    /// Exactly these bytes; the range must end at `there` or before.
    pub fn get(&mut self, range: Range<u64>) -> io::Result<&[u8]> {
        if self.held(&range).is_none() {
            let end = range.end.max((range.start + READ).min(self.there));
            self.read(range.start..end)?;
        }
        self.held(&range)
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// How the bytes at a place are read where a character begins.
    fn reading(&mut self, at: u64) -> io::Result<Reading> {
        let letters = self.letters;
        let Letters::Iso2022Jp = letters else {
            return Ok(Reading::new(letters));
        };
        // Mostly the next row is asked about: only what is new since the last is searched.
        let near = at.saturating_sub(SHIFTS);
        let (before, from) = match self.known {
            (shift, upto) if (near..=at).contains(&upto) => (shift, upto),
            _ => (None, near),
        };
        let found = letters.last_shift(self.get(from..at)?);
        let shift = found
            .map(|(place, mode)| (from + place as u64, mode))
            .or(before);
        self.known = (shift, at);
        let mode = shift.filter(|&(place, _)| place >= near);
        Ok(Reading {
            letters,
            mode: mode.map_or(Mode::Ascii, |(_, mode)| mode),
        })
    }

    /// Does a line end just before this byte?
    fn line_ends_at(&mut self, at: u64) -> io::Result<bool> {
        let letters = self.letters;
        let tail = self.get(at.saturating_sub(2)..at)?;
        Ok(line_end(letters, tail) > 0)
    }

    /// Behind the first line end of a range.
    fn first_line_end(&mut self, range: Range<u64>) -> io::Result<Option<u64>> {
        let mut from = range.start;
        while let Some(lf) = self.first_lf(from..range.end)? {
            from = lf + 1;
            if let Some(end) = self.line_end_of(lf)?.filter(|&end| end <= range.end) {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// Behind the last line end of a range.
    fn last_line_end(&mut self, range: Range<u64>) -> io::Result<Option<u64>> {
        let mut to = range.end;
        while let Some(lf) = self.last_lf(range.start..to)? {
            to = lf;
            if let Some(end) = self.line_end_of(lf)?.filter(|&end| end <= range.end) {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// Behind the line end that this byte 0x0a is, or is a part of.
    fn line_end_of(&mut self, lf: u64) -> io::Result<Option<u64>> {
        let Letters::Utf16 { big } = self.letters else {
            return Ok(Some(lf + 1));
        };
        // A unit begins at each even offset.
        let unit = lf - lf % 2;
        let end = unit + 2;
        if end > self.there {
            return Ok(None);
        }
        let want: &[u8] = if big { b"\0\n" } else { b"\n\0" };
        Ok((self.get(unit..end)? == want).then_some(end))
    }

    fn first_lf(&mut self, range: Range<u64>) -> io::Result<Option<u64>> {
        let mut at = range.start;
        while at < range.end {
            let end = match self.end() {
                end if self.start <= at && at < end => end.min(range.end),
                _ => (at + READ).min(range.end),
            };
            if let Some(lf) = memchr(b'\n', self.get(at..end)?) {
                return Ok(Some(at + lf as u64));
            }
            at = end;
        }
        Ok(None)
    }

    fn last_lf(&mut self, range: Range<u64>) -> io::Result<Option<u64>> {
        let mut to = range.end;
        while to > range.start {
            if !(self.start < to && to <= self.end()) {
                self.read(to.saturating_sub(READ)..to)?;
            }
            let from = self.start.max(range.start);
            if let Some(lf) = memrchr(b'\n', self.get(from..to)?) {
                return Ok(Some(from + lf as u64));
            }
            to = from;
        }
        Ok(None)
    }

    fn end(&self) -> u64 {
        self.start + self.held.len() as u64
    }

    fn held(&self, range: &Range<u64>) -> Option<&[u8]> {
        let from = usize::try_from(range.start.checked_sub(self.start)?).ok()?;
        let to = usize::try_from(range.end.checked_sub(self.start)?).ok()?;
        self.held.get(from..to)
    }

    fn read(&mut self, range: Range<u64>) -> io::Result<()> {
        let Some(window) = &self.window else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let want = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let bytes = window.read(range.start, want)?;
        if bytes.len() < want {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.start = range.start;
        self.held = Cow::Owned(bytes);
        Ok(())
    }
}
