//! The lesson: opened, set up, turned on, and judged by what the calls show.

use crate::lesson::{self, FACTS, Judgement, Places, Seen, tell};
use crate::tui::app::{App, Focus};
use crate::tui::course::{Outcome, with_keys};
use crate::tui::keymap::Action;
use crate::tui::list::Of;
use crate::tui::message::Effect;
use crate::url::Target;

use super::{list, send, tabs, url};

/// What the browser opens on: the list, or the lesson of this name.
pub fn first(app: &mut App, name: Option<&str>) -> Vec<Effect> {
    let named = |name| lesson::all().iter().position(|lesson| lesson.name == name);
    match name.and_then(named) {
        Some(number) => open(app, number),
        None => list::open(app, Of::Lessons),
    }
    Vec::new()
}

pub(super) fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Lessons => list::open(app, Of::Lessons),
        _ if app.course.at().is_none() => {
            let key = app.keys.key(Action::Lessons);
            app.note(format!("no lesson is open: {key} lists them"));
        }
        Action::SetUp => return set_up(app),
        Action::NextStep => turn(app, true),
        Action::PreviousStep => turn(app, false),
        Action::LeaveLesson => app.course.leave(),
        _ => {}
    }
    Vec::new()
}

/// The lesson's first step that is not done, else its first.
pub(super) fn open(app: &mut App, lesson: usize) {
    let next = app.next_visit;
    app.course.turn_to(lesson, 0, next);
    while app.course.outcome().is_some() {
        match app.course.beside(true) {
            Some((same, step)) if same == lesson => app.course.turn_to(lesson, step, next),
            _ => {
                app.course.turn_to(lesson, 0, next);
                break;
            }
        }
    }
}

fn turn(app: &mut App, on: bool) {
    match app.course.beside(on) {
        Some((lesson, step)) => {
            let next = app.next_visit;
            app.course.turn_to(lesson, step, next);
        }
        None => list::open(app, Of::Lessons),
    }
}

/// URL, request and knobs are as the step wants them, and nothing runs; sending is the
/// learner's part.
fn set_up(app: &mut App) -> Vec<Effect> {
    let Some((_, step)) = app.course.open() else {
        return Vec::new();
    };
    let press = with_keys(&format!("{{{}}}", step.press), &app.keys);
    let Some(start) = &step.start else {
        app.note(format!(
            "this step goes on with what is there: {press} {}",
            step.press
        ));
        return Vec::new();
    };
    let practice = app.practice.as_ref();
    let tls = |kind| {
        let mut ports = practice?.ports.iter();
        ports.find(|(of, _)| *of == kind).map(|(_, port)| *port)
    };
    let url = app.playground.and_then(|pages| {
        let places = Places { pages, tls: &tls };
        start.url(&places)
    });
    let target = url.as_deref().map(Target::parse);
    let (Some(url), Some(Ok(target))) = (url, target) else {
        app.complain("the practice server of this step does not run, or not yet");
        return Vec::new();
    };
    let next = app.next_visit;
    app.course.begin_again(next);
    let tab = app.tab_mut();
    send::turn_knobs(tab, start.knobs.clone());
    tab.url.set(url.as_bytes());
    url::changed(app);
    let tab = app.tab_mut();
    let request = start.request(&target);
    let request = request.unwrap_or_else(|| tab.template(&target));
    tab.request.set(&request);
    tab.target = Some(target);
    tab.url_note = None;
    tabs::focus(app, Focus::Response);
    app.note(format!("it is set up: {press} {}", step.press));
    let running = app.tab().running();
    running.map(Effect::Cancel).into_iter().collect()
}

/// A step is done as soon as the calls show it, and stays done.
pub(super) fn keep_up(app: &mut App) {
    let (Some(at), None) = (app.course.at(), app.course.outcome()) else {
        return;
    };
    let shown = app.tab().visit().filter(|visit| visit.id >= at.since);
    let (Some((_, step)), Some(visit)) = (app.course.open(), shown) else {
        return;
    };
    let seen = Seen {
        exchange: &visit.live,
        request: &visit.request,
        now_us: visit.elapsed_us(app.now),
        paused: visit.paused && visit.runs(),
    };
    let (done, words) = match (step.judge(&seen), &step.unable) {
        (Judgement::Done, _) => (true, &step.notice),
        (Judgement::Unable, Some(unable)) => (false, &unable.why),
        _ => return,
    };
    let fact = |name: &str| {
        let (_, fact) = FACTS.iter().find(|(known, _)| *known == name)?;
        Some(fact(&seen))
    };
    let words = with_keys(&tell(words, fact), &app.keys);
    app.course.judged(Outcome { done, words });
}
