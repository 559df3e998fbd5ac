//! The [`Sink`] of `sockeye fetch`: hands each byte and event to whoever was asked for.
//!
//! Owns the order in which they get it. The exchange is folded only where something
//! reads it (`-v`, `--har`): at 4 KiB a `recv()` the fold costs as much as the bytes.

use std::io::IoSlice;

use super::archive::Archive;
use super::content::Content;
use super::cookies::Cookies;
use super::destination::Destination;
use super::output::Output;
use super::progress::Progress;
use super::recent::{Keep, Recent};
use super::stream::Stream;
use super::verbose::Verbose;
use crate::anomaly;
use crate::decode::Codings;
use crate::error::Result;
use crate::event::{Event, Framing, Head, Kind};
use crate::exchange::Exchange;
use crate::export::{redact_head, redacted_event, redacted_plan};
use crate::net::Sink;
use crate::plan::Plan;
use crate::request::{remove_field, split};

#[derive(Debug)]
pub struct Outlets {
    pub output: Output,
    pub events: Option<Destination>,
    pub verbose: Option<Verbose>,
    pub progress: Option<Progress>,
    pub archive: Option<Archive>,
    pub cookies: Cookies,
    /// Content codings are undone; the limit that the user set.
    pub decode: bool,
    pub max_decoded: Option<u64>,
    /// Secrets stay out of all that is written beside the response itself.
    pub redact: bool,
    /// Redirects are followed: the bodies of such responses are passed over.
    pub follow: bool,
    /// The request's Expect is of our own making: a 417 has it sent again without.
    pub expects: bool,
    /// The status of the final head, and where its redirect leads when it is followed.
    pub status: Option<u16>,
    pub redirect: Option<Result<Plan>>,
    exchange: Option<Exchange>,
    /// Bytes of the request that went out.
    sent: u64,
    /// Of the exchange that runs.
    plan: Option<Plan>,
    recent: Recent,
    /// After 101, where that was asked for.
    stream: Option<Stream>,
    /// Several requests go out: another head may come behind a body.
    several: bool,
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
            archive: None,
            cookies: Cookies::default(),
            decode: false,
            max_decoded: None,
            redact: false,
            follow: false,
            expects: false,
            status: None,
            redirect: None,
            exchange: None,
            sent: 0,
            plan: None,
            recent: Recent::default(),
            stream: None,
            several: false,
            drained: true,
        }
    }

    /// An exchange begins: the first, or the next of a redirect chain.
    pub fn begin(&mut self, plan: &Plan) {
        self.output.next_hop();
        self.status = None;
        self.redirect = None;
        self.sent = 0;
        self.several = split(&plan.request).len() > 1;
        self.plan = Some(plan.clone());
        self.stream = None;
        self.recent = Recent::new(match self.looks_back() || self.cookies.on() || plan.talk {
            true => Keep::All,
            false => Keep::Nothing,
        });
        if let Some(archive) = &mut self.archive {
            archive.begin(&match self.redact {
                true => redacted_plan(plan),
                false => plan.clone(),
            });
        }
        if self.verbose.is_some() || self.archive.is_some() {
            self.exchange = Some(Exchange::new(plan.options.end, plan.request.len() as u64));
        }
    }

    /// Files of cookies that could not be read.
    pub fn say_unread(&mut self) {
        if let Some(verbose) = &mut self.verbose {
            self.cookies
                .unread
                .iter()
                .for_each(|words| verbose.note(words));
        }
    }

    /// The exchange is over, well or not.
    pub fn ended(&mut self) -> Result<()> {
        let decoded = self.output.body_ends();
        let shown = self.raw().and_then(|()| self.output.waiting(true));
        let shown = decoded.and(shown);
        if let (Some(verbose), Some(exchange)) = (&mut self.verbose, &self.exchange) {
            verbose.verdict(exchange);
        }
        if let (Some(archive), Some(exchange)) = (&mut self.archive, &self.exchange) {
            archive.ended(exchange.clone());
        }
        shown
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
        let archive = match &mut self.archive {
            Some(archive) => archive.finish(),
            None => Ok(()),
        };
        self.output.finish(done).and(events).and(archive)
    }

    /// A pipe's reader has gone: there is nobody to tell of an error.
    pub fn reader_gone(&self) -> bool {
        let all = [self.output.to.as_ref(), self.events.as_ref()];
        all.into_iter().flatten().any(|to| to.reader_gone)
    }

    fn looks_back(&self) -> bool {
        self.verbose.is_some() || self.output.looks_back()
    }

    /// The jar looks at a final head; what it says of it are events too.
    fn cookies(&mut self, head: &Head, t_us: u64) -> Result<()> {
        let Some(plan) = self.plan.as_ref().filter(|_| self.cookies.on()) else {
            return Ok(());
        };
        let raw = self.recent.between(head.offset, head.offset + head.bytes);
        let told = self.cookies.take(head, raw, &plan.target);
        told.into_iter()
            .try_for_each(|kind| self.hand_out(Event { t_us, kind }))
    }

    /// What came of a body that is shown with its framing, or of a stream.
    fn raw(&mut self) -> Result<()> {
        let raw = self.output.wants_raw();
        if let Some(stream) = &mut self.stream {
            stream.payload(&self.recent, |bytes| match raw {
                true => Ok(()),
                false => self.output.body(bytes),
            })?;
        }
        match raw {
            true => self.output.raw(self.recent.rest()),
            false => Ok(()),
        }
    }

    /// The next response begins here.
    fn answer(&mut self, offset: u64) -> Result<()> {
        if self.output.wants_raw() {
            self.output.raw(self.recent.until(offset))?;
        }
        self.output.next_hop();
        self.status = None;
        if self.looks_back() || self.cookies.on() {
            self.recent.keep(Keep::All);
            self.recent.begin(offset);
        }
        Ok(())
    }

    fn head(&mut self, head: &Head) -> Result<()> {
        let bytes = self.recent.until(head.offset + head.bytes);
        if let Some(verbose) = &mut self.verbose {
            match self.redact {
                true => {
                    let mut bytes = bytes.to_vec();
                    redact_head(&mut bytes);
                    verbose.head(&bytes);
                }
                false => verbose.head(bytes),
            }
        }
        self.output.head(bytes)
    }

    fn body_begins(&mut self, head: &Head) {
        let chunked = head.framing == Framing::Chunked;
        let talk = self.plan.as_ref().is_some_and(|plan| plan.talk);
        self.stream = (talk && head.status == 101).then(Stream::default);
        let framed = chunked || self.stream.is_some();
        self.status = Some(head.status);
        self.redirect = self.redirect(head);
        let content = self.content(head);
        self.output
            .body_begins(framed, self.redirect.is_some(), content);
        let kept = (chunked || self.several) && self.looks_back() || self.stream.is_some();
        self.recent.keep(match kept {
            true => Keep::Last,
            false => Keep::Nothing,
        });
        if let (Some(progress), Framing::Length(length)) = (&self.progress, head.framing) {
            progress.total(length);
        }
    }

    fn content(&self, head: &Head) -> Option<Content> {
        let codings = Codings::of_head(head);
        let wanted = self.decode && !codings.is_empty();
        wanted.then(|| Content::new(codings, self.max_decoded))
    }

    fn redirect(&self, head: &Head) -> Option<Result<Plan>> {
        if let Some(again) = self.without_expect(head) {
            return Some(Ok(again));
        }
        let plan = self.plan.as_ref().filter(|_| self.follow)?;
        let location = head.values("Location").next();
        plan.redirected(head.status, location).transpose()
    }

    /// RFC 9110 section 10.1.1: the same once more. As with curl, not where the server
    /// says close, nor where the body went out already.
    fn without_expect(&self, head: &Head) -> Option<Plan> {
        let mut options = head.values("Connection").flat_map(|value| value.split(','));
        let closes = options.any(|option| option.trim().eq_ignore_ascii_case("close"));
        let plan = self.plan.as_ref().filter(|_| self.expects)?;
        if head.status != 417 || closes || self.sent >= plan.request.len() as u64 {
            return None;
        }
        let mut request = plan.request.to_vec();
        remove_field(&mut request, "Expect");
        Some(Plan {
            request: request.into(),
            ..plan.clone()
        })
    }
}

impl Sink for Outlets {
    fn wire(&mut self, bytes: &[u8]) -> Result<()> {
        self.raw()?;
        self.recent.push(bytes);
        self.output.wire(bytes)
    }

    fn body(&mut self, bytes: &[u8]) -> Result<()> {
        self.body_parts(&mut [IoSlice::new(bytes)])
    }

    fn body_parts(&mut self, parts: &mut [IoSlice<'_>]) -> Result<()> {
        for part in &*parts {
            if let Some(progress) = &mut self.progress {
                progress.body(part.len() as u64);
            }
            if let Some(archive) = &mut self.archive {
                archive.body(part);
            }
        }
        if self.status.is_none() {
            // No HTTP: no head will come that the bytes would have to be kept for.
            self.recent.keep(Keep::Nothing);
        }
        self.output.body_parts(parts)
    }

    #[inline]
    fn event(&mut self, event: Event) -> Result<()> {
        match event.kind {
            Kind::Body { .. } if !self.hears_chunks() => Ok(()),
            _ => {
                if let Kind::Send { sent, .. } = event.kind {
                    self.sent += u64::from(sent);
                }
                self.hand_out(event)
            }
        }
    }

    /// A chunk can be one byte small: it is told of where events are printed or folded.
    #[inline]
    fn hears_chunks(&self) -> bool {
        self.events.is_some() || self.exchange.is_some()
    }

    fn replies(&mut self) -> Result<Vec<u8>> {
        self.raw()?;
        Ok(self
            .stream
            .as_mut()
            .map(Stream::replies)
            .unwrap_or_default())
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

impl Outlets {
    /// From here on the request goes out: behind what a proxy wants to hear first.
    fn goes_out(&self, kind: &Kind) -> bool {
        let told = self.plan.as_ref().and_then(|plan| plan.way().told());
        match kind {
            Kind::Connected { .. } => told.is_none_or(|proxy| !proxy.greets),
            _ => true,
        }
    }

    fn hand_out(&mut self, event: Event) -> Result<()> {
        let redacted = match self.redact {
            true => redacted_event(&event),
            false => None,
        };
        let told = redacted.as_ref().unwrap_or(&event);
        if let Some(events) = &mut self.events {
            events.write_with(|out| told.write_json(out))?;
        }
        if let Some(exchange) = &mut self.exchange {
            exchange.apply(told.clone());
            if let Some(verbose) = &mut self.verbose {
                verbose.event(told, &exchange.host);
            }
        }
        if let Some(verbose) = &mut self.verbose {
            match &told.kind {
                Kind::ProxyConnect { request, .. } => verbose.request(request),
                Kind::ProxyHead(answer) => {
                    verbose.head(&answer.raw);
                    verbose.head(&answer.body);
                }
                _ => {}
            }
        }
        match &event.kind {
            Kind::ProxyHead(answer) => self.output.head(&answer.raw)?,
            Kind::Connected { .. } | Kind::Reused { .. } | Kind::ProxyDone { .. }
                if self.goes_out(&event.kind) =>
            {
                if let (Some(verbose), Some(plan)) = (&mut self.verbose, &self.plan) {
                    match self.redact {
                        true => verbose.request(&redacted_plan(plan).request),
                        false => verbose.request(&plan.request),
                    }
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
            Kind::Answer { offset, .. } => self.answer(*offset)?,
            Kind::WsFrame(frame) => {
                if let Some(stream) = &mut self.stream {
                    stream.frame(frame);
                }
            }
            Kind::InterimHead(head) => self.head(head)?,
            Kind::Head(head) => {
                self.head(head)?;
                self.cookies(head, event.t_us)?;
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
}
