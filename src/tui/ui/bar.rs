//! The top bar: the program, the tabs, what the engine is doing.
//!
//! ```text
//!  sockeye   1 localhost:8080/drip   2 example.com   +              ‖ paused  F1 help
//! ```

use ratatui::Frame;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::tui::app::{App, Tab};
use crate::tui::keymap::Action;
use crate::tui::ui::{row, short, styled};

/// What a click on the bar hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TabClick {
    Tab(usize),
    New,
}

const BRAND: &str = " sockeye ";
/// Columns of a tab's title at most.
const TITLE: usize = 24;

pub fn draw(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme;
    let state = state(app);
    let room = usize::from(area.width).saturating_sub(state.width() + 2);
    let mut spans = vec![styled(BRAND, theme.brand()), styled(" ", theme.quiet())];
    let mut used = BRAND.width() + 1;
    for (number, label) in labels(app, room) {
        let style = match number == app.active {
            true => theme.title(true).patch(theme.key()),
            false => theme.quiet(),
        };
        used += label.width();
        spans.push(styled(label, style));
    }
    spans.push(styled(" + ", theme.quiet()));
    used += 3;
    let gap = usize::from(area.width).saturating_sub(used + state.width());
    spans.push(styled(" ".repeat(gap), theme.quiet()));
    let style = if tab_is_paused(app.tab()) {
        theme.warning()
    } else {
        theme.quiet()
    };
    spans.push(styled(state, style));
    row(frame, area, spans);
}

pub fn tab_at(app: &App, column: u16) -> Option<TabClick> {
    let room = usize::from(app.size.columns).saturating_sub(state(app).width() + 2);
    let mut at = BRAND.width() + 1;
    let column = usize::from(column);
    if column < at {
        return None;
    }
    for (number, label) in labels(app, room) {
        at += label.width();
        if column < at {
            return Some(TabClick::Tab(number));
        }
    }
    (column < at + 3).then_some(TabClick::New)
}

/// The tabs' labels with their numbers; where all do not fit, those around the active one.
fn labels(app: &App, room: usize) -> Vec<(usize, String)> {
    let all: Vec<String> = app
        .tabs
        .iter()
        .enumerate()
        .map(|(number, tab)| {
            let sign = match tab.visit() {
                Some(visit) if visit.paused => "‖",
                Some(visit) if !visit.over => "▶",
                _ => "",
            };
            let title = short(&tab.title(), TITLE);
            format!(" {} {title}{sign} ", number + 1)
        })
        .collect();
    let room = room.saturating_sub(BRAND.width() + 4);
    let mut first = 0;
    while first < app.active
        && all[first..=app.active]
            .iter()
            .map(|l| l.width())
            .sum::<usize>()
            > room
    {
        first += 1;
    }
    let mut left = room;
    all.into_iter()
        .enumerate()
        .skip(first)
        .take_while(|(_, label)| {
            let fits = label.width() <= left;
            left = left.saturating_sub(label.width());
            fits
        })
        .collect()
}

fn tab_is_paused(tab: &Tab) -> bool {
    tab.visit().is_some_and(|visit| visit.paused)
}

/// At the right: paused, paced or running.
fn state(app: &App) -> String {
    let tab = app.tab();
    let running = tab.visit().is_some_and(|visit| !visit.over);
    let pace = tab.knobs.pace.map(|pace| format!("{pace} calls/s"));
    let state = match (tab_is_paused(tab), running, pace) {
        (true, ..) => format!(
            "‖ paused: {} one call, {} go on",
            app.keys.key(Action::Step),
            app.keys.key(Action::Pause)
        ),
        (_, true, Some(pace)) => format!("▶ {pace}"),
        (_, true, None) => "▶ running".to_owned(),
        (_, false, Some(pace)) => pace,
        (_, false, None) => String::new(),
    };
    let help = app.keys.key(Action::Help);
    if state.is_empty() {
        format!("{help} help ")
    } else if app.size.columns < 100 {
        format!("{state} ")
    } else {
        format!("{state}  {help} help ")
    }
}
