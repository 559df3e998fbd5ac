//! Which response of the connection is looked at.

use crate::exchange::Pair;
use crate::tui::app::{App, Focus};
use crate::tui::keymap::Action;
use crate::tui::list::messages;
use crate::tui::visit::{ViewKind, Visit};

use super::{look, scroll, tabs};

/// The response before the one looked at, or the next one.
pub(super) fn perform(app: &mut App, action: Action) {
    let Some(visit) = app.tab().visit() else {
        app.note("nothing was fetched in this tab");
        return;
    };
    let shown = visit.answer().number;
    let mut numbers = visit.exchange().answers().map(|answer| answer.number);
    let (to, end) = match action {
        Action::PreviousAnswer => (numbers.rfind(|&it| it < shown), "first"),
        _ => (numbers.find(|&it| it > shown), "last"),
    };
    drop(numbers);
    match to {
        Some(number) => choose(app, number),
        None => app.note(format!("this is the {end} response of the connection")),
    }
}

/// Every view shows the response of this number from now on; after the newest one, the
/// newest.
pub(super) fn choose(app: &mut App, number: u32) {
    let in_wire = app.tab().view == ViewKind::Wire;
    let Some(visit) = app.tab_mut().visit_mut() else {
        return;
    };
    let before_newest = number <= visit.live.start.before;
    visit.looked_at = before_newest.then_some(number);
    let bytes = messages::bytes(visit);
    // The Wire view alone has the bytes of all of them.
    match in_wire {
        true => look::open_bytes(app, bytes),
        false => {
            let start = bytes.start;
            visit.chosen = Some(bytes);
            scroll::to(app, ViewKind::Wire, start);
            tabs::focus(app, Focus::Response);
        }
    }
}

/// Its row among the messages.
pub(super) fn row(visit: &Visit) -> usize {
    pair(visit).map_or(0, |(row, _)| row)
}

/// The request that it is to; `None` where nothing came.
pub(super) fn request(visit: &Visit) -> Option<&[u8]> {
    let (_, pair) = pair(visit)?;
    visit.outgoing.get(pair.bytes)
}

fn pair(visit: &Visit) -> Option<(usize, Pair<'_>)> {
    let shown = visit.answer().number;
    let is_shown = |pair: &Pair<'_>| pair.answer.as_ref().is_some_and(|it| it.number == shown);
    let mut pairs = visit.exchange().pairs(&visit.messages).enumerate();
    pairs.find(|(_, pair)| is_shown(pair))
}
