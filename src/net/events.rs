//! Puts the time on each event and hands it to the sink, in order.
//!
//! Owns the clock of an exchange and the one rule about `body` events: the body slices
//! of a `recv` are added up, and stand before whatever the reader finds next. Chunks that
//! nobody hears of are gathered before the sink gets them, where they are small.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::event::{Event, Kind};
use crate::net::{Sink, Teller};
use crate::proto::Output;

/// Smaller chunks are gathered: to copy 16 bytes costs a fifth of a call into the sink,
/// to copy this many as much as one.
const SMALL: usize = 512;
/// Gathered bytes at most: what a `recv()` of 64 KiB holds in chunks of any size.
const GATHER: usize = 64 * 1024;

pub(super) struct Events<'a, S> {
    sink: &'a mut S,
    start: Instant,
    /// Of the last event; what the reader finds in a `recv` has that call's time.
    t_us: u64,
    /// Body bytes handed over and not yet told of.
    body: u64,
    /// Data of small chunks, `len() <= GATHER`; the sink has everything before it.
    gathered: Vec<u8>,
    /// The sink's first error since the last [`Events::flush`]: the reader's calls have
    /// no way to answer it.
    failed: Option<Error>,
}

impl<'a, S: Sink> Events<'a, S> {
    /// `start` is zero of `t_us`.
    pub fn new(sink: &'a mut S, start: Instant) -> Events<'a, S> {
        Events {
            sink,
            start,
            t_us: 0,
            body: 0,
            gathered: Vec::new(),
            failed: None,
        }
    }

    /// # Errors
    /// The sink's.
    pub fn emit(&mut self, kind: Kind) -> Result<()> {
        self.t_us = micros(self.start.elapsed());
        self.put(kind);
        self.flush()
    }

    /// Bytes of one `recv`, then its event, which comes even when the sink could not
    /// take the bytes: the call was made.
    ///
    /// # Errors
    /// The sink's.
    pub fn received(&mut self, bytes: &[u8], recv: Kind) -> Result<()> {
        self.t_us = micros(self.start.elapsed());
        let kept = self.sink.wire(bytes);
        self.put(recv);
        kept?;
        self.flush()
    }

    /// Tells of the body bytes handed over, and of what the sink refused.
    ///
    /// # Errors
    /// The sink's first since the last flush.
    pub fn flush(&mut self) -> Result<()> {
        self.tell_body();
        self.failed.take().map_or(Ok(()), Err)
    }

    /// The next call may wait; see [`Sink::waiting`].
    ///
    /// # Errors
    /// The sink's.
    pub fn waiting(&mut self) -> Result<()> {
        self.sink.waiting()
    }

    /// See [`Sink::replies`].
    ///
    /// # Errors
    /// The sink's.
    pub fn replies(&mut self) -> Result<Vec<u8>> {
        self.sink.replies()
    }

    /// A way in for another thread.
    pub fn teller(&self) -> Option<Teller> {
        self.sink.teller()
    }

    /// When the last event was.
    pub fn t_us(&self) -> u64 {
        self.t_us
    }

    fn tell_body(&mut self) {
        self.hand_on();
        if self.body > 0 {
            let bytes = std::mem::take(&mut self.body);
            self.put(Kind::Body { bytes });
        }
    }

    /// What was gathered is the sink's.
    fn hand_on(&mut self) {
        if !self.gathered.is_empty() {
            let gathered = std::mem::take(&mut self.gathered);
            self.keep_error(|sink| sink.body(&gathered));
            self.gathered = gathered;
            self.gathered.clear();
        }
    }

    fn put(&mut self, kind: Kind) {
        let event = Event {
            t_us: self.t_us,
            kind,
        };
        self.keep_error(|sink| sink.event(event));
    }

    fn keep_error(&mut self, give: impl FnOnce(&mut S) -> Result<()>) {
        if let Err(error) = give(self.sink) {
            self.failed.get_or_insert(error);
        }
    }
}

impl<S: Sink> Output for Events<'_, S> {
    fn event(&mut self, kind: Kind) {
        self.tell_body();
        self.put(kind);
    }

    fn body(&mut self, bytes: &[u8]) {
        self.hand_on();
        self.body += bytes.len() as u64;
        self.keep_error(|sink| sink.body(bytes));
    }

    #[inline]
    fn chunk(&mut self, offset: u64, data: &[u8]) {
        if self.sink.hears_chunks() {
            self.event(Kind::Chunk {
                offset,
                size: data.len() as u64,
                extensions: Box::default(),
            });
        } else if data.len() < SMALL {
            if self.gathered.len() + data.len() > GATHER {
                self.hand_on();
            }
            self.body += data.len() as u64;
            self.gathered.extend_from_slice(data);
            return;
        }
        self.body(data);
    }
}

pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a sink is given, in order: the sizes of body slices, and events by name.
    #[derive(Default)]
    struct Seen {
        hears_chunks: bool,
        body: Vec<u8>,
        told: Vec<String>,
    }

    impl Sink for Seen {
        fn wire(&mut self, _: &[u8]) -> Result<()> {
            Ok(())
        }

        fn body(&mut self, bytes: &[u8]) -> Result<()> {
            self.body.extend_from_slice(bytes);
            self.told.push(bytes.len().to_string());
            Ok(())
        }

        fn event(&mut self, event: Event) -> Result<()> {
            self.told.push(match event.kind {
                Kind::Chunk { size, .. } => format!("chunk {size}"),
                Kind::Body { bytes } => format!("body {bytes}"),
                _ => "event".to_owned(),
            });
            Ok(())
        }

        fn hears_chunks(&self) -> bool {
            self.hears_chunks
        }
    }

    #[test]
    fn small_chunks_that_nobody_hears_of_are_gathered() {
        let many = vec![500; 200];
        for (hears_chunks, chunks, want) in [
            (false, &[1, 2, 3][..], &["6", "body 6"][..]),
            (false, &[1, 2, 9000, 3], &["3", "9000", "3", "body 9006"]),
            (false, &[512], &["512", "body 512"]),
            (false, &many, &["65500", "34500", "body 100000"]),
            (false, &[], &[]),
            (
                true,
                &[1, 2],
                &["chunk 1", "1", "body 1", "chunk 2", "2", "body 2"],
            ),
        ] {
            let mut seen = Seen {
                hears_chunks,
                ..Seen::default()
            };
            let data: Vec<u8> = (0..=u8::MAX).cycle().take(chunks.iter().sum()).collect();
            let mut events = Events::new(&mut seen, Instant::now());
            let mut at = 0;
            for &size in chunks {
                events.chunk(at as u64, &data[at..at + size]);
                at += size;
            }
            events.flush().unwrap();
            assert_eq!(seen.told, want);
            assert_eq!(seen.body, data);
        }
    }
}
