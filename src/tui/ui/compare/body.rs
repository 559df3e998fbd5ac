//! Two bodies: whether they are equal, and some rows of both from the first difference
//! on, as text, or in hexadecimal where either is none.

use ratatui::text::{Line, Span};

use super::{MARGIN, SIDES, Sheet, filled};
use crate::body::Window;
use crate::body::differ::{Same, is_text};
use crate::decode::Letters;
use crate::tui::compare::Bodies;
use crate::tui::ui::paint;
use crate::view::{Hex, Marks, Text, View};

/// Rows of each body from the first difference on.
const BODY_ROWS: usize = 6;
/// Bytes there that tell whether it is text.
const LOOK: usize = 64;

impl Sheet {
    pub(super) fn bodies(&mut self, bodies: [Window; 2], known: &Bodies) {
        let [a, b] = bodies.each_ref().map(Window::there);
        let words = match known {
            Bodies::Coming => "compared when both exchanges are over".to_owned(),
            Bodies::Comparing(same) => {
                format!("comparing: {} are equal so far", paint::bytes(*same))
            }
            Bodies::Compared(Same::All) if a == 0 => "= both are empty".to_owned(),
            Bodies::Compared(Same::All) => {
                format!("= equal, byte for byte: {} B", paint::count(a))
            }
            Bodies::Compared(Same::Until(at)) => {
                let at_words = format!("{} (0x{at:x})", paint::count(*at));
                match (*at == a, *at == b) {
                    (true, _) => format!("≠ A ends at offset {at_words}, B goes on"),
                    (_, true) => format!("≠ B ends at offset {at_words}, A goes on"),
                    _ => format!("≠ from offset {at_words} on"),
                }
            }
            Bodies::Unreadable(why) => format!("cannot be read back: {why}"),
        };
        self.section("Body", &words);
        if let Bodies::Compared(Same::Until(at)) = known {
            self.excerpts(&bodies, *at);
        }
    }

    /// Some rows of each body, the first one with the byte that differs.
    fn excerpts(&mut self, bodies: &[Window; 2], at: u64) {
        let text = bodies.iter().all(|body| {
            let bytes = body.read(at, LOOK);
            bytes.is_ok_and(|bytes| is_text(&bytes))
        });
        let width = match self.beside() {
            true => (self.width - 4) / 2,
            false => self.width.saturating_sub(MARGIN),
        };
        let [a, b] = bodies.each_ref().map(|body| excerpt(body, text, width));
        let marks = Marks {
            hit: Some(at..at.saturating_add(1)),
            ..Marks::default()
        };
        // The one that goes on has the row that the byte is in.
        let top = a.anchor(at).max(b.anchor(at));
        let [a, b] =
            [(a, &bodies[0]), (b, &bodies[1])].map(|(view, body)| match top < body.there() {
                true => view.marked(top, BODY_ROWS, &mut |_| marks.clone()),
                false => Vec::new(),
            });
        let theme = self.theme;
        let ends = || Line::styled("(ends before)", theme.quiet());
        let styled_rows = |rows: Vec<crate::view::Line>| match rows.is_empty() {
            true => vec![ends()],
            false => rows.iter().map(|row| paint::line(row, theme)).collect(),
        };
        let [a, b] = [styled_rows(a), styled_rows(b)];
        if self.beside() {
            self.label(&format!(" {}  {}", filled(SIDES[0], width), SIDES[1]));
            for at in 0..a.len().max(b.len()) {
                let mut spans = vec![Span::raw(" ")];
                let left = a.get(at).cloned().unwrap_or_default();
                let gap = (width + 2).saturating_sub(left.width());
                spans.extend(left.spans);
                spans.push(Span::raw(" ".repeat(gap)));
                spans.extend(b.get(at).cloned().unwrap_or_default().spans);
                self.lines.push(Line::from(spans));
            }
            return;
        }
        for (side, rows) in SIDES.iter().zip([a, b]) {
            self.label(&format!(" {side}"));
            self.lines.extend(rows.into_iter().map(|row| {
                let mut spans = vec![Span::raw("   ")];
                spans.extend(row.spans);
                Line::from(spans)
            }));
        }
    }
}

fn excerpt(body: &Window, text: bool, width: usize) -> Box<dyn View> {
    let window = body.clone();
    match text {
        true => Box::new(Text {
            window,
            letters: Letters::default(),
            width,
            wrap: true,
            left: 0,
        }),
        false => Box::new(Hex {
            window,
            width,
            left: 0,
        }),
    }
}
