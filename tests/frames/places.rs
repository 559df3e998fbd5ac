//! Every pane, view and pop-up has its frames: at all three sizes, with wide characters
//! somewhere in them. A new pop-up does not compile here until it is named, and a name
//! without a scene fails.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthChar;

use crate::scene::{SIZES, Scene};
use crate::stage::Stage;
use sockeye::tui::app::{Ask, Focus, Popup};
use sockeye::tui::list::Of;
use sockeye::tui::visit::ViewKind;

/// Each place, and whether anything from outside is shown in it at all three sizes: it
/// may be all figures of our own.
const PLACES: &[(&str, bool)] = &[
    ("start page", false),
    ("URL bar", true),
    ("URL completion", true),
    ("request editor", true),
    ("response", true),
    ("socket log", true),
    ("view Text", true),
    ("view Pretty", true),
    ("view Rendered", true),
    ("view Hex", true),
    ("view Wire", true),
    ("view Headers", true),
    ("help", true),
    ("knobs", true),
    ("judgement", true),
    ("comparison", true),
    ("phases", true),
    ("levels", false),
    ("TLS", true),
    ("question: find", true),
    ("question: jump", true),
    ("question: link", true),
    ("question: command", true),
    ("question: save", true),
    ("question: copy to a file", true),
    ("question: body from a file", true),
    ("question: proxy", true),
    ("question: certificate", true),
    ("question: local address", true),
    ("question: Basic", true),
    ("question: Bearer", true),
    ("question: cookie", true),
    ("question: cookie's value", true),
    ("list: commands", true),
    ("list: exchanges", true),
    ("list: anomalies", true),
    ("list: messages", true),
    ("list: fields", true),
    ("list: snippets", true),
    ("list: forms", true),
    ("list: charsets", false),
    ("list: cookies", true),
    ("list: idle connections", true),
    ("list: addresses", true),
    ("list: lessons", true),
    ("send more", true),
];

fn popup(open: &Popup) -> &'static str {
    match open {
        Popup::Help { .. } => "help",
        Popup::Knobs { .. } => "knobs",
        Popup::Judged { .. } => "judgement",
        Popup::Compare(_) => "comparison",
        Popup::Phases { .. } => "phases",
        Popup::Levels => "levels",
        Popup::Tls { .. } => "TLS",
        Popup::Save(_) => "question: save",
        Popup::Talk(_) => "send more",
        Popup::Ask { ask, .. } => match ask {
            Ask::Find => "question: find",
            Ask::Pipe => "question: command",
            Ask::Link => "question: link",
            Ask::Jump => "question: jump",
            Ask::CopyToFile(_) => "question: copy to a file",
            Ask::BodyFile => "question: body from a file",
            Ask::Certificate => "question: certificate",
            Ask::Proxy => "question: proxy",
            Ask::Local => "question: local address",
            Ask::Basic => "question: Basic",
            Ask::Bearer => "question: Bearer",
            Ask::Cookie => "question: cookie",
            Ask::CookieValue => "question: cookie's value",
        },
        Popup::List(list) => match list.of {
            Of::Commands => "list: commands",
            Of::Exchanges => "list: exchanges",
            Of::Messages => "list: messages",
            Of::Anomalies => "list: anomalies",
            Of::Fields => "list: fields",
            Of::Snippets => "list: snippets",
            Of::Forms => "list: forms",
            Of::Charsets => "list: charsets",
            Of::Cookies => "list: cookies",
            Of::Idle => "list: idle connections",
            Of::Addresses => "list: addresses",
            Of::Lessons => "list: lessons",
            Of::Urls => "URL completion",
        },
    }
}

/// What a scene shows at its end.
fn shown(stage: &Stage) -> Vec<String> {
    let tab = stage.app.tab();
    if let Some(open) = &stage.app.popup {
        return vec![popup(open).to_owned()];
    }
    if tab.completion.is_some() {
        return vec!["URL completion".to_owned()];
    }
    let focus = match tab.focus {
        Focus::Url => "URL bar",
        Focus::Request => "request editor",
        Focus::Response if tab.visits.is_empty() => "start page",
        Focus::Response => "response",
        Focus::Socket => "socket log",
    };
    let mut shown = vec![focus.to_owned()];
    if focus == "response" {
        shown.push(format!("view {}", tab.view.title()));
    }
    shown
}

#[test]
fn every_place_has_frames_at_each_size_with_wide_characters() {
    let wide = |line: &String| line.chars().any(|c| c.width() == Some(2));
    let mut scenes: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for scene in Scene::all() {
        if scene.sizes() != SIZES {
            continue;
        }
        let stage = scene.played(SIZES[0]);
        let has_wide = scene.expected().iter().any(wide);
        for place in shown(&stage) {
            scenes.entry(place).or_default().push(has_wide);
        }
    }
    let mut missing = Vec::new();
    for &(place, outside) in PLACES {
        match scenes.get(place) {
            None => missing.push(format!("{place}: no scene at all three sizes")),
            Some(found) if outside && !found.contains(&true) => {
                missing.push(format!("{place}: no scene with wide characters"));
            }
            Some(_) => {}
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    let views = ViewKind::ALL.map(|view| format!("view {}", view.title()));
    for place in scenes.keys().chain(&views) {
        assert!(
            PLACES.iter().any(|(known, _)| known == place),
            "{place} is not in PLACES"
        );
    }
}
