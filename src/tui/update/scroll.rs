//! Scrolling the view shown; the cursor stays where it is.

use ratatui::layout::Rect;

use crate::tui::app::App;
use crate::tui::keymap::{Action, Motion};
use crate::tui::lens;
use crate::tui::visit::{ViewKind, Visit};
use crate::view::View;

/// A view as its rows lie on screen.
#[derive(Clone, Copy)]
pub(super) struct Sight {
    pub kind: ViewKind,
    pub wrap: bool,
    pub area: Rect,
}

/// The view shown, and whose it is.
pub(super) fn sight(app: &mut App) -> Option<(Sight, &mut Visit)> {
    let area = lens::area(app);
    let tab = app.tab_mut();
    let (kind, wrap) = (tab.view, tab.wrap);
    Some((Sight { kind, wrap, area }, tab.visit_mut()?))
}

impl Sight {
    pub fn with<T>(self, visit: &Visit, ask: impl FnOnce(&dyn View) -> T) -> T {
        lens::with(visit, self.kind, self.wrap, self.area, ask)
    }

    /// The anchor of the first row.
    pub fn top(self, visit: &Visit, view: &dyn View) -> u64 {
        lens::top(visit, self.kind, view, usize::from(self.area.height))
    }

    /// Rows of a page; one stays in sight.
    pub fn page(self) -> i64 {
        i64::from(self.area.height.max(2)) - 1
    }

    /// Columns in sight of a view that scrolls sideways; `None`: all are.
    pub fn columns(self, visit: &Visit) -> Option<usize> {
        let wraps = lens::wraps(visit, self.kind, self.wrap);
        (!wraps).then(|| usize::from(self.area.width.max(1)))
    }
}

pub(super) fn scroll(app: &mut App, motion: Motion) {
    match motion {
        Motion::PageLeft | Motion::PageRight => sideways(app, motion),
        _ => up_or_down(app, motion),
    }
}

fn up_or_down(app: &mut App, motion: Motion) {
    let Some((sight, visit)) = sight(app) else {
        return;
    };
    let mut scroll = visit.scrolls[sight.kind.index()];
    let page = sight.page();
    let (top, is_last) = sight.with(visit, |view| {
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
    visit.scrolls[sight.kind.index()] = scroll;
}

/// A page to a side; none where nothing in sight goes on there.
fn sideways(app: &mut App, motion: Motion) {
    let Some((sight, visit)) = sight(app) else {
        return;
    };
    let kind = sight.kind;
    let left = visit.scrolls[kind.index()].left;
    if motion == Motion::PageLeft {
        let columns = usize::from(sight.area.width.max(1));
        visit.scrolls[kind.index()].left = left.saturating_sub(columns);
        return;
    }
    let Some(columns) = sight.columns(visit) else {
        let key = app.keys.key(Action::Wrap);
        app.note(match kind {
            ViewKind::Text | ViewKind::Pretty => {
                format!("long lines are wrapped here; {key} unwraps them")
            }
            _ => "this view wraps its rows".to_owned(),
        });
        return;
    };
    visit.scrolls[kind.index()].left = left + columns;
    let past = sight.with(visit, |view| {
        let rows = view.rows(sight.top(visit, view), usize::from(sight.area.height));
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
    let Some((shown, visit)) = sight(app) else {
        return;
    };
    let sight = Sight { kind, ..shown };
    let top = sight.with(visit, |view| {
        view.step(view.anchor(offset), -i64::from(sight.area.height / 3))
    });
    let scroll = &mut visit.scrolls[kind.index()];
    scroll.top = top;
    scroll.follow = false;
}
