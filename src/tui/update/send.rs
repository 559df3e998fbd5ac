//! From the request to a fetch, and the hand on a running one.

use crate::config::Knobs;
use crate::plan::{Options, Plan};
use crate::tui::app::{App, Focus, Tab};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::visit::{CameFrom, Visit};
use crate::url::Target;

use super::{completion, cookies, kept, tabs, url};

/// Types a URL and goes there.
pub fn open(app: &mut App, typed: &str) -> Vec<Effect> {
    app.tab_mut().url.set(typed.as_bytes());
    url::changed(app);
    perform(app, Action::Go)
}

/// Goes to a link's target: the request follows it, edited or not.
pub(super) fn follow(app: &mut App, target: &Target) -> Vec<Effect> {
    let tab = app.tab_mut();
    tab.url.set(target.to_string().as_bytes());
    url::changed(app);
    let tab = app.tab_mut();
    if tab.target.as_ref() != Some(target) {
        let bytes = tab.template(target);
        tab.request.set(&bytes);
        tab.target = Some(target.clone());
        tab.url_note = None;
    }
    perform(app, Action::Go)
}

pub(super) fn exercise(app: &mut App, number: usize) -> Vec<Effect> {
    let Some(exercise) = app.exercises().into_iter().nth(number) else {
        return Vec::new();
    };
    if app.playground.is_none() {
        app.complain("the playground could not start on this machine: type a URL instead");
        return Vec::new();
    }
    turn_knobs(
        app.tab_mut(),
        Knobs {
            options: exercise.options,
            ..Knobs::default()
        },
    );
    open(app, &exercise.url)
}

/// All knobs as they are here, but for those that say how this machine reaches others and
/// what is shown.
pub(super) fn turn_knobs(tab: &mut Tab, knobs: Knobs) {
    let proxies = std::mem::take(&mut tab.knobs.options.proxies);
    tab.knobs = Knobs {
        options: Options {
            proxies,
            ..knobs.options
        },
        redact: tab.knobs.redact,
        ..knobs
    };
}

pub(super) fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Go => {
            completion::take_chosen(app);
            let typed = remembered(app.tab());
            let effects = send(app, None);
            if !effects.is_empty() {
                app.typed.retain(|url| *url != typed);
                app.typed.push(typed);
                app.tab_mut().recalled = 0;
                tabs::focus(app, Focus::Response);
            }
            effects
        }
        Action::Send => send(app, None),
        Action::Pause => pause(app),
        Action::Step => match app.tab().running() {
            Some(id) => {
                if let Some(visit) = app.tab_mut().visit_mut() {
                    visit.paused = true;
                }
                vec![Effect::Step(id)]
            }
            None => send(app, Some(1)),
        },
        Action::Template => {
            url::template(app);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// The URL as it can be recalled.
fn remembered(tab: &Tab) -> String {
    let typed = tab.url.text();
    match Target::parse(&typed) {
        Ok(target) if tab.knobs.redact && target.userinfo.is_some() => target.without_userinfo(),
        _ => typed,
    }
}

/// `steps`: begin paused, with so many calls allowed.
fn send(app: &mut App, steps: Option<u32>) -> Vec<Effect> {
    let typed = app.tab().url.text();
    let target = match Target::parse(&typed) {
        Ok(target) => target,
        Err(err) => {
            app.complain(err.to_string());
            tabs::focus(app, Focus::Url);
            return Vec::new();
        }
    };
    cookies::before_send(app, &target);
    let left_out = cookies::left_out(app, &target);
    let now = app.now;
    let tab = app.tab_mut();
    let mut plan = tab.knobs.plan(target, tab.request.bytes());
    let place = (plan.target.host.clone(), plan.target.port);
    if tab.go_on_once.take() == Some(place) {
        plan.options.tls.verify = false;
    }
    plan.start = now;
    let effects = start(app, app.active, plan, steps, None);
    if let Some(words) = left_out {
        app.note(words);
    }
    effects
}

/// A fetch of this plan is the tab's next exchange.
pub(super) fn start(
    app: &mut App,
    number: usize,
    mut plan: Plan,
    steps: Option<u32>,
    came_from: Option<CameFrom>,
) -> Vec<Effect> {
    if let Some(practice) = &app.practice {
        practice.trust(&mut plan);
    }
    plan.options.tls.cert = app.tabs[number].certificate_for(&plan.target);
    let mut effects = Vec::new();
    let id = app.next_visit;
    app.next_visit += 1;
    let tab = &mut app.tabs[number];
    let mut visit = Visit::new(id, &plan);
    visit.paused = steps.is_some();
    visit.meaning.as_received = tab.as_received;
    visit.cookie.clone_from(&tab.cookie);
    visit.came_from = came_from;
    // One exchange at a time in a tab: what still runs in the one shown is cancelled.
    if let Some(old) = tab.visit().filter(|visit| !visit.over) {
        effects.push(Effect::Cancel(old.id));
    }
    let ahead = tab.push(visit);
    let pace = tab.knobs.pace;
    effects.extend(kept::shelve(app, ahead));
    effects.push(Effect::Fetch {
        id,
        plan: Box::new(plan),
        pace,
        paused: steps,
    });
    app.notice = None;
    effects
}

/// The tab's request once more.
pub(super) fn again(app: &mut App) -> Vec<Effect> {
    send(app, None)
}

/// The exchange that was refused once more, whatever the server's certificate says.
pub(super) fn go_on_once(app: &mut App) -> Vec<Effect> {
    let target = Target::parse(&app.tab().url.text()).ok();
    app.tab_mut().go_on_once = target.map(|target| (target.host, target.port));
    send(app, None)
}

fn pause(app: &mut App) -> Vec<Effect> {
    let Some(id) = app.tab().running() else {
        return send(app, Some(0));
    };
    let Some(visit) = app.tab_mut().visit_mut() else {
        return Vec::new();
    };
    visit.paused = !visit.paused;
    match visit.paused {
        true => vec![Effect::Pause(id)],
        false => vec![Effect::Resume(id)],
    }
}

pub(super) fn pace(app: &mut App) -> Vec<Effect> {
    let pace = app.tab().knobs.pace;
    app.note(match pace {
        Some(pace) => format!("{pace} calls a second"),
        None => "calls as fast as they go".to_owned(),
    });
    match app.tab().running() {
        Some(id) => vec![Effect::Pace(id, pace)],
        None => Vec::new(),
    }
}
