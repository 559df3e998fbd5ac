//! A body's content coding and its faults in words: sizes for the title, what is wrong for
//! the lower border.

use unicode_width::UnicodeWidthStr;

use crate::tui::content::Decoded;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::ui::{paint, short};
use crate::tui::unpack::State;
use crate::tui::visit::{ViewKind, Visit};
use crate::view::safe::safe;

/// ` gzip → 98,765 B ×8.0`: behind the size as received, in as many columns as there are.
/// Empty without a coding.
pub fn sizes(visit: &Visit, columns: usize) -> String {
    let Some(decoded) = &visit.meaning.decoded else {
        return String::new();
    };
    let body = visit.body().len;
    let bytes = decoded.of(body).len;
    let exact = format!("{} B", paint::count(bytes));
    let about = paint::bytes(bytes);
    let codings = safe(&decoded.codings.to_string()).into_owned();
    let ratio = match body.min(bytes) {
        0 => String::new(),
        _ if bytes / body >= 100 => format!(" ×{}", paint::count(bytes / body)),
        _ => format!(" ×{:.1}", bytes as f64 / body as f64),
    };
    // A number must never be cut.
    [
        format!(" {codings} → {exact}{ratio}"),
        format!(" {codings} → {about}{ratio}"),
        format!(" {codings} → {about}"),
        format!(" → {about}"),
    ]
    .into_iter()
    .find(|words| words.width() <= columns)
    .unwrap_or_default()
}

/// What is wrong with the coded bytes, where the view shows what they decode to; else
/// where the body in its form is malformed, in as many columns as there are.
pub fn fault(visit: &Visit, kind: ViewKind, keys: &Keymap, columns: usize) -> Option<String> {
    let decoded = visit.meaning.shown().filter(|_| kind.shows_content());
    if let Some(decoded) = decoded.filter(|decoded| decoded.state == State::Limit) {
        return at_limit(decoded, keys, columns);
    }
    match decoded.and_then(|decoded| decoded.faults.first()) {
        Some(fault) => {
            let words = [fault.to_string(), fault.brief()];
            // Where it is broken is cut last.
            let words = words.map(|words| safe(&words).into_owned());
            let fits = words.iter().find(|words| words.width() <= columns);
            Some(short(fits.unwrap_or(&words[1]), columns))
        }
        None => malformed(visit, columns).filter(|_| kind == ViewKind::Pretty),
    }
}

/// `16 MiB decoded, far more than was received: stopped, D goes on`
fn at_limit(decoded: &Decoded, keys: &Keymap, columns: usize) -> Option<String> {
    let key = keys.key(Action::UnpackOn);
    let so_far = paint::bytes(decoded.at.decoded);
    [
        format!("{so_far} decoded, far more than was received: stopped, {key} goes on"),
        format!("{so_far} decoded: stopped, {key} goes on"),
    ]
    .into_iter()
    .find(|words| words.width() <= columns)
}

/// `malformed at byte 27, line 2: a colon is missing`
fn malformed(visit: &Visit, columns: usize) -> Option<String> {
    let formed = visit.formed.as_ref().filter(|formed| formed.reads())?;
    let fault = formed.fault()?;
    let window = visit.content();
    // A moment of the past has less.
    let at = Some(fault.at).filter(|&at| at <= window.there())?;
    let line = paint::count(window.line_of(at).ok()? + 1);
    let place = format!("malformed at byte {}, line {line}", paint::count(at));
    // What is done about it stands beside the row.
    let why = fault.why.split(": ").next().unwrap_or_default();
    [format!("{place}: {}", safe(why)), place]
        .into_iter()
        .find(|words| words.width() <= columns)
}
