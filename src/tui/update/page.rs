//! The Rendered view: what is to be laid out, links and where they lead.

use crate::request;
use crate::tui::app::{App, Ask, Focus, Tab};
use crate::tui::cursor::Cursor;
use crate::tui::keymap::Action;
use crate::tui::lens;
use crate::tui::link::{self, Lead};
use crate::tui::message::Effect;
use crate::tui::rendering::{Job, Laid, Want};
use crate::tui::visit::{Scroll, ViewKind, Visit, VisitId};
use crate::url::Target;
use crate::view::Pretty;
use crate::view::rendered::Page;

use super::{cursor, scroll, send, tabs};

/// What the view shown needs to be made; nothing where it is there. Looked at after every
/// message, so it does no work that grows with a body.
pub(super) fn keep_up(app: &mut App) -> Vec<Effect> {
    let area = lens::area(app);
    let (now, active) = (app.now, app.active);
    let (images, cell) = (app.images, app.cell);
    for (number, tab) in app.tabs.iter_mut().enumerate() {
        let shown = tab.at;
        for (at, visit) in tab.visits.iter_mut().enumerate() {
            if number != active || at != shown {
                visit.rendering.put_away();
            }
        }
    }
    let tab = app.tab_mut();
    if tab.view != ViewKind::Rendered {
        return Vec::new();
    }
    let Some(visit) = tab.visit_mut() else {
        return Vec::new();
    };
    let window = visit.content();
    let part = visit.rendering.part.clone();
    let want = Want {
        answer: visit.meaning.of,
        part: part.as_ref().map(|part| part.number),
        len: window.there(),
        columns: area.width,
        rows: area.height,
        encoding: visit.meaning.charset.encoding,
        as_received: visit.meaning.as_received,
        images,
        cell,
    };
    if !visit
        .rendering
        .wants(want, !visit.has_all(ViewKind::Rendered), now)
    {
        return Vec::new();
    }
    visit.rendering.begin(want);
    // Further down only the whole page shows what is to be seen.
    let most = match visit.scrolls[ViewKind::Rendered.index()].top {
        0 => visit.rendering.most(want),
        _ => u64::MAX,
    };
    let field = |name: &str| {
        let head = visit.answer().head?;
        let mut fields = head.fields.iter();
        let found = fields.find(|field| field.name.eq_ignore_ascii_case(name));
        found.map(|field| field.value.to_string())
    };
    let job = Job {
        window,
        media_type: field("Content-Type"),
        coding: field("Content-Encoding").filter(|_| visit.is_coded()),
        most,
        part,
        want,
    };
    vec![Effect::Lay {
        id: visit.id,
        job: Box::new(job),
    }]
}

/// A page or a picture is there: what was at the top of the screen stays there.
pub(super) fn laid(app: &mut App, id: VisitId, laid: Laid) {
    let now = app.now;
    let visit = app.visit_by_id(id);
    let Some(visit) = visit.filter(|visit| visit.meaning.of == laid.want.answer) else {
        return;
    };
    let before = visit.rendering.take(laid, now);
    let scroll = &mut visit.scrolls[ViewKind::Rendered.index()];
    let before = before.as_ref().and_then(|laid| match &laid.matter {
        crate::tui::rendering::Matter::Page(page) => Some(page),
        _ => None,
    });
    if let (Some(before), Some(page)) = (before, visit.rendering.page())
        && before.width != page.width
        && scroll.top > 0
    {
        scroll.top = page.row_of(before.first_byte(scroll.top));
    }
    // The place that was asked for, as soon as it has come.
    let at = visit
        .rendering
        .fragment
        .as_ref()
        .and_then(|id| visit.rendering.page()?.fragment(id));
    if let Some(at) = at {
        visit.rendering.fragment = None;
        let shown = app.tab().visit().is_some_and(|visit| visit.id == id);
        if shown && app.tab().view == ViewKind::Rendered {
            go_to(app, at);
        }
    }
}

/// The picture or the page in the part under the cursor, in the Rendered view; false where
/// there is none.
pub(super) fn show_part(app: &mut App) -> bool {
    let shows = choose_part(app);
    if shows {
        let tab = app.tab_mut();
        tab.view = ViewKind::Rendered;
        tab.chose = true;
    }
    shows
}

/// The Rendered view is to show the part under the cursor; false where it shows nothing of
/// it.
pub(super) fn choose_part(app: &mut App) -> bool {
    let area = lens::area(app);
    let tab = app.tab_mut();
    let (kind, wrap) = (ViewKind::Pretty, tab.wrap);
    let Some(visit) = tab.visits.get_mut(tab.at).filter(|_| tab.view == kind) else {
        return false;
    };
    let at = match visit.cursor(kind) {
        Some(cursor) => cursor.bytes.start,
        None => lens::first_byte(visit, kind, wrap, area),
    };
    let formed = visit.formed.as_ref().filter(|formed| formed.reads());
    let part = formed.and_then(|formed| {
        let pretty = Pretty::new(visit.content(), &formed.form, &formed.index, &formed.folds);
        pretty.opens_at(at)
    });
    let Some(part) = part else {
        return false;
    };
    let shown = visit.rendering.part.as_ref().map(|part| part.number);
    if shown != Some(part.number) {
        // What was pointed at is in another part.
        visit.scrolls[ViewKind::Rendered.index()] = Scroll::default();
        visit.cursors[ViewKind::Rendered.index()] = None;
        visit.rendering.laid = None;
        visit.rendering.part = Some(part);
    }
    true
}

/// What a key or a click asks of a page's links.
pub(super) fn perform(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::NextLink => step(app, false),
        Action::PreviousLink => step(app, true),
        Action::FollowInTab => match under_cursor(app) {
            Some(lead) => return follow(app, lead, true),
            None => {
                let key = app.keys.key(Action::NextLink);
                app.note(format!(
                    "no link is under the cursor: {key} goes to the next one"
                ));
            }
        },
        Action::FollowNumber if page(app.tab()).is_some() => {
            app.ask(Ask::Link, b"");
        }
        _ => {}
    }
    Vec::new()
}

/// Where the link under the cursor leads.
pub(super) fn under_cursor(app: &mut App) -> Option<Lead> {
    let (visit, page) = page(app.tab())?;
    let cursor = visit.cursor(ViewKind::Rendered)?;
    let (_, link) = page.link_at(cursor.bytes.start)?;
    Some(link::lead(visit, page, link))
}

/// The link of a number that was typed.
pub(super) fn numbered(app: &mut App, typed: &str) -> Vec<Effect> {
    let lead = page(app.tab()).and_then(|(visit, page)| {
        let link = page.numbered(typed.trim().parse().ok()?)?;
        Some(link::lead(visit, page, link))
    });
    match lead {
        Some(lead) => follow(app, lead, false),
        None => {
            app.complain(format!("{typed}: no link of the page has this number"));
            Vec::new()
        }
    }
}

/// Goes where a link leads, as if its URL had been typed; `apart`: in a new tab.
pub(super) fn follow(app: &mut App, lead: Lead, apart: bool) -> Vec<Effect> {
    let (target, fragment) = match lead {
        Lead::Nowhere(why) => {
            app.note(why);
            return Vec::new();
        }
        Lead::Here(id) => {
            let at = page(app.tab()).and_then(|(_, page)| match id.as_str() {
                "" | "top" => Some(page.fragment(&id).unwrap_or(0)),
                id => page.fragment(id),
            });
            match at {
                Some(at) => go_to(app, at),
                None => app.note(format!("nothing in this page is called #{id}")),
            }
            return Vec::new();
        }
        Lead::Send(target, body) => {
            compose(app, &target, body.as_deref());
            return Vec::new();
        }
        Lead::There(target, fragment) => (target, fragment),
    };
    if apart {
        let view = app.tab().view;
        tabs::open(app);
        app.tab_mut().view = view;
    }
    let effects = send::follow(app, &target);
    if !effects.is_empty()
        && let Some(visit) = app.tab_mut().visit_mut()
    {
        visit.rendering.fragment = fragment;
    }
    effects
}

/// A form's request, in the editor: it is the user's to send.
fn compose(app: &mut App, target: &Target, body: Option<&[u8]>) {
    let mut bytes = app.tab().template(target);
    if let Some(body) = body {
        request::set_method(&mut bytes, "POST");
        request::set_field(
            &mut bytes,
            "Content-Type",
            "application/x-www-form-urlencoded",
        );
        request::set_body(&mut bytes, body);
        request::correct_length(&mut bytes);
    }
    let tab = app.tab_mut();
    tab.url.set(target.to_string().as_bytes());
    tab.request.set(&bytes);
    tab.target = Some(target.clone());
    tab.url_note = None;
    tabs::focus(app, Focus::Request);
    let key = app.keys.key(Action::Send);
    app.note(format!("this is what the form would send: {key} sends it"));
}

/// The cursor to the next link behind it, or before it; from what is in sight where
/// there is no cursor.
fn step(app: &mut App, back: bool) {
    let area = lens::area(app);
    let tab = app.tab();
    let Some((visit, page)) = page(tab) else {
        app.note("links are the Rendered view's: 3 shows it");
        return;
    };
    let kind = ViewKind::Rendered;
    let from = match visit.cursor(kind) {
        Some(cursor) => cursor.bytes.start,
        None => lens::first_byte(visit, kind, tab.wrap, area),
    };
    let here = visit
        .cursor(kind)
        .and_then(|cursor| page.link_at(cursor.bytes.start))
        .map(|(index, _)| index);
    let found = page.link_from(from, here, back);
    match found {
        Some(at) => cursor::put_near(app, kind, at),
        None if back => app.note("there is no link before this one"),
        None => app.note("there is no link behind this one"),
    }
}

/// This byte's row at the top, the cursor on it.
fn go_to(app: &mut App, at: u64) {
    let kind = ViewKind::Rendered;
    scroll::show(app, kind, at);
    let Some(visit) = app.tab_mut().visit_mut() else {
        return;
    };
    let Some((row, cell)) = visit.rendering.page().and_then(|page| page.cell_from(at)) else {
        return;
    };
    visit.cursors[kind.index()] = Some(Cursor::on(&cell));
    visit.scrolls[kind.index()].top = row;
}

/// The page that is shown.
fn page(tab: &Tab) -> Option<(&Visit, &Page)> {
    let visit = tab.visit().filter(|_| tab.view == ViewKind::Rendered)?;
    Some((visit, visit.rendering.page()?))
}
