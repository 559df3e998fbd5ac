//! The kernel's view of a socket: queue levels, window, buffer sizes, round trips.
//!
//! Owns all `unsafe` of this program: the system calls that no safe crate has. It reads,
//! but for the options that are set by it; never SO_ERROR, whose reading clears it. What a
//! platform does not tell is `None`, never 0.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::io::{Errno, Result};
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

/// For how long nothing has come in (`tcpi_last_data_recv`, in the kernel's ticks of 1
/// to 10 ms): what lies unread has lain for at least as long.
pub fn since_arrival(socket: &impl AsFd) -> Option<Duration> {
    system::since_arrival(socket.as_fd())
}

/// Has the kernel stamp what arrives (SO_TIMESTAMPNS); false: it has no such stamps.
pub fn stamp_arrivals(socket: &impl AsFd, on: bool) -> bool {
    system::stamp_arrivals(socket.as_fd(), on)
}

/// One `recvmsg()` on a socket whose arrivals are stamped: how many bytes it brought, and
/// for how long the last of them had lain in the kernel. Older bytes had lain for longer.
///
/// # Errors
/// The call's.
pub fn recvmsg(socket: &impl AsFd, buffer: &mut [u8]) -> Result<(usize, Option<Duration>)> {
    system::recvmsg(socket.as_fd(), buffer)
}

/// The `u32` at this offset of a kernel structure, if the kernel's is that long.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn word(structure: &[u8], offset: usize) -> Option<u32> {
    let bytes = structure.get(offset..offset + 4)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
use libc::TCP_NOTSENT_LOWAT;
/// Of Darwin's <netinet/tcp.h>: the libc crate has it for others alone.
#[cfg(target_vendor = "apple")]
const TCP_NOTSENT_LOWAT: libc::c_int = 0x201;

/// TCP_NOTSENT_LOWAT, in bytes (tcp(7)).
///
/// # Errors
/// What `setsockopt()` says; ENOPROTOOPT where there is no such option.
pub fn set_notsent_lowat(socket: impl AsFd, bytes: u32) -> Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        let bytes = libc::c_int::try_from(bytes).unwrap_or(libc::c_int::MAX);
        let (level, name) = (libc::IPPROTO_TCP, TCP_NOTSENT_LOWAT);
        set_int(socket.as_fd(), level, name, bytes)
    }
    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    {
        let _ = (socket, bytes);
        Err(Errno::NOPROTOOPT)
    }
}

/// The same, read.
///
/// # Errors
/// It is not to be had for this kind of socket.
pub fn notsent_lowat(socket: impl AsFd) -> Result<u32> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        let mut space = [0; 512];
        let (level, name) = (libc::IPPROTO_TCP, TCP_NOTSENT_LOWAT);
        let value = structure(socket.as_fd(), level, name, &mut space);
        let value = value.and_then(|value| word(value, 0));
        value.ok_or(Errno::NOPROTOOPT)
    }
    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    {
        let _ = socket;
        Err(Errno::NOPROTOOPT)
    }
}

/// SO_BINDTODEVICE (socket(7)).
///
/// # Errors
/// What `setsockopt()` says: ENODEV where no interface has this name, EPERM where it is not
/// ours to choose; ENOPROTOOPT where there is no such option.
pub fn bind_to_device(socket: impl AsFd, interface: &str) -> Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let (level, name) = (libc::SOL_SOCKET, libc::SO_BINDTODEVICE);
        set(socket.as_fd(), level, name, interface.as_bytes())
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = (socket, interface);
        Err(Errno::NOPROTOOPT)
    }
}

/// The IP addresses of an interface, in the system's order (getifaddrs(3)); `None`: there is
/// no interface of this name.
///
/// # Errors
/// The call's.
pub fn interface_addrs(name: &str) -> Result<Option<Vec<IpAddr>>> {
    let mut list: *mut libc::ifaddrs = std::ptr::null_mut();
    // SAFETY: the call writes one pointer, to a list that it made.
    if unsafe { libc::getifaddrs(&raw mut list) } != 0 {
        return Err(last_errno());
    }
    let mut found: Option<Vec<IpAddr>> = None;
    let mut at = list;
    // SAFETY: each entry is null or valid until the list is freed, below, and so are the
    // name, which ends with a NUL, and the address that it points to.
    while let Some(entry) = unsafe { at.as_ref() } {
        at = entry.ifa_next;
        let own = unsafe { CStr::from_ptr(entry.ifa_name) };
        if own.to_bytes() == name.as_bytes() {
            let addr = unsafe { ip(entry.ifa_addr) };
            found.get_or_insert_default().extend(addr);
        }
    }
    // SAFETY: it is the call's own list, and nothing of it is used any more.
    unsafe { libc::freeifaddrs(list) };
    Ok(found)
}

/// # Safety
/// `addr` is null or points to an address as long as its family says.
unsafe fn ip(addr: *const libc::sockaddr) -> Option<IpAddr> {
    // SAFETY: the caller's word.
    unsafe {
        match libc::c_int::from(addr.as_ref()?.sa_family) {
            libc::AF_INET => {
                let addr = addr.cast::<libc::sockaddr_in>().read_unaligned();
                Some(IpAddr::from(addr.sin_addr.s_addr.to_ne_bytes()))
            }
            libc::AF_INET6 => {
                let addr = addr.cast::<libc::sockaddr_in6>().read_unaligned();
                Some(IpAddr::from(addr.sin6_addr.s6_addr))
            }
            _ => None,
        }
    }
}

fn last_errno() -> Errno {
    let error = std::io::Error::last_os_error();
    Errno::from_io_error(&error).unwrap_or(Errno::INVAL)
}

/// `setsockopt()` of one int.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn set_int(
    socket: std::os::fd::BorrowedFd<'_>,
    level: libc::c_int,
    name: libc::c_int,
    value: libc::c_int,
) -> Result<()> {
    set(socket, level, name, &value.to_ne_bytes())
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn set(
    socket: std::os::fd::BorrowedFd<'_>,
    level: libc::c_int,
    name: libc::c_int,
    value: &[u8],
) -> Result<()> {
    use std::os::fd::AsRawFd;

    // SAFETY: the descriptor is borrowed, so open; the kernel reads `value` as far as it is
    // long.
    let answer = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            value.as_ptr().cast(),
            value.len() as libc::socklen_t,
        )
    };
    match answer {
        0 => Ok(()),
        _ => Err(last_errno()),
    }
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
    use std::time::Duration;

    use rustix::io::Result;
    use rustix::time::{ClockId, clock_gettime};

    use super::{structure, word};
    use crate::event::Queues;

    /// <linux/sockios.h>. SIOCOUTQ is TIOCOUTQ's number (tcp(7)); libc names the second
    /// one for some targets only.
    const SIOCOUTQ: libc::Ioctl = libc::TIOCOUTQ;
    const SIOCOUTQNSD: libc::Ioctl = 0x894B;

    // Offsets in `struct tcp_info` of <linux/tcp.h>, which grows at its end alone:
    // snd_wnd came with Linux 5.4, rcv_wnd with 6.2.
    const RCV_MSS: usize = 20;
    /// In milliseconds.
    const LAST_DATA_RECV: usize = 52;
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

    pub fn since_arrival(socket: BorrowedFd<'_>) -> Option<Duration> {
        let mut space = [0; 512];
        let tcp = structure(socket, libc::IPPROTO_TCP, libc::TCP_INFO, &mut space)?;
        let millis = word(tcp, LAST_DATA_RECV)?;
        Some(Duration::from_millis(u64::from(millis)))
    }

    pub fn stamp_arrivals(socket: BorrowedFd<'_>, on: bool) -> bool {
        let on = libc::c_int::from(on);
        super::set_int(socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, on).is_ok()
    }

    /// Room for control messages, aligned as their header must be (cmsg(3)).
    #[repr(align(8))]
    struct Control([u8; 64]);

    pub fn recvmsg(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<(usize, Option<Duration>)> {
        let mut control = Control([0; 64]);
        let mut piece = libc::iovec {
            iov_base: buffer.as_mut_ptr().cast(),
            iov_len: buffer.len(),
        };
        // SAFETY: all zeros is a valid msghdr: null pointers with lengths of 0.
        let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
        message.msg_iov = &raw mut piece;
        message.msg_iovlen = 1;
        message.msg_control = control.0.as_mut_ptr().cast();
        message.msg_controllen = control.0.len() as _;
        // SAFETY: the descriptor is borrowed, so open; `message` points to one piece and
        // to control bytes, each writable for the length given and alive past the call.
        let answer = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, 0) };
        let Ok(bytes) = usize::try_from(answer) else {
            return Err(super::last_errno());
        };
        Ok((bytes, stamp(&message).and_then(since)))
    }

    /// The SO_TIMESTAMPNS message among those that the kernel wrote.
    fn stamp(message: &libc::msghdr) -> Option<libc::timespec> {
        // SAFETY: `message` is as recvmsg() left it: its control bytes are alive, and the
        // macros (cmsg(3)) stay within the length that it gives. The time is read where
        // the kernel says that one lies, from a place that need not be aligned.
        unsafe {
            let mut at = libc::CMSG_FIRSTHDR(message);
            while let Some(header) = at.as_ref() {
                let is_stamp = header.cmsg_level == libc::SOL_SOCKET
                    && header.cmsg_type == libc::SCM_TIMESTAMPNS
                    && header.cmsg_len >= libc::CMSG_LEN(size_of::<libc::timespec>() as u32) as _;
                if is_stamp {
                    return Some(
                        libc::CMSG_DATA(at)
                            .cast::<libc::timespec>()
                            .read_unaligned(),
                    );
                }
                at = libc::CMSG_NXTHDR(message, at);
            }
        }
        None
    }

    /// By the clock that stamps are of; a clock set back since then tells nothing.
    fn since(stamp: libc::timespec) -> Option<Duration> {
        let time = |secs: i64, nanos: i64| {
            let nanos = u32::try_from(nanos).ok()?;
            Some(Duration::new(u64::try_from(secs).ok()?, nanos))
        };
        let now = clock_gettime(ClockId::Realtime);
        time(now.tv_sec, now.tv_nsec)?.checked_sub(time(stamp.tv_sec, stamp.tv_nsec)?)
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
    pub use super::untold::{recvmsg, since_arrival, stamp_arrivals};

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
    pub use super::untold::{recvmsg, since_arrival, stamp_arrivals};

    use std::os::fd::BorrowedFd;

    use crate::event::Queues;

    pub fn queues(_: BorrowedFd<'_>) -> Queues {
        Queues::default()
    }
}

/// Where no kernel tells when the bytes of a stream arrived (Darwin stamps datagrams
/// alone).
#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod untold {
    use std::os::fd::BorrowedFd;
    use std::time::Duration;

    use rustix::io::Result;

    pub fn since_arrival(_: BorrowedFd<'_>) -> Option<Duration> {
        None
    }

    pub fn stamp_arrivals(_: BorrowedFd<'_>, _: bool) -> bool {
        false
    }

    pub fn recvmsg(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<(usize, Option<Duration>)> {
        let flags = rustix::net::RecvFlags::empty();
        rustix::net::recv(socket, buffer, flags).map(|(bytes, _)| (bytes, None))
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

    /// What lay for 30 ms has lain for at least that; the tick of the one is up to 10 ms.
    #[test]
    fn the_kernel_tells_for_how_long_bytes_lay() {
        if cfg!(not(target_os = "linux")) {
            return;
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let reader = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut writer, _) = listener.accept().unwrap();
        assert!(stamp_arrivals(&reader, true));
        let mut buffer = [0; 9];
        // The kernel begins to stamp a moment after it was asked to.
        let lay = loop {
            writer.write_all(b"lain").unwrap();
            reader.peek(&mut [0]).unwrap();
            let there = std::time::Instant::now();
            while there.elapsed() < Duration::from_millis(30) {
                std::hint::spin_loop();
            }
            assert!(since_arrival(&reader) >= Some(Duration::from_millis(15)));
            let (bytes, lay) = recvmsg(&reader, &mut buffer).unwrap();
            assert_eq!(&buffer[..bytes], b"lain");
            if let Some(lay) = lay {
                break lay;
            }
        };
        assert!(lay >= Duration::from_millis(30), "{lay:?}");
        drop(writer);
        assert_eq!(recvmsg(&reader, &mut buffer).unwrap(), (0, None));
    }

    #[test]
    fn a_unix_socket_does_not_tell_when_bytes_came() {
        let (reader, mut writer) = UnixStream::pair().unwrap();
        stamp_arrivals(&reader, true);
        writer.write_all(b"ab").unwrap();
        let mut buffer = [0; 9];
        assert_eq!(recvmsg(&reader, &mut buffer).unwrap(), (2, None));
        assert_eq!(since_arrival(&reader), None);
    }
}
