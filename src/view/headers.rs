//! The heads of a response as a table: names, values, what is wrong beside what it is wrong with, and
//! what ends the body, with the rule that says so.
//!
//! ```text
//! HTTP/1.1 103 Early Hints
//! Link            </style.css>; rel=preload
//!
//! HTTP/1.1 200 OK
//! Content-Length  4096
//! X-Odd           a value that is longer than the row goes on
//!                 below itself
//!                 ⚠ bare_lf: a line ended by LF … (RFC 9112 section 2.2)
//!
//! The body is 4096 bytes, as Content-Length says (RFC 9112 section 6.3, step 6).
//! ```
//! Rows are made of items (a status line, a field, a note); an anchor is an item's
//! number and the row within it. Only items on screen are laid out.

use super::safe::{cut, decode, width};
use super::{Cell, Line, Marking, Marks, Role, View};
use crate::anomaly::Anomaly;
use crate::event::{EndMode, Field, Framing, Head};
use crate::exchange::dialogue::Byte;
use crate::exchange::{Answer, Exchange};

/// Bits of an anchor that number the row within its item.
const ROW_BITS: u32 = 32;
/// The widest column of names: longer names push their value to the right.
const WIDEST_NAME: usize = 28;

/// The offsets given to `anchor` are wire offsets of the exchange.
#[derive(Clone, Debug)]
pub struct Headers<'a> {
    pub exchange: &'a Exchange,
    /// The response that is looked at.
    pub answer: Answer<'a>,
    /// Columns.
    pub width: usize,
}

/// What stands on one or more rows of its own. `until` is where the bytes of a part of a
/// head end on the connection: anomalies before it stand beside it.
enum Item<'a> {
    Status {
        head: &'a Head,
        until: u64,
    },
    Field {
        field: &'a Field,
        until: u64,
    },
    /// Beside nothing in a head: its offset stands with it.
    Anomaly(&'a Anomaly),
    Note(String),
    Empty,
}

impl View for Headers<'_> {
    fn marked(&self, top: u64, height: usize, marks: &mut Marking<'_>) -> Vec<Line> {
        // All: a head has no more than a few fields that are out of sight.
        let marks = marks(0..self.exchange.recvs.bytes);
        let items = self.items();
        let (first, skip) = split(self.within(&items, top));
        (first..items.len())
            .flat_map(|item| self.lay_out(&items, item, &marks))
            .skip(skip)
            .take(height)
            .collect()
    }

    fn step(&self, from: u64, rows: i64) -> u64 {
        let items = self.items();
        let (mut item, mut row) = split(self.within(&items, from));
        let mut left = usize::try_from(rows.unsigned_abs()).unwrap_or(usize::MAX);
        while rows < 0 && left > row && item > 0 {
            left -= row + 1;
            item -= 1;
            row = self.rows_of(&items, item).saturating_sub(1);
        }
        if rows < 0 {
            return join(item, row.saturating_sub(left));
        }
        loop {
            let last = self.rows_of(&items, item).saturating_sub(1);
            if row.saturating_add(left) <= last || item + 1 >= items.len() {
                return join(item, row.saturating_add(left).min(last));
            }
            left -= last + 1 - row;
            item += 1;
            row = 0;
        }
    }

    fn last(&self) -> u64 {
        self.within(&self.items(), u64::MAX)
    }

    fn anchor(&self, offset: u64) -> u64 {
        let at = self.exchange.wire_base.saturating_add(offset);
        let starts_before = |item: &Item<'_>| match item {
            Item::Status { head, .. } => head.offset <= at,
            Item::Field { field, .. } => field.offset <= at,
            _ => false,
        };
        let item = self.items().iter().rposition(starts_before);
        join(item.unwrap_or(0), 0)
    }

    /// A status line or a field is one cell, on each of its rows.
    fn cells(&self, anchor: u64) -> Vec<Cell> {
        let (from, until) = match self.items().get(split(anchor).0) {
            Some(&Item::Status { head, until }) => (head.offset, until),
            Some(&Item::Field { field, until }) => (field.offset, until),
            _ => return Vec::new(),
        };
        let own = |offset: u64| offset.saturating_sub(self.exchange.wire_base);
        vec![Cell {
            columns: 0..self.width.max(1),
            bytes: own(from)..own(until),
        }]
    }
}

impl<'a> Headers<'a> {
    /// Linear in the fields; a head has at most a MiB.
    fn items(&self) -> Vec<Item<'a>> {
        let answer = &self.answer;
        let mut items = Vec::new();
        for head in answer.heads() {
            let end = end_of(head);
            let starts = head.fields.iter().map(|field| field.offset);
            let mut untils = starts.chain([end]);
            let until = untils.next().unwrap_or(end);
            items.push(Item::Status { head, until });
            let fields = head.fields.iter().zip(untils);
            items.extend(fields.map(|(field, until)| Item::Field { field, until }));
            items.push(Item::Empty);
        }
        if !answer.trailers.is_empty() {
            items.push(Item::Note("Trailers, after the body:".to_owned()));
            items.extend(answer.trailers.iter().map(|field| Item::Field {
                field,
                until: field.offset.saturating_add(field.len.into()),
            }));
            items.push(Item::Empty);
        }
        let before = items.len();
        let anomalies = self.exchange.anomalies.iter();
        items.extend(anomalies.filter(|it| self.is_apart(it)).map(Item::Anomaly));
        if items.len() > before {
            items.push(Item::Empty);
        }
        items.extend(self.notes().into_iter().map(Item::Note));
        items
    }

    /// Is the anomaly one of this response, or of what was sent, and beside no part of a
    /// head and no trailer?
    fn is_apart(&self, anomaly: &Anomaly) -> bool {
        let at = anomaly.offset;
        let answer = match self.exchange.byte_of(anomaly) {
            Byte::Received(own) => self.exchange.answer_at(own),
            Byte::Sent(_) => return true,
        };
        if answer.is_none_or(|answer| answer.number != self.answer.number) {
            return false;
        }
        let mut trailers = self.answer.trailers.iter();
        let mut heads = self.answer.heads();
        !heads.any(|head| (head.offset..end_of(head)).contains(&at))
            && !trailers.any(|field| {
                (field.offset..field.offset.saturating_add(field.len.into())).contains(&at)
            })
    }

    /// What ends the body, and by which rule.
    fn notes(&self) -> Vec<String> {
        let exchange = self.exchange;
        let mut notes = Vec::new();
        notes.push(match self.answer.head {
            Some(head) => ends_body(head),
            None if exchange.recvs.bytes > 0 => "No head is complete.".to_owned(),
            None => "Nothing was received.".to_owned(),
        });
        let asked = match exchange.mode {
            EndMode::Auto => return notes,
            // Where another response follows, only its own framing says where that begins.
            _ if self.answer.is_over => return notes,
            EndMode::Close => "recv() until it answers 0, whatever the head says",
            EndMode::Length => "the bytes of Content-Length, whatever else the head says",
            EndMode::Timeout => "recv() until the socket's timeout",
            EndMode::Once => "a single recv()",
        };
        notes.push(format!(
            "But end mode {} was asked for: {asked}.",
            exchange.mode
        ));
        notes
    }

    /// The anchor itself, or the last one where that lies past the end.
    fn within(&self, items: &[Item<'_>], anchor: u64) -> u64 {
        let (item, row) = split(anchor);
        let last = items.len().saturating_sub(1);
        let (item, row) = match item > last {
            true => (last, usize::MAX),
            false => (item, row),
        };
        let rows = self.rows_of(items, item);
        join(item, row.min(rows.saturating_sub(1)))
    }

    fn rows_of(&self, items: &[Item<'_>], number: usize) -> usize {
        self.lay_out(items, number, &Marks::default()).len()
    }

    /// The rows of one item, at least one.
    fn lay_out(&self, items: &[Item<'_>], number: usize, marks: &Marks) -> Vec<Line> {
        let own = |offset: u64| offset.saturating_sub(self.exchange.wire_base);
        let role = |from, until, role| marks.role(own(from)..own(until), role);
        let mut table = Table {
            names: self.names(),
            width: self.width,
            first: join(number, 0),
            lines: Vec::new(),
        };
        match items.get(number) {
            None => {}
            Some(Item::Empty) => table.words(0, "", Role::Text),
            Some(Item::Note(note)) => table.words(0, note, Role::Note),
            Some(Item::Anomaly(anomaly)) => {
                let text = match self.exchange.byte_of(anomaly) {
                    Byte::Received(at) => format!("⚠ byte {at}: {}", words(anomaly)),
                    Byte::Sent(at) => format!("⚠ byte {at} sent: {}", words(anomaly)),
                };
                table.words(0, &text, Role::Anomaly);
            }
            Some(&Item::Status { head, until }) => {
                let text = format!("{} {:03} {}", head.version, head.status, head.reason);
                let role = role(head.offset, until, Role::of_status(head.status));
                table.words(0, text.trim_end(), role);
                self.anomalies(head.offset, until, &mut table);
            }
            Some(&Item::Field { field, until }) => {
                let name = role(field.offset, until, Role::FieldName);
                let value = role(field.offset, until, Role::FieldValue);
                table.field(&field.name, name, &field.value, value);
                self.anomalies(field.offset, until, &mut table);
            }
        }
        table.lines
    }

    fn anomalies(&self, from: u64, until: u64, table: &mut Table) {
        for anomaly in &self.exchange.anomalies {
            if !anomaly.sent && (from..until).contains(&anomaly.offset) {
                let text = format!("⚠ {}", words(anomaly));
                table.words(table.names + 2, &text, Role::Anomaly);
            }
        }
    }

    /// Columns of the names; the first 100 fields stand for all.
    fn names(&self) -> usize {
        let heads = self.answer.heads().flat_map(|head| &head.fields);
        heads
            .chain(self.answer.trailers)
            .take(100)
            .map(|field| width(&field.name))
            .max()
            .unwrap_or(0)
            .min(WIDEST_NAME)
            .min(self.width / 2)
    }
}

fn split(anchor: u64) -> (usize, usize) {
    let row = anchor & ((1 << ROW_BITS) - 1);
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    (number(anchor >> ROW_BITS), number(row))
}

fn join(item: usize, row: usize) -> u64 {
    (item as u64) << ROW_BITS | row as u64
}

fn end_of(head: &Head) -> u64 {
    head.offset.saturating_add(head.bytes)
}

fn words(anomaly: &Anomaly) -> String {
    let kind = anomaly.kind;
    format!("{}: {} ({})", kind.name(), anomaly.message(), kind.rule())
}

/// Rows being filled.
struct Table {
    /// Columns of the names.
    names: usize,
    width: usize,
    /// The first row's anchor.
    first: u64,
    lines: Vec<Line>,
}

impl Table {
    /// Words, as many a row as fit; rows after the first are indented by two more.
    fn words(&mut self, indent: usize, text: &str, role: Role) {
        let mut column = self.row(indent);
        for (n, word) in text.split(' ').enumerate() {
            let wide: usize = decode(word.as_bytes()).map(|piece| piece.width).sum();
            if n > 0 && column + 1 + wide > self.width && wide + indent + 2 <= self.width {
                column = self.row(indent + 2);
            } else if n > 0 {
                column = self.put(column, indent + 2, " ", role);
            }
            column = self.put(column, indent + 2, word, role);
        }
    }

    fn field(&mut self, name: &str, name_role: Role, value: &str, value_role: Role) {
        let indent = self.names + 2;
        let mut column = self.row(0);
        column = self.put(column, 2, name, name_role);
        let gap = indent.saturating_sub(column).max(2);
        if column + gap < self.width {
            column = self.put(column, indent, &" ".repeat(gap), Role::Text);
        } else {
            column = self.row(indent);
        }
        self.put(column, indent, value, value_role);
    }

    /// Text from `column` on; where the row is full it goes on in the next, indented.
    /// Answers the column behind it.
    fn put(&mut self, mut column: usize, indent: usize, text: &str, role: Role) -> usize {
        for piece in decode(text.as_bytes()) {
            if column + piece.width > self.width && column > 0 {
                column = self.row(indent);
            }
            let room = self.width.saturating_sub(column);
            if let Some(line) = self.lines.last_mut() {
                let role = match piece.role {
                    Role::Text => role,
                    other => other,
                };
                line.push(&cut(&piece.text, room), role);
            }
            column += piece.width.min(room);
        }
        column
    }

    /// Begins a row; answers its first column.
    fn row(&mut self, indent: usize) -> usize {
        let indent = if indent + 8 > self.width { 0 } else { indent };
        let mut line = Line::new(self.first + self.lines.len() as u64);
        line.spaces(indent, Role::Text);
        self.lines.push(line);
        indent
    }
}

fn ends_body(head: &Head) -> String {
    const RULE: &str = "RFC 9112 section 6.3";
    let encoded = head.values("transfer-encoding").next().is_some();
    let length = head.values("content-length").next();
    let announced = length.and_then(|length| length.parse::<u64>().ok());
    match (head.framing, head.status) {
        (Framing::NoBody, 101) => {
            "No body: another protocol begins here (RFC 9110 section 15.2.2).".to_owned()
        }
        (Framing::NoBody, status @ (100..=199 | 204 | 304)) => {
            format!("No body: a {status} never has one ({RULE}, step 1).")
        }
        (Framing::NoBody, _) => format!(
            "No body: the answer to HEAD, or to CONNECT, never has one ({RULE}, steps 1 and 2)."
        ),
        (Framing::Chunked, _) => format!(
            "The body is in chunks and ends with the one of size 0, by Transfer-Encoding ({RULE}, step 4)."
        ),
        (Framing::Length(bytes), _) => {
            format!("The body is {bytes} bytes, as Content-Length says ({RULE}, step 6).")
        }
        (Framing::Close, _) if encoded => format!(
            "The body ends when the server closes: Transfer-Encoding does not end in chunked ({RULE}, step 4)."
        ),
        // An end mode has set it aside.
        (Framing::Close, _) if let Some(bytes) = announced => {
            format!("Content-Length announces {bytes} bytes ({RULE}, step 6).")
        }
        (Framing::Close, _) => format!(
            "The body ends when the server closes: the head says no length ({RULE}, step 8)."
        ),
    }
}
