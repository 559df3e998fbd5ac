//! One connected socket: each method is one system call, and none loops.
//!
//! Owns the socket and its modes, and the layers of TLS over it, where there are any: then
//! the calls carry ciphertext, and what is given and answered is plaintext. A call can
//! complete none of it.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::{Errno, Result};
use rustix::net::sockopt::{self, Timeout};
use rustix::net::{RecvFlags, SendFlags};

use super::calls::{Received, Sent};
use super::tls::{Layers, Session};
use crate::event::{Alert, Records};
use crate::net::probe;

/// No call can move more: Linux cuts at 0x7ffff000 (send(2), NOTES of write(2)).
pub(super) const LARGEST_CALL: usize = 0x7fff_f000;

/// Bytes asked of the `recv()`s of [`Transport::settle`].
const SETTLE: usize = 16 << 10;

/// Timeouts nearer than this are the same: the kernel counts in ticks of 1 to 10 ms.
const TICK: Duration = Duration::from_millis(1);

/// A peer that is gone is an errno, not a signal. Apple has no such flag; there the
/// Rust runtime's ignored SIGPIPE serves.
#[cfg(not(target_vendor = "apple"))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: SendFlags = SendFlags::empty();

#[derive(Debug)]
pub(super) struct Transport {
    /// Shared with the [`super::Control`] while an exchange runs on it.
    socket: Arc<OwnedFd>,
    nonblocking: bool,
    /// SO_RCVTIMEO and SO_SNDTIMEO as last set.
    recv_timeout: Option<Duration>,
    send_timeout: Option<Duration>,
    tls: Option<Box<Layers>>,
    /// The kernel stamps what arrives: `recvmsg()` is the call then.
    stamped: bool,
    /// Came behind a proxy's answer, and is the target's: the next `recv()`'s.
    early: Vec<u8>,
}

/// What `recv()`s write to, again and again.
#[derive(Debug)]
pub(super) struct Buffers {
    /// As many bytes as each call is asked for.
    asked: Vec<u8>,
    /// What TLS made of them.
    inside: Vec<u8>,
}

impl Buffers {
    pub fn asking(bytes: usize) -> Buffers {
        Buffers {
            asked: vec![0; bytes.clamp(1, LARGEST_CALL)],
            inside: Vec::new(),
        }
    }

    pub fn asked(&self) -> usize {
        self.asked.len()
    }
}

/// Why a call, or what it brought, is of no use.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    Errno(Errno),
    Tls(rustls::Error),
}

impl From<Errno> for Trouble {
    fn from(errno: Errno) -> Trouble {
        Trouble::Errno(errno)
    }
}

impl From<rustls::Error> for Trouble {
    fn from(error: rustls::Error) -> Trouble {
        Trouble::Tls(error)
    }
}

impl Transport {
    /// A socket in the kernel's default mode: blocking, without timeouts.
    pub fn new(socket: Arc<OwnedFd>) -> Transport {
        Transport {
            socket,
            nonblocking: false,
            recv_timeout: None,
            send_timeout: None,
            tls: None,
            stamped: false,
            early: Vec::new(),
        }
    }

    /// One more layer of TLS, whose handshake is to be done.
    pub fn push(&mut self, mut session: Session) {
        if !self.early.is_empty() {
            session.room(self.early.len()).copy_from_slice(&self.early);
            session.filled(self.early.len());
            self.early.clear();
        }
        match &mut self.tls {
            Some(layers) => layers.push(session),
            None => self.tls = Some(Box::new(Layers::new(session))),
        }
    }

    /// Bytes that a `recv()` brought beyond what was its reader's.
    pub fn put_back(&mut self, bytes: Vec<u8>) {
        self.early = bytes;
    }

    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    pub fn layers(&mut self) -> Option<&mut Layers> {
        self.tls.as_deref_mut()
    }

    /// What the last calls added to the ledger of records.
    pub fn take_ledger(&mut self) -> Vec<Records> {
        let layers = self.tls.as_mut();
        layers
            .map(|layers| layers.take_ledger())
            .unwrap_or_default()
    }

    pub fn take_alerts(&mut self) -> Vec<Alert> {
        let layers = self.tls.as_mut();
        layers
            .map(|layers| layers.take_alerts())
            .unwrap_or_default()
    }

    pub fn socket(&self) -> &Arc<OwnedFd> {
        &self.socket
    }

    /// O_NONBLOCK.
    pub fn set_nonblocking(&mut self, on: bool) -> Result<()> {
        rustix::io::ioctl_fionbio(&*self.socket, on)?;
        self.nonblocking = on;
        Ok(())
    }

    pub fn is_nonblocking(&self) -> bool {
        self.nonblocking
    }

    /// Sets SO_RCVTIMEO where it is not so already; a non-blocking socket has no use for
    /// it.
    pub fn set_recv_timeout(&mut self, timeout: Option<Duration>) -> Result<()> {
        if !self.nonblocking && !same(self.recv_timeout, timeout) {
            sockopt::set_socket_timeout(&*self.socket, Timeout::Recv, timeout)?;
            self.recv_timeout = timeout;
        }
        Ok(())
    }

    /// Sets SO_SNDTIMEO, as [`Transport::set_recv_timeout`].
    pub fn set_send_timeout(&mut self, timeout: Option<Duration>) -> Result<()> {
        if !self.nonblocking && !same(self.send_timeout, timeout) {
            sockopt::set_socket_timeout(&*self.socket, Timeout::Send, timeout)?;
            self.send_timeout = timeout;
        }
        Ok(())
    }

    pub fn send(&mut self, bytes: &[u8]) -> std::result::Result<Sent, Trouble> {
        let Some(layers) = &mut self.tls else {
            let sent = rustix::net::send(&*self.socket, bytes, NO_SIGNAL)?;
            return Ok(Sent {
                offered: bytes.len(),
                bytes: sent,
                ciphertext: None,
            });
        };
        let offered = layers.offer(bytes)?;
        let ciphertext = layers.outgoing().len();
        let sent = rustix::net::send(&*self.socket, layers.outgoing(), NO_SIGNAL)?;
        Ok(Sent {
            offered,
            bytes: layers.sent(sent),
            ciphertext: Some((ciphertext, sent)),
        })
    }

    /// Asks for as much as the buffer holds. Bytes that came before something went wrong
    /// come first.
    pub fn recv<'a>(
        &mut self,
        buffers: &'a mut Buffers,
    ) -> std::result::Result<Received<'a>, Trouble> {
        let Buffers {
            asked: buffer,
            inside,
        } = buffers;
        let stamped = self.stamped;
        if !self.early.is_empty() {
            // No call is needed for it.
            let bytes = self.early.len().min(buffer.len());
            for (to, byte) in buffer.iter_mut().zip(self.early.drain(..bytes)) {
                *to = byte;
            }
            return Ok(Received {
                bytes: &buffer[..bytes],
                ciphertext: None,
                lay: None,
                stamped,
            });
        }
        let Some(layers) = &mut self.tls else {
            let (bytes, lay) = recv(&self.socket, buffer, stamped)?;
            return Ok(Received {
                bytes: &buffer[..bytes],
                ciphertext: None,
                lay,
                stamped,
            });
        };
        inside.clear();
        if let Some(error) = layers.failed() {
            return Err(error.clone().into());
        }
        if !layers.plain().is_empty() {
            // It came with the handshake's last bytes: no call is needed for it.
            layers.swap_plain(inside);
            return Ok(Received {
                bytes: inside,
                ciphertext: Some(0),
                lay: None,
                stamped,
            });
        }
        let (bytes, lay) = recv(&self.socket, layers.room(buffer.len()), stamped)?;
        layers.filled(bytes);
        layers.swap_plain(inside);
        Ok(Received {
            bytes: inside,
            ciphertext: Some(bytes),
            lay,
            stamped,
        })
    }

    // -- TLS's own calls ----------------------------------------------------------

    /// Ciphertext that waits for [`Transport::flush`].
    pub fn unsent(&self) -> usize {
        let layers = self.tls.as_ref();
        layers.map_or(0, |layers| layers.outgoing().len())
    }

    /// Sends what TLS itself has to say.
    pub fn flush(&mut self) -> std::result::Result<usize, Trouble> {
        self.flush_with(NO_SIGNAL)
    }

    fn flush_with(&mut self, flags: SendFlags) -> std::result::Result<usize, Trouble> {
        let Some(layers) = &mut self.tls else {
            return Ok(0);
        };
        let sent = rustix::net::send(&*self.socket, layers.outgoing(), flags)?;
        layers.sent(sent);
        Ok(sent)
    }

    /// For the handshake: what comes stays in the layers.
    pub fn recv_ciphertext(&mut self, asked: usize) -> std::result::Result<usize, Trouble> {
        let Some(layers) = &mut self.tls else {
            return Ok(0);
        };
        let room = layers.room(asked);
        let (bytes, _) = rustix::net::recv(&*self.socket, room, RecvFlags::empty())?;
        layers.filled(bytes);
        Ok(bytes)
    }

    /// close_notify, where there is TLS, without waiting: whoever closes does not wait for
    /// room. Answers the ciphertext offered and taken.
    ///
    /// # Errors
    /// Nothing could be sent, which is no matter to who closes.
    pub fn close_notify(&mut self) -> std::result::Result<Option<(usize, usize)>, Trouble> {
        let Some(layers) = &mut self.tls else {
            return Ok(None);
        };
        layers.close()?;
        let offered = layers.outgoing().len();
        let sent = self.flush_with(NO_SIGNAL | SendFlags::DONTWAIT)?;
        Ok(Some((offered, sent)))
    }

    /// close_notify of the peer is here: it sends no more, whatever the socket says.
    pub fn peer_closed(&self) -> bool {
        self.tls.as_ref().is_some_and(|layers| layers.peer_closed())
    }

    /// Plaintext that came with the handshake's last bytes.
    pub fn has_plain(&self) -> bool {
        self.tls
            .as_ref()
            .is_some_and(|layers| !layers.plain().is_empty())
    }

    /// Takes what lies in the kernel without waiting, for a connection that is idle:
    /// TLS has things of its own to say then, such as tickets for later sessions.
    ///
    /// # Errors
    /// EAGAIN: all is quiet. Else what is wrong.
    pub fn settle(&mut self) -> std::result::Result<(), Trouble> {
        let Some(layers) = &mut self.tls else {
            return Ok(());
        };
        while !layers.peer_closed() && layers.plain().is_empty() {
            if let Some(error) = layers.failed() {
                return Err(error.clone().into());
            }
            let room = layers.room(SETTLE);
            match rustix::net::recv(&*self.socket, room, RecvFlags::DONTWAIT)? {
                (0, _) => return Ok(()),
                (bytes, _) => layers.filled(bytes),
            }
        }
        Ok(())
    }

    /// Whether [`Transport::recv`] asks when bytes arrived; where the system cannot
    /// tell, it does not.
    pub fn stamp_arrivals(&mut self, on: bool) {
        if on != self.stamped {
            self.stamped = probe::stamp_arrivals(&self.socket, on) && on;
        }
    }

    /// Our direction is done; theirs is not.
    pub fn shutdown_send(&self) -> Result<()> {
        rustix::net::shutdown(&*self.socket, rustix::net::Shutdown::Write)
    }

    /// What a `recv()` would find now, without taking it: 0 is the peer's close, EAGAIN
    /// that all is quiet.
    pub fn peek(&self) -> Result<usize> {
        let mut byte = [0];
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        rustix::net::recv(&*self.socket, &mut byte, flags).map(|(bytes, _)| bytes)
    }

    /// Waits until a call would not block (or would fail); false: not within `timeout`.
    pub fn poll(&self, until: PollFlags, timeout: Option<Duration>) -> Result<bool> {
        let mut sockets = [PollFd::new(&self.socket, until)];
        poll(&mut sockets, timeout)
    }
}

impl AsFd for Transport {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// `recv()`; on a stamped socket `recvmsg()`, which tells too for how long the last byte had
/// lain in the kernel.
fn recv(socket: &OwnedFd, buffer: &mut [u8], stamped: bool) -> Result<(usize, Option<Duration>)> {
    match stamped {
        true => probe::recvmsg(&socket, buffer),
        false => {
            let received = rustix::net::recv(socket, buffer, RecvFlags::empty());
            received.map(|(bytes, _)| (bytes, None))
        }
    }
}

/// `poll()` on several sockets; false: none within `timeout`. A signal ends the wait
/// early with true: whoever asked finds out by trying.
pub(super) fn poll(sockets: &mut [PollFd<'_>], timeout: Option<Duration>) -> Result<bool> {
    let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
    match rustix::event::poll(sockets, timeout.as_ref()) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(true),
        Err(errno) => Err(errno),
    }
}

fn same(set: Option<Duration>, wanted: Option<Duration>) -> bool {
    match (set, wanted) {
        (Some(set), Some(wanted)) => set.abs_diff(wanted) < TICK,
        (set, wanted) => set == wanted,
    }
}
