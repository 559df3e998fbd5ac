//! A tab's exchanges one after another on a scale of time of their own.
//!
//! Owns where each begins on it. Time in which nothing ran is not on the scale, only told:
//! beside the seconds in which somebody thinks, milliseconds would not be seen.

use std::ops::Range;
use std::time::Instant;

use crate::tui::app::Tab;
use crate::tui::visit::Visit;

/// Idle time that is worth a word, in microseconds.
const WORTH_A_WORD: u64 = 1000;

pub struct Chain<'a> {
    pub links: Vec<Link<'a>>,
    /// The scale's length, in microseconds.
    pub whole_us: u64,
}

/// One exchange on the scale.
pub struct Link<'a> {
    pub visit: &'a Visit,
    /// Nothing ran for so long before it; 0: it followed at once.
    pub idle_us: u64,
    /// On the scale.
    pub time: Range<u64>,
    /// On the exchange's own clock, where `time` begins.
    first_us: u64,
}

impl Link<'_> {
    /// A stretch of the exchange's own clock on the scale.
    pub fn placed(&self, own: Range<u64>) -> Range<u64> {
        let place = |t_us: u64| self.time.start + t_us.saturating_sub(self.first_us);
        place(own.start)..place(own.end)
    }
}

/// The tab's exchanges, the oldest first, as they are now.
pub fn of(tab: &Tab, now: Instant) -> Chain<'_> {
    let zero = tab.visits.front().map_or(now, |visit| visit.started);
    let mut real = Vec::with_capacity(tab.visits.len());
    for visit in &tab.visits {
        let since = visit.started.saturating_duration_since(zero);
        let since = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
        // Hops of one chain of redirects share a clock: each has its own first event.
        let first = visit.live.log.event(0).map_or(0, |event| event.t_us);
        let end = match &visit.live.end {
            Some(end) => first.saturating_add(end.us),
            None => visit.elapsed_us(now).max(first),
        };
        real.push((
            visit,
            first,
            since.saturating_add(first)..since.saturating_add(end),
        ));
    }
    let placed = place(real.iter().map(|(_, _, time)| time.clone()));
    let links: Vec<Link> = real
        .into_iter()
        .zip(placed)
        .map(|((visit, first_us, _), (idle_us, time))| Link {
            visit,
            idle_us,
            time,
            first_us,
        })
        .collect();
    let whole_us = links.iter().map(|link| link.time.end).max();
    Chain {
        links,
        whole_us: whole_us.unwrap_or(0).max(1),
    }
}

/// Real stretches of time, the idle time before each taken out; those that overlap still
/// do.
fn place(real: impl Iterator<Item = Range<u64>>) -> Vec<(u64, Range<u64>)> {
    let mut taken_out = 0;
    let mut ended: Option<u64> = None;
    real.map(|time| {
        let idle = time.start.saturating_sub(ended.unwrap_or(time.start));
        let first = if ended.is_none() { time.start } else { idle };
        taken_out += first;
        ended = Some(ended.unwrap_or(0).max(time.end));
        let at = |t: u64| t.saturating_sub(taken_out);
        let told = if idle < WORTH_A_WORD { 0 } else { idle };
        (told, at(time.start)..at(time.end))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_time_is_told_and_not_drawn() {
        type Placed<'a> = &'a [(u64, Range<u64>)];
        let rows: &[(&[Range<u64>], Placed)] = &[
            (&[], &[]),
            (&[500..900, 900..901], &[(0, 0..400), (0, 400..401)]),
            // Hops: each begins where the one before ended.
            (&[0..100, 110..300], &[(0, 0..100), (0, 100..290)]),
            (
                &[0..100, 5_000_100..5_000_200, 5_000_200..5_000_250],
                &[(0, 0..100), (5_000_000, 100..200), (0, 200..250)],
            ),
            // The next was begun while one ran.
            (
                &[0..100, 60..200, 9_200..9_300],
                &[(0, 0..100), (0, 60..200), (9_000, 200..300)],
            ),
        ];
        for (real, want) in rows {
            assert_eq!(place(real.iter().cloned()), *want, "{real:?}");
        }
    }
}
