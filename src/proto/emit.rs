//! The way out of the reader: events, body slices, anomalies; and what they add up to.
//!
//! Owns the counting of body and framing bytes and the bound on anomalies. It decides
//! nothing about the bytes.

use super::Output;
use crate::anomaly::{Anomaly, Kind as Deviation};
use crate::event::Kind;

/// Anomalies of one kind that a response may record; a body of a million bad chunks is
/// not a million events. The last one recorded says that it is the last.
pub const ANOMALIES_OF_A_KIND: u8 = 64;

/// What one response amounts to so far.
#[derive(Debug)]
pub(super) struct Tally {
    /// Bytes given to [`Output::body`].
    pub body: u64,
    /// Bytes between body bytes: chunk lines, line ends after chunks, trailers.
    pub framing: u64,
    recorded: [u8; Deviation::ALL.len()],
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            body: 0,
            framing: 0,
            recorded: [0; Deviation::ALL.len()],
        }
    }
}

/// An [`Output`] that is counted.
pub(super) struct Emit<'a, O> {
    pub out: &'a mut O,
    pub tally: &'a mut Tally,
}

impl<O: Output> Emit<'_, O> {
    pub fn event(&mut self, kind: Kind) {
        self.out.event(kind);
    }

    #[inline]
    pub fn body(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.tally.body += bytes.len() as u64;
            self.out.body(bytes);
        }
    }

    /// Records a deviation, unless there were [`ANOMALIES_OF_A_KIND`] of its kind.
    /// Answers its message in any case.
    pub fn anomaly(&mut self, kind: Deviation, offset: u64, detail: impl Into<String>) -> String {
        self.record(Anomaly::new(kind, offset, detail))
    }

    /// The same, of either direction.
    pub fn record(&mut self, mut anomaly: Anomaly) -> String {
        let message = anomaly.message();
        let recorded = &mut self.tally.recorded[anomaly.kind as usize];
        if *recorded == ANOMALIES_OF_A_KIND {
            return message;
        }
        *recorded += 1;
        if *recorded == ANOMALIES_OF_A_KIND {
            anomaly.detail = "the last of its kind that is recorded".to_owned();
        }
        self.out.event(Kind::Anomaly(Box::new(anomaly)));
        message
    }
}
