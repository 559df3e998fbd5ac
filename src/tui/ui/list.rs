//! Lists: the pop-up with its filter, and the one below the URL bar.
//!
//! ```text
//! ┏ Commands · Enter performs · Esc closes ━━━━━━━━┓
//! ┃ end▏                                   3 of 62 ┃
//! ┃ ▸ next end mode                             F9 ┃
//! ┃   send                                F5 Ctrl-R┃
//! ┃                                                ┃
//! ┃ the next end mode: auto, close, length, …      ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
//! ```

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

use crate::tui::app::{App, Popup};
use crate::tui::keymap::{Action, Place};
use crate::tui::layout::{Panes, inside};
use crate::tui::list::{self, List, Row, Shown};
use crate::tui::theme::Theme;
use crate::tui::ui::sheet::{centred, open};
use crate::tui::ui::{paint, short, styled};
use crate::view::safe;

/// Rows for what the chosen one says.
const ABOUT: u16 = 3;
/// Columns at the filter's right, for how many fit.
const COUNTED: u16 = 14;
/// Rows of the list below the URL bar at most.
const BELOW_URL: u16 = 8;

pub fn draw(frame: &mut Frame, app: &App, list: &List) {
    let theme = app.theme;
    let title = vec![Span::raw(list.of.title(&app.keys))];
    open(frame, app, list_area(app, list), title);
    let parts = parts(app, list);
    let rows = list::shown(app, list);
    filter(frame, parts.filter, list, theme);
    let counted = format!("{} of {}", rows.len(), rows.all());
    let counted = Line::styled(counted, theme.quiet()).right_aligned();
    frame.render_widget(Paragraph::new(counted), parts.counted);
    let chosen = list.chosen.min(rows.len().saturating_sub(1));
    draw_rows(frame, parts.rows, &rows, Some(chosen), theme);
    let about = rows.get(chosen).map(|row| row.about).unwrap_or_default();
    let about = Paragraph::new(styled(safe::safe(&about).into_owned(), theme.quiet()));
    frame.render_widget(about.wrap(Wrap { trim: true }), parts.about);
}

/// Where the filter of the list that is open is typed.
pub fn filter_area(app: &App) -> Rect {
    match &app.popup {
        Some(Popup::List(list)) => parts(app, list).filter,
        _ => Rect::default(),
    }
}

/// The row of an open list at this place.
pub fn row_at(app: &App, list: &List, at: Position) -> Option<usize> {
    let area = parts(app, list).rows;
    let rows = list::shown(app, list).len();
    row_in(area, list.chosen, rows, at)
}

/// The row of the list below the URL bar at this place.
pub fn completion_at(app: &App, at: Position) -> Option<usize> {
    let rows = list::completions(app)?.len();
    let area = inside(area_below_url(shown_panes(app).url, app, rows)?);
    row_in(area, chosen_below_url(app).unwrap_or(0), rows, at)
}

/// The URLs that fit what is being typed.
pub fn below_url(frame: &mut Frame, url: Rect, app: &App) {
    let Some(rows) = list::completions(app) else {
        return;
    };
    let Some(area) = area_below_url(url, app, rows.len()).filter(|_| app.popup.is_none()) else {
        return;
    };
    let theme = app.theme;
    frame.render_widget(Clear, area);
    let key = |action| app.keys.key_in(Place::Url, action);
    let words = format!(
        " {} chooses · {} completes ",
        key(Action::Newer),
        key(Action::Complete)
    );
    let block = Block::new()
        .borders(Borders::ALL)
        .border_style(theme.border(false))
        .title_bottom(styled(words, theme.quiet()));
    frame.render_widget(block, area);
    draw_rows(frame, inside(area), &rows, chosen_below_url(app), theme);
}

fn chosen_below_url(app: &App) -> Option<usize> {
    app.tab().completion.and_then(|list| list.chosen)
}

fn shown_panes(app: &App) -> Panes {
    app.panes()
}

fn area_below_url(url: Rect, app: &App, rows: usize) -> Option<Rect> {
    let y = url.y + url.height;
    let room = app.size.rows.saturating_sub(y + 2);
    let height = (rows.min(usize::from(BELOW_URL)) as u16 + 2).min(room);
    (rows > 0 && height > 2).then_some(Rect {
        x: url.x,
        y,
        width: url.width.min(100),
        height,
    })
}

/// As high as all rows need, so that it stays in place while the filter is typed.
pub fn list_area(app: &App, list: &List) -> Rect {
    let rows = list::count(app, list.of).min(usize::from(u16::MAX / 2)) as u16;
    let most = app.size.rows.saturating_sub(2).clamp(1, 32);
    centred(app.size, 92, (rows + 4 + ABOUT).clamp(10, 32).min(most))
}

/// What stands where in the pop-up.
struct Parts {
    filter: Rect,
    counted: Rect,
    rows: Rect,
    about: Rect,
}

fn parts(app: &App, list: &List) -> Parts {
    let inner = inside(list_area(app, list));
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let line = Rect {
        height: inner.height.min(1),
        ..inner
    };
    let below = ABOUT.min(inner.height.saturating_sub(1));
    let about = Rect {
        y: inner.y + inner.height - below,
        height: below,
        ..inner
    };
    Parts {
        filter: Rect {
            width: line.width.saturating_sub(COUNTED),
            ..line
        },
        counted: Rect {
            x: line.x + line.width.saturating_sub(COUNTED),
            width: line.width.min(COUNTED),
            ..line
        },
        rows: Rect {
            y: inner.y + 1,
            // A free row above what the chosen one says, where there are rows to spare.
            height: (about.y - inner.y).saturating_sub(if inner.height < 16 { 1 } else { 2 }),
            ..inner
        },
        about,
    }
}

fn filter(frame: &mut Frame, area: Rect, list: &List, theme: Theme) {
    let field = &list.filter;
    let words = match field.lines(usize::from(area.width), 1).first() {
        Some(line) if !field.bytes().is_empty() => paint::line(line, theme),
        _ => Line::from(styled("type to filter", theme.quiet())),
    };
    frame.render_widget(Paragraph::new(words), area);
    let column = field.cursor_cell().1.saturating_sub(field.first_column()) as u16;
    frame.set_cursor_position(Position::new(area.x + column.min(area.width), area.y));
}

fn draw_rows(frame: &mut Frame, area: Rect, rows: &Shown, chosen: Option<usize>, theme: Theme) {
    if rows.is_empty() {
        let words = styled("nothing fits what was typed", theme.quiet());
        frame.render_widget(Paragraph::new(words), area);
        return;
    }
    let first = first_row(area, chosen.unwrap_or(0));
    let width = usize::from(area.width);
    let lines: Vec<Line> = (first..first + usize::from(area.height))
        .map_while(|at| Some(line(&rows.get(at)?, chosen == Some(at), width, theme)))
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}

fn line(row: &Row, chosen: bool, width: usize, theme: Theme) -> Line<'static> {
    let sign = if chosen { "▸ " } else { "  " };
    let beside = short(&row.beside, width / 2);
    let room = width.saturating_sub(beside.width() + 3);
    let text = short(&row.text, room);
    let gap = " ".repeat(room.saturating_sub(text.width()) + 1);
    let (row, quiet) = match chosen {
        true => (theme.chosen(), theme.chosen()),
        false => (theme.title(false), theme.quiet()),
    };
    Line::from(vec![
        styled(format!("{sign}{text}{gap}"), row),
        styled(beside, quiet),
    ])
}

/// The first row in sight: the chosen one is the last where it would be below.
fn first_row(area: Rect, chosen: usize) -> usize {
    (chosen + 1).saturating_sub(usize::from(area.height))
}

fn row_in(area: Rect, chosen: usize, rows: usize, at: Position) -> Option<usize> {
    let row = first_row(area, chosen) + usize::from(at.y.checked_sub(area.y)?);
    (area.contains(at) && row < rows).then_some(row)
}
