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
use crate::net::{Control, Sink, Teller};

/// Where the fetch's thread puts things: the [`Sink`] of the browser.
pub struct Sender {
    queue: Arc<Queue>,
    control: Control,
    wake: Arc<dyn Fn() + Send + Sync>,
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
    /// Of the last event: two threads tell, and times never go back.
    last_us: u64,
    receiver_gone: bool,
    /// The fetch has returned: nothing more will come, unless it is taken up again with
    /// the ends of the stores that it left.
    sender_gone: bool,
    left: Option<(Writer, Writer)>,
}

/// `memory`: what the two stores draw from before they go to a file; shared with those of
/// other exchanges, so that a session has one bound.
/// `control`: of the fetch that will send; a cancel frees it from a full queue.
/// `wake` is called from the fetch's thread when something waits and nothing did before.
pub fn channel(
    memory: &Memory,
    control: &Control,
    wake: impl Fn() + Send + Sync + 'static,
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
        wake: Arc::new(wake),
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

    /// A way in for a fetch that takes this one up again: its bytes go on where they
    /// ended. `None` while that one runs.
    pub fn reopen(
        &self,
        control: &Control,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Option<Sender> {
        let mut waiting = self.queue.waiting();
        let (wire, decoded) = waiting.left.take()?;
        waiting.sender_gone = false;
        drop(waiting);
        Some(Sender {
            queue: Arc::clone(&self.queue),
            control: control.clone(),
            wake: Arc::new(wake),
            wire,
            decoded,
            copies: false,
        })
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
        // What takes their place holds no memory.
        let none = Memory::default();
        let wire = std::mem::replace(&mut self.wire, Writer::new(&none));
        let decoded = std::mem::replace(&mut self.decoded, Writer::new(&none));
        let mut waiting = self.queue.waiting();
        waiting.left = Some((wire, decoded));
        waiting.sender_gone = true;
        drop(waiting);
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
            Kind::Head(head) => {
                self.copies = head.framing == Framing::Chunked;
                if let Framing::Length(bytes) = head.framing {
                    self.wire.expect(bytes);
                }
            }
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
        if waiting.push(event) {
            drop(waiting);
            (self.wake)();
        }
        Ok(())
    }

    fn teller(&self) -> Option<Teller> {
        let (queue, wake) = (Arc::clone(&self.queue), Arc::clone(&self.wake));
        Some(Box::new(move |event| {
            // A few send()s by hand, never held back.
            if queue.waiting().push(event) {
                wake();
            }
        }))
    }
}

impl Waiting {
    /// True where nothing waited before.
    fn push(&mut self, mut event: Event) -> bool {
        event.t_us = event.t_us.max(self.last_us);
        self.last_us = event.t_us;
        self.events.push(event);
        self.events.len() == 1
    }
}

impl Queue {
    /// A push or a swap is whole or has not been: a panic elsewhere leaves nothing to
    /// mistrust.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
