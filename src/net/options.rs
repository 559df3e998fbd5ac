//! Socket options: those that a plan asks for are set, all that matter are read.

use std::os::fd::AsFd;
use std::time::Duration;

use rustix::net::sockopt::{self, Timeout};

use crate::event::Kind;
use crate::net::{errno, probe};
use crate::plan::{SocketOption, SocketOptions};

/// Sets them; answers an event for each that the kernel refused.
pub(super) fn set(socket: impl AsFd, options: &SocketOptions) -> Vec<Kind> {
    let refused = |(option, value): (SocketOption, u32)| {
        let errno = set_one(&socket, option, value).err()?;
        Some(Kind::OptionRefused {
            option: option.name(),
            value,
            error: errno::text(errno),
        })
    };
    options.asked().filter_map(refused).collect()
}

/// The options that matter here, as `getsockopt()` gives them; one that this kind of
/// socket does not have is left out. Times in milliseconds, 0 is none.
pub(super) fn of(socket: impl AsFd) -> Vec<(&'static str, i64)> {
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
        (
            "TCP_NOTSENT_LOWAT",
            probe::notsent_lowat(socket).map(i64::from),
        ),
        (
            "SO_LINGER",
            // -1: off, which 0 is not.
            sockopt::socket_linger(socket)
                .map(|linger| linger.map_or(-1, |linger| linger.as_secs() as i64)),
        ),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value.ok()?)))
    .collect()
}

fn set_one(socket: impl AsFd, option: SocketOption, value: u32) -> rustix::io::Result<()> {
    let bytes = value as usize;
    match option {
        SocketOption::RecvBuffer => sockopt::set_socket_recv_buffer_size(socket, bytes),
        SocketOption::SendBuffer => sockopt::set_socket_send_buffer_size(socket, bytes),
        SocketOption::NoDelay => sockopt::set_tcp_nodelay(socket, value != 0),
        SocketOption::NotSentLowat => probe::set_notsent_lowat(socket, value),
        SocketOption::Linger => {
            let seconds = Duration::from_secs(u64::from(value));
            sockopt::set_socket_linger(socket, Some(seconds))
        }
        SocketOption::KeepAlive => sockopt::set_socket_keepalive(socket, value != 0),
    }
}
