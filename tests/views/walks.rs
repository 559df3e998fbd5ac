//! What holds in every view for any bytes at all.

use proptest::prelude::*;
use sockeye::anomaly::{self, Anomaly};
use sockeye::event::{EndMode, Event, Framing, Kind};
use sockeye::exchange::Exchange;
use sockeye::view::safe::{is_unsafe, width};
use sockeye::view::{Headers, Line, View};

use crate::{head, hex, row, text, wire};

/// Every row fits and is safe, one row's anchor leads to the next's, all the way down
/// and back up; rows hold each byte's anchor.
fn assert_walks(view: &dyn View, width: usize) -> Result<(), TestCaseError> {
    let all = view.rows(0, usize::MAX);
    for line in &all {
        let text = row(line);
        prop_assert!(sockeye::view::safe::width(&text) <= width, "{:?}", text);
        prop_assert!(!text.chars().any(is_unsafe), "{:?}", text);
    }
    let anchors: Vec<u64> = all.iter().map(|line| line.at).collect();
    prop_assert!(anchors.is_sorted_by(|a, b| a < b), "{:?}", anchors);
    for (n, &at) in anchors.iter().enumerate() {
        prop_assert_eq!(view.step(0, n as i64), at);
        prop_assert_eq!(view.step(at, -(n as i64)), 0);
        prop_assert_eq!(view.step(at, 1), *anchors.get(n + 1).unwrap_or(&at));
        prop_assert_eq!(view.step(at, -1), anchors[n.saturating_sub(1)]);
        let two = view.rows(at, 2);
        prop_assert_eq!(&two[..], &all[n..all.len().min(n + 2)]);
    }
    prop_assert_eq!(view.last(), anchors.last().copied().unwrap_or(0));
    for line in &all {
        assert_cells(view, line)?;
    }
    Ok(())
}

/// The cells of a row follow one another in its columns, and each byte of them leads
/// back to the row.
fn assert_cells(view: &dyn View, line: &Line) -> Result<(), TestCaseError> {
    let cells = view.cells(line.at);
    for pair in cells.windows(2) {
        prop_assert!(pair[0].columns.end <= pair[1].columns.start);
    }
    for cell in [cells.first(), cells.last()].into_iter().flatten() {
        prop_assert!(cell.columns.start < cell.columns.end && cell.bytes.start < cell.bytes.end);
        let found = view.cell_of(cell.bytes.start);
        let bytes = found.map(|(_, cell)| cell.bytes);
        prop_assert_eq!(bytes.as_ref(), Some(&cell.bytes));
    }
    Ok(())
}

/// The rows' anchors cut the bytes into parts, each shown by its row: an anchor inside a
/// part leads to its start.
pub fn assert_covers(view: &dyn View, bytes: &[u8], base: u64) {
    let anchors: Vec<u64> = view
        .rows(0, usize::MAX)
        .iter()
        .map(|line| line.at)
        .collect();
    let mut ends = anchors.iter().skip(1).copied();
    for &at in &anchors {
        let end = ends.next().unwrap_or(base + bytes.len() as u64);
        for offset in [at, at + (end - at) / 2, end - 1] {
            assert_eq!(view.anchor(offset), at);
        }
    }
}

/// Bytes that look like what views stumble over.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        "[a-z ]{1,30}".prop_map(String::into_bytes),
        Just(b"\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\t".to_vec()),
        Just("日本".into()),
        Just("e\u{301}\u{301}".into()),
        Just("\u{202e}\u{200b}".into()),
        any::<char>().prop_map(|c| c.to_string().into_bytes()),
        proptest::collection::vec(any::<u8>(), 1..5),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn text_walks(bytes in any_bytes(), width in 1_usize..40, wrap: bool, left in 0_usize..20) {
        let left = if wrap { 0 } else { left };
        let view = text(&bytes, width, wrap, left);
        assert_walks(&view, width)?;
        assert_covers(&view, &bytes, 0);
    }

    #[test]
    fn hex_walks(bytes in any_bytes(), width in 1_usize..90, left in 0_usize..20) {
        let view = hex(&bytes, width, left);
        assert_walks(&view, width)?;
        assert_covers(&view, &bytes, 0);
    }

    #[test]
    fn wire_walks(sent in any_bytes(), received in any_bytes(), width in 1_usize..40) {
        let view = wire(&sent, &received, width);
        assert_walks(&view, width)?;
        assert_covers(&view, &received, sent.len() as u64);
    }

    /// What the wire shows is what the bytes are: all pieces, in order.
    #[test]
    fn wire_shows_every_byte(received in any_bytes()) {
        let view = wire(b"", &received, 40);
        let rows = view.rows(0, usize::MAX);
        let all: String = rows.iter().map(|line| row(line)[4..].to_owned()).collect();
        // A row cuts a character from its marks only where the walk would too.
        prop_assert_eq!(all, sockeye::view::safe::safe_bytes(&received));
    }

    #[test]
    fn headers_walk(
        name in any::<String>(),
        value in any::<String>(),
        width in 1_usize..60,
        anomalies in proptest::collection::vec((0_usize..40, 0_u64..99), 0..4),
    ) {
        let mut exchange = Exchange::new(EndMode::Close, 0);
        let fields = [(name.as_str(), value.as_str(), 17, 10), ("B", "c", 27, 6)];
        let head = head(0, 200, &fields, 35, Framing::Close);
        exchange.apply(Event { t_us: 0, kind: Kind::Head(Box::new(head)) });
        for (kind, offset) in anomalies {
            let anomaly = Anomaly {
                kind: anomaly::Kind::ALL[kind % anomaly::Kind::ALL.len()],
                offset,
                sent: false,
                detail: value.clone(),
            };
            exchange.apply(Event { t_us: 0, kind: Kind::Anomaly(Box::new(anomaly)) });
        }
        let view = Headers { exchange: &exchange, answer: exchange.answer(), width };
        assert_walks(&view, width)?;
    }
}

#[test]
fn widths_are_counted_as_a_terminal_does() {
    // A terminal of that width shows each row as it is, and the cursor stands behind it.
    let bytes = "plain 日本語 e\u{301} \u{1b}[2J \u{202e} \u{ff} \u{9b}31m".as_bytes();
    let view = text(bytes, 30, true, 0);
    for line in view.rows(0, 10) {
        let mut terminal = vt100::Parser::new(2, 30, 0);
        terminal.process(row(&line).as_bytes());
        let (at, column) = terminal.screen().cursor_position();
        assert_eq!((at, usize::from(column)), (0, width(&row(&line)).min(30)));
        assert_eq!(terminal.screen().contents(), row(&line).trim_end());
    }
}
