//! The responses of one exchange, where more than one request went out on its connection.
//!
//! Owns where each begins and ends, and which request it is to. The last one is the
//! exchange's own fields, as ever; those before it are put aside whole.

use std::ops::Range;

use super::{BodyPlace, Exchange};
use crate::event::{EndReason, Field, Framing, Head};
use crate::request::Message;

/// So many responses are kept whole, besides the last one.
pub const ANSWERS_KEPT: usize = 1000;

/// A response of an exchange. Offsets count from the exchange's first received byte.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// From 1: the number of the request that it is to, too.
    pub number: u32,
    pub wire: Range<u64>,
    pub interim: &'a [Head],
    pub head: Option<&'a Head>,
    pub trailers: &'a [Field],
    /// Wire bytes of the exchange before its body, or up to the last head so far.
    pub head_end: u64,
    pub body: BodyPlace,
    /// Body bytes of the responses before it, as the log counts them.
    pub body_before: u64,
    /// When its first bytes came; of the first response 0.
    pub from_us: u64,
    /// Another one follows it.
    pub is_over: bool,
}

/// A message that was sent, and what came of it.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    /// Of the message, among those sent.
    pub bytes: Range<usize>,
    /// It is a whole request, or the first: an answer is due.
    pub asks: bool,
    pub answer: Option<Answer<'a>>,
}

/// Where the exchange's last response begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Responses before it.
    pub before: u32,
    /// Wire bytes of the exchange before it.
    pub wire: u64,
    /// Body bytes of the responses before it; and those that lie in the body store.
    pub body: u64,
    pub decoded: u64,
    /// When its first bytes came; 0 for the first one.
    pub t_us: u64,
}

/// A response that another one followed.
#[derive(Clone, Debug)]
pub struct Over {
    start: Start,
    end: u64,
    interim: Vec<Head>,
    head: Option<Head>,
    trailers: Vec<Field>,
    head_end: u64,
    body: BodyPlace,
}

impl Exchange {
    /// Every response in order, those that were not kept left out. The last one goes on to
    /// what lies behind it unasked.
    pub fn answers(&self) -> impl DoubleEndedIterator<Item = Answer<'_>> {
        self.over.iter().map(Over::answer).chain([self.answer()])
    }

    /// The response that a received byte belongs to.
    pub fn answer_at(&self, wire: u64) -> Option<Answer<'_>> {
        if wire >= self.start.wire {
            return Some(self.answer());
        }
        let over = self.over.partition_point(|over| over.end <= wire);
        self.over.get(over).map(Over::answer)
    }

    /// The one of this number, from 1; the last one where there is none or it was not kept.
    pub fn answer_numbered(&self, number: u32) -> Answer<'_> {
        let at = number
            .checked_sub(1)
            .and_then(|at| usize::try_from(at).ok());
        let over = at.and_then(|at| self.over.get(at));
        over.map_or_else(|| self.answer(), Over::answer)
    }

    /// The last one.
    pub fn answer(&self) -> Answer<'_> {
        Answer {
            number: self.start.before.saturating_add(1),
            wire: self.start.wire..self.answer_end(),
            interim: &self.interim,
            head: self.head.as_ref(),
            trailers: &self.trailers,
            head_end: self.head_bytes,
            body: self.body_place(),
            body_before: self.start.body,
            from_us: self.start.t_us,
            is_over: false,
        }
    }

    /// Each message that was sent with its response: the first request with the first, and
    /// so on.
    pub fn pairs<'a>(&'a self, messages: &[Message]) -> impl Iterator<Item = Pair<'a>> {
        let mut answers = self.answers().peekable();
        let mut asking = 0;
        messages.iter().map(move |message| {
            // The first one is answered whatever it looks like.
            let asks = message.whole || asking == 0;
            asking += u32::from(asks);
            let answer = answers.next_if(|answer| asks && answer.number <= asking);
            let answer = answer.filter(|answer| answer.number == asking && !answer.wire.is_empty());
            Pair {
                bytes: message.bytes.clone(),
                asks,
                answer,
            }
        })
    }

    /// Where what nobody asked for, or another protocol, begins.
    fn answer_end(&self) -> u64 {
        let upgraded = self.upgraded.map(|upgraded| upgraded.wire);
        let behind = self.excess_start().or(upgraded);
        behind.unwrap_or(self.recvs.bytes)
    }

    /// Body bytes of all responses.
    pub fn all_body_bytes(&self) -> u64 {
        self.start.body.saturating_add(self.body_bytes)
    }

    /// The first received byte that nobody asked for.
    pub fn excess_start(&self) -> Option<u64> {
        self.anomalies
            .iter()
            .find(|anomaly| anomaly.kind == crate::anomaly::Kind::ExcessBytes)
            .map(|anomaly| anomaly.offset.saturating_sub(self.wire_base))
    }

    /// Another response begins at this offset on the connection.
    pub(super) fn next_answer(&mut self, t_us: u64, offset: u64) {
        let wire = offset.saturating_sub(self.wire_base);
        let body = self.body_place();
        let decoded = match body {
            BodyPlace::Wire { .. } => 0,
            BodyPlace::Decoded { len, .. } => len,
        };
        let next = Start {
            before: self.start.before.saturating_add(1),
            wire,
            body: self.all_body_bytes(),
            decoded: self.start.decoded.saturating_add(decoded),
            t_us,
        };
        let over = Over {
            start: std::mem::replace(&mut self.start, next),
            end: wire,
            interim: std::mem::take(&mut self.interim),
            head: self.head.take(),
            trailers: std::mem::take(&mut self.trailers),
            head_end: self.head_bytes,
            body,
        };
        if self.over.len() < ANSWERS_KEPT {
            self.over.push(over);
        }
        self.head_bytes = wire;
        self.body_bytes = 0;
        self.chunks = Default::default();
    }
}

impl Over {
    fn answer(&self) -> Answer<'_> {
        Answer {
            number: self.start.before.saturating_add(1),
            wire: self.start.wire..self.end,
            interim: &self.interim,
            head: self.head.as_ref(),
            trailers: &self.trailers,
            head_end: self.head_end,
            body: self.body,
            body_before: self.start.body,
            from_us: self.start.t_us,
            is_over: true,
        }
    }
}

impl<'a> Answer<'a> {
    /// Its heads in order.
    pub fn heads(&self) -> impl Iterator<Item = &'a Head> + use<'a> {
        self.interim.iter().chain(self.head)
    }

    /// Of its heads on the wire.
    pub fn head_bytes(&self) -> u64 {
        self.head_end.saturating_sub(self.wire.start)
    }

    /// Of its body, transfer coding removed.
    pub fn body_bytes(&self) -> u64 {
        match self.body {
            BodyPlace::Wire { len, .. } | BodyPlace::Decoded { len, .. } => len,
        }
    }

    /// Why it ended, where another one follows it: its own framing said so, or no byte
    /// could be another one's.
    pub fn ended(&self) -> Option<EndReason> {
        let framing = self.head.filter(|_| self.is_over)?.framing;
        Some(match framing {
            Framing::NoBody => EndReason::NoBody,
            Framing::Length(_) => EndReason::ContentLength,
            Framing::Chunked => EndReason::Chunked,
            Framing::Close => EndReason::Close,
        })
    }

    pub fn is_chunked(&self) -> bool {
        self.head
            .is_some_and(|head| head.framing == Framing::Chunked)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::events::*;
    use super::super::{Space, Starts};
    use super::*;
    use crate::event::{EndMode, Kind};
    use crate::request::split;

    /// Three requests and what is no whole one; two responses, the second one in chunks,
    /// over two calls, the second call with the last one's first bytes.
    fn pipelined() -> (Exchange, Vec<Message>) {
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3) + "GET";
        let head = |status, offset, bytes, framing| {
            Kind::Head(Box::new(raw_head(status, offset, bytes, framing, &[])))
        };
        let chunk = |offset, size| Kind::Chunk {
            offset,
            size,
            extensions: "".into(),
        };
        let exchange = fold(
            EndMode::Auto,
            0,
            &[
                (3, recv(0, 4096, 60)),
                (3, head(200, 0, 30, Framing::Length(5))),
                (3, Kind::Body { bytes: 5 }),
                (
                    3,
                    Kind::Answer {
                        number: 2,
                        offset: 35,
                    },
                ),
                (3, head(404, 35, 20, Framing::Chunked)),
                // 55: 4 CRLF ab|cd CRLF 0 CRLF CRLF
                (3, chunk(55, 4)),
                (3, Kind::Body { bytes: 2 }),
                (7, recv(60, 4096, 30)),
                (7, Kind::Body { bytes: 2 }),
                (7, chunk(64, 0)),
                (
                    7,
                    Kind::Answer {
                        number: 3,
                        offset: 69,
                    },
                ),
            ],
        );
        (exchange, split(request.as_bytes()))
    }

    #[test]
    fn each_is_known_by_its_number_and_its_request() {
        let (exchange, messages) = pipelined();
        for (number, want) in [
            (1, (1, 0..35, 30, 5, Some(EndReason::ContentLength))),
            (2, (2, 35..69, 20, 4, Some(EndReason::Chunked))),
            (3, (3, 69..90, 0, 0, None)),
            (0, (3, 69..90, 0, 0, None)),
            (u32::MAX, (3, 69..90, 0, 0, None)),
        ] {
            let it = exchange.answer_numbered(number);
            let found = (
                it.number,
                it.wire.clone(),
                it.head_bytes(),
                it.body_bytes(),
                it.ended(),
            );
            assert_eq!(found, want, "{number}");
        }
        let pairs = exchange.pairs(&messages).map(|pair| {
            let number = pair.answer.map(|answer| answer.number);
            (pair.bytes, pair.asks, number)
        });
        let want = [
            (0..27, true, Some(1)),
            (27..54, true, Some(2)),
            (54..81, true, Some(3)),
            (81..84, false, None),
        ];
        assert_eq!(pairs.collect::<Vec<_>>(), want);
        let verdict = |number| exchange.verdict_of(&exchange.answer_numbered(number));
        let line = |number| verdict(number).map(|verdict| verdict.line());
        assert_eq!(
            line(1).as_deref(),
            Some("ended: Content-Length's 5 bytes are here · response 2 follows it")
        );
        assert!(line(2).is_some_and(|words| words.contains("after 4 bytes")));
        assert_eq!(line(3), None, "it is still coming");
    }

    #[test]
    fn where_bytes_of_an_earlier_body_came_from() {
        let (exchange, _) = pipelined();
        let size_line = |_| Some(3);
        for (number, at, wire, recv) in [
            (1, 0, Some(30), Some(0)),
            (1, 4, Some(34), Some(0)),
            (2, 0, Some(58), Some(0)),
            (2, 2, Some(60), Some(1)),
            (2, 3, Some(61), Some(1)),
        ] {
            let answer = exchange.answer_numbered(number);
            let origin = exchange.origin_of_body(&answer, at, size_line);
            let found = (origin.wire, origin.recv.map(|recv| recv.number));
            assert_eq!(found, (wire, recv), "{number} {at}");
        }
        let second = exchange.answer_numbered(2);
        for (of, want) in [(Starts::Recvs, &[2][..]), (Starts::Chunks, &[0])] {
            assert_eq!(exchange.starts(of, Space::Body(&second), 0..4), want);
        }
    }
}
