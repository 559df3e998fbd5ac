//! `update(&mut App, Message) -> Vec<Effect>`: all that ever changes the state.
//!
//! Opens nothing, waits for nothing, draws nothing. Keys become actions by the one table
//! ([`super::keymap`]); what they do is split by what they touch:
//!
//! ```text
//! the request    text typing url completion compose cookies proxy ways certificate
//! the fetch      send talk follow
//! the response   answer look scroll cursor find jump fold page content copy save
//! the exchange   calls moment compare kept lesson
//! the screen     tabs panes popup list mouse
//! ```

mod answer;
mod calls;
mod certificate;
mod compare;
mod completion;
mod compose;
mod content;
mod cookies;
mod copy;
mod cursor;
mod find;
mod fold;
mod follow;
mod jump;
mod kept;
mod lesson;
mod list;
mod look;
mod moment;
mod mouse;
mod page;
mod panes;
mod popup;
mod proxy;
mod save;
mod scroll;
mod send;
mod tabs;
mod talk;
mod text;
mod typing;
mod url;
mod ways;

use crossterm::event::KeyEvent;

use crate::event::{Event, Kind, Queues};
use crate::export::Form;
use crate::tui::app::{App, Focus, Popup};
use crate::tui::keymap::{self, Action, Place};
use crate::tui::layout::Split;
use crate::tui::list::Of;
use crate::tui::message::{Effect, Message};
use crate::tui::visit::{ViewKind, VisitId};

pub use lesson::first as lessons;
pub use send::open;

/// One message, and what the view shown needs after it.
pub fn update(app: &mut App, message: Message) -> Vec<Effect> {
    let mut effects = on_message(app, message);
    effects.extend(content::keep_up(app));
    effects.extend(page::keep_up(app));
    effects.extend(fold::keep_up(app));
    list::keep_up(app);
    lesson::keep_up(app);
    effects
}

fn on_message(app: &mut App, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => {
            let effects = on_key(app, key);
            text::settle(app);
            return effects;
        }
        Message::Paste(pasted) => {
            text::paste(app, &pasted);
            text::settle(app);
        }
        Message::Mouse(mouse) => return mouse::on_mouse(app, mouse),
        Message::Resize(size) => {
            app.size = size;
            text::settle(app);
        }
        Message::Tick => {
            let now = app.now;
            app.notice.take_if(|notice| notice.until <= now);
            moment::play_on(app);
        }
        // Drained once a frame, not once a wake-up.
        Message::Woken(_) => {}
        Message::Started { id, wire, decoded } => {
            if let Some(visit) = app.visit_by_id(id) {
                visit.wire = wire;
                visit.decoded = decoded;
            }
        }
        Message::Events { id, events } => {
            cookies::apply(app, id, events);
            let mut effects = content::arrived(app, id);
            effects.extend(talk::pongs(app, id));
            return effects;
        }
        Message::Queues { id, ours, theirs } => queues(app, id, ours, theirs),
        Message::Over(id) => return over(app, id),
        Message::Unpacked {
            id,
            answer,
            unpacked,
        } => return content::unpacked(app, id, answer, unpacked),
        Message::Found {
            id,
            view,
            hit,
            wrapped,
            way,
        } => return find::found(app, id, view, hit, wrapped, way),
        Message::Looked { id, done } => find::looked(app, id, done),
        Message::Counted {
            id,
            view,
            base,
            tally,
            done,
        } => find::counted(app, id, view, base, tally, done),
        Message::LaidOut { id, ahead, wanted } => fold::laid_out(app, id, ahead, &wanted),
        Message::Judged { id, judged } => moment::judged(app, id, judged),
        Message::Laid { id, laid } => page::laid(app, id, *laid),
        Message::Compared { pair, bodies } => compare::compared(app, pair, bodies),
        Message::Saving { done } => save::goes_on(app, done),
        Message::Saved(saved) => save::ended(app, saved),
        Message::Edited(bytes) => {
            app.tab_mut().request.set(&bytes);
            text::settle(app);
            app.note("the request is as the editor left it");
        }
        Message::Body { name, bytes } => {
            compose::set_body(app, &name, &bytes);
            text::settle(app);
        }
        Message::Unsaid { id, bytes } => talk::unsaid(app, id, bytes),
        Message::Idle(idle) => {
            app.idle = idle;
            list::open(app, Of::Idle);
        }
        Message::Practice(practice) => proxy::practice(app, practice),
        Message::Note(words) => app.note(words),
        Message::Complain(words) => app.complain(words),
        Message::Continued => return vec![Effect::TakeTerminal],
        // As a shell would report it: 128 and the signal's number.
        Message::Hangup(signal) => {
            return vec![Effect::Quit(128 + u8::try_from(signal).unwrap_or(0))];
        }
    }
    Vec::new()
}

/// Levels that did not move say nothing new.
fn queues(app: &mut App, id: VisitId, ours: Queues, theirs: Option<Queues>) {
    let now = app.now;
    let Some(visit) = app.visit_by_id(id) else {
        return;
    };
    let t_us = visit.elapsed_us(now);
    let live = &mut visit.live;
    if live.queues != Some(ours) {
        let kind = Kind::Queues(Box::new(ours));
        live.apply(Event { t_us, kind });
    }
    if let Some(theirs) = theirs.filter(|&theirs| live.peer_queues != Some(theirs)) {
        let kind = Kind::PeerQueues(Box::new(theirs));
        live.apply(Event { t_us, kind });
    }
}

fn over(app: &mut App, id: VisitId) -> Vec<Effect> {
    let shown = app.tab_of(id).map_or(ViewKind::Text, |tab| tab.view);
    if let Some(visit) = app.visit_by_id(id) {
        visit.over = true;
        visit.paused = false;
        visit.rest(shown);
    }
    let mut effects = content::arrived(app, id);
    popup::ask_to_go_on(app, id);
    certificate::ask_where_required(app, id);
    effects.extend(compare::read_bodies(app));
    effects.extend(follow::by_itself(app, id));
    effects
}

fn on_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    if app.popup.is_some() {
        return popup::on_key(app, key);
    }
    if app.tab().hex.is_some() {
        text::hex_digit(app, key);
        return Vec::new();
    }
    let places = app.tab().places();
    match app.keys.action(key, places) {
        Some(Action::Interrupt) => interrupt(app),
        Some(action) => {
            app.leaving = false;
            perform(app, action)
        }
        None if places.contains(&Place::Text) => text::typed(app, key),
        None => Vec::new(),
    }
}

/// What a key or a click asks for.
pub fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Help => {
            let places = app.tab().places().to_vec();
            app.popup = Some(Popup::Help { places, top: 0 });
        }
        Action::Commands => list::open(app, Of::Commands),
        Action::Exchanges => list::open(app, Of::Exchanges),
        Action::Anomalies => list::open(app, Of::Anomalies),
        Action::Messages => list::open(app, Of::Messages),
        Action::PreviousAnswer | Action::NextAnswer => answer::perform(app, action),
        Action::Talk | Action::FinishSaying | Action::HangUp => {
            return talk::perform(app, action);
        }
        Action::Idle => return vec![Effect::ListIdle],
        Action::Addresses => list::open(app, Of::Addresses),
        Action::LocalAddress => ways::ask_local(app),
        Action::Compare => return compare::with_before(app),
        Action::Phases => app.popup = Some(Popup::Phases { top: 0 }),
        Action::Levels => app.popup = Some(Popup::Levels),
        Action::Tls => app.popup = Some(Popup::tls()),
        Action::FocusUrl => {
            tabs::focus(app, Focus::Url);
            app.tab_mut().url.select_all();
        }
        Action::FocusRequest => {
            let tab = app.tab_mut();
            if tab.focus == Focus::Request {
                tab.focus = tab.before;
            } else {
                tabs::focus(app, Focus::Request);
            }
        }
        Action::NextPane => tabs::turn_focus(app, 1),
        Action::PreviousPane => tabs::turn_focus(app, 3),
        Action::Escape => return escape(app),
        Action::Back => tabs::step(app, -1),
        Action::Forward => tabs::step(app, 1),
        Action::NewTab => {
            tabs::open(app);
            tabs::focus(app, Focus::Url);
        }
        Action::CloseTab => return tabs::close(app),
        Action::PreviousTab => tabs::turn(app, app.tabs.len() - 1),
        Action::NextTab => tabs::turn(app, 1),
        Action::Knobs => {
            app.popup = Some(Popup::Knobs {
                row: 0,
                typed: String::new(),
            });
        }
        Action::RecvSize => {
            app.tab_mut().knobs.turn_recv_size();
            say_next(app);
        }
        Action::EndMode => {
            let knobs = &mut app.tab_mut().knobs;
            knobs.options.end = knobs.options.end.next();
            say_next(app);
        }
        Action::Pace => {
            app.tab_mut().knobs.turn_pace();
            return send::pace(app);
        }
        Action::Images => {
            app.images = app.images.next();
            app.note(format!("pictures as {}", app.images.words()));
        }
        Action::Zoom => app.tab_mut().zoom ^= true,
        Action::Resize(motion) => panes::resize(app, motion),
        Action::Unsplit => app.split = Split::default(),
        Action::Quit => return vec![Effect::Quit(0)],
        Action::Interrupt => return interrupt(app),
        Action::Send | Action::Go | Action::Pause | Action::Step | Action::Template => {
            return send::perform(app, action);
        }
        Action::MomentBack
        | Action::MomentForward
        | Action::MomentFirst
        | Action::MomentLast
        | Action::Play
        | Action::Slower
        | Action::Faster => moment::perform(app, action),
        Action::Rejudge => return moment::rejudge(app),
        Action::AsReceived | Action::UnpackOn => {
            return content::perform(app, action);
        }
        Action::Lessons
        | Action::SetUp
        | Action::NextStep
        | Action::PreviousStep
        | Action::LeaveLesson => return lesson::perform(app, action),
        Action::Exercise(number) => return send::exercise(app, usize::from(number) - 1),
        Action::EditExternally => return look::edit_externally(app),
        Action::Follow => return follow::perform(app),
        Action::Cookies => list::open(app, Of::Cookies),
        Action::AddField => list::open(app, Of::Fields),
        Action::Snippets => list::open(app, Of::Snippets),
        Action::Charset => list::open(app, Of::Charsets),
        Action::CopyAs => list::open(app, Of::Forms),
        Action::InsertCookie => cookies::insert(app),
        Action::AddCookie => cookies::ask(app),
        Action::ClientCertificate => certificate::ask(app),
        Action::Proxy => proxy::ask(app),
        Action::NextMethod
        | Action::Basic
        | Action::Bearer
        | Action::DropField
        | Action::SetLength
        | Action::BodyFile => compose::perform(app, action),
        Action::Older
        | Action::Newer
        | Action::Complete
        | Action::InsertCrLf
        | Action::InsertLf
        | Action::InsertHex
        | Action::Undo
        | Action::Redo
        | Action::DeleteWord
        | Action::DeleteLeft
        | Action::DeleteRight => text::perform(app, action),
        Action::SelectAll if app.tab().focus == Focus::Response => cursor::select_all(app),
        Action::SelectAll if app.tab().focus == Focus::Socket => calls::select_all(app),
        Action::SelectAll => text::perform(app, action),
        Action::Select(motion) => match app.tab().focus {
            Focus::Response => cursor::go(app, motion, true),
            Focus::Socket => calls::go(app, motion, true),
            _ => text::perform(app, action),
        },
        Action::Move(motion) => match app.tab().focus {
            Focus::Url | Focus::Request => text::perform(app, action),
            _ if app.tab().visits.is_empty() => move_exercise(app, motion),
            Focus::Socket => calls::go(app, motion, false),
            Focus::Response => cursor::go(app, motion, false),
        },
        Action::View(_)
        | Action::Jump
        | Action::Find
        | Action::FindNext
        | Action::FindPrevious
        | Action::Wrap
        | Action::Save
        | Action::Copy
        | Action::CopyForm(_)
        | Action::Page
        | Action::Pipe
        | Action::OpenCall
        | Action::OpenRecv
        | Action::FoldAll
        | Action::UnfoldAll
        | Action::Ruler
        | Action::Inspect => return look::perform(app, action),
        Action::NextLink | Action::PreviousLink | Action::FollowInTab | Action::FollowNumber => {
            return page::perform(app, action);
        }
        Action::Choose => {
            let chosen = app.tab().exercise;
            return send::exercise(app, chosen);
        }
        Action::CompareWith | Action::Swap | Action::DropCookie | Action::Less | Action::More => {}
    }
    Vec::new()
}

fn escape(app: &mut App) -> Vec<Effect> {
    if let Some(id) = app.tab().running() {
        return vec![talk::end(app, id)];
    }
    match app.tab().focus {
        Focus::Url | Focus::Request => tabs::focus(app, Focus::Response),
        Focus::Response | Focus::Socket => {
            app.notice = None;
            if calls::unselect(app) {
                return Vec::new();
            }
            if find::stop(app) {
                return vec![Effect::StopFinding];
            }
            // The cursor goes first, and what n found with it; then the rest.
            if cursor::hide(app) {
                return Vec::new();
            }
            app.tab_mut().zoom = false;
            if moment::leave(app) {
                return Vec::new();
            }
            if let Some(visit) = app.tab_mut().visit_mut() {
                visit.hit = None;
                visit.chosen = None;
            }
        }
    }
    Vec::new()
}

/// Ctrl-C: copies a selection, cancels what runs, quits on the second press.
fn interrupt(app: &mut App) -> Vec<Effect> {
    if let Some(bytes) = text::selection(app) {
        let what = "the selection".to_owned();
        return vec![Effect::Copy { bytes, what }];
    }
    if copy::has_selection(app) {
        return copy::copy(app, Form::Text);
    }
    if let Some(id) = app.tab().running() {
        return vec![Effect::Cancel(id)];
    }
    if app.leaving {
        return vec![Effect::Quit(0)];
    }
    app.leaving = true;
    let key = app.keys.key(Action::Interrupt);
    app.note(format!("nothing is running: {key} once more quits"));
    Vec::new()
}

/// A knob was turned: says from when it holds.
fn say_next(app: &mut App) {
    let summary = app.tab().knobs.summary();
    app.note(match app.tab().running() {
        Some(_) => format!("from the next exchange on: {summary}"),
        None => summary,
    });
}

fn move_exercise(app: &mut App, motion: keymap::Motion) {
    let last = app.exercises().len() - 1;
    let tab = app.tab_mut();
    tab.exercise = match motion {
        keymap::Motion::Up => tab.exercise.saturating_sub(1),
        keymap::Motion::Down => (tab.exercise + 1).min(last),
        keymap::Motion::First => 0,
        keymap::Motion::Last => last,
        _ => tab.exercise,
    };
}

#[cfg(test)]
mod tests;
