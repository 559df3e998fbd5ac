//! Many pieces by one call; and a full disk in words: how much is free, and where.
//!
//! Owns the writing (writev(2)), the question to the system (statvfs(3)) and the sentence;
//! what is kept and what to try is said by whoever wrote.

use std::io::{self, IoSlice, Write};
use std::path::Path;

/// Writes all of them in order; answers how many bytes went out, whatever the outcome.
pub fn write_all(out: &mut impl Write, mut parts: &mut [IoSlice<'_>]) -> (usize, io::Result<()>) {
    let mut written = 0;
    // Empty ones would look like a write() that took nothing.
    IoSlice::advance_slices(&mut parts, 0);
    while !parts.is_empty() {
        let wrote = match &*parts {
            [part] => out.write(part),
            parts => out.write_vectored(parts),
        };
        match wrote {
            Ok(0) => return (written, Err(io::ErrorKind::WriteZero.into())),
            Ok(n) => {
                written += n;
                IoSlice::advance_slices(&mut parts, n);
            }
            Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
            Err(err) => return (written, Err(err)),
        }
    }
    (written, Ok(()))
}

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

    #[test]
    fn what_a_full_disk_took_is_counted() {
        /// Takes so many bytes, at most 3 a call.
        struct Disk(usize);
        impl Write for Disk {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let n = bytes.len().min(3).min(self.0);
                self.0 -= n;
                match n {
                    0 => Err(io::ErrorKind::StorageFull.into()),
                    n => Ok(n),
                }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let parts: [&[u8]; 4] = [b"", b"tail.", b"", b"more"];
        for (room, want) in [(0, 0), (4, 4), (5, 5), (8, 8), (99, 9)] {
            let (written, result) = write_all(&mut Disk(room), &mut parts.map(IoSlice::new));
            assert_eq!((written, result.is_ok()), (want, want == 9));
        }
    }
}
