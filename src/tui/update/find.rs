//! Find: `/` asks, n and N go from hit to hit and round the ends, all are counted.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use encoding_rs::{Encoding, UTF_8};

use crate::body::Tally;
use crate::tui::app::{App, Tab};
use crate::tui::finder::{Search, Way};
use crate::tui::keymap::Action;
use crate::tui::lens;
use crate::tui::message::Effect;
use crate::tui::search::{Awaited, Count, Find, Looked, Nth, pattern};
use crate::tui::searched;
use crate::tui::visit::{ViewKind, VisitId};

use super::cursor;

/// What was typed after `/`; nothing leaves it.
pub(super) fn begin(app: &mut App, typed: String) -> Vec<Effect> {
    let hex = app.tab().view == ViewKind::Hex;
    if let Some(visit) = app.tab_mut().visit_mut() {
        visit.hit = None;
    }
    app.tab_mut().find = Find::default();
    if typed.is_empty() {
        return vec![Effect::StopFinding];
    }
    let encoding = charset(app.tab());
    match pattern(&typed, hex, encoding) {
        Ok(pattern) => {
            app.tab_mut().find = Find {
                typed,
                pattern: Some(Arc::new(pattern)),
                hex,
                encoding,
                ..Find::default()
            };
            next(app, false)
        }
        Err(why) => {
            app.complain(format!("{typed}: {why}"));
            vec![Effect::StopFinding]
        }
    }
}

/// That of the text which is looked through.
fn charset(tab: &Tab) -> &'static Encoding {
    match tab.visit().filter(|_| tab.view.shows_content()) {
        Some(visit) => visit.meaning.charset.encoding,
        None => UTF_8,
    }
}

/// What was typed, in the charset of what is shown now.
fn encode(app: &mut App) -> Result<(), String> {
    let encoding = charset(app.tab());
    let find = &mut app.tab_mut().find;
    if find.pattern.is_some() && find.encoding != encoding {
        let pattern = pattern(&find.typed, find.hex, encoding)
            .map_err(|why| format!("{}: {why}", find.typed))?;
        find.pattern = Some(Arc::new(pattern));
        find.encoding = encoding;
        find.count = None;
    }
    Ok(())
}

/// From the last hit on, or from where the cursor was moved to since.
pub(super) fn next(app: &mut App, back: bool) -> Vec<Effect> {
    if let Err(why) = encode(app) {
        app.complain(why);
        return Vec::new();
    }
    let area = lens::area(app);
    let now = app.now;
    let tab = app.tab();
    let kind = tab.view;
    let Some(pattern) = tab.find.pattern.clone() else {
        let key = app.keys.key(Action::Find);
        app.note(format!("nothing is looked for: {key} asks"));
        return Vec::new();
    };
    let Some(visit) = tab.visit() else {
        return Vec::new();
    };
    let at = visit.cursor(kind).map(|cursor| cursor.bytes.start);
    let hit = match &visit.hit {
        Some((of, hit)) if *of == kind && at.is_none_or(|at| at == hit.start) => Some(hit.clone()),
        _ => None,
    };
    let from = match &hit {
        Some(hit) if back => hit.start,
        Some(hit) => pattern.behind(hit),
        None => at.unwrap_or_else(|| lens::first_byte(visit, kind, tab.wrap, area)),
    };
    let pieces = searched::pieces(visit, kind);
    let whole = searched::end(&pieces);
    let effect = Effect::Find {
        search: Search {
            id: visit.id,
            view: kind,
            pieces,
            pattern,
        },
        way: Way {
            from,
            back,
            steady: hit.is_some(),
            round: true,
        },
    };
    let find = &mut app.tab_mut().find;
    find.since = Some(now);
    find.looked = Looked { done: 0, whole };
    find.awaited = None;
    vec![effect]
}

/// An answer.
pub(super) fn found(
    app: &mut App,
    id: VisitId,
    view: ViewKind,
    hit: Option<Range<u64>>,
    wrapped: bool,
    way: Way,
) -> Vec<Effect> {
    let leads = |tab: &Tab| tab.visits.iter().any(|visit| visit.id == id);
    let Some(number) = app.tabs.iter().position(leads) else {
        return Vec::new();
    };
    let tab = &mut app.tabs[number];
    // Called off, and told all the same.
    if tab.find.since.take().is_none() {
        return Vec::new();
    }
    let shown = tab.visit().is_some_and(|visit| visit.id == id);
    let Some(visit) = tab.visits.iter_mut().find(|visit| visit.id == id) else {
        return Vec::new();
    };
    visit.hit = hit.clone().map(|hit| (view, hit));
    let pieces = searched::pieces(visit, view);
    let Some(hit) = hit else {
        let more = searched::end(&pieces) > tab.find.looked.whole;
        let comes = (!visit.has_all(view) || more) && visit.past.is_none();
        return missed(app, number, id, view, comes && !way.back);
    };
    let len = searched::end(&pieces);
    let base = hit.start;
    let same = |count: &&mut Count| (count.id, count.view, count.len) == (id, view, len);
    let effects = match (tab.find.count.as_mut().filter(same), &tab.find.pattern) {
        (Some(count), _) if way.steady => {
            count.step(way.back, wrapped);
            Vec::new()
        }
        (_, None) => Vec::new(),
        (_, Some(pattern)) => {
            let search = Search {
                id,
                view,
                pieces,
                pattern: Arc::clone(pattern),
            };
            tab.find.count = Some(Count {
                id,
                view,
                len,
                base,
                tally: Tally::default(),
                done: Some(0),
                since: app.now,
                nth: Nth::FromBase(0),
            });
            vec![Effect::Count { search, base }]
        }
    };
    if shown && number == app.active {
        let typed = tab.find.typed.clone();
        cursor::put(app, view, hit.start);
        app.note(match (wrapped, way.back) {
            (false, _) => format!(
                "found {typed} ({}: next, {}: previous)",
                app.keys.key(Action::FindNext),
                app.keys.key(Action::FindPrevious)
            ),
            (true, false) => format!("found {typed}, from the top again"),
            (true, true) => format!("found {typed}, from the end again"),
        });
    }
    effects
}

/// No hit so far; where more `comes`, that is looked through.
fn missed(app: &mut App, tab: usize, id: VisitId, view: ViewKind, comes: bool) -> Vec<Effect> {
    let since = app.now;
    let find = &mut app.tabs[tab].find;
    find.count = None;
    let typed = find.typed.clone();
    let Some(pattern) = find.pattern.as_ref().filter(|_| comes) else {
        app.note(format!("not found: {typed}"));
        return Vec::new();
    };
    let from = find.looked.whole.saturating_sub(pattern.reach());
    find.awaited = Some(Awaited {
        id,
        view,
        from,
        since,
    });
    app.note(format!(
        "not found so far: {typed}; what comes is looked through"
    ));
    arrived(app, id)
}

/// More has come, or all has: what is new of it is looked through for a hit that was not
/// found so far, ten times a second at most.
pub(super) fn arrived(app: &mut App, id: VisitId) -> Vec<Effect> {
    const PAUSE: Duration = Duration::from_millis(100);
    let now = app.now;
    let mut effects = Vec::new();
    for tab in &mut app.tabs {
        let find = &mut tab.find;
        let waits = find
            .awaited
            .filter(|waits| waits.id == id && find.since.is_none());
        let visit = tab.visits.iter().find(|visit| visit.id == id);
        let (Some(waits), Some(visit), Some(pattern)) = (waits, visit, &find.pattern) else {
            continue;
        };
        if !visit.has_all(waits.view) && now.saturating_duration_since(waits.since) < PAUSE {
            continue;
        }
        let pieces = searched::pieces(visit, waits.view);
        let whole = searched::end(&pieces);
        if whole <= waits.from {
            continue;
        }
        effects.push(Effect::Find {
            search: Search {
                id,
                view: waits.view,
                pieces,
                pattern: Arc::clone(pattern),
            },
            way: Way {
                from: waits.from,
                back: false,
                steady: false,
                round: false,
            },
        });
        find.awaited = None;
        find.since = Some(now);
        find.looked = Looked { done: 0, whole };
    }
    effects
}

/// So many bytes are looked at.
pub(super) fn looked(app: &mut App, id: VisitId, done: u64) {
    let shown = |tab: &&mut Tab| tab.visits.iter().any(|visit| visit.id == id);
    if let Some(tab) = app.tabs.iter_mut().find(shown) {
        tab.find.looked.done = done;
    }
}

/// How far a count is; `done` is `None` at its end.
pub(super) fn counted(
    app: &mut App,
    id: VisitId,
    view: ViewKind,
    base: u64,
    tally: Tally,
    done: Option<u64>,
) {
    let counts = app
        .tabs
        .iter_mut()
        .filter_map(|tab| tab.find.count.as_mut());
    for count in counts {
        if (count.id, count.view, count.base) == (id, view, base) {
            count.tally = tally;
            count.done = done;
        }
    }
}

/// Esc: what still looks or counts is called off; false where nothing does.
pub(super) fn stop(app: &mut App) -> bool {
    let find = &mut app.tab_mut().find;
    let busy = find.busy() || find.awaited.is_some();
    if busy {
        find.awaited = None;
        find.since = None;
        find.count = None;
    }
    busy
}
