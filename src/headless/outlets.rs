//! The [`Sink`] of `sockeye fetch`: hands each byte and event to whoever was asked for.
//!
//! Owns the order in which they get it. The exchange is folded only where something
//! reads it (`-v`, `--har`): at 4 KiB a `recv()` the fold costs as much as the bytes.

use std::sync::Arc;

use super::destination::Destination;
use super::output::Output;
use super::progress::Progress;
use super::recent::{Keep, Recent};
use super::verbose::Verbose;
use crate::anomaly;
use crate::error::Result;
use crate::event::{Event, Framing, Head, Kind};
use crate::exchange::Exchange;
use crate::net::Sink;
use crate::plan::Plan;

#[derive(Debug)]
pub struct Outlets {
    pub output: Output,
    pub events: Option<Destination>,
    pub verbose: Option<Verbose>,
    pub progress: Option<Progress>,
    /// Redirects are followed: the bodies of such responses are passed over.
    pub follow: bool,
    /// The final head of this hop.
    pub head: Option<Box<Head>>,
    pub exchange: Option<Exchange>,
    request: Arc<[u8]>,
    recent: Recent,
    /// The last `recv()` brought less than was asked.
    drained: bool,
}

impl Outlets {
    pub fn new(output: Output) -> Outlets {
        Outlets {
            output,
            events: None,
            verbose: None,
            progress: None,
            follow: false,
            head: None,
            exchange: None,
            request: Arc::default(),
            recent: Recent::default(),
            drained: true,
        }
    }

    /// An exchange begins: the first, or the next of a redirect chain.
    pub fn begin(&mut self, plan: &Plan) {
        self.output.next_hop();
        self.head = None;
        self.request = Arc::clone(&plan.request);
        self.recent = Recent::new(match self.looks_back() {
            true => Keep::All,
            false => Keep::Nothing,
        });
        if self.verbose.is_some() {
            self.exchange = Some(Exchange::new(plan.end, plan.request.len() as u64));
        }
    }

    /// The exchange is over, well or not.
    pub fn ended(&mut self) -> Result<()> {
        self.raw()?;
        if let (Some(verbose), Some(exchange)) = (&mut self.verbose, &self.exchange) {
            verbose.verdict(exchange);
        }
        Ok(())
    }

    /// Nothing more comes. `done`: an empty file is what was asked for.
    pub fn finish(&mut self, done: bool) -> Result<()> {
        if let Some(progress) = &self.progress {
            progress.finish();
        }
        if let Some(verbose) = &mut self.verbose {
            verbose.waiting();
        }
        let events = match &mut self.events {
            Some(events) => events.finish(true),
            None => Ok(()),
        };
        self.output.finish(done).and(events)
    }

    /// A pipe's reader has gone: there is nobody to tell of an error.
    pub fn reader_gone(&self) -> bool {
        let all = [self.output.to.as_ref(), self.events.as_ref()];
        all.into_iter().flatten().any(|to| to.reader_gone)
    }

    fn looks_back(&self) -> bool {
        self.verbose.is_some() || self.output.looks_back()
    }

    /// What came of a body that is shown with its framing.
    fn raw(&mut self) -> Result<()> {
        match self.output.wants_raw() {
            true => self.output.raw(self.recent.rest()),
            false => Ok(()),
        }
    }

    fn head(&mut self, head: &Head) -> Result<()> {
        let bytes = self.recent.until(head.offset + head.bytes);
        if let Some(verbose) = &mut self.verbose {
            verbose.head(bytes);
        }
        self.output.head(bytes)
    }

    fn body_begins(&mut self, head: &Head) {
        let chunked = head.framing == Framing::Chunked;
        let redirects = (300..400).contains(&head.status) && head.values("location").count() > 0;
        self.output.body_begins(chunked, self.follow && redirects);
        self.recent.keep(match chunked && self.looks_back() {
            true => Keep::Last,
            false => Keep::Nothing,
        });
        if let (Some(progress), Framing::Length(length)) = (&self.progress, head.framing) {
            progress.total(length);
        }
        self.head = Some(Box::new(head.clone()));
    }
}

impl Sink for Outlets {
    fn wire(&mut self, bytes: &[u8]) -> Result<()> {
        self.raw()?;
        self.recent.push(bytes);
        self.output.wire(bytes)
    }

    fn body(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(progress) = &mut self.progress {
            progress.body(bytes.len() as u64);
        }
        if self.head.is_none() {
            // No HTTP: no head will come that the bytes would have to be kept for.
            self.recent.keep(Keep::Nothing);
        }
        self.output.body(bytes)
    }

    fn event(&mut self, event: Event) -> Result<()> {
        if let Some(events) = &mut self.events {
            events.write_with(|out| event.write_json(out))?;
        }
        if let (Some(verbose), Some(exchange)) = (&mut self.verbose, &mut self.exchange) {
            exchange.apply(event.clone());
            verbose.event(&event, exchange);
        }
        match &event.kind {
            Kind::Connected { .. } | Kind::Reused { .. } => {
                if let Some(verbose) = &mut self.verbose {
                    verbose.request(&self.request);
                }
            }
            Kind::Recv {
                offset,
                asked,
                bytes,
                ..
            } => {
                self.drained = bytes < asked;
                self.recent.end_is(offset + u64::from(*bytes));
            }
            Kind::InterimHead(head) => self.head(head)?,
            Kind::Head(head) => {
                self.head(head)?;
                self.body_begins(head);
            }
            // The last chunk: what comes now are trailers, and they may take several recvs.
            Kind::Chunk { size: 0, .. } if self.looks_back() => {
                self.recent.keep(Keep::All);
            }
            Kind::Trailers { headers } => {
                if let (Some(first), Some(last)) = (headers.first(), headers.last()) {
                    let end = last.offset + u64::from(last.len);
                    let bytes = self.recent.between(first.offset, end);
                    if let Some(verbose) = &mut self.verbose {
                        verbose.head(bytes);
                    }
                    self.output.trailers(bytes)?;
                }
            }
            Kind::Anomaly(anomaly)
                if anomaly.kind == anomaly::Kind::ExcessBytes && self.output.wants_raw() =>
            {
                self.output.raw(self.recent.until(anomaly.offset))?;
                self.output.raw_ends();
            }
            _ => {}
        }
        Ok(())
    }

    fn waiting(&mut self) -> Result<()> {
        self.raw()?;
        if let Some(verbose) = &mut self.verbose {
            verbose.waiting();
        }
        if let Some(events) = &mut self.events {
            events.waiting(self.drained)?;
        }
        self.output.waiting(self.drained)
    }
}
