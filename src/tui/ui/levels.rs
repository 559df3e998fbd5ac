//! Window, queues and rate over the whole time of an exchange, each on its own scale.
//!
//! ```text
//! ┏ Buffers over time ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ received · now 1.1 GiB/s · most 1.3 GiB/s                   ┃
//! ┃      ▄▇████▇███▇▇████▇▇███                                  ┃
//! ┃ our window · now 3.0 MiB · most 3.0 MiB                     ┃
//! ┃ ▁▁▂▄▇███████████████████████                                ┃
//! ┃ 0 s                                                  1.20 s ┃
//! ```

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::exchange::{Exchange, Level, Rate};
use crate::tui::app::App;
use crate::tui::keymap::Action;
use crate::tui::theme::Theme;
use crate::tui::ui::sheet::{centred, open};
use crate::tui::ui::{paint, styled};

/// Rows of a chart at most, its title not among them.
const HIGHEST: usize = 6;

/// One level of the kernel's, and which way its bytes go.
struct Series {
    title: &'static str,
    level: fn(&Level) -> Option<u32>,
    style: fn(Theme) -> Style,
}

const SERIES: &[Series] = &[
    Series {
        title: "our window",
        level: |level| level.recv_window,
        style: Theme::received,
    },
    Series {
        title: "unread here",
        level: |level| level.recv_queued,
        style: Theme::received,
    },
    Series {
        title: "their window",
        level: |level| level.send_window,
        style: Theme::sent,
    },
    Series {
        title: "sent, not acknowledged",
        level: |level| level.send_queued,
        style: Theme::sent,
    },
    Series {
        title: "the server's, sent",
        level: |level| level.peer_send_queued,
        style: Theme::received,
    },
    Series {
        title: "the server's, unread",
        level: |level| level.peer_recv_queued,
        style: Theme::sent,
    },
];

pub fn draw(frame: &mut Frame, app: &App) {
    let theme = app.theme;
    let area = centred(app.size, app.size.columns, app.size.rows);
    let title = vec![Span::raw(format!(
        "Buffers over time · {} closes",
        app.keys.key(Action::Escape)
    ))];
    let inner = open(frame, app, area, title);
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let Some(visit) = app.tab().visit() else {
        let words = Paragraph::new("nothing was fetched in this tab");
        frame.render_widget(words.style(theme.quiet()), inner);
        return;
    };
    let exchange = visit.exchange();
    let until_us = visit.shown_us(app.now).max(1);
    let columns = usize::from(inner.width);
    let charts = charts(exchange, until_us, columns);
    let rows = usize::from(inner.height).saturating_sub(1);
    let each = (rows / charts.len().max(1)).clamp(2, HIGHEST + 1);
    let mut lines: Vec<Line> = Vec::with_capacity(rows);
    for chart in charts.iter().take(rows / each) {
        lines.push(chart.title(theme));
        for row in paint::chart(&chart.values, each - 1) {
            lines.push(Line::styled(row, (chart.style)(theme)));
        }
    }
    lines.push(axis(until_us, columns, theme));
    frame.render_widget(Paragraph::new(lines), inner);
}

struct Chart {
    title: &'static str,
    values: Vec<Option<u64>>,
    /// Behind a value.
    unit: &'static str,
    style: fn(Theme) -> Style,
}

/// The rate, then the levels; of the server's ends only where it tells them.
fn charts(exchange: &Exchange, until_us: u64, columns: usize) -> Vec<Chart> {
    let mut charts = vec![Chart {
        title: "received",
        values: rate(&exchange.rate, until_us, columns),
        unit: "/s",
        style: Theme::received,
    }];
    let theirs = exchange.peer_queues.is_some();
    let shown = SERIES.len() - if theirs { 0 } else { 2 };
    charts.extend(SERIES.iter().take(shown).map(|series| Chart {
        title: series.title,
        values: exchange.levels.over_time(series.level, until_us, columns),
        unit: "",
        style: series.style,
    }));
    charts
}

impl Chart {
    fn title(&self, theme: Theme) -> Line<'static> {
        let words = match self.values.iter().flatten().max() {
            None => " · not told here".to_owned(),
            Some(&most) => {
                let now = self.values.last().copied().flatten().unwrap_or(0);
                let (now, most) = (paint::bytes(now), paint::bytes(most));
                format!(" · now {now}{unit} · most {most}{unit}", unit = self.unit)
            }
        };
        Line::from(vec![
            styled(self.title, theme.strong()),
            styled(words, theme.quiet()),
        ])
    }
}

/// Bytes a second in each column of time.
fn rate(rate: &Rate, until_us: u64, columns: usize) -> Vec<Option<u64>> {
    let at = |column: usize| until_us as f64 * column as f64 / columns as f64;
    let bucket_us = rate.bucket_us as f64;
    (0..columns)
        .map(|column| {
            let middle = (at(column) + at(column + 1)) / 2.0 - rate.from_us as f64;
            let bucket = (middle >= 0.0).then(|| (middle / bucket_us) as usize)?;
            let began = rate.from_us as f64 + bucket as f64 * bucket_us;
            // The bucket that is being filled has not had its whole time.
            let time = bucket_us.min(until_us as f64 - began).max(1000.0);
            let bytes = *rate.buckets.get(bucket)? as f64;
            Some((bytes / time * 1e6) as u64)
        })
        .collect()
}

fn axis(until_us: u64, columns: usize, theme: Theme) -> Line<'static> {
    let until = paint::time(until_us);
    let gap = columns.saturating_sub("0 s".width() + until.width());
    Line::styled(format!("0 s{}{until}", " ".repeat(gap)), theme.quiet())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_in_columns_of_time() {
        let found = |from_us, buckets: &[u64], until_us| {
            let filled = Rate {
                bucket_us: 50_000,
                from_us,
                buckets: buckets.to_vec(),
            };
            rate(&filled, until_us, 4)
        };
        let second = |bytes: u64| Some(bytes * 20);
        for (from_us, buckets, until_us, want) in [
            (0, &[][..], 200_000, [None; 4]),
            (
                0,
                &[1, 2, 3, 4],
                200_000,
                [second(1), second(2), second(3), second(4)],
            ),
            (
                100_000,
                &[5, 6],
                200_000,
                [None, None, second(5), second(6)],
            ),
            // The last one is half full.
            (
                0,
                &[8, 8],
                75_000,
                [second(8), second(8), second(8), second(16)],
            ),
        ] {
            assert_eq!(found(from_us, buckets, until_us), want, "{buckets:?}");
        }
    }
}
