//! The progress bar of `-o FILE`, on a standard error that is a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Drawn at most 20 times a second, whatever the rate of `recv()`.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    done: u64,
}

impl Progress {
    /// `None` where nobody would see it.
    pub fn new() -> Option<Progress> {
        if !std::io::stderr().is_terminal() {
            return None;
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(20));
        bar.set_style(style("{bytes} {spinner} {bytes_per_sec} {elapsed}"));
        Some(Progress { bar, done: 0 })
    }

    /// The head announced a body of so many bytes.
    pub fn total(&self, bytes: u64) {
        self.bar.set_length(bytes);
        self.bar.set_style(style(
            "{bytes} of {total_bytes} {wide_bar} {percent} % {bytes_per_sec} {eta}",
        ));
    }

    pub fn body(&mut self, bytes: u64) {
        self.done += bytes;
        self.bar.set_position(self.done);
    }

    /// Leaves the bar as it stands, on a line of its own.
    pub fn finish(&self) {
        self.bar.abandon();
    }
}

/// A literal template; were it wrong, the bar would only look otherwise.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
