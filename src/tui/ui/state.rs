//! What of a view needs words, in the row of views behind their titles.
//!
//! Owns which words those are and which give way where there is no room for all: nothing
//! is cut as long as something shorter can be said.

use encoding_rs::UTF_8;
use unicode_width::UnicodeWidthStr;

use crate::body::Window;
use crate::decode::letters::SHIFTS;
use crate::decode::{Codings, Letters};
use crate::exchange::Starts;
use crate::tui::address;
use crate::tui::app::{App, Tab};
use crate::tui::keymap::{Action, Keymap};
use crate::tui::ui::short;
use crate::tui::unpack::State;
use crate::tui::visit::{ViewKind, Visit};
use crate::view::safe::safe;

/// Words, and what they may be shortened to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    rank: Rank,
    whole: String,
    brief: Option<String>,
}

/// Where there is no room the first of these is shortened or goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Following,
    Ruler,
    Column,
    Charset,
    Assumed,
    Anomalies,
    Coding,
    Find,
}

const BETWEEN: &str = " · ";

/// Of the view that is shown, in so many columns; `first`: the first byte in sight.
pub fn words(app: &App, tab: &Tab, visit: &Visit, first: u64, columns: usize) -> String {
    let (view, keys) = (tab.view, &app.keys);
    let mut words = Vec::new();
    let mut say = |rank, whole: String, brief: Option<String>| {
        words.push(Words { rank, whole, brief });
    };
    let scroll = visit.scrolls[view.index()];
    if visit.past.is_none() && !visit.shows_end() && scroll.follow {
        say(Rank::Following, "↓ following".to_owned(), None);
    }
    if view.shows_content() {
        if let Some(coding) = coding(visit, keys) {
            say(Rank::Coding, coding, None);
        }
        let charset = visit.meaning.charset;
        if view != ViewKind::Hex && charset.encoding != UTF_8 {
            let name = charset.encoding.name().to_owned();
            say(Rank::Charset, charset.brief(), Some(name));
        }
        if assumes(visit, view, first) {
            let whole = "no escape sequence in 64 KiB: taken as ASCII";
            say(
                Rank::Assumed,
                whole.to_owned(),
                Some("taken as ASCII".to_owned()),
            );
        }
    }
    let mut find = tab.find.words(app.now);
    if !find.is_empty() {
        let window = address::window(visit, view);
        let count = tab.find.count.as_ref();
        let count = count.filter(|count| (count.id, count.view) == (visit.id, view));
        if count.is_some_and(|count| count.done.is_none() && count.len < window.there()) {
            // More has come since they were counted.
            find.push('+');
        }
        say(Rank::Find, find, None);
    }
    if let Some(ruler) = tab.ruler {
        let of = match ruler {
            Starts::Recvs => "recv()",
            Starts::Chunks => "chunks",
            Starts::Records => "records",
        };
        say(Rank::Ruler, format!("ruler: {of}"), None);
    }
    let sideways = view == ViewKind::Rendered && scroll.left > 0;
    if view == ViewKind::Text && !tab.wrap || sideways {
        let column = scroll.left + 1;
        say(
            Rank::Column,
            format!("from column {column}"),
            Some(format!("column {column}")),
        );
    }
    let anomalies = visit.exchange().anomaly_count;
    if anomalies > 0 {
        let key = keys.key(Action::Anomalies);
        let brief = format!("⚠ {anomalies}");
        say(
            Rank::Anomalies,
            format!("⚠ {anomalies} ({key})"),
            Some(brief),
        );
    }
    fitting(words, columns)
}

/// The words in their order, the last ones standing where there is room for few.
fn fitting(mut words: Vec<Words>, columns: usize) -> String {
    loop {
        let joined: Vec<&str> = words.iter().map(|words| words.whole.as_str()).collect();
        let joined = joined.join(BETWEEN);
        if joined.width() <= columns || words.is_empty() {
            return joined;
        }
        let least = |words: &[Words], which: fn(&Words) -> bool| {
            let places = words.iter().enumerate().filter(|(_, words)| which(words));
            places.min_by_key(|(_, words)| words.rank).map(|(at, _)| at)
        };
        match (
            least(&words, |words| words.brief.is_some()),
            least(&words, |_| true),
        ) {
            (Some(at), _) => {
                if let Some(brief) = words[at].brief.take() {
                    words[at].whole = brief;
                }
            }
            (None, Some(at)) if words.len() > 1 => {
                words.remove(at);
            }
            _ => return short(&joined, columns),
        }
    }
}

/// What of the content coding needs words.
fn coding(visit: &Visit, keys: &Keymap) -> Option<String> {
    let decoded = match (&visit.meaning.decoded, visit.meaning.as_received) {
        (None, _) => return unknown(visit),
        (Some(_), true) => {
            let key = keys.key(Action::AsReceived);
            return Some(format!("as received ({key}: decoded)"));
        }
        (Some(decoded), false) => decoded,
    };
    match &decoded.state {
        State::Running if visit.shows_end() => Some("decoding".to_owned()),
        State::Running | State::Over => None,
        State::Limit => {
            let key = keys.key(Action::UnpackOn);
            Some(format!("limit: {key} goes on"))
        }
        State::Lost(why) => Some(format!("decoded bytes lost: {}", safe(why))),
    }
}

/// No coding of the body can be undone, though there is one.
fn unknown(visit: &Visit) -> Option<String> {
    let answer = visit.answer();
    let codings = Codings::of_head(answer.head?);
    let name = codings.unknown.filter(|_| answer.body_bytes() > 0)?;
    Some(format!("{}: not known", safe(&name)))
}

/// In ISO-2022-JP an escape sequence says how the bytes after it are read. None is near
/// enough before the first byte in sight to be looked for.
fn assumes(visit: &Visit, view: ViewKind, first: u64) -> bool {
    let of_text = match view {
        ViewKind::Text => true,
        ViewKind::Pretty => visit.formed.as_ref().is_some_and(|formed| !formed.reads()),
        _ => false,
    };
    let letters = visit.letters();
    of_text
        && letters == Letters::Iso2022Jp
        && first > SHIFTS
        && is_unknown(&visit.content(), letters, first)
}

/// What cannot be read back says so in the rows.
fn is_unknown(window: &Window, letters: Letters, first: u64) -> bool {
    let before = window.read(first - SHIFTS, SHIFTS as usize);
    before.is_ok_and(|before| letters.last_shift(&before).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_least_gives_way_first() {
        let of = |rank, whole: &str, brief: Option<&str>| Words {
            rank,
            whole: whole.to_owned(),
            brief: brief.map(str::to_owned),
        };
        let words = vec![
            of(Rank::Following, "↓ following", None),
            of(Rank::Charset, "ISO-2022-JP, header", Some("ISO-2022-JP")),
            of(Rank::Anomalies, "⚠ 3 (a)", Some("⚠ 3")),
        ];
        for (columns, want) in [
            (43, "↓ following · ISO-2022-JP, header · ⚠ 3 (a)"),
            (42, "↓ following · ISO-2022-JP · ⚠ 3 (a)"),
            (34, "↓ following · ISO-2022-JP · ⚠ 3"),
            (30, "ISO-2022-JP · ⚠ 3"),
            (16, "⚠ 3"),
            (2, "⚠…"),
        ] {
            assert_eq!(fitting(words.clone(), columns), want, "{columns}");
        }
        assert_eq!(fitting(Vec::new(), 9), "");
    }
}
