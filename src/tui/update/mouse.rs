//! The mouse: a click puts the focus there, a wheel scrolls what is under it.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::tui::app::{App, Focus, Popup};
use crate::tui::keymap::{Action, Motion};
use crate::tui::layout::{Panes, inside};
use crate::tui::lens;
use crate::tui::message::Effect;
use crate::tui::ui;

use super::{
    calls, completion, cursor, fold, list, look, page, perform, popup, scroll, send, tabs,
};

/// Rows a notch of the wheel scrolls.
const NOTCH: usize = 3;

pub(super) fn on_mouse(app: &mut App, mouse: MouseEvent) -> Vec<Effect> {
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => click(app, at),
        MouseEventKind::Drag(MouseButton::Left) => {
            match app.dragged.and_then(|border| app.panes().grip(border)) {
                Some(grip) => app.split.drag(grip, at),
                None => drag(app, at),
            }
            Vec::new()
        }
        MouseEventKind::Up(_) => {
            app.dragged = None;
            Vec::new()
        }
        MouseEventKind::ScrollUp => wheel(app, at, Motion::Up),
        MouseEventKind::ScrollDown => wheel(app, at, Motion::Down),
        _ => Vec::new(),
    }
}

fn click(app: &mut App, at: Position) -> Vec<Effect> {
    match app.popup.take() {
        Some(Popup::List(open)) => {
            if let Some(row) = ui::row_at(app, &open, at) {
                return list::choose_at(app, &open, row);
            }
            if ui::list_area(app, &open).contains(at) {
                app.popup = Some(Popup::List(open));
            }
            return Vec::new();
        }
        Some(_) => return Vec::new(),
        None => {}
    }
    if let Some(row) = ui::completion_at(app, at) {
        completion::choose(app, row);
        return Vec::new();
    }
    if let Some(action) = ui::lesson_action_at(app, at) {
        return perform(app, action);
    }
    let panes = app.panes();
    if panes.bar.contains(at) {
        return match ui::tab_at(app, at.x) {
            Some(ui::TabClick::Tab(number)) => {
                app.active = number;
                Vec::new()
            }
            Some(ui::TabClick::New) => perform(app, Action::NewTab),
            None => Vec::new(),
        };
    }
    if panes.hints.contains(at) {
        return match ui::hint_at(app, at.x) {
            Some(action) => perform(app, action),
            None => Vec::new(),
        };
    }
    let Some((pane, area)) = pane_at(&panes, at) else {
        return Vec::new();
    };
    tabs::focus(app, pane);
    app.dragged = panes.grip_at(at).map(|grip| grip.border);
    if app.dragged.is_some() {
        return Vec::new();
    }
    match pane {
        Focus::Url | Focus::Request => place_cursor(app, at, false),
        Focus::Response => {
            let first_row = inside(area);
            if app.tab().visits.is_empty() {
                if let Some(number) = ui::exercise_at(app, first_row, at) {
                    return send::exercise(app, number);
                }
            } else if at.y == first_row.y
                && let Some(kind) = ui::view_at(first_row, app.tab().view, at.x)
            {
                return look::perform(app, Action::View(kind.number()));
            } else if at.y > first_row.y && first_row.contains(at) && !folded(app, at) {
                point(app, at, false);
                if on_text(app, at)
                    && let Some(lead) = page::under_cursor(app)
                {
                    return page::follow(app, lead, false);
                }
            }
        }
        Focus::Socket => calls::point(app, inside(area), at.y, false),
    }
    Vec::new()
}

fn wheel(app: &mut App, at: Position, motion: Motion) -> Vec<Effect> {
    if popup::wheel(app, motion, NOTCH) {
        return Vec::new();
    }
    let panes = app.panes();
    for _ in 0..NOTCH {
        match pane_at(&panes, at).map(|(pane, _)| pane) {
            Some(Focus::Response) => scroll::scroll(app, motion),
            Some(Focus::Socket) => calls::go(app, motion, false),
            Some(Focus::Request) => {
                let rows = if motion == Motion::Up { -1 } else { 1 };
                app.tab_mut().request.scroll(rows);
            }
            _ => {}
        }
    }
    Vec::new()
}

/// Selects up to the mouse; past the upper or lower edge it scrolls.
fn drag(app: &mut App, at: Position) {
    if app.popup.is_some() {
        return;
    }
    match app.tab().focus {
        Focus::Url | Focus::Request => return place_cursor(app, at, true),
        Focus::Socket => {
            if let Some(area) = app.panes().socket {
                calls::point(app, inside(area), at.y, true);
            }
            return;
        }
        Focus::Response => {}
    }
    let rows = lens::area(app);
    let pointed = app
        .tab()
        .visit()
        .is_some_and(|visit| visit.cursor(app.tab().view).is_some());
    if !pointed {
        return;
    }
    if at.y < rows.y {
        scroll::scroll(app, Motion::Up);
    } else if at.y >= rows.bottom() {
        scroll::scroll(app, Motion::Down);
    }
    point(app, at, true);
}

/// A click on the sign of a row that folds.
fn folded(app: &mut App, at: Position) -> bool {
    let rows = lens::area(app);
    let inside = at.y.checked_sub(rows.y).zip(at.x.checked_sub(rows.x));
    inside.is_some_and(|(row, column)| fold::click(app, usize::from(row), usize::from(column)))
}

/// The cursor stands where the mouse points, not just as near as it gets.
fn on_text(app: &App, at: Position) -> bool {
    let rows = lens::area(app);
    let tab = app.tab();
    let Some(visit) = tab.visit() else {
        return false;
    };
    let (row, column) = (usize::from(at.y - rows.y), usize::from(at.x - rows.x));
    lens::with(visit, tab.view, tab.wrap, rows, |view| {
        let top = lens::top(visit, tab.view, view, usize::from(rows.height));
        let row = top.saturating_add(row as u64);
        let column = column + visit.scrolls[tab.view.index()].left;
        let cell = view.cell_at(row, column);
        row <= view.last() && cell.is_some_and(|cell| cell.columns.contains(&column))
    })
}

fn point(app: &mut App, at: Position, select: bool) {
    let rows = lens::area(app);
    let at = Position {
        x: at
            .x
            .clamp(rows.x, rows.right().saturating_sub(1).max(rows.x)),
        y: at
            .y
            .clamp(rows.y, rows.bottom().saturating_sub(1).max(rows.y)),
    };
    let (row, column) = (usize::from(at.y - rows.y), usize::from(at.x - rows.x));
    cursor::point(app, row, column, select);
}

fn place_cursor(app: &mut App, at: Position, select: bool) {
    let panes = app.panes();
    let tab = app.tab();
    let (area, request) = match tab.focus {
        Focus::Request => match panes.request {
            Some(area) => (ui::request_text(app, inside(area)), true),
            None => return,
        },
        Focus::Url => (ui::url_text(panes.url), false),
        _ => return,
    };
    let column = usize::from(at.x.saturating_sub(area.x));
    let row = usize::from(at.y.saturating_sub(area.y));
    let tab = app.tab_mut();
    let editor = if request {
        &mut tab.request
    } else {
        &mut tab.url
    };
    editor.click(row, column, select);
}

fn pane_at(panes: &Panes, at: Position) -> Option<(Focus, Rect)> {
    [
        (Focus::Url, Some(panes.url)),
        (Focus::Request, panes.request),
        (Focus::Response, panes.response),
        (Focus::Socket, panes.socket),
    ]
    .into_iter()
    .filter_map(|(focus, area)| area.map(|area| (focus, area)))
    .find(|(_, area)| area.contains(at))
}
