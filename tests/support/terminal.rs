//! The real program in a pseudo-terminal: keys go in, a terminal emulator reads what comes
//! out, and a test waits for what is on screen, never for time.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{ChildKiller, CommandBuilder, ExitStatus, PtyPair, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use vt100::{MouseProtocolEncoding, MouseProtocolMode, Parser, Screen};

/// Long enough for any loaded machine; a test that works never waits so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// What terminals are known by beside `TERM`: those around the tests say nothing.
const NAMED_BY: [&str; 6] = [
    "TMUX",
    "STY",
    "TERM_PROGRAM",
    "LC_TERMINAL",
    "KITTY_WINDOW_ID",
    "KONSOLE_VERSION",
];

pub struct Terminal {
    // The slave stays open: its settings outlive the program, as a shell's would.
    pty: PtyPair,
    keys: Box<dyn Write + Send>,
    shared: Arc<Shared>,
    pid: Pid,
    killer: Box<dyn ChildKiller + Send + Sync>,
    exit: Receiver<ExitStatus>,
    /// `tcgetattr` before the program started, as text: its type is not ours to name.
    settings: String,
}

struct Shared {
    parser: Mutex<Parser>,
    /// Every byte that came out; locked while the parser is.
    output: Mutex<Vec<u8>>,
    changed: Condvar,
}

impl Terminal {
    /// Starts a program on 120×40 cells of 8×16 pixels, in a terminal that nothing is
    /// known of but `variables`.
    pub fn start(program: impl AsRef<Path>, args: &[&str], variables: &[(&str, &str)]) -> Terminal {
        let pty = native_pty_system().openpty(size(120, 40)).expect("a pty");
        let settings = settings(&pty);
        let mut command = CommandBuilder::new(program.as_ref());
        command.args(args);
        command.env("TERM", "xterm-256color");
        for inherited in NAMED_BY {
            command.env_remove(inherited);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let mut child = pty.slave.spawn_command(command).expect("the program");
        let pid = child.process_id().and_then(|pid| Pid::from_raw(pid as i32));
        let killer = child.clone_killer();
        let (sender, exit) = channel();
        std::thread::spawn(move || sender.send(child.wait().expect("its exit")));
        let shared = Arc::new(Shared {
            parser: Mutex::new(Parser::new(40, 120, 0)),
            output: Mutex::default(),
            changed: Condvar::new(),
        });
        let mut output = pty.master.try_clone_reader().expect("its output");
        let to_screen = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut piece = [0; 64 * 1024];
            while let Ok(read @ 1..) = output.read(&mut piece) {
                let mut parser = to_screen.parser.lock().unwrap();
                parser.process(&piece[..read]);
                to_screen.output.lock().unwrap().extend(&piece[..read]);
                drop(parser);
                to_screen.changed.notify_all();
            }
        });
        Terminal {
            keys: pty.master.take_writer().expect("its input"),
            pty,
            shared,
            pid: pid.expect("a process"),
            killer,
            exit,
            settings,
        }
    }

    /// The browser on its start page; answers the practice server's port, too.
    pub fn browser() -> (Terminal, u16) {
        Terminal::start(env!("CARGO_BIN_EXE_sockeye"), &[], &[]).on_the_start_page()
    }

    pub fn on_the_start_page(self) -> (Terminal, u16) {
        let port = self.wait("the start page", |screen| {
            let text = screen.contents();
            // One is here, then several are.
            let (_, after) = text.split_once("ractice server")?;
            let (_, after) = after.split_once("localhost:")?;
            let digits = after.find(|c: char| !c.is_ascii_digit())?;
            after[..digits].parse().ok()
        });
        (self, port)
    }

    /// Bytes as the terminal sends them for keys.
    pub fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("its input");
        self.keys.flush().expect("its input");
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("a signal");
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        // The emulator first: what comes is for the new size, or soon followed by what is.
        let mut parser = self.shared.parser.lock().unwrap();
        parser.screen_mut().set_size(rows, columns);
        drop(parser);
        self.pty.master.resize(size(columns, rows)).expect("a size");
    }

    /// Waits until `look` answers something; panics with the screen when it never does.
    pub fn wait<T>(&self, what: &str, look: impl Fn(&Screen) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        let found = self.look_until(until, look);
        found.unwrap_or_else(|| panic!("waited for {what}; on screen:\n{}", self.text()))
    }

    pub fn wait_for(&self, words: &str) {
        self.wait(words, |screen| {
            screen.contents().contains(words).then_some(())
        });
    }

    /// How often these bytes came out so far.
    pub fn count(&self, bytes: &str) -> usize {
        count(&self.shared.output.lock().unwrap(), bytes)
    }

    /// Waits until these bytes have come out so many times.
    pub fn wait_for_bytes(&self, bytes: &str, times: usize) {
        self.wait(bytes.escape_debug().to_string().as_str(), |_| {
            (self.count(bytes) >= times).then_some(())
        });
        assert_eq!(self.count(bytes), times, "{}", bytes.escape_debug());
    }

    /// True when `look` answers the same for all of this time.
    pub fn stands_still(&self, time: Duration, look: impl Fn(&Screen) -> Option<u64>) -> bool {
        let before = look(self.shared.parser.lock().unwrap().screen());
        let moved = |screen: &Screen| (look(screen) != before).then_some(());
        self.look_until(Instant::now() + time, moved).is_none()
    }

    fn look_until<T>(&self, until: Instant, look: impl Fn(&Screen) -> Option<T>) -> Option<T> {
        let mut parser = self.shared.parser.lock().unwrap();
        loop {
            if let Some(found) = look(parser.screen()) {
                return Some(found);
            }
            let left = until.checked_duration_since(Instant::now())?;
            parser = self.shared.changed.wait_timeout(parser, left).unwrap().0;
        }
    }

    pub fn text(&self) -> String {
        self.shared.parser.lock().unwrap().screen().contents()
    }

    /// The exit status; by then the terminal must be as it was.
    pub fn exit(&self) -> u32 {
        let exit = self.exit.recv_timeout(PATIENCE);
        let exit = exit.unwrap_or_else(|_| panic!("it goes on; on screen:\n{}", self.text()));
        assert_eq!(exit.signal(), None, "killed");
        self.wait("the modes of before", |screen| {
            let as_before = !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == MouseProtocolMode::None
                && screen.mouse_protocol_encoding() == MouseProtocolEncoding::Default;
            as_before.then_some(())
        });
        // What Alt sends: saved, set, restored, as often as another program had the screen.
        let [saved, restored] = ["s", "r"].map(|end| self.count(&format!("\x1b[?1036;1039{end}")));
        assert!(saved > 0 && restored == saved, "{restored} of {saved}");
        assert_eq!(settings(&self.pty), self.settings, "tcgetattr");
        exit.exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended already unless the test failed.
        let _ = self.killer.kill();
    }
}

fn settings(pty: &PtyPair) -> String {
    format!("{:?}", pty.master.get_termios().expect("tcgetattr"))
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        cols,
        rows,
        pixel_width: cols * 8,
        pixel_height: rows * 16,
    }
}

fn count(bytes: &[u8], of: &str) -> usize {
    bytes
        .windows(of.len())
        .filter(|window| *window == of.as_bytes())
        .count()
}
