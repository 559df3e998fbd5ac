//! Short builders of events, for the tables of the fold, the verdict and the exports.

use crate::event::{Addr, Closer, End, EndMode, EndReason, Event, Field, Framing, Head, Kind};
use crate::exchange::Exchange;

/// Folds `(t_us, kind)` rows.
pub(crate) fn fold(mode: EndMode, request_len: u64, rows: &[(u64, Kind)]) -> Exchange {
    let mut exchange = Exchange::new(mode, request_len);
    for (t_us, kind) in rows {
        exchange.apply(Event {
            t_us: *t_us,
            kind: kind.clone(),
        });
    }
    exchange
}

pub(crate) fn addr(text: &str) -> Addr {
    Addr::Ip(text.parse().unwrap())
}

pub(crate) fn resolving() -> Kind {
    Kind::ResolveStart {
        host: "localhost".to_owned(),
        port: 8080,
    }
}

pub(crate) fn resolved(addrs: &[&str]) -> Kind {
    Kind::Resolved {
        addrs: addrs.iter().map(|addr| addr.parse().unwrap()).collect(),
        us: 0,
        given: false,
    }
}

pub(crate) fn connecting(to: &str) -> Kind {
    Kind::ConnectStart { addr: addr(to) }
}

pub(crate) fn connected(to: &str) -> Kind {
    Kind::Connected {
        local: addr("127.0.0.1:50000"),
        peer: addr(to),
        us: 0,
    }
}

pub(crate) fn refused(to: &str) -> Kind {
    Kind::ConnectFailed {
        addr: addr(to),
        error: "Connection refused".to_owned(),
        us: 0,
    }
}

pub(crate) fn reused(exchange: u32) -> Kind {
    Kind::Reused {
        local: addr("127.0.0.1:50000"),
        peer: addr("127.0.0.1:8080"),
        exchange,
        idle_us: 0,
    }
}

/// `send(offered) = sent`.
pub(crate) fn send(offset: u64, offered: u32, sent: u32) -> Kind {
    Kind::Send {
        offset,
        offered,
        sent,
        ciphertext: None,
    }
}

/// `recv(asked) = bytes`.
pub(crate) fn recv(offset: u64, asked: u32, bytes: u32) -> Kind {
    Kind::Recv {
        offset,
        asked,
        bytes,
        queued: None,
        ciphertext: None,
        lay_us: None,
        stamped: false,
    }
}

/// A head that starts at wire offset 0.
pub(crate) fn head(status: u16, bytes: u64, framing: Framing, fields: &[(&str, &str)]) -> Kind {
    Kind::Head(Box::new(raw_head(status, 0, bytes, framing, fields)))
}

pub(crate) fn raw_head(
    status: u16,
    offset: u64,
    bytes: u64,
    framing: Framing,
    fields: &[(&str, &str)],
) -> Head {
    let field = |&(name, value): &(&str, &str)| Field {
        name: name.into(),
        value: value.into(),
        offset: 0,
        len: 0,
    };
    Head {
        version: "HTTP/1.1".to_owned(),
        status,
        reason: String::new(),
        fields: fields.iter().map(field).collect(),
        offset,
        bytes,
        framing,
    }
}

pub(crate) fn chunk(size: u64) -> Kind {
    Kind::Chunk {
        offset: 0,
        size,
        extensions: "".into(),
    }
}

pub(crate) fn end(reason: EndReason) -> Kind {
    Kind::End(End {
        reason,
        head_bytes: 0,
        body_bytes: 0,
        wire_bytes: 0,
        us: 0,
    })
}

pub(crate) fn closed(by: Closer, why: &'static str) -> Kind {
    Kind::Closed {
        by,
        kept_alive: false,
        why,
    }
}

pub(crate) fn kept() -> Kind {
    Kind::Closed {
        by: Closer::Us,
        kept_alive: true,
        why: "HTTP/1.1 keeps it",
    }
}

pub(crate) fn error(kind: &'static str, message: &str) -> Kind {
    Kind::Error {
        kind,
        message: message.to_owned(),
        exit: 1,
    }
}

/// `send(n) = n`.
pub(crate) fn sent(offset: u64, n: u32) -> Kind {
    send(offset, n, n)
}

/// A Content-Length body of three recvs behind a head of its own.
pub(crate) fn drip() -> Vec<(u64, Kind)> {
    let length = Framing::Length(30);
    vec![
        (0, resolving()),
        (10, resolved(&["127.0.0.1"])),
        (12, connecting("127.0.0.1:8080")),
        (20, connected("127.0.0.1:8080")),
        (25, send(0, 63, 63)),
        (40, recv(0, 4096, 50)),
        (40, head(200, 50, length, &[("Content-Length", "30")])),
        (200, recv(50, 4096, 10)),
        (200, Kind::Body { bytes: 10 }),
        (400, recv(60, 4096, 10)),
        (400, Kind::Body { bytes: 10 }),
        (600, recv(70, 4096, 10)),
        (600, Kind::Body { bytes: 10 }),
        (601, end(EndReason::ContentLength)),
        (602, kept()),
    ]
}
