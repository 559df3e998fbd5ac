//! How a response ends from outside: the peer's close, a timeout, a cancel; and whether
//! the connection may serve another.
//!
//! Owns what is made of a head, a body or chunks that stop half-way. The framing's own
//! end is [`super::reader`]'s.

use super::Output;
use super::emit::Emit;
use super::framing::Announced;
use super::reader::{Reader, State};
use crate::anomaly::Kind as Deviation;
use crate::error::Error;
use crate::event::{EndReason, Framing, Kind};

/// What was not complete when nothing more came.
enum Cut {
    No,
    Nothing,
    StatusLine,
    /// Interim heads came, and no whole final status line.
    Interim,
    Head,
    /// And where, in words.
    Body(String),
}

impl Reader {
    /// The peer closed: `recv()` answered 0.
    pub fn feed_eof(&mut self, out: &mut impl Output) {
        self.peer_closed = true;
        if self.ended.is_some() {
            return;
        }
        let cut = self.wind_up(out);
        let mut emit = Emit {
            out,
            tally: &mut self.tally,
        };
        let (reason, fault) = match cut {
            Cut::Nothing => (EndReason::Error, Some(Error::EmptyReply)),
            Cut::StatusLine => {
                let why = emit.anomaly(Deviation::HeadCut, self.at, "no whole status line");
                (EndReason::Error, Some(Error::NoHead { why }))
            }
            Cut::Interim => {
                let why = emit.anomaly(Deviation::HeadCut, self.at, "interim heads only");
                (EndReason::Error, Some(Error::NoHead { why }))
            }
            Cut::Head => {
                let why = emit.anomaly(Deviation::HeadCut, self.at, "");
                (EndReason::Close, Some(Error::EndedEarly { why }))
            }
            Cut::Body(place) => {
                let why = emit.anomaly(Deviation::BodyCut, self.at, place);
                (EndReason::Close, Some(Error::EndedEarly { why }))
            }
            Cut::No => (EndReason::Close, None),
        };
        self.compare_length(out);
        self.ended = Some(reason);
        self.fault = self.fault.take().or(fault);
    }

    /// It ends here for a reason from outside (timeout, once, cancelled, error). A head
    /// that is not complete is given as far as it came.
    pub fn stop(&mut self, reason: EndReason, out: &mut impl Output) {
        if self.ended.is_some() {
            return;
        }
        self.wind_up(out);
        if reason == EndReason::Timeout {
            self.compare_length(out);
        }
        self.ended = Some(reason);
    }

    /// May the connection serve another exchange (RFC 9112 section 9.3)? And why or why
    /// not, in a few words. By the response alone: a request with `Connection: close`
    /// ends the connection all the same.
    pub fn persistent(&self) -> (bool, &'static str) {
        let no = |why| (false, why);
        match self.state {
            State::Lost => return no("the framing has no meaning left"),
            State::Foreign(_) => return no("this is not HTTP/1"),
            State::UntilClose => return no("only the close ends this response"),
            _ => {}
        }
        if self.peer_closed {
            no("the peer closed it")
        } else if self.tunnel {
            no("it speaks another protocol now")
        } else if !self.complete {
            no("the response is not over")
        } else if self.excess_bytes > 0 {
            no("bytes came after the end of the response")
        } else {
            self.connection
        }
    }

    /// Nothing more comes: what is half there is given as far as it came.
    fn wind_up(&mut self, out: &mut impl Output) -> Cut {
        let mut emit = Emit {
            out,
            tally: &mut self.tally,
        };
        match std::mem::replace(&mut self.state, State::Over) {
            State::Opening { .. } => {
                let came = self.at - self.start;
                self.head_bytes += came;
                match came {
                    0 if self.interim => Cut::Interim,
                    0 => Cut::Nothing,
                    _ => Cut::StatusLine,
                }
            }
            State::Head(mut head) => {
                let fields = head.section.take_fields();
                self.head_bytes += self.at - self.start;
                let interim = head.line.interim();
                let head = Box::new(head.finish(fields, self.at, Framing::Close));
                if interim {
                    emit.event(Kind::InterimHead(head));
                    Cut::Interim
                } else {
                    emit.event(Kind::Head(head));
                    Cut::Head
                }
            }
            State::Length { length, left } => {
                Cut::Body(format!("{} of {length} bytes", length - left))
            }
            State::Chunked(mut dechunker) => Cut::Body(dechunker.cut(&mut emit)),
            State::Foreign(mut look) => {
                if let Some(why) = look.name(self.start, &mut emit) {
                    self.fault = Some(Error::NotHttp { why });
                }
                self.state = State::Foreign(look);
                Cut::No
            }
            state @ (State::UntilClose | State::Over | State::Lost) => {
                self.state = state;
                Cut::No
            }
        }
    }

    /// The end the user asked for is here: is it where Content-Length said?
    fn compare_length(&mut self, out: &mut impl Output) {
        let came = self.tally.body;
        let said = match self.set_aside.take() {
            None => return,
            Some(Announced::Bytes(length)) if length == came => return,
            Some(Announced::Bytes(length)) => length.to_string(),
            Some(Announced::Unusable(.., value)) => value,
        };
        let mut emit = Emit {
            out,
            tally: &mut self.tally,
        };
        let detail = format!("{came} bytes came, Content-Length: {said}");
        emit.anomaly(Deviation::LengthMismatch, self.at, detail);
    }
}
