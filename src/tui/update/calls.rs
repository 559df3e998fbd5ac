//! The socket log: the call that is chosen, the calls that are selected, by key and by
//! mouse, and their text.

use std::ops::RangeInclusive;

use ratatui::layout::Rect;

use crate::tui::address::{Piece, Stretch};
use crate::tui::app::App;
use crate::tui::keymap::Motion;
use crate::tui::ui;
use crate::tui::visit::Visit;

/// Moves the chosen call; `select` takes those between along.
pub(super) fn go(app: &mut App, motion: Motion, select: bool) {
    let page = app
        .panes()
        .socket
        .map_or(10, |pane| usize::from(pane.height.max(4)) - 3);
    let Some(visit) = app.tab_mut().visit_mut() else {
        return;
    };
    let Some(last) = visit.exchange().log.calls().checked_sub(1) else {
        return;
    };
    let at = visit.call.unwrap_or(last);
    let to = match motion {
        Motion::Up => at.saturating_sub(1),
        Motion::Down => at + 1,
        Motion::PageUp => at.saturating_sub(page),
        Motion::PageDown => at + page,
        Motion::First => 0,
        Motion::Last => last + 1,
        _ => at,
    };
    visit.calls_top = None;
    if select {
        visit.calls_from.get_or_insert(at);
        visit.call = Some(to.min(last));
        return;
    }
    visit.calls_from = None;
    // Past the last one the log follows the newest again.
    visit.call = (to <= last).then_some(to);
}

pub(super) fn select_all(app: &mut App) {
    if let Some(visit) = app.tab_mut().visit_mut() {
        visit.calls_from = Some(0);
        visit.call = visit.exchange().log.calls().checked_sub(1);
    }
}

/// False where nothing was selected.
pub(super) fn unselect(app: &mut App) -> bool {
    let visit = app.tab_mut().visit_mut();
    visit.is_some_and(|visit| visit.calls_from.take().is_some())
}

/// A click in a row of the pane's inside, or a drag up to there. The rows stay where they
/// are; a drag past an end takes them along.
pub(super) fn point(app: &mut App, inner: Rect, y: u16, select: bool) {
    let height = usize::from(inner.height);
    let Some(visit) = app.tab_mut().visit_mut() else {
        return;
    };
    let Some(last) = visit.live.log.calls().checked_sub(1) else {
        return;
    };
    let top = ui::first_call(visit, height);
    let at = match usize::from(y).checked_sub(usize::from(inner.y)) {
        None if !select => return,
        None => top.saturating_sub(1),
        Some(row) => top + row.min(height),
    };
    if !select && at > last {
        return;
    }
    let at = at.min(last);
    visit.calls_from = match (select, visit.call) {
        (true, Some(chosen)) => visit.calls_from.or(Some(chosen)),
        _ => None,
    };
    visit.call = Some(at);
    visit.calls_top = Some(top.min(at).max((at + 1).saturating_sub(height)));
}

/// What `y` copies here: the calls selected, else the one chosen or the last one.
pub(super) fn source(visit: &Visit) -> Option<(Stretch, &'static str)> {
    let last = visit.exchange().log.calls().checked_sub(1)?;
    let one = visit.call.unwrap_or(last);
    let (rows, what) = match visit.selected_calls() {
        Some(rows) => (rows, "the calls selected"),
        None => (one..=one, "the call"),
    };
    let pieces = vec![Piece::Sent(0, text(visit, rows).into_bytes())];
    Some((Stretch { pieces }, what))
}

/// A call a line, as the log shows it where it has the room.
fn text(visit: &Visit, rows: RangeInclusive<usize>) -> String {
    rows.map_while(|row| ui::call_text(visit, row))
        .map(|line| line + "\n")
        .collect()
}
