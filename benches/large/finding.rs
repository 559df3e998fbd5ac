//! Finding in a body: against reading it, and the tools that people have.

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use sockeye::body::{Answer, Memory, Needle, Pattern, Window, Writer};
use sockeye::decode::Letters;
use sockeye::view::{Text, View};

use super::bodies::pieces_of;
use super::times::{is_installed, median, micros, row};
use crate::support::measure;
use crate::support::terminal::Program;
use crate::{GIB, HEIGHT, WIDTH};

/// A rare string at 90 %, against reading as far without looking.
pub fn finding(window: &Window) {
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
pub fn against_tools(text: &[u8]) {
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
pub fn less(path: &Path, first: &str, rare: Option<&str>) {
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
