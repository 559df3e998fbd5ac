//! The checks of a request line, of field lines, and of what the fields say together.

use super::super::lines::{Field, Line, RequestLine, fields};
use super::{Check, HEAD_CHECKED, is_token};

/// Methods that somebody who writes them in lower case means (RFC 9110 section 9,
/// RFC 5789).
const METHODS: [&str; 9] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
];

/// Is it this byte, and what about it.
type Odd = (fn(u8) -> bool, &'static str);

/// Bytes that no line of a head should hold; the first of each kind in a line is named.
const ODD_BYTES: [Odd; 4] = [
    (
        |byte| byte == b'\r',
        "a CR that no LF follows (RFC 9112 section 2.2)",
    ),
    (
        |byte| byte == 0,
        "a NUL: many servers refuse it or stop reading here (RFC 9110 section 5.5)",
    ),
    (
        |byte| matches!(byte, 0x01..=0x08 | 0x0b | 0x0c | 0x0e..=0x1f | 0x7f),
        "a control byte (RFC 9110 section 5.5)",
    ),
    (
        |byte| byte >= 0x80,
        "a byte above 127: its charset is anybody's guess (RFC 9110 section 5.5)",
    ),
];

impl Check<'_> {
    pub(super) fn request_line(&mut self, start: &RequestLine) {
        self.odd_bytes(start.line);
        self.line_end(start.line);
        let method = &self.request[start.method.clone()];
        if method.is_empty() {
            return self.add(
                start.line.start,
                "white space before the method (RFC 9112 section 3)",
            );
        }
        if let Some(meant) = lower_case_of(method) {
            self.add(
                start.line.start,
                format!("methods are case-sensitive: this is not {meant} (RFC 9110 section 9.1)"),
            );
        } else if !method.iter().take(HEAD_CHECKED).all(|b| is_token(*b)) {
            self.add(
                start.line.start,
                "the method holds a character that none may hold (RFC 9110 section 9.1)",
            );
        }
        self.target(start);
        match start.version.clone() {
            None => self.add(
                start.line.text_end,
                "no version: a request line is method, target and version (RFC 9112 section 3)",
            ),
            Some(version) => {
                let known: [&[u8]; 2] = [b"HTTP/1.1", b"HTTP/1.0"];
                if !known.contains(&&self.request[version.clone()]) {
                    self.add(
                        version.start,
                        "the version is neither HTTP/1.0 nor HTTP/1.1 (RFC 9112 section 2.3)",
                    );
                }
            }
        }
        if !parted_by_single_spaces(self.request, start) {
            self.add(
                start.method.end,
                "method, target and version are not parted by single spaces (RFC 9112 section 3)",
            );
        }
    }

    fn target(&mut self, start: &RequestLine) {
        let Some(range) = start.target.clone() else {
            return self.add(
                start.method.end,
                "no target: a request line is method, target and version (RFC 9112 section 3)",
            );
        };
        let target = &self.request[range.clone()];
        let method = &self.request[start.method.clone()];
        if let Some(space) = memchr::memchr2(b' ', b'\t', target) {
            self.add(
                range.start + space,
                "white space in the target: a server may take what follows for the version \
                 (RFC 9112 section 3.2)",
            );
        }
        if let Some(hash) = memchr::memchr(b'#', target) {
            self.add(
                range.start + hash,
                "a fragment is no part of a request target (RFC 9112 section 3.2)",
            );
        }
        let formed = target.starts_with(b"/")
            || (target == b"*" && method == b"OPTIONS")
            || method == b"CONNECT"
            || target.windows(3).take(32).any(|three| three == b"://");
        if !formed {
            self.add(
                range.start,
                "the target is neither a path (it begins with /) nor a URL (RFC 9112 section 3.2)",
            );
        }
    }

    pub(super) fn line_end(&mut self, line: Line) {
        if line.end == line.text_end + 1 {
            self.add(
                line.text_end,
                "LF without CR: a server may take it for a line end (RFC 9112 section 2.2)",
            );
        }
    }

    fn odd_bytes(&mut self, line: Line) {
        let text = &self.request[line.text()];
        let text = &text[..text.len().min(HEAD_CHECKED)];
        // Nearly every line is done here, in one pass.
        if text.iter().all(|b| matches!(b, b'\t' | b' '..=b'~')) {
            return;
        }
        for (is_odd, message) in ODD_BYTES {
            if let Some(at) = text.iter().position(|b| is_odd(*b)) {
                self.add(line.start + at, message);
            }
        }
    }

    pub(super) fn field_line(&mut self, line: Line, first: bool) {
        self.odd_bytes(line);
        self.line_end(line);
        let text = &self.request[line.text()];
        if matches!(text.first(), Some(b' ' | b'\t')) {
            return self.add(
                line.start,
                match first {
                    true => {
                        "white space before the first field: a server refuses or skips the line \
                         (RFC 9112 section 2.2)"
                    }
                    false => {
                        "this line continues the field above, an obsolete fold (RFC 9112 section \
                         5.2)"
                    }
                },
            );
        }
        let Some(colon) = memchr::memchr(b':', text) else {
            return self.add(
                line.start,
                "a line without a colon is no field (RFC 9112 section 5)",
            );
        };
        let name = text[..colon].trim_ascii_end();
        if name.len() < colon {
            self.add(
                line.start + name.len(),
                "white space before the colon: a server answers 400 (RFC 9112 section 5.1)",
            );
        }
        if name.is_empty() {
            self.add(line.start, "a field without a name (RFC 9110 section 5.1)");
        } else if let Some(at) = name.iter().position(|b| !is_token(*b)) {
            self.add(
                line.start + at,
                "a character that no field's name may hold (RFC 9110 section 5.1)",
            );
        }
    }

    pub(super) fn head(&mut self, start: &RequestLine, deciding: &Deciding) {
        let version = start.version.clone().map(|range| &self.request[range]);
        let http10 = version == Some(b"HTTP/1.0");
        if version == Some(b"HTTP/1.1") && deciding.host.is_empty() {
            self.add(
                start.line.start,
                "no Host: HTTP/1.1 asks for one, a server answers 400 (RFC 9112 section 3.2)",
            );
        }
        for second in deciding.host.iter().skip(1) {
            self.add(
                second.lines.start,
                "a second Host: a server answers 400 (RFC 9112 section 3.2)",
            );
        }
        if let (Some(length), Some(_)) = (deciding.length.first(), deciding.encoding.first()) {
            self.add(
                length.lines.start,
                "Content-Length beside Transfer-Encoding: servers differ on which one counts, \
                 the way of request smuggling (RFC 9112 section 6.1)",
            );
        }
        if let (Some(encoding), true) = (deciding.encoding.first(), http10) {
            self.add(
                encoding.lines.start,
                "HTTP/1.0 knows no Transfer-Encoding (RFC 9112 section 6.1)",
            );
        }
        if let Some(connection) = deciding.connection.first() {
            let asks = |word: &str| {
                let mut values = deciding.connection.iter().map(|field| &field.value);
                values.any(|value| has_word(&self.request[value.clone()], word))
            };
            let (close, keep) = (asks("close"), asks("keep-alive"));
            let at = connection.lines.start;
            if close && keep {
                self.add(
                    at,
                    "close and keep-alive together: close wins (RFC 9112 section 9.3)",
                );
            } else if keep && http10 {
                self.add(
                    at,
                    "keep-alive is no part of HTTP/1.0: a server may close all the same (RFC \
                     9112 appendix C.2.2)",
                );
            }
        }
    }
}

/// The fields that decide what a server makes of the request.
pub(super) struct Deciding {
    pub(super) host: Vec<Field>,
    pub(super) length: Vec<Field>,
    pub(super) encoding: Vec<Field>,
    pub(super) connection: Vec<Field>,
    pub(super) expect: Vec<Field>,
}

impl Deciding {
    pub(super) fn of(request: &[u8], start: &RequestLine) -> Deciding {
        // What stands folded before any field belongs to none.
        let first = start.line.end;
        let stray = matches!(request.get(first), Some(b' ' | b'\t'));
        let mut deciding = Deciding {
            host: Vec::new(),
            length: Vec::new(),
            encoding: Vec::new(),
            connection: Vec::new(),
            expect: Vec::new(),
        };
        for field in fields(request).filter(|field| !stray || field.lines.start > first) {
            let name = &request[field.name.clone()];
            let list = match name {
                _ if name.eq_ignore_ascii_case(b"Host") => &mut deciding.host,
                _ if name.eq_ignore_ascii_case(b"Content-Length") => &mut deciding.length,
                _ if name.eq_ignore_ascii_case(b"Transfer-Encoding") => &mut deciding.encoding,
                _ if name.eq_ignore_ascii_case(b"Connection") => &mut deciding.connection,
                _ if name.eq_ignore_ascii_case(b"Expect") => &mut deciding.expect,
                _ => continue,
            };
            list.push(field);
        }
        deciding
    }
}

/// The method that this one would be in capitals.
fn lower_case_of(method: &[u8]) -> Option<&'static str> {
    METHODS
        .into_iter()
        .find(|known| known.as_bytes() != method && method.eq_ignore_ascii_case(known.as_bytes()))
}

fn parted_by_single_spaces(request: &[u8], start: &RequestLine) -> bool {
    let parts = [
        Some(&start.method),
        start.target.as_ref(),
        start.version.as_ref(),
    ];
    let mut parts = parts.into_iter().flatten();
    let mut at = parts.next().map_or(0, |method| method.end);
    for part in parts {
        if part.start != at + 1 || request[at] != b' ' {
            return false;
        }
        at = part.end;
    }
    at == start.line.text_end
}

/// A comma-separated list holds this word, in any case.
fn has_word(value: &[u8], word: &str) -> bool {
    value
        .split(|b| *b == b',')
        .any(|item| item.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
}
