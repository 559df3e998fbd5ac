//! What a frame costs: CPU time and bytes. `cargo bench --bench frames`.
//!
//! Frames are drawn into memory by the browser's own functions, each after a key that
//! scrolls it. The browser in a terminal, idle and while a body streams in, is in
//! `throughput`.

mod support {
    pub mod rank;
    pub mod server;
}

use std::cell::Cell;
use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use rustix::time::{ClockId, clock_gettime};
use sockeye::body::Memory;
use sockeye::net::{self, Control, Pool, channel};
use sockeye::plan::CLASSIC_RECV;
use sockeye::tui::app::App;
use sockeye::tui::layout::Size;
use sockeye::tui::message::{Effect, Message};
use sockeye::tui::theme::Theme;
use sockeye::tui::{ui, update};

use support::rank::{at_rank, median};
use support::server;

const FRAMES: usize = 300;
const MIB: u64 = 1 << 20;

/// What is on screen while it is scrolled: the view's key and the body's path.
const SCREENS: &[(&str, char, &str)] = &[
    ("Text", '1', "/length/16777216"),
    ("Hex", '4', "/length/16777216"),
    ("Wire", '5', "/length/16777216"),
    ("Wire, 16-byte chunks", '5', "/chunked/1048576/16"),
    ("Headers", '6', "/length/16777216"),
];

/// Columns, rows, and the goal in milliseconds of CPU.
const SIZES: &[(u16, u16, f64)] = &[(120, 40, 1.0), (240, 70, 3.0)];

fn main() {
    let addr = server::start().expect("a port").to_string();
    for &(columns, rows, goal) in SIZES {
        println!("\na frame of {columns}x{rows}, one page further each (goal {goal} ms of CPU)");
        println!("  {:38} {:>8} {:>8} {:>10}", "", "median", "p99", "bytes");
        for &(name, view, path) in SCREENS {
            let mut app = visited(&format!("http://{addr}{path}"), Size { columns, rows });
            press(&mut app, KeyCode::Char(view));
            press(&mut app, KeyCode::Char('g'));
            frames(name, &mut app, KeyCode::PageDown, goal);
        }
    }
}

/// Presses the key and draws, again and again; prints what a turn took.
fn frames(name: &str, app: &mut App, key: KeyCode, goal: f64) {
    let area = Rect::new(0, 0, app.size.columns, app.size.rows);
    let options = TerminalOptions {
        viewport: Viewport::Fixed(area),
    };
    let mut costs = Vec::new();
    let mut written = Vec::new();
    let bytes = Cell::new(0);
    let backend = CrosstermBackend::new(Counted(&bytes));
    let mut terminal = Terminal::with_options(backend, options).expect("a terminal");
    for _ in 0..FRAMES {
        bytes.set(0);
        let began = cpu();
        press(app, key);
        terminal
            .draw(|frame| ui::render(frame, app))
            .expect("a frame");
        costs.push((cpu() - began).as_secs_f64() * 1e3);
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
    app.tab_mut().knobs.recv_size = CLASSIC_RECV;
    for effect in update::open(&mut app, url) {
        let Effect::Fetch { id, plan, .. } = effect else {
            continue;
        };
        let control = Control::new();
        let memory = Memory::new(64 * MIB);
        let (mut sender, receiver) = channel::channel(&memory, &control, || ());
        let (wire, decoded) = (receiver.wire(), receiver.decoded());
        update::update(&mut app, Message::Started { id, wire, decoded });
        let fetch = std::thread::spawn(move || {
            net::fetch(&plan, &control, &Pool::default(), &mut sender).expect("a response");
        });
        let mut over = false;
        while !over {
            over = receiver.finished();
            let mut events = Vec::new();
            receiver.drain(&mut events);
            update::update(&mut app, Message::Events { id, events });
            std::thread::yield_now();
        }
        fetch.join().expect("the fetch's thread");
        update::update(&mut app, Message::Over(id));
    }
    app
}

fn press(app: &mut App, key: KeyCode) {
    app.now = Instant::now();
    update::update(app, Message::Key(KeyEvent::new(key, KeyModifiers::NONE)));
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

/// CPU time of this thread.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}
