//! Atoms → rows of a width.
//!
//! Owns where a row ends. A paragraph's words go on a row as long as they fit; what is
//! wider than a whole row is cut where the row ends. Preformatted rows go on to the
//! right, up to [`WIDEST`] columns.

use std::ops::Range;

use super::super::{Role, safe};
use super::page::{Bit, Rows};

/// Columns of a row that scrolls sideways; past them it goes on in the next.
pub(super) const WIDEST: usize = 1000;
/// A word counts up to this many columns for what a paragraph needs: a URL is cut.
const WORD: usize = 32;

/// A word, a space or an end of row, before it has a place.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    pub kind: Kind,
    pub text: Range<u32>,
    pub source: Range<u32>,
    pub width: u32,
    pub role: Role,
    pub exact: bool,
    pub link: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Stays beside the word before it.
    Word,
    Space,
    Break,
}

/// Words in one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Para {
    pub atoms: Vec<Atom>,
    /// What stands left of every row; `first` of the first one instead.
    pub prefix: Range<u32>,
    pub first: Range<u32>,
    /// Columns of either.
    pub indent: usize,
    /// Rows are not filled up: they end where a break is.
    pub pre: bool,
    /// An empty row goes before it.
    pub spaced: bool,
}

/// Columns that a paragraph takes at least and at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Need {
    pub least: usize,
    pub most: usize,
}

impl Need {
    pub fn or(self, other: Need) -> Need {
        Need {
            least: self.least.max(other.least),
            most: self.most.max(other.most),
        }
    }
}

/// Where a paragraph's rows are made.
struct Layer<'a> {
    text: &'a str,
    para: &'a Para,
    rows: &'a mut Rows,
    width: usize,
    /// Nothing but the prefix stands in the row at hand.
    fresh: bool,
    first: bool,
}

impl Para {
    /// Lays it out in so many columns, `text` being the page's.
    pub fn lay(&self, text: &str, width: usize, rows: &mut Rows) {
        if self.spaced && rows.len() > 0 {
            rows.end_row();
        }
        let width = match self.pre {
            true => WIDEST,
            false => width.max(self.indent + 1),
        };
        let mut layer = Layer {
            text,
            para: self,
            rows,
            width,
            fresh: true,
            first: true,
        };
        layer.begin();
        layer.run();
        rows.end_row();
    }

    pub fn need(&self) -> Need {
        let (mut least, mut most) = (0, 0);
        let (mut word, mut row) = (0, 0);
        for atom in &self.atoms {
            let width = atom.width as usize;
            match atom.kind {
                Kind::Word => word += width,
                Kind::Space => word = 0,
                Kind::Break => (word, row) = (0, 0),
            }
            row += width;
            least = least.max(word);
            most = most.max(row);
        }
        least = if self.pre { most } else { least.min(WORD) };
        Need {
            least: least + self.indent,
            most: most + self.indent,
        }
    }
}

impl Layer<'_> {
    fn run(&mut self) {
        let atoms = &self.para.atoms;
        let mut space: Option<&Atom> = None;
        let mut at = 0;
        while let Some(atom) = atoms.get(at) {
            match atom.kind {
                Kind::Break => {
                    self.next_row();
                    space = None;
                    at += 1;
                }
                Kind::Space if self.para.pre => {
                    self.put(atom);
                    at += 1;
                }
                Kind::Space => {
                    space = Some(atom);
                    at += 1;
                }
                Kind::Word => {
                    let words = atoms[at..].iter();
                    let group = words.take_while(|atom| atom.kind == Kind::Word);
                    let (mut count, mut wide) = (0, 0);
                    for word in group {
                        count += 1;
                        wide += word.width as usize;
                    }
                    let gap = match (&space, self.fresh) {
                        (Some(space), false) => space.width as usize,
                        _ => 0,
                    };
                    let room = self.width.saturating_sub(self.rows.column());
                    let whole = self.width.saturating_sub(self.para.indent);
                    if gap + wide > room && !self.fresh && wide <= whole {
                        self.next_row();
                    } else if let Some(space) = space.filter(|_| !self.fresh && gap < room) {
                        self.put(space);
                    }
                    space = None;
                    for word in &atoms[at..at + count] {
                        self.put(word);
                    }
                    at += count;
                }
            }
        }
    }

    /// Puts an atom into the row, and what does not fit into the next ones.
    fn put(&mut self, atom: &Atom) {
        let column = self.rows.column();
        if column + atom.width as usize <= self.width {
            self.push(
                atom,
                atom.text.clone(),
                atom.source.clone(),
                atom.width as usize,
            );
            return;
        }
        let bytes = slice(self.text, &atom.text);
        let (mut from, mut wide, mut column) = (0, 0, column);
        for piece in safe::decode(bytes.as_bytes()) {
            if column + piece.width > self.width && !self.fresh {
                self.part(atom, from..piece.bytes.start, wide);
                self.next_row();
                (from, wide, column) = (piece.bytes.start, 0, self.para.indent);
            }
            wide += piece.width;
            column += piece.width;
            self.fresh = false;
        }
        self.part(atom, from..bytes.len(), wide);
    }

    fn part(&mut self, atom: &Atom, part: Range<usize>, width: usize) {
        if part.is_empty() {
            return;
        }
        let within = |start: u32, at: usize| start.saturating_add(u32::try_from(at).unwrap_or(0));
        let text = within(atom.text.start, part.start)..within(atom.text.start, part.end);
        let source = match atom.exact {
            true => within(atom.source.start, part.start)..within(atom.source.start, part.end),
            false => atom.source.clone(),
        };
        self.push(atom, text, source, width);
    }

    fn push(&mut self, atom: &Atom, text: Range<u32>, source: Range<u32>, width: usize) {
        self.rows.push(Bit {
            text,
            source,
            column: narrow(self.rows.column()),
            width: narrow(width),
            role: atom.role,
            exact: atom.exact,
            link: atom.link,
        });
        self.fresh = false;
    }

    fn next_row(&mut self) {
        self.rows.end_row();
        self.begin();
    }

    /// The prefix of a row.
    fn begin(&mut self) {
        let prefix = match self.first {
            true => &self.para.first,
            false => &self.para.prefix,
        };
        self.first = false;
        self.fresh = true;
        if !prefix.is_empty() {
            self.rows.push(Bit {
                text: prefix.clone(),
                source: 0..0,
                column: 0,
                width: narrow(self.para.indent),
                role: Role::Note,
                exact: false,
                link: 0,
            });
        }
    }
}

fn slice<'a>(text: &'a str, range: &Range<u32>) -> &'a str {
    let range = range.start as usize..range.end as usize;
    text.get(range).unwrap_or("")
}

pub(super) fn narrow(columns: usize) -> u16 {
    u16::try_from(columns).unwrap_or(u16::MAX)
}
