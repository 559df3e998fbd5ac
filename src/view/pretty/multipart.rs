//! Multipart bodies (RFC 2046 section 5.1): boundaries, the parts' head fields, and their
//! bodies as lines; a part inside a part likewise.
//!
//! Boundaries are kept by hash, four of them: that of the head and of three nested ones.

use super::layout::grouped;
use super::lexer::{Place, Row, Sink, line, plain};
use crate::view::Role;
use crate::view::form::parameter;

const NESTED: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Multipart {
    /// Hashes of the boundaries whose parts are being read.
    open: [u32; NESTED],
    depth: usize,
    /// The head named none: the first line that looks like one is it.
    unknown: bool,
    /// That of the nested parts which the head being read announces.
    announced: Option<u32>,
    within: Within,
    /// The part that is being read, from 1; 0 before the first.
    part: u64,
    /// Bytes of its body so far, where it has one, and of the line end before the row to
    /// come, which would belong to a boundary.
    size: Option<u64>,
    line_end: u64,
    /// The last row was cut.
    cut: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Within {
    /// Before the first boundary, or behind the last.
    Aside,
    Head,
    Body,
}

impl Multipart {
    pub fn new(boundary: &[u8]) -> Multipart {
        let mut open = [0; NESTED];
        open[0] = hash(boundary);
        Multipart {
            open,
            depth: 1,
            unknown: boundary.is_empty(),
            announced: None,
            within: Within::Aside,
            part: 0,
            size: None,
            line_end: 0,
            cut: false,
        }
    }

    pub fn unfinished(&self) -> Option<String> {
        (self.depth > 0).then(|| match self.part {
            0 => "the body ends without a boundary".to_owned(),
            _ => "the body ends before the boundary that closes it".to_owned(),
        })
    }

    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        let (len, next) = line(bytes);
        let text = &bytes[..len];
        let level = self.level();
        let mut row = Row {
            len: next,
            low: level,
            depth: level,
            indent: level,
            member: false,
        };
        let cut = std::mem::replace(&mut self.cut, next == len);
        let boundary = match cut {
            false => self.boundary(text),
            true => None,
        };
        if let Some((depth, last)) = boundary {
            plain(sink, len, next, Role::Framing);
            let ended = self.size.take().map(|size| (self.part, size));
            self.line_end = 0;
            row.low = u32::try_from(depth - 1).unwrap_or(0);
            row.indent = row.low;
            self.depth = if last { depth - 1 } else { depth };
            self.announced = None;
            if last {
                self.within = match self.depth {
                    0 => Within::Aside,
                    _ => Within::Body,
                };
            } else {
                self.within = Within::Head;
                self.part += 1;
                row.member = true;
            }
            let part = (!last).then_some(self.part);
            if part.is_some() || ended.is_some() {
                sink.note(Place::Beside, Role::Note, || {
                    let ended =
                        ended.map(|(part, size)| format!("part {part}: {} B", grouped(size)));
                    let begun = part.map(|part| format!("part {part}"));
                    let words: Vec<String> = ended.into_iter().chain(begun).collect();
                    words.join(" · ")
                });
            }
            row.depth = self.level();
            return row;
        }
        match self.within {
            Within::Head if len == 0 && next > 0 => {
                plain(sink, 0, next, Role::Text);
                self.within = Within::Body;
                self.size = Some(0);
                if let Some(nested) = self.announced.take()
                    && self.depth < NESTED
                {
                    self.open[self.depth] = nested;
                    self.depth += 1;
                    // Up to its first boundary nothing is a part.
                    self.within = Within::Aside;
                    self.size = None;
                }
                row.depth = self.level();
            }
            Within::Head => match memchr::memchr(b':', text) {
                Some(colon) if !cut => {
                    self.announce(text);
                    sink.token(colon, Role::FieldName);
                    sink.token(1, Role::Punctuation);
                    plain(sink, len - colon - 1, next - colon - 1, Role::FieldValue);
                }
                _ => {
                    plain(sink, len, next, Role::FieldValue);
                    let folded = matches!(text.first(), Some(b' ' | b'\t'));
                    if !cut && !folded {
                        sink.note(Place::Beside, Role::Anomaly, || {
                            "no field of a part's head: a colon is missing".to_owned()
                        });
                    }
                }
            },
            Within::Body => {
                if let Some(size) = &mut self.size {
                    *size += self.line_end + len as u64;
                }
                self.line_end = (next - len) as u64;
                plain(sink, len, next, Role::Text);
            }
            Within::Aside => plain(sink, len, next, Role::Comment),
        }
        row
    }

    /// Nested in so many parts.
    fn level(&self) -> u32 {
        let inside = match self.within {
            Within::Aside => self.depth.saturating_sub(1),
            _ => self.depth,
        };
        u32::try_from(inside).unwrap_or(0)
    }

    /// Of which parts this line is a boundary, from the innermost: as a depth; and whether
    /// it is their last.
    fn boundary(&mut self, line: &[u8]) -> Option<(usize, bool)> {
        let text = line.strip_prefix(b"--")?.trim_ascii_end();
        let (closed, last) = match text.strip_suffix(b"--") {
            Some(closed) => (closed, true),
            None => (text, false),
        };
        if self.unknown && self.within == Within::Aside && !closed.is_empty() {
            self.open[0] = hash(closed);
            self.unknown = false;
        }
        let of = |name: &[u8]| {
            let name = hash(name);
            (1..=self.depth)
                .rev()
                .find(|&depth| self.open[depth - 1] == name)
        };
        match (of(text), of(closed)) {
            (Some(depth), _) => Some((depth, false)),
            (None, Some(depth)) => Some((depth, last)),
            _ => None,
        }
    }

    /// A Content-Type of nested parts names their boundary.
    fn announce(&mut self, field: &[u8]) {
        let field = String::from_utf8_lossy(field);
        let Some((name, value)) = field.split_once(':') else {
            return;
        };
        let nested = value
            .trim_start()
            .to_ascii_lowercase()
            .starts_with("multipart/");
        if name.trim().eq_ignore_ascii_case("content-type") && nested {
            self.announced = parameter(value, "boundary").map(|name| hash(name.as_bytes()));
        }
    }
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}
