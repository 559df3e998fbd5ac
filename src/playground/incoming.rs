//! A request as the server received it: exact bytes, and what can be read from them.
//!
//! Owns [`Request`] and where a request ends. It refuses nothing: what has no meaning is
//! kept as bytes, and [`Fit`] says so. It reads from no socket.

/// Bytes that a head may have.
pub const HEAD_LIMIT: usize = 1024 * 1024;

/// One request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Which connection of the server, from 1.
    pub connection: u64,
    /// Which request on this connection, from 1.
    pub number: u64,
    /// It came over TLS.
    pub secure: bool,
    /// Exact bytes, from empty lines before the request line to the empty line.
    pub head: Vec<u8>,
    /// Exact bytes (chunks not removed), as many as were to be kept.
    pub body: Vec<u8>,
    /// All bytes of the body, those that were not kept too.
    pub body_bytes: u64,
    pub fit: Fit,
}

/// Whether the bytes are the request that its head announces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    #[default]
    Whole,
    /// The peer stopped sending inside the head.
    HeadCut,
    /// The head passed 1 MiB.
    HeadTooLarge,
    /// TLS, on a port that speaks it not: its hello has no empty line to wait for.
    Tls,
    /// The body's length has no meaning: a Content-Length that is no number, a broken
    /// chunk.
    NoLength,
    /// Fewer body bytes than announced.
    Short,
    /// More bytes than announced, and they do not begin as a request.
    Long,
}

impl Request {
    /// The request line's first word; empty where there is none. Bytes that are not
    /// UTF-8 make a word empty.
    pub fn method(&self) -> &str {
        self.word(0)
    }

    /// The request line's second word as it came; `/` where there is none.
    pub fn target(&self) -> &str {
        match self.word(1) {
            "" => "/",
            target => target,
        }
    }

    /// The target without scheme and authority, up to the `?`.
    pub fn path(&self) -> &str {
        let target = self.origin_form();
        target.split_once('?').map_or(target, |(path, _)| path)
    }

    /// What follows the `?`; empty without one.
    pub fn query(&self) -> &str {
        self.origin_form()
            .split_once('?')
            .map_or("", |(_, query)| query)
    }

    /// RFC 9112 section 3.2.2: a server accepts the absolute form too.
    fn origin_form(&self) -> &str {
        let target = self.target();
        match target.split_once("://") {
            Some((_, rest)) if !target.starts_with('/') => {
                rest.find('/').map_or("/", |slash| &rest[slash..])
            }
            _ => target,
        }
    }

    /// The request line's third word: `HTTP/1.1`.
    pub fn version(&self) -> &str {
        self.word(2)
    }

    /// May the connection serve another request (RFC 9112 section 9.3)? Only where this
    /// one's end is sure.
    pub fn persistent(&self) -> bool {
        let asks = |option| {
            self.field("Connection")
                .is_some_and(|value| list(value).any(|item| item.eq_ignore_ascii_case(option)))
        };
        match (self.fit, self.version()) {
            (Fit::Whole, "HTTP/1.0") => asks("keep-alive"),
            (Fit::Whole, _) => !asks("close"),
            _ => false,
        }
    }

    /// The first field of this name, without outer white space; `None` too when it is
    /// not UTF-8.
    pub fn field(&self, name: &str) -> Option<&str> {
        field(&self.head, name).and_then(|value| str::from_utf8(value).ok())
    }

    /// Head and kept body: what was received.
    pub fn bytes(&self) -> Vec<u8> {
        [&self.head[..], &self.body[..]].concat()
    }

    fn word(&self, number: usize) -> &str {
        self.head
            .split(|&byte| byte == b'\n')
            .map(<[u8]>::trim_ascii)
            .find(|line| !line.is_empty())
            .and_then(|line| {
                line.split(u8::is_ascii_whitespace)
                    .filter(|word| !word.is_empty())
                    .nth(number)
            })
            .and_then(|word| str::from_utf8(word).ok())
            .unwrap_or("")
    }
}

fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim)
}

pub(super) fn field<'a>(head: &'a [u8], name: &str) -> Option<&'a [u8]> {
    head.split(|&byte| byte == b'\n').find_map(|line| {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let (found, value) = (&line[..colon], &line[colon + 1..]);
        found
            .trim_ascii()
            .eq_ignore_ascii_case(name.as_bytes())
            .then(|| value.trim_ascii())
    })
}

/// The length of the head, its empty line included; `None` until that is here. `from`
/// bytes were looked at before, and hold no end.
///
/// An LF ends a line with or without its CR (RFC 9112 section 2.2), and empty lines
/// before the request line belong to it.
pub fn head_end(bytes: &[u8], from: usize) -> Option<usize> {
    let begin = bytes.iter().position(|byte| !b"\r\n".contains(byte))?;
    let mut at = begin.max(from.saturating_sub(3));
    while let Some(lf) = memchr::memchr(b'\n', bytes.get(at..)?) {
        at += lf + 1;
        match bytes.get(at..)? {
            [b'\n', ..] => return Some(at + 1),
            [b'\r', b'\n', ..] => return Some(at + 2),
            _ => {}
        }
    }
    None
}

/// Do these bytes begin as TLS does: a handshake's record of version 3 (RFC 8446 section 5.1)?
pub fn begins_as_tls(bytes: &[u8]) -> bool {
    bytes.starts_with(&[22, 3])
}

/// Do these bytes begin as a request line does: a word, a target, `HTTP/`? What was
/// pipelined is told from excess body by this.
pub fn begins_as_request(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    let end = bytes
        .iter()
        .position(|&byte| byte == b'\n')
        .unwrap_or(bytes.len());
    let mut words = bytes[..end].trim_ascii_end().split(|&byte| byte == b' ');
    let method = words.next().unwrap_or(b"");
    !method.is_empty()
        && method.iter().all(u8::is_ascii_uppercase)
        && words
            .next_back()
            .is_some_and(|version| version.starts_with(b"HTTP/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_ends_at_its_empty_line() {
        for (bytes, want) in [
            (&b"GET / HTTP/1.1\r\n\r\nrest"[..], Some(18)),
            (b"GET / HTTP/1.1\n\nrest", Some(16)),
            (b"GET / HTTP/1.1\r\n\nrest", Some(17)),
            (b"\r\n\r\nGET / HTTP/1.1\n\r\n", Some(21)),
            (b"GET / HTTP/1.1\r\n\r", None),
            (b"GET /\0 HTTP/1.1\nA: \xff\n\n", Some(22)),
            (b"\r\n\r\n", None),
            (b"", None),
        ] {
            assert_eq!(
                head_end(bytes, 0),
                want,
                "{:?}",
                bytes.escape_ascii().to_string()
            );
            for looked_at in 0..want.unwrap_or(bytes.len() + 1) {
                assert_eq!(head_end(bytes, looked_at), want, "after {looked_at}");
            }
        }
    }

    #[test]
    fn the_request_line_is_read_leniently() {
        for (head, want) in [
            (
                &b"GET /a?b=1 HTTP/1.1\r\n\r\n"[..],
                ["GET", "/a", "b=1", "HTTP/1.1"],
            ),
            (b"\r\nGET  /a\tHTTP/1.0\n\n", ["GET", "/a", "", "HTTP/1.0"]),
            (
                b"GET http://h:1/a?b HTTP/1.1\n\n",
                ["GET", "/a", "b", "HTTP/1.1"],
            ),
            (b"GET http://h HTTP/1.1\n\n", ["GET", "/", "", "HTTP/1.1"]),
            (
                b"GET /x?u=http://h/ HTTP/1.1\n\n",
                ["GET", "/x", "u=http://h/", "HTTP/1.1"],
            ),
            (b"\xff\xfe\0\n\n", ["", "/", "", ""]),
            (b"", ["", "/", "", ""]),
        ] {
            let request = Request {
                head: head.to_vec(),
                ..Request::default()
            };
            let got = [
                request.method(),
                request.path(),
                request.query(),
                request.version(),
            ];
            assert_eq!(got, want, "{}", head.escape_ascii());
        }
    }

    #[test]
    fn pipelined_requests_are_told_from_excess() {
        for (bytes, want) in [
            ("GET / HTTP/1.1\r\n", true),
            ("\r\nPOST /a HTTP/1.0\n\n", true),
            ("GET / HTTP/", true),
            ("lo", false),
            ("get / HTTP/1.1", false),
            (" HTTP/1.1", false),
            ("", false),
        ] {
            assert_eq!(begins_as_request(bytes.as_bytes()), want, "{bytes:?}");
        }
    }
}
