//! Which tab, which of its exchanges and which pane is in front.

use crate::tui::app::{App, Focus, Tab};
use crate::tui::message::Effect;
use crate::tui::visit::{ViewKind, Visit, VisitId};
use crate::url::Target;

use super::kept;

pub(super) fn focus(app: &mut App, focus: Focus) {
    let tab = app.tab_mut();
    if tab.focus != focus {
        tab.before = tab.focus;
        tab.focus = focus;
    }
    tab.hex = None;
    tab.completion = None;
    tab.followed = None;
}

/// So many panes further, round all of them.
pub(super) fn turn_focus(app: &mut App, by: usize) {
    const ORDER: [Focus; 4] = [Focus::Url, Focus::Request, Focus::Socket, Focus::Response];
    let at = ORDER.iter().position(|&focus| focus == app.tab().focus);
    focus(app, ORDER[(at.unwrap_or(0) + by) % ORDER.len()]);
}

/// So many tabs further, round all of them.
pub(super) fn turn(app: &mut App, by: usize) {
    app.active = (app.active + by) % app.tabs.len();
}

/// A new tab in front, with the knobs of the one before.
pub(super) fn open(app: &mut App) {
    let knobs = app.tab().knobs.clone();
    app.tabs.push(Tab {
        knobs,
        ..Tab::default()
    });
    app.active = app.tabs.len() - 1;
}

pub(super) fn close(app: &mut App) -> Vec<Effect> {
    // There is always a tab: with the last one the program closes.
    if app.tabs.len() == 1 {
        return vec![Effect::Quit(0)];
    }
    let tab = app.tabs.remove(app.active);
    app.active = app.active.min(app.tabs.len() - 1);
    kept::shelve(app, tab.visits)
}

/// Back or forward among the exchanges of the tab.
pub(super) fn step(app: &mut App, by: isize) {
    let tab = app.tab();
    let Some(at) = tab
        .at
        .checked_add_signed(by)
        .filter(|&at| at < tab.visits.len())
    else {
        app.note(if by < 0 {
            "this is the first exchange of the tab"
        } else {
            "this is the last exchange of the tab"
        });
        return;
    };
    show_visit(app, at);
}

/// The tab's visit of this index is the one shown: its URL and its request too.
fn show_visit(app: &mut App, at: usize) {
    let tab = app.tab_mut();
    tab.at = at;
    tab.completion = None;
    let Visit {
        url,
        request,
        cookie,
        ..
    } = &tab.visits[at];
    let (url, request) = (url.clone(), request.clone());
    tab.cookie.clone_from(cookie);
    tab.url.set(url.as_bytes());
    tab.request.set(&request);
    tab.target = Target::parse(&url).ok();
    tab.url_note = None;
    if let Some(formed) = &tab.visits[at].formed
        && !tab.chose
    {
        tab.view = ViewKind::best_for(&formed.form);
    }
}

/// Goes to the exchange's tab, and back or forward in it; one that no tab leads to comes
/// into the tab shown.
pub(super) fn reopen(app: &mut App, id: VisitId) -> Vec<Effect> {
    let found = app.tabs.iter().enumerate().find_map(|(number, tab)| {
        let at = tab.visits.iter().position(|visit| visit.id == id)?;
        Some((number, at))
    });
    let Some((number, at)) = found else {
        return unshelve(app, id);
    };
    app.active = number;
    show_visit(app, at);
    focus(app, Focus::Response);
    Vec::new()
}

/// One that no tab led to becomes the newest of the tab shown.
fn unshelve(app: &mut App, id: VisitId) -> Vec<Effect> {
    let Some(at) = app.shelf.iter().position(|visit| visit.id == id) else {
        return Vec::new();
    };
    let visit = app.shelf.remove(at);
    let ahead = app.tab_mut().push(visit);
    let at = app.tab().at;
    show_visit(app, at);
    focus(app, Focus::Response);
    kept::shelve(app, ahead)
}
