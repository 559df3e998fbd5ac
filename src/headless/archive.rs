//! `--har FILE`: the exchanges of a run, kept until its end, as one HAR file.
//!
//! Owns what is kept of each: HAR is one JSON text with the bodies in it, so this is the
//! one output that holds bytes in memory, up to [`BODIES`].

use std::io::Write;
use std::time::SystemTime;

use super::destination::Destination;
use crate::error::Result;
use crate::event::Escaping;
use crate::exchange::Exchange;
use crate::export::{Entry, har};
use crate::plan::Plan;
use crate::view::safe;

/// Bytes of all bodies together. What comes beyond is not in the file; the sizes there
/// say how much there was.
const BODIES: usize = 64 << 20;

#[derive(Debug)]
pub struct Archive {
    to: Destination,
    kept: Vec<Kept>,
    room: usize,
}

#[derive(Debug)]
struct Kept {
    plan: Plan,
    started: SystemTime,
    body: Vec<u8>,
    exchange: Exchange,
}

impl Archive {
    pub fn new(to: Destination) -> Archive {
        Archive {
            to,
            kept: Vec::new(),
            room: BODIES,
        }
    }

    pub fn begin(&mut self, plan: &Plan) {
        self.kept.push(Kept {
            plan: plan.clone(),
            started: SystemTime::now(),
            body: Vec::new(),
            exchange: Exchange::default(),
        });
    }

    pub fn body(&mut self, bytes: &[u8]) {
        let taken = bytes.len().min(self.room);
        if let Some(kept) = self.kept.last_mut() {
            kept.body.extend_from_slice(&bytes[..taken]);
            self.room -= taken;
        }
    }

    /// The exchange that began last is over.
    pub fn ended(&mut self, exchange: Exchange) {
        if let Some(kept) = self.kept.last_mut() {
            kept.exchange = exchange;
        }
    }

    /// Writes the file.
    pub fn finish(&mut self) -> Result<()> {
        let urls: Vec<String> = (self.kept.iter())
            .map(|kept| kept.plan.target.of_request().without_userinfo())
            .collect();
        let entries: Vec<Entry<'_>> = (self.kept.iter().zip(&urls))
            .map(|(kept, url)| Entry {
                exchange: &kept.exchange,
                url,
                request: &kept.plan.request,
                body: &kept.body,
                started: kept.started,
            })
            .collect();
        let archive = har(&entries);
        self.to.write_with(|mut out| {
            let harmless = Escaping::new(&mut out, |c| c >= '\u{7f}' && safe::is_unsafe(c));
            serde_json::to_writer_pretty(harmless, &archive)?;
            out.write_all(b"\n")
        })?;
        self.to.finish(true)
    }
}
