//! The text of the request editor, the URL bar and the search field: exact bytes, a
//! cursor, a selection, undo.
//!
//! Owns [`Editor`]. Nothing is refused or changed: any byte may stand anywhere. It knows
//! no key and no screen; what is seen of it is [`crate::view::Line`]s. The cursor moves
//! by what is seen as one: a character with its marks, an escape, a picture; CR LF is
//! one where both stand together.
//!
//! Each edit costs a move of the bytes behind it and a look at a block of the
//! `index`: 10 MB, even in one line, are edited as fast as ten bytes.

mod history;
mod index;
mod pieces;
mod rows;
#[cfg(test)]
mod tests;

use std::ops::Range;

use history::{Change, History, Place, Run};
use index::Index;
use pieces::{piece_end, piece_start};

/// The longest word that a motion walks: a 10 MB body may be one "word".
const LONGEST_WORD: usize = 64 << 10;

/// Bytes under edit.
#[derive(Clone, Debug)]
pub struct Editor {
    text: Vec<u8>,
    index: Index,
    /// `cursor <= text.len()`
    cursor: usize,
    /// The selection's other end.
    anchor: Option<usize>,
    /// The column that up and down try to keep.
    goal: Option<usize>,
    history: History,
}

/// Where the cursor goes; with [`Editor::delete`], up to where is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    Left,
    Right,
    WordLeft,
    WordRight,
    /// So many rows; a page is a big number.
    Up(usize),
    Down(usize),
    /// Of the line; its end is before its line end.
    Home,
    End,
    /// Of the text.
    Start,
    Finish,
}

/// What becomes of the line ends of a paste.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnds {
    /// Every byte as pasted.
    AsPasted,
    /// Each LF, CR and CR LF becomes CR LF: most terminals paste a line end as CR.
    CrLf,
}

/// Where something is seen, both from 0; columns are terminal cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    pub row: usize,
    pub column: usize,
}

impl Editor {
    /// Lines end after an LF, with or without a CR.
    pub fn new(text: impl Into<Vec<u8>>) -> Editor {
        Editor::with(text.into(), true)
    }

    /// One single row, whatever the bytes: an LF is shown and ends nothing.
    pub fn single_line(text: impl Into<Vec<u8>>) -> Editor {
        Editor::with(text.into(), false)
    }

    fn with(text: Vec<u8>, many_lines: bool) -> Editor {
        Editor {
            index: Index::new(&text, many_lines),
            text,
            cursor: 0,
            anchor: None,
            goal: None,
            history: History::default(),
        }
    }

    /// The exact bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.text
    }

    /// The cursor's byte offset.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Where the cursor is seen.
    pub fn position(&self) -> Position {
        self.position_of(self.cursor)
    }

    // -- edits ----------------------------------------------------------------

    /// Puts typed bytes in place of the selection, the cursor behind them. Typing in a
    /// row is undone word by word.
    pub fn insert(&mut self, bytes: &[u8]) {
        self.replace(self.selection_or_cursor(), bytes, Run::Typed);
    }

    /// As [`Editor::insert`], undone as one.
    pub fn paste(&mut self, bytes: &[u8], line_ends: LineEnds) {
        let range = self.selection_or_cursor();
        match line_ends {
            LineEnds::AsPasted => self.replace(range, bytes, Run::Alone),
            LineEnds::CrLf => self.replace(range, &with_cr_lf(bytes), Run::Alone),
        }
    }

    /// Deletes the selection; without one, what lies between the cursor and where the
    /// motion leads: `Left` is Backspace, `WordLeft` Ctrl-W.
    pub fn delete(&mut self, motion: Motion) {
        if self.delete_selection() {
            return;
        }
        let to = self.target(motion);
        let run = match motion {
            Motion::Left => Run::Backspaced,
            Motion::Right => Run::Deleted,
            _ => Run::Alone,
        };
        self.replace(to.min(self.cursor)..to.max(self.cursor), b"", run);
    }

    /// False where nothing is selected.
    pub fn delete_selection(&mut self) -> bool {
        let Some(range) = self.selection() else {
            return false;
        };
        self.replace(range, b"", Run::Alone);
        true
    }

    /// Replaces all of it as one step that can be undone. What is alike at both ends
    /// stays, so that the cursor does where it stands there.
    pub fn set_text(&mut self, bytes: &[u8]) {
        let same = |(one, other): &(&u8, &u8)| one == other;
        let lead = self.text.iter().zip(bytes).take_while(same).count();
        let (old, new) = (&self.text[lead..], &bytes[lead..]);
        let trail = (old.iter().rev().zip(new.iter().rev()))
            .take_while(same)
            .count();
        let range = lead..self.text.len() - trail;
        let middle = &bytes[lead..bytes.len() - trail];
        let cursor = match self.cursor {
            at if at <= range.start => at,
            at if at >= range.end => at - range.len() + middle.len(),
            _ => range.start + middle.len(),
        };
        self.replace(range, middle, Run::Alone);
        self.cursor = cursor;
    }

    /// False where there is nothing to undo.
    pub fn undo(&mut self) -> bool {
        match self.history.undo() {
            Some(change) => {
                let inverse = self.apply(change);
                self.history.undone(inverse);
                true
            }
            None => false,
        }
    }

    /// False where nothing was undone, or something else was done since.
    pub fn redo(&mut self) -> bool {
        match self.history.redo() {
            Some(change) => {
                let inverse = self.apply(change);
                self.history.redone(inverse);
                true
            }
            None => false,
        }
    }

    /// The one way in which bytes change by hand.
    fn replace(&mut self, range: Range<usize>, bytes: &[u8], run: Run) {
        self.goal = None;
        if range.is_empty() && bytes.is_empty() {
            self.anchor = None;
            return;
        }
        let cursor = range.start + bytes.len();
        let inverse = self.apply(Change {
            at: range.start,
            len: range.len(),
            bytes: bytes.to_vec(),
            before: self.place_now(),
            after: Place {
                cursor,
                anchor: None,
            },
        });
        self.history.done(inverse, bytes, run);
    }

    /// Applies a change and answers the one that takes it back.
    fn apply(&mut self, change: Change) -> Change {
        let range = change.at..change.at + change.len;
        let len = change.bytes.len();
        let removed = self.text[range.clone()].to_vec();
        put(&mut self.text, range, &change.bytes);
        self.index.splice(&self.text, change.at, change.len, len);
        self.cursor = change.after.cursor;
        self.anchor = change.after.anchor;
        self.goal = None;
        Change {
            at: change.at,
            len,
            bytes: removed,
            before: change.after,
            after: change.before,
        }
    }

    // -- moving and selecting ---------------------------------------------------

    /// Moves the cursor, and selects what it passes. Without `select`, left and right
    /// leave a selection at its end there.
    pub fn go(&mut self, motion: Motion, select: bool) {
        let goal = match motion {
            Motion::Up(_) | Motion::Down(_) => self.goal.or(Some(self.position().column)),
            _ => None,
        };
        self.goal = goal;
        let to = match (motion, self.selection()) {
            (Motion::Left, Some(range)) if !select => range.start,
            (Motion::Right, Some(range)) if !select => range.end,
            _ => self.target(motion),
        };
        self.place(to, select);
        self.goal = goal;
    }

    /// Puts the cursor at an offset (a click's is [`Editor::offset_at`]); with `select`,
    /// what lies between is selected.
    pub fn place(&mut self, offset: usize, select: bool) {
        self.history.seal();
        self.goal = None;
        self.anchor = match select {
            true => self.anchor.or(Some(self.cursor)),
            false => None,
        };
        self.cursor = piece_start(&self.text, offset);
    }

    pub fn select_all(&mut self) {
        self.history.seal();
        self.goal = None;
        self.anchor = Some(0);
        self.cursor = self.text.len();
    }

    /// Never empty.
    pub fn selection(&self) -> Option<Range<usize>> {
        let anchor = self.anchor.filter(|anchor| *anchor != self.cursor)?;
        Some(anchor.min(self.cursor)..anchor.max(self.cursor))
    }

    /// The selected bytes, for the clipboard.
    pub fn selected(&self) -> Option<&[u8]> {
        self.selection().map(|range| &self.text[range])
    }

    fn selection_or_cursor(&self) -> Range<usize> {
        self.selection().unwrap_or(self.cursor..self.cursor)
    }

    fn place_now(&self) -> Place {
        Place {
            cursor: self.cursor,
            anchor: self.anchor,
        }
    }

    /// Where a motion leads from the cursor.
    fn target(&self, motion: Motion) -> usize {
        let row = || self.index.row_of(&self.text, self.cursor);
        match motion {
            Motion::Left => self.before(self.cursor),
            Motion::Right => self.after(self.cursor),
            Motion::WordLeft => self.word_left(),
            Motion::WordRight => self.word_right(),
            Motion::Up(rows) => match row() {
                0 => 0,
                row => self.in_row(row.saturating_sub(rows)),
            },
            Motion::Down(rows) => match row() {
                row if row == self.last_row() => self.text.len(),
                row => self.in_row(row.saturating_add(rows).min(self.last_row())),
            },
            Motion::Home => self.index.line(&self.text, row()).start,
            Motion::End => self.content(row()).end,
            Motion::Start => 0,
            Motion::Finish => self.text.len(),
        }
    }

    /// The offset in a row under the column to keep.
    fn in_row(&self, row: usize) -> usize {
        let column = self.goal.unwrap_or_else(|| self.position().column);
        self.offset_at(Position { row, column })
    }

    fn last_row(&self) -> usize {
        self.index.rows() - 1
    }

    /// A row without its line end.
    fn content(&self, row: usize) -> Range<usize> {
        let line = self.index.line(&self.text, row);
        let text = &self.text[line.clone()];
        let end = match text {
            _ if row == self.last_row() => 0,
            [.., b'\r', b'\n'] => 2,
            _ => 1,
        };
        line.start..line.end - end
    }

    fn before(&self, at: usize) -> usize {
        match at.checked_sub(1) {
            None => 0,
            Some(last) if self.text[..at].ends_with(b"\r\n") => last - 1,
            Some(last) => piece_start(&self.text, last),
        }
    }

    fn after(&self, at: usize) -> usize {
        match self.text[at..].starts_with(b"\r\n") {
            true => at + 2,
            false => piece_end(&self.text, at),
        }
    }

    /// Over white space, then over one word.
    fn word_left(&self) -> usize {
        let text = &self.text[self.cursor.saturating_sub(LONGEST_WORD)..self.cursor];
        let blank = text.iter().rev().take_while(|b| class(**b) == Class::Blank);
        let text = &text[..text.len() - blank.count()];
        let word = text.last().map_or(0, |last| {
            let same = |b: &&u8| class(**b) == class(*last);
            text.iter().rev().take_while(same).count()
        });
        let skipped = self.cursor.min(LONGEST_WORD) - text.len() + word;
        piece_start(&self.text, self.cursor - skipped)
    }

    /// Over one word, then over white space.
    fn word_right(&self) -> usize {
        let rest = &self.text[self.cursor..];
        let rest = &rest[..rest.len().min(LONGEST_WORD)];
        let word = rest.first().map_or(0, |first| {
            let same = |b: &&u8| class(**b) == class(*first);
            rest.iter().take_while(same).count()
        });
        let blank = rest[word..]
            .iter()
            .take_while(|b| class(**b) == Class::Blank);
        piece_start(&self.text, self.cursor + word + blank.count())
    }
}

/// Puts bytes in place of a range with one move of what is behind it (`Vec::splice`
/// takes three times as long, byte by byte).
fn put(text: &mut Vec<u8>, range: Range<usize>, bytes: &[u8]) {
    let old_len = text.len();
    let end = range.start + bytes.len();
    let new_len = old_len - range.len() + bytes.len();
    text.resize(old_len.max(new_len), 0);
    text.copy_within(range.end..old_len, end);
    text[range.start..end].copy_from_slice(bytes);
    text.truncate(new_len);
}

/// What a byte is to a motion by words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    /// Letters, digits, `_`, and all that is not ASCII.
    Word,
    Mark,
}

fn class(byte: u8) -> Class {
    match byte {
        b' ' | b'\t' | b'\r' | b'\n' => Class::Blank,
        b'_' | 0x80.. => Class::Word,
        _ if byte.is_ascii_alphanumeric() => Class::Word,
        _ => Class::Mark,
    }
}

fn with_cr_lf(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    let mut rest = bytes;
    while let Some(end) = memchr::memchr2(b'\r', b'\n', rest) {
        out.extend_from_slice(&rest[..end]);
        out.extend_from_slice(b"\r\n");
        let both = rest[end..].starts_with(b"\r\n");
        rest = &rest[end + 1 + usize::from(both)..];
    }
    out.extend_from_slice(rest);
    out
}
