//! Which bytes of an exchange a view shows, and from which row on.
//!
//! The one place that makes a [`View`] from a [`Visit`]: frames are drawn through it, and
//! keys scroll through it, so both agree.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::body::Window;
use crate::decode::Letters;
use crate::tui::address;
use crate::tui::app::{App, Tab};
use crate::tui::cursor::Cursor;
use crate::tui::formed::Formed;
use crate::tui::layout::inside;
use crate::tui::rendering::facts_in;
use crate::tui::searched;
use crate::tui::visit::{ViewKind, Visit};
use crate::view::pretty::{Folds, Index};
use crate::view::stack::Stack;
use crate::view::wire::regions;
use crate::view::{
    Form, Headers, Hex, Line, Marks, Pretty, Rendered, Role, Span, Text, View, Wire, safe,
};

/// Where a view's rows are: the response pane's inside without its row of titles.
pub fn area(app: &App) -> Rect {
    let pane = app
        .panes()
        .response
        .unwrap_or(Rect::new(0, 0, app.size.columns, app.size.rows));
    rows_of(app.tab(), inside(pane))
}

/// The rows below the titles and above the inspector; `inner` is the pane's inside.
pub fn rows_of(tab: &Tab, inner: Rect) -> Rect {
    Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(1) - inspector_of(tab, inner).height,
        ..inner
    }
}

/// Where the inspector's readings are: at most in the lower half.
pub fn inspector_of(tab: &Tab, inner: Rect) -> Rect {
    /// Readings.
    const MOST: u16 = 10;
    let rows = inner.height.saturating_sub(1);
    let height = match tab.inspects {
        true => (rows / 2).min(MOST),
        false => 0,
    };
    Rect {
        y: inner.y + inner.height - height,
        height,
        ..inner
    }
}

/// The rows on screen now, and the bytes they show; of a page, all of it between its ends.
pub fn rows(tab: &Tab, visit: &Visit, area: Rect) -> (Vec<Line>, Range<u64>) {
    let height = usize::from(area.height);
    let mut shown = 0..0;
    let rows = with(visit, tab.view, tab.wrap, area, |view| {
        let top = top(visit, tab.view, view, height);
        view.marked(top, height, &mut |bytes| {
            shown = bytes.clone();
            marks(tab, visit, bytes)
        })
    });
    if let Some(page) = visit
        .rendering
        .page()
        .filter(|_| tab.view == ViewKind::Rendered)
    {
        // Much of a page's source stands in no row: its ends are those of the source.
        if rows.first().is_some_and(|row| row.at == 0) {
            shown.start = 0;
        }
        let last = (page.len() as u64).checked_sub(1);
        if last.is_some() && rows.last().map(|row| row.at) == last {
            shown.end = page.shown;
        }
    }
    (rows, shown)
}

/// Hands a view of this kind to `look`.
pub fn with<T>(
    visit: &Visit,
    kind: ViewKind,
    wrap: bool,
    area: Rect,
    look: impl FnOnce(&dyn View) -> T,
) -> T {
    let width = usize::from(area.width);
    let left = visit.scrolls[kind.index()].left;
    let text = || Text {
        window: visit.content(),
        letters: visit.letters(),
        width,
        wrap,
        left,
    };
    match kind {
        ViewKind::Text => look(&Stack {
            above: head_rows(visit, width),
            below: &text(),
        }),
        ViewKind::Pretty if !is_read(visit) => {
            let mut above = head_rows(visit, width);
            let charset = visit.meaning.charset.encoding.name();
            let words = format!("no form is made out in {charset}: this is the text");
            above.push(row(vec![(words, Role::Note)], width));
            look(&Stack {
                above,
                below: &text(),
            })
        }
        ViewKind::Pretty => {
            let (form, index, folds);
            let mut pretty = match &visit.formed {
                Some(formed) => {
                    Pretty::new(visit.content(), &formed.form, &formed.index, &formed.folds)
                }
                None => {
                    (form, folds) = (Form::Plain, Folds::default());
                    index = Index::new(&form);
                    Pretty::new(visit.content(), &form, &index, &folds)
                }
            };
            (pretty.width, pretty.wrap, pretty.left) = (width, wrap, left);
            pretty.ended = visit.shows_all(kind);
            look(&Stack {
                above: head_rows(visit, width),
                below: &pretty,
            })
        }
        ViewKind::Rendered => match visit.rendering.page() {
            Some(page) => look(&Rendered { page, width, left }),
            None => look(&Stack {
                above: rendering_words(visit, width),
                below: &Text {
                    window: Window::default(),
                    letters: Letters::default(),
                    width,
                    wrap,
                    left: 0,
                },
            }),
        },
        ViewKind::Hex => {
            let hex = Hex {
                window: visit.content(),
                width,
                left,
            };
            look(&Stack {
                above: head_rows(visit, width),
                below: &hex,
            })
        }
        ViewKind::Wire => look(&Wire {
            sent: visit.sent(),
            received: visit.received(),
            dialogue: &visit.exchange().dialogue,
            width,
        }),
        ViewKind::Headers => look(&Headers {
            exchange: visit.exchange(),
            answer: visit.answer(),
            width,
        }),
    }
}

/// A form can be made out in the charset.
fn is_read(visit: &Visit) -> bool {
    visit.formed.as_ref().is_none_or(Formed::reads)
}

/// Does the view break rows that are too wide, rather than scroll sideways?
pub fn wraps(visit: &Visit, kind: ViewKind, wrap: bool) -> bool {
    let table =
        |visit: &Visit| matches!(&visit.formed, Some(of) if of.reads() && of.form.is_table());
    match kind {
        ViewKind::Text => wrap,
        ViewKind::Pretty => wrap && !table(visit),
        ViewKind::Rendered | ViewKind::Hex => false,
        ViewKind::Wire | ViewKind::Headers => true,
    }
}

/// The offset of the first byte on screen.
pub fn first_byte(visit: &Visit, kind: ViewKind, wrap: bool, area: Rect) -> u64 {
    let height = usize::from(area.height);
    with(visit, kind, wrap, area, |view| {
        view.shown(top(visit, kind, view, height), height).start
    })
}

/// The anchor of the first row on screen.
pub fn top(visit: &Visit, kind: ViewKind, view: &dyn View, height: usize) -> u64 {
    let scroll = visit.scrolls[kind.index()];
    match scroll.follow {
        // A head is read from its first field on.
        true if kind == ViewKind::Headers => 0,
        true => view.step(view.last(), 1 - i64::try_from(height.max(1)).unwrap_or(1)),
        false => scroll.top,
    }
}

fn marks(tab: &Tab, visit: &Visit, shown: Range<u64>) -> Marks {
    let kind = tab.view;
    let cursor = visit.cursor(kind);
    let hit = match &visit.hit {
        Some((of, hit)) if *of == kind => Some(hit.clone()),
        _ => None,
    };
    let ruled = tab
        .ruler
        .map(|of| address::ruled(visit, kind, of, shown.clone()));
    // All hits in sight, in whatever view, as long as one is gone to.
    let found = match (&visit.hit, &tab.find.pattern) {
        (Some(_), Some(pattern)) => searched::found(visit, kind, pattern, &shown),
        _ => Vec::new(),
    };
    let regions = match kind {
        ViewKind::Wire => {
            let at = |at| address::in_window(visit, kind, at);
            // A file that cannot be read says so in the rows themselves.
            let received = at(shown.start)..at(shown.end);
            regions(visit.exchange(), &visit.received(), received).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    Marks {
        found,
        hit,
        chosen: visit.chosen.clone().filter(|_| kind == ViewKind::Wire),
        cursor: cursor.map(|cursor| cursor.bytes.clone()),
        selected: cursor.and_then(Cursor::selected),
        ruled: ruled.unwrap_or_default(),
        regions,
    }
}

/// What is said above a picture, or instead of a page.
fn rendering_words(visit: &Visit, width: usize) -> Vec<Line> {
    let rows = facts_in(&visit.rendering.words(), width);
    let of = |words: String| row(vec![(words, Role::Note)], width);
    rows.into_iter().map(of).collect()
}

/// The head in short, above the body.
fn head_rows(visit: &Visit, width: usize) -> Vec<Line> {
    let mut rows = Vec::new();
    for head in visit.answer().heads() {
        let status = format!("{} {} {}", head.version, head.status, head.reason);
        rows.push(row(
            vec![(
                safe::safe(&status).into_owned(),
                Role::of_status(head.status),
            )],
            width,
        ));
        for field in &head.fields {
            let name = safe::safe(&field.name).into_owned();
            let value = safe::safe(&field.value);
            rows.push(row(
                vec![
                    (name, Role::FieldName),
                    (format!(": {value}"), Role::FieldValue),
                ],
                width,
            ));
        }
        rows.push(Line::default());
    }
    rows
}

/// One row of safe texts, cut at the width.
fn row(texts: Vec<(String, Role)>, width: usize) -> Line {
    let mut left = width;
    let mut spans = Vec::new();
    for (text, role) in texts {
        let text = safe::cut(&text, left).into_owned();
        left -= safe::width(&text).min(left);
        spans.push(Span { text, role });
    }
    Line { spans, at: 0 }
}
