//! One request and its response on one connection, and what may become of the
//! connection after it.
//!
//! Owns the rules of RFC 9112 section 9 that depend on the request, and on how sending
//! and receiving went; those that the response decides are [`Reader::persistent`]'s.

use crate::error::{Error, Result};
use crate::net::pool::Connection;
use crate::net::tls;
use crate::plan::Plan;
use crate::proto::Reader;
use crate::request;

/// RFC 9110 section 9.2.2.
const IDEMPOTENT: &[&[u8]] = &[b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"];

/// One request and its response on one connection.
pub(super) struct Turn {
    pub connection: Connection,
    pub reader: Reader,
    /// Wire bytes received on the connection before this response.
    from: u64,
    pub sent_whole: bool,
    /// `shutdown(SHUT_WR)` was called.
    pub half_closed: bool,
    /// `recv()` answered 0.
    pub peer_closed: bool,
}

impl Turn {
    pub fn new(plan: &Plan, connection: Connection) -> Turn {
        Turn {
            reader: Reader::new(
                request::method(&plan.request),
                plan.end,
                connection.received,
            ),
            from: connection.received,
            sent_whole: false,
            half_closed: false,
            peer_closed: false,
            connection,
        }
    }

    /// Wire bytes of this response so far.
    pub fn received(&self) -> u64 {
        self.connection.received - self.from
    }

    /// What TLS found wrong with what came. With TLS 1.3 a server judges the client's
    /// certificate only after the handshake: its refusal comes in place of an answer.
    pub fn tls_failed(&self, error: &rustls::Error) -> Error {
        let refused = (self.connection.exchanges == 1 && self.connection.received == 0)
            .then(|| tls::late_refusal(error))
            .flatten();
        refused.unwrap_or_else(|| Error::Recv {
            why: tls::failure(error),
        })
    }

    /// A kept connection that died before one byte of the response came had most likely
    /// died while it was idle. RFC 9112 section 9.3.1: the request may then be repeated,
    /// unless doing it twice could differ from doing it once.
    pub fn is_stale(&self, plan: &Plan, outcome: &Result<()>) -> bool {
        let died =
            self.peer_closed || matches!(outcome, Err(Error::Send { .. } | Error::Recv { .. }));
        let idempotent = IDEMPOTENT.contains(&request::method(&plan.request));
        self.connection.exchanges > 1 && self.received() == 0 && died && idempotent
    }

    /// Whether the connection may serve another exchange, and why or why not.
    pub fn may_go_on(&self, plan: &Plan, outcome: &Result<()>) -> (bool, &'static str) {
        match outcome {
            _ if self.peer_closed => (false, "the peer closed it"),
            Err(Error::Cancelled) => (false, "the exchange was cancelled"),
            Err(Error::Timeout { .. }) => (false, "the response may still come"),
            Err(_) => (false, "the exchange failed"),
            Ok(()) if !self.sent_whole => (false, "the request was not sent whole"),
            Ok(()) if self.half_closed => (false, "our direction was shut down"),
            Ok(()) if !plan.reuse => (false, "no connection is to be kept"),
            Ok(()) if asks_to_close(&plan.request) => (false, "the request said close"),
            Ok(()) => self.reader.persistent(),
        }
    }
}

/// RFC 9112 section 9.6: whoever has sent `Connection: close` sends nothing more there.
fn asks_to_close(request: &[u8]) -> bool {
    let lines = request.split(|&byte| byte == b'\n').skip(1);
    lines
        .map(|line| line.trim_ascii())
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let named = line[..colon].eq_ignore_ascii_case(b"connection");
            named.then(|| &line[colon + 1..])
        })
        .flat_map(|value| value.split(|&byte| byte == b','))
        .any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_asks_to_close_by_its_connection_field_alone() {
        for (request, asks) in [
            ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", true),
            ("GET / HTTP/1.1\nhost: a\nCONNECTION:te ,\tClose\n\n", true),
            (
                "GET / HTTP/1.1\r\nConnection: keep-alive, closed\r\n\r\n",
                false,
            ),
            ("GET / HTTP/1.1\r\nX-Connection: close\r\n\r\n", false),
            ("GET / HTTP/1.1\r\n\r\nConnection: close\r\n", false),
            ("Connection: close", false),
            ("", false),
        ] {
            assert_eq!(asks_to_close(request.as_bytes()), asks, "{request:?}");
        }
    }
}
