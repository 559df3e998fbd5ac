//! The response pane: a row of views, then the rows of the one chosen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::event::ProxyAnswer;
use crate::exchange::{Answer, Exchange};
use crate::tui::app::{App, Focus, Tab};
use crate::tui::keymap::{Action, Keymap};
use crate::tui::layout::inside;
use crate::tui::lens;
use crate::tui::theme::Theme;
use crate::tui::ui::{
    content, inspector, is_focused, origin, paint, pane, position, row, short, start, state, styled,
};
use crate::tui::visit::{ViewKind, Visit};
use crate::view::safe;

pub fn draw(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme;
    let focused = is_focused(app, Focus::Response);
    let tab = app.tab();
    let inner = inside(area);
    let Some(visit) = tab.visit() else {
        let title = vec![Span::raw("Start")];
        frame.render_widget(pane(theme, focused, title), area);
        start::draw(frame, inner, app);
        return;
    };
    let title = title(visit, theme, usize::from(area.width));
    let rows_area = lens::rows_of(tab, inner);
    let (lines, shown) = lens::rows(tab, visit, rows_area);
    let mut border = pane(theme, focused, title);
    let mut room = usize::from(inner.width).saturating_sub(2);
    let fault = || {
        let words = content::fault(visit, tab.view, &app.keys, room)?;
        Some((words, theme.warning()))
    };
    let origin =
        origin::line(tab, visit, room, &app.keys).map(|words| (words, theme.title(focused)));
    if let Some((words, style)) = origin.or_else(fault) {
        room = room.saturating_sub(words.width() + 3);
        border = border.title_bottom(styled(format!(" {words} "), style));
    }
    // What a cursor is on goes before: the notes tell of a line gone to.
    if let Some(words) = position::line(tab, visit, &shown).filter(|words| words.width() <= room) {
        let words = styled(format!(" {words} "), theme.quiet());
        border = border.title_bottom(Line::from(words).right_aligned());
    }
    frame.render_widget(border, area);
    inspector::draw(frame, lens::inspector_of(tab, inner), tab, visit, theme);
    row(
        frame,
        Rect { height: 1, ..inner },
        views(tab, visit, app, shown.start, usize::from(inner.width)),
    );
    if lines.is_empty()
        && let Some(answer) = visit.exchange().refusal()
    {
        return refusal(frame, rows_area, answer, theme);
    }
    if lines.is_empty() || visit.gone && tab.view != ViewKind::Headers {
        let words = nothing_to_show(visit, &app.keys);
        frame.render_widget(Paragraph::new(styled(words, theme.quiet())), rows_area);
        return;
    }
    if let Some((below, shown)) = super::picture::place(tab, visit, rows_area)
        && super::picture::placed(app).is_none()
    {
        super::picture::draw(frame.buffer_mut(), below, &shown.pixels, app);
    }
    paint::rows(frame.buffer_mut(), rows_area, &lines, theme);
}

/// The view whose title is at this column of the first row; `area` is the pane's inside
/// and `active` the view shown.
pub fn view_at(area: Rect, active: ViewKind, column: u16) -> Option<ViewKind> {
    let mut at = usize::from(area.x);
    for (kind, label) in labels(active, usize::from(area.width)) {
        at += label.width();
        if usize::from(column) < at {
            return (column >= area.x).then_some(kind);
        }
    }
    None
}

/// Each view's number and title; where they would leave no room for the view's state,
/// only the one shown has its title.
fn labels(active: ViewKind, width: usize) -> Vec<(ViewKind, String)> {
    const STATE: usize = 8;
    let label = |kind: ViewKind| format!(" {} {} ", kind.number(), kind.title());
    let whole: usize = ViewKind::ALL.map(|kind| label(kind).width()).iter().sum();
    let short = whole + STATE > width;
    let of = |kind: ViewKind| match short && kind != active {
        true => (kind, format!(" {} ", kind.number())),
        false => (kind, label(kind)),
    };
    ViewKind::ALL.into_iter().map(of).collect()
}

fn views(tab: &Tab, visit: &Visit, app: &App, first: u64, width: usize) -> Vec<Span<'static>> {
    let (theme, active) = (app.theme, tab.view);
    let mut spans: Vec<Span> = labels(active, width)
        .into_iter()
        .map(|(kind, label)| {
            let style = if kind == active {
                theme.chosen()
            } else {
                theme.quiet()
            };
            styled(label, style)
        })
        .collect();
    let used: usize = spans.iter().map(Span::width).sum();
    let room = width.saturating_sub(used + 2);
    let state = format!("  {}", state::words(app, tab, visit, first, room));
    spans.push(styled(state, theme.warning()));
    spans
}

/// `Response · 200 OK · 1,280 of 4,096 B ▓▓▓▓▓░░░░ 31 %`
fn title(visit: &Visit, theme: Theme, width: usize) -> Vec<Span<'static>> {
    let exchange = visit.exchange();
    let answer = visit.answer();
    let mut spans = vec![Span::raw(match exchange.start.before {
        0 => "Response".to_owned(),
        before => format!("Response {} of {}", answer.number, before + 1),
    })];
    if let Some(head) = answer.head {
        let style = match head.status {
            100..300 => theme.good(),
            300..400 => theme.warning(),
            _ => theme.bad(),
        };
        let reason = short(&head.reason, 24);
        spans.push(Span::raw(" · "));
        spans.push(styled(format!("{} {reason}", head.status), style));
    } else if exchange.error.is_some() && exchange.recvs.bytes == 0 {
        spans.push(Span::raw(" · "));
        spans.push(styled("none", theme.bad()));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    // Two corners, a space on either side, and what stands between.
    let room = width.saturating_sub(used + 4 + 3);
    spans.push(Span::raw(format!(" · {}", amount(exchange, &answer, room))));
    let used: usize = spans.iter().map(Span::width).sum();
    let room = width.saturating_sub(used + 4);
    spans.push(Span::raw(content::sizes(visit, room)));
    if let Some(progress) = exchange.progress()
        && !(visit.shows_end() || answer.is_over)
        && let Some(total) = progress.total
        && total > 0
    {
        let part = progress.done.min(total);
        let percent = (part as f64 / total as f64 * 100.0) as u64;
        let gauge = format!(" ▕{}▏", paint::gauge(part, total, 10));
        let percent = format!(" {percent} %");
        let used: usize = spans.iter().map(Span::width).sum();
        if used + gauge.width() + percent.width() + 4 <= width {
            spans.push(styled(gauge, theme.received()));
            spans.push(Span::raw(percent));
        }
    }
    spans
}

/// To the byte where there is room: a number must never be cut.
fn amount(exchange: &Exchange, answer: &Answer<'_>, room: usize) -> String {
    let body = answer.body_bytes();
    let total = exchange.progress().and_then(|progress| progress.total);
    // All of a response that another one follows is here.
    let total = total.filter(|&total| total != body && !answer.is_over);
    let (exact, short) = match total {
        Some(total) => (
            format!("{} of {} B", paint::count(body), paint::count(total)),
            format!("{} of {}", paint::bytes(body), paint::bytes(total)),
        ),
        None => (format!("{} B", paint::count(body)), paint::bytes(body)),
    };
    match exact.width() <= room {
        true => exact,
        false => short,
    }
}

/// What a proxy said in place of the target: its head and body, as far as there is room.
fn refusal(frame: &mut Frame, area: Rect, answer: &ProxyAnswer, theme: Theme) {
    let words = styled(
        " no byte of the target came: the proxy answered",
        theme.warning(),
    );
    let text = [&answer.raw[..], &answer.body].concat();
    let lines = text.split(|&byte| byte == b'\n').map(|line| {
        let line = safe::safe_bytes(line.strip_suffix(b"\r").unwrap_or(line));
        Line::raw(safe::cut(&line, usize::from(area.width)).into_owned())
    });
    let rows = usize::from(area.height);
    let lines: Vec<Line> = std::iter::once(Line::from(words))
        .chain(lines)
        .take(rows)
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}

fn nothing_to_show(visit: &Visit, keys: &Keymap) -> String {
    let key = |kind: ViewKind| keys.key(Action::View(kind.number()));
    let (wire, head) = (key(ViewKind::Wire), key(ViewKind::Headers));
    if visit.gone {
        return format!(
            " its bytes are gone: they made room for newer ones; {head} shows the head"
        );
    }
    match (visit.shows_end(), visit.exchange().recvs.bytes) {
        (false, _) => " nothing received so far".to_owned(),
        (true, 0) => " nothing was received".to_owned(),
        (true, _) => format!(" there is no body: {wire} shows every byte, {head} the head"),
    }
}
