//! The lesson's step, at the foot of the screen: what to do, then what to notice.
//!
//! ```text
//! ─ hang 1 of 2 · Why reading to the end hangs ─ Alt-G sets it up · Alt-N next · Alt-X leaves ─
//!  Send it with the end mode close, the loop until 0 bytes, and wait …
//! ```

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Borders, Paragraph};
use unicode_width::UnicodeWidthStr;

use crate::tui::app::App;
use crate::tui::keymap::Action;
use crate::tui::ui::styled;
use crate::view::safe;

pub fn draw(frame: &mut Frame, app: &App) {
    let (Some((lesson, step)), Some(at)) = (app.course.open(), app.course.at()) else {
        return;
    };
    let theme = app.theme;
    let size = app.size;
    let height = app.lesson_rows();
    let area = Rect::new(0, size.rows - height, size.columns, height);
    let outcome = app.course.outcome();
    let keys = keys(app, step.start.is_some() && outcome.is_none());
    let place = format!(
        " {} {} of {} ",
        lesson.name,
        at.step + 1,
        lesson.steps.len()
    );
    let room = usize::from(size.columns).saturating_sub(keys.width() + place.width() + 3);
    let title = match lesson.title.width() + 3 {
        width if width <= room => format!("{place}· {} ", lesson.title),
        _ => place,
    };
    let block = Block::new()
        .borders(Borders::TOP)
        .border_style(theme.border(false))
        .title(Line::styled(title, theme.strong()))
        .title(Line::styled(keys, theme.key()).right_aligned());
    let style = match outcome {
        None => theme.title(false),
        Some(outcome) if outcome.done => theme.good(),
        Some(_) => theme.warning(),
    };
    // Words of an exchange may hold what its server sent.
    let rows = app.course.rows(&app.keys, size.columns);
    let lines = rows.iter().map(|row| {
        let row = format!(" {}", safe::safe(row));
        Line::from(styled(row, style))
    });
    let words = Paragraph::new(lines.collect::<Vec<_>>());
    frame.render_widget(words.block(block), area);
}

fn keys(app: &App, sets_up: bool) -> String {
    let key = |action| app.keys.key(action);
    let up = match sets_up {
        true => format!("{} sets it up · ", key(Action::SetUp)),
        false => String::new(),
    };
    format!(
        " {up}{} next · {} leaves ",
        key(Action::NextStep),
        key(Action::LeaveLesson)
    )
}
