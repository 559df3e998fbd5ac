//! One connected socket: each method is one system call, and none loops.
//!
//! Owns the socket and its modes. TLS, when it comes, is a second way through
//! [`Transport::send`] and [`Transport::recv`], chosen in here.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::{Errno, Result};
use rustix::net::sockopt::{self, Timeout};
use rustix::net::{RecvFlags, SendFlags};

use crate::net::probe;

/// No call can move more: Linux cuts at 0x7ffff000 (send(2), NOTES of write(2)).
pub(super) const LARGEST_CALL: usize = 0x7fff_f000;

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
    /// The kernel stamps what arrives: `recvmsg()` is the call then.
    stamped: bool,
}

impl Transport {
    /// A socket in the kernel's default mode: blocking, without timeouts.
    pub fn new(socket: Arc<OwnedFd>) -> Transport {
        Transport {
            socket,
            nonblocking: false,
            recv_timeout: None,
            send_timeout: None,
            stamped: false,
        }
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

    pub fn send(&self, bytes: &[u8]) -> Result<usize> {
        rustix::net::send(&*self.socket, bytes, NO_SIGNAL)
    }

    pub fn recv(&self, buffer: &mut [u8]) -> Result<usize> {
        rustix::net::recv(&*self.socket, buffer, RecvFlags::empty()).map(|(bytes, _)| bytes)
    }

    /// Whether [`Transport::recv_told`] asks when bytes arrived; where the system cannot
    /// tell, it does not.
    pub fn stamp_arrivals(&mut self, on: bool) {
        if on != self.stamped {
            self.stamped = probe::stamp_arrivals(&self.socket, on) && on;
        }
    }

    pub fn is_stamped(&self) -> bool {
        self.stamped
    }

    /// As [`Transport::recv`]; on a stamped socket it is `recvmsg()`, which tells too for
    /// how long the last byte had lain in the kernel.
    pub fn recv_told(&self, buffer: &mut [u8]) -> Result<(usize, Option<Duration>)> {
        match self.stamped {
            true => probe::recvmsg(&self.socket, buffer),
            false => self.recv(buffer).map(|bytes| (bytes, None)),
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

/// The options that matter here, as `getsockopt()` gives them; one that this kind of
/// socket does not have is left out. Times in milliseconds, 0 is none.
pub(super) fn options(socket: impl AsFd) -> Vec<(&'static str, i64)> {
    let socket = socket.as_fd();
    let millis = |id| {
        sockopt::socket_timeout(socket, id)
            .map(|timeout| timeout.map_or(0, |timeout| timeout.as_millis() as i64))
    };
    let flags = rustix::fs::fcntl_getfl(socket);
    [
        (
            "O_NONBLOCK",
            flags.map(|flags| i64::from(flags.contains(rustix::fs::OFlags::NONBLOCK))),
        ),
        (
            "SO_RCVBUF",
            sockopt::socket_recv_buffer_size(socket).map(|bytes| bytes as i64),
        ),
        (
            "SO_SNDBUF",
            sockopt::socket_send_buffer_size(socket).map(|bytes| bytes as i64),
        ),
        ("SO_RCVTIMEO", millis(Timeout::Recv)),
        ("SO_SNDTIMEO", millis(Timeout::Send)),
        (
            "SO_KEEPALIVE",
            sockopt::socket_keepalive(socket).map(i64::from),
        ),
        ("TCP_NODELAY", sockopt::tcp_nodelay(socket).map(i64::from)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value.ok()?)))
    .collect()
}

fn same(set: Option<Duration>, wanted: Option<Duration>) -> bool {
    match (set, wanted) {
        (Some(set), Some(wanted)) => set.abs_diff(wanted) < TICK,
        (set, wanted) => set == wanted,
    }
}
