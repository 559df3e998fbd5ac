//! The practice server's WebSocket (RFC 6455): a handshake, an echo, and frames that break
//! each rule.
//!
//! Owns those bytes. What the rules are is [`crate::proto::ws`]'s.

use super::answer::Answer;
use super::ask::Ask;
use super::script::{Step, send};
use crate::anomaly::Kind;
use crate::event::Direction;
use crate::event::ws::{BINARY, CLOSE, CONTINUATION, PING, TEXT, mask};
use crate::proto::ws::frame_at;
use crate::request::{Outgoing, accept};

/// A payload that is echoed at most; a larger one is answered with 1009.
const MOST: usize = 16 << 20;

/// The page `/ws`, and those below it: something first, then the echo.
pub(super) fn ws(ask: &Ask<'_>) -> Answer {
    let Some(key) = ask.request.field("Sec-WebSocket-Key") else {
        return Answer::text(426, "This page takes a WebSocket's handshake alone.\n")
            .field("Upgrade", "websocket")
            .closing();
    };
    let broken = Kind::from_name(ask.rest).filter(|kind| kind.of_websocket());
    let first = match (ask.rest, broken) {
        ("", _) => Vec::new(),
        ("ping", _) => Outgoing::new(PING, *b"are you there?").bytes(None),
        ("fragments", _) => fragments(),
        ("close", _) => Outgoing::close(1001, "going away").bytes(None),
        (_, Some(kind)) => frames(kind),
        _ => return Answer::text(404, "There is no such page below /ws/.\n"),
    };
    let proof = match broken {
        Some(Kind::WsHandshake) => accept("another key"),
        _ => accept(key),
    };
    let mut steps = vec![send(first)];
    steps.push(match broken {
        Some(Kind::WsCut) => Step::Close,
        _ => Step::WebSocket {
            closing: ask.rest == "close"
                || matches!(broken, Some(Kind::WsClose | Kind::WsAfterClose)),
        },
    });
    Answer::new(101)
        .field("Connection", "Upgrade")
        .field("Upgrade", "websocket")
        .field("Sec-WebSocket-Accept", proof)
        .talking(steps)
}

/// Text in three frames, a Ping between them.
fn fragments() -> Vec<u8> {
    let part = |fin, opcode, text: &str| {
        let frame = Outgoing::new(opcode, text);
        Outgoing { fin, ..frame }.bytes(None)
    };
    [
        part(false, TEXT, "in "),
        Outgoing::new(PING, *b"between").bytes(None),
        part(false, CONTINUATION, "three "),
        part(true, CONTINUATION, "frames"),
    ]
    .concat()
}

/// Frames with this one deviation; none where it is not in a frame.
pub(super) fn frames(kind: Kind) -> Vec<u8> {
    let text = Outgoing::new(TEXT, *b"hello");
    match kind {
        Kind::WsReservedBits => Outgoing {
            reserved: 4,
            ..text
        }
        .bytes(None),
        Kind::WsReservedOpcode => Outgoing { opcode: 3, ..text }.bytes(None),
        Kind::WsMask => text.bytes(Some([1, 2, 3, 4])),
        Kind::WsLength => b"\x81\x7e\x00\x05hello".to_vec(),
        Kind::WsControl => Outgoing::new(PING, [b'x'; 126]).bytes(None),
        Kind::WsFragments => Outgoing {
            opcode: CONTINUATION,
            ..text
        }
        .bytes(None),
        Kind::WsUtf8 => Outgoing::new(TEXT, *b"hell\xf6").bytes(None),
        Kind::WsClose => Outgoing::close(1005, "").bytes(None),
        Kind::WsAfterClose => [Outgoing::close(1000, "").bytes(None), text.bytes(None)].concat(),
        Kind::WsCut => b"\x81\x05hel".to_vec(),
        _ => Vec::new(),
    }
}

pub(super) struct Echo {
    /// What came, until a whole frame of it can be answered.
    came: Vec<u8>,
    /// A Close of ours has gone: the one that comes answers it.
    closing: bool,
}

impl Echo {
    pub fn new(closing: bool) -> Echo {
        Echo {
            came: Vec::new(),
            closing,
        }
    }

    /// What is to be sent for it, and whether the connection is to be closed then.
    pub fn take(&mut self, bytes: &[u8]) -> (Vec<u8>, bool) {
        self.came.extend_from_slice(bytes);
        let mut answer = Vec::new();
        while let Some(frame) = frame_at(Direction::Received, &self.came, 0) {
            if frame.length > MOST as u64 {
                answer.extend(Outgoing::close(1009, "too large").bytes(None));
                return (answer, true);
            }
            let (from, end) = (usize::from(frame.header), frame.end() as usize);
            let Some(payload) = self.came.get(from..end) else {
                break;
            };
            let mut payload = payload.to_vec();
            if let Some(key) = frame.mask {
                mask(&mut payload, key, 0);
            }
            let reply = match frame.opcode {
                CLOSE if self.closing => None,
                CONTINUATION | TEXT | BINARY | CLOSE => Some(frame.opcode),
                PING => Some(crate::event::ws::PONG),
                _ => None,
            };
            if let Some(opcode) = reply {
                let echo = Outgoing::new(opcode, payload);
                let fin = frame.fin;
                answer.extend(Outgoing { fin, ..echo }.bytes(None));
            }
            self.came.drain(..end);
            if frame.opcode == CLOSE {
                return (answer, true);
            }
        }
        (answer, false)
    }
}
