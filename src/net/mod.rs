//! The fetch: look-up, connect, the send loop, the recv loop, close, in the open.
//!
//! Owns the loops and the sockets. What the bytes mean is [`crate::proto`]'s business,
//! where they are kept the [`Sink`]'s.

pub mod channel;
pub mod control;
pub mod pool;
pub mod probe;

use crate::error::{Error, Result};
use crate::event::Event;
use crate::plan::Plan;

pub use control::Control;
pub use pool::Pool;

/// Where a fetch puts what it gets. Called on the fetch's own thread, in the order in
/// which things happened; the bytes of a `recv` come before its event. An error stops
/// the exchange (disk full, the reader has gone): what came before is kept.
pub trait Sink {
    /// Bytes as received, each once.
    fn wire(&mut self, bytes: &[u8]) -> Result<()>;
    /// Body bytes, transfer coding removed: a part of the last `wire`'s bytes.
    fn body(&mut self, bytes: &[u8]) -> Result<()>;
    fn event(&mut self, event: Event) -> Result<()>;
    /// The next call may wait: what was gathered for larger writes goes out now. Called
    /// before each call that can block, when everything received was handed over.
    fn waiting(&mut self) -> Result<()> {
        Ok(())
    }
}

/// One exchange, start to end, on this thread. Every outcome is in the events too: an
/// `end` always comes, an `error` before it where there is one.
///
/// # Errors
/// What made the exchange fail; [`Error::exit_code`] is the exit status.
pub fn fetch(plan: &Plan, control: &Control, pool: &Pool, sink: &mut impl Sink) -> Result<()> {
    let _ = (plan, pool, sink);
    control.gate()?;
    Err(Error::usage("the engine is being built"))
}
