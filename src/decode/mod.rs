//! What bytes mean once they are here: content codings undone, charsets known.
//!
//! ```text
//! body ─▸ content codings undone ─▸ charset::Charset ─▸ views
//!         gzip deflate br zstd      BOM, header, meta,
//!         bounded                   guess, by hand
//! ```
//! Nothing here opens a file, starts a thread or prints: it is fed, and answers.

mod brotli;
pub mod charset;
pub mod coding;
pub mod decoder;
mod inflate;
pub mod letters;
pub mod mode;
mod prescan;
mod stage;
mod step;
pub mod transfer;
mod zstd;

pub use charset::{By, Charset};
pub use coding::{Coding, Codings, Fault, Limits, What};
pub use decoder::{Decoder, Fed, Feeding};
pub use letters::Letters;
pub use transfer::Transfer;
