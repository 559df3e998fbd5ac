//! Where the parts of a request stand in its bytes: lines, request line, fields, body.
//!
//! Owns ranges and no bytes, copies nothing, and reads only as far as it is asked to.
//! Tolerant of everything: lone LFs, no empty line, NULs, folds, several requests (the
//! first one is meant, what follows is its body).

use std::ops::Range;

/// A line: it ends after an LF, or at the end of the bytes. A lone CR ends no line.
/// `start <= text_end <= end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub start: usize,
    /// Before the CR LF or LF.
    pub text_end: usize,
    /// Past the CR LF or LF.
    pub end: usize,
}

/// The parts of a request line. `method` is everything up to the first white space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    pub line: Line,
    pub method: Range<usize>,
    /// Between method and version, inner spaces included.
    pub target: Option<Range<usize>>,
    /// The last word where that begins with `HTTP/`.
    pub version: Option<Range<usize>>,
}

/// A field line with the folds that belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Without white space before the colon.
    pub name: Range<usize>,
    /// Without outer white space; folds inside as they are.
    pub value: Range<usize>,
    /// All its lines, the last line end included.
    pub lines: Range<usize>,
}

impl Line {
    pub fn text(&self) -> Range<usize> {
        self.start..self.text_end
    }

    pub fn is_empty(&self) -> bool {
        self.start == self.text_end
    }
}

/// The lines from an offset on.
pub fn lines(bytes: &[u8], from: usize) -> impl Iterator<Item = Line> {
    let mut start = from;
    std::iter::from_fn(move || {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let line = match memchr::memchr(b'\n', rest) {
            Some(lf) => Line {
                start,
                text_end: start + lf - usize::from(rest[..lf].ends_with(b"\r")),
                end: start + lf + 1,
            },
            None => Line {
                start,
                text_end: bytes.len(),
                end: bytes.len(),
            },
        };
        start = line.end;
        Some(line)
    })
}

/// The first line that is not empty: servers skip empty lines before it (RFC 9112
/// section 2.2).
pub fn request_line(request: &[u8]) -> Option<RequestLine> {
    let line = lines(request, 0).find(|line| !line.is_empty())?;
    let text = &request[line.text()];
    let method = memchr::memchr2(b' ', b'\t', text).unwrap_or(text.len());
    let rest = trimmed(request, line.start + method..line.text_end);
    let word = memchr::memrchr2(b' ', b'\t', &request[rest.clone()])
        .map_or(rest.start, |space| rest.start + space + 1);
    let (target, version) = match request[word..rest.end].starts_with(b"HTTP/") {
        true => (trimmed(request, rest.start..word), Some(word..rest.end)),
        false => (rest, None),
    };
    Some(RequestLine {
        line,
        method: line.start..line.start + method,
        target: (!target.is_empty()).then_some(target),
        version,
    })
}

/// The method as it stands there, up to the first space; it decides the framing.
pub fn method(request: &[u8]) -> &[u8] {
    request_line(request).map_or(&[], |line| &request[line.method])
}

pub fn request_target(request: &[u8]) -> Option<&[u8]> {
    Some(&request[request_line(request)?.target?])
}

/// The lines after the request line up to the empty one, which is not among them.
pub fn head_lines(request: &[u8]) -> impl Iterator<Item = Line> {
    let from = request_line(request).map_or(request.len(), |line| line.line.end);
    lines(request, from).take_while(|line| !line.is_empty())
}

/// The fields in order. A line without a colon is none.
pub fn fields(request: &[u8]) -> impl Iterator<Item = Field> {
    let mut lines = head_lines(request).peekable();
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            let mut last = line;
            while let Some(fold) = lines.next_if(|next| is_space(request[next.start])) {
                last = fold;
            }
            let Some(colon) = memchr::memchr(b':', &request[line.text()]) else {
                continue;
            };
            let colon = line.start + colon;
            return Some(Field {
                name: trimmed(request, line.start..colon),
                value: trimmed(request, colon + 1..last.text_end),
                lines: line.start..last.end,
            });
        }
    })
}

/// The value of the first field of this name.
pub fn field<'a>(request: &'a [u8], name: &str) -> Option<&'a [u8]> {
    fields(request)
        .find(|field| request[field.name.clone()].eq_ignore_ascii_case(name.as_bytes()))
        .map(|field| &request[field.value])
}

/// What follows the empty line; `None` where there is no empty line.
pub fn body(request: &[u8]) -> Option<Range<usize>> {
    let from = request_line(request)?.line.end;
    let empty = lines(request, from).find(Line::is_empty)?;
    Some(empty.end..request.len())
}

/// A range without the white space at both ends.
fn trimmed(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let blank = |b: &u8| is_space(*b) || matches!(b, b'\r' | b'\n');
    let text = &bytes[range.clone()];
    let lead = text.iter().take_while(|b| blank(b)).count();
    let trail = text[lead..].iter().rev().take_while(|b| blank(b)).count();
    range.start + lead..range.end - trail
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_line_has_up_to_three_parts() {
        let table: [(&str, [&str; 3]); 12] = [
            ("GET / HTTP/1.1\r\n", ["GET", "/", "HTTP/1.1"]),
            ("GET / HTTP/1.1", ["GET", "/", "HTTP/1.1"]),
            ("GET /\n", ["GET", "/", ""]),
            ("GET\r\n", ["GET", "", ""]),
            ("GET HTTP/1.1\r\n", ["GET", "", "HTTP/1.1"]),
            ("GET  /a b\tc  HTTP/9 \r\n", ["GET", "/a b\tc", "HTTP/9"]),
            ("GET /HTTP/1.1\r\n", ["GET", "/HTTP/1.1", ""]),
            ("\r\n\nPUT /x HTTP/1.0\n\n", ["PUT", "/x", "HTTP/1.0"]),
            (" GET / HTTP/1.1\n", ["", "GET /", "HTTP/1.1"]),
            ("", ["", "", ""]),
            ("\n\n", ["", "", ""]),
            ("\0\r\r\n", ["\0\r", "", ""]),
        ];
        for (request, [verb, target, version]) in table {
            let bytes = request.as_bytes();
            let found = request_line(bytes).and_then(|line| line.version);
            assert_eq!(method(bytes), verb.as_bytes(), "{request:?}");
            assert_eq!(request_target(bytes).unwrap_or_default(), target.as_bytes());
            assert_eq!(&bytes[found.unwrap_or(0..0)], version.as_bytes());
        }
    }

    #[test]
    fn fields_and_body_are_found_whatever_the_line_ends() {
        type Row = (
            &'static str,
            &'static [(&'static str, &'static str)],
            Option<&'static str>,
        );
        let table: [Row; 9] = [
            (
                "GET / HTTP/1.1\r\nA: 1\r\nb : 2 \r\n\r\nxy",
                &[("A", "1"), ("b", "2")],
                Some("xy"),
            ),
            ("GET /\nA:1\n\nx\n\ny", &[("A", "1")], Some("x\n\ny")),
            ("GET /\nA:1\n", &[("A", "1")], None),
            ("GET /\nA:1", &[("A", "1")], None),
            ("GET /\n:x\nnone\nB:\n\n", &[("", "x"), ("B", "")], Some("")),
            (
                "GET /\nA: 1\r\n  2\n\t3\nB:4\n\n",
                &[("A", "1\r\n  2\n\t3"), ("B", "4")],
                Some(""),
            ),
            (
                "GET /\n lost: 1\nA:2\n\n",
                &[("lost", "1"), ("A", "2")],
                Some(""),
            ),
            ("GET /\nA: \0\rx\n\r\n", &[("A", "\0\rx")], Some("")),
            ("", &[], None),
        ];
        for (request, expected, rest) in table {
            let bytes = request.as_bytes();
            let text = |range: Range<usize>| std::str::from_utf8(&bytes[range]).unwrap();
            let found: Vec<_> = fields(bytes)
                .map(|field| (text(field.name), text(field.value)))
                .collect();
            assert_eq!(found, expected, "{request:?}");
            assert_eq!(body(bytes).map(text), rest, "{request:?}");
        }
    }

    #[test]
    fn a_field_is_found_by_name_in_any_case() {
        let request = b"GET / HTTP/1.1\r\nhost: a\r\nHOST: b\r\n\r\nX: 1\r\n";
        assert_eq!(field(request, "Host"), Some(&b"a"[..]));
        assert_eq!(field(request, "X"), None);
    }
}
