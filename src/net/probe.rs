//! The kernel's view of a socket: queue levels, window, buffer sizes, round trips.
//!
//! Owns all `unsafe` of this program: two system calls that no safe crate has
//! (`ioctl(SIOCOUTQ)`, `getsockopt(TCP_INFO)`). Reads only; never SO_ERROR, whose
//! reading clears it. What a platform does not tell is `None`, never 0.

use std::os::fd::AsFd;

use crate::event::Queues;

/// Every level that this platform tells of this socket.
pub fn queues(socket: &impl AsFd) -> Queues {
    Queues {
        recv_queued: rustix::io::ioctl_fionread(socket)
            .ok()
            .and_then(|n| u32::try_from(n).ok()),
        ..Queues::default()
    }
}
