//! The kernel's levels over time: what the queues held and the windows allowed, from an
//! exchange's start to its end, in bounded room.

use crate::event::Queues;

/// Samples in order. When they are used up every other one goes, and twice the time lies
/// between two.
#[derive(Clone, Debug)]
pub struct Levels {
    every_us: u64,
    samples: Vec<Level>,
}

/// The levels from one moment on; `None` is "not told", which is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    pub t_us: u64,
    pub recv_queued: Option<u32>,
    pub send_queued: Option<u32>,
    pub recv_window: Option<u32>,
    pub send_window: Option<u32>,
    /// At the server's end, where that is our own playground.
    pub peer_recv_queued: Option<u32>,
    pub peer_send_queued: Option<u32>,
}

impl Default for Levels {
    fn default() -> Levels {
        Levels {
            // As often as the browser looks.
            every_us: 5_000,
            samples: Vec::new(),
        }
    }
}

impl Levels {
    /// 28 KiB: as many as the widest screens have columns.
    pub const KEPT: usize = 512;

    pub(super) fn add(&mut self, t_us: u64, ours: Option<Queues>, theirs: Option<Queues>) {
        let (ours, theirs) = (ours.unwrap_or_default(), theirs.unwrap_or_default());
        let level = Level {
            t_us,
            recv_queued: ours.recv_queued,
            send_queued: ours.send_queued,
            recv_window: ours.recv_window,
            send_window: ours.send_window,
            peer_recv_queued: theirs.recv_queued,
            peer_send_queued: theirs.send_queued,
        };
        if let Some(last) = self.samples.last_mut()
            && t_us.saturating_sub(last.t_us) < self.every_us
        {
            // The newest in its stretch of time counts, from the stretch's start on.
            *last = Level {
                t_us: last.t_us,
                ..level
            };
            return;
        }
        if self.samples.len() >= Levels::KEPT {
            let mut at = 0;
            self.samples.retain(|_| {
                at += 1;
                at % 2 == 1
            });
            self.every_us = self.every_us.saturating_mul(2);
        }
        self.samples.push(level);
    }

    /// One of the levels in so many columns of time, from 0 to `until_us`: the highest in
    /// each, which where nothing was sampled is the one before; `None` before the first
    /// and where it was not told.
    pub fn over_time(
        &self,
        level: impl Fn(&Level) -> Option<u32>,
        until_us: u64,
        columns: usize,
    ) -> Vec<Option<u64>> {
        let mut samples = self.samples.iter().peekable();
        let mut before = None;
        let ends = (1..=columns as u128).map(|column| {
            let end = u128::from(until_us) * column / columns as u128;
            u64::try_from(end).unwrap_or(u64::MAX)
        });
        ends.map(|end| {
            let mut most = None;
            // A sample at the very end is in the last column.
            while let Some(sample) = samples.next_if(|sample| sample.t_us <= end) {
                before = level(sample);
                most = most.max(before);
            }
            most.or(before).map(u64::from)
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queued(n: u32) -> Option<Queues> {
        Some(Queues {
            recv_queued: Some(n),
            ..Queues::default()
        })
    }

    fn of(samples: &[(u64, u32)]) -> Levels {
        let mut levels = Levels::default();
        for &(ms, n) in samples {
            levels.add(ms * 1000, queued(n), None);
        }
        levels
    }

    #[test]
    fn levels_in_columns_of_time() {
        for (samples, until_ms, want) in [
            (&[][..], 100, [None; 4]),
            (&[(0, 5)], 100, [Some(5); 4]),
            (&[(30, 5)], 100, [None, Some(5), Some(5), Some(5)]),
            // The highest of a column; then what it was last.
            (
                &[(5, 1), (15, 9), (24, 2), (80, 3)],
                100,
                [Some(9), Some(2), Some(2), Some(3)],
            ),
            // Nearer than one looks: the newest.
            (&[(10, 7), (12, 1)], 100, [Some(1); 4]),
            (&[(100, 8)], 100, [None, None, None, Some(8)]),
        ] {
            let found = of(samples).over_time(|level| level.recv_queued, until_ms * 1000, 4);
            assert_eq!(found, want, "{samples:?}");
        }
        let windows = of(&[(1, 1)]).over_time(|level| level.recv_window, 9, 2);
        assert_eq!(windows, [None, None], "what was not told is not 0");
    }

    #[test]
    fn any_time_is_kept_in_bounded_room() {
        let samples: Vec<(u64, u32)> = (0..100_000).map(|at| (at * 10, at as u32)).collect();
        let levels = of(&samples);
        assert!(levels.samples.len() <= Levels::KEPT);
        let found = levels.over_time(|level| level.recv_queued, 1_000_000_000, 10);
        for (column, level) in found.into_iter().enumerate() {
            let want = (column as u64 + 1) * 10_000;
            assert!(
                level.is_some_and(|level| level.abs_diff(want) < 1000),
                "{column}"
            );
        }
    }
}
