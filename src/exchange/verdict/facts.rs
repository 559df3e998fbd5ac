//! What the recorded facts say of a response's end, whatever mode read it.

use crate::anomaly;
use crate::event::{EndMode, Framing, Kind};
use crate::exchange::Exchange;

/// The end that a response's head announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    /// No whole head came.
    Nothing,
    NoBody,
    Chunked,
    Length(u64),
    Close,
}

impl Exchange {
    /// Since the last byte came, until the end.
    pub(super) fn silence_us(&self) -> u64 {
        let end = self
            .spans
            .receive
            .or(self.spans.wait)
            .and_then(|span| span.to);
        let from = self.last_byte_us.or(self.spans.wait.map(|wait| wait.from));
        match (from, end) {
            (Some(from), Some(end)) => end.saturating_sub(from),
            _ => 0,
        }
    }

    pub(super) fn first_recv(&self) -> Option<u32> {
        self.log.iter().find_map(|(_, event)| match event.kind {
            Kind::Recv { bytes, .. } if bytes > 0 => Some(bytes),
            _ => None,
        })
    }

    /// The end that the response itself announced, whatever mode read it.
    pub(super) fn announced(&self) -> Announced {
        match self.head.as_ref().map(|head| head.framing) {
            None => Announced::Nothing,
            Some(Framing::NoBody) => Announced::NoBody,
            Some(Framing::Chunked) => Announced::Chunked,
            Some(Framing::Length(length)) => Announced::Length(length),
            Some(Framing::Close) => match self.content_length() {
                // These modes read to their own end and set Content-Length aside.
                Some(length) if matches!(self.mode, EndMode::Close | EndMode::Timeout) => {
                    Announced::Length(length)
                }
                _ => Announced::Close,
            },
        }
    }

    /// Whether the announced end is here; `None` where only the close tells.
    pub(super) fn is_here(&self) -> Option<bool> {
        match self.announced() {
            Announced::Length(length) => Some(self.body_bytes >= length),
            Announced::Chunked => Some(self.chunks.complete),
            Announced::NoBody => Some(true),
            Announced::Close | Announced::Nothing => None,
        }
    }

    /// Whether bytes came after the announced end.
    pub(super) fn has_excess(&self) -> bool {
        self.anomalies
            .iter()
            .any(|anomaly| anomaly.kind == anomaly::Kind::ExcessBytes)
    }

    /// The number in Content-Length, where there is one and no Transfer-Encoding
    /// overrides it.
    pub(super) fn content_length(&self) -> Option<u64> {
        let head = self.head.as_ref()?;
        if let Framing::Length(length) = head.framing {
            return Some(length);
        }
        if head.values("transfer-encoding").next().is_some() {
            return None;
        }
        head.values("content-length").next()?.parse().ok()
    }

    /// RFC 9112 section 9.3: `Connection: close`, or HTTP/1.0 without keep-alive.
    pub(super) fn announces_close(&self) -> bool {
        let Some(head) = &self.head else { return false };
        let has = |option: &str| {
            head.values("connection")
                .flat_map(|value| value.split(','))
                .any(|token| token.trim().eq_ignore_ascii_case(option))
        };
        has("close") || (head.version == "HTTP/1.0" && !has("keep-alive"))
    }

    /// `60 of 100 body bytes are here`, as far as it is known.
    pub(super) fn state_of_body(&self) -> String {
        let body = self.body_bytes;
        match self.announced() {
            Announced::Length(length) if body >= length => length_is_here(length),
            Announced::Length(length) => format!("{body} of {length} body bytes are here"),
            Announced::Chunked if self.chunks.complete => "the last chunk is here".to_owned(),
            Announced::Chunked => format!("{body} body bytes are here, the last chunk is not"),
            Announced::Close => format!("{body} body bytes are here, without a length"),
            Announced::NoBody => "the head, which is all, is here".to_owned(),
            Announced::Nothing if self.recvs.bytes == 0 => "no byte came".to_owned(),
            Announced::Nothing => format!("{} bytes are here, no whole head", self.recvs.bytes),
        }
    }
}

pub(super) fn length_is_here(length: u64) -> String {
    match length {
        1 => "Content-Length's 1 byte is here".to_owned(),
        _ => format!("Content-Length's {length} bytes are here"),
    }
}
