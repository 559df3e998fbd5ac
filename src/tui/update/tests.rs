//! Keys and what they leave, as tables: lists, URL completion, the request at speed.

use std::time::Instant;

use crossterm::event::{KeyCode, KeyModifiers};

use super::*;
use crate::event::EndMode;
use crate::plan::Plan;
use crate::tui::layout::Size;
use crate::tui::theme::Theme;
use crate::tui::visit::Visit;
use crate::url::Target;

fn app() -> App {
    let size = Size {
        columns: 80,
        rows: 24,
    };
    let mut app = App::new(size, Instant::now(), Theme::new(false));
    app.playground = Some(8080);
    app.pages = vec!["/drip", "/flood"];
    app
}

/// Keys between blanks, in the table's spelling; any other word is typed.
fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for word in keys.split_whitespace() {
        let (modifiers, name) = match word.split_once('-') {
            Some(("Ctrl", name)) => (KeyModifiers::CONTROL, name),
            Some(("Alt", name)) => (KeyModifiers::ALT, name),
            _ => (KeyModifiers::NONE, word),
        };
        let code = match name {
            "Enter" => KeyCode::Enter,
            "Esc" => KeyCode::Esc,
            "↑" => KeyCode::Up,
            "↓" => KeyCode::Down,
            "←" => KeyCode::Left,
            "→" => KeyCode::Right,
            "Home" => KeyCode::Home,
            "F2" => KeyCode::F(2),
            "F5" => KeyCode::F(5),
            "Space" => KeyCode::Char(' '),
            _ if modifiers.is_empty() => {
                for c in name.chars() {
                    let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
                    effects.extend(update(app, Message::Key(key)));
                }
                continue;
            }
            _ => KeyCode::Char(name.chars().next().unwrap().to_ascii_lowercase()),
        };
        effects.extend(update(app, Message::Key(KeyEvent::new(code, modifiers))));
    }
    effects
}

#[test]
fn the_palette_performs_what_is_chosen() {
    type Check = fn(&App) -> bool;
    let table: &[(&str, Check)] = &[
        ("Ctrl-P Esc", |app| app.popup.is_none()),
        ("Ctrl-P Ctrl-P", |app| app.popup.is_none()),
        (": end Space mode Enter", |app| {
            app.tab().knobs.options.end == EndMode::Close && app.popup.is_none()
        }),
        ("Ctrl-P every Space kno Enter", |app| {
            matches!(app.popup, Some(Popup::Knobs { .. }))
        }),
        ("Ctrl-P newtab Enter", |app| app.tabs.len() == 2),
        ("Ctrl-L : drip", |app| app.tab().url.text() == ":drip"),
        // The command of another pane: the focus goes there.
        ("Ctrl-P snippet Enter", |app| {
            app.tab().focus == Focus::Request && matches!(app.popup, Some(Popup::List(_)))
        }),
        ("Ctrl-P nosuchcommand Enter", |app| app.popup.is_none()),
    ];
    for (keys, check) in table {
        let mut app = app();
        press(&mut app, keys);
        assert!(check(&app), "{keys}");
    }
}

#[test]
fn urls_are_completed_and_history_stays() {
    // keys → the URL bar's text
    for (keys, want) in [
        ("Ctrl-L dri →", "localhost:8080/drip"),
        ("Ctrl-L dri Ctrl-Space", "localhost:8080/drip"),
        ("Ctrl-L l ↓ ↓ →", "localhost:8080/flood"),
        ("Ctrl-L l ↓ ↓ ↑ →", "localhost:8080/drip"),
        ("Ctrl-L dri ↓ ↑ x", "drix"),
        ("Ctrl-L dri ← →", "dri"),
        ("Ctrl-L dri ← → →", "localhost:8080/drip"),
        ("Ctrl-L nothingfits →", "nothingfits"),
        ("Ctrl-L Ctrl-Space ↓ ↓ Ctrl-Space", "old.test"),
        // ↑ and ↓ are the history's, as long as no row of the list is chosen.
        ("Ctrl-L ↑", "new.test"),
        ("Ctrl-L ↑ ↑", "old.test"),
        ("Ctrl-L ↑ ↑ ↓", "new.test"),
        ("Ctrl-L ↑ ↓", ""),
        ("Ctrl-L old ↑", "new.test"),
        ("Ctrl-L new ↓ Enter", "new.test"),
    ] {
        let mut app = app();
        app.typed = vec!["old.test".to_owned(), "new.test".to_owned()];
        press(&mut app, keys);
        assert_eq!(app.tab().url.text(), want, "{keys}");
    }
}

#[test]
fn enter_goes_to_the_url_that_was_chosen() {
    for (keys, name) in [
        ("Ctrl-L dri ↓ Enter", "http://localhost:8080/drip"),
        ("Ctrl-L dri Enter", "http://dri/"),
    ] {
        let mut app = app();
        let effects = press(&mut app, keys);
        assert!(matches!(effects[..], [Effect::Fetch { .. }]), "{effects:?}");
        assert_eq!(
            app.tab().visit().map(|visit| visit.name.as_str()),
            Some(name)
        );
        assert!(app.tab().completion.is_none());
    }
}

#[test]
fn the_request_is_edited_at_speed() {
    // request with `|` for the cursor, keys, what is left
    for (before, keys, want) in [
        ("GET| / HTTP/1.1\n\n", "Alt-M", "HEAD| / HTTP/1.1\n\n"),
        ("GET / HTTP/1.1\n\n|", "Alt-M Alt-M", "POST / HTTP/1.1\n\n|"),
        ("|", "Alt-M", "|"),
        ("G /\nA: 1|\nB: 2\n\n", "Alt-D", "G /\n|B: 2\n\n"),
        (
            "G /\nA: 1|\nB: 2\n\n",
            "Alt-D Ctrl-Z",
            "G /\nA: 1\n|B: 2\n\n",
        ),
        ("G| /\nA: 1\n\n", "Alt-D", "G| /\nA: 1\n\n"),
        (
            "G /\nA: 1|\n\n",
            "Alt-H cookie Enter x=1",
            "G /\nA: 1\nCookie: x=1|\n\n",
        ),
        ("G /\nA: 1|\n\n", "Alt-H Esc", "G /\nA: 1|\n\n"),
        (
            "G /\nContent-Length: 9\n\nab|",
            "Alt-L",
            "G /\nContent-Length: 2\n\nab|",
        ),
        ("G /\n|", "Alt-L", "G /\n|"),
    ] {
        let mut app = app();
        press(&mut app, "F2");
        let request = &mut app.tab_mut().request;
        request.set(before.replace('|', "").as_bytes());
        request.jump(before.find('|').unwrap());
        press(&mut app, keys);
        let request = &app.tab().request;
        let mut left = request.text();
        left.insert(request.cursor(), '|');
        assert_eq!(left, want, "{before:?} {keys}");
    }
}

#[test]
fn a_snippet_is_for_the_urls_host_and_undo_takes_it_back() {
    let mut app = app();
    press(&mut app, "Ctrl-L h:1/a?b F2");
    let before = app.tab().request.text();
    press(&mut app, "Alt-S range Enter");
    let want = "GET /a?b HTTP/1.1\r\nHost: h:1\r\nRange: bytes=0-99\r\n\r\n";
    assert_eq!(app.tab().request.text(), want);
    press(&mut app, "Ctrl-Z");
    assert_eq!(app.tab().request.text(), before);
}

#[test]
fn a_file_becomes_the_body_and_no_length_with_it() {
    let mut app = app();
    app.tab_mut()
        .request
        .set(b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nold");
    let effects = press(&mut app, "F2 Alt-B body.bin Enter");
    let [Effect::ReadBody(path)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(path.to_str(), Some("body.bin"));
    let name = "body.bin".to_owned();
    let bytes = b"\0\r\n\xff".to_vec();
    update(&mut app, Message::Body { name, bytes });
    let want = b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n\0\r\n\xff";
    assert_eq!(app.tab().request.bytes(), want);
}

#[test]
fn an_exchange_is_reopened_in_its_tab() {
    let mut app = app();
    for (id, url) in [(1, "one.test"), (2, "two.test")] {
        let plan = Plan::new(Target::parse(url).unwrap(), *b"GET / HTTP/1.1\r\n\r\n");
        let mut visit = Visit::new(id, &plan);
        visit.over = true;
        app.tab_mut().push(visit);
    }
    press(&mut app, "Ctrl-T Ctrl-E ↓ Enter");
    assert_eq!(app.active, 0);
    assert_eq!(app.tab().at, 0);
    assert_eq!(app.tab().url.text(), "http://one.test/");
    assert_eq!(app.tab().request.text(), "GET / HTTP/1.1\r\n\r\n");
}
