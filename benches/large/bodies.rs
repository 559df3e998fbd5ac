//! The bodies that are looked at, in memory and in the file.

use std::io::Write;

use sockeye::body::{Memory, Window, Writer};

pub fn lines(bytes: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes + 200);
    let mut n = 0_usize;
    while text.len() < bytes {
        let words = "lorem ipsum dolor sit amet, consectetur adipiscing elit ".repeat(1 + n % 3);
        writeln!(text, "{n:08} {words}").unwrap();
        n += 1;
    }
    text.truncate(bytes);
    text
}

pub fn spilled(text: &[u8], total: usize) -> Window {
    kept(text, total, 16 << 20)
}

pub fn memory(text: &[u8]) -> Window {
    kept(text, text.len(), u64::MAX)
}

fn kept(text: &[u8], total: usize, budget: u64) -> Window {
    let mut writer = Writer::new(&Memory::new(budget));
    for bytes in pieces_of(text, 256 << 10, total) {
        writer.append(bytes).unwrap();
    }
    Window::whole(&writer.store())
}

/// `total` bytes of the text over and over, in pieces of at most `size`.
pub fn pieces_of(text: &[u8], size: usize, total: usize) -> impl Iterator<Item = &[u8]> {
    let mut left = total;
    text.chunks(size).cycle().map_while(move |bytes| {
        let bytes = &bytes[..bytes.len().min(left)];
        left -= bytes.len();
        (!bytes.is_empty()).then_some(bytes)
    })
}
