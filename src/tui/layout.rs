//! Where each pane is: a pure function of the size and of what is shown.
//!
//! Frames are drawn by it, and a mouse's position is looked up in it.
//!
//! ```text
//! wide (from 100 columns and 24 rows)        narrow: the same with fewer rows for each;
//! ┌ bar ────────────────────────────────┐    below 76 columns or 20 rows one pane at
//! ├ url ────────────────────────────────┤    a time between bar, url, verdict, hints
//! │ request      │ response             │
//! ├──────────────┤                      │
//! │ socket       ├──────────────────────┤
//! │              │ buffers              │
//! ├ phases ──────┴──────────────────────┤
//! ├ verdict ────────────────────────────┤
//! └ hints ──────────────────────────────┘
//! ```

use ratatui::layout::Rect;

use crate::tui::app::Focus;

/// Columns and rows of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub columns: u16,
    pub rows: u16,
}

/// Below this nothing can be shown but words.
pub const SMALLEST: Size = Size {
    columns: 60,
    rows: 15,
};

/// Each pane's place; `None`: not shown at this size, or hidden by the zoom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Panes {
    pub bar: Rect,
    pub url: Rect,
    pub request: Option<Rect>,
    pub response: Option<Rect>,
    pub socket: Option<Rect>,
    pub buffers: Option<Rect>,
    pub phases: Option<Rect>,
    pub verdict: Rect,
    pub hints: Rect,
}

pub fn panes(size: Size, focus: Focus, zoom: bool) -> Panes {
    let all = Rect::new(0, 0, size.columns, size.rows);
    let tall = size.rows >= 28;
    let (bar, rest) = top(all, 1);
    let (url, rest) = top(rest, if tall { 3 } else { 1 });
    let (rest, hints) = bottom(rest, 1);
    let (rest, verdict) = bottom(rest, 1);
    let mut panes = Panes {
        bar,
        url,
        verdict,
        hints,
        ..Panes::default()
    };
    if zoom || size.columns < 76 || size.rows < 20 {
        match focus {
            Focus::Request => panes.request = Some(rest),
            Focus::Socket if rest.height >= 10 => {
                let (rest, buffers) = bottom(rest, 4);
                panes.socket = Some(rest);
                panes.buffers = Some(buffers);
            }
            Focus::Socket => panes.socket = Some(rest),
            Focus::Url | Focus::Response => panes.response = Some(rest),
        }
        return panes;
    }
    let (rest, phases) = bottom(rest, 1);
    panes.phases = Some(phases);
    // At 120 columns 76 are left inside the response: sixteen bytes in hex.
    let left_width = (size.columns * 7 / 20).clamp(34, 64);
    let left = Rect {
        width: left_width,
        ..rest
    };
    let right = Rect {
        x: rest.x + left_width,
        width: rest.width - left_width,
        ..rest
    };
    let request_height = match focus {
        Focus::Request => left.height / 2,
        _ => (left.height / 3).max(6),
    };
    let (request, socket) = top(left, request_height);
    let (response, buffers) = bottom(right, if tall { 5 } else { 4 });
    panes.request = Some(request);
    panes.socket = Some(socket);
    panes.response = Some(response);
    panes.buffers = Some(buffers);
    panes
}

/// Inside a pane's border.
pub fn inside(pane: Rect) -> Rect {
    Rect {
        x: pane.x + 1,
        y: pane.y + 1,
        width: pane.width.saturating_sub(2),
        height: pane.height.saturating_sub(2),
    }
}

fn top(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    (
        Rect { height, ..area },
        Rect {
            y: area.y + height,
            height: area.height - height,
            ..area
        },
    )
}

fn bottom(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let (above, below) = top(area, area.height - height);
    (above, below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_lie_inside_the_screen_and_do_not_overlap() {
        for columns in [60, 75, 76, 80, 99, 120, 200, 400] {
            for rows in [15, 19, 20, 24, 27, 28, 40, 120] {
                for focus in [Focus::Url, Focus::Request, Focus::Response, Focus::Socket] {
                    for zoom in [false, true] {
                        check(Size { columns, rows }, focus, zoom);
                    }
                }
            }
        }
    }

    fn check(size: Size, focus: Focus, zoom: bool) {
        let p = panes(size, focus, zoom);
        let mut all = vec![p.bar, p.url, p.verdict, p.hints];
        all.extend(
            [p.request, p.response, p.socket, p.buffers, p.phases]
                .into_iter()
                .flatten(),
        );
        let screen = Rect::new(0, 0, size.columns, size.rows);
        for (i, a) in all.iter().enumerate() {
            assert_eq!(screen.intersection(*a), *a, "{size:?} {focus:?} {a:?}");
            for b in &all[i + 1..] {
                assert!(a.intersection(*b).is_empty(), "{size:?} {a:?} {b:?}");
            }
        }
        let area: u32 = all.iter().map(|rect| rect.area()).sum();
        assert_eq!(area, screen.area(), "{size:?} {focus:?}");
    }
}
