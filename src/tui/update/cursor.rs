//! The cursor in the response pane: keys and the mouse move it, the view scrolls with it.
//!
//! A cursor appears with the first arrow, click or hit. Until then pages and ends scroll,
//! as in a pager.

use crate::tui::address;
use crate::tui::app::App;
use crate::tui::cursor::{Cursor, first_cell};
use crate::tui::keymap::Motion;
use crate::tui::visit::{Scroll, ViewKind, Visit};
use crate::view::{Cell, View};

use super::scroll::{self, Sight, sight};

/// An arrow or a page key; with `select` it stretches the selection. A page to the side
/// leaves the cursor where it is.
pub(super) fn go(app: &mut App, motion: Motion, select: bool) {
    let Some((sight, visit)) = sight(app) else {
        return;
    };
    let kind = sight.kind;
    visit.awaited = None;
    if let Some(formed) = &mut visit.formed {
        formed.goal = None;
    }
    // The end of what still comes is not a byte to stand on.
    let follows = motion == Motion::Last && !select && !visit.has_all(kind);
    let moved = match visit.cursor(kind) {
        _ if follows => None,
        None if !select && !is_arrow(motion) => None,
        None => first(visit, sight, select),
        Some(cursor) => led(visit, sight, cursor, motion, select),
    };
    match moved {
        Some((cursor, scroll)) => {
            visit.cursors[kind.index()] = Some(cursor);
            visit.scrolls[kind.index()] = scroll;
        }
        None => {
            if follows {
                visit.cursors[kind.index()] = None;
            }
            // Beyond the bytes there may be rows of words.
            if !matches!(motion, Motion::Left | Motion::Right) {
                scroll::scroll(app, motion);
            }
        }
    }
}

/// The first arrow: on a byte in sight.
fn first(visit: &Visit, sight: Sight, select: bool) -> Option<(Cursor, Scroll)> {
    let kind = sight.kind;
    let scroll = visit.scrolls[kind.index()];
    let from_below = scroll.follow && !visit.has_all(kind) && kind != ViewKind::Headers;
    sight.with(visit, |view| {
        let top = sight.top(visit, view);
        let cell = first_cell(view, top, usize::from(sight.area.height), from_below)?;
        let mut cursor = Cursor::on(&cell);
        if select {
            cursor.from = Some(cell.bytes.clone());
        }
        let scroll = reveal(visit, sight, view, Scroll { top, ..scroll }, &cell);
        Some((cursor, scroll))
    })
}

/// Where a motion leads the cursor; nowhere, where no cell lies there.
fn led(
    visit: &Visit,
    sight: Sight,
    cursor: &Cursor,
    motion: Motion,
    select: bool,
) -> Option<(Cursor, Scroll)> {
    let (scroll, page) = (visit.scrolls[sight.kind.index()], sight.page());
    sight.with(visit, |view| {
        let cell = cursor.target(view, motion, page)?;
        let before = sight.top(visit, view);
        let top = match motion {
            Motion::First => 0,
            Motion::PageUp => view.step(before, -page),
            Motion::PageDown => {
                let last_top = view.step(view.last(), -page);
                view.step(before, page).min(last_top)
            }
            _ => before,
        };
        let scroll = reveal(visit, sight, view, Scroll { top, ..scroll }, &cell);
        Some((cursor.moved(&cell, motion, select), scroll))
    })
}

/// On this byte of a view, a third of the page above it; without one where none shows it.
pub(super) fn put(app: &mut App, kind: ViewKind, offset: u64) {
    scroll::show(app, kind, offset);
    stand(app, offset);
    let visit = app
        .tab_mut()
        .visit_mut()
        .filter(|_| kind == ViewKind::Pretty);
    if let Some(formed) = visit.and_then(|visit| visit.formed.as_mut()) {
        formed.await_row(offset);
    }
}

/// On this byte of the view shown, scrolled as little as brings it into sight.
pub(super) fn stand(app: &mut App, offset: u64) {
    let Some((sight, visit)) = sight(app) else {
        return;
    };
    let kind = sight.kind;
    let scroll = visit.scrolls[kind.index()];
    let put = sight.with(visit, |view| {
        let (_, cell) = view.cell_of(offset)?;
        let scroll = reveal(visit, sight, view, scroll, &cell);
        Some((Cursor::on(&cell), scroll))
    });
    let (cursor, scroll) = put.map_or((None, scroll), |(cursor, scroll)| (Some(cursor), scroll));
    visit.cursors[kind.index()] = cursor;
    visit.scrolls[kind.index()] = scroll;
}

/// On the cell that shows this byte, which need not be its first one; the page scrolls no
/// further than it takes to see it.
pub(super) fn put_near(app: &mut App, kind: ViewKind, offset: u64) {
    let Some((shown, visit)) = sight(app) else {
        return;
    };
    let sight = Sight { kind, ..shown };
    let scroll = visit.scrolls[kind.index()];
    let put = sight.with(visit, |view| {
        let top = sight.top(visit, view);
        let (_, cell) = view.cell_of(offset)?;
        let scroll = reveal(visit, sight, view, Scroll { top, ..scroll }, &cell);
        Some((Cursor::on(&cell), scroll))
    });
    if let Some((cursor, scroll)) = put {
        visit.cursors[kind.index()] = Some(cursor);
        visit.scrolls[kind.index()] = scroll;
    }
}

/// False where there was none to hide.
pub(super) fn hide(app: &mut App) -> bool {
    let tab = app.tab_mut();
    let kind = tab.view;
    let Some(visit) = tab.visit_mut() else {
        return false;
    };
    let hidden = visit.cursors[kind.index()].take().is_some();
    if hidden {
        visit.hit = None;
    }
    hidden
}

/// Another view is shown, its cursor on the byte that was pointed at in this one.
pub(super) fn carry(app: &mut App, to: ViewKind) {
    let tab = app.tab_mut();
    let from = tab.view;
    tab.view = to;
    let Some(visit) = tab.visit() else { return };
    let at = visit.cursor(from).map(|cursor| cursor.bytes.start);
    let same = at
        .filter(|_| from != to)
        .and_then(|at| address::translate(visit, from, at, to));
    if let Some(at) = same
        && visit
            .cursor(to)
            .is_none_or(|cursor| !cursor.bytes.contains(&at))
    {
        put(app, to, at);
    }
}

/// The cell in this row and column of the rows on screen; a drag selects up to it.
pub(super) fn point(app: &mut App, row: usize, column: usize, select: bool) {
    let Some((sight, visit)) = sight(app) else {
        return;
    };
    let kind = sight.kind;
    let mut scroll = visit.scrolls[kind.index()];
    let height = usize::from(sight.area.height);
    let pointed = sight.with(visit, |view| {
        let top = sight.top(visit, view);
        let row = view.step(top, i64::try_from(row.min(height)).unwrap_or(0));
        Some((top, view.cell_at(row, column + scroll.left)?))
    });
    let Some((top, cell)) = pointed else { return };
    let before = visit.cursors[kind.index()].take();
    let mut cursor = Cursor::on(&cell);
    if select {
        cursor.from = match before {
            Some(before) => Some(before.from.unwrap_or(before.bytes)),
            None => Some(cell.bytes.clone()),
        };
    }
    visit.cursors[kind.index()] = Some(cursor);
    scroll.top = top;
    scroll.follow = false;
    visit.scrolls[kind.index()] = scroll;
}

pub(super) fn select_all(app: &mut App) {
    let Some((sight, visit)) = sight(app) else {
        return;
    };
    let kind = sight.kind;
    let ends = sight.with(visit, |view| {
        let last = view.cells(view.anchor(u64::MAX)).pop()?;
        Some((view.cell_of(0)?.1, last))
    });
    if let Some((first, last)) = ends {
        let cursor = Cursor::on(&last);
        visit.cursors[kind.index()] = Some(Cursor {
            from: Some(first.bytes),
            ..cursor
        });
    }
}

fn is_arrow(motion: Motion) -> bool {
    matches!(
        motion,
        Motion::Left | Motion::Right | Motion::Up | Motion::Down | Motion::Home | Motion::End
    )
}

/// As little scrolling as brings a cell into sight.
fn reveal(visit: &Visit, sight: Sight, view: &dyn View, scroll: Scroll, cell: &Cell) -> Scroll {
    let row = view.anchor(cell.bytes.start);
    let down = i64::from(sight.area.height.max(1)) - 1;
    let top = if row < scroll.top {
        row
    } else {
        // Anchors order the rows: below the last one in sight, it becomes the last.
        scroll.top.max(view.step(row, -down))
    };
    let left = match sight.columns(visit) {
        _ if cell.columns.start < scroll.left => cell.columns.start,
        Some(columns) => scroll.left.max(cell.columns.end.saturating_sub(columns)),
        None => scroll.left,
    };
    Scroll {
        top,
        left,
        follow: false,
    }
}
