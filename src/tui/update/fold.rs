//! The Pretty view: which form a body has, the view that opens by itself, folding, and the
//! reading ahead.

use std::sync::Weak;

use crate::tui::app::App;
use crate::tui::formed::{Ahead, Formed};
use crate::tui::keymap::Action;
use crate::tui::lens;
use crate::tui::message::Effect;
use crate::tui::visit::{ViewKind, VisitId};
use crate::view::Pretty;
use crate::view::form::{Form, LOOKED_AT};
use crate::view::pretty::Folds;

use super::cursor;

/// Columns of the sign that a row folds.
const MARGIN: usize = 2;

/// Some of an exchange has come: as soon as its form is known, the view with the best
/// claim opens, unless the user chose one.
pub(super) fn arrived(app: &mut App, id: VisitId) {
    for tab in &mut app.tabs {
        let shown = tab.at;
        let visits = tab.visits.iter_mut().enumerate();
        let Some((at, visit)) = visits.into_iter().find(|(_, visit)| visit.id == id) else {
            continue;
        };
        if visit.formed.is_some() || visit.whole_answer().head.is_none() {
            return;
        }
        let content = visit.whole_content();
        // A file that cannot be read is no form; the rows say why.
        let first = content.read(0, LOOKED_AT).unwrap_or_default();
        // A coding that is left on makes other bytes of what the head names.
        let named = Some(visit.content_type()).filter(|_| !visit.is_coded());
        let named = named.filter(|value| !value.is_empty());
        let form = Form::of(named, &first);
        let Some(form) = form.or_else(|| visit.has_all(ViewKind::Pretty).then_some(Form::Plain))
        else {
            return;
        };
        let formed = Formed::new(form, visit.letters());
        let opens = ViewKind::best_for(&formed.form);
        if !formed.form.is_stream() {
            visit.scrolls[ViewKind::Pretty.index()].follow = false;
        }
        visit.formed = Some(formed);
        if at == shown && !tab.chose {
            tab.view = opens;
        }
        return;
    }
}

/// Rows that a frame would be long in reading are read ahead.
pub(super) fn keep_up(app: &mut App) -> Option<Effect> {
    let tab = app.tab_mut();
    if tab.view != ViewKind::Pretty {
        return None;
    }
    let visit = tab.visit_mut()?;
    let window = visit.whole_content();
    let has_all = visit.has_all(ViewKind::Pretty);
    let formed = visit.formed.as_mut().filter(|formed| formed.reads())?;
    if has_all {
        formed.look_at_rest(&window);
    }
    let (head, wanted) = formed.ahead(window.there())?;
    Some(Effect::LayOut {
        id: visit.id,
        head: Box::new(head),
        window,
        wanted,
    })
}

pub(super) fn laid_out(app: &mut App, id: VisitId, ahead: Ahead, wanted: &Weak<()>) {
    let Some(formed) = app.visit_by_id(id).and_then(|visit| visit.formed.as_mut()) else {
        return;
    };
    if !formed.waits_for(wanted) {
        return;
    }
    let Ahead { piece, done } = ahead;
    let Some(piece) = piece else {
        // What cannot be read is not asked for again.
        return;
    };
    formed.index.add(*piece);
    if done {
        formed.caught_up();
    }
    let end = formed.index.end();
    let goal = formed.goal.take_if(|goal| done || *goal < end);
    let tab = app.tab();
    let shown = tab.view == ViewKind::Pretty && tab.visit().is_some_and(|visit| visit.id == id);
    if let Some(goal) = goal.filter(|_| shown) {
        cursor::put(app, ViewKind::Pretty, goal);
    }
}

pub(super) fn perform(app: &mut App, action: Action) {
    let tab = app.tab_mut();
    let pretty = tab.view == ViewKind::Pretty;
    let formed = tab.visit_mut().and_then(|visit| visit.formed.as_mut());
    let Some(formed) = formed.filter(|formed| pretty && formed.reads() && formed.form.folds())
    else {
        let key = app.keys.key(Action::View(ViewKind::Pretty.number()));
        app.note(format!(
            "nothing folds here: {key} shows JSON, XML, HTML, CSS, JavaScript, multipart so"
        ));
        return;
    };
    formed.folds = match action {
        Action::FoldAll => Pretty::fold_all(&formed.form),
        _ => Folds::default(),
    };
    stay(app);
}

/// Folds or unfolds the row of the cursor; false where it does not fold.
pub(super) fn toggle(app: &mut App) -> bool {
    let tab = app.tab();
    let cursor = tab.visit().and_then(|visit| visit.cursor(tab.view));
    match cursor.map(|cursor| cursor.bytes.start) {
        Some(at) => toggle_at(app, at),
        None => false,
    }
}

/// A click on a row's sign; the row is counted from the first in sight.
pub(super) fn click(app: &mut App, row: usize, column: usize) -> bool {
    let area = lens::area(app);
    let tab = app.tab();
    let (kind, wrap) = (tab.view, tab.wrap);
    let Some(visit) = tab.visit().filter(|_| column < MARGIN) else {
        return false;
    };
    let at = lens::with(visit, kind, wrap, area, |view| {
        let top = lens::top(visit, kind, view, usize::from(area.height));
        let row = view.step(top, i64::try_from(row).unwrap_or(0));
        view.cells(row).first().map(|cell| cell.bytes.start)
    });
    at.is_some_and(|at| toggle_at(app, at))
}

fn toggle_at(app: &mut App, at: u64) -> bool {
    let tab = app.tab_mut();
    if tab.view != ViewKind::Pretty {
        return false;
    }
    let Some(visit) = tab.visit_mut() else {
        return false;
    };
    let window = visit.content();
    let Some(formed) = visit.formed.as_mut().filter(|formed| formed.reads()) else {
        return false;
    };
    let view = Pretty::new(window, &formed.form, &formed.index, &formed.folds);
    let Some(row) = view.foldable(at) else {
        return false;
    };
    formed.folds.toggle(row);
    stay(app);
    true
}

/// The cursor stays on its byte, or on what hides it.
fn stay(app: &mut App) {
    let tab = app.tab();
    let cursor = tab.visit().and_then(|visit| visit.cursor(ViewKind::Pretty));
    if let Some(at) = cursor.map(|cursor| cursor.bytes.start) {
        cursor::stand(app, at);
    }
}
