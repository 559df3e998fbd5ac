//! Our own certificate: asked for where a server requires one, and shown to the origin that
//! it was given for, and to no other that a redirect leads to.

use std::path::Path;

use crate::tui::app::{App, Ask};
use crate::tui::message::Effect;
use crate::tui::save::home;
use crate::tui::visit::VisitId;
use crate::url::Target;

use super::send;

pub(super) fn ask(app: &mut App) {
    let certificate = app.tab().certificate.as_ref();
    let path = certificate.map(|(_, path)| path.display().to_string());
    app.ask(Ask::Certificate, path.unwrap_or_default().as_bytes());
}

/// A handshake failed because we had no certificate to show, when nothing else is open.
pub(super) fn ask_where_required(app: &mut App, id: VisitId) {
    let visit = app.tab().visit().filter(|visit| visit.id == id);
    let required = visit.is_some_and(|visit| {
        let exchange = &visit.live;
        let failed = exchange
            .error
            .as_ref()
            .is_some_and(|error| error.kind == "tls");
        let asked = exchange.tls.as_ref().and_then(|tls| tls.client_certificate);
        failed && asked == Some(false)
    });
    if required && app.popup.is_none() {
        ask(app);
    }
}

/// A file for the URL's origin, and the request goes out again; without a word none.
pub(super) fn set(app: &mut App, words: &str) -> Vec<Effect> {
    let path = words.trim();
    if path.is_empty() {
        app.tab_mut().certificate = None;
        app.note("no certificate of ours is shown");
        return Vec::new();
    }
    match Target::parse(&app.tab().url.text()) {
        Ok(target) => {
            app.tab_mut().certificate = Some((target, home(Path::new(path))));
            send::again(app)
        }
        Err(error) => {
            app.complain(error.to_string());
            Vec::new()
        }
    }
}
