//! Puts the time on each event and hands it to the sink, in order.
//!
//! Owns the clock of an exchange and the one rule about `body` events: the body slices
//! of a `recv` are added up, and stand before whatever the reader finds next. As many of
//! them as can be come to the sink in one call: a call a chunk costs more than the chunk.

use std::io::IoSlice;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::event::{Event, Kind};
use crate::net::gathered::Gathered;
use crate::net::{Sink, Teller};
use crate::proto::Output;

/// Smaller chunks are copied together: to write this many bytes from where they are costs
/// as much as to copy them.
const SMALL: usize = 512;

pub(super) struct Events<'a, S> {
    sink: &'a mut S,
    start: Instant,
    /// Of the last event; what the reader finds in a `recv` has that call's time.
    t_us: u64,
    /// Body bytes handed over and not yet told of.
    body: u64,
    /// Here, so that it is made once; empty between two `recv()`s.
    gathered: Gathered,
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
            gathered: Gathered::default(),
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

    /// Where the reader puts what it finds in those bytes.
    pub fn reading<'e>(&'e mut self, bytes: &'e [u8]) -> Reading<'e, 'a, S> {
        Reading {
            hears_chunks: self.sink.hears_chunks(),
            events: self,
            bytes,
            parts: Vec::new(),
        }
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
        if self.body > 0 {
            let bytes = std::mem::take(&mut self.body);
            self.put(Kind::Body { bytes });
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
        self.body += bytes.len() as u64;
        self.keep_error(|sink| sink.body(bytes));
    }
}

/// What the reader finds in the bytes of one `recv()`. Ends with [`Reading::hand_on`].
pub(super) struct Reading<'e, 'a, S> {
    events: &'e mut Events<'a, S>,
    hears_chunks: bool,
    bytes: &'e [u8],
    /// Parts of `bytes` that the sink has not got yet; none where small chunks are gathered.
    parts: Vec<IoSlice<'e>>,
}

impl<S: Sink> Reading<'_, '_, S> {
    /// What was found is the sink's.
    pub fn hand_on(&mut self) {
        let Events { gathered, .. } = self.events;
        if !gathered.is_empty() {
            let mut gathered = std::mem::take(gathered);
            self.events.body(gathered.take());
            self.events.gathered = gathered;
        }
        match &mut self.parts[..] {
            [] => {}
            [part] => self.events.body(part),
            parts => {
                self.events.body += parts.iter().map(|part| part.len() as u64).sum::<u64>();
                self.events.keep_error(|sink| sink.body_parts(parts));
            }
        }
        self.parts.clear();
    }

    /// A chunk that nobody hears of, where it is small.
    #[inline]
    fn gather(&mut self, part: Range<usize>) {
        if !self.parts.is_empty() || !self.events.gathered.has_room_for(part.len()) {
            self.hand_on();
        }
        self.events.gathered.push(self.bytes, part);
    }
}

impl<S: Sink> Output for Reading<'_, '_, S> {
    fn event(&mut self, kind: Kind) {
        if !self.hears_chunks && matches!(kind, Kind::Chunk { size: 1.., .. }) {
            return;
        }
        self.hand_on();
        self.events.event(kind);
    }

    fn body(&mut self, bytes: &[u8]) {
        if !self.events.gathered.is_empty() {
            self.hand_on();
        }
        match place(bytes, self.bytes) {
            Some(place) => self.parts.push(IoSlice::new(&self.bytes[place])),
            // Held since an earlier `recv()`.
            None => {
                self.hand_on();
                self.events.body(bytes);
            }
        }
    }

    #[inline]
    fn chunk(&mut self, offset: u64, data: &[u8]) {
        if self.hears_chunks {
            self.event(Kind::Chunk {
                offset,
                size: data.len() as u64,
                extensions: Box::default(),
            });
        } else if data.len() < SMALL
            && let Some(place) = place(data, self.bytes)
        {
            return self.gather(place);
        }
        self.body(data);
    }
}

/// Where in `whole` a slice of it lies; `None` for every other slice. Seen by its address
/// alone: `subslice_range()`, once that is stable.
#[inline]
fn place(part: &[u8], whole: &[u8]) -> Option<Range<usize>> {
    let at = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    let end = at.checked_add(part.len())?;
    (end <= whole.len()).then_some(at..end)
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

        fn body_parts(&mut self, parts: &mut [IoSlice<'_>]) -> Result<()> {
            parts
                .iter()
                .for_each(|part| self.body.extend_from_slice(part));
            let sizes: Vec<_> = parts.iter().map(|part| part.len().to_string()).collect();
            self.told.push(sizes.join("+"));
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
    fn chunks_that_nobody_hears_of_come_in_few_calls() {
        let many = vec![500; 200];
        for (hears_chunks, chunks, want) in [
            (false, &[1, 2, 3][..], &["6", "body 6"][..]),
            (false, &[1, 2, 9000, 3], &["3", "9000", "3", "body 9006"]),
            (false, &[600, 9000, 512], &["600+9000+512", "body 10112"]),
            (
                false,
                &many,
                &["32500", "32500", "32500", "2500", "body 100000"],
            ),
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
            let mut reading = events.reading(&data);
            let mut at = 0;
            for &size in chunks {
                reading.chunk(at as u64, &data[at..at + size]);
                at += size;
            }
            reading.hand_on();
            events.flush().unwrap();
            assert_eq!(seen.told, want);
            assert_eq!(seen.body, data);
        }
    }

    /// A chunk that is cut at both ends, and what was held since an earlier `recv()`.
    #[test]
    fn parts_keep_their_order() {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(3000).collect();
        let held = b"held";
        let mut seen = Seen::default();
        let mut events = Events::new(&mut seen, Instant::now());
        let mut reading = events.reading(&bytes);
        reading.body(&bytes[..9]);
        reading.chunk(0, &bytes[9..20]);
        reading.chunk(0, &bytes[20..30]);
        reading.body(&bytes[30..40]);
        reading.body(&bytes[40..1000]);
        reading.body(held);
        reading.chunk(0, &bytes[1000..3000]);
        reading.event(Kind::HalfClosed);
        reading.hand_on();
        assert_eq!(
            seen.told,
            ["9", "21", "10+960", "4", "2000", "body 3004", "event"]
        );
        assert_eq!(seen.body, [&bytes[..1000], held, &bytes[1000..]].concat());
    }
}
