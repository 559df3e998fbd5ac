//! What keeping and looking at a large body costs, as ratios made in one run: machines
//! differ, goals do not. `cargo bench --bench views`; an argument picks one part: `--
//! keeping`, `forms`, `lines`, `tools`, `one-line`, `pages`, `rows`, `decoding`. The spilled
//! stores and files take 3 GiB of the directory for temporary files. A tool that is not
//! installed is named.

/// Each bench uses a part of them.
#[allow(dead_code)]
mod support {
    pub mod cpu;
    pub mod measure;
    pub mod terminal;
}

use std::hint::black_box;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sockeye::body::{Answer, Memory, Needle, Pattern, Window, Writer};
use sockeye::decode::{Codings, Decoder, Feeding, Letters, Limits};
use sockeye::exchange::dialogue::Dialogue;
use sockeye::view::pretty::{Folds, Index};
use sockeye::view::rendered::{FIRST, lay_out};
use sockeye::view::{Form, Hex, Marks, Pretty, Rendered, Text, View, Wire};

use support::cpu::thread_cpu;
use support::measure;
use support::terminal::Program;

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

/// JSON of 100 MB: reading its rows ahead, its first screen, its end; beside serde_json,
/// `jq .` and `less` on the same bytes.
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
    let time = median_cpu(|| {
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
        "\nJSON of 100 MB: rows read ahead in {:.2} s of CPU ({:.2} GB/s; goal 0.2 s), {} KiB kept",
        time.as_secs_f64(),
        rate(json.len(), time),
        index.size() >> 10
    );
    let times = |of: Duration| of.as_secs_f64() / time.as_secs_f64();
    let checked = median_cpu(|| {
        let read: serde::de::IgnoredAny = serde_json::from_slice(black_box(&json)).unwrap();
        black_box(read);
    });
    let kept = median_cpu(|| {
        let read: serde_json::Value = serde_json::from_slice(black_box(&json)).unwrap();
        black_box(read);
    });
    println!(
        "  serde_json: {:.1} × that time, nothing kept; {:.1} × to a Value",
        times(checked),
        times(kept)
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&json).unwrap();
    if is_installed("jq") {
        let jq = measure::run(Command::new("jq").arg(".").arg(file.path()));
        println!(
            "  jq .: {:.0} × that time, peak {} MiB",
            times(jq.cpu),
            jq.peak >> 20
        );
    }
    if is_installed("less") {
        less(file.path(), "123456", None);
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
        // Where no block and no segment begins.
        let middle = view.anchor(window.len / 2 + 54_321);
        let scroll = median(|| {
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
    let line = median(|| {
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
fn sideways(window: &Window) {
    for left in [WIDTH, 16 << 10, 21 << 10, 32 << 10] {
        let view = Text {
            window: window.clone(),
            letters: Letters::default(),
            width: WIDTH,
            wrap: false,
            left,
            marks: Marks::default(),
        };
        let middle = view.anchor(window.len / 2);
        let time = median(|| {
            black_box(view.rows(middle, HEIGHT));
        });
        println!(
            "  text, cut, {left:>5} columns to the right {}",
            goal(time, 10)
        );
    }
}

/// Laying out: a long page, and nesting that a tree would choke on. The first screen is
/// what the browser lays out before all of it.
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
        let first = &html[..html.len().min(FIRST as usize)];
        let first = median(|| {
            let page = lay_out(first, html.len() as u64, WIDTH);
            let view = Rendered {
                page: &page,
                width: WIDTH,
                left: 0,
                marks: Marks::default(),
            };
            black_box(view.rows(0, HEIGHT));
        });
        println!("    first screen {}", goal(first, 10));
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

/// The same bytes in a store and in a file, a rare string at 90 %: against the tools that
/// people have.
fn against_tools(text: &[u8]) {
    const RARE: &str = "a rare string at ninety percent";
    println!("\n1 GiB of lines, against tools on the same bytes in a file");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mut writer = Writer::new(&Memory::new(16 << 20));
    let mut put = |bytes: &[u8]| {
        file.write_all(bytes).unwrap();
        writer.append(bytes).unwrap();
    };
    for (n, bytes) in pieces_of(text, 256 << 10, GIB).enumerate() {
        if n == GIB / (256 << 10) / 10 * 9 {
            put(RARE.as_bytes());
        }
        put(bytes);
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
    let path = file.path();
    // In any case where there is no capital, as ours.
    let rg = |args: &[&str]| {
        measure::run(Command::new("rg").args(args).arg(path));
    };
    if is_installed("rg") {
        row("find, against rg -F (goal 2)", find, || {
            rg(&["-F", "-m1", RARE]);
        });
        let re = "rare [a-z]+ at ninety";
        row("find a regex, against rg -S (goal 2)", find_regex, || {
            rg(&["-S", "-m1", re]);
        });
    }
    if is_installed("grep") {
        row("find, against grep -F", find, || {
            measure::run(Command::new("grep").args(["-F", "-m1", RARE]).arg(path));
        });
    }
    if is_installed("less") {
        let view = Text {
            window: window.clone(),
            letters: Letters::default(),
            width: WIDTH,
            wrap: true,
            left: 0,
            marks: Marks::default(),
        };
        let first = median(|| {
            black_box(view.rows(0, HEIGHT));
        });
        let end = median(|| {
            let top = view.step(view.last(), 1 - HEIGHT as i64);
            black_box(view.rows(top, HEIGHT));
        });
        println!(
            "  ours: first screen {:.2} ms, the end {:.2} ms, the rare string {:.2} s",
            micros(first) / 1e3,
            micros(end) / 1e3,
            median(find).as_secs_f64(),
        );
        less(path, "00000005 ", Some(RARE));
    }
}

/// `less` in a terminal: exec to the first screen, which shows this text; then, with a
/// rare string to find, the end (of one line of 100 MB it takes minutes) and that string.
fn less(path: &Path, first: &str, rare: Option<&str>) {
    let shows = |screen: &vt100::Screen, text: &str| {
        let contents = screen.contents();
        contents
            .lines()
            .take(HEIGHT - 2)
            .any(|line| line.contains(text))
    };
    let path = path.to_str().unwrap();
    let mut less = Program::start("less", &[path], &std::env::temp_dir());
    less.wait_for(|screen| shows(screen, first));
    print!(
        "  less: first screen {:.0} ms",
        micros(less.began.elapsed()) / 1e3
    );
    if let Some(rare) = rare {
        let pressed = Instant::now();
        less.press(b"G");
        less.wait_for(|screen| screen.contents().contains("(END)"));
        print!(", the end {:.0} ms", micros(pressed.elapsed()) / 1e3);
        less.press(b"g");
        less.wait_for(|screen| shows(screen, first));
        let pressed = Instant::now();
        less.press(format!("/{rare}\r").as_bytes());
        less.wait_for(|screen| shows(screen, rare));
        print!(", the rare string {:.1} s", pressed.elapsed().as_secs_f64());
    }
    println!();
    less.quit(b"q");
}

/// Undoing content codings: against the bare loop around the same decoder, and the tools.
fn decoding() {
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
    let coded_by = |tool: &str| {
        let out = Command::new(tool).arg("-c").arg(file.path()).output();
        is_installed(tool).then(|| out.unwrap().stdout)
    };
    if let Some(coded) = coded_by("zstd") {
        let bare = || drained(ruzstd::decoding::StreamingDecoder::new(&coded[..]).unwrap());
        against_decoder("zstd", "zstd", &coded, text.len(), bare);
    }
    let coded = coded_by("brotli").unwrap_or_else(|| {
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

/// A screen of rows in each kind of charset.
fn charsets(ascii: &[u8]) {
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
            marks: Marks::default(),
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
    kept(text, total, 16 << 20)
}

fn memory(text: &[u8]) -> Window {
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
fn pieces_of(text: &[u8], size: usize, total: usize) -> impl Iterator<Item = &[u8]> {
    let mut left = total;
    text.chunks(size).cycle().map_while(move |bytes| {
        let bytes = &bytes[..bytes.len().min(left)];
        left -= bytes.len();
        (!bytes.is_empty()).then_some(bytes)
    })
}

fn is_installed(tool: &str) -> bool {
    let status = Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let there = status.is_ok();
    if !there {
        println!("  {tool} is not installed: no row for it");
    }
    there
}

/// Bytes that this process has read from files so far (proc_pid_io(5), rchar); Linux alone
/// tells it.
fn bytes_read() -> Option<u64> {
    let io = std::fs::read_to_string("/proc/self/io").ok()?;
    let rchar = io.lines().find_map(|line| line.strip_prefix("rchar: "))?;
    rchar.parse().ok()
}

fn timed(run: &mut impl FnMut()) -> Duration {
    let began = Instant::now();
    run();
    began.elapsed()
}

fn median(mut run: impl FnMut()) -> Duration {
    middle((0..ROUNDS).map(|_| timed(&mut run)).collect())
}

/// Of CPU, of this thread.
fn median_cpu(mut run: impl FnMut()) -> Duration {
    let timed = |_| {
        let began = thread_cpu();
        run();
        thread_cpu() - began
    };
    middle((0..ROUNDS).map(timed).collect())
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
