//! The tables that people and scripts rely on: names are unique, each row is explained.

#[path = "support/keys.rs"]
mod keys;

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

use sockeye::anomaly::Kind;
use sockeye::event::{Call, EndMode, EndReason};
use sockeye::export::Language;
use sockeye::tui::keymap::{self, Place, ROWS};

/// A name as the contract writes them: lower case, digits, `joiner` between words.
fn named<T: Copy + Debug>(all: &[T], name: impl Fn(T) -> &'static str, joiner: char) {
    for &row in all {
        let name = name(row);
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joiner;
        assert!(
            !name.is_empty() && name.chars().all(fits),
            "{row:?}: {name}"
        );
    }
    unique(all.iter().map(|&row| name(row)));
}

fn unique<T: Hash + Eq + Debug>(rows: impl Iterator<Item = T>) {
    let mut seen = HashSet::new();
    for row in rows {
        let text = format!("{row:?}");
        assert!(seen.insert(row), "{text} stands twice");
    }
}

#[test]
fn names_are_unique() {
    named(Kind::ALL, Kind::name, '_');
    named(EndMode::ALL, EndMode::name, '_');
    named(EndReason::ALL, EndReason::name, '_');
    named(Call::ALL, Call::name, '_');
    named(Language::ALL, Language::name, '-');
}

/// The end modes and reasons are those of the contract.
#[test]
fn the_contracts_names() {
    let modes: Vec<&str> = EndMode::ALL.iter().map(|mode| mode.name()).collect();
    assert_eq!(modes, ["auto", "close", "length", "timeout", "once"]);
    let mut reasons: Vec<&str> = EndReason::ALL.iter().map(|reason| reason.name()).collect();
    reasons.sort_unstable();
    assert_eq!(
        reasons,
        [
            "cancelled",
            "chunked",
            "close",
            "content_length",
            "error",
            "no_body",
            "once",
            "timeout",
            "upgrade"
        ]
    );
    let languages: Vec<&str> = Language::ALL
        .iter()
        .map(|language| language.name())
        .collect();
    assert_eq!(
        languages,
        ["python", "python-nonblocking", "c", "rust", "curl", "nc"]
    );
}

/// Each deviation names its rule and says in a sentence what was made of it.
#[test]
fn each_deviation_is_documented() {
    unique(Kind::ALL.iter().map(|kind| kind.explain()));
    for &kind in Kind::ALL {
        let rule = kind.rule();
        let section = rule
            .strip_prefix("RFC ")
            .and_then(|rule| rule.split_once(" section "));
        let (number, section) = section.unwrap_or_else(|| panic!("{kind:?}: {rule}"));
        assert!(number.parse::<u16>().is_ok(), "{kind:?}: {rule}");
        assert!(
            section.starts_with(|c: char| c.is_ascii_digit()),
            "{kind:?}: {rule}"
        );
        let text = kind.explain();
        assert!(text.len() >= 20 && !text.ends_with('.'), "{kind:?}: {text}");
        let clients = kind.clients();
        assert!(!clients.ends_with('.'), "{kind:?}: {clients}");
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
}

/// A key does one thing in a place, under the name that is printed for it.
#[test]
fn each_key_is_found_by_its_name() {
    let all = ROWS
        .iter()
        .flat_map(|row| row.keys.iter().map(move |key| (row, *key)));
    unique(all.clone().map(|(row, key)| (row.place, key)));
    for (row, key) in all {
        let found = keymap::action(keys::key(key), &[row.place]);
        assert_eq!(found, Some(row.action), "{:?} {key}", row.place);
    }
    for row in ROWS {
        assert!(
            !row.help.is_empty() && !row.help.ends_with('.'),
            "{:?}",
            row.keys
        );
        assert!(row.hint.chars().count() <= 10, "{}", row.hint);
    }
}

/// The contract's default keys, all but those of what is not built yet: the views 2 and 3.
#[test]
fn the_contracts_keys() {
    use Place::{Anywhere, OutsideText, Request, Response, Socket, Text, Url};
    let contract: &[(Place, &str)] = &[
        (
            Anywhere,
            "F1 Ctrl-P Ctrl-L F2 F4 Tab Shift-Tab F5 Ctrl-R Esc Alt-← Alt-→ Ctrl-T",
        ),
        (
            Anywhere,
            "Ctrl-PageUp Ctrl-PageDown F8 F10 F9 Ctrl-Q Ctrl-C",
        ),
        (OutsideText, "? : . q Ctrl-W z"),
        (Url, "Enter ↑ ↓"),
        (Request, "Enter Alt-Enter"),
        (Text, "Ctrl-V Ctrl-A Ctrl-Z Ctrl-Y Ctrl-W"),
        (Text, "Shift-← Shift-→ Shift-↑ Shift-↓"),
        (
            Response,
            "1 4 5 6 ↑ ↓ ← → j k PageUp PageDown g G Home End / n N w s y o",
        ),
        (Socket, "↑ ↓ Enter"),
        (OutsideText, "[ ]"),
    ];
    for (place, keys) in contract {
        for key in keys.split(' ') {
            let found = keymap::action(keys::key(key), &[*place]);
            assert!(found.is_some(), "{place:?} {key}");
        }
    }
}
