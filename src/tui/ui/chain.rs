//! The phases of a tab's exchanges as one waterfall: a chain of redirects, or whatever was
//! fetched one after another.
//!
//! ```text
//! ┏ Phases · 2 exchanges · 12.4 ms ━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ 1 GET localhost/old · 301                5.2 ms ▓▓▓▓▓▓▓        ┃
//! ┃     resolve                              0.4 ms ▓              ┃
//! ┃     connect [::1]:80 = Connection refu…   80 µs  ▓             ┃
//! ┃     connect 127.0.0.1:80 = 0              90 µs   ▓            ┃
//! ┃ 2 GET localhost/new · 200                7.2 ms        ▓▓▓▓▓▓▓ ┃
//! ```

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::exchange::{Attempt, Exchange};
use crate::request;
use crate::tui::app::App;
use crate::tui::chain::{self, Link};
use crate::tui::layout::inside;
use crate::tui::theme::Theme;
use crate::tui::ui::sheet::{centred, open, scrolls};
use crate::tui::ui::{paint, short, styled};
use crate::view::safe;

pub fn draw(frame: &mut Frame, app: &App, top: usize) {
    let chain = chain::of(app.tab(), app.now);
    let count = chain.links.len();
    let s = if count == 1 { "" } else { "s" };
    let whole = paint::time(chain.whole_us);
    let title = format!("Phases · {count} exchange{s} · {whole}");
    let title = scrolls(&title, app);
    let inner = open(frame, app, area(app), vec![Span::raw(title)]);
    let lines = lines(app, inner);
    // The screen may have grown since it was scrolled.
    let most = lines.len().saturating_sub(usize::from(inner.height));
    let lines = lines.into_iter().skip(top.min(most));
    let lines: Vec<Line> = lines.take(usize::from(inner.height)).collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The furthest that it can be scrolled down.
pub fn end(app: &App) -> usize {
    let inner = inside(area(app));
    let rows = lines(app, inner).len();
    rows.saturating_sub(usize::from(inner.height))
}

fn area(app: &App) -> Rect {
    centred(app.size, app.size.columns, app.size.rows)
}

fn lines(app: &App, inner: Rect) -> Vec<Line<'static>> {
    let chain = chain::of(app.tab(), app.now);
    let shown = app.tab().at;
    let mut sheet = Sheet {
        theme: app.theme,
        width: usize::from(inner.width),
        whole_us: chain.whole_us,
        lines: Vec::new(),
    };
    for (number, link) in chain.links.iter().enumerate() {
        if link.idle_us > 0 {
            let later = format!("   {} later", paint::time(link.idle_us));
            sheet.lines.push(Line::styled(later, app.theme.quiet()));
        }
        sheet.exchange(number, link, number == shown);
        sheet.phases(link, app);
    }
    if sheet.lines.is_empty() {
        let words = " nothing was fetched in this tab";
        sheet.lines.push(Line::styled(words, app.theme.quiet()));
    }
    sheet.lines
}

/// The rows while they are made.
struct Sheet {
    theme: Theme,
    width: usize,
    whole_us: u64,
    lines: Vec<Line<'static>>,
}

impl Sheet {
    fn exchange(&mut self, number: usize, link: &Link, shown: bool) {
        let method = String::from_utf8_lossy(request::method(&link.visit.request)).into_owned();
        let status = match &link.visit.live.head {
            Some(head) => head.status.to_string(),
            None => "—".to_owned(),
        };
        let name = link.visit.name.strip_prefix("http://");
        let name = name.unwrap_or(&link.visit.name);
        let sign = if shown { "▸" } else { " " };
        let words = format!("{sign}{} {method} {name}", number + 1);
        let room = self.label().saturating_sub(status.len() + 3);
        let words = format!("{} · {status}", short(&words, room));
        self.row(&words, &(link.time.start..link.time.end), true);
    }

    /// Each phase that ran; of the connect phase each attempt.
    fn phases(&mut self, link: &Link, app: &App) {
        let exchange = &link.visit.live;
        let now = link.visit.elapsed_us(app.now);
        if exchange.on_connection > 1 && exchange.attempts.is_empty() {
            let nth = exchange.on_connection;
            let words = format!("    no connect: exchange {nth} on its connection");
            let words = short(&words, self.width);
            self.lines.push(Line::styled(words, self.theme.quiet()));
        }
        for (name, span) in exchange.spans.named() {
            let Some(span) = span else { continue };
            if name == "connect" && !exchange.attempts.is_empty() {
                for attempt in &exchange.attempts {
                    let to = attempt.span.to.unwrap_or_else(|| over(exchange, now));
                    let words = format!("    {}", attempted(attempt));
                    self.row(&words, &link.placed(attempt.span.from..to), false);
                }
                continue;
            }
            let to = span.to.unwrap_or(now);
            self.row(&format!("    {name}"), &link.placed(span.from..to), false);
        }
    }

    fn row(&mut self, words: &str, time: &std::ops::Range<u64>, strong: bool) {
        let label = self.label();
        let words = safe::cut(words, label);
        let gap = " ".repeat(label.saturating_sub(safe::width(&words)));
        let room = self.width.saturating_sub(label + 3);
        let style = match strong {
            true => self.theme.strong(),
            false => self.theme.title(false),
        };
        self.lines.push(Line::from(vec![
            styled(format!(" {words}{gap} "), style),
            styled(
                paint::timed(time.clone(), self.whole_us, room),
                self.theme.received(),
            ),
        ]));
    }

    /// Columns of what stands before the times.
    fn label(&self) -> usize {
        (self.width * 2 / 5).clamp(22, 44)
    }
}

/// An attempt that another address overtook ran until the connect phase was over.
fn over(exchange: &Exchange, now: u64) -> u64 {
    let connect = exchange.spans.connect;
    connect.and_then(|span| span.to).unwrap_or(now)
}

fn attempted(attempt: &Attempt) -> String {
    let outcome = match &attempt.outcome {
        None => "not awaited".to_owned(),
        Some(Ok(())) => "= 0".to_owned(),
        Some(Err(why)) => format!("= {}", safe::safe(why)),
    };
    format!("connect {} {outcome}", attempt.addr)
}
