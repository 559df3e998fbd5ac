//! Where bytes go: standard output, or a file that `-o` or `--events` names.
//!
//! Owns how writes are gathered and when they go out, and makes text harmless on a
//! terminal. Which bytes go there is [`super::output`]'s business.
//!
//! 16 KiB or more, in however many parts, are written as they are, from the buffer that
//! `recv()` filled: a copy would cost more than the call that it saves. Less is gathered,
//! and goes out before a call that may wait: always where somebody may be looking on (a
//! terminal, a pipe), and in a file when the last `recv()` came back short, for then the
//! kernel's queue is empty and the next one will wait.

use std::fs::File;
use std::io::{self, BufWriter, IoSlice, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use crate::body::disk;
use crate::error::{Error, Result};
use crate::view::safe;

/// Small pieces are gathered to this size.
const GATHER: usize = 64 * 1024;
/// From this size on they are not copied: 16 KiB take 1 µs to copy, write() less.
const AS_IT_IS: usize = 16 * 1024;

#[derive(Debug)]
pub struct Destination {
    /// As messages name it.
    name: String,
    /// The directory that a file lies in.
    dir: Option<PathBuf>,
    out: BufWriter<File>,
    /// Nothing is held back while a call waits.
    watched: bool,
    /// A file's old content, which goes with the first byte of the new one.
    stale: bool,
    /// Set on a terminal: text goes through it.
    harmless: Option<Harmless>,
    /// The reader at the other end of a pipe has closed it.
    pub reader_gone: bool,
}

impl Destination {
    /// What a flag names: a file, or standard output by `-`; byte for byte.
    pub fn named(path: &Path) -> Result<Destination> {
        match is_stdout(path) {
            true => Destination::stdout(),
            false => Destination::file(path),
        }
    }

    fn stdout() -> Result<Destination> {
        let name = "standard output";
        let file = rustix::stdio::stdout().try_clone_to_owned();
        let file = file.map_err(|error| Error::write(name, &error))?;
        Ok(Destination::new(name.to_owned(), File::from(file), false))
    }

    /// Standard output; on a terminal, text made harmless.
    pub fn screen() -> Result<Destination> {
        let mut screen = Destination::stdout()?;
        if screen.out.get_ref().is_terminal() {
            screen.harmless = Some(Harmless::default());
        }
        Ok(screen)
    }

    pub fn stderr() -> Result<Destination> {
        let name = "standard error";
        let file = rustix::stdio::stderr().try_clone_to_owned();
        let file = file.map_err(|error| Error::write(name, &error))?;
        Ok(Destination::new(name.to_owned(), File::from(file), false))
    }

    /// Made where there is none. What it holds stays until something is written,
    /// so that a failed connect does not cost the last good answer.
    fn file(path: &Path) -> Result<Destination> {
        let name = path.display().to_string();
        // No truncate(true): see above.
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let file = file.map_err(|error| Error::write(&name, &error))?;
        let data = file.metadata().ok().filter(|data| data.is_file());
        let dir = match path.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir,
            _ => Path::new("."),
        };
        Ok(Destination {
            // A device takes no room where its name stands.
            dir: data.as_ref().map(|_| dir.to_owned()),
            ..Destination::new(name, file, data.is_some_and(|data| data.len() > 0))
        })
    }

    fn new(name: String, file: File, stale: bool) -> Destination {
        let kind =
            rustix::fs::fstat(file.as_fd()).map(|stat| FileType::from_raw_mode(stat.st_mode));
        let watched = match kind {
            Ok(FileType::RegularFile) => false,
            Ok(FileType::CharacterDevice) => file.is_terminal(),
            _ => true,
        };
        Destination {
            name,
            dir: None,
            out: BufWriter::with_capacity(GATHER, file),
            watched,
            stale,
            harmless: None,
            reader_gone: false,
        }
    }

    /// # Errors
    /// [`Error::Write`]; what was written before stays.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_parts(&mut [IoSlice::new(bytes)])
    }

    /// All of them, by one call where they are large together.
    ///
    /// # Errors
    /// As [`Destination::write`].
    pub fn write_parts(&mut self, parts: &mut [IoSlice<'_>]) -> Result<()> {
        let bytes: usize = parts.iter().map(|part| part.len()).sum();
        let written = self.renew().and_then(|()| match &mut self.harmless {
            None if bytes >= AS_IT_IS => {
                self.out.flush()?;
                disk::write_all(self.out.get_mut(), parts).1
            }
            None => parts.iter().try_for_each(|part| self.out.write_all(part)),
            Some(harmless) => parts
                .iter()
                .try_for_each(|part| self.out.write_all(harmless.text(part).as_bytes())),
        });
        self.checked(written)
    }

    /// Writes through `into`, byte for byte.
    pub fn write_with(
        &mut self,
        into: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<()> {
        let written = self.renew().and_then(|()| into(&mut self.out));
        self.checked(written)
    }

    /// A call may wait now. `drained`: the last `recv()` brought less than was asked.
    pub fn waiting(&mut self, drained: bool) -> Result<()> {
        if !self.watched && !drained || self.out.buffer().is_empty() {
            return Ok(());
        }
        let written = self.out.flush();
        self.checked(written)
    }

    /// Nothing more comes. `done`: the file is this exchange's, even if it is empty.
    pub fn finish(&mut self, done: bool) -> Result<()> {
        let rest = self.harmless.take().map(Harmless::rest).unwrap_or_default();
        let written = match done {
            true => self.renew(),
            false => Ok(()),
        };
        let written = written
            .and_then(|()| self.out.write_all(rest.as_bytes()))
            .and_then(|()| self.out.flush());
        self.checked(written)
    }

    fn renew(&mut self) -> io::Result<()> {
        match std::mem::take(&mut self.stale) {
            true => self.out.get_ref().set_len(0),
            false => Ok(()),
        }
    }

    fn checked(&mut self, written: io::Result<()>) -> Result<()> {
        written.map_err(|error| {
            self.reader_gone |= error.kind() == io::ErrorKind::BrokenPipe;
            let error = match &self.dir {
                Some(dir) => disk::explain(error, dir),
                None => error,
            };
            Error::write(&self.name, &error)
        })
    }
}

/// `-`, where a flag takes a file.
pub fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Text made harmless piece by piece: line ends and tabs stay, all else that a terminal
/// could take for an order is shown as a picture or an escape.
#[derive(Debug, Default)]
struct Harmless {
    /// The end of the last piece: a CR, or a character that is not whole. At most 3 bytes.
    held: Vec<u8>,
}

impl Harmless {
    fn text(&mut self, bytes: &[u8]) -> String {
        self.held.extend_from_slice(bytes);
        let whole = whole(&self.held);
        let text = harmless(&self.held[..whole]);
        self.held.drain(..whole);
        text
    }

    fn rest(self) -> String {
        harmless(&self.held)
    }
}

fn harmless(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for piece in safe::decode(bytes) {
        match &bytes[piece.bytes.clone()] {
            b"\n" => text.push('\n'),
            b"\t" => text.push('\t'),
            b"\r" if bytes.get(piece.bytes.end) == Some(&b'\n') => {}
            _ => text.push_str(&piece.text),
        }
    }
    text
}

/// How many bytes can be judged: all but a last CR and a last character that is cut.
fn whole(bytes: &[u8]) -> usize {
    if bytes.last() == Some(&b'\r') {
        return bytes.len() - 1;
    }
    for back in 1..=bytes.len().min(3) {
        let at = bytes.len() - back;
        let needs = match bytes[at] {
            0x80..=0xbf => continue,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        return if needs > back { at } else { bytes.len() };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_the_same_however_it_is_cut() {
        for (bytes, want) in [
            (&b"a\tb\r\nc\nd"[..], "a\tb\nc\nd"),
            (b"\x1b]0;title\x07 \r!", "␛]0;title␇ ␍!"),
            ("é日🐟\u{9b}2J".as_bytes(), "é日🐟\\u{9b}2J"),
            (b"\xff\xe2\x82", "\\xff\\xe2\\x82"),
            (b"end\r", "end␍"),
        ] {
            for size in 1..=bytes.len() {
                let mut harmless = Harmless::default();
                let mut shown: String = bytes.chunks(size).map(|cut| harmless.text(cut)).collect();
                shown.push_str(&harmless.rest());
                assert_eq!(shown, want, "cut by {size}");
            }
        }
    }

    #[test]
    fn a_file_keeps_its_content_until_something_comes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        for (bytes, done, want) in [
            (&b""[..], false, "old"),
            (b"", true, ""),
            (b"new", false, "new"),
        ] {
            std::fs::write(&path, "old").unwrap();
            let mut file = Destination::file(&path).unwrap();
            if !bytes.is_empty() {
                file.write(bytes).unwrap();
            }
            file.finish(done).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), want);
        }
    }

    #[test]
    fn parts_of_every_size_are_written_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mut file = Destination::file(&path).unwrap();
        let mut want = Vec::new();
        for (turn, sizes) in [
            &[10][..],
            &[AS_IT_IS, 0, 1, AS_IT_IS],
            &[1, 2, 3],
            &[100; 2000],
            &[],
            &[AS_IT_IS - 1],
        ]
        .into_iter()
        .enumerate()
        {
            let byte = b'a' + turn as u8;
            let parts: Vec<Vec<u8>> = sizes.iter().map(|&size| vec![byte; size]).collect();
            let mut slices: Vec<_> = parts.iter().map(|part| IoSlice::new(part)).collect();
            file.write_parts(&mut slices).unwrap();
            want.extend(parts.concat());
        }
        file.finish(true).unwrap();
        assert!(std::fs::read(&path).unwrap() == want);
    }
}
