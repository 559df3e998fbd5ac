//! The body of one part, as bytes of its own, its transfer encoding undone.
//!
//! Owns which bytes those are, and which of the body's they came of ([`Places`]).

use std::io;
use std::ops::Range;

use encoding_rs::Encoding;

use super::multipart::Multipart;
use crate::body::{Memory, Window, Writer};
use crate::decode::charset::By;
use crate::decode::{Charset, Transfer};

/// Decoded bytes between two whose place is kept.
const STEP: usize = 64;

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

/// A part's bytes, taken out of the body.
#[derive(Debug)]
pub struct Taken {
    pub bytes: Vec<u8>,
    /// The same.
    pub window: Window,
    pub places: Places,
    /// How they were encoded.
    pub transfer: Option<Transfer>,
    /// Why they are not all of the part's.
    pub broken: Option<String>,
}

/// Where a part's bytes stand in the body.
#[derive(Clone, Debug)]
pub struct Places {
    body: Range<u64>,
    /// Of each [`STEP`]th decoded byte, from the part's first on; `None`: they are the
    /// body's own.
    starts: Option<Vec<u64>>,
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

    /// It is HTML, else a picture.
    pub fn is_page(&self) -> bool {
        self.reader.is_page()
    }

    /// As its head says, else as its first bytes do.
    pub fn encoding(&self, bytes: &[u8]) -> &'static Encoding {
        let named = self.reader.charset();
        let charset = match named.by {
            By::Header => named,
            _ => Charset::of(bytes, "text/html"),
        };
        charset.encoding
    }

    /// Its bytes up to the boundary, of which at most so many are read.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn take(&self, most: usize) -> io::Result<Taken> {
        let bytes = self.read(most)?;
        let body = self.at..self.at + bytes.len() as u64;
        let Some(transfer) = self.reader.transfer() else {
            let window = Window {
                len: bytes.len() as u64,
                ..self.window.clone()
            };
            return Ok(Taken {
                bytes,
                window,
                places: Places { body, starts: None },
                transfer: None,
                broken: None,
            });
        };
        let mut state = transfer;
        let decoded = state.decode(&bytes, usize::MAX, true);
        let first = (!decoded.ends.is_empty()).then_some(0);
        let ends = decoded.ends.iter().skip(STEP - 1).step_by(STEP);
        let starts = first.into_iter().chain(ends.map(|end| *end as u64));
        let broken = decoded.broken.map(|broken| {
            let at = self.at + decoded.used as u64;
            format!("broken at byte {}: {broken}", super::grouped(at))
        });
        let mut writer = Writer::new(&Memory::new(decoded.bytes.len() as u64));
        writer.append(&decoded.bytes)?;
        Ok(Taken {
            window: Window::whole(&writer.store()),
            places: Places {
                body,
                starts: Some(starts.collect()),
            },
            transfer: Some(transfer),
            broken: broken.or_else(|| state.unfinished().map(str::to_owned)),
            bytes: decoded.bytes,
        })
    }

    fn read(&self, most: usize) -> io::Result<Vec<u8>> {
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

impl Places {
    /// Of a byte of the part the body's, or those that it is among.
    pub fn of_body(&self, at: u64) -> Range<u64> {
        let Some(starts) = &self.starts else {
            let at = self.body.start + at;
            return at..at + 1;
        };
        let step = usize::try_from(at / STEP as u64).unwrap_or(usize::MAX);
        let start = |step: usize| Some(self.body.start + starts.get(step)?);
        let from = start(step).unwrap_or(self.body.end);
        from..start(step.saturating_add(1)).unwrap_or(self.body.end.max(from + 1))
    }

    /// The part's byte that this one of the body is, or begins near; `None` outside.
    pub fn of_part(&self, at: u64) -> Option<u64> {
        let inside = at.checked_sub(self.body.start)?;
        if at >= self.body.end {
            return None;
        }
        Some(match &self.starts {
            None => inside,
            Some(starts) => {
                let after = starts.partition_point(|start| *start <= inside);
                after.saturating_sub(1) as u64 * STEP as u64
            }
        })
    }
}
