//! Two exchanges side by side, over the whole screen.
//!
//! ```text
//! ┏ Compare · ↑ ↓ scroll · Esc closes ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ A  GET localhost/a                                                 ┃
//! ┃ B  GET localhost/b                                                 ┃
//! ┃                   A                       B                        ┃
//! ┃ Facts · 2 of 9 differ                                              ┃
//! ┃ ≠ status          HTTP/1.1 200 OK         HTTP/1.1 404 Not Found   ┃
//! ┃ – error           –                       the peer closed          ┃
//! ```
//! Where that is too narrow, B's side stands below A's. The bodies are [`body`]'s.

mod body;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::exchange::compare::{self, Phase, Row, Sign, Value};
use crate::request;
use crate::tui::app::App;
use crate::tui::compare::Compare;
use crate::tui::keymap::Action;
use crate::tui::layout::inside;
use crate::tui::theme::Theme;
use crate::tui::ui::paint::TIME;
use crate::tui::ui::sheet::{centred, open, scrolls};
use crate::tui::ui::{paint, short, styled};
use crate::tui::visit::Visit;
use crate::view::safe;

/// The narrowest inside in which both sides have room beside the names.
const BESIDE: usize = 74;
/// What each side is called.
const SIDES: [&str; 2] = ["A", "B"];
/// Stands for what a side does not have.
const NOTHING: &str = "–";

pub fn draw(frame: &mut Frame, app: &App, shown: &Compare) {
    let title = vec![Span::raw(format!(
        "{} · {} swaps A and B",
        scrolls("Compare", app),
        app.keys.key(Action::Swap)
    ))];
    let inner = open(frame, app, area(app), title);
    let lines = lines(app, shown, inner);
    // The screen may have grown since it was scrolled.
    let most = lines.len().saturating_sub(usize::from(inner.height));
    let lines = lines.into_iter().skip(shown.top.min(most));
    let lines: Vec<Line> = lines.take(usize::from(inner.height)).collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The furthest that it can be scrolled down.
pub fn end(app: &App, shown: &Compare) -> usize {
    let inner = inside(area(app));
    let rows = lines(app, shown, inner).len();
    rows.saturating_sub(usize::from(inner.height))
}

fn area(app: &App) -> Rect {
    centred(app.size, app.size.columns, app.size.rows)
}

fn lines(app: &App, shown: &Compare, inner: Rect) -> Vec<Line<'static>> {
    let [Some(a), Some(b)] = shown.pair.map(|id| app.visit(id)) else {
        return vec![Line::raw(" one of the two exchanges is not kept any more")];
    };
    let visits = [a, b];
    let both = visits.map(|visit| &visit.live);
    let mut sheet = Sheet::new(app.theme, usize::from(inner.width));
    for (side, visit) in SIDES.iter().zip(visits) {
        sheet.exchange(side, visit);
    }
    let [a, b] = visits.map(Visit::whole_answer);
    let answers = [&a, &b];
    let facts = compare::facts(both, answers);
    let fields = compare::fields(answers);
    let trailers = compare::trailers(answers);
    sheet.make_room_for([&facts, &fields, &trailers]);
    sheet.columns();
    sheet.heading("Facts", &counted(&facts));
    sheet.rows(&facts);
    sheet.phases(
        &compare::phases(both),
        visits.map(|visit| until(visit, app)),
    );
    sheet.section("Head", &counted(&fields));
    sheet.rows(&fields);
    if !trailers.is_empty() {
        sheet.section("Trailers", &counted(&trailers));
        sheet.rows(&trailers);
    }
    sheet.bodies(visits.map(Visit::whole_body), &shown.bodies);
    sheet.lines
}

/// The exchange's clock at its end, or now.
fn until(visit: &Visit, app: &App) -> u64 {
    let end = visit.live.end.map(|end| end.us);
    end.unwrap_or_else(|| visit.elapsed_us(app.now))
}

fn counted(rows: &[Row]) -> String {
    let differ = rows.iter().filter(|row| row.sign() != Sign::Equal).count();
    match (differ, rows.len()) {
        (_, 0) => "neither has any".to_owned(),
        (differ, all) => format!("{differ} of {all} differ"),
    }
}

/// The rows while they are made.
struct Sheet {
    theme: Theme,
    width: usize,
    /// Columns of the names.
    names: usize,
    lines: Vec<Line<'static>>,
}

impl Sheet {
    fn new(theme: Theme, width: usize) -> Sheet {
        Sheet {
            theme,
            width,
            names: 0,
            lines: Vec::new(),
        }
    }

    fn beside(&self) -> bool {
        self.width >= BESIDE
    }

    /// Columns of one side of a row.
    fn side(&self) -> usize {
        match self.beside() {
            true => self.width.saturating_sub(MARGIN + self.names + 2) / 2 - 1,
            false => self.width.saturating_sub(MARGIN + 4),
        }
    }

    /// As wide as the longest name, but no wider than a quarter.
    fn make_room_for(&mut self, rows: [&[Row]; 3]) {
        let names = rows.into_iter().flatten().map(name);
        let longest = names.map(|name| safe::width(&name)).max().unwrap_or(0);
        self.names = longest.min(self.width / 4).max("received".len());
    }

    fn exchange(&mut self, side: &str, visit: &Visit) {
        let method = String::from_utf8_lossy(request::method(&visit.request)).into_owned();
        let words = format!("{method} {}", visit.name);
        let room = self.width.saturating_sub(5);
        self.lines.push(Line::from(vec![
            styled(format!(" {side}  "), self.theme.strong()),
            styled(short(&words, room), self.theme.title(false)),
        ]));
    }

    /// Which side is whose.
    fn columns(&mut self) {
        if self.beside() {
            let side = filled(SIDES[0], self.side());
            let names = " ".repeat(MARGIN + self.names);
            self.label(&format!("{names}  {side}  {}", SIDES[1]));
        }
    }

    fn section(&mut self, title: &str, about: &str) {
        if self.beside() {
            self.lines.push(Line::default());
        }
        self.heading(title, about);
    }

    fn heading(&mut self, title: &str, about: &str) {
        let room = self.width.saturating_sub(title.len() + 4);
        self.lines.push(Line::from(vec![
            styled(format!(" {title}"), self.theme.strong()),
            styled(format!(" · {}", short(about, room)), self.theme.quiet()),
        ]));
    }

    fn rows(&mut self, rows: &[Row]) {
        for row in rows {
            let sign = row.sign();
            let width = self.side();
            let sides = row.sides.each_ref().map(|side| {
                let text = side.as_ref().map(value);
                match (text, sign) {
                    (None, _) => vec![NOTHING.to_owned()],
                    (Some(text), Sign::Equal) => vec![short(&text, width)],
                    // What differs may do so at its very end.
                    (Some(text), _) => folded(&text, width),
                }
            });
            let (style, sign) = match sign {
                Sign::Equal => (self.theme.quiet(), "="),
                Sign::Differs => (self.theme.title(false), "≠"),
                Sign::Missing => (self.theme.title(false), NOTHING),
            };
            match self.beside() {
                true => self.pair(sign, &name(row), style, sides),
                false => self.stack(sign, &name(row), style, sides),
            }
        }
    }

    /// One row high, or as many as the longer side has.
    fn pair(&mut self, sign: &str, name: &str, style: Style, [a, b]: [Vec<String>; 2]) {
        let width = self.side();
        for at in 0..a.len().max(b.len()) {
            let (sign, name) = if at == 0 { (sign, name) } else { (" ", "") };
            let cell = |side: &[String]| filled(side.get(at).map_or("", String::as_str), width);
            self.lines.push(Line::from(vec![
                styled(format!(" {sign} "), self.sign_style(sign)),
                styled(format!("{}  ", filled(name, self.names)), style),
                styled(format!("{}  ", cell(&a)), style),
                styled(cell(&b), style),
            ]));
        }
    }

    /// The name, then one side below the other; both in one where they are equal.
    fn stack(&mut self, sign: &str, name: &str, style: Style, sides: [Vec<String>; 2]) {
        let sign_style = self.sign_style(sign);
        let head = styled(format!(" {sign} "), sign_style);
        if sign == "=" {
            let value = sides[0].first().map_or("", String::as_str);
            let words = short(
                &format!("{name}: {value}"),
                self.width.saturating_sub(MARGIN),
            );
            self.lines
                .push(Line::from(vec![head, styled(words, style)]));
            return;
        }
        let name = short(name, self.width.saturating_sub(MARGIN));
        self.lines.push(Line::from(vec![head, styled(name, style)]));
        for (side, rows) in SIDES.iter().zip(sides) {
            for (at, row) in rows.into_iter().enumerate() {
                let side = if at == 0 { side } else { " " };
                self.lines
                    .push(Line::styled(format!("   {side} {row}"), style));
            }
        }
    }

    /// Both on one scale, from the start of each.
    fn phases(&mut self, phases: &[Phase], until: [u64; 2]) {
        let whole = until[0].max(until[1]);
        let scale = format!("a bar's full width is {}", paint::time(whole));
        self.section("Phases", &scale);
        let side = self.side();
        let bar = |time: Option<(u64, u64)>, width: usize| match time {
            Some((from, to)) => paint::timed(from..to, whole, width),
            None => filled(&format!("{NOTHING:>TIME$}"), width),
        };
        let ran = phases.iter().map(|phase| {
            let [a, b] = phase.sides;
            let time = |span: crate::exchange::Span, now| (span.from, span.to.unwrap_or(now));
            let sides = [
                a.map(|span| time(span, until[0])),
                b.map(|span| time(span, until[1])),
            ];
            (phase.name, sides)
        });
        let all = ("in all", until.map(|until| Some((0, until))));
        for (name, [a, b]) in ran.chain([all]) {
            let style = self.theme.title(false);
            let bars = self.theme.received();
            match self.beside() {
                true => self.lines.push(Line::from(vec![
                    styled(format!("   {}  ", filled(name, self.names)), style),
                    styled(format!("{}  ", bar(a, side)), bars),
                    styled(bar(b, side), bars),
                ])),
                false => {
                    let room = self.width.saturating_sub(MARGIN + 10);
                    for (at, (label, time)) in SIDES.iter().zip([a, b]).enumerate() {
                        let name = if at == 0 { name } else { "" };
                        self.lines.push(Line::from(vec![
                            styled(format!("   {name:<7} {label} "), style),
                            styled(bar(time, room), bars),
                        ]));
                    }
                }
            }
        }
    }

    fn sign_style(&self, sign: &str) -> Style {
        match sign {
            "=" => self.theme.quiet(),
            _ => self.theme.warning(),
        }
    }

    fn label(&mut self, words: &str) {
        let line = Line::styled(words.to_owned(), self.theme.quiet());
        self.lines.push(line);
    }
}

/// Columns before a name: a space, the sign, a space.
const MARGIN: usize = 3;

fn name(row: &Row) -> String {
    match row.name.is_empty() {
        true => "(no name)".to_owned(),
        false => safe::safe(&row.name).into_owned(),
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Text(text) => safe::safe(text).into_owned(),
        Value::Bytes(bytes) => format!("{} B", paint::count(*bytes)),
        Value::Count(count) => paint::count(*count),
    }
}

/// Cut, or spaces behind it, to just so many columns.
fn filled(text: &str, columns: usize) -> String {
    let text = safe::cut(text, columns);
    let gap = columns.saturating_sub(safe::width(&text));
    format!("{text}{}", " ".repeat(gap))
}

/// A safe text in rows of at most so many columns, whatever its words; at least one row.
fn folded(text: &str, columns: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    for piece in safe::decode(text.as_bytes()) {
        if used > 0 && used + piece.width > columns {
            rows.push(String::new());
            used = 0;
        }
        if let Some(row) = rows.last_mut() {
            row.push_str(&piece.text);
        }
        used += piece.width;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_rows() {
        for (text, columns, want) in [
            ("", 3, &[""][..]),
            ("abc", 3, &["abc"]),
            ("abcd", 3, &["abc", "d"]),
            ("日本", 3, &["日", "本"]),
            ("ab", 0, &["a", "b"]),
        ] {
            assert_eq!(folded(text, columns), want, "{text:?} {columns}");
        }
    }

    #[test]
    fn cells_are_filled() {
        for (text, columns, want) in [
            ("", 2, "  "),
            ("ab", 3, "ab "),
            ("abcd", 3, "ab…"),
            ("日本", 3, "日…"),
        ] {
            assert_eq!(filled(text, columns), want, "{text:?} {columns}");
        }
    }
}
