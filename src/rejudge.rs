//! A finished exchange under another end mode: where and when it would have ended, from
//! the bytes and times that were recorded, and from nothing else.
//!
//! The recorded bytes go through a fresh reader, cut as the recorded `recv()`s cut them.
//! What the peer would have done after the last recorded call is not known, and the
//! answer says so.

use std::io;
use std::time::Duration;

use crate::body::Window;
use crate::event::{Call, EndMode, EndReason, Kind};
use crate::exchange::Exchange;
use crate::proto::{Output, Reader};

/// What an end mode would have made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub mode: EndMode,
    pub ending: Ending,
    /// Body bytes by then, transfer coding removed.
    pub body_bytes: u64,
    /// `recv()`s by then, the last one included.
    pub recvs: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// At this time of the exchange's clock, in microseconds.
    Ends { reason: EndReason, t_us: u64 },
    /// An error at that time, in words.
    Fails { t_us: u64, why: String },
    /// After the last recorded byte it would still be in `recv()`: the peer had neither
    /// closed nor said that this was all.
    Waits { since_us: u64 },
}

/// Bytes read back at once.
const PIECE: usize = 256 * 1024;

/// `method` as it was sent; `received`: the exchange's bytes from the first one of the
/// response on that is judged; `timeout`: of each `recv()`, for mode `timeout`.
///
/// Where the middle of the log was not kept, the bytes in between count as come with the
/// next recorded `recv()`.
///
/// # Errors
/// The received bytes cannot be read back.
pub fn rejudge(
    exchange: &Exchange,
    method: &[u8],
    received: &Window,
    mode: EndMode,
    timeout: Duration,
) -> io::Result<Judged> {
    let timeout_us = u64::try_from(timeout.as_micros()).unwrap_or(u64::MAX);
    let start = exchange.wire_base.saturating_add(received.start);
    let mut judge = Judge {
        mode,
        reader: Reader::new(method, mode, start),
        recvs: 0,
        fed: 0,
        piece: vec![0; PIECE],
    };
    // Each recv() waits from the end of the call before it.
    let mut since_us = exchange.spans.send.and_then(|send| send.to).unwrap_or(0);
    for (_, event) in exchange.log.iter() {
        let t_us = event.t_us;
        match event.kind {
            // Of a response before it.
            Kind::Recv { offset, bytes, .. }
                if bytes > 0 && offset.saturating_add(bytes.into()) <= start =>
            {
                since_us = t_us;
            }
            Kind::Recv { offset, bytes, .. } => {
                let late = t_us.saturating_sub(since_us) > timeout_us;
                if mode == EndMode::Timeout && late {
                    return Ok(judge.ends(EndReason::Timeout, since_us + timeout_us));
                }
                judge.recvs += 1;
                since_us = t_us;
                let end = offset.saturating_add(bytes.into()).saturating_sub(start);
                if let Some(reason) = judge.read(received, end, bytes == 0)? {
                    return Ok(judge.over(reason, t_us));
                }
            }
            Kind::CallFailed {
                call: Call::Recv,
                errno,
                ref error,
            } if errno != "EAGAIN" => {
                let why = format!("recv(): {error}");
                return Ok(judge.judged(Ending::Fails { t_us, why }));
            }
            _ => {}
        }
    }
    Ok(match mode {
        EndMode::Timeout => judge.ends(EndReason::Timeout, since_us.saturating_add(timeout_us)),
        _ => judge.judged(Ending::Waits { since_us }),
    })
}

struct Judge {
    mode: EndMode,
    reader: Reader,
    recvs: u64,
    /// Bytes that the reader has seen.
    fed: u64,
    piece: Vec<u8>,
}

impl Judge {
    /// Feeds everything up to `end`, and the close where it came.
    fn read(&mut self, received: &Window, end: u64, closed: bool) -> io::Result<Option<EndReason>> {
        if closed {
            self.reader.feed_eof(&mut Nothing);
            return Ok(self.reader.ended());
        }
        while self.fed < end && self.reader.ended().is_none() {
            let want = usize::try_from(end - self.fed).map_or(PIECE, |left| left.min(PIECE));
            let read = received.read_at(self.fed, &mut self.piece[..want])?;
            if read == 0 {
                break;
            }
            self.fed += read as u64;
            self.reader.feed(&self.piece[..read], &mut Nothing);
        }
        if self.mode == EndMode::Once && self.reader.ended().is_none() {
            self.reader.stop(EndReason::Once, &mut Nothing);
        }
        Ok(self.reader.ended())
    }

    fn ends(self, reason: EndReason, t_us: u64) -> Judged {
        self.judged(Ending::Ends { reason, t_us })
    }

    /// The reader ended it: well, or with a fault.
    fn over(self, reason: EndReason, t_us: u64) -> Judged {
        match self.reader.fault() {
            Some(error) => {
                let why = error.to_string();
                self.judged(Ending::Fails { t_us, why })
            }
            None => self.ends(reason, t_us),
        }
    }

    fn judged(self, ending: Ending) -> Judged {
        Judged {
            mode: self.mode,
            ending,
            body_bytes: self.reader.body_bytes(),
            recvs: self.recvs,
        }
    }
}

/// Only the end is wanted.
struct Nothing;

impl Output for Nothing {
    fn event(&mut self, _: Kind) {}
    fn body(&mut self, _: &[u8]) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Memory, Writer};
    use crate::exchange::tests::events::{connected, end, fold, kept, recv, send};

    const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcdef";
    const HEAD: u32 = 38;

    /// The response in three recvs, 100 ms apart; then as the rows say.
    fn recorded(bytes: &[u8], rows: &[(u64, Kind)]) -> (Exchange, Window) {
        let mut all = vec![(5, connected("127.0.0.1:8080")), (10, send(0, 40, 40))];
        all.extend_from_slice(rows);
        let mut writer = Writer::new(&Memory::new(1 << 20));
        writer.append(bytes).unwrap();
        let window = Window::whole(&writer.store());
        (fold(EndMode::Auto, 40, &all), window)
    }

    fn three_recvs() -> Vec<(u64, Kind)> {
        vec![
            (100_000, recv(0, 4096, HEAD)),
            (200_000, recv(u64::from(HEAD), 4096, 2)),
            (300_000, recv(u64::from(HEAD) + 2, 4096, 4)),
        ]
    }

    #[test]
    fn each_mode_ends_where_it_would_have() {
        let mut kept_open = three_recvs();
        kept_open.extend([(300_001, end(EndReason::ContentLength)), (300_002, kept())]);
        let mut closed = three_recvs();
        closed.push((900_000, recv(u64::from(HEAD) + 6, 4096, 0)));
        let ends = |reason, t_us| Ending::Ends { reason, t_us };
        type Rows<'a> = &'a [(u64, Kind)];
        let table: &[(Rows, EndMode, Ending, u64, u64)] = &[
            (
                &kept_open,
                EndMode::Auto,
                ends(EndReason::ContentLength, 300_000),
                6,
                3,
            ),
            (
                &kept_open,
                EndMode::Length,
                ends(EndReason::ContentLength, 300_000),
                6,
                3,
            ),
            (
                &kept_open,
                EndMode::Close,
                Ending::Waits { since_us: 300_000 },
                6,
                3,
            ),
            (
                &kept_open,
                EndMode::Timeout,
                ends(EndReason::Timeout, 2_300_000),
                6,
                3,
            ),
            (
                &kept_open,
                EndMode::Once,
                ends(EndReason::Once, 100_000),
                0,
                1,
            ),
            (
                &closed,
                EndMode::Close,
                ends(EndReason::Close, 900_000),
                6,
                4,
            ),
            (
                &closed,
                EndMode::Timeout,
                ends(EndReason::Close, 900_000),
                6,
                4,
            ),
            (
                &closed,
                EndMode::Auto,
                ends(EndReason::ContentLength, 300_000),
                6,
                3,
            ),
        ];
        for (rows, mode, ending, body_bytes, recvs) in table {
            let (exchange, wire) = recorded(RESPONSE, rows);
            let judged = rejudge(&exchange, b"GET", &wire, *mode, Duration::from_secs(2)).unwrap();
            let want = Judged {
                mode: *mode,
                ending: ending.clone(),
                body_bytes: *body_bytes,
                recvs: *recvs,
            };
            assert_eq!(judged, want);
        }
    }

    /// It begins in the middle of a call; those before it are not its.
    #[test]
    fn a_later_response_is_judged_from_its_first_byte_on() {
        let bytes = [RESPONSE, RESPONSE].concat();
        let at = HEAD + 6;
        let (exchange, wire) = recorded(
            &bytes,
            &[
                (100_000, recv(0, 4096, 10)),
                (200_000, recv(10, 4096, at)),
                (300_000, recv(u64::from(at) + 10, 4096, at - 10)),
                (900_000, recv(2 * u64::from(at), 4096, 0)),
            ],
        );
        let second = Window {
            start: at.into(),
            len: at.into(),
            ..wire
        };
        for (mode, reason, t_us, recvs) in [
            (EndMode::Auto, EndReason::ContentLength, 300_000, 2),
            (EndMode::Close, EndReason::Close, 900_000, 3),
            (EndMode::Once, EndReason::Once, 200_000, 1),
        ] {
            let judged = rejudge(&exchange, b"GET", &second, mode, Duration::from_secs(2)).unwrap();
            assert_eq!(judged.ending, Ending::Ends { reason, t_us }, "{mode}");
            assert_eq!(judged.recvs, recvs, "{mode}");
        }
    }

    #[test]
    fn a_timeout_ends_in_the_silence_that_is_longer() {
        let (exchange, wire) = recorded(RESPONSE, &three_recvs());
        let limit = Duration::from_millis(60);
        let judged = rejudge(&exchange, b"GET", &wire, EndMode::Timeout, limit).unwrap();
        let at = |t_us| Ending::Ends {
            reason: EndReason::Timeout,
            t_us,
        };
        assert_eq!((judged.ending, judged.body_bytes), (at(60_010), 0));
    }

    #[test]
    fn what_breaks_the_framing_fails() {
        let (exchange, wire) = recorded(b"HTTP/1.1 200 OK\r\n\r\n", &[(100, recv(0, 4096, 19))]);
        let limit = Duration::from_secs(1);
        let judged = rejudge(&exchange, b"GET", &wire, EndMode::Length, limit).unwrap();
        assert!(
            matches!(judged.ending, Ending::Fails { t_us: 100, .. }),
            "{judged:?}"
        );
    }
}
