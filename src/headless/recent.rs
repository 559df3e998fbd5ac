//! The bytes received last, for events that speak of them by offset: a head that is to
//! be shown exactly as it came, a body with its framing, trailers.
//!
//! Owns the copy and how much of it is kept. Nothing is copied once nobody asks.

/// A suffix of what was received on the connection.
#[derive(Debug, Default)]
pub struct Recent {
    bytes: Vec<u8>,
    /// Wire offset after the last byte; known once the `recv` event told it.
    end: u64,
    /// Wire offset up to which [`Recent::until`] gave the bytes out.
    given: u64,
    keep: Keep,
}

/// Which bytes may still be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// All that was not given out: a head is coming.
    #[default]
    All,
    /// Those of the last `recv()`: the message's framing is in them.
    Last,
    Nothing,
}

/// Bytes kept at most, with one `recv()` more; a head, and trailers, are read up to 1 MiB.
const KEPT: usize = 2 << 20;

impl Recent {
    pub fn new(keep: Keep) -> Recent {
        Recent {
            keep,
            ..Recent::default()
        }
    }

    pub fn keep(&mut self, keep: Keep) {
        self.keep = keep;
        if keep == Keep::Nothing {
            self.bytes = Vec::new();
        }
    }

    /// One `recv()`'s bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        match self.keep {
            Keep::Nothing => return,
            Keep::All if self.bytes.len() > KEPT => self.bytes.clear(),
            Keep::All => {}
            Keep::Last => self.bytes.clear(),
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The wire offset after the bytes pushed last.
    pub fn end_is(&mut self, end: u64) {
        self.end = end;
    }

    pub fn end(&self) -> u64 {
        self.end
    }

    /// Bytes from the last given one to `offset`, as far as they are kept; they are given
    /// out with this.
    pub fn until(&mut self, offset: u64) -> &[u8] {
        let range = self.at(self.given)..self.at(offset);
        self.given = self.given.max(offset);
        self.bytes.get(range).unwrap_or_default()
    }

    /// What lies before `offset` is not to be given out.
    pub fn begin(&mut self, offset: u64) {
        self.given = self.given.max(offset);
    }

    /// Bytes from one offset to another, as far as they are kept, given out or not.
    pub fn between(&self, from: u64, to: u64) -> &[u8] {
        let range = self.at(from)..self.at(to);
        self.bytes.get(range).unwrap_or_default()
    }

    /// All that is kept and was not given out.
    pub fn rest(&mut self) -> &[u8] {
        self.until(self.end)
    }

    /// The place of a wire offset in `bytes`.
    fn at(&self, offset: u64) -> usize {
        let back = usize::try_from(self.end.saturating_sub(offset)).unwrap_or(usize::MAX);
        self.bytes.len().saturating_sub(back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_given_once_and_by_offset() {
        let mut recent = Recent::new(Keep::All);
        recent.push(b"\r\nhead");
        recent.end_is(106);
        recent.push(b" end body");
        recent.end_is(115);
        assert_eq!(recent.until(110), b"\r\nhead end");
        assert_eq!(recent.rest(), b" body");
        assert_eq!(recent.rest(), b"");
        recent.keep(Keep::Last);
        recent.push(b"chunk");
        recent.end_is(120);
        recent.keep(Keep::All);
        recent.push(b"0\r\nA: b\r\n\r\n");
        recent.end_is(131);
        assert_eq!(recent.between(123, 129), b"A: b\r\n");
        assert_eq!(recent.until(122), b"chunk0\r");
        assert_eq!(recent.rest(), b"\nA: b\r\n\r\n");
        recent.keep(Keep::Nothing);
        recent.push(b"more");
        recent.end_is(135);
        assert_eq!(recent.rest(), b"");
    }
}
