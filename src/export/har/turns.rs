//! The requests of one exchange, each with its response: what an entry of a HAR is of.
//!
//! Owns which bytes and which times are whose. How they are written is [`super`]'s.

use std::ops::Range;
use std::time::{Duration, SystemTime};

use super::Entry;
use crate::exchange::dialogue::Byte;
use crate::exchange::{Answer, Span};
use crate::request::split;

/// One request of an exchange, and what came of it.
pub(super) struct Turn<'a> {
    pub of: &'a Entry<'a>,
    /// From 1.
    pub number: u32,
    /// Where its bytes are among those sent.
    pub sent: Range<usize>,
    /// `None`: nothing came any more.
    pub answer: Option<Answer<'a>>,
    /// When the next response began.
    until_us: Option<u64>,
}

/// The requests of an exchange; what asks for nothing goes with the one before it.
pub(super) fn turns<'a>(of: &'a Entry<'a>) -> Vec<Turn<'a>> {
    let messages = split(of.request);
    let pairs = of.exchange.pairs(&messages).filter(|pair| pair.asks);
    let mut turns: Vec<Turn> = (1..)
        .zip(pairs)
        .map(|(number, pair)| Turn {
            of,
            number,
            sent: pair.bytes.start..of.request.len(),
            answer: pair.answer,
            until_us: None,
        })
        .collect();
    if turns.is_empty() {
        turns.push(Turn {
            of,
            number: 1,
            sent: 0..0,
            answer: None,
            until_us: None,
        });
    }
    if let Some(first) = turns.first_mut() {
        // Its bytes may be no response at all.
        first.answer = Some(of.exchange.answer_numbered(1));
    }
    // Each goes on to the next one.
    for at in 1..turns.len() {
        let (end, next) = (turns[at].sent.start, &turns[at].answer);
        let until_us = next.as_ref().map(|next| next.from_us);
        turns[at - 1].sent.end = end;
        turns[at - 1].until_us = until_us;
    }
    turns
}

impl Turn<'_> {
    pub fn request(&self) -> &[u8] {
        self.of.request.get(self.sent.clone()).unwrap_or_default()
    }

    /// The exchange's; of a later request with a path of its own (`target`), with that.
    pub fn url(&self, target: &str) -> String {
        let url = self.of.url;
        let host = url.find("://").map_or(0, |at| at + 3);
        let path = url[host..].find('/').map_or(url.len(), |at| host + at);
        match self.number > 1 && target.starts_with('/') {
            true => format!("{}{target}", &url[..path]),
            false => url.to_owned(),
        }
    }

    /// The part of the bodies that is its response's.
    pub fn body(&self) -> &[u8] {
        let Some(answer) = &self.answer else {
            return &[];
        };
        let place = |at: u64| {
            usize::try_from(at)
                .unwrap_or(usize::MAX)
                .min(self.of.body.len())
        };
        let from = place(answer.body_before);
        match answer.is_over {
            true => &self.of.body[from..place(answer.body_before + answer.body_bytes())],
            false => &self.of.body[from..],
        }
    }

    /// It is about this one that the exchange's end tells.
    pub fn is_last(&self) -> bool {
        self.answer.as_ref().is_none_or(|answer| !answer.is_over)
    }

    pub fn has(&self, byte: Byte) -> bool {
        match byte {
            Byte::Sent(at) => usize::try_from(at).is_ok_and(|at| self.sent.contains(&at)),
            Byte::Received(at) => self.answer.as_ref().is_some_and(|answer| {
                answer.wire.start <= at && (at < answer.wire.end || !answer.is_over)
            }),
        }
    }

    /// When it was sent: the first as the exchange began, with all that goes before.
    pub fn started(&self) -> SystemTime {
        let exchange = self.of.exchange;
        let first_us = exchange.log.event(0).map_or(0, |event| event.t_us);
        let sent = exchange.spans.send.filter(|_| self.number > 1);
        let after_us = sent.map_or(0, |sent| sent.from.saturating_sub(first_us));
        let started = self.of.started;
        let sent = started.checked_add(Duration::from_micros(after_us));
        sent.unwrap_or(started)
    }

    /// Milliseconds; -1 for what did not happen, except where HAR wants a number.
    pub fn timings(&self) -> [(&'static str, f64); 7] {
        let mut spans = self.of.exchange.spans;
        if self.number > 1 {
            // The connection was there; it waits until its response begins.
            (spans.resolve, spans.connect) = (None, None);
            let from_us = self.answer.as_ref().map(|answer| answer.from_us);
            let sent_us = spans.send.and_then(|send| send.to).unwrap_or(0);
            let receive = spans.receive;
            spans.wait = from_us.map(|to| Span {
                from: sent_us,
                to: Some(to),
            });
            spans.receive = from_us.and_then(|from| Some(Span { from, ..receive? }));
        }
        if let (Some(until_us), Some(receive)) = (self.until_us, &mut spans.receive) {
            receive.to = Some(until_us);
        }
        let ms = |span: Span| span.us() as f64 / 1000.0;
        let optional = |span: Option<Span>| span.map_or(-1.0, ms);
        let required = |span: Option<Span>| span.map_or(0.0, ms);
        [
            ("blocked", -1.0),
            ("dns", optional(spans.resolve)),
            ("connect", optional(spans.connect)),
            ("ssl", -1.0),
            ("send", required(spans.send)),
            ("wait", required(spans.wait)),
            ("receive", required(spans.receive)),
        ]
    }
}
