//! Server-sent events (WHATWG HTML, 9.2.6): a row a line; each event is numbered at its
//! first data, without which an empty line sends nothing.

use super::row::{Place, Row, Sink, line, plain};
use crate::view::Role;

/// Fields that mean something; others are ignored by who reads the stream.
const KNOWN: &[&[u8]] = &[b"event", b"data", b"id", b"retry"];

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Events {
    /// Events that were sent.
    sent: u64,
    /// Fields of what is being read; and data among them, so that it is an event.
    begun: bool,
    data: bool,
    /// The row before was cut, in a value.
    within: Option<Role>,
}

impl Events {
    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        let (len, next) = line(bytes);
        let mut row = Row {
            len: next,
            ..Row::default()
        };
        if let Some(role) = self.within {
            row.indent = 1;
            plain(sink, len, next, role);
            self.within = (next == len).then_some(role);
            return row;
        }
        let role = match memchr::memchr(b':', &bytes[..len]) {
            _ if len == 0 => {
                self.sent += u64::from(self.data);
                (self.begun, self.data) = (false, false);
                plain(sink, 0, next, Role::Text);
                return row;
            }
            Some(0) => {
                plain(sink, len, next, Role::Comment);
                Role::Comment
            }
            colon => {
                let name = colon.unwrap_or(len);
                let data = &bytes[..name] == b"data";
                if data && !self.data {
                    let number = self.sent + 1;
                    sink.note(Place::Beside, Role::Note, || format!("event {number}"));
                }
                row.member = !self.begun;
                self.begun = true;
                self.data |= data;
                let known = KNOWN.contains(&&bytes[..name]);
                sink.token(name, if known { Role::Name } else { Role::Text });
                if colon.is_some() {
                    sink.token(1, Role::Punctuation);
                    plain(sink, len - name - 1, next - name - 1, Role::String);
                } else {
                    plain(sink, 0, next - len, Role::Text);
                }
                if !known {
                    sink.note(Place::Beside, Role::Note, || {
                        "no field of an event: ignored".to_owned()
                    });
                }
                Role::String
            }
        };
        self.within = (next == len && len > 0).then_some(role);
        row
    }
}
