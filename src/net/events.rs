//! Puts the time on each event and hands it to the sink, in order.
//!
//! Owns the clock of an exchange and the one rule about `body` events: the body slices
//! of a `recv` are added up, and stand before whatever the reader finds next.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::event::{Event, Kind};
use crate::net::{Sink, Teller};
use crate::proto::Output;

pub(super) struct Events<'a, S> {
    sink: &'a mut S,
    start: Instant,
    /// Of the last event; what the reader finds in a `recv` has that call's time.
    t_us: u64,
    /// Body bytes handed over and not yet told of.
    body: u64,
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
        if self.body > 0 {
            let bytes = std::mem::take(&mut self.body);
            self.put(Kind::Body { bytes });
        }
        self.failed.take().map_or(Ok(()), Err)
    }

    /// The next call may wait; see [`Sink::waiting`].
    ///
    /// # Errors
    /// The sink's.
    pub fn waiting(&mut self) -> Result<()> {
        self.sink.waiting()
    }

    /// A way in for another thread.
    pub fn teller(&self) -> Option<Teller> {
        self.sink.teller()
    }

    /// When the last event was.
    pub fn t_us(&self) -> u64 {
        self.t_us
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
        if self.body > 0 {
            let bytes = std::mem::take(&mut self.body);
            self.put(Kind::Body { bytes });
        }
        self.put(kind);
    }

    fn body(&mut self, bytes: &[u8]) {
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
        }
        self.body(data);
    }
}

pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
