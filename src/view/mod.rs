//! Views: a window of bytes → styled lines. Every line's text is safe for a terminal.
//!
//! Owns [`Line`] and what each view makes of bytes. A view computes only the rows asked
//! for; it knows no terminal and no colour (a [`Role`] says what a span is).

pub mod safe;

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
    /// What the user selected, whatever else it is.
    Selected,
    /// Words of this program among the bytes: "… 3 more lines".
    Note,
}

/// A view over bytes that may still be coming. Rows are addressed by anchors: the offset
/// of a row's first byte (or another number that orders the view's rows). Every method
/// reads at most about two screens' bytes.
pub trait View {
    /// The rows from `top` on, at most `height`; fewer at the end.
    fn rows(&self, top: u64, height: usize) -> Vec<Line>;
    /// The anchor so many rows further, or back when negative; stops at the ends.
    fn step(&self, from: u64, rows: i64) -> u64;
    /// The anchor of the last row.
    fn last(&self) -> u64;
    /// The anchor of the row that shows this byte.
    fn anchor(&self, offset: u64) -> u64;
}
