//! Editing the request at speed: one key a method, a header, a length, a body, a whole
//! request. Each is one step for Ctrl-Z, and touches no byte that it does not name.

use std::path::PathBuf;

use crate::request;
use crate::tui::app::{App, Ask, Focus};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;

use super::tabs;

pub(super) fn perform(app: &mut App, action: Action) {
    match action {
        Action::NextMethod => next_method(app),
        Action::DropField => drop_field(app),
        Action::SetLength => set_length(app),
        Action::BodyFile => app.ask(Ask::BodyFile, b""),
        Action::Basic => app.ask(Ask::Basic, b""),
        Action::Bearer => app.ask(Ask::Bearer, b""),
        _ => {}
    }
}

/// The Authorization field, for all to see: in its place, or as a new line.
pub(super) fn authorize(app: &mut App, value: &str) -> Vec<Effect> {
    let editor = &mut app.tab_mut().request;
    let mut bytes = editor.bytes().to_vec();
    request::set_field(&mut bytes, "Authorization", value);
    editor.set(&bytes);
    tabs::focus(app, Focus::Request);
    Vec::new()
}

fn next_method(app: &mut App) {
    let editor = &mut app.tab_mut().request;
    let mut bytes = editor.bytes().to_vec();
    let next = request::next_method(&bytes);
    if request::set_method(&mut bytes, next) {
        editor.set(&bytes);
    } else {
        let key = app.keys.key(Action::Template);
        app.complain(format!(
            "there is no request line to write a method on: {key} makes one"
        ));
    }
}

fn drop_field(app: &mut App) {
    let editor = &mut app.tab_mut().request;
    let mut bytes = editor.bytes().to_vec();
    let Some(lines) = request::header_at(&bytes, editor.cursor()) else {
        let key = app.keys.key(Action::DropField);
        app.complain(format!(
            "the cursor stands in no header: {key} takes out the one it is in"
        ));
        return;
    };
    let start = lines.start;
    let out: Vec<u8> = bytes.drain(lines).collect();
    editor.set(&bytes);
    editor.jump(start);
    let out = String::from_utf8_lossy(out.trim_ascii()).into_owned();
    let key = app.keys.key(Action::Undo);
    app.note(format!("out: {out} ({key} brings it back)"));
}

/// The cursor goes behind the line, where an empty value is to be typed.
pub(super) fn add_field(app: &mut App, line: &str) {
    let editor = &mut app.tab_mut().request;
    let mut bytes = editor.bytes().to_vec();
    let behind = request::add_field(&mut bytes, editor.cursor(), line);
    editor.set(&bytes);
    editor.jump(behind);
    tabs::focus(app, Focus::Request);
}

fn set_length(app: &mut App) {
    let editor = &mut app.tab_mut().request;
    let mut bytes = editor.bytes().to_vec();
    match request::correct_length(&mut bytes) {
        Some(length) => {
            let right = bytes == editor.bytes();
            editor.set(&bytes);
            app.note(match right {
                true => "Content-Length is right as it stands".to_owned(),
                false => format!("Content-Length is {length}, as the body is"),
            });
        }
        None => app.complain("no empty line ends the head: there is no body to measure yet"),
    }
}

/// A snippet instead of the request, for the URL's target and Host; without a URL for
/// those of the request that stood there.
pub(super) fn snippet(app: &mut App, number: usize) {
    let Some(snippet) = request::SNIPPETS.get(number) else {
        return;
    };
    let tab = app.tab_mut();
    let text = |bytes: Option<&[u8]>| bytes.map(|b| String::from_utf8_lossy(b).into_owned());
    let (path, host) = match &tab.target {
        Some(target) => (target.path.clone(), target.authority()),
        None => (
            text(request::request_target(tab.request.bytes())).unwrap_or("/".to_owned()),
            text(request::field(tab.request.bytes(), "Host")).unwrap_or("localhost".to_owned()),
        ),
    };
    tab.request.set(&snippet.bytes(&path, &host));
    tab.request.jump(0);
    tabs::focus(app, Focus::Request);
    app.note(format!(
        "{}: instead of the request; {} takes it back",
        snippet.name,
        app.keys.key(Action::Undo)
    ));
}

pub(super) fn read_body(app: &mut App, name: &str) -> Vec<Effect> {
    if name.trim().is_empty() {
        return Vec::new();
    }
    app.note("reading the file");
    vec![Effect::ReadBody(PathBuf::from(name))]
}

/// The file's bytes are the body of the request that is shown now; no length follows.
pub(super) fn set_body(app: &mut App, name: &str, body: &[u8]) {
    let editor = &mut app.tab_mut().request;
    let mut bytes = editor.bytes().to_vec();
    request::set_body(&mut bytes, body);
    editor.set(&bytes);
    let length = match request::wrong_lengths(&bytes).is_empty() {
        true => String::new(),
        false => format!(
            "; Content-Length says another number ({} corrects it)",
            app.keys.key(Action::SetLength)
        ),
    };
    app.note(format!("the body is {name}: {} bytes{length}", body.len()));
}
