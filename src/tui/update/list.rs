//! Lists in a pop-up: their keys, and what choosing a row does.

use crossterm::event::KeyEvent;

use crate::tui::app::{App, Popup};
use crate::tui::keymap::{Action, Motion, Place};
use crate::tui::list::{self, Choice, List, Of};
use crate::tui::message::Effect;
use crate::tui::visit::Visit;

use super::{
    answer, compare, completion, compose, content, cookies, lesson, look, tabs, typing, ways,
};

pub(super) fn open(app: &mut App, of: Of) {
    if of == Of::Messages
        && let Some(visit) = app.tab_mut().visit_mut()
    {
        visit.read_events();
    }
    if list::count(app, of) == 0 {
        let commands = app.keys.key(Action::Commands);
        app.note(match of {
            Of::Anomalies => {
                "no anomalies: nothing in this exchange deviates from the standard".to_owned()
            }
            Of::Exchanges | Of::Messages => "nothing was fetched yet".to_owned(),
            Of::Idle => "no connection is kept open".to_owned(),
            Of::Addresses => {
                "no address of this URL's host is known: none was looked up in this tab".to_owned()
            }
            Of::Cookies => format!(
                "there are no cookies ({commands}: {})",
                Action::AddCookie.name()
            ),
            _ => "there is nothing to choose from".to_owned(),
        });
        return;
    }
    let mut list = List::new(of);
    // Of frames and events the newest is looked for.
    let streams = |visit: &Visit| {
        let events = visit.events();
        visit.exchange().frames.count > 0 || events.is_some_and(|events| !events.is_empty())
    };
    if let Some(visit) = app.tab().visit().filter(|_| of == Of::Messages) {
        list.chosen = match streams(visit) {
            true => list::count(app, of).saturating_sub(1),
            false => answer::row(visit),
        };
    }
    app.popup = Some(Popup::List(list));
}

/// Reads on in the events that are listed; the newest row stays chosen where it was.
pub(super) fn keep_up(app: &mut App) {
    if !matches!(&app.popup, Some(Popup::List(list)) if list.of == Of::Messages) {
        return;
    }
    if let Some(visit) = app.tab_mut().visit_mut() {
        visit.read_events();
    }
    let Some(Popup::List(list)) = &app.popup else {
        return;
    };
    let rows = list::shown(app, list).len();
    if let Some(Popup::List(list)) = &mut app.popup {
        list.grown(rows);
    }
}

pub(super) fn on_key(app: &mut App, key: KeyEvent, mut list: List) -> Vec<Effect> {
    match app.keys.action(key, &[Place::List, Place::Text]) {
        Some(Action::Choose) => return choose_at(app, &list, list.chosen),
        Some(Action::CompareWith) => {
            if let Some(Choice::Exchange(id)) = chosen(app, &list) {
                return compare::with(app, id);
            }
        }
        Some(Action::Move(
            motion @ (Motion::Up
            | Motion::Down
            | Motion::PageUp
            | Motion::PageDown
            | Motion::First
            | Motion::Last),
        )) => scroll(app, &mut list, motion),
        Some(Action::AddCookie) if list.of == Of::Cookies => {
            cookies::ask(app);
            return Vec::new();
        }
        Some(Action::DropCookie) if list.of == Of::Cookies => {
            if let Some(Choice::Cookie(key)) = chosen(app, &list) {
                cookies::drop(app, &key);
            }
            let left = list::shown(app, &list).len();
            list.chosen = list.chosen.min(left.saturating_sub(1));
        }
        Some(Action::InsertHex | Action::AddCookie | Action::DropCookie) => {}
        Some(action) => {
            if typing::edit(&mut list.filter, action, 1) {
                list.chosen = 0;
            }
        }
        None => {
            if typing::insert_char(&mut list.filter, key) {
                list.chosen = 0;
            }
        }
    }
    app.popup = Some(Popup::List(list));
    Vec::new()
}

fn chosen(app: &App, list: &List) -> Option<Choice> {
    let row = list::shown(app, list).get(list.chosen)?;
    Some(row.choice)
}

pub(super) fn scroll(app: &App, list: &mut List, motion: Motion) {
    let rows = list::shown(app, list).len();
    let page = usize::from(app.size.rows / 2);
    list.chosen = list::moved(list.chosen, motion, rows, page);
}

/// The row of an open list that is chosen, by Enter or by a click.
pub(super) fn choose_at(app: &mut App, list: &List, row: usize) -> Vec<Effect> {
    let row = list::shown(app, list).get(row);
    match row {
        Some(row) => choose(app, row.choice),
        None => {
            app.note("nothing fits what was typed");
            Vec::new()
        }
    }
}

fn choose(app: &mut App, choice: Choice) -> Vec<Effect> {
    match choice {
        Choice::Command(focus, action) => {
            if let Some(focus) = focus {
                tabs::focus(app, focus);
            }
            app.leaving = false;
            return super::perform(app, action);
        }
        Choice::Exchange(id) => return tabs::reopen(app, id),
        Choice::Answer(number) => answer::choose(app, number),
        Choice::Bytes(bytes) => look::open_bytes(app, bytes),
        Choice::Content(bytes) => look::open_content(app, bytes),
        Choice::CloseIdle(id) => return vec![Effect::CloseIdle(id)],
        Choice::Field(line) => compose::add_field(app, line),
        Choice::Snippet(number) => compose::snippet(app, number),
        Choice::Url(url) => completion::take(app, &url),
        Choice::Charset(choice) => content::choose_charset(app, choice),
        Choice::Cookie(key) => cookies::edit(app, key),
        Choice::Pin(addr) => ways::pin(app, addr),
        Choice::Lesson(number) => lesson::open(app, number),
        Choice::Nothing => {}
    }
    Vec::new()
}
