//! What the benches share: a server, programs to compare with, and the price of a child
//! process.

pub mod bare;
pub mod browser;
pub mod measure;
pub mod server;
