//! What of a response is shown: its body, its heads, the body's framing, every byte.
//!
//! Owns that choice. When and how the bytes are written is [`super::destination`]'s.
//!
//! ```text
//!             heads     body's bytes                      trailers
//! (default)   -         transfer coding removed           -
//! -i          as came   transfer coding removed           as came
//! --raw       -         as came, framing included         with the framing
//! -i --raw    as came   as came, framing included         with the framing
//! --compressed          transfer and content coding removed
//! --wire      every byte of the connection
//! ```
//! As with curl, `-i` shows interim heads and the heads of all hops, and the body of a
//! response whose redirect is followed is not shown.

use std::io::IoSlice;

use super::content::Content;
use super::destination::Destination;
use crate::error::Result;

#[derive(Debug)]
pub struct Output {
    /// `None`: standard output carries the events, and no file was named.
    pub to: Option<Destination>,
    pub heads: bool,
    pub body: Body,
    hop: Hop,
    /// The body's content coding is undone.
    content: Option<Content>,
}

/// The body's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    Decoded,
    Raw,
    Wire,
}

/// What is known of the response that is coming.
#[derive(Clone, Copy, Debug, Default)]
struct Hop {
    /// The body is of a redirect that is followed.
    passed_over: bool,
    /// `--raw`, and the body, or the stream, has a framing of its own: its bytes come by
    /// [`Output::raw`].
    framed: bool,
}

impl Output {
    pub fn new(to: Option<Destination>, heads: bool, body: Body) -> Output {
        Output {
            to,
            heads,
            body,
            hop: Hop::default(),
            content: None,
        }
    }

    /// Another response begins.
    pub fn next_hop(&mut self) {
        self.hop = Hop::default();
        self.content = None;
    }

    /// Must received bytes be kept until it is known what they are?
    pub fn looks_back(&self) -> bool {
        self.to.is_some() && self.body != Body::Wire && (self.heads || self.body == Body::Raw)
    }

    pub fn wire(&mut self, bytes: &[u8]) -> Result<()> {
        match self.body {
            Body::Wire => self.write(bytes),
            Body::Decoded | Body::Raw => Ok(()),
        }
    }

    /// A head, interim or final, as received.
    pub fn head(&mut self, bytes: &[u8]) -> Result<()> {
        match self.heads && self.body != Body::Wire {
            true => self.write(bytes),
            false => Ok(()),
        }
    }

    /// The final head is here; what follows is the body, to be decoded by `content`.
    pub fn body_begins(&mut self, framed: bool, passed_over: bool, content: Option<Content>) {
        self.content = content.filter(|_| self.body == Body::Decoded && !passed_over);
        self.hop = Hop {
            passed_over,
            framed: framed && self.body == Body::Raw,
        };
    }

    /// Are bytes to come by [`Output::raw`]?
    pub fn wants_raw(&self) -> bool {
        self.hop.framed
    }

    /// Body bytes, transfer coding removed.
    pub fn body(&mut self, bytes: &[u8]) -> Result<()> {
        self.body_parts(&mut [IoSlice::new(bytes)])
    }

    /// The same, in parts.
    pub fn body_parts(&mut self, parts: &mut [IoSlice<'_>]) -> Result<()> {
        if self.body == Body::Wire || self.hop.passed_over || self.hop.framed {
            return Ok(());
        }
        match (&mut self.content, &mut self.to) {
            (Some(content), to) => parts
                .iter()
                .try_for_each(|part| content.feed(part, |bytes| write(to, bytes))),
            (None, Some(to)) => to.write_parts(parts),
            (None, None) => Ok(()),
        }
    }

    /// Nothing more of this response's body comes.
    ///
    /// # Errors
    /// [`crate::error::Error::Coding`]: it could not be decoded as it should.
    pub fn body_ends(&mut self) -> Result<()> {
        match self.content.take() {
            Some(mut content) => content.finish(|bytes| write(&mut self.to, bytes)),
            None => Ok(()),
        }
    }

    /// Bytes of a body with a framing, as received.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        match self.hop.framed && !self.hop.passed_over {
            true => self.write(bytes),
            false => Ok(()),
        }
    }

    /// Nothing after this belongs to the body.
    pub fn raw_ends(&mut self) {
        self.hop.passed_over |= self.hop.framed;
    }

    /// Trailer lines, as received.
    pub fn trailers(&mut self, bytes: &[u8]) -> Result<()> {
        match self.heads && self.body == Body::Decoded && !self.hop.passed_over {
            true => self.write(bytes),
            false => Ok(()),
        }
    }

    /// A text instead of a response.
    pub fn text(&mut self, text: &str) -> Result<()> {
        self.write(text.as_bytes())
    }

    pub fn waiting(&mut self, drained: bool) -> Result<()> {
        if let Some(content) = self.content.as_mut().filter(|_| drained) {
            content.flush(|bytes| write(&mut self.to, bytes))?;
        }
        match &mut self.to {
            Some(to) => to.waiting(drained),
            None => Ok(()),
        }
    }

    pub fn finish(&mut self, done: bool) -> Result<()> {
        match &mut self.to {
            Some(to) => to.finish(done),
            None => Ok(()),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        write(&mut self.to, bytes)
    }
}

fn write(to: &mut Option<Destination>, bytes: &[u8]) -> Result<()> {
    match to {
        Some(to) => to.write(bytes),
        None => Ok(()),
    }
}
