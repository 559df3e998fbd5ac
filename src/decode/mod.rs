//! What bytes mean once they are here: content codings undone, charsets known.
//!
//! ```text
//! body ─▸ content codings undone ─▸ charset::Charset ─▸ views
//!         gzip deflate br zstd      BOM, header, meta,
//!         bounded                   guess, by hand
//! ```
//! Nothing here opens a file, starts a thread or prints: it is fed, and answers.

pub mod charset;
mod prescan;

pub use charset::{By, Charset};
