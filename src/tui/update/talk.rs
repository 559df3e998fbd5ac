//! More on the open connection: the input, and the hand on the conversation.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::event::Direction;
use crate::event::ws::{CONTROL_MAX, Frame, PING, PONG};
use crate::net::Resume;
use crate::request::{self, Outgoing, split};
use crate::tui::app::{App, Popup, Talk};
use crate::tui::keymap::{Action, Place};
use crate::tui::list::frames::payload;
use crate::tui::message::Effect;
use crate::tui::ui;
use crate::tui::visit::{Visit, VisitId};
use crate::url::Target;

use super::typing;

pub(super) fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    let id = app.tab().running();
    match (action, id) {
        (Action::Talk, _) => return open(app),
        (Action::FinishSaying, Some(id)) => return vec![Effect::FinishSaying(id)],
        (Action::HangUp, Some(id)) => return vec![Effect::HangUp(id)],
        _ => {
            let key = app.keys.key(Action::Idle);
            app.note(format!(
                "no connection is in use ({key} lists those that are kept open)"
            ));
        }
    }
    Vec::new()
}

/// The input; what runs stays open from here on, so that it cannot end meanwhile.
fn open(app: &mut App) -> Vec<Effect> {
    let can = app
        .tab()
        .visit()
        .is_some_and(|visit| visit.runs() || kept(visit));
    if !can {
        let key = app.keys.key(Action::Send);
        app.note(format!(
            "there is no open connection to send more on: {key} makes one"
        ));
        return Vec::new();
    }
    app.popup = Some(Popup::Talk(Talk::default()));
    let id = app.tab().running();
    if let Some(visit) = app.tab_mut().visit_mut().filter(|_| id.is_some()) {
        visit.held = true;
    }
    id.map(Effect::Hold).into_iter().collect()
}

fn kept(visit: &Visit) -> bool {
    visit.over && visit.live.closed.is_some_and(|closed| closed.kept_alive)
}

pub(super) fn on_key(app: &mut App, key: KeyEvent, mut talk: Talk) -> Vec<Effect> {
    if talk.hex.is_some() {
        if !typing::hex_digit(&mut talk.editor, &mut talk.hex, key) {
            typing::no_digit(app);
        }
        app.popup = Some(Popup::Talk(talk));
        return Vec::new();
    }
    let page = usize::from(ui::talk::text_area(app).height);
    let mut effects = Vec::new();
    match app
        .keys
        .action(key, &[Place::Request, Place::Text, Place::Anywhere])
    {
        Some(Action::Send) => {
            let bytes = talk.editor.bytes().to_vec();
            if bytes.is_empty() {
                let key = |action| app.keys.key(action);
                app.note(format!(
                    "nothing is typed: {} is a CR LF, {} sends",
                    key(Action::InsertCrLf),
                    key(Action::Send)
                ));
            } else if let Some(bytes) = framed(app, bytes) {
                effects = say(app, bytes);
                talk.editor.set(b"");
            }
        }
        Some(Action::InsertHex) => talk.hex = Some(String::new()),
        Some(action) => {
            typing::edit(&mut talk.editor, action, page);
        }
        None => {
            typing::insert_char(&mut talk.editor, key);
        }
    }
    app.popup = Some(Popup::Talk(talk));
    effects
}

/// What was typed as it goes out: on a WebSocket, a frame. `None`: it is none, and that
/// was said.
fn framed(app: &mut App, typed: Vec<u8>) -> Option<Vec<u8>> {
    if !app.tab().visit().is_some_and(Visit::is_websocket) {
        return Some(typed);
    }
    match request::typed(&typed) {
        Ok(bytes) => Some(bytes),
        Err(why) => {
            app.complain(why);
            None
        }
    }
}

/// RFC 6455 section 5.5.2: a Ping is answered by a Pong with its payload, as soon as may be.
pub(super) fn pongs(app: &mut App, id: VisitId) -> Vec<Effect> {
    let answers = app.tab_of(id).is_none_or(|tab| !tab.knobs.mute);
    let Some(visit) = app.visit_by_id(id) else {
        return Vec::new();
    };
    let frames = &visit.live.frames.kept;
    let new = frames.get(visit.frames_seen..).unwrap_or_default();
    let is_ping = |frame: &Frame| frame.direction == Direction::Received && frame.opcode == PING;
    let pongs: Vec<Vec<u8>> = new
        .iter()
        .map(|(_, frame)| frame)
        .filter(|frame| is_ping(frame))
        .map(|ping| Outgoing::new(PONG, payload(visit, ping, CONTROL_MAX)).masked())
        .collect();
    visit.frames_seen = visit.live.frames.kept.len();
    let bytes = pongs.concat();
    if !answers || bytes.is_empty() || visit.live.end.is_some() {
        return Vec::new();
    }
    outgo(visit, [&visit.outgoing[..], &bytes].concat().into());
    vec![Effect::Say { id, bytes }]
}

fn say(app: &mut App, bytes: Vec<u8>) -> Vec<Effect> {
    let runs = app.tab().running().is_some();
    let knobs = app.tab().knobs.clone();
    let Some(visit) = app.tab_mut().visit_mut() else {
        return Vec::new();
    };
    if !runs && !kept(visit) {
        not_open(app);
        return Vec::new();
    }
    let id = visit.id;
    let sent = visit.outgoing.len();
    outgo(visit, [&visit.outgoing[..], &bytes].concat().into());
    visit.held = true;
    if runs {
        return vec![Effect::Say { id, bytes }];
    }
    let (Some(from), Ok(target)) = (resume(visit, sent), Target::parse(&visit.url)) else {
        return Vec::new();
    };
    let mut plan = knobs.plan(target, visit.outgoing.clone());
    plan.start = visit.started;
    visit.over = false;
    vec![Effect::TalkOn {
        id,
        plan: Box::new(plan),
        from: Box::new(from),
    }]
}

/// What the exchange left, for one that goes on where it ended.
fn resume(visit: &Visit, sent: usize) -> Option<Resume> {
    let exchange = &visit.live;
    let end = exchange.end?;
    Some(Resume {
        local: exchange.local.clone()?,
        peer: exchange.peer.clone()?,
        sent,
        answers: exchange.start.before.saturating_add(1),
        wire_bytes: end.wire_bytes,
        head_bytes: end.head_bytes,
        body_bytes: end.body_bytes,
    })
}

fn outgo(visit: &mut Visit, bytes: Arc<[u8]>) {
    visit.messages = split(&bytes);
    visit.outgoing = bytes;
}

/// The last bytes said found no connection.
pub(super) fn unsaid(app: &mut App, id: VisitId, bytes: usize) {
    if let Some(visit) = app.visit_by_id(id) {
        let kept = visit.outgoing.len().saturating_sub(bytes);
        outgo(visit, visit.outgoing[..kept].into());
        visit.over |= visit.live.end.is_some();
    }
    not_open(app);
}

fn not_open(app: &mut App) {
    let key = app.keys.key(Action::Send);
    app.complain(format!(
        "the connection is no longer open: {key} makes a new one"
    ));
}

/// Esc: what is talked on is closed, what merely runs is cancelled.
pub(super) fn end(app: &App, id: VisitId) -> Effect {
    let visit = app.visit(id);
    let talks = visit.is_some_and(|visit| visit.held || visit.live.upgraded.is_some());
    match talks {
        true => Effect::HangUp(id),
        false => Effect::Cancel(id),
    }
}
