//! Out to the clipboard: the selection, or all that the view is of, in a chosen form.
//!
//! What is more than a terminal takes is offered as a file.

use std::path::PathBuf;

use crate::export::Form;
use crate::tui::address::{self, Stretch};
use crate::tui::app::{App, Ask, Focus};
use crate::tui::cursor::Cursor;
use crate::tui::message::Effect;
use crate::tui::secrets::Secrets;
use crate::tui::visit::ViewKind;

use super::{calls, kept};

/// Bytes that OSC 52 may carry: terminals cut or drop what is much longer.
pub const COPY_LIMIT: u64 = 100 * 1024;

/// What `y` copies, and its name.
fn source(app: &App) -> Option<(Stretch, &'static str)> {
    let (stretch, what) = as_it_is(app)?;
    let visit = app.tab().visit().filter(|_| app.tab().knobs.redact);
    Some(match visit {
        Some(visit) => (Secrets::of(visit).hidden_in(stretch), what),
        None => (stretch, what),
    })
}

fn as_it_is(app: &App) -> Option<(Stretch, &'static str)> {
    let tab = app.tab();
    let visit = tab.visit()?;
    if tab.focus == Focus::Socket {
        return calls::source(visit);
    }
    if let Some(selected) = visit.cursor(tab.view).and_then(Cursor::selected) {
        let stretch = address::stretch(visit, tab.view, &selected);
        return Some((stretch, "the selection"));
    }
    let (received, what) = match tab.view {
        ViewKind::Wire => (visit.received(), "every byte received"),
        _ => (visit.content(), "the body"),
    };
    Some((Stretch::received(received), what))
}

/// Bytes of the view shown, or calls of the log, are selected where the focus is.
pub(super) fn has_selection(app: &App) -> bool {
    let tab = app.tab();
    tab.visit().is_some_and(|visit| match tab.focus {
        Focus::Response => {
            let cursor = visit.cursor(tab.view);
            cursor.and_then(Cursor::selected).is_some()
        }
        Focus::Socket => visit.calls_from.is_some(),
        Focus::Url | Focus::Request => false,
    })
}

pub(super) fn copy(app: &mut App, form: Form) -> Vec<Effect> {
    let Some((stretch, what)) = source(app) else {
        return Vec::new();
    };
    if app.tab().focus != Focus::Socket && kept::is_gone(app) {
        return Vec::new();
    }
    if stretch.is_empty() {
        app.note(format!("{what} is empty"));
        return Vec::new();
    }
    let what = match form {
        Form::Text => what.to_owned(),
        _ => format!("{what} as {}", form.title()),
    };
    // Every form is at least as long as the bytes.
    if stretch.len() > COPY_LIMIT {
        return offer_file(app, form);
    }
    let bytes = match stretch.read() {
        Ok(bytes) => form.whole(&bytes),
        Err(err) => {
            app.complain(format!("copy: {err}"));
            return Vec::new();
        }
    };
    if bytes.len() as u64 > COPY_LIMIT {
        return offer_file(app, form);
    }
    vec![Effect::Copy { bytes, what }]
}

/// Asks where to: a new file in the directory for temporary ones, unless told otherwise.
fn offer_file(app: &mut App, form: Form) -> Vec<Effect> {
    let now = app.now;
    let since = app.tab().visit().map_or(0, |visit| visit.elapsed_us(now));
    // A new name each time; a file that is there all the same stays as it is.
    let name = format!("sockeye-{}-{since}.txt", std::process::id());
    let path = std::env::temp_dir().join(name);
    let path = path.display().to_string();
    app.ask(Ask::CopyToFile(form), path.as_bytes());
    Vec::new()
}

pub(super) fn to_file(app: &mut App, form: Form, name: &str) -> Vec<Effect> {
    match source(app) {
        Some((stretch, _)) if !name.trim().is_empty() => vec![Effect::CopyToFile {
            stretch,
            form,
            path: PathBuf::from(name),
        }],
        _ => Vec::new(),
    }
}
