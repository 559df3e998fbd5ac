//! The start page: what to type first, and three exercises one key away.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::tui::app::{App, Focus};
use crate::tui::ui::{is_focused, styled};

/// Rows of an exercise: its title, what it shows, a blank one.
const ROWS: u16 = 3;

pub fn draw(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme;
    let mut lines = intro(app);
    let chosen = app.tab().exercise;
    let focused = is_focused(app, Focus::Response);
    for (number, exercise) in app.exercises().iter().enumerate() {
        let sign = if number == chosen && focused {
            "▸"
        } else {
            " "
        };
        let title = format!(" {sign} {}  {}", number + 1, exercise.title);
        lines.push(Line::from(vec![
            Span::styled(
                title,
                if number == chosen && focused {
                    theme.key()
                } else {
                    theme.strong()
                },
            ),
            styled(format!("  {}", exercise.url), theme.quiet()),
        ]));
        lines.push(Line::from(format!("      {}", exercise.what)));
        lines.push(Line::default());
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// The exercise under a click; `area` is the pane's inside.
pub fn exercise_at(area: Rect, at: Position) -> Option<usize> {
    let first = area.y + u16::try_from(INTRO_ROWS).ok()?;
    let row = at.y.checked_sub(first)?;
    let number = usize::from(row / ROWS);
    (number < 3 && area.contains(at)).then_some(number)
}

const INTRO_ROWS: usize = 7;

fn intro(app: &App) -> Vec<Line<'static>> {
    let theme = app.theme;
    let playground = match app.playground {
        Some(port) => {
            format!("a practice server listens on localhost:{port}, on this machine only")
        }
        None => "the practice server could not start: only other servers can be tried".to_owned(),
    };
    vec![
        Line::default(),
        Line::from(vec![
            styled(" An eye on the socket. ", theme.strong()),
            styled(playground, theme.quiet()),
        ]),
        Line::default(),
        Line::from(vec![
            Span::raw(" "),
            styled("Ctrl-L", theme.key()),
            Span::raw(" type a URL, Enter goes    "),
            styled("F2", theme.key()),
            Span::raw(" write the request by hand, F5 sends it"),
        ]),
        Line::default(),
        Line::from(vec![
            Span::raw(" Or begin here: "),
            styled("Enter", theme.key()),
            Span::raw(", or its number"),
        ]),
        Line::default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::layout::Size;
    use crate::tui::theme::Theme;

    #[test]
    fn a_click_finds_the_exercise_that_is_drawn_there() {
        let app = App::new(
            Size {
                columns: 80,
                rows: 24,
            },
            std::time::Instant::now(),
            Theme::new(false),
        );
        assert_eq!(intro(&app).len(), INTRO_ROWS);
        let area = Rect::new(10, 2, 60, 20);
        for (row, want) in [
            (2, None),
            (8, None),
            (9, Some(0)),
            (12, Some(1)),
            (15, Some(2)),
            (18, None),
        ] {
            assert_eq!(exercise_at(area, Position::new(20, row)), want, "{row}");
        }
    }
}
