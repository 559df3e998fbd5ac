//! The past: stepping and playing through an exchange as it was, and other end modes'
//! judgement of it.

use crate::body::Window;
use crate::exchange::Log;
use crate::plan::DEFAULT_END_TIMEOUT;
use crate::rejudge::Judged;
use crate::request;
use crate::tui::app::{App, Popup};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::ui::paint;
use crate::tui::visit::{Play, Visit, VisitId};

use super::kept;

/// Speeds of playing: a sixteenth of the real one to 64 times it.
const SPEEDS: std::ops::RangeInclusive<f64> = 1.0 / 16.0..=64.0;

pub(super) fn perform(app: &mut App, action: Action) {
    let now = app.now;
    let Some(visit) = app.tab_mut().visit_mut() else {
        app.note("nothing was fetched in this tab");
        return;
    };
    let Some(last) = visit.live.log.calls().checked_sub(1) else {
        return;
    };
    let at = visit.past_row().unwrap_or(last);
    let row = match action {
        Action::MomentBack => at.saturating_sub(1),
        Action::MomentForward => at + 1,
        Action::MomentFirst => 0,
        Action::MomentLast => last + 1,
        Action::Play => return play(visit, now),
        Action::Slower => return change_speed(app, 0.5),
        Action::Faster => return change_speed(app, 2.0),
        _ => return,
    };
    visit.play = None;
    visit.show_moment(row);
    let steps = matches!(action, Action::MomentBack | Action::MomentForward);
    if let Some(calls) = leapt(&visit.live.log, at, row).filter(|_| steps) {
        app.note(format!(
            "{} calls of this long exchange were counted, not kept: this is the far side of them",
            paint::count(calls)
        ));
    }
}

/// How many calls lie unkept between two rows.
fn leapt(log: &Log, from: usize, to: usize) -> Option<u64> {
    let most = log.calls().checked_sub(1)?;
    let (before, after) = (from.min(to), from.max(to).min(most));
    let calls = log.nth_call(after).0 - log.nth_call(before).0;
    calls
        .checked_sub((after - before) as u64)
        .filter(|&calls| calls > 0)
}

/// Back to the exchange as it is; false when that is shown already.
pub(super) fn leave(app: &mut App) -> bool {
    let Some(visit) = app.tab_mut().visit_mut() else {
        return false;
    };
    visit.play = None;
    visit.past.take().is_some()
}

/// From the moment that is shown, or from the first call.
fn play(visit: &mut Visit, now: std::time::Instant) {
    if visit.play.take().is_some() {
        return;
    }
    if visit.past.is_none() {
        visit.show_moment(0);
    }
    visit.play = Some(Play {
        speed: 1.0,
        since: now,
        from_us: visit.shown_us(now),
    });
}

fn change_speed(app: &mut App, by: f64) {
    let now = app.now;
    let Some(visit) = app.tab_mut().visit_mut() else {
        return;
    };
    let from_us = played_us(visit, now);
    let Some(play) = &mut visit.play else {
        let key = app.keys.key(Action::Play);
        app.note(format!(
            "nothing is played: {key} plays the exchange as it was"
        ));
        return;
    };
    let speed = (play.speed * by).clamp(*SPEEDS.start(), *SPEEDS.end());
    *play = Play {
        speed,
        since: now,
        from_us,
    };
    app.note(format!("played at {speed} times its own speed"));
}

/// Shows the moment that playing has reached.
pub(super) fn play_on(app: &mut App) {
    let now = app.now;
    let Some(visit) = app.tab_mut().visit_mut() else {
        return;
    };
    if visit.play.is_none() {
        return;
    }
    let until_us = played_us(visit, now);
    let mut row = visit.past_row().unwrap_or(0);
    let from = row;
    while let Some((_, event)) = visit.live.log.call(row + 1)
        && event.t_us <= until_us
    {
        row += 1;
    }
    if row > from {
        visit.show_moment(row);
    }
}

/// The time of the exchange's clock that playing has reached.
fn played_us(visit: &Visit, now: std::time::Instant) -> u64 {
    visit.play.map_or(0, |play| {
        let real = now.saturating_duration_since(play.since);
        play.from_us + (real.as_secs_f64() * play.speed * 1e6) as u64
    })
}

/// What the other end modes would have made of an exchange, where that is still asked.
pub(super) fn judged(app: &mut App, id: VisitId, judged: Vec<Judged>) {
    if let Some(Popup::Judged { id: of, judged: to }) = &mut app.popup
        && *of == id
    {
        *to = Some(judged);
    }
}

pub(super) fn rejudge(app: &mut App) -> Vec<Effect> {
    if kept::is_gone(app) {
        return Vec::new();
    }
    let timeout = app
        .tab()
        .knobs
        .options
        .timeout
        .unwrap_or(DEFAULT_END_TIMEOUT);
    let Some(visit) = app.tab().visit() else {
        app.note("nothing was fetched in this tab");
        return Vec::new();
    };
    if !visit.over {
        let key = app.keys.key(Action::Escape);
        app.note(format!("this exchange is not over: {key} ends it, or wait"));
        return Vec::new();
    }
    let id = visit.id;
    let answer = visit.whole_answer();
    let asked = super::answer::request(visit).unwrap_or_default();
    let received = visit.all_received();
    let effect = Effect::Rejudge {
        id,
        exchange: Box::new(visit.live.clone()),
        method: request::method(asked).to_vec(),
        received: Window {
            start: answer.wire.start,
            len: received.len.saturating_sub(answer.wire.start),
            ..received
        },
        timeout,
    };
    app.popup = Some(Popup::Judged { id, judged: None });
    vec![effect]
}
