//! A head being read: its status line, then its fields.
//!
//! Owns the status line. What the head means for the body is [`super::framing`]'s.

use memchr::memchr;

use super::emit::Emit;
use super::fields::{Section, inspect};
use super::{Output, text};
use crate::anomaly::Kind as Deviation;
use crate::event::{Field, Framing, Head};

/// `HTTP-version SP status-code SP [ reason-phrase ]`, RFC 9112 section 4.
#[derive(Clone, Debug)]
pub(super) struct StatusLine {
    pub version: Version,
    /// As received.
    version_text: String,
    pub status: u16,
    reason: String,
}

/// What the version says about the connection and about Transfer-Encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Http10,
    Http11,
    Odd,
}

/// A head whose empty line has not come yet.
#[derive(Debug)]
pub(super) struct PartialHead {
    pub line: StatusLine,
    pub section: Section,
    /// Of the status line's first byte.
    pub offset: u64,
}

impl PartialHead {
    /// The event, of a head whose bytes end at `end`.
    pub fn finish(self, fields: Vec<Field>, end: u64, framing: Framing) -> Head {
        Head {
            version: self.line.version_text,
            status: self.line.status,
            reason: self.line.reason,
            fields,
            offset: self.offset,
            bytes: end - self.offset,
            framing,
        }
    }
}

impl StatusLine {
    pub fn interim(&self) -> bool {
        (100..200).contains(&self.status) && self.status != 101
    }

    /// Reads the line's content, which begins with `HTTP/`. `None`: it holds no status,
    /// and nothing was recorded.
    pub fn parse<O: Output>(
        content: &[u8],
        offset: u64,
        emit: &mut Emit<'_, O>,
    ) -> Option<StatusLine> {
        let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
        let version_end = content.iter().position(space)?;
        let (version, rest) = content.split_at(version_end);
        let gap = rest.iter().take_while(|&byte| space(byte)).count();
        let rest = &rest[gap..];
        let status_end = rest.iter().position(space).unwrap_or(rest.len());
        let (digits, rest) = rest.split_at(status_end);
        let [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] = *digits else {
            return None;
        };
        let status = u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0');

        inspect(content, offset, emit);
        let version_kind = match version {
            b"HTTP/1.1" => Version::Http11,
            b"HTTP/1.0" => Version::Http10,
            _ => {
                emit.anomaly(Deviation::OddVersion, offset, text(version));
                Version::Odd
            }
        };
        if content[version_end] != b' ' || gap != 1 {
            emit.anomaly(Deviation::StatusLineSpace, offset + version_end as u64, "");
        }
        let after_status = offset + (version_end + gap + status_end) as u64;
        if !(100..600).contains(&status) {
            emit.anomaly(Deviation::OddStatus, after_status - 3, text(digits));
        }
        let reason = match rest {
            [] => {
                emit.anomaly(Deviation::MissingReason, after_status, "");
                rest
            }
            // What follows one space is the reason, further spaces included.
            [b' ', reason @ ..] => reason,
            [_, reason @ ..] => {
                emit.anomaly(Deviation::StatusLineSpace, after_status, "");
                reason
            }
        };
        Some(StatusLine {
            version: version_kind,
            version_text: text(version),
            status,
            reason: match memchr(b'\r', reason) {
                Some(_) => text(reason).replace('\r', " "),
                None => text(reason),
            },
        })
    }
}
