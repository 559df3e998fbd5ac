//! Views: a window of bytes → styled lines. Every line's text is safe for a terminal.
//!
//! Owns [`Line`] and what each view makes of bytes. A view computes only the rows asked
//! for; it knows no terminal and no colour (a [`Role`] says what a span is).

mod bytes;
pub mod calls;
mod flow;
pub mod form;
pub mod headers;
pub mod hex;
pub mod inspect;
pub mod number;
pub mod picture;
pub mod pretty;
pub mod reading;
pub mod rendered;
pub mod safe;
mod seen;
pub mod stack;
pub mod text;
pub mod wire;

use std::io;
use std::ops::Range;

pub use form::Form;
pub use headers::Headers;
pub use hex::Hex;
pub use pretty::Pretty;
pub use rendered::Rendered;
pub use text::Text;
pub use wire::{Region, Wire};

/// One row on screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub spans: Vec<Span>,
    /// The first byte it shows, in the view's own offsets.
    pub at: u64,
}

/// A piece of a row. `text` holds no control character of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    pub role: Role,
}

/// What a span is; the theme says how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Text,
    /// A byte that shows as a glyph or an escape: CR, LF, NUL, ESC.
    Invisible,
    /// Bytes that are not valid in the charset.
    Undecodable,
    /// Offsets, line numbers, rulers.
    Margin,
    StatusOk,
    StatusRedirect,
    StatusError,
    FieldName,
    FieldValue,
    /// Chunk size lines and what else frames the body.
    Framing,
    /// Bytes after the end of the message.
    Excess,
    /// What was sent, in the wire's view.
    Sent,
    Anomaly,
    /// A search hit.
    Found,
    /// The search hit that the last step led to.
    Hit,
    /// Where the user points.
    Cursor,
    Selected,
    /// The first byte of a recv() or a chunk, while a ruler is shown.
    Ruler,
    /// The bytes of the call chosen in the log.
    Chosen,
    /// Words of this program among the bytes: "… 3 more lines".
    Note,
    /// A member's, a property's or a field's name.
    Name,
    String,
    Number,
    /// A word that a language keeps for itself.
    Keyword,
    Comment,
    /// An element's name, a selector.
    Tag,
    Attribute,
    Punctuation,
    Heading,
    /// What can be followed.
    Link,
    Strong,
    Emphasis,
    Code,
    /// A field of a form.
    Field,
    /// What stands for a picture.
    Image,
}

/// Bytes to be marked, in the view's own offsets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Search hits near the screen (`body::Needle::hits`): ascending, not overlapping.
    pub found: Vec<Range<u64>>,
    pub hit: Option<Range<u64>>,
    pub chosen: Option<Range<u64>>,
    pub cursor: Option<Range<u64>>,
    pub selected: Option<Range<u64>>,
    /// Bytes near the screen that begin something, ascending.
    pub ruled: Vec<u64>,
    /// What the Wire's received bytes near the screen are, by their own offsets
    /// ([`wire::regions`]): ascending, not overlapping; what is in none is text.
    pub regions: Vec<Region>,
}

/// Told which bytes some rows show, in the view's own offsets, answers what of them is
/// marked. Asked once for all rows; not where they show no bytes.
pub type Marking<'a> = dyn FnMut(Range<u64>) -> Marks + 'a;

/// A piece of a row that a cursor can stand on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// In the row as if nothing were hidden to the left; not empty.
    pub columns: Range<usize>,
    /// The bytes it shows, in the view's own offsets; not empty.
    pub bytes: Range<u64>,
}

/// A view over bytes that may still be coming. Rows are addressed by anchors: the offset
/// of a row's first byte (or another number that orders the view's rows). An anchor that
/// is none (the width changed, a byte found by a search) stands for the row that shows
/// it. Every method reads at most about two screens' bytes and one block of 64 KiB.
///
/// Bytes that cannot be read (the temporary file is broken) give one row that says so.
pub trait View {
    /// The rows from `top` on, at most `height`; fewer at the end.
    fn marked(&self, top: u64, height: usize, marks: &mut Marking<'_>) -> Vec<Line>;
    /// The anchor so many rows further, or back when negative; stops at the ends.
    fn step(&self, from: u64, rows: i64) -> u64;
    /// The anchor of the last row.
    fn last(&self) -> u64;
    /// The anchor of the row that shows this byte.
    fn anchor(&self, offset: u64) -> u64;
    /// What stands in the columns of the row at this anchor, from left to right, those
    /// out of sight too; a byte that stands there twice (Hex) comes first where it is
    /// pointed at. Empty for a row of this program's own words.
    fn cells(&self, anchor: u64) -> Vec<Cell>;

    /// The same with nothing marked.
    fn rows(&self, top: u64, height: usize) -> Vec<Line> {
        self.marked(top, height, &mut |_| Marks::default())
    }

    /// The bytes of which those rows show something.
    fn shown(&self, top: u64, height: usize) -> Range<u64> {
        let mut shown = 0..0;
        self.marked(top, height, &mut |bytes| {
            shown = bytes;
            Marks::default()
        });
        shown
    }

    /// Is there no row at all?
    fn is_empty(&self) -> bool {
        self.rows(0, 1).is_empty()
    }

    /// The cell that shows this byte, and its row; `None` where none does (a line end
    /// behind a full row).
    fn cell_of(&self, offset: u64) -> Option<(u64, Cell)> {
        let row = self.anchor(offset);
        let cells = self.cells(row);
        let cell = cells
            .into_iter()
            .find(|cell| cell.bytes.contains(&offset))?;
        Some((row, cell))
    }

    /// The cell before these bytes of a cell; `None` at the first.
    fn before(&self, bytes: &Range<u64>) -> Option<Cell> {
        let before = bytes.start.checked_sub(1)?;
        match self.cell_of(before) {
            Some((_, cell)) => Some(cell),
            None => self.cells(self.anchor(before)).pop(),
        }
    }

    /// The cell behind these bytes of a cell; `None` at the last.
    fn behind(&self, bytes: &Range<u64>) -> Option<Cell> {
        match self.cell_of(bytes.end) {
            Some((_, cell)) => Some(cell),
            None => {
                let row = self.anchor(bytes.start);
                let next = self.cells(self.step(row, 1)).into_iter().next()?;
                (next.bytes.start >= bytes.end).then_some(next)
            }
        }
    }

    /// The cell in this column of a row, or the last one before it; the first where
    /// there is none.
    fn cell_at(&self, row: u64, column: usize) -> Option<Cell> {
        let mut cells = self.cells(row);
        let after = cells.partition_point(|cell| cell.columns.start <= column);
        match cells.is_empty() {
            true => None,
            false => Some(cells.swap_remove(after.saturating_sub(1))),
        }
    }
}

impl Role {
    /// By the status' class; an interim status is not the end and not an error.
    pub fn of_status(status: u16) -> Role {
        match status {
            0..300 => Role::StatusOk,
            300..400 => Role::StatusRedirect,
            400.. => Role::StatusError,
        }
    }
}

impl Line {
    fn new(at: u64) -> Line {
        Line {
            spans: Vec::new(),
            at,
        }
    }

    /// Adds safe text; neighbours of one role are one span.
    fn push(&mut self, text: &str, role: Role) {
        match self.spans.last_mut() {
            Some(last) if last.role == role => last.text.push_str(text),
            _ => self.spans.push(Span {
                text: text.to_owned(),
                role,
            }),
        }
    }

    fn spaces(&mut self, columns: usize, role: Role) {
        for _ in 0..columns {
            self.push(" ", role);
        }
    }
}

impl Marks {
    /// Is any of these bytes marked?
    fn touch(&self, bytes: &Range<u64>) -> bool {
        self.role(bytes.clone(), Role::Text) != Role::Text
    }

    /// What the bytes show as: marked, or what they are.
    fn role(&self, bytes: Range<u64>, role: Role) -> Role {
        let next = self.found.partition_point(|hit| hit.end <= bytes.start);
        let touches = |mark: &Range<u64>| mark.start < bytes.end && bytes.start < mark.end;
        let marked = |mark: &Option<Range<u64>>| mark.as_ref().is_some_and(touches);
        if marked(&self.cursor) {
            Role::Cursor
        } else if marked(&self.selected) {
            Role::Selected
        } else if marked(&self.hit) {
            Role::Hit
        } else if self.found.get(next).is_some_and(touches) {
            Role::Found
        } else if marked(&self.chosen) {
            Role::Chosen
        } else if self.ruled(&bytes) {
            Role::Ruler
        } else {
            role
        }
    }

    /// Does something begin in these bytes?
    fn ruled(&self, bytes: &Range<u64>) -> bool {
        let next = self.ruled.partition_point(|&at| at < bytes.start);
        self.ruled.get(next).is_some_and(|&at| at < bytes.end)
    }
}

/// The one row of a view whose bytes cannot be read.
fn unreadable(err: &io::Error, width: usize) -> Vec<Line> {
    let mut line = Line::new(0);
    let text = format!("these bytes cannot be read back: {err}");
    line.push(&safe::cut(&safe::safe(&text), width), Role::Anomaly);
    vec![line]
}
