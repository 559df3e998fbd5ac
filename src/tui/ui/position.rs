//! How far down one looks, in the response pane's lower border: `line 4,567 · 12 %`.

use std::ops::Range;

use crate::decode::Letters;
use crate::tui::address;
use crate::tui::app::Tab;
use crate::tui::ui::paint;
use crate::tui::visit::{ViewKind, Visit};

/// `shown`: the bytes in sight, in the view's offsets. `None` where all there is can be
/// seen and nothing is pointed at.
pub fn line(tab: &Tab, visit: &Visit, shown: &Range<u64>) -> Option<String> {
    let kind = tab.view;
    if kind != ViewKind::Rendered {
        return within(visit, kind, shown);
    }
    // A picture has no lines, and says itself which part it is.
    visit.rendering.page()?;
    let part = visit
        .rendering
        .page_of_part()
        .and(visit.rendering.part.as_ref());
    let part = part.map(|part| format!("part {}", part.number));
    match (part, within(visit, kind, shown)) {
        (Some(part), Some(place)) => Some(format!("{part} · {place}")),
        (part, place) => part.or(place),
    }
}

/// The same, of what the view's window holds.
fn within(visit: &Visit, kind: ViewKind, shown: &Range<u64>) -> Option<String> {
    let window = address::window(visit, kind);
    let there = window.there();
    let own = |at| address::in_window(visit, kind, at);
    let shown = own(shown.start)..own(shown.end);
    let cursor = visit.cursor(kind).map(|cursor| cursor.bytes.clone());
    let all = shown.start == 0 && shown.end >= there;
    if kind == ViewKind::Headers || there == 0 || all && cursor.is_none() {
        return None;
    }
    let (at, end) = match cursor {
        // In the request: it has no lines of the body.
        Some(cursor) if address::is_sent(visit, kind, cursor.start) => return None,
        Some(cursor) => (own(cursor.start), own(cursor.end)),
        None => (shown.start, shown.end),
    };
    let place = match kind {
        ViewKind::Hex => format!("0x{at:x}"),
        // Lines are counted by their byte 0x0a, which is half of other characters too.
        ViewKind::Text | ViewKind::Pretty if matches!(visit.letters(), Letters::Utf16 { .. }) => {
            format!("about line {}", paint::count(window.line_of(at).ok()? + 1))
        }
        // A file that cannot be read says so in the rows.
        _ => format!("line {}", paint::count(window.line_of(at).ok()? + 1)),
    };
    let percent = u128::from(end.min(there)) * 100 / u128::from(there);
    Some(format!("{place} · {percent} %"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Memory, Writer};
    use crate::exchange::dialogue::Dialogue;
    use crate::plan::Plan;
    use crate::tui::cursor::Cursor;
    use crate::url::Target;
    use crate::view::Cell;

    #[test]
    fn where_one_looks() {
        let target = Target::parse("localhost").unwrap();
        let mut visit = Visit::new(1, &Plan::new(target, b"GET".to_vec()));
        let mut writer = Writer::new(&Memory::new(1 << 20));
        writer.append(&b"a row\n".repeat(100)).unwrap();
        visit.wire = writer.store();
        visit.live.body_bytes = 600;
        visit.live.recvs.bytes = 600;
        visit.live.dialogue = Dialogue::of(0, 600);
        for (kind, shown, cursor, want) in [
            (ViewKind::Text, 0..600, None, None),
            (ViewKind::Text, 0..60, None, Some("line 1 · 10 %")),
            (ViewKind::Text, 60..606, None, Some("line 11 · 100 %")),
            (ViewKind::Wire, 60..120, None, Some("line 11 · 20 %")),
            (ViewKind::Hex, 64..300, None, Some("0x40 · 50 %")),
            (ViewKind::Hex, 0..600, Some(16), Some("0x10 · 2 %")),
            (ViewKind::Text, 0..60, Some(599), Some("line 100 · 100 %")),
            (ViewKind::Headers, 0..60, Some(1), None),
        ] {
            visit.cursors[kind.index()] = cursor.map(|at| {
                Cursor::on(&Cell {
                    columns: 0..1,
                    bytes: at..at + 1,
                })
            });
            let tab = Tab {
                view: kind,
                ..Tab::default()
            };
            let found = line(&tab, &visit, &shown);
            assert_eq!(found.as_deref(), want, "{kind:?} {shown:?} {cursor:?}");
        }
    }
}
