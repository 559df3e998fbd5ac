//! Where rows begin: bytes → lines → rows of a width.
//!
//! Owns the cutting of bytes into rows, for the views that flow ([`super::text`],
//! [`super::wire`]); it says nothing of how a row looks. No table of rows is kept: a
//! row's place follows from the bytes around it, wherever one starts to look.
//!
//! ```text
//! line      up to its LF                        "……………………………………………LF"
//! segment   a line: its first 32 KiB, and the   "………………………" "…………" "……LF"
//!           rest in pieces
//! row       of a segment: all of it, or as much as the width takes
//! ```
//! So a line below 32 KiB is never cut, and a row is found by reading its segment alone.
//! Where rows are wrapped, a segment of plain ASCII ends with a whole row.

use std::io;

use super::Cell;
use super::Role;
use super::bytes::Bytes;
use super::reading::Reading;
use super::safe::Piece;
use crate::decode::letters::Letters;

/// Bytes of a line's first segment, about; and of the others where a segment is a row.
const SEGMENT: u64 = 32 * 1024;
/// Bytes of the others where it is wrapped, about.
const WRAPPED: u64 = 2 * 1024;
const TAB: usize = 8;
/// A tab, or less of it.
pub(super) const SPACES: &str = "        ";

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
    /// Where its line begins, and which of its segments this is, from 0.
    line: u64,
    number: u64,
    start: u64,
    /// Without the line end, where that is not shown.
    end: u64,
    next: u64,
    /// The line goes on behind it.
    is_cut: bool,
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
        let segment = self.segment_at(offset)?;
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
            false if row.segment.is_cut => {
                self.segment(row.segment.line, row.segment.number + 1, row.next)?
            }
            false => self.segment(row.next, 0, row.next)?,
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
            segment = self.segment_at(segment.start - 1)?;
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
                let fit = |bytes: &[u8]| {
                    let fits = fit(bytes, width, self.look, reading);
                    (fits as u64, fits)
                };
                start + self.bytes.first_of(start..segment.end, width, fit)?
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

    fn segment_at(&mut self, offset: u64) -> io::Result<Segment> {
        let line = self.bytes.line_start(offset)?;
        let (first, other) = self.lengths();
        let number = match (offset - line).checked_sub(first) {
            Some(past) => past / other + 1,
            None => 0,
        };
        let start = self.segment_start(line, number)?;
        match start > offset {
            // In a character that the cut would halve.
            true => {
                let start = self.segment_start(line, number - 1)?;
                self.segment(line, number - 1, start)
            }
            false => self.segment(line, number, start),
        }
    }

    /// Bytes of a line's first segment, and of the others: twice a whole number of rows,
    /// where a character is one byte or two.
    fn lengths(&self) -> (u64, u64) {
        let Some(width) = self.width else {
            return (SEGMENT, SEGMENT);
        };
        let two = 2 * width as u64;
        let of = |bytes: u64| (bytes / two).max(1) * two;
        (of(SEGMENT), of(WRAPPED))
    }

    fn segment_start(&mut self, line: u64, number: u64) -> io::Result<u64> {
        let (first, other) = self.lengths();
        match number.checked_sub(1) {
            Some(others) => self.cut(line + first + others * other),
            None => Ok(line),
        }
    }

    fn segment(&mut self, line: u64, number: u64, start: u64) -> io::Result<Segment> {
        let (first, other) = self.lengths();
        let there = self.bytes.there;
        let limit = line + first + number * other;
        let line_end = self.bytes.first_line_end(start..limit.min(there))?;
        let is_cut = line_end.is_none() && limit < there;
        let next = match line_end {
            Some(end) => end,
            None if is_cut => self.cut(limit)?,
            None => there,
        };
        let mut end = next;
        if self.look == Look::Text && line_end.is_some() {
            let letters = self.bytes.letters;
            let tail = self.bytes.get(next.saturating_sub(4).max(start)..next)?;
            end -= line_end_len(letters, tail);
        }
        Ok(Segment {
            line,
            number,
            start,
            end,
            next,
            is_cut,
        })
    }

    /// The cut here, moved behind a character that it would halve.
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
            // A line begins with a unit, and so does a segment, but for its pairs.
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
fn line_end_len(letters: Letters, tail: &[u8]) -> u64 {
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
    let mut pieces = reading.pieces(bytes);
    let mut column = pieces.pass(width);
    for piece in pieces {
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
