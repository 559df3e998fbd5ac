//! What is found, as tables: forwards, backwards and counted.

use super::*;
use crate::body::{Memory, Writer};

const ALL: u64 = u64::MAX;

fn window(bytes: &[u8]) -> Window {
    let mut writer = Writer::new(&Memory::new(100_000));
    writer.append(bytes).unwrap();
    Window::whole(&writer.store())
}

/// All hits, forwards; they must be the same backwards and counted.
fn found(typed: &str, hex: bool, bytes: &[u8]) -> Vec<Range<u64>> {
    let pattern = Pattern::typed(typed, hex).unwrap();
    let window = window(bytes);
    let mut hits = Vec::new();
    let mut from = 0;
    loop {
        match pattern.next(&window, from, 1000).unwrap() {
            Answer::Found(hit) => {
                from = pattern.behind(&hit);
                hits.push(hit);
            }
            Answer::Continue(at) => from = at,
            Answer::NotFound => break,
        }
    }
    let mut backwards = Vec::new();
    let mut before = ALL;
    loop {
        match pattern.previous(&window, before, 1000).unwrap() {
            Answer::Found(hit) => {
                before = hit.start;
                backwards.push(hit);
            }
            Answer::Continue(at) => before = at,
            Answer::NotFound => break,
        }
    }
    backwards.reverse();
    assert_eq!(backwards, hits, "{typed} backwards");
    let mut tally = Tally::default();
    let middle = bytes.len() as u64 / 2;
    let mut at = Some(0);
    while let Some(from) = at {
        at = pattern
            .count(&window, from, 1000, middle, &mut tally)
            .unwrap();
    }
    let before = hits.iter().filter(|hit| hit.start < middle).count() as u64;
    assert_eq!(
        (tally.hits, tally.before),
        (hits.len() as u64, before),
        "{typed}"
    );
    hits
}

#[test]
fn what_is_typed_finds() {
    let bytes = b"One one\r\ntwo: \xde\xad\xbe\xef 12\r\n\r\nDE AD 0xde";
    let at = |starts: &[(u64, u64)]| -> Vec<Range<u64>> {
        starts.iter().map(|&(from, to)| from..to).collect()
    };
    type Row = (&'static str, bool, &'static [(u64, u64)]);
    #[rustfmt::skip]
    let rows: &[Row] = &[
        ("one", false, &[(0, 3), (4, 7)]),
        ("One", false, &[(0, 3)]),
        ("de ad", false, &[(25, 30)]),
        ("de ad", true, &[(14, 16)]),
        ("0xDEADBEEF", true, &[(14, 18)]),
        ("0xde", false, &[(31, 35)]),
        ("dead b", true, &[]),
        ("/o[nw]e/", false, &[(0, 3), (4, 7)]),
        ("/O.e/", false, &[(0, 3)]),
        ("/^two/", false, &[(9, 12)]),
        (r"/\d+$/", false, &[]),
        (r"/\d+\r$/", false, &[(19, 22)]),
        (r"/\r\n\r\n/", false, &[(21, 25)]),
        (r"/\xde\xad/", false, &[(14, 16)]),
        ("/x*/", false, &[(32, 33)]),
        ("/", false, &[]),
        ("//", false, &[]),
    ];
    for &(typed, hex, want) in rows {
        assert_eq!(found(typed, hex, bytes), at(want), "{typed} {hex}");
    }
    assert_eq!(found("aa", false, b"aaaa"), [0..2, 1..3, 2..4]);
    assert_eq!(found("/aa/", false, b"aaaa"), [0..2, 2..4]);
    let pairs = Begins::new(|_, at| Ok(at % 2 == 0));
    let pairs = Pattern::encoded("ab", b"a\0b\0").where_it(pairs);
    let text = window(b"\0a\0b\0\0A\0b\0a\0b\0");
    assert_eq!(pairs.hits(&text, 0..14).unwrap(), [6..10, 10..14]);
    for (from, want) in [(0, Some(6)), (7, Some(10)), (11, None)] {
        let found = pairs.next(&text, from, ALL).unwrap();
        let start = |answer| match answer {
            Answer::Found(hit) => Some::<Range<u64>>(hit).map(|hit| hit.start),
            _ => None,
        };
        assert_eq!(start(found), want, "{from}");
    }
    let err = Pattern::typed("/a(/", false).unwrap_err();
    assert_eq!(err, "unclosed group");
}

#[test]
fn hits_lie_across_the_edges_of_the_blocks() {
    let mut bytes = vec![b'.'; 3 * LOOK as usize];
    let words = [LOOK - 3, LOOK + 100, 2 * LOOK - 5000, 3 * LOOK - 6];
    let lens = [6, 6, 9000, 6];
    for (&at, &len) in words.iter().zip(&lens) {
        bytes[at as usize..(at + len) as usize].fill(b'w');
    }
    let want: Vec<Range<u64>> = words
        .iter()
        .zip(&lens)
        .map(|(&at, &len)| at..at + len)
        .collect();
    assert_eq!(found(r"/\w+/", false, &bytes), want);
    let pattern = Pattern::typed(r"/\w+/", false).unwrap();
    for (range, want) in [
        (LOOK..LOOK + 1, &want[..1]),
        (LOOK - 9..LOOK + 200, &want[..2]),
        (2 * LOOK..2 * LOOK + 9, &want[2..3]),
        (0..5, &[]),
    ] {
        let hits = pattern.hits(&window(&bytes), range.clone()).unwrap();
        assert_eq!(hits, want, "{range:?}");
    }
}
