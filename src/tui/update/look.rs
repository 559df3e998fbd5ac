//! Looking: views, find, the socket log, and the ways out (copy, save, pager, editor).

use std::ops::Range;

use crate::event::Kind;
use crate::exchange::Starts;
use crate::exchange::dialogue::Byte;
use crate::export::Form;
use crate::tui::address::{self, Whence};
use crate::tui::app::{App, Ask, Focus};
use crate::tui::keymap::{Action, Motion, Place};
use crate::tui::message::Effect;
use crate::tui::visit::{ViewKind, Visit};

use super::{copy, cursor, find, fold, jump, kept, page, save, tabs};

pub(super) fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::View(number) => {
            if let Some(kind) = ViewKind::ALL
                .into_iter()
                .find(|kind| kind.number() == number)
            {
                if kind == ViewKind::Rendered {
                    page::choose_part(app);
                }
                app.tab_mut().chose = true;
                cursor::carry(app, kind);
            }
        }
        Action::Wrap => {
            let tab = app.tab_mut();
            tab.wrap ^= true;
            let wraps = tab.wrap;
            if let Some(visit) = tab.visit_mut() {
                for kind in [ViewKind::Text, ViewKind::Pretty] {
                    visit.scrolls[kind.index()].left = 0;
                }
            }
            let side = |motion| app.keys.key_in(Place::Response, Action::Move(motion));
            let words = match wraps {
                true => "long lines are wrapped".to_owned(),
                false => format!(
                    "long lines go on to the right: {} {}",
                    side(Motion::Right),
                    side(Motion::PageRight)
                ),
            };
            app.note(words);
        }
        Action::Jump => jump::ask(app),
        Action::Find => app.ask(Ask::Find, b""),
        Action::FindNext => return find::next(app, false),
        Action::FindPrevious => return find::next(app, true),
        Action::Save => save::open(app),
        Action::Copy => return copy::copy(app, Form::Text),
        Action::CopyForm(form) => return copy::copy(app, form),
        // Asked only where there is a body to go through it.
        Action::Pipe if with_body(app, Effect::Page).is_empty() => {}
        Action::Pipe => app.ask(Ask::Pipe, b""),
        Action::Page => return with_body(app, Effect::Page),
        Action::OpenCall => open_call(app),
        Action::OpenRecv if fold::toggle(app) || page::show_part(app) => {}
        Action::FoldAll | Action::UnfoldAll => fold::perform(app, action),
        Action::OpenRecv => match page::under_cursor(app) {
            Some(lead) => return page::follow(app, lead, false),
            None => open_recv(app),
        },
        Action::Ruler => ruler(app),
        Action::Inspect => inspect(app),
        _ => {}
    }
    Vec::new()
}

/// The chosen call's bytes, marked in the Wire view.
fn open_call(app: &mut App) {
    let Some(visit) = app.tab_mut().visit_mut() else {
        return;
    };
    let Some(last) = visit.exchange().log.calls().checked_sub(1) else {
        return;
    };
    let Some((_, event)) = visit.exchange().log.call(visit.call.unwrap_or(last)) else {
        return;
    };
    let range = match event.kind {
        Kind::Send { offset, sent, .. } => {
            let from = Byte::Sent(offset.saturating_sub(visit.exchange().sent_base));
            let from = visit.exchange().dialogue.address(from);
            from..from + u64::from(sent)
        }
        Kind::Recv { offset, bytes, .. } if bytes > 0 => {
            let from = Byte::Received(offset - visit.exchange().wire_base);
            let from = visit.exchange().dialogue.address(from);
            from..from + u64::from(bytes)
        }
        _ => {
            app.note("this call carried no bytes");
            return;
        }
    };
    open_bytes(app, range);
}

/// Marks bytes in the Wire view and goes there; `bytes` in its offsets.
pub(super) fn open_bytes(app: &mut App, bytes: Range<u64>) {
    let Some(visit) = app.tab_mut().visit_mut() else {
        return;
    };
    let start = bytes.start;
    visit.chosen = Some(bytes);
    cursor::put(app, ViewKind::Wire, start);
    tabs::focus(app, Focus::Response);
}

/// Bytes of the content, selected: in Pretty, or in the view of it that is shown.
pub(super) fn open_content(app: &mut App, bytes: Range<u64>) {
    let kind = match app.tab().view {
        kind @ (ViewKind::Text | ViewKind::Hex) => kind,
        _ => ViewKind::Pretty,
    };
    cursor::put(app, kind, bytes.start);
    let visit = app.tab_mut().visit_mut();
    let cursor = visit.and_then(|visit| visit.cursors[kind.index()].as_mut());
    if let Some(cursor) = cursor {
        cursor.from = Some(bytes.end.saturating_sub(1)..bytes.end);
    }
    tabs::focus(app, Focus::Response);
}

/// The call that brought the byte under the cursor, chosen in the log.
fn open_recv(app: &mut App) {
    let kind = app.tab().view;
    let Some(visit) = app.tab_mut().visit_mut() else {
        return;
    };
    let Some(at) = visit.cursor(kind).map(|cursor| cursor.bytes.start) else {
        app.note("no byte is pointed at: the arrows or a click show the cursor");
        return;
    };
    let call = match address::whence(visit, kind, at) {
        Whence::Sent(_, call) => call,
        Whence::Received(origin) | Whence::Decoded(_, _, origin) => origin.recv,
    };
    let Some(row) = call.and_then(|call| visit.exchange().log.row_of(call.event)) else {
        app.note("the call that brought this byte is not among the events that were kept");
        return;
    };
    visit.call = Some(row);
    tabs::focus(app, Focus::Socket);
}

fn ruler(app: &mut App) {
    let tab = app.tab_mut();
    let visit = tab.visit();
    let over_tls = visit.is_some_and(|visit| !visit.exchange().ledger.entries.is_empty());
    let (next, words) = match tab.ruler {
        None => (
            Some(Starts::Recvs),
            "underlined: the first byte that each recv() brought",
        ),
        Some(Starts::Recvs) => (
            Some(Starts::Chunks),
            "underlined: the first byte of each chunk",
        ),
        Some(Starts::Chunks) if over_tls => (
            Some(Starts::Records),
            "underlined: the first byte of each TLS record (of a chunked body, in Wire alone)",
        ),
        Some(Starts::Chunks | Starts::Records) => (None, "no ruler"),
    };
    tab.ruler = next;
    app.note(words);
}

/// Shows or hides what the bytes under the cursor are; a cursor comes with it.
fn inspect(app: &mut App) {
    let tab = app.tab_mut();
    tab.inspects ^= true;
    let kind = tab.view;
    let points = tab
        .visit()
        .is_some_and(|visit| visit.cursor(kind).is_some());
    if app.tab().inspects && !points {
        cursor::go(app, Motion::Right, false);
    }
}

/// F4: the request in the editor, the body elsewhere.
pub(super) fn edit_externally(app: &mut App) -> Vec<Effect> {
    match app.tab().focus {
        Focus::Request => vec![Effect::EditRequest(app.tab().request.bytes().to_vec())],
        _ => with_body(app, Effect::EditBody),
    }
}

/// The command that was typed has the body; nothing typed runs nothing.
pub(super) fn pipe(app: &mut App, command: String) -> Vec<Effect> {
    match command.trim().is_empty() {
        true => Vec::new(),
        false => with_body(app, |window| Effect::Pipe { window, command }),
    }
}

fn with_body(app: &mut App, effect: impl FnOnce(crate::body::Window) -> Effect) -> Vec<Effect> {
    if kept::is_gone(app) {
        return Vec::new();
    }
    match app.tab().visit().map(Visit::content) {
        Some(body) if body.len > 0 => vec![effect(body)],
        _ => {
            app.note("there is no body");
            Vec::new()
        }
    }
}
