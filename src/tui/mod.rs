//! The full-screen browser: state, one loop, one screen.
//!
//! ```text
//!  keys, mouse ─┐                                      ┌▸ render(&App) ─▸ frame
//!  signals ─────┼▸ Message ─▸ update(&mut App) ─┬─▸ App ┘
//!  fetch ───────┘      ▴                        └─▸ Vec<Effect> ─▸ runtime
//!                      └──────────────────────────────────────────────┘
//! ```
//! The loop sleeps until a message comes; it draws when something changed and at most
//! sixty times a second, but for a key, which is answered at once. Fetches wake it once
//! for all that waits, and are drained once a frame.

pub mod address;
pub mod app;
pub mod chain;
pub mod compare;
pub mod content;
pub mod course;
pub mod cursor;
pub mod editor;
pub mod fill;
pub mod finder;
pub mod formed;
pub mod fuzzy;
pub mod graphics;
pub mod input;
pub mod jump;
pub mod keymap;
pub mod knobs;
pub mod layout;
pub mod lens;
pub mod link;
pub mod list;
pub mod locale;
pub mod message;
pub mod practice;
mod programs;
pub mod redirect;
pub mod rendering;
pub mod runtime;
pub mod save;
pub mod search;
pub mod searched;
pub mod secrets;
pub mod settings;
pub mod streamed;
pub mod terminal;
pub mod theme;
pub mod ui;
pub mod unpack;
pub mod update;
pub mod visit;

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;

use crate::plan::Proxies;
use crate::playground::Playground;
use app::App;
use input::Input;
use layout::Size;
use message::{Effect, Message};
use runtime::Runtime;
use terminal::Screen;
use theme::Theme;
use visit::VisitId;

/// Sixty frames a second.
const FRAME: Duration = Duration::from_micros(16_667);
/// A key is answered sooner: half a frame's wait on the average is what a hand feels.
/// Longer than the costliest frame takes, so that a held key cannot starve the rest.
const ANSWER: Duration = Duration::from_millis(4);

/// What the browser opens on.
#[derive(Clone, Copy, Debug)]
pub enum First<'a> {
    Start,
    Url(&'a str),
    /// Their list, or the lesson of this name.
    Lessons(Option<&'a str>),
}

/// Runs the browser until the user leaves; answers the exit status.
///
/// # Errors
/// The terminal cannot be used, or went away.
pub fn run(first: First) -> anyhow::Result<u8> {
    let (columns, rows) = crossterm::terminal::size().context("the terminal's size")?;
    let size = Size { columns, rows };
    let variable = |name: &str| std::env::var(name).ok();
    let mut app = App::new(size, Instant::now(), Theme::default());
    app.cell = terminal::cell();
    let config = settings::apply(&mut app, variable);
    let playground = Playground::start(None).ok();
    app.playground = playground.as_ref().map(Playground::port);
    app.pages = Playground::pages().collect();
    match Proxies::of_environment(variable) {
        Ok(proxies) => {
            app.tab_mut().knobs.options.proxies = Proxies {
                own: app.playground.into_iter().collect(),
                ..proxies
            };
        }
        Err(error) => app.complain(format!("the environment's {error}")),
    }
    let (sender, messages) = channel();
    let mut screen = Screen::enter().context("the terminal")?;
    let input = Input::start(sender.clone()).context("keys and signals")?;
    let mut runtime = Runtime::new(sender, input, playground, config.memory);
    set_clocks(&mut app);
    let first = match first {
        First::Url(url) => update::open(&mut app, url),
        First::Lessons(name) => update::lessons(&mut app, name),
        First::Start => Vec::new(),
    };
    let status = turn(&mut app, first, &messages, &mut runtime, &mut screen);
    runtime.cancel_all();
    drop(screen);
    status.context("the terminal")
}

/// The loop.
fn turn(
    app: &mut App,
    first: Vec<Effect>,
    messages: &Receiver<Message>,
    runtime: &mut Runtime,
    screen: &mut Screen,
) -> std::io::Result<u8> {
    if let Some(status) = perform(app, first, runtime, screen)? {
        return Ok(status);
    }
    let mut woken: BTreeSet<VisitId> = BTreeSet::new();
    let mut changed = true;
    let mut drawn: Option<Instant> = None;
    let mut by_hand = false;
    loop {
        let now = Instant::now();
        let gap = if by_hand { ANSWER } else { FRAME };
        let due = drawn.map_or(now, |drawn| drawn + gap);
        if changed && now >= due {
            set_clocks(app);
            let mut effects = Vec::new();
            for id in std::mem::take(&mut woken) {
                for message in runtime.drain(id) {
                    effects.extend(update::update(app, message));
                }
            }
            // The queues are looked at from outside, also while a call blocks.
            let running = app.tab().visit().filter(|visit| !visit.over);
            if let Some(message) =
                running.and_then(|visit| runtime.queues(visit.id, visit.live.local.as_ref()))
            {
                effects.extend(update::update(app, message));
            }
            if let Some(status) = perform(app, effects, runtime, screen)? {
                return Ok(status);
            }
            screen.draw(ui::placed(app), |frame| ui::render(frame, app))?;
            if drawn.is_none() {
                runtime.first_frame_is_out();
            }
            drawn = Some(now);
            changed = false;
            by_hand = false;
        }
        let wait = match changed {
            true => Some(due.saturating_duration_since(Instant::now())),
            false => app.tick(),
        };
        let mut next = match receive(messages, wait) {
            Some(message) => message,
            None => return Ok(0),
        };
        loop {
            changed = true;
            by_hand |= next.is_by_hand();
            set_clocks(app);
            if matches!(next, Message::Resize(_)) {
                app.cell = terminal::cell();
            }
            if let Message::Woken(id) = next {
                woken.insert(id);
            } else {
                let effects = update::update(app, next);
                if let Some(status) = perform(app, effects, runtime, screen)? {
                    return Ok(status);
                }
            }
            match messages.try_recv() {
                Ok(message) => next = message,
                Err(_) => break,
            }
        }
    }
}

fn set_clocks(app: &mut App) {
    app.now = Instant::now();
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    app.wall = since.map_or(0, |since| since.as_secs().try_into().unwrap_or(i64::MAX));
}

/// The next message; a tick when none comes in time; `None` when none can come.
fn receive(messages: &Receiver<Message>, wait: Option<Duration>) -> Option<Message> {
    match wait {
        None => messages.recv().ok(),
        Some(wait) => match messages.recv_timeout(wait) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => Some(Message::Tick),
            Err(RecvTimeoutError::Disconnected) => None,
        },
    }
}

/// Executes effects and what comes of them; a status when the program is to end.
fn perform(
    app: &mut App,
    effects: Vec<Effect>,
    runtime: &mut Runtime,
    screen: &mut Screen,
) -> std::io::Result<Option<u8>> {
    let mut effects: std::collections::VecDeque<Effect> = effects.into();
    while let Some(effect) = effects.pop_front() {
        if let Effect::Quit(status) = effect {
            return Ok(Some(status));
        }
        if let Some(message) = runtime.execute(effect, screen)? {
            effects.extend(update::update(app, message));
        }
    }
    Ok(None)
}
