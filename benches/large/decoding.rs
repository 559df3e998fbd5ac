//! Undoing content codings: against the bare decoders, and the tools.

use std::hint::black_box;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use sockeye::decode::{Codings, Decoder, Feeding, Limits};

use super::times::{is_installed, median, rate, row};
use crate::MIB;

/// Undoing content codings: against the bare loop around the same decoder, and the tools.
pub fn decoding() {
    let text = words(64 * MIB);
    println!("\ndecoding, 64 MiB of words");
    let gzip = || {
        let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        coder.write_all(&text).unwrap();
        coder.finish().unwrap()
    };
    let coded = gzip();
    let bare = || drained(flate2::read::MultiGzDecoder::new(&coded[..]));
    against_decoder("gzip", "gzip", &coded, text.len(), bare);

    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&text).unwrap();
    // Nothing in this program codes these.
    let coded_by = |tool: &str, level: &str| {
        is_installed(tool).then(|| {
            let out = Command::new(tool)
                .args(["-c", level])
                .arg(file.path())
                .output();
            out.unwrap().stdout
        })
    };
    if let Some(coded) = coded_by("zstd", "-3") {
        let bare = || drained(ruzstd::decoding::StreamingDecoder::new(&coded[..]).unwrap());
        against_decoder("zstd", "zstd", &coded, text.len(), bare);
    }
    // Its default, 11, takes ten minutes for this.
    let coded = coded_by("brotli", "-5").unwrap_or_else(|| {
        println!("  so br is made of its own uncompressed blocks");
        stored(&text)
    });
    let bare = || drained(brotli_decompressor::Decompressor::new(&coded[..], 64 << 10));
    against_decoder("br", "brotli", &coded, text.len(), bare);
}

/// br without an encoder (RFC 7932, 9.2): WBITS 16 as one bit 0, then blocks with ISLAST 0,
/// MNIBBLES 4 as 00, MLEN - 1 in 16 bits, ISUNCOMPRESSED 1; last ISLAST and ISLASTEMPTY.
fn stored(plain: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    for (n, block) in plain.chunks(1 << 16).enumerate() {
        let len = block.len() as u32 - 1;
        let head = (len << 3 | 1 << 19) << u32::from(n == 0);
        coded.extend_from_slice(&head.to_le_bytes()[..3]);
        coded.extend_from_slice(block);
    }
    coded.push(0b11);
    coded
}

fn against_decoder(coding: &str, tool: &str, coded: &[u8], len: usize, bare: impl FnMut()) {
    let codings = Codings::of([coding].into_iter());
    let decode = || {
        let mut decoder = Decoder::new(&codings, Limits::SCRIPT);
        let mut out = Vec::new();
        let mut done = 0;
        for piece in coded.chunks(64 << 10) {
            let mut at = 0;
            loop {
                let fed = decoder.feed(&piece[at..], &mut out);
                at += fed.taken;
                done += black_box(&out).len();
                out.clear();
                match fed.state {
                    Feeding::More => {}
                    Feeding::Hungry => break,
                    state => panic!("{state:?}"),
                }
            }
        }
        // What was held back for later bytes to refer to.
        decoder.flush();
        while decoder.feed(b"", &mut out).state == Feeding::More {}
        decoder.finish();
        assert_eq!(done + out.len(), len);
    };
    row(&format!("{coding}, against its bare decoder"), decode, bare);
    let time = median(decode);
    println!("    {:.2} GB/s", rate(len, time));
    if is_installed(tool) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(coded).unwrap();
        row(&format!("{coding}, against {tool} -dc"), decode, || {
            let file = std::fs::File::open(file.path()).unwrap();
            let status = Command::new(tool)
                .arg("-dc")
                .stdin(file)
                .stdout(Stdio::null())
                .status();
            assert!(status.is_ok_and(|status| status.success()));
        });
    }
}

fn drained(mut from: impl Read) {
    let mut buf = vec![0; 64 << 10];
    while let 1.. = black_box(from.read(&mut buf)).unwrap() {}
}

/// Words in an order that does not come back: what is coded 3 to 4 times smaller.
fn words(bytes: usize) -> Vec<u8> {
    const WORDS: &[&str] = &[
        "the", "socket", "of", "a", "stream", "reads", "what", "was", "sent", "before", "its",
        "end", "and", "names", "each", "byte", "once",
    ];
    let mut text = Vec::with_capacity(bytes + 20);
    let mut seed = 1_u64;
    while text.len() < bytes {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let word = WORDS[(seed % WORDS.len() as u64) as usize];
        write!(text, "{word}{}", if seed & 0xf00 == 0 { "\n" } else { " " }).unwrap();
    }
    text.truncate(bytes);
    text
}
