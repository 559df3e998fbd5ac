//! Where each pane is: a pure function of the size, of what is shown and of where the
//! user put the borders.
//!
//! Frames are drawn by it, and a mouse's position is looked up in it.
//!
//! ```text
//! side by side                              stacked: narrow, but tall
//! ┌ bar ────────────────────────────────┐   ┌ bar ──────────────┐
//! ├ url ────────────────────────────────┤   ├ url ──────────────┤
//! │ request      │ response             │   │ request           │
//! ├──────────────┤                      │   ├───────────────────┤
//! │ socket       ├──────────────────────┤   │ response          │
//! │              │ buffers              │   ├───────────────────┤
//! ├ phases ──────┴──────────────────────┤   │ socket            │
//! ├ verdict ────────────────────────────┤   ├ buffers ──────────┤
//! └ hints ──────────────────────────────┘   └ phases … hints ───┘
//! ```
//! Where neither fits, one pane at a time stands between bar, url, verdict and hints.

use ratatui::layout::{Position, Rect};

/// Columns and rows of the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub columns: u16,
    pub rows: u16,
}

/// The pane that has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Url,
    Request,
    Response,
    Socket,
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
    /// The borders that can be moved.
    pub grips: [Option<Grip>; 3],
}

/// A border between two panes, named by the pane before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Between the two columns.
    Left,
    /// Below the request.
    Request,
    /// Below the response: above the buffers, side by side.
    Response,
    /// Below the response: above the socket log, stacked.
    Stacked,
}

/// Where the user put the borders: thousandths of the room that each divides, so that
/// they stay in proportion when the terminal's size changes; `None`: where they are by
/// themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split([Option<u16>; 4]);

/// A border as it can be taken hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grip {
    pub border: Border,
    /// What it divides.
    room: Rect,
    /// Columns (or rows) of the room before it.
    at: u16,
}

/// Columns and rows that a pane keeps, however far a border is moved: its frame and what
/// makes sense of it.
const LEFT: u16 = 24;
const RIGHT: u16 = 36;
const REQUEST: u16 = 4;
const RESPONSE: u16 = 6;
const SOCKET: u16 = 4;
const BUFFERS: u16 = 4;

pub fn panes(size: Size, focus: Focus, zoom: bool, split: Split) -> Panes {
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
    let stack = size.columns < 100 && size.rows >= 36;
    if zoom || !stack && (size.columns < 76 || size.rows < 20) {
        one(&mut panes, rest, focus);
        return panes;
    }
    let (rest, phases) = bottom(rest, 1);
    panes.phases = Some(phases);
    match stack {
        true => stacked(&mut panes, rest, focus, split),
        false => side_by_side(&mut panes, rest, focus, split, tall),
    }
    panes
}

fn one(panes: &mut Panes, rest: Rect, focus: Focus) {
    match focus {
        Focus::Request => panes.request = Some(rest),
        Focus::Socket if rest.height >= 10 => {
            let (rest, buffers) = bottom(rest, BUFFERS);
            panes.socket = Some(rest);
            panes.buffers = Some(buffers);
        }
        Focus::Socket => panes.socket = Some(rest),
        Focus::Url | Focus::Response => panes.response = Some(rest),
    }
}

fn side_by_side(panes: &mut Panes, rest: Rect, focus: Focus, split: Split, tall: bool) {
    // At 120 columns 76 are left inside the response: sixteen bytes in hex.
    let usual = (rest.width * 7 / 20).clamp(34, 64);
    let between = split.grip(Border::Left, rest, usual, LEFT, RIGHT);
    let (left, right) = between.halves();
    let usual = match focus {
        Focus::Request => left.height / 2,
        _ => (left.height / 3).max(6),
    };
    let below = split.grip(Border::Request, left, usual, REQUEST, SOCKET);
    let (request, socket) = below.halves();
    let usual = right.height.saturating_sub(if tall { 5 } else { 4 });
    let above = split.grip(Border::Response, right, usual, RESPONSE, BUFFERS);
    let (response, buffers) = above.halves();
    panes.request = Some(request);
    panes.socket = Some(socket);
    panes.response = Some(response);
    panes.buffers = Some(buffers);
    panes.grips = [Some(between), Some(below), Some(above)];
}

fn stacked(panes: &mut Panes, rest: Rect, focus: Focus, split: Split) {
    let (rest, buffers) = bottom(rest, BUFFERS);
    let usual = match focus {
        Focus::Request => rest.height * 2 / 5,
        // Five lines and where the next would begin.
        _ => (rest.height / 5).max(8),
    };
    let below = split.grip(Border::Request, rest, usual, REQUEST, RESPONSE + SOCKET);
    let (request, rest) = below.halves();
    let usual = rest.height * 3 / 5;
    let between = split.grip(Border::Stacked, rest, usual, RESPONSE, SOCKET);
    let (response, socket) = between.halves();
    panes.request = Some(request);
    panes.response = Some(response);
    panes.socket = Some(socket);
    panes.buffers = Some(buffers);
    panes.grips = [Some(below), Some(between), None];
}

impl Panes {
    /// The border at this cell: the frames of both panes that it divides.
    pub fn grip_at(&self, at: Position) -> Option<Grip> {
        let mut grips = self.grips.into_iter().flatten();
        grips.find(|grip| {
            let (before, after) = grip.halves();
            let beside = match grip.border {
                Border::Left => at.x + 1 == before.right() || at.x == after.x,
                _ => at.y + 1 == before.bottom() || at.y == after.y,
            };
            beside && grip.room.contains(at)
        })
    }

    pub fn grip(&self, border: Border) -> Option<Grip> {
        let mut grips = self.grips.into_iter().flatten();
        grips.find(|grip| grip.border == border)
    }
}

impl Grip {
    /// The room before the border and the room after it.
    fn halves(self) -> (Rect, Rect) {
        match self.border {
            Border::Left => left(self.room, self.at),
            _ => top(self.room, self.at),
        }
    }

    /// The cells of its room along which it moves.
    fn length(self) -> u16 {
        match self.border {
            Border::Left => self.room.width,
            _ => self.room.height,
        }
    }
}

impl Split {
    /// So that what comes after the border begins at this cell.
    pub fn drag(&mut self, grip: Grip, to: Position) {
        let at = match grip.border {
            Border::Left => to.x.saturating_sub(grip.room.x),
            _ => to.y.saturating_sub(grip.room.y),
        };
        self.put(grip, at);
    }

    /// So many columns or rows further to the right or down.
    pub fn push(&mut self, grip: Grip, by: i16) {
        self.put(grip, grip.at.saturating_add_signed(by));
    }

    fn put(&mut self, grip: Grip, at: u16) {
        let length = u32::from(grip.length()).max(1);
        let share = (u32::from(at).min(length) * 1000 + length / 2) / length;
        self.0[grip.border as usize] = u16::try_from(share).ok();
    }

    /// The border in its room: where the user put it, else where it is by itself; `before`
    /// and `after` are kept free for the panes.
    fn grip(self, border: Border, room: Rect, usual: u16, before: u16, after: u16) -> Grip {
        let mut grip = Grip {
            border,
            room,
            at: usual,
        };
        let length = grip.length();
        if let Some(share) = self.0[border as usize] {
            let at = (u32::from(length) * u32::from(share) + 500) / 1000;
            grip.at = u16::try_from(at).unwrap_or(length);
        }
        grip.at = grip.at.min(length.saturating_sub(after)).max(before);
        grip
    }
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

fn left(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    (
        Rect { width, ..area },
        Rect {
            x: area.x + width,
            width: area.width - width,
            ..area
        },
    )
}

fn bottom(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    top(area, area.height - height)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOCUSES: [Focus; 4] = [Focus::Url, Focus::Request, Focus::Response, Focus::Socket];

    fn sizes() -> impl Iterator<Item = Size> {
        const COLUMNS: [u16; 9] = [60, 70, 75, 76, 80, 99, 120, 200, 400];
        const ROWS: [u16; 10] = [15, 19, 20, 24, 27, 28, 35, 36, 50, 120];
        COLUMNS
            .into_iter()
            .flat_map(|columns| ROWS.map(|rows| Size { columns, rows }))
    }

    /// Every border where it is by itself and at either end.
    fn splits() -> Vec<Split> {
        const SHARES: [Option<u16>; 3] = [None, Some(0), Some(1000)];
        let mut splits = vec![Split::default()];
        for border in 0..4 {
            splits = splits
                .iter()
                .flat_map(|split| {
                    SHARES.map(|share| {
                        let mut split = *split;
                        split.0[border] = share;
                        split
                    })
                })
                .collect();
        }
        splits
    }

    #[test]
    fn panes_fill_the_screen_and_none_vanishes_wherever_the_borders_are() {
        for size in sizes() {
            for focus in FOCUSES {
                check(size, focus, true, Split::default());
                for split in splits() {
                    check(size, focus, false, split);
                }
            }
        }
    }

    fn check(size: Size, focus: Focus, zoom: bool, split: Split) {
        let p = panes(size, focus, zoom, split);
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
        assert_eq!(area, screen.area(), "{size:?} {focus:?} {split:?}");
        for (pane, columns, rows) in [
            (p.request, LEFT, REQUEST),
            (p.response, RIGHT, RESPONSE),
            (p.socket, LEFT, SOCKET),
            (p.buffers, RIGHT, BUFFERS),
        ] {
            let fits = |pane: Rect| pane.width >= columns && pane.height >= rows;
            assert!(pane.is_none_or(fits), "{size:?} {focus:?} {split:?} {p:?}");
        }
    }

    #[test]
    fn the_size_says_how_many_panes_are_shown() {
        for (columns, rows, want) in [
            (60, 15, "response"),
            (60, 35, "response"),
            (76, 19, "response"),
            (76, 20, "side by side"),
            (80, 24, "side by side"),
            (120, 40, "side by side"),
            (100, 36, "side by side"),
            (99, 36, "stacked"),
            (70, 50, "stacked"),
            (60, 36, "stacked"),
        ] {
            let size = Size { columns, rows };
            let p = panes(size, Focus::Response, false, Split::default());
            let got = match (p.request, p.response) {
                (None, Some(_)) => "response",
                (Some(request), Some(response)) if request.y == response.y => "side by side",
                _ => "stacked",
            };
            assert_eq!(got, want, "{columns}x{rows}");
        }
    }

    #[test]
    fn a_border_goes_where_it_is_dragged() {
        for (columns, rows, border, to) in [
            (120, 40, Border::Left, (60, 10)),
            (400, 40, Border::Left, (123, 10)),
            (400, 40, Border::Left, (124, 10)),
            (120, 40, Border::Request, (5, 22)),
            (120, 40, Border::Response, (80, 17)),
            (70, 50, Border::Request, (5, 13)),
            (70, 50, Border::Stacked, (5, 31)),
        ] {
            let size = Size { columns, rows };
            let to = Position::new(to.0, to.1);
            let mut split = Split::default();
            let shown = |split| panes(size, Focus::Response, false, split);
            split.drag(shown(split).grip(border).unwrap(), to);
            let found = shown(split).grip_at(to).map(|grip| grip.border);
            assert_eq!(found, Some(border), "{size:?}");
            let after = shown(split).grip(border).unwrap().halves().1;
            let start = match border {
                Border::Left => (after.x, to.x),
                _ => (after.y, to.y),
            };
            assert_eq!(start.0, start.1, "{size:?} {border:?}");
        }
    }

    #[test]
    fn a_border_is_pushed_cell_by_cell_and_stops() {
        for columns in [76, 120, 400] {
            let size = Size { columns, rows: 30 };
            let shown = |split| panes(size, Focus::Response, false, split);
            let mut split = Split::default();
            let at = |split| shown(split).grip(Border::Left).unwrap().at;
            for step in 1..=5 {
                let before = at(split);
                split.push(shown(split).grip(Border::Left).unwrap(), 1);
                let most = columns - RIGHT;
                assert_eq!(at(split), (before + 1).min(most), "{columns} {step}");
            }
            for _ in 0..columns {
                split.push(shown(split).grip(Border::Left).unwrap(), -2);
            }
            assert_eq!(at(split), LEFT);
        }
    }

    #[test]
    fn a_zoomed_pane_has_no_border_to_move() {
        for size in sizes() {
            let p = panes(size, Focus::Response, true, Split::default());
            assert_eq!(p.grips, [None; 3]);
        }
    }
}
