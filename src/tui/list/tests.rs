//! What each list holds for which state, as tables.

use std::time::Instant;

use super::*;
use crate::anomaly::{Anomaly, Kind as Deviation};
use crate::event::{Event, Kind};
use crate::plan::Plan;
use crate::playground::tls::Kind as Trouble;
use crate::tui::app::{App, Tab};
use crate::tui::layout::Size;
use crate::tui::practice::Practice;
use crate::tui::theme::Theme;
use crate::tui::visit::Visit;
use crate::url::Target;

fn app() -> App {
    let size = Size {
        columns: 120,
        rows: 40,
    };
    let mut app = App::new(size, Instant::now(), Theme::new(false));
    app.playground = Some(8080);
    app.pages = vec!["/", "/drip", "/status/"];
    app
}

fn fetched(id: VisitId, url: &str) -> Visit {
    Visit::new(
        id,
        &Plan::new(Target::parse(url).unwrap(), *b"GET / HTTP/1.1\r\n\r\n"),
    )
}

fn rows_of(app: &App, of: Of, typed: &str) -> Vec<Row> {
    let mut list = List::new(of);
    list.filter.set(typed.as_bytes());
    let shown = shown(app, &list);
    (0..shown.len()).filter_map(|at| shown.get(at)).collect()
}

fn texts(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.text.as_str()).collect()
}

/// Whoever stands on the last row stays on the last one.
#[test]
fn a_list_that_grows() {
    for (chosen, before, now, want) in [
        (0, 0, 3, 0),
        (2, 3, 5, 4),
        (1, 3, 5, 1),
        (2, 3, 3, 2),
        (2, 3, 1, 2),
    ] {
        let mut list = List::new(Of::Messages);
        (list.chosen, list.rows) = (chosen, before);
        list.grown(now);
        assert_eq!(
            (list.chosen, list.rows),
            (want, now),
            "{chosen} of {before}"
        );
    }
}

#[test]
fn motions_stay_in_the_list() {
    for (chosen, motion, rows, want) in [
        (0, Motion::Up, 5, 0),
        (0, Motion::Down, 5, 1),
        (4, Motion::Down, 5, 4),
        (1, Motion::PageDown, 5, 4),
        (4, Motion::PageUp, 5, 1),
        (2, Motion::First, 5, 0),
        (2, Motion::Last, 5, 4),
        (2, Motion::Left, 5, 2),
        (7, Motion::Left, 5, 4),
        (0, Motion::Down, 0, 0),
    ] {
        assert_eq!(moved(chosen, motion, rows, 3), want, "{chosen} {motion:?}");
    }
}

#[test]
fn the_palette_finds_a_command_and_says_its_key_here() {
    // where, whether something was fetched, what is typed → the first row, its key
    for (focus, fetched_one, typed, name, key) in [
        (Focus::Response, true, "end mode", "next end mode", "F9"),
        (Focus::Response, true, "save", "save the body", "s"),
        (Focus::Url, true, "save", "save the body", "response · s"),
        (
            Focus::Url,
            true,
            "zoom",
            "zoom the pane",
            "outside text · z",
        ),
        (Focus::Response, true, "help", "help", "? F1"),
        (Focus::Request, false, "help", "help", "F1"),
        (Focus::Request, false, "method", "next method", "Alt-M"),
        (
            Focus::Socket,
            true,
            "method",
            "next method",
            "request editor · Alt-M",
        ),
        (
            Focus::Response,
            true,
            "bytes call",
            "bytes of the call",
            "socket log · Enter",
        ),
        (Focus::Response, true, "timeouts", "every knob", "F3"),
        (Focus::Response, false, "save", "", ""),
        (Focus::Response, true, "insert crlf", "", ""),
    ] {
        let mut app = app();
        app.tab_mut().focus = focus;
        if fetched_one {
            app.tab_mut().push(fetched(1, "h"));
        }
        let rows = rows_of(&app, Of::Commands, typed);
        let first = rows
            .first()
            .map_or(("", ""), |row| (&row.text, &row.beside));
        assert_eq!(first, (name, key), "{focus:?} {typed:?} {:?}", texts(&rows));
    }
}

#[test]
fn each_command_stands_there_once() {
    for focus in [Focus::Url, Focus::Request, Focus::Response, Focus::Socket] {
        let mut app = app();
        app.tab_mut().focus = focus;
        app.tab_mut().push(fetched(1, "h"));
        let rows = rows_of(&app, Of::Commands, "");
        let mut seen = std::collections::HashSet::new();
        for row in &rows {
            assert!(seen.insert(row.text.clone()), "{focus:?}: {}", row.text);
        }
        assert!(seen.contains("request from a snippet"), "{focus:?}");
    }
}

#[test]
fn schemes_and_the_practice_servers_of_each() {
    for (typed, want) in [
        ("w", &[][..]),
        (
            "ws",
            &[
                "ws://localhost:8080/ws",
                "wss://localhost:4000/ws",
                "ws://",
                "wss://",
            ],
        ),
        ("wss:", &["wss://localhost:4000/ws", "wss://"]),
        ("unix", &["unix:/run/app.sock:/x", "unix:/"]),
        ("unix:/run", &["unix:/run/app.sock:/x"]),
        (
            "https",
            &[
                "https://localhost:4001/",
                "https://localhost:4000/",
                "https://",
            ],
        ),
        ("https://localhost:4000/d", &["https://localhost:4000/drip"]),
        ("https://localhost:4001", &["https://localhost:4001/"]),
        ("localhost:4001", &[]),
    ] {
        let mut app = app();
        app.typed = vec!["unix:/run/app.sock:/x".to_owned()];
        app.practice = Some(Practice {
            ports: vec![(Trouble::Expired, 4001), (Trouble::Good, 4000)],
            root: b"root".as_slice().into(),
            proxies: Vec::new(),
        });
        app.tab_mut().url.set(typed.as_bytes());
        assert_eq!(texts(&rows_of(&app, Of::Urls, typed)), want, "{typed:?}");
    }
}

#[test]
fn urls_that_fit_what_is_typed() {
    for (typed, want) in [
        ("example", &["example.com/b", "https://example.com/a"][..]),
        ("http://example", &["example.com/b"]),
        ("/A", &["https://example.com/a"]),
        ("drip", &["localhost:8080/drip"]),
        (
            "127.0.0.1:8080/",
            &["127.0.0.1:8080/drip", "127.0.0.1:8080/status/"],
        ),
        ("http://[::1]:8080/d", &["[::1]:8080/drip"]),
        ("user", &[]),
        ("pass", &[]),
        ("secret.test", &["http://secret.test/"]),
        ("nowhere", &[]),
    ] {
        let mut app = app();
        app.typed = [
            "https://example.com/a",
            "example.com/b",
            "user:pass@secret.test",
        ]
        .map(str::to_owned)
        .to_vec();
        app.tab_mut().url.set(typed.as_bytes());
        let mut found = rows_of(&app, Of::Urls, typed);
        assert_eq!(texts(&found), want, "{typed:?}");
        if typed == "secret.test" {
            let url = "user:pass@secret.test".to_owned();
            assert_eq!(found.remove(0).choice, Choice::Url(url));
        }
    }
}

#[test]
fn exchanges_of_all_tabs_stand_the_newest_first() {
    let mut app = app();
    app.tab_mut().push(fetched(1, "one.test"));
    app.tab_mut().push(fetched(3, "three.test"));
    app.tabs.push(Tab::default());
    app.tabs[1].push(fetched(2, "user:pass@two.test/\u{1b}x"));
    let rows = rows_of(&app, Of::Exchanges, "");
    let choices: Vec<&Choice> = rows.iter().map(|row| &row.choice).collect();
    let ids = [3, 2, 1].map(Choice::Exchange);
    assert_eq!(choices, ids.iter().collect::<Vec<_>>());
    assert!(rows[1].about.starts_with("tab 2: "));
    assert!(!format!("{rows:?}").contains("pass"), "{rows:?}");
    assert_eq!(
        texts(&rows_of(&app, Of::Exchanges, "one")),
        ["GET one.test/"]
    );

    // Those that no tab leads to stand among them; what is left of one is said.
    let mut old = fetched(0, "old.test");
    old.let_go();
    app.shelf.push(old);
    let rows = rows_of(&app, Of::Exchanges, "");
    assert_eq!(rows[3].choice, Choice::Exchange(0));
    assert!(rows[3].about.starts_with("in no tab any more: "));
    assert!(rows[3].about.contains("its bytes are gone"));
}

#[test]
fn anomalies_lead_to_their_byte_in_the_wire() {
    let mut app = app();
    let mut visit = fetched(1, "h");
    visit.live.wire_base = 100;
    visit.live.apply(Event {
        t_us: 1,
        kind: Kind::Send {
            offset: 0,
            offered: 10,
            sent: 10,
            ciphertext: None,
        },
    });
    for (kind, offset) in [(Deviation::BareLf, 117), (Deviation::NoLength, 40)] {
        let anomaly = Box::new(Anomaly::new(kind, offset, ""));
        visit.live.apply(Event {
            t_us: 1,
            kind: Kind::Anomaly(anomaly),
        });
    }
    app.tab_mut().push(visit);
    let rows = rows_of(&app, Of::Anomalies, "");
    assert_eq!(texts(&rows), ["       17  bare_lf", "        0  no_length"]);
    assert_eq!(rows[0].choice, Choice::Bytes(27..28));
    assert_eq!(rows[0].beside, "RFC 9112 section 2.2");
    assert!(rows[0].about.contains(Deviation::BareLf.clients()));
    assert_eq!(rows[1].choice, Choice::Bytes(10..11));
}
