//! Bytes into files and out of them, for effects that are no more than that.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::body::Window;
use crate::export::Form;
use crate::tui::address::{Piece, Stretch};
use crate::tui::message::Message;
use crate::view::safe::safe;

/// Bytes of a file that can become a body: the editor holds all of it, and so does undo.
const BODY_FILE: u64 = 64 << 20;

/// A copy that was too much for the clipboard; nobody else may read it.
pub(super) fn copy_to_file(stretch: &Stretch, form: Form, path: &Path) -> Message {
    let shown = safe(&path.display().to_string()).into_owned();
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|file| {
            let mut out = BufWriter::with_capacity(256 * 1024, file);
            let (before, after) = form.ends();
            out.write_all(before.as_bytes())?;
            let mut first = true;
            let mut piece = |bytes: &[u8]| -> io::Result<()> {
                out.write_all(&form.piece(bytes, first))?;
                first &= bytes.is_empty();
                Ok(())
            };
            for part in &stretch.pieces {
                match part {
                    Piece::Sent(_, sent) => piece(sent)?,
                    Piece::Received(window) => each_piece(window, &mut piece)?,
                }
            }
            out.write_all(after.as_bytes())?;
            out.flush()?;
            out.get_ref().metadata()
        });
    match written {
        Ok(file) => Message::Note(format!("{} bytes are in {shown}", file.len())),
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists => Message::Complain(format!(
            "{shown} is there already and stays as it is: give another name"
        )),
        Err(err) => Message::Complain(format!("{shown}: {err}")),
    }
}

/// A file, to be edited; a pipe too, as far as it has ended.
pub(super) fn read_body(path: &Path) -> Message {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(BODY_FILE + 1).read_to_end(&mut bytes));
    match read {
        Ok(read) if read as u64 > BODY_FILE => Message::Complain(format!(
            "{name} has more than the {} MiB that can be edited: the body is as it was",
            BODY_FILE >> 20
        )),
        Ok(_) => Message::Body { name, bytes },
        Err(err) => Message::Complain(format!("{name}: {err}")),
    }
}

/// All of a window.
pub(super) fn pour(window: &Window, out: &mut impl Write) -> io::Result<()> {
    each_piece(window, |bytes| out.write_all(bytes))
}

fn each_piece(window: &Window, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut piece = vec![0; 256 * 1024];
    let mut at = 0;
    while at < window.len {
        let read = window.read_at(at, &mut piece)?;
        if read == 0 {
            break;
        }
        take(&piece[..read])?;
        at += read as u64;
    }
    Ok(())
}
