//! The connections that are open, and how all of them end at once.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::net::{Shutdown, shutdown};

use super::secure::Secure;
use crate::event::Queues;
use crate::net::probe;

/// Connections served at once, each by a thread; one more is closed as soon as it is
/// accepted.
pub const CONNECTIONS: usize = 256;

/// What the server, its accepting thread and its connections share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// `None`: in plain.
    pub(super) secure: Option<Secure>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stopped: bool,
    /// Connections so far: the next one's number.
    accepted: u64,
    /// The sockets themselves, not duplicates: a duplicate would keep the connection
    /// open after its script closed it.
    open: HashMap<u64, Arc<OwnedFd>>,
}

impl Shared {
    pub(super) fn new(secure: Option<Secure>) -> Shared {
        Shared {
            secure,
            ..Shared::default()
        }
    }

    /// Waits in a way that stopping ends; `false` when it did.
    pub(super) fn wait(&self, time: Duration) -> bool {
        let (state, _) = self
            .changed
            .wait_timeout_while(self.state(), time, |state| !state.stopped)
            .unwrap_or_else(PoisonError::into_inner);
        !state.stopped
    }

    /// Takes a connection into the list; `None` when it is to be closed instead.
    pub(super) fn register(&self, socket: &Arc<OwnedFd>) -> Option<u64> {
        let mut state = self.state();
        if state.stopped || state.open.len() >= CONNECTIONS {
            return None;
        }
        state.accepted += 1;
        let number = state.accepted;
        state.open.insert(number, Arc::clone(socket));
        Some(number)
    }

    pub(super) fn forget(&self, connection: u64) {
        self.state().open.remove(&connection);
    }

    /// Connections accepted so far.
    pub(super) fn accepted(&self) -> u64 {
        self.state().accepted
    }

    /// Connections open now.
    pub(super) fn open(&self) -> usize {
        self.state().open.len()
    }

    /// As [`super::server::Server::queues`].
    pub(super) fn queues(&self, peer: SocketAddr) -> Option<Queues> {
        let state = self.state();
        let is_it = |socket: &&Arc<OwnedFd>| {
            rustix::net::getpeername(socket)
                .ok()
                .flatten()
                .and_then(|addr| SocketAddr::try_from(addr).ok())
                == Some(peer)
        };
        state.open.values().find(is_it).map(probe::queues)
    }

    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        for socket in state.open.values() {
            // It wakes whatever call the connection's thread is in; a peer that has
            // closed already leaves nothing to wake.
            let _ = shutdown(socket, Shutdown::Both);
        }
        self.changed.notify_all();
    }

    /// No invariant spans two fields, so a panic elsewhere leaves nothing to mistrust.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
