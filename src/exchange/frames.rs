//! The frames of a WebSocket, both ways, in the order in which they were told.

use crate::event::ws::Frame;

/// Frames kept; of more, the first ones, and how many there were.
pub const FRAMES_KEPT: usize = 10_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frames {
    /// With the time of each in microseconds.
    pub kept: Vec<(u64, Frame)>,
    pub count: u64,
}

impl Frames {
    pub(super) fn add(&mut self, t_us: u64, frame: Frame) {
        self.count += 1;
        if self.kept.len() < FRAMES_KEPT {
            self.kept.push((t_us, frame));
        }
    }
}
