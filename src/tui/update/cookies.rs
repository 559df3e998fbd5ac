//! Cookies: what responses set, the Cookie line in the request, the list's commands.
//!
//! Owns when the line is touched: as long as it stands as the jar gave it. One that a
//! hand wrote, or took out, is left alone, and what would have gone is said.

use crate::body::Window;
use crate::config::Cookies;
use crate::cookies::{Cookie, Jar, Key, Outcome, Seconds, lines_of};
use crate::event::{Event, Head, Kind};
use crate::request;
use crate::tui::app::{App, Ask, Focus, Tab};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::visit::{Visit, VisitId};
use crate::url::Target;

use super::tabs;

// -- what responses set -------------------------------------------------------------

/// Folds the events of an exchange; the cookies that its head sets are stored as soon as
/// it is here, and what became of each is an event of the exchange too.
pub(super) fn apply(app: &mut App, id: VisitId, events: Vec<Event>) {
    let App {
        tabs,
        jar,
        wall,
        active,
        ..
    } = app;
    let place = tabs.iter().enumerate().find_map(|(number, tab)| {
        let at = tab.visits.iter().position(|visit| visit.id == id)?;
        Some((number, at))
    });
    let Some((number, at)) = place else {
        // It was cancelled when its tab was left: what it still tells sets no cookies.
        if let Some(visit) = app.visit_by_id(id) {
            events.into_iter().for_each(|event| visit.live.apply(event));
        }
        return;
    };
    let shown = *active == number;
    let Tab {
        visits,
        jar: own,
        knobs,
        ..
    } = &mut tabs[number];
    let mut jar = match knobs.cookies {
        Cookies::Shared => Some(jar),
        Cookies::Own => Some(own),
        Cookies::Off => None,
    };
    let visit = &mut visits[at];
    let mut outcomes = Vec::new();
    for event in events {
        let t_us = event.t_us;
        let head = match (&event.kind, &jar) {
            (Kind::Head(head), Some(_)) => Some(head.clone()),
            _ => None,
        };
        visit.live.apply(event);
        if let (Some(head), Some(jar)) = (head, jar.as_deref_mut()) {
            outcomes = take(visit, jar, &head, *wall, t_us);
        }
    }
    if shown && !outcomes.is_empty() {
        app.note(in_words(&outcomes));
    }
}

fn take(visit: &mut Visit, jar: &mut Jar, head: &Head, now: Seconds, t_us: u64) -> Vec<Outcome> {
    if head.values("Set-Cookie").next().is_none() {
        return Vec::new();
    }
    let Ok(target) = Target::parse(&visit.url) else {
        return Vec::new();
    };
    let raw = raw(visit, head);
    let reports: Vec<_> = (lines_of(head, &raw).iter())
        .map(|line| jar.store(line, &target, now))
        .collect();
    for report in &reports {
        let kind = Kind::Cookie(Box::new(report.told()));
        visit.live.apply(Event { t_us, kind });
    }
    reports.into_iter().map(|report| report.outcome).collect()
}

/// A head's bytes, where its text does not tell them all; they are at most the 1 MiB
/// that is parsed.
fn raw(visit: &Visit, head: &Head) -> Vec<u8> {
    if head.values("Set-Cookie").all(str::is_ascii) {
        return Vec::new();
    }
    let window = Window {
        store: visit.wire.clone(),
        start: head.offset.saturating_sub(visit.live.wire_base),
        len: head.bytes,
    };
    let mut bytes = vec![0; usize::try_from(head.bytes).unwrap_or(0).min(2 << 20)];
    // What cannot be read is left to the text.
    let read = window.read_at(0, &mut bytes).unwrap_or(0);
    bytes.truncate(read);
    bytes
}

fn in_words(outcomes: &[Outcome]) -> String {
    let refused = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    let taken = match outcomes.len() - refused {
        0 => None,
        1 => Some("1 cookie came".to_owned()),
        n => Some(format!("{n} cookies came")),
    };
    let refused = (refused > 0).then(|| format!("{refused} refused"));
    let words: Vec<String> = taken.into_iter().chain(refused).collect();
    format!("{}: K lists them", words.join(" · "))
}

// -- the Cookie line ----------------------------------------------------------------

/// The Cookie line for a URL, from the jar of the tab shown.
pub(super) fn line(app: &App, tab: usize, target: &Target) -> Option<Vec<u8>> {
    app.jar_of(&app.tabs[tab])?.line(target, app.wall)
}

/// The line stands as it was given, or there is none and none was given.
fn as_given(request: &[u8], given: Option<&[u8]>) -> bool {
    request::field(request, "Cookie") == given
}

/// Makes the Cookie line the one of `target`, where the line stands as it was given;
/// answers what is given now.
pub(super) fn renewed(
    app: &App,
    tab: usize,
    target: &Target,
    request: &mut Vec<u8>,
    given: Option<Vec<u8>>,
) -> Option<Vec<u8>> {
    if !as_given(request, given.as_deref()) {
        return given;
    }
    let line = line(app, tab, target);
    request::renew_cookie(request, given.as_deref(), line.as_deref());
    line
}

/// Before the tab's request goes out: one that is the URL's template still gets the line
/// that the jar has now; for another it is said what would go.
pub(super) fn before_send(app: &mut App, target: &Target) {
    let tab = app.tab();
    let template = tab.template_with_cookie(target);
    let mut bytes = tab.request.bytes().to_vec();
    if bytes == template {
        let given = renewed(app, app.active, target, &mut bytes, tab.cookie.clone());
        let tab = app.tab_mut();
        tab.cookie = given;
        if bytes != template {
            tab.request.set(&bytes);
        }
    }
}

/// Of a request by hand without a Cookie line: how many cookies would go.
pub(super) fn left_out(app: &App, target: &Target) -> Option<String> {
    let tab = app.tab();
    if request::has_cookie(tab.request.bytes()) {
        return None;
    }
    let key = app.keys.key(Action::InsertCookie);
    match app.jar_of(tab)?.matching(target, app.wall).len() {
        0 => None,
        1 => Some(format!(
            "1 cookie would go, but the request was edited by hand: {key} puts it in"
        )),
        n => Some(format!(
            "{n} cookies would go, but the request was edited by hand: {key} puts them in"
        )),
    }
}

/// Alt-K: the jar's line, instead of the Cookie line that stands there.
pub(super) fn insert(app: &mut App) {
    let target = match Target::parse(&app.tab().url.text()) {
        Ok(target) => target,
        Err(error) => return app.complain(error.to_string()),
    };
    let Some(line) = line(app, app.active, &target) else {
        return app.note("no cookie goes to this URL: K lists why");
    };
    let tab = app.tab_mut();
    let mut bytes = tab.request.bytes().to_vec();
    let old = request::field(&bytes, "Cookie").map(<[u8]>::to_vec);
    request::renew_cookie(&mut bytes, old.as_deref(), Some(&line));
    tab.request.set(&bytes);
    tab.cookie = Some(line);
    tabs::focus(app, Focus::Request);
}

// -- the list -------------------------------------------------------------------------

/// Enter: the cookie's value is asked for.
pub(super) fn edit(app: &mut App, key: Key) {
    let cookie = app.jar_of(app.tab()).and_then(|jar| jar.get(&key));
    if let Some(value) = cookie.map(|cookie| cookie.value.clone()) {
        app.tab_mut().edited = Some(key);
        app.ask(Ask::CookieValue, &value);
    }
}

pub(super) fn set_value(app: &mut App, value: &[u8]) -> Vec<Effect> {
    let now = app.wall;
    let key = app.tab_mut().edited.take();
    if value
        .iter()
        .any(|byte| byte.is_ascii_control() && *byte != b'\t')
    {
        app.complain("no control character may stand in a cookie: it is as it was");
        return Vec::new();
    }
    let jar = app.jar_mut();
    if let (Some(key), Some(jar)) = (key, jar)
        && let Some(mut cookie) = jar.get(&key).cloned()
    {
        cookie.value = value.to_vec();
        jar.put(cookie, now);
        app.note("the cookie has its new value");
    }
    Vec::new()
}

/// A new cookie is asked for.
pub(super) fn ask(app: &mut App) {
    match Target::parse(&app.tab().url.text()) {
        Ok(_) => app.ask(Ask::Cookie, b""),
        Err(_) => app.complain("a cookie is one of a URL: type a URL first"),
    }
}

/// The words of a Set-Cookie, as if the URL in the bar had sent them.
pub(super) fn add(app: &mut App, words: &[u8]) -> Vec<Effect> {
    let now = app.wall;
    let Ok(target) = Target::parse(&app.tab().url.text()) else {
        return Vec::new();
    };
    let Some(jar) = app.jar_mut() else {
        let key = app.keys.key(Action::Knobs);
        app.complain(format!("no cookies are kept in this tab ({key}: cookies)"));
        return Vec::new();
    };
    match jar.store(words, &target, now).outcome {
        Ok(stored) => app.note(format!("the cookie is {}", stored.name())),
        Err(refusal) => app.complain(format!("no cookie: {refusal} ({})", refusal.rule())),
    }
    Vec::new()
}

pub(super) fn drop(app: &mut App, key: &Key) {
    let gone: Option<Cookie> = app.jar_mut().and_then(|jar| jar.remove(key));
    if let Some(gone) = gone {
        let name = String::from_utf8_lossy(&gone.name).into_owned();
        app.note(format!("the cookie {name} of {} is deleted", gone.domain));
    }
}
