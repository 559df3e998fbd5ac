//! Pages with a content coding: whole, stacked, and each way of being broken.
//!
//! Owns how the bytes are coded. br is made of its own uncompressed meta-blocks: there is
//! no encoder in the house, and a decoder sees no difference.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::answer::{Answer, Chunked, TEXT};
use super::ask::Ask;
use super::flood::LINE;
use super::pages::numbered;

/// Decoded bytes of the bomb: past what is decoded without a question, and 64 KiB coded.
const BOMB: usize = 64 << 20;
/// Large enough that nothing in it is flushed on the way.
const MEMBER: usize = 4 << 20;

type Encode = fn(&[u8]) -> Vec<u8>;

/// The pages of one coding each: path, Content-Encoding, how it is made.
const CODINGS: [(&str, &str, Encode); 5] = [
    ("/gzip", "gzip", gzip),
    ("/deflate", "deflate", zlib),
    ("/deflate-raw", "deflate", bare),
    ("/br", "br", br),
    ("/zstd", "zstd", zstd),
];

/// `/gzip` and its like; in chunks, one a piece of the plain text, when `every` is given.
pub(super) fn coding(ask: &Ask<'_>) -> Answer {
    let (_, name, encode) = CODINGS
        .into_iter()
        .find(|(path, ..)| *path == ask.request.path())
        .unwrap_or(CODINGS[0]);
    let coded = encode(&lines(ask.size("bytes")));
    let answer = Answer::new(200).field("Content-Encoding", name);
    if ask.number("every") == 0 {
        return answer.whole(TEXT, coded);
    }
    answer.chunked(
        TEXT,
        Chunked {
            pieces: coded.chunks(256).map(<[u8]>::to_vec).collect(),
            every: ask.time("every"),
            ..Chunked::default()
        },
    )
}

/// A name below `/coded/`, Content-Encoding, and how the body is made.
type Page = (&'static str, &'static str, fn() -> Vec<u8>);

const PAGES: [Page; 11] = [
    ("stacked", "deflate, br, gzip", || {
        gzip(&br(&zlib(&lines(2048))))
    }),
    ("members", "gzip", || {
        [&b"one member\n"[..], b"another\n", b"the last\n"]
            .map(gzip)
            .concat()
    }),
    ("frames", "zstd", || {
        let skipped = b"\x50\x2a\x4d\x18\x09\0\0\0skip this";
        [zstd(b"one frame\n"), skipped.to_vec(), zstd(b"the last\n")].concat()
    }),
    ("broken", "gzip", || {
        let mut coded = gzip(&lines(16_384));
        let middle = coded.len() / 2;
        coded[middle..middle + 16].fill(0xff);
        coded
    }),
    ("cut", "gzip", || {
        let mut coded = gzip(&lines(16_384));
        coded.truncate(coded.len() / 2);
        coded
    }),
    ("sum", "gzip", || {
        let mut coded = gzip(&lines(1024));
        let sum = coded.len() - 8;
        coded[sum] ^= 1;
        coded
    }),
    ("trailing", "gzip", || {
        [gzip(&lines(1024)), b"bytes behind the end".to_vec()].concat()
    }),
    // Members that are all the same: coding each takes a build without optimization 16 s.
    ("bomb", "gzip", || {
        gzip(&vec![b'0'; MEMBER]).repeat(BOMB / MEMBER)
    }),
    ("unknown", "klingon", || lines(1024)),
    ("unknown-below", "klingon, gzip", || gzip(&lines(1024))),
    ("plain", "gzip", || lines(1024)),
];

pub(super) fn coded(ask: &Ask<'_>) -> Answer {
    match PAGES.into_iter().find(|(name, ..)| *name == ask.rest) {
        Some((_, coding, make)) => Answer::new(200)
            .field("Content-Encoding", coding)
            .whole(TEXT, make()),
        None => {
            let names: Vec<&str> = PAGES.into_iter().map(|(name, ..)| name).collect();
            let text = format!("/coded/ has these: {}\n", names.join(" "));
            Answer::text(404, text)
        }
    }
}

fn lines(bytes: usize) -> Vec<u8> {
    let lines = 1..=bytes.div_ceil(LINE);
    let mut text: Vec<u8> = lines.flat_map(|n| numbered("coded", n, LINE)).collect();
    text.truncate(bytes);
    text
}

/// The pieces are flushed one by one, so that each can be decoded when it comes.
fn written<W: Write>(mut encoder: W, plain: &[u8]) -> W {
    for piece in plain.chunks(16 * LINE) {
        // Into a vector: it takes all.
        let _ = encoder.write_all(piece);
        if plain.len() <= 1 << 20 {
            let _ = encoder.flush();
        }
    }
    encoder
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let encoder = GzEncoder::new(Vec::new(), Compression::best());
    written(encoder, plain).finish().unwrap_or_default()
}

fn zlib(plain: &[u8]) -> Vec<u8> {
    let encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    written(encoder, plain).finish().unwrap_or_default()
}

fn bare(plain: &[u8]) -> Vec<u8> {
    let encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    written(encoder, plain).finish().unwrap_or_default()
}

fn zstd(plain: &[u8]) -> Vec<u8> {
    compress_to_vec(plain, CompressionLevel::Fastest)
}

/// RFC 7932 section 9.2: bits from the lowest on.
fn br(plain: &[u8]) -> Vec<u8> {
    // WBITS 16 is one bit 0; ISLAST and ISLASTEMPTY.
    if plain.is_empty() {
        return vec![0b110];
    }
    let mut coded = Vec::new();
    for (n, block) in plain.chunks(1 << 16).enumerate() {
        // ISLAST 0, MNIBBLES 4 as 00, MLEN - 1 in 16 bits, ISUNCOMPRESSED 1; before the
        // first of them WBITS.
        let len = block.len() as u32 - 1;
        let head = (len << 3 | 1 << 19) << u32::from(n == 0);
        coded.extend_from_slice(&head.to_le_bytes()[..3]);
        coded.extend_from_slice(block);
    }
    coded.push(0b11);
    coded
}
