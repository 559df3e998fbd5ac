//! Both directions of a conversation, and what its bytes are.

use sockeye::anomaly::{self, Anomaly};
use sockeye::event::{EndMode, Event, Framing, Kind};
use sockeye::exchange::Exchange;
use sockeye::view::{Marks, Role, View};

use crate::{head, marked, roles, shown, wire};

#[test]
fn wire_shows_both_directions_whole() {
    type Case = (&'static [u8], &'static [u8], usize, &'static [&'static str]);
    #[rustfmt::skip]
    let cases: &[Case] = &[
        (b"", b"", 20, &[]),
        (b"GET /\r\n\r\n", b"", 20, &["▸ GET /␍␊", "▸ ␍␊"]),
        (b"GET /", b"HTTP\n", 20, &["▸ GET /", "◂ HTTP␊"]),
        (b"", b"a\r\n\0\t\xff", 20, &["◂ a␍␊", "◂ ␀␉\\xff"]),
        (b"0123456789", b"0123456\r\n", 10, &["▸ 01234567", "▸ 89", "◂ 0123456␍", "◂ ␊"]),
        (b"abc", b"def", 3, &["abc", "def"]),
    ];
    for &(sent, received, width, want) in cases {
        let view = wire(sent, received, width);
        assert_eq!(shown(&view.rows(0, 10)), want);
    }
}

#[test]
fn wire_steps_across_the_turn() {
    let view = wire(b"a\nb\n", b"c\nd\ne", 20);
    for (from, rows, want) in [
        (0, 1, 2),
        (0, 2, 4),
        (0, 4, 8),
        (0, 99, 8),
        (2, 1, 4),
        (4, -1, 2),
        (8, -3, 2),
        (8, -4, 0),
        (8, -99, 0),
        (5, 0, 4),
        (3, 0, 2),
    ] {
        assert_eq!(view.step(from, rows), want, "{from} {rows}");
    }
    assert_eq!(view.last(), 8);
    assert_eq!(shown(&view.rows(2, 2)), ["▸ b␊", "◂ c␊"]);
    assert_eq!(shown(&view.rows(6, 9)), ["◂ d␊", "◂ e"]);
    assert_eq!(view.shown(2, 2), 2..6);
    assert_eq!(view.shown(6, 9), 6..9);
}

#[test]
fn wire_colours_received_bytes_by_what_they_are() {
    let received = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\n\r\nextra";
    let mut exchange = Exchange::new(EndMode::Auto, 3);
    // The second exchange on its connection: offsets in events begin at 1000.
    let chunk = |offset: u64, size| Kind::Chunk {
        offset: 1000 + offset,
        size,
        extensions: "".into(),
    };
    for kind in [
        Kind::Recv {
            offset: 1000,
            asked: 4096,
            bytes: received.len() as u32,
            queued: None,
            ciphertext: None,
            lay_us: None,
            stamped: false,
        },
        Kind::Head(Box::new(head(
            1000,
            200,
            &[("A", "b", 17, 6)],
            25,
            Framing::Chunked,
        ))),
        chunk(25, 3),
        chunk(35, 2),
        chunk(42, 0),
        Kind::Anomaly(Box::new(Anomaly {
            kind: anomaly::Kind::ExcessBytes,
            offset: 1047,
            sent: false,
            detail: String::new(),
        })),
    ] {
        exchange.apply(Event { t_us: 0, kind });
    }
    let view = wire(b"", received, 40);
    let marks = Marks {
        regions: sockeye::view::wire::regions(&exchange, &view.received, 0..100).unwrap(),
        chosen: Some(49..50),
        ..Marks::default()
    };
    assert_eq!(
        roles(&marked(&view, 20, &marks)),
        [
            "Margin<◂ >StatusOk<HTTP/1.1 200 OK>Invisible<␍␊>",
            "Margin<◂ >FieldName<A>FieldValue<: b>Invisible<␍␊>",
            "Margin<◂ >Invisible<␍␊>",
            "Margin<◂ >Framing<3;x>Invisible<␍␊>",
            "Margin<◂ >abcInvisible<␍␊>",
            "Margin<◂ >Framing<2>Invisible<␍␊>",
            "Margin<◂ >deInvisible<␍␊>",
            "Margin<◂ >Framing<0>Invisible<␍␊>",
            "Margin<◂ >Invisible<␍␊>",
            "Margin<◂ >Excess<ex>Chosen<t>Excess<ra>",
        ],
    );
    // Only what is near a range is answered.
    let body = sockeye::view::wire::regions(&exchange, &view.received, 47..50).unwrap();
    assert_eq!(body, [(47..u64::MAX, Role::Excess)]);
}
