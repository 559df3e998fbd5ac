//! The JSON line of an event.
//!
//! One object a line: `t_us` (microseconds on a monotonic clock since the exchange, or
//! the first of a redirect chain, started), `event` (its name), then its fields.
//! Offsets count wire bytes of that direction on that connection. Header values are
//! strings: UTF-8 where the bytes are, else each byte as its Latin-1 character. The line
//! itself is ASCII: what would steer a terminal stands escaped. A number that is not known
//! is left out, never 0.

use std::io::{self, Write};
use std::net::IpAddr;

use super::{Direction, Escaping, Event, Field, Framing, Kind};

impl Event {
    /// Writes the JSON line, its LF included. Without serde's data model: at 4 KiB a
    /// recv, a GiB is half a million lines.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        let out = &mut Escaping::ascii(out);
        write!(
            out,
            "{{\"t_us\":{},\"event\":\"{}\"",
            self.t_us,
            self.kind.name()
        )?;
        self.kind.write_fields(out)?;
        out.write_all(b"}\n")
    }
}

impl Kind {
    fn write_fields(&self, out: &mut impl Write) -> io::Result<()> {
        match self {
            Kind::ResolveStart { host, port } => {
                text(out, "host", host)?;
                write!(out, ",\"port\":{port}")
            }
            Kind::Resolved { addrs, us, given } => {
                let addrs: Vec<String> = addrs.iter().map(IpAddr::to_string).collect();
                json(out, "addrs", &addrs)?;
                write!(out, ",\"us\":{us}")?;
                match given {
                    true => out.write_all(b",\"given\":true"),
                    false => Ok(()),
                }
            }
            Kind::Socket(socket) => {
                text(out, "family", socket.family.name())?;
                write!(out, ",\"type\":\"SOCK_STREAM\",\"fd\":{}", socket.fd)?;
                out.write_all(b",\"options\":{")?;
                for (i, (name, value)) in socket.options.iter().enumerate() {
                    let comma = if i == 0 { "" } else { "," };
                    write!(out, "{comma}\"{name}\":{value}")?;
                }
                out.write_all(b"}")
            }
            Kind::Bound { local, interface } => {
                text(out, "local", &local.to_string())?;
                match interface {
                    Some(interface) => text(out, "interface", interface),
                    None => Ok(()),
                }
            }
            Kind::BoundToDevice { interface } => text(out, "interface", interface),
            Kind::OptionRefused {
                option,
                value,
                error,
            } => {
                text(out, "option", option)?;
                write!(out, ",\"value\":{value}")?;
                text(out, "error", error)
            }
            Kind::ConnectStart { addr } => text(out, "addr", &addr.to_string()),
            Kind::Connected { local, peer, us } => {
                text(out, "local", &local.to_string())?;
                text(out, "peer", &peer.to_string())?;
                write!(out, ",\"us\":{us}")
            }
            Kind::ConnectFailed { addr, error, us } => {
                text(out, "addr", &addr.to_string())?;
                text(out, "error", error)?;
                write!(out, ",\"us\":{us}")
            }
            Kind::Reused {
                local,
                peer,
                exchange,
                idle_us,
            } => {
                text(out, "local", &local.to_string())?;
                text(out, "peer", &peer.to_string())?;
                write!(out, ",\"exchange\":{exchange},\"idle_us\":{idle_us}")
            }
            Kind::NotReused { peer, why } => {
                text(out, "peer", &peer.to_string())?;
                text(out, "why", why)
            }
            Kind::Send {
                offset,
                offered,
                sent,
                ciphertext,
            } => {
                write!(
                    out,
                    ",\"offset\":{offset},\"offered\":{offered},\"sent\":{sent}"
                )?;
                number(out, "ciphertext", *ciphertext)
            }
            Kind::Recv {
                offset,
                asked,
                bytes,
                queued,
                ciphertext,
                lay_us,
                stamped,
            } => {
                write!(
                    out,
                    ",\"offset\":{offset},\"asked\":{asked},\"bytes\":{bytes}"
                )?;
                number(out, "queued", *queued)?;
                number(out, "ciphertext", *ciphertext)?;
                number(out, "lay_us", *lay_us)?;
                match stamped {
                    true => out.write_all(b",\"call\":\"recvmsg\""),
                    false => Ok(()),
                }
            }
            Kind::Proxy(proxy) => {
                text(out, "proxy", &proxy.url)?;
                text(out, "way", proxy.way.name())
            }
            Kind::ProxyConnect { to, request } => {
                text(out, "to", to)?;
                text(out, "request", &String::from_utf8_lossy(request))
            }
            Kind::ProxySend {
                offered,
                sent,
                what,
            } => {
                write!(out, ",\"offered\":{offered},\"sent\":{sent}")?;
                text(out, "what", what)
            }
            Kind::ProxyRecv { asked, bytes, what } => {
                write!(out, ",\"asked\":{asked},\"bytes\":{bytes}")?;
                text(out, "what", what)
            }
            Kind::ProxyHead(answer) => {
                let head = &answer.head;
                text(out, "version", &head.version)?;
                write!(out, ",\"status\":{}", head.status)?;
                text(out, "reason", &head.reason)?;
                headers(out, &head.fields)?;
                write!(out, ",\"bytes\":{}", answer.raw.len())?;
                answer.write_body(out)
            }
            Kind::ProxyDone { us } => write!(out, ",\"us\":{us}"),
            Kind::TlsStart { server_name } => json(out, "server_name", server_name),
            Kind::TlsSend { offered, sent } => {
                write!(out, ",\"offered\":{offered},\"sent\":{sent}")
            }
            Kind::TlsRecv { asked, bytes } => {
                write!(out, ",\"asked\":{asked},\"bytes\":{bytes}")
            }
            Kind::TlsDone(tls) | Kind::TlsFailed(tls) => tls.write_fields(out),
            Kind::TlsRecord(records) => records.write_fields(out),
            Kind::TlsAlert(alert) => {
                text(out, "direction", alert.direction.name())?;
                write!(out, ",\"code\":{}", alert.code)?;
                text(out, "name", &alert.name)
            }
            Kind::CallFailed { call, errno, error } => {
                text(out, "call", call.name())?;
                text(out, "errno", errno)?;
                text(out, "error", error)
            }
            Kind::WouldBlock { call, waited_us } | Kind::Held { call, waited_us } => {
                text(out, "call", call.name())?;
                write!(out, ",\"waited_us\":{waited_us}")
            }
            Kind::HalfClosed => Ok(()),
            Kind::Unsent { bytes } => write!(out, ",\"bytes\":{bytes}"),
            Kind::Queues(queues) | Kind::PeerQueues(queues) => {
                for (name, value) in queues.named() {
                    number(out, name, value)?;
                }
                Ok(())
            }
            Kind::InterimHead(head) | Kind::Head(head) => {
                text(out, "version", &head.version)?;
                write!(out, ",\"status\":{}", head.status)?;
                text(out, "reason", &head.reason)?;
                headers(out, &head.fields)?;
                write!(out, ",\"offset\":{},\"bytes\":{}", head.offset, head.bytes)?;
                match head.framing {
                    Framing::NoBody => out.write_all(b",\"framing\":\"no_body\""),
                    Framing::Chunked => out.write_all(b",\"framing\":\"chunked\""),
                    Framing::Close => out.write_all(b",\"framing\":\"close\""),
                    Framing::Length(length) => write!(
                        out,
                        ",\"framing\":\"content_length\",\"content_length\":{length}"
                    ),
                }
            }
            Kind::Body { bytes } => write!(out, ",\"bytes\":{bytes}"),
            Kind::Chunk {
                offset,
                size,
                extensions,
            } => {
                write!(out, ",\"offset\":{offset},\"size\":{size}")?;
                text(out, "extensions", extensions)
            }
            Kind::Trailers { headers: fields } => headers(out, fields),
            Kind::Anomaly(anomaly) => {
                text(out, "kind", anomaly.kind.name())?;
                write!(out, ",\"offset\":{}", anomaly.offset)?;
                if anomaly.sent {
                    text(out, "dir", Direction::Sent.name())?;
                }
                text(out, "message", &anomaly.message())?;
                text(out, "rule", anomaly.kind.rule())
            }
            Kind::Resumed { idle_us } => write!(out, ",\"idle_us\":{idle_us}"),
            Kind::Answer { number, offset } => {
                write!(out, ",\"number\":{number},\"offset\":{offset}")
            }
            Kind::Answered { answers, requests } => {
                write!(out, ",\"answers\":{answers},\"requests\":{requests}")
            }
            Kind::WsFrame(frame) => frame.write_fields(out),
            Kind::Redirect { from, to, status } => {
                text(out, "from", from)?;
                text(out, "to", to)?;
                write!(out, ",\"status\":{status}")
            }
            Kind::Cookie(cookie) => {
                text(out, "name", &cookie.name)?;
                text(out, "outcome", cookie.outcome)?;
                let Some(refused) = &cookie.refused else {
                    return Ok(());
                };
                text(out, "kind", refused.kind)?;
                text(out, "message", &refused.why)?;
                text(out, "rule", refused.rule)
            }
            Kind::End(end) => write!(
                out,
                ",\"reason\":\"{}\",\"head_bytes\":{},\"body_bytes\":{},\"wire_bytes\":{},\"us\":{}",
                end.reason, end.head_bytes, end.body_bytes, end.wire_bytes, end.us
            ),
            Kind::Closed {
                by,
                kept_alive,
                why,
            } => {
                text(out, "by", by.name())?;
                write!(out, ",\"kept_alive\":{kept_alive}")?;
                text(out, "why", why)
            }
            Kind::Error {
                kind,
                message,
                exit,
            } => {
                text(out, "kind", kind)?;
                text(out, "message", message)?;
                write!(out, ",\"exit\":{exit}")
            }
        }
    }
}

fn text(out: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    json(out, name, value)
}

fn json(
    out: &mut impl Write,
    name: &str,
    value: &(impl serde::Serialize + ?Sized),
) -> io::Result<()> {
    write!(out, ",\"{name}\":")?;
    serde_json::to_writer(&mut *out, value).map_err(io::Error::from)
}

/// A number that may be unknown: unknown is left out, never 0.
fn number(out: &mut impl Write, name: &str, value: Option<u32>) -> io::Result<()> {
    match value {
        Some(value) => write!(out, ",\"{name}\":{value}"),
        None => Ok(()),
    }
}

fn headers(out: &mut impl Write, fields: &[Field]) -> io::Result<()> {
    let pairs: Vec<(&str, &str)> = fields
        .iter()
        .map(|field| (field.name.as_str(), field.value.as_str()))
        .collect();
    json(out, "headers", &pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Addr;

    fn line(kind: Kind) -> String {
        let mut out = Vec::new();
        Event { t_us: 7, kind }.write_json(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_are_json_with_the_contracts_fields() {
        for (kind, want) in [
            (
                Kind::Recv {
                    offset: 3,
                    asked: 4096,
                    bytes: 0,
                    queued: None,
                    ciphertext: None,
                    lay_us: None,
                    stamped: false,
                },
                r#"{"t_us":7,"event":"recv","offset":3,"asked":4096,"bytes":0}"#,
            ),
            (
                Kind::Recv {
                    offset: 3,
                    asked: 4096,
                    bytes: 9,
                    queued: Some(12),
                    lay_us: Some(1500),
                    stamped: true,
                    ciphertext: None,
                },
                r#"{"t_us":7,"event":"recv","offset":3,"asked":4096,"bytes":9,"queued":12,"lay_us":1500,"call":"recvmsg"}"#,
            ),
            (
                Kind::ConnectStart {
                    addr: Addr::Ip("[::1]:80".parse().unwrap()),
                },
                r#"{"t_us":7,"event":"connect_start","addr":"[::1]:80"}"#,
            ),
            (
                Kind::Chunk {
                    offset: 1,
                    size: 2,
                    extensions: ";a=\"\u{1b}\"".into(),
                },
                r#"{"t_us":7,"event":"chunk","offset":1,"size":2,"extensions":";a=\"\u001b\""}"#,
            ),
        ] {
            assert_eq!(line(kind), format!("{want}\n"));
        }
    }
}
