//! The data inspector: below the rows of a view, what the bytes under the cursor are.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::tui::address;
use crate::tui::app::Tab;
use crate::tui::theme::Theme;
use crate::tui::ui::{short, styled};
use crate::tui::visit::Visit;
use crate::view::inspect::{MOST, Reading, inspect};

/// Columns of a reading's name.
const NAME: usize = 8;

/// As many readings as there are rows, the commonest first.
pub fn draw(frame: &mut Frame, area: Rect, tab: &Tab, visit: &Visit, theme: Theme) {
    if area.height == 0 {
        return;
    }
    let width = usize::from(area.width);
    let Some(cursor) = visit.cursor(tab.view) else {
        let words = " no byte is pointed at: the arrows or a click show the cursor";
        frame.render_widget(
            Paragraph::new(styled(short(words, width), theme.quiet())),
            area,
        );
        return;
    };
    let at = cursor.bytes.start;
    let bytes = address::stretch(visit, tab.view, &(at..at.saturating_add(MOST as u64)));
    // A file that cannot be read says so in the rows above.
    let readings = inspect(&bytes.read().unwrap_or_default());
    // Little endian on the left half.
    let half = width.saturating_sub(NAME + 2) / 2;
    let lines: Vec<Line> = readings
        .iter()
        .take(usize::from(area.height))
        .map(|reading| line(reading, width, half, theme))
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}

fn line(reading: &Reading, width: usize, half: usize, theme: Theme) -> Line<'static> {
    let mut spans = vec![styled(format!(" {:<NAME$}", reading.name), theme.key())];
    let Some(big) = &reading.big else {
        spans.push(Span::raw(short(
            &reading.value,
            width.saturating_sub(NAME + 1),
        )));
        return Line::from(spans);
    };
    // A number that reads the same in both orders stands once.
    if *big == reading.value {
        spans.push(Span::raw(short(big, width.saturating_sub(NAME + 1))));
        return Line::from(spans);
    }
    for (order, value, columns) in [("le ", &reading.value, half), ("be ", big, half)] {
        let value = short(value, columns.saturating_sub(order.len() + 1));
        let pad = columns.saturating_sub(order.len() + value.width());
        spans.push(styled(order, theme.quiet()));
        spans.push(Span::raw(format!("{value}{}", " ".repeat(pad))));
    }
    Line::from(spans)
}
