//! WebSocket frames from bytes, of either direction (RFC 6455 section 5).
//!
//! Owns where frames begin and end, and what in them breaks the standard. It refuses
//! nothing: a frame that must not be is told like any other. What is held is one header
//! and one control payload, whatever lengths are announced; cut anywhere, the same bytes
//! give the same events.

use super::Output;
use super::emit::{Emit, Tally};
use crate::anomaly::{Anomaly, Kind as Deviation};
use crate::event::ws::{BINARY, CLOSE, CONTINUATION, CONTROL_MAX, Frame, TEXT, mask};
use crate::event::{Direction, Field, Kind};
use crate::request;

/// Reads the frames of one direction.
#[derive(Debug)]
pub struct Frames {
    direction: Direction,
    at: u64,
    state: State,
    /// Header bytes so far.
    header: [u8; HEADER_MAX],
    held: usize,
    message: Message,
    closed: bool,
    tally: Tally,
}

const HEADER_MAX: usize = 14;

#[derive(Debug)]
enum State {
    Header,
    Data {
        frame: Frame,
        seen: u64,
    },
    /// `payload` as it will be read; of a longer one its beginning.
    Control {
        frame: Frame,
        seen: u64,
        payload: Vec<u8>,
    },
}

/// A message over its frames.
#[derive(Debug, Default)]
struct Message {
    open: bool,
    /// Text must be UTF-8, over frames (RFC 6455 section 8.1).
    text: bool,
    /// It was found not to be: once is enough.
    broken: bool,
    /// The beginning of a character.
    partial: Vec<u8>,
}

impl Frames {
    /// `offset`: wire bytes of that direction before the first frame.
    pub fn new(direction: Direction, offset: u64) -> Frames {
        Frames {
            direction,
            at: offset,
            state: State::Header,
            header: [0; HEADER_MAX],
            held: 0,
            message: Message::default(),
            closed: false,
            tally: Tally::default(),
        }
    }

    /// The next bytes, cut anywhere.
    pub fn feed(&mut self, bytes: &[u8], out: &mut impl Output) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = match self.state {
                State::Header => self.feed_header(rest, out),
                State::Data { .. } => self.feed_data(rest, out),
                State::Control { .. } => self.feed_control(rest),
            };
            self.at = self.at.saturating_add(taken as u64);
            rest = rest.get(taken..).unwrap_or_default();
            self.close_frame(out);
        }
    }

    /// Nothing more comes.
    pub fn end(&mut self, out: &mut impl Output) {
        let cut = match &self.state {
            State::Header if self.held == 0 && self.closed => return,
            State::Header if self.held == 0 => "no Close frame came before the end",
            State::Header => "inside a frame's header",
            State::Data { .. } | State::Control { .. } => "inside a frame's payload",
        };
        self.deviation(Deviation::WsCut, self.at, cut, out);
    }

    fn feed_header(&mut self, rest: &[u8], out: &mut impl Output) -> usize {
        let mut taken = 0;
        for &byte in rest {
            let Some(slot) = self.header.get_mut(self.held) else {
                break;
            };
            *slot = byte;
            self.held += 1;
            taken += 1;
            if self.held >= 2 && self.held == header_length(self.header[1]) {
                let offset = self.at.saturating_add(taken as u64) - self.held as u64;
                self.begin(offset, out);
                break;
            }
        }
        taken
    }

    /// The header is whole.
    fn begin(&mut self, offset: u64, out: &mut impl Output) {
        let held = self.header.get(..self.held).unwrap_or_default();
        let Some(frame) = frame_at(self.direction, held, offset) else {
            return;
        };
        self.judge_header(&frame, out);
        self.held = 0;
        if frame.is_control() {
            self.state = State::Control {
                frame,
                seen: 0,
                payload: Vec::new(),
            };
            return;
        }
        out.event(Kind::WsFrame(Box::new(frame)));
        self.state = State::Data { frame, seen: 0 };
    }

    fn judge_header(&mut self, frame: &Frame, out: &mut impl Output) {
        let at = frame.offset;
        let short = self.header[1] & 0x7f;
        let shortest = match short {
            126 => frame.length > 125,
            127 => frame.length > 0xffff,
            _ => true,
        };
        let received = frame.direction == Direction::Received;
        let control = frame.is_control();
        let reserved_opcode = matches!(frame.opcode, 3..=7 | 11..=15);
        let orphan =
            !control && !reserved_opcode && self.message.open != (frame.opcode == CONTINUATION);
        #[rustfmt::skip]
        let found = [
            (self.closed, Deviation::WsAfterClose, ""),
            (frame.reserved != 0, Deviation::WsReservedBits, BITS[usize::from(frame.reserved)]),
            (reserved_opcode, Deviation::WsReservedOpcode, OPCODES[usize::from(frame.opcode)]),
            (received && frame.mask.is_some(), Deviation::WsMask, "a server's frame is masked"),
            (!received && frame.mask.is_none(), Deviation::WsMask, "a client's frame is not masked"),
            (!shortest, Deviation::WsLength, "not in its shortest form"),
            (frame.length >> 63 != 0, Deviation::WsLength, "its highest bit is set"),
            (control && !frame.fin, Deviation::WsControl, "it is a fragment"),
            (control && frame.length > CONTROL_MAX as u64, Deviation::WsControl, "its payload is longer than 125 bytes"),
            (orphan && frame.opcode == CONTINUATION, Deviation::WsFragments, "nothing is to be continued"),
            (orphan && frame.opcode != CONTINUATION, Deviation::WsFragments, "the message before it is not over"),
        ];
        for (holds, kind, detail) in found {
            if holds {
                self.deviation(kind, at, detail, out);
            }
        }
        if frame.opcode == TEXT || frame.opcode == BINARY {
            self.message = Message {
                open: true,
                text: frame.opcode == TEXT,
                ..Message::default()
            };
        }
    }

    fn feed_data(&mut self, rest: &[u8], out: &mut impl Output) -> usize {
        let State::Data { frame, seen } = &mut self.state else {
            return 0;
        };
        let part = part(rest, frame.length - *seen);
        let (from, key) = (*seen, frame.mask);
        *seen += part.len() as u64;
        if self.message.text && !self.message.broken && self.message.open {
            let bad = self.message.check(part, key, from);
            if let Some(bad) = bad {
                let at = self.at.saturating_add(bad as u64);
                self.deviation(Deviation::WsUtf8, at, "", out);
            }
        }
        part.len()
    }

    fn feed_control(&mut self, rest: &[u8]) -> usize {
        let State::Control {
            frame,
            seen,
            payload,
        } = &mut self.state
        else {
            return 0;
        };
        let part = part(rest, frame.length - *seen);
        let room = CONTROL_MAX.saturating_sub(payload.len());
        let from = payload.len();
        payload.extend_from_slice(&part[..part.len().min(room)]);
        if let (Some(key), Some(new)) = (frame.mask, payload.get_mut(from..)) {
            mask(new, key, *seen);
        }
        *seen += part.len() as u64;
        part.len()
    }

    /// After each piece: a frame whose payload is here is over.
    fn close_frame(&mut self, out: &mut impl Output) {
        match &mut self.state {
            State::Data { frame, seen } if *seen == frame.length => {
                let (frame, at) = (*frame, self.at);
                self.state = State::Header;
                if frame.fin && self.message.open && frame.opcode <= BINARY {
                    let message = std::mem::take(&mut self.message);
                    if !message.partial.is_empty() && !message.broken {
                        let words = "the message ends inside a character";
                        self.deviation(Deviation::WsUtf8, at, words, out);
                    }
                }
            }
            State::Control {
                frame,
                seen,
                payload,
            } if *seen == frame.length => {
                let (frame, payload) = (*frame, std::mem::take(payload));
                self.state = State::Header;
                if frame.opcode == CLOSE {
                    self.closed = true;
                    self.judge_close(&frame, &payload, out);
                }
                out.event(Kind::WsFrame(Box::new(frame)));
            }
            _ => {}
        }
    }

    fn judge_close(&mut self, frame: &Frame, payload: &[u8], out: &mut impl Output) {
        let at = frame.payload();
        match close_code(payload) {
            None if payload.is_empty() => {}
            None => self.deviation(Deviation::WsClose, at, "half a code", out),
            Some(code) if !may_be_sent(code) => {
                self.deviation(Deviation::WsClose, at, &code.to_string(), out);
            }
            Some(_) => {}
        }
        let reason = payload.get(2..).unwrap_or_default();
        if std::str::from_utf8(reason).is_err() {
            self.deviation(Deviation::WsUtf8, at + 2, "a Close's reason", out);
        }
    }

    fn deviation(&mut self, kind: Deviation, at: u64, detail: &str, out: &mut impl Output) {
        let anomaly = Anomaly::new(kind, at, detail);
        let mut emit = Emit {
            out,
            tally: &mut self.tally,
        };
        emit.record(match self.direction {
            Direction::Sent => anomaly.of_sent(),
            Direction::Received => anomaly,
        });
    }
}

const OPCODES: [&str; 16] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
];

const BITS: [&str; 8] = [
    "",
    "RSV3",
    "RSV2",
    "RSV2 and RSV3",
    "RSV1",
    "RSV1 and RSV3",
    "RSV1 and RSV2",
    "all three",
];

impl Message {
    /// Where the text stops being UTF-8, in `part`. `from`: payload bytes of the frame
    /// before it.
    fn check(&mut self, part: &[u8], key: Option<[u8; 4]>, from: u64) -> Option<usize> {
        let mut block = [0; 1024];
        let mut done = 0;
        for piece in part.chunks(block.len() - 4) {
            let before = self.partial.len();
            let whole = before + piece.len();
            block[..before].copy_from_slice(&self.partial);
            block[before..whole].copy_from_slice(piece);
            if let Some(key) = key {
                mask(&mut block[before..whole], key, from + done as u64);
            }
            self.partial.clear();
            if let Err(error) = std::str::from_utf8(&block[..whole]) {
                if error.error_len().is_some() {
                    self.broken = true;
                    return Some((done + error.valid_up_to()).saturating_sub(before));
                }
                self.partial
                    .extend_from_slice(&block[error.valid_up_to()..whole]);
            }
            done += piece.len();
        }
        None
    }
}

fn part(rest: &[u8], left: u64) -> &[u8] {
    usize::try_from(left).map_or(rest, |left| &rest[..left.min(rest.len())])
}

/// The frame whose header begins here; `None`: it is not whole. `offset` is its own.
pub fn frame_at(direction: Direction, bytes: &[u8], offset: u64) -> Option<Frame> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    let whole = header_length(second);
    let header = bytes.get(..whole)?;
    let mask = match second & 0x80 {
        0 => None,
        _ => header.last_chunk().copied(),
    };
    let extended = &header[2..whole - if mask.is_some() { 4 } else { 0 }];
    let length = match extended {
        [] => u64::from(second & 0x7f),
        bytes => bytes
            .iter()
            .fold(0, |length, &byte| length << 8 | u64::from(byte)),
    };
    Some(Frame {
        direction,
        offset,
        header: whole as u8,
        fin: first & 0x80 != 0,
        reserved: first >> 4 & 7,
        opcode: first & 15,
        mask,
        length,
    })
}

/// By its second byte.
fn header_length(second: u8) -> usize {
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let mask = if second & 0x80 != 0 { 4 } else { 0 };
    2 + extended + mask
}

/// The code that a Close's payload begins with.
pub fn close_code(payload: &[u8]) -> Option<u16> {
    payload.first_chunk().map(|code| u16::from_be_bytes(*code))
}

/// RFC 6455 section 7.4 and IANA's registry: 1004 to 1006 and 1015 are not for the wire.
pub fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// What a client must find in the 101 to its handshake (RFC 6455 section 4.1): the first
/// that is not so, in plain words.
pub fn refuses(request: &[u8], fields: &[Field]) -> Option<String> {
    let value = |name: &str| {
        let found = fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name));
        found.map(|field| field.value.as_str())
    };
    let says = |name: &str, word: &str| {
        value(name).is_some_and(|value| {
            value
                .split(',')
                .any(|one| one.trim().eq_ignore_ascii_case(word))
        })
    };
    if !says("Upgrade", "websocket") {
        return Some("Upgrade does not say websocket".to_owned());
    }
    if !says("Connection", "upgrade") {
        return Some("Connection does not say upgrade".to_owned());
    }
    let key = request::field(request, "Sec-WebSocket-Key")?;
    let wanted = request::accept(&String::from_utf8_lossy(key));
    match value("Sec-WebSocket-Accept") {
        Some(found) if found == wanted => {}
        Some(found) => {
            return Some(format!(
                "Sec-WebSocket-Accept is {found}, the key asks for {wanted}"
            ));
        }
        None => {
            return Some(format!(
                "no Sec-WebSocket-Accept; the key asks for {wanted}"
            ));
        }
    }
    let asked = |name: &str| request::field(request, name).is_some();
    ["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"]
        .into_iter()
        .find(|name| value(name).is_some() && !asked(name))
        .map(|name| format!("{name} was not asked for"))
}

/// The request asks for a WebSocket.
pub fn asks(request: &[u8]) -> bool {
    let upgrade = request::field(request, "Upgrade").unwrap_or_default();
    upgrade.eq_ignore_ascii_case(b"websocket")
}

#[cfg(test)]
mod tests;
