//! Saving what was received: which bytes, under which name, and the thread that writes.
//!
//! Owns the way into the file. A new file is written under a temporary name beside its
//! own and renamed when it is whole: a save that fails or is stopped leaves nothing. What
//! is no plain file (a pipe, a device) is written to as it is. Over a file that is there
//! nothing is written unless that was asked.

mod name;

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::body::{Window, disk};
use crate::tui::address::{Piece, Stretch};
use crate::tui::editor::Editor;
use crate::tui::secrets::Secrets;
use crate::tui::visit::Visit;

pub use name::suggested;

/// Bytes of a read and a write.
const PIECE: usize = 256 * 1024;
/// How often a save tells how far it is.
const TELL: Duration = Duration::from_millis(100);

/// Which bytes of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Decoded,
    Body,
    HeadAndBody,
    Received,
}

impl What {
    pub const ALL: [What; 4] = [What::Body, What::HeadAndBody, What::Received, What::Decoded];

    pub fn title(self) -> &'static str {
        match self {
            What::Body => "the body as received",
            What::Decoded => "the body, its content coding undone",
            What::HeadAndBody => "the head, then the body",
            What::Received => "every byte received",
        }
    }

    /// A head is among it.
    pub fn has_secrets(self) -> bool {
        matches!(self, What::HeadAndBody | What::Received)
    }

    /// What of it has come; `redact`: without secrets.
    pub fn bytes(self, visit: &Visit, redact: bool) -> Stretch {
        let received = visit.received();
        let answer = visit.answer();
        let head = Window {
            start: answer.wire.start,
            len: answer.head_bytes(),
            ..received.clone()
        };
        let parts = match self {
            What::Body => vec![visit.body()],
            What::Decoded => match &visit.meaning.decoded {
                Some(decoded) => vec![decoded.of(visit.body().len)],
                None => vec![visit.body()],
            },
            What::HeadAndBody => vec![head, visit.body()],
            What::Received => vec![received],
        };
        // What comes while it is written is not of it.
        let there = |part: Window| Window {
            len: part.there(),
            ..part
        };
        let pieces = parts.into_iter().map(there).map(Piece::Received);
        let stretch = Stretch {
            pieces: pieces.collect(),
        };
        match redact {
            true => Secrets::of(visit).hidden_in(stretch),
            false => stretch,
        }
    }
}

/// The pop-up that asks.
pub struct Ask {
    pub what: What,
    pub path: Editor,
    /// The file is there: shall it be written over?
    pub over: bool,
}

/// A save that runs.
#[derive(Clone, Copy, Debug)]
pub struct Saving {
    pub done: u64,
    pub total: u64,
    pub since: Instant,
}

/// How a save ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    Whole {
        bytes: u64,
        path: PathBuf,
    },
    /// There is such a file, and it is as it was.
    IsThere,
    Stopped,
    Failed(String),
}

/// What a save tells.
pub enum Told {
    /// So many bytes are written.
    Written(u64),
    Ended(Saved),
}

/// The thread that writes; there is at most one.
#[derive(Default)]
pub struct Saver {
    /// False when it shall stop.
    wanted: Arc<AtomicBool>,
}

impl Saver {
    /// `over`: a file that is there goes.
    pub fn save(
        &mut self,
        bytes: Stretch,
        path: PathBuf,
        over: bool,
        tell: impl Fn(Told) + Send + 'static,
    ) {
        self.stop();
        let wanted = Arc::new(AtomicBool::new(true));
        self.wanted = Arc::clone(&wanted);
        std::thread::spawn(move || {
            let mut told = Instant::now();
            let saved = save(&bytes, &path, over, |done| {
                if told.elapsed() >= TELL {
                    told = Instant::now();
                    tell(Told::Written(done));
                }
                wanted.load(Ordering::Relaxed)
            });
            tell(Told::Ended(saved));
        });
    }

    pub fn stop(&self) {
        self.wanted.store(false, Ordering::Relaxed);
    }
}

/// `go_on` is told after each piece how many bytes are written.
fn save(bytes: &Stretch, path: &Path, over: bool, go_on: impl FnMut(u64) -> bool) -> Saved {
    let path = std::path::absolute(home(path)).unwrap_or_else(|_| path.to_owned());
    match write(bytes, &path, over, go_on) {
        Ok(true) => Saved::Whole {
            bytes: bytes.len(),
            path,
        },
        Ok(false) => Saved::Stopped,
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists => Saved::IsThere,
        Err(err) => {
            let err = disk::explain(err, path.parent().unwrap_or(&path));
            Saved::Failed(format!("{}: {err}", path.display()))
        }
    }
}

/// False where it was stopped.
fn write(
    bytes: &Stretch,
    path: &Path,
    over: bool,
    mut go_on: impl FnMut(u64) -> bool,
) -> io::Result<bool> {
    // Where a link leads.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match path.metadata() {
        Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => {
            return pour(bytes, &mut stream(&path)?, &mut go_on);
        }
        Ok(_) if !over => return Err(io::ErrorKind::AlreadyExists.into()),
        _ => {}
    }
    let dir = path.parent().unwrap_or(Path::new("."));
    if !dir.is_dir() {
        let words = format!("there is no directory {}", dir.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, words));
    }
    let mut file = tempfile::Builder::new()
        .prefix(".sockeye-")
        .suffix(".part")
        // The umask takes from it, as from any new file; tempfile's own is 0600.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(dir)
        // Its name says nothing to who did not choose it.
        .map_err(|err| io::Error::from(err.kind()))?;
    let out: &mut File = file.as_file_mut();
    if !pour(bytes, out, &mut go_on)? {
        return Ok(false);
    }
    match over {
        true => file.persist(&path)?,
        // Also where it came meanwhile.
        false => file.persist_noclobber(&path)?,
    };
    Ok(true)
}

/// A pipe or a device. What is not taken at once must not hold a save that is stopped, nor
/// must a pipe that nobody reads from.
fn stream(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let opened = OpenOptions::new()
        .write(true)
        .custom_flags(flags)
        .open(path);
    opened.map_err(|err| match Errno::from_io_error(&err) {
        Some(Errno::NXIO) => io::Error::new(err.kind(), "nobody reads from it"),
        _ => err,
    })
}

fn pour(bytes: &Stretch, out: &mut File, go_on: &mut impl FnMut(u64) -> bool) -> io::Result<bool> {
    let mut piece = vec![0; PIECE];
    let mut done = 0;
    for part in &bytes.pieces {
        let part = match part {
            Piece::Received(window) => window,
            Piece::Sent(_, bytes) => {
                if !put(bytes, out, &mut done, go_on)? {
                    return Ok(false);
                }
                continue;
            }
        };
        let mut at = 0;
        while at < part.len {
            let read = part.read_at(at, &mut piece)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            at += read as u64;
            if !put(&piece[..read], out, &mut done, go_on)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Writes a piece, however little is taken at a time.
fn put(
    mut piece: &[u8],
    out: &mut File,
    done: &mut u64,
    go_on: &mut impl FnMut(u64) -> bool,
) -> io::Result<bool> {
    while !piece.is_empty() {
        match out.write(piece) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(taken) => {
                piece = &piece[taken..];
                *done += taken as u64;
            }
            Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
            Err(err) if err.kind() == io::ErrorKind::WouldBlock => {
                let wait = Timespec::try_from(TELL).ok();
                poll(&mut [PollFd::new(out, PollFlags::OUT)], wait.as_ref())?;
            }
            Err(err) => return Err(err),
        }
        if !go_on(*done) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `~/x` as a shell reads it.
pub fn home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Memory, Writer};

    fn bytes(parts: &[&[u8]]) -> Stretch {
        let window = |part: &&[u8]| {
            let mut writer = Writer::new(&Memory::new(4096));
            writer.append(part).unwrap();
            Piece::Received(Window::whole(&writer.store()))
        };
        Stretch {
            pieces: parts.iter().map(window).collect(),
        }
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(dir).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_is_whole_or_not_there() {
        let large = vec![b'x'; 3 * PIECE + 5];
        for (stop_at, want) in [(u64::MAX, true), (1, false), (2 * PIECE as u64, false)] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("name");
            let saved = save(&bytes(&[b"head ", &large]), &path, false, |done| {
                done < stop_at
            });
            let there = std::fs::read(&path).ok();
            match want {
                true => {
                    assert_eq!(there.map(|bytes| bytes.len()), Some(large.len() + 5));
                    assert_eq!(names(dir.path()), ["name"]);
                }
                false => {
                    assert_eq!(saved, Saved::Stopped);
                    assert!(names(dir.path()).is_empty());
                }
            }
        }
    }

    #[test]
    fn nothing_is_written_over_unasked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("name");
        std::fs::write(&path, "before").unwrap();
        let new = bytes(&[b"new"]);
        assert_eq!(save(&new, &path, false, |_| true), Saved::IsThere);
        assert_eq!(std::fs::read(&path).unwrap(), b"before");
        // It came while the other was written.
        let late = dir.path().join("late");
        let saved = save(&new, &late, false, |_| {
            std::fs::write(&late, "before").is_ok()
        });
        assert_eq!(saved, Saved::IsThere);
        assert_eq!(std::fs::read(&late).unwrap(), b"before");
        // Through a link: what it leads to is replaced, and it still leads there.
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let saved = save(&new, &link, true, |_| true);
        assert!(matches!(saved, Saved::Whole { bytes: 3, .. }), "{saved:?}");
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert!(link.is_symlink());
    }

    #[test]
    fn what_is_no_plain_file() {
        let new = bytes(&[b"new"]);
        let saved = save(&new, Path::new("/dev/null"), false, |_| true);
        assert!(matches!(saved, Saved::Whole { bytes: 3, .. }), "{saved:?}");
        let dir = tempfile::tempdir().unwrap();
        let fifo = dir.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.unwrap().success());
        for (path, want) in [
            (dir.path().to_owned(), "is a directory"),
            (dir.path().join("no/where"), "there is no directory"),
            (fifo.clone(), "nobody reads from it"),
        ] {
            let saved = save(&new, &path, false, |_| true);
            let Saved::Failed(why) = saved else {
                panic!("{saved:?}");
            };
            assert!(why.contains(want), "{why}");
        }
        // Its reader takes nothing: the save can be stopped all the same.
        let _reader = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&fifo)
            .unwrap();
        let large = bytes(&[&vec![b'x'; 3 * PIECE]]);
        let mut before = 0;
        let saved = save(&large, &fifo, false, |done| {
            let moved = done > before;
            before = done;
            moved
        });
        assert_eq!(saved, Saved::Stopped);
    }
}
