//! The pop-up of saving: what, where to, and how far it is.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::tui::app::App;
use crate::tui::keymap::{Action, Motion, Place};
use crate::tui::layout::{Size, inside};
use crate::tui::save::{Ask, Saving, What};
use crate::tui::ui::sheet::{centred, open};
use crate::tui::ui::{paint, short, styled};

/// Before the path.
const TO: &str = " to: ";

pub(super) fn draw(frame: &mut Frame, app: &App, ask: &Ask) {
    let theme = app.theme;
    let keys = &app.keys;
    let enter = keys.key_in(Place::List, Action::Choose);
    let escape = keys.key(Action::Escape);
    let side = |motion| keys.key_in(Place::Text, Action::Move(motion));
    let title = match app.saving {
        Some(_) => format!("Saving · {enter}: let it run · {escape} stops it"),
        None => format!(
            "Save · {} {} what · {enter} saves · {escape} leaves",
            side(Motion::Up),
            side(Motion::Down)
        ),
    };
    let inner = open(frame, app, area(app.size), vec![Span::raw(title)]);
    let width = usize::from(inner.width);
    let Some(visit) = app.tab().visit() else {
        return;
    };
    let mut lines: Vec<Line> = What::ALL
        .into_iter()
        .map(|what| {
            let (sign, style) = match what == ask.what {
                true => ("▸", theme.key()),
                false => (" ", theme.title(false)),
            };
            let bytes = format!("{} B ", paint::count(what.bytes(visit, false).len()));
            let hidden = app.tab().knobs.redact && what.has_secrets();
            let hidden = if hidden { ", secrets hidden" } else { "" };
            let name = format!(" {sign} {}{hidden}", what.title());
            let gap = width.saturating_sub(name.width() + bytes.width());
            Line::styled(format!("{name}{}{bytes}", " ".repeat(gap)), style)
        })
        .collect();
    lines.push(Line::from(Span::raw(TO)));
    let (words, style) = match app.saving {
        Some(saving) => (progress(saving, app, width), theme.received()),
        None if ask.over => (
            " this file is there: y writes over it, n leaves it".to_owned(),
            theme.warning(),
        ),
        None if !visit.shows_end() => (
            " it is still coming: what is here now is saved".to_owned(),
            theme.quiet(),
        ),
        None => (String::new(), theme.quiet()),
    };
    lines.push(Line::from(styled(short(&words, width), style)));
    frame.render_widget(Paragraph::new(lines), inner);
    let field = path_area(app.size);
    let path = ask.path.lines(usize::from(field.width), 1);
    paint::rows(frame.buffer_mut(), field, &path, theme);
    if app.saving.is_none() {
        let column = ask
            .path
            .cursor_cell()
            .1
            .saturating_sub(ask.path.first_column()) as u16;
        frame.set_cursor_position(Position::new(field.x + column, field.y));
    }
}

/// Where the path is typed.
pub fn path_area(size: Size) -> Rect {
    let inner = inside(area(size));
    let row = What::ALL.len() as u16;
    let used = (TO.len() as u16).min(inner.width);
    Rect {
        x: inner.x + used,
        y: inner.y + row.min(inner.height.saturating_sub(1)),
        width: inner.width - used,
        height: inner.height.min(1),
    }
}

fn area(size: Size) -> Rect {
    centred(size, 70, What::ALL.len() as u16 + 4)
}

/// ` ▕████      ▏ 42 % · 4.2 GiB of 10 GiB · 812 MiB/s`
fn progress(saving: Saving, app: &App, width: usize) -> String {
    let Saving { done, total, since } = saving;
    let part = done.min(total);
    let percent = part as f64 / total.max(1) as f64 * 100.0;
    let seconds = app.now.saturating_duration_since(since).as_secs_f64();
    let rate = if seconds > 0.0 {
        done as f64 / seconds
    } else {
        0.0
    };
    format!(
        " ▕{}▏ {:.0} % · {} of {} · {}/s",
        paint::gauge(part, total.max(1), width.saturating_sub(48).clamp(4, 24)),
        percent.floor(),
        paint::bytes(done),
        paint::bytes(total),
        paint::bytes(rate as u64),
    )
}
