//! Borders moved by keys.

use crate::tui::app::{App, Focus};
use crate::tui::keymap::Motion;
use crate::tui::layout::Border;

/// Columns and rows that a key moves a border: a cell is about twice as high as wide.
const COLUMNS: i16 = 2;
const ROWS: i16 = 1;

/// Moves the border that is nearest to the pane in focus.
pub(super) fn resize(app: &mut App, motion: Motion) {
    let (across, by) = match motion {
        Motion::Left => (true, -COLUMNS),
        Motion::Right => (true, COLUMNS),
        Motion::Up => (false, -ROWS),
        Motion::Down => (false, ROWS),
        _ => return,
    };
    let nearest: &[Border] = match (across, app.tab().focus) {
        (true, _) => &[Border::Left],
        (false, Focus::Url | Focus::Request) => &[Border::Request],
        (false, Focus::Response) => &[Border::Response, Border::Stacked],
        (false, Focus::Socket) => &[Border::Stacked, Border::Request],
    };
    let panes = app.panes();
    match nearest.iter().find_map(|&border| panes.grip(border)) {
        Some(grip) => app.split.push(grip, by),
        None => app.note("no border to move that way at this size"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::layout::Size;
    use crate::tui::theme::Theme;

    /// What a key does to the width and the height of the pane in focus.
    #[test]
    fn a_key_moves_the_nearest_border() {
        use Motion::{Down, Left, Right, Up};
        for (columns, focus, motion, want) in [
            (120, Focus::Request, Right, (2, 0)),
            (120, Focus::Request, Left, (-2, 0)),
            (120, Focus::Request, Down, (0, 1)),
            (120, Focus::Socket, Down, (0, -1)),
            (120, Focus::Socket, Up, (0, 1)),
            (120, Focus::Response, Left, (2, 0)),
            (120, Focus::Response, Up, (0, -1)),
            (70, Focus::Request, Down, (0, 1)),
            (70, Focus::Response, Down, (0, 1)),
            (70, Focus::Socket, Up, (0, 1)),
            (70, Focus::Socket, Left, (0, 0)),
        ] {
            let size = Size { columns, rows: 50 };
            let mut app = App::new(size, std::time::Instant::now(), Theme::new(false));
            app.tab_mut().focus = focus;
            let pane = |app: &App| {
                let panes = app.panes();
                let pane = match focus {
                    Focus::Url => Some(panes.url),
                    Focus::Request => panes.request,
                    Focus::Response => panes.response,
                    Focus::Socket => panes.socket,
                };
                pane.unwrap()
            };
            let before = pane(&app);
            resize(&mut app, motion);
            let after = pane(&app);
            let grown = |before: u16, after: u16| i32::from(after) - i32::from(before);
            let got = (
                grown(before.width, after.width),
                grown(before.height, after.height),
            );
            assert_eq!(got, want, "{columns} {focus:?} {motion:?}");
            assert_eq!(app.notice.is_some(), want == (0, 0));
        }
    }
}
