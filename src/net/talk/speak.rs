//! What the fetch's own thread does for the hand that talks on its connection.
//!
//! Owns when the line opens, and the sending of what a TLS session leaves to this thread and
//! of what the sink answers to frames.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use super::{FINISH, HUNG_UP, Line, Open, SENDING, Sent, UNSENT, lock, pair};
use crate::error::{Error, Result};
use crate::net::run::Run;
use crate::net::transport::LARGEST_CALL;
use crate::net::turn::Turn;
use crate::net::{Sink, errno};
use crate::proto::ws;

impl<S: Sink> Run<'_, S> {
    /// From here on more can be said, where the sink takes it.
    pub(in crate::net) fn open_line(&mut self, turn: &mut Turn) {
        let plan = self.plan;
        if ws::asks(&plan.request) {
            *lock(&self.control.0.talk.frames) = Sent::Asked {
                offset: turn.connection.sent,
                bytes: Vec::new(),
            };
        }
        let Some(tell) = self.events.teller() else {
            return;
        };
        let transport = &turn.connection.transport;
        let (hand, wakes) = match transport.is_tls().then(pair) {
            None => (None, None),
            Some(Ok((hand, wakes))) => (Some(hand), Some(wakes)),
            // No descriptor is left: then nothing more can be said.
            Some(Err(_)) => return,
        };
        let line = Line {
            socket: Arc::clone(transport.socket()),
            nonblocking: plan.options.nonblocking,
            size: plan
                .options
                .send_size
                .unwrap_or(LARGEST_CALL)
                .clamp(1, LARGEST_CALL),
            sent: AtomicU64::new(turn.connection.sent),
            speaker: Mutex::new(Open(true)),
            tell,
            start: plan.start,
            wakes,
        };
        turn.hand = hand;
        *lock(&self.control.0.talk.line) = Some(Arc::new(line));
    }

    /// Before each `recv()`: what answers the frames that came, and what the hand left to
    /// this thread.
    ///
    /// # Errors
    /// Those of the calls.
    pub(in crate::net) fn speak(&mut self, turn: &mut Turn) -> Result<()> {
        if turn.is_websocket() && !turn.peer_closed {
            self.reply(turn)?;
        }
        if turn.hand.is_none() || !turn.talked_on(self.control) {
            return Ok(());
        }
        let transport = &mut turn.connection.transport;
        if !transport.is_nonblocking() {
            transport
                .set_nonblocking(true)
                .map_err(|errno| Error::Send {
                    why: errno::text(errno),
                })?;
        }
        // One atomic for both: either the hand finds this set, or this finds the hand's.
        if self.control.set(SENDING) & HUNG_UP != 0 {
            return Ok(());
        }
        let spoken = self.send_said(turn);
        self.control.take(SENDING);
        match spoken {
            // The hand's shutdown() is what answered.
            Err(Error::Send { .. }) if self.control.hung_up() => return Ok(()),
            spoken => spoken?,
        }
        match self.control.take(FINISH) {
            true => self.half_close(turn),
            false => Ok(()),
        }
    }

    fn reply(&mut self, turn: &mut Turn) -> Result<()> {
        let replies = self.events.replies()?;
        if replies.is_empty() {
            return Ok(());
        }
        let sent = self.send_loop(turn, &replies);
        self.control.tell_frames(&replies, &mut self.events);
        match sent {
            // Who no longer listens may still have said something: recv() tells.
            Err(Error::Send { .. }) => self.events.flush(),
            sent => sent.and_then(|()| self.events.flush()),
        }
    }

    fn send_said(&mut self, turn: &mut Turn) -> Result<()> {
        if !self.control.take(UNSENT) {
            return Ok(());
        }
        turn.hear(self.control);
        let mut bytes = std::mem::take(&mut *lock(&self.control.0.talk.unsent));
        let before = turn.connection.sent;
        let outcome = self.send_loop(turn, &bytes);
        let sent = usize::try_from(turn.connection.sent - before).unwrap_or(bytes.len());
        let unsent = bytes.split_off(sent.min(bytes.len()));
        lock(&self.control.0.talk.unsent).splice(..0, unsent);
        self.control.tell_frames(&bytes, &mut self.events);
        outcome.and_then(|()| self.events.flush())
    }
}
