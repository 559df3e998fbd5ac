//! Redirects: followed on a key, or by themselves as the knob says; each hop is an
//! exchange of its own that knows where it came from.

use crate::plan::{Leads, Plan};
use crate::tui::app::{App, Focus};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::redirect;
use crate::tui::visit::{CameFrom, VisitId};
use crate::url::Target;

use super::{cookies, send, tabs};

/// To where the exchange shown leads.
pub(super) fn perform(app: &mut App) -> Vec<Effect> {
    let tab = app.active;
    let Some(visit) = app.tab().visit() else {
        app.note("nothing was fetched in this tab");
        return Vec::new();
    };
    match (redirect::leads(visit), Target::parse(&visit.url)) {
        (Leads::To(to), Ok(from)) => {
            if from.downgrades_to(&to) && !visit.warned {
                if let Some(visit) = app.tab_mut().visit_mut() {
                    visit.warned = true;
                }
                let key = app.keys.key(Action::Follow);
                app.complain(format!(
                    "from https to http: anybody on the way can read what goes to {} ({key} once more follows)",
                    to.authority()
                ));
                return Vec::new();
            }
            let effects = follow(app, tab);
            tabs::focus(app, Focus::Response);
            effects
        }
        (Leads::No, _) => {
            app.note("this response is no redirect");
            Vec::new()
        }
        _ => {
            let words = redirect::words(visit, &app.keys).unwrap_or_default();
            app.complain(words);
            Vec::new()
        }
    }
}

/// An exchange is over: its redirect is followed where the knob says so, nobody types,
/// and nothing speaks against it.
pub(super) fn by_itself(app: &mut App, id: VisitId) -> Vec<Effect> {
    let shows = |tab: &crate::tui::app::Tab| tab.visit().is_some_and(|visit| visit.id == id);
    let Some(number) = app.tabs.iter().position(shows) else {
        return Vec::new();
    };
    let tab = &app.tabs[number];
    let (Some(limit), Some(visit)) = (tab.knobs.follow, tab.visit()) else {
        return Vec::new();
    };
    let ended_well = visit.live.end.is_some() && visit.live.error.is_none();
    let (Leads::To(to), Ok(from)) = (redirect::leads(visit), Target::parse(&visit.url)) else {
        return Vec::new();
    };
    if !ended_well || matches!(tab.focus, Focus::Url | Focus::Request) {
        return Vec::new();
    }
    let hops = visit.came_from.map_or(0, |from| from.hops);
    let key = app.keys.key(Action::Follow);
    let knobs = app.keys.key(Action::Knobs);
    let against = if hops >= limit {
        Some(format!(
            "more than {limit} redirects, where fetch ends with 47 ({key} goes on, {knobs} allows more)"
        ))
    } else if from.downgrades_to(&to) {
        Some(format!(
            "from https to http: anybody on the way can read what goes to {} ({key} follows)",
            to.authority()
        ))
    } else {
        None
    };
    match against {
        Some(words) => {
            if let Some(visit) = app.tabs[number].visit_mut() {
                visit.warned = true;
            }
            app.complain(words);
            Vec::new()
        }
        None => follow(app, number),
    }
}

/// The next hop of the exchange that a tab shows.
fn follow(app: &mut App, number: usize) -> Vec<Effect> {
    let tab = &app.tabs[number];
    let Some(visit) = tab.visit() else {
        return Vec::new();
    };
    let (Some(head), Ok(target)) = (visit.whole_answer().head, Target::parse(&visit.url)) else {
        return Vec::new();
    };
    let came_from = CameFrom {
        id: visit.id,
        status: head.status,
        hops: visit
            .came_from
            .map_or(0, |from| from.hops)
            .saturating_add(1),
    };
    let plan = tab.knobs.plan(target.clone(), visit.request.clone());
    let Ok(Some(mut plan)) = plan.redirected(head.status, head.values("Location").next()) else {
        return Vec::new();
    };
    plan.start = app.now;
    // The line that the jar gave does not leave its origin: there, none was given.
    let crossed = !target.same_origin(&plan.target);
    let by_hand = crate::request::field(&visit.request, "Cookie") != visit.cookie.as_deref();
    let given = visit.cookie.clone().filter(|_| !crossed);
    let mut bytes = plan.request.to_vec();
    let cookie = match by_hand {
        true => visit.cookie.clone(),
        false => cookies::renewed(app, number, &plan.target, &mut bytes, given),
    };
    plan.request = bytes.into();
    let again = sent_before(app, number, &plan);
    let tab = &mut app.tabs[number];
    tab.url.set(plan.target.to_string().as_bytes());
    tab.request.set(&plan.request);
    tab.target = Some(plan.target.clone());
    tab.url_note = None;
    tab.cookie = cookie;
    let effects = send::start(app, number, plan, None, Some(came_from));
    if let Some(hops) = again {
        app.note(format!(
            "a loop: {hops} redirects ago this very request went out"
        ));
    }
    effects
}

/// How many hops of the chain lie between this request and the same one before it.
fn sent_before(app: &App, number: usize, plan: &Plan) -> Option<usize> {
    let tab = &app.tabs[number];
    let url = plan.target.to_string();
    let mut visit = tab.visit();
    let mut hops = 1;
    while let Some(before) = visit {
        if before.url == url && before.request == plan.request {
            return Some(hops);
        }
        let id = before.came_from?.id;
        visit = tab.visits.iter().find(|visit| visit.id == id);
        hops += 1;
    }
    None
}
