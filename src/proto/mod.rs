//! HTTP/1 responses from bytes: fed any cut of them, it answers with events.
//!
//! Owns the meaning of received bytes and does no IO: it knows no socket, file, clock or
//! thread. It keeps or names every byte, records deviations as [`crate::anomaly`] data and
//! goes on wherever a meaning is left. A response gives the same events whole, byte by
//! byte, and cut anywhere (once neighbouring `body` events are added up).

use crate::error::Error;
use crate::event::{EndMode, EndReason, Kind};

/// Where a [`Reader`] puts what it finds.
pub trait Output {
    /// Never [`Kind::Body`]: that is what [`Output::body`] is for.
    fn event(&mut self, kind: Kind);
    /// The next body bytes, transfer coding removed: a slice of what was just fed.
    fn body(&mut self, bytes: &[u8]);
}

/// Reads one response.
#[derive(Debug)]
pub struct Reader {}

impl Reader {
    /// `method` as it was really sent; `offset`: wire bytes received on the connection
    /// before this response.
    pub fn new(method: &[u8], mode: EndMode, offset: u64) -> Reader {
        let _ = (method, mode, offset);
        Reader {}
    }

    /// The next bytes, cut anywhere. May be called after the end: the bytes are then
    /// excess.
    pub fn feed(&mut self, bytes: &[u8], out: &mut impl Output) {
        let _ = (bytes, out);
    }

    /// The peer closed: `recv()` answered 0.
    pub fn feed_eof(&mut self, out: &mut impl Output) {
        let _ = out;
    }

    /// It ends here for a reason from outside (timeout, once, cancelled, error). A head
    /// that is not complete is given as far as it came.
    pub fn stop(&mut self, reason: EndReason, out: &mut impl Output) {
        let _ = (reason, out);
    }

    /// Set once the response is over.
    pub fn ended(&self) -> Option<EndReason> {
        None
    }

    /// What makes the exchange fail although bytes came: broken framing, not HTTP, an
    /// early end, an empty reply.
    pub fn fault(&self) -> Option<Error> {
        None
    }

    /// Bytes of all heads so far.
    pub fn head_bytes(&self) -> u64 {
        0
    }

    pub fn body_bytes(&self) -> u64 {
        0
    }

    /// May the connection serve another exchange (RFC 9112 section 9.3)? And why or why
    /// not, in a few words.
    pub fn persistent(&self) -> (bool, &'static str) {
        (false, "nothing was received")
    }
}
