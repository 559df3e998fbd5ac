//! `application/x-www-form-urlencoded`: a row a field, as it is sent, and beside it what
//! it says.

use super::row::{Place, Row, Sink};
use crate::view::Role;
use crate::view::safe;

/// Columns of what a field says, at most.
const SAID: usize = 200;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Fields {
    /// The row before was cut, here: `true` in its value.
    within: Option<bool>,
}

impl Fields {
    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        let end = memchr::memchr2(b'&', b'\n', bytes);
        let mut len = end.unwrap_or(bytes.len());
        if end.is_some() && bytes[len] == b'\n' && len > 0 && bytes[len - 1] == b'\r' {
            len -= 1;
        }
        let goes_on = self.within;
        let equals = match goes_on {
            Some(true) => None,
            _ => memchr::memchr(b'=', &bytes[..len]),
        };
        let name = match goes_on {
            Some(true) => 0,
            _ => equals.unwrap_or(len),
        };
        let value = equals.map_or(name, |equals| equals + 1);
        told(sink, &bytes[..name], Role::Name);
        if equals.is_some() {
            sink.token(1, Role::Punctuation);
        }
        told(sink, &bytes[value..len], Role::String);
        let row = match end {
            Some(end) if bytes[end] == b'&' => {
                sink.token(1, Role::Punctuation);
                end + 1
            }
            Some(end) => {
                sink.space(end + 1 - len);
                end + 1
            }
            None => len,
        };
        let decoded = |part: &[u8]| safe::cut(&safe::safe_bytes(&decode(part)), SAID).into_owned();
        let coded = |part: &[u8]| part.iter().any(|byte| matches!(byte, b'%' | b'+'));
        if coded(&bytes[..len]) {
            sink.note(Place::Beside, Role::Note, || match equals {
                Some(_) => format!(
                    "{} = {}",
                    decoded(&bytes[..name]),
                    decoded(&bytes[value..len])
                ),
                None => decoded(&bytes[..len]),
            });
        }
        self.within = match (end, goes_on) {
            (None, Some(true)) => Some(true),
            (None, _) => Some(equals.is_some()),
            (Some(_), _) => None,
        };
        Row {
            len: row,
            member: goes_on.is_none(),
            indent: u32::from(goes_on.is_some()),
            ..Row::default()
        }
    }
}

/// Escapes stand out of the text around them.
fn told(sink: &mut impl Sink, bytes: &[u8], role: Role) {
    let mut at = 0;
    let mut told = 0;
    while at < bytes.len() {
        let len = escape(&bytes[at..]).map_or(0, |(_, len)| len);
        if len == 0 {
            at += 1;
            continue;
        }
        if at > told {
            sink.token(at - told, role);
        }
        sink.token(len, Role::Keyword);
        at += len;
        told = at;
    }
    if bytes.len() > told {
        sink.token(bytes.len() - told, role);
    }
}

/// WHATWG URL, 5.1: `+` is a space, `%41` is a byte; what is no escape stands for itself.
fn escape(bytes: &[u8]) -> Option<(u8, usize)> {
    let digit = |at: usize| (*bytes.get(at)? as char).to_digit(16);
    match bytes.first()? {
        b'+' => Some((b' ', 1)),
        b'%' => {
            let byte = digit(1)? << 4 | digit(2)?;
            Some((u8::try_from(byte).ok()?, 3))
        }
        _ => None,
    }
}

fn decode(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let (byte, len) = escape(&bytes[at..]).unwrap_or((bytes[at], 1));
        decoded.push(byte);
        at += len;
    }
    decoded
}
