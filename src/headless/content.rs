//! `--compressed`: a body's content coding undone on its way out.
//!
//! Owns one response's decoder and what is said when it fails. Where the bytes go is
//! [`super::output`]'s.

use crate::decode::{Codings, Decoder, Fault, Feeding, Limits};
use crate::error::{Error, Result};

pub struct Content {
    decoder: Decoder,
    codings: Codings,
    /// Decoded bytes on their way out; kept for its room.
    out: Vec<u8>,
}

impl Content {
    /// `most`: decoded bytes that the user set as the limit.
    pub fn new(codings: Codings, most: Option<u64>) -> Content {
        let limits = most.map_or(Limits::SCRIPT, Limits::of_bytes);
        Content {
            decoder: Decoder::new(&codings, limits),
            codings,
            out: Vec::new(),
        }
    }

    /// # Errors
    /// `write`'s; [`Error::Coding`] where nothing more can be decoded, or should be. What
    /// was decoded before is written.
    pub fn feed(&mut self, coded: &[u8], write: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.pass(coded, write)
    }

    /// A moment in which no bytes come: nothing stays behind in the decoder.
    ///
    /// # Errors
    /// As [`Content::feed`].
    pub fn flush(&mut self, write: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.decoder.flush();
        self.pass(&[], write)
    }

    /// The body is over.
    ///
    /// # Errors
    /// As [`Content::feed`], and for whatever was wrong with the coded bytes: a wrong sum,
    /// a missing end, bytes behind it, a coding that is not known.
    pub fn finish(&mut self, write: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if self.decoder.coded() == 0 {
            return Ok(());
        }
        self.flush(write)?;
        self.decoder.finish();
        match self.decoder.faults().first() {
            Some(fault) => Err(coding(fault)),
            None => Ok(()),
        }
    }

    fn pass(&mut self, coded: &[u8], mut write: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut at = 0;
        loop {
            self.out.clear();
            let fed = self.decoder.feed(&coded[at..], &mut self.out);
            at += fed.taken;
            if !self.out.is_empty() {
                write(&self.out)?;
            }
            match fed.state {
                Feeding::More => {}
                Feeding::Hungry => return Ok(()),
                Feeding::Broken => {
                    let fault = self.decoder.faults().last();
                    return fault.map_or(Ok(()), |fault| Err(coding(fault)));
                }
                Feeding::Limit => return Err(self.limit()),
            }
        }
    }

    fn limit(&self) -> Error {
        let (coded, decoded) = (self.decoder.coded(), self.decoder.decoded());
        let codings = &self.codings;
        Error::Coding {
            why: format!(
                "{codings}: stopped, {decoded} bytes decoded from {coded} so far \
                 (--max-decoded N goes on to N bytes)"
            ),
        }
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Content({})", self.codings)
    }
}

fn coding(fault: &Fault) -> Error {
    Error::Coding {
        why: fault.to_string(),
    }
}
