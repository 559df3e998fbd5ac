//! The browser in a terminal of 120 columns and 40 rows: what a transfer costs while it
//! is watched, how long the first frame and a key's frame take, what idling costs.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::measure::{self, Cost};
use super::server;

const SIZE: PtySize = PtySize {
    rows: 40,
    cols: 120,
    pixel_width: 0,
    pixel_height: 0,
};
/// The last bytes of each frame: the end of a synchronized update.
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";
/// What is awaited comes sooner, or never.
const PATIENCE: Duration = Duration::from_secs(60);
/// How the line begins that says why an exchange is over.
const VERDICT: &str = "ended:";
const CTRL_Q: &[u8] = b"\x11";

/// Opens the URL, waits for the verdict, quits. What does not fit into its memory goes to
/// a file in `temporary`.
pub fn watch(program: &str, url: &str, temporary: &Path) -> Cost {
    let mut browser = Browser::start(program, &[url], temporary);
    browser.wait_for(|screen| screen.contents().contains(VERDICT));
    browser.quit()
}

/// From exec to the last byte of the first frame, on the start page.
pub fn first_frame(program: &str) -> Duration {
    let browser = Browser::start(program, &[], &std::env::temp_dir());
    let mut first = Vec::new();
    while memchr::memmem::find(&first, FRAME_ENDS).is_none() {
        first.extend(browser.output.recv().expect("the browser ended early"));
    }
    let shown = browser.began.elapsed();
    browser.quit();
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
    let mut browser = Browser::start(program, &[url], &std::env::temp_dir());
    browser.wait_for(|screen| screen.contents().contains(VERDICT));
    // What was under way when the verdict came is drawn before it counts.
    browser.written_in(Duration::from_millis(500));
    let before = cpu(browser.pid);
    let written = browser.written_in(time);
    let cpu = cpu(browser.pid)
        .zip(before)
        .map(|(after, before)| after.saturating_sub(before));
    browser.quit();
    Idle { written, cpu }
}

/// While a body streams in, switches between Text and Hex, and times each key until the
/// frame that shows it has come.
pub fn keys(program: &str, url: &str, count: usize) -> Vec<Duration> {
    let mut browser = Browser::start(program, &[url], &std::env::temp_dir());
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
    browser.quit();
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
    let mut browser = Browser::start(program, &urls[..1], &std::env::temp_dir());
    browser.wait_for(|screen| has(screen, server::LINE));
    browser.press(CTRL_T);
    browser.press(format!("{}\r", urls[1]).as_bytes());
    let (_, path) = urls[1].rsplit_once('/').expect("a path");
    let second = format!("{path} HTTP/1.1");
    browser.wait_for(|screen| has(screen, &second) && has(screen, server::LINE));
    // Each key in turn, and whether these words are seen then.
    let timed = |browser: &mut Browser, keys: [(&[u8], bool); 2], words: &str| {
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
    browser.quit();
    [tabs, scrolled, typed]
}

struct Browser {
    keys: Box<dyn Write + Send>,
    /// What its terminal is sent, by a thread that ends with it.
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    pid: u32,
    began: Instant,
}

impl Browser {
    fn start(program: &str, args: &[&str], temporary: &Path) -> Browser {
        let pty = native_pty_system().openpty(SIZE).expect("a terminal");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env("TERM", "xterm-256color");
        command.env("TMPDIR", temporary);
        let began = Instant::now();
        let child = pty.slave.spawn_command(command).expect("the browser");
        let mut reader = pty.master.try_clone_reader().expect("its output");
        let (sender, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            // Linux: EIO when the last holder of the other side has gone.
            while let Ok(bytes @ 1..) = reader.read(&mut buffer) {
                let _ = sender.send(buffer[..bytes].to_vec());
            }
        });
        Browser {
            keys: pty.master.take_writer().expect("its keyboard"),
            output,
            screen: vt100::Parser::new(SIZE.rows, SIZE.cols, 0),
            pid: child.process_id().expect("a process"),
            began,
        }
    }

    fn press(&mut self, keys: &[u8]) {
        self.keys.write_all(keys).expect("a key");
    }

    fn wait_for(&mut self, shown: impl Fn(&vt100::Screen) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !shown(self.screen.screen()) {
            let left = until.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(err) => panic!("{err}; on screen:\n{}", self.screen.screen().contents()),
            }
        }
    }

    /// Bytes that come within this time.
    fn written_in(&mut self, time: Duration) -> usize {
        let until = Instant::now() + time;
        let mut written = 0;
        while let Ok(bytes) = self
            .output
            .recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            written += bytes.len();
        }
        written
    }

    fn quit(mut self) -> Cost {
        self.press(CTRL_Q);
        measure::wait(self.pid, self.began)
    }
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
