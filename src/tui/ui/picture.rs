//! A picture in the response pane: drawn by the terminal where it can, else two pixels in
//! a cell.
//!
//! The upper one is the colour of `▀`, the lower one its ground. Without colours a cell's
//! lightness is told by shades, on an ASCII terminal by letters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::tui::app::{App, Focus, Tab};
use crate::tui::layout::{SMALLEST, inside};
use crate::tui::lens;
use crate::tui::rendering::Shown;
use crate::tui::terminal::Placed;
use crate::tui::theme::depth::Depth;
use crate::tui::visit::{ViewKind, Visit};
use crate::view::picture::Pixels;

/// From dark to light.
const SHADES: [&str; 5] = [" ", "░", "▒", "▓", "█"];
const LETTERS: [&str; 10] = [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"];

/// The picture that the terminal draws over this frame, and where; none where something
/// lies upon it.
pub fn placed(app: &App) -> Option<Placed> {
    let tab = app.tab();
    let completes = tab.focus == Focus::Url && tab.completion.is_some();
    let small = app.size.columns < SMALLEST.columns || app.size.rows < SMALLEST.rows;
    if app.popup.is_some() || completes || small {
        return None;
    }
    let visit = tab.visit()?;
    let rows = lens::rows_of(tab, inside(app.panes().response?));
    let (below, shown) = place(tab, visit, rows)?;
    let graphic = shown.graphic.clone()?;
    let area = Rect {
        width: graphic.columns,
        height: graphic.rows,
        ..below
    };
    // One made for another size waits until that of this one is there.
    (below.intersection(area) == area).then_some(Placed { area, graphic })
}

/// A picture and the rows it has, where the view shown is one; its facts stand above it:
/// they scroll, it does not.
pub fn place<'a>(tab: &Tab, visit: &'a Visit, rows: Rect) -> Option<(Rect, &'a Shown)> {
    let shown = visit.rendering.picture()?;
    if tab.view != ViewKind::Rendered || visit.gone {
        return None;
    }
    let (above, _) = lens::rows(tab, visit, rows);
    let above = u16::try_from(above.len())
        .unwrap_or(u16::MAX)
        .min(rows.height);
    let below = Rect {
        y: rows.y + above,
        height: rows.height - above,
        ..rows
    };
    Some((below, shown))
}

pub fn draw(buffer: &mut Buffer, area: Rect, pixels: &Pixels, app: &App) {
    let width = pixels.width.min(usize::from(area.width));
    let height = pixels.height.div_ceil(2).min(usize::from(area.height));
    for row in 0..height {
        for column in 0..width {
            // Both are below the area's, which are 16 bits.
            let at = (area.x + column as u16, area.y + row as u16);
            let Some(cell) = buffer.cell_mut(at) else {
                continue;
            };
            let upper = pixel(pixels, column, row * 2);
            let lower = pixel(pixels, column, row * 2 + 1);
            match app.depth.filter(|_| !app.ascii) {
                Some(depth) => {
                    cell.set_symbol("▀").set_fg(colour(depth, upper));
                    cell.set_bg(colour(depth, lower));
                }
                None => {
                    let light = (light(upper) + light(lower)) / 2;
                    cell.set_symbol(match app.ascii {
                        true => of(&LETTERS, light),
                        false => of(&SHADES, light),
                    });
                }
            }
        }
    }
}

fn pixel(pixels: &Pixels, x: usize, y: usize) -> Option<[u8; 3]> {
    let inside = x < pixels.width && y < pixels.height;
    let at = y * pixels.width + x;
    pixels.rgb.get(at).copied().filter(|_| inside)
}

/// Below the last row the terminal's own ground is.
fn colour(depth: Depth, pixel: Option<[u8; 3]>) -> Color {
    pixel.map_or(Color::Reset, |rgb| depth.pixel(rgb))
}

/// 0 to 255, as the eye weighs the colours (ITU-R BT.601).
fn light(pixel: Option<[u8; 3]>) -> usize {
    let [r, g, b] = pixel.unwrap_or_default().map(usize::from);
    (r * 299 + g * 587 + b * 114) / 1000
}

fn of<'a>(scale: &[&'a str], light: usize) -> &'a str {
    let at = light * scale.len() / 256;
    scale.get(at).copied().unwrap_or(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::tui::layout::Size;
    use crate::tui::theme::Theme;

    #[test]
    fn pixels_become_cells() {
        let pixels = Pixels {
            width: 2,
            height: 3,
            rgb: vec![[255; 3], [0; 3], [255; 3], [0; 3], [255, 0, 0], [0, 0, 255]],
        };
        for (depth, ascii, want) in [
            (None, false, ["█ ", "  "]),
            (None, true, ["@ ", ". "]),
            (Some(Depth::True), true, ["@ ", ". "]),
            (Some(Depth::True), false, ["▀▀", "▀▀"]),
        ] {
            let size = Size {
                columns: 60,
                rows: 15,
            };
            let mut app = App::new(size, Instant::now(), Theme::default());
            (app.depth, app.ascii) = (depth, ascii);
            let area = Rect::new(0, 0, 2, 2);
            let mut buffer = Buffer::empty(area);
            draw(&mut buffer, area, &pixels, &app);
            let rows: Vec<String> = (0..2)
                .map(|y| (0..2).map(|x| buffer[(x, y)].symbol()).collect())
                .collect();
            assert_eq!(rows, want, "{depth:?} {ascii}");
            if depth.is_some() && !ascii {
                let red = &buffer[(0, 1)];
                assert_eq!((red.fg, red.bg), (Color::Rgb(255, 0, 0), Color::Reset));
            }
        }
    }
}
