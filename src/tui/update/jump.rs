//! Going to a line, an offset or a part of what the view shows; to one that has not come
//! yet when it comes.

use crate::decode::Letters;
use crate::tui::address;
use crate::tui::app::{App, Ask};
use crate::tui::jump::{Jump, Place};
use crate::tui::message::Effect;
use crate::tui::visit::{ViewKind, Visit, VisitId};

use super::cursor;

pub(super) fn ask(app: &mut App) {
    if app.tab().visit().is_some() {
        app.ask(Ask::Jump, b"");
    }
}

pub(super) fn to(app: &mut App, typed: &str) -> Vec<Effect> {
    if typed.trim().is_empty() {
        return Vec::new();
    }
    match Jump::typed(typed) {
        Ok(jump) => go(app, jump),
        Err(why) => app.complain(format!("{typed}: {why}")),
    }
    Vec::new()
}

/// More has come, or all has: goes where one waits to go.
pub(super) fn arrived(app: &mut App, id: VisitId) {
    let kind = app.tab().view;
    let waits = app.tab_mut().visit_mut().filter(|visit| visit.id == id);
    let Some(visit) = waits else { return };
    match visit.awaited {
        Some((view, jump)) if view == kind => {
            if visit.has_all(kind)
                || !matches!(place(visit, kind, jump), Ok(Place::Beyond | Place::Nowhere))
            {
                go(app, jump);
            }
        }
        // Another view is looked at since.
        _ => visit.awaited = None,
    }
}

fn go(app: &mut App, jump: Jump) {
    let kind = app.tab().view;
    let Some(visit) = app.tab_mut().visit_mut() else {
        return;
    };
    visit.awaited = None;
    let words = jump.words();
    let window = address::window(visit, kind);
    let shown = |at: u64| address::in_view(visit, kind, &(at..at.saturating_add(1))).start;
    match place(visit, kind, jump) {
        Ok(Place::At(at)) => {
            let shown = shown(at);
            cursor::put(app, kind, shown);
            app.note(format!("{words}, at byte {at}"));
        }
        Ok(Place::Beyond | Place::Nowhere) if visit.past.is_none() && !visit.has_all(kind) => {
            visit.awaited = Some((kind, jump));
            app.note(format!(
                "{words} has not come yet: it is gone to when it does"
            ));
        }
        Ok(Place::Nowhere) => app.note("there is no byte to go to"),
        Ok(Place::Beyond) => {
            let there = window.there();
            let end = match (jump, window.line_count()) {
                (Jump::Line(_), Ok(lines)) => format!("the last line is {lines}"),
                _ => format!("the last byte is at {}", there.saturating_sub(1)),
            };
            let shown = shown(there.saturating_sub(1));
            cursor::put(app, kind, shown);
            app.note(format!("no {words}: {end}"));
        }
        Err(err) => app.complain(format!("{words}: {err}")),
    }
}

fn place(visit: &Visit, kind: ViewKind, jump: Jump) -> std::io::Result<Place> {
    let window = address::window(visit, kind);
    let place = jump.place(&window, announced(visit, kind))?;
    Ok(match (place, jump, visit.letters()) {
        // The zero behind a little-endian LF belongs to it.
        (Place::At(at), Jump::Line(_), Letters::Utf16 { .. }) if kind.shows_content() => {
            Place::At(at + at % 2)
        }
        _ => place,
    })
}

/// Bytes that the view will show in the end, where that is still to come and known.
fn announced(visit: &Visit, kind: ViewKind) -> Option<u64> {
    if visit.over {
        return None;
    }
    // What a coded body will decode to, nobody has said.
    if kind.shows_content() && visit.meaning.shown().is_some() {
        return None;
    }
    let exchange = visit.exchange();
    let body = exchange.progress().and_then(|progress| progress.total)?;
    match kind {
        ViewKind::Wire => Some(exchange.head_bytes + body),
        // All of an earlier response is there.
        _ if visit.answer().is_over => None,
        _ => Some(body),
    }
}
