//! The two loops: `send()` until all is sent, `recv()` until it is over.
//!
//! Owns what is done with each answer of a call, EAGAIN and the time limits among them, and
//! when the kernel's queues are looked at. One call is [`super::transport`]'s.

use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::io::Errno;

use crate::anomaly::{self, Anomaly};
use crate::error::{Error, Result};
use crate::event::{Call, EndMode, EndReason, Kind};
use crate::net::events::micros;
use crate::net::pool::Connection;
use crate::net::run::{Limit, Run};
use crate::net::transport::{Buffers, LARGEST_CALL, Trouble};
use crate::net::turn::Turn;
use crate::net::{Sink, errno, probe, tls};

impl<S: Sink> Run<'_, S> {
    pub(super) fn send_loop(&mut self, turn: &mut Turn, bytes: &[u8]) -> Result<()> {
        let plan = self.plan;
        let size = plan
            .options
            .send_size
            .unwrap_or(LARGEST_CALL)
            .clamp(1, LARGEST_CALL);
        let mut rest = bytes;
        while !rest.is_empty() {
            if rest.len() < bytes.len() {
                self.rest_between_sends()?;
            }
            self.gate(Call::Send)?;
            let limit = Limit::of(plan, Call::Send)?;
            self.look(&turn.connection)?;
            let offered = &rest[..rest.len().min(size)];
            let transport = &mut turn.connection.transport;
            let answer = transport
                .set_send_timeout(limit.map(|limit| limit.left))
                .map_err(Trouble::from)
                .and_then(|()| transport.send(offered));
            match answer {
                Ok(sent) => {
                    self.events.emit(sent.event(turn.connection.sent))?;
                    turn.connection.sent += sent.bytes as u64;
                    rest = rest.get(sent.bytes..).unwrap_or_default();
                    tls::tell_records(self, &mut turn.connection.transport)?;
                }
                Err(_) if self.control.cancelled() => return Err(Error::Cancelled),
                Err(Trouble::Tls(error)) => {
                    let why = tls::failure(&error);
                    return Err(Error::Send { why });
                }
                Err(Trouble::Errno(Errno::AGAIN)) => {
                    if !self.ready(turn, Call::Send, limit.map(|limit| limit.left))? {
                        return Err(timed_out(Call::Send, limit));
                    }
                }
                Err(Trouble::Errno(errno)) => {
                    self.events.emit(errno::failed(Call::Send, errno))?;
                    if errno != Errno::INTR {
                        let why = errno::text(errno);
                        return Err(Error::Send { why });
                    }
                }
            }
        }
        Ok(())
    }

    /// Pieces of a request far apart: what many a server has never met.
    fn rest_between_sends(&mut self) -> Result<()> {
        let Some(delay) = self.plan.options.send_delay else {
            return Ok(());
        };
        self.control.rest(delay)?;
        self.events.emit(Kind::Held {
            call: Call::Send,
            waited_us: micros(delay),
        })
    }

    pub(super) fn recv_loop(&mut self, turn: &mut Turn) -> Result<()> {
        let mut buffers = Buffers::asking(self.plan.options.recv_size);
        turn.connection
            .transport
            .stamp_arrivals(self.plan.options.arrivals);
        loop {
            self.speak(turn)?;
            if turn.over(self.control) && (!turn.can_go_on() || self.control.all_is_said()) {
                return Ok(());
            }
            match self.recv(turn, &mut buffers, None)? {
                Came::Something => {}
                Came::Nothing(limit) => self.silence(turn, limit)?,
            }
        }
    }

    /// One `recv()`, and what came of it. `wait`: at most so long.
    pub(super) fn recv(
        &mut self,
        turn: &mut Turn,
        buffers: &mut Buffers,
        wait: Option<Duration>,
    ) -> Result<Came> {
        if turn.connection.transport.peer_closed() {
            turn.take_close(&mut self.events);
            self.events.flush()?;
            return Ok(Came::Something);
        }
        self.gate(Call::Recv)?;
        if self.control.hung_up() {
            turn.hang_up(&mut self.events);
            self.events.flush()?;
            return Ok(Came::Something);
        }
        let limit = Limit::of(self.plan, Call::Recv)?;
        let left = limit.map(|limit| limit.left);
        let left = [left, wait].into_iter().flatten().min();
        let queued = self.look(&turn.connection)?;
        let lain = self.lain(&turn.connection, queued);
        let transport = &mut turn.connection.transport;
        let asked = buffers.asked();
        let answer = transport
            .set_recv_timeout(left)
            .map_err(Trouble::from)
            .and_then(|()| transport.recv(buffers));
        let woken = match &answer {
            Ok(received) => received.is_end(),
            Err(_) => true,
        };
        match answer {
            // The hand's shutdown() is what answered, not the peer.
            _ if woken && self.control.cancelled() => return Err(Error::Cancelled),
            _ if woken && self.control.hung_up() => turn.hang_up(&mut self.events),
            Ok(received) => {
                let event = received.event(turn.connection.received, asked, queued, lain);
                let (end, bytes) = (received.is_end(), received.bytes);
                turn.connection.received += bytes.len() as u64;
                self.events.received(bytes, event)?;
                turn.hear(self.control);
                if end {
                    if let Some(cut) = tls::cut(&mut turn.connection.transport) {
                        let kind = anomaly::Kind::TlsNoCloseNotify;
                        let cut = Anomaly::new(kind, turn.connection.received, cut);
                        self.events.emit(Kind::Anomaly(Box::new(cut)))?;
                    }
                    turn.take_close(&mut self.events);
                } else if !bytes.is_empty() {
                    let mut reading = self.events.reading(bytes);
                    turn.take(bytes, &mut reading);
                    reading.hand_on();
                }
                if turn.is_websocket() {
                    self.control.frame_what_is_said(&mut self.events);
                }
                self.events.flush()?;
                tls::tell_records(self, &mut turn.connection.transport)?;
            }
            Err(Trouble::Tls(error)) => return Err(turn.tls_failed(&error)),
            Err(Trouble::Errno(Errno::AGAIN)) => {
                if !self.ready(turn, Call::Recv, left)? {
                    return Ok(Came::Nothing(limit));
                }
            }
            Err(Trouble::Errno(errno)) => {
                self.events.emit(errno::failed(Call::Recv, errno))?;
                if errno != Errno::INTR {
                    let why = errno::text(errno);
                    return Err(Error::Recv { why });
                }
            }
        }
        Ok(Came::Something)
    }

    /// EAGAIN: on a non-blocking socket `poll()` waits, and true means "try again"; on a
    /// blocking one the kernel has waited for as long as SO_RCVTIMEO or SO_SNDTIMEO said.
    fn ready(&mut self, turn: &Turn, call: Call, left: Option<Duration>) -> Result<bool> {
        let transport = &turn.connection.transport;
        if !transport.is_nonblocking() {
            self.events.emit(errno::failed(call, Errno::AGAIN))?;
            return Ok(false);
        }
        let began = Instant::now();
        let ready = match (call, &turn.hand) {
            (Call::Send, _) => transport.poll(PollFlags::OUT, left),
            (_, None) => transport.poll(PollFlags::IN, left),
            (_, Some(hand)) => hand.poll(transport, left),
        };
        let waited_us = micros(began.elapsed());
        self.events.emit(Kind::WouldBlock { call, waited_us })?;
        // What is wrong with the socket, the call itself says best.
        Ok(ready.unwrap_or(true))
    }

    /// No byte within the limit: the end that mode `timeout` asks for, else an error.
    fn silence(&mut self, turn: &mut Turn, limit: Option<Limit>) -> Result<()> {
        if self.plan.options.end != EndMode::Timeout
            || limit.is_some_and(|limit| !limit.is_of_the_call())
        {
            return Err(timed_out(Call::Recv, limit));
        }
        turn.stop(EndReason::Timeout, &mut self.events);
        self.events.flush()
    }

    /// A look at the kernel's queues, when it is time for one: every `plan.watch`, and
    /// before each call that is paced by hand. Answers the unread bytes.
    fn look(&mut self, connection: &Connection) -> Result<Option<u32>> {
        let paced = self.control.paced();
        let due = self.plan.watch.is_some_and(|every| {
            let since = |last| self.events.t_us().saturating_sub(last);
            self.looked_us
                .is_none_or(|last| since(last) >= micros(every))
        });
        if !due && !paced {
            return Ok(None);
        }
        if self.plan.watch.is_none() {
            return Ok(probe::recv_queued(&connection.transport));
        }
        let queues = probe::queues(&connection.transport);
        self.events.emit(Kind::Queues(Box::new(queues)))?;
        self.looked_us = Some(self.events.t_us());
        Ok(queues.recv_queued)
    }

    /// Paced by hand, bytes lie in the kernel for a while: for how long those unread have
    /// lain at least. At speed the question would cost more than the answer is worth.
    fn lain(&self, connection: &Connection, queued: Option<u32>) -> Option<Duration> {
        let asks = queued > Some(0) && !self.plan.options.arrivals && self.control.paced();
        asks.then(|| probe::since_arrival(&connection.transport))
            .flatten()
    }
}

/// What a `recv()` came to.
pub(super) enum Came {
    Something,
    /// Not a byte in the time allowed.
    Nothing(Option<Limit>),
}

fn timed_out(call: Call, limit: Option<Limit>) -> Error {
    match (limit, call) {
        (Some(limit), call) => limit.error(call),
        // EAGAIN without a limit: no kernel does that to a blocking socket.
        (None, Call::Send) => Error::Send {
            why: errno::text(Errno::AGAIN),
        },
        (None, _) => Error::Recv {
            why: errno::text(Errno::AGAIN),
        },
    }
}
