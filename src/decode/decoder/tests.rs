//! Codings × breaks × cuts, as tables.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::*;

/// What came of some coded bytes.
#[derive(Debug, PartialEq)]
struct Came {
    bytes: Vec<u8>,
    faults: Vec<String>,
}

/// Fed in pieces of this size; what is held back is asked for after each when `eager`.
fn decode(codings: &str, coded: &[u8], piece: usize, eager: bool) -> Came {
    let mut decoder = Decoder::new(&Codings::of([codings].into_iter()), Limits::WATCHED);
    let mut bytes = Vec::new();
    for piece in coded.chunks(piece.max(1)) {
        let mut at = 0;
        if eager {
            decoder.flush();
        }
        loop {
            let fed = decoder.feed(&piece[at..], &mut bytes);
            at += fed.taken;
            match fed.state {
                Feeding::More => {}
                Feeding::Hungry | Feeding::Broken => break,
                Feeding::Limit => panic!("a limit at {}", decoder.decoded()),
            }
        }
    }
    decoder.flush();
    while decoder.feed(&[], &mut bytes).state == Feeding::More {}
    decoder.finish();
    assert_eq!(decoder.decoded(), bytes.len() as u64);
    let faults = decoder.faults().iter().map(Fault::to_string).collect();
    Came { bytes, faults }
}

/// However it is cut and asked for, the same comes.
fn check(codings: &str, coded: &[u8]) -> Came {
    let whole = decode(codings, coded, coded.len(), false);
    // Long ones byte by byte would take minutes.
    let short = coded.len() < 10_000;
    let pieces = [(1, false), (1, true), (7, false), (1000, true)];
    for (piece, eager) in pieces.into_iter().filter(|&(piece, _)| short || piece > 7) {
        let cut = decode(codings, coded, piece, eager);
        assert!(
            whole.bytes == cut.bytes,
            "{codings} by {piece}: {} {}",
            whole.bytes.len(),
            cut.bytes.len()
        );
        assert_eq!(whole.faults, cut.faults, "{codings} by {piece}");
    }
    whole
}

fn text() -> Vec<u8> {
    let mut text = Vec::new();
    for n in 0..400 {
        writeln!(text, "line {n}: {} and some more words", n * n % 977).unwrap();
    }
    text
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn bare(bytes: &[u8]) -> Vec<u8> {
    let mut out = DeflateEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// RFC 7932's own uncompressed meta-blocks, of at most 64 KiB.
fn br(bytes: &[u8]) -> Vec<u8> {
    // WBITS 16 is one zero bit. Then for each block: ISLAST 0, MNIBBLES 4 (two zero bits),
    // MLEN - 1 in 16 bits, ISUNCOMPRESSED 1; the rest of the byte is zero.
    if bytes.is_empty() {
        return vec![6];
    }
    let mut out = Vec::new();
    for (n, block) in bytes.chunks(65_536).enumerate() {
        let len = block.len() as u32 - 1;
        let head = match n {
            0 => len << 4 | 1 << 20,
            _ => len << 3 | 1 << 19,
        };
        out.extend_from_slice(&head.to_le_bytes()[..3]);
        out.extend_from_slice(block);
    }
    // ISLAST and ISLASTEMPTY.
    out.push(3);
    out
}

#[test]
fn what_was_coded_comes_back() {
    let text = text();
    let long: Vec<u8> = text.iter().copied().cycle().take(150_000).collect();
    for plain in [&b""[..], b"x", &text, &long] {
        for (codings, coded) in [
            ("gzip", gzip(plain)),
            ("x-gzip", gzip(plain)),
            ("deflate", zlib(plain)),
            ("deflate", bare(plain)),
            ("br", br(plain)),
            ("zstd", zstd(plain)),
            ("identity", plain.to_vec()),
            ("gzip, deflate", zlib(&gzip(plain))),
            ("zstd, br, gzip", gzip(&br(&zstd(plain)))),
            ("zstd, zstd", zstd(&zstd(plain))),
        ] {
            let came = check(codings, &coded);
            assert!(came.bytes == plain, "{codings} {}", plain.len());
            assert_eq!(came.faults, [""; 0], "{codings} {}", plain.len());
        }
    }
}

#[test]
fn members_and_frames_follow_each_other() {
    let skippable = b"\x53\x2a\x4d\x18\x05\0\0\0skip!".to_vec();
    for (codings, parts) in [
        ("gzip", vec![gzip(b"one "), gzip(b""), gzip(b"two")]),
        (
            "zstd",
            vec![skippable, zstd(b"one "), zstd(b""), zstd(b"two")],
        ),
    ] {
        let came = check(codings, &parts.concat());
        assert_eq!(came.bytes, b"one two", "{codings}");
        assert_eq!(came.faults, [""; 0], "{codings}");
    }
}

#[test]
fn wherever_it_is_cut_what_was_there_is_kept() {
    let text = text();
    for (codings, coded) in [
        ("gzip", gzip(&text)),
        ("deflate", zlib(&text)),
        ("deflate", bare(&text)),
        ("br", br(&text)),
        ("zstd", zstd(&text)),
        ("deflate, gzip", gzip(&zlib(&text))),
    ] {
        let mut least = 0;
        for end in (1..coded.len()).step_by(13).chain([coded.len() - 1]) {
            let came = decode(codings, &coded[..end], end, false);
            assert!(text.starts_with(&came.bytes), "{codings} {end}");
            assert!(came.bytes.len() >= least, "{codings} {end}");
            least = came.bytes.len();
            let faults = came.faults.join("\n");
            assert!(
                faults.contains("is cut short at"),
                "{codings} {end}: {faults}"
            );
        }
        check(codings, &coded[..coded.len() / 2]);
    }
    // Nothing at all is no broken coding: HEAD, 304, an empty body.
    assert_eq!(check("gzip", b"").faults, [""; 0]);
}

#[test]
fn what_is_wrong_is_said() {
    let text = text();
    let with = |mut bytes: Vec<u8>, at: isize, byte: u8| {
        let at = if at < 0 {
            bytes.len() as isize + at
        } else {
            at
        };
        bytes[at as usize] ^= byte;
        bytes
    };
    let plus = |bytes: Vec<u8>, more: &[u8]| [&bytes, more].concat();
    let stored = |bytes: &[u8]| {
        let mut out = GzEncoder::new(Vec::new(), Compression::none());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    let all = text.as_slice();
    // codings, coded bytes, the bytes that are kept (None: a beginning), the fault
    type Row<'a> = (&'a str, Vec<u8>, Option<&'a [u8]>, &'a str);
    let table: &[Row] = &[
        (
            "gzip",
            with(gzip(&text), -8, 1),
            Some(all),
            "gzip: the CRC-32 at coded byte",
        ),
        (
            "gzip",
            with(gzip(&text), -1, 1),
            Some(all),
            "gzip: the length at coded byte",
        ),
        (
            "gzip",
            b"plain text".to_vec(),
            Some(b""),
            "gzip breaks at coded byte 1: no gzip head (0x70 is not 0x1f)",
        ),
        (
            "gzip",
            with(gzip(&text), 2, 1),
            Some(b""),
            "gzip breaks at coded byte 3: an unknown method",
        ),
        (
            "gzip",
            with(gzip(&text), 3, 0x80),
            Some(b""),
            "gzip breaks at coded byte 4: reserved flags (0x80)",
        ),
        (
            "gzip",
            plus(gzip(b"a"), b"garbage"),
            Some(b"a"),
            "gzip is followed by other bytes at coded byte 21",
        ),
        (
            "gzip",
            plus(gzip(b"a"), b"\0\0\0"),
            Some(b"a"),
            "gzip is followed by other bytes at coded byte 21",
        ),
        (
            "gzip",
            plus(gzip(b"a"), b"\x1f\x8c"),
            Some(b"a"),
            "gzip is followed by other bytes at coded byte",
        ),
        // the inverted length of a stored block
        (
            "gzip",
            with(stored(b"stored"), 13, 1),
            Some(b""),
            "gzip breaks at coded byte",
        ),
        (
            "deflate",
            with(zlib(&text), -1, 1),
            Some(all),
            "deflate: the Adler-32 at coded byte",
        ),
        (
            "deflate",
            plus(zlib(b"a"), b"xx"),
            Some(b"a"),
            "deflate is followed by other bytes at coded byte 9",
        ),
        (
            "deflate",
            b"\x78\xbb\0\0".to_vec(),
            Some(b""),
            "deflate breaks at coded byte 2: it needs a dictionary",
        ),
        (
            "deflate",
            b"plain".to_vec(),
            None,
            "deflate breaks at coded byte",
        ),
        (
            "br",
            plus(br(b"a"), b"!"),
            Some(b"a"),
            "br is followed by other bytes at coded byte 5",
        ),
        (
            "br",
            plus(br(&text)[..text.len() + 3].to_vec(), &[0xff, 0xff, 0xff]),
            Some(all),
            "br breaks at coded byte",
        ),
        // a large window
        (
            "br",
            b"\x11\x1e\x0b\x80".to_vec(),
            Some(b""),
            "br breaks at coded byte",
        ),
        (
            "zstd",
            with(zstd(&text), -1, 1),
            Some(all),
            "zstd: the XXH64 at coded byte",
        ),
        (
            "zstd",
            b"plain text".to_vec(),
            Some(b""),
            "zstd breaks at coded byte 1: no zstd frame (0x70 begins none)",
        ),
        (
            "zstd",
            plus(zstd(b"a"), b"garbage"),
            Some(b"a"),
            "zstd is followed by other bytes at coded byte",
        ),
        (
            "zstd",
            b"\x28\xb5\x2f\xfd\0\xd0".to_vec(),
            Some(b""),
            "zstd breaks at coded byte 6: a window of",
        ),
        (
            "zstd",
            b"\x28\xb5\x2f\xfd\x01\x10\x07".to_vec(),
            Some(b""),
            "zstd breaks at coded byte 7: it needs dictionary 7",
        ),
        (
            "zstd",
            b"\x28\xb5\x2f\xfd\0\x10\x06\0\0".to_vec(),
            Some(b""),
            "zstd breaks at coded byte 9: a block of the reserved type",
        ),
        (
            "klingon",
            b"nuqneH".to_vec(),
            Some(b"nuqneH"),
            "klingon: this content coding is not known",
        ),
        (
            "klingon, gzip",
            gzip(b"nuqneH"),
            Some(b"nuqneH"),
            "klingon: this content coding is not known",
        ),
        (
            "gzip, deflate",
            zlib(b"plain"),
            Some(b""),
            "gzip breaks at byte 1 of what it was coded from",
        ),
    ];
    for (codings, coded, kept, fault) in table {
        let came = check(codings, coded);
        assert!(
            came.faults
                .first()
                .is_some_and(|first| first.starts_with(fault)),
            "{codings}: {fault:?}, not {:?}",
            came.faults
        );
        match kept {
            Some(kept) => assert!(came.bytes == *kept, "{fault}: {} bytes", came.bytes.len()),
            None => assert!(text.starts_with(&came.bytes) || came.bytes.len() < 10),
        }
    }
}

#[test]
fn a_wrong_sum_ends_one_member_and_not_the_others() {
    let mut first = gzip(b"one ");
    let crc = first.len() - 8;
    first[crc] ^= 1;
    let came = check("gzip", &[first, gzip(b"two")].concat());
    assert_eq!(came.bytes, b"one two");
    assert_eq!(came.faults.len(), 1);
}

#[test]
fn a_broken_middle_keeps_what_came_before() {
    let text = text();
    for (codings, mut coded) in [
        ("gzip", gzip(&text)),
        ("deflate", bare(&text)),
        ("zstd", zstd(&text)),
    ] {
        let middle = coded.len() / 2;
        coded[middle..middle + 8].fill(0xff);
        let came = check(codings, &coded);
        assert!(!came.faults.is_empty(), "{codings}");
        if codings != "zstd" {
            // zstd's first block is the whole text.
            assert!(text.starts_with(&came.bytes[..500]), "{codings}");
        }
    }
}

#[test]
fn a_bomb_stops_and_goes_on_when_told() {
    let zeros = vec![0; 4 << 20];
    for (codings, coded) in [
        ("gzip", gzip(&zeros)),
        ("zstd", zstd(&zeros)),
        ("gzip, gzip", gzip(&gzip(&zeros))),
    ] {
        let limits = Limits {
            free: 100_000,
            ratio: 20,
            ..Limits::WATCHED
        };
        let mut decoder = Decoder::new(&Codings::of([codings].into_iter()), limits);
        let mut out = Vec::new();
        let (mut at, mut stops) = (0, 0);
        loop {
            let fed = decoder.feed(&coded[at..], &mut out);
            at += fed.taken;
            match fed.state {
                Feeding::More => {}
                Feeding::Limit => {
                    // Once more does not help.
                    let made = out.len();
                    assert_eq!(decoder.feed(&coded[at..], &mut out).state, Feeding::Limit);
                    assert_eq!(out.len(), made);
                    stops += 1;
                    decoder.go_on();
                }
                Feeding::Hungry => break,
                Feeding::Broken => panic!("{:?}", decoder.faults()),
            }
            assert!(out.len() <= 8 << 20);
        }
        decoder.flush();
        while decoder.feed(&[], &mut out).state == Feeding::More {}
        decoder.finish();
        assert!(out == zeros, "{codings}");
        assert!((1..=4).contains(&stops), "{codings}: {stops}");
        assert!(decoder.faults().is_empty());
    }
}

#[test]
fn what_drips_shows_at_once() {
    // A zstd frame of several blocks: each is to be seen before the next comes.
    let blocks: [&[u8]; 3] = [b"one ", b"two ", b"three"];
    let mut frame = b"\x28\xb5\x2f\xfd\0\x10".to_vec();
    let mut decoder = Decoder::new(&Codings::of(["zstd"].into_iter()), Limits::WATCHED);
    let mut out = Vec::new();
    let mut shown = Vec::new();
    for (n, block) in blocks.iter().enumerate() {
        let head = (block.len() as u32) << 3 | u32::from(n == 2);
        frame.extend_from_slice(&head.to_le_bytes()[..3]);
        frame.extend_from_slice(block);
        decoder.feed(&frame, &mut out);
        decoder.flush();
        decoder.feed(&[], &mut out);
        frame.clear();
        shown.push(String::from_utf8_lossy(&out).into_owned());
    }
    assert_eq!(shown, ["one ", "one two ", "one two three"]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(100))]
    #[test]
    fn no_bytes_at_all_do_harm(
        which in 0usize..5,
        bytes in proptest::collection::vec(proptest::prelude::any::<(u16, u8)>(), 0..12),
        cut in 1usize..400,
    ) {
        let text = text();
        let (codings, mut coded) = match which {
            0 => ("gzip", gzip(&text)),
            1 => ("deflate", bare(&text)),
            2 => ("br", br(&text)),
            3 => ("zstd", zstd(&text)),
            _ => ("zstd, gzip", gzip(&zstd(&text))),
        };
        for (at, byte) in bytes {
            let at = usize::from(at) % coded.len();
            coded[at] = byte;
        }
        let whole = decode(codings, &coded, coded.len(), false);
        let pieces = decode(codings, &coded, cut, true);
        proptest::prop_assert!(whole.bytes == pieces.bytes);
    }
}
