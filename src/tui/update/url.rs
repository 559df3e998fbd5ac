//! From the URL bar to the request: it follows the URL as long as no hand made something
//! else of it.

use crate::request;
use crate::tui::app::{App, Tab};
use crate::tui::keymap::Action;
use crate::url::Target;

use super::{cookies, proxy};

/// The URL bar's text changed: the request follows, as long as it was not edited by hand
/// into something else; either way it is said.
pub(super) fn changed(app: &mut App) {
    let tab = app.tab_mut();
    let typed = tab.url.text();
    let new = match Target::parse(&typed) {
        Ok(new) => new,
        Err(err) => {
            tab.url_note = (!typed.trim().is_empty()).then(|| err.to_string());
            return;
        }
    };
    let mut notes = new.notes.clone();
    if tab.knobs.options.proxies.spares(&new) {
        notes.push("our own server: it is reached without the environment's proxy".to_owned());
    }
    match request_follows(tab, &new) {
        Some(what) if what.is_empty() => {}
        Some(what) => notes.insert(0, what),
        None => {
            // The request is for the old target still: keep comparing with that one.
            let key = app.keys.key(Action::Template);
            let words =
                format!("the request was edited by hand and stays as it is ({key}: template)");
            notes.insert(0, words);
            app.tab_mut().url_note = Some(notes.join(" · "));
            return;
        }
    }
    if cookie_follows(app, &new) {
        notes.insert(0, "Cookie follows the URL".to_owned());
    }
    let tab = app.tab_mut();
    tab.target = Some(new);
    tab.url_note = (!notes.is_empty()).then(|| notes.join(" · "));
}

/// The request becomes one for the new target; what changed in it, in words. `None`: a hand
/// made something else of it, and it stays.
fn request_follows(tab: &mut Tab, new: &Target) -> Option<String> {
    let proxies = &tab.knobs.options.proxies;
    let before = match &tab.target {
        Some(old) if old == new => return Some(String::new()),
        Some(old) => proxy::origin_form(proxies, old, tab.request.bytes()),
        None => Vec::new(),
    };
    let Some(old) = tab.target.as_ref().filter(|_| !before.is_empty()) else {
        let bytes = tab.template(new);
        tab.request.set(&bytes);
        tab.cookie = None;
        tab.followed = Some(tab.request.revision());
        return Some(String::new());
    };
    let (mut bytes, what) = request::retarget(&before, old, new, &tab.key)?;
    proxies.way(new).form(&mut bytes, new);
    // All that one URL's typing did to it is one edit: undo brings back what stood there
    // before, not the host's letters one by one.
    match tab.followed == Some(tab.request.revision()) {
        true => tab.request.set_again(&bytes),
        false => tab.request.set(&bytes),
    }
    tab.followed = Some(tab.request.revision());
    Some(what)
}

/// The Cookie line becomes that of the new target; false where it is the same.
fn cookie_follows(app: &mut App, new: &Target) -> bool {
    let tab = app.tab_mut();
    let mut bytes = tab.request.bytes().to_vec();
    let before = tab.cookie.take();
    let given = cookies::renewed(app, app.active, new, &mut bytes, before.clone());
    let tab = app.tab_mut();
    let other = given != before;
    if other {
        tab.request.set(&bytes);
    }
    tab.cookie = given;
    other
}

/// The request that the URL in the bar stands for, whatever the present one was made for.
pub(super) fn template(app: &mut App) {
    match Target::parse(&app.tab().url.text()) {
        Ok(target) => {
            let mut bytes = app.tab().template(&target);
            let given = cookies::renewed(app, app.active, &target, &mut bytes, None);
            let tab = app.tab_mut();
            tab.request.set(&bytes);
            tab.cookie = given;
            tab.target = Some(target);
            tab.url_note = None;
            let key = app.keys.key(Action::Undo);
            app.note(format!(
                "the request is the URL's template; {key} takes it back"
            ));
        }
        Err(err) => app.complain(err.to_string()),
    }
}
