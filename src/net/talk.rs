//! More on the open connection, as in a telnet session: bytes that the user sends while
//! an exchange is still in `recv()`.
//!
//! Owns the hand's side of that; the other is [`speak`]'s. A socket has two directions, and
//! a blocking call in one does not keep the other waiting: so `send()` is called on the thread of whoever has
//! something to say, the fetch's own thread stays in its `recv()`, and no call is made that
//! would not be shown. What was said is left here for the fetch's thread, which reads the
//! answers and must know what was asked.
//!
//! A TLS session has one state for both directions, so there the fetch's thread does all:
//! what is to be said is left to it ([`Hand`]). From when the connection is talked on, its
//! socket is non-blocking, and `poll()` waits for the peer and for the hand at once; a
//! `recv()` that blocked before that is not disturbed, and what was said follows it.

mod speak;

use std::fmt;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{SendFlags, Shutdown, shutdown};

use crate::error::{Error, Result};
use crate::event::{Call, Direction, Event, Kind};
use crate::net::events::micros;
use crate::net::transport::{self, Transport};
use crate::net::{Control, Teller, errno};
use crate::proto::Output;
use crate::proto::ws::Frames;

/// The part of a [`Control`] that speaks.
#[derive(Default)]
pub(super) struct Talk {
    flags: AtomicU8,
    /// Said and not yet heard by the fetch's thread.
    said: Mutex<Vec<u8>>,
    frames: Mutex<Sent>,
    /// Left to the fetch's thread to send.
    unsent: Mutex<Vec<u8>>,
    line: Mutex<Option<Arc<Line>>>,
}

/// What is sent, where that may be a WebSocket's.
#[derive(Default)]
enum Sent {
    #[default]
    Other,
    /// The handshake was sent, and this behind it.
    Asked {
        offset: u64,
        bytes: Vec<u8>,
    },
    Frames(Frames),
}

const HELD: u8 = 1;
const SAID: u8 = 2;
const HUNG_UP: u8 = 4;
/// Left to the fetch's thread: to send, to shut its direction down.
const UNSENT: u8 = 8;
const FINISH: u8 = 16;
/// The fetch's thread may be waiting in a `send()` of what was left to it.
const SENDING: u8 = 32;

/// The fetch's end of a pair that wakes it from `poll()`.
pub(super) struct Hand(UnixStream);

impl fmt::Debug for Talk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = self.flags.load(Ordering::Relaxed);
        f.debug_struct("Talk")
            .field("flags", &flags)
            .finish_non_exhaustive()
    }
}

/// Can more be said?
struct Open(bool);

/// What a line that is closed leaves.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Bytes sent on the connection, where the hand counted them.
    pub sent: Option<u64>,
    /// Bytes that were said and not sent.
    pub unsent: u64,
}

/// The sending direction of a running exchange's connection.
struct Line {
    socket: Arc<OwnedFd>,
    nonblocking: bool,
    /// Bytes offered to each `send()`.
    size: usize,
    /// Bytes sent on the connection.
    sent: AtomicU64,
    /// One speaks at a time, and nobody once it is closed.
    speaker: Mutex<Open>,
    tell: Teller,
    start: Instant,
    /// There is TLS: the other end of the fetch's [`Hand`].
    wakes: Option<UnixStream>,
}

impl Control {
    /// Sends these bytes on the connection of the exchange that runs: as many `send()`s as
    /// it takes, on the caller's thread; on the fetch's where there is TLS. From now on the
    /// connection stays open until either side closes it.
    ///
    /// # Errors
    /// [`Error::NotKept`] where there is no connection yet or any more, [`Error::Cancelled`],
    /// [`Error::Send`]. What `send()` answered is among the events too, and what the fetch's
    /// thread could not send ([`Kind::Unsent`]).
    pub fn say(&self, bytes: &[u8]) -> Result<()> {
        let line = self.line().ok_or(Error::NotKept)?;
        let speaker = lock(&line.speaker);
        if !speaker.0 {
            return Err(Error::NotKept);
        }
        // First what is asked, then the asking: an answer must find its request.
        lock(&self.0.talk.said).extend_from_slice(bytes);
        self.set(HELD | SAID);
        if line.wakes.is_some() {
            lock(&self.0.talk.unsent).extend_from_slice(bytes);
            self.set(UNSENT);
            line.wake();
            return Ok(());
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let held = self.gate()?;
            if !held.is_zero() {
                let waited_us = micros(held);
                line.tell(Kind::Held {
                    call: Call::Send,
                    waited_us,
                });
            }
            let offered = &rest[..rest.len().min(line.size)];
            match rustix::net::send(&*line.socket, offered, NO_SIGNAL) {
                Ok(sent) => {
                    let offset = line.sent.fetch_add(sent as u64, Ordering::Relaxed);
                    line.tell(Kind::Send {
                        offset,
                        offered: offered.len() as u32,
                        sent: sent as u32,
                        ciphertext: None,
                    });
                    self.tell_frames(&rest[..sent], &mut &*line);
                    rest = &rest[sent..];
                }
                Err(_) if self.cancelled() => return Err(Error::Cancelled),
                Err(Errno::AGAIN) if line.nonblocking => line.wait(),
                Err(errno) => {
                    line.tell(errno::failed(Call::Send, errno));
                    if errno != Errno::INTR {
                        let why = errno::text(errno);
                        return Err(Error::Send { why });
                    }
                }
            }
        }
        Ok(())
    }

    /// The connection stays open past the end of its response, until either side closes.
    pub fn hold(&self) {
        self.set(HELD);
    }

    fn line(&self) -> Option<Arc<Line>> {
        lock(&self.0.talk.line).clone()
    }

    /// `shutdown(SHUT_WR)`: nothing more will be said, and the peer's `recv()` answers 0.
    ///
    /// # Errors
    /// [`Error::NotKept`] where there is no open connection.
    pub fn finish_saying(&self) -> Result<()> {
        let line = self.line().ok_or(Error::NotKept)?;
        let speaker = lock(&line.speaker);
        if !speaker.0 {
            return Err(Error::NotKept);
        }
        if line.wakes.is_some() {
            self.set(FINISH);
            line.wake();
            return Ok(());
        }
        line.tell(match shutdown(&*line.socket, Shutdown::Write) {
            Ok(()) => Kind::HalfClosed,
            Err(errno) => errno::failed(Call::Close, errno),
        });
        Ok(())
    }

    /// Ends the exchange by closing its connection; not a cancel: all that came is as whole
    /// as it is.
    pub fn hang_up(&self) {
        // First the flag: a woken recv answers 0, and only the flag tells that from the
        // peer's close.
        let before = self.set(HUNG_UP);
        self.resume();
        // TLS has a good-bye to send; a send() that waits for room is woken all the same.
        let secure = self.line().is_some_and(|line| line.wakes.is_some());
        self.shut_down(match secure && before & SENDING == 0 {
            true => Shutdown::Read,
            false => Shutdown::Both,
        });
    }

    pub(super) fn held(&self) -> bool {
        self.has(HELD)
    }

    pub(super) fn hung_up(&self) -> bool {
        self.has(HUNG_UP)
    }

    /// What was said since the last time.
    pub(super) fn take_said(&self) -> Option<Vec<u8>> {
        if !self.has(SAID) {
            return None;
        }
        let mut said = lock(&self.0.talk.said);
        self.0.talk.flags.fetch_and(!SAID, Ordering::AcqRel);
        Some(std::mem::take(&mut said))
    }

    /// Nothing more can be left to the fetch's thread; false, and it still can, where
    /// something is that it has not seen.
    pub(super) fn all_is_said(&self) -> bool {
        let Some(line) = self.line().filter(|line| line.wakes.is_some()) else {
            return true;
        };
        let mut speaker = lock(&line.speaker);
        speaker.0 = self.has(UNSENT | FINISH);
        !speaker.0
    }

    /// Nothing more can be said.
    pub(super) fn close_line(&self) -> Left {
        let Some(line) = lock(&self.0.talk.line).take() else {
            return Left::default();
        };
        if line.wakes.is_none() {
            // Whoever speaks now may wait in send() for long: what it sends, it tells.
            return Left {
                sent: Some(line.sent.load(Ordering::Relaxed)),
                unsent: 0,
            };
        }
        lock(&line.speaker).0 = false;
        Left {
            sent: None,
            unsent: lock(&self.0.talk.unsent).len() as u64,
        }
    }

    /// The 101 is here: what is sent, and was sent since the handshake, is frames.
    pub(super) fn frame_what_is_said(&self, out: &mut impl Output) {
        let mut sent = lock(&self.0.talk.frames);
        if let Sent::Asked { offset, bytes } = &mut *sent {
            let mut frames = Frames::new(Direction::Sent, *offset);
            frames.feed(bytes, out);
            *sent = Sent::Frames(frames);
        }
    }

    fn tell_frames(&self, sent: &[u8], out: &mut impl Output) {
        match &mut *lock(&self.0.talk.frames) {
            Sent::Other => {}
            Sent::Asked { bytes, .. } => bytes.extend_from_slice(sent),
            Sent::Frames(frames) => frames.feed(sent, out),
        }
    }

    fn take(&self, flag: u8) -> bool {
        self.has(flag) && self.0.talk.flags.fetch_and(!flag, Ordering::AcqRel) & flag != 0
    }

    /// Answers the flags that were set before.
    fn set(&self, flags: u8) -> u8 {
        self.0.talk.flags.fetch_or(flags, Ordering::AcqRel)
    }

    fn has(&self, flag: u8) -> bool {
        self.0.talk.flags.load(Ordering::Acquire) & flag != 0
    }
}

fn pair() -> std::io::Result<(Hand, UnixStream)> {
    let (hand, wakes) = UnixStream::pair()?;
    hand.set_nonblocking(true)?;
    wakes.set_nonblocking(true)?;
    Ok((Hand(hand), wakes))
}

impl Hand {
    /// `poll()` until the peer sends, or the hand has something; false: neither in time.
    pub fn poll(
        &self,
        transport: &Transport,
        timeout: Option<Duration>,
    ) -> rustix::io::Result<bool> {
        let mut sockets = [
            PollFd::new(transport, PollFlags::IN),
            PollFd::new(&self.0, PollFlags::IN),
        ];
        let ready = transport::poll(&mut sockets, timeout);
        // What woke is in the flags; a full or an empty pair says no more than that.
        let _ = (&self.0).read(&mut [0; 64]);
        ready
    }
}

impl Output for &Line {
    fn event(&mut self, kind: Kind) {
        self.tell(kind);
    }

    /// Frames have none.
    fn body(&mut self, _: &[u8]) {}
}

impl Line {
    fn tell(&self, kind: Kind) {
        let t_us = micros(self.start.elapsed());
        (self.tell)(Event { t_us, kind });
    }

    /// A pair that is full wakes as well as one more byte would.
    fn wake(&self) {
        let _ = self.wakes.as_ref().map(|mut wakes| wakes.write(&[1]));
    }

    /// EAGAIN: until there is room again.
    fn wait(&self) {
        let began = Instant::now();
        let mut sockets = [PollFd::new(&*self.socket, PollFlags::OUT)];
        // What is wrong with the socket, the next send() says best.
        let _ = transport::poll(&mut sockets, None);
        let waited_us = micros(began.elapsed());
        self.tell(Kind::WouldBlock {
            call: Call::Send,
            waited_us,
        });
    }
}

#[cfg(not(target_vendor = "apple"))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: SendFlags = SendFlags::empty();

/// No invariant spans two fields, so a panic elsewhere leaves nothing to mistrust.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
