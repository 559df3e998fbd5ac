//! The body as hexadecimal: offset, bytes, and what they would be as text.
//!
//! ```text
//! 00000010  61 62 0d 0a 00 ff 7a 20  …  ab␍␊␀·z
//! ```
//! Sixteen bytes a row, eight or four where that is too wide; each character of the text
//! column is one byte.

use std::ops::Range;

use super::safe::glyph;
use super::{Cell, Line, Marking, Marks, Role, Span, View, unreadable};
use crate::body::Window;

/// Anchors are offsets in the window.
#[derive(Clone, Debug)]
pub struct Hex {
    pub window: Window,
    /// Columns.
    pub width: usize,
    /// Columns scrolled to the right.
    pub left: usize,
}

impl View for Hex {
    fn marked(&self, top: u64, height: usize, marks: &mut Marking<'_>) -> Vec<Line> {
        let per_row = self.per_row();
        let top = self.anchor(top);
        let bytes = match self.window.read(top, height.saturating_mul(per_row)) {
            Ok(bytes) => bytes,
            Err(err) => return unreadable(&err, self.width),
        };
        let marks = marks(top..top + bytes.len() as u64);
        (top..)
            .step_by(per_row)
            .zip(bytes.chunks(per_row))
            .map(|(at, bytes)| self.line(at, bytes, &marks))
            .collect()
    }

    fn step(&self, from: u64, rows: i64) -> u64 {
        let bytes = rows.saturating_mul(self.per_row() as i64);
        self.anchor(self.anchor(from).saturating_add_signed(bytes))
    }

    fn last(&self) -> u64 {
        self.anchor(u64::MAX)
    }

    fn anchor(&self, offset: u64) -> u64 {
        let offset = offset.min(self.window.there().saturating_sub(1));
        offset - offset % self.per_row() as u64
    }

    fn is_empty(&self) -> bool {
        self.window.there() == 0
    }

    fn cells(&self, anchor: u64) -> Vec<Cell> {
        let per_row = self.per_row();
        let at = self.anchor(anchor);
        let here = self.window.there().saturating_sub(at).min(per_row as u64);
        let cell = |column: usize, wide, n: usize| Cell {
            columns: column..column + wide,
            bytes: at + n as u64..at + n as u64 + 1,
        };
        let digits = self.digits() + 2;
        let text = digits + 3 * per_row + gaps(per_row) + 1;
        let here = here as usize;
        let pairs = (0..here).map(|n| cell(digits + 3 * n + gaps(n + 1), 2, n));
        let texts = (0..here).map(|n| cell(text + n, 1, n));
        pairs.chain(texts).collect()
    }
}

impl Hex {
    /// Bytes of a row.
    pub fn per_row(&self) -> usize {
        [16, 8, 4]
            .into_iter()
            .find(|&per_row| self.columns(per_row) <= self.width)
            .unwrap_or(4)
    }

    /// Columns of a full row: offset, then three for each byte with a gap in the middle,
    /// then the text.
    fn columns(&self, per_row: usize) -> usize {
        self.digits() + 2 + 3 * per_row + gaps(per_row) + 1 + per_row
    }

    /// Digits of an offset: 8, or as many as the last byte's needs.
    fn digits(&self) -> usize {
        let bits = u64::BITS - self.window.there().leading_zeros();
        bits.div_ceil(4).clamp(8, 16) as usize
    }

    fn line(&self, at: u64, bytes: &[u8], marks: &Marks) -> Line {
        let (per_row, digits) = (self.per_row(), self.digits());
        let mut row = Clip {
            line: Line {
                spans: Vec::with_capacity(2),
                at,
            },
            shown: self.left..self.left.saturating_add(self.width),
            column: 0,
        };
        let mut offset = [b'0'; 16];
        for (n, digit) in offset[..digits].iter_mut().rev().enumerate() {
            *digit = DIGITS[(at >> (4 * n)) as usize & 15];
        }
        // Digits are ASCII: there always is a text.
        let offset = std::str::from_utf8(&offset[..digits]).unwrap_or_default();
        row.push(offset, digits, Role::Margin);
        row.push(" ", 1, Role::Text);
        row.push(sign(at, marks), 1, sign_role(at, marks));

        let roles = roles(at, bytes.len(), marks);
        let mut text = String::with_capacity(4 * per_row);
        let mut n = 0;
        for (run, role) in runs(&roles[..bytes.len()]) {
            // A space between marked bytes is marked, the one behind them is not.
            for &byte in &bytes[run.clone()] {
                if n > run.start {
                    text.push_str(gap(n));
                    text.push_str(sign(at + n as u64, marks));
                }
                text.push_str(PAIRS[usize::from(byte)]);
                n += 1;
            }
            row.push(&text, text.chars().count(), role);
            text.clear();
            row.push(gap(n), gap(n).len(), Role::Text);
            if n < per_row {
                let next = at + n as u64;
                row.push(sign(next, marks), 1, sign_role(next, marks));
            }
        }
        let filled = digits + 2 + 3 * per_row + gaps(per_row) + 1;
        let missing = filled.saturating_sub(row.column).min(SPACES.len());
        row.push(&SPACES[..missing], missing, Role::Text);
        for (run, role) in runs(&roles[..bytes.len()]) {
            for &byte in &bytes[run.clone()] {
                text.push_str(PICTURES[usize::from(byte)]);
            }
            row.push(&text, run.len(), role);
            text.clear();
        }
        row.line
    }
}

/// What stands just before a byte: the ruler's sign where something begins.
fn sign(at: u64, marks: &Marks) -> &'static str {
    match marks.ruled(&(at..at + 1)) {
        true => "│",
        false => " ",
    }
}

fn sign_role(at: u64, marks: &Marks) -> Role {
    match marks.ruled(&(at..at + 1)) {
        true => Role::Ruler,
        false => Role::Text,
    }
}

/// What the bytes of a row show as. Text all of them unless marked: a picture's shape
/// says enough, and a colour for each kind would cost a span for every other byte.
fn roles(at: u64, len: usize, marks: &Marks) -> [Role; 16] {
    let mut roles = [Role::Text; 16];
    if marks.touch(&(at..at + len as u64)) {
        for (at, role) in (at..).zip(&mut roles) {
            *role = marks.role(at..at + 1, Role::Text);
        }
    }
    roles
}

/// Neighbours of one role, as ranges.
fn runs(roles: &[Role]) -> impl Iterator<Item = (Range<usize>, Role)> {
    let mut start = 0;
    roles.chunk_by(|a, b| a == b).map(move |same| {
        let run = start..start + same.len();
        start = run.end;
        (run, same[0])
    })
}

/// What stands before byte `n` of a row, and its sign: groups of eight.
fn gap(n: usize) -> &'static str {
    match n {
        8 => " ",
        _ => "",
    }
}

/// Groups of eight before the last.
fn gaps(bytes: usize) -> usize {
    bytes.saturating_sub(1) / 8
}

/// A row of which some columns are shown. Each pushed character is one column wide.
struct Clip {
    line: Line,
    shown: Range<usize>,
    column: usize,
}

impl Clip {
    fn push(&mut self, text: &str, columns: usize, role: Role) {
        let from = self.column;
        self.column += columns;
        if self.shown.start <= from && self.column <= self.shown.end {
            match self.line.spans.last_mut() {
                Some(last) if last.role == role => last.text.push_str(text),
                // Most rows are two spans, so the second is made for all that follows.
                _ => {
                    let mut long = String::with_capacity(LONGEST);
                    long.push_str(text);
                    self.line.spans.push(Span { text: long, role });
                }
            }
            return;
        }
        for (column, c) in (from..).zip(text.chars()) {
            if self.shown.contains(&column) {
                self.line.push(c.encode_utf8(&mut [0; 4]), role);
            }
        }
    }
}

/// Bytes of sixteen pairs with their gaps and sixteen pictures of three bytes.
const LONGEST: usize = 104;
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The two digits of each byte.
static PAIRS: [&str; 256] = {
    const TEXT: [u8; 512] = {
        let mut text = [0; 512];
        let mut byte = 0;
        while byte < 256 {
            text[2 * byte] = DIGITS[byte >> 4];
            text[2 * byte + 1] = DIGITS[byte & 15];
            byte += 1;
        }
        text
    };
    let mut pairs = [""; 256];
    let mut rest = ascii(&TEXT);
    let mut byte = 0;
    while byte < 256 {
        (pairs[byte], rest) = rest.split_at(2);
        byte += 1;
    }
    pairs
};

/// What each byte is in the text column.
static PICTURES: [&str; 256] = {
    const TEXT: [u8; 128] = {
        let mut text = [0; 128];
        let mut byte = 0;
        while byte < 128 {
            text[byte as usize] = byte;
            byte += 1;
        }
        text
    };
    let mut pictures = ["·"; 256];
    let mut rest = ascii(&TEXT);
    let mut byte = 0;
    while byte < 128 {
        let (itself, others) = rest.split_at(1);
        pictures[byte] = match glyph(byte as u8) {
            Some(picture) => picture,
            None => itself,
        };
        rest = others;
        byte += 1;
    }
    pictures
};

/// More than the widest gap: that of 15 missing bytes.
const SPACES: &str = ascii(&[b' '; 64]);

/// A table's text, looked at when it is compiled.
const fn ascii(bytes: &'static [u8]) -> &'static str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("the tables are ASCII"),
    }
}
