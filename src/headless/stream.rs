//! What a WebSocket brings, as `fetch ws://` prints it: the payload of its data frames, one
//! behind the other, as curl does.
//!
//! Owns which received bytes are payload. Control frames are in the events alone; `--raw`
//! and `--wire` show every byte.

use std::collections::VecDeque;

use super::recent::Recent;
use crate::error::Result;
use crate::event::Direction;
use crate::event::ws::{Frame, mask};

#[derive(Debug, Default)]
pub struct Stream {
    /// Data frames whose payload is not out, as far as their headers have come.
    frames: VecDeque<Frame>,
    /// Wire offset up to which it is out.
    out: u64,
}

impl Stream {
    pub fn frame(&mut self, frame: &Frame) {
        if frame.direction == Direction::Received && !frame.is_control() {
            self.frames.push_back(*frame);
        }
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
        while let Some(frame) = self.frames.front() {
            let from = self.out.max(frame.payload());
            let to = frame.end().min(recent.end());
            if from < to {
                let bytes = recent.between(from, to);
                match frame.mask {
                    None => write(bytes)?,
                    Some(key) => {
                        let mut bytes = bytes.to_vec();
                        mask(&mut bytes, key, from - frame.payload());
                        write(&bytes)?;
                    }
                }
                self.out = to;
            }
            if frame.end() > recent.end() {
                break;
            }
            self.frames.pop_front();
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
            frame(0, b"", None),
            frame(0, b"end", None),
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
        }
    }
}
