//! A full disk in words: how much is free, and where.
//!
//! Owns the question to the system (statvfs(3)) and the sentence; what is kept and what
//! to try is said by whoever wrote.

use std::io;
use std::path::Path;

/// Bytes that a user may still write in the file system of this directory; `None` where
/// the system does not say.
pub fn free(dir: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(dir).ok()?;
    stat.f_bavail.checked_mul(stat.f_frsize)
}

/// The error with what there was room for: `no space left in /tmp, 0 B free`. Any other
/// error is as it was.
pub fn explain(err: io::Error, dir: &Path) -> io::Error {
    let shown = dir.display();
    let words = match err.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => match free(dir) {
            Some(free) => format!("no space left in {shown}, {free} B free"),
            None => format!("no space left in {shown}"),
        },
        // setrlimit(2), RLIMIT_FSIZE; or the file system's own.
        io::ErrorKind::FileTooLarge => "the file reached its limit (ulimit -f)".to_owned(),
        _ => return err,
    };
    io::Error::new(err.kind(), words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_full_is_said() {
        let dir = std::env::temp_dir();
        for (kind, want) in [
            (io::ErrorKind::StorageFull, " B free"),
            (io::ErrorKind::QuotaExceeded, " B free"),
            (io::ErrorKind::FileTooLarge, "(ulimit -f)"),
        ] {
            let err = explain(kind.into(), &dir);
            assert_eq!(err.kind(), kind);
            assert!(err.to_string().contains(want), "{err}");
        }
        let other = explain(io::ErrorKind::PermissionDenied.into(), &dir);
        assert_eq!(other.to_string(), "permission denied");
        let nowhere = explain(io::ErrorKind::StorageFull.into(), Path::new("/no/where"));
        assert!(nowhere.to_string().ends_with("no space left in /no/where"));
    }
}
