//! `-v`: the exchange as it happens, on standard error.
//!
//! Owns the lines' order and marks; how a call reads is [`crate::view::calls`]'s.
//!
//! ```text
//! 0.000781 connect([::1]:8080) = 0       a call, with the seconds since the start
//! > GET / HTTP/1.1                       the request, as it is sent
//! < HTTP/1.1 200 OK                      heads and trailers, as they came
//! ! bare_lf at byte 15: …                a deviation from the standard
//! ended: …                               why it is over
//! ```
//! CR LF at a line's end is not shown; any other byte that a terminal would not show is.

use crate::anomaly::Anomaly;
use crate::event::{Event, Kind};
use crate::exchange::Exchange;
use crate::view::calls;
use crate::view::safe::{safe, safe_bytes};

use super::destination::Destination;

/// Bytes of a request's body that are shown; who sends more knows what it is.
const BODY_SHOWN: usize = 4096;

#[derive(Debug)]
pub struct Verbose {
    to: Destination,
}

impl Verbose {
    pub fn new(to: Destination) -> Verbose {
        Verbose { to }
    }

    /// What there is to say of an event by itself. `host` is what was looked up.
    pub fn event(&mut self, event: &Event, host: &str) {
        if let Kind::Anomaly(anomaly) = &event.kind {
            return self.anomaly(anomaly);
        }
        let Some(call) = calls::call_line(&event.kind, host) else {
            return;
        };
        let seconds = event.t_us / 1_000_000;
        let micros = event.t_us % 1_000_000;
        let note = calls::note(&event.kind);
        let line = format!("{seconds}.{micros:06} {call}  {note}");
        self.line(line.trim_end());
    }

    /// The bytes that go out now.
    pub fn request(&mut self, request: &[u8]) {
        let head = memchr::memmem::find(request, b"\r\n\r\n").map_or(request.len(), |at| at + 4);
        let shown = request.len().min(head.saturating_add(BODY_SHOWN));
        self.lines('>', &request[..shown]);
        if shown < request.len() {
            self.line(&format!("> … {} bytes more", request.len() - shown));
        }
    }

    /// Head or trailer lines as received.
    pub fn head(&mut self, bytes: &[u8]) {
        self.lines('<', bytes);
    }

    fn anomaly(&mut self, anomaly: &Anomaly) {
        self.line(&format!(
            "! {} at byte {}{}: {} ({})",
            anomaly.kind.name(),
            anomaly.offset,
            if anomaly.sent { " sent" } else { "" },
            safe(&anomaly.message()),
            anomaly.kind.rule(),
        ));
    }

    /// What is worth knowing before anything happens.
    pub fn note(&mut self, words: &str) {
        self.line(&safe(words));
    }

    /// Why the exchange is over.
    pub fn verdict(&mut self, exchange: &Exchange) {
        if let Some(verdict) = exchange.verdict() {
            self.line(&safe(&verdict.line()));
        }
    }

    pub fn waiting(&mut self) {
        self.said(|to| to.waiting(true));
    }

    fn lines(&mut self, mark: char, bytes: &[u8]) {
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let line = line.strip_suffix(b"\r\n").unwrap_or(line);
            self.line(&format!("{mark} {}", safe_bytes(line)));
        }
    }

    fn line(&mut self, line: &str) {
        self.said(|to| to.write(line.as_bytes()).and_then(|()| to.write(b"\n")));
    }

    /// A closed standard error is no reason to stop fetching.
    fn said(&mut self, say: impl FnOnce(&mut Destination) -> crate::error::Result<()>) {
        let _ = say(&mut self.to);
    }
}
