//! Where the byte under the cursor came from, in the response pane's lower border.
//!
//! ```text
//! byte 1,284 · recv #5 at 0.614 s (256 B) · body 1,150 · chunk 3
//! ```

use unicode_width::UnicodeWidthStr;

use crate::event::Addr;
use crate::exchange::{Brought, Part};
use crate::tui::address::{self, Whence};
use crate::tui::app::Tab;
use crate::tui::keymap::{Action, Keymap};
use crate::tui::link;
use crate::tui::ui::paint;
use crate::tui::visit::{ViewKind, Visit};
use crate::view::safe;

/// As much of it as fits whole in so many columns; `None` without a cursor.
pub fn line(tab: &Tab, visit: &Visit, columns: usize, keys: &Keymap) -> Option<String> {
    let cursor = visit.cursor(tab.view)?;
    let mut parts = Vec::new();
    if let Some(selected) = cursor.selected() {
        let bytes = address::stretch(visit, tab.view, &selected).len();
        parts.push(format!("{} B selected", paint::count(bytes)));
    }
    let link = visit
        .rendering
        .page()
        .filter(|_| tab.view == ViewKind::Rendered);
    let link = link.and_then(|page| Some((page, page.link_at(cursor.bytes.start)?.1)));
    if let Some((page, link)) = link {
        let to = format!("→ {}", link::words(visit, page, link));
        parts.push(safe::cut(&safe::safe(&to), columns).into_owned());
    }
    let whence = address::whence(visit, tab.view, cursor.bytes.start);
    parts.extend(words(&whence));
    parts.extend(no_arrival(visit, &whence, keys));
    let mut line = String::new();
    for part in parts {
        let join = if line.is_empty() { "" } else { " · " };
        if line.width() + join.width() + part.width() > columns {
            break;
        }
        line.push_str(join);
        line.push_str(&part);
    }
    Some(line)
}

fn words(whence: &Whence) -> Vec<String> {
    let origin = match whence {
        Whence::Sent(at, call) => {
            let byte = format!("byte {} of the request", paint::count(*at));
            return [Some(byte), call.map(|call| brought("send", call))]
                .into_iter()
                .flatten()
                .collect();
        }
        Whence::Received(origin) => origin,
        Whence::Decoded(at, coded, origin) => {
            let decoded = format!("decoded {}", paint::count(*at));
            let (from, to) = (paint::count(coded.start), paint::count(coded.end - 1));
            let body = format!("of body {from} to {to}");
            let call = origin.recv.map(|call| brought("recv", call));
            return [Some(decoded), Some(body), call]
                .into_iter()
                .flatten()
                .collect();
        }
    };
    let part = match origin.part {
        Part::StatusLine => "status line".to_owned(),
        Part::Field(field) => format!("field {}", name(&field.name)),
        Part::HeadEnd => "end of the head".to_owned(),
        Part::Framing => "chunked framing".to_owned(),
        Part::Body(at) => format!("body {}", paint::count(at)),
        Part::Trailer(field) => format!("trailer {}", name(&field.name)),
        Part::Excess => "excess: after the message".to_owned(),
        Part::Unknown => String::new(),
    };
    let chunk = origin.chunk.map(|chunk| {
        let number = paint::count(chunk.number + 1);
        format!("chunk {number} ({} B)", paint::count(chunk.size))
    });
    [
        origin.wire.map(|at| format!("byte {}", paint::count(at))),
        origin.recv.map(|call| brought("recv", call)),
        Some(part).filter(|part| !part.is_empty()),
        chunk,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `recv #5 at 0.614 s (256 B, lay ≥ 120 ms)`: the first call is #1. How long the bytes
/// lay in the kernel before it, not every system tells, nor at every pace.
fn brought(call: &str, brought: Brought) -> String {
    let lay = brought.lay_us.map_or(String::new(), |us| {
        format!(", lay ≥ {}", paint::time(u64::from(us)))
    });
    format!(
        "{call} #{} at {:.3} s ({} B{lay})",
        paint::count(brought.number + 1),
        brought.t_us as f64 / 1e6,
        paint::count(u64::from(brought.bytes)),
    )
}

/// Why it is not said how long the bytes lay in the kernel, where it never will be.
fn no_arrival(visit: &Visit, whence: &Whence, keys: &Keymap) -> Option<String> {
    let (Whence::Received(origin) | Whence::Decoded(_, _, origin)) = whence else {
        return None;
    };
    origin.recv.filter(|recv| recv.lay_us.is_none())?;
    Some(match (&visit.live.peer, visit.stamped) {
        (Some(Addr::Unix(_)), _) => "a Unix socket tells no arrival times".to_owned(),
        (_, false) => format!("{} arrival times: how long it lay", keys.key(Action::Knobs)),
        (_, true) if visit.live.ciphertext.received > 0 => {
            "arrival times are of ciphertext".to_owned()
        }
        (_, true) => "no arrival time was told".to_owned(),
    })
}

fn name(name: &str) -> String {
    safe::cut(&safe::safe(name), 24).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{ChunkAt, Origin};

    #[test]
    fn origins_in_words() {
        let recv = Brought {
            number: 4,
            event: 9,
            t_us: 614_300,
            bytes: 256,
            lay_us: None,
        };
        let lay = Brought {
            lay_us: Some(120_300),
            ..recv
        };
        let chunk = ChunkAt {
            number: 2,
            line: 1200,
            size: 1100,
            body: 0,
        };
        let received = |recv, chunk, part| {
            Whence::Received(Origin {
                wire: Some(1284),
                recv,
                chunk,
                part,
            })
        };
        for (whence, want) in [
            (
                received(Some(recv), Some(chunk), Part::Body(1150)),
                "byte 1,284 · recv #5 at 0.614 s (256 B) · body 1,150 · chunk 3 (1,100 B)",
            ),
            (
                received(Some(recv), None, Part::Excess),
                "byte 1,284 · recv #5 at 0.614 s (256 B) · excess: after the message",
            ),
            (
                received(Some(lay), None, Part::HeadEnd),
                "byte 1,284 · recv #5 at 0.614 s (256 B, lay ≥ 120.3 ms) · end of the head",
            ),
            (received(None, None, Part::Unknown), "byte 1,284"),
            (
                Whence::Sent(7, Some(recv)),
                "byte 7 of the request · send #5 at 0.614 s (256 B)",
            ),
        ] {
            assert_eq!(words(&whence).join(" · "), want);
        }
    }
}
