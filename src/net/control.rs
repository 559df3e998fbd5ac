//! What the user's hand does to a running fetch: cancel, pause, step, throttle; and the
//! gate that each call passes first.
//!
//! Owns [`Control`], shared by the fetch's thread and the screen. It makes no call of
//! its own but `shutdown()`, which wakes whatever call the other thread is in, so that
//! cancelling needs no polling (`shutdown(SHUT_RDWR)` wakes connect, send, recv and
//! poll), and the probes of [`Control::queues`].

use std::fmt;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::net::{Shutdown, shutdown};

use crate::error::{Error, Result};
use crate::event::Queues;
use crate::net::probe;
use crate::net::talk::Talk;

/// A hand on one fetch. Clones are the same hand.
#[derive(Clone, Debug, Default)]
pub struct Control(pub(super) Arc<Shared>);

#[derive(Debug, Default)]
pub(super) struct Shared {
    /// What of `state` concerns a call that may simply go on: 0 is "nothing". Written
    /// under the lock, read without: the gate of a free-running fetch takes no lock.
    flags: AtomicU8,
    state: Mutex<State>,
    changed: Condvar,
    /// More to be sent on the open connection.
    pub(super) talk: Talk,
}

const CANCELLED: u8 = 1;
const PAUSED: u8 = 2;
const PACED: u8 = 4;

#[derive(Default)]
struct State {
    cancelled: bool,
    paused: bool,
    /// Calls that may pass while paused.
    steps: u32,
    /// The least time between two calls.
    pace: Option<Duration>,
    last_call: Option<Instant>,
    /// The sockets in use: one, or one for each connect attempt.
    sockets: Vec<Arc<OwnedFd>>,
    /// Wake whoever waits for something else than a socket.
    on_cancel: Vec<Box<dyn FnOnce() + Send>>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("cancelled", &self.cancelled)
            .field("paused", &self.paused)
            .field("steps", &self.steps)
            .field("pace", &self.pace)
            .field("sockets", &self.sockets)
            .finish_non_exhaustive()
    }
}

impl Control {
    pub fn new() -> Control {
        Control::default()
    }

    /// Stops the fetch at once, whatever call it is in. Everything received stays.
    pub fn cancel(&self) {
        // First the flag: a woken recv answers 0, and only the flag tells that from the
        // peer's close.
        self.change(|state| state.cancelled = true);
        let mut state = self.state();
        for socket in &state.sockets {
            // It may be closed by the peer already: nothing is left to wake then.
            let _ = shutdown(socket, Shutdown::Both);
        }
        let on_cancel = std::mem::take(&mut state.on_cancel);
        drop(state);
        // Without the lock: they may look at this control.
        for wake in on_cancel {
            wake();
        }
    }

    pub fn cancelled(&self) -> bool {
        self.flags() & CANCELLED != 0
    }

    /// No call begins while paused; the one that runs is not disturbed.
    pub fn pause(&self) {
        self.change(|state| state.paused = true);
    }

    pub fn resume(&self) {
        self.change(|state| {
            state.paused = false;
            state.steps = 0;
        });
    }

    pub fn paused(&self) -> bool {
        self.flags() & PAUSED != 0
    }

    /// One call, then pause.
    pub fn step(&self) {
        self.change(|state| {
            state.paused = true;
            state.steps = state.steps.saturating_add(1);
        });
    }

    /// At most so many calls a second; `None`: as fast as they come.
    pub fn throttle(&self, calls_per_second: Option<f64>) {
        let pace = calls_per_second
            .filter(|&rate| rate > 0.0)
            .map(|rate| Duration::from_secs_f64((1.0 / rate).min(3600.0)));
        self.change(|state| state.pace = pace);
    }

    /// True while calls are paced by hand: then the queues are read before each.
    pub fn paced(&self) -> bool {
        self.flags() & (PAUSED | PACED) != 0
    }

    /// The levels of the current socket's queues, read from outside the call.
    pub fn queues(&self) -> Option<Queues> {
        // Under the lock, so that the fetch's thread cannot close the socket meanwhile
        // and leave closing it to us: half a dozen system calls of 0.2 µs each.
        let state = self.state();
        state.sockets.last().map(probe::queues)
    }

    /// Waits until the next call may begin; answers how long it was held back, zero when
    /// it was not.
    ///
    /// # Errors
    /// [`Error::Cancelled`], also when it comes while waiting.
    pub(super) fn gate(&self) -> Result<Duration> {
        match self.flags() {
            0 => Ok(Duration::ZERO),
            _ => self.wait_for_turn(),
        }
    }

    fn wait_for_turn(&self) -> Result<Duration> {
        let began = Instant::now();
        let mut held = Duration::ZERO;
        let mut state = self.state();
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
            } else if state.paused {
                state = self.wait(state, None);
                held = began.elapsed();
                continue;
            } else if !due.is_zero() {
                state = self.wait(state, Some(due));
                held = began.elapsed();
                continue;
            }
            state.last_call = Some(now);
            return Ok(held);
        }
    }

    /// Registers a socket, for cancelling and for the queues.
    ///
    /// # Errors
    /// [`Error::Cancelled`]: the socket is not registered and must not be used.
    pub(super) fn attach(&self, socket: &Arc<OwnedFd>) -> Result<()> {
        let mut state = self.state();
        if state.cancelled {
            return Err(Error::Cancelled);
        }
        state.sockets.push(Arc::clone(socket));
        Ok(())
    }

    /// Forgets this socket: it is about to be closed.
    pub(super) fn detach(&self, socket: &Arc<OwnedFd>) {
        self.state()
            .sockets
            .retain(|attached| !Arc::ptr_eq(attached, socket));
    }

    /// Forgets every socket: they are closed, or kept for others than this hand.
    pub(super) fn detach_all(&self) {
        self.state().sockets.clear();
    }

    /// `shutdown()` on whatever socket there is: its `recv()` answers 0.
    pub(super) fn shut_down(&self, how: Shutdown) {
        for socket in &self.state().sockets {
            // It may be closed by the peer already: nothing is left to wake then.
            let _ = shutdown(socket, how);
        }
    }

    /// Calls `wake` once, on cancel; at once if that has been.
    pub(super) fn on_cancel(&self, wake: impl FnOnce() + Send + 'static) {
        let mut state = self.state();
        if !state.cancelled {
            state.on_cancel.push(Box::new(wake));
            return;
        }
        drop(state);
        wake();
    }

    /// Waits for a cancel, at most so long.
    ///
    /// # Errors
    /// [`Error::Cancelled`]
    pub(super) fn rest(&self, time: Duration) -> Result<()> {
        let began = Instant::now();
        let mut state = self.state();
        while !state.cancelled {
            let left = time.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            state = self.wait(state, Some(left));
        }
        Err(Error::Cancelled)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        let flags = [
            (state.cancelled, CANCELLED),
            (state.paused, PAUSED),
            (state.pace.is_some(), PACED),
        ];
        let flags = flags.iter().filter(|(set, _)| *set).map(|(_, flag)| flag);
        self.0.flags.store(flags.sum(), Ordering::Release);
        self.0.changed.notify_all();
    }

    fn flags(&self) -> u8 {
        self.0.flags.load(Ordering::Acquire)
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        time: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        let changed = &self.0.changed;
        match time {
            None => changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some(time) => {
                changed
                    .wait_timeout(state, time)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        }
    }

    /// No invariant spans two fields, so a panic elsewhere leaves nothing to mistrust.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn an_untouched_gate_is_open_and_a_cancelled_one_closed() {
        let control = Control::new();
        assert_eq!(control.gate(), Ok(Duration::ZERO));
        assert!(!control.paced());
        control.cancel();
        assert_eq!(control.gate(), Err(Error::Cancelled));
        let (tell, told) = mpsc::channel();
        control.on_cancel(move || tell.send(()).unwrap());
        assert_eq!(told.try_recv(), Ok(()), "a late waker is called at once");
    }

    #[test]
    fn each_step_lets_one_call_pass() {
        let control = Control::new();
        control.step();
        control.step();
        assert!(control.paused() && control.paced());
        assert_eq!(control.gate(), Ok(Duration::ZERO));
        assert_eq!(control.gate(), Ok(Duration::ZERO));
        let (tell, told) = mpsc::channel();
        let hand = control.clone();
        let third = std::thread::spawn(move || {
            tell.send(()).unwrap();
            hand.gate()
        });
        told.recv().unwrap();
        control.cancel();
        assert_eq!(third.join().unwrap(), Err(Error::Cancelled));
    }

    #[test]
    fn a_throttled_call_says_how_long_it_was_held() {
        let control = Control::new();
        control.throttle(Some(100.0));
        assert_eq!(control.gate(), Ok(Duration::ZERO), "the first goes at once");
        assert!(control.gate().unwrap() >= Duration::from_millis(9));
        control.throttle(Some(0.001));
        let hand = control.clone();
        let held = std::thread::spawn(move || hand.gate());
        control.throttle(None);
        assert!(held.join().unwrap().unwrap() < Duration::from_secs(60));
    }
}
