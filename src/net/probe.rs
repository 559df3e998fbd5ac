//! The kernel's view of a socket: queue levels, window, buffer sizes, round trips.
//!
//! Owns all `unsafe` of this program: the system calls that no safe crate has. Reads
//! only; never SO_ERROR, whose reading clears it. What a platform does not tell is
//! `None`, never 0.
#![allow(unsafe_code)]

use std::os::fd::AsFd;

use rustix::net::sockopt;

use crate::event::Queues;

/// Every level that this platform tells of this socket.
pub fn queues(socket: &impl AsFd) -> Queues {
    let socket = socket.as_fd();
    Queues {
        recv_queued: recv_queued(&socket),
        recv_buffer: sockopt::socket_recv_buffer_size(socket)
            .ok()
            .and_then(|bytes| u32::try_from(bytes).ok()),
        send_buffer: sockopt::socket_send_buffer_size(socket)
            .ok()
            .and_then(|bytes| u32::try_from(bytes).ok()),
        ..system::queues(socket)
    }
}

/// FIONREAD alone: one cheap call, for those who look before every `recv()`.
pub fn recv_queued(socket: &impl AsFd) -> Option<u32> {
    let bytes = rustix::io::ioctl_fionread(socket).ok()?;
    u32::try_from(bytes).ok()
}

/// The `u32` at this offset of a kernel structure, if the kernel's is that long.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn word(structure: &[u8], offset: usize) -> Option<u32> {
    let bytes = structure.get(offset..offset + 4)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}

/// `getsockopt()` of a structure whose length varies with the kernel: as many bytes as
/// it gave.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn structure<'a>(
    socket: std::os::fd::BorrowedFd<'_>,
    level: libc::c_int,
    name: libc::c_int,
    space: &'a mut [u8; 512],
) -> Option<&'a [u8]> {
    use std::os::fd::AsRawFd;

    let mut len = space.len() as libc::socklen_t;
    // SAFETY: the descriptor is borrowed, so open; `space` is writable for the `len`
    // bytes that the kernel is told, any of which is a valid u8 whatever it writes.
    let answer = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            level,
            name,
            space.as_mut_ptr().cast(),
            &mut len,
        )
    };
    match answer {
        0 => space.get(..len as usize),
        _ => None,
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use std::os::fd::{AsRawFd, BorrowedFd};

    use super::{structure, word};
    use crate::event::Queues;

    /// <linux/sockios.h>. SIOCOUTQ is TIOCOUTQ's number (tcp(7)); libc names the second
    /// one for some targets only.
    const SIOCOUTQ: libc::Ioctl = libc::TIOCOUTQ;
    const SIOCOUTQNSD: libc::Ioctl = 0x894B;

    // Offsets in `struct tcp_info` of <linux/tcp.h>, which grows at its end alone:
    // snd_wnd came with Linux 5.4, rcv_wnd with 6.2.
    const RCV_MSS: usize = 20;
    const RTT: usize = 68;
    const TOTAL_RETRANS: usize = 100;
    const SND_WND: usize = 228;
    const RCV_WND: usize = 232;

    pub fn queues(socket: BorrowedFd<'_>) -> Queues {
        let mut space = [0; 512];
        let tcp = structure(socket, libc::IPPROTO_TCP, libc::TCP_INFO, &mut space);
        let tcp = tcp.unwrap_or_default();
        Queues {
            send_queued: level(socket, SIOCOUTQ),
            send_unsent: level(socket, SIOCOUTQNSD),
            recv_window: word(tcp, RCV_WND),
            send_window: word(tcp, SND_WND),
            segment: word(tcp, RCV_MSS),
            rtt_us: word(tcp, RTT),
            retransmits: word(tcp, TOTAL_RETRANS),
            ..Queues::default()
        }
    }

    fn level(socket: BorrowedFd<'_>, request: libc::Ioctl) -> Option<u32> {
        let mut bytes: libc::c_int = 0;
        // SAFETY: the descriptor is borrowed, so open; both requests write one int, and
        // `bytes` is one.
        let answer = unsafe { libc::ioctl(socket.as_raw_fd(), request, &mut bytes) };
        match answer {
            0 => u32::try_from(bytes).ok(),
            _ => None,
        }
    }
}

#[cfg(target_vendor = "apple")]
mod system {
    use std::os::fd::BorrowedFd;

    use super::{structure, word};
    use crate::event::Queues;

    // Offsets in `struct tcp_connection_info` of <netinet/tcp.h>.
    const MAXSEG: usize = 16;
    const SND_WND: usize = 28;
    const RCV_WND: usize = 36;
    /// In milliseconds.
    const SRTT: usize = 44;

    /// What is unsent, and retransmits as a count, Darwin does not tell.
    pub fn queues(socket: BorrowedFd<'_>) -> Queues {
        let mut int = [0; 512];
        let unread = structure(socket, libc::SOL_SOCKET, libc::SO_NWRITE, &mut int);
        let send_queued = unread.and_then(|int| word(int, 0));
        let mut space = [0; 512];
        let name = libc::TCP_CONNECTION_INFO;
        let tcp = structure(socket, libc::IPPROTO_TCP, name, &mut space).unwrap_or_default();
        Queues {
            send_queued,
            recv_window: word(tcp, RCV_WND),
            send_window: word(tcp, SND_WND),
            segment: word(tcp, MAXSEG),
            rtt_us: word(tcp, SRTT).map(|ms| ms.saturating_mul(1000)),
            ..Queues::default()
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
mod system {
    use std::os::fd::BorrowedFd;

    use crate::event::Queues;

    pub fn queues(_: BorrowedFd<'_>) -> Queues {
        Queues::default()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn unread_bytes_are_counted_and_a_window_is_open() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let reader = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut writer, _) = listener.accept().unwrap();
        writer.write_all(b"seven b").unwrap();
        let mut byte = [0];
        reader.peek(&mut byte).unwrap();
        let queues = queues(&reader);
        assert_eq!(queues.recv_queued, Some(7));
        assert!(queues.recv_buffer > Some(0) && queues.send_buffer > Some(0));
        if cfg!(target_os = "linux") {
            assert_eq!((queues.send_queued, queues.send_unsent), (Some(0), Some(0)));
            assert!(
                queues.rtt_us > Some(0) && queues.segment > Some(0),
                "{queues:?}"
            );
        }
    }

    #[test]
    fn a_unix_socket_has_no_tcp_levels_rather_than_zeros() {
        let (one, _other) = UnixStream::pair().unwrap();
        let queues = queues(&one);
        assert_eq!(queues.recv_queued, Some(0));
        assert_eq!((queues.recv_window, queues.rtt_us), (None, None));
    }
}
