//! `sockeye fetch`: the engine without a screen, with curl's flags and exit statuses.
//!
//! Owns the run of one command: its exchange, or its chain of redirects, and the exit
//! status. The exchange runs on this very thread; nothing is stored, every byte goes on
//! to where it was asked for.
//!
//! ```text
//! flags ─▸ asked ─▸ Plan ─▸ net::fetch ─▸ outlets ─┬▸ output ─▸ destination (stdout, -o)
//!                    ▴                             ├▸ events ─▸ destination (--events)
//!                    │                             ├▸ archive ─▸ destination (--har)
//!                    └───── redirected (-L) ◂──────┴▸ verbose, progress (stderr)
//! ```

mod archive;
mod asked;
mod content;
mod cookies;
mod destination;
pub mod flags;
mod outlets;
mod output;
mod progress;
mod recent;
mod stream;
mod verbose;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::error::{Error, Result};
use crate::event::{Event, Kind};
use crate::export;
use crate::net::{self, Control, Pool, Sink};
use crate::plan::Plan;
use crate::view::safe::safe;

use archive::Archive;
use destination::{Destination, is_stdout};
use flags::Fetch;
use outlets::Outlets;
use output::{Body, Output};
use progress::Progress;
use verbose::Verbose;

/// Runs `sockeye fetch` to its end.
pub fn run(asked: &Fetch) -> ExitCode {
    let start = Instant::now();
    let mut outlets = match open(asked) {
        Ok(outlets) => outlets,
        Err(error) => return complain(&error),
    };
    let fetched = match asked.plan(start) {
        Ok((plan, cookies)) => match asked.language {
            Some(language) => {
                let plan = match asked.redact {
                    true => export::redacted_plan(&plan),
                    false => plan,
                };
                outlets.output.text(&export::program(language, &plan))
            }
            None => {
                outlets.cookies = cookies;
                outlets.expects = asked.expects_by_itself(&plan);
                chain(asked, plan, &mut outlets)
            }
        },
        Err(error) => Err(tell(error, start, &mut outlets)),
    };
    let finished = outlets.finish(fetched.is_ok());
    let saved = outlets.cookies.save();
    match fetched.and(finished).and(saved) {
        Ok(()) => ExitCode::SUCCESS,
        // As with curl in a pipe, the status tells; a message would only be in the way.
        Err(error) if outlets.reader_gone() => ExitCode::from(error.exit_code()),
        Err(error) => complain(&error),
    }
}

/// One line on standard error; the exit status that goes with it.
pub fn complain(error: &Error) -> ExitCode {
    // One write(), so that no other program's line comes between. Standard error may be
    // closed: the status still tells.
    let line = format!("sockeye: {}\n", safe(&error.to_string()));
    let _ = io::stderr().write_all(line.as_bytes());
    ExitCode::from(error.exit_code())
}

/// Opens whatever was asked for; nothing is sent when one of them cannot be had.
fn open(asked: &Fetch) -> Result<Outlets> {
    asked.check()?;
    let taken = [&asked.events, &asked.har].into_iter().flatten();
    let to = match &asked.output {
        Some(path) => Some(Destination::named(path)?),
        None if taken.into_iter().any(|path| is_stdout(path)) => None,
        None => Some(Destination::screen()?),
    };
    let body = match (asked.raw, asked.wire) {
        (_, true) => Body::Wire,
        (true, false) => Body::Raw,
        (false, false) => Body::Decoded,
    };
    let mut outlets = Outlets::new(Output::new(to, asked.include || asked.head, body));
    outlets.follow = asked.location || asked.location_trusted;
    outlets.redact = asked.redact;
    outlets.decode = asked.compressed;
    outlets.max_decoded = asked.max_decoded;
    let named = |path: &Option<PathBuf>| path.as_deref().map(Destination::named).transpose();
    outlets.events = named(&asked.events)?;
    outlets.archive = named(&asked.har)?.map(Archive::new);
    if asked.verbose {
        outlets.verbose = Some(Verbose::new(Destination::stderr()?));
    } else if asked.output.as_ref().is_some_and(|path| !is_stdout(path)) {
        outlets.progress = Progress::new();
    }
    Ok(outlets)
}

/// The exchange, and those that redirects lead to: one clock, one pool of connections.
fn chain(asked: &Fetch, mut plan: Plan, outlets: &mut Outlets) -> Result<()> {
    let control = Control::new();
    cancel_on_signal(&control);
    let pool = Pool::default();
    outlets.say_unread();
    let mut redirects = 0;
    loop {
        outlets.begin(&plan);
        let fetched = net::fetch(&plan, &control, &pool, outlets);
        // What came of a body that was cut is shown, whatever else failed.
        let shown = outlets.ended();
        fetched?;
        shown.map_err(|error| tell(error, plan.start, outlets))?;
        let mut next = match outlets.redirect.take() {
            None => return Ok(()),
            Some(Ok(next)) => next,
            Some(Err(error)) => return Err(tell(error, plan.start, outlets)),
        };
        if std::mem::take(&mut outlets.expects) && outlets.status == Some(417) {
            plan = next;
            continue;
        }
        if let Some(limit) = asked.redirects_at_most()
            && redirects >= limit
        {
            return Err(tell(Error::TooManyRedirects { limit }, plan.start, outlets));
        }
        let redirect = Kind::Redirect {
            from: plan.target.without_userinfo(),
            to: next.target.without_userinfo(),
            status: outlets.status.unwrap_or_default(),
        };
        outlets.event(at(plan.start, redirect))?;
        outlets.cookies.next(&plan.target, &mut next);
        plan = next;
        redirects += 1;
    }
}

/// An error that came from outside the engine, as an event too.
fn tell(error: Error, start: Instant, outlets: &mut Outlets) -> Error {
    let kind = Kind::Error {
        kind: error.kind(),
        message: error.to_string(),
        exit: error.exit_code(),
    };
    // The error that is told of matters more than one of telling it.
    let _ = outlets.event(at(start, kind));
    error
}

fn at(start: Instant, kind: Kind) -> Event {
    let t_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    Event { t_us, kind }
}

/// SIGINT and SIGTERM end the exchange as a cancel does: what came is written out, the
/// events say `cancelled`. A second one ends the program.
fn cancel_on_signal(control: &Control) {
    // Without the handler, the signals end the program at once: nothing is lost but the
    // last words.
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    let control = control.clone();
    std::thread::spawn(move || {
        if let Some(_signal) = signals.forever().next() {
            control.cancel();
        }
        if let Some(signal) = signals.forever().next() {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
}
