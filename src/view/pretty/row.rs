//! What the forms' readers and the view say to each other of a row: [`Row`] is what it is,
//! [`Sink`] is told what it is made of.
//!
//! Owns the bounds of a row, and what is alike in all forms: where a line ends.

use crate::decode::Letters;
use crate::view::Role;

/// The most bytes of a row: a longer token goes on in the next one.
pub(super) const ROW: usize = 4096;

/// Bytes of a line that is still read as it is; longer ones are broken where a form can.
pub(super) const LONG: usize = 240;
/// The longest sign that ends a token: `</textarea`.
const SIGN: usize = 10;

/// A row of bytes; every byte is in exactly one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Bytes, with the white space behind them; at least 1.
    pub len: usize,
    /// Containers open around it: the fewest at any of its bytes.
    pub low: u32,
    /// Containers open behind it.
    pub depth: u32,
    /// It begins a member of the container around it.
    pub member: bool,
    /// Levels it is moved in; 0 where its own white space does that.
    pub indent: u32,
}

impl Row {
    /// What is nested in it begins on the next row.
    pub fn opens(&self) -> bool {
        self.depth > self.low
    }
}

/// Where words about a row stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A row of their own before it.
    Above,
    /// The same, about where the row before it ends.
    End,
    /// Behind it where there is room, else below it.
    Beside,
    /// A row of their own behind it.
    Below,
}

/// Bytes that a row's own decode to; where each of them ends in those; their charset.
#[derive(Debug)]
pub(super) struct Undone {
    pub bytes: Vec<u8>,
    pub ends: Vec<usize>,
    pub letters: Letters,
}

/// Is told what a row is made of, in the order of its bytes.
pub(super) trait Sink {
    fn token(&mut self, _len: usize, _role: Role) {}
    /// White space that is one column, whatever its bytes.
    fn space(&mut self, _len: usize) {}
    /// A column of the view's own, without bytes.
    fn gap(&mut self) {}
    /// A field of a table ends here.
    fn stop(&mut self) {}
    /// The tokens were of these bytes, not of the row's own.
    fn undone(&mut self, _undone: impl FnOnce() -> Undone) {}
    fn note(&mut self, _place: Place, _role: Role, _words: impl FnOnce() -> String) {}
}

/// Nobody wants to know.
impl Sink for () {}

/// Where the line that begins here ends: its bytes without the line end, and with it. A
/// line that is not whole here ends where the bytes do.
pub(super) fn line(bytes: &[u8]) -> (usize, usize) {
    match memchr::memchr(b'\n', bytes) {
        Some(lf) if lf > 0 && bytes[lf - 1] == b'\r' => (lf - 1, lf + 1),
        Some(lf) => (lf, lf + 1),
        None => (bytes.len(), bytes.len()),
    }
}

/// Tells of bytes in one role, and of the line end behind them.
pub(super) fn plain(sink: &mut impl Sink, len: usize, next: usize, role: Role) {
    if len > 0 {
        sink.token(len, role);
    }
    if next > len {
        sink.space(next - len);
    }
}

/// How far a row goes in a line of `len` bytes: no further than a sign that begins there
/// can be seen whole.
pub(super) fn uncut(bytes: &[u8], len: usize, next: usize) -> usize {
    // Without a line end these are the first bytes of a longer line, or the last there are.
    match next == len && bytes.len() + 3 >= ROW {
        true => len.saturating_sub(SIGN).max(1),
        false => len,
    }
}
