//! The responses of one exchange, where more than one request went out on its connection.
//!
//! Owns where each begins and ends. The last one is the exchange's own fields, as ever;
//! those before it are put aside whole.

use std::ops::Range;

use super::{BodyPlace, Exchange};
use crate::event::{Field, Framing, Head};

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
    pub body: BodyPlace,
    /// Body bytes of the responses before it, as the log counts them.
    pub(super) body_before: u64,
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
}

/// A response that another one followed.
#[derive(Clone, Debug)]
pub struct Over {
    start: Start,
    end: u64,
    interim: Vec<Head>,
    head: Option<Head>,
    trailers: Vec<Field>,
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

    /// The last one.
    pub fn answer(&self) -> Answer<'_> {
        Answer {
            number: self.start.before.saturating_add(1),
            wire: self.start.wire..self.answer_end(),
            interim: &self.interim,
            head: self.head.as_ref(),
            trailers: &self.trailers,
            body: self.body_place(),
            body_before: self.start.body,
        }
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
    pub(super) fn next_answer(&mut self, offset: u64) {
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
        };
        let over = Over {
            start: std::mem::replace(&mut self.start, next),
            end: wire,
            interim: std::mem::take(&mut self.interim),
            head: self.head.take(),
            trailers: std::mem::take(&mut self.trailers),
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
            body: self.body,
            body_before: self.start.body,
        }
    }
}

impl Answer<'_> {
    /// Its heads in order.
    pub fn heads(&self) -> impl Iterator<Item = &Head> {
        self.interim.iter().chain(self.head)
    }

    pub fn is_chunked(&self) -> bool {
        self.head
            .is_some_and(|head| head.framing == Framing::Chunked)
    }
}
