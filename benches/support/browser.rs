//! The browser in a terminal of 120 columns and 40 rows: what a transfer costs while it
//! is watched, how long the first frame and a key's frame take, what idling costs.

use std::path::Path;
use std::time::{Duration, Instant};

use super::measure::Cost;
use super::server;
use super::terminal::Program;

/// The last bytes of each frame: the end of a synchronized update.
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";
/// How the line begins that says why an exchange is over.
const VERDICT: &str = "ended:";
const CTRL_Q: &[u8] = b"\x11";

/// Opens the URL, waits for the verdict, quits. What does not fit into its memory goes to
/// a file in `temporary`.
pub fn watch(program: &str, url: &str, temporary: &Path) -> Cost {
    let mut browser = Program::start(program, &[url], temporary);
    browser.wait_for(|screen| screen.contents().contains(VERDICT));
    browser.quit(CTRL_Q)
}

/// What is done with a body that comes, and when it is all there: pages, the middle, the
/// end, Hex, a search for what is nowhere.
const LOOKS: &[&[u8]] = &[
    b"\x1b[6~",
    b"\x1b[6~",
    b"%",
    b"50%\r",
    b"\x1b[5~",
    b"4",
    b"\x1b[6~",
    b"1",
    b"/",
    b"no such text\r",
    b"G",
    b"g",
];
/// Between two keys: a hand at speed.
const KEY: Duration = Duration::from_millis(50);
/// A last search for what is nowhere, not the one of [`LOOKS`], whose end may still be
/// told; and how it ends in all there is.
const LAST_SEARCH: &[u8] = b"nor such a one\r";
const NOT_FOUND: &str = "not found: nor such a one";
/// 10 GiB come and are searched within it at 40 MiB/s.
const FLOOD_PATIENCE: Duration = Duration::from_secs(8 * 60);

/// Opens the URL, scrolls and searches while the body comes and once more when it is all
/// there, waits for the end of the search, quits.
pub fn look_around(program: &str, url: &str, temporary: &Path) -> Cost {
    let until = Instant::now() + FLOOD_PATIENCE;
    let mut browser = Program::start(program, &[url], temporary);
    browser.wait_for(|screen| screen.contents().contains(server::LINE));
    let mut over = false;
    while !over {
        over = browser.shows(has_all);
        for key in LOOKS {
            browser.press(key);
            browser.look_for(KEY);
        }
        browser.hold(until);
    }
    browser.press(b"/");
    browser.look_for(KEY);
    browser.press(LAST_SEARCH);
    browser.wait_until(until, |screen| screen.contents().contains(NOT_FOUND));
    browser.quit(CTRL_Q)
}

/// The response's title says `1,280 of 4,096 B` until all is there. The verdict does not
/// tell it here: what a search says stands in its place for seconds.
fn has_all(screen: &vt100::Screen) -> bool {
    let screen = screen.contents();
    let title = screen.split_once("Response · 200 OK · ");
    title
        .and_then(|(_, rest)| rest.lines().next())
        .is_some_and(|amount| !amount.contains(" of "))
}

/// From exec to the last byte of the first frame, on the start page.
pub fn first_frame(program: &str) -> Duration {
    let browser = Program::start(program, &[], &std::env::temp_dir());
    let mut first = Vec::new();
    while memchr::memmem::find(&first, FRAME_ENDS).is_none() {
        first.extend(browser.output.recv().expect("the browser ended early"));
    }
    let shown = browser.began.elapsed();
    browser.quit(CTRL_Q);
    shown
}

/// What a loaded browser does while nothing happens.
pub struct Idle {
    /// Bytes to the terminal.
    pub written: usize,
    /// In ticks of 10 ms; Linux alone tells it of a running process.
    pub cpu: Option<Duration>,
}

/// Opens the URL and waits for the verdict, then looks on for so long.
pub fn idle(program: &str, url: &str, time: Duration) -> Idle {
    let mut browser = Program::start(program, &[url], &std::env::temp_dir());
    browser.wait_for(|screen| screen.contents().contains(VERDICT));
    // What was under way when the verdict came is drawn before it counts.
    browser.written_in(Duration::from_millis(500));
    let before = cpu(browser.pid);
    let written = browser.written_in(time);
    let cpu = cpu(browser.pid)
        .zip(before)
        .map(|(after, before)| after.saturating_sub(before));
    browser.quit(CTRL_Q);
    Idle { written, cpu }
}

/// While a body streams in, switches between Text and Hex, and times each key until the
/// frame that shows it has come.
pub fn keys(program: &str, url: &str, count: usize) -> Vec<Duration> {
    let mut browser = Program::start(program, &[url], &std::env::temp_dir());
    browser.wait_for(|screen| screen.contents().contains(server::LINE));
    let hex: Vec<String> = server::LINE.bytes().map(|b| format!("{b:02x}")).collect();
    let hex = hex[..6].join(" ");
    let times = (0..count).map(|n| {
        let to_hex = n % 2 == 0;
        let pressed = Instant::now();
        browser.press(if to_hex { b"4" } else { b"1" });
        browser.wait_for(|screen| screen.contents().contains(&hex) == to_hex);
        pressed.elapsed()
    });
    let times = times.collect();
    browser.quit(CTRL_Q);
    times
}

/// What is pressed while two tabs stream at once.
pub const TWO_TABS: [&str; 3] = ["switch tabs", "scroll", "type"];

/// While a body streams into each of two tabs, times keys as [`keys`] does: to the other
/// tab, a page up or to the end, a letter in the request or its removal; `count` of each.
/// The paths differ, so that each tab is known by its request.
pub fn two_tabs(program: &str, urls: [&str; 2], count: usize) -> [Vec<Duration>; 3] {
    const CTRL_T: &[u8] = b"\x14";
    const CTRL_PAGE_DOWN: &[u8] = b"\x1b[6;5~";
    const PAGE_UP: &[u8] = b"\x1b[5~";
    const F2: &[u8] = b"\x1bOQ";
    const BACKSPACE: &[u8] = b"\x7f";
    let has = |screen: &vt100::Screen, words: &str| screen.contents().contains(words);
    let mut browser = Program::start(program, &urls[..1], &std::env::temp_dir());
    browser.wait_for(|screen| has(screen, server::LINE));
    browser.press(CTRL_T);
    browser.press(format!("{}\r", urls[1]).as_bytes());
    let (_, path) = urls[1].rsplit_once('/').expect("a path");
    let second = format!("{path} HTTP/1.1");
    browser.wait_for(|screen| has(screen, &second) && has(screen, server::LINE));
    // Each key in turn, and whether these words are seen then.
    let timed = |browser: &mut Program, keys: [(&[u8], bool); 2], words: &str| {
        let press = |(key, seen): (&[u8], bool)| {
            let pressed = Instant::now();
            browser.press(key);
            browser.wait_for(|screen| has(screen, words) == seen);
            pressed.elapsed()
        };
        keys.into_iter()
            .cycle()
            .take(count)
            .map(press)
            .collect::<Vec<_>>()
    };
    let keys: [(&[u8], bool); 2] = [(CTRL_PAGE_DOWN, false), (CTRL_PAGE_DOWN, true)];
    let tabs = timed(&mut browser, keys, &second);
    let scrolled = timed(&mut browser, [(PAGE_UP, false), (b"G", true)], "following");
    browser.press(F2);
    let typed = timed(&mut browser, [(b"~", true), (BACKSPACE, false)], "~");
    browser.quit(CTRL_Q);
    [tabs, scrolled, typed]
}

/// CPU time of a running process so far (proc_pid_stat(5), utime and stime).
fn cpu(pid: u32) -> Option<Duration> {
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let times = fields.split_whitespace().skip(11).take(2);
    let ticks: u32 = times.flat_map(str::parse::<u32>).sum();
    Some(TICK * ticks)
}
