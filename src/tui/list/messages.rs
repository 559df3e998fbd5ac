//! The messages of a connection: which bytes asked, and which answered.
//!
//! Owns how a pair is told; which response is to which request, the exchange says.

use std::ops::Range;

use super::shown::{Part, Rows};
use super::{Choice, Row, events, frames};
use crate::event::Head;
use crate::exchange::Pair;
use crate::exchange::dialogue::Byte;
use crate::request;
use crate::tui::visit::Visit;
use crate::view::number;
use crate::view::safe::safe_bytes;

/// Characters of a line that was sent.
const LINE: usize = 60;

/// A row for each request, each response that none asked for, and for what else came.
pub(super) fn of(visit: &Visit, columns: u16) -> Rows<'_> {
    let exchange = visit.exchange();
    let requests = match exchange.frames.count {
        0 => visit.messages.len(),
        // Frames are no requests, whatever they look like.
        _ => 1,
    };
    let requests = visit.messages.get(..requests).unwrap_or_default();
    let rows = exchange.pairs(requests).map(|pair| row(visit, pair));
    let mut parts = vec![Part::Made(rows.collect())];
    if exchange.frames.count > 0 {
        parts.extend(frames::of(visit, columns));
        return Rows::of(parts);
    }
    parts.extend(events::of(visit, columns));
    let excess = exchange.excess_start().map(|from| {
        let to = exchange.recvs.bytes.max(from);
        Row {
            text: format!("{:>4}  asked by nobody", "—"),
            beside: format!("received {from}–{to}"),
            about: "bytes behind the last response: garbage, or a response to no request \
                    (RFC 9112 section 9.2)"
                .to_owned(),
            choice: Choice::Bytes(range(
                visit,
                Byte::Received(from),
                Byte::Received(to.saturating_sub(1)),
            )),
        }
    });
    parts.push(Part::Made(excess.into_iter().collect()));
    Rows::of(parts)
}

fn row(visit: &Visit, pair: Pair<'_>) -> Row {
    let Pair {
        bytes,
        asks,
        answer,
    } = pair;
    let sent = visit.outgoing.get(bytes.clone());
    let line = request::lines(sent.unwrap_or_default(), 0).find(|line| !line.is_empty());
    let line = line
        .and_then(|line| sent?.get(line.text()))
        .unwrap_or_default();
    let line = safe_bytes(&line[..line.len().min(LINE)]);
    let (from, to) = (bytes.start as u64, bytes.end as u64);
    let gone = visit.exchange().sends.bytes;
    let mut about = match gone {
        gone if gone >= to => format!("sent {from}–{to}, {} bytes", to - from),
        gone => format!("sent {} of {} bytes", gone.saturating_sub(from), to - from),
    };
    let Some(answer) = answer else {
        let beside = match asks {
            true => "no answer",
            false => "no whole request",
        };
        if !asks {
            about.push_str(
                ": by its own framing this is no whole request, so none waits for an answer",
            );
        }
        return Row {
            text: format!("{:>4}  {line}", "—"),
            beside: beside.to_owned(),
            about,
            choice: Choice::Bytes(sent_bytes(visit, from, to.min(gone))),
        };
    };
    let body = answer.body_bytes();
    let status = answer
        .head
        .map_or("…".to_owned(), |head: &Head| head.status.to_string());
    let wire = &answer.wire;
    about.push_str(&format!(
        "; answered by received {}–{}, {} bytes: {status}, {body} of body",
        wire.start,
        wire.end,
        wire.end - wire.start
    ));
    Row {
        text: format!("{status:>4}  {line}"),
        beside: format!(
            "{} ▸ ◂ {}",
            number::bytes(to - from),
            number::bytes(wire.end - wire.start)
        ),
        about,
        choice: Choice::Answer(answer.number),
    }
}

/// The bytes of the response that is looked at, in the Wire view's offsets.
pub fn bytes(visit: &Visit) -> Range<u64> {
    let wire = visit.answer().wire;
    range(
        visit,
        Byte::Received(wire.start),
        Byte::Received(wire.end.saturating_sub(1)),
    )
}

fn sent_bytes(visit: &Visit, from: u64, to: u64) -> Range<u64> {
    range(visit, Byte::Sent(from), Byte::Sent(to.saturating_sub(1)))
}

fn range(visit: &Visit, first: Byte, last: Byte) -> Range<u64> {
    let dialogue = &visit.exchange().dialogue;
    let from = dialogue.address(first);
    from..dialogue.address(last).max(from).saturating_add(1)
}
