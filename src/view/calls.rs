//! The socket's calls as text: `recv(4096) = 96`, in the words of `strace`.
//!
//! Owns how one call reads, for the socket log on screen and for `-v` alike. Every text
//! is one line and safe for a terminal.

use crate::event::{Call, Kind, ProxyWay, Tls};
use crate::exchange::secs;
use crate::view::safe::safe;

/// A call with its arguments and its return value, or what befell it. `host` is what
/// `getaddrinfo` was asked for.
///
/// `None` for events that are no calls. A call is one line, written when it has
/// answered, so `resolve_start` and `connect_start` are none.
pub fn call_line(kind: &Kind, host: &str) -> Option<String> {
    let line = match kind {
        Kind::Resolved { addrs, .. } => {
            let addrs: Vec<String> = addrs.iter().map(ToString::to_string).collect();
            format!("getaddrinfo(\"{host}\") = {}", addrs.join(", "))
        }
        Kind::Socket(socket) => format!("socket({}, SOCK_STREAM) = {}", socket.family, socket.fd),
        Kind::Bound { local } => format!("bind({local}) = 0"),
        Kind::OptionRefused {
            option,
            value,
            error,
        } => format!("setsockopt({option}, {value}) = -1 {error}"),
        Kind::Connected { peer, .. } => format!("connect({peer}) = 0"),
        Kind::ConnectFailed { addr, error, .. } => format!("connect({addr}) = -1 {error}"),
        Kind::Reused {
            peer,
            exchange,
            idle_us,
            ..
        } => {
            let idle = secs(*idle_us);
            format!("kept connection to {peer}: exchange {exchange} on it, idle for {idle}")
        }
        Kind::NotReused { peer, why } => format!("kept connection to {peer} not reused: {why}"),
        Kind::Send {
            offered,
            sent,
            ciphertext,
            ..
        } => match ciphertext {
            None => format!("send({offered}) = {sent}"),
            Some(ciphertext) => format!("send({offered}) = {sent}  in {ciphertext} of TLS"),
        },
        Kind::Recv {
            asked,
            bytes,
            stamped,
            ciphertext,
            ..
        } => match ciphertext {
            None | Some(0) => {
                let msg = if *stamped { "msg" } else { "" };
                format!("recv{msg}({asked}) = {bytes}")
            }
            Some(ciphertext) => format!("recv({asked}) = {ciphertext} of TLS, {bytes} inside"),
        },
        Kind::Proxy(proxy) => format!("proxy {}: {}", proxy.url, way(proxy.way)),
        Kind::ProxySend {
            offered,
            sent,
            what,
        } => format!("send({offered}) = {sent}  proxy: {what}"),
        Kind::ProxyRecv { asked, bytes, what } => {
            format!("recv({asked}) = {bytes}  proxy: {what}")
        }
        Kind::ProxyDone { us } => format!("the proxy leads to the target, after {}", secs(*us)),
        Kind::TlsSend { offered, sent } => format!("send({offered}) = {sent}  TLS"),
        Kind::TlsRecv { asked, bytes } => format!("recv({asked}) = {bytes}  TLS"),
        Kind::TlsDone(tls) => tls_done(tls),
        Kind::TlsFailed(tls) => format!("TLS failed  {}", tls_peer(tls)),
        Kind::CallFailed { call, errno, error } => format!("{call}() = -1 {errno} ({error})"),
        Kind::WouldBlock { call, waited_us } => {
            let errno = match call {
                Call::Connect => "EINPROGRESS",
                _ => "EAGAIN",
            };
            format!("{call}() = -1 {errno}, poll() {}", secs(*waited_us))
        }
        Kind::Held { call, waited_us } => format!("{call}() held back for {}", secs(*waited_us)),
        Kind::Resumed { idle_us } => {
            format!("the kept connection is talked on after {}", secs(*idle_us))
        }
        Kind::HalfClosed => "shutdown(SHUT_WR) = 0".to_owned(),
        Kind::Unsent { bytes } => format!("{bytes} bytes not sent: the exchange is over"),
        Kind::TlsAlert(alert) => {
            format!(
                "TLS alert {}: {} ({})",
                alert.direction, alert.name, alert.code
            )
        }
        Kind::Redirect { from, to, status } => format!("{status}: {from} → {to}"),
        Kind::Cookie(cookie) => {
            let refused = cookie.refused.as_ref();
            let why = refused.map(|refused| format!(": {} ({})", refused.why, refused.rule));
            format!(
                "cookie {} {}{}",
                match cookie.name.as_str() {
                    "" => "without a name",
                    name => name,
                },
                cookie.outcome,
                why.unwrap_or_default()
            )
        }
        Kind::Closed {
            kept_alive, why, ..
        } => match (kept_alive, *why) {
            (true, why) => format!("kept open: {why}"),
            (false, "") => "close() = 0".to_owned(),
            (false, why) => format!("close() = 0  {why}"),
        },
        Kind::Error { message, .. } => message.clone(),
        Kind::ResolveStart { .. }
        | Kind::ConnectStart { .. }
        | Kind::ProxyConnect { .. }
        | Kind::ProxyHead(_)
        | Kind::TlsStart { .. }
        | Kind::TlsRecord(_)
        | Kind::Queues(_)
        | Kind::PeerQueues(_)
        | Kind::InterimHead(_)
        | Kind::Head(_)
        | Kind::Body { .. }
        | Kind::Chunk { .. }
        | Kind::Trailers { .. }
        | Kind::Anomaly(_)
        | Kind::Answer { .. }
        | Kind::Answered { .. }
        | Kind::WsFrame(_)
        | Kind::End(_) => return None,
    };
    Some(safe(&line).into_owned())
}

/// What a proxy is asked to do.
pub fn way(way: ProxyWay) -> &'static str {
    match way {
        ProxyWay::Forward => "the request goes there, in absolute form",
        ProxyWay::Connect => "a tunnel, by CONNECT",
        ProxyWay::Socks5 => "SOCKS5, the name looked up here",
        ProxyWay::Socks5h => "SOCKS5, the name looked up there",
    }
}

fn tls_done(tls: &Tls) -> String {
    let resumed = if tls.resumed { ", resumed" } else { "" };
    let alpn = tls.alpn.as_deref().unwrap_or("no ALPN");
    format!(
        "{} {} {alpn}{resumed}  {}",
        tls.version,
        tls.cipher,
        tls_peer(tls)
    )
}

fn tls_peer(tls: &Tls) -> String {
    let subject = tls.certificates.first().map(|first| first.subject.as_str());
    let subject = subject.unwrap_or("no certificate");
    match (&tls.problem, tls.verified) {
        (Some(problem), _) => format!("{subject}: {problem}"),
        (None, true) => format!("{subject}, verified by {}", tls.roots),
        (None, false) => subject.to_owned(),
    }
}

/// What an event says by itself about how its call went; empty when there is nothing to
/// add. What a `recv` brought is known only by the events that follow it.
pub fn note(kind: &Kind) -> &'static str {
    match kind {
        Kind::Recv { bytes: 0, .. } => "the peer closed",
        Kind::Send { offered, sent, .. } if sent < offered => "short",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Addr, Closer, CookieRefused, CookieTold, Family, Socket};

    #[test]
    fn calls_read_as_in_strace() {
        let peer = Addr::Ip("[::1]:8080".parse().unwrap());
        let recv = |bytes| Kind::Recv {
            offset: 0,
            asked: 4096,
            bytes,
            queued: None,
            ciphertext: None,
            lay_us: None,
            stamped: false,
        };
        let closed = |kept_alive, why| Kind::Closed {
            by: Closer::Us,
            kept_alive,
            why,
        };
        let cookie = |name: &str, outcome, refused| {
            let name = name.to_owned();
            Kind::Cookie(Box::new(CookieTold {
                name,
                outcome,
                refused,
            }))
        };
        #[rustfmt::skip]
        let rows = [
            (Kind::Resolved { addrs: vec!["::1".parse().unwrap(), "127.0.0.1".parse().unwrap()], us: 1 },
             "getaddrinfo(\"host\") = ::1, 127.0.0.1", ""),
            (Kind::Socket(Box::new(Socket { family: Family::Inet6, fd: 7, options: vec![] })),
             "socket(AF_INET6, SOCK_STREAM) = 7", ""),
            (Kind::Connected { local: peer.clone(), peer: peer.clone(), us: 1 },
             "connect([::1]:8080) = 0", ""),
            (Kind::ConnectFailed { addr: peer.clone(), error: "Connection refused".into(), us: 1 },
             "connect([::1]:8080) = -1 Connection refused", ""),
            (Kind::Reused { local: peer.clone(), peer, exchange: 2, idle_us: 12_000 },
             "kept connection to [::1]:8080: exchange 2 on it, idle for 12 ms", ""),
            (Kind::Send { offset: 0, offered: 63, sent: 63, ciphertext: None }, "send(63) = 63", ""),
            (Kind::Send { offset: 0, offered: 63, sent: 10, ciphertext: None }, "send(63) = 10", "short"),
            (recv(96), "recv(4096) = 96", ""),
            (Kind::Recv { offset: 0, asked: 9, bytes: 5, queued: None, lay_us: Some(3), stamped: true, ciphertext: None },
             "recvmsg(9) = 5", ""),
            (recv(0), "recv(4096) = 0", "the peer closed"),
            (Kind::CallFailed { call: Call::Recv, errno: "ECONNRESET", error: "reset".into() },
             "recv() = -1 ECONNRESET (reset)", ""),
            (Kind::WouldBlock { call: Call::Recv, waited_us: 2_000_000 },
             "recv() = -1 EAGAIN, poll() 2.0 s", ""),
            (Kind::Redirect { from: "a".into(), to: "b\u{1b}[2J".into(), status: 301 },
             "301: a → b␛[2J", ""),
            (cookie("sid", "stored", None), "cookie sid stored", ""),
            (cookie("", "expired", None), "cookie without a name expired", ""),
            (cookie("a\x1b", "refused", Some(CookieRefused { kind: "k", why: "w".into(), rule: "R 1" })),
             "cookie a␛ refused: w (R 1)", ""),
            (closed(true, "HTTP/1.1"), "kept open: HTTP/1.1", ""),
            (closed(false, ""), "close() = 0", ""),
            (closed(false, "why"), "close() = 0  why", ""),
        ];
        for (kind, want, noted) in rows {
            assert_eq!(call_line(&kind, "host").as_deref(), Some(want));
            assert_eq!(note(&kind), noted, "{want}");
        }
        assert_eq!(call_line(&Kind::Body { bytes: 1 }, "host"), None);
    }
}
