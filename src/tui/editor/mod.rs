//! A text field over exact bytes: the request editor, and with one line the URL bar and
//! the fields of pop-ups.
//!
//! Owns the bytes, the cursor, the selection and the way back. It refuses nothing and
//! changes nothing by itself: what was put in is what [`Editor::bytes`] gives. How bytes
//! look is [`crate::view::safe`]'s business.
//!
//! A row ends after its LF, or where it has [`rows::LONGEST`] bytes: so no key ever
//! measures more than that, whatever was pasted.

mod history;
mod rows;

use std::ops::Range;

use crate::view::safe::{self, Piece};
use crate::view::{Line, Role, Span};

use history::{Edit, History};
use rows::Rows;

#[derive(Clone, Debug, Default)]
pub struct Editor {
    bytes: Vec<u8>,
    rows: Rows,
    /// `cursor <= bytes.len()`.
    cursor: usize,
    /// The selection's other end.
    anchor: Option<usize>,
    /// The column that ↑ and ↓ aim at.
    goal: Option<usize>,
    history: History,
    /// Counts the changes of the text.
    revision: u64,
    /// A line end that is pasted becomes nothing.
    one_line: bool,
    /// First row and column in sight.
    top: usize,
    left: usize,
}

/// Text.
impl Editor {
    /// A field of one line.
    pub fn line() -> Editor {
        Editor {
            one_line: true,
            ..Editor::default()
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Another number after each change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The bytes as text; what is not UTF-8 shows as U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Other bytes instead of all; undo brings the old ones back. The cursor stays at the
    /// byte it is at as far as it can, or goes to the end of a one-line field.
    pub fn set(&mut self, bytes: &[u8]) {
        if bytes == self.bytes {
            return;
        }
        // Only what differs goes into the history.
        let (middle, back) = self.differing(bytes);
        let cursor = self.carried(bytes);
        self.replace(middle.clone(), &bytes[middle.start..bytes.len() - back]);
        self.history.seal();
        self.cursor = self.stop_at(cursor.min(self.bytes.len()));
        self.anchor = None;
    }

    /// The same, as one edit with the last one: undo takes both back.
    pub fn set_again(&mut self, bytes: &[u8]) {
        let cursor = self.carried(bytes);
        self.undo();
        self.set(bytes);
        self.cursor = self.stop_at(cursor.min(self.bytes.len()));
    }

    /// What is to be replaced for other bytes, and how many behind it stay.
    fn differing(&self, bytes: &[u8]) -> (Range<usize>, usize) {
        let same = |(a, b): &(&u8, &u8)| a == b;
        let front = bytes.iter().zip(&self.bytes).take_while(same).count();
        let back = bytes[front..]
            .iter()
            .rev()
            .zip(self.bytes[front..].iter().rev())
            .take_while(same)
            .count();
        (front..self.bytes.len() - back, back)
    }

    /// Where the cursor stands once the bytes are these.
    fn carried(&self, bytes: &[u8]) -> usize {
        let (middle, _) = self.differing(bytes);
        match self.cursor {
            _ if self.one_line => bytes.len(),
            // What follows the change has moved, and the cursor with it.
            at if at >= middle.end && at > middle.start => at + bytes.len() - self.bytes.len(),
            at => at,
        }
    }

    /// Puts bytes in at the cursor, instead of the selection where there is one.
    pub fn insert(&mut self, bytes: &[u8]) {
        let range = self.selection().unwrap_or(self.cursor..self.cursor);
        self.replace(range, bytes);
    }

    /// As typed elsewhere: terminals send a pasted line end as CR, or as LF; here it is a
    /// CR LF, and in a one-line field nothing.
    pub fn paste(&mut self, text: &str) {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.bytes().peekable();
        while let Some(byte) = rest.next() {
            match byte {
                b'\r' | b'\n' => {
                    if byte == b'\r' {
                        rest.next_if_eq(&b'\n');
                    }
                    if !self.one_line {
                        bytes.extend_from_slice(b"\r\n");
                    }
                }
                byte => bytes.push(byte),
            }
        }
        self.history.seal();
        self.insert(&bytes);
        self.history.seal();
    }

    /// Deletes the selection, or what stands before the cursor: one character with its
    /// marks, or a CR LF as one.
    pub fn backspace(&mut self) {
        let range = self.selection().unwrap_or_else(|| {
            let from = match self.bytes[..self.cursor].ends_with(b"\r\n") {
                true => self.cursor - 2,
                false => self.before(self.cursor),
            };
            from..self.cursor
        });
        self.replace(range, b"");
    }

    /// The same, for what stands after the cursor.
    pub fn delete(&mut self) {
        let range = self.selection().unwrap_or_else(|| {
            let to = match self.bytes[self.cursor..].starts_with(b"\r\n") {
                true => self.cursor + 2,
                false => self.after(self.cursor),
            };
            self.cursor..to
        });
        self.replace(range, b"");
    }

    pub fn delete_word_left(&mut self) {
        let range = self
            .selection()
            .unwrap_or_else(|| self.word_before(self.cursor)..self.cursor);
        self.replace(range, b"");
    }

    /// False when there is nothing to undo.
    pub fn undo(&mut self) -> bool {
        let Some(edit) = self.history.undo() else {
            return false;
        };
        self.splice(edit.at..edit.at + edit.inserted.len(), &edit.removed);
        self.cursor = edit.at + edit.removed.len();
        self.anchor = None;
        true
    }

    /// False when there is nothing to do again.
    pub fn redo(&mut self) -> bool {
        let Some(edit) = self.history.redo() else {
            return false;
        };
        self.splice(edit.at..edit.at + edit.removed.len(), &edit.inserted);
        self.cursor = edit.at + edit.inserted.len();
        self.anchor = None;
        true
    }

    fn replace(&mut self, range: Range<usize>, bytes: &[u8]) {
        if range.is_empty() && bytes.is_empty() {
            return;
        }
        self.history.push(Edit {
            at: range.start,
            removed: self.bytes[range.clone()].to_vec(),
            inserted: bytes.to_vec(),
        });
        self.cursor = range.start + bytes.len();
        self.splice(range, bytes);
        self.anchor = None;
        self.goal = None;
    }

    fn splice(&mut self, range: Range<usize>, bytes: &[u8]) {
        let (start, removed) = (range.start, range.len());
        self.bytes.splice(range, bytes.iter().copied());
        self.revision += 1;
        self.rows.edited(&self.bytes, start, removed, bytes.len());
    }
}

/// Cursor and selection. `select` moves the cursor and leaves the anchor.
impl Editor {
    pub fn left(&mut self, select: bool) {
        let to = match self.selection() {
            Some(range) if !select => range.start,
            _ => self.before(self.cursor),
        };
        self.go(to, select);
    }

    pub fn right(&mut self, select: bool) {
        let to = match self.selection() {
            Some(range) if !select => range.end,
            _ => self.after(self.cursor),
        };
        self.go(to, select);
    }

    pub fn up(&mut self, rows: usize, select: bool) {
        match self.rows.of(self.cursor).checked_sub(rows) {
            Some(row) => self.go_to_row(row, select),
            None => self.go(0, select),
        }
    }

    pub fn down(&mut self, rows: usize, select: bool) {
        let row = self.rows.of(self.cursor) + rows;
        match row < self.rows.count() {
            true => self.go_to_row(row, select),
            false => self.go(self.bytes.len(), select),
        }
    }

    pub fn word_left(&mut self, select: bool) {
        self.go(self.word_before(self.cursor), select);
    }

    pub fn word_right(&mut self, select: bool) {
        let rest = &self.bytes[self.cursor..];
        let word = rest.iter().take_while(|byte| !is_word(**byte)).count();
        let end = rest[word..]
            .iter()
            .take_while(|byte| is_word(**byte))
            .count();
        let to = self.stop_at(self.cursor + word + end);
        self.go(to, select);
    }

    pub fn home(&mut self, select: bool) {
        let row = self.rows.range(self.rows.of(self.cursor));
        self.go(row.start, select);
    }

    /// Before the line end.
    pub fn end(&mut self, select: bool) {
        let row = self.rows.range(self.rows.of(self.cursor));
        self.go(self.row_end(row), select);
    }

    pub fn start(&mut self, select: bool) {
        self.go(0, select);
    }

    pub fn finish(&mut self, select: bool) {
        self.go(self.bytes.len(), select);
    }

    pub fn select_all(&mut self) {
        self.anchor = Some(0);
        self.cursor = self.bytes.len();
    }

    /// The cursor's offset.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The cursor to an offset, or to the nearest place before it.
    pub fn jump(&mut self, to: usize) {
        self.go(self.stop_at(to), false);
    }

    /// The selected bytes; empty without a selection.
    pub fn selected(&self) -> &[u8] {
        &self.bytes[self.selection().unwrap_or(0..0)]
    }

    /// The cursor to what is shown at this row and column of the area.
    pub fn click(&mut self, row: usize, column: usize, select: bool) {
        let row = (self.top + row).min(self.rows.count() - 1);
        let to = self.at_column(row, self.left + column);
        self.go(to, select);
        self.history.seal();
    }

    fn selection(&self) -> Option<Range<usize>> {
        let anchor = self.anchor.filter(|&anchor| anchor != self.cursor)?;
        Some(anchor.min(self.cursor)..anchor.max(self.cursor))
    }

    fn go(&mut self, to: usize, select: bool) {
        self.anchor = match (select, self.anchor) {
            (true, None) => Some(self.cursor),
            (true, anchor) => anchor,
            (false, _) => None,
        };
        self.cursor = to;
        self.goal = None;
        self.history.seal();
    }

    fn go_to_row(&mut self, row: usize, select: bool) {
        let goal = self.goal.unwrap_or_else(|| self.cursor_cell().1);
        self.go(self.at_column(row, goal), select);
        self.goal = Some(goal);
    }

    fn at_column(&self, row: usize, column: usize) -> usize {
        let range = self.rows.range(row);
        let end = self.row_end(range.clone());
        let mut at = 0;
        for piece in safe::decode(&self.bytes[range.clone()]) {
            at += piece.width;
            if at > column {
                return (range.start + piece.bytes.start).min(end.max(range.start));
            }
        }
        end
    }

    /// Where the cursor stands at a row's end: before its LF and the CR before that.
    fn row_end(&self, row: Range<usize>) -> usize {
        let bytes = &self.bytes[row.clone()];
        let line_end = match bytes {
            [.., b'\r', b'\n'] => 2,
            [.., b'\n'] => 1,
            _ => 0,
        };
        // A cut row without a line end is left at its last character, else the cursor
        // would be in the next row.
        if line_end == 0 && row.end < self.bytes.len() {
            return self.before(row.end).max(row.start);
        }
        row.end - line_end
    }

    fn before(&self, at: usize) -> usize {
        let Some(last) = at.checked_sub(1) else {
            return 0;
        };
        let row = self.rows.range(self.rows.of(last));
        self.pieces(row.clone())
            .map(|piece| row.start + piece.bytes.start)
            .take_while(|&start| start < at)
            .last()
            .unwrap_or(last)
    }

    fn after(&self, at: usize) -> usize {
        if at >= self.bytes.len() {
            return at;
        }
        let row = self.rows.range(self.rows.of(at));
        self.pieces(row.clone())
            .map(|piece| row.start + piece.bytes.end)
            .find(|&end| end > at)
            .unwrap_or(at + 1)
    }

    /// The nearest place at or before `at` where the cursor may stand.
    fn stop_at(&self, at: usize) -> usize {
        if at >= self.bytes.len() {
            return self.bytes.len();
        }
        let row = self.rows.range(self.rows.of(at));
        self.pieces(row.clone())
            .map(|piece| row.start + piece.bytes.start)
            .take_while(|&start| start <= at)
            .last()
            .unwrap_or(at)
    }

    fn word_before(&self, at: usize) -> usize {
        let rest = &self.bytes[..at];
        let gap = rest
            .iter()
            .rev()
            .take_while(|byte| !is_word(**byte))
            .count();
        let word = rest[..at - gap]
            .iter()
            .rev()
            .take_while(|byte| is_word(**byte))
            .count();
        self.stop_at(at - gap - word)
    }

    fn pieces(&self, range: Range<usize>) -> safe::Pieces<'_> {
        safe::decode(&self.bytes[range])
    }
}

/// What is seen of it.
impl Editor {
    /// First row in sight.
    pub fn first_row(&self) -> usize {
        self.top
    }

    /// First column in sight.
    pub fn first_column(&self) -> usize {
        self.left
    }

    /// Row and column of the cursor, counted from the text's start.
    pub fn cursor_cell(&self) -> (usize, usize) {
        let row = self.rows.of(self.cursor);
        let start = self.rows.range(row).start;
        (row, columns(&self.bytes[start..self.cursor]))
    }

    /// The row that shows this byte.
    pub fn row_of(&self, offset: usize) -> usize {
        self.rows.of(offset.min(self.bytes.len()))
    }

    /// Scrolls as little as it takes to have the cursor in an area of this size.
    pub fn reveal(&mut self, width: usize, height: usize) {
        let (row, column) = self.cursor_cell();
        // In an area without rows or columns nothing is in sight; the cursor's own counts.
        self.top = self.top.clamp((row + 1).saturating_sub(height.max(1)), row);
        self.left = (self.left).clamp((column + 1).saturating_sub(width.max(1)), column);
    }

    /// Scrolls without the cursor.
    pub fn scroll(&mut self, rows: isize) {
        let last = self.rows.count() - 1;
        self.top = self.top.saturating_add_signed(rows).min(last);
    }

    /// The rows in an area: every byte as what it is, the selection marked.
    pub fn lines(&self, width: usize, height: usize) -> Vec<Line> {
        let last = self.rows.count().min(self.top + height);
        (self.top..last)
            .map(|row| self.line_of(row, width))
            .collect()
    }

    fn line_of(&self, row: usize, width: usize) -> Line {
        let range = self.rows.range(row);
        let selected = self.selection().unwrap_or(0..0);
        let mut line = Line {
            spans: Vec::new(),
            at: range.start as u64,
        };
        let mut column = 0;
        for piece in self.pieces(range.clone()) {
            let (from, to) = (column, column + piece.width);
            column = to;
            if to <= self.left {
                continue;
            }
            if from >= self.left + width {
                more_to_the_right(&mut line);
                break;
            }
            let role = match selected.contains(&(range.start + piece.bytes.start)) {
                true => Role::Chosen,
                false => piece.role,
            };
            let whole = from >= self.left && to <= self.left + width;
            let text = match whole {
                true => piece.text.into_owned(),
                // Half a wide character cannot be drawn.
                false => " ".repeat(to.min(self.left + width) - from.max(self.left)),
            };
            match line.spans.last_mut() {
                Some(last) if last.role == role => last.text.push_str(&text),
                _ => line.spans.push(Span { text, role }),
            }
        }
        line
    }
}

/// The last cell says that the row goes on.
fn more_to_the_right(line: &mut Line) {
    let Some(last) = line.spans.last_mut() else {
        return;
    };
    let Some(cut) = last.text.pop() else { return };
    let blank = safe::width(cut.encode_utf8(&mut [0; 4])).max(1) - 1;
    last.text.extend(std::iter::repeat_n(' ', blank));
    line.spans.push(Span {
        text: "›".to_owned(),
        role: Role::Note,
    });
}

fn columns(bytes: &[u8]) -> usize {
    safe::decode(bytes).map(|piece: Piece| piece.width).sum()
}

/// Letters, digits, and every byte of a character beyond ASCII.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests;
