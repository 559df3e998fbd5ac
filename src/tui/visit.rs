//! An exchange as a tab visits it: its bytes, its fold, and how it is looked at.
//!
//! Owns [`Visit`]: which moment is shown, where each view is scrolled to, what is chosen.
//! The fetch itself is the runtime's; what a view makes of the bytes is the lens's.

mod kind;

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use std::time::Instant;

use crate::body::{Store, Window};
use crate::decode::{Codings, Letters};
use crate::event::Call;
use crate::exchange::{Answer, BodyPlace, Exchange, Past};
use crate::plan::Plan;
use crate::proto;
use crate::request::{Message, split};
use crate::tui::content::{Content, Decoded};
use crate::tui::cursor::Cursor;
use crate::tui::formed::Formed;
use crate::tui::jump::Jump;
use crate::tui::rendering::Rendering;
use crate::tui::streamed::Streamed;
use crate::tui::unpack::State;
use crate::view::Form;

pub use kind::ViewKind;

/// The number of an exchange in this session; never used again.
pub type VisitId = u64;

/// An exchange with its bytes and how it is looked at.
pub struct Visit {
    pub id: VisitId,
    /// As it would be typed.
    pub url: String,
    /// As it is shown: without user and password.
    pub name: String,
    pub request: Arc<[u8]>,
    /// The request and what was sent after it on the same connection.
    pub outgoing: Arc<[u8]>,
    /// The messages in it.
    pub messages: Vec<Message>,
    /// The connection stays open until either side closes it.
    pub held: bool,
    /// Frames of its WebSocket that were looked at for Pings.
    pub frames_seen: usize,
    /// The value of the Cookie line that the jar gave to the request.
    pub cookie: Option<Vec<u8>>,
    /// Which redirect led here; `None`: a hand did.
    pub came_from: Option<CameFrom>,
    /// It was said that its redirect leads from https to http.
    pub warned: bool,
    /// What each recv() asks for.
    pub recv_size: usize,
    /// They are `recvmsg()`, which tells when bytes arrived.
    pub stamped: bool,
    /// The fold of all events so far.
    pub live: Exchange,
    /// The number of the response that is looked at; `None`: the newest.
    pub looked_at: Option<u32>,
    /// The moment that is shown instead.
    pub past: Option<Past>,
    /// The past goes on by itself.
    pub play: Option<Play>,
    /// Zero of the events' clock.
    pub started: Instant,
    /// The fetch's thread has returned.
    pub over: bool,
    pub paused: bool,
    /// Its bytes were let go to make room: what is left is its fold.
    pub gone: bool,
    pub wire: Store,
    /// The body where a transfer coding was removed; else empty.
    pub decoded: Store,
    /// What the body means.
    pub meaning: Content,
    /// Its form, once that is known.
    pub formed: Option<Formed>,
    pub scrolls: [Scroll; ViewKind::ALL.len()],
    /// Where the user points, in each view.
    pub cursors: [Option<Cursor>; ViewKind::ALL.len()],
    /// Row of the socket log that is chosen; `None` follows the newest.
    pub call: Option<usize>,
    /// Where a selection of rows began that goes on to `call`.
    pub calls_from: Option<usize>,
    /// First row of the log that is in sight, where the mouse chose one; else the chosen
    /// one stands in the middle.
    pub calls_top: Option<usize>,
    /// Bytes of the chosen call, in the Wire view's offsets.
    pub chosen: Option<Range<u64>>,
    /// Bytes of the find's hit, in the offsets of the view it was found in.
    pub hit: Option<(ViewKind, Range<u64>)>,
    /// Where to go in a view as soon as it has come.
    pub awaited: Option<(ViewKind, Jump)>,
    /// The body as a page or a picture.
    pub rendering: Rendering,
}

/// The exchange before in a chain of redirects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CameFrom {
    pub id: VisitId,
    /// Of its response.
    pub status: u16,
    /// Redirects from the chain's first exchange to this one; at least 1.
    pub hops: u32,
}

/// The past goes on, at so many times its own speed.
#[derive(Clone, Copy, Debug)]
pub struct Play {
    pub speed: f64,
    /// Then it showed `from_us`.
    pub since: Instant,
    pub from_us: u64,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Scroll {
    /// Anchor of the first row shown, when not following.
    pub top: u64,
    /// Columns hidden to the left.
    pub left: usize,
    /// The end is in sight and stays there while bytes come.
    pub follow: bool,
}

impl Scroll {
    /// Before anything came: at its end, which is followed; a page is read from its top.
    fn first(kind: ViewKind) -> Scroll {
        Scroll {
            follow: kind != ViewKind::Rendered,
            ..Scroll::default()
        }
    }
}

impl Visit {
    /// As it is before its first event.
    pub fn new(id: VisitId, plan: &Plan) -> Visit {
        Visit {
            id,
            url: plan.target.to_string(),
            name: plan.target.without_userinfo(),
            request: plan.request.clone(),
            outgoing: plan.request.clone(),
            held: false,
            frames_seen: 0,
            messages: split(&plan.request),
            cookie: None,
            came_from: None,
            warned: false,
            recv_size: plan.options.recv_size,
            stamped: plan.options.arrivals,
            live: Exchange::new(plan.options.end, plan.request.len() as u64),
            looked_at: None,
            past: None,
            play: None,
            started: plan.start,
            over: false,
            paused: false,
            gone: false,
            wire: Store::default(),
            decoded: Store::default(),
            meaning: Content::default(),
            formed: None,
            scrolls: ViewKind::ALL.map(Scroll::first),
            cursors: Default::default(),
            call: None,
            calls_from: None,
            calls_top: None,
            chosen: None,
            hit: None,
            awaited: None,
            rendering: Rendering::default(),
        }
    }

    /// The cursor of a view.
    pub fn cursor(&self, kind: ViewKind) -> Option<&Cursor> {
        self.cursors[kind.index()].as_ref()
    }

    /// It can be cancelled, paused and stepped. What has ended cannot, though its thread
    /// returns a moment later.
    pub fn runs(&self) -> bool {
        !self.over && self.live.end.is_none()
    }

    /// Bytes that it holds, in memory or in files.
    pub fn stored(&self) -> u64 {
        let content = self.meaning.decoded.as_ref();
        let content = content.map_or(0, |decoded| decoded.store.len());
        self.wire.len() + self.decoded.len() + content
    }

    /// Lets all bytes go, and what was made of them.
    pub fn let_go(&mut self) {
        self.gone = true;
        self.wire = Store::default();
        self.decoded = Store::default();
        self.meaning.decoded = None;
        self.formed = None;
        self.rendering = Rendering::default();
        self.cursors = Default::default();
        self.hit = None;
    }

    /// Nothing comes any more: the view that was watched stays where it is, the others
    /// will open at their first row.
    pub fn rest(&mut self, watched: ViewKind) {
        for kind in ViewKind::ALL {
            let scroll = &mut self.scrolls[kind.index()];
            if kind != watched && scroll.follow {
                *scroll = Scroll::default();
            }
        }
    }

    /// A WebSocket is spoken on its connection.
    pub fn is_websocket(&self) -> bool {
        self.live.upgraded.is_some() && proto::ws::asks(&self.request)
    }

    /// What is shown of it: as it is, or as it was.
    pub fn exchange(&self) -> &Exchange {
        self.past.as_ref().map_or(&self.live, |past| &past.exchange)
    }

    /// The response that is looked at, as it is or as it was: the newest, until somebody
    /// chose another.
    pub fn answer(&self) -> Answer<'_> {
        let newest = u32::MAX;
        let number = self.looked_at.unwrap_or(newest);
        self.exchange().answer_numbered(number)
    }

    /// The same response, whatever moment is shown.
    pub fn whole_answer(&self) -> Answer<'_> {
        self.live.answer_numbered(self.answer().number)
    }

    /// Nothing more comes of the response that is looked at.
    pub fn answer_is_over(&self) -> bool {
        self.over || self.live.end.is_some() || self.whole_answer().is_over
    }

    /// What is shown is over, so nothing in it counts on.
    pub fn shows_end(&self) -> bool {
        match &self.past {
            Some(past) => past.exchange.end.is_some(),
            None => self.over,
        }
    }

    /// Nothing more comes of what this view shows: the exchange or its response is over,
    /// and the body decoded as far as it will be by itself.
    pub fn has_all(&self, kind: ViewKind) -> bool {
        let decoding = || {
            let decoded = self.meaning.shown();
            decoded.is_some_and(|decoded| decoded.state == State::Running)
        };
        match kind.shows_content() {
            true => (self.over || self.whole_answer().is_over) && !decoding(),
            false => self.over,
        }
    }

    /// Likewise, of the moment that is shown.
    pub fn shows_all(&self, kind: ViewKind) -> bool {
        match &self.past {
            Some(_) => self.shows_end(),
            None => self.has_all(kind),
        }
    }

    /// The socket log's row of the moment that is shown.
    pub fn past_row(&self) -> Option<usize> {
        let past = self.past.as_ref()?;
        Some(past.row(&self.live))
    }

    /// Rows of the socket log that are selected.
    pub fn selected_calls(&self) -> Option<RangeInclusive<usize>> {
        let (from, to) = (self.calls_from?, self.call?);
        Some(from.min(to)..=from.max(to))
    }

    /// Shows the moment after the call in this row of the socket log; past the last one,
    /// the exchange as it is.
    pub fn show_moment(&mut self, row: usize) {
        let stepped = self
            .past
            .as_mut()
            .is_some_and(|past| past.forward(&self.live, row));
        if !stepped {
            self.past = Past::at(&self.live, row);
        }
        if self.past.is_none() {
            self.play = None;
        }
    }

    /// The body's bytes so far, as received.
    pub fn body(&self) -> Window {
        self.body_of(&self.answer())
    }

    /// What the views show of the body so far: its content coding removed, unless it is
    /// to be shown as received.
    pub fn content(&self) -> Window {
        match (self.meaning.shown(), &self.past) {
            (Some(decoded), None) => decoded.whole(),
            (Some(decoded), Some(_)) => decoded.of(self.body().len),
            (None, _) => self.body(),
        }
    }

    /// The same, whatever moment is shown.
    pub fn whole_content(&self) -> Window {
        let decoded = self.meaning.shown();
        decoded.map_or_else(|| self.whole_body(), Decoded::whole)
    }

    /// What the views show of the body has a content coding left: it is shown as received,
    /// or nobody can undo it.
    pub fn is_coded(&self) -> bool {
        let codings = self.whole_answer().head.map(Codings::of_head);
        let codings = codings.unwrap_or_default();
        match self.meaning.as_received {
            true => !codings.is_empty(),
            false => codings.unknown.is_some(),
        }
    }

    /// How its characters are read.
    pub fn letters(&self) -> Letters {
        Letters::of(self.meaning.charset.encoding)
    }

    /// Content-Type's value, empty where there is none.
    pub fn content_type(&self) -> &str {
        let head = self.whole_answer().head;
        let value = head.and_then(|head| head.values("Content-Type").next());
        value.unwrap_or_default()
    }

    /// Looks for the charset in bytes that have come since.
    pub fn sniff(&mut self) {
        let whole = self.whole_content();
        let content_type = self.content_type().to_owned();
        self.meaning.sniff(&whole, &content_type);
        let letters = self.letters();
        let formed = self.formed.as_mut();
        if formed.is_some_and(|formed| formed.read_in(letters)) {
            // Rows of another charset are others.
            self.scrolls[ViewKind::Pretty.index()].top = 0;
        }
    }

    /// Reads on in its server-sent events, where it has some.
    pub fn read_events(&mut self) {
        let content = self.whole_content();
        let decoded = self.meaning.shown();
        let live = &self.live;
        let answer = live.answer_numbered(self.answer().number);
        let Some(formed) = self.formed.as_mut().filter(|it| it.form == Form::Events) else {
            return;
        };
        formed.events.read(&content, |at| {
            let at = decoded.map_or(at, |decoded| decoded.coded(at).end - 1);
            let origin = live.origin_of_body(&answer, at, |_| None);
            origin.recv.map(|recv| recv.t_us)
        });
    }

    /// Its server-sent events, where the content has that form.
    pub fn events(&self) -> Option<&Streamed> {
        let formed = self.formed.as_ref().filter(|it| it.form == Form::Events);
        formed.map(|formed| &formed.events)
    }

    /// There are server-sent events left to read.
    pub fn is_behind_in_events(&self) -> bool {
        let content = self.whole_content();
        self.events()
            .is_some_and(|events| events.is_behind(&content))
    }

    /// The same, whatever moment is shown.
    pub fn whole_body(&self) -> Window {
        self.body_of(&self.whole_answer())
    }

    fn body_of(&self, answer: &Answer<'_>) -> Window {
        match answer.body {
            BodyPlace::Wire { start, len } => Window {
                store: self.wire.clone(),
                start,
                len,
            },
            BodyPlace::Decoded { start, len } => Window {
                store: self.decoded.clone(),
                start,
                len,
            },
        }
    }

    /// Every byte received in this exchange so far.
    pub fn received(&self) -> Window {
        Window {
            store: self.wire.clone(),
            start: 0,
            len: self.exchange().recvs.bytes,
        }
    }

    /// The same, whatever moment is shown.
    pub fn all_received(&self) -> Window {
        Window {
            store: self.wire.clone(),
            start: 0,
            len: self.live.recvs.bytes,
        }
    }

    /// The part of what goes out that the kernel has taken.
    pub fn sent(&self) -> &[u8] {
        let sent = usize::try_from(self.exchange().sends.bytes).unwrap_or(usize::MAX);
        &self.outgoing[..sent.min(self.outgoing.len())]
    }

    /// The exchange's clock in what is shown: microseconds since it began.
    pub fn shown_us(&self, now: Instant) -> u64 {
        self.past
            .as_ref()
            .map_or_else(|| self.elapsed_us(now), Past::t_us)
    }

    /// Microseconds since the exchange began.
    pub fn elapsed_us(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.started).as_micros()).unwrap_or(u64::MAX)
    }

    /// The call that runs now and for how many microseconds; none in the past.
    pub fn waiting(&self, now: Instant) -> Option<(Call, u64)> {
        if self.over || self.past.is_some() {
            return None;
        }
        let pending = self.exchange().pending()?;
        let waited = self.elapsed_us(now).saturating_sub(pending.since_us);
        Some((pending.call, waited))
    }
}
