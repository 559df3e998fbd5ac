//! When each phase of an exchange began and ended.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    #[default]
    Idle,
    Resolving,
    Connecting,
    /// What a proxy is told before HTTP can begin.
    Proxying,
    /// The TLS handshake.
    Securing,
    Sending,
    /// All is sent, no byte is back.
    Waiting,
    Receiving,
    Ended,
}

/// When each phase began and ended, in microseconds; `end` is `None` while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    pub resolve: Option<Span>,
    pub connect: Option<Span>,
    pub proxy: Option<Span>,
    pub tls: Option<Span>,
    pub send: Option<Span>,
    pub wait: Option<Span>,
    pub receive: Option<Span>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub from: u64,
    pub to: Option<u64>,
}

impl Spans {
    /// In the order they run in.
    pub fn named(&self) -> [(&'static str, Option<Span>); 7] {
        [
            ("resolve", self.resolve),
            ("connect", self.connect),
            ("proxy", self.proxy),
            ("tls", self.tls),
            ("send", self.send),
            ("wait", self.wait),
            ("receive", self.receive),
        ]
    }
}

impl Span {
    /// How long it took by now, microseconds of the exchange's clock.
    pub fn us_by(&self, now_us: u64) -> u64 {
        self.to.unwrap_or(now_us).saturating_sub(self.from)
    }

    /// How long it took; 0 while it runs.
    pub fn us(&self) -> u64 {
        self.to.unwrap_or(self.from).saturating_sub(self.from)
    }
}

/// A time for people: `840 µs`, `12 ms`, `2.0 s`.
pub fn secs(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{} s", us / 1_000_000, us / 100_000 % 10),
    }
}

pub(super) fn close(span: &mut Option<Span>, t: u64) {
    if let Some(span) = span {
        span.to.get_or_insert(t);
    }
}
