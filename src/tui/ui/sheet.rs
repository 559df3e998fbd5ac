//! The sheet that a pop-up is written on: its place, its border and title.
//!
//! It knows no pop-up.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::Clear;

use crate::tui::app::App;
use crate::tui::keymap::{Action, Motion, Place};
use crate::tui::layout::{Size, inside};
use crate::tui::ui::pane;

/// In the middle of the screen, cut to it.
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

/// Clears the pop-up's place and draws its border; answers its inside.
pub(super) fn open(frame: &mut Frame, app: &App, area: Rect, title: Vec<Span<'static>>) -> Rect {
    frame.render_widget(Clear, area);
    frame.render_widget(pane(app.theme, true, title), area);
    inside(area)
}

/// A title that says how the pop-up is scrolled and closed.
pub(super) fn scrolls(title: &str, app: &App) -> String {
    let key = |motion| app.keys.key_in(Place::Popup, Action::Move(motion));
    let (up, down) = (key(Motion::Up), key(Motion::Down));
    format!(
        "{title} · {up} {down} scroll · {} closes",
        app.keys.key(Action::Escape)
    )
}
