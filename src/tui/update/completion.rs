//! The list below the URL bar: the URLs that fit what is typed there.

use crate::tui::app::{App, Focus};
use crate::tui::keymap::Motion;
use crate::tui::list::{self, Choice, Completion};

/// After typing in the URL bar: the URLs that fit stand below it.
pub(super) fn offer(app: &mut App) {
    let tab = app.tab_mut();
    let typing = tab.focus == Focus::Url && !tab.url.bytes().is_empty();
    tab.completion = typing.then(Completion::default);
}

/// A URL from the list below the bar, as if it had been typed.
pub(super) fn take(app: &mut App, url: &str) {
    let tab = app.tab_mut();
    tab.url.set(url.as_bytes());
    tab.completion = None;
    super::url::changed(app);
}

/// → at the URL's end, and Ctrl-Space: the chosen URL, else the first one, becomes the
/// text. Without a list there is one now.
pub(super) fn complete(app: &mut App) {
    let chosen = app.tab().completion.and_then(|list| list.chosen);
    if !choose(app, chosen.unwrap_or(0)) {
        app.tab_mut().completion = Some(Completion::default());
    }
}

/// A row of the list below the URL bar becomes the text; false where there is none.
pub(super) fn choose(app: &mut App, row: usize) -> bool {
    let row = list::completions(app).and_then(|rows| rows.get(row));
    let Some(Choice::Url(url)) = row.map(|row| row.choice) else {
        return false;
    };
    take(app, &url);
    true
}

/// Enter in the URL bar: a URL that was chosen below it becomes the text first.
pub(super) fn take_chosen(app: &mut App) {
    if app
        .tab()
        .completion
        .is_some_and(|list| list.chosen.is_some())
    {
        complete(app);
    }
    app.tab_mut().completion = None;
}

/// ↓ goes into the list below the URL bar where no newer URL is left to recall; inside,
/// ↑ and ↓ move, and ↑ leaves it at its top. False: the key is for the history.
pub(super) fn step(app: &mut App, older: bool) -> bool {
    let rows = list::completions(app).map_or(0, |rows| rows.len());
    let tab = app.tab_mut();
    let Some(list) = &mut tab.completion else {
        return false;
    };
    let to = match (list.chosen, older) {
        (None, false) if tab.recalled == 0 && rows > 0 => Some(0),
        (None, _) => return false,
        (Some(0), true) => None,
        (Some(at), true) => Some(list::moved(at, Motion::Up, rows, 1)),
        (Some(at), false) => Some(list::moved(at, Motion::Down, rows, 1)),
    };
    list.chosen = to;
    true
}
