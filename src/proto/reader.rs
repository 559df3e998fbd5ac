//! The reader: one state machine over the pieces it is fed.
//!
//! Owns the states between heads, body and end, and the offsets. What heads, fields and
//! chunks mean stands in the files beside it.

use std::borrow::Cow;

use memchr::memchr;

use super::chunked::{Dechunker, Progress};
use super::emit::{Emit, Tally};
use super::fields::{Section, strip_line_end};
use super::framing::{self, Announced, Connection, Method};
use super::head::{PartialHead, StatusLine};
use super::opening::{EMPTY_LINES_MAX, Look, Opening, opening};
use super::{LINE_MAX, Output, text, ws};
use crate::anomaly::Kind as Deviation;
use crate::error::Error;
use crate::event::{EndMode, EndReason, Framing, Kind};

/// Reads one response, its interim heads included.
#[derive(Debug)]
pub struct Reader {
    pub(super) method: Method,
    pub(super) mode: EndMode,
    pub(super) state: State,
    /// Wire bytes received on the connection before the next one fed.
    pub(super) at: u64,
    /// Of the first byte of the head being read, empty lines before it included.
    pub(super) start: u64,
    pub(super) interim: bool,
    pub(super) connection: Connection,
    /// Content-Length, where the end mode sets it aside.
    pub(super) set_aside: Option<Announced>,
    /// 100 (Continue) came.
    pub(super) continued: bool,
    /// The request, where it asks for a WebSocket.
    pub(super) handshake: Option<Box<[u8]>>,
    /// A WebSocket follows.
    pub(super) websocket: bool,
    /// The head says that another protocol follows.
    pub(super) tunnel: bool,
    pub(super) head_bytes: u64,
    pub(super) excess_bytes: u64,
    pub(super) tally: Tally,
    /// The framing's own end has been reached.
    pub(super) complete: bool,
    pub(super) peer_closed: bool,
    pub(super) ended: Option<EndReason>,
    pub(super) fault: Option<Error>,
}

#[derive(Debug)]
pub(super) enum State {
    /// Before a head: its bytes up to the end of the status line, empty lines included.
    Opening {
        held: Vec<u8>,
    },
    Head(PartialHead),
    /// `left > 0`.
    Length {
        length: u64,
        left: u64,
    },
    Chunked(Dechunker),
    UntilClose,
    Over,
    Lost,
    Foreign(Look),
}

impl Reader {
    /// `method` as it was really sent; `offset`: wire bytes received on the connection
    /// before this response.
    pub fn new(method: &[u8], mode: EndMode, offset: u64) -> Reader {
        Reader {
            method: Method::new(method),
            mode,
            state: State::Opening { held: Vec::new() },
            at: offset,
            start: offset,
            interim: false,
            connection: (false, "the head is not complete"),
            set_aside: None,
            continued: false,
            handshake: None,
            websocket: false,
            tunnel: false,
            head_bytes: 0,
            excess_bytes: 0,
            tally: Tally::default(),
            complete: false,
            peer_closed: false,
            ended: None,
            fault: None,
        }
    }

    /// A reader whose response was read to its end before, with nothing behind it.
    pub fn answered(offset: u64) -> Reader {
        Reader {
            state: State::Over,
            complete: true,
            connection: (true, "HTTP/1.1"),
            ended: Some(EndReason::NoBody),
            ..Reader::new(b"", EndMode::Auto, offset)
        }
    }

    /// The request was this one: where it asks for a WebSocket, the 101 is held against it.
    pub fn answering(mut self, request: &[u8]) -> Reader {
        self.handshake = ws::asks(request).then(|| request.into());
        self
    }

    /// What follows the response is a WebSocket.
    pub fn websocket(&self) -> bool {
        self.websocket
    }

    /// The next bytes, cut anywhere. May be called after the end: the bytes are then
    /// excess, or body where no meaning was left.
    pub fn feed(&mut self, bytes: &[u8], out: &mut impl Output) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = self.step(rest, out);
            rest = &rest[taken..];
        }
    }

    /// As [`Reader::feed`], but bytes behind the response's own end are left for whoever
    /// reads on there; answers how many were taken.
    pub fn feed_own(&mut self, bytes: &[u8], out: &mut impl Output) -> usize {
        let mut taken = 0;
        while taken < bytes.len() && !self.complete {
            taken += self.step(&bytes[taken..], out);
        }
        taken
    }

    /// Set once the response is over.
    pub fn ended(&self) -> Option<EndReason> {
        self.ended
    }

    /// 100 (Continue) came: the request's body is welcome (RFC 9110 section 15.2.1).
    pub fn continued(&self) -> bool {
        self.continued
    }

    /// The final head is here, or what came is no HTTP.
    pub fn answers(&self) -> bool {
        !matches!(self.state, State::Opening { .. } | State::Head(_))
    }

    /// The whole response is here, in whatever end mode.
    pub fn is_whole(&self) -> bool {
        let closed = self.ended == Some(EndReason::Close) && self.fault.is_none();
        self.complete || closed
    }

    /// Wire bytes received on the connection before the next byte fed.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// What makes the exchange fail although bytes came: broken framing, not HTTP, an
    /// early end, an empty reply.
    pub fn fault(&self) -> Option<Error> {
        self.fault.clone()
    }

    /// Bytes of all heads that are over, empty lines before them included.
    pub fn head_bytes(&self) -> u64 {
        self.head_bytes
    }

    pub fn body_bytes(&self) -> u64 {
        self.tally.body
    }

    /// Bytes of chunk lines, the line ends after chunks, and trailers.
    pub fn framing_bytes(&self) -> u64 {
        self.tally.framing
    }

    /// Bytes after the end of the response: garbage, the next response, or after 101 and
    /// CONNECT the other protocol's.
    pub fn excess_bytes(&self) -> u64 {
        self.excess_bytes
    }

    /// The offset of the first excess byte, where there is one; excess goes on to the
    /// last byte fed.
    pub fn excess_start(&self) -> Option<u64> {
        (self.excess_bytes > 0).then(|| self.at - self.excess_bytes)
    }

    /// Takes some of the bytes, at least one unless the state changes.
    fn step(&mut self, rest: &[u8], out: &mut impl Output) -> usize {
        let mut emit = Emit {
            out,
            tally: &mut self.tally,
        };
        match &mut self.state {
            State::Length { left, .. } => {
                let part =
                    usize::try_from(*left).map_or(rest, |left| &rest[..left.min(rest.len())]);
                emit.body(part);
                *left -= part.len() as u64;
                let complete = *left == 0;
                self.at += part.len() as u64;
                if complete {
                    self.complete(EndReason::ContentLength);
                }
                part.len()
            }
            State::UntilClose | State::Lost => {
                emit.body(rest);
                self.at += rest.len() as u64;
                rest.len()
            }
            State::Chunked(dechunker) => {
                let taken = dechunker.feed(rest, self.at, &mut emit);
                self.at += taken as u64;
                match dechunker.progress() {
                    Progress::More => {}
                    Progress::Done => self.complete(EndReason::Chunked),
                    Progress::Lost(why) => {
                        let why = why.to_owned();
                        self.lose(why);
                    }
                }
                taken
            }
            State::Head(head) => {
                let (taken, complete) = head.section.feed(rest, self.at, &mut emit);
                self.at += taken as u64;
                if complete {
                    self.head_complete(out);
                }
                taken
            }
            State::Opening { .. } => self.opening(rest, out),
            State::Over => {
                if self.excess_bytes == 0 && !self.tunnel {
                    emit.anomaly(Deviation::ExcessBytes, self.at, "");
                }
                self.excess_bytes += rest.len() as u64;
                self.at += rest.len() as u64;
                rest.len()
            }
            State::Foreign(_) => {
                self.foreign(rest, out);
                self.at += rest.len() as u64;
                rest.len()
            }
        }
    }

    /// Up to the end of the status line. What is held may still turn out to be body.
    fn opening(&mut self, rest: &[u8], out: &mut impl Output) -> usize {
        let State::Opening { held } = &mut self.state else {
            return 0;
        };
        let mut held = std::mem::take(held);
        let before = held.len();
        let seen = if before == 0 {
            Cow::Borrowed(rest)
        } else {
            let room = EMPTY_LINES_MAX + LINE_MAX - before;
            held.extend_from_slice(&rest[..room.min(rest.len())]);
            Cow::Owned(held)
        };
        let mut emit = Emit {
            out,
            tally: &mut self.tally,
        };
        let empty = match opening(&seen) {
            Opening::Http { empty } => empty,
            Opening::Open => return self.hold(seen.into_owned(), before),
            Opening::Other if self.interim => {
                let why = emit.anomaly(
                    Deviation::BadStatusLine,
                    self.start,
                    "no status line after an interim head",
                );
                emit.body(&seen[..before]);
                return self.lose(why);
            }
            Opening::Other => {
                self.state = State::Foreign(Look::default());
                self.fault = Some(Error::NotHttp {
                    why: Deviation::NotHttp.explain().to_owned(),
                });
                self.foreign(&seen[..before], out);
                return 0;
            }
        };
        let line_start = self.start + empty as u64;
        let line_end = empty + LINE_MAX;
        let searched = before.max(empty);
        let Some(lf) = memchr(b'\n', &seen[searched..seen.len().min(line_end)]) else {
            if seen.len() < line_end {
                return self.hold(seen.into_owned(), before);
            }
            let why = emit.anomaly(Deviation::BadStatusLine, line_start, "no end within 64 KiB");
            emit.body(&seen[..before]);
            return self.lose(why);
        };
        let end = searched + lf + 1;
        empty_lines(&seen[..empty], self.start, &mut emit);
        let line = &seen[empty..end];
        let (content, bare_lf) = strip_line_end(line);
        let Some(status_line) = StatusLine::parse(content, line_start, &mut emit) else {
            let why = emit.anomaly(Deviation::BadStatusLine, line_start, text(content));
            emit.body(&seen[..before]);
            return self.lose(why);
        };
        if bare_lf {
            emit.anomaly(Deviation::BareLf, line_start + content.len() as u64, "");
        }
        self.state = State::Head(PartialHead {
            line: status_line,
            section: Section::new(line.len() as u64, Deviation::HeadTooLarge),
            offset: line_start,
        });
        self.at += (end - before) as u64;
        end - before
    }

    /// Not enough has come: all that was seen waits. `before` of it waited before.
    fn hold(&mut self, seen: Vec<u8>, before: usize) -> usize {
        let taken = seen.len() - before;
        self.state = State::Opening { held: seen };
        self.at += taken as u64;
        taken
    }

    /// The empty line is there.
    fn head_complete(&mut self, out: &mut impl Output) {
        let State::Head(mut head) = std::mem::replace(&mut self.state, State::Over) else {
            return;
        };
        let fields = head.section.take_fields();
        let mut emit = Emit {
            out,
            tally: &mut self.tally,
        };
        self.head_bytes += self.at - self.start;
        let status = head.line.status;
        if head.line.interim() {
            framing::forbidden_in_interim(head.line.status, &fields, &mut emit);
            let head = head.finish(fields, self.at, Framing::NoBody);
            emit.event(Kind::InterimHead(Box::new(head)));
            self.interim = true;
            self.continued |= status == 100;
            self.start = self.at;
            self.state = State::Opening { held: Vec::new() };
            return;
        }
        let decision = framing::decide(self.method, self.mode, &head, &fields, self.at, &mut emit);
        let switched = head.line.status == 101;
        if let Some(request) = self.handshake.take().filter(|_| switched) {
            self.websocket = true;
            if let Some(why) = ws::refuses(&request, &fields) {
                emit.anomaly(Deviation::WsHandshake, head.offset, why);
            }
        }
        emit.event(Kind::Head(Box::new(head.finish(
            fields,
            self.at,
            decision.framing,
        ))));
        self.connection = decision.connection;
        self.set_aside = decision.set_aside;
        self.tunnel = decision.tunnel;
        if let Some(why) = decision.broken {
            self.lose(why);
            return;
        }
        match decision.framing {
            Framing::NoBody if switched => self.complete(EndReason::Upgrade),
            Framing::NoBody => self.complete(EndReason::NoBody),
            Framing::Length(0) => self.complete(EndReason::ContentLength),
            Framing::Length(length) => {
                self.state = State::Length {
                    length,
                    left: length,
                }
            }
            Framing::Chunked => self.state = State::Chunked(Dechunker::new()),
            Framing::Close => self.state = State::UntilClose,
        }
    }

    /// The framing's own end. It ends the response only where the user did not ask for
    /// the peer's close or the timeout.
    fn complete(&mut self, reason: EndReason) {
        self.complete = true;
        self.state = State::Over;
        self.ended = match self.mode {
            EndMode::Auto | EndMode::Length => Some(reason),
            EndMode::Once => Some(EndReason::Once),
            EndMode::Close | EndMode::Timeout => None,
        };
    }

    /// No meaning is left: all that follows is passed on as it comes.
    fn lose(&mut self, why: String) -> usize {
        self.state = State::Lost;
        self.ended = Some(EndReason::Error);
        self.fault = Some(Error::Malformed { why });
        0
    }

    /// Bytes of no HTTP: body, named as soon as they can be.
    fn foreign(&mut self, bytes: &[u8], out: &mut impl Output) {
        let State::Foreign(look) = &mut self.state else {
            return;
        };
        let mut emit = Emit {
            out,
            tally: &mut self.tally,
        };
        let mut rest = bytes;
        if let Some(seen) = look.take(bytes) {
            emit.body(&bytes[..seen]);
            rest = &bytes[seen..];
            if let Some(why) = look.name(self.start, &mut emit) {
                self.fault = Some(Error::NotHttp { why });
            }
        }
        emit.body(rest);
    }
}

fn empty_lines<O: Output>(bytes: &[u8], start: u64, emit: &mut Emit<'_, O>) {
    let mut at = start;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        emit.anomaly(Deviation::LeadingEmptyLine, at, "");
        at += line.len() as u64;
    }
}
