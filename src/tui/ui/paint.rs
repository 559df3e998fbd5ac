//! Gauges, scales of time, and lines of a view in the theme's colours.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;
use ratatui::text::{Line, Span};

use crate::tui::theme::Theme;
use crate::view;

pub use crate::view::number::{bytes, grouped as count, time};

/// Draws rows of a view from the top of an area on; what does not fit is cut.
pub fn rows(buffer: &mut Buffer, area: Rect, rows: &[view::Line], theme: Theme) {
    let area = area.intersection(buffer.area);
    for (y, row) in (area.y..area.bottom()).zip(rows) {
        let mut x = area.x;
        for span in &row.spans {
            let style = theme.role(span.role);
            let room = usize::from(area.right().saturating_sub(x));
            if !span.text.is_ascii() {
                (x, _) = buffer.set_stringn(x, y, &span.text, room, style);
                continue;
            }
            // A column a byte: nothing has to be measured.
            for byte in span.text.bytes().take(room) {
                buffer[(x, y)].set_char(char::from(byte)).set_style(style);
                x += 1;
            }
        }
    }
}

/// A view's row, styled.
pub fn line(line: &view::Line, theme: Theme) -> Line<'static> {
    line.spans
        .iter()
        .map(|span| Span::styled(span.text.clone(), theme.role(span.role)))
        .collect()
}

/// Gives the theme's own ground to every cell that has no colours of its own.
pub fn ground(buffer: &mut Buffer, theme: Theme) {
    let (text, ground) = theme.screen();
    if (text, ground) == (Color::Reset, Color::Reset) {
        return;
    }
    for cell in &mut buffer.content {
        if cell.fg == Color::Reset {
            cell.fg = text;
        }
        if cell.bg == Color::Reset {
            cell.bg = ground;
        }
    }
}

/// A bar of `width` cells, filled by eighths.
pub fn gauge(part: u64, whole: u64, width: usize) -> String {
    const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    let eighths = if whole == 0 {
        0
    } else {
        let part = part.min(whole);
        // What is there is seen, however little of the whole it is.
        let least = usize::from(part > 0);
        ((part as f64 / whole as f64 * (width * 8) as f64) as usize).max(least)
    };
    let mut bar = "█".repeat(eighths / 8);
    if eighths / 8 < width {
        bar.push(EIGHTHS[eighths % 8]);
        bar.push_str(&" ".repeat(width - eighths / 8 - 1));
    }
    bar
}

/// A stretch of time on a scale of `width` cells that is `whole` long: at least one cell,
/// at its place.
pub fn stretch(time: Range<u64>, whole: u64, width: usize) -> String {
    let cell = |t: u64| t.min(whole) as f64 / whole.max(1) as f64 * width as f64;
    let from = (cell(time.start) as usize).min(width.saturating_sub(1));
    let to = (cell(time.end).ceil() as usize).clamp(from + 1, width.max(from + 1));
    let bar = format!("{}{}", " ".repeat(from), "▓".repeat(to - from));
    format!("{bar:width$}")
}

/// Columns of a time, see [`time`].
pub const TIME: usize = 7;

/// How long a stretch of time is, then where it stands on a scale: `width` columns in all.
pub fn timed(time: Range<u64>, whole: u64, width: usize) -> String {
    let us = self::time(time.end.saturating_sub(time.start));
    let room = width.saturating_sub(TIME + 1);
    format!("{us:>TIME$} {}", stretch(time, whole, room))
}

/// Columns as high as their values, the highest one all of `height` rows; the top row
/// first. What is there is seen, however little it is.
pub fn chart(values: &[Option<u64>], height: usize) -> Vec<String> {
    const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = values.iter().flatten().copied().max().unwrap_or(0).max(1);
    let eighths = |value: &Option<u64>| match *value {
        None | Some(0) => 0,
        Some(value) => ((value as f64 / most as f64 * (height * 8) as f64) as usize).max(1),
    };
    let row = |row: usize| {
        let below = (height - 1 - row) * 8;
        let cell = |value| EIGHTHS[eighths(value).saturating_sub(below).min(8)];
        values.iter().map(cell).collect()
    };
    (0..height).map(row).collect()
}

/// The last `width` values as blocks of eight heights.
pub fn sparkline(values: &[u64], width: usize) -> String {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let shown = &values[values.len().saturating_sub(width)..];
    let most = shown.iter().copied().max().unwrap_or(0);
    shown
        .iter()
        .map(|&value| match (value, most) {
            (0, _) | (_, 0) => ' ',
            _ => HEIGHTS[((value as f64 / most as f64) * 7.0).round() as usize],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_stand_at_their_time() {
        for (time, whole, want) in [
            (0..100, 100, "▓▓▓▓"),
            (0..50, 100, "▓▓  "),
            (50..100, 100, "  ▓▓"),
            (26..51, 100, " ▓▓ "),
            (0..0, 100, "▓   "),
            (100..100, 100, "   ▓"),
            (1..2, 1_000_000, "▓   "),
            (50..300, 100, "  ▓▓"),
            (0..0, 0, "▓   "),
        ] {
            assert_eq!(stretch(time.clone(), whole, 4), want, "{time:?}/{whole}");
        }
    }

    #[test]
    fn bars_fill_their_width() {
        for (part, whole, want) in [
            (0, 100, "    "),
            (1, 1_000_000, "▏   "),
            (50, 100, "██  "),
            (100, 100, "████"),
            (200, 100, "████"),
            (5, 0, "    "),
        ] {
            assert_eq!(gauge(part, whole, 4), want, "{part}/{whole}");
        }
        let values = [None, Some(0), Some(1), Some(50), Some(100)];
        for (height, want) in [(0, &[][..]), (1, &["  ▁▄█"]), (2, &["    █", "  ▁██"])]
        {
            assert_eq!(chart(&values, height), want, "{height}");
        }
        assert_eq!(sparkline(&[9, 0, 1, 8], 3), " ▂█");
    }
}
