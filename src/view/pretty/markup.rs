//! XML and HTML source: lines as they came, with colours; a line too long to read is
//! broken before its tags, moved in by how deep they are nested.
//!
//! White space means something here, so none is taken away: only a long line's rows begin
//! where no line does. HTML has no errors; in XML a tag that closes another one ends the
//! colours.

use super::row::{LONG, Place, Row, Sink, line, plain, uncut};
use crate::view::Role;

/// Elements whose names are remembered, 16 bits each.
const NAMES: u32 = 8;

/// Elements without an end tag (WHATWG HTML, 13.1.2).
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];
/// Elements that hold no tags, and how they end.
const RAW: &[(&str, &[u8])] = &[
    ("script", b"</script"),
    ("style", b"</style"),
    ("textarea", b"</textarea"),
    ("title", b"</title"),
];

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Markup {
    xml: bool,
    depth: u32,
    /// Hashes of the innermost elements' names, the innermost in the low 16 bits.
    names: u128,
    known: u32,
    within: Within,
    /// The line this row is of is broken.
    long: bool,
    line_start: bool,
    pub broken: Option<&'static str>,
    said: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Within {
    Text,
    /// A tag behind its name; an element that it opens is not open yet.
    Tag {
        void: bool,
        raw: Option<u8>,
    },
    Value {
        void: bool,
        raw: Option<u8>,
        quote: u8,
    },
    Closing,
    Comment,
    Data,
    Instruction,
    /// `<!DOCTYPE`, with brackets open in it.
    Declaration {
        brackets: u8,
    },
    /// Of [`RAW`].
    Raw(u8),
}

impl Markup {
    pub fn new(xml: bool) -> Markup {
        Markup {
            xml,
            depth: 0,
            names: 0,
            known: 0,
            within: Within::Text,
            long: false,
            line_start: true,
            broken: None,
            said: false,
        }
    }

    pub fn unfinished(&self) -> Option<String> {
        let inside = match self.within {
            _ if self.broken.is_some() => return None,
            Within::Text if !self.xml || self.depth == 0 => return None,
            Within::Text => match self.depth {
                1 => "with 1 element open".to_owned(),
                depth => format!("with {depth} elements open"),
            },
            Within::Raw(kind) => {
                let (name, _) = RAW.get(usize::from(kind))?;
                format!("inside <{name}>")
            }
            Within::Comment => "inside a comment".to_owned(),
            Within::Data => "inside a CDATA section".to_owned(),
            _ => "inside a tag".to_owned(),
        };
        Some(format!("the body ends {inside}"))
    }

    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        if self.broken.is_some() {
            return self.text(bytes, sink);
        }
        let (whole, next) = line(bytes);
        let len = uncut(bytes, whole, next);
        if self.line_start {
            self.long = len > LONG;
        }
        let broken_line = self.long && !self.line_start;
        let mut row = Row {
            low: self.depth,
            member: self.within == Within::Text,
            ..Row::default()
        };
        let mut at = 0;
        while at < len {
            let end = match self.within {
                Within::Text if bytes[at] != b'<' => {
                    let end = memchr::memchr(b'<', &bytes[at..len]).map_or(len, |tag| at + tag);
                    self.characters(&bytes[at..end], sink);
                    end
                }
                Within::Text => {
                    // What the row itself opened closes in it.
                    let ends = bytes.get(at + 1) == Some(&b'/') && self.depth > row.low;
                    let blank = bytes[..at].iter().all(u8::is_ascii_whitespace);
                    if self.long && at > 0 && !(blank && self.line_start) && !ends {
                        break;
                    }
                    // A name is not cut.
                    let tag = &bytes[at + 1..whole];
                    if at > 0 && len < whole && !tag.iter().any(|byte| ends_name(*byte)) {
                        break;
                    }
                    match self.tag(&bytes[at..whole], sink) {
                        Ok(end) => at + end,
                        Err(why) => {
                            self.broken = Some(why);
                            if at == 0 {
                                return self.text(bytes, sink);
                            }
                            row.len = at;
                            row.depth = row.low;
                            return row;
                        }
                    }
                }
                _ => at + self.inside(&bytes[at..whole], len - at, sink),
            };
            row.low = row.low.min(self.depth);
            at = end;
        }
        self.line_start = at == whole && next > whole;
        if self.line_start {
            plain(sink, 0, next - whole, Role::Text);
            at = next;
        }
        if broken_line {
            row.indent = row.low;
        }
        row.len = at;
        row.depth = self.depth;
        row
    }

    /// A line as it came.
    fn text(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        if !self.said {
            let why = self.broken.unwrap_or_default();
            sink.note(Place::Above, Role::Anomaly, || {
                format!("{why}: the rest is shown as it came")
            });
            self.said = true;
        }
        let (len, next) = line(bytes);
        plain(sink, len, next, Role::Text);
        Row {
            len: next,
            ..Row::default()
        }
    }

    /// Text with its references.
    fn characters(&self, bytes: &[u8], sink: &mut impl Sink) {
        let mut at = 0;
        for start in memchr::memchr_iter(b'&', bytes) {
            let rest = &bytes[start + 1..];
            let name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'#';
            let len = rest.iter().take(40).take_while(name).count();
            if start < at || len == 0 || rest.get(len) != Some(&b';') {
                continue;
            }
            plain(sink, start - at, start - at, Role::Text);
            sink.token(len + 2, Role::Keyword);
            at = start + len + 2;
        }
        plain(sink, bytes.len() - at, bytes.len() - at, Role::Text);
    }

    /// What begins with `<`, as far as its name goes.
    fn tag(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Result<usize, &'static str> {
        let begins = |sign: &[u8]| bytes.starts_with(sign);
        let within = match () {
            () if begins(b"<!--") => Some((Within::Comment, 4)),
            () if begins(b"<![CDATA[") && self.xml => Some((Within::Data, 9)),
            () if begins(b"<?") => Some((Within::Instruction, 2)),
            () if begins(b"<!") => Some((Within::Declaration { brackets: 0 }, 2)),
            () => None,
        };
        if let Some((within, len)) = within {
            let role = match within {
                Within::Comment => Role::Comment,
                Within::Data => Role::Punctuation,
                _ => Role::Keyword,
            };
            sink.token(len, role);
            self.within = within;
            return Ok(len);
        }
        let closing = bytes.get(1) == Some(&b'/');
        let start = 1 + usize::from(closing);
        let name = bytes[start.min(bytes.len())..]
            .iter()
            .take_while(|byte| !ends_name(**byte));
        let end = start + name.count();
        let name = bytes.get(start..end).unwrap_or_default();
        let letter = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | 0x80..);
        if !name.first().is_some_and(letter) {
            if self.xml {
                return Err("a < that begins no tag");
            }
            sink.token(1, Role::Text);
            return Ok(1);
        }
        if closing {
            self.close(name)?;
        }
        sink.token(start, Role::Punctuation);
        sink.token(end - start, Role::Tag);
        if closing {
            self.within = Within::Closing;
        } else {
            let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
            let raw = RAW.iter().position(|(raw, _)| is(raw));
            let void = !self.xml && VOID.iter().any(|void| is(void));
            self.within = Within::Tag {
                void,
                raw: raw
                    .filter(|_| !self.xml)
                    .and_then(|raw| u8::try_from(raw).ok()),
            };
            if !void {
                self.depth = self.depth.saturating_add(1);
                self.names = self.names << 16 | u128::from(hash(name));
                self.known = (self.known + 1).min(NAMES);
            }
        }
        Ok(end)
    }

    fn close(&mut self, name: &[u8]) -> Result<(), &'static str> {
        if self.xml {
            if self.depth == 0 {
                return Err("a tag that closes nothing");
            }
            if self.known > 0 && (self.names & 0xffff) as u16 != hash(name) {
                return Err("a tag that closes another element than the open one");
            }
        }
        self.leave();
        Ok(())
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.names >>= 16;
        self.known = self.known.saturating_sub(1);
    }

    /// What is open goes on, as far as one token; `most` bytes unless it ends in some more.
    fn inside(&mut self, bytes: &[u8], most: usize, sink: &mut impl Sink) -> usize {
        match self.within {
            Within::Text => 0,
            Within::Comment => self.until(bytes, most, b"-->", (Role::Comment, sink)),
            Within::Data => self.until(bytes, most, b"]]>", (Role::String, sink)),
            Within::Instruction => {
                let end: &[u8] = if self.xml { b"?>" } else { b">" };
                self.until(bytes, most, end, (Role::Keyword, sink))
            }
            Within::Raw(kind) => {
                let end = RAW
                    .get(usize::from(kind))
                    .map_or(&b"</"[..], |(_, end)| end);
                let found = (0..bytes.len()).find(|&at| {
                    let tag = bytes[at..].get(..end.len());
                    bytes[at] == b'<' && tag.is_some_and(|tag| tag.eq_ignore_ascii_case(end))
                });
                let found = found.filter(|at| *at < most);
                let len = found.unwrap_or(most);
                if found.is_some() {
                    self.within = Within::Text;
                }
                plain(sink, len, len, Role::Text);
                len
            }
            Within::Declaration { brackets } => {
                let end = bytes
                    .iter()
                    .position(|byte| matches!(byte, b'[' | b']' | b'>'));
                let end = end.unwrap_or(bytes.len());
                self.within = match bytes.get(end) {
                    Some(b'[') => Within::Declaration {
                        brackets: brackets.saturating_add(1),
                    },
                    Some(b']') => Within::Declaration {
                        brackets: brackets.saturating_sub(1),
                    },
                    Some(b'>') if brackets == 0 => Within::Text,
                    _ => self.within,
                };
                let len = (end + 1).min(bytes.len());
                sink.token(len, Role::Keyword);
                len
            }
            Within::Closing => {
                let end = memchr::memchr(b'>', bytes);
                if end.is_some() {
                    self.within = Within::Text;
                }
                let len = end.map_or(bytes.len(), |end| end + 1);
                sink.token(len, Role::Punctuation);
                len
            }
            Within::Value { void, raw, quote } => {
                let end = memchr::memchr(quote, bytes);
                if end.is_some() {
                    self.within = Within::Tag { void, raw };
                }
                let len = end.map_or(bytes.len(), |end| end + 1);
                sink.token(len, Role::String);
                len
            }
            Within::Tag { void, raw } => self.attribute(bytes, void, raw, sink),
        }
    }

    fn attribute(
        &mut self,
        bytes: &[u8],
        void: bool,
        raw: Option<u8>,
        sink: &mut impl Sink,
    ) -> usize {
        let (len, role) = match bytes[0] {
            b'>' => {
                self.within = raw.map_or(Within::Text, Within::Raw);
                (1, Role::Punctuation)
            }
            b'/' if bytes.get(1) == Some(&b'>') => {
                // An element without content; HTML knows that of void ones only.
                if self.xml {
                    self.leave();
                }
                self.within = match self.xml || void {
                    true => Within::Text,
                    false => raw.map_or(Within::Text, Within::Raw),
                };
                (2, Role::Punctuation)
            }
            quote @ (b'"' | b'\'') => {
                self.within = Within::Value { void, raw, quote };
                (1, Role::String)
            }
            b'=' | b'/' => (1, Role::Punctuation),
            byte if byte.is_ascii_whitespace() => {
                let space = bytes.iter().take_while(|byte| byte.is_ascii_whitespace());
                (space.count(), Role::Text)
            }
            _ => {
                let name = bytes[1..].iter().take_while(|byte| {
                    !byte.is_ascii_whitespace()
                        && !matches!(byte, b'=' | b'>' | b'/' | b'"' | b'\'')
                });
                (1 + name.count(), Role::Attribute)
            }
        };
        sink.token(len, role);
        len
    }

    /// Up to the sign that ends it, which no cut halves.
    fn until(
        &mut self,
        bytes: &[u8],
        most: usize,
        end: &[u8],
        (role, sink): (Role, &mut impl Sink),
    ) -> usize {
        let found = memchr::memmem::find(bytes, end).filter(|at| *at < most);
        if found.is_some() {
            self.within = Within::Text;
        }
        let len = found.map_or(most, |at| at + end.len());
        sink.token(len, role);
        len
    }
}

/// What no tag's name holds.
fn ends_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b'<' | b'=' | b'"')
}

/// FNV-1a, folded to 16 bits: it only has to tell names apart most of the time.
fn hash(name: &[u8]) -> u16 {
    let hash = name.iter().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    (hash ^ hash >> 16) as u16
}
