//! HTML as a page: against its tokens alone.

use std::hint::black_box;

use sockeye::view::rendered::{FIRST, lay_out};
use sockeye::view::{Rendered, View};

use super::times::{goal, median_cpu, row};
use crate::{HEIGHT, WIDTH};

/// Laying out: a long page, and nesting that a tree would choke on. The first screen is
/// what the browser lays out before all of it.
pub fn rendering() {
    let row_of = |n: usize| {
        format!(
            "<h2 id=s{n}>Section {n}</h2><p>Lorem <b>ipsum</b> dolor &amp; sit <a href=/{n}>amet</a>, \
             consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore.<ul><li>one\
             <li>two</ul><table><tr><td>{n}<td>a cell<td>another</table>\n"
        )
    };
    let page: String = (0..).map(row_of).take(19_000).collect();
    let words = "<p>one two three".repeat(4_400_000 / 16);
    for (name, html) in [
        ("4.4 MB of sections, lists, tables", page),
        ("4.4 MB of short paragraphs", words),
        ("100,000 nested div", "<div>".repeat(100_000)),
        ("100,000 nested blockquote", "<blockquote>x".repeat(100_000)),
        ("100,000 nested table", "<table><tr><td>x".repeat(100_000)),
        ("100,000 unclosed b and a", "<b><a href=x>x".repeat(100_000)),
        (
            "one table of 100,000 rows",
            format!("<table>{}", "<tr><td>a<td>b b".repeat(100_000)),
        ),
    ] {
        let html = html.as_bytes();
        let ours = || {
            black_box(lay_out(html, html.len() as u64, WIDTH));
        };
        let bare = || {
            black_box(html5gum::Tokenizer::new(html).count());
        };
        let rows = lay_out(html, html.len() as u64, WIDTH).len();
        row(&format!("{name} ({rows} rows)"), ours, bare);
        let first = &html[..html.len().min(FIRST as usize)];
        let first = median_cpu(|| {
            let page = lay_out(first, html.len() as u64, WIDTH);
            let view = Rendered {
                page: &page,
                width: WIDTH,
                left: 0,
            };
            black_box(view.rows(0, HEIGHT));
        });
        println!("    first screen {}", goal(first, 10));
    }
}
