//! A program in a terminal of 120 columns and 40 rows: its keyboard, and its screen.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::measure::{self, Cost};

/// What is awaited comes sooner, or never.
const PATIENCE: Duration = Duration::from_secs(60);

const SIZE: PtySize = PtySize {
    rows: 40,
    cols: 120,
    pixel_width: 0,
    pixel_height: 0,
};

/// A program that runs there.
pub struct Program {
    keys: Box<dyn Write + Send>,
    /// What its terminal is sent, by a thread that ends with it.
    pub output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    pub pid: u32,
    pub began: Instant,
}

impl Program {
    pub fn start(program: &str, args: &[&str], temporary: &Path) -> Program {
        let pty = native_pty_system().openpty(SIZE).expect("a terminal");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env("TERM", "xterm-256color");
        command.env("TMPDIR", temporary);
        let began = Instant::now();
        let child = pty.slave.spawn_command(command).expect("the program");
        let mut reader = pty.master.try_clone_reader().expect("its output");
        let (sender, output) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            // Linux: EIO when the last holder of the other side has gone.
            while let Ok(bytes @ 1..) = reader.read(&mut buffer) {
                let _ = sender.send(buffer[..bytes].to_vec());
            }
        });
        Program {
            keys: pty.master.take_writer().expect("its keyboard"),
            output,
            screen: vt100::Parser::new(SIZE.rows, SIZE.cols, 0),
            pid: child.process_id().expect("a process"),
            began,
        }
    }

    pub fn press(&mut self, keys: &[u8]) {
        self.keys.write_all(keys).expect("a key");
    }

    /// # Panics
    /// It is not shown in time: with what is on screen.
    pub fn wait_for(&mut self, shown: impl Fn(&vt100::Screen) -> bool) {
        self.wait_until(Instant::now() + PATIENCE, shown);
    }

    /// # Panics
    /// It is not shown until then: with what is on screen.
    pub fn wait_until(&mut self, until: Instant, shown: impl Fn(&vt100::Screen) -> bool) {
        while !self.shows(&shown) {
            self.hold(until);
            match self.output.recv_timeout(left(until)) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(err) => self.give_up(&err.to_string()),
            }
        }
    }

    /// # Panics
    /// It is later than that: with what is on screen.
    pub fn hold(&self, until: Instant) {
        if left(until).is_zero() {
            self.give_up("not in time");
        }
    }

    fn give_up(&self, why: &str) -> ! {
        panic!("{why}; on screen:\n{}", self.screen.screen().contents());
    }

    /// Bytes that come within this time.
    pub fn written_in(&mut self, time: Duration) -> usize {
        let until = Instant::now() + time;
        let mut written = 0;
        while let Ok(bytes) = self.output.recv_timeout(left(until)) {
            written += bytes.len();
        }
        written
    }

    /// Shows what comes within this time.
    pub fn look_for(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while let Ok(bytes) = self.output.recv_timeout(left(until)) {
            self.screen.process(&bytes);
        }
    }

    pub fn shows(&self, shown: impl Fn(&vt100::Screen) -> bool) -> bool {
        shown(self.screen.screen())
    }

    /// Presses the keys that end it, and waits until it has.
    ///
    /// # Panics
    /// It has not ended in time: with what is on screen.
    pub fn quit(mut self, keys: &[u8]) -> Cost {
        self.press(keys);
        let until = Instant::now() + PATIENCE;
        loop {
            match self.output.recv_timeout(left(until)) {
                Ok(bytes) => self.screen.process(&bytes),
                // The last holder of its terminal has gone.
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => self.give_up("it does not end"),
            }
        }
        measure::wait(self.pid, self.began)
    }
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}
