//! Request bytes split into their messages, each by its own framing.
//!
//! Owns where a message ends. It refuses nothing: what is no whole request is a message
//! too, that asks for no answer of its own.

use std::ops::Range;

use super::lines::{body, field, fields, lines, method};
use super::lint::is_request;

/// So many are told apart; the last one takes the rest. Pipelining more than a few hundred
/// fills both kernels' buffers and hangs.
pub const MESSAGES_MAX: usize = 1000;

/// One request in a stretch of sent bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Empty lines before it included; messages lie one behind the other without a gap.
    pub bytes: Range<usize>,
    /// Whole, head and body by its own framing: a server has no reason not to answer.
    pub whole: bool,
}

/// The messages, in order; none where there are no bytes.
pub fn split(bytes: &[u8]) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let rest = &bytes[start..];
        let len = match messages.len() + 1 < MESSAGES_MAX {
            true => whole(rest),
            false => None,
        };
        let end = len.map_or(bytes.len(), |len| start + len);
        messages.push(Message {
            bytes: start..end,
            whole: len.is_some(),
        });
        start = end;
    }
    messages
}

/// The length of the request that the bytes begin with, by RFC 9112 section 6.3; `None`
/// where they hold no whole one, or where what follows is no longer HTTP (CONNECT).
fn whole(bytes: &[u8]) -> Option<usize> {
    let body = body(bytes).filter(|_| is_request(bytes))?;
    let rest = &bytes[body.start..];
    let coded = field(bytes, "Transfer-Encoding").is_some();
    let len = match coded {
        true => chunks(rest)?,
        false => length(bytes)?,
    };
    let len = body.start.checked_add(len)?;
    let tunnel = method(bytes) == b"CONNECT" && len < bytes.len();
    (len <= bytes.len() && !tunnel).then_some(len)
}

/// What Content-Length says: 0 where there is none (step 7), `None` where it makes no
/// sense (step 5).
fn length(request: &[u8]) -> Option<usize> {
    let mut said = None;
    for field in fields(request) {
        if !request[field.name].eq_ignore_ascii_case(b"Content-Length") {
            continue;
        }
        let digits = &request[field.value];
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number: usize = str::from_utf8(digits).ok()?.parse().ok()?;
        if said.is_some_and(|said| said != number) {
            return None;
        }
        said = Some(number);
    }
    Some(said.unwrap_or(0))
}

/// The length of a chunked body with its trailers; `None` where it is not whole.
fn chunks(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let line = lines(bytes, at).next()?;
        let text = &bytes[line.text()];
        let digits = memchr::memchr(b';', text).map_or(text, |semicolon| &text[..semicolon]);
        let digits = str::from_utf8(digits.trim_ascii()).ok()?;
        let size = usize::from_str_radix(digits, 16).ok()?;
        if size == 0 {
            return lines(bytes, line.end)
                .find(|line| line.is_empty() && line.start < line.end)
                .map(|empty| empty.end);
        }
        let data = line.end.checked_add(size)?;
        let end = lines(bytes, data).next().filter(|end| end.is_empty())?;
        at = end.end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The messages, parted by `¦`, each that is not whole after `?`; `|` is CR LF, `_` LF.
    fn cut(request: &str) -> String {
        let request = request.replace('|', "\r\n").replace('_', "\n");
        let parts: Vec<String> = split(request.as_bytes())
            .into_iter()
            .map(|message| {
                let mark = if message.whole { "" } else { "?" };
                format!("{mark}{}", &request[message.bytes])
            })
            .collect();
        parts.join("¦").replace("\r\n", "|").replace('\n', "_")
    }

    #[test]
    fn each_message_ends_by_its_own_framing() {
        for want in [
            "",
            "GET / HTTP/1.1|A: 1||",
            "GET / HTTP/1.1__¦GET /b HTTP/1.0__",
            "GET /a HTTP/1.1||¦||GET /b HTTP/1.1||",
            "POST / HTTP/1.1|Content-Length: 3||abc¦GET / HTTP/1.1||",
            "?P / HTTP/1.1|Content-Length: 9||abc",
            "?P / HTTP/1.1|Content-Length: x||abc",
            "?P / HTTP/1.1|Content-Length: 99999999999999999999||abc",
            "?P / HTTP/1.1|Content-Length: 1|Content-Length: 2||abc",
            "P / HTTP/1.1|Content-Length: 1||a¦?bc",
            "P / HTTP/1.1|Transfer-Encoding: chunked||3;x=1|abc|0|T: 1||¦GET / HTTP/1.1||",
            "P / HTTP/1.1|Content-Length: 6|Transfer-Encoding: chunked||0||¦?G",
            "?P / HTTP/1.1|Transfer-Encoding: chunked||5|abc|",
            "?P / HTTP/1.1|Transfer-Encoding: chunked||3|abcd|0||",
            "?P / HTTP/1.1|Transfer-Encoding: chunked||0|",
            "?P / HTTP/1.1|Transfer-Encoding: chunked||-1|a",
            "?P / HTTP/1.1|Transfer-Encoding: chunked||ffffffffffffffff|a",
            "?CONNECT h:1 HTTP/1.1||GET / HTTP/1.1||",
            "?GET /|",
            "?hello|",
            "GET / HTTP/1.1||¦?hello|",
            "?||",
        ] {
            assert_eq!(cut(&want.replace(['¦', '?'], "")), want);
        }
    }

    #[test]
    fn more_than_can_be_told_apart_stay_together() {
        let request = "GET / HTTP/1.1\n\n".repeat(MESSAGES_MAX + 5);
        let messages = split(request.as_bytes());
        assert_eq!(messages.len(), MESSAGES_MAX);
        assert_eq!(messages[MESSAGES_MAX - 1].bytes.end, request.len());
    }
}
