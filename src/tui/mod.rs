//! The full-screen browser.
