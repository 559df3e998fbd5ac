//! A body's content coding and charset in words: sizes for the title, the state for the
//! row of views.

use encoding_rs::UTF_8;

use crate::decode::Codings;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::ui::paint;
use crate::tui::unpack::State;
use crate::tui::visit::{ViewKind, Visit};
use crate::view::safe::safe;

/// ` gzip → 98,765 B ×8.0`: behind the size as received. Empty without a coding.
pub fn sizes(visit: &Visit, wide: bool) -> String {
    let Some(decoded) = &visit.meaning.decoded else {
        return String::new();
    };
    let body = visit.body().len;
    let bytes = decoded.of(body).len;
    let count = match wide {
        true => format!("{} B", paint::count(bytes)),
        false => paint::bytes(bytes),
    };
    let codings = safe(&decoded.codings.to_string()).into_owned();
    let ratio = match body {
        0 => String::new(),
        body => format!(" ×{:.1}", bytes as f64 / body as f64),
    };
    format!(" {codings} → {count}{ratio}")
}

/// What of the content needs words, the most urgent first.
pub fn state(visit: &Visit, kind: ViewKind, keys: &Keymap) -> Vec<String> {
    if !matches!(kind, ViewKind::Text | ViewKind::Hex) {
        return Vec::new();
    }
    let mut words = Vec::new();
    match (&visit.meaning.decoded, visit.meaning.as_received) {
        (None, _) => words.extend(unknown(visit)),
        (Some(_), true) => {
            let key = keys.key(Action::AsReceived);
            words.push(format!("as received ({key}: decoded)"));
        }
        (Some(decoded), false) => {
            let so_far = paint::bytes(decoded.at.decoded);
            match &decoded.state {
                State::Running if visit.shows_end() => words.push("decoding".to_owned()),
                State::Running | State::Over => {}
                State::Limit => {
                    let key = keys.key(Action::UnpackOn);
                    words.push(format!("{so_far} decoded so far; {key} goes on"));
                }
                State::Lost(why) => words.push(format!("decoded bytes lost: {}", safe(why))),
            }
            words.extend(decoded.faults.first().map(|fault| safe(fault).into_owned()));
        }
    }
    let charset = visit.meaning.charset;
    if kind == ViewKind::Text && charset.encoding != UTF_8 {
        words.push(charset.words());
    }
    words
}

/// No coding of the body can be undone, though there is one.
fn unknown(visit: &Visit) -> Option<String> {
    let exchange = visit.exchange();
    let codings = Codings::of_head(exchange.head.as_ref()?);
    let name = codings.unknown.filter(|_| exchange.body_bytes > 0)?;
    Some(format!("{}: this coding is not known", safe(&name)))
}
