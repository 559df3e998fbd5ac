//! Screens of a body: the first, the last, a row or a page further.

use std::hint::black_box;

use sockeye::body::Window;
use sockeye::decode::Letters;
use sockeye::exchange::dialogue::Dialogue;
use sockeye::view::{Hex, Text, View, Wire};

use super::bodies::memory;
use super::times::{goal, median, median_cpu, micros, row};
use crate::{HEIGHT, WIDTH};

/// Every view's first screen, its end, and a row further; 1 is the goal reached.
pub fn looking(window: &Window) {
    let text = |wrap| Text {
        window: window.clone(),
        letters: Letters::default(),
        width: WIDTH,
        wrap,
        left: 0,
    };
    let (wrapped, cut) = (text(true), text(false));
    let hex = Hex {
        window: window.clone(),
        width: WIDTH,
        left: 0,
    };
    let wire = Wire {
        sent: b"GET / HTTP/1.1\r\n\r\n",
        received: window.clone(),
        dialogue: &Dialogue::of(18, window.len),
        width: WIDTH,
    };
    let views: [(&str, &dyn View); 4] = [
        ("text, wrapped", &wrapped),
        ("text, cut", &cut),
        ("hex", &hex),
        ("wire", &wire),
    ];
    println!("  against the goals of 10 ms, 20 ms, 20 ms:");
    for (name, view) in views {
        let first = median_cpu(|| {
            black_box(view.rows(0, HEIGHT));
        });
        let end = median_cpu(|| {
            let top = view.step(view.last(), 1 - HEIGHT as i64);
            black_box(view.rows(top, HEIGHT));
        });
        // Where no block and no segment begins.
        let middle = view.anchor(window.len / 2 + 54_321);
        let scroll = median_cpu(|| {
            let top = view.step(middle, -1);
            black_box(view.rows(top, HEIGHT));
        });
        let before = bytes_read();
        let top = view.step(middle, 1);
        black_box(view.rows(top, HEIGHT));
        let read = before.zip(bytes_read()).map(|(from, to)| to - from);
        let read = read.map_or("?".to_owned(), |read| {
            format!("{:.1}", read as f64 / 1024.0)
        });
        println!(
            "  {name:<14} first screen {} · jump to the end {} · a row up {} · {read} KiB read for a row down (goal 9.4)",
            goal(first, 10),
            goal(end, 20),
            goal(scroll, 20),
        );
    }
    let lines = window.line_count().unwrap();
    let line = median_cpu(|| {
        black_box(window.line_start(lines / 2).unwrap());
        black_box(window.line_of(window.len / 2).unwrap());
    });
    println!(
        "  {lines} lines; a line's start and number {}",
        goal(line, 20)
    );
}

/// A page further to the right on lines that are not wrapped: the worst is the last of a
/// row, for its columns are counted from the row's start.
pub fn sideways(window: &Window) {
    for left in [WIDTH, 16 << 10, 21 << 10, 32 << 10] {
        let view = Text {
            window: window.clone(),
            letters: Letters::default(),
            width: WIDTH,
            wrap: false,
            left,
        };
        let middle = view.anchor(window.len / 2);
        let time = median_cpu(|| {
            black_box(view.rows(middle, HEIGHT));
        });
        println!(
            "  text, cut, {left:>5} columns to the right {}",
            goal(time, 10)
        );
    }
}

/// Rows out of 4 KiB.
pub fn drawing(window: &Window) {
    let hex = Hex {
        window: window.clone(),
        width: 80,
        left: 0,
    };
    let wire = Wire {
        sent: b"",
        received: window.clone(),
        dialogue: &Dialogue::of(0, window.len),
        width: 80,
    };
    let bytes = window.read(0, 4096).unwrap();
    let bare = || {
        for _ in 0..100 {
            let text: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
            black_box(text);
        }
    };
    let ours = || {
        for _ in 0..100 {
            black_box(hex.rows(0, 256));
        }
    };
    row("hex of 4,096 bytes 100 times (format!)", ours, bare);
    let time = median(|| {
        black_box(wire.rows(0, HEIGHT));
    });
    println!("  wire, a screen of noise {:.0} µs", micros(time));
}

/// A screen of rows in each kind of charset.
pub fn charsets(ascii: &[u8]) {
    let wide = "日本語 と abc, ß und ü. ".repeat(1000).into_bytes();
    let latin = b"na\xefve caf\xe9, \xfcber alles. ".repeat(1000);
    let utf16: Vec<u8> = "日本語 と abc. "
        .repeat(1000)
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (name, bytes, encoding) in [
        ("UTF-8, ASCII alone", ascii, encoding_rs::UTF_8),
        ("UTF-8, wide", &wide, encoding_rs::UTF_8),
        ("windows-1252", &latin, encoding_rs::WINDOWS_1252),
        ("UTF-16", &utf16, encoding_rs::UTF_16LE),
        ("Shift_JIS, ASCII alone", ascii, encoding_rs::SHIFT_JIS),
    ] {
        let view = Text {
            window: memory(bytes),
            letters: Letters::of(encoding),
            width: WIDTH,
            wrap: true,
            left: 0,
        };
        let time = median(|| {
            for _ in 0..100 {
                black_box(view.rows(0, HEIGHT));
            }
        });
        println!(
            "  text, a screen of {name:<24} {:4.0} µs",
            micros(time) / 100.0
        );
    }
}

/// Bytes that this process has read from files so far (proc_pid_io(5), rchar); Linux alone
/// tells it.
fn bytes_read() -> Option<u64> {
    let io = std::fs::read_to_string("/proc/self/io").ok()?;
    let rchar = io.lines().find_map(|line| line.strip_prefix("rchar: "))?;
    rchar.parse().ok()
}
