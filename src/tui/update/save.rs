//! Saving: what and where is asked, how far it is is shown, what came of it is told.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent};

use crate::tui::app::{App, Popup};
use crate::tui::editor::Editor;
use crate::tui::keymap::{Action, Motion, Place};
use crate::tui::message::Effect;
use crate::tui::save::{Ask, Saved, Saving, What, suggested};
use crate::view::safe::safe;

use super::{kept, typing};

/// The pop-up: it asks, or shows how far the save that runs is.
pub(super) fn open(app: &mut App) {
    if kept::is_gone(app) {
        return;
    }
    let Some(visit) = app.tab().visit() else {
        return;
    };
    // What is looked at comes first.
    let decoded = visit.meaning.shown().map(|_| What::Decoded);
    let mut whats = decoded.into_iter().chain(What::ALL);
    let Some(what) = whats.find(|what| !what.bytes(visit, false).is_empty()) else {
        app.note("nothing was received: there is nothing to save");
        return;
    };
    let field = |name: &str| {
        let fields = visit
            .answer()
            .head
            .into_iter()
            .flat_map(|head| &head.fields);
        let mut named = fields.filter(|field| field.name.eq_ignore_ascii_case(name));
        named.next().map(|field| field.value.as_str())
    };
    let name = suggested(
        field("content-disposition"),
        &visit.url,
        field("content-type"),
    );
    let mut path = Editor::line();
    path.set(name.as_bytes());
    path.select_all();
    app.popup = Some(Popup::Save(Ask {
        what,
        path,
        over: false,
    }));
}

pub(super) fn on_key(app: &mut App, key: KeyEvent, mut ask: Ask) -> Vec<Effect> {
    let chooses = app.keys.action(key, &[Place::List]) == Some(Action::Choose);
    if app.saving.is_some() {
        // Enter leaves it running; Esc has stopped it already.
        if !chooses {
            app.popup = Some(Popup::Save(ask));
        }
        return Vec::new();
    }
    // Answers that are typed, as a text is; any other key goes to the path.
    let asked = std::mem::take(&mut ask.over);
    let over = asked && key.code == KeyCode::Char('y');
    if asked && key.code == KeyCode::Char('n') {
        app.popup = Some(Popup::Save(ask));
        return Vec::new();
    }
    if over || chooses {
        return begin(app, ask, over);
    }
    match app.keys.action(key, &[Place::Text, Place::Anywhere]) {
        Some(Action::Move(Motion::Up) | Action::PreviousPane) => {
            turn(&mut ask, What::ALL.len() - 1)
        }
        Some(Action::Move(Motion::Down) | Action::NextPane) => turn(&mut ask, 1),
        Some(Action::InsertHex) => {}
        Some(action) => {
            typing::edit(&mut ask.path, action, 1);
        }
        None => {
            typing::insert_char(&mut ask.path, key);
        }
    }
    app.popup = Some(Popup::Save(ask));
    Vec::new()
}

fn turn(ask: &mut Ask, by: usize) {
    let at = What::ALL.iter().position(|&what| what == ask.what);
    ask.what = What::ALL[(at.unwrap_or(0) + by) % What::ALL.len()];
}

fn begin(app: &mut App, ask: Ask, over: bool) -> Vec<Effect> {
    let path = PathBuf::from(ask.path.text());
    let redact = app.tab().knobs.redact;
    let bytes = app.tab().visit().map(|visit| ask.what.bytes(visit, redact));
    let Some(bytes) = bytes.filter(|_| !path.as_os_str().is_empty()) else {
        app.popup = Some(Popup::Save(ask));
        return Vec::new();
    };
    app.saving = Some(Saving {
        done: 0,
        total: bytes.len(),
        since: app.now,
    });
    app.popup = Some(Popup::Save(ask));
    vec![Effect::Save { bytes, path, over }]
}

/// Esc in the pop-up while it is written.
pub(super) fn stop(app: &mut App) -> Vec<Effect> {
    app.note("stopping the save");
    vec![Effect::StopSaving]
}

pub(super) fn goes_on(app: &mut App, done: u64) {
    if let Some(saving) = &mut app.saving {
        saving.done = done;
    }
}

pub(super) fn ended(app: &mut App, saved: Saved) {
    app.saving = None;
    if saved == Saved::IsThere {
        match &mut app.popup {
            Some(Popup::Save(ask)) => ask.over = true,
            _ => {
                let key = app.keys.key(Action::Save);
                app.complain(format!(
                    "there is such a file, and it stays as it is: {key} asks again"
                ));
            }
        }
        return;
    }
    if let Some(Popup::Save(_)) = app.popup
        && !matches!(saved, Saved::Failed(_))
    {
        app.popup = None;
    }
    match saved {
        Saved::Whole { bytes, path } => {
            let path = path.display().to_string();
            app.note(format!("{bytes} bytes are in {}", safe(&path)));
        }
        Saved::Failed(why) => {
            let why = safe(&why).into_owned();
            let key = app.keys.key(Action::Save);
            app.complain(format!("{why} (no file is left of it; {key} asks again)"));
        }
        Saved::Stopped | Saved::IsThere => {
            app.note("the save was stopped: no file is left of it");
        }
    }
}
