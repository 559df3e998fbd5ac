//! The request editor: the exact bytes, warnings beside their lines.
//!
//! ```text
//! ╭ Request · 63 B · as the URL stands ─────────╮
//! │  GET /drip HTTP/1.1␍␊                       │
//! │⚠ Content-Length: 9␍␊ → 0                    │
//! │  ␍␊                                         │
//! │ Content-Length says 9, the body has 0 bytes │
//! ╰─────────────────────────────────────────────╯
//! ```

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use ratatui::widgets::{Paragraph, Wrap};

use crate::request::{self, Lint};
use crate::tui::app::{App, Focus, Tab};
use crate::tui::layout::inside;
use crate::tui::ui::{is_focused, paint, pane, styled};
use crate::view::{Line, safe};

/// Columns left of the text, for the sign of a warning.
const GUTTER: u16 = 2;
/// Rows below the text for a warning's words.
const WORDS: u16 = 2;

/// Where the text is, inside the pane's border.
pub fn text_area(app: &App, inner: Rect) -> Rect {
    let words = match words_rows(inner) {
        rows if has_words(app.tab()) => rows,
        _ => 0,
    };
    Rect {
        x: inner.x + GUTTER,
        width: inner.width.saturating_sub(GUTTER),
        height: inner.height.saturating_sub(words).max(1),
        ..inner
    }
}

pub fn draw(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme;
    let tab = app.tab();
    let focused = is_focused(app, Focus::Request);
    let bytes = tab.request.bytes();
    let lints = &tab.lints;
    let block = pane(theme, focused, title(tab, lints.len(), area.width));
    frame.render_widget(block, area);
    let inner = inside(area);
    let text = text_area(app, inner);
    let top = tab.request.first_row();
    let left = tab.request.first_column();
    if bytes.is_empty() && !focused {
        let words = "the request's exact bytes,\nas they will be sent";
        frame.render_widget(Paragraph::new(words).style(theme.quiet()), text);
    }
    let rows = tab
        .request
        .lines(usize::from(text.width), usize::from(text.height));
    paint::rows(frame.buffer_mut(), text, &rows, theme);
    for i in 0..rows.len() {
        if lints
            .iter()
            .any(|lint| tab.request.row_of(lint.offset) == top + i)
        {
            let sign = Rect::new(inner.x, text.y + i as u16, 1, 1);
            frame.render_widget(Paragraph::new(styled("⚠", theme.warning())), sign);
        }
    }
    ghosts(frame, text, &rows, app);
    let (row, column) = tab.request.cursor_cell();
    if let Some(words) = words(tab, lints, row) {
        let rows = words_rows(inner);
        let below = Rect {
            y: inner.y + inner.height.saturating_sub(rows),
            height: rows,
            ..inner
        };
        let words = Paragraph::new(styled(words, theme.warning())).wrap(Wrap { trim: true });
        frame.render_widget(words, below);
    }
    let in_sight = (top..top + usize::from(text.height)).contains(&row)
        && (left..=left + usize::from(text.width)).contains(&column);
    if focused && in_sight {
        let x = text.x + ((column - left) as u16).min(text.width.saturating_sub(1));
        frame.set_cursor_position(Position::new(x, text.y + (row - top) as u16));
    }
}

/// Beside a wrong Content-Length, as far as there is room: how many bytes are there.
fn ghosts(frame: &mut Frame, text: Rect, rows: &[Line], app: &App) {
    let editor = &app.tab().request;
    for wrong in request::wrong_lengths(editor.bytes()) {
        let number = editor
            .row_of(wrong.value.start)
            .checked_sub(editor.first_row());
        let Some((number, row)) = number.and_then(|n| Some((n, rows.get(n)?))) else {
            continue;
        };
        let used: usize = row.spans.iter().map(|span| safe::width(&span.text)).sum();
        let ghost = format!(" → {}", wrong.bytes);
        if used + safe::width(&ghost) > usize::from(text.width) {
            continue;
        }
        let area = Rect {
            x: text.x + used as u16,
            y: text.y + number as u16,
            width: text.width - used as u16,
            height: 1,
        };
        frame.render_widget(Paragraph::new(styled(ghost, app.theme.quiet())), area);
    }
}

fn title(tab: &Tab, warnings: usize, width: u16) -> Vec<Span<'static>> {
    let bytes = tab.request.bytes();
    let mut title = format!("Request · {}", paint::bytes(bytes.len() as u64));
    let template = tab
        .target
        .as_ref()
        .is_some_and(|target| tab.template_with_cookie(target) == bytes);
    if template {
        title.push_str(if width < 40 {
            " · template"
        } else {
            " · as the URL stands"
        });
    } else if !bytes.is_empty() {
        title.push_str(" · by hand");
    }
    if warnings > 0 {
        title.push_str(&format!(" · ⚠ {warnings}"));
    }
    vec![Span::raw(title)]
}

fn has_words(tab: &Tab) -> bool {
    tab.hex.is_some() || !tab.lints.is_empty()
}

fn words_rows(inner: Rect) -> u16 {
    if inner.height >= 6 { WORDS } else { 1 }
}

/// The warning of the cursor's line, else the first one.
fn words(tab: &Tab, lints: &[Lint], row: usize) -> Option<String> {
    if let Some(digits) = &tab.hex {
        return Some(format!("one byte by two hex digits: {digits}_"));
    }
    let here = lints
        .iter()
        .find(|lint| tab.request.row_of(lint.offset) == row);
    let lint = here.or(lints.first())?;
    let message = safe::safe(&lint.message);
    Some(match here {
        Some(_) => message.into_owned(),
        None => format!("line {}: {message}", lint.line + 1),
    })
}
