//! The state of the browser: plain data, from which every frame is drawn.
//!
//! Owns [`App`], its tabs and the exchanges they visited. It opens nothing and draws
//! nothing: keys and events change it in [`super::update`], `ui` reads it.

mod tab;

use std::time::{Duration, Instant};

use crate::config::{Config, Cookies};
use crate::cookies::{Jar, Seconds};
use crate::event::EndMode;
use crate::export::Form;
use crate::net::pool::Idle;
use crate::plan::{CLASSIC_RECV, Options};
use crate::rejudge::Judged;
use crate::tui::compare::Compare;
use crate::tui::course::Course;
use crate::tui::editor::Editor;
use crate::tui::graphics::{Dots, Images};
use crate::tui::keymap::{Action, Keymap, Place};
use crate::tui::layout::{self, Border, Panes, Size, Split};
use crate::tui::list::{List, Of};
use crate::tui::practice::Practice;
use crate::tui::save;
use crate::tui::theme::Theme;
use crate::tui::theme::depth::Depth;
use crate::tui::visit::{Visit, VisitId};

pub use crate::tui::layout::Focus;
pub use tab::Tab;

pub struct App {
    pub size: Size,
    /// Where the user put the borders.
    pub split: Split,
    /// The border that the mouse holds.
    pub dragged: Option<Border>,
    /// The clock of everything on screen; set before each update and frame.
    pub now: Instant,
    /// The wall's clock, by which cookies expire; set with `now`.
    pub wall: Seconds,
    /// The cookies that tabs share.
    pub jar: Jar,
    pub tabs: Vec<Tab>,
    pub active: usize,
    pub popup: Option<Popup>,
    pub notice: Option<Notice>,
    /// The built-in practice server's port.
    pub playground: Option<u16>,
    /// Its other half, which speaks TLS, once that listens.
    pub practice: Option<Practice>,
    /// Its pages' paths.
    pub pages: Vec<&'static str>,
    /// Typed URLs, the newest last; shared by all tabs.
    pub typed: Vec<String>,
    pub theme: Theme,
    pub keys: Keymap,
    /// What the terminal shows of a picture's colours; `None`: no colour at all.
    pub depth: Option<Depth>,
    /// The terminal shows ASCII alone.
    pub ascii: bool,
    /// How pictures are shown.
    pub images: Images,
    /// Pixels of a cell, where the terminal says; looked at with each new size.
    pub cell: Option<Dots>,
    /// Ctrl-C was pressed with nothing running: the next one quits.
    pub leaving: bool,
    pub next_visit: VisitId,
    /// The connections that are kept, as they were when they were last asked for.
    pub idle: Vec<Idle>,
    /// Exchanges that no tab leads back to any more.
    pub shelf: Vec<Visit>,
    /// Bytes that all exchanges of the session may hold in memory together.
    pub memory: u64,
    /// What is written to a file now.
    pub saving: Option<save::Saving>,
    /// The lessons, and the one that is open.
    pub course: Course,
}

/// What is about to be said.
#[derive(Default)]
pub struct Talk {
    pub editor: Editor,
    /// Ctrl-V was pressed: the digits so far.
    pub hex: Option<String>,
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
    /// More to be sent on the open connection.
    Talk(Talk),
    /// The phases of the tab's exchanges, scrolled down by so many rows.
    Phases {
        top: usize,
    },
    /// The kernel's levels over time.
    Levels,
    /// The handshake, the certificates and the records, scrolled down by so many rows, and
    /// the certificates that are shown whole.
    Tls {
        top: usize,
        unfolded: Vec<usize>,
    },
    /// One line of text is asked for.
    Ask {
        ask: Ask,
        field: Editor,
    },
    /// A row of a list is to be chosen.
    List(List),
    /// What to save, and where.
    Save(save::Ask),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Find,
    Jump,
    /// What is too much for the clipboard, in this form.
    CopyToFile(Form),
    BodyFile,
    /// The command that the body goes through.
    Pipe,
    /// The number of a page's link.
    Link,
    /// The tab's proxy.
    Proxy,
    /// Our own end of the tab's connections.
    Local,
    /// `user:password`
    Basic,
    Bearer,
    /// The file of our own certificate, for the URL's origin.
    Certificate,
    /// A new cookie, as a Set-Cookie of the URL.
    Cookie,
    /// The value of the cookie chosen in the list.
    CookieValue,
}

/// A line of words that goes away by itself.
pub struct Notice {
    pub text: String,
    pub until: Instant,
    pub bad: bool,
}

impl App {
    pub fn new(size: Size, now: Instant, theme: Theme) -> App {
        App {
            size,
            split: Split::default(),
            dragged: None,
            now,
            wall: 0,
            jar: Jar::default(),
            tabs: vec![Tab::default()],
            active: 0,
            popup: None,
            notice: None,
            playground: None,
            practice: None,
            pages: Vec::new(),
            typed: Vec::new(),
            theme,
            keys: Keymap::default(),
            depth: None,
            ascii: false,
            images: Images::Blocks,
            cell: None,
            leaving: false,
            next_visit: 1,
            idle: Vec::new(),
            shelf: Vec::new(),
            memory: Config::default().memory,
            saving: None,
            course: Course::default(),
        }
    }

    pub fn tab(&self) -> &Tab {
        &self.tabs[self.active]
    }

    pub fn tab_mut(&mut self) -> &mut Tab {
        &mut self.tabs[self.active]
    }

    /// The jar that a tab's cookies are in; `None`: it keeps none.
    pub fn jar_of<'a>(&'a self, tab: &'a Tab) -> Option<&'a Jar> {
        match tab.knobs.cookies {
            Cookies::Shared => Some(&self.jar),
            Cookies::Own => Some(&tab.jar),
            Cookies::Off => None,
        }
    }

    /// That of the tab shown.
    pub fn jar_mut(&mut self) -> Option<&mut Jar> {
        match self.tab().knobs.cookies {
            Cookies::Shared => Some(&mut self.jar),
            Cookies::Own => Some(&mut self.tab_mut().jar),
            Cookies::Off => None,
        }
    }

    /// Where each pane of the tab shown is.
    pub fn panes(&self) -> Panes {
        let tab = self.tab();
        let size = Size {
            rows: self.size.rows.saturating_sub(self.lesson_rows()),
            ..self.size
        };
        layout::panes(size, tab.focus, tab.zoom, self.split)
    }

    /// Rows that the lesson takes, at the foot of the screen.
    pub fn lesson_rows(&self) -> u16 {
        self.course.height(&self.keys, self.size)
    }

    /// The exchange of this number, in whichever tab or in none.
    pub fn visit(&self, id: VisitId) -> Option<&Visit> {
        let visits = self.tabs.iter().flat_map(|tab| &tab.visits);
        let mut visits = visits.chain(&self.shelf);
        visits.find(|visit| visit.id == id)
    }

    /// The tab that leads to the exchange of this number.
    pub fn tab_of(&self, id: VisitId) -> Option<&Tab> {
        let leads = |tab: &&Tab| tab.visits.iter().any(|visit| visit.id == id);
        self.tabs.iter().find(leads)
    }

    pub fn visit_by_id(&mut self, id: VisitId) -> Option<&mut Visit> {
        self.tabs
            .iter_mut()
            .flat_map(|tab| tab.visits.iter_mut())
            .chain(&mut self.shelf)
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

    /// Asks for a line of text, with this one to begin with.
    pub fn ask(&mut self, ask: Ask, text: &[u8]) {
        let mut field = Editor::line();
        field.set(text);
        self.popup = Some(Popup::Ask { ask, field });
    }

    /// How often something on screen changes by itself: a call that waits counts on by
    /// tenths of a second, a past that is played at any moment.
    pub fn tick(&self) -> Option<Duration> {
        const TENTH: Duration = Duration::from_millis(100);
        let visit = self.tab().visit();
        if visit.is_some_and(|visit| visit.play.is_some()) {
            return Some(TENTH / 6);
        }
        let lists = matches!(&self.popup, Some(Popup::List(list)) if list.of == Of::Messages);
        if lists && visit.is_some_and(Visit::is_behind_in_events) {
            return Some(TENTH / 6);
        }
        let counting = self.notice.is_some()
            || self.saving.is_some()
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
        let [esc, end, send, pause, step] = [
            Action::Escape,
            Action::EndMode,
            Action::Send,
            Action::Pause,
            Action::Step,
        ]
        .map(|action| self.keys.key(action));
        [
            Exercise {
                url: format!("localhost:{port}/drip?bytes=4096&size=256&every=200"),
                title: "Watch a body arrive",
                what: "recv() by recv(), until Content-Length is reached".to_owned(),
                options: Options {
                    recv_size: CLASSIC_RECV,
                    ..Options::default()
                },
            },
            Exercise {
                url: format!("localhost:{port}/keep-alive"),
                title: "Why reading to the end hangs",
                what: format!("all is here, yet recv() waits: {esc}, then {end}, {send}"),
                options: Options {
                    end: EndMode::Close,
                    recv_size: CLASSIC_RECV,
                    ..Options::default()
                },
            },
            Exercise {
                url: format!("localhost:{port}/flood?bytes=1g"),
                title: "Fill the kernel's buffer",
                what: format!("{pause} pauses, the queue fills; {step} one recv(); {pause} on"),
                options: Options::default(),
            },
        ]
    }
}

/// One key away on the start page.
pub struct Exercise {
    pub url: String,
    pub title: &'static str,
    pub what: String,
    pub options: Options,
}

impl Popup {
    /// The text field in it.
    pub fn field(&mut self) -> Option<&mut Editor> {
        match self {
            Popup::Ask { field, .. } => Some(field),
            Popup::Talk(talk) => Some(&mut talk.editor),
            Popup::Save(ask) => Some(&mut ask.path),
            Popup::List(list) => Some(&mut list.filter),
            _ => None,
        }
    }

    /// What TLS came to, with the server's own certificate.
    pub fn tls() -> Popup {
        Popup::Tls {
            top: 0,
            unfolded: vec![0],
        }
    }
}
