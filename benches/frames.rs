//! What a frame costs: CPU time and bytes. `cargo bench --bench frames`; an argument picks
//! the screens that have it in their names: `-- Pretty`.
//!
//! Frames are drawn into memory by the browser's own functions, each after a key that
//! scrolls it. The browser in a terminal, idle and while a body streams in, is in
//! `throughput`.

mod support {
    pub mod cpu;
    pub mod rank;
    pub mod server;
}

use std::cell::Cell;
use std::hint::black_box;
use std::io::{self, Write};
use std::sync::mpsc;
use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use sockeye::body::Memory;
use sockeye::net::{self, Control, Pool, channel};
use sockeye::plan::CLASSIC_RECV;
use sockeye::tui::app::App;
use sockeye::tui::formed;
use sockeye::tui::layout::Size;
use sockeye::tui::message::{Effect, Message};
use sockeye::tui::theme::Theme;
use sockeye::tui::{ui, update};

use support::cpu::thread_cpu;
use support::rank::{at_rank, median};
use support::server;

const FRAMES: usize = 300;
const MIB: u64 = 1 << 20;

/// What is on screen: the body's path, the view's key, and the keys between frames.
const SCREENS: &[(&str, &str, char, &[KeyCode])] = &[
    ("Text", "/length/16777216", '1', DOWN),
    ("Pretty, JSON", "/json/16777216", '2', DOWN),
    ("Pretty, HTML", "/html/4194304", '2', DOWN),
    ("Rendered", "/html/4194304", '3', DOWN),
    (
        "Rendered, a picture, and Hex in turns",
        "/png",
        '3',
        TO_AND_FRO,
    ),
    ("Hex", "/length/16777216", '4', DOWN),
    ("Wire", "/length/16777216", '5', DOWN),
    ("Wire, 16-byte chunks", "/chunked/1048576/16", '5', DOWN),
    ("Headers", "/length/16777216", '6', DOWN),
];
const DOWN: &[KeyCode] = &[KeyCode::PageDown];
/// A picture cannot be scrolled: each frame is all new so.
const TO_AND_FRO: &[KeyCode] = &[KeyCode::Char('4'), KeyCode::Char('3')];

/// Columns, rows, and the goal in milliseconds of CPU.
const SIZES: &[(u16, u16, f64)] = &[(120, 40, 1.0), (240, 70, 3.0)];

fn main() {
    // cargo adds `--bench`.
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let wanted = |name: &str| only.as_deref().is_none_or(|only| name.contains(only));
    let addr = server::start().expect("a port").to_string();
    for &(columns, rows, goal) in SIZES {
        println!("\na frame of {columns}x{rows}, one page further each (goal {goal} ms of CPU)");
        println!("  {:38} {:>8} {:>8} {:>10}", "", "median", "p99", "bytes");
        for &(name, path, view, keys) in SCREENS {
            if !wanted(name) {
                continue;
            }
            let mut app = visited(&format!("http://{addr}{path}"), Size { columns, rows });
            press(&mut app, KeyCode::Char(view));
            press(&mut app, KeyCode::Char('g'));
            frames(name, &mut app, keys, goal);
        }
    }
}

/// Presses a key and draws, again and again; prints what a turn took.
fn frames(name: &str, app: &mut App, keys: &[KeyCode], goal: f64) {
    let area = Rect::new(0, 0, app.size.columns, app.size.rows);
    let options = TerminalOptions {
        viewport: Viewport::Fixed(area),
    };
    let mut costs = Vec::new();
    let mut written = Vec::new();
    let bytes = Cell::new(0);
    let backend = CrosstermBackend::new(Counted(&bytes));
    let mut terminal = Terminal::with_options(backend, options).expect("a terminal");
    for &key in keys.iter().cycle().take(FRAMES) {
        bytes.set(0);
        let began = thread_cpu();
        press(app, key);
        terminal
            .draw(|frame| ui::render(frame, app))
            .expect("a frame");
        costs.push((thread_cpu() - began).as_secs_f64() * 1e3);
        written.push(bytes.get() as f64);
    }
    let middle = median(costs.iter().copied());
    let late = at_rank(costs.iter().copied(), 0.99);
    let missed = if middle > goal { "   missed" } else { "" };
    let written = median(written);
    println!("  {name:38} {middle:5.2} ms {late:5.2} ms {written:10.0}{missed}");
}

/// The browser's state after an exchange, fetched by the engine, in recvs of 4096 bytes.
fn visited(url: &str, size: Size) -> App {
    let mut app = App::new(size, Instant::now(), Theme::new(true));
    app.tab_mut().knobs.options.recv_size = CLASSIC_RECV;
    for effect in update::open(&mut app, url) {
        let Effect::Fetch { id, plan, .. } = effect else {
            continue;
        };
        let control = Control::new();
        let memory = Memory::new(64 * MIB);
        let (mut sender, receiver) = channel::channel(&memory, &control, || ());
        let (wire, decoded) = (receiver.wire(), receiver.decoded());
        tell(&mut app, Message::Started { id, wire, decoded });
        let fetch = std::thread::spawn(move || {
            net::fetch(&plan, &control, &Pool::default(), &mut sender).expect("a response");
        });
        let mut over = false;
        while !over {
            over = receiver.finished();
            let mut events = Vec::new();
            receiver.drain(&mut events);
            tell(&mut app, Message::Events { id, events });
            std::thread::yield_now();
        }
        fetch.join().expect("the fetch's thread");
        tell(&mut app, Message::Over(id));
    }
    app
}

fn press(app: &mut App, key: KeyCode) {
    app.now = Instant::now();
    tell(app, Message::Key(KeyEvent::new(key, KeyModifiers::NONE)));
}

/// What it asks for is done at once: rows read ahead, pages and pictures laid out.
fn tell(app: &mut App, message: Message) {
    for effect in update::update(app, message) {
        let (messages, answers) = mpsc::channel();
        match effect {
            Effect::Lay { id, job } => {
                let laid = Box::new(job.run());
                tell(app, Message::Laid { id, laid });
            }
            Effect::LayOut {
                id,
                head,
                window,
                wanted,
            } => formed::lay_out(*head, &window, &wanted, |ahead| {
                let wanted = wanted.clone();
                let _ = messages.send(Message::LaidOut { id, ahead, wanted });
            }),
            _ => {}
        }
        for message in answers.try_iter() {
            tell(app, message);
        }
    }
}

/// What a frame would write, counted.
struct Counted<'a>(&'a Cell<usize>);

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + black_box(bytes).len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
