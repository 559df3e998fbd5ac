//! The checks of what follows the head: does it end where the fields say?

use super::super::lines::{Field, Line, lines, request_line};
use super::head::Deciding;
use super::{Check, HEAD_CHECKED, is_token};

/// Chunks of a body that are followed: so many take about a millisecond.
const CHUNKS_CHECKED: usize = 1 << 16;
/// Bytes of a chunk's size line that are looked at.
const SIZE_LINE_CHECKED: usize = 4096;

impl Check<'_> {
    /// `at`: past the empty line.
    pub(super) fn body(&mut self, deciding: &Deciding, at: usize) -> Option<usize> {
        let rest = &self.request[at..];
        if let Some(expect) = deciding.expect.first().filter(|_| rest.is_empty()) {
            self.add(
                expect.lines.start,
                "Expect without a body to wait with (RFC 9110 section 10.1.1)",
            );
        }
        let (end, length) = match (deciding.encoding.last(), deciding.length.first()) {
            (Some(encoding), _) => (self.encoded(encoding, at)?, None),
            (None, Some(first)) => (self.length(deciding, first, rest)?, Some(first)),
            (None, None) => (0, None),
        };
        let excess = &rest[end..];
        if excess.is_empty() {
            return None;
        }
        if is_request(excess) {
            self.add(
                at + end,
                "a second request begins here, sent without waiting for the first answer (RFC \
                 9112 section 9.3.2)",
            );
            return Some(at + end);
        }
        if let Some(length) = length {
            self.add(
                length.lines.start,
                format!(
                    "Content-Length says {end}, and {} follow the head (RFC 9112 section 6.3)",
                    count(rest.len())
                ),
            );
        }
        let many = count(excess.len());
        let message = if excess.iter().all(|b| matches!(b, b'\r' | b'\n')) {
            format!(
                "{many} of line ends after the end of the request: a server skips them \
                 before a next one (RFC 9112 section 2.2)"
            )
        } else if length.is_some() || !deciding.encoding.is_empty() {
            format!(
                "{many} after the end of the body: a server takes them for a next request \
                 (RFC 9112 section 6.3)"
            )
        } else {
            format!(
                "a body of {many} without Content-Length or Transfer-Encoding: a server \
                 takes it for a next request (RFC 9112 section 6.3)"
            )
        };
        self.add(at + end, message);
        None
    }

    /// The body's length by its Content-Length, where it has one meaning and that many
    /// bytes are there.
    fn length(&mut self, deciding: &Deciding, first: &Field, rest: &[u8]) -> Option<usize> {
        for second in &deciding.length[1..] {
            let same = self.request[second.value.clone()] == self.request[first.value.clone()];
            self.add(
                second.lines.start,
                match same {
                    true => "Content-Length stands again (RFC 9110 section 8.6)",
                    false => {
                        "Content-Length stands again with another number: a server answers 400 \
                         (RFC 9112 section 6.3)"
                    }
                },
            );
            if !same {
                return None;
            }
        }
        let value = &self.request[first.value.clone()];
        if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
            self.add(
                first.lines.start,
                "Content-Length is not digits alone: a server answers 400 (RFC 9110 section 8.6)",
            );
            return None;
        }
        let number = str::from_utf8(value).ok()?.trim_start_matches('0');
        let length = if number.is_empty() {
            Ok(0)
        } else {
            number.parse::<usize>()
        };
        let there = count(rest.len());
        match length {
            Ok(length) if length <= rest.len() => return Some(length),
            Ok(length) => self.add(
                first.lines.start,
                format!(
                    "Content-Length says {length}, and {there} follow the head: the server \
                     waits for more (RFC 9112 section 6.3)"
                ),
            ),
            Err(_) => self.add(
                first.lines.start,
                "Content-Length is larger than any body can be (RFC 9110 section 8.6)",
            ),
        }
        None
    }

    /// The body's length by its chunks.
    fn encoded(&mut self, encoding: &Field, at: usize) -> Option<usize> {
        let value = &self.request[encoding.value.clone()];
        let last = value.rsplit(|b| *b == b',').next().unwrap_or_default();
        if !last.trim_ascii().eq_ignore_ascii_case(b"chunked") {
            self.add(
                encoding.lines.start,
                "Transfer-Encoding does not end in chunked: a server cannot tell where the body \
                 ends and answers 400 (RFC 9112 section 6.3)",
            );
            return None;
        }
        match chunks_end(&self.request[at..]) {
            Chunks::End(end) => Some(end),
            Chunks::TooMany => None,
            Chunks::Broken(offset, message) => {
                self.add(at + offset, message);
                None
            }
        }
    }
}

enum Chunks {
    /// Past the last chunk's trailers.
    End(usize),
    /// More than are followed.
    TooMany,
    /// Where and why they have no meaning.
    Broken(usize, String),
}

/// RFC 9112 section 7.1, from size line to size line.
fn chunks_end(body: &[u8]) -> Chunks {
    let mut at = 0;
    for _ in 0..CHUNKS_CHECKED {
        let rest = &body[at..];
        let line = &rest[..rest.len().min(SIZE_LINE_CHECKED)];
        if rest.is_empty() {
            return Chunks::Broken(
                at,
                "the chunks have no end: a last one, of size 0, is missing (RFC 9112 section 7.1)"
                    .to_owned(),
            );
        }
        let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let size = str::from_utf8(&line[..digits])
            .ok()
            .and_then(|text| usize::from_str_radix(text, 16).ok());
        let (Some(size), Some(lf)) = (size, memchr::memchr(b'\n', line)) else {
            return Chunks::Broken(
                at,
                "here a chunk's size line is to stand: hexadecimal digits, then a line end (RFC \
                 9112 section 7.1)"
                    .to_owned(),
            );
        };
        let data = at + lf + 1;
        if size == 0 {
            return match lines(body, data).find(Line::is_empty) {
                Some(empty) => Chunks::End(empty.end),
                None => Chunks::Broken(
                    body.len(),
                    "no empty line after the last chunk (RFC 9112 section 7.1)".to_owned(),
                ),
            };
        }
        let there = body.len() - data;
        if size > there {
            let there = count(there);
            return Chunks::Broken(
                at,
                format!("this chunk's size is {size}, and {there} follow (RFC 9112 section 7.1)"),
            );
        }
        let end = data + size;
        at = end
            + match &body[end..] {
                [b'\r', b'\n', ..] => 2,
                [b'\n', ..] => 1,
                _ => {
                    return Chunks::Broken(
                        end,
                        "no line end after the chunk's data: the size is wrong (RFC 9112 section \
                         7.1)"
                            .to_owned(),
                    );
                }
            };
    }
    Chunks::TooMany
}

/// A request line with all its parts, perhaps after empty lines.
pub(in crate::request) fn is_request(bytes: &[u8]) -> bool {
    let bytes = &bytes[..bytes.len().min(HEAD_CHECKED)];
    request_line(bytes).is_some_and(|line| {
        let method = &bytes[line.method];
        !method.is_empty()
            && method.iter().all(|b| is_token(*b))
            && line.target.is_some()
            && line.version.is_some()
    })
}

/// "1 byte", "2 bytes".
fn count(bytes: usize) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        _ => format!("{bytes} bytes"),
    }
}
