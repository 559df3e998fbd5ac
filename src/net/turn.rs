//! The requests of one exchange and their responses on one connection, and what may
//! become of the connection after them.
//!
//! Owns which response the next byte belongs to, and the rules of RFC 9112 section 9 that
//! depend on the request, and on how sending and receiving went; those that the response
//! decides are [`Reader::persistent`]'s.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::event::{Addr, Direction, EndMode, EndReason, Kind};
use crate::net::pool::Connection;
use crate::net::talk::Hand;
use crate::net::{Control, tls};
use crate::plan::Plan;
use crate::proto::{Output, Reader, ws};
use crate::request::{self, split};

/// RFC 9110 section 9.2.2.
const IDEMPOTENT: &[&[u8]] = &[b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"];

/// What an exchange left, for [`crate::net::resume`].
#[derive(Clone, Debug)]
pub struct Resume {
    /// The two ends of the connection, by which it is found again.
    pub local: Addr,
    pub peer: Addr,
    /// So much of the plan's request is sent already.
    pub sent: usize,
    /// Responses that are whole, and what all together came to.
    pub answers: u32,
    pub wire_bytes: u64,
    pub head_bytes: u64,
    pub body_bytes: u64,
}

/// What was asked on one connection, and what came.
pub(super) struct Turn {
    pub connection: Connection,
    /// Of the response that is coming, or came last.
    pub reader: Reader,
    /// A WebSocket's, once there is one.
    frames: Option<ws::Frames>,
    end: EndMode,
    request: Arc<[u8]>,
    /// Methods of the requests behind the one that the reader's response is to.
    asked: VecDeque<Vec<u8>>,
    /// Responses before the reader's.
    before: Before,
    /// Wire bytes received on the connection before this exchange.
    from: u64,
    /// Where in `stream` this exchange's sending begins: behind what was sent before.
    pub begins: usize,
    /// All that was sent, or will be, where more than the plan's request is.
    stream: Vec<u8>,
    pub sent_whole: bool,
    /// `shutdown(SHUT_WR)` was called.
    pub half_closed: bool,
    /// `recv()` answered 0.
    pub peer_closed: bool,
    /// Where the user's hand leaves to this thread what is to be sent.
    pub hand: Option<Hand>,
    /// The user closed the connection.
    hung_up: bool,
    /// After 101 the connection is talked on.
    talks: bool,
    /// No further response is waited for, whatever was asked.
    stopped: bool,
    /// Why it was stopped between two responses.
    cut: Option<EndReason>,
}

/// What the responses amount to that are over.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    count: u32,
    head_bytes: u64,
    body_bytes: u64,
}

impl Turn {
    pub fn new(plan: &Plan, connection: Connection) -> Turn {
        // The first message is a request, whatever it looks like.
        let asked = asked(&plan.request, 1);
        Turn {
            reader: Reader::new(
                request::method(&plan.request),
                mode(plan.options.end, &asked),
                connection.received,
            )
            .answering(&plan.request),
            frames: None,
            end: plan.options.end,
            request: plan.request.clone(),
            asked,
            before: Before::default(),
            from: connection.received,
            begins: 0,
            stream: Vec::new(),
            hand: None,
            hung_up: false,
            talks: plan.talk,
            sent_whole: false,
            half_closed: false,
            peer_closed: false,
            stopped: false,
            cut: None,
            connection,
        }
    }

    /// An exchange that had ended, with more to send.
    pub fn resumed(plan: &Plan, resume: &Resume, connection: Connection) -> Turn {
        let mut turn = Turn::new(plan, connection);
        let at = turn.connection.received;
        turn.from = at.saturating_sub(resume.wire_bytes);
        turn.begins = resume.sent;
        turn.before = Before {
            count: resume.answers,
            head_bytes: resume.head_bytes,
            body_bytes: resume.body_bytes,
        };
        turn.stream = plan.request.to_vec();
        turn.asked = asked(&turn.stream, turn.before.count);
        turn.before.count = turn.before.count.saturating_sub(1);
        turn.reader = Reader::answered(at);
        turn
    }

    /// What the user said meanwhile, by a thread of its own.
    pub fn hear(&mut self, control: &Control) {
        let Some(said) = control.take_said() else {
            return;
        };
        if self.stream.is_empty() {
            // The plan's request, as far as the responses to it are still to come.
            self.stream = self.request.to_vec();
        }
        self.stream.extend_from_slice(&said);
        self.asked = asked(&self.stream, self.before.count + 1);
    }

    /// The user closed the connection: what was waited for no longer is.
    pub fn hang_up(&mut self, out: &mut impl Output) {
        self.hung_up = true;
        self.stop(EndReason::Cancelled, out);
    }

    /// Wire bytes of this exchange so far.
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

    pub fn head_bytes(&self) -> u64 {
        self.before.head_bytes + self.reader.head_bytes()
    }

    pub fn body_bytes(&self) -> u64 {
        self.before.body_bytes + self.reader.body_bytes()
    }

    /// Nothing more is waited for; where the connection is talked on, not even by the user.
    pub fn over(&self, control: &Control) -> bool {
        self.ends() && !(self.can_go_on() && self.talked_on(control))
    }

    /// Neither side has closed, and what came has a meaning: there could be more.
    pub fn can_go_on(&self) -> bool {
        !self.stopped && !self.peer_closed && self.reader.fault().is_none()
    }

    /// The user talks on the connection, or may: after 101 it is a stream both ways.
    pub fn talked_on(&self, control: &Control) -> bool {
        control.held() || (self.talks && self.reader.ended() == Some(EndReason::Upgrade))
    }

    fn ends(&self) -> bool {
        let Some(reason) = self.reader.ended() else {
            return false;
        };
        let waits_on = match self.end {
            // These ends come from outside, whatever the responses say.
            EndMode::Close | EndMode::Timeout => reason != EndReason::Error && !self.peer_closed,
            EndMode::Auto | EndMode::Length | EndMode::Once => self.goes_on(),
        };
        self.stopped || !waits_on
    }

    /// Another response is to come on this connection.
    fn goes_on(&self) -> bool {
        !self.asked.is_empty() && self.reader.persistent().0
    }

    /// Bytes of one `recv()`: of the response that is coming, and where it ends among
    /// them, of the next one that was asked for.
    pub fn take(&mut self, bytes: &[u8], out: &mut impl Output) {
        let mut rest = bytes;
        while !self.asked.is_empty() && !rest.is_empty() {
            let taken = self.reader.feed_own(rest, out);
            rest = &rest[taken..];
            if rest.is_empty() || !self.goes_on() {
                break;
            }
            self.next(out);
        }
        let own = self.reader.feed_own(rest, out);
        let rest = rest.get(own..).unwrap_or_default();
        if let Some(frames) = self.frames() {
            frames.feed(rest, out);
        }
        self.reader.feed(rest, out);
        if self.end == EndMode::Once && self.reader.ended() != Some(EndReason::Error) {
            self.stop(EndReason::Once, out);
            self.cut = Some(EndReason::Once);
        }
    }

    /// The frames received, where a WebSocket follows the response.
    fn frames(&mut self) -> Option<&mut ws::Frames> {
        let at = self.reader.at();
        let frames = || ws::Frames::new(Direction::Received, at);
        let websocket = self.reader.websocket();
        websocket.then(|| self.frames.get_or_insert_with(frames))
    }

    pub fn is_websocket(&self) -> bool {
        self.reader.websocket()
    }

    /// The peer closed: `recv()` answered 0.
    pub fn take_close(&mut self, out: &mut impl Output) {
        match self.end {
            EndMode::Close | EndMode::Timeout if self.reader.ended().is_some() => {
                self.cut = Some(EndReason::Close);
            }
            // The next response is as empty as a first one would be.
            _ if self.reader.ended().is_some() && self.goes_on() => self.renew(),
            _ => {}
        }
        self.peer_closed = true;
        if let Some(frames) = self.frames() {
            frames.end(out);
        }
        self.reader.feed_eof(out);
    }

    /// It ends here, for a reason from outside.
    pub fn stop(&mut self, reason: EndReason, out: &mut impl Output) {
        if !self.ends() {
            self.cut = Some(reason);
        }
        self.stopped = true;
        self.reader.stop(reason, out);
    }

    /// Why the last response ended, or nothing more was waited for.
    pub fn ended(&self) -> Option<EndReason> {
        self.cut.or(self.reader.ended())
    }

    fn next(&mut self, out: &mut impl Output) {
        self.renew();
        out.event(Kind::Answer {
            number: self.before.count + 1,
            offset: self.reader.at(),
        });
    }

    /// A reader for the next response, from where the last one ended.
    fn renew(&mut self) {
        let Some(method) = self.asked.pop_front() else {
            return;
        };
        self.before.count += 1;
        self.before.head_bytes += self.reader.head_bytes();
        self.before.body_bytes += self.reader.body_bytes();
        let mode = mode(self.end, &self.asked);
        self.reader = Reader::new(&method, mode, self.reader.at());
    }

    /// How many requests were sent and how many have a whole response; `None` where one
    /// alone was sent.
    pub fn answered(&self) -> Option<Kind> {
        let waiting = u32::try_from(self.asked.len()).unwrap_or(u32::MAX);
        let requests = self.before.count.saturating_add(1).saturating_add(waiting);
        let answers = self.before.count + u32::from(self.reader.is_whole());
        (requests > 1).then_some(Kind::Answered { answers, requests })
    }

    /// A kept connection that died before one byte of the response came had most likely
    /// died while it was idle. RFC 9112 section 9.3.1: the request may then be repeated,
    /// unless doing it twice could differ from doing it once.
    pub fn is_stale(&self, plan: &Plan, outcome: &Result<()>) -> bool {
        let died =
            self.peer_closed || matches!(outcome, Err(Error::Send { .. } | Error::Recv { .. }));
        let idempotent = IDEMPOTENT.contains(&request::method(&plan.request))
            && self
                .asked
                .iter()
                .all(|method| IDEMPOTENT.contains(&method.as_slice()));
        self.connection.exchanges > 1 && self.received() == 0 && died && idempotent
    }

    /// Whether the connection may serve another exchange, and why or why not.
    pub fn may_go_on(&self, plan: &Plan, outcome: &Result<()>) -> (bool, &'static str) {
        match outcome {
            _ if self.hung_up => (false, "the user closed it"),
            _ if self.peer_closed => (false, "the peer closed it"),
            Err(Error::Cancelled) => (false, "the exchange was cancelled"),
            Err(Error::Timeout { .. }) => (false, "the response may still come"),
            Err(_) => (false, "the exchange failed"),
            Ok(()) if !self.sent_whole => (false, "the request was not sent whole"),
            Ok(()) if self.half_closed => (false, "our direction was shut down"),
            Ok(()) if !plan.options.reuse => (false, "no connection is to be kept"),
            Ok(()) if asks_to_close(&plan.request) => (false, "the request said close"),
            Ok(()) if self.goes_on() => (false, "another response may still come"),
            Ok(()) => self.reader.persistent(),
        }
    }
}

/// The methods of the requests in what is sent, behind so many that are answered or being
/// answered. The first one is one whatever it looks like.
fn asked(sent: &[u8], answered: u32) -> VecDeque<Vec<u8>> {
    split(sent)
        .into_iter()
        .enumerate()
        .filter(|(number, message)| *number == 0 || message.whole)
        .skip(usize::try_from(answered).unwrap_or(usize::MAX))
        .map(|(_, message)| request::method(&sent[message.bytes]).to_vec())
        .collect()
}

/// How a response is read: where another is to follow it, only its own framing says where
/// that one begins.
fn mode(end: EndMode, behind: &VecDeque<Vec<u8>>) -> EndMode {
    match end {
        EndMode::Close | EndMode::Timeout | EndMode::Once if !behind.is_empty() => EndMode::Auto,
        mode => mode,
    }
}

/// RFC 9112 section 9.6: whoever has sent `Connection: close` sends nothing more there.
fn asks_to_close(requests: &[u8]) -> bool {
    split(requests)
        .into_iter()
        .any(|message| one_asks_to_close(&requests[message.bytes]))
}

fn one_asks_to_close(request: &[u8]) -> bool {
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
