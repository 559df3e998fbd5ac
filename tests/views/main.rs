//! The views, seen from outside: bytes, a size and a top row give these rows.
//!
//! - `main.rs`: how a view is made, and how its rows are told
//! - `text.rs` `hex.rs` `wire.rs` `headers.rs`: the rows of each view, its steps and marks
//! - `cells.rs`: what a cursor can stand on
//! - `walks.rs`: what holds for any bytes at all

mod cells;
mod headers;
mod hex;
mod text;
mod walks;
mod wire;

use sockeye::anomaly::{self, Anomaly};
use sockeye::body::{Memory, Window, Writer};
use sockeye::decode::Letters;
use sockeye::event::{EndMode, Event, Field, Framing, Head, Kind};
use sockeye::exchange::Exchange;
use sockeye::exchange::dialogue::Dialogue;
use sockeye::view::{Hex, Line, Marks, Role, Text, View, Wire};

fn window(bytes: &[u8]) -> Window {
    let mut writer = Writer::new(&Memory::new(10_000));
    writer.append(bytes).unwrap();
    Window::whole(&writer.store())
}

fn text(bytes: &[u8], width: usize, wrap: bool, left: usize) -> Text {
    Text {
        window: window(bytes),
        letters: Letters::default(),
        width,
        wrap,
        left,
    }
}

fn hex(bytes: &[u8], width: usize, left: usize) -> Hex {
    Hex {
        window: window(bytes),
        width,
        left,
    }
}

fn wire<'a>(sent: &'a [u8], received: &[u8], width: usize) -> Wire<'a> {
    Wire {
        sent,
        received: window(received),
        // Lives as long as the test.
        dialogue: Box::leak(Box::new(Dialogue::of(
            sent.len() as u64,
            received.len() as u64,
        ))),
        width,
    }
}

fn marked(view: &dyn View, height: usize, marks: &Marks) -> Vec<Line> {
    view.marked(0, height, &mut |_| marks.clone())
}

fn shown(lines: &[Line]) -> Vec<String> {
    lines.iter().map(row).collect()
}

fn row(line: &Line) -> String {
    line.spans.iter().map(|span| span.text.as_str()).collect()
}

/// The rows with each span that is not plain text as `Role<text>`.
fn roles(lines: &[Line]) -> Vec<String> {
    let span = |span: &sockeye::view::Span| match span.role {
        Role::Text => span.text.clone(),
        role => format!("{role:?}<{}>", span.text),
    };
    lines
        .iter()
        .map(|line| line.spans.iter().map(span).collect())
        .collect()
}

/// Fields as name, value, offset from the head's start, length.
fn head(
    offset: u64,
    status: u16,
    fields: &[(&str, &str, u64, u32)],
    bytes: u64,
    framing: Framing,
) -> Head {
    Head {
        version: "HTTP/1.1".into(),
        status,
        reason: "Reason".into(),
        fields: fields
            .iter()
            .map(|&(name, value, at, len)| Field {
                name: name.into(),
                value: value.into(),
                offset: offset + at,
                len,
            })
            .collect(),
        offset,
        bytes,
        framing,
    }
}

fn odd_exchange() -> Exchange {
    let mut exchange = Exchange::new(EndMode::Once, 0);
    let anomaly = |kind, offset| {
        Kind::Anomaly(Box::new(Anomaly {
            kind,
            offset,
            sent: false,
            detail: String::new(),
        }))
    };
    for kind in [
        Kind::InterimHead(Box::new(head(
            0,
            103,
            &[("Link", "<a>", 20, 11)],
            33,
            Framing::NoBody,
        ))),
        anomaly(anomaly::Kind::BareLf, 64),
        Kind::Head(Box::new(head(
            33,
            200,
            &[
                ("Content-Length", "5", 17, 19),
                ("X", "a value that is longer than a row\u{1b}", 36, 40),
            ],
            80,
            Framing::Length(5),
        ))),
        anomaly(anomaly::Kind::ExcessBytes, 118),
        Kind::Trailers {
            headers: vec![Field {
                name: "Sum".into(),
                value: "1".into(),
                offset: 200,
                len: 8,
            }],
        },
    ] {
        exchange.apply(Event { t_us: 0, kind });
    }
    exchange
}
