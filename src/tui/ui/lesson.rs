//! The lesson's step, at the foot of the screen: what to do, then what to notice.
//!
//! ```text
//! hang 1 of 2 · Why reading to the end hangs ──── Alt-G sets it up  Alt-N next  Alt-X leaves
//!  Send it with the end mode close, the loop until 0 bytes, and wait …
//! ```

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Borders, Paragraph};
use unicode_width::UnicodeWidthStr;

use crate::tui::app::App;
use crate::tui::keymap::Action;
use crate::tui::ui::styled;
use crate::view::safe;

pub fn draw(frame: &mut Frame, app: &App) {
    let (Some((lesson, _)), Some(at)) = (app.course.open(), app.course.at()) else {
        return;
    };
    let theme = app.theme;
    let size = app.size;
    let height = app.lesson_rows();
    let area = Rect::new(0, size.rows - height, size.columns, height);
    let outcome = app.course.outcome();
    let keys: String = keys(app).iter().map(|(words, _)| words.as_str()).collect();
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
        .title(Line::styled(title, theme.title(true)))
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

/// The action whose words stand at this place of the title.
pub fn action_at(app: &App, at: Position) -> Option<Action> {
    let keys = keys(app);
    let width: usize = keys.iter().map(|(words, _)| words.width()).sum();
    let title = app.size.rows.saturating_sub(app.lesson_rows());
    let mut left = usize::from(app.size.columns).saturating_sub(width);
    if at.y != title {
        return None;
    }
    keys.into_iter().find_map(|(words, action)| {
        let from = left;
        left += words.width();
        (from..left).contains(&usize::from(at.x)).then_some(action)
    })
}

/// What can be done at the step, in words with the key, as they stand at the right.
fn keys(app: &App) -> Vec<(String, Action)> {
    let Some((_, step)) = app.course.open() else {
        return Vec::new();
    };
    let sets_up = step.start.is_some() && app.course.outcome().is_none();
    // Where the step's name needs the room, leaving goes by the list of commands.
    let leaves = app.size.columns >= 76;
    let up = sets_up.then_some((Action::SetUp, "sets it up"));
    let next = [(Action::NextStep, "next")];
    let leave = leaves.then_some((Action::LeaveLesson, "leaves"));
    let all = up.into_iter().chain(next).chain(leave);
    all.map(|(action, does)| (format!(" {} {does} ", app.keys.key(action)), action))
        .collect()
}
