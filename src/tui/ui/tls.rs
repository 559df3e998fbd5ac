//! What TLS came to: the handshake, the server's certificates, and the ledger of records.
//!
//! ```text
//! ┏ TLS · ↑ ↓ scroll · Esc closes ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ NOT TRUSTED: expired on 2026-11-10T20:00:00Z, 12 days ago            ┃
//! ┃ The request was not sent. Space sends it this once, to whoever …     ┃
//! ┃                                                                      ┃
//! ┃   version    TLSv1.3                                                 ┃
//! ┃ ▾ 1 CN=example.com                                                   ┃
//! ┃   names      example.com, www.example.com                            ┃
//! ┃ ▸ 2 CN=an authority                      EC P-256 · until 2027-11-22 ┃
//! ┃ records              how many  ciphertext      HTTP  overhead        ┃
//! ┃   received data             9     131 KiB   130 KiB     198 B        ┃
//! ```

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::event::{Certificate, Content, Direction, Tls};
use crate::exchange::{Entry, Exchange};
use crate::tui::app::App;
use crate::tui::fill::in_rows;
use crate::tui::keymap::Action;
use crate::tui::layout::inside;
use crate::tui::theme::Theme;
use crate::tui::ui::sheet::{centred, open, scrolls};
use crate::tui::ui::{paint, short, styled};
use crate::view::safe::safe;

/// Columns of the facts' names.
const NAMES: usize = 10;
/// Rows that one fact takes at most: a certificate may have hundreds of names.
const ROWS: usize = 12;

/// `unfolded`: the certificates that are shown whole, from 0.
pub fn draw(frame: &mut Frame, app: &App, top: usize, unfolded: &[usize]) {
    let title = vec![Span::raw(scrolls("TLS", app))];
    let inner = open(frame, app, area(app), title);
    let lines = lines(app, usize::from(inner.width), unfolded);
    // The screen may have grown since it was scrolled.
    let most = lines.len().saturating_sub(usize::from(inner.height));
    let lines = lines.into_iter().skip(top.min(most));
    let lines: Vec<Line> = lines.take(usize::from(inner.height)).collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The furthest that it can be scrolled down.
pub fn end(app: &App, unfolded: &[usize]) -> usize {
    let inner = inside(area(app));
    let rows = lines(app, usize::from(inner.width), unfolded).len();
    rows.saturating_sub(usize::from(inner.height))
}

fn area(app: &App) -> Rect {
    centred(app.size, 100, app.size.rows.saturating_sub(2))
}

fn lines(app: &App, width: usize, unfolded: &[usize]) -> Vec<Line<'static>> {
    let mut sheet = Sheet {
        theme: app.theme,
        width,
        leave: app.keys.key(Action::Escape).to_owned(),
        lines: Vec::new(),
    };
    match app.tab().visit() {
        Some(visit) => sheet.exchange(visit.exchange(), unfolded),
        None => sheet.words("nothing was fetched in this tab", app.theme.quiet()),
    }
    sheet.lines
}

struct Sheet {
    theme: Theme,
    width: usize,
    /// The key that closes.
    leave: String,
    lines: Vec<Line<'static>>,
}

impl Sheet {
    fn exchange(&mut self, exchange: &Exchange, unfolded: &[usize]) {
        let quiet = self.theme.quiet();
        match &exchange.tls {
            Some(tls) => {
                let refused = refused(exchange);
                self.verdict(tls, refused);
                // What is looked for comes first.
                if refused {
                    self.chain(tls, unfolded);
                    self.lines.push(Line::default());
                    self.handshake(tls);
                } else {
                    self.handshake(tls);
                    self.lines.push(Line::default());
                    self.chain(tls, unfolded);
                }
            }
            None if exchange.ledger.entries.is_empty() => {
                self.words("this exchange is in plain: no TLS lies between", quiet);
            }
            None => self.words(
                "a kept connection: its handshake was an earlier exchange's",
                quiet,
            ),
        }
        if !exchange.ledger.entries.is_empty() {
            self.lines.push(Line::default());
            self.ledger(exchange);
        }
    }

    /// Why the server is not trusted, and the question.
    fn verdict(&mut self, tls: &Tls, refused: bool) {
        let Some(problem) = &tls.problem else { return };
        let theme = self.theme;
        self.words(&format!("NOT TRUSTED: {problem}"), theme.bad());
        if refused {
            let leave = &self.leave;
            let question = format!(
                "The request was not sent. Space sends it this once, to whoever answers there; \
                 nothing of that is remembered. {leave} leaves it."
            );
            self.words(&question, theme.key());
        } else {
            let words = "Gone on all the same: encrypted, but to whom is not known.";
            self.words(words, theme.warning());
        }
        self.lines.push(Line::default());
    }

    fn handshake(&mut self, tls: &Tls) {
        let resumed = match tls.resumed {
            true => "yes: no certificate was sent again",
            false => "no: a whole handshake",
        };
        let ours = match tls.client_certificate {
            None => "not asked for",
            Some(true) => "asked for, and given",
            Some(false) => "asked for; there is none to give",
        };
        let verified = match (tls.verified, &tls.problem) {
            (true, _) => format!("by {}", tls.roots),
            (false, Some(_)) => "no: see above".to_owned(),
            (false, None) => "no: it did not come to that".to_owned(),
        };
        let none = || "none".to_owned();
        for (name, fact) in [
            ("version", tls.version.clone()),
            ("cipher", tls.cipher.clone()),
            ("key by", tls.group.clone().unwrap_or_default()),
            ("ALPN", tls.alpn.clone().unwrap_or_else(none)),
            ("SNI", tls.server_name.clone().unwrap_or_else(none)),
            ("verified", verified),
            ("resumed", resumed.to_owned()),
            ("our cert.", ours.to_owned()),
            ("took", paint::time(tls.us)),
        ] {
            if !fact.is_empty() {
                self.fact(name, &fact);
            }
        }
    }

    fn chain(&mut self, tls: &Tls, unfolded: &[usize]) {
        let heading = match tls.certificates.len() {
            0 => "certificates: none came".to_owned(),
            many => format!("certificates: {many}, each unfolded and folded by its number"),
        };
        self.words(&heading, self.theme.strong());
        for (number, certificate) in tls.certificates.iter().enumerate() {
            let whole = unfolded.contains(&number);
            self.subject(number, certificate, whole);
            if whole {
                self.certificate(certificate);
            }
        }
    }

    /// The certificate's row: what it is for, then what matters most.
    fn subject(&mut self, number: usize, certificate: &Certificate, whole: bool) {
        let theme = self.theme;
        let sign = if whole { "▾" } else { "▸" };
        let day = certificate.not_after.get(..10).unwrap_or_default();
        let beside = match whole {
            true => String::new(),
            false => safe(&format!("{} · until {day}", certificate.key)).into_owned(),
        };
        let room = self.width.saturating_sub(7 + beside.width());
        let subject = short(&safe(&certificate.subject), room);
        let gap = room.saturating_sub(subject.width()) + 1;
        self.lines.push(Line::from(vec![
            styled(format!(" {sign} {} ", number + 1), theme.key()),
            styled(subject, theme.strong()),
            styled(format!("{}{beside}", " ".repeat(gap)), theme.quiet()),
        ]));
    }

    fn certificate(&mut self, certificate: &Certificate) {
        let (from, to) = (&certificate.not_before, &certificate.not_after);
        let authority = match certificate.authority {
            true => ", an authority's",
            false => "",
        };
        for (name, fact) in [
            ("issuer", certificate.issuer.clone()),
            ("names", certificate.names.join(", ")),
            ("valid", format!("{from} to {to}")),
            ("key", format!("{}{authority}", certificate.key)),
            ("signed by", certificate.signature.clone()),
            ("serial", certificate.serial.clone()),
            ("SHA-256", certificate.sha256.clone()),
        ] {
            if !fact.is_empty() {
                self.fact(name, &fact);
            }
        }
    }

    fn ledger(&mut self, exchange: &Exchange) {
        let heading = format!(
            " {:<21}{:>9}{:>12}{:>10}{:>10}",
            "records", "how many", "ciphertext", "HTTP", "overhead"
        );
        self.lines.push(Line::styled(
            short(&heading, self.width),
            self.theme.strong(),
        ));
        for entry in &exchange.ledger.entries {
            self.entry(entry);
        }
        let calls = exchange.ciphertext;
        let text = format!(
            "{} sent, {} received by the calls",
            paint::bytes(calls.sent),
            paint::bytes(calls.received)
        );
        self.fact("in all", &text);
    }

    fn entry(&mut self, entry: &Entry) {
        let content = match entry.content {
            Content::ChangeCipherSpec => "cipher spec",
            Content::Alert => "alert",
            Content::Handshake => "handshake",
            Content::Data => "data",
        };
        let style = match entry.direction {
            Direction::Sent => self.theme.sent(),
            Direction::Received => self.theme.received(),
        };
        self.lines.push(Line::from(vec![
            styled(format!("   {:<9}", entry.direction.name()), style),
            Span::raw(format!(
                "{content:<11}{:>8}{:>12}{:>10}{:>10}",
                paint::count(entry.records),
                paint::bytes(entry.ciphertext),
                paint::bytes(entry.plaintext),
                paint::bytes(entry.overhead()),
            )),
        ]));
    }

    /// Whole, on as many rows as it takes.
    fn fact(&mut self, name: &str, fact: &str) {
        let room = self.width.saturating_sub(NAMES + 4);
        let mut rows = broken(&safe(fact), room);
        if rows.len() > ROWS {
            rows.truncate(ROWS);
            rows.push("…".to_owned());
        }
        let mut name = name;
        for row in rows {
            self.lines.push(Line::from(vec![
                styled(format!("   {name:<NAMES$}"), self.theme.quiet()),
                Span::raw(row),
            ]));
            name = "";
        }
    }

    fn words(&mut self, words: &str, style: Style) {
        for row in broken(&safe(words), self.width.saturating_sub(2)) {
            self.lines.push(Line::styled(format!(" {row}"), style));
        }
    }
}

/// In rows of so many columns: between words, and within one that is longer.
fn broken(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut rows = Vec::new();
    for row in in_rows(text, columns) {
        let mut piece = String::new();
        let mut used = 0;
        for c in row.chars() {
            let width = c.width().unwrap_or(0);
            if used + width > columns {
                rows.push(std::mem::take(&mut piece));
                used = 0;
            }
            piece.push(c);
            used += width;
        }
        rows.push(piece);
    }
    rows
}

/// The exchange ended because the server is not trusted.
pub fn refused(exchange: &Exchange) -> bool {
    let error = exchange.error.as_ref();
    error.is_some_and(|error| error.kind == "certificate")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_facts_are_broken_between_words_and_within_long_ones() {
        for (text, columns, want) in [
            ("", 4, &[""][..]),
            ("ab cd", 5, &["ab cd"]),
            ("ab cd", 4, &["ab", "cd"]),
            ("abcdefghi", 4, &["abcd", "efgh", "i"]),
            ("日本語", 4, &["日本", "語"]),
            ("日本語", 0, &["日", "本", "語"]),
        ] {
            assert_eq!(broken(text, columns), want, "{text} {columns}");
        }
    }
}
