//! The exchange as it was: the same fold over the first events of the same log.
//!
//! Where the log has a gap, the fold goes on from its far side: the state there is kept
//! ([`Exchange::apply`]), so every moment whose call is kept can be shown.

use std::ops::Range;

use super::{Exchange, Log};

/// A moment of an exchange: everything up to a call and what came of it.
#[derive(Clone, Debug)]
pub struct Past {
    /// The number in the log of the event that was the last call then.
    call: u64,
    pub exchange: Exchange,
}

impl Past {
    /// As it was after the call in this row of the socket log; `None` where there is no
    /// such row.
    pub fn at(live: &Exchange, row: usize) -> Option<Past> {
        let Moment { call, end } = moment(&live.log, row)?;
        let exchange = match &live.behind {
            Some(behind) if call >= live.log.gap().end => Exchange {
                log: behind.log.over(&live.log),
                ..(**behind).clone()
            },
            _ => Exchange::new(live.mode, live.request_len),
        };
        let mut past = Past { call, exchange };
        past.replay(live, end);
        Some(past)
    }

    /// Goes to a later row; false where [`Past::at`] would be `None`.
    pub fn forward(&mut self, live: &Exchange, row: usize) -> bool {
        let Some(Moment { call, end }) = moment(&live.log, row).filter(|to| to.call >= self.call)
        else {
            return false;
        };
        let way = self.exchange.log.count()..end;
        if keeps(&live.log, &way) {
            self.replay(live, end);
            self.call = call;
            return true;
        }
        // Across the gap.
        let Some(past) = Past::at(live, row) else {
            return false;
        };
        *self = past;
        true
    }

    /// The socket log's row that was the last one then. In a log that drops events while
    /// it grows it moves; one whose call is gone is the first row after it.
    pub fn row(&self, live: &Exchange) -> usize {
        live.log.row_from(self.call)
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

/// A call's number in the log, and how many events there were before the next call, those
/// that the gap took left out.
struct Moment {
    call: u64,
    end: u64,
}

fn moment(log: &Log, row: usize) -> Option<Moment> {
    let (call, _) = log.call(row)?;
    let end = log.call(row + 1).map_or(log.count(), |(next, _)| next);
    let gap = log.gap();
    let end = match call < gap.start && !gap.is_empty() {
        true => end.min(gap.start),
        false => end,
    };
    Some(Moment { call, end })
}

/// All of these events are kept.
fn keeps(log: &Log, events: &Range<u64>) -> bool {
    let gap = log.gap();
    gap.is_empty() || events.end <= gap.start || events.start >= gap.end
}

#[cfg(test)]
mod tests {
    use super::super::tests::events::*;
    use super::*;
    use crate::event::{EndMode, Event, Kind};

    /// Of a response that was received in this many calls of 10 bytes; each has a body
    /// event with it.
    fn flood(recvs: u64) -> Vec<(u64, Kind)> {
        let mut rows = vec![(1, connected("127.0.0.1:80")), (2, send(0, 63, 63))];
        for at in 0..recvs {
            rows.push((3 + at, recv(10 * at, 10, 10)));
            rows.push((3 + at, Kind::Body { bytes: 10 }));
        }
        rows
    }

    /// All but the log, which keeps other events.
    fn fields(exchange: &Exchange) -> String {
        let mut exchange = exchange.clone();
        (exchange.log, exchange.behind) = Default::default();
        format!("{exchange:?}")
    }

    /// Every kept row of a log with a gap: before it, at both its edges, behind it.
    #[test]
    fn a_moment_beyond_the_gap_is_as_true_as_one_before_it() {
        let rows = flood(70_000);
        let live = fold(EndMode::Auto, 63, &rows);
        let gap = live.log.gap();
        assert_eq!((gap.start, gap.end), (32_768, 140_002 - 32_768));
        let (calls, edge) = (live.log.calls(), live.log.row_from(gap.end));
        for row in [0, 1, 9, edge - 1, edge, edge + 1, calls - 9, calls - 1] {
            let past = Past::at(&live, row).unwrap();
            assert_eq!(past.row(&live), row);
            let events = usize::try_from(past.exchange.log.count()).unwrap();
            let fresh = fold(EndMode::Auto, 63, &rows[..events]);
            assert_eq!(fields(&past.exchange), fields(&fresh), "{row}");
            let last = fresh.recvs.bytes.saturating_sub(1);
            assert_eq!(
                past.exchange.recv_of(last).map(|(number, _)| number),
                fresh.recv_of(last).map(|(number, _)| number),
                "{row}"
            );
        }
        // Step by step over the gap it is the same, and the numbers of calls go on.
        let mut walked = Past::at(&live, edge - 2).unwrap();
        for row in edge - 1..edge + 3 {
            assert!(walked.forward(&live, row));
            let there = Past::at(&live, row).unwrap();
            assert_eq!(fields(&walked.exchange), fields(&there.exchange), "{row}");
        }
        assert_eq!(live.log.nth_call(calls - 1), (70_001, 70_002));
    }

    /// While events still come the far side moves on, and what was shown stays shown.
    #[test]
    fn a_moment_stays_while_the_gap_grows() {
        let rows = flood(60_000);
        let mut live = fold(EndMode::Auto, 63, &rows);
        let mut past = Past::at(&live, live.log.row_from(live.log.gap().end)).unwrap();
        let shown = fields(&past.exchange);
        for at in 60_000..60_100 {
            let kind = recv(10 * at, 10, 10);
            live.apply(Event { t_us: 3 + at, kind });
        }
        assert_eq!(fields(&past.exchange), shown);
        let row = past.row(&live);
        assert_eq!(row, live.log.row_from(live.log.gap().end));
        assert!(past.forward(&live, row + 1));
        let there = Past::at(&live, row + 1).unwrap();
        assert_eq!(fields(&past.exchange), fields(&there.exchange));
    }

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
