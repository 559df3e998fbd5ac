//! The program from outside: arguments in; standard output, standard error, exit status
//! and files out.
//!
//! - `main.rs`: how the program is run, and what it is run against
//! - `exits.rs`: the exit status of every way to fail, and its one line
//! - `expect.rs`: a body that waits for 100, and what a 417 leads to
//! - `bytes.rs`: what is shown of a response, byte for byte, and as curl shows it
//! - `pipelined.rs`: several requests from one file, and all their responses
//! - `requests.rs`: what the flags make of a request
//! - `compressed.rs`: content codings undone, whole and broken
//! - `cookies.rs`: `-b` and `-c`, and what another server gets to see
//! - `events.rs`: the schema of `--events`, declared a second time
//! - `tls.rs`: what is asked of TLS by flags and the environment
//! - `commands.rs`: the commands beside `fetch`, help, flags that are not there
//! - `terminal.rs`: what is different when standard output is one

mod bytes;
mod commands;
mod compressed;
mod cookies;
mod events;
mod exits;
mod expect;
mod pipelined;
mod requests;
mod terminal;
mod tls;

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// What a run left.
#[derive(Debug)]
struct Ran {
    /// 128 and the signal's number where one ended it, as in a shell.
    code: i32,
    out: Vec<u8>,
    err: String,
}

impl Ran {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }
}

/// `sockeye fetch` with these arguments, to its end.
fn fetch<S: AsRef<OsStr>>(args: &[S]) -> Ran {
    run(sockeye("fetch").args(args), b"")
}

fn sockeye(command: &str) -> Command {
    let mut sockeye = Command::new(env!("CARGO_BIN_EXE_sockeye"));
    sockeye.arg(command);
    // What this machine's own environment asks for is no part of a test.
    for name in [
        "http_proxy",
        "https_proxy",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ] {
        sockeye.env_remove(name);
    }
    sockeye
}

/// Runs a program to its end; it gets `input` on standard input.
fn run(command: &mut Command, input: &[u8]) -> Ran {
    let mut child = spawn(command);
    // A program that does not read its input closes the pipe: that is no failure.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input));
    ended(child)
}

fn spawn(command: &mut Command) -> Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Waits for the end; a program that hangs is killed, which its status shows.
fn ended(child: Child) -> Ran {
    let pid = pid(&child);
    let (done, running) = mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if running.recv_timeout(HANGS) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = kill_process(pid, Signal::KILL);
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(done);
    watch.join().unwrap();
    let signal = std::os::unix::process::ExitStatusExt::signal(&output.status);
    Ran {
        code: (output.status.code()).unwrap_or_else(|| 128 + signal.unwrap_or(0)),
        out: output.stdout,
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Far beyond what any run here takes, on a machine under load.
const HANGS: Duration = Duration::from_secs(60);

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Reads until this text has come.
fn read_until(from: &mut impl Read, text: &str) -> String {
    let mut read = Vec::new();
    let mut byte = [0];
    while !read.ends_with(text.as_bytes()) {
        match from.read(&mut byte) {
            Ok(1) => read.push(byte[0]),
            end => panic!("{end:?} after {:?}", String::from_utf8_lossy(&read)),
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}

/// Says so where it is seen even when all tests pass.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
