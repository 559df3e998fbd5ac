//! Typing in the URL bar and the request editor, and what is pasted.

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::request;
use crate::tui::app::{App, Focus, Popup};
use crate::tui::editor::Editor;
use crate::tui::keymap::{Action, Motion};
use crate::tui::layout::inside;
use crate::tui::message::Effect;
use crate::tui::ui;

use super::{completion, tabs, typing, url};

/// A key that is no action: a character is typed, anything else is nothing.
pub(super) fn typed(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    if let Some(editor) = field(app)
        && typing::insert_char(editor, key)
    {
        changed(app);
        completion::offer(app);
    }
    Vec::new()
}

pub(super) fn paste(app: &mut App, pasted: &str) {
    app.leaving = false;
    if let Some(popup) = &mut app.popup {
        if let Some(field) = popup.field() {
            field.paste(pasted);
        }
        match popup {
            Popup::Save(ask) => ask.over = false,
            Popup::List(list) => list.chosen = 0,
            _ => {}
        }
        return;
    }
    if field(app).is_none() {
        // Pasted on the start page or a response, a text can only be a URL.
        tabs::focus(app, Focus::Url);
        app.tab_mut().url.select_all();
    }
    if let Some(editor) = field(app) {
        editor.paste(pasted);
    }
    if app.tab().focus == Focus::Request && pasted.len() > 1024 {
        app.note(format!("{} bytes pasted", pasted.len()));
    }
    changed(app);
}

/// After Ctrl-V: two hex digits are one byte; anything else ends it.
pub(super) fn hex_digit(app: &mut App, key: KeyEvent) {
    let mut digits = app.tab_mut().hex.take();
    let Some(editor) = field(app) else {
        return;
    };
    if !typing::hex_digit(editor, &mut digits, key) {
        typing::no_digit(app);
    } else if digits.is_none() {
        changed(app);
    }
    app.tab_mut().hex = digits;
}

pub(super) fn perform(app: &mut App, action: Action) {
    if let Action::Older | Action::Newer = action {
        let older = action == Action::Older;
        if !completion::step(app, older) {
            recall(app, older);
        }
        return;
    }
    let at_end = |url: &Editor| url.cursor() == url.bytes().len() && url.selected().is_empty();
    let right = action == Action::Move(Motion::Right) && app.tab().completion.is_some();
    if action == Action::Complete || right && at_end(&app.tab().url) {
        completion::complete(app);
        return;
    }
    if action == Action::InsertHex {
        app.tab_mut().hex = Some(String::new());
        return;
    }
    let page = page(app);
    let Some(editor) = field(app) else { return };
    if typing::edit(editor, action, page) {
        changed(app);
        completion::offer(app);
    }
}

/// The selected bytes of the focused field.
pub(super) fn selection(app: &mut App) -> Option<Vec<u8>> {
    let selected = field(app)?.selected();
    (!selected.is_empty()).then(|| selected.to_vec())
}

fn field(app: &mut App) -> Option<&mut Editor> {
    let tab = app.tab_mut();
    match tab.focus {
        Focus::Url => Some(&mut tab.url),
        Focus::Request => Some(&mut tab.request),
        Focus::Response | Focus::Socket => None,
    }
}

fn changed(app: &mut App) {
    if app.tab().focus == Focus::Url {
        url::changed(app);
    }
}

/// ↑ and ↓ in the URL bar: what was typed before.
fn recall(app: &mut App, older: bool) {
    let most = app.typed.len();
    let tab = &mut app.tabs[app.active];
    let back = match older {
        true => (tab.recalled + 1).min(most),
        false => tab.recalled.saturating_sub(1),
    };
    if back == tab.recalled {
        return;
    }
    tab.recalled = back;
    tab.completion = None;
    let text = match back {
        0 => "",
        back => app.typed[most - back].as_str(),
    };
    tab.url.set(text.as_bytes());
    changed(app);
}

/// After a change: the warnings are those of the text, and every field that is shown is
/// scrolled so that its cursor is in sight.
pub(super) fn settle(app: &mut App) {
    let tab = app.tab_mut();
    if tab.linted != tab.request.revision() {
        tab.linted = tab.request.revision();
        // Nothing is wrong with a request that was not begun.
        tab.lints = match tab.request.bytes() {
            [] => Vec::new(),
            bytes => request::lint(bytes),
        };
    }
    let reveal = |field: &mut Editor, area: Rect| {
        field.reveal(usize::from(area.width), usize::from(area.height));
    };
    let panes = app.panes();
    reveal(&mut app.tab_mut().url, ui::url_text(panes.url));
    if let Some(area) = panes.request {
        let area = ui::request_text(app, inside(area));
        reveal(&mut app.tab_mut().request, area);
    }
    let asked = match app.popup {
        Some(Popup::Ask { .. }) => inside(ui::question_area(app.size)),
        Some(Popup::Talk(_)) => ui::talk::text_area(app),
        Some(Popup::Save(_)) => ui::save::path_area(app.size),
        Some(Popup::List(_)) => ui::filter_area(app),
        _ => return,
    };
    if let Some(field) = app.popup.as_mut().and_then(Popup::field) {
        reveal(field, asked);
    }
}

fn page(app: &App) -> usize {
    app.panes()
        .request
        .map_or(10, |pane| usize::from(pane.height.saturating_sub(3)).max(1))
}
