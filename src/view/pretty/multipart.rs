//! Multipart bodies (RFC 2046 section 5.1): boundaries, the parts' head fields, and their
//! bodies, each in the form that its head or its first bytes say; a part inside a part
//! likewise. What of them is in a transfer encoding of mail, [`Coded`] decodes.
//!
//! Boundaries are kept by hash, four of them: that of the head and of three nested ones.

use super::coded::Coded;
use super::reader::Reader;
use super::row::{Place, ROW, Row, Sink, line, plain};
use crate::decode::{Charset, Transfer};
use crate::view::form::parameter;
use crate::view::number::grouped;
use crate::view::{Form, Role, picture};

const NESTED: usize = 4;
/// Bytes of a line that may be a boundary: the dashes, 70 of its own, white space.
const BOUNDARY: usize = 128;
/// Bytes of a character, of which a row's end may take all but one.
const LONGEST: usize = 4;

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
    pub part: u64,
    content: Content,
    charset: Charset,
    transfer: Option<Transfer>,
    /// Its rows are decoded.
    coded: Option<Coded>,
    reader: Reader,
    /// Bytes of its body so far, where it has one, and of the line end that the row before
    /// ended in, which would belong to a boundary.
    pub size: Option<u64>,
    line_end: u64,
    /// The last row ended inside a line.
    cut: bool,
    /// So many bytes ahead are before the next boundary, or are known to hold none.
    ahead: usize,
    /// It is there.
    found: bool,
}

/// What a part's head says of its body.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Content {
    /// Nothing: its first bytes do.
    Unnamed,
    Form(Reader),
    Page,
    Picture,
    /// Not known: it is in a transfer encoding that nobody here can undo.
    Encoded,
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
            content: Content::Unnamed,
            charset: Charset::default(),
            transfer: None,
            coded: None,
            reader: Reader::of(&Form::Plain),
            size: None,
            line_end: 0,
            cut: false,
            ahead: 0,
            found: false,
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
            self.part_ends(sink);
            plain(sink, len, next, Role::Framing);
            let ended = self.size.take();
            let ended = ended.map(|size| (self.part, size.saturating_sub(self.line_end)));
            self.line_end = 0;
            row.low = u32::try_from(depth - 1).unwrap_or(0);
            row.indent = row.low;
            self.depth = if last { depth - 1 } else { depth };
            self.announced = None;
            self.content = Content::Unnamed;
            (self.charset, self.transfer, self.coded) = (Charset::default(), None, None);
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
                (self.size, self.line_end) = (Some(0), 0);
                (self.ahead, self.found) = (0, false);
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
            Within::Body => return self.body(bytes, level, sink),
            Within::Aside => plain(sink, len, next, Role::Comment),
        }
        row
    }

    /// A row of a part's body, in its form.
    fn body(&mut self, bytes: &[u8], level: u32, sink: &mut impl Sink) -> Row {
        let inside = &bytes[..self.look_ahead(bytes)];
        if self.size == Some(0) {
            self.begin(inside, sink);
        }
        // With fewer bytes than these a row would have been given more.
        let ended = inside.len() < bytes.len() || bytes.len() + LONGEST < ROW;
        let undone = self
            .coded
            .as_mut()
            .map(|coded| coded.row(&mut self.reader, inside, ended, sink));
        if undone == Some(None) {
            (self.coded, self.reader) = (None, Reader::of(&Form::Plain));
        }
        let mut row = match undone.flatten() {
            Some(row) => row,
            None => self.reader.row(inside, sink),
        };
        row.len = row.len.max(1);
        let read = &inside[..row.len.min(inside.len())];
        self.cut = !read.ends_with(b"\n");
        self.line_end = match read {
            [.., b'\r', b'\n'] => 2,
            [.., b'\n'] => 1,
            _ => 0,
        };
        self.size = self.size.map(|size| size + row.len as u64);
        self.ahead = self.ahead.saturating_sub(row.len);
        self.found &= self.ahead > 0;
        // What folds the part counts its rows.
        row.member |= row.low == 0 && !read.trim_ascii().is_empty();
        Row {
            low: row.low + level,
            depth: row.depth + level,
            indent: row.indent + level,
            ..row
        }
    }

    /// The first bytes of a part's body, which may say what the head does not.
    fn begin(&mut self, first: &[u8], sink: &mut impl Sink) {
        let decoded = self.transfer.map(|mut transfer| {
            // An escape that the end halves is none of the first bytes that matter.
            transfer.decode(first, ROW, true).bytes
        });
        let opening = decoded.as_deref().unwrap_or(first);
        let sniffed = Form::of(None, opening).unwrap_or(Form::Plain);
        if self.content == Content::Unnamed {
            self.content = Content::of(&sniffed);
        }
        self.reader = match self.content {
            Content::Form(reader) => reader,
            Content::Page => Reader::of(&Form::Html),
            _ => Reader::of(&Form::Plain),
        };
        let text = !matches!(self.content, Content::Picture | Content::Encoded);
        if let Some(transfer) = self.transfer.filter(|_| text && sniffed != Form::Binary) {
            self.coded = Coded::new(transfer, self.charset);
        }
        if self.transfer.is_some() && self.coded.is_none() {
            self.reader = Reader::of(&Form::Plain);
        }
        if let Some(words) = self.words(opening) {
            sink.note(Place::Above, Role::Note, || words);
        }
    }

    /// What is said above its body, which decoded begins with these bytes.
    fn words(&self, opening: &[u8]) -> Option<String> {
        let transfer = self.transfer.map(|transfer| {
            let name = transfer.name();
            match (self.coded, self.content) {
                (Some(_), _) => format!("decoded from {name}"),
                (None, Content::Picture) => format!("in {name}"),
                (None, _) => format!("in {name}, no text that can be read here: shown as it came"),
            }
        });
        let content = match self.content {
            Content::Picture => Some(match picture::size(opening) {
                Some((width, height)) => {
                    let format = picture::format(opening).unwrap_or_default();
                    format!("a picture, {format}, {width}×{height}: Enter shows it")
                }
                None => "a picture, of a format that is not known: Enter shows it".to_owned(),
            }),
            Content::Page => Some("a page: Rendered shows it".to_owned()),
            Content::Encoded => {
                Some("in a transfer encoding that is not known: shown as it came".to_owned())
            }
            Content::Unnamed | Content::Form(_) => None,
        };
        match (transfer, content) {
            (Some(transfer), Some(content)) => Some(format!("{transfer} · {content}")),
            (transfer, content) => transfer.or(content),
        }
    }

    /// What the body of the part that ends here leaves open.
    fn part_ends(&self, sink: &mut impl Sink) {
        if self.within == Within::Body && self.size.is_some_and(|size| size > 0) {
            let words = self.reader.unfinished();
            let words = words.map(|words| words.replacen("the body", "the part above", 1));
            let transfer = self.coded.and_then(|coded| coded.unfinished());
            let transfer = transfer.map(|words| format!("the part above is cut: {words}"));
            if let Some(words) = transfer.or(words) {
                sink.note(Place::Above, Role::Anomaly, || words);
            }
        }
    }

    /// The same, looking at no byte twice.
    fn look_ahead(&mut self, bytes: &[u8]) -> usize {
        if !self.found || self.ahead > bytes.len() {
            // The sign of a boundary may have begun in what was seen.
            let from = self.ahead.saturating_sub(2).min(bytes.len());
            self.ahead = from + self.inside(&bytes[from..], ROW - from.min(ROW));
            self.found = self.ahead < bytes.len();
        }
        self.ahead
    }

    /// How many of these bytes are before the next boundary; `most`: where that many are
    /// given, more may follow.
    pub fn inside(&self, bytes: &[u8], most: usize) -> usize {
        let lines = memchr::memmem::find_iter(bytes, b"\n--").map(|lf| lf + 1);
        let mut ends = lines.filter(|&start| {
            let rest = &bytes[start..bytes.len().min(start + BOUNDARY)];
            let (len, next) = line(rest);
            let halved = next == len && rest.len() < BOUNDARY && bytes.len() + 3 >= most;
            halved || { *self }.boundary(&rest[..len]).is_some()
        });
        ends.next().unwrap_or(bytes.len())
    }

    /// The row to come is a picture's or a page's.
    pub fn opens(&self) -> bool {
        self.within == Within::Body && matches!(self.content, Content::Picture | Content::Page)
    }

    /// That part is one of the two.
    pub fn is_page(&self) -> bool {
        self.content == Content::Page
    }

    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// At the part's first byte.
    pub fn transfer(&self) -> Option<Transfer> {
        self.transfer
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

    /// A Content-Type of nested parts names their boundary, another one the part's form.
    fn announce(&mut self, field: &[u8]) {
        let field = String::from_utf8_lossy(field);
        let Some((name, value)) = field.split_once(':') else {
            return;
        };
        let value = value.trim();
        if name
            .trim()
            .eq_ignore_ascii_case("content-transfer-encoding")
        {
            let as_it_is = ["7bit", "8bit", "binary"];
            self.transfer = Transfer::named(value);
            let known = as_it_is.iter().any(|of| value.eq_ignore_ascii_case(of));
            if !known && self.transfer.is_none() {
                self.content = Content::Encoded;
            }
        }
        if !name.trim().eq_ignore_ascii_case("content-type") {
            return;
        }
        self.charset = Charset::of(b"", value);
        match Form::of(Some(value), b"") {
            Some(Form::Multipart(_)) => {
                self.announced = parameter(value, "boundary").map(|name| hash(name.as_bytes()));
            }
            Some(form) if self.content != Content::Encoded => self.content = Content::of(&form),
            _ => {}
        }
    }
}

impl Content {
    fn of(form: &Form) -> Content {
        match form {
            Form::Image => Content::Picture,
            Form::Html => Content::Page,
            form => Content::Form(Reader::of(form)),
        }
    }
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}
