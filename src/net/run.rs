//! One fetch under way: its plan, the hand on it, its events; and the time limits that a
//! plan sets on its calls.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::event::{Call, Kind};
use crate::net::events::{Events, micros};
use crate::net::{Control, Sink};
use crate::plan::Plan;

pub(super) struct Run<'a, S> {
    pub plan: &'a Plan,
    pub control: &'a Control,
    pub events: Events<'a, S>,
    /// When the kernel's queues were last looked at.
    pub looked_us: Option<u64>,
}

impl<S: Sink> Run<'_, S> {
    /// What every call passes first. Answers how long the user held it back.
    ///
    /// # Errors
    /// [`Error::Cancelled`], or what the sink could not write.
    pub fn gate(&mut self, call: Call) -> Result<Duration> {
        self.events.waiting()?;
        let held = self.control.gate()?;
        if !held.is_zero() {
            let waited_us = micros(held);
            self.events.emit(Kind::Held { call, waited_us })?;
        }
        Ok(held)
    }
}

/// How long a wait may last, and which flag says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    /// From now on.
    pub left: Duration,
    /// What the flag was given.
    after: Duration,
    flag: &'static str,
}

/// SO_RCVTIMEO is counted in ticks of up to 10 ms: it may strike so much before a deadline.
const EARLY: Duration = Duration::from_millis(10);

const TIMEOUT: &str = "--timeout";
const CONNECT_TIMEOUT: &str = "--connect-timeout";
const MAX_TIME: &str = "--max-time";

impl Limit {
    /// Of one `send()` or `recv()`. The clock is read only where there is a `--max-time`.
    ///
    /// # Errors
    /// [`Error::Timeout`]: no time is left for this call.
    pub fn of(plan: &Plan, call: Call) -> Result<Option<Limit>> {
        let limit = tighter(plan, plan.options.call_timeout(), TIMEOUT);
        match limit {
            Some(limit) if limit.left.is_zero() => Err(limit.error(call)),
            _ => Ok(limit),
        }
    }

    /// The socket timeout, which in end mode `timeout` is the end asked for.
    pub fn is_of_the_call(&self) -> bool {
        self.flag == TIMEOUT
    }

    pub fn error(&self, call: Call) -> Error {
        Error::Timeout {
            call: call.name(),
            after: self.after,
            flag: self.flag,
        }
    }
}

/// When look-up and connect together must be done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Option<(Instant, Limit)>);

impl Deadline {
    pub fn of_connecting(plan: &Plan) -> Deadline {
        let limit = tighter(plan, plan.options.connect_timeout, CONNECT_TIMEOUT);
        // A time too far to be told is no limit.
        Deadline(limit.and_then(|limit| Some((Instant::now().checked_add(limit.left)?, limit))))
    }

    /// Time that the user held a call back does not count as the network's; it does count
    /// for `--max-time`, which is of the whole exchange.
    pub fn put_off(&mut self, held: Duration) {
        if let Some((at, limit)) = &mut self.0
            && limit.flag != MAX_TIME
            && let Some(later) = at.checked_add(held)
        {
            *at = later;
        }
    }

    /// `None`: for ever.
    pub fn left(&self) -> Option<Duration> {
        let (at, _) = self.0?;
        Some(at.saturating_duration_since(Instant::now()))
    }

    /// How long one call of a handshake may wait: until this, or as long as the socket's
    /// own timeout says, whichever comes first.
    ///
    /// # Errors
    /// [`Error::Timeout`]: no time is left for this call.
    pub fn limit(&self, plan: &Plan, call: Call) -> Result<Option<Duration>> {
        self.check(call)?;
        Ok(match (self.left(), plan.options.call_timeout()) {
            (Some(left), Some(own)) => Some(left.min(own)),
            (left, own) => left.or(own),
        })
    }

    /// The error of a call that waited as long as [`Deadline::limit`] said.
    pub fn passed(&self, plan: &Plan, call: Call) -> Error {
        let own = plan.options.call_timeout().map(|after| Limit {
            left: after,
            after,
            flag: TIMEOUT,
        });
        let nearest = match (self.0, own) {
            (Some(_), Some(own)) if self.left().unwrap_or_default() > EARLY => Some(own),
            (Some((_, limit)), _) => Some(limit),
            (None, own) => own,
        };
        match nearest {
            Some(limit) => limit.error(call),
            None => Error::Recv {
                why: "no answer".to_owned(),
            },
        }
    }

    /// # Errors
    /// [`Error::Timeout`] once it has passed.
    pub fn check(&self, call: Call) -> Result<()> {
        match self.0 {
            Some((at, limit)) if at <= Instant::now() => Err(limit.error(call)),
            _ => Ok(()),
        }
    }
}

fn tighter(plan: &Plan, own: Option<Duration>, flag: &'static str) -> Option<Limit> {
    let own = own.map(|after| Limit {
        left: after,
        after,
        flag,
    });
    let whole = plan.options.max_time.map(|after| Limit {
        left: after.saturating_sub(plan.start.elapsed()),
        after,
        flag: MAX_TIME,
    });
    match (own, whole) {
        (Some(own), Some(whole)) if whole.left < own.left => Some(whole),
        (own, whole) => own.or(whole),
    }
}
