//! What keeping and looking at a large body costs, as ratios made in one run: machines
//! differ, goals do not. What has a goal in time is measured in CPU time.
//!
//! `cargo bench --bench views`; an argument picks one part: `-- keeping`, `forms`, `lines`,
//! `tools`, `one-line`, `pages`, `rows`, `decoding`. The spilled stores and files take 3 GiB
//! of the directory for temporary files. A tool that is not installed is named.

/// Each bench uses a part of them.
#[allow(dead_code)]
mod support {
    pub mod cpu;
    pub mod measure;
    pub mod terminal;
}

mod large {
    pub mod bodies;
    pub mod decoding;
    pub mod finding;
    pub mod forms;
    pub mod keeping;
    pub mod looking;
    pub mod pages;
    pub mod times;
}

use large::bodies::{lines, memory, spilled};
use large::decoding::decoding;
use large::finding::{against_tools, finding};
use large::forms::forms;
use large::keeping::keeping;
use large::looking::{charsets, drawing, looking, sideways};
use large::pages::rendering;

const ROUNDS: usize = 5;
const GIB: usize = 1 << 30;
const MIB: usize = 1 << 20;
/// A screen as PERFORMANCE's figures are for.
const WIDTH: usize = 120;
const HEIGHT: usize = 40;

fn main() {
    // cargo adds `--bench`.
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let text = lines(4 * MIB);
    if wanted("keeping") {
        keeping(&text);
    }
    if wanted("forms") {
        forms();
    }
    if wanted("lines") {
        println!("\n1 GiB of lines, all but 16 MiB in the file");
        let lines = spilled(&text, GIB);
        looking(&lines);
        finding(&lines);
    }
    if wanted("tools") {
        against_tools(&text);
    }
    if wanted("one-line") {
        println!("\n1 GiB in a single line, ASCII");
        let ascii = spilled(&b"abcdefghijklmnop".repeat(256 << 10), GIB);
        looking(&ascii);
        sideways(&ascii);
        drop(ascii);
        let words: Vec<u8> = "日本語abc ".bytes().cycle().take(13 * 300_000).collect();
        println!("\n1 GiB in a single line, mostly not ASCII");
        let wide = spilled(&words, GIB);
        looking(&wide);
        sideways(&wide);
    }
    if wanted("pages") {
        println!("\nHTML as a page, against its tokens alone");
        rendering();
    }
    if wanted("rows") {
        println!("\nrows");
        let noise: Vec<u8> = (0..u32::try_from(4 * MIB).unwrap())
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        drawing(&memory(&noise));
        charsets(&text);
    }
    if wanted("decoding") {
        decoding();
    }
}
