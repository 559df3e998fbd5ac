//! What keeping and looking at a large body costs, as ratios made in one run: machines
//! differ, goals do not. `cargo bench --bench views`; the spilled stores take 1.3 GiB of
//! the directory for temporary files.

use std::hint::black_box;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sockeye::body::{Answer, Memory, Needle, Pattern, Window, Writer};
use sockeye::decode::Letters;
use sockeye::exchange::dialogue::Dialogue;
use sockeye::view::pretty::{Folds, Index};
use sockeye::view::rendered::lay_out;
use sockeye::view::{Form, Hex, Marks, Pretty, Text, View, Wire};

const ROUNDS: usize = 5;
const GIB: usize = 1 << 30;
const MIB: usize = 1 << 20;
/// A screen as PERFORMANCE's figures are for.
const WIDTH: usize = 120;
const HEIGHT: usize = 40;

fn main() {
    let text = lines(4 * MIB);
    keeping(&text);

    let lines = spilled(&text, GIB);
    forms();

    println!("\n1 GiB of lines, all but 16 MiB in the file");
    looking(&lines);
    finding(&lines);
    against_tools(&text, &lines);

    println!("\n1 GiB in a single line, ASCII");
    looking(&spilled(&b"abcdefghijklmnop".repeat(256 << 10), GIB));

    let words: Vec<u8> = "日本語abc ".bytes().cycle().take(13 * 300_000).collect();
    println!("\n256 MiB in a single line, mostly not ASCII");
    looking(&spilled(&words, 256 * MIB));

    let noise: Vec<u8> = (0..u32::try_from(4 * MIB).unwrap())
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    println!("\nHTML as a page, against its tokens alone");
    rendering();

    println!("\nnoise");
    drawing(&memory(&noise));
}

/// JSON of 100 MB: reading its rows ahead, its first screen, its end; beside serde_json
/// and `jq .` on the same bytes.
fn forms() {
    let record = br#"{"id":123456,"name":"Ada Lovelace","tags":["one","two"],"on":true,"at":{"x":1.5,"y":null}},"#;
    let mut json = b"[".to_vec();
    while json.len() < 100_000_000 {
        json.extend_from_slice(record);
    }
    json.pop();
    json.push(b']');
    let window = memory(&json);
    let form = Form::Json;
    let mut index = Index::new(&form);
    let time = median(|| {
        index = Index::new(&form);
        let mut head = index.head();
        loop {
            let piece = head.read(&window, 8 << 20).unwrap();
            let next = piece.head();
            let done = next.end() == head.end();
            head = next;
            index.add(piece);
            if done {
                break;
            }
        }
    });
    println!(
        "\nJSON of 100 MB: rows read ahead in {:.2} s ({:.2} GB/s), {} KiB kept",
        time.as_secs_f64(),
        rate(json.len(), time),
        index.size() >> 10
    );
    let serde = median(|| {
        let read: serde_json::Value = serde_json::from_slice(black_box(&json)).unwrap();
        black_box(read);
    });
    println!(
        "  serde_json to a Value: {:.1} × that time",
        serde.as_secs_f64() / time.as_secs_f64()
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&json).unwrap();
    let began = Instant::now();
    let jq = Command::new("jq")
        .arg(".")
        .arg(file.path())
        .stdout(Stdio::null())
        .status();
    match jq {
        Ok(status) if status.success() => {
            let jq = began.elapsed().as_secs_f64();
            println!("  jq .: {:.1} × that time", jq / time.as_secs_f64());
        }
        _ => println!("  jq is not installed: no row for it"),
    }
    for (name, index, folds) in [
        ("nothing read ahead", &Index::new(&form), Folds::default()),
        ("read ahead", &index, Folds::default()),
        ("all folded", &index, Pretty::fold_all(&form)),
    ] {
        let mut view = Pretty::new(window.clone(), &form, index, &folds);
        view.width = WIDTH;
        let first = median(|| {
            black_box(view.rows(0, HEIGHT));
        });
        let end = median(|| {
            let top = view.step(view.last(), 1 - HEIGHT as i64);
            black_box(view.rows(top, HEIGHT));
        });
        let middle = view.anchor(window.len / 2);
        let scroll = median(|| {
            let top = view.step(middle, -1);
            black_box(view.rows(top, HEIGHT));
        });
        println!(
            "  {name:<18} first screen {} · jump to the end {} · a row up {}",
            goal(first, 10),
            goal(end, 20),
            goal(scroll, 20),
        );
    }
}

/// Appending, with the line index, against the copy and the write that it needs anyway.
fn keeping(text: &[u8]) {
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
    let count = median(|| {
        black_box(memchr::memchr_iter(b'\n', black_box(text)).count());
    });
    println!("  (LF count alone: {:.1} GB/s)", rate(text.len(), count));
}

fn append(mut writer: Writer, text: &[u8], size: usize, total: usize) {
    for bytes in pieces_of(text, size, total) {
        writer.append(bytes).unwrap();
    }
    black_box(writer.store().len());
}

/// Every view's first screen, its end, and a row further; 1 is the goal reached.
fn looking(window: &Window) {
    let text = |wrap| Text {
        window: window.clone(),
        letters: Letters::default(),
        width: WIDTH,
        wrap,
        left: 0,
        marks: Marks::default(),
    };
    let (wrapped, cut) = (text(true), text(false));
    let hex = Hex {
        window: window.clone(),
        width: WIDTH,
        left: 0,
        marks: Marks::default(),
    };
    let wire = Wire {
        sent: b"GET / HTTP/1.1\r\n\r\n",
        received: window.clone(),
        dialogue: &Dialogue::of(18, window.len),
        width: WIDTH,
        regions: &[],
        marks: Marks::default(),
    };
    let views: [(&str, &dyn View); 4] = [
        ("text, wrapped", &wrapped),
        ("text, cut", &cut),
        ("hex", &hex),
        ("wire", &wire),
    ];
    println!("  against the goals of 10 ms, 20 ms, 20 ms:");
    for (name, view) in views {
        let first = median(|| {
            black_box(view.rows(0, HEIGHT));
        });
        let end = median(|| {
            let top = view.step(view.last(), 1 - HEIGHT as i64);
            black_box(view.rows(top, HEIGHT));
        });
        let middle = view.anchor(window.len / 2);
        let scroll = median(|| {
            let top = view.step(middle, -1);
            black_box(view.rows(top, HEIGHT));
        });
        println!(
            "  {name:<14} first screen {} · jump to the end {} · a row up {}",
            goal(first, 10),
            goal(end, 20),
            goal(scroll, 20),
        );
    }
    let lines = window.line_count().unwrap();
    let line = median(|| {
        black_box(window.line_start(lines / 2).unwrap());
        black_box(window.line_of(window.len / 2).unwrap());
    });
    println!(
        "  {lines} lines; a line's start and number {}",
        goal(line, 20)
    );
}

/// Laying out: a long page, and nesting that a tree would choke on.
fn rendering() {
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
    }
}

/// A rare string at 90 %, against reading as far without looking.
fn finding(window: &Window) {
    let end = window.len / 10 * 9;
    let read = || {
        let mut buf = vec![0; 256 << 10];
        let mut at = 0;
        while at < end {
            at += window.read_at(at, &mut buf).unwrap() as u64;
        }
    };
    for (name, ignore_case) in [("find", false), ("find, any case", true)] {
        let needle = Needle::new(b"a rare string that is not there", ignore_case);
        let part = Window {
            len: end,
            ..window.clone()
        };
        let ours = || {
            let answer = needle.next(&part, 0, u64::MAX).unwrap();
            assert_eq!(answer, Answer::NotFound);
        };
        row(name, ours, read);
    }
}

/// A rare string at 90 % of the same bytes in a file, by the tools that people have: a
/// tool that is not installed is named.
fn against_tools(text: &[u8], window: &Window) {
    const RARE: &str = "a rare string at ninety percent";
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mut writer = Writer::new(&Memory::new(16 << 20));
    let mut done = 0;
    let mut put = |bytes: &[u8]| {
        file.write_all(bytes).unwrap();
        writer.append(bytes).unwrap();
    };
    for bytes in pieces_of(text, 256 << 10, GIB) {
        if done < window.len / 10 * 9 && done + bytes.len() as u64 >= window.len / 10 * 9 {
            put(RARE.as_bytes());
        }
        put(bytes);
        done += bytes.len() as u64;
    }
    let window = Window::whole(&writer.store());
    let needle = Needle::new(RARE.as_bytes(), false);
    let regex = Pattern::typed("/rare [a-z]+ at ninety/", false).unwrap();
    let find = || {
        let answer = needle.next(&window, 0, u64::MAX).unwrap();
        assert!(matches!(answer, Answer::Found(_)));
    };
    let find_regex = || {
        let answer = regex.next(&window, 0, u64::MAX).unwrap();
        assert!(matches!(answer, Answer::Found(_)));
    };
    let path = file.path().to_str().unwrap();
    let rg = |args: &[&str]| {
        let status = Command::new("rg")
            .args(args)
            .arg(path)
            .stdout(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()));
    };
    let installed = |tool: &str| {
        let status = Command::new(tool)
            .arg("--version")
            .stdout(Stdio::null())
            .status();
        let there = status.is_ok();
        if !there {
            println!("  {tool} is not installed: no ratio against it");
        }
        there
    };
    if installed("rg") {
        row("find, against rg -F (goal 2)", find, || {
            rg(&["-F", "-m1", RARE])
        });
        let re = "rare [a-z]+ at ninety";
        row("find a regex, against rg (goal 2)", find_regex, || {
            rg(&["-m1", re])
        });
    }
}

/// Rows out of 4 KiB.
fn drawing(window: &Window) {
    let hex = Hex {
        window: window.clone(),
        width: 80,
        left: 0,
        marks: Marks::default(),
    };
    let wire = Wire {
        sent: b"",
        received: window.clone(),
        dialogue: &Dialogue::of(0, window.len),
        width: 80,
        regions: &[],
        marks: Marks::default(),
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

fn lines(bytes: usize) -> Vec<u8> {
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

fn spilled(text: &[u8], total: usize) -> Window {
    stored(text, total, 16 << 20)
}

fn memory(text: &[u8]) -> Window {
    stored(text, text.len(), u64::MAX)
}

fn stored(text: &[u8], total: usize, budget: u64) -> Window {
    let mut writer = Writer::new(&Memory::new(budget));
    for bytes in pieces_of(text, 256 << 10, total) {
        writer.append(bytes).unwrap();
    }
    Window::whole(&writer.store())
}

/// `total` bytes of the text over and over, in pieces of at most `size`.
fn pieces_of(text: &[u8], size: usize, total: usize) -> impl Iterator<Item = &[u8]> {
    let mut left = total;
    text.chunks(size).cycle().map_while(move |bytes| {
        let bytes = &bytes[..bytes.len().min(left)];
        left -= bytes.len();
        (!bytes.is_empty()).then_some(bytes)
    })
}

fn timed(run: &mut impl FnMut()) -> Duration {
    let began = Instant::now();
    run();
    began.elapsed()
}

fn median(mut run: impl FnMut()) -> Duration {
    middle((0..ROUNDS).map(|_| timed(&mut run)).collect())
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Both in turns, so that what else the machine does falls on both.
fn row(name: &str, mut ours: impl FnMut(), mut bare: impl FnMut()) {
    let rounds = (0..ROUNDS).map(|_| (timed(&mut ours), timed(&mut bare)));
    let (ours, bare): (Vec<Duration>, Vec<Duration>) = rounds.unzip();
    let (ours, bare) = (middle(ours), middle(bare));
    println!(
        "  {name:<40} {:.2} × ({:.1} ms)",
        ours.as_secs_f64() / bare.as_secs_f64(),
        micros(ours) / 1000.0
    );
}

fn goal(time: Duration, millis: u64) -> String {
    let of = time.as_secs_f64() / Duration::from_millis(millis).as_secs_f64();
    format!("{of:.3} ({:.0} µs)", micros(time))
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn rate(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / time.as_secs_f64() / 1e9
}
