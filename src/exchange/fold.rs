//! The fold: what each event changes in an exchange.
//!
//! Owns the rule for every event, and that the past can be folded again beyond what the log
//! keeps. What the fields mean is said where they are declared.

use super::spans::close;
use super::{
    ANOMALIES_KEPT, Attempt, Calls, Ciphertext, Closed, Exchange, Failure, Ledger, Phase, Rate,
    Span, Upgraded,
};
use crate::event::{Addr, Call, Direction, Event, Head, Kind};

/// So many interim heads of a response are kept, as far as they lie in its first MiB: a
/// server can send them for ever. The Wire view has the others.
const INTERIM_KEPT: usize = 64;
const INTERIM_BYTES: u64 = 1 << 20;

impl Exchange {
    /// The fold.
    pub fn apply(&mut self, event: Event) {
        let body_before = self.fold(&event);
        self.log.push(event, body_before);
        if self.log.first_ends() {
            // Its log's own events are not copied for that.
            let log = std::mem::take(&mut self.log);
            let mut behind = self.clone();
            behind.log = log.counts();
            self.log = log;
            self.behind = Some(Box::new(behind));
        }
        while let Some(gone) = self.log.overflow() {
            if let Some(behind) = &mut self.behind {
                let body_before = behind.fold(&gone);
                behind.log.pass(&gone, body_before);
            }
        }
    }

    /// What an event changes in the fields; answers the body bytes that lie before it.
    fn fold(&mut self, event: &Event) -> u64 {
        let t = event.t_us;
        // A recv's body bytes follow it, a chunk's may be told before or after it.
        let body_before = self.start.body.saturating_add(match event.kind {
            Kind::Chunk { .. } => self.chunks.bytes,
            _ => self.body_bytes,
        });
        match &event.kind {
            Kind::ResolveStart { host, .. } => {
                self.host = host.clone();
                // The target's name for a SOCKS proxy is looked up on the way.
                if self.phase != Phase::Proxying {
                    self.phase = Phase::Resolving;
                    self.spans.resolve = Some(Span { from: t, to: None });
                }
            }
            Kind::Resolved { addrs, .. } => {
                self.addrs.clone_from(addrs);
                close(&mut self.spans.resolve, t);
            }
            Kind::Socket(socket) => self.socket = Some((**socket).clone()),
            Kind::ConnectStart { addr } => {
                self.phase = Phase::Connecting;
                self.spans.connect.get_or_insert(Span { from: t, to: None });
                self.attempts.push(Attempt {
                    addr: addr.clone(),
                    span: Span { from: t, to: None },
                    outcome: None,
                });
            }
            Kind::Connected { local, peer, .. } => {
                self.outcome(peer, t, Ok(()));
                close(&mut self.spans.connect, t);
                self.connected(local, peer, 1, t);
                self.greets(t);
            }
            Kind::ConnectFailed { addr, error, .. } => self.outcome(addr, t, Err(error.clone())),
            Kind::Reused {
                local,
                peer,
                exchange,
                ..
            } => self.connected(local, peer, *exchange, t),
            Kind::NotReused { why, .. } => self.not_reused = Some(why),
            Kind::Send {
                offset,
                offered,
                sent,
                ciphertext,
            } => {
                if self.sends.count == 0 {
                    self.sent_base = *offset;
                }
                self.sends.add(*sent, sent < offered);
                self.ciphertext.sent += u64::from(ciphertext.unwrap_or(0));
                self.dialogue.sent(u64::from(*sent));
                if self.sends.bytes >= self.request_len && self.phase == Phase::Sending {
                    self.phase = Phase::Waiting;
                    close(&mut self.spans.send, t);
                    self.spans.wait = Some(Span { from: t, to: None });
                }
            }
            Kind::Recv {
                offset,
                asked,
                bytes,
                ciphertext,
                ..
            } => {
                if self.recvs.count == 0 {
                    self.wire_base = *offset;
                }
                if self.phase < Phase::Receiving {
                    self.phase = Phase::Receiving;
                    close(&mut self.spans.send, t);
                    close(&mut self.spans.wait, t);
                    self.spans.receive = Some(Span { from: t, to: None });
                }
                self.recvs
                    .add(*bytes, ciphertext.unwrap_or(*bytes) < *asked);
                self.ciphertext.received += u64::from(ciphertext.unwrap_or(0));
                self.dialogue.received(u64::from(*bytes));
                self.rate.add(t, u64::from(*bytes));
                self.last_asked = *asked;
                if *bytes > 0 {
                    self.last_byte_us = Some(t);
                    self.silence(t.saturating_sub(self.log.last_call_us()));
                }
            }
            Kind::WouldBlock { call, waited_us } => {
                self.would_block += 1;
                if *call == Call::Recv {
                    self.silence(*waited_us);
                }
            }
            Kind::Proxy(_)
            | Kind::ProxyConnect { .. }
            | Kind::ProxySend { .. }
            | Kind::ProxyRecv { .. }
            | Kind::ProxyHead(_)
            | Kind::ProxyDone { .. } => self.proxied(&event.kind, t),
            Kind::TlsStart { .. } if self.phase == Phase::Proxying => {}
            Kind::TlsDone(tls) if self.phase == Phase::Proxying => self.proxy_tls(tls),
            Kind::TlsStart { .. } => {
                self.phase = Phase::Securing;
                self.spans.send = None;
                self.spans.tls = Some(Span { from: t, to: None });
            }
            Kind::TlsSend { sent, .. } => self.ciphertext.sent += u64::from(*sent),
            Kind::TlsRecv { bytes, .. } => self.ciphertext.received += u64::from(*bytes),
            Kind::TlsDone(tls) => {
                self.tls = Some(tls.clone());
                close(&mut self.spans.tls, t);
                self.may_send(t);
            }
            Kind::TlsFailed(tls) => {
                self.tls = Some(tls.clone());
                close(&mut self.spans.tls, t);
            }
            Kind::TlsRecord(records) => self.ledger.add(records),
            Kind::TlsAlert(alert) => {
                if alert.direction == Direction::Received {
                    self.alert = Some(alert.clone());
                }
            }
            Kind::CallFailed { call, errno, .. } => self.failed_call = Some((*call, errno)),
            Kind::Queues(queues) => {
                self.queues = Some(**queues);
                self.levels.add(t, self.queues, self.peer_queues);
            }
            Kind::PeerQueues(queues) => {
                self.peer_queues = Some(**queues);
                self.levels.add(t, self.queues, self.peer_queues);
            }
            Kind::InterimHead(head) => {
                self.head_bytes = self.past(head);
                let bytes = self.head_bytes.saturating_sub(self.start.wire);
                if self.interim.len() < INTERIM_KEPT && bytes <= INTERIM_BYTES {
                    self.interim.push((**head).clone());
                }
            }
            Kind::Head(head) => {
                self.head_bytes = self.past(head);
                if head.status == 101 {
                    self.upgraded = Some(Upgraded {
                        wire: self.head_bytes,
                        sent: self.dialogue.sent_by(self.head_bytes),
                    });
                }
                self.head = Some((**head).clone());
            }
            Kind::Body { bytes } => self.body_bytes += bytes,
            Kind::Chunk { size, .. } => {
                self.chunks.count += 1;
                self.chunks.largest = self.chunks.largest.max(*size);
                self.chunks.bytes = self.chunks.bytes.saturating_add(*size);
                self.chunks.complete = *size == 0;
            }
            Kind::Trailers { headers } => self.trailers.clone_from(headers),
            Kind::Anomaly(anomaly) => {
                self.anomaly_count += 1;
                if self.anomalies.len() < ANOMALIES_KEPT {
                    self.anomalies.push((**anomaly).clone());
                }
            }
            Kind::End(end) => {
                self.phase = Phase::Ended;
                for span in [
                    &mut self.spans.resolve,
                    &mut self.spans.connect,
                    &mut self.spans.proxy,
                    &mut self.spans.tls,
                    &mut self.spans.send,
                    &mut self.spans.wait,
                    &mut self.spans.receive,
                ] {
                    close(span, t);
                }
                self.end = Some(*end);
            }
            Kind::Closed {
                by,
                kept_alive,
                why,
            } => {
                self.closed = Some(Closed {
                    by: *by,
                    kept_alive: *kept_alive,
                    why,
                });
            }
            Kind::Error {
                kind,
                message,
                exit,
            } => {
                self.error = Some(Failure {
                    kind,
                    message: message.clone(),
                    exit: *exit,
                });
            }
            Kind::Resumed { .. } => {
                (self.end, self.closed, self.error, self.answered) = Default::default();
                self.phase = Phase::Receiving;
            }
            Kind::Answer { offset, .. } => self.next_answer(t, *offset),
            Kind::Answered { answers, requests } => self.answered = Some((*answers, *requests)),
            Kind::WsFrame(frame) => self.frames.add(t, **frame),
            Kind::Cookie(cookie) => self.cookies.push((**cookie).clone()),
            Kind::Bound { .. }
            | Kind::BoundToDevice { .. }
            | Kind::OptionRefused { .. }
            | Kind::Held { .. }
            | Kind::HalfClosed
            | Kind::Unsent { .. }
            | Kind::Redirect { .. } => {}
        }
        body_before
    }

    fn connected(&mut self, local: &Addr, peer: &Addr, exchange: u32, t: u64) {
        self.local = Some(local.clone());
        self.peer = Some(peer.clone());
        self.on_connection = exchange;
        // A kept connection that turned out dead is followed by a new one: the request
        // goes out again from its first byte, and the offsets start anew.
        self.sends = Calls::default();
        self.recvs = Calls::default();
        self.dialogue = Default::default();
        self.rate = Rate::default();
        self.ciphertext = Ciphertext::default();
        self.ledger = Ledger::default();
        self.may_send(t);
    }

    pub(super) fn may_send(&mut self, t: u64) {
        self.phase = Phase::Sending;
        self.spans.send = Some(Span { from: t, to: None });
        if self.request_len == 0 {
            self.phase = Phase::Waiting;
            close(&mut self.spans.send, t);
            self.spans.wait = Some(Span { from: t, to: None });
        }
    }

    /// Wire bytes of this exchange up to the end of a head.
    fn past(&self, head: &Head) -> u64 {
        (head.offset.saturating_add(head.bytes)).saturating_sub(self.wire_base)
    }

    fn silence(&mut self, us: u64) {
        self.longest_silence_us = self.longest_silence_us.max(us);
    }

    fn outcome(&mut self, addr: &Addr, t: u64, outcome: Result<(), String>) {
        let attempt = self
            .attempts
            .iter_mut()
            .rev()
            .find(|attempt| attempt.addr == *addr && attempt.outcome.is_none());
        if let Some(attempt) = attempt {
            attempt.span.to = Some(t);
            attempt.outcome = Some(outcome);
        }
    }
}
