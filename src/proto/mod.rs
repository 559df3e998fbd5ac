//! HTTP/1 responses from bytes: fed any cut of them, it answers with events.
//!
//! Owns the meaning of received bytes and does no IO: it knows no socket, file, clock or
//! thread. It keeps or names every byte, records deviations as [`crate::anomaly`] data and
//! goes on wherever a meaning is left. A response gives the same events whole, byte by
//! byte, and cut anywhere (once neighbouring `body` events are added up).
//!
//! ```text
//!           ┌── 1xx ──┐
//!           ▾         │       ┌▸ Length ───┐
//! ─▸ Opening ─▸ Head ─┴───────┼▸ Chunked ──┼▸ Over: excess bytes
//!        │       │            └▸ (no body) ┘
//!        │       │            └▸ UntilClose ─▸ the peer's close
//!        │       └─────▸ Lost: no meaning is left, all that comes is body; ended
//!        └─────────────▸ Foreign: HTTP/0.9 or no HTTP, all is body, until the close
//! ```
//!
//! Every byte fed is one of four: `head_bytes + body_bytes + framing_bytes +
//! excess_bytes` is what was fed, once the response is over. An anomaly stands before
//! the event of the head, chunk or trailers that it is in.
//!
//! What is held inside is bounded: a head or trailers of 1 MiB and 10,000 fields, a status
//! or chunk size line of 64 KiB, 64 anomalies of a kind.

mod chunk_line;
mod chunked;
mod emit;
mod ending;
mod fields;
mod framing;
mod head;
mod opening;
mod reader;
pub mod sse;
mod words;
pub mod ws;

use crate::event::Kind;

pub use emit::ANOMALIES_OF_A_KIND;
pub use fields::{FIELDS_MAX, SECTION_MAX};
pub use reader::Reader;

/// Bytes of a status line, and of a chunk's size line with its extensions.
pub const LINE_MAX: usize = 64 * 1024;

/// Where a [`Reader`] puts what it finds.
pub trait Output {
    /// Never [`Kind::Body`]: that is what [`Output::body`] is for.
    fn event(&mut self, kind: Kind);
    /// The next body bytes, transfer coding removed: a slice of what was just fed, or,
    /// where a held line turned out to be no line, of what was held. Never empty.
    fn body(&mut self, bytes: &[u8]);
    /// A chunk of a plain size line that lies whole in what was just fed; `data` is not
    /// empty. In one call, because chunks can be a byte small: 16-byte ones cost a third
    /// less than with two.
    #[inline]
    fn chunk(&mut self, offset: u64, data: &[u8]) {
        self.event(Kind::Chunk {
            offset,
            size: data.len() as u64,
            extensions: Box::default(),
        });
        self.body(data);
    }
}

/// Bytes of the wire as text: UTF-8 where they are, else each byte as its Latin-1
/// character.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}
