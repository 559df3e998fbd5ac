//! Pop-ups: help, the knobs, a question.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

use crate::tui::app::{App, Ask, Popup};
use crate::tui::editor::Editor;
use crate::tui::keymap::{Place, ROWS};
use crate::tui::knobs::KNOBS;
use crate::tui::layout::{Size, inside};
use crate::tui::theme::Theme;
use crate::tui::ui::{list, paint, pane, styled};

pub fn draw(frame: &mut Frame, app: &App, popup: &Popup) {
    match popup {
        Popup::Help { places, top } => help(frame, app, places, *top),
        Popup::Knobs { row, typed } => knobs(frame, app, *row, typed),
        Popup::Ask { ask, field } => question(frame, app, *ask, field),
        Popup::List(open) => list::draw(frame, app, open),
    }
}

/// Rows of the help for these places.
pub fn help_rows(places: &[Place]) -> usize {
    help_lines(places, Theme::new(false)).len()
}

fn help(frame: &mut Frame, app: &App, places: &[Place], top: usize) {
    let area = centred(app.size, 92, app.size.rows.saturating_sub(2));
    let title = vec![Span::raw("Keys · ↑ ↓ scroll · Esc closes")];
    let inner = open(frame, app, area, title);
    let lines = help_lines(places, app.theme);
    let most = lines.len().saturating_sub(usize::from(inner.height));
    let shown: Vec<Line> = lines.into_iter().skip(top.min(most)).collect();
    frame.render_widget(Paragraph::new(shown), inner);
}

fn help_lines(places: &[Place], theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for place in places {
        lines.push(Line::styled(format!(" {}", place.title()), theme.strong()));
        for row in ROWS.iter().filter(|row| row.place == *place) {
            let keys = row.keys.join(" ");
            let pad = 22usize.saturating_sub(keys.width());
            lines.push(Line::from(vec![
                styled(format!("   {keys}{}", " ".repeat(pad)), theme.key()),
                Span::raw(row.help),
            ]));
        }
        lines.push(Line::default());
    }
    lines
}

fn knobs(frame: &mut Frame, app: &App, row: usize, typed: &str) {
    let theme = app.theme;
    let height = KNOBS.len() as u16 + 5;
    let area = centred(app.size, 72, height.min(app.size.rows));
    let title = vec![Span::raw("Knobs · ← → turn · digits set · Enter done")];
    let inner = open(frame, app, area, title);
    let mut lines = Vec::new();
    let room = usize::from(inner.height).saturating_sub(2);
    let first = (row + 1).saturating_sub(room);
    for (number, knob) in KNOBS.iter().enumerate().skip(first).take(room) {
        let value = if number == row && !typed.is_empty() {
            format!("{typed}▏")
        } else {
            (knob.show)(&app.tab().knobs)
        };
        let sign = if number == row { "▸" } else { " " };
        let line = format!(" {sign} {:<16} ◂ {value} ▸", knob.title);
        let style = if number == row {
            theme.key()
        } else {
            theme.title(false)
        };
        lines.push(Line::styled(line, style));
    }
    frame.render_widget(Paragraph::new(lines), inner);
    let below = Rect {
        y: inner.y + inner.height.saturating_sub(2),
        height: inner.height.min(2),
        ..inner
    };
    let help = Paragraph::new(styled(format!(" {}", KNOBS[row].help), theme.quiet()))
        .wrap(Wrap { trim: false });
    frame.render_widget(help, below);
}

fn question(frame: &mut Frame, app: &App, ask: Ask, field: &Editor) {
    let area = question_area(app.size);
    let title = match ask {
        Ask::Find => "Find in this view · Enter finds · Esc leaves",
        Ask::BodyFile => "Body from this file, byte for byte · Enter reads · Esc leaves",
        Ask::SaveBody => "Save the body to a new file · Enter saves · Esc leaves",
    };
    let inner = open(frame, app, area, vec![Span::raw(title)]);
    if let Some(line) = field.lines(usize::from(inner.width), 1).first() {
        frame.render_widget(Paragraph::new(paint::line(line, app.theme)), inner);
    }
    let column = field.cursor_cell().1.saturating_sub(field.first_column()) as u16;
    frame.set_cursor_position(Position::new(inner.x + column, inner.y));
}

/// Clears the pop-up's place and draws its border; answers its inside.
pub(super) fn open(frame: &mut Frame, app: &App, area: Rect, title: Vec<Span<'static>>) -> Rect {
    frame.render_widget(Clear, area);
    frame.render_widget(pane(app.theme, true, title), area);
    inside(area)
}

/// Where a question is asked.
pub fn question_area(size: Size) -> Rect {
    centred(size, 70, 3)
}

pub(super) fn centred(size: Size, width: u16, height: u16) -> Rect {
    let width = width.min(size.columns);
    let height = height.min(size.rows);
    Rect {
        x: (size.columns - width) / 2,
        y: (size.rows - height) / 2,
        width,
        height,
    }
}
