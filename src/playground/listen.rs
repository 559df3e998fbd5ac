//! Listening on loopback, and accepting.
//!
//! Owns the listeners and the accepting thread's loop; what is done with an accepted
//! connection is the server's business.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use super::connection::Connection;
use super::open::Shared;
use super::script::Service;

/// One place to listen at.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    pub(super) fn set_nonblocking(&self) -> io::Result<()> {
        match self {
            Listener::Tcp(listener) => listener.set_nonblocking(true),
            Listener::Unix(listener) => listener.set_nonblocking(true),
        }
    }

    /// A connection in blocking mode (macOS would hand the listener's mode down).
    fn accept(&self) -> io::Result<OwnedFd> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept()?;
                stream.set_nonblocking(false)?;
                // Each send is to leave at once: a piece that waits for the one before
                // to be acknowledged would not come when it says.
                stream.set_nodelay(true)?;
                Ok(stream.into())
            }
            Listener::Unix(listener) => {
                let (stream, _) = listener.accept()?;
                stream.set_nonblocking(false)?;
                Ok(stream.into())
            }
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Listener::Tcp(listener) => listener.as_fd(),
            Listener::Unix(listener) => listener.as_fd(),
        }
    }
}

/// A port that is free on 127.0.0.1 need not be on ::1: so many are tried.
const ATTEMPTS: u32 = 64;

/// On 127.0.0.1 and, where there is IPv6, on ::1, on the same port; a free one where it is
/// `None` or 0, which is `bind()`'s word for that.
pub(super) fn listen(port: Option<u16>) -> io::Result<Vec<TcpListener>> {
    let port = port.filter(|&port| port != 0);
    let mut attempt = 1;
    loop {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0)))?;
        match TcpListener::bind((Ipv6Addr::LOCALHOST, v4.local_addr()?.port())) {
            Ok(v6) => return Ok(vec![v4, v6]),
            Err(error) if without_ipv6(&error) => return Ok(vec![v4]),
            Err(error) if port.is_some() || attempt >= ATTEMPTS => return Err(error),
            Err(_) => attempt += 1,
        }
    }
}

/// This machine has no IPv6, or no ::1 (a container often has not).
fn without_ipv6(error: &io::Error) -> bool {
    error.kind() == ErrorKind::AddrNotAvailable
        || error.raw_os_error() == Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error())
}

/// Accepts until the other end of `woken` is closed.
pub(super) fn accept(
    listeners: &[Listener],
    woken: &OwnedFd,
    shared: &Arc<Shared>,
    service: &Arc<dyn Service>,
) {
    loop {
        let mut ready: Vec<PollFd<'_>> = listeners
            .iter()
            .map(|listener| PollFd::new(listener, PollFlags::IN))
            .collect();
        ready.push(PollFd::new(woken, PollFlags::IN));
        let polled = poll(&mut ready, None);
        if polled.is_err_and(|error| error != rustix::io::Errno::INTR) {
            return;
        }
        if ready
            .last()
            .is_some_and(|woken| !woken.revents().is_empty())
        {
            return;
        }
        for listener in listeners {
            match listener.accept() {
                Ok(socket) => begin(socket, shared, service),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // Out of descriptors, most likely: the listener stays ready, so without
                // a pause this would spin until one is free.
                Err(_) => {
                    shared.wait(Duration::from_millis(10));
                }
            }
        }
    }
}

/// Starts the connection's thread. What cannot be served is closed.
fn begin(socket: OwnedFd, shared: &Arc<Shared>, service: &Arc<dyn Service>) {
    let socket = Arc::new(socket);
    let Some(number) = shared.register(&socket) else {
        return;
    };
    let registered = Registered {
        shared: Arc::clone(shared),
        number,
    };
    let service = Arc::clone(service);
    // Where no thread is to be had, the closure is dropped: that closes and forgets.
    let _ = thread::Builder::new()
        .name(format!("connection {number}"))
        .spawn(move || {
            Connection::new(number, socket, &registered.shared).serve(&*service);
            drop(registered);
        });
}

/// In the list as long as it lives, also when its service panics.
struct Registered {
    shared: Arc<Shared>,
    number: u64,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.shared.forget(self.number);
    }
}
