//! The input of what is to be sent on the open connection.
//!
//! ```text
//! ┏ Send more · Enter is CR LF · F5 sends · Esc leaves ━━━━━━━━┓
//! ┃ GET /next HTTP/1.1␍␊                                       ┃
//! ┃ ▏                                                          ┃
//! ┃ the connection stays open until Esc, or the peer, closes it┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
//! ```

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::request::FRAME_WORDS;
use crate::tui::app::{App, Talk};
use crate::tui::keymap::Action;
use crate::tui::layout::{Size, inside};
use crate::tui::ui::sheet::{centred, open};
use crate::tui::ui::{paint, short, styled};
use crate::tui::visit::Visit;

/// In the lower part of the screen: what comes back is seen above it.
fn area(size: Size) -> Rect {
    let height = 10.min(size.rows.saturating_sub(2));
    Rect {
        y: size.rows.saturating_sub(height + 1),
        ..centred(size, 92, height)
    }
}

pub fn text_area(size: Size) -> Rect {
    let inner = inside(area(size));
    Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        height: inner.height.saturating_sub(1).max(1),
        ..inner
    }
}

pub(super) fn draw(frame: &mut Frame, app: &App, talk: &Talk) {
    let theme = app.theme;
    let key = |action| app.keys.key(action);
    let (send, leave, byte) = (
        key(Action::Send),
        key(Action::Escape),
        key(Action::InsertHex),
    );
    let title = match app.size.columns {
        ..76 => format!("Send more · {send} sends · {leave} leaves"),
        _ => format!(
            "Send more · {} is CR LF · {byte} a byte · {send} sends · {leave} leaves",
            key(Action::InsertCrLf)
        ),
    };
    let inner = open(frame, app, area(app.size), vec![Span::raw(title)]);
    let text = text_area(app.size);
    let editor = &talk.editor;
    let rows = editor.lines(usize::from(text.width), usize::from(text.height));
    let rows: Vec<Line> = rows.iter().map(|row| paint::line(row, theme)).collect();
    frame.render_widget(Paragraph::new(rows), text);
    let words = match &talk.hex {
        Some(digits) => format!(" {byte}: two hex digits {digits}▏"),
        None if app.tab().visit().is_some_and(Visit::is_websocket) => {
            format!(" a frame: {FRAME_WORDS}")
        }
        None => format!(
            " {} B · the connection stays open until {}, or the peer, closes it",
            editor.bytes().len(),
            key(Action::HangUp)
        ),
    };
    let below = Rect {
        y: inner.y + inner.height.saturating_sub(1),
        height: inner.height.min(1),
        ..inner
    };
    let words = short(&words, usize::from(below.width));
    frame.render_widget(Paragraph::new(styled(words, theme.quiet())), below);
    let (row, column) = editor.cursor_cell();
    let (top, left) = (editor.first_row(), editor.first_column());
    if (top..top + usize::from(text.height)).contains(&row) {
        let x = text.x + (column.saturating_sub(left) as u16).min(text.width.saturating_sub(1));
        frame.set_cursor_position(Position::new(x, text.y + (row - top) as u16));
    }
}
