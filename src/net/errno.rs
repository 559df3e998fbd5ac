//! errno in the system's own words: its name and its text.

use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use rustix::io::Errno;

use crate::event::{Call, Kind};

/// What the calls of this module can answer (their man pages, ERRORS).
const NAMES: &[(Errno, &str)] = &[
    (Errno::ACCESS, "EACCES"),
    (Errno::ADDRINUSE, "EADDRINUSE"),
    (Errno::ADDRNOTAVAIL, "EADDRNOTAVAIL"),
    (Errno::AFNOSUPPORT, "EAFNOSUPPORT"),
    (Errno::AGAIN, "EAGAIN"),
    (Errno::BADF, "EBADF"),
    (Errno::CONNABORTED, "ECONNABORTED"),
    (Errno::CONNREFUSED, "ECONNREFUSED"),
    (Errno::CONNRESET, "ECONNRESET"),
    (Errno::HOSTUNREACH, "EHOSTUNREACH"),
    (Errno::INPROGRESS, "EINPROGRESS"),
    (Errno::INTR, "EINTR"),
    (Errno::INVAL, "EINVAL"),
    (Errno::IO, "EIO"),
    (Errno::ISCONN, "EISCONN"),
    (Errno::MFILE, "EMFILE"),
    (Errno::NETDOWN, "ENETDOWN"),
    (Errno::NETUNREACH, "ENETUNREACH"),
    (Errno::NFILE, "ENFILE"),
    (Errno::NOBUFS, "ENOBUFS"),
    (Errno::NOENT, "ENOENT"),
    (Errno::NOMEM, "ENOMEM"),
    (Errno::NOPROTOOPT, "ENOPROTOOPT"),
    (Errno::NOTCONN, "ENOTCONN"),
    (Errno::NOTSOCK, "ENOTSOCK"),
    (Errno::PERM, "EPERM"),
    (Errno::PIPE, "EPIPE"),
    (Errno::PROTOTYPE, "EPROTOTYPE"),
    (Errno::TIMEDOUT, "ETIMEDOUT"),
];

/// `ECONNRESET`; `errno` for one that no man page of ours lists.
pub(super) fn name(errno: Errno) -> &'static str {
    NAMES
        .iter()
        .find(|(known, _)| *known == errno)
        .map_or("errno", |(_, name)| name)
}

/// `Connection reset by peer`: strerror(3), without the number.
pub(super) fn text(errno: Errno) -> String {
    let text = std::io::Error::from(errno).to_string();
    match text.rfind(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// The event of a call that answered -1.
pub(super) fn failed(call: Call, errno: Errno) -> Kind {
    Kind::CallFailed {
        call,
        errno: name(errno),
        error: text(errno),
    }
}

/// What to try after a `connect()` that failed.
pub(super) fn connect_hint(errno: Errno) -> &'static str {
    match errno {
        Errno::CONNREFUSED => "is a server listening there?",
        Errno::NETUNREACH | Errno::HOSTUNREACH => "is there a route? -4 and -6 choose the family",
        Errno::TIMEDOUT => "no answer at all: a firewall, or a machine that is off",
        Errno::ACCESS | Errno::PERM => "a firewall forbids it",
        Errno::MFILE | Errno::NFILE => "too many files are open; ulimit -n raises the limit",
        _ => "--resolve and --unix-socket connect elsewhere",
    }
}

/// The same, of a Unix socket (unix(7), ERRORS).
pub(super) fn unix_hint(errno: Errno, path: &Path) -> &'static str {
    let is_socket = || {
        let file = std::fs::metadata(path);
        file.is_ok_and(|file| file.file_type().is_socket())
    };
    match errno {
        Errno::NOENT => "there is no such file: is the server running?",
        Errno::CONNREFUSED if is_socket() => {
            "nobody listens there any more: is the server running?"
        }
        Errno::CONNREFUSED => "the file is no socket",
        Errno::ACCESS | Errno::PERM => "who may write to the file may connect",
        Errno::PROTOTYPE => "the socket is not of type SOCK_STREAM",
        Errno::NOTDIR => "a part of its path is no directory",
        errno => connect_hint(errno),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errno_has_its_name_and_text() {
        for (errno, want) in [
            (Errno::CONNRESET, ("ECONNRESET", "Connection reset by peer")),
            (Errno::AGAIN, ("EAGAIN", "Resource temporarily unavailable")),
            (Errno::XDEV, ("errno", "Invalid cross-device link")),
        ] {
            assert_eq!((name(errno), text(errno).as_str()), want);
        }
    }
}
