//! A page that is laid out: rows of bits, and what they came from.
//!
//! Owns the rows' form and their questions: what stands in a row, which bytes, which
//! link. How they were made is [`super::builder`]'s.

use std::collections::HashMap;
use std::ops::Range;

use super::super::{Cell, Line, Marks, Role, safe};

/// A stretch of a row with one look and one origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bit {
    /// In the text of its [`Page`]; safe for a terminal.
    pub text: Range<u32>,
    /// The bytes it was made of; empty for words and frames of our own.
    pub source: Range<u32>,
    pub column: u16,
    pub width: u16,
    pub role: Role,
    /// The text is the source, byte for byte; else the bit is one cell.
    pub exact: bool,
    /// One more than the link's index; 0: none.
    pub link: u32,
}

/// Rows, one after another.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub bits: Vec<Bit>,
    /// Where each row's bits end.
    ends: Vec<u32>,
}

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// As written; relative to [`Page::base`] and the page's own URL.
    To(String),
    Image(String),
    /// The form of this index is sent, with this button's name and value.
    Submit(usize, Option<(String, String)>),
}

/// Something that can be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub way: Way,
    /// The number that is shown beside it; `None` where none is.
    pub number: Option<u32>,
    /// The first byte that is shown of it.
    pub at: u64,
}

/// A form, as it would be sent untouched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pub action: Option<String>,
    pub post: bool,
    /// The boundary's kind of body is asked for.
    pub multipart: bool,
    pub fields: Vec<(String, String)>,
}

/// A page at one width.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub(super) text: String,
    pub(super) rows: Rows,
    pub links: Vec<Link>,
    pub forms: Vec<Form>,
    pub title: Option<String>,
    /// The first `<base href>`.
    pub base: Option<String>,
    /// Where the elements begin that a fragment can name.
    pub(super) ids: HashMap<String, u32>,
    /// First bytes of bits and their rows, ascending.
    pub(super) places: Vec<(u32, u32)>,
    /// Columns it was laid out for.
    pub width: usize,
    /// Bytes of HTML that it shows.
    pub shown: u64,
}

impl Rows {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn row(&self, row: usize) -> &[Bit] {
        let Some(&end) = self.ends.get(row) else {
            return &[];
        };
        let start = match row {
            0 => 0,
            _ => self.ends[row - 1],
        };
        &self.bits[start as usize..end as usize]
    }

    /// Adds to the row at hand; neighbours of one kind and one origin are one bit.
    pub fn push(&mut self, bit: Bit) {
        let begun = self.ends.last().copied().unwrap_or(0) as usize;
        if self.bits.len() > begun
            && let Some(last) = self.bits.last_mut()
            && last.exact
            && bit.exact
            && (last.text.end, last.source.end) == (bit.text.start, bit.source.start)
            && (last.role, last.link) == (bit.role, bit.link)
            && last.column + last.width == bit.column
        {
            last.text.end = bit.text.end;
            last.source.end = bit.source.end;
            last.width += bit.width;
            return;
        }
        self.bits.push(bit);
    }

    pub fn end_row(&mut self) {
        self.ends
            .push(u32::try_from(self.bits.len()).unwrap_or(u32::MAX));
    }

    /// Columns of the row at hand so far.
    pub fn column(&self) -> usize {
        let begun = self.ends.last().copied().unwrap_or(0) as usize;
        self.bits[begun..].last().map_or(0, Bit::end)
    }
}

impl Bit {
    pub fn end(&self) -> usize {
        usize::from(self.column) + usize::from(self.width)
    }

    fn bytes(&self) -> Range<u64> {
        u64::from(self.source.start)..u64::from(self.source.end)
    }
}

impl Page {
    /// Rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row that shows this byte, or the one before it that shows any.
    pub fn row_of(&self, offset: u64) -> u64 {
        self.place(offset).map_or(0, |(_, row)| u64::from(row))
    }

    /// The first byte that is shown in this row or further down.
    pub fn first_byte(&self, row: u64) -> u64 {
        let row = usize::try_from(row).unwrap_or(usize::MAX);
        let mut rows = (row..self.len()).take(SPARSE);
        rows.find_map(|row| {
            let mut bits = self.rows.row(row).iter();
            bits.find(|bit| !bit.source.is_empty())
        })
        .map_or(self.shown, |bit| u64::from(bit.source.start))
    }

    /// Where the element of this id or name begins, a link's fragment.
    pub fn fragment(&self, id: &str) -> Option<u64> {
        let at = u64::from(*self.ids.get(id)?);
        let next = self
            .places
            .partition_point(|&(first, _)| u64::from(first) < at);
        let place = self.places.get(next).or(self.places.last());
        place.map(|&(first, _)| u64::from(first))
    }

    /// The link that shows this byte.
    pub fn link_at(&self, offset: u64) -> Option<(usize, &Link)> {
        let (first, row) = self.place(offset)?;
        let bits = self.rows.row(row as usize);
        let bit = bits
            .iter()
            .find(|bit| bit.source.start == first && bit.bytes().contains(&offset))?;
        let index = (bit.link as usize).checked_sub(1)?;
        Some((index, self.links.get(index)?))
    }

    /// The first byte in sight of the next link behind this offset, or the one before it;
    /// `here`: the link that stands there.
    pub fn link_from(&self, offset: u64, here: Option<usize>, back: bool) -> Option<u64> {
        let shown = |link: usize| {
            let at = self.links.get(link)?.at;
            let (_, cell) = self.cell_near(at, true)?;
            let (found, _) = self.link_at(cell.bytes.start)?;
            (found == link).then_some(cell.bytes.start)
        };
        let behind = |link: &&Link| link.at < offset;
        let from = match here {
            Some(here) if back => here,
            Some(here) => here + 1,
            None => self.links.iter().take_while(behind).count(),
        };
        // Few links show nothing, so the one looked for is not far.
        match back {
            true => (0..from).rev().find_map(shown),
            false => (from..self.links.len()).find_map(shown),
        }
    }

    /// The first cell from this byte on.
    pub fn cell_from(&self, offset: u64) -> Option<(u64, Cell)> {
        self.cell_near(offset, true)
    }

    pub fn numbered(&self, number: u32) -> Option<&Link> {
        // Few links have none, so the one looked for is not far.
        self.links.iter().find(|link| link.number == Some(number))
    }

    /// Of what begins last at this byte or before it: where, and its first row.
    fn place(&self, offset: u64) -> Option<(u32, u32)> {
        let after = self.places_to(offset);
        let (first, _) = *self.places.get(after.saturating_sub(1))?;
        let at = self.places.partition_point(|&(this, _)| this < first);
        self.places.get(at).copied()
    }

    /// How many places begin at this byte or before it.
    fn places_to(&self, offset: u64) -> usize {
        self.places
            .partition_point(|&(first, _)| u64::from(first) <= offset)
    }

    /// What the row shows in the columns from `left` on.
    pub(super) fn line(
        &self,
        row: usize,
        left: usize,
        width: usize,
        marks: &Marks,
        here: u32,
    ) -> Line {
        let mut line = Line::new(row as u64);
        let right = left.saturating_add(width);
        let bits = self.rows.row(row);
        let from = bits.partition_point(|bit| bit.end() <= left);
        let mut column = left;
        for bit in &bits[from..] {
            if usize::from(bit.column) >= right {
                break;
            }
            line.spaces(usize::from(bit.column).saturating_sub(column), Role::Text);
            let role = match bit.link {
                link if link != 0 && link == here => Role::Chosen,
                _ => bit.role,
            };
            if !bit.exact {
                let role = self.role(bit.bytes(), role, marks);
                let text = self.text_of(bit);
                let shown = bit.end().min(right) - usize::from(bit.column).max(left);
                if usize::from(bit.column) < left {
                    let skipped = left - usize::from(bit.column);
                    line.push(&tail(text, skipped, shown), role);
                } else {
                    line.push(&safe::cut(text, shown), role);
                }
                column = bit.end();
                continue;
            }
            for cell in self.pieces(bit) {
                let (text, cell) = cell;
                if cell.columns.end <= left {
                    continue;
                }
                if cell.columns.start >= right {
                    break;
                }
                let role = self.role(cell.bytes, role, marks);
                if cell.columns.start < left || cell.columns.end > right {
                    // Half of a wide character at an edge.
                    let half = cell.columns.end.min(right) - cell.columns.start.max(left);
                    line.spaces(half, role);
                } else {
                    line.push(text, role);
                }
            }
            column = bit.end();
        }
        line
    }

    pub(super) fn cells(&self, row: usize) -> Vec<Cell> {
        let mut cells = Vec::new();
        for bit in self.rows.row(row) {
            if bit.exact {
                cells.extend(self.pieces(bit).map(|(_, cell)| cell));
            } else if !bit.source.is_empty() {
                cells.push(Cell {
                    columns: usize::from(bit.column)..bit.end(),
                    bytes: bit.bytes(),
                });
            }
        }
        cells
    }

    /// The bytes of which these rows show something.
    pub(super) fn bytes_of(&self, rows: Range<usize>) -> Range<u64> {
        let mut bytes: Option<Range<u64>> = None;
        for bit in rows.flat_map(|row| self.rows.row(row)) {
            if bit.source.is_empty() {
                continue;
            }
            let (this, so_far) = (bit.bytes(), bytes.take());
            let so_far = so_far.unwrap_or(this.clone());
            bytes = Some(so_far.start.min(this.start)..so_far.end.max(this.end));
        }
        bytes.unwrap_or(0..0)
    }

    /// The cell that shows this byte, or the nearest one before or behind it.
    pub(super) fn cell_near(&self, offset: u64, behind: bool) -> Option<(u64, Cell)> {
        let after = self.places_to(offset);
        let before = (after > 0).then(|| self.place(offset)).flatten();
        let exact = before.and_then(|(first, row)| {
            let cells = self.cells_of(first, row);
            let shows = |cell: &Cell| cell.bytes.contains(&offset);
            Some((u64::from(row), cells.into_iter().find(shows)?))
        });
        if exact.is_some() {
            return exact;
        }
        let place = match behind {
            true => self.places.get(after).copied(),
            false => before,
        };
        let (first, row) = place?;
        let mut cells = self.cells_of(first, row);
        let cell = match behind {
            true => cells.into_iter().next(),
            false => cells.pop(),
        };
        Some((u64::from(row), cell?))
    }

    /// The cells of the bit that begins with this byte.
    fn cells_of(&self, first: u32, row: u32) -> Vec<Cell> {
        let bits = self.rows.row(row as usize).iter();
        let mut bits = bits.filter(|bit| bit.source.start == first && !bit.source.is_empty());
        match bits.next() {
            Some(bit) if bit.exact => self.pieces(bit).map(|(_, cell)| cell).collect(),
            Some(bit) => vec![Cell {
                columns: usize::from(bit.column)..bit.end(),
                bytes: bit.bytes(),
            }],
            None => Vec::new(),
        }
    }

    /// An exact bit, character by character.
    fn pieces<'a>(&'a self, bit: &Bit) -> impl Iterator<Item = (&'a str, Cell)> + use<'a> {
        let text = self.text_of(bit);
        let mut column = usize::from(bit.column);
        let start = u64::from(bit.source.start);
        safe::decode(text.as_bytes()).map(move |piece| {
            let from = column;
            column += piece.width;
            let cell = Cell {
                columns: from..column,
                bytes: start + piece.bytes.start as u64..start + piece.bytes.end as u64,
            };
            (text.get(piece.bytes).unwrap_or("?"), cell)
        })
    }

    fn role(&self, bytes: Range<u64>, role: Role, marks: &Marks) -> Role {
        match bytes.is_empty() {
            true => role,
            false => marks.role(bytes, role),
        }
    }

    fn text_of(&self, bit: &Bit) -> &str {
        let range = bit.text.start as usize..bit.text.end as usize;
        self.text.get(range).unwrap_or("?")
    }

    /// Puts the places in order; called once, when all rows are there.
    pub(super) fn index(&mut self) {
        for row in 0..self.rows.len() {
            for bit in self.rows.row(row) {
                if !bit.source.is_empty() {
                    let row = u32::try_from(row).unwrap_or(u32::MAX);
                    self.places.push((bit.source.start, row));
                }
            }
        }
        // Nearly sorted but for tables: the sort runs along what is.
        self.places.sort();
    }
}

/// Rows without a byte of the page that may follow each other: frames, rulers, blanks.
const SPARSE: usize = 64;

/// `shown` columns of a safe text behind `skipped` ones; half a wide character is a space.
fn tail(text: &str, skipped: usize, shown: usize) -> String {
    let mut tail = String::new();
    let mut column = 0;
    for piece in safe::decode(text.as_bytes()) {
        let (from, to) = (column, column + piece.width);
        column = to;
        if from >= skipped + shown || to <= skipped {
            continue;
        }
        match from >= skipped && to <= skipped + shown {
            true => tail.push_str(&piece.text),
            false => tail.push(' '),
        }
    }
    tail
}
