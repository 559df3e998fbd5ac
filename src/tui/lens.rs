//! Which bytes of an exchange a view shows, and from which row on.
//!
//! The one place that makes a [`View`] from a [`Visit`]: frames are drawn through it, and
//! keys scroll through it, so both agree.

use ratatui::layout::Rect;

use crate::tui::app::{App, ViewKind, Visit};
use crate::tui::layout::inside;
use crate::view::stack::Stack;
use crate::view::wire::regions;
use crate::view::{Headers, Hex, Line, Marks, Role, Span, Text, View, Wire, safe};

/// Where a view's rows are: the response pane's inside without its row of titles.
pub fn area(app: &App) -> Rect {
    let pane = app
        .panes()
        .response
        .unwrap_or(Rect::new(0, 0, app.size.columns, app.size.rows));
    rows_of(inside(pane))
}

/// The rows below the titles; `inner` is the pane's inside.
pub fn rows_of(inner: Rect) -> Rect {
    Rect {
        y: inner.y + 1,
        height: inner.height.saturating_sub(1),
        ..inner
    }
}

/// The rows on screen now.
pub fn rows(visit: &Visit, kind: ViewKind, wrap: bool, area: Rect) -> Vec<Line> {
    let height = usize::from(area.height);
    if kind == ViewKind::Wire {
        return wire_rows(visit, area);
    }
    with(visit, kind, wrap, area, |view| {
        view.rows(top(visit, kind, view, height), height)
    })
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
    let marks = marks(visit, kind);
    match kind {
        ViewKind::Text => {
            let text = Text {
                window: visit.body(),
                width,
                wrap,
                left,
                marks,
            };
            look(&Stack {
                above: head_rows(visit, width),
                below: &text,
            })
        }
        ViewKind::Hex => look(&Hex {
            window: visit.body(),
            width,
            left,
            marks,
        }),
        ViewKind::Wire => look(&Wire {
            sent: visit.sent(),
            received: visit.received(),
            width,
            regions: &[],
            marks,
        }),
        ViewKind::Headers => look(&Headers {
            exchange: visit.exchange(),
            width,
            marks,
        }),
    }
}

/// The offset, in the view's window, of the first byte on screen.
pub fn first_byte(visit: &Visit, kind: ViewKind, wrap: bool, area: Rect) -> u64 {
    let height = usize::from(area.height);
    let above = match kind {
        ViewKind::Text => head_rows(visit, usize::from(area.width)).len() as u64,
        _ => 0,
    };
    with(visit, kind, wrap, area, |view| {
        top(visit, kind, view, height).saturating_sub(above)
    })
}

fn top(visit: &Visit, kind: ViewKind, view: &dyn View, height: usize) -> u64 {
    let scroll = visit.scrolls[kind.index()];
    match scroll.follow {
        // A head is read from its first field on.
        true if kind == ViewKind::Headers => 0,
        true => view.step(view.last(), 1 - i64::try_from(height.max(1)).unwrap_or(1)),
        false => scroll.top,
    }
}

/// The Wire view colours what is on screen by what it is, which only the rows on screen
/// tell.
fn wire_rows(visit: &Visit, area: Rect) -> Vec<Line> {
    let height = usize::from(area.height);
    let mut wire = Wire {
        sent: visit.sent(),
        received: visit.received(),
        width: usize::from(area.width),
        regions: &[],
        marks: marks(visit, ViewKind::Wire),
    };
    let top = top(visit, ViewKind::Wire, &wire, height);
    let base = wire.sent.len() as u64;
    let shown = wire.shown(top, height);
    let received = shown.start.saturating_sub(base)..shown.end.saturating_sub(base);
    // A file that cannot be read says so in the rows themselves.
    let regions = regions(visit.exchange(), &wire.received, received).unwrap_or_default();
    wire.regions = &regions;
    wire.rows(top, height)
}

fn marks(visit: &Visit, kind: ViewKind) -> Marks {
    let found = match &visit.hit {
        Some((of, hit)) if *of == kind => vec![hit.clone()],
        _ => Vec::new(),
    };
    let chosen = match kind {
        ViewKind::Wire => visit.chosen.clone(),
        _ => None,
    };
    Marks { found, chosen }
}

/// The head in short, above the text of the body.
fn head_rows(visit: &Visit, width: usize) -> Vec<Line> {
    let mut rows = Vec::new();
    let exchange = visit.exchange();
    for head in exchange.interim.iter().chain(&exchange.head) {
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
