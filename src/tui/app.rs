//! The state of the browser: plain data, from which every frame is drawn.
//!
//! Owns [`App`], its tabs and the exchanges they visited. It opens nothing and draws
//! nothing: keys and events change it in [`super::update`], `ui` reads it.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::body::{Store, Window};
use crate::event::Call;
use crate::exchange::{BodyPlace, Exchange, Past, Starts};
use crate::export::Form;
use crate::plan::Plan;
use crate::rejudge::Judged;
use crate::request::Lint;
use crate::tui::compare::Compare;
use crate::tui::cursor::Cursor;
use crate::tui::editor::Editor;
use crate::tui::keymap::{Keymap, Place};
use crate::tui::knobs::Knobs;
use crate::tui::layout::{self, Border, Panes, Size, Split};
use crate::tui::list::{Completion, List};
use crate::tui::search::Find;
use crate::tui::theme::Theme;
use crate::url::Target;

/// Exchanges that a tab keeps for back and forward; the stores of older ones go.
pub const VISITS_KEPT: usize = 16;

pub struct App {
    pub size: Size,
    /// Where the user put the borders.
    pub split: Split,
    /// The border that the mouse holds.
    pub dragged: Option<Border>,
    /// The clock of everything on screen; set before each update and frame.
    pub now: Instant,
    pub tabs: Vec<Tab>,
    pub active: usize,
    pub popup: Option<Popup>,
    pub notice: Option<Notice>,
    /// The built-in practice server's port.
    pub playground: Option<u16>,
    /// Its pages' paths.
    pub pages: Vec<&'static str>,
    /// Typed URLs, the newest last; shared by all tabs.
    pub typed: Vec<String>,
    pub theme: Theme,
    pub keys: Keymap,
    /// The terminal shows ASCII alone.
    pub ascii: bool,
    /// Ctrl-C was pressed with nothing running: the next one quits.
    pub leaving: bool,
    pub next_visit: VisitId,
}

/// The number of an exchange in this session; never used again.
pub type VisitId = u64;

pub struct Tab {
    pub url: Editor,
    pub request: Editor,
    /// What is worth a warning in the request; made once an edit.
    pub lints: Vec<Lint>,
    /// The revision of the request that `lints` is of.
    pub linted: u64,
    /// What the request's target and Host were last made for.
    pub target: Option<Target>,
    /// What a change in the URL did to the request, in words.
    pub url_note: Option<String>,
    pub knobs: Knobs,
    pub focus: Focus,
    /// Where F2 goes back to.
    pub before: Focus,
    pub zoom: bool,
    pub view: ViewKind,
    pub wrap: bool,
    /// Whose first bytes are marked in the views.
    pub ruler: Option<Starts>,
    pub visits: VecDeque<Visit>,
    /// Index into `visits` of the one shown.
    pub at: usize,
    pub find: Find,
    /// The exercise chosen on the start page.
    pub exercise: usize,
    /// How far back ↑ went in `App::typed`.
    pub recalled: usize,
    /// The list below the URL bar, while it is typed in.
    pub completion: Option<Completion>,
    /// Ctrl-V was pressed: the digits so far.
    pub hex: Option<String>,
}

/// An exchange with its bytes and how it is looked at.
pub struct Visit {
    pub id: VisitId,
    /// As it would be typed.
    pub url: String,
    /// As it is shown: without user and password.
    pub name: String,
    pub request: Arc<[u8]>,
    /// What each recv() asks for.
    pub recv_size: usize,
    /// The fold of all events so far.
    pub live: Exchange,
    /// The moment that is shown instead.
    pub past: Option<Past>,
    /// The past goes on by itself.
    pub play: Option<Play>,
    /// Zero of the events' clock.
    pub started: Instant,
    /// The fetch's thread has returned.
    pub over: bool,
    pub paused: bool,
    pub wire: Store,
    /// The body where a transfer coding was removed; else empty.
    pub decoded: Store,
    pub scrolls: [Scroll; ViewKind::ALL.len()],
    /// Where the user points, in each view.
    pub cursors: [Option<Cursor>; ViewKind::ALL.len()],
    /// Row of the socket log that is chosen; `None` follows the newest.
    pub call: Option<usize>,
    /// Bytes of the chosen call, in the Wire view's offsets.
    pub chosen: Option<Range<u64>>,
    /// Bytes of the find's hit, in the offsets of the view it was found in.
    pub hit: Option<(ViewKind, Range<u64>)>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Url,
    Request,
    Response,
    Socket,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewKind {
    Text,
    Hex,
    Wire,
    Headers,
}

pub enum Popup {
    /// Help for these places, scrolled down by so many rows.
    Help {
        places: Vec<Place>,
        top: usize,
    },
    /// Every knob, the chosen row, what is typed as its value.
    Knobs {
        row: usize,
        typed: String,
    },
    /// Where other end modes would have ended the exchange; `None`: it is being judged.
    Judged {
        id: VisitId,
        judged: Option<Vec<Judged>>,
    },
    Compare(Compare),
    /// One line of text is asked for.
    Ask {
        ask: Ask,
        field: Editor,
    },
    /// A row of a list is to be chosen.
    List(List),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Find,
    SaveBody,
    /// What is too much for the clipboard, in this form.
    CopyToFile(Form),
    BodyFile,
}

/// A line of words that goes away by itself.
pub struct Notice {
    pub text: String,
    pub until: Instant,
    pub bad: bool,
}

/// Where a tab's find or view reads.
impl ViewKind {
    pub const ALL: [ViewKind; 4] = [
        ViewKind::Text,
        ViewKind::Hex,
        ViewKind::Wire,
        ViewKind::Headers,
    ];

    /// The number that is its key; Pretty and Rendered will be 2 and 3.
    pub fn number(self) -> u8 {
        match self {
            ViewKind::Text => 1,
            ViewKind::Hex => 4,
            ViewKind::Wire => 5,
            ViewKind::Headers => 6,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            ViewKind::Text => "Text",
            ViewKind::Hex => "Hex",
            ViewKind::Wire => "Wire",
            ViewKind::Headers => "Headers",
        }
    }

    pub fn index(self) -> usize {
        ViewKind::ALL
            .iter()
            .position(|&kind| kind == self)
            .unwrap_or_default()
    }
}

impl App {
    pub fn new(size: Size, now: Instant, theme: Theme) -> App {
        App {
            size,
            split: Split::default(),
            dragged: None,
            now,
            tabs: vec![Tab::default()],
            active: 0,
            popup: None,
            notice: None,
            playground: None,
            pages: Vec::new(),
            typed: Vec::new(),
            theme,
            keys: Keymap::default(),
            ascii: false,
            leaving: false,
            next_visit: 1,
        }
    }

    pub fn tab(&self) -> &Tab {
        &self.tabs[self.active]
    }

    pub fn tab_mut(&mut self) -> &mut Tab {
        &mut self.tabs[self.active]
    }

    /// Where each pane of the tab shown is.
    pub fn panes(&self) -> Panes {
        let tab = self.tab();
        layout::panes(self.size, tab.focus, tab.zoom, self.split)
    }

    /// The exchange of this number, in whichever tab.
    pub fn visit(&self, id: VisitId) -> Option<&Visit> {
        let mut visits = self.tabs.iter().flat_map(|tab| &tab.visits);
        visits.find(|visit| visit.id == id)
    }

    pub fn visit_by_id(&mut self, id: VisitId) -> Option<&mut Visit> {
        self.tabs
            .iter_mut()
            .flat_map(|tab| tab.visits.iter_mut())
            .find(|visit| visit.id == id)
    }

    /// Says something for a few seconds.
    pub fn note(&mut self, text: impl Into<String>) {
        self.say(text.into(), false);
    }

    /// The same, for what went wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.say(text.into(), true);
    }

    fn say(&mut self, text: String, bad: bool) {
        self.notice = Some(Notice {
            text,
            until: self.now + Duration::from_secs(if bad { 10 } else { 5 }),
            bad,
        });
    }

    /// How often something on screen changes by itself: a call that waits counts on by
    /// tenths of a second, a past that is played at any moment.
    pub fn tick(&self) -> Option<Duration> {
        const TENTH: Duration = Duration::from_millis(100);
        let visit = self.tab().visit();
        if visit.is_some_and(|visit| visit.play.is_some()) {
            return Some(TENTH / 6);
        }
        let counting = self.notice.is_some()
            || self.tab().find.busy()
            || visit.is_some_and(|visit| !visit.over);
        let compared = match &self.popup {
            Some(Popup::Compare(open)) => open.pair.iter().any(|&id| {
                let visit = self.visit(id);
                visit.is_some_and(|visit| !visit.over)
            }),
            _ => false,
        };
        (counting || compared).then_some(TENTH)
    }

    /// The exercises of the start page: what to type, and what it shows.
    pub fn exercises(&self) -> [Exercise; 3] {
        let port = self.playground.unwrap_or_default();
        [
            Exercise {
                url: format!("localhost:{port}/drip?bytes=4096&size=256&every=200"),
                title: "Watch a body arrive",
                what: "recv() by recv(), until Content-Length is reached",
                knobs: Knobs {
                    recv_size: crate::plan::CLASSIC_RECV,
                    ..Knobs::default()
                },
            },
            Exercise {
                url: format!("localhost:{port}/keep-alive"),
                title: "Why reading to the end hangs",
                what: "all is here, yet recv() waits: Esc, then F9, F5",
                knobs: Knobs {
                    end: crate::event::EndMode::Close,
                    recv_size: crate::plan::CLASSIC_RECV,
                    ..Knobs::default()
                },
            },
            Exercise {
                url: format!("localhost:{port}/flood?bytes=1g"),
                title: "Fill the kernel's buffer",
                what: "F8 pauses, the queue fills; F10 one recv(); F8 on",
                knobs: Knobs::default(),
            },
        ]
    }
}

/// One key away on the start page.
pub struct Exercise {
    pub url: String,
    pub title: &'static str,
    pub what: &'static str,
    pub knobs: Knobs,
}

impl Default for Tab {
    /// A tab in which nothing was typed.
    fn default() -> Tab {
        Tab {
            url: Editor::line(),
            request: Editor::default(),
            lints: Vec::new(),
            linted: 0,
            target: None,
            url_note: None,
            knobs: Knobs::default(),
            focus: Focus::Response,
            before: Focus::Response,
            zoom: false,
            view: ViewKind::Text,
            wrap: true,
            ruler: None,
            visits: VecDeque::new(),
            at: 0,
            find: Find::default(),
            exercise: 0,
            recalled: 0,
            completion: None,
            hex: None,
        }
    }
}

impl Tab {
    /// The exchange that is shown.
    pub fn visit(&self) -> Option<&Visit> {
        self.visits.get(self.at)
    }

    pub fn visit_mut(&mut self) -> Option<&mut Visit> {
        self.visits.get_mut(self.at)
    }

    /// A new exchange becomes the one shown; what lay ahead of the old one goes, as in
    /// every browser. Answers the visits that went.
    pub fn push(&mut self, visit: Visit) -> Vec<Visit> {
        let keep = if self.visits.is_empty() {
            0
        } else {
            self.at + 1
        };
        let mut gone: Vec<Visit> = self.visits.drain(keep..).collect();
        if self.visits.len() >= VISITS_KEPT {
            gone.extend(self.visits.pop_front());
        }
        self.visits.push_back(visit);
        self.at = self.visits.len() - 1;
        gone
    }

    pub fn places(&self) -> &'static [Place] {
        use Place::{Anywhere, OutsideText, Request, Response, Socket, Start, Text, Url};
        match self.focus {
            Focus::Url => &[Url, Text, Anywhere],
            Focus::Request => &[Request, Text, Anywhere],
            Focus::Response if self.visits.is_empty() => &[Start, OutsideText, Anywhere],
            Focus::Response => &[Response, OutsideText, Anywhere],
            Focus::Socket => &[Socket, OutsideText, Anywhere],
        }
    }

    /// A name for the tab bar.
    pub fn title(&self) -> String {
        let typed = self.url.text();
        let url = match self.visit() {
            Some(visit) => visit.name.as_str(),
            None => typed.as_str(),
        };
        let short = url.strip_prefix("http://").unwrap_or(url);
        let short = short.split(['?', '#']).next().unwrap_or(short);
        if short.is_empty() {
            "start".to_owned()
        } else {
            short.trim_end_matches('/').to_owned()
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
            recv_size: plan.recv_size,
            live: Exchange::new(plan.end, plan.request.len() as u64),
            past: None,
            play: None,
            started: plan.start,
            over: false,
            paused: false,
            wire: Store::default(),
            decoded: Store::default(),
            scrolls: [Scroll {
                follow: true,
                ..Scroll::default()
            }; ViewKind::ALL.len()],
            cursors: Default::default(),
            call: None,
            chosen: None,
            hit: None,
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

    /// What is shown of it: as it is, or as it was.
    pub fn exchange(&self) -> &Exchange {
        self.past.as_ref().map_or(&self.live, |past| &past.exchange)
    }

    /// What is shown is over, so nothing in it counts on.
    pub fn shows_end(&self) -> bool {
        match &self.past {
            Some(past) => past.exchange.end.is_some(),
            None => self.over,
        }
    }

    /// Shows the moment after the call in this row of the socket log; past the last one,
    /// the exchange as it is. False where the log has a gap before that moment.
    pub fn show_moment(&mut self, row: usize) -> bool {
        if row >= self.live.log.calls() {
            self.past = None;
            self.play = None;
            return true;
        }
        let stepped = self
            .past
            .as_mut()
            .is_some_and(|past| past.forward(&self.live, row));
        if stepped {
            return true;
        }
        match Past::at(&self.live, row) {
            Some(moment) => {
                self.past = Some(moment);
                true
            }
            None => false,
        }
    }

    /// The body's bytes so far.
    pub fn body(&self) -> Window {
        self.body_of(self.exchange())
    }

    /// The same, whatever moment is shown.
    pub fn whole_body(&self) -> Window {
        self.body_of(&self.live)
    }

    fn body_of(&self, exchange: &Exchange) -> Window {
        match exchange.body_place() {
            BodyPlace::Wire { start, len } => Window {
                store: self.wire.clone(),
                start,
                len,
            },
            BodyPlace::Decoded { len } => Window {
                store: self.decoded.clone(),
                start: 0,
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

    /// The part of the request that the kernel has taken.
    pub fn sent(&self) -> &[u8] {
        let sent = usize::try_from(self.exchange().sends.bytes).unwrap_or(usize::MAX);
        &self.request[..sent.min(self.request.len())]
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
