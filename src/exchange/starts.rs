//! Where recvs, chunks and records begin, for a ruler.
//!
//! Looked up by halving in the kept events, as origins are.

use std::ops::Range;

use super::{Answer, Exchange};
use crate::event::Kind;

/// What offsets count.
#[derive(Clone, Copy, Debug)]
pub enum Space<'a> {
    /// Bytes received in this exchange.
    Wire,
    /// Bytes of this response's body.
    Body(&'a Answer<'a>),
}

/// Whose first bytes a ruler marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starts {
    Recvs,
    Chunks,
    /// Of TLS, received.
    Records,
}

impl Exchange {
    /// The first bytes of recvs, chunks or records that lie in a range, ascending.
    pub fn starts(&self, of: Starts, space: Space<'_>, range: Range<u64>) -> Vec<u64> {
        let index = match of {
            Starts::Recvs => &self.log.recvs,
            Starts::Chunks => &self.log.chunks,
            Starts::Records => return self.record_starts(space, range),
        };
        let place = |row: super::log::Row| match space {
            Space::Body(answer) => Some(row.body.saturating_sub(answer.body_before)),
            Space::Wire => match self.event(row.event)? {
                Kind::Recv { offset, .. } | Kind::Chunk { offset, .. } => {
                    Some(offset.saturating_sub(self.wire_base))
                }
                _ => None,
            },
        };
        // Rows of earlier responses come first.
        let first = index.before(|row| {
            place(row).is_some_and(|at| at < range.start)
                || matches!(space, Space::Body(answer) if row.body < answer.body_before)
        });
        let mut starts: Vec<u64> = (first..index.len())
            .map_while(|row| index.row(row).and_then(place))
            .take_while(|&at| at < range.end)
            .collect();
        // A recv that brought no body byte begins where the next one does.
        starts.dedup();
        starts
    }
}
