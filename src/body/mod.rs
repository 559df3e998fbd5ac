//! Received bytes: written once, never all held, read through windows.
//!
//! ```text
//! recv ─▸ Writer ─▸ [4 KiB][12][48][192][256] … [256 KiB]  memory, while the budget lasts
//!            │      ─▸ one file without a name             then there
//!            │      ─▸ [tail, up to 256 KiB]               always in memory
//!            └────▸ line index, 16 bytes per 64 KiB
//!                          ▾
//!        Store (clones, any thread) ─▸ Window (a body in the wire) ─▸ views, find
//! ```

pub mod differ;
pub mod disk;
pub mod find;
mod index;
pub mod lines;
pub mod pattern;
pub mod store;
mod writer;

pub use find::{Answer, Needle};
pub use pattern::{Begins, Pattern, Tally};
pub use store::{Memory, Store, Window};
pub use writer::Writer;
