//! Keeping a body: against the copy and the write that it needs anyway.

use std::hint::black_box;
use std::io::Write;

use sockeye::body::{Memory, Writer};

use super::bodies::pieces_of;
use super::times::{median, rate, row};
use crate::MIB;

/// Appending, with the line index, against the copy and the write that it needs anyway.
pub fn keeping(text: &[u8]) {
    println!("keeping: time against the bare calls (goal: near 1)");
    let total = 64 * MIB;
    for size in [4 << 10, 64 << 10, 256 << 10] {
        let bare = || {
            let mut pieces: Vec<Vec<u8>> = Vec::new();
            for bytes in pieces_of(text, size, total) {
                match pieces.last_mut() {
                    Some(piece) if piece.len() + bytes.len() <= piece.capacity() => {
                        piece.extend_from_slice(bytes);
                    }
                    _ => {
                        let mut piece = Vec::with_capacity(256 << 10);
                        piece.extend_from_slice(bytes);
                        pieces.push(piece);
                    }
                }
            }
            black_box(&pieces);
        };
        let ours = || append(Writer::new(&Memory::new(u64::MAX)), text, size, total);
        row(&format!("memory, {} KiB appends", size >> 10), ours, bare);
    }
    let total = 512 * MIB;
    for size in [4 << 10, 64 << 10, 256 << 10] {
        let bare = || {
            let mut file = tempfile::tempfile().unwrap();
            for bytes in pieces_of(text, 256 << 10, total) {
                file.write_all(bytes).unwrap();
            }
        };
        let ours = || append(Writer::new(&Memory::new(0)), text, size, total);
        let name = format!("file, {} KiB appends (write 256 KiB)", size >> 10);
        row(&name, ours, bare);
    }
    // What is appended is indexed: the rate of both is less than that of the index alone.
    let total = 256 * MIB;
    let time = median(|| append(Writer::new(&Memory::new(u64::MAX)), text, 256 << 10, total));
    let count = median(|| {
        black_box(memchr::memchr_iter(b'\n', black_box(text)).count());
    });
    println!(
        "  copied and indexed: {:.1} GB/s (goal 3); LF count alone {:.1} GB/s",
        rate(total, time),
        rate(text.len(), count)
    );
}

fn append(mut writer: Writer, text: &[u8], size: usize, total: usize) {
    for bytes in pieces_of(text, size, total) {
        writer.append(bytes).unwrap();
    }
    black_box(writer.store().len());
}
