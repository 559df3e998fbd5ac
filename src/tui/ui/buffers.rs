//! The two pipes between us and the server, with what the kernel holds in each; at both
//! ends where the server is our own playground.
//!
//! ```text
//! │ you ▸     63 B ─send─▸ [▏      0 B / 2.5 MiB] ─▸ [▏     0 B] server │
//! │ you ◂  1.3 KiB ◂recv─  [██▏  256 B / 128 KiB] ◂─ [█▏ 64 KiB] server │
//! │ our window 64 KiB · theirs 64 KiB · rtt 18 µs               ▁▂▁▂▁▂▁ │
//! ```

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

use crate::event::Queues;
use crate::exchange::{Ciphertext, Exchange, Rate};
use crate::tui::app::App;
use crate::tui::layout::inside;
use crate::tui::theme::Theme;
use crate::tui::ui::{paint, pane, styled};
use crate::tui::visit::Visit;

/// Cells of a gauge, and of one where there is little room.
const GAUGE: usize = 10;
const SMALL: usize = 5;
/// Columns from which on words stand beside the gauges.
const ROOMY: usize = 66;

pub fn draw(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme;
    let visit = app.tab().visit();
    let title = match visit {
        Some(visit) => {
            let encrypted = encrypted(visit.exchange());
            let title = format!("Buffers{}{encrypted}", rate_now(visit, app));
            // The border's corners and blanks.
            match title.width() + 4 <= usize::from(area.width) {
                true => title,
                false => format!("Buffers{encrypted}"),
            }
        }
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
    let width = usize::from(inner.width);
    let mut lines = vec![
        pipe(Direction::Send, exchange, theme, width),
        pipe(Direction::Recv, exchange, theme, width),
    ];
    if inner.height >= 3 {
        lines.push(facts(exchange, theme, width));
    }
    // The rate stands in the last line, as far as that has room.
    if let Some(line) = lines.last_mut() {
        let room = width.saturating_sub(line.width() + 2);
        if room >= 6 {
            let spark = paint::sparkline(&exchange.rate.buckets, room);
            let gap = " ".repeat(room - spark.chars().count() + 1);
            line.push_span(Span::raw(gap));
            line.push_span(styled(spark, theme.received()));
        }
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Send,
    Recv,
}

fn pipe(direction: Direction, exchange: &Exchange, theme: Theme, width: usize) -> Line<'static> {
    let ours = exchange.queues.unwrap_or_default();
    let sending = |queues: Queues| (queues.send_queued, queues.send_buffer);
    let receiving = |queues: Queues| (queues.recv_queued, queues.recv_buffer);
    let (bytes, near, far, style) = match direction {
        Direction::Send => (
            exchange.sends.bytes,
            sending(ours),
            exchange.peer_queues.map(receiving),
            theme.sent(),
        ),
        Direction::Recv => (
            exchange.recvs.bytes,
            receiving(ours),
            exchange.peer_queues.map(sending),
            theme.received(),
        ),
    };
    let roomy = width >= ROOMY;
    let (before, name, between) = match (direction, roomy) {
        (Direction::Send, true) => (" you ▸", " ─send─▸ ", " ─▸ "),
        (Direction::Recv, true) => (" you ◂", " ◂recv─  ", " ◂─ "),
        (Direction::Send, false) => (" ▸", " send ", " ▸ "),
        (Direction::Recv, false) => (" ◂", " recv ", " ◂ "),
    };
    let bytes = paint::bytes(bytes);
    let mut spans = vec![
        Span::raw(format!("{before}{bytes:>9}")),
        styled(name, style),
    ];
    let cells = match far {
        None if width >= 50 => GAUGE,
        _ => SMALL,
    };
    match near {
        (Some(queued), buffer) => {
            let of = buffer.map_or_else(|| "?".to_owned(), |n| paint::bytes(u64::from(n)));
            let level = format!("{} / {of}", paint::bytes(u64::from(queued)));
            let pad = if width >= 50 { 17 } else { 0 };
            spans.push(Span::raw("["));
            spans.push(styled(gauge(queued, buffer, cells), style));
            spans.push(Span::raw(format!(" {level:>pad$}]{between}")));
        }
        (None, _) if exchange.local.is_none() => {
            spans.push(styled("no socket", theme.quiet()));
            return Line::from(spans);
        }
        (None, _) => {
            spans.push(styled("[not available here]", theme.quiet()));
            spans.push(Span::raw(between));
        }
    }
    if let Some((Some(queued), buffer)) = far
        && roomy
    {
        let level = paint::bytes(u64::from(queued));
        spans.push(Span::raw("["));
        spans.push(styled(gauge(queued, buffer, SMALL), style));
        spans.push(Span::raw(format!("{level:>8}] ")));
    }
    if roomy {
        spans.push(Span::raw("server"));
    }
    Line::from(spans)
}

fn gauge(queued: u32, buffer: Option<u32>, cells: usize) -> String {
    let whole = buffer.unwrap_or(queued).max(1);
    paint::gauge(u64::from(queued), u64::from(whole), cells)
}

/// Windows, round trip, retransmits: what TCP_INFO tells.
fn facts(exchange: &Exchange, theme: Theme, width: usize) -> Line<'static> {
    let queues = exchange.queues.unwrap_or_default();
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

/// ` · TLS ▸ 1.7 KiB ◂ 3.2 KiB`: what the calls moved, and the gauges hold, where the counts
/// are of the bytes inside.
fn encrypted(exchange: &Exchange) -> String {
    match exchange.ciphertext {
        Ciphertext {
            sent: 0,
            received: 0,
        } => String::new(),
        Ciphertext { sent, received } => format!(
            " · TLS ▸ {} ◂ {}",
            paint::bytes(sent),
            paint::bytes(received)
        ),
    }
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
