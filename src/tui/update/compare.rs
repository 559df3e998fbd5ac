//! Comparing two exchanges: which are laid side by side, and when their bodies are read.

use crate::body::Window;
use crate::tui::app::{App, Popup};
use crate::tui::compare::{Bodies, Compare};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::visit::VisitId;

/// The exchange shown beside the one before it in its tab.
pub(super) fn with_before(app: &mut App) -> Vec<Effect> {
    let tab = app.tab();
    let before = tab.at.checked_sub(1).and_then(|at| tab.visits.get(at));
    match before.map(|visit| visit.id) {
        Some(before) => with(app, before),
        None => {
            let (list, with) = (
                app.keys.key(Action::Exchanges),
                app.keys.key(Action::CompareWith),
            );
            app.note(format!(
                "no exchange before this one in the tab: {list}, then {with} takes any"
            ));
            Vec::new()
        }
    }
}

/// The exchange shown beside another one.
pub(super) fn with(app: &mut App, other: VisitId) -> Vec<Effect> {
    match app.tab().visit().map(|visit| visit.id) {
        None => app.note("nothing was fetched in this tab: nothing to compare with"),
        Some(shown) if shown == other => {
            app.note("that is the exchange shown: another one is compared with it");
        }
        Some(shown)
            if [shown, other]
                .iter()
                .any(|&id| app.visit(id).is_some_and(|visit| visit.gone)) =>
        {
            app.note("the bytes of one of them are gone: they made room for newer ones");
        }
        Some(shown) => {
            app.popup = Some(Popup::Compare(Compare::new([shown, other])));
            return read_bodies(app);
        }
    }
    Vec::new()
}

/// Asks for the bodies to be compared, where both are whole and nobody did yet.
pub(super) fn read_bodies(app: &mut App) -> Vec<Effect> {
    let Some(Popup::Compare(open)) = &app.popup else {
        return Vec::new();
    };
    let body = |id| {
        let visit = app.visit(id).filter(|visit| visit.over)?;
        Some(visit.whole_body())
    };
    let [Some(a), Some(b)] = open.pair.map(body) else {
        return Vec::new();
    };
    let (pair, wanted) = (open.pair, open.wanted());
    if open.bodies != Bodies::Coming {
        return Vec::new();
    }
    compared(app, pair, Bodies::Comparing(0));
    let bodies: Box<[Window; 2]> = Box::new([a, b]);
    vec![Effect::Compare {
        pair,
        bodies,
        wanted,
    }]
}

/// What came of the bodies of these two.
pub(super) fn compared(app: &mut App, pair: [VisitId; 2], bodies: Bodies) {
    let [a, b] = pair;
    if let Some(Popup::Compare(open)) = &mut app.popup
        && (open.pair == pair || open.pair == [b, a])
    {
        open.bodies = bodies;
    }
}
