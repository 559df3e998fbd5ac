//! The chunked transfer coding, RFC 9112 section 7.1.
//!
//! Owns the states between chunks, the line ends after them, the trailers. It passes chunk data
//! on as slices of what it was fed; only a line's beginning is ever held.
//!
//! ```text
//! Size ─▸ Data ─▸ DataEnd ─▸ Size … Size (of 0) ─▸ Trailers ─▸ Done
//!   └───────┴────────┴── no meaning is left ──────────────────▸ Lost
//! ```

use memchr::memchr;

use super::chunk_line::{LastLine, parse_size, plain_size};
use super::emit::Emit;
use super::fields::Section;
use super::{LINE_MAX, Output, text};
use crate::anomaly::Kind as Deviation;
use crate::event::{Field, Kind};

#[derive(Debug)]
pub(super) struct Dechunker {
    state: State,
    /// A size line's beginning, from earlier pieces. `held.len() <= LINE_MAX`.
    held: Vec<u8>,
}

#[derive(Debug)]
enum State {
    Size,
    Data {
        left: u64,
        size: u64,
    },
    /// After the data: CR LF; `cr` of it has come.
    DataEnd {
        cr: bool,
    },
    Trailers(Section),
    Done,
    /// Why.
    Lost(String),
}

/// How far it has come.
pub(super) enum Progress<'a> {
    More,
    Done,
    /// What follows is passed on as it comes, for this reason.
    Lost(&'a str),
}

impl Dechunker {
    pub fn new() -> Dechunker {
        Dechunker {
            state: State::Size,
            held: Vec::new(),
        }
    }

    pub fn progress(&self) -> Progress<'_> {
        match &self.state {
            State::Done => Progress::Done,
            State::Lost(why) => Progress::Lost(why),
            _ => Progress::More,
        }
    }

    /// Takes bytes as long as they are chunks; `at` is the offset of `piece`. Answers how
    /// many it took: fewer than there are only when it is done or lost.
    pub fn feed<O: Output>(&mut self, piece: &[u8], at: u64, emit: &mut Emit<'_, O>) -> usize {
        let mut used = 0;
        while used < piece.len() {
            let rest = &piece[used..];
            let offset = at + used as u64;
            used += match &mut self.state {
                State::Size => self.size(rest, offset, emit),
                State::Data { left, .. } => {
                    let part =
                        usize::try_from(*left).map_or(rest, |left| &rest[..left.min(rest.len())]);
                    emit.body(part);
                    *left -= part.len() as u64;
                    if *left == 0 {
                        self.state = State::DataEnd { cr: false };
                    }
                    part.len()
                }
                State::DataEnd { cr } => {
                    let cr = *cr;
                    self.data_end(cr, rest, offset, emit)
                }
                State::Trailers(section) => {
                    let (taken, complete) = section.feed(rest, offset, emit);
                    emit.tally.framing += taken as u64;
                    if complete {
                        let fields = section.take_fields();
                        trailers(fields, emit);
                        self.state = State::Done;
                    }
                    taken
                }
                State::Done | State::Lost(_) => return used,
            };
        }
        used
    }

    /// It ends here, inside: held bytes are framing, trailers are given as far as they
    /// came. Answers where it was, in words.
    pub fn cut<O: Output>(&mut self, emit: &mut Emit<'_, O>) -> String {
        emit.tally.framing += self.held.len() as u64;
        self.held.clear();
        let words = match &mut self.state {
            State::Size => "before the last chunk".to_owned(),
            State::Data { left, size } => format!("{} of {size} bytes of a chunk", *size - *left),
            State::DataEnd { cr } => {
                emit.tally.framing += u64::from(*cr);
                "at the end of a chunk".to_owned()
            }
            State::Trailers(section) => {
                trailers(section.take_fields(), emit);
                "in the trailers".to_owned()
            }
            State::Done | State::Lost(_) => String::new(),
        };
        self.state = State::Done;
        words
    }

    /// A size line, or what of it has come.
    fn size<O: Output>(&mut self, rest: &[u8], offset: u64, emit: &mut Emit<'_, O>) -> usize {
        if self.held.is_empty() {
            let whole = whole_chunks(rest, offset, emit);
            if whole > 0 {
                return whole;
            }
            if let Some((size, len)) = plain_size(rest) {
                emit.tally.framing += len as u64;
                self.chunk(size, Box::default(), offset, emit);
                return len;
            }
        }
        self.size_line(rest, offset, emit)
    }

    /// The same, whatever the line looks like and however it is cut.
    #[cold]
    fn size_line<O: Output>(&mut self, rest: &[u8], offset: u64, emit: &mut Emit<'_, O>) -> usize {
        let held = self.held.len();
        let start = offset - held as u64;
        let room = &rest[..rest.len().min(LINE_MAX - held)];
        let Some(lf) = memchr(b'\n', room) else {
            if room.len() < rest.len() {
                return self.lose(Deviation::ChunkLineTooLong, start, String::new(), emit);
            }
            self.held.extend_from_slice(rest);
            return rest.len();
        };
        let line_part = &room[..=lf];
        let mut line = std::mem::take(&mut self.held);
        line.extend_from_slice(line_part);
        match parse_size(&line, start, emit) {
            Ok((size, extensions)) => {
                emit.tally.framing += line.len() as u64;
                self.chunk(size, extensions, start, emit);
                line_part.len()
            }
            Err(kind) => {
                let detail = text(line.trim_ascii_end());
                line.truncate(held);
                self.held = line;
                self.lose(kind, start, detail, emit)
            }
        }
    }

    fn chunk<O: Output>(
        &mut self,
        size: u64,
        extensions: Box<str>,
        offset: u64,
        emit: &mut Emit<'_, O>,
    ) {
        emit.event(Kind::Chunk {
            offset,
            size,
            extensions,
        });
        self.state = match size {
            0 => State::Trailers(Section::new(0, Deviation::TrailersTooLarge)),
            _ => State::Data { left: size, size },
        };
    }

    #[inline]
    fn data_end<O: Output>(
        &mut self,
        cr: bool,
        rest: &[u8],
        offset: u64,
        emit: &mut Emit<'_, O>,
    ) -> usize {
        match (cr, rest) {
            (false, [b'\r', b'\n', ..]) => self.next_chunk(2, 2, emit),
            (true, [b'\n', ..]) => self.next_chunk(1, 2, emit),
            (false, [b'\n', ..]) => {
                emit.anomaly(Deviation::BareLf, offset, "after a chunk's data");
                self.next_chunk(1, 1, emit)
            }
            (false, [b'\r']) => {
                self.state = State::DataEnd { cr: true };
                1
            }
            (false, _) => self.lose(Deviation::ChunkNotTerminated, offset, String::new(), emit),
            (true, _) => {
                self.held.push(b'\r');
                self.lose(
                    Deviation::ChunkNotTerminated,
                    offset - 1,
                    String::new(),
                    emit,
                )
            }
        }
    }

    #[inline]
    fn next_chunk<O: Output>(
        &mut self,
        taken: usize,
        framing: u64,
        emit: &mut Emit<'_, O>,
    ) -> usize {
        emit.tally.framing += framing;
        self.state = State::Size;
        taken
    }

    /// What was held goes on as it came; the rest of the piece is left to the caller.
    #[cold]
    fn lose<O: Output>(
        &mut self,
        kind: Deviation,
        offset: u64,
        detail: String,
        emit: &mut Emit<'_, O>,
    ) -> usize {
        self.state = State::Lost(emit.anomaly(kind, offset, detail));
        emit.body(&std::mem::take(&mut self.held));
        0
    }
}

/// Chunks that lie whole in a piece, without extensions, up to the last: the loop that
/// counts, with nothing kept between two of them but the size. Answers how many bytes they take.
fn whole_chunks<O: Output>(rest: &[u8], offset: u64, emit: &mut Emit<'_, O>) -> usize {
    let mut used = 0;
    let mut body = 0;
    let mut last = LastLine::default();
    while let Some((size @ 1.., line)) = last.plain_size(&rest[used..])
        && let Ok(len) = usize::try_from(size)
        && let Some((data, after)) = rest[used + line..].split_at_checked(len)
        && after.starts_with(b"\r\n")
    {
        emit.out.chunk(offset + used as u64, data);
        body += len;
        used += line + len + 2;
    }
    emit.tally.body += body as u64;
    emit.tally.framing += (used - body) as u64;
    used
}

/// Fields that frame, route, authenticate or say how to read the content: a recipient
/// needs them before the body (RFC 9110 section 6.5.1; the names are RFC 7230's, section
/// 4.1.2, and its references').
const NOT_TRAILERS: &[&str] = &[
    "age",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "expires",
    "host",
    "location",
    "max-forwards",
    "proxy-authenticate",
    "retry-after",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "vary",
    "warning",
    "www-authenticate",
];

fn trailers<O: Output>(headers: Vec<Field>, emit: &mut Emit<'_, O>) {
    for field in &headers {
        if NOT_TRAILERS
            .iter()
            .any(|name| field.name.eq_ignore_ascii_case(name))
        {
            emit.anomaly(
                Deviation::ForbiddenTrailer,
                field.offset,
                field.name.as_str(),
            );
        }
    }
    if !headers.is_empty() {
        emit.event(Kind::Trailers { headers });
    }
}
