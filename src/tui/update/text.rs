//! Typing: the URL bar, the request editor, and the one-line fields of pop-ups.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use crate::request;
use crate::tui::app::{App, Focus, Popup};
use crate::tui::editor::Editor;
use crate::tui::keymap::{Action, Motion};
use crate::tui::layout::inside;
use crate::tui::list::Completion;
use crate::tui::message::Effect;
use crate::tui::ui;

use super::{list, send};

/// A key that is no action: a character is typed, anything else is nothing.
pub(super) fn typed(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    if let Some(editor) = field(app)
        && insert_char(editor, key)
    {
        changed(app);
        offer(app);
    }
    Vec::new()
}

/// Puts a typed character in; false where the key is none.
pub(super) fn insert_char(editor: &mut Editor, key: KeyEvent) -> bool {
    let KeyCode::Char(c) = key.code else {
        return false;
    };
    if key
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    {
        return false;
    }
    editor.insert(c.encode_utf8(&mut [0; 4]).as_bytes());
    true
}

pub(super) fn paste(app: &mut App, pasted: &str) -> Vec<Effect> {
    app.leaving = false;
    match &mut app.popup {
        Some(Popup::Ask { field, .. }) => {
            field.paste(pasted);
            return Vec::new();
        }
        Some(Popup::Talk(talk)) => {
            talk.editor.paste(pasted);
            return Vec::new();
        }
        Some(Popup::Save(ask)) => {
            ask.over = false;
            ask.path.paste(pasted);
            return Vec::new();
        }
        Some(Popup::List(list)) => {
            list.filter.paste(pasted);
            list.chosen = 0;
            return Vec::new();
        }
        _ => {}
    }
    if app.popup.is_some() {
        return Vec::new();
    }
    if field(app).is_none() {
        // Pasted on the start page or a response, a text can only be a URL.
        super::focus(app, Focus::Url);
        app.tab_mut().url.select_all();
    }
    if let Some(editor) = field(app) {
        editor.paste(pasted);
    }
    if app.tab().focus == Focus::Request && pasted.len() > 1024 {
        app.note(format!("{} bytes pasted", pasted.len()));
    }
    changed(app);
    Vec::new()
}

/// After Ctrl-V: two hex digits are one byte; anything else ends it.
pub(super) fn hex_digit(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let tab = app.tab_mut();
    let mut digits = tab.hex.take().unwrap_or_default();
    match key.code {
        KeyCode::Char(c) if c.is_ascii_hexdigit() => digits.push(c),
        _ => {
            let key = app.keys.key(Action::InsertHex);
            app.note(format!("{key} takes two hex digits: nothing was put in"));
            return Vec::new();
        }
    }
    if digits.len() < 2 {
        tab.hex = Some(digits);
        return Vec::new();
    }
    if let (Ok(byte), Some(editor)) = (u8::from_str_radix(&digits, 16), field(app)) {
        editor.insert(&[byte]);
        changed(app);
    }
    Vec::new()
}

pub(super) fn perform(app: &mut App, action: Action) {
    if let Action::Older | Action::Newer = action {
        let older = action == Action::Older;
        if !list::move_completion(app, older) {
            recall(app, older);
        }
        return;
    }
    let at_end = |url: &Editor| url.cursor() == url.bytes().len() && url.selected().is_empty();
    let right = action == Action::Move(Motion::Right) && app.tab().completion.is_some();
    if action == Action::Complete || right && at_end(&app.tab().url) {
        list::complete(app);
        return;
    }
    if action == Action::InsertHex {
        app.tab_mut().hex = Some(String::new());
        return;
    }
    let page = page(app);
    let Some(editor) = field(app) else { return };
    if edit(editor, action, page) {
        changed(app);
        offer(app);
    }
}

/// What an action does to a field; true when its text may have changed.
pub(super) fn edit(editor: &mut Editor, action: Action, page: usize) -> bool {
    match action {
        Action::InsertCrLf => editor.insert(b"\r\n"),
        Action::InsertLf => editor.insert(b"\n"),
        Action::SelectAll => editor.select_all(),
        Action::Undo => return editor.undo(),
        Action::Redo => return editor.redo(),
        Action::DeleteWord => editor.delete_word_left(),
        Action::DeleteLeft => editor.backspace(),
        Action::DeleteRight => editor.delete(),
        Action::Move(motion) => {
            go(editor, motion, false, page);
            return false;
        }
        Action::Select(motion) => {
            go(editor, motion, true, page);
            return false;
        }
        _ => return false,
    }
    action != Action::SelectAll
}

fn go(editor: &mut Editor, motion: Motion, select: bool, page: usize) {
    match motion {
        Motion::Left => editor.left(select),
        Motion::Right => editor.right(select),
        Motion::Up => editor.up(1, select),
        Motion::Down => editor.down(1, select),
        Motion::WordLeft => editor.word_left(select),
        Motion::WordRight => editor.word_right(select),
        Motion::Home => editor.home(select),
        Motion::End => editor.end(select),
        Motion::PageUp => editor.up(page, select),
        Motion::PageDown => editor.down(page, select),
        Motion::First => editor.start(select),
        Motion::Last => editor.finish(select),
        // What is typed is always in sight.
        Motion::PageLeft | Motion::PageRight => {}
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

/// After typing in the URL bar: the URLs that fit stand below it.
fn offer(app: &mut App) {
    let tab = app.tab_mut();
    let typing = tab.focus == Focus::Url && !tab.url.bytes().is_empty();
    tab.completion = typing.then(Completion::default);
}

/// A URL from the list below the bar, as if it had been typed.
pub(super) fn complete(app: &mut App, url: &str) {
    let tab = app.tab_mut();
    tab.url.set(url.as_bytes());
    tab.completion = None;
    send::url_changed(app);
}

fn changed(app: &mut App) {
    if app.tab().focus == Focus::Url {
        send::url_changed(app);
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
    let panes = app.panes();
    let url = ui::url_text(panes.url);
    let of_request = panes
        .request
        .map(|area| ui::request_text(app, inside(area)));
    let question = inside(ui::question_area(app.size));
    let size = |area: Rect| (usize::from(area.width), usize::from(area.height));
    let tab = app.tab_mut();
    let (width, height) = size(url);
    tab.url.reveal(width, height);
    if let Some(area) = of_request {
        let (width, height) = size(area);
        tab.request.reveal(width, height);
    }
    let path = size(ui::save::path_area(app.size));
    let said = size(ui::talk::text_area(app));
    let filter = size(ui::filter_area(app));
    match &mut app.popup {
        Some(Popup::Ask { field, .. }) => {
            let (width, height) = size(question);
            field.reveal(width, height);
        }
        Some(Popup::Talk(talk)) => talk.editor.reveal(said.0, said.1),
        Some(Popup::Save(ask)) => ask.path.reveal(path.0, path.1),
        Some(Popup::List(list)) => list.filter.reveal(filter.0, filter.1),
        _ => {}
    }
}

fn page(app: &App) -> usize {
    app.panes()
        .request
        .map_or(10, |pane| usize::from(pane.height.saturating_sub(3)).max(1))
}
