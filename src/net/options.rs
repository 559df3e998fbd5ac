//! The options that a plan asks for, set and read back.

use std::os::fd::AsFd;
use std::time::Duration;

use rustix::net::sockopt;

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
