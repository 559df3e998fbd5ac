//! The body as hexadecimal: offset, bytes, and what they would be as text.
//!
//! ```text
//! 00000010  61 62 0d 0a 00 ff 7a 20  …  ab␍␊␀·z
//! ```
//! Sixteen bytes a row, eight or four where that is too wide; each character of the text
//! column is one byte.

use std::ops::Range;

use super::safe::glyph;
use super::{Line, Marks, Role, View, unreadable};
use crate::body::Window;

/// Anchors and marks are offsets in the window.
#[derive(Clone, Debug)]
pub struct Hex {
    pub window: Window,
    /// Columns.
    pub width: usize,
    /// Columns scrolled to the right.
    pub left: usize,
    pub marks: Marks,
}

impl View for Hex {
    fn rows(&self, top: u64, height: usize) -> Vec<Line> {
        let per_row = self.per_row();
        let top = self.anchor(top);
        match self.window.read(top, height.saturating_mul(per_row)) {
            Ok(bytes) => (top..)
                .step_by(per_row)
                .zip(bytes.chunks(per_row))
                .map(|(at, bytes)| self.line(at, bytes))
                .collect(),
            Err(err) => unreadable(&err, self.width),
        }
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
        bits.div_ceil(4).max(8) as usize
    }

    fn line(&self, at: u64, bytes: &[u8]) -> Line {
        let per_row = self.per_row();
        let mut row = Clip {
            line: Line::new(at),
            shown: self.left..self.left.saturating_add(self.width),
            column: 0,
        };
        let mut offset = [b'0'; 16];
        let digits = self.digits().min(16);
        for (n, digit) in offset[..digits].iter_mut().rev().enumerate() {
            *digit = DIGITS[(at >> (4 * n)) as usize & 15];
        }
        // Digits are ASCII: there always is a text.
        let offset = std::str::from_utf8(&offset[..digits]).unwrap_or_default();
        row.push(offset, digits, Role::Margin);
        row.push("  ", 2, Role::Text);

        let role = |n: usize, role| {
            let at = at + n as u64;
            self.marks.role(at..at + 1, role)
        };
        for (n, &byte) in bytes.iter().enumerate() {
            if n > 0 && n % 8 == 0 {
                row.push(" ", 1, Role::Text);
            }
            let pair = &PAIRS[usize::from(byte)];
            row.push(
                std::str::from_utf8(pair).unwrap_or_default(),
                2,
                role(n, Role::Text),
            );
            row.push(" ", 1, Role::Text);
        }
        let missing = per_row - bytes.len();
        let gap = 1 + 3 * missing + gaps(per_row) - gaps(bytes.len());
        row.push(&SPACES[..gap], gap, Role::Text);
        for (n, &byte) in bytes.iter().enumerate() {
            match (byte, glyph(byte)) {
                (_, Some(picture)) => row.push(picture, 1, role(n, Role::Invisible)),
                (0x80.., _) => row.push("·", 1, role(n, Role::Undecodable)),
                _ => {
                    let one = &ASCII[usize::from(byte)..][..1];
                    row.push(one, 1, role(n, Role::Text));
                }
            }
        }
        row.line
    }
}

/// Spaces between groups of eight.
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
            self.line.push(text, role);
            return;
        }
        for (column, c) in (from..).zip(text.chars()) {
            if self.shown.contains(&column) {
                self.line.push(c.encode_utf8(&mut [0; 4]), role);
            }
        }
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The two digits of each byte.
static PAIRS: [[u8; 2]; 256] = {
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    pairs
};

/// Each ASCII character at its own place.
static ASCII: &str = {
    const BYTES: [u8; 128] = {
        let mut bytes = [0; 128];
        let mut byte = 0;
        while byte < 128 {
            bytes[byte as usize] = byte;
            byte += 1;
        }
        bytes
    };
    match std::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => "",
    }
};

/// The longest gap: 15 missing bytes, the middle, and one.
const SPACES: &str = match std::str::from_utf8(&[b' '; 48]) {
    Ok(text) => text,
    Err(_) => "",
};
