//! What a cursor can stand on, in each view.

use sockeye::view::{Headers, View};

use crate::{hex, odd_exchange, text, wire};

/// The cells of the row that shows a byte, as `columns=bytes`.
fn cells(view: &dyn View, offset: u64) -> Vec<String> {
    let cells = view.cells(view.anchor(offset)).into_iter();
    cells
        .map(|cell| format!("{:?}={:?}", cell.columns, cell.bytes))
        .collect()
}

#[test]
fn cells_of_each_view() {
    let exchange = odd_exchange();
    let headers = Headers {
        exchange: &exchange,
        answer: exchange.answer(),
        width: 40,
    };
    #[rustfmt::skip]
    let cases: &[(&dyn View, u64, &[&str])] = &[
        (&text("a日\t\r\nb".as_bytes(), 20, true, 0), 0, &["0..1=0..1", "1..3=1..4", "3..8=4..5", "8..9=5..7"]),
        (&text(b"a\nb", 20, true, 0), 2, &["0..1=2..3"]),
        (&text(b"a\n\nb", 20, true, 0), 2, &["0..1=2..3"]),
        (&text(b"12\n3", 2, true, 0), 0, &["0..1=0..1", "1..2=1..2"]),
        (&text(b"12\n3", 2, false, 1), 0, &["0..1=0..1", "1..2=1..2", "2..3=2..3"]),
        (&text(b"", 20, true, 0), 0, &[]),
        (&hex(b"abcdefghij", 80, 0), 9, &[
            "10..12=0..1", "13..15=1..2", "16..18=2..3", "19..21=3..4", "22..24=4..5",
            "25..27=5..6", "28..30=6..7", "31..33=7..8", "35..37=8..9", "38..40=9..10",
            "60..61=0..1", "61..62=1..2", "62..63=2..3", "63..64=3..4", "64..65=4..5",
            "65..66=5..6", "66..67=6..7", "67..68=7..8", "68..69=8..9", "69..70=9..10",
        ]),
        (&wire(b"G\n", b"H\xff", 20), 0, &["2..3=0..1", "3..4=1..2"]),
        (&wire(b"G\n", b"H\xff", 20), 3, &["2..3=2..3", "3..7=3..4"]),
        (&wire(b"\xff", b"", 3), 0, &["0..3=0..1"]),
        (&headers, 25, &["0..40=20..33"]),
        (&headers, 99, &["0..40=69..113"]),
    ];
    for (view, offset, want) in cases {
        assert_eq!(cells(*view, *offset), *want, "{offset}");
    }
    // Rows of this program's own words have none.
    assert_eq!(headers.cells(headers.last()), []);
}

#[test]
fn bytes_are_found_by_their_cells() {
    let view = text(b"one\ntwo three\nfour", 5, true, 0);
    // one␊ | two t | hree␊ | four
    for (offset, want) in [
        (3, Some((0, 3..4))),
        (5, Some((4, 1..2))),
        (13, Some((9, 4..5))),
        (99, None),
    ] {
        let found = view.cell_of(offset).map(|(row, cell)| (row, cell.columns));
        assert_eq!(found, want, "byte {offset}");
    }
    for (row, column, want) in [(0, 1, 1..2), (0, 99, 3..4), (9, 0, 9..10)] {
        let found = view.cell_at(row, column).map(|cell| cell.bytes);
        assert_eq!(found, Some(want), "row {row} column {column}");
    }
    for (top, height, want) in [(0, 1, 0..4), (0, 2, 0..9), (4, 99, 4..18), (14, 1, 14..18)] {
        assert_eq!(view.shown(top, height), want, "{top} {height}");
    }
}
