//! Where keys and signals come from: two threads that send messages.
//!
//! The key thread waits in `poll()` on the terminal and on a pipe; written to, the pipe
//! keeps it away from the terminal while another program (an editor, a pager) has it.

use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::Sender;
use std::time::Duration;

use crossterm::event::{self, Event, KeyEventKind};
use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

use crate::tui::layout::Size;
use crate::tui::message::Message;

/// The key thread's leash.
pub struct Input {
    leash: UnixStream,
}

impl Input {
    /// Starts both threads; they end with the program.
    pub fn start(messages: Sender<Message>) -> io::Result<Input> {
        let (leash, ours) = UnixStream::pair()?;
        let signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGWINCH, SIGCONT])?;
        let to_keys = messages.clone();
        std::thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || {
                if keys(&to_keys, ours).is_err() {
                    // Without keys nobody could quit.
                    let _ = to_keys.send(Message::Hangup(SIGHUP));
                }
            })?;
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || watch_signals(signals, &messages))?;
        Ok(Input { leash })
    }

    /// Keeps the key thread away from the terminal while `program` runs.
    pub fn without_keys<T>(&mut self, program: impl FnOnce() -> T) -> io::Result<T> {
        self.leash.write_all(b"p")?;
        let mut ready = [0];
        self.leash.read_exact(&mut ready)?;
        let answer = program();
        self.leash.write_all(b"c")?;
        Ok(answer)
    }
}

fn keys(messages: &Sender<Message>, mut leash: UnixStream) -> io::Result<()> {
    let opened;
    let stdin = io::stdin();
    let terminal: BorrowedFd<'_> = if stdin.is_terminal() {
        stdin.as_fd()
    } else {
        opened = std::fs::File::open("/dev/tty")?;
        opened.as_fd()
    };
    loop {
        let mut fds = [
            PollFd::new(&terminal, PollFlags::IN),
            PollFd::new(&leash, PollFlags::IN),
        ];
        match poll(&mut fds, None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(err) => return Err(err.into()),
        }
        let (of_terminal, of_leash) = (fds[0].revents(), fds[1].revents());
        if !of_leash.is_empty() {
            // "p": say that we are away, and stay away until the next byte.
            let mut byte = [0];
            leash.read_exact(&mut byte)?;
            leash.write_all(&byte)?;
            leash.read_exact(&mut byte)?;
            continue;
        }
        if of_terminal.contains(PollFlags::IN) {
            // One read may hold many events; crossterm hands them out one by one, and
            // does not look at all when told to wait for no time.
            while event::poll(Duration::from_millis(1))? {
                if let Some(message) = message(event::read()?)
                    && messages.send(message).is_err()
                {
                    return Ok(());
                }
            }
        }
        if of_terminal.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
    }
}

fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(key)),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Event::Resize(columns, rows) => Some(Message::Resize(Size { columns, rows })),
        _ => None,
    }
}

fn watch_signals(mut signals: Signals, messages: &Sender<Message>) {
    for signal in signals.forever() {
        if signal == SIGCONT && messages.send(Message::Continued).is_err() {
            return;
        }
        let message = match signal {
            // While it was stopped, nobody was told of a new size.
            SIGWINCH | SIGCONT => match crossterm::terminal::size() {
                Ok((columns, rows)) => Message::Resize(Size { columns, rows }),
                Err(_) => continue,
            },
            _ => Message::Hangup(signal),
        };
        if messages.send(message).is_err() {
            return;
        }
    }
}
