//! The start page: what to type first, and three exercises one key away.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::tui::app::{App, Focus};
use crate::tui::fill::in_rows;
use crate::tui::keymap::{Action, Place};
use crate::tui::practice::Practice;
use crate::tui::ui::{is_focused, styled};

pub fn draw(frame: &mut Frame, area: Rect, app: &App) {
    let lines: Vec<Line> = rows(app, area).into_iter().map(|(_, line)| line).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// The exercise under a click; `area` is the pane's inside.
pub fn exercise_at(app: &App, area: Rect, at: Position) -> Option<usize> {
    let row = usize::from(at.y.checked_sub(area.y)?);
    rows(app, area).get(row).and_then(|(exercise, _)| *exercise)
}

/// Each row with the exercise it belongs to. Where there are few rows, blank ones go.
fn rows(app: &App, area: Rect) -> Vec<(Option<usize>, Line<'static>)> {
    let theme = app.theme;
    let airy = area.height >= 17;
    let mut rows = Vec::new();
    if airy {
        rows.push((None, Line::default()));
    }
    for line in intro(app, usize::from(area.width)) {
        rows.push((None, line));
        if airy {
            rows.push((None, Line::default()));
        }
    }
    let focused = is_focused(app, Focus::Response);
    for (number, exercise) in app.exercises().iter().enumerate() {
        let chosen = number == app.tab().exercise && focused;
        let (sign, style) = match chosen {
            true => ("▸", theme.key()),
            false => (" ", theme.strong()),
        };
        let title = format!(" {sign} {}  {}", number + 1, exercise.title);
        rows.push((Some(number), Line::styled(title, style)));
        if airy {
            let url = styled(format!("      {}", exercise.url), theme.quiet());
            rows.push((Some(number), Line::from(url)));
        }
        // In whole words where three rows of them have room; else as far as they go.
        let columns = match area.height {
            ..12 => usize::MAX,
            _ => usize::from(area.width).saturating_sub(7),
        };
        for words in in_rows(&exercise.what, columns) {
            rows.push((Some(number), Line::raw(format!("      {words}"))));
        }
        if airy {
            rows.push((None, Line::default()));
        }
    }
    if let (true, Some(port)) = (airy, app.playground.filter(|_| offers_proxies(app))) {
        let key = |action| styled(app.keys.key(action), theme.key());
        rows.push((
            None,
            Line::from(vec![
                Span::raw(" Through a proxy: "),
                key(Action::Commands),
                Span::raw(format!(
                    " {}, ↓ offers HTTP and SOCKS5",
                    Action::Proxy.name()
                )),
            ]),
        ));
        let list = format!("      localhost:{port}/proxies lists them, and a Unix socket");
        rows.push((None, Line::from(styled(list, theme.quiet()))));
    }
    rows
}

fn offers_proxies(app: &App) -> bool {
    let practice = app.practice.as_ref();
    practice.is_some_and(|practice| !practice.proxies.is_empty())
}

fn intro(app: &App, columns: usize) -> [Line<'static>; 3] {
    let theme = app.theme;
    let secure = app.practice.as_ref().and_then(Practice::good);
    let playground = match (app.playground, secure) {
        (Some(port), Some(secure)) => {
            let both = format!("localhost:{port} · https://localhost:{secure}");
            let words = format!("Practice servers: {both}");
            // The addresses alone say enough where there is no room.
            if words.width() < columns { words } else { both }
        }
        (Some(port), None) => format!("A practice server is here: localhost:{port}"),
        (None, _) => "The practice server could not start: type another URL".to_owned(),
    };
    let key = |action| styled(app.keys.key(action), theme.key());
    let [url, request, send] = match columns {
        ..53 => [" URL · ", " request · ", " send"],
        _ => [" a URL · ", " the request by hand, ", " sends it"],
    };
    [
        Line::from(vec![Span::raw(" "), styled(playground, theme.strong())]),
        Line::from(vec![
            Span::raw(" "),
            key(Action::FocusUrl),
            Span::raw(url),
            key(Action::FocusRequest),
            Span::raw(request),
            key(Action::Send),
            Span::raw(send),
        ]),
        Line::from(vec![
            Span::raw(" Or begin here: "),
            styled(app.keys.key_in(Place::Start, Action::Choose), theme.key()),
            Span::raw(", a number · "),
            key(Action::Lessons),
            Span::raw(" lessons"),
        ]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::layout::Size;
    use crate::tui::theme::Theme;

    #[test]
    fn every_exercise_is_in_sight_and_can_be_clicked() {
        for (columns, rows) in [(60, 15), (80, 24), (120, 40)] {
            let size = Size { columns, rows };
            let app = App::new(size, std::time::Instant::now(), Theme::new(false));
            let area = Rect::new(1, 3, 58, rows - 6);
            let hit: Vec<Option<usize>> = (3..rows - 3)
                .map(|y| exercise_at(&app, area, Position::new(5, y)))
                .collect();
            for number in 0..3 {
                assert!(hit.contains(&Some(number)), "{size:?} {number}");
            }
            assert_eq!(hit[0], None);
        }
    }
}
