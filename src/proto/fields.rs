//! Field lines, of a head or of trailers, up to the empty line that ends them.
//!
//! Owns lines, folds, names, values and their deviations, and the bound of 1 MiB. What
//! a field means is [`super::framing`]'s business.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memchr;

use super::emit::Emit;
use super::words::printable_len;
use super::{Output, text};
use crate::anomaly::Kind as Deviation;
use crate::event::{Field, Piece};

/// Bytes of a section that are parsed: a status line with its fields, or trailers.
pub const SECTION_MAX: u64 = 1 << 20;

/// Fields of a section that are parsed: 2-byte lines would else make 60 MiB of 1 MiB.
pub const FIELDS_MAX: usize = 10_000;

/// Room made before the first field: what most heads need.
const FIELDS_USUAL: usize = 32;
const TEXT_USUAL: usize = 1500;

/// Lines that are being read. `held.len() <= SECTION_MAX`: one line's beginning, which
/// came in an earlier piece; a line that lies whole in one piece is not copied.
#[derive(Debug)]
pub(super) struct Section {
    /// Names and values, UTF-8: what is not is put in as Latin-1. The last field's value
    /// stands last.
    text: Vec<u8>,
    spots: Vec<Spot>,
    /// So many bytes have been taken, the status line's included.
    taken: u64,
    held: Vec<u8>,
    /// What to record when the section passes its bound.
    too_large: Deviation,
    /// It has passed it: lines are only looked at for the empty one.
    over: bool,
}

/// Where a field's name and value stand in the section's text.
#[derive(Clone, Copy, Debug)]
struct Spot {
    name: (u32, u32),
    value: (u32, u32),
    /// With its line end, folds included.
    len: u32,
    offset: u64,
}

impl Section {
    /// `taken`: bytes of the section before its first field line.
    pub fn new(taken: u64, too_large: Deviation) -> Section {
        Section {
            text: Vec::with_capacity(TEXT_USUAL),
            spots: Vec::with_capacity(FIELDS_USUAL),
            taken,
            held: Vec::new(),
            too_large,
            over: false,
        }
    }

    /// Some field was not parsed.
    pub fn over(&self) -> bool {
        self.over
    }

    /// The fields so far.
    pub fn take_fields(&mut self) -> Vec<Field> {
        // Whatever was put in is UTF-8, so nothing is ever replaced here.
        let text = String::from_utf8(std::mem::take(&mut self.text))
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        let text = Arc::new(text);
        let field = |spot: &Spot| Field {
            name: Piece::new(&text, spot.name.0..spot.name.1),
            value: Piece::new(&text, spot.value.0..spot.value.1),
            offset: spot.offset,
            len: spot.len,
        };
        let fields = self.spots.iter().map(field).collect();
        self.spots.clear();
        fields
    }

    /// Takes bytes up to the end of the empty line. `at` is the offset of `piece`.
    /// Answers how many it took, and whether the empty line was among them.
    pub fn feed<O: Output>(
        &mut self,
        piece: &[u8],
        at: u64,
        emit: &mut Emit<'_, O>,
    ) -> (usize, bool) {
        let mut used = 0;
        while used < piece.len() {
            let mut rest = &piece[used..];
            if !self.over {
                let room = SECTION_MAX - self.taken;
                if room == 0 {
                    self.pass_bound(at + used as u64, emit);
                } else if let Ok(room) = usize::try_from(room) {
                    rest = &rest[..room.min(rest.len())];
                }
            }
            if self.held.is_empty()
                && !self.over
                && self.spots.len() < FIELDS_MAX
                && let Some((name, content)) = plain_line(rest)
            {
                self.push_plain(&rest[..content], name, at + used as u64);
                used += content + 2;
                self.taken += content as u64 + 2;
                continue;
            }
            let lf = memchr(b'\n', rest);
            let part = &rest[..lf.map_or(rest.len(), |lf| lf + 1)];
            used += part.len();
            self.taken += part.len() as u64;
            if lf.is_none() {
                self.hold(part);
                continue;
            }
            let line = if self.held.is_empty() {
                part
            } else {
                self.held.extend_from_slice(part);
                &self.held
            };
            let offset = at + used as u64 - line.len() as u64;
            let (content, bare_lf) = strip_line_end(line);
            let (lf_offset, empty) = (offset + content.len() as u64, content.is_empty());
            if !self.over && !empty {
                if self.spots.len() < FIELDS_MAX {
                    let line = Line {
                        content,
                        len: line.len(),
                        offset,
                    };
                    line.read(&mut self.text, &mut self.spots, emit);
                } else {
                    self.pass_bound(offset, emit);
                }
            }
            if !self.over && bare_lf {
                emit.anomaly(Deviation::BareLf, lf_offset, "");
            }
            self.held.clear();
            if empty {
                return (used, true);
            }
        }
        (used, false)
    }

    /// The line goes in as it is, the field is two places in it.
    #[inline]
    fn push_plain(&mut self, content: &[u8], name: usize, offset: u64) {
        let start = end_of(&self.text);
        self.text.extend_from_slice(content);
        let mut value = &content[name + 1..];
        while let [inner @ .., b' '] = value {
            value = inner;
        }
        let end = start + length(name + 1 + value.len());
        while let [b' ', inner @ ..] = value {
            value = inner;
        }
        self.spots.push(Spot {
            name: (start, start + length(name)),
            value: (end - length(value.len()), end),
            len: length(content.len() + 2),
            offset,
        });
    }

    /// Past the bound, two bytes tell an empty line from another; how a longer one ends
    /// is not told.
    fn hold(&mut self, part: &[u8]) {
        self.held.extend_from_slice(part);
        if self.over {
            self.held.truncate(2);
        }
    }

    fn pass_bound<O: Output>(&mut self, offset: u64, emit: &mut Emit<'_, O>) {
        self.over = true;
        self.held.truncate(2);
        emit.anomaly(self.too_large, offset, "");
    }
}

/// The line without its end, and whether that was an LF alone.
pub(super) fn strip_line_end(line: &[u8]) -> (&[u8], bool) {
    match line {
        [content @ .., b'\r', b'\n'] => (content, false),
        [content @ .., b'\n'] => (content, true),
        _ => (line, false),
    }
}

/// A line in which nothing deviates, at the beginning of `rest` with its CR LF: the
/// lengths of its name and of its content. It finds the line's end and checks its bytes
/// in one go; every other line goes through [`Line`].
#[inline]
fn plain_line(rest: &[u8]) -> Option<(usize, usize)> {
    let name = name_len(rest);
    if name == 0 || rest.get(name) != Some(&b':') {
        return None;
    }
    let content = name + 1 + printable_len(&rest[name + 1..]);
    rest[content..]
        .starts_with(b"\r\n")
        .then_some((name, content))
}

/// A line that is not empty.
struct Line<'a> {
    content: &'a [u8],
    /// With its end.
    len: usize,
    offset: u64,
}

impl Line<'_> {
    #[cold]
    fn read<O: Output>(self, into: &mut Vec<u8>, spots: &mut Vec<Spot>, emit: &mut Emit<'_, O>) {
        let content = inspect(self.content, self.offset, emit);
        if matches!(content.first(), Some(b' ' | b'\t')) {
            self.fold(&content, into, spots.last_mut(), emit);
            return;
        }
        let (name, value) = match memchr(b':', &content) {
            Some(colon) => (&content[..colon], &content[colon + 1..]),
            None => {
                emit.anomaly(Deviation::MissingColon, self.offset, text(&content));
                (&content[..0], &content[..])
            }
        };
        let trimmed = name.trim_ascii_end();
        if content.contains(&b':') {
            name_deviation(name, trimmed, self.offset, emit);
        }
        let name = put(into, trimmed);
        let value = put(into, trim(value));
        spots.push(Spot {
            name,
            value,
            len: length(self.len),
            offset: self.offset,
        });
    }

    /// The line goes on the last field.
    fn fold<O: Output>(
        &self,
        content: &[u8],
        into: &mut Vec<u8>,
        last: Option<&mut Spot>,
        emit: &mut Emit<'_, O>,
    ) {
        let Some(last) = last else {
            emit.anomaly(Deviation::LeadingFold, self.offset, text(content));
            return;
        };
        emit.anomaly(Deviation::ObsFold, self.offset, "");
        let more = trim(content);
        // Space after the value is in the text where the line went in as it is.
        into.truncate(last.value.1 as usize);
        if !more.is_empty() && last.value.1 > last.value.0 {
            into.push(b' ');
        }
        last.value.1 = put(into, more).1;
        last.len = last.len.saturating_add(length(self.len));
    }
}

/// Puts bytes in as UTF-8; answers where they stand.
fn put(into: &mut Vec<u8>, bytes: &[u8]) -> (u32, u32) {
    let start = end_of(into);
    into.extend_from_slice(text(bytes).as_bytes());
    (start, end_of(into))
}

/// The text is at most twice [`SECTION_MAX`] long: Latin-1 takes two bytes for one.
fn end_of(text: &[u8]) -> u32 {
    length(text.len())
}

fn length(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// A name that is not a token right up to its colon.
#[cold]
fn name_deviation<O: Output>(name: &[u8], trimmed: &[u8], offset: u64, emit: &mut Emit<'_, O>) {
    if trimmed.is_empty() {
        emit.anomaly(Deviation::EmptyName, offset, "");
    }
    let token = name_len(trimmed);
    if token < trimmed.len() {
        emit.anomaly(Deviation::InvalidName, offset + token as u64, text(trimmed));
    }
    if trimmed.len() < name.len() {
        let at = offset + trimmed.len() as u64;
        emit.anomaly(Deviation::SpaceBeforeColon, at, text(trimmed));
    }
}

/// Records the bytes that no line of a head may hold, at most one of a kind a line, and
/// answers the line with each bare CR as a space.
pub(super) fn inspect<'a, O: Output>(
    content: &'a [u8],
    offset: u64,
    emit: &mut Emit<'_, O>,
) -> Cow<'a, [u8]> {
    if is_plain(content) {
        Cow::Borrowed(content)
    } else {
        inspect_odd(content, offset, emit)
    }
}

/// Printable ASCII and tabs alone.
fn is_plain(content: &[u8]) -> bool {
    content
        .iter()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\t'))
}

#[cold]
fn inspect_odd<'a, O: Output>(
    content: &'a [u8],
    offset: u64,
    emit: &mut Emit<'_, O>,
) -> Cow<'a, [u8]> {
    let odd = |byte: &u8| match byte {
        b' '..=b'~' | b'\t' => None,
        b'\r' => Some(Deviation::BareCr),
        0 => Some(Deviation::NulByte),
        128.. => Some(Deviation::HighByte),
        _ => Some(Deviation::ControlByte),
    };
    for kind in [
        Deviation::BareCr,
        Deviation::NulByte,
        Deviation::ControlByte,
        Deviation::HighByte,
    ] {
        if let Some(at) = content.iter().position(|byte| odd(byte) == Some(kind)) {
            let detail = match kind {
                Deviation::ControlByte | Deviation::HighByte => format!("0x{:02x}", content[at]),
                _ => String::new(),
            };
            emit.anomaly(kind, offset + at as u64, detail);
        }
    }
    if memchr(b'\r', content).is_none() {
        return Cow::Borrowed(content);
    }
    let spaced = |&byte: &u8| if byte == b'\r' { b' ' } else { byte };
    Cow::Owned(content.iter().map(spaced).collect())
}

/// Without outer spaces and tabs.
fn trim(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [b' ' | b'\t', inner @ ..] = rest {
        rest = inner;
    }
    while let [inner @ .., b' ' | b'\t'] = rest {
        rest = inner;
    }
    rest
}

/// How many bytes at the beginning may stand in a name (RFC 9110 section 5.6.2).
pub(super) fn name_len(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|&byte| !TOKEN[usize::from(byte)])
        .unwrap_or(bytes.len())
}

const TOKEN: [bool; 256] = {
    let mut token = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        token[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let marks = b"!#$%&'*+-.^_`|~";
    let mut i = 0;
    while i < marks.len() {
        token[marks[i] as usize] = true;
        i += 1;
    }
    token
};
