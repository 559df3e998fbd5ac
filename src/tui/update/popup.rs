//! Keys and the wheel while a pop-up is open.

use crossterm::event::{KeyCode, KeyEvent};

use crate::tui::app::{App, Ask, Popup};
use crate::tui::editor::Editor;
use crate::tui::keymap::{Action, Motion, Place};
use crate::tui::knobs::KNOBS;
use crate::tui::message::Effect;
use crate::tui::ui;
use crate::tui::visit::VisitId;

use super::{
    certificate, compose, cookies, copy, find, jump, list, look, page, proxy, save, send, talk,
    typing, ways,
};

pub(super) fn on_key(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    match app.keys.action(key, &[Place::Anywhere]) {
        Some(Action::Quit) => return vec![Effect::Quit(0)],
        Some(Action::Escape | Action::Interrupt)
            if app.saving.is_some() && matches!(app.popup, Some(Popup::Save(_))) =>
        {
            return save::stop(app);
        }
        Some(Action::Escape | Action::Interrupt | Action::Help | Action::Knobs) => {
            app.popup = None;
            return Vec::new();
        }
        Some(Action::Commands) if matches!(app.popup, Some(Popup::List(_))) => {
            app.popup = None;
            return Vec::new();
        }
        _ => {}
    }
    match app.popup.take() {
        Some(Popup::Knobs { row, typed }) => {
            let pace = app.tab().knobs.pace;
            knobs(app, key, row, typed);
            if app.tab().knobs.pace != pace {
                return send::pace(app);
            }
        }
        Some(
            popup @ (Popup::Help { .. }
            | Popup::Phases { .. }
            | Popup::Judged { .. }
            | Popup::Levels),
        ) => read(app, key, popup),
        Some(Popup::Tls { top, unfolded }) => return tls(app, key, top, unfolded),
        Some(Popup::Compare(mut open)) => {
            if app.keys.action(key, &[Place::Popup]) == Some(Action::Swap) {
                // What is the same does not depend on which of them is called A.
                open.pair.reverse();
            }
            read(app, key, Popup::Compare(open));
        }
        Some(Popup::Ask { ask, field }) => return answer(app, key, ask, field),
        Some(Popup::List(open)) => return list::on_key(app, key, open),
        Some(Popup::Talk(open)) => return talk::on_key(app, key, open),
        Some(Popup::Save(ask)) => return save::on_key(app, key, ask),
        None => {}
    }
    Vec::new()
}

/// A server that is not trusted: why, its chain, and the question, when nothing else is
/// open.
pub(super) fn ask_to_go_on(app: &mut App, id: VisitId) {
    let shown = app.tab().visit().filter(|visit| visit.id == id);
    if app.popup.is_none() && shown.is_some_and(|visit| ui::refused(visit.exchange())) {
        app.popup = Some(Popup::tls());
    }
}

/// Going on once is asked here and nowhere else: it is for the server that was refused, and
/// for one exchange.
fn tls(app: &mut App, key: KeyEvent, top: usize, mut unfolded: Vec<usize>) -> Vec<Effect> {
    let visit = app.tab().visit();
    let refused = visit.is_some_and(|visit| ui::refused(visit.exchange()));
    if key.code == KeyCode::Char(' ') && refused {
        return send::go_on_once(app);
    }
    if let KeyCode::Char(digit @ '1'..='9') = key.code {
        let number = digit as usize - '1' as usize;
        match unfolded.iter().position(|&open| open == number) {
            Some(at) => drop(unfolded.swap_remove(at)),
            None => unfolded.push(number),
        }
    }
    read(app, key, Popup::Tls { top, unfolded });
    Vec::new()
}

/// A key scrolls what is only read, or closes it.
fn read(app: &mut App, key: KeyEvent, popup: Popup) {
    let motion = match app.keys.action(key, &[Place::Popup]) {
        Some(Action::Choose) => return,
        Some(Action::More) => Some(Motion::PageDown),
        Some(Action::Move(motion)) => Some(motion),
        _ => None,
    };
    let rows = match motion {
        Some(Motion::Up | Motion::Down) => 1,
        _ => usize::from(app.size.rows / 2),
    };
    scroll(app, popup, motion, rows);
}

/// Scrolls a pop-up by so many rows, as far as there are rows: they may have become fewer.
fn scroll(app: &mut App, mut popup: Popup, motion: Option<Motion>, by: usize) {
    let end = match &popup {
        Popup::Help { places, .. } => ui::help_end(app, places),
        Popup::Phases { .. } => ui::phases_end(app),
        Popup::Tls { unfolded, .. } => ui::tls_end(app, unfolded),
        Popup::Compare(open) => ui::compare_end(app, open),
        _ => 0,
    };
    if let Some(top) = top(&mut popup) {
        let to = match motion {
            Some(Motion::Up | Motion::PageUp) => top.saturating_sub(by),
            Some(Motion::Down | Motion::PageDown) => *top + by,
            Some(Motion::First) => 0,
            Some(Motion::Last) => end,
            _ => *top,
        };
        *top = to.min(end);
    }
    app.popup = Some(popup);
}

/// The first row in sight, where a pop-up scrolls.
fn top(popup: &mut Popup) -> Option<&mut usize> {
    match popup {
        Popup::Help { top, .. } | Popup::Phases { top } | Popup::Tls { top, .. } => Some(top),
        Popup::Compare(open) => Some(&mut open.top),
        _ => None,
    }
}

/// A wheel over a pop-up; false where none is open that scrolls.
pub(super) fn wheel(app: &mut App, motion: Motion, rows: usize) -> bool {
    if let Some(Popup::List(mut open)) = app.popup.take_if(|open| matches!(open, Popup::List(_))) {
        list::scroll(app, &mut open, motion);
        app.popup = Some(Popup::List(open));
        return true;
    }
    let popup = app.popup.take_if(|popup| top(popup).is_some());
    let scrolls = popup.is_some();
    if let Some(popup) = popup {
        scroll(app, popup, Some(motion), rows);
    }
    scrolls
}

fn knobs(app: &mut App, key: KeyEvent, mut row: usize, mut typed: String) {
    if let KeyCode::Char(c) = key.code
        && (c.is_ascii_digit() || c == '.')
        && typed.len() < 12
    {
        typed.push(c);
        app.popup = Some(Popup::Knobs { row, typed });
        return;
    }
    if key.code == KeyCode::Backspace {
        typed.pop();
        app.popup = Some(Popup::Knobs { row, typed });
        return;
    }
    if !typed.is_empty() {
        let knob = &KNOBS[row];
        if (knob.set)(&mut app.tab_mut().knobs, &typed).is_none() {
            app.complain(format!("{}: {typed} is not a value of it", knob.title));
        }
        typed.clear();
        if app.keys.action(key, &[Place::Popup]) == Some(Action::Choose) {
            app.popup = Some(Popup::Knobs { row, typed });
            return;
        }
    }
    match app.keys.action(key, &[Place::Popup]) {
        Some(Action::Move(Motion::Up)) => row = row.saturating_sub(1),
        Some(Action::Move(Motion::Down)) => row = (row + 1).min(KNOBS.len() - 1),
        Some(Action::Move(Motion::First)) => row = 0,
        Some(Action::Move(Motion::Last)) => row = KNOBS.len() - 1,
        Some(Action::More) => (KNOBS[row].turn)(&mut app.tab_mut().knobs, true),
        Some(Action::Less) => (KNOBS[row].turn)(&mut app.tab_mut().knobs, false),
        Some(Action::Choose) => return,
        _ => {}
    }
    app.popup = Some(Popup::Knobs { row, typed });
}

fn answer(app: &mut App, key: KeyEvent, ask: Ask, mut field: Editor) -> Vec<Effect> {
    if app.keys.action(key, &[Place::List]) == Some(Action::Choose) {
        let words = field.text();
        return match ask {
            Ask::Find => find::begin(app, words),
            Ask::Jump => jump::to(app, &words),
            Ask::CopyToFile(form) => copy::to_file(app, form, &words),
            Ask::Pipe => look::pipe(app, words),
            Ask::BodyFile => compose::read_body(app, &words),
            Ask::Link => page::numbered(app, &words),
            Ask::Basic => compose::authorize(app, &crate::request::basic_of(field.bytes())),
            Ask::Certificate => certificate::set(app, &words),
            Ask::Proxy => proxy::set(app, &words),
            Ask::Local => ways::set_local(app, &words),
            Ask::Bearer => compose::authorize(app, &format!("Bearer {words}")),
            Ask::Cookie => cookies::add(app, field.bytes()),
            Ask::CookieValue => cookies::set_value(app, field.bytes()),
        };
    }
    match app.keys.action(key, &[Place::Text]) {
        Some(Action::Move(motion @ (Motion::Up | Motion::Down))) if ask == Ask::Proxy => {
            proxy::offer(app, &mut field, motion == Motion::Down);
        }
        Some(Action::Move(Motion::Up | Motion::Down) | Action::InsertHex) => {}
        Some(action) => {
            typing::edit(&mut field, action, 1);
        }
        None => {
            typing::insert_char(&mut field, key);
        }
    }
    app.popup = Some(Popup::Ask { ask, field });
    Vec::new()
}
