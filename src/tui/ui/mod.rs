//! `render(&App)`: every frame is a pure function of the state.
//!
//! One file a region; [`super::layout`] says where each is. Nothing here changes the
//! state, opens anything or names the engine.

mod ascii;
mod bar;
mod buffers;
mod chain;
mod compare;
mod content;
mod footer;
mod inspector;
mod lesson;
mod levels;
mod list;
mod origin;
pub mod paint;
mod picture;
mod popup;
mod position;
mod request;
mod response;
pub mod save;
mod sheet;
mod socket;
mod start;
mod state;
pub mod talk;
mod tls;
mod url;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders, Paragraph, Wrap};

use crate::tui::app::{App, Focus};
use crate::tui::layout::SMALLEST;
use crate::tui::theme::Theme;
use crate::view::safe;

pub use bar::{TabClick, tab_at};
pub use chain::end as phases_end;
pub use compare::end as compare_end;
pub use footer::hint_at;
pub use lesson::action_at as lesson_action_at;
pub use list::{completion_at, filter_area, list_area, row_at};
pub use picture::placed;
pub use popup::{help_end, question_area};
pub use request::text_area as request_text;
pub use response::view_at;
pub use socket::{call_text, first_call};
pub use start::exercise_at;
pub use tls::{end as tls_end, refused};
pub use url::text_area as url_text;

pub fn render(frame: &mut Frame, app: &App) {
    let area = frame.area();
    if area.width < SMALLEST.columns || area.height < SMALLEST.rows {
        too_small(frame, area);
    } else {
        all(frame, app);
    }
    if app.ascii {
        ascii::flatten(frame.buffer_mut());
    }
    paint::ground(frame.buffer_mut(), app.theme);
}

fn all(frame: &mut Frame, app: &App) {
    let panes = app.panes();
    bar::draw(frame, panes.bar, app);
    url::draw(frame, panes.url, app);
    if let Some(area) = panes.request {
        request::draw(frame, area, app);
    }
    if let Some(area) = panes.socket {
        socket::draw(frame, area, app);
    }
    if let Some(area) = panes.response {
        response::draw(frame, area, app);
    }
    if let Some(area) = panes.buffers {
        buffers::draw(frame, area, app);
    }
    if let Some(area) = panes.phases {
        footer::phases(frame, area, app);
    }
    footer::verdict(frame, panes.verdict, app);
    footer::hints(frame, panes.hints, app);
    lesson::draw(frame, app);
    list::below_url(frame, panes.url, app);
    if let Some(open) = &app.popup {
        popup::draw(frame, app, open);
    }
}

fn too_small(frame: &mut Frame, area: Rect) {
    let words = format!(
        "sockeye needs {}×{}, this is {}×{}",
        SMALLEST.columns, SMALLEST.rows, area.width, area.height
    );
    let words = Paragraph::new(words).centered().wrap(Wrap { trim: true });
    let half = area.height / 2;
    let below = Rect {
        y: area.y + half,
        height: area.height - half,
        ..area
    };
    frame.render_widget(words, below);
}

/// A pane's border with its title; the focused one stands out by its double weight too,
/// not by colour alone.
fn pane<'a>(theme: Theme, focused: bool, title: Vec<Span<'a>>) -> Block<'a> {
    let mut spans = vec![Span::raw(" ")];
    spans.extend(title);
    spans.push(Span::raw(" "));
    Block::new()
        .borders(Borders::ALL)
        .border_type(if focused {
            BorderType::Thick
        } else {
            BorderType::Rounded
        })
        .border_style(theme.border(focused))
        .title(Line::from(spans).style(theme.title(focused)))
}

fn is_focused(app: &App, focus: Focus) -> bool {
    app.tab().focus == focus && app.popup.is_none()
}

/// One row of spans; what does not fit is cut at the right.
fn row(frame: &mut Frame, area: Rect, spans: Vec<Span>) {
    let area = area.intersection(frame.area());
    if !area.is_empty() {
        let line = Line::from(spans);
        frame
            .buffer_mut()
            .set_line(area.x, area.y, &line, area.width);
    }
}

/// Text from anywhere, harmless and in at most so many columns.
fn short(text: &str, columns: usize) -> String {
    safe::cut(&safe::safe(text), columns).into_owned()
}

fn styled(text: impl Into<String>, style: Style) -> Span<'static> {
    Span::styled(text.into(), style)
}
