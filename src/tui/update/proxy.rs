//! The tab's proxy: asked for on screen, and the form of request that it wants.
//!
//! Owns when the request changes its form: as long as its target stands as the URL or the
//! proxy gave it. One that a hand wrote stays as it is.

use crate::plan::{Proxies, Proxy, Way};
use crate::request;
use crate::tui::app::{App, Ask};
use crate::tui::editor::Editor;
use crate::tui::message::Effect;
use crate::tui::practice::Practice;
use crate::url::Target;

pub(super) fn ask(app: &mut App) {
    let proxy = app.tab().knobs.options.proxies.http.as_ref();
    let proxy = proxy.map(ToString::to_string).unwrap_or_default();
    app.ask(Ask::Proxy, proxy.as_bytes());
}

/// ↓ and ↑ in the question: the practice proxies, one after the other.
pub(super) fn offer(app: &App, field: &mut Editor, on: bool) {
    let proxies = app.practice.iter().flat_map(|practice| &practice.proxies);
    let proxies: Vec<&String> = proxies.collect();
    let typed = field.text();
    let at = proxies.iter().position(|proxy| **proxy == typed);
    let step = if on {
        1
    } else {
        proxies.len().saturating_sub(1)
    };
    let next = match (at, on) {
        (Some(at), _) => (at + step) % proxies.len(),
        (None, true) => 0,
        (None, false) => step,
    };
    if let Some(proxy) = proxies.get(next) {
        field.set(proxy.as_bytes());
    }
}

/// They run: what the environment's proxies are not for is their ports, too.
pub(super) fn practice(app: &mut App, practice: Practice) {
    for tab in &mut app.tabs {
        let own = &mut tab.knobs.options.proxies.own;
        if !own.is_empty() {
            own.extend(practice.ports.iter().map(|(_, port)| port));
        }
    }
    app.practice = Some(practice);
}

/// A proxy for every target of the tab; without a word none.
pub(super) fn set(app: &mut App, words: &str) -> Vec<Effect> {
    let proxies = match words.trim() {
        "" => Proxies::default(),
        url => match Proxy::parse(url) {
            Ok(proxy) => Proxies::one(with_user(app, proxy)),
            Err(error) => {
                app.complain(error.to_string());
                return Vec::new();
            }
        },
    };
    let tab = app.tab_mut();
    let before = std::mem::replace(&mut tab.knobs.options.proxies, proxies);
    if let Some(target) = tab.target.clone() {
        let mut bytes = origin_form(&before, &target, tab.request.bytes());
        if request::request_target(&bytes) == Some(target.path.as_bytes()) {
            tab.knobs
                .options
                .proxies
                .way(&target)
                .form(&mut bytes, &target);
        }
        if bytes != tab.request.bytes() {
            tab.request.set(&bytes);
        }
    }
    super::say_next(app);
    Vec::new()
}

/// The question shows no user and password: those of the same proxy stay.
fn with_user(app: &App, proxy: Proxy) -> Proxy {
    let before = app.tab().knobs.options.proxies.http.as_ref();
    let same = before.filter(|before| before.to_string() == proxy.to_string());
    Proxy {
        user: proxy.user.or_else(|| same?.user.clone()),
        ..proxy
    }
}

/// The request as it stands without a proxy, where it stands as these proxies gave it.
pub(super) fn origin_form(proxies: &Proxies, target: &Target, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let Way::Forward(proxy) = proxies.way(target) else {
        return bytes;
    };
    if request::request_target(&bytes) != Some(target.absolute_form().as_bytes()) {
        return bytes;
    }
    request::set_request_target(&mut bytes, &target.path);
    let given = proxy.authorization();
    if given.is_some()
        && request::field(&bytes, "Proxy-Authorization") == given.as_deref().map(str::as_bytes)
    {
        request::remove_field(&mut bytes, "Proxy-Authorization");
    }
    bytes
}
