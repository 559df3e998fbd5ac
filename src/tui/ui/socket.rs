//! The socket log: each call with its arguments and its return value, the last one
//! counting while it blocks.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::event::{Call, Event, Kind};
use crate::exchange::{Log, Phase};
use crate::tui::app::{App, Focus};
use crate::tui::keymap::Action;
use crate::tui::layout::inside;
use crate::tui::theme::Theme;
use crate::tui::ui::{is_focused, paint, pane, styled};
use crate::tui::visit::Visit;
use crate::view::{calls, safe};

pub fn draw(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme;
    let focused = is_focused(app, Focus::Socket);
    let inner = inside(area);
    let Some(visit) = app.tab().visit() else {
        frame.render_widget(pane(theme, focused, vec![Span::raw("Socket")]), area);
        let words =
            " each call will stand here:\n getaddrinfo, socket, connect,\n send, recv, close";
        frame.render_widget(Paragraph::new(words).style(theme.quiet()), inner);
        return;
    };
    let exchange = visit.exchange();
    let title = format!(
        "Socket · {} send · {} recv",
        paint::count(exchange.sends.count),
        paint::count(exchange.recvs.count)
    );
    frame.render_widget(pane(theme, focused, vec![Span::raw(title)]), area);
    let height = usize::from(inner.height);
    let first = first_call(visit, height);
    let selected = visit.selected_calls();
    // In the past too all rows stand there: those still to come are quiet.
    let log = &visit.live.log;
    let count = log.calls();
    let past = visit.past_row();
    let mut lines = Vec::with_capacity(height);
    for number in first..count.min(first + height) {
        if let Some((at, event)) = log.call(number) {
            let chosen = match past {
                Some(past) => past == number,
                None if selected.is_some() => {
                    selected.as_ref().is_some_and(|rows| rows.contains(&number))
                }
                None => visit.call == Some(number) && focused,
            };
            let to_come = past.is_some_and(|past| past < number);
            let line = call_row(visit, at, event, usize::from(inner.width));
            lines.push(Line::styled(line, style(&event.kind, chosen, theme)));
            if to_come && let Some(line) = lines.last_mut() {
                line.style = theme.quiet();
            }
        }
    }
    if lines.len() < height
        && let Some(line) = pending(visit, app, theme, usize::from(inner.width))
    {
        lines.push(line);
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The first of so many rows in sight.
pub fn first_call(visit: &Visit, height: usize) -> usize {
    let count = visit.live.log.calls();
    let running = usize::from(!visit.over);
    let tail = (count + running).saturating_sub(height);
    match visit.past_row().or(visit.call) {
        Some(_) if visit.past.is_none() && visit.calls_top.is_some() => {
            visit.calls_top.unwrap_or(0).min(tail)
        }
        // The chosen row stands in the middle, as far as there are rows around it.
        Some(chosen) => chosen.saturating_sub(height / 2).min(tail),
        None => tail,
    }
}

/// A row as it is copied: of a width that cuts nothing.
pub fn call_text(visit: &Visit, row: usize) -> Option<String> {
    let (at, event) = visit.live.log.call(row)?;
    Some(call_row(visit, at, event, 240))
}

/// The event of this number in the log, in so many columns.
fn call_row(visit: &Visit, at: u64, event: &Event, room: usize) -> String {
    let host = &visit.live.host;
    let seconds = event.t_us as f64 / 1e6;
    let text = calls::call_line(&event.kind, host).unwrap_or_default();
    let words = meant_by(&visit.live.log, at).map_or_else(
        || calls::note(&event.kind),
        |next| meaning(&event.kind, &next.kind),
    );
    let mut line = format!("{seconds:>7.3} {text}");
    if !words.is_empty() {
        let column = room.saturating_sub(words.len() + 1).min(38);
        line = format!("{line:<column$} {words}");
    }
    safe::cut(&line, room).into_owned()
}

fn style(kind: &Kind, chosen: bool, theme: Theme) -> Style {
    match kind {
        _ if chosen => theme.chosen(),
        Kind::Send { .. } => theme.sent(),
        Kind::Recv { .. } => theme.received(),
        Kind::ConnectFailed { .. }
        | Kind::OptionRefused { .. }
        | Kind::CallFailed { .. }
        | Kind::Error { .. } => theme.bad(),
        Kind::WouldBlock { .. } | Kind::Held { .. } | Kind::NotReused { .. } => theme.warning(),
        _ => theme.title(false),
    }
}

/// The event that tells what a call's bytes were: the next one, but for looks at the
/// queues, which come from the screen's own thread and may stand in between.
fn meant_by(log: &Log, number: u64) -> Option<&Event> {
    (number + 1..log.count())
        .map_while(|next| log.event(next))
        .find(|event| !matches!(event.kind, Kind::Queues(_) | Kind::PeerQueues(_)))
}

/// What a recv's bytes turned out to be, by the event that follows it.
fn meaning(call: &Kind, next: &Kind) -> &'static str {
    match (call, next) {
        (Kind::Recv { .. }, Kind::Head(_)) => "head",
        (Kind::Recv { .. }, Kind::InterimHead(_)) => "interim head",
        (Kind::Recv { .. }, Kind::Body { .. }) => "body",
        (Kind::Recv { .. }, Kind::Chunk { .. }) => "chunks",
        (Kind::Recv { bytes: 1.., .. }, Kind::Anomaly(_)) => "⚠",
        _ => calls::note(call),
    }
}

/// The call that has not answered.
fn pending(visit: &Visit, app: &App, theme: Theme, width: usize) -> Option<Line<'static>> {
    let (call, waited_us) = visit.waiting(app.now)?;
    let call = match call {
        Call::Resolve => format!("getaddrinfo(\"{}\")", safe::safe(&visit.exchange().host)),
        Call::Connect => match visit.exchange().attempts.last() {
            Some(attempt) => format!("connect({})", attempt.addr),
            None => "connect()".to_owned(),
        },
        Call::Send => "send()".to_owned(),
        // How much it asks for is the proxy's protocol's, or TLS's.
        Call::Recv if visit.exchange().phase < Phase::Waiting => "recv()".to_owned(),
        Call::Recv if visit.stamped => format!("recvmsg({})", visit.recv_size),
        Call::Recv => format!("recv({})", visit.recv_size),
        Call::Close => "close()".to_owned(),
    };
    if visit.paused {
        let words = format!("        ‖ {call} waits: {}", app.keys.key(Action::Step));
        let words = safe::cut(&words, width).into_owned();
        return Some(Line::styled(words, theme.warning()));
    }
    let seconds = visit.elapsed_us(app.now).saturating_sub(waited_us) as f64 / 1e6;
    let counted = format!(" ▏blocked {:.1} s", waited_us as f64 / 1e6);
    // Whatever the call is, how long it has waited is seen.
    let room = width.saturating_sub(safe::width(&counted));
    let call = format!("{seconds:>7.3} {call}");
    Some(Line::from(vec![
        Span::raw(safe::cut(&call, room).into_owned()),
        styled(counted, theme.warning()),
    ]))
}
