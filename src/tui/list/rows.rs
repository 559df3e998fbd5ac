//! What each list holds, made from the state.

use super::shown::{Rows, Shown};
use super::{Choice, List, Of, Row, messages};
use crate::anomaly::Anomaly;
use crate::decode::charset::CHOICES;
use crate::exchange::dialogue::Byte;
use crate::export::Form;
use crate::net::pool::Idle;
use crate::request;
use crate::tui::app::{App, Focus};
use crate::tui::keymap::{self, Action, Place};
use crate::tui::practice::Practice;
use crate::tui::visit::Visit;
use crate::url::Target;
use crate::view::number;
use crate::view::safe::safe_bytes;

/// How many rows there are without a filter.
pub fn count(app: &App, of: Of) -> usize {
    all(app, of).len()
}

/// The rows that its filter leaves.
pub fn shown<'a>(app: &'a App, list: &List) -> Shown<'a> {
    Shown::of(all(app, list.of), list.of, &list.filter.text())
}

/// The URLs below the URL bar; none while it is not typed in.
pub fn completions(app: &App) -> Option<Shown<'_>> {
    let tab = app.tab();
    tab.completion.filter(|_| tab.focus == Focus::Url)?;
    let rows = Shown::of(all(app, Of::Urls), Of::Urls, &tab.url.text());
    (!rows.is_empty()).then_some(rows)
}

fn all(app: &App, of: Of) -> Rows<'_> {
    match of {
        Of::Commands => commands(app),
        Of::Exchanges => exchanges(app),
        Of::Anomalies => anomalies(app),
        Of::Messages => match app.tab().visit() {
            Some(visit) => return messages::of(visit, app.size.columns),
            None => Vec::new(),
        },
        Of::Idle => idle(app),
        Of::Fields => fields(),
        Of::Snippets => snippets(),
        Of::Forms => forms(),
        Of::Charsets => charsets(app),
        Of::Cookies => super::cookies::rows(app),
        Of::Addresses => super::addresses::rows(app),
        Of::Lessons => super::lessons::rows(&app.course),
        Of::Urls => urls(app),
    }
    .into()
}

/// Panes whose commands are offered from elsewhere too: the focus goes there first.
const ELSEWHERE: [(Place, Option<Focus>); 4] = [
    (Place::OutsideText, None),
    (Place::Request, Some(Focus::Request)),
    (Place::Response, Some(Focus::Response)),
    (Place::Socket, Some(Focus::Socket)),
];

/// The commands of the place we are in, those of anywhere, then those of other panes;
/// what moves and types stands last.
fn commands(app: &App) -> Vec<Row> {
    let tab = app.tab();
    let here = tab.places();
    let mut actions = vec![Action::Commands];
    let mut rows = Vec::new();
    let mut motions = Vec::new();
    for row in here.iter().flat_map(|place| of_place(app, *place)) {
        if actions.contains(&row.action) {
            continue;
        }
        actions.push(row.action);
        let keys = here
            .iter()
            .flat_map(|place| of_place(app, *place))
            .filter(|other| other.action == row.action)
            .flat_map(|other| other.keys.iter().copied());
        let keys: Vec<&str> = keys.take(2).collect();
        let command = command(row, keys.join(" "), None);
        match is_typing(row.action) {
            true => motions.push(command),
            false => rows.push(command),
        }
    }
    for (place, focus) in ELSEWHERE {
        let nothing_there =
            matches!(place, Place::Response | Place::Socket) && tab.visits.is_empty();
        if here.contains(&place) || nothing_there {
            continue;
        }
        for row in of_place(app, place) {
            if actions.contains(&row.action) || is_typing(row.action) {
                continue;
            }
            actions.push(row.action);
            let keys = match row.keys.first() {
                Some(key) => format!("{} · {key}", place.title()),
                None => String::new(),
            };
            rows.push(command(row, keys, focus));
        }
    }
    rows.append(&mut motions);
    rows
}

fn of_place(app: &App, place: Place) -> impl Iterator<Item = &keymap::Row> {
    let rows = app.keys.rows().iter();
    rows.filter(move |row| row.place == place)
}

fn command(row: &keymap::Row, keys: String, focus: Option<Focus>) -> Row {
    Row {
        text: row.action.name().to_owned(),
        beside: keys,
        about: row.help.to_owned(),
        choice: Choice::Command(focus, row.action),
    }
}

/// What is a key's business rather than a command's: it needs the cursor or the row that
/// the eye is on.
fn is_typing(action: Action) -> bool {
    matches!(
        action,
        Action::Move(_)
            | Action::Select(_)
            | Action::InsertCrLf
            | Action::InsertLf
            | Action::InsertHex
            | Action::DeleteWord
            | Action::DeleteLeft
            | Action::DeleteRight
            | Action::Choose
            | Action::Swap
    )
}

/// What the selection can be copied as, each with some bytes in that form.
fn forms() -> Vec<Row> {
    Form::ALL
        .iter()
        .map(|&form| Row {
            text: form.title().to_owned(),
            beside: safe_bytes(&form.whole(b"GET /\r\n\0")),
            about: form.about().to_owned(),
            choice: Choice::Command(None, Action::CopyForm(form)),
        })
        .collect()
}

/// What the response says first, then every charset.
fn charsets(app: &App) -> Vec<Row> {
    let Some(visit) = app.tab().visit() else {
        return Vec::new();
    };
    let now = visit.meaning.charset;
    let row = |text: &str, beside: &str, choice| Row {
        text: text.to_owned(),
        beside: beside.to_owned(),
        about: format!("now it is read as {}", now.words()),
        choice: Choice::Charset(choice),
    };
    let chosen = |encoding| match now.encoding == encoding {
        true => now.by.words(),
        false => "",
    };
    let choices = CHOICES.iter().enumerate();
    let choices = choices.map(|(at, &encoding)| row(encoding.name(), chosen(encoding), Some(at)));
    [row("as the response says", "", None)]
        .into_iter()
        .chain(choices)
        .collect()
}

/// All that the session keeps, the newest first.
fn exchanges(app: &App) -> Vec<Row> {
    let visits = app.tabs.iter().enumerate();
    let in_tabs =
        visits.flat_map(|(number, tab)| tab.visits.iter().map(move |visit| (Some(number), visit)));
    let shelved = app.shelf.iter().map(|visit| (None, visit));
    let mut visits: Vec<(Option<usize>, &Visit)> = in_tabs.chain(shelved).collect();
    visits.sort_by_key(|(_, visit)| std::cmp::Reverse(visit.id));
    visits
        .into_iter()
        .map(|(number, visit)| exchange(app, number, visit))
        .collect()
}

fn exchange(app: &App, tab: Option<usize>, visit: &Visit) -> Row {
    // As it is, also while a moment of its past is shown.
    let exchange = &visit.live;
    let method = String::from_utf8_lossy(request::method(&visit.request));
    let status = match &exchange.head {
        Some(head) => head.status.to_string(),
        None => "—".to_owned(),
    };
    let (reason, us) = match &exchange.end {
        Some(end) => (end.reason.name(), end.us),
        None => ("running", visit.elapsed_us(app.now)),
    };
    // At 60 columns the URL needs the room; the verdict below says the reason.
    let reason = match app.size.columns {
        ..76 => String::new(),
        _ => format!("{reason:<14} "),
    };
    let verdict = match exchange.verdict() {
        Some(verdict) => verdict.short(),
        None => "still running".to_owned(),
    };
    let tab = match tab {
        Some(tab) => format!("tab {}", tab + 1),
        None => "in no tab any more".to_owned(),
    };
    let gone = match visit.gone {
        true => " · its bytes are gone: they made room for newer ones",
        false => "",
    };
    // It stands under the one that led to it.
    let (step, why) = match visit.came_from {
        Some(from) => (
            "↳ ",
            format!(" · by redirect {}, a {}", from.hops, from.status),
        ),
        None => ("", String::new()),
    };
    Row {
        text: format!("{step}{method} {}", without_scheme(&visit.name)),
        beside: format!(
            "{status:<3} {reason}{:>8} {:>8}",
            number::bytes(exchange.all_body_bytes()),
            number::time(us)
        ),
        about: format!("{tab}: {}{why} · {verdict}{gone}", visit.name),
        choice: Choice::Exchange(visit.id),
    }
}

/// In the order they were met.
fn anomalies(app: &App) -> Vec<Row> {
    let Some(visit) = app.tab().visit() else {
        return Vec::new();
    };
    let exchange = visit.exchange();
    // At 60 columns the sentence itself needs the room.
    let tried = |anomaly: &Anomaly| match app.size.columns {
        ..76 => String::new(),
        _ => format!(" ({})", anomaly.kind.asked()),
    };
    let row = |anomaly: &Anomaly| {
        let byte = exchange.byte_of(anomaly);
        let at = exchange.dialogue.address(byte);
        let clients = match anomaly.kind.clients() {
            "" => String::new(),
            clients => format!(". {clients}{}", tried(anomaly)),
        };
        let (offset, sent) = match byte {
            Byte::Received(offset) => (offset, ""),
            Byte::Sent(offset) => (offset, ", sent"),
        };
        Row {
            text: format!(
                "{:>9}  {}{sent}",
                number::grouped(offset),
                anomaly.kind.name()
            ),
            beside: anomaly.kind.rule().to_owned(),
            about: format!("{}{clients}", anomaly.message()),
            choice: Choice::Bytes(at..at.saturating_add(1)),
        }
    };
    exchange.anomalies.iter().map(row).collect()
}

/// The one kept last first; behind several a row that closes all.
fn idle(app: &App) -> Vec<Row> {
    let row = |idle: &Idle| {
        let quiet = app.now.saturating_duration_since(idle.since).as_micros();
        let exchanges = match idle.exchanges {
            1 => "1 exchange".to_owned(),
            n => format!("{n} exchanges"),
        };
        let quiet = number::time(u64::try_from(quiet).unwrap_or(u64::MAX));
        let news = idle.news.map_or(String::new(), |news| format!("; {news}"));
        Row {
            text: idle.place.clone(),
            beside: format!("{exchanges}, idle {quiet}"),
            about: format!("{} ▸ {}{news}", idle.local, idle.peer),
            choice: Choice::CloseIdle(Some(idle.id)),
        }
    };
    let mut rows: Vec<Row> = app.idle.iter().map(row).collect();
    if rows.len() > 1 {
        rows.push(Row {
            text: "close all of them".to_owned(),
            beside: String::new(),
            about: "what is fetched next makes new connections".to_owned(),
            choice: Choice::CloseIdle(None),
        });
    }
    rows
}

fn fields() -> Vec<Row> {
    request::FIELDS
        .iter()
        .map(|field| Row {
            text: field.line.to_owned(),
            beside: String::new(),
            about: field.about.to_owned(),
            choice: Choice::Field(field.line),
        })
        .collect()
}

fn snippets() -> Vec<Row> {
    let row = |(number, snippet): (usize, &request::Snippet)| Row {
        text: snippet.name.to_owned(),
        beside: String::new(),
        about: snippet.about.to_owned(),
        choice: Choice::Snippet(number),
    };
    request::SNIPPETS.iter().enumerate().map(row).collect()
}

/// URLs typed in this session, the newest first, then the playground's pages by the host
/// that is being typed.
fn urls(app: &App) -> Vec<Row> {
    let typed = app.tab().url.text();
    let row = |url: String, beside: &str| Row {
        // A password is put in again, but not shown.
        text: match Target::parse(&url) {
            Ok(target) if target.userinfo.is_some() => target.without_userinfo(),
            _ => url.clone(),
        },
        beside: beside.to_owned(),
        about: String::new(),
        choice: Choice::Url(url),
    };
    let mut urls: Vec<Row> = app
        .typed
        .iter()
        .rev()
        .cloned()
        .map(|url| row(url, ""))
        .collect();
    if let Some(port) = app.playground {
        let hosts = [format!("127.0.0.1:{port}"), format!("[::1]:{port}")];
        let host = hosts
            .into_iter()
            .find(|host| without_scheme(&typed).starts_with(host.as_str()))
            .unwrap_or_else(|| format!("localhost:{port}"));
        for page in &app.pages {
            let url = format!("{host}{page}");
            if !app.typed.contains(&url) {
                urls.push(row(url, "playground"));
            }
        }
    }
    let typed = typed.trim().to_ascii_lowercase();
    urls.extend(practice(app, &typed).map(|(url, what)| row(url, what)));
    let begins = |scheme: &str| typed.len() > 1 && scheme.starts_with(&typed);
    let schemes = SCHEMES.iter().filter(|(scheme, _)| begins(scheme));
    urls.extend(schemes.map(|(scheme, what)| row((*scheme).to_owned(), what)));
    urls
}

/// The practice servers that another scheme than http leads to, once one is being typed.
fn practice<'a>(app: &'a App, typed: &str) -> impl Iterator<Item = (String, &'static str)> + 'a {
    let begins = |word: &str| typed.starts_with(word);
    let servers = app.practice.as_ref();
    let secure = servers.filter(|_| begins("http"));
    let kinds = secure.into_iter().flat_map(|servers| &servers.ports);
    let kinds = kinds.map(|(kind, port)| (format!("https://localhost:{port}/"), kind.name()));
    let good = servers.and_then(Practice::good);
    let pages = good
        .filter(|_| begins("https:"))
        .into_iter()
        .flat_map(|port| {
            let url = move |page: &&str| format!("https://localhost:{port}{page}");
            app.pages.iter().filter(|page| **page != "/").map(url)
        });
    let plain = app
        .playground
        .map(|port| format!("ws://localhost:{port}/ws"));
    let tls = good.map(|port| format!("wss://localhost:{port}/ws"));
    let sockets = [plain, tls].into_iter().flatten();
    let sockets = sockets.filter(|_| begins("ws")).collect::<Vec<_>>();
    let known = pages.chain(sockets).map(|url| (url, "playground"));
    kinds.chain(known)
}

/// What a URL begins with, and what that is.
const SCHEMES: [(&str, &str); 4] = [
    ("https://", "over TLS"),
    ("ws://", "a WebSocket"),
    ("wss://", "a WebSocket over TLS"),
    ("unix:/", "unix:/path/to/socket:/url"),
];

/// What begins with the typed text goes before what holds it somewhere; `http://` need
/// not be typed, and case does not matter. A URL that is typed in full is none to offer.
pub(super) fn url_fit(typed: &str, row: &Row) -> Option<i32> {
    let whole = typed.trim().to_lowercase();
    let typed = without_scheme(&whole);
    let url = row.text.to_lowercase();
    let url = without_scheme(&url);
    match url.find(typed)? {
        0 if url == typed => None,
        0 => Some(1),
        _ if typed.len() < whole.len() => None,
        _ => Some(0),
    }
}

fn without_scheme(url: &str) -> &str {
    url.strip_prefix("http://").unwrap_or(url)
}
