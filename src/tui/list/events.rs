//! The server-sent events of a body, as they come:
//! `   3  tick         3        {"tick": 3}     11 B at 2.00 s`.
//!
//! Owns the words of a row; where events begin and end is `proto::sse`'s.

use super::shown::Part;
use super::{Choice, Row};
use crate::proto::sse::{Item, KEPT, Kind, Text};
use crate::tui::streamed::Streamed;
use crate::tui::visit::Visit;
use crate::view::number;
use crate::view::safe::{cut, safe_bytes, width};

/// Columns of an event's type, and of its id.
const NAME: usize = 12;
const ID: usize = 8;

/// A row for each event, comment and `retry` of the moment that is shown; last, what is
/// incomplete and what is not read.
pub(super) fn of(visit: &Visit, columns: u16) -> Vec<Part<'_>> {
    let Some(streamed) = visit.events() else {
        return Vec::new();
    };
    let there = visit.content().there();
    let come = streamed.items_before(there);
    let of = move |at| {
        let (t_us, item) = streamed.item(at)?;
        Some(row(t_us, item, columns))
    };
    vec![
        Part::Later(come, Box::new(of)),
        Part::Made(last(visit, streamed).into_iter().collect()),
    ]
}

/// What stands behind the events: nothing in the past.
fn last(visit: &Visit, streamed: &Streamed) -> Option<Row> {
    if visit.past.is_some() {
        return None;
    }
    let content = visit.content();
    let there = content.there();
    let events = streamed.events();
    let at = events.at();
    if events.is_full() && at < there {
        return Some(plain(
            format!(
                "the first {} alone are listed",
                number::grouped(KEPT as u64)
            ),
            format!("read {at} of {there} B"),
            "Pretty shows what comes behind them".to_owned(),
        ));
    }
    if streamed.is_behind(&content) {
        return Some(plain(
            "being read".to_owned(),
            format!("{at} of {there} B"),
            "what came is read for events piece by piece".to_owned(),
        ));
    }
    let bytes = events.incomplete()?;
    let (text, about) = match visit.over {
        true => (
            "incomplete: dropped",
            "the body ended before the empty line that dispatches an event, so a client \
             drops it (WHATWG HTML 9.2.6)",
        ),
        false => (
            "incomplete",
            "the empty line that dispatches it has not come (WHATWG HTML 9.2.6)",
        ),
    };
    Some(Row {
        choice: Choice::Content(bytes.clone()),
        ..plain(
            text.to_owned(),
            number::bytes(bytes.end - bytes.start),
            format!(
                "bytes {}–{} of the content: {about}",
                bytes.start, bytes.end
            ),
        )
    })
}

/// A row of no event.
fn plain(text: String, beside: String, about: String) -> Row {
    Row {
        text: format!("{:>4}  {text}", "—"),
        beside,
        about,
        choice: Choice::Nothing,
    }
}

fn row(t_us: Option<u64>, item: &Item, columns: u16) -> Row {
    let (text, about) = match &item.kind {
        Kind::Event {
            number,
            name,
            id,
            has_id,
        } => {
            let name = match name.len {
                0 => "message".to_owned(),
                _ => shown(name),
            };
            let last = match (has_id, id.len) {
                (true, 0) => "its id is empty, so no last event ID is left".to_owned(),
                (true, _) => format!("id {}", shown(id)),
                (false, 0) => "no id".to_owned(),
                (false, _) => format!("no id of its own, the last event ID stays {}", shown(id)),
            };
            let id = if *has_id { shown(id) } else { String::new() };
            (
                in_columns(&number.to_string(), &name, &id, &item.text, columns),
                format!("type {name}, {last}, {} bytes of data", item.text.len),
            )
        }
        Kind::NoData => (
            format!("{:>4}  no data", "—"),
            "an empty line after fields without data: no event is dispatched".to_owned(),
        ),
        Kind::Comment => (
            in_columns("—", "comment", "", &item.text, columns),
            "a comment, which is no event and keeps the connection alive".to_owned(),
        ),
        Kind::Retry => (
            in_columns("—", "retry", "", &item.text, columns),
            match is_time(&item.text) {
                true => format!(
                    "a client whose connection is lost waits {} ms before it comes again",
                    shown(&item.text)
                ),
                false => "retry, but not of digits alone: ignored".to_owned(),
            },
        ),
    };
    let beside = match t_us {
        Some(t_us) => format!("{} at {}", number::bytes(item.text.len), number::time(t_us)),
        None => number::bytes(item.text.len),
    };
    let unknown = match t_us {
        Some(_) => "",
        None => "; when it came is not known: its call is not among those kept",
    };
    let (from, to) = (item.bytes.start, item.bytes.end);
    Row {
        text,
        beside,
        about: format!(
            "bytes {from}–{to} of the content, {}: {about}{unknown}",
            number::bytes(to - from)
        ),
        choice: Choice::Content(item.bytes.clone()),
    }
}

/// Digits alone, as a reconnection time must be.
fn is_time(text: &Text) -> bool {
    text.len > 0 && text.start.iter().all(u8::is_ascii_digit)
}

fn shown(text: &Text) -> String {
    let more = if text.is_cut() { "…" } else { "" };
    format!("{}{more}", safe_bytes(&text.start))
}

/// At 60 columns the text needs the id's room; what is below the list says it.
fn in_columns(number: &str, name: &str, id: &str, text: &Text, columns: u16) -> String {
    let id = match columns {
        ..76 => String::new(),
        _ => padded(id, ID),
    };
    format!("{number:>4}  {}{id}{}", padded(name, NAME), shown(text))
}

/// In just so many columns; and one more, free.
fn padded(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let free = columns + 1 - width(&text).min(columns);
    format!("{text}{}", " ".repeat(free))
}
