//! Received bytes: written once, never all held, read through windows.

pub mod lines;
pub mod store;

pub use store::{Memory, Store, Window, Writer};
