//! The URL bar: what is typed, and in its border how it will be fetched.
//!
//! ```text
//! ╭ GET ───────────────────────────────────────── end: auto · recv 4096 · IPv4 ─╮
//! │ http://localhost:8080/drip?bytes=4096&every=200        path is percent-enc… │
//! ╰─────────────────────────────────────────────────────────────────────────────╯
//! ```

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::request;
use crate::tui::app::{App, Focus};
use crate::tui::layout::inside;
use crate::tui::ui::{is_focused, paint, pane, short, styled};
use crate::view::safe;

/// Columns before the text in the one-row form.
const PROMPT: &str = " URL ";

/// Where the typed text is, in either form.
pub fn text_area(area: Rect) -> Rect {
    if area.height >= 3 {
        let inner = inside(area);
        return Rect {
            x: inner.x + 1,
            width: inner.width.saturating_sub(2),
            ..inner
        };
    }
    let prompt = PROMPT.width() as u16;
    Rect {
        x: area.x + prompt,
        width: area.width.saturating_sub(prompt),
        ..area
    }
}

pub fn draw(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme;
    let tab = app.tab();
    let focused = is_focused(app, Focus::Url);
    let text = text_area(area);
    let knobs = tab.knobs.summary();
    if area.height >= 3 {
        let method = String::from_utf8_lossy(request::method(tab.request.bytes())).into_owned();
        let title = match method.is_empty() {
            true => "URL".to_owned(),
            false => short(&method, 20),
        };
        let block = pane(theme, focused, vec![Span::raw(title)])
            .title_top(Line::from(styled(format!(" {knobs} "), theme.quiet())).right_aligned());
        frame.render_widget(block, area);
    } else {
        let style = if focused { theme.key() } else { theme.quiet() };
        frame.render_widget(Paragraph::new(styled(PROMPT, style)), area);
    }
    let shown = tab.url.lines(usize::from(text.width), 1);
    paint::rows(frame.buffer_mut(), text, &shown, theme);
    note(frame, text, app);
    if focused && tab.hex.is_none() {
        let (_, column) = tab.url.cursor_cell();
        let column = column.saturating_sub(tab.url.first_column()) as u16;
        frame.set_cursor_position(Position::new(text.x + column.min(text.width), text.y));
    }
}

/// At the right of the text, where there is room: what the URL's change did; in the
/// one-row form the knobs.
fn note(frame: &mut Frame, text: Rect, app: &App) {
    let tab = app.tab();
    let words = match &tab.url_note {
        Some(note) => safe::safe(note).into_owned(),
        None if text.height == 1 && app.size.rows < 28 => tab.knobs.summary(),
        None => return,
    };
    let used = tab.url.text().width() + 3;
    let room = usize::from(text.width).saturating_sub(used);
    if room < 12 {
        return;
    }
    let words = safe::cut(&words, room);
    let width = words.width() as u16;
    let area = Rect {
        x: text.x + text.width - width,
        width,
        ..text
    };
    let style = if tab.url_note.is_some() {
        app.theme.warning()
    } else {
        app.theme.quiet()
    };
    frame.render_widget(Paragraph::new(styled(words, style)), area);
}
