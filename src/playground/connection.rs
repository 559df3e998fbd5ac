//! One connection of the scripted server: requests in, steps out.
//!
//! Owns the socket's `send()` and `recv()` and the order of things on it. What the
//! steps are is the [`Service`]'s decision; what a request is, [`super::incoming`]'s.

use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{RecvFlags, Shutdown, recv, shutdown, sockopt};

use super::flood;
use super::framing::Body;
use super::incoming::{Fit, HEAD_LIMIT, Request, begins_as_request, begins_as_tls, head_end};
use super::lines::Lines;
use super::open::Shared;
use super::script::{IDLE, Reading, Script, Service, Step};
use super::secure::{SEND_FLAGS, Session};
use super::websocket;
use crate::net::probe;

/// How long [`Step::Close`] goes on reading what the peer still sends.
const LINGER: Duration = Duration::from_secs(1);
/// How long [`Step::Reset`] waits for sent bytes to arrive.
const ARRIVAL: Duration = Duration::from_secs(1);
/// Bytes asked of each `recv()`.
const RECV: usize = 64 * 1024;

pub(super) struct Connection<'a> {
    number: u64,
    pub(super) socket: Arc<OwnedFd>,
    shared: &'a Shared,
    pub(super) tls: Option<Box<Session>>,
    /// Received, and not yet part of a request.
    pub(super) ahead: Vec<u8>,
    pub(super) buffer: Vec<u8>,
}

/// What is left of a connection after a script.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Open,
    Over,
}

/// What a wait for bytes brought.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    Some,
    /// Nothing in the given time.
    Quiet,
    /// The peer sends no more.
    End,
}

impl<'a> Connection<'a> {
    pub(super) fn new(number: u64, socket: Arc<OwnedFd>, shared: &'a Shared) -> Connection<'a> {
        Connection {
            number,
            socket,
            shared,
            tls: None,
            ahead: Vec::new(),
            buffer: vec![0; RECV],
        }
    }

    /// Serves the connection to its end. An error of a call is such an end: the peer
    /// has gone, or the server has stopped.
    pub(super) fn serve(mut self, service: &dyn Service) {
        let _ = self.requests(service);
    }

    fn requests(&mut self, service: &dyn Service) -> io::Result<()> {
        if let Some(secure) = &self.shared.secure {
            self.tls = Some(Box::new(Session::new(secure)?));
            while self.tls.as_ref().is_some_and(|tls| tls.handshaking()) {
                if self.receive(IDLE)? != Received::Some {
                    return Ok(());
                }
            }
        }
        if let Some(script) = service.accepted(self.number) {
            if self.run(&script)? == Left::Open {
                self.close()?;
            }
            return Ok(());
        }
        for number in 1.. {
            let Some(request) = self.request(number, service)? else {
                return self.close();
            };
            if self.run(&service.answer(&request))? == Left::Over {
                return Ok(());
            }
        }
        Ok(())
    }

    // -- reading a request ------------------------------------------------------

    /// The next request; `None` when the peer sends none any more.
    fn request(&mut self, number: u64, service: &dyn Service) -> io::Result<Option<Request>> {
        let mut request = Request {
            connection: self.number,
            number,
            secure: self.tls.is_some(),
            ..Request::default()
        };
        let mut looked_at = 0;
        let end = loop {
            if let Some(end) = head_end(&self.ahead, looked_at) {
                break end;
            }
            looked_at = self.ahead.len();
            if begins_as_tls(&self.ahead) {
                request.fit = Fit::Tls;
                break looked_at;
            }
            if looked_at > HEAD_LIMIT {
                request.fit = Fit::HeadTooLarge;
                break looked_at;
            }
            match self.receive(IDLE)? {
                Received::Some => {}
                _ if self.ahead.trim_ascii().is_empty() => return Ok(None),
                _ => {
                    request.fit = Fit::HeadCut;
                    break looked_at;
                }
            }
        };
        request.head = self.ahead.drain(..end).collect();
        if request.fit == Fit::Whole {
            let reading = service.reading(&request);
            if self.run(&reading.before)? == Left::Over {
                return Ok(None);
            }
            self.body(&mut request, &reading)?;
        }
        Ok(Some(request))
    }

    fn body(&mut self, request: &mut Request, reading: &Reading) -> io::Result<()> {
        let mut body = Body::of(&request.head);
        let mut pace = reading.rate.map(Pace::new);
        loop {
            let most = pace.as_ref().map_or(usize::MAX, Pace::piece);
            let taken = body.take(&self.ahead[..self.ahead.len().min(most)]);
            self.keep(request, taken, reading.kept);
            if let Some(pace) = &mut pace {
                self.pause(pace.due(taken as u64))?;
            }
            if body.complete() || body == Body::Broken {
                break;
            }
            if !self.ahead.is_empty() {
                continue;
            }
            // With a rate, the kernel's queue is where the bytes are to wait, not ours.
            let patience = reading.quiet.unwrap_or(IDLE);
            if self.receive_at_most(most, patience)? != Received::Some {
                request.fit = Fit::Short;
                return Ok(());
            }
        }
        if body == Body::Broken {
            request.fit = Fit::NoLength;
        } else if reading.quiet.is_some()
            && !self.ahead.is_empty()
            && !begins_as_request(&self.ahead)
        {
            request.fit = Fit::Long;
        }
        match reading.quiet {
            Some(quiet) if request.fit != Fit::Whole => {
                self.body_until_quiet(request, quiet, reading.kept)
            }
            _ => Ok(()),
        }
    }

    /// Takes all that comes; stops where no more is kept.
    fn body_until_quiet(
        &mut self,
        request: &mut Request,
        quiet: Duration,
        kept: usize,
    ) -> io::Result<()> {
        loop {
            self.keep(request, self.ahead.len(), kept);
            if request.body_bytes > kept as u64 || self.receive(quiet)? != Received::Some {
                return Ok(());
            }
        }
    }

    /// Moves received bytes to the request's body, which holds `kept` of them at most.
    fn keep(&mut self, request: &mut Request, bytes: usize, kept: usize) {
        let room = kept.saturating_sub(request.body.len());
        let taken = self.ahead.drain(..bytes);
        request.body.extend(taken.take(room));
        request.body_bytes += bytes as u64;
    }

    // -- steps ------------------------------------------------------------------

    pub(super) fn run(&mut self, script: &Script) -> io::Result<Left> {
        for step in script {
            if self.step(step)? == Left::Over {
                return Ok(Left::Over);
            }
        }
        Ok(Left::Open)
    }

    fn step(&mut self, step: &Step) -> io::Result<Left> {
        match step {
            Step::Send(bytes) => self.send(bytes)?,
            Step::SendSlowly {
                bytes,
                piece,
                every,
            } => {
                for (i, piece) in bytes.chunks((*piece).max(1)).enumerate() {
                    if i > 0 {
                        self.pause(*every)?;
                    }
                    self.send(piece)?;
                }
            }
            Step::Pattern { bytes } => self.pattern(*bytes)?,
            Step::Repeat { times, steps } => {
                for _ in 0..*times {
                    if self.run(steps)? == Left::Over {
                        return Ok(Left::Over);
                    }
                }
            }
            Step::Wait(time) => self.pause(*time)?,
            Step::Read { bytes } => self.read(*bytes, None)?,
            Step::ReadSlowly { bytes, rate } => self.read(*bytes, Some(Pace::new(*rate)))?,
            Step::ReceiveBuffer(bytes) => {
                sockopt::set_socket_recv_buffer_size(&self.socket, *bytes)?;
            }
            Step::Echo => self.converse(|came| (came.to_vec(), false))?,
            Step::Lines => {
                let mut lines = Lines::default();
                self.converse(|came| lines.take(came))?;
            }
            Step::WebSocket { closing } => {
                let mut echo = websocket::Echo::new(*closing);
                self.converse(|came| echo.take(came))?;
                self.close()?;
                return Ok(Left::Over);
            }
            Step::WaitForClose => while self.receive_and_forget(None)? == Received::Some {},
            Step::HalfClose => self.half_close()?,
            Step::Close => {
                self.close()?;
                return Ok(Left::Over);
            }
            Step::CloseUnannounced => {
                self.tls = None;
                self.close()?;
                return Ok(Left::Over);
            }
            Step::Join {
                to,
                hello,
                first,
                refused,
            } => return self.join(*to, hello, first, refused),
            Step::Socks { user } => return self.socks(*user),
            Step::Reset => {
                self.await_arrival()?;
                sockopt::set_socket_linger(&self.socket, Some(Duration::ZERO))?;
                return Ok(Left::Over);
            }
        }
        Ok(Left::Open)
    }

    fn pattern(&mut self, bytes: u64) -> io::Result<()> {
        let mut block = flood::Block::new();
        let whole = bytes / flood::BLOCK as u64;
        for number in 0..whole {
            self.send(block.at(number))?;
        }
        let rest = (bytes % flood::BLOCK as u64) as usize;
        self.send(&block.at(whole)[..rest])
    }

    fn read(&mut self, bytes: u64, mut pace: Option<Pace>) -> io::Result<()> {
        let mut left = bytes;
        while left > 0 {
            let most = pace.as_ref().map_or(usize::MAX, Pace::piece);
            let most = usize::try_from(left).map_or(most, |left| left.min(most));
            if self.ahead.is_empty() && self.receive_at_most(most, IDLE)? != Received::Some {
                return Ok(());
            }
            let taken = self.ahead.len().min(most);
            self.ahead.drain(..taken);
            left -= taken as u64;
            if let Some(pace) = &mut pace {
                self.pause(pace.due(taken as u64))?;
            }
        }
        Ok(())
    }

    /// See [`Step::Close`]. The `close()` itself comes when the connection is dropped.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.half_close()?;
        let until = Instant::now() + LINGER;
        while self.receive_and_forget(Some(until))? == Received::Some {}
        Ok(())
    }

    fn half_close(&mut self) -> io::Result<()> {
        if let Some(tls) = &mut self.tls {
            tls.end(&self.socket)?;
        }
        Ok(shutdown(&self.socket, Shutdown::Write)?)
    }

    /// A reset throws away what the kernel has not delivered; so it has to be delivered
    /// first, as far as this platform tells.
    fn await_arrival(&self) -> io::Result<()> {
        let until = Instant::now() + ARRIVAL;
        while probe::queues(&*self.socket).send_queued.unwrap_or(0) > 0 && Instant::now() < until {
            self.pause(Duration::from_millis(1))?;
        }
        Ok(())
    }

    // -- calls ------------------------------------------------------------------

    pub(super) fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        if let Some(tls) = &mut self.tls {
            return tls.send(&self.socket, bytes);
        }
        while !bytes.is_empty() {
            match rustix::net::send(&self.socket, bytes, SEND_FLAGS) {
                Ok(sent) => bytes = bytes.get(sent..).unwrap_or(&[]),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// One `recv()` to the end of `ahead`, waiting so long for it.
    pub(super) fn receive(&mut self, patience: Duration) -> io::Result<Received> {
        self.receive_at_most(RECV, patience)
    }

    fn receive_at_most(&mut self, most: usize, patience: Duration) -> io::Result<Received> {
        let until = Instant::now() + patience;
        let (received, bytes) = self.recv(most, Some(until))?;
        self.ahead.extend_from_slice(&self.buffer[..bytes]);
        Ok(received)
    }

    /// Answers what comes, as it comes, until `answer` says that it is over or the peer has
    /// gone. What came with the request's last bytes comes first.
    fn converse(&mut self, mut answer: impl FnMut(&[u8]) -> (Vec<u8>, bool)) -> io::Result<()> {
        let mut came = std::mem::take(&mut self.ahead);
        loop {
            let (bytes, over) = answer(&came);
            self.send(&bytes)?;
            if over {
                return Ok(());
            }
            let (received, bytes) = self.recv(RECV, None)?;
            if received != Received::Some {
                return Ok(());
            }
            came = self.buffer[..bytes].to_vec();
        }
    }

    fn receive_and_forget(&mut self, until: Option<Instant>) -> io::Result<Received> {
        self.ahead.clear();
        Ok(self.recv(RECV, until)?.0)
    }

    /// `poll()` until there is something, then one `recv()` into `buffer`.
    pub(super) fn recv(
        &mut self,
        most: usize,
        until: Option<Instant>,
    ) -> io::Result<(Received, usize)> {
        let most = most.clamp(1, self.buffer.len());
        if let Some(tls) = &mut self.tls {
            match tls.waiting(&mut self.buffer[..most])? {
                Some(0) => return Ok((Received::End, 0)),
                Some(bytes) => return Ok((Received::Some, bytes)),
                None => {}
            }
        }
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            // Also where bytes wait: a peer that never stops sending gets no more time.
            if left.is_some_and(|left| left.is_zero()) {
                return Ok((Received::Quiet, 0));
            }
            let timeout = left.and_then(|left| Timespec::try_from(left).ok());
            match poll(
                &mut [PollFd::new(&self.socket, PollFlags::IN)],
                timeout.as_ref(),
            ) {
                Ok(0) => return Ok((Received::Quiet, 0)),
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            if let Some(tls) = &mut self.tls {
                return Ok(match tls.recv(&self.socket, &mut self.buffer[..most])? {
                    Some(0) => (Received::End, 0),
                    // None: TLS's own, and nothing for us.
                    bytes => (Received::Some, bytes.unwrap_or(0)),
                });
            }
            match recv(&self.socket, &mut self.buffer[..most], RecvFlags::empty()) {
                Ok((0, _)) => return Ok((Received::End, 0)),
                Ok((bytes, _)) => return Ok((Received::Some, bytes)),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// # Errors
    /// When the server stops meanwhile.
    fn pause(&self, time: Duration) -> io::Result<()> {
        match time.is_zero() || self.shared.wait(time) {
            true => Ok(()),
            false => Err(ErrorKind::Interrupted.into()),
        }
    }
}

/// So many bytes a second, in pieces of a twentieth of a second.
struct Pace {
    rate: u32,
    began: Instant,
    bytes: u64,
}

impl Pace {
    fn new(rate: u32) -> Pace {
        Pace {
            rate: rate.max(1),
            began: Instant::now(),
            bytes: 0,
        }
    }

    fn piece(&self) -> usize {
        (self.rate / 20).clamp(1, RECV as u32) as usize
    }

    /// How long to wait after so many more bytes.
    fn due(&mut self, bytes: u64) -> Duration {
        self.bytes += bytes;
        let since = Duration::from_secs_f64(self.bytes as f64 / f64::from(self.rate));
        since.saturating_sub(self.began.elapsed())
    }
}
