//! The body of one part, as bytes of its own.

use std::io;

use super::multipart::Multipart;
use crate::body::Window;

/// A part of a multipart body, from its body's first byte on.
#[derive(Clone, Debug)]
pub struct Part {
    /// From 1.
    pub number: u64,
    /// The body's offset of its first byte.
    pub at: u64,
    /// To the end of what is there.
    window: Window,
    reader: Multipart,
}

impl Part {
    pub(super) fn new(window: &Window, at: u64, reader: Multipart) -> Part {
        Part {
            number: reader.part,
            at,
            window: Window {
                start: window.start + at,
                len: window.len.saturating_sub(at),
                ..window.clone()
            },
            reader,
        }
    }

    /// Its bytes up to the boundary, at most so many.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn read(&self, most: usize) -> io::Result<Vec<u8>> {
        let mut bytes = self.window.read(0, most)?;
        let inside = self.reader.inside(&bytes, usize::MAX);
        if inside < bytes.len() {
            bytes.truncate(inside);
            // The line end before a boundary belongs to it.
            let line_end = match bytes[..] {
                [.., b'\r', b'\n'] => 2,
                _ => 1,
            };
            bytes.truncate(inside.saturating_sub(line_end));
        }
        Ok(bytes)
    }
}
