//! Which of the ways to a server a tab takes: the address it connects to, and its own end.

use std::net::IpAddr;

use crate::plan::{Local, Resolve};
use crate::tui::app::{App, Ask};
use crate::tui::list::addresses;
use crate::tui::message::Effect;

/// Enter in the list of addresses: this one alone is connected to from now on; the pinned
/// one again is no longer.
pub(super) fn pin(app: &mut App, addr: IpAddr) {
    let Some(place) = addresses::place(app.tab()) else {
        return;
    };
    let before = addresses::pin(app.tab(), &place).cloned();
    let pins = &mut app.tab_mut().knobs.options.resolve;
    pins.retain(|pin| Some(pin) != before.as_ref());
    let (host, port) = place;
    if before.is_some_and(|pin| pin.addrs == [addr]) {
        app.note(format!(
            "{host} is looked up again, from the next exchange on"
        ));
        return;
    }
    pins.push(Resolve {
        host: host.to_ascii_lowercase(),
        port,
        addrs: vec![addr],
    });
    app.note(format!("{host} is {addr} from the next exchange on"));
}

pub(super) fn ask_local(app: &mut App) {
    let local = app.tab().knobs.options.bind.as_ref();
    let local = local.map(ToString::to_string).unwrap_or_default();
    app.ask(Ask::Local, local.as_bytes());
}

/// Our own end of the tab's connections; without a word the kernel's choice.
pub(super) fn set_local(app: &mut App, words: &str) -> Vec<Effect> {
    let local = match words.trim() {
        "" => None,
        words => match Local::parse(words) {
            Ok(local) => Some(local),
            Err(why) => {
                app.complain(format!("local address {words}: {why}"));
                return Vec::new();
            }
        },
    };
    app.tab_mut().knobs.options.bind = local;
    super::say_next(app);
    Vec::new()
}
