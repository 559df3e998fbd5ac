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

use crate::request::{FRAME_PARTS, FRAME_WORDS};
use crate::tui::app::{App, Talk};
use crate::tui::fill::in_rows;
use crate::tui::keymap::Action;
use crate::tui::layout::inside;
use crate::tui::ui::sheet::{centred, open};
use crate::tui::ui::{paint, short, styled};
use crate::tui::visit::Visit;

/// In the lower part of the screen: what comes back is seen above it, what is wrong with
/// what was typed below.
fn area(app: &App) -> Rect {
    let size = app.size;
    let height = (9 + below(app).len() as u16).min(size.rows.saturating_sub(3));
    Rect {
        y: size.rows.saturating_sub(height + 2),
        ..centred(size, 92, height)
    }
}

pub fn text_area(app: &App) -> Rect {
    let inner = inside(area(app));
    let below = below(app).len() as u16;
    Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        height: inner.height.saturating_sub(below).max(1),
        ..inner
    }
}

/// What is said below the text, row by row: as many rows whatever is typed.
fn below(app: &App) -> Vec<String> {
    let columns = usize::from(centred(app.size, 92, 1).width.saturating_sub(4));
    match app.tab().visit().is_some_and(Visit::is_websocket) {
        true => [FRAME_WORDS, FRAME_PARTS]
            .iter()
            .flat_map(|words| in_rows(words, columns))
            .collect(),
        false => vec![format!(
            "the connection stays open until {}, or the peer, closes it",
            app.keys.key(Action::HangUp)
        )],
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
            "Send more · {} B · {} is CR LF · {byte} a byte · {send} sends · {leave} leaves",
            talk.editor.bytes().len(),
            key(Action::InsertCrLf)
        ),
    };
    let inner = open(frame, app, area(app), vec![Span::raw(title)]);
    let text = text_area(app);
    let editor = &talk.editor;
    let rows = editor.lines(usize::from(text.width), usize::from(text.height));
    paint::rows(frame.buffer_mut(), text, &rows, theme);
    let mut words = below(app);
    if let (Some(digits), Some(first)) = (&talk.hex, words.first_mut()) {
        *first = format!("{byte}: two hex digits {digits}▏");
    }
    let below = Rect {
        x: text.x,
        y: text.y + text.height,
        width: text.width,
        height: inner.bottom().saturating_sub(text.y + text.height),
    };
    let room = usize::from(below.width);
    let words: Vec<Line> = words
        .iter()
        .map(|words| Line::from(styled(short(words, room), theme.quiet())))
        .collect();
    frame.render_widget(Paragraph::new(words), below);
    let (row, column) = editor.cursor_cell();
    let (top, left) = (editor.first_row(), editor.first_column());
    if (top..top + usize::from(text.height)).contains(&row) {
        let x = text.x + (column.saturating_sub(left) as u16).min(text.width.saturating_sub(1));
        frame.set_cursor_position(Position::new(x, text.y + (row - top) as u16));
    }
}
