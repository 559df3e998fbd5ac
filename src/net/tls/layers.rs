//! TLS over a socket, or over TLS over a socket (a server behind an https proxy): the
//! sessions, the lowest first, and the ciphertext that the kernel has not taken.
//!
//! Owns which plaintext a `send()` of ciphertext completed. It makes no system call.

use std::collections::VecDeque;

use rustls::Error;

use super::session::{RECORD, Session};
use crate::event::{Alert, Records};

/// Ciphertext made ahead of what the kernel took: a `send()` is offered about so much.
const AHEAD: usize = 256 << 10;

#[derive(Debug)]
pub(in crate::net) struct Layers {
    sessions: Vec<Session>,
    /// Ciphertext for the kernel: `outgoing[taken..]` is not sent.
    outgoing: Vec<u8>,
    taken: usize,
    /// Where in `outgoing` the records of so much plaintext end.
    marks: VecDeque<Mark>,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    end: usize,
    plain: usize,
}

impl Layers {
    pub fn new(session: Session) -> Layers {
        Layers {
            sessions: vec![session],
            outgoing: Vec::new(),
            taken: 0,
            marks: VecDeque::new(),
        }
    }

    /// One more session, inside the last one.
    pub fn push(&mut self, session: Session) {
        self.sessions.push(session);
    }

    /// The innermost, which carries HTTP.
    pub fn top(&self) -> Option<&Session> {
        self.sessions.last()
    }

    pub fn take_ledger(&mut self) -> Vec<Records> {
        self.sessions
            .last_mut()
            .map(Session::take_ledger)
            .unwrap_or_default()
    }

    pub fn take_alerts(&mut self) -> Vec<Alert> {
        let sessions = self.sessions.iter_mut();
        sessions.flat_map(Session::take_alerts).collect()
    }

    // -- out --------------------------------------------------------------------

    /// Makes records of `bytes`, of which the first were offered before and not all sent,
    /// as far as is sensible ahead of the kernel. Answers the plaintext on its way.
    pub fn offer(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let mut on_its_way: usize = self.marks.iter().map(|mark| mark.plain).sum();
        let rest = bytes.get(on_its_way..).unwrap_or_default();
        for piece in rest.chunks(RECORD) {
            if self.outgoing.len() - self.taken >= AHEAD {
                break;
            }
            let Some(top) = self.sessions.last_mut() else {
                break;
            };
            top.seal(piece)?;
            self.descend()?;
            on_its_way += piece.len();
            self.marks.push_back(Mark {
                end: self.outgoing.len(),
                plain: piece.len(),
            });
        }
        Ok(on_its_way)
    }

    /// close_notify of the innermost session.
    pub fn close(&mut self) -> Result<(), Error> {
        if let Some(top) = self.sessions.last_mut() {
            top.seal_close()?;
        }
        self.descend()
    }

    /// What a session made becomes plaintext of the one below, down to the kernel.
    pub fn descend(&mut self) -> Result<(), Error> {
        let mut carried = Vec::new();
        for session in self.sessions.iter_mut().rev() {
            for piece in carried.chunks(RECORD) {
                session.seal(piece)?;
            }
            carried.clear();
            session.take_outgoing(&mut carried);
        }
        self.outgoing.append(&mut carried);
        Ok(())
    }

    /// What the next `send()` offers.
    pub fn outgoing(&self) -> &[u8] {
        self.outgoing.get(self.taken..).unwrap_or_default()
    }

    /// The kernel took so many bytes; answers the plaintext whose records are gone whole.
    pub fn sent(&mut self, bytes: usize) -> usize {
        self.taken += bytes;
        let mut plain = 0;
        while let Some(mark) = self.marks.front()
            && mark.end <= self.taken
        {
            plain += mark.plain;
            self.marks.pop_front();
        }
        if self.taken >= self.outgoing.len() {
            self.outgoing.clear();
            self.taken = 0;
        }
        plain
    }

    // -- in ---------------------------------------------------------------------

    /// Room for what `recv()` brings.
    pub fn room(&mut self, bytes: usize) -> &mut [u8] {
        match self.sessions.first_mut() {
            Some(lowest) => lowest.room(bytes),
            None => &mut [],
        }
    }

    /// `recv()` brought so many bytes: up through the sessions they go.
    pub fn filled(&mut self, bytes: usize) {
        if let Some(lowest) = self.sessions.first_mut() {
            lowest.filled(bytes);
        }
        self.ascend();
    }

    /// What a session decrypted is ciphertext of the one above.
    fn ascend(&mut self) {
        for above in 1..self.sessions.len() {
            let (below, rest) = self.sessions.split_at_mut(above);
            if let (Some(below), Some(session)) = (below.last_mut(), rest.first_mut())
                && !below.plain().is_empty()
            {
                let plain = below.plain();
                session.room(plain.len()).copy_from_slice(plain);
                session.filled(plain.len());
                below.plain_taken();
            }
        }
    }

    /// Goes on with the innermost session's handshake without a byte from the peer.
    pub fn process(&mut self) {
        if let Some(top) = self.sessions.last_mut() {
            top.process();
        }
    }

    pub fn plain(&self) -> &[u8] {
        self.sessions.last().map(Session::plain).unwrap_or_default()
    }

    /// Hands the plaintext over; the empty buffer that comes back is filled next.
    pub fn swap_plain(&mut self, with: &mut Vec<u8>) {
        if let Some(top) = self.sessions.last_mut() {
            top.swap_plain(with);
        }
    }

    /// The first failure, the lowest session's first.
    pub fn failed(&self) -> Option<&Error> {
        self.sessions.iter().find_map(Session::failed)
    }

    /// How far the last record is here, where it is not whole.
    pub fn cut(&self) -> Option<String> {
        self.sessions.iter().find_map(Session::cut)
    }

    /// close_notify came, of any session.
    pub fn peer_closed(&self) -> bool {
        self.sessions.iter().any(|session| session.peer_closed)
    }
}
