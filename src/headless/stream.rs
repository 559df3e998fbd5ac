//! What a WebSocket brings, as `fetch ws://` prints it: the payload of its data frames, one
//! behind the other, as curl does.
//!
//! Owns which received bytes are payload, and what answers control frames: a Pong each
//! Ping, a Close the first Close (RFC 6455 sections 5.5.1 and 5.5.2). Control frames are in
//! the events alone; `--raw` and `--wire` show every byte.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::recent::Recent;
use crate::error::Result;
use crate::event::Direction;
use crate::event::ws::{CLOSE, CONTROL_MAX, Frame, PING, PONG, mask};
use crate::proto::ws::{close_code, may_be_sent};
use crate::request::Outgoing;

/// RFC 6455 section 7.4.1: for a Close that must not be echoed.
const PROTOCOL_ERROR: u16 = 1002;

#[derive(Debug, Default)]
pub struct Stream {
    /// Frames whose payload is not out, as far as their headers have come.
    frames: VecDeque<Frame>,
    /// Wire offset up to which it is out.
    out: u64,
    /// What of the next control frame's payload has come.
    control: Vec<u8>,
    /// Frames that are to be sent.
    replies: Vec<u8>,
    /// A Close is among them, or was: nothing may follow it.
    closed: bool,
}

impl Stream {
    pub fn frame(&mut self, frame: &Frame) {
        // A longer one is no control frame that could be answered.
        let answered = [PING, CLOSE].contains(&frame.opcode) && frame.length <= CONTROL_MAX as u64;
        if frame.direction == Direction::Received && (answered || !frame.is_control()) {
            self.frames.push_back(*frame);
        }
    }

    /// What answers the control frames that have come since the last time.
    pub fn replies(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.replies)
    }

    fn reply(&mut self, opcode: u8) {
        let payload = std::mem::take(&mut self.control);
        if self.closed {
            return;
        }
        let reply = match (opcode, close_code(&payload)) {
            (PING, _) => Outgoing::new(PONG, payload),
            _ if payload.is_empty() => Outgoing::new(CLOSE, payload),
            (_, Some(code)) if may_be_sent(code) => Outgoing::close(code, ""),
            _ => Outgoing::close(PROTOCOL_ERROR, ""),
        };
        self.closed = opcode == CLOSE;
        self.replies.extend(reply.masked());
    }

    /// Writes the payload that has come since the last time.
    ///
    /// # Errors
    /// What `write` says.
    pub fn payload(
        &mut self,
        recent: &Recent,
        mut write: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        while let Some(&frame) = self.frames.front() {
            let from = self.out.max(frame.payload());
            let to = frame.end().min(recent.end());
            if from < to {
                let mut bytes = Cow::Borrowed(recent.between(from, to));
                if let Some(key) = frame.mask {
                    mask(bytes.to_mut(), key, from - frame.payload());
                }
                match frame.is_control() {
                    true => self.control.extend_from_slice(&bytes),
                    false => write(&bytes)?,
                }
                self.out = to;
            }
            if frame.end() > recent.end() {
                break;
            }
            self.frames.pop_front();
            if frame.is_control() {
                self.reply(frame.opcode);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::recent::Keep;
    use super::*;
    use crate::proto::ws::frame_at;
    use crate::request::Outgoing;

    /// Frames behind 7 bytes of a head, in `recv()`s of each size.
    #[test]
    fn payload_comes_out_however_it_is_cut() {
        let frame = |opcode, payload: &[u8], mask| Outgoing::new(opcode, payload).bytes(mask);
        let wire = [
            frame(1, b"hello", None),
            frame(9, b"ping", None),
            frame(2, &[b'x'; 200], Some([1, 2, 3, 4])),
            frame(9, &[b'y'; 126], None),
            frame(9, b"", None),
            frame(0, b"", None),
            frame(10, b"pong", None),
            frame(0, b"end", None),
            frame(8, b"\x03\xe8bye", Some([5, 6, 7, 8])),
            frame(9, b"too late", None),
        ];
        let want = [&b"hello"[..], &[b'x'; 200], b"end"].concat();
        let all = [&b"headers"[..], &wire.concat()].concat();
        for size in 1..=all.len() {
            let mut stream = Stream::default();
            let mut recent = Recent::new(Keep::Last);
            let mut came = Vec::new();
            let mut at = 7;
            let mut frames = wire.iter().peekable();
            for piece in all.chunks(size) {
                recent.push(piece);
                let end = recent.end() + piece.len() as u64;
                recent.end_is(end);
                while let Some(bytes) = frames.peek() {
                    let header = frame_at(Direction::Received, bytes, at);
                    let header = header.filter(|header| header.payload() <= end);
                    let Some(header) = header else { break };
                    stream.frame(&header);
                    at = header.end();
                    frames.next();
                }
                let write = |bytes: &[u8]| {
                    came.extend_from_slice(bytes);
                    Ok(())
                };
                stream.payload(&recent, write).unwrap();
            }
            assert_eq!(came, want, "cut by {size}");
            let answers = told(&stream.replies());
            let want = [
                ("pong", b"ping".to_vec()),
                ("pong", Vec::new()),
                ("close", b"\x03\xe8".to_vec()),
            ];
            assert_eq!(answers, want, "cut by {size}");
        }
    }

    /// Frames of a client: their names and payloads.
    fn told(frames: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
        let mut at = 0;
        let mut told = Vec::new();
        while let Some(frame) = frame_at(Direction::Sent, &frames[at..], 0) {
            let from = at + usize::from(frame.header);
            at += frame.end() as usize;
            let mut payload = frames[from..at].to_vec();
            mask(&mut payload, frame.mask.expect("a client's"), 0);
            told.push((frame.name(), payload));
        }
        told
    }

    #[test]
    fn a_close_is_answered_with_a_code_that_may_be_sent() {
        for (payload, want) in [
            (&b""[..], &b""[..]),
            (b"\x03\xe8", b"\x03\xe8"),
            (b"\x0f\xa0why", b"\x0f\xa0"),
            // 1005 and 999; half a code
            (b"\x03\xed", b"\x03\xea"),
            (b"\x03\xe7", b"\x03\xea"),
            (b"\x03", b"\x03\xea"),
        ] {
            let mut stream = Stream {
                control: payload.to_vec(),
                ..Stream::default()
            };
            stream.reply(CLOSE);
            assert_eq!(told(&stream.replies()), [("close", want.to_vec())]);
            stream.reply(PING);
            assert!(stream.replies().is_empty(), "nothing follows it");
        }
    }
}
