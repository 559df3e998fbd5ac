//! The content of a body: its decoding as the bytes come, its charset, what the user
//! wants of both.

use crate::decode::Codings;
use crate::decode::charset::CHOICES;
use crate::tui::app::App;
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::rendering::Rendering;
use crate::tui::unpack::{State, Unpacked};
use crate::tui::visit::{Scroll, ViewKind, Visit, VisitId};

use super::{find, fold, jump};

pub(super) fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::AsReceived => as_received(app),
        Action::UnpackOn => go_on(app),
        _ => Vec::new(),
    }
}

/// More of an exchange has come, or all of it has. Who is told, in this order: the thread
/// that decodes, then all that hangs on the content.
pub(super) fn arrived(app: &mut App, id: VisitId) -> Vec<Effect> {
    let mut effects = turn(app, id);
    effects.extend(feed(app, id));
    effects.extend(grown(app, id));
    effects
}

/// The content has grown, or will no more: its charset and its form are looked for, then
/// come those who wait for a place or a hit in it.
fn grown(app: &mut App, id: VisitId) -> Vec<Effect> {
    if let Some(visit) = app.visit_by_id(id) {
        visit.sniff();
    }
    fold::arrived(app, id);
    if let Some(visit) = app.visit_by_id(id) {
        visit.read_events();
    }
    jump::arrived(app, id);
    find::arrived(app, id)
}

/// What the views hold is of the response that is looked at.
pub(super) fn keep_up(app: &mut App) -> Vec<Effect> {
    match app.tab().visit() {
        Some(visit) if visit.meaning.of != visit.answer().number => {
            let id = visit.id;
            arrived(app, id)
        }
        _ => Vec::new(),
    }
}

/// Where another response is looked at, all that was found out begins anew.
fn turn(app: &mut App, id: VisitId) -> Vec<Effect> {
    let Some(visit) = app.visit_by_id(id) else {
        return Vec::new();
    };
    let number = visit.answer().number;
    let before = std::mem::replace(&mut visit.meaning.of, number);
    if before == number || before == 0 {
        return Vec::new();
    }
    visit.meaning.decoded = None;
    visit.rendering = Rendering::default();
    look_anew(visit);
    let headers = ViewKind::Headers.index();
    visit.scrolls[headers] = Scroll::default();
    visit.cursors[headers] = None;
    visit.hit.take_if(|(of, _)| *of == ViewKind::Headers);
    match app.tab().visit() {
        Some(shown) if shown.id == id => find_anew(app),
        _ => Vec::new(),
    }
}

/// What was found or waits to be is in other bytes.
fn find_anew(app: &mut App) -> Vec<Effect> {
    let find = &mut app.tab_mut().find;
    (find.since, find.awaited, find.count) = (None, None, None);
    vec![Effect::StopFinding]
}

fn feed(app: &mut App, id: VisitId) -> Vec<Effect> {
    let Some(visit) = app.visit_by_id(id) else {
        return Vec::new();
    };
    let body = visit.whole_body();
    let over = visit.answer_is_over();
    let mut begins = None;
    if visit.meaning.decoded.is_none() && body.len > 0 {
        let head = visit.whole_answer().head;
        let codings = head.map(Codings::of_head).unwrap_or_default();
        if !codings.undone.is_empty() {
            visit.meaning.begin(codings.clone());
            begins = Some(codings);
        }
    }
    let answer = visit.meaning.of;
    let Some(decoded) = &mut visit.meaning.decoded else {
        return Vec::new();
    };
    if !decoded.told(body.len, over) {
        return Vec::new();
    }
    vec![Effect::Unpack {
        id,
        answer,
        begins,
        body,
        over,
    }]
}

/// How far the body of the response of this number is decoded.
pub(super) fn unpacked(app: &mut App, id: VisitId, answer: u32, unpacked: Unpacked) -> Vec<Effect> {
    let visit = app.visit_by_id(id);
    let visit = visit.filter(|visit| visit.meaning.of == answer);
    if let Some(decoded) = visit.and_then(|visit| visit.meaning.decoded.as_mut()) {
        decoded.take(unpacked);
    }
    grown(app, id)
}

/// Decoded, or as received: for the tab, so also for what it fetches next.
fn as_received(app: &mut App) -> Vec<Effect> {
    let tab = app.tab_mut();
    tab.as_received ^= true;
    let as_received = tab.as_received;
    for visit in &mut tab.visits {
        visit.meaning.as_received = as_received;
        look_anew(visit);
        visit.sniff();
    }
    let ids: Vec<VisitId> = tab.visits.iter().map(|visit| visit.id).collect();
    let stop = find_anew(app);
    for id in ids {
        fold::arrived(app, id);
    }
    let coded = app
        .tab()
        .visit()
        .is_some_and(|visit| visit.meaning.decoded.is_some());
    app.note(match (as_received, coded) {
        (true, true) => "the body as it was received, its content coding left on",
        (false, true) => "the body decoded",
        (true, false) => "bodies are shown as received; this one has no content coding",
        (false, false) => "coded bodies are shown decoded; this one has no content coding",
    });
    stop
}

/// Offsets that were of other bytes mean nothing any more.
fn look_anew(visit: &mut Visit) {
    let content = |kind: &ViewKind| kind.shows_content();
    let over = visit.answer_is_over();
    for kind in ViewKind::ALL.into_iter().filter(content) {
        let scroll = &mut visit.scrolls[kind.index()];
        *scroll = Scroll {
            follow: scroll.follow && !over,
            ..Scroll::default()
        };
        visit.cursors[kind.index()] = None;
        visit.hit.take_if(|(of, _)| *of == kind);
    }
    visit.formed = None;
    visit.rendering.part = None;
    visit.awaited = None;
    visit.meaning.look_again();
}

fn go_on(app: &mut App) -> Vec<Effect> {
    let visit = app.tab().visit();
    let decoded = visit.and_then(|visit| Some((visit.id, visit.meaning.decoded.as_ref()?)));
    match decoded {
        Some((id, decoded)) if decoded.state == State::Limit => vec![Effect::UnpackOn(id)],
        _ => {
            app.note("no decoding waits at a limit");
            Vec::new()
        }
    }
}

/// A row of the list of charsets; `None`: what the bytes and the head say.
pub(super) fn choose_charset(app: &mut App, choice: Option<usize>) {
    let Some(visit) = app.tab_mut().visit_mut() else {
        return;
    };
    let encoding = choice.and_then(|at| CHOICES.get(at).copied());
    visit.meaning.choose(encoding);
    visit.sniff();
    let words = visit.meaning.charset.words();
    app.note(words);
}
