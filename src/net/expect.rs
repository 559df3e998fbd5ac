//! `Expect: 100-continue`: the head goes first, and the body when the server says so, or
//! when it has said nothing for long enough (RFC 9110 section 10.1.1).
//!
//! Owns that wait. The calls are the loops' own.

use std::time::{Duration, Instant};

use crate::error::Result;
use crate::event::EndMode;
use crate::net::Sink;
use crate::net::loops::Came;
use crate::net::run::Run;
use crate::net::transport::Buffers;
use crate::net::turn::Turn;
use crate::plan::Plan;
use crate::request;

/// Where the body begins that waits, and for how long at most; `None`: all goes at once,
/// as it must where a single `recv()` is to bring the response.
pub(super) fn wanted(plan: &Plan, bytes: &[u8]) -> Option<(usize, Duration)> {
    let wait = plan
        .options
        .expect
        .filter(|_| plan.options.end != EndMode::Once)?;
    let value = request::field(bytes, "Expect")?;
    let body = request::body(bytes).filter(|body| !body.is_empty())?;
    let asks = value.eq_ignore_ascii_case(b"100-continue");
    asks.then_some((body.start, wait))
}

impl<S: Sink> Run<'_, S> {
    /// False: the final response is here, or nobody is, and the body stays unsent.
    pub(super) fn await_continue(&mut self, turn: &mut Turn, wait: Duration) -> Result<bool> {
        let began = Instant::now();
        let mut buffers = Buffers::asking(self.plan.options.recv_size);
        let answered = |turn: &Turn| turn.reader.answers() || turn.peer_closed;
        while !turn.reader.continued() && !answered(turn) {
            let left = wait.saturating_sub(began.elapsed());
            if left.is_zero() {
                break;
            }
            if let Came::Nothing(_) = self.recv(turn, &mut buffers, Some(left))? {
                break;
            }
        }
        Ok(!answered(turn))
    }
}
