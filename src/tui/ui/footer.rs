//! The rows below the panes: the phases, the verdict (or what is happening now), the hints.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

use crate::event::Call;
use crate::exchange::{Past, Phase, Span as Time, Verdict};
use crate::tui::app::App;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::redirect;
use crate::tui::ui::{paint, row, styled};
use crate::tui::visit::Visit;
use crate::view::safe;

/// ` resolve 0.4 ms ▏connect 0.1 ms ▏send ▏wait ▏receive ▓▓▓▓▓▓▓ 3.2 s`
pub fn phases(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme;
    let Some(visit) = app.tab().visit() else {
        row(
            frame,
            area,
            vec![styled(
                " resolve ▏connect ▏send ▏wait ▏receive",
                theme.quiet(),
            )],
        );
        return;
    };
    let now = visit.shown_us(app.now);
    let mut spans_of = visit.exchange().spans.named().to_vec();
    spans_of.retain(|(name, span)| !matches!(*name, "tls" | "proxy") || span.is_some());
    let taken = |span: &Time| span.us_by(now);
    let all: u64 = spans_of
        .iter()
        .filter_map(|(_, span)| span.as_ref().map(taken))
        .sum();
    let labels: Vec<String> = spans_of
        .iter()
        .map(|(name, span)| match span {
            Some(span) => format!(" {name} {} ", paint::time(taken(span))),
            None => format!(" {name} "),
        })
        .collect();
    let used: usize = labels.iter().map(|label| label.width() + 1).sum();
    let room = usize::from(area.width).saturating_sub(used);
    let mut spans = Vec::new();
    for ((_, span), label) in spans_of.iter().zip(labels) {
        let style = match span {
            Some(span) if span.to.is_none() && !visit.shows_end() => theme.strong(),
            Some(_) => theme.title(false),
            None => theme.quiet(),
        };
        spans.push(styled(label, style));
        if let Some(span) = span
            && all > 0
        {
            let cells = (taken(span) as f64 / all as f64 * room as f64) as usize;
            spans.push(styled("▓".repeat(cells), theme.received()));
        }
        spans.push(styled("▏", theme.quiet()));
    }
    row(frame, area, spans);
}

/// A notice; else why the response ended; else what is happening now.
pub fn verdict(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme;
    let (words, style) = if let Some(notice) = &app.notice {
        let style = if notice.bad { theme.bad() } else { theme.key() };
        (safe::safe(&notice.text).into_owned(), style)
    } else {
        match app.tab().visit() {
            Some(visit) => state(visit, app),
            None => ("nothing was fetched in this tab".to_owned(), theme.quiet()),
        }
    };
    let words = safe::cut(&words, usize::from(area.width).saturating_sub(1));
    row(frame, area, vec![Span::raw(" "), styled(words, style)]);
}

fn state(visit: &Visit, app: &App) -> (String, Style) {
    let theme = app.theme;
    if let Some(past) = &visit.past {
        let mut words = as_it_was(visit, past, &app.keys);
        // The hints name the keys too.
        if words.width() + 2 > usize::from(app.size.columns) {
            words.truncate(words.find(": ").unwrap_or(words.len()));
        }
        return (words, theme.warning());
    }
    let answer = visit.answer();
    if let Some(verdict) = visit.exchange().verdict_of(&answer) {
        let style = match &visit.exchange().error {
            Some(_) if !answer.is_over => theme.bad(),
            _ => theme.good(),
        };
        let columns = usize::from(app.size.columns) - 2;
        return match redirect::words(visit, &app.keys) {
            // A redirect says first where it leads.
            Some(leads) => {
                let leads = safe::safe(&leads).into_owned();
                let room = columns.saturating_sub(leads.width() + 3);
                match in_columns(&verdict, room) {
                    line if line.width() <= room => (format!("{leads} · {line}"), theme.warning()),
                    _ => (leads, theme.warning()),
                }
            }
            None => (in_columns(&verdict, columns), style),
        };
    }
    let Some((call, waited_us)) = visit.waiting(app.now) else {
        return match visit.over {
            // A defect of this program: its words are kept for after the screen.
            true => (
                "the fetch broke off; what it said is printed on leaving".to_owned(),
                theme.bad(),
            ),
            false => ("starting".to_owned(), theme.quiet()),
        };
    };
    let words = match call {
        Call::Resolve => "looking up the name",
        Call::Connect => "connecting",
        Call::Send => "sending",
        Call::Recv if visit.exchange().phase == Phase::Proxying => "the proxy has the word",
        Call::Recv if visit.exchange().phase == Phase::Securing => "in the TLS handshake",
        Call::Recv if visit.exchange().recvs.count == 0 => {
            "all is sent; waiting for the first byte"
        }
        Call::Recv => "receiving",
        Call::Close => "closing",
    };
    if visit.paused {
        return (
            format!(
                "paused before {call}(): {} lets one call through, {} goes on",
                app.keys.key(Action::Step),
                app.keys.key(Action::Pause)
            ),
            theme.warning(),
        );
    }
    // Half a second in one call is worth a word; before, it would only flicker.
    let blocked = if waited_us > 500_000 {
        format!(
            ": {call}() has blocked for {:.1} s ({} ends it, all bytes stay)",
            waited_us as f64 / 1e6,
            app.keys.key(Action::Escape)
        )
    } else {
        String::new()
    };
    (format!("{words}{blocked}"), theme.warning())
}

fn as_it_was(visit: &Visit, past: &Past, keys: &Keymap) -> String {
    let play = keys.key(Action::Play);
    let seconds = past.t_us() as f64 / 1e6;
    let (nth, calls) = visit.live.log.nth_call(past.row(&visit.live));
    let (row, rows) = (paint::count(nth + 1), paint::count(calls));
    match visit.play {
        Some(played) => format!(
            "as it was at {seconds:.3} s, call {row} of {rows}, played × {}: {play} stops, {} {} change the speed",
            played.speed,
            keys.key(Action::Slower),
            keys.key(Action::Faster)
        ),
        None => format!(
            "as it was at {seconds:.3} s, call {row} of {rows}: {} {} step, {play} plays, {} leads back to the end",
            keys.key(Action::MomentBack),
            keys.key(Action::MomentForward),
            keys.key(Action::MomentLast)
        ),
    }
}

/// As much of the verdict as fits whole: all of it, without what other modes would have
/// done, or its short form.
fn in_columns(verdict: &Verdict, columns: usize) -> String {
    let fits = |text: &String| text.width() <= columns;
    let mut line = safe::safe(&verdict.line()).into_owned();
    while !fits(&line) {
        match line.rfind(" · ") {
            Some(end) => line.truncate(end),
            None => return safe::safe(&verdict.short()).into_owned(),
        }
    }
    line
}

/// The hints of the place we are in, then those of anywhere, as far as they fit. A pop-up
/// says its keys itself, and those below it do nothing.
pub fn hints(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme;
    let mut spans = Vec::new();
    for (key, hint, _) in fitting(app, usize::from(area.width)) {
        spans.push(styled(format!(" {key} "), theme.key()));
        spans.push(styled(format!("{hint} "), theme.quiet()));
    }
    row(frame, area, spans);
}

pub fn hint_at(app: &App, column: u16) -> Option<Action> {
    let mut at = 0;
    for (key, hint, action) in fitting(app, usize::from(app.size.columns)) {
        at += key.width() + hint.width() + 3;
        if usize::from(column) < at {
            return Some(action);
        }
    }
    None
}

/// Hints while another moment is shown.
const IN_THE_PAST: [(&str, Action); 4] = [
    ("back", Action::MomentBack),
    ("forward", Action::MomentForward),
    ("play", Action::Play),
    ("the end", Action::MomentLast),
];

fn fitting(app: &App, width: usize) -> Vec<(&str, &'static str, Action)> {
    if app.popup.is_some() {
        let close = (app.keys.key(Action::Escape), "close", Action::Escape);
        return vec![close];
    }
    let visit = app.tab().visit();
    let running = visit.is_some_and(|visit| !visit.over);
    let paused = visit.is_some_and(|visit| visit.paused);
    let mut all = Vec::new();
    if visit.is_some_and(|visit| visit.past.is_some()) {
        let keyed = |(hint, action)| (app.keys.key(action), hint, action);
        all.extend(IN_THE_PAST.map(keyed));
    }
    if running {
        all.push((app.keys.key(Action::Escape), "cancel", Action::Escape));
    }
    for place in app.tab().places() {
        let rows = app.keys.rows().iter();
        for hinted in rows.filter(|row| row.place == *place && !row.hint.is_empty()) {
            let words = match hinted.action {
                Action::Pause if paused => "go on",
                _ => hinted.hint,
            };
            if let Some(key) = hinted.keys.first() {
                all.push((*key, words, hinted.action));
            }
        }
    }
    // While something runs, the keys that stop and step it matter most.
    let urgent = |action: &Action| {
        running && matches!(action, Action::Escape | Action::Pause | Action::Step)
    };
    all.sort_by_key(|(_, _, action)| (!urgent(action), *action == Action::Help));
    let mut left = width;
    all.into_iter()
        .take_while(|(key, hint, _)| {
            let needed = key.width() + hint.width() + 3;
            let fits = needed <= left;
            left = left.saturating_sub(needed);
            fits
        })
        .collect()
}
