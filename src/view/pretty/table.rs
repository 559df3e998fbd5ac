//! CSV (RFC 4180) and TSV: a row a record, its fields below those of the record before.
//!
//! Owns where fields begin and how many a record has; how wide they are is looked up by
//! the view in the first records.

use super::row::{Place, Row, Sink};
use crate::view::Role;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Table {
    separator: u8,
    /// Fields of the first record: the columns; 0 while it is read.
    columns: u32,
    /// Fields of this record that came in rows before.
    fields: u32,
    /// The row before was cut inside quotes.
    quoted: bool,
    /// The first record's names were read.
    named: bool,
}

impl Table {
    pub fn new(separator: u8) -> Table {
        Table {
            separator,
            columns: 0,
            fields: 0,
            quoted: false,
            named: false,
        }
    }

    pub fn unfinished(&self) -> Option<String> {
        let words = "the body ends inside quotes";
        self.quoted.then(|| words.to_owned())
    }

    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        let first = self.fields;
        let role = if self.named { Role::Text } else { Role::Name };
        let mut at = 0;
        let ended = loop {
            let end = at + self.field(&bytes[at..]);
            if end > at {
                let quoted = bytes[at] == b'"' && self.separator != b'\t';
                sink.token(
                    end - at,
                    if quoted && self.named {
                        Role::String
                    } else {
                        role
                    },
                );
            }
            at = end;
            match bytes.get(at) {
                Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => {
                    sink.space(2);
                    break Some(at + 2);
                }
                Some(b'\n') => {
                    sink.space(1);
                    break Some(at + 1);
                }
                Some(_) => {
                    self.fields += 1;
                    sink.token(1, Role::Punctuation);
                    sink.stop();
                    at += 1;
                }
                None => break None,
            }
        };
        let Some(next) = ended else {
            return Row {
                len: at,
                member: first == 0,
                ..Row::default()
            };
        };
        let fields = self.fields + 1;
        if self.columns == 0 {
            self.columns = fields;
        } else if fields != self.columns && (fields > 1 || at > 0) {
            let columns = self.columns;
            sink.note(Place::Beside, Role::Anomaly, || {
                format!("{fields} fields, not {columns}")
            });
        }
        self.named = true;
        self.fields = 0;
        Row {
            len: next,
            member: first == 0,
            ..Row::default()
        }
    }

    /// Bytes up to what ends the field, or all.
    fn field(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        // Quotes mean nothing in tab separated values.
        if self.separator != b'\t' && !self.quoted && bytes.first() == Some(&b'"') {
            self.quoted = true;
            at = 1;
        }
        while self.quoted {
            match memchr::memchr(b'"', &bytes[at..]) {
                // Two of them stand for one.
                Some(quote) if bytes.get(at + quote + 1) == Some(&b'"') => at += quote + 2,
                Some(quote) => {
                    at += quote + 1;
                    self.quoted = false;
                }
                None => return bytes.len(),
            }
        }
        let end = memchr::memchr3(self.separator, b'\n', b'\r', &bytes[at..]);
        match end {
            // A lone CR is a byte like others.
            Some(end) if bytes[at + end] == b'\r' && bytes.get(at + end + 1) != Some(&b'\n') => {
                let rest = at + end + 1;
                rest + self.rest(&bytes[rest..])
            }
            Some(end) => at + end,
            None => bytes.len(),
        }
    }

    /// Bytes up to the separator or the line end.
    fn rest(&self, bytes: &[u8]) -> usize {
        let end = memchr::memchr2(self.separator, b'\n', bytes).unwrap_or(bytes.len());
        end - usize::from(bytes.get(end) == Some(&b'\n') && end > 0 && bytes[end - 1] == b'\r')
    }
}
