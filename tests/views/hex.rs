//! Bytes as offset, digits and text.

use sockeye::view::{Marks, View};

use crate::{hex, marked, roles, shown};

#[test]
fn hex_in_rows() {
    let bytes = b"HTTP/1.1 200 OK\r\n\0\x7f\x80\xff~";
    #[rustfmt::skip]
    let cases: &[(usize, usize, &[&str])] = &[
        (80, 0, &[
            "00000000  48 54 54 50 2f 31 2e 31  20 32 30 30 20 4f 4b 0d  HTTP/1.1 200 OK␍",
            "00000010  0a 00 7f 80 ff 7e                                 ␊␀␡··~",
        ]),
        (50, 0, &[
            "00000000  48 54 54 50 2f 31 2e 31  HTTP/1.1",
            "00000008  20 32 30 30 20 4f 4b 0d   200 OK␍",
            "00000010  0a 00 7f 80 ff 7e        ␊␀␡··~",
        ]),
        (20, 10, &[
            "48 54 54 50  HTTP",
            "2f 31 2e 31  /1.1",
            "20 32 30 30   200",
            "20 4f 4b 0d   OK␍",
            "0a 00 7f 80  ␊␀␡·",
            "ff 7e        ·~",
        ]),
    ];
    for &(width, left, want) in cases {
        let view = hex(bytes, width, left);
        assert_eq!(shown(&view.rows(0, 10)), want);
    }
}

#[test]
fn hex_steps_and_ends() {
    let view = hex(&[7; 100], 80, 0);
    for (from, rows, want) in [
        (0, 1, 16),
        (17, 1, 32),
        (0, 99, 96),
        (96, -2, 64),
        (96, i64::MIN, 0),
        (0, i64::MAX, 96),
    ] {
        assert_eq!(view.step(from, rows), want, "{from} {rows}");
    }
    assert_eq!(view.last(), 96);
    assert_eq!(view.anchor(50), 48);
    assert_eq!(hex(b"", 80, 0).last(), 0);
    assert_eq!(hex(b"", 80, 0).rows(0, 5), []);
    assert_eq!(view.rows(90, 5).len(), 2);
}

#[test]
fn hex_with_marks() {
    let view = hex(b"abc", 43, 0);
    let marks = Marks {
        found: vec![1..2, 9..12],
        ..Marks::default()
    };
    assert_eq!(
        roles(&marked(&view, 1, &marks)),
        ["Margin<00000000>  61 Found<62> 63                 aFound<b>c"],
    );
}

#[test]
fn hex_with_a_ruler() {
    let view = hex(&[b'x'; 20], 80, 0);
    let marks = Marks {
        ruled: vec![0, 3, 4, 8, 16],
        ..Marks::default()
    };
    let rows: Vec<String> = shown(&marked(&view, 2, &marks));
    assert_eq!(
        rows,
        [
            "00000000 │78 78 78│78│78 78 78 78 │78 78 78 78 78 78 78 78  xxxxxxxxxxxxxxxx",
            "00000010 │78 78 78 78                                       xxxx",
        ],
    );
}
