//! Makes the README's pictures: the browser itself, in a terminal of 120 columns and 36
//! rows, on its own playground, drawn as SVG. `cargo run --release --example screenshot`.
//!
//! Started with an argument, this program is the browser.

mod svg;

use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// Each picture: its name, and what leads to it.
const PICTURES: &[(&str, &[Step])] = &[
    (
        "drip",
        &[See("practice server"), Press("1"), See("drip 0028")],
    ),
    (
        "hang",
        &[See("practice server"), Press("2"), See("blocked 1.2")],
    ),
    (
        "flood",
        &[
            See("practice server"),
            Press("3"),
            See("flood 0"),
            Press(F8),
            See("F8 goes on"),
            Press("5"),
            Look(Duration::from_millis(500)),
        ],
    ),
    (
        "page",
        &[
            See("practice server"),
            Visit("/page/"),
            See("Quoted, and quoted"),
            See("ended: "),
        ],
    ),
];

const F8: &str = "\x1b[19~";
const CTRL_L: &str = "\x0c";
const CTRL_Q: &str = "\x11";
const SIZE: PtySize = PtySize {
    rows: 36,
    cols: 120,
    pixel_width: 0,
    pixel_height: 0,
};
/// After this long without the text that is waited for, something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

enum Step {
    Press(&'static str),
    /// A path of the practice server, whose address is on the screen.
    Visit(&'static str),
    /// Wait for this text.
    See(&'static str),
    /// Look on for so long.
    Look(Duration),
}
use Step::{Look, Press, See, Visit};

fn main() -> ExitCode {
    if std::env::args_os().len() > 1 {
        return sockeye::cli::run(["sockeye".into()]);
    }
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshots");
    for (name, steps) in PICTURES {
        let screen = play(steps);
        let path = dir.join(name).with_extension("svg");
        std::fs::write(&path, svg::picture(&screen)).expect("a picture");
        println!("{}", path.display());
    }
    ExitCode::SUCCESS
}

/// The screen that the steps lead to.
fn play(steps: &[Step]) -> vt100::Screen {
    let pty = native_pty_system().openpty(SIZE).expect("a terminal");
    let mut command = CommandBuilder::new(std::env::current_exe().expect("a name"));
    command.arg("browse");
    command.env("TERM", "xterm-256color");
    command.env("COLORTERM", "truecolor");
    command.env_remove("NO_COLOR");
    let mut browser = pty.slave.spawn_command(command).expect("the browser");
    let output = read(pty.master.try_clone_reader().expect("its output"));
    let mut keys = pty.master.take_writer().expect("its keyboard");
    let mut parser = vt100::Parser::new(SIZE.rows, SIZE.cols, 0);
    for step in steps {
        match step {
            Press(pressed) => keys.write_all(pressed.as_bytes()).expect("a key"),
            Visit(path) => {
                let screen = parser.screen().contents();
                let server = screen
                    .split_whitespace()
                    .find(|word| word.starts_with("localhost:"));
                let url = format!("{CTRL_L}{}{path}\r", server.expect("an address"));
                keys.write_all(url.as_bytes()).expect("keys");
            }
            See(text) => {
                while !parser.screen().contents().contains(text) {
                    let more = output.recv_timeout(PATIENCE);
                    let more = more.unwrap_or_else(|_| {
                        panic!("no {text:?} in:\n{}", parser.screen().contents())
                    });
                    parser.process(&more);
                }
            }
            Look(time) => {
                std::thread::sleep(*time);
                output.try_iter().for_each(|more| parser.process(&more));
            }
        }
    }
    keys.write_all(CTRL_Q.as_bytes()).expect("a key");
    browser.wait().expect("its end");
    parser.screen().clone()
}

/// What the terminal is sent, read by a thread that ends with it.
fn read(mut from: Box<dyn Read + Send>) -> Receiver<Vec<u8>> {
    let (sender, output) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(bytes @ 1..) = from.read(&mut buffer) {
            let _ = sender.send(buffer[..bytes].to_vec());
        }
    });
    output
}
