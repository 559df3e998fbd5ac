//! What the user's hand does to a running fetch: cancel, pause, step, throttle; and the
//! gate that each call passes first.
//!
//! Owns [`Control`], shared by the fetch's thread and the screen. It makes no call of
//! its own but `shutdown()`, which wakes whatever call the other thread is in, so that
//! cancelling needs no polling (`shutdown(SHUT_RDWR)` wakes connect, send and recv).

use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::net::{Shutdown, shutdown};

use crate::error::{Error, Result};
use crate::event::Queues;
use crate::net::probe;

/// A hand on one fetch. Clones are the same hand.
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    cancelled: bool,
    paused: bool,
    /// Calls that may pass while paused.
    steps: u32,
    /// The least time between two calls.
    pace: Option<Duration>,
    last_call: Option<Instant>,
    /// Duplicates of the sockets in use: one, or one for each connect attempt.
    sockets: Vec<OwnedFd>,
}

impl Control {
    pub fn new() -> Control {
        Control::default()
    }

    /// Stops the fetch at once, whatever call it is in. Everything received stays.
    pub fn cancel(&self) {
        let mut state = self.state();
        state.cancelled = true;
        for socket in &state.sockets {
            // It may be closed by the peer already: nothing is left to wake then.
            let _ = shutdown(socket, Shutdown::Both);
        }
        self.0.changed.notify_all();
    }

    pub fn cancelled(&self) -> bool {
        self.state().cancelled
    }

    /// No call begins while paused; the one that runs is not disturbed.
    pub fn pause(&self) {
        self.state().paused = true;
    }

    pub fn resume(&self) {
        let mut state = self.state();
        state.paused = false;
        state.steps = 0;
        self.0.changed.notify_all();
    }

    pub fn paused(&self) -> bool {
        self.state().paused
    }

    /// One call, then pause.
    pub fn step(&self) {
        let mut state = self.state();
        state.paused = true;
        state.steps += 1;
        self.0.changed.notify_all();
    }

    /// At most so many calls a second; `None`: as fast as they come.
    pub fn throttle(&self, calls_per_second: Option<f64>) {
        let mut state = self.state();
        state.pace = calls_per_second
            .filter(|&rate| rate > 0.0)
            .map(|rate| Duration::from_secs_f64((1.0 / rate).min(3600.0)));
        self.0.changed.notify_all();
    }

    /// True while calls are paced by hand: then the queues are read before each.
    pub fn paced(&self) -> bool {
        let state = self.state();
        state.paused || state.pace.is_some()
    }

    /// The levels of the current socket's queues, read from outside the call.
    pub fn queues(&self) -> Option<Queues> {
        let state = self.state();
        state.sockets.last().map(probe::queues)
    }

    /// Waits until the next call may begin; answers how long it was held back.
    ///
    /// # Errors
    /// [`Error::Cancelled`], also when it comes while waiting.
    pub(super) fn gate(&self) -> Result<Duration> {
        let mut state = self.state();
        if !state.paused && state.pace.is_none() {
            return match state.cancelled {
                true => Err(Error::Cancelled),
                false => Ok(Duration::ZERO),
            };
        }
        let began = Instant::now();
        loop {
            if state.cancelled {
                return Err(Error::Cancelled);
            }
            let now = Instant::now();
            let due = match (state.pace, state.last_call) {
                (Some(pace), Some(last)) => (last + pace).saturating_duration_since(now),
                _ => Duration::ZERO,
            };
            if state.paused && state.steps > 0 {
                state.steps -= 1;
                break;
            }
            state = if state.paused {
                self.0
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner)
            } else if due > Duration::ZERO {
                self.0
                    .changed
                    .wait_timeout(state, due)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            } else {
                break;
            };
        }
        state.last_call = Some(Instant::now());
        Ok(began.elapsed())
    }

    /// Registers a duplicate of a socket, for cancelling and for the queues.
    ///
    /// # Errors
    /// [`Error::Cancelled`]: the socket is not registered and must not be used.
    pub(super) fn attach(&self, socket: OwnedFd) -> Result<()> {
        let mut state = self.state();
        if state.cancelled {
            return Err(Error::Cancelled);
        }
        state.sockets.push(socket);
        Ok(())
    }

    /// Forgets every registered socket.
    pub(super) fn detach(&self) {
        self.state().sockets.clear();
    }

    /// No invariant spans two fields, so a panic elsewhere leaves nothing to mistrust.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
