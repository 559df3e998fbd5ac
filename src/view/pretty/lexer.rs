//! What every form's reader is: bytes at the start of a row → that row, and the reader at
//! the start of the next.
//!
//! Owns [`Lexer`] and [`Reader`], the choice among the forms' readers, and the words
//! between them and the view: [`Row`], [`Sink`]. How a row looks on screen is
//! [`super::layout`]'s.

use super::code::Code;
use super::coded::Undone;
use super::events::Events;
use super::fields::Fields;
use super::json::Json;
use super::lines::Lines;
use super::markup::Markup;
use super::mask::whole;
use super::multipart::Multipart;
use super::table::Table;
use crate::view::Role;
use crate::view::form::Form;

/// The most bytes of a row: a longer token goes on in the next one.
pub(super) const ROW: usize = 4096;

/// Bytes of a line that is still read as it is; longer ones are broken where a form can.
pub(super) const LONG: usize = 240;
/// The longest sign that ends a token: `</textarea`.
const SIGN: usize = 10;

/// A form's reader at the start of a row: all that the rows from here on hang on. It is
/// small and copied freely, so that reading can begin at any row where one is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lexer {
    Whole(Reader),
    Parts(Multipart),
}

/// That of a form which has no parts in forms of their own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reader {
    Lines(Lines),
    Json(Json),
    Markup(Markup),
    Code(Code),
    Fields(Fields),
    Events(Events),
    Table(Table),
}

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
    /// Behind it where there is room, else below it.
    Beside,
    /// A row of their own behind it.
    Below,
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

impl Lexer {
    pub fn of(form: &Form) -> Lexer {
        match form {
            Form::Multipart(boundary) => {
                Lexer::Parts(Multipart::new(boundary.as_deref().unwrap_or_default()))
            }
            form => Lexer::Whole(Reader::of(form)),
        }
    }

    /// The row that begins with these bytes, and this reader at the next one. `bytes` are
    /// [`ROW`] of them, or all there are; not empty.
    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        let row = match self {
            Lexer::Whole(reader) => reader.row(bytes, sink),
            Lexer::Parts(parts) => parts.row(bytes, sink),
        };
        // A row without bytes would be read for ever.
        Row {
            len: row.len.max(1),
            ..row
        }
    }

    /// Passes over the rows from here on that begin before `until`, as long as `pass`,
    /// told where each begins and what it is, answers that it may; answers how many bytes
    /// they are. [`ROW`] bytes must follow behind `until`.
    ///
    /// Of JSON only rows of the usual shapes, and those at the speed of a scan.
    pub fn skim(
        &mut self,
        bytes: &[u8],
        until: usize,
        mut pass: impl FnMut(usize, Row) -> bool,
    ) -> usize {
        if let Lexer::Whole(Reader::Json(lexer)) = self {
            return lexer.skim(bytes, until, pass);
        }
        let mut at = 0;
        while let Some(rest) = bytes.get(at..at + ROW).filter(|_| at < until) {
            let mut next = *self;
            let row = next.row(whole(rest), &mut ());
            if !pass(at, row) {
                break;
            }
            *self = next;
            at += row.len;
        }
        at
    }

    /// What a body that ends here leaves open.
    pub fn unfinished(&self) -> Option<String> {
        match self {
            Lexer::Whole(reader) => reader.unfinished(),
            Lexer::Parts(parts) => parts.unfinished(),
        }
    }
}

impl Reader {
    /// Parts inside of a part are told of by who reads the parts: here they are lines.
    pub fn of(form: &Form) -> Reader {
        match form {
            Form::Json => Reader::Json(Json::new(false)),
            Form::JsonLines => Reader::Json(Json::new(true)),
            Form::Xml => Reader::Markup(Markup::new(true)),
            Form::Html => Reader::Markup(Markup::new(false)),
            Form::Css => Reader::Code(Code::new(false)),
            Form::JavaScript => Reader::Code(Code::new(true)),
            Form::Fields => Reader::Fields(Fields::default()),
            Form::Events => Reader::Events(Events::default()),
            Form::Table(separator) => Reader::Table(Table::new(*separator)),
            Form::Plain | Form::Image | Form::Binary | Form::Multipart(_) => Reader::Lines(Lines),
        }
    }

    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        match self {
            Reader::Lines(lexer) => lexer.row(bytes, sink),
            Reader::Json(lexer) => lexer.row(bytes, sink),
            Reader::Markup(lexer) => lexer.row(bytes, sink),
            Reader::Code(lexer) => lexer.row(bytes, sink),
            Reader::Fields(lexer) => lexer.row(bytes, sink),
            Reader::Events(lexer) => lexer.row(bytes, sink),
            Reader::Table(lexer) => lexer.row(bytes, sink),
        }
    }

    pub fn unfinished(&self) -> Option<String> {
        match self {
            Reader::Json(lexer) => lexer.unfinished(),
            Reader::Markup(lexer) => lexer.unfinished(),
            Reader::Code(lexer) => lexer.unfinished(),
            Reader::Table(lexer) => lexer.unfinished(),
            Reader::Lines(_) | Reader::Fields(_) | Reader::Events(_) => None,
        }
    }
}

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
