//! The exchange as it was: the same fold over the first events of the same log.

use super::{Exchange, Log};

/// A moment of an exchange: everything up to a call and what came of it.
#[derive(Clone, Debug)]
pub struct Past {
    /// The socket log's row that was the last one then.
    pub row: usize,
    pub exchange: Exchange,
}

impl Past {
    /// As it was after the call in this row; `None` where there is no such row, or where
    /// the log between the start and it was not kept.
    pub fn at(live: &Exchange, row: usize) -> Option<Past> {
        let end = row_end(&live.log, row)?;
        let mut past = Past {
            row,
            exchange: Exchange::new(live.mode, live.request_len),
        };
        past.replay(live, end);
        Some(past)
    }

    /// Goes on to a later row; false where [`Past::at`] would be `None`.
    pub fn forward(&mut self, live: &Exchange, row: usize) -> bool {
        let Some(end) = row_end(&live.log, row).filter(|_| row >= self.row) else {
            return false;
        };
        self.replay(live, end);
        self.row = row;
        true
    }

    /// The time of the last event then, in microseconds.
    pub fn t_us(&self) -> u64 {
        let log = &self.exchange.log;
        let last = log.count().checked_sub(1).and_then(|last| log.event(last));
        last.map_or(0, |event| event.t_us)
    }

    fn replay(&mut self, live: &Exchange, end: u64) {
        for number in self.exchange.log.count()..end {
            if let Some(event) = live.log.event(number) {
                self.exchange.apply(event.clone());
            }
        }
    }
}

/// How many events there were before the call after this row's; `None` where they are
/// not all kept.
fn row_end(log: &Log, row: usize) -> Option<u64> {
    log.call(row)?;
    let end = log.call(row + 1).map_or(log.count(), |(next, _)| next);
    (end <= log.kept_from_start()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::super::tests::events::*;
    use super::*;
    use crate::event::EndMode;

    #[test]
    fn every_moment_is_the_fold_of_the_events_before_it() {
        let rows = drip();
        let live = fold(EndMode::Auto, 63, &rows);
        for row in 0..live.log.calls() {
            let past = Past::at(&live, row).unwrap();
            let count = usize::try_from(past.exchange.log.count()).unwrap();
            let fresh = fold(EndMode::Auto, 63, &rows[..count]);
            assert_eq!(
                format!("{:?}", past.exchange),
                format!("{fresh:?}"),
                "{row}"
            );
        }
        assert!(Past::at(&live, live.log.calls()).is_none());
    }

    #[test]
    fn stepping_on_is_the_same_as_going_there() {
        let live = fold(EndMode::Auto, 63, &drip());
        let mut walked = Past::at(&live, 0).unwrap();
        for row in 1..live.log.calls() {
            assert!(walked.forward(&live, row));
            let there = Past::at(&live, row).unwrap();
            assert_eq!(format!("{walked:?}"), format!("{there:?}"));
        }
        assert!(!walked.forward(&live, live.log.calls()));
    }
}
