//! The reader, fed anything cut anywhere, never panics, loses no byte (head, body,
//! framing and excess bytes add up to what was fed) and says the same as when it is fed
//! whole.
//!
//! The input's first four bytes choose: the method and the end mode; what comes after the
//! bytes; the lengths of the pieces, two numbers in turn. The rest is the response.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sockeye::event::{EndMode, EndReason, Kind};
use sockeye::proto::{Output, Reader};

fuzz_target!(|input: &[u8]| {
    let Some((&[choice, after, first, second], response)) = input.split_first_chunk::<4>() else {
        return;
    };
    let method = [&b"GET"[..], b"HEAD", b"CONNECT"][usize::from(choice) % 3];
    let mode = EndMode::ALL[usize::from(choice / 3) % EndMode::ALL.len()];
    let whole = read(method, mode, after, [response]);
    let mut pieces = Vec::new();
    let mut rest = response;
    for len in [first, second].into_iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, left) = rest.split_at(rest.len().min(usize::from(len) + 1));
        pieces.push(piece);
        rest = left;
    }
    assert_eq!(whole, read(method, mode, after, pieces));
});

/// What a reader said; neighbouring body slices are one.
#[derive(Debug, Default, PartialEq)]
struct Found {
    said: Vec<Said>,
    ended: Option<EndReason>,
    exit: Option<u8>,
}

#[derive(Debug, PartialEq)]
enum Said {
    Event(Kind),
    Body(Vec<u8>),
}

impl Output for Found {
    fn event(&mut self, kind: Kind) {
        self.said.push(Said::Event(kind));
    }

    fn body(&mut self, bytes: &[u8]) {
        match self.said.last_mut() {
            Some(Said::Body(body)) => body.extend_from_slice(bytes),
            _ => self.said.push(Said::Body(bytes.to_vec())),
        }
    }
}

fn read<'a>(
    method: &[u8],
    mode: EndMode,
    after: u8,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Found {
    let mut reader = Reader::new(method, mode, 0);
    let mut found = Found::default();
    let mut fed = 0;
    for piece in pieces {
        reader.feed(piece, &mut found);
        fed += piece.len() as u64;
    }
    match after % 4 {
        0 => {}
        1 => reader.feed_eof(&mut found),
        2 => reader.stop(EndReason::Timeout, &mut found),
        _ => reader.stop(EndReason::Cancelled, &mut found),
    }
    found.ended = reader.ended();
    found.exit = reader.fault().map(|error| error.exit_code());
    if found.ended.is_some() {
        let counted = reader.head_bytes()
            + reader.body_bytes()
            + reader.framing_bytes()
            + reader.excess_bytes();
        assert_eq!(counted, fed, "bytes are lost");
    }
    found
}
