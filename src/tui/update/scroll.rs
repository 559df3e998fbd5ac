//! Scrolling the view shown; the cursor stays where it is.

use crate::tui::app::App;
use crate::tui::keymap::{Action, Motion};
use crate::tui::lens;
use crate::tui::visit::ViewKind;

pub(super) fn scroll(app: &mut App, motion: Motion) {
    match motion {
        Motion::PageLeft | Motion::PageRight => sideways(app, motion),
        _ => up_or_down(app, motion),
    }
}

fn up_or_down(app: &mut App, motion: Motion) {
    let area = lens::area(app);
    let tab = app.tab_mut();
    let (kind, wrap) = (tab.view, tab.wrap);
    let Some(visit) = tab.visit_mut() else { return };
    let mut scroll = visit.scrolls[kind.index()];
    let page = i64::from(area.height.max(2)) - 1;
    let (top, is_last) = lens::with(visit, kind, wrap, area, |view| {
        let last_top = || view.step(view.last(), -page);
        let from = || match scroll.follow {
            true => last_top(),
            false => scroll.top,
        };
        let top = match motion {
            Motion::Up => view.step(from(), -1),
            Motion::Down => view.step(from(), 1),
            Motion::PageUp => view.step(from(), -page),
            Motion::PageDown => view.step(from(), page),
            Motion::First => 0,
            Motion::Last => return (last_top(), true),
            _ => from(),
        };
        // A way down a page from here is short; one up from the end is read from the
        // checkpoint before each of its pieces.
        let below = view.step(top, page);
        match view.step(below, 1) > below {
            true => (top, false),
            false => (last_top(), true),
        }
    });
    scroll.top = top;
    scroll.follow = is_last && !matches!(motion, Motion::Up | Motion::PageUp | Motion::First);
    visit.scrolls[kind.index()] = scroll;
}

/// A page to a side; none where nothing in sight goes on there.
fn sideways(app: &mut App, motion: Motion) {
    let area = lens::area(app);
    let tab = app.tab_mut();
    let (kind, wrap) = (tab.view, tab.wrap);
    let Some(visit) = tab.visit_mut() else { return };
    let (columns, height) = (usize::from(area.width.max(1)), usize::from(area.height));
    let left = visit.scrolls[kind.index()].left;
    if motion == Motion::PageLeft {
        visit.scrolls[kind.index()].left = left.saturating_sub(columns);
        return;
    }
    if lens::wraps(visit, kind, wrap) {
        let key = app.keys.key(Action::Wrap);
        app.note(match kind {
            ViewKind::Text | ViewKind::Pretty => {
                format!("long lines are wrapped here; {key} unwraps them")
            }
            _ => "this view wraps its rows".to_owned(),
        });
        return;
    }
    visit.scrolls[kind.index()].left = left + columns;
    let past = lens::with(visit, kind, wrap, area, |view| {
        let rows = view.rows(lens::top(visit, kind, view, height), height);
        let first = view.anchor(0);
        // The head above a body stays where it is.
        let mut of_body = rows.iter().filter(|row| row.at >= first);
        of_body.all(|row| row.spans.is_empty())
    });
    if past {
        visit.scrolls[kind.index()].left = left;
    }
}

/// Shows a view, scrolled to an offset of its own.
pub(super) fn show(app: &mut App, kind: ViewKind, offset: u64) {
    app.tab_mut().view = kind;
    to(app, kind, offset);
}

/// Scrolls a view to an offset of its own, a third of the page above it.
pub(super) fn to(app: &mut App, kind: ViewKind, offset: u64) {
    let area = lens::area(app);
    let tab = app.tab_mut();
    let wrap = tab.wrap;
    let Some(visit) = tab.visit_mut() else { return };
    let top = lens::with(visit, kind, wrap, area, |view| {
        view.step(view.anchor(offset), -i64::from(area.height / 3))
    });
    let scroll = &mut visit.scrolls[kind.index()];
    scroll.top = top;
    scroll.follow = false;
}
