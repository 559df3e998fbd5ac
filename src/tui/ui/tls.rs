//! What TLS came to: the handshake, the server's certificates, and the ledger of records.
//!
//! ```text
//! ┏ TLS · Esc closes ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ NOT TRUSTED: expired on 2026-11-10T20:00:00Z, 12 days ago            ┃
//! ┃ Space goes on once without trusting it                               ┃
//! ┃                                                                      ┃
//! ┃ version   TLSv1.3                                                    ┃
//! ┃ 1 CN=example.com                                                     ┃
//! ┃   names   example.com, www.example.com                               ┃
//! ┃ records   received  application_data   9 · 131 KiB · 130 KiB inside  ┃
//! ```

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::event::{Certificate, Tls};
use crate::exchange::{Entry, Exchange};
use crate::tui::app::App;
use crate::tui::layout::inside;
use crate::tui::theme::Theme;
use crate::tui::ui::popup::{centred, open, scrolls};
use crate::tui::ui::{paint, short, styled};
use crate::view::safe::safe;

/// Columns of the facts' names.
const NAMES: usize = 11;

pub fn draw(frame: &mut Frame, app: &App, top: usize) {
    let title = vec![Span::raw(scrolls("TLS", app))];
    let inner = open(frame, app, area(app), title);
    let lines = lines(app, usize::from(inner.width));
    // The screen may have grown since it was scrolled.
    let most = lines.len().saturating_sub(usize::from(inner.height));
    let lines = lines.into_iter().skip(top.min(most));
    let lines: Vec<Line> = lines.take(usize::from(inner.height)).collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The furthest that it can be scrolled down.
pub fn end(app: &App) -> usize {
    let inner = inside(area(app));
    let rows = lines(app, usize::from(inner.width)).len();
    rows.saturating_sub(usize::from(inner.height))
}

fn area(app: &App) -> Rect {
    centred(app.size, 100, app.size.rows.saturating_sub(2))
}

fn lines(app: &App, width: usize) -> Vec<Line<'static>> {
    let mut sheet = Sheet {
        theme: app.theme,
        width,
        lines: Vec::new(),
    };
    match app.tab().visit() {
        Some(visit) => sheet.exchange(visit.exchange()),
        None => sheet.words("nothing was fetched in this tab"),
    }
    sheet.lines
}

struct Sheet {
    theme: Theme,
    width: usize,
    lines: Vec<Line<'static>>,
}

impl Sheet {
    fn exchange(&mut self, exchange: &Exchange) {
        match &exchange.tls {
            Some(tls) => self.handshake(tls, refused(exchange)),
            None if exchange.ledger.entries.is_empty() => {
                self.words("this exchange is in plain: no TLS lies between");
            }
            None => self.words("a kept connection: its handshake was an earlier exchange's"),
        }
        if !exchange.ledger.entries.is_empty() {
            self.lines.push(Line::default());
            self.ledger(exchange);
        }
    }

    fn handshake(&mut self, tls: &Tls, refused: bool) {
        let theme = self.theme;
        if let Some(problem) = &tls.problem {
            let text = safe(problem).into_owned();
            self.lines.push(Line::from(vec![
                styled(" NOT TRUSTED: ", theme.bad()),
                styled(short(&text, self.width.saturating_sub(15)), theme.bad()),
            ]));
            // A sentence that is longer than the row goes on below.
            let rest = text
                .chars()
                .skip(self.width.saturating_sub(16))
                .collect::<String>();
            if !rest.is_empty() {
                self.lines
                    .push(Line::styled(format!(" …{rest}"), theme.bad()));
            }
            let what = match refused {
                true => " Space goes on once without trusting it; nothing of it is remembered",
                false => " gone on all the same: its verifying was turned off",
            };
            self.lines.push(Line::styled(what, theme.warning()));
            self.lines.push(Line::default());
        }
        let resumed = match tls.resumed {
            true => "yes: no certificate was sent again",
            false => "no: a whole handshake",
        };
        let ours = match tls.client_certificate {
            None => "not asked for",
            Some(true) => "asked for, and given",
            Some(false) => "asked for; there is none to give",
        };
        let verified = match tls.verified {
            true => format!("by {}", tls.roots),
            false => "no".to_owned(),
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
        for (number, certificate) in tls.certificates.iter().enumerate() {
            self.lines.push(Line::default());
            self.certificate(number + 1, certificate);
        }
    }

    fn certificate(&mut self, number: usize, certificate: &Certificate) {
        let subject = safe(&certificate.subject).into_owned();
        let line = format!(
            " {number} {}",
            short(&subject, self.width.saturating_sub(4))
        );
        self.lines.push(Line::styled(line, self.theme.strong()));
        let authority = if certificate.authority {
            ", an authority"
        } else {
            ""
        };
        self.fact("issuer", &certificate.issuer);
        if !certificate.names.is_empty() {
            self.fact("names", &certificate.names.join(", "));
        }
        let valid = format!("{} to {}", certificate.not_before, certificate.not_after);
        self.fact("valid", &valid);
        self.fact("key", &format!("{}{authority}", certificate.key));
        self.fact("signed by", &certificate.signature);
        self.fact("serial", &certificate.serial);
        self.fact("SHA-256", &certificate.sha256);
    }

    fn ledger(&mut self, exchange: &Exchange) {
        let title = " records, and what they add to HTTP's bytes";
        self.lines.push(Line::styled(title, self.theme.strong()));
        for entry in &exchange.ledger.entries {
            self.entry(entry);
        }
        let calls = exchange.ciphertext;
        let text = format!(
            "{} sent, {} received by the calls themselves",
            paint::bytes(calls.sent),
            paint::bytes(calls.received)
        );
        self.fact("ciphertext", &text);
    }

    fn entry(&mut self, entry: &Entry) {
        let text = format!(
            "{:<18} {:>7} · {:>9} · {:>9} inside · {:>9} over",
            entry.content.name(),
            paint::count(entry.records),
            paint::bytes(entry.ciphertext),
            paint::bytes(entry.plaintext),
            paint::bytes(entry.overhead()),
        );
        self.fact(entry.direction.name(), &text);
    }

    fn fact(&mut self, name: &str, fact: &str) {
        let room = self.width.saturating_sub(NAMES + 4);
        let fact = short(&safe(fact), room);
        self.lines.push(Line::from(vec![
            styled(format!("   {name:<NAMES$}"), self.theme.quiet()),
            Span::raw(fact),
        ]));
    }

    fn words(&mut self, words: &'static str) {
        self.lines
            .push(Line::styled(format!(" {words}"), self.theme.quiet()));
    }
}

/// The exchange ended because the server is not trusted.
pub fn refused(exchange: &Exchange) -> bool {
    let error = exchange.error.as_ref();
    error.is_some_and(|error| error.kind == "certificate")
}
