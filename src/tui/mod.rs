//! The full-screen browser.

pub mod editor;
