//! From the fetch's thread to the screen: stores for the bytes, a bounded queue for the
//! events, at most one wake-up for all that waits.
//!
//! A wake-up per `recv` costs more than the `recv`. So an event is pushed under a lock
//! that is hardly ever contended, and the screen is woken only when it has taken all
//! that was there before. A full queue holds the fetch back; the kernel's queue then
//! fills, the advertised window closes: backpressure that can be seen.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::body::{Memory, Store, Writer};
use crate::error::{Error, Result};
use crate::event::{Event, Framing, Kind};
use crate::net::{Control, Sink};

/// Where the fetch's thread puts things: the [`Sink`] of the browser.
pub struct Sender {
    queue: Arc<Queue>,
    control: Control,
    wake: Box<dyn Fn() + Send>,
    wire: Writer,
    decoded: Writer,
    /// A transfer coding is removed from the body: it lies nowhere on the wire in one
    /// piece, so it is copied. Any other body is a window on the wire.
    copies: bool,
}

/// What the screen holds of one running exchange. Dropped, it cancels the exchange.
pub struct Receiver {
    queue: Arc<Queue>,
    wire: Store,
    decoded: Store,
}

/// Events that may wait before the fetch is held back.
pub const CAPACITY: usize = 16 * 1024;

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    /// Room again, or nobody to make any.
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    events: Vec<Event>,
    receiver_gone: bool,
    /// The fetch has returned: nothing more will come.
    sender_gone: bool,
}

/// `memory`: what the two stores draw from before they go to a file; shared with those of
/// other exchanges, so that a session has one bound.
/// `control`: of the fetch that will send; a cancel frees it from a full queue.
/// `wake` is called from the fetch's thread when something waits and nothing did before.
pub fn channel(
    memory: &Memory,
    control: &Control,
    wake: impl Fn() + Send + 'static,
) -> (Sender, Receiver) {
    let queue = Arc::new(Queue::default());
    let (wire, decoded) = (Writer::new(memory), Writer::new(memory));
    let receiver = Receiver {
        queue: Arc::clone(&queue),
        wire: wire.store(),
        decoded: decoded.store(),
    };
    let cancelled = Arc::clone(&queue);
    control.on_cancel(move || {
        // The lock, so that the sender is either before its look or in its wait.
        let _waiting = cancelled.waiting();
        cancelled.changed.notify_all();
    });
    let sender = Sender {
        queue,
        control: control.clone(),
        wake: Box::new(wake),
        wire,
        decoded,
        copies: false,
    };
    (sender, receiver)
}

impl Receiver {
    /// Moves everything that waits to the end of `into`; the fetch goes on. An empty
    /// `into` is exchanged for the queue, so that two allocations go back and forth.
    pub fn drain(&self, into: &mut Vec<Event>) {
        let mut waiting = self.queue.waiting();
        match into.is_empty() {
            true => std::mem::swap(&mut waiting.events, into),
            false => into.append(&mut waiting.events),
        }
        self.queue.changed.notify_all();
    }

    /// The fetch has returned and all its events wait or are taken.
    pub fn finished(&self) -> bool {
        self.queue.waiting().sender_gone
    }

    /// How many events wait: at most [`CAPACITY`], and the few that a cancelled fetch
    /// still has to say.
    pub fn waiting(&self) -> usize {
        self.queue.waiting().events.len()
    }

    /// Every byte received.
    pub fn wire(&self) -> Store {
        self.wire.clone()
    }

    /// The body, where a transfer coding was removed from it; else empty.
    pub fn decoded(&self) -> Store {
        self.decoded.clone()
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.queue.waiting().sender_gone = true;
        (self.wake)();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.queue.waiting().receiver_gone = true;
        self.queue.changed.notify_all();
    }
}

impl Sink for Sender {
    fn wire(&mut self, bytes: &[u8]) -> Result<()> {
        self.wire
            .append(bytes)
            .map_err(|error| Error::write("the received bytes", &error))
    }

    fn body(&mut self, bytes: &[u8]) -> Result<()> {
        match self.copies {
            true => self
                .decoded
                .append(bytes)
                .map_err(|error| Error::write("the body", &error)),
            false => Ok(()),
        }
    }

    /// # Errors
    /// [`Error::Cancelled`] when nobody will ever take it.
    fn event(&mut self, event: Event) -> Result<()> {
        match &event.kind {
            Kind::Head(head) => self.copies = head.framing == Framing::Chunked,
            Kind::Answer { .. } => self.copies = false,
            _ => {}
        }
        let mut waiting = self.queue.waiting();
        // After a cancel what little is still to be said is said at once.
        while waiting.events.len() >= CAPACITY
            && !waiting.receiver_gone
            && !self.control.cancelled()
        {
            waiting = self
                .queue
                .changed
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if waiting.receiver_gone {
            return Err(Error::Cancelled);
        }
        waiting.events.push(event);
        let first = waiting.events.len() == 1;
        drop(waiting);
        if first {
            (self.wake)();
        }
        Ok(())
    }
}

impl Queue {
    /// A push or a swap is whole or has not been: a panic elsewhere leaves nothing to
    /// mistrust.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
