//! A tab: what is typed in it, how it fetches and shows, and the exchanges it visited.

use std::collections::VecDeque;
use std::path::PathBuf;

use crate::config::Knobs;
use crate::cookies::{Jar, Key};
use crate::exchange::Starts;
use crate::request::{self, Lint};
use crate::tui::editor::Editor;
use crate::tui::keymap::Place;
use crate::tui::layout::Focus;
use crate::tui::list::Completion;
use crate::tui::search::Find;
use crate::tui::visit::{ViewKind, Visit, VisitId};
use crate::url::Target;

pub struct Tab {
    pub url: Editor,
    pub request: Editor,
    /// What is worth a warning in the request; made once an edit.
    pub lints: Vec<Lint>,
    /// The revision of the request that `lints` is of.
    pub linted: u64,
    /// What the request's target and Host were last made for.
    pub target: Option<Target>,
    /// The revision of the request that the URL being typed made of it last.
    pub followed: Option<u64>,
    /// What a change in the URL did to the request, in words.
    pub url_note: Option<String>,
    pub knobs: Knobs,
    /// Its own cookies, where it shares none.
    pub jar: Jar,
    /// The value of the Cookie line that a jar gave to the request.
    pub cookie: Option<Vec<u8>>,
    /// The cookie whose value is asked for.
    pub edited: Option<Key>,
    pub focus: Focus,
    /// Where F2 goes back to.
    pub before: Focus,
    pub zoom: bool,
    pub view: ViewKind,
    /// The user chose it; it stays then.
    pub chose: bool,
    pub wrap: bool,
    /// Coded bodies are shown as they came.
    pub as_received: bool,
    /// What the bytes under the cursor are is shown below the views.
    pub inspects: bool,
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
    /// Our own certificate (PEM, with its key), for this origin alone.
    pub certificate: Option<(Target, PathBuf)>,
    /// The Sec-WebSocket-Key of the tab's own requests.
    pub key: String,
    /// The next fetch from this host and port goes on whatever its certificate says.
    pub go_on_once: Option<(String, u16)>,
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
            followed: None,
            url_note: None,
            knobs: Knobs::default(),
            jar: Jar::default(),
            cookie: None,
            edited: None,
            focus: Focus::Response,
            before: Focus::Response,
            zoom: false,
            view: ViewKind::Text,
            chose: false,
            wrap: true,
            as_received: false,
            inspects: false,
            ruler: None,
            visits: VecDeque::new(),
            at: 0,
            find: Find::default(),
            exercise: 0,
            recalled: 0,
            completion: None,
            hex: None,
            certificate: None,
            key: request::key(),
            go_on_once: None,
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

    /// The exchange that runs.
    pub fn running(&self) -> Option<VisitId> {
        let visit = self.visit().filter(|visit| visit.runs());
        visit.map(|visit| visit.id)
    }

    /// An exchange becomes the newest, and the one shown; what lay ahead of the old one is
    /// no longer led to, as in every browser: it is answered.
    pub fn push(&mut self, visit: Visit) -> Vec<Visit> {
        let keep = if self.visits.is_empty() {
            0
        } else {
            self.at + 1
        };
        let ahead = self.visits.drain(keep..).collect();
        self.visits.push_back(visit);
        self.at = self.visits.len() - 1;
        ahead
    }

    /// The request that a URL stands for in it, in the form that the way to it wants; without
    /// cookies.
    pub fn template(&self, target: &Target) -> Vec<u8> {
        let mut bytes = request::template(target);
        if target.scheme.is_websocket() {
            request::ask_upgrade(&mut bytes, &self.key);
        }
        let way = self.knobs.options.proxies.way(target);
        way.form(&mut bytes, target);
        bytes
    }

    /// The same, with the Cookie line that a jar gave.
    pub fn template_with_cookie(&self, target: &Target) -> Vec<u8> {
        let mut bytes = self.template(target);
        request::renew_cookie(&mut bytes, None, self.cookie.as_deref());
        bytes
    }

    /// The file of our own certificate, for the origin that it was given for.
    pub fn certificate_for(&self, target: &Target) -> Option<PathBuf> {
        let (origin, path) = self.certificate.as_ref()?;
        origin.same_origin(target).then(|| path.clone())
    }

    /// Where keys are looked up, in this order.
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
