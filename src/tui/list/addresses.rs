//! The addresses of the tab's host: what the look-up gave, in the order in which they are
//! tried, and what came of each attempt (RFC 8305 section 5).
//!
//! Owns what is told of an address. A later exchange may have tried one of them alone: of
//! each its last attempt is told, of all that the tab's exchanges know of.

use std::net::IpAddr;

use super::{Choice, Row};
use crate::event::Addr;
use crate::exchange::{Attempt, Exchange};
use crate::plan::Resolve;
use crate::tui::app::{App, Tab};
use crate::url::Target;
use crate::view::number;

/// The host and port that the tab's URL leads to: its proxy's, where there is one. `None`: it
/// is no URL, or one of a Unix socket.
pub fn place(tab: &Tab) -> Option<(String, u16)> {
    let target = Target::parse(&tab.url.text()).ok()?;
    let plan = tab.knobs.plan(target, Vec::new());
    let (host, port) = plan.place();
    plan.unix_socket()
        .is_none()
        .then(|| (host.to_owned(), port))
}

/// The pin that the tab has for a place.
pub fn pin<'a>(tab: &'a Tab, (host, port): &(String, u16)) -> Option<&'a Resolve> {
    let pins = &tab.knobs.options.resolve;
    pins.iter()
        .find(|pin| pin.host.eq_ignore_ascii_case(host) && pin.port == *port)
}

pub(super) fn rows(app: &App) -> Vec<Row> {
    let tab = app.tab();
    let Some(place) = place(tab) else {
        return Vec::new();
    };
    let pinned = pin(tab, &place).map(|pin| pin.addrs.as_slice());
    let pinned = pinned.unwrap_or_default();
    let visits = tab.visits.iter().take(tab.at + 1).rev();
    let exchanges = visits.map(|visit| &visit.live);
    let exchanges: Vec<&Exchange> = exchanges
        .filter(|exchange| exchange.host.eq_ignore_ascii_case(&place.0))
        .collect();
    let mut addrs: Vec<IpAddr> = Vec::new();
    // The longest answer first: one of a pinned address is no look-up's.
    let longest = exchanges.iter().max_by_key(|exchange| exchange.addrs.len());
    let known = longest.into_iter().chain(&exchanges);
    for addr in known.flat_map(|exchange| tried_first(exchange)) {
        if !addrs.contains(&addr) {
            addrs.push(addr);
        }
    }
    addrs.extend(
        pinned
            .iter()
            .filter(|addr| !addrs.contains(addr))
            .copied()
            .collect::<Vec<_>>(),
    );
    addrs
        .into_iter()
        .map(|addr| row(addr, &exchanges, pinned.contains(&addr), &place.0))
        .collect()
}

/// Those that were tried, in order, then the others.
fn tried_first(exchange: &Exchange) -> Vec<IpAddr> {
    let tried = exchange.attempts.iter().filter_map(ip);
    tried.chain(exchange.addrs.iter().copied()).collect()
}

fn row(addr: IpAddr, exchanges: &[&Exchange], pinned: bool, host: &str) -> Row {
    let attempt = exchanges.iter().find_map(|exchange| {
        let mut attempts = exchange.attempts.iter().enumerate();
        attempts.find(|(_, attempt)| ip(attempt) == Some(addr))
    });
    let (sign, beside, told) = match attempt {
        None => (
            "·",
            "not tried".to_owned(),
            "another answered first, or its turn never came".to_owned(),
        ),
        Some((number, attempt)) => {
            let (sign, came, told) = outcome(attempt);
            let time = match attempt.span.to {
                Some(_) => number::time(attempt.span.us()),
                None => "…".to_owned(),
            };
            (sign, format!("attempt {} {came}, {time}", number + 1), told)
        }
    };
    let pin = match pinned {
        true => "pinned: the tab connects here without a look-up; chosen again, no more",
        false => "chosen, the tab connects here alone",
    };
    Row {
        text: format!("{sign} {addr}{}", if pinned { "  pinned" } else { "" }),
        beside,
        about: format!("{host}: {told} · {pin}"),
        choice: Choice::Pin(addr),
    }
}

fn outcome(attempt: &Attempt) -> (&'static str, &'static str, String) {
    match &attempt.outcome {
        Some(Ok(())) => ("✓", "connected", "the connection was made".to_owned()),
        Some(Err(error)) => ("✗", "failed", error.clone()),
        None => (
            "·",
            "given up",
            "no answer before another address had connected, or none yet".to_owned(),
        ),
    }
}

fn ip(attempt: &Attempt) -> Option<IpAddr> {
    match &attempt.addr {
        Addr::Ip(addr) => Some(addr.ip()),
        Addr::Unix(_) => None,
    }
}
