//! The sparse line index.
