//! The two pipes between us and the server, with what the kernel holds in each.
//!
//! ```text
//! │ you ▸ 63 B ─send─▸ [▏        0 / 2.5 MiB ] ─▸ server        rtt 0.1 ms │
//! │ you ◂ 1.3 KiB ◂recv─ [██▏  256 B / 128 KiB] ◂─ server  window 64 KiB ▁▂▁│
//! ```

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use crate::event::Queues;
use crate::exchange::{Exchange, Rate};
use crate::tui::app::{App, Visit};
use crate::tui::layout::inside;
use crate::tui::theme::Theme;
use crate::tui::ui::{paint, pane, styled};

/// Cells of a gauge.
const GAUGE: usize = 10;

pub fn draw(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme;
    let visit = app.tab().visit();
    let title = match visit {
        Some(visit) => format!("Buffers{}", rate_now(visit, app)),
        None => "Buffers".to_owned(),
    };
    frame.render_widget(pane(theme, false, vec![Span::raw(title)]), area);
    let inner = inside(area);
    let Some(visit) = visit else {
        let words = " what the kernel holds on the way, in both directions";
        let words = Paragraph::new(words).wrap(Wrap { trim: false });
        frame.render_widget(words.style(theme.quiet()), inner);
        return;
    };
    let exchange = visit.exchange();
    let queues = exchange.queues.unwrap_or_default();
    let width = usize::from(inner.width);
    let mut lines = vec![
        pipe(Direction::Send, exchange, &queues, theme, width),
        pipe(Direction::Recv, exchange, &queues, theme, width),
    ];
    if inner.height >= 3 {
        lines.push(facts(exchange, &queues, theme, width));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Send,
    Recv,
}

fn pipe(
    direction: Direction,
    exchange: &Exchange,
    queues: &Queues,
    theme: Theme,
    width: usize,
) -> Line<'static> {
    let (ours, queued, buffer, style) = match direction {
        Direction::Send => (
            exchange.sends.bytes,
            queues.send_queued,
            queues.send_buffer,
            theme.sent(),
        ),
        Direction::Recv => (
            exchange.recvs.bytes,
            queues.recv_queued,
            queues.recv_buffer,
            theme.received(),
        ),
    };
    let ours = paint::bytes(ours);
    let (before, name, after) = match (direction, width >= 66) {
        (Direction::Send, true) => (" you ▸", " ─send─▸ ", " ─▸ server"),
        (Direction::Recv, true) => (" you ◂", " ◂recv─  ", " ◂─ server"),
        (Direction::Send, false) => (" ▸", " send ", " ▸"),
        (Direction::Recv, false) => (" ◂", " recv ", " ◂"),
    };
    let mut spans = vec![Span::raw(format!("{before}{ours:>9}")), styled(name, style)];
    match queued {
        Some(queued) => {
            let queued = u64::from(queued);
            let whole = buffer.map_or(queued, u64::from).max(1);
            let of = buffer.map_or_else(|| "?".to_owned(), |n| paint::bytes(u64::from(n)));
            let level = format!("{} / {of}", paint::bytes(queued));
            let gauge = if width >= 50 { GAUGE } else { GAUGE / 2 };
            spans.push(Span::raw("["));
            spans.push(styled(paint::gauge(queued, whole, gauge), style));
            spans.push(Span::raw(match width >= 50 {
                true => format!("{level:>18}]{after}"),
                false => format!("] {level}{after}"),
            }));
        }
        None if exchange.local.is_none() => spans.push(styled("no socket", theme.quiet())),
        None => spans.push(styled("[not available here]", theme.quiet())),
    }
    if direction == Direction::Recv {
        let used: usize = spans.iter().map(Span::width).sum();
        let room = width.saturating_sub(used + 1);
        if room >= 6 {
            let spark = paint::sparkline(&exchange.rate.buckets, room);
            spans.push(styled(format!(" {spark}"), style));
        }
    }
    Line::from(spans)
}

/// Windows, round trip, retransmits: what TCP_INFO tells.
fn facts(exchange: &Exchange, queues: &Queues, theme: Theme, width: usize) -> Line<'static> {
    let mut parts = Vec::new();
    if let Some(window) = queues.recv_window {
        let full = queues.segment.is_some_and(|segment| window < segment);
        let sign = if full { " (closed: full)" } else { "" };
        parts.push(format!(
            "our window {}{sign}",
            paint::bytes(u64::from(window))
        ));
    }
    if let Some(window) = queues.send_window {
        parts.push(format!("theirs {}", paint::bytes(u64::from(window))));
    }
    if let Some(rtt) = queues.rtt_us {
        parts.push(format!("rtt {}", paint::time(u64::from(rtt))));
    }
    if let Some(lost) = queues.retransmits.filter(|&lost| lost > 0) {
        parts.push(format!("{lost} retransmitted"));
    }
    if exchange.sends.short > 0 {
        let s = if exchange.sends.short == 1 { "" } else { "s" };
        parts.push(format!("{} short send{s}", exchange.sends.short));
    }
    if exchange.would_block > 0 {
        parts.push(format!("{} × EAGAIN", exchange.would_block));
    }
    let mut words = String::from(" ");
    for part in parts {
        if words.chars().count() + part.chars().count() + 3 > width {
            break;
        }
        if words.len() > 1 {
            words.push_str(" · ");
        }
        words.push_str(&part);
    }
    Line::styled(words, theme.quiet())
}

/// ` · 1.2 GiB/s`: over the last half second while it runs, else over all.
fn rate_now(visit: &Visit, app: &App) -> String {
    let exchange = visit.exchange();
    let Rate {
        bucket_us,
        from_us,
        buckets,
    } = &exchange.rate;
    if exchange.recvs.bytes == 0 {
        return String::new();
    }
    let (bytes, us) = if visit.over {
        let us = exchange.spans.receive.map_or(0, |span| {
            span.to.unwrap_or(span.from).saturating_sub(span.from)
        });
        (exchange.recvs.bytes, us)
    } else {
        let shown = (500_000 / bucket_us).max(1) as usize;
        let now = visit.elapsed_us(app.now).saturating_sub(*from_us);
        let last = (now / bucket_us) as usize;
        let from = (last + 1).saturating_sub(shown);
        let bytes = buckets.iter().skip(from).sum();
        (bytes, (now + 1).saturating_sub(from as u64 * bucket_us))
    };
    if us < 1000 {
        return String::new();
    }
    let rate = (bytes as f64 / (us as f64 / 1e6)) as u64;
    format!(" · {}/s", paint::bytes(rate))
}
