//! The socket's calls as text: `recv(4096) = 96`, in the words of `strace`.
//!
//! Owns how one call reads, for the socket log on screen and for `-v` alike. Every text
//! is one line and safe for a terminal.

use std::fmt::Write;
use std::time::Duration;

use crate::event::{Addr, Call, Kind};
use crate::exchange::Exchange;
use crate::view::safe::safe;

/// A call with its arguments and its return value, or what befell it; `None` for events
/// that are no calls. `host` is what `getaddrinfo` was asked for.
///
/// A call is one line, written when it has answered: `resolve_start` and `connect_start`
/// are none, [`begun`] says how they read while they run.
pub fn call_line(kind: &Kind, host: &str) -> Option<String> {
    let mut line = String::new();
    // Writing to a String cannot fail.
    let _ = match kind {
        Kind::Resolved { addrs, .. } => {
            let addrs: Vec<String> = addrs.iter().map(ToString::to_string).collect();
            write!(line, "getaddrinfo({host:?}) = {}", addrs.join(", "))
        }
        Kind::Socket(socket) => {
            write!(
                line,
                "socket({}, SOCK_STREAM) = {}",
                socket.family, socket.fd
            )
        }
        Kind::Connected { peer, .. } => write!(line, "connect({peer}) = 0"),
        Kind::ConnectFailed { addr, error, .. } => write!(line, "connect({addr}) = -1 {error}"),
        Kind::Reused {
            peer,
            exchange,
            idle_us,
            ..
        } => write!(
            line,
            "kept connection to {peer}: exchange {exchange} on it, idle for {}",
            time(*idle_us)
        ),
        Kind::NotReused { peer, why } => {
            write!(line, "kept connection to {peer} not reused: {why}")
        }
        Kind::Send { offered, sent, .. } => write!(line, "send({offered}) = {sent}"),
        Kind::Recv { asked, bytes, .. } => write!(line, "recv({asked}) = {bytes}"),
        Kind::CallFailed { call, errno, error } => {
            write!(line, "{call}() = -1 {errno} ({error})")
        }
        Kind::WouldBlock { call, waited_us } => {
            let errno = match call {
                Call::Connect => "EINPROGRESS",
                _ => "EAGAIN",
            };
            write!(line, "{call}() = -1 {errno}, poll() {}", time(*waited_us))
        }
        Kind::Held { call, waited_us } => {
            write!(line, "{call}() held back for {}", time(*waited_us))
        }
        Kind::HalfClosed => write!(line, "shutdown(SHUT_WR) = 0"),
        Kind::Redirect { from, to, status } => write!(line, "{status}: {from} → {to}"),
        Kind::Closed {
            kept_alive: true,
            why,
            ..
        } => write!(line, "kept open: {why}"),
        Kind::Closed { why, .. } => {
            write!(line, "close() = 0").and_then(|()| match why.is_empty() {
                true => Ok(()),
                false => write!(line, "  {why}"),
            })
        }
        Kind::Error { message, .. } => write!(line, "{message}"),
        Kind::ResolveStart { .. }
        | Kind::ConnectStart { .. }
        | Kind::Queues(_)
        | Kind::InterimHead(_)
        | Kind::Head(_)
        | Kind::Body { .. }
        | Kind::Chunk { .. }
        | Kind::Trailers { .. }
        | Kind::Anomaly(_)
        | Kind::End(_) => return None,
    };
    Some(safe(&line).into_owned())
}

/// A call that has not answered, as far as it is written: `recv(4096)`. `size` is what
/// is asked of `recv`, or offered to `send`.
pub fn begun(call: Call, host: &str, addr: Option<&Addr>, size: u64) -> String {
    let line = match (call, addr) {
        (Call::Resolve, _) => format!("getaddrinfo({host:?})"),
        (Call::Connect, Some(addr)) => format!("connect({addr})"),
        (Call::Connect, None) => "connect()".to_owned(),
        (Call::Send, _) => format!("send({size})"),
        (Call::Recv, _) => format!("recv({size})"),
        (Call::Close, _) => "close()".to_owned(),
    };
    safe(&line).into_owned()
}

/// What a `recv` brought or how a `send` went, in a few words; empty when there is nothing
/// to say. Known once the exchange has folded the head that came with it.
pub fn annotation(kind: &Kind, exchange: &Exchange) -> &'static str {
    match kind {
        Kind::Recv { bytes: 0, .. } => "the peer closed",
        Kind::Recv { offset, bytes, .. } => {
            let from = offset.saturating_sub(exchange.wire_base);
            let to = from + u64::from(*bytes);
            let no_body = exchange.body_bytes == 0;
            if to <= exchange.head_bytes || exchange.head.is_none() && no_body {
                "head"
            } else if from < exchange.head_bytes {
                "head, body"
            } else {
                "body"
            }
        }
        Kind::Send { offered, sent, .. } if sent < offered => "short",
        _ => "",
    }
}

/// Microseconds in the unit that reads best: `80 µs`, `1.2 ms`, `0.20 s`, `12 s`.
pub fn time(us: u64) -> String {
    let time = Duration::from_micros(us);
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..100_000 => format!("{:.1} ms", time.as_secs_f64() * 1e3),
        100_000..10_000_000 => format!("{:.2} s", time.as_secs_f64()),
        _ => format!("{:.0} s", time.as_secs_f64()),
    }
}
