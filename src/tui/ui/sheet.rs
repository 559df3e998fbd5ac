//! The sheet that a pop-up is written on: its place, its border and title, words in rows.
//!
//! It knows no pop-up.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::Clear;
use unicode_width::UnicodeWidthStr;

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

/// The words in rows of so many columns; a word that is longer stands alone.
pub(super) fn in_rows(text: &str, columns: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in text.split(' ') {
        match rows.last_mut() {
            Some(row) if row.is_empty() => row.push_str(word),
            Some(row) if row.width() + 1 + word.width() <= columns => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_rows() {
        for (text, columns, want) in [
            ("", 5, &[""][..]),
            ("one two", 7, &["one two"]),
            ("one two", 6, &["one", "two"]),
            ("a longest word", 4, &["a", "longest", "word"]),
            ("日本 語", 4, &["日本", "語"]),
            ("one", 0, &["one"]),
        ] {
            assert_eq!(in_rows(text, columns), want, "{text:?} {columns}");
        }
    }
}
