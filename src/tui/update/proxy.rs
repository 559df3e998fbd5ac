//! The tab's proxy: asked for on screen, and the form of request that it wants.
//!
//! Owns when the request changes its form: as long as its target stands as the URL or the
//! proxy gave it. One that a hand wrote stays as it is.

use crate::plan::{Proxies, Proxy, Way};
use crate::request;
use crate::tui::app::{App, Ask, Popup};
use crate::tui::editor::Editor;
use crate::tui::message::Effect;
use crate::url::Target;

pub(super) fn ask(app: &mut App) {
    let mut field = Editor::line();
    if let Some(proxy) = &app.tab().knobs.options.proxies.http {
        field.set(proxy.to_string().as_bytes());
    }
    app.popup = Some(Popup::Ask {
        ask: Ask::Proxy,
        field,
    });
}

/// A proxy for every target of the tab; without a word none.
pub(super) fn set(app: &mut App, words: &str) -> Vec<Effect> {
    let proxies = match words.trim() {
        "" => Proxies::default(),
        url => match Proxy::parse(url) {
            Ok(proxy) => Proxies::one(proxy),
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

/// The request that a URL stands for, in the form that the way to it wants.
pub fn template(proxies: &Proxies, target: &Target) -> Vec<u8> {
    let mut bytes = request::template(target);
    proxies.way(target).form(&mut bytes, target);
    bytes
}
