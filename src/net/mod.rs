//! The fetch: look-up, connect, the send loop, the recv loop, close, in the open.
//!
//! Owns that order and the sockets; the two loops stand in [`loops`]. What the bytes mean is
//! [`crate::proto`]'s business, where they are kept the [`Sink`]'s.

mod calls;
pub mod channel;
mod connect;
pub mod control;
mod errno;
mod events;
mod expect;
mod gathered;
mod local;
mod loops;
mod options;
pub mod pool;
pub mod probe;
mod proxy;
mod resolve;
mod run;
pub mod talk;
mod tls;
mod transport;
mod turn;

use std::io::IoSlice;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::event::{Call, Closer, End, EndReason, Event, Kind};
use crate::plan::Plan;

use connect::connect;
use events::{Events, micros};
use pool::{Connection, Place};
use run::{Deadline, Run};
use turn::Turn;

pub use control::Control;
pub use pool::Pool;
pub use turn::Resume;

/// Where a fetch puts what it gets. Called on the fetch's own thread, in the order in
/// which things happened; the bytes of a `recv` come before its event. An error stops
/// the exchange (disk full, the reader has gone): what came before is kept.
pub trait Sink {
    /// Bytes as received, each once.
    fn wire(&mut self, bytes: &[u8]) -> Result<()>;
    /// Body bytes, transfer coding removed: a part of the last `wire`'s bytes.
    fn body(&mut self, bytes: &[u8]) -> Result<()>;
    /// The next parts of it at once, in order: of a chunked body, what lies between the
    /// chunks' lines in one `recv()`.
    fn body_parts(&mut self, parts: &mut [IoSlice<'_>]) -> Result<()> {
        parts.iter().try_for_each(|part| self.body(part))
    }
    fn event(&mut self, event: Event) -> Result<()>;
    /// Does anybody hear the event of each chunk? Where nobody does, all but the last come as
    /// body bytes alone.
    fn hears_chunks(&self) -> bool {
        true
    }
    /// The next call may wait: what was gathered for larger writes goes out now. Called
    /// before each call that can block, when everything received was handed over.
    fn waiting(&mut self) -> Result<()> {
        Ok(())
    }
    /// What answers the frames of a WebSocket that came: sent before the next `recv()`.
    ///
    /// # Errors
    /// As those of the other calls.
    fn replies(&mut self) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }
    /// A way in for events from another thread, while this one waits in `recv()`: where
    /// there is one, more can be sent on the open connection ([`Control::say`]).
    fn teller(&self) -> Option<Teller> {
        None
    }
}

/// See [`Sink::teller`].
pub type Teller = Box<dyn Fn(Event) + Send + Sync>;

/// One exchange, start to end, on this thread. Every outcome is in the events too: an
/// `end` always comes, an `error` before it where there is one, `closed` after it where
/// there was a connection.
///
/// # Errors
/// What made the exchange fail; [`Error::exit_code`] is the exit status.
pub fn fetch(plan: &Plan, control: &Control, pool: &Pool, sink: &mut impl Sink) -> Result<()> {
    let began = Instant::now();
    let mut run = Run {
        plan,
        control,
        events: Events::new(sink, plan.start),
        looked_us: None,
    };
    let place = Place::of(plan);
    let (outcome, turn) = match run.reach(pool, &place) {
        Err(error) => (Err(error), None),
        Ok(connection) => {
            let mut turn = Turn::new(plan, connection);
            let outcome = run.converse(&mut turn);
            if turn.is_stale(plan, &outcome) {
                run.again(turn, pool)
            } else {
                (outcome, Some(turn))
            }
        }
    };
    run.end(outcome, turn, began, pool, place)
}

/// An exchange that had ended goes on: what of `plan.request` was not sent yet goes out on
/// the very connection that it left open, which stays open until either side closes it.
///
/// # Errors
/// [`Error::NotKept`] where that connection is no longer there, and nothing happened;
/// else as [`fetch`].
pub fn resume(
    plan: &Plan,
    resume: &Resume,
    control: &Control,
    pool: &Pool,
    sink: &mut impl Sink,
) -> Result<()> {
    let (connection, idle) = pool
        .take_this(&resume.local, &resume.peer)
        .ok_or(Error::NotKept)?;
    let mut run = Run {
        plan,
        control,
        events: Events::new(sink, plan.start),
        looked_us: None,
    };
    control.hold();
    let mut turn = Turn::resumed(plan, resume, connection);
    let outcome = control
        .attach(turn.connection.transport.socket())
        .and_then(|()| {
            let idle_us = micros(idle);
            run.events.emit(Kind::Resumed { idle_us })
        })
        .and_then(|()| run.converse(&mut turn));
    run.end(outcome, Some(turn), plan.start, pool, Place::of(plan))
}

impl<S: Sink> Run<'_, S> {
    /// A kept connection that can serve, else a new one.
    fn reach(&mut self, pool: &Pool, place: &Place) -> Result<Connection> {
        if let Some(proxy) = self.plan.way().told() {
            self.events.emit(Kind::Proxy(Box::new(proxy)))?;
        }
        while self.plan.options.reuse
            && let Some((mut connection, idle)) = pool.take(place)
        {
            let usable = connection.can_serve(self.plan, idle).and_then(|()| {
                connection
                    .transport
                    .set_nonblocking(self.plan.options.nonblocking)
                    .map_err(|_| "its mode could not be set")
            });
            if let Err(why) = usable {
                let peer = connection.peer;
                self.events.emit(Kind::NotReused { peer, why })?;
                continue;
            }
            self.control.attach(connection.transport.socket())?;
            connection.exchanges = connection.exchanges.saturating_add(1);
            self.events.emit(Kind::Reused {
                local: connection.local.clone(),
                peer: connection.peer.clone(),
                exchange: connection.exchanges,
                idle_us: micros(idle),
            })?;
            return Ok(connection);
        }
        self.connect(pool)
    }

    /// A new connection, up to where HTTP can begin.
    fn connect(&mut self, pool: &Pool) -> Result<Connection> {
        let mut deadline = Deadline::of_connecting(self.plan);
        let mut connection = connect(self, &mut deadline)?;
        proxy::greet(self, &mut connection.transport, pool, &mut deadline)?;
        if self.plan.target.scheme.is_secure() {
            let plan = self.plan;
            let transport = &mut connection.transport;
            tls::secure(
                self,
                transport,
                &pool.tls,
                &plan.target.host,
                &plan.options.tls,
                &mut deadline,
            )?;
        }
        Ok(connection)
    }

    /// The request goes out once more, on a new connection.
    fn again(&mut self, stale: Turn, pool: &Pool) -> (Result<()>, Option<Turn>) {
        self.control.detach_all();
        let told = self.events.emit(Kind::NotReused {
            peer: stale.connection.peer.clone(),
            why: "the peer had closed it",
        });
        drop(stale);
        match told.and_then(|()| self.connect(pool)) {
            Err(error) => (Err(error), None),
            Ok(connection) => {
                let mut turn = Turn::new(self.plan, connection);
                (self.converse(&mut turn), Some(turn))
            }
        }
    }

    /// Sends, then receives; what the response's own framing finds wrong is an error, too.
    fn converse(&mut self, turn: &mut Turn) -> Result<()> {
        match self.send_request(turn) {
            Ok(()) => {
                self.open_line(turn);
                self.recv_loop(turn)?;
            }
            // A server may answer before it has read all, and close: what it said lies in
            // the kernel still. If that is a whole response, all is well.
            Err(Error::Send { why }) => match self.recv_loop(turn) {
                Ok(()) if turn.reader.fault().is_none() => {}
                Ok(()) | Err(Error::Recv { .. } | Error::Timeout { .. }) => {
                    return Err(Error::Send { why });
                }
                Err(error) => return Err(error),
            },
            Err(error) => return Err(error),
        }
        turn.reader.fault().map_or(Ok(()), Err)
    }

    fn send_request(&mut self, turn: &mut Turn) -> Result<()> {
        let plan = self.plan;
        let bytes = plan.request.get(turn.begins..).unwrap_or_default();
        match expect::wanted(plan, bytes) {
            None => self.send_loop(turn, bytes)?,
            Some((head, wait)) => {
                self.send_loop(turn, &bytes[..head])?;
                if !self.await_continue(turn, wait)? {
                    return Ok(());
                }
                self.send_loop(turn, &bytes[head..])?;
            }
        }
        turn.sent_whole = true;
        match plan.options.half_close {
            true => self.half_close(turn),
            false => Ok(()),
        }
    }

    /// Tells the peer by close_notify, where there is TLS; the `close()` is the drop's.
    fn close(&mut self, mut turn: Turn) {
        let transport = &mut turn.connection.transport;
        // A peer that has gone needs no good-bye.
        if let Ok(Some((offered, sent))) = transport.close_notify() {
            let _ = self.events.emit(Kind::TlsSend {
                offered: offered as u32,
                sent: sent as u32,
            });
            let _ = tls::tell_records(self, transport);
        }
    }

    fn half_close(&mut self, turn: &mut Turn) -> Result<()> {
        self.gate(Call::Close)?;
        let transport = &mut turn.connection.transport;
        // Best-effort: where there is no room for it, the shutdown tells, too.
        if let Ok(Some((offered, sent))) = transport.close_notify() {
            self.events.emit(Kind::TlsSend {
                offered: offered as u32,
                sent: sent as u32,
            })?;
            tls::tell_records(self, transport)?;
        }
        let done = turn.connection.transport.shutdown_send();
        turn.half_closed = true;
        self.events.emit(match done {
            Ok(()) => Kind::HalfClosed,
            // The peer has gone already: recv() will tell more of it.
            Err(errno) => errno::failed(Call::Close, errno),
        })
    }

    /// Says how it ended, and closes or keeps the connection.
    fn end(
        mut self,
        outcome: Result<()>,
        turn: Option<Turn>,
        began: Instant,
        pool: &Pool,
        place: Place,
    ) -> Result<()> {
        let mut turn = turn;
        let left = self.control.close_line();
        // From here on the sink's refusals change nothing: the outcome stands.
        if left.unsent > 0 {
            let bytes = left.unsent;
            let _ = self.events.emit(Kind::Unsent { bytes });
        }
        if let Some(answered) = turn.as_ref().and_then(Turn::answered) {
            let _ = self.events.emit(answered);
        }
        if let Err(error) = &outcome {
            let reason = end_reason(error);
            if let Some(turn) = &mut turn {
                turn.stop(reason, &mut self.events);
                let _ = self.events.flush();
            }
            let _ = self.events.emit(Kind::Error {
                kind: error.kind(),
                message: error.to_string(),
                exit: error.exit_code(),
            });
        }
        let failed = outcome.as_ref().err().map(end_reason);
        let _ = self.events.emit(Kind::End(End {
            reason: turn
                .as_ref()
                .and_then(Turn::ended)
                .or(failed)
                .unwrap_or(EndReason::Error),
            head_bytes: turn.as_ref().map_or(0, Turn::head_bytes),
            body_bytes: turn.as_ref().map_or(0, Turn::body_bytes),
            wire_bytes: turn.as_ref().map_or(0, Turn::received),
            us: micros(began.elapsed()),
        }));
        if let (Some(sent), Some(turn)) = (left.sent, &mut turn) {
            turn.connection.sent = sent;
        }
        self.control.detach_all();
        if let Some(turn) = turn {
            let (kept_alive, why) = turn.may_go_on(self.plan, &outcome);
            let by = match turn.peer_closed {
                true => Closer::Peer,
                false => Closer::Us,
            };
            match kept_alive {
                true => pool.keep(place, turn.connection),
                false => self.close(turn),
            }
            let _ = self.events.emit(Kind::Closed {
                by,
                kept_alive,
                why,
            });
        }
        outcome
    }
}

fn end_reason(error: &Error) -> EndReason {
    match error {
        Error::Cancelled => EndReason::Cancelled,
        Error::Timeout { .. } => EndReason::Timeout,
        _ => EndReason::Error,
    }
}
