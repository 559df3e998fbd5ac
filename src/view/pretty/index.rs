//! The sparse index of a form's rows: a reader's state now and then, so that any row is
//! found by reading little; and where large containers end.
//!
//! Owns what is known of a body's rows without reading it again. It is made piece by
//! piece beside the stream ([`Head::read`]) by whoever has the time, and grows by adding
//! ([`Index::add`]).
//!
//! ```text
//! bytes        ……………8 KiB…………… |……………8 KiB…………… |…… 4 KiB ‹ not read: may yet change
//! checkpoints  ▲ reader, open containers  ▲
//! large        [a container of 8 KiB or more: where it ends, how many members]
//! ```

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::lexer::Lexer;
use super::mask::{mask, whole};
use super::reader::Reader;
use super::row::{Place, ROW, Row, Sink};
use crate::body::Window;
use crate::decode::Letters;
use crate::view::Role;
use crate::view::form::Form;

/// Bytes between two checkpoints, for the first [`STEPS`] of them; then twice as many, and
/// so on: 100 MiB have 8,500, 10 GiB 34,000. A key looks for about ten rows from the
/// checkpoint before each: with 64 KiB between them that took 4 ms.
const SPACING: u64 = 8 * 1024;
const STEPS: usize = 4096;
/// Containers that are remembered at once, from the outermost: deeper ones do not fold.
const LEVELS: usize = 64;
/// Bytes past the index's end that are read for a frame: less than a millisecond.
pub(super) const REACH: u64 = 256 * 1024;
/// Bytes read at once.
const READ: usize = 256 * 1024;

/// What is known of a body's rows.
#[derive(Clone, Debug)]
pub struct Index {
    checkpoints: Vec<Checkpoint>,
    large: BTreeMap<u64, Large>,
    head: Head,
}

/// A row's start.
#[derive(Clone, Debug)]
pub(super) struct Checkpoint {
    pub at: u64,
    pub lexer: Lexer,
    /// The containers around it, from the outermost: the row each begins on, its level.
    pub open: Box<[(u64, u32)]>,
}

/// A container worth remembering.
#[derive(Clone, Copy, Debug)]
pub(super) struct Large {
    /// The row that closes it, and the reader there.
    pub close: u64,
    pub lexer: Lexer,
    pub members: u64,
}

/// Where the index ends: from here it goes on.
#[derive(Clone, Debug)]
pub struct Head {
    pub(super) at: u64,
    letters: Letters,
    pub(super) lexer: Lexer,
    pub(super) open: Vec<Open>,
    /// Checkpoints made so far.
    made: usize,
    next: u64,
    fault: Option<Arc<Fault>>,
}

/// Where a body is malformed first: the row's first byte, and the row's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub at: u64,
    pub why: String,
}

/// Listens for the first fault in the rows that are read.
struct Watch<'a> {
    at: u64,
    fault: &'a mut Option<Arc<Fault>>,
}

impl Sink for Watch<'_> {
    fn note(&mut self, place: Place, role: Role, words: impl FnOnce() -> String) {
        if role == Role::Anomaly && self.fault.is_none() {
            *self.fault = Some(Arc::new(Fault {
                at: match place {
                    Place::End => self.at.saturating_sub(1),
                    _ => self.at,
                },
                why: words(),
            }));
        }
    }
}

/// A container that is not closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub row: u64,
    pub level: u32,
    pub members: u64,
}

/// What some more bytes add to an index.
#[derive(Debug)]
pub struct Piece {
    checkpoints: Vec<Checkpoint>,
    large: Vec<(u64, Large)>,
    head: Head,
}

impl Index {
    /// In UTF-8.
    pub fn new(form: &Form) -> Index {
        Index::read_in(form, Letters::Utf8)
    }

    pub fn read_in(form: &Form, letters: Letters) -> Index {
        let lexer = Lexer::of(form);
        Index {
            checkpoints: Vec::new(),
            large: BTreeMap::new(),
            head: Head {
                at: 0,
                letters,
                lexer,
                open: Vec::new(),
                made: 0,
                next: SPACING,
                fault: None,
            },
        }
    }

    /// Bytes of the body that it knows.
    pub fn end(&self) -> u64 {
        self.head.at
    }

    /// Where rows are known, and a little further: a frame reads so far by itself.
    pub fn reach(&self) -> u64 {
        self.end().saturating_add(REACH.max(self.spacing()))
    }

    /// The body's charset.
    pub fn letters(&self) -> Letters {
        self.head.letters
    }

    /// Where the next piece begins.
    pub fn head(&self) -> Head {
        self.head.clone()
    }

    /// Bytes of memory that it takes, about.
    pub fn size(&self) -> usize {
        let open = |checkpoint: &Checkpoint| size_of_val(&*checkpoint.open);
        self.checkpoints.len() * size_of::<Checkpoint>()
            + self.checkpoints.iter().map(open).sum::<usize>()
            + self.large.len() * (size_of::<Large>() + 16)
    }

    /// Adds the piece that begins at this index's end; another one is dropped.
    pub fn add(&mut self, piece: Piece) {
        if piece.head.made != self.checkpoints.len() + piece.checkpoints.len() {
            return;
        }
        self.checkpoints.extend(piece.checkpoints);
        self.large.extend(piece.large);
        self.head = piece.head;
    }

    /// The first fault in what it knows.
    pub fn fault(&self) -> Option<&Arc<Fault>> {
        self.head.fault.as_ref()
    }

    /// The last checkpoint at or before `offset`, of bytes that are there; `None`: the
    /// body's start.
    pub(super) fn before(&self, offset: u64) -> Option<&Checkpoint> {
        let after = self.checkpoints.partition_point(|of| of.at <= offset);
        self.checkpoints.get(after.checked_sub(1)?)
    }

    pub(super) fn large(&self, row: u64) -> Option<&Large> {
        self.large.get(&row)
    }

    /// The container that began on this row and is not closed where the index ends.
    pub(super) fn open(&self, row: u64) -> Option<&Open> {
        self.head.open.iter().find(|open| open.row == row)
    }

    /// Where the index ends, and the reader there.
    pub(super) fn last(&self) -> (u64, Lexer) {
        (self.head.at, self.head.lexer)
    }

    /// Bytes after which a container is large, here.
    pub(super) fn spacing(&self) -> u64 {
        self.head.spacing()
    }
}

impl Piece {
    /// Where the next piece begins.
    pub fn head(&self) -> Head {
        self.head.clone()
    }
}

impl Head {
    /// Bytes before it.
    pub fn end(&self) -> u64 {
        self.at
    }

    /// Reads about `most` bytes on, but never the last [`ROW`] of what is there: how they
    /// look may hang on what is still to come.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn read(&self, window: &Window, most: u64) -> io::Result<Piece> {
        let mut head = self.clone();
        let mut checkpoints = Vec::new();
        let mut large = Vec::new();
        let there = window.there();
        let until = there.min(head.at.saturating_add(most));
        let mut bytes = vec![0; READ];
        while head.at < until && there - head.at > ROW as u64 {
            let start = head.at;
            let read = window.read_at(start, &mut bytes)?;
            mask(head.letters, &mut bytes[..read]);
            let mut at = 0;
            while let Some(row) = bytes[..read].get(at..at + ROW) {
                if head.at >= head.next {
                    checkpoints.push(head.checkpoint());
                }
                let mut done = head.skim(&bytes[at..read]);
                if done == 0 {
                    let lexer = head.lexer;
                    let row = head.row(whole(row));
                    large.extend(head.count(row, lexer));
                    done = row.len;
                }
                at += done;
                head.at = start + at as u64;
            }
            if read <= ROW {
                break;
            }
        }
        Ok(Piece {
            checkpoints,
            large,
            head,
        })
    }

    /// The first fault up to the end of what is there, which is all: of the rest at most
    /// [`READ`] bytes are looked at.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn fault_to_the_end(&self, window: &Window) -> io::Result<Option<Arc<Fault>>> {
        let mut head = self.clone();
        let start = head.at;
        let mut bytes = window.read(start, READ)?;
        mask(head.letters, &mut bytes);
        let mut at = 0;
        while at < bytes.len() && head.fault.is_none() {
            let row = match bytes.get(at..at + ROW) {
                Some(row) => head.row(whole(row)),
                None => head.row(&bytes[at..]),
            };
            at += row.len;
            head.at = start + at as u64;
        }
        let ended = || {
            let there = window.there();
            if there == 0 || head.at < there {
                return None;
            }
            let why = head
                .lexer
                .unfinished()
                .filter(|_| head.at >= window.there())?;
            Some(Arc::new(Fault { at: head.at, why }))
        };
        Ok(head.fault.clone().or_else(ended))
    }

    /// The row here; the place stays.
    fn row(&mut self, bytes: &[u8]) -> Row {
        let mut watch = Watch {
            at: self.at,
            fault: &mut self.fault,
        };
        self.lexer.row(bytes, &mut watch)
    }

    fn spacing(&self) -> u64 {
        SPACING << (self.made / STEPS).min(16)
    }

    fn checkpoint(&mut self) -> Checkpoint {
        self.made += 1;
        self.next = self.at + self.spacing();
        Checkpoint {
            at: self.at,
            lexer: self.lexer,
            open: self
                .open
                .iter()
                .map(|open| (open.row, open.level))
                .collect(),
        }
    }

    /// Passes over the usual rows up to the next checkpoint; [`ROW`] bytes at the end are
    /// only looked at.
    fn skim(&mut self, bytes: &[u8]) -> usize {
        // The usual rows of JSON have no fault; among others the first one is looked for.
        let usual = matches!(self.lexer, Lexer::Whole(Reader::Json(_)));
        if !usual && self.fault.is_none() {
            return 0;
        }
        let (at, spacing) = (self.at, self.spacing());
        let most = usize::try_from(self.next - at).unwrap_or(usize::MAX);
        let until = most.min(bytes.len() - ROW);
        let Head { lexer, open, .. } = self;
        lexer.skim(bytes, until, |start, row| {
            let at = at + start as u64;
            // What closes a large container is remembered, with the reader before it.
            let closes = |open: &Open| row.low <= open.level;
            if open.last().is_some_and(closes) {
                let mut closed = open.iter().rev().take_while(|open| closes(open));
                if closed.any(|open| at - open.row >= spacing) {
                    return false;
                }
            }
            count(open, at, row, |_| {});
            true
        })
    }

    /// The row here closes, counts and opens; `lexer` is the reader before it.
    fn count(&mut self, row: Row, lexer: Lexer) -> Option<(u64, Large)> {
        let (close, spacing) = (self.at, self.spacing());
        let mut outermost = None;
        count(&mut self.open, close, row, |open| {
            if close - open.row >= spacing {
                let members = open.members;
                let large = Large {
                    close,
                    lexer,
                    members,
                };
                outermost = Some((open.row, large));
            }
        });
        outermost
    }
}

/// Takes from the open containers what the row at `at` closes, and adds what it opens.
#[inline]
fn count(open: &mut Vec<Open>, at: u64, row: Row, mut closed: impl FnMut(Open)) {
    while let Some(last) = open.pop_if(|open| open.level >= row.low) {
        closed(last);
    }
    if let Some(around) = open.last_mut()
        && row.member
        && around.level + 1 == row.low
    {
        around.members += 1;
    }
    if row.opens() && open.len() < LEVELS {
        open.push(Open {
            row: at,
            level: row.low,
            members: 0,
        });
    }
}
