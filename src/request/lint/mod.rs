//! What a server may stumble over in a request: warnings beside a line, never refusals.
//!
//! Owns [`Lint`] and the checks. Called on each edit: linear, and bounded for whatever is
//! pasted ([`HEAD_CHECKED`], `CHUNKS_CHECKED`, [`REQUESTS_CHECKED`], [`MOST_LINTS`]); of
//! a body it reads the chunk sizes, and the LFs where a line after them is to be numbered.

mod body;
mod head;
#[cfg(test)]
mod tests;

use super::lines::{lines, request_line};
pub(super) use body::is_request;
use head::Deciding;

/// Something worth a warning, never a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Of the first byte it speaks of.
    pub offset: usize,
    /// The line it stands beside, from 0; LFs alone end lines.
    pub line: usize,
    /// Plain words, with the RFC section; safe for a terminal.
    pub message: String,
}

/// Bytes of a head that are looked at: in the shortest fields about 3 ms, and more than
/// any server takes.
const HEAD_CHECKED: usize = 256 << 10;
/// Requests one after the other that are looked at.
const REQUESTS_CHECKED: usize = 8;
/// Nobody reads more than these.
const MOST_LINTS: usize = 200;

/// Everything worth a warning, in order of offset.
pub fn lint(request: &[u8]) -> Vec<Lint> {
    let mut found = Vec::new();
    let mut from = 0;
    for _ in 0..REQUESTS_CHECKED {
        let mut check = Check {
            request: &request[from..],
            found: Vec::new(),
        };
        let next = check.run();
        found.extend(check.found.into_iter().map(|(at, text)| (from + at, text)));
        match next {
            Some(next) if found.len() < MOST_LINTS => from += next,
            _ => break,
        }
    }
    found.sort_by_key(|(offset, _)| *offset);
    found.truncate(MOST_LINTS);
    let (mut line, mut counted) = (0, 0);
    let numbered = |(offset, message)| {
        line += memchr::memchr_iter(b'\n', &request[counted..offset]).count();
        counted = offset;
        Lint {
            offset,
            line,
            message,
        }
    };
    found.into_iter().map(numbered).collect()
}

/// One request, and what is found in it: offset and words.
struct Check<'a> {
    request: &'a [u8],
    found: Vec<(usize, String)>,
}

impl Check<'_> {
    fn add(&mut self, offset: usize, message: impl Into<String>) {
        if self.found.len() < MOST_LINTS {
            self.found.push((offset, message.into()));
        }
    }

    /// Answers where a next request begins, if one does.
    fn run(&mut self) -> Option<usize> {
        let all = self.request.len();
        let checked = &self.request[..all.min(HEAD_CHECKED)];
        let Some(start) = request_line(checked) else {
            self.add(0, "there is no request line (RFC 9112 section 3)");
            return None;
        };
        if start.line.end == HEAD_CHECKED && start.line.end < all {
            self.add(
                start.line.start,
                "the request line passes 256 KiB; nothing is checked (RFC 9110 section 4.1)",
            );
            return None;
        }
        if start.line.start > 0 {
            self.add(
                0,
                "an empty line before the request line: a server should skip one (RFC 9112 \
                 section 2.2)",
            );
        }
        self.request_line(&start);
        for line in lines(self.request, start.line.end) {
            if line.end - start.line.start > HEAD_CHECKED {
                self.add(
                    line.start,
                    "the head passes 256 KiB here; the rest is not checked (RFC 9110 section 5.4)",
                );
                return None;
            }
            if line.is_empty() {
                self.line_end(line);
                let deciding = Deciding::of(self.request, &start);
                self.head(&start, &deciding);
                return self.body(&deciding, line.end);
            }
            if self.found.len() == MOST_LINTS {
                return None;
            }
            self.field_line(line, line.start == start.line.end);
        }
        self.head(&start, &Deciding::of(self.request, &start));
        self.add(
            self.request.len(),
            "no empty line ends the head: the server waits for more (RFC 9112 section 2.1)",
        );
        None
    }
}

/// RFC 9110 section 5.6.2.
fn is_token(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'!' | b'#'..=b'\'' | b'*' | b'+')
        || matches!(byte, b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}
