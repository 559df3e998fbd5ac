//! The frames of a WebSocket, both ways, in the order of time:
//! `◂ text         FIN           hello              5 B at 2.0 ms`.
//!
//! Owns what of a payload is shown: its beginning, unmasked and escaped.

use super::shown::Part;
use super::{Choice, Row};
use crate::event::Direction;
use crate::event::ws::{self, CLOSE, Frame, close_words};
use crate::exchange::dialogue::Byte;
use crate::proto::ws::close_code;
use crate::tui::visit::Visit;
use crate::view::number;
use crate::view::safe::safe_bytes;

/// Bytes of a payload that are shown.
const SHOWN: usize = 48;

pub(super) fn of(visit: &Visit, columns: u16) -> [Part<'_>; 2] {
    let frames = &visit.exchange().frames;
    let of = move |at| {
        let (t_us, frame) = frames.kept.get(at)?;
        Some(row(visit, columns, *t_us, frame))
    };
    let more = frames.count.saturating_sub(frames.kept.len() as u64);
    let more = (more > 0).then(|| Row {
        text: format!("{more} frames more"),
        beside: String::new(),
        about: "the first ones alone are listed; Wire has the bytes of all".to_owned(),
        choice: Choice::Nothing,
    });
    [
        Part::Later(frames.kept.len(), Box::new(of)),
        Part::Made(more.into_iter().collect()),
    ]
}

fn row(visit: &Visit, columns: u16, t_us: u64, frame: &Frame) -> Row {
    let (arrow, verb) = match frame.direction {
        Direction::Sent => ("▸", "sent"),
        Direction::Received => ("◂", "received"),
    };
    let payload = payload(visit, frame, SHOWN);
    let (code, text) = match (frame.opcode, close_code(&payload)) {
        (CLOSE, Some(code)) => (
            format!("{code} {} ", close_words(code)),
            payload.get(2..).unwrap_or_default(),
        ),
        _ => (String::new(), &payload[..]),
    };
    let cut = match frame.length > SHOWN as u64 {
        true => "…",
        false => "",
    };
    let masked = match frame.mask {
        Some(key) => format!("masked with {:08x}", u32::from_be_bytes(key)),
        None => "not masked".to_owned(),
    };
    let name = match frame.name() {
        "reserved" => format!("opcode {}", frame.opcode),
        name => name.to_owned(),
    };
    let fin = if frame.fin { "FIN" } else { "…" };
    // At 60 columns the payload needs the room; what is below says the rest.
    let flags = match columns {
        ..76 => format!("{fin:<3}"),
        _ => format!(
            "{fin:<3} {:<4} {:<4}",
            if frame.mask.is_some() { "mask" } else { "" },
            RESERVED[usize::from(frame.reserved & 7)]
        ),
    };
    Row {
        text: format!("{arrow} {name:<12} {flags} {code}{}{cut}", safe_bytes(text)),
        beside: format!("{} at {}", number::bytes(frame.length), number::time(t_us)),
        about: format!(
            "{verb} at {}: {name} is opcode {}, {}reserved bits {:03b}, {masked}, a header of {} \
             bytes, {} of payload",
            own(visit, frame),
            frame.opcode,
            if frame.fin {
                "FIN, "
            } else {
                "no FIN (more follows), "
            },
            frame.reserved,
            frame.header,
            frame.length
        ),
        choice: bytes(visit, frame),
    }
}

/// The reserved bits that are set, by their number.
const RESERVED: [&str; 8] = ["", "R3", "R2", "R23", "R1", "R13", "R12", "R123"];

/// The beginning of a payload as far as it is here, unmasked.
pub fn payload(visit: &Visit, frame: &Frame, most: usize) -> Vec<u8> {
    let length = usize::try_from(frame.length).unwrap_or(most).min(most);
    let at = own(visit, frame).saturating_add(u64::from(frame.header));
    let mut bytes = match frame.direction {
        Direction::Sent => {
            let from = usize::try_from(at).unwrap_or(usize::MAX);
            let sent = visit.outgoing.get(from..).unwrap_or_default();
            sent[..sent.len().min(length)].to_vec()
        }
        Direction::Received => {
            let mut bytes = vec![0; length];
            // What cannot be read back is not shown.
            let read = visit.wire.read_at(at, &mut bytes).unwrap_or(0);
            bytes.truncate(read);
            bytes
        }
    };
    if let Some(key) = frame.mask {
        ws::mask(&mut bytes, key, 0);
    }
    bytes
}

/// The offset among the exchange's own bytes of that direction.
fn own(visit: &Visit, frame: &Frame) -> u64 {
    let exchange = visit.exchange();
    frame.offset.saturating_sub(match frame.direction {
        Direction::Received => exchange.wire_base,
        Direction::Sent => exchange.sent_base,
    })
}

fn bytes(visit: &Visit, frame: &Frame) -> Choice {
    let from = own(visit, frame);
    let last = from.saturating_add(frame.end().saturating_sub(frame.offset).max(1) - 1);
    let dialogue = &visit.exchange().dialogue;
    let of = |at| match frame.direction {
        Direction::Sent => Byte::Sent(at),
        Direction::Received => Byte::Received(at),
    };
    let start = dialogue.address(of(from));
    Choice::Bytes(start..dialogue.address(of(last)).max(start).saturating_add(1))
}
