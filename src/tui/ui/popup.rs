//! Pop-ups: help, the knobs, a question.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::event::EndMode;
use crate::rejudge::{Ending, Judged};
use crate::tui::app::{App, Ask, Popup};
use crate::tui::editor::Editor;
use crate::tui::fill::in_rows;
use crate::tui::keymap::{Action, Place, Row};
use crate::tui::knobs::{KNOBS, Knob};
use crate::tui::layout::{Size, inside};
use crate::tui::theme::Theme;
use crate::tui::ui::sheet::{centred, open, scrolls};
use crate::tui::ui::{chain, compare, levels, list, paint, save, short, styled, talk, tls};

pub fn draw(frame: &mut Frame, app: &App, popup: &Popup) {
    match popup {
        Popup::Help { places, top } => help(frame, app, places, *top),
        Popup::Knobs { row, typed } => knobs(frame, app, *row, typed),
        Popup::Judged { judged, .. } => judgement(frame, app, judged.as_deref()),
        Popup::Compare(open) => compare::draw(frame, app, open),
        Popup::Phases { top } => chain::draw(frame, app, *top),
        Popup::Levels => levels::draw(frame, app),
        Popup::Tls { top, unfolded } => tls::draw(frame, app, *top, unfolded),
        Popup::Ask { ask, field } => question(frame, app, *ask, field),
        Popup::List(open) => list::draw(frame, app, open),
        Popup::Talk(open) => talk::draw(frame, app, open),
        Popup::Save(ask) => save::draw(frame, app, ask),
    }
}

/// The furthest that the help for these places can be scrolled down.
pub fn help_end(app: &App, places: &[Place]) -> usize {
    let inner = inside(help_area(app.size));
    let rows = help_lines(app, places, usize::from(inner.width)).len();
    rows.saturating_sub(usize::from(inner.height))
}

fn help_area(size: Size) -> Rect {
    centred(size, 92, size.rows.saturating_sub(2))
}

fn help(frame: &mut Frame, app: &App, places: &[Place], top: usize) {
    let title = vec![Span::raw(scrolls("Keys", app))];
    let inner = open(frame, app, help_area(app.size), title);
    let lines = help_lines(app, places, usize::from(inner.width));
    // The screen may have grown since it was scrolled.
    let top = top.min(help_end(app, places));
    let shown: Vec<Line> = lines.into_iter().skip(top).collect();
    frame.render_widget(Paragraph::new(shown), inner);
}

fn help_lines(app: &App, places: &[Place], width: usize) -> Vec<Line<'static>> {
    let theme = app.theme;
    let keys_of = |row: &Row| match row.keys {
        [] => "by name".to_owned(),
        keys => keys.join(" "),
    };
    let rows_of = |place: Place| app.keys.rows().iter().filter(move |row| row.place == place);
    let all = places.iter().flat_map(|&place| rows_of(place));
    let longest = all.map(|row| keys_of(row).width() + 1).max().unwrap_or(0);
    let room = width.saturating_sub(3 + longest + 1);
    let mut lines = Vec::new();
    for &place in places {
        lines.push(Line::styled(format!(" {}", place.title()), theme.strong()));
        for row in rows_of(place) {
            let mut keys = keys_of(row);
            for words in in_rows(row.help, room) {
                let pad = longest.saturating_sub(keys.width());
                lines.push(Line::from(vec![
                    styled(format!("   {keys}{}", " ".repeat(pad)), theme.key()),
                    Span::raw(words),
                ]));
                keys.clear();
            }
        }
        lines.push(Line::default());
    }
    lines
}

fn knobs(frame: &mut Frame, app: &App, row: usize, typed: &str) {
    const COLUMNS: u16 = 72;
    let theme = app.theme;
    let key = |action| app.keys.key_in(Place::Popup, action);
    let title = vec![Span::raw(format!(
        "Knobs, {} of {} · {} {} turn · digits set · {} done",
        row + 1,
        KNOBS.len(),
        key(Action::Less),
        key(Action::More),
        key(Action::Choose)
    ))];
    let columns = usize::from(COLUMNS.min(app.size.columns)).saturating_sub(4);
    let help = KNOBS.iter().map(|knob| in_rows(knob.help, columns));
    let words: Vec<Vec<String>> = help.collect();
    // As many rows for the longest as for each, so that turning a page moves nothing.
    let helped = words.iter().map(Vec::len).max().unwrap_or(0) as u16;
    let area = centred(app.size, COLUMNS, KNOBS.len() as u16 + 2 + helped);
    let inner = open(frame, app, area, title);
    let [rows, below] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(helped)]).areas(inner);
    let titles = KNOBS.iter().map(|knob| knob.title.width());
    let longest = titles.max().unwrap_or(0);
    let room = usize::from(rows.height);
    let first = (row + 1).saturating_sub(room);
    let mut lines = Vec::new();
    for (number, knob) in KNOBS.iter().enumerate().skip(first).take(room) {
        let value = if number == row && !typed.is_empty() {
            format!("{typed}▏")
        } else {
            (knob.show)(&app.tab().knobs)
        };
        let sign = if number == row { "▸" } else { " " };
        let line = format!(" {sign} {:<longest$} ◂ {value} ▸", knob.title);
        let style = if number == row {
            theme.key()
        } else {
            theme.title(false)
        };
        let kernel = styled(made_of_it(app, knob), theme.quiet());
        lines.push(Line::from(vec![styled(line, style), kernel]));
    }
    frame.render_widget(Paragraph::new(lines), rows);
    let help = words[row]
        .iter()
        .map(|words| styled(format!(" {words}"), theme.quiet()));
    let help: Vec<Line> = help.map(Line::from).collect();
    frame.render_widget(Paragraph::new(help), below);
}

/// What the kernel made of a socket option in the tab's exchange, as `getsockopt()` gave it
/// before the socket connected.
fn made_of_it(app: &App, knob: &Knob) -> String {
    let visit = app.tab().visit();
    let socket = visit.and_then(|visit| visit.live.socket.as_ref());
    let options = socket.map_or(&[][..], |socket| &socket.options);
    match options.iter().find(|(name, _)| *name == knob.setting) {
        Some((_, -1)) => "  the kernel: off".to_owned(),
        Some((_, value)) => format!("  the kernel: {value}"),
        None => String::new(),
    }
}

/// One row an end mode: where it would have ended.
fn judgement(frame: &mut Frame, app: &App, judged: Option<&[Judged]>) {
    let theme = app.theme;
    let area = centred(app.size, 96, EndMode::ALL.len() as u16 + 4);
    let title = vec![Span::raw(
        "Other end modes, from the recorded bytes and times",
    )];
    let inner = open(frame, app, area, title);
    let Some(judged) = judged else {
        frame.render_widget(Paragraph::new(" judging"), inner);
        return;
    };
    let lines: Vec<Line> = judged
        .iter()
        .map(|judged| {
            let (words, style) = ending(judged);
            Line::from(vec![
                styled(format!(" {:<8} ", judged.mode.name()), theme.strong()),
                styled(short(&words, usize::from(inner.width) - 10), style(theme)),
            ])
        })
        .chain([
            Line::default(),
            Line::styled(
                format!(
                    " the timeout is the one of the knobs ({}), or 2 s",
                    app.keys.key(Action::Knobs)
                ),
                theme.quiet(),
            ),
        ])
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

fn ending(judged: &Judged) -> (String, fn(Theme) -> Style) {
    let body = paint::count(judged.body_bytes);
    let recvs = match judged.recvs {
        1 => "one recv()".to_owned(),
        n => format!("{} recv()s", paint::count(n)),
    };
    let at = |t_us: u64| format!("{:.3} s", t_us as f64 / 1e6);
    match &judged.ending {
        Ending::Ends { reason, t_us } => (
            format!(
                "ends at {} ({reason}): {body} B of body, {recvs}",
                at(*t_us)
            ),
            Theme::good,
        ),
        Ending::Fails { t_us, why } => (format!("fails at {}: {why}", at(*t_us)), Theme::bad),
        Ending::Waits { since_us } => (
            format!(
                "still waiting since {}: {body} B of body, {recvs}",
                at(*since_us)
            ),
            Theme::warning,
        ),
    }
}

fn question(frame: &mut Frame, app: &App, ask: Ask, field: &Editor) {
    let area = question_area(app.size);
    let (title, does) = match ask {
        Ask::Find => ("Find in this view", "finds"),
        Ask::Jump => ("Go to 123 (line) · 50% · @4096 · 0x1000", "goes"),
        Ask::CopyToFile(_) => ("Too much for the clipboard: to this new file", "copies"),
        Ask::Pipe => ("The body through this command, as `jq .`", "runs it"),
        Ask::BodyFile => ("Body from this file, byte for byte", "reads"),
        Ask::Link => ("The link of this number", "follows"),
        Ask::Proxy => ("Proxy · ↑ ↓ practice ones", "sets it"),
        Ask::Certificate => ("Our certificate: a PEM file with its key", "shows it"),
        Ask::Local => ("Local address or interface; empty: any", "sets it"),
        Ask::Basic => ("Basic, for all to see: user:password", "puts it in"),
        Ask::Bearer => ("Bearer, for all to see: the token", "puts it in"),
        Ask::Cookie => ("A cookie of this URL: name=value; Path=/; …", "stores it"),
        Ask::CookieValue => ("The cookie's value", "sets it"),
    };
    let enter = app.keys.key_in(Place::List, Action::Choose);
    let title = format!(
        "{title} · {enter} {does} · {} leaves",
        app.keys.key(Action::Escape)
    );
    let inner = open(frame, app, area, vec![Span::raw(title)]);
    if ask == Ask::Proxy && field.bytes().is_empty() {
        let words = "http://host:port, https, socks5, socks5h; empty: none";
        frame.render_widget(Paragraph::new(styled(words, app.theme.quiet())), inner);
    }
    let typed = field.lines(usize::from(inner.width), 1);
    paint::rows(frame.buffer_mut(), inner, &typed, app.theme);
    let column = field.cursor_cell().1.saturating_sub(field.first_column()) as u16;
    frame.set_cursor_position(Position::new(inner.x + column, inner.y));
}

/// Where a question is asked.
pub fn question_area(size: Size) -> Rect {
    centred(size, 70, 3)
}
