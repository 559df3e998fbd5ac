//! The first bytes of an answer: HTTP, or what else they look like.
//!
//! Owns the choice between a status line, HTTP/0.9 and another protocol. It reads no
//! line to its end.

use super::emit::Emit;
use super::{Output, text};
use crate::anomaly::Kind as Deviation;

const HTTP: &[u8] = b"HTTP/";

/// Bytes of empty lines that may stand before a status line: 32 of CR LF.
pub(super) const EMPTY_LINES_MAX: usize = 64;

/// Bytes after which another protocol is named, if no line ended before.
const LOOK: usize = 16;

/// What the first bytes of an answer can still be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Empty lines and a part of `HTTP/`, or nothing yet.
    Open,
    /// A status line, after so many bytes of empty lines.
    Http {
        empty: usize,
    },
    Other,
}

/// Looks at all bytes of an answer so far. Once it says other than [`Opening::Open`],
/// more bytes do not change it.
pub(super) fn opening(bytes: &[u8]) -> Opening {
    let mut empty = 0;
    loop {
        let rest = &bytes[empty..];
        if rest.starts_with(HTTP) {
            return Opening::Http { empty };
        }
        if HTTP.starts_with(rest) || rest == b"\r" {
            return Opening::Open;
        }
        empty += match rest {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => return Opening::Other,
        };
        if empty > EMPTY_LINES_MAX {
            return Opening::Other;
        }
    }
}

/// Another protocol's first bytes, gathered until it can be named: when a line ends, at
/// [`LOOK`] bytes, or when nothing more comes. The bytes themselves go on meanwhile.
#[derive(Debug, Default)]
pub(super) struct Look {
    seen: Vec<u8>,
    named: bool,
}

impl Look {
    /// How many of `bytes` to look at before [`Look::name`] can tell; `None`: more come.
    pub fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.named {
            return None;
        }
        for (i, &byte) in bytes.iter().enumerate() {
            if self.seen.is_empty() && matches!(byte, b'\r' | b'\n') {
                continue;
            }
            self.seen.push(byte);
            if byte == b'\n' || self.seen.len() == LOOK {
                return Some(i + 1);
            }
        }
        None
    }

    /// Records what it is, once; answers that in words.
    pub fn name<O: Output>(&mut self, offset: u64, emit: &mut Emit<'_, O>) -> Option<String> {
        if self.named {
            return None;
        }
        self.named = true;
        let (kind, detail) = recognise(&self.seen);
        Some(emit.anomaly(kind, offset, detail))
    }
}

/// First bytes, `None` being any, and what they look like.
const LOOKS: &[(&[Option<u8>], &str)] = &[
    (&[Some(0x15), Some(3)], "looks like TLS: try https"),
    (&[Some(0x16), Some(3)], "looks like TLS: try https"),
    (
        &[Some(0), Some(0), None, Some(4)],
        "looks like HTTP/2: SETTINGS",
    ),
    (
        &[None, Some(0), Some(0), Some(0), Some(10)],
        "looks like MySQL",
    ),
    (&ascii(*b"SSH-"), "looks like SSH"),
    (&ascii(*b"220 "), "looks like SMTP or FTP"),
    (&ascii(*b"220-"), "looks like SMTP or FTP"),
    (&ascii(*b"+OK"), "looks like POP3"),
    (&ascii(*b"* OK"), "looks like IMAP"),
    (&ascii(*b"-ERR"), "looks like Redis or POP3"),
    (&ascii(*b"+PONG"), "looks like Redis"),
    (&ascii(*b"RFB "), "looks like VNC"),
    (&ascii(*b"ICY "), "looks like SHOUTcast"),
    (&ascii(*b"RTSP/"), "looks like RTSP"),
    (&ascii(*b"SIP/"), "looks like SIP"),
    (&ascii(*b"http/"), "http/ in lower case"),
];

const fn ascii<const N: usize>(text: [u8; N]) -> [Option<u8>; N] {
    let mut pattern = [None; N];
    let mut i = 0;
    while i < N {
        pattern[i] = Some(text[i]);
        i += 1;
    }
    pattern
}

/// The deviation that these first bytes, at most [`LOOK`], amount to, with its detail.
fn recognise(seen: &[u8]) -> (Deviation, String) {
    let fits = |pattern: &[Option<u8>]| {
        pattern.len() <= seen.len()
            && (pattern.iter().zip(seen)).all(|(want, byte)| want.is_none_or(|want| want == *byte))
    };
    if let Some((_, looks)) = LOOKS.iter().find(|(pattern, _)| fits(pattern)) {
        return (Deviation::NotHttp, (*looks).to_owned());
    }
    if is_text(seen) {
        return (
            Deviation::Http09,
            text(whole_characters(seen).trim_ascii_end()),
        );
    }
    let hex: Vec<String> = seen.iter().map(|byte| format!("{byte:02x}")).collect();
    (Deviation::NotHttp, format!("binary: {}", hex.join(" ")))
}

/// Without control bytes other than those of plain text; in any charset.
fn is_text(bytes: &[u8]) -> bool {
    let control = |byte: &u8| matches!(byte, 0..=8 | 11 | 14..=26 | 28..=31 | 127);
    !bytes.iter().any(control)
}

/// UTF-8 without a character that the end cuts.
fn whole_characters(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_opens_with_http_or_does_not() {
        for (bytes, want) in [
            (&b""[..], Opening::Open),
            (b"H", Opening::Open),
            (b"HTTP", Opening::Open),
            (b"HTTP/", Opening::Http { empty: 0 }),
            (b"\r", Opening::Open),
            (b"\r\n", Opening::Open),
            (b"\n\r\nHTTP/1", Opening::Http { empty: 3 }),
            (b"\rH", Opening::Other),
            (b"HTTQ", Opening::Other),
            (b"http/", Opening::Other),
            (&[b'\n'; EMPTY_LINES_MAX], Opening::Open),
            (&[b'\n'; EMPTY_LINES_MAX + 1], Opening::Other),
        ] {
            assert_eq!(opening(bytes), want, "{}", bytes.escape_ascii());
        }
    }
}
