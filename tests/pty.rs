//! The real program in a real terminal: the exercises, the hand on a fetch, a request byte
//! for byte, and a terminal that is as before on every way out.

#[path = "pty/browser.rs"]
mod browser;
#[path = "pty/pictures.rs"]
mod pictures;
#[path = "support/terminal.rs"]
mod terminal;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use vt100::Screen;

use terminal::Terminal;

const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const CTRL_C: &str = "\x03";
const CTRL_L: &str = "\x0c";
const ALT_ENTER: &str = "\x1b\r";
const CTRL_Q: &str = "\x11";
const CTRL_V: &str = "\x16";
const CTRL_A: &str = "\x01";
const F2: &str = "\x1bOQ";
const F4: &str = "\x1bOS";
const F5: &str = "\x1b[15~";
const F7: &str = "\x1b[18~";
const F8: &str = "\x1b[19~";
const F10: &str = "\x1b[21~";

/// The number that stands right before these words; it may have separators.
fn number_before(screen: &Screen, words: &str) -> Option<u64> {
    let text = screen.contents();
    let (before, _) = text.split_once(words)?;
    let digits = |c: char| c.is_ascii_digit() || c == ',';
    let number = &before[before.trim_end_matches(digits).len()..];
    number.replace(',', "").parse().ok()
}

fn body(screen: &Screen) -> Option<u64> {
    number_before(screen, " of ")
}

fn recvs(screen: &Screen) -> Option<u64> {
    number_before(screen, " recv ─").or_else(|| number_before(screen, " recv ━"))
}

/// The lesson is done by real calls, and each of its keys works where the browser stands.
#[test]
fn a_lesson_is_learnt() {
    const ALT_G: &str = "\x1bg";
    const ALT_N: &str = "\x1bn";
    let program = env!("CARGO_BIN_EXE_sockeye");
    let mut terminal = Terminal::start(program, &["learn", "hang"], &[]);
    terminal.wait_for("hang 1 of 2");
    terminal.send(ALT_G);
    terminal.wait_for("it is set up: F5 send");
    terminal.send(F5);
    terminal.wait_for("✓ All 121 bytes of the body are here");
    terminal.send(ALT_N);
    terminal.wait_for("hang 2 of 2");
    terminal.send(ESC);
    terminal.wait_for("✓ No byte is lost");
    terminal.send("E");
    terminal.wait_for("2 of 2");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.exit(), 0);
}

#[test]
fn the_first_exercise_grows_and_says_why_it_ended() {
    let (mut terminal, _) = Terminal::browser();
    terminal.send("1");
    let first = terminal.wait("a count", |screen| body(screen).filter(|&n| n > 0));
    terminal.wait("a larger count", |screen| {
        body(screen).filter(|&n| n > first)
    });
    terminal.wait_for("ended: Content-Length's 4096 bytes are here");
    terminal.send("q");
    assert_eq!(terminal.exit(), 0);
}

#[test]
fn a_blocked_recv_is_shown_and_esc_ends_it() {
    let (mut terminal, _) = Terminal::browser();
    terminal.send("2");
    terminal.wait_for("recv() has blocked for");
    terminal.wait_for("Who reads until the close waits that long.");
    let pressed = Instant::now();
    terminal.send(ESC);
    terminal.wait_for("cancelled: in recv()");
    let took = pressed.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    // All bytes stay.
    terminal.wait_for("Who reads until the close waits that long.");
    terminal.send("q");
    assert_eq!(terminal.exit(), 0);
}

#[test]
fn a_flood_pauses_steps_and_goes_on() {
    let (mut terminal, port) = Terminal::browser();
    // At ten calls a second, so that there is time to pause.
    terminal.send(F7);
    terminal.wait_for("10 calls/s");
    terminal.send(&format!("{CTRL_L}localhost:{port}/flood?bytes=64m{ENTER}"));
    terminal.wait("some recv()", |screen| recvs(screen).filter(|&n| n >= 3));
    terminal.send(F8);
    terminal.wait_for("paused before recv()");
    // Three of its calls would fit into this.
    assert!(terminal.stands_still(Duration::from_millis(350), recvs));
    let before = terminal.wait("a count", recvs);
    terminal.send(F10);
    terminal.wait("one recv() more", |screen| {
        recvs(screen).filter(|&n| n == before + 1)
    });
    assert!(terminal.stands_still(Duration::from_millis(350), recvs));
    // 3, 1, then as fast as they go.
    terminal.send(&format!("{F7}{F7}{F7}"));
    terminal.wait_for("calls as fast as they go");
    terminal.send(F8);
    terminal.wait_for("ended: Content-Length's 67108864 bytes are here");
    terminal.send("q");
    assert_eq!(terminal.exit(), 0);
}

/// What the editor shows is what arrives: the practice server sends it back.
#[test]
fn a_request_arrives_exactly_as_it_was_typed() {
    let (mut terminal, port) = Terminal::browser();
    terminal.send(&format!("{CTRL_L}localhost:{port}/echo"));
    terminal.wait_for("GET /echo HTTP/1.1␍␊");
    terminal.send(&format!("{F2}{CTRL_A}"));
    terminal.send("\x1b[200~POST /echo HTTP/1.1\x1b[201~");
    terminal.send(&format!(
        "{ALT_ENTER}Host: x{ENTER}X-Nul: a{CTRL_V}00b{ENTER}"
    ));
    terminal.send(&format!("Content-Length: 1{ENTER}{ENTER}abc"));
    let typed = [
        "POST /echo HTTP/1.1␊",
        "Host: x␍␊",
        "X-Nul: a␀b␍␊",
        "Content-Length: 1␍␊",
        "␍␊",
        "abc",
    ];
    for row in typed {
        terminal.wait_for(row);
    }
    terminal.send(F5);
    terminal.wait_for("ended: Content-Length's");
    // Every byte of the connection, over the whole screen.
    terminal.send(ESC);
    terminal.wait_for("┏ Response");
    terminal.send("5zg");
    for row in typed {
        terminal.wait_for(&format!("▸ {row}"));
        terminal.wait_for(&format!("◂ {row}"));
    }
    terminal.send("q");
    assert_eq!(terminal.exit(), 0);
}

/// The file behind the body is full: what fitted stays and is shown, the exchange stops
/// and says why, and the browser goes on.
/// There a lone Esc would wait for the next key.
#[test]
fn gnu_screen_is_not_asked_for_the_mouse() {
    let program = env!("CARGO_BIN_EXE_sockeye");
    for (variables, asked) in [(&[][..], 1), (&[("STY", "1.tty")], 0)] {
        let (mut terminal, _) = Terminal::start(program, &[], variables).on_the_start_page();
        assert_eq!(terminal.count("\x1b[?1000h"), asked, "{variables:?}");
        terminal.send(CTRL_Q);
        assert_eq!(terminal.exit(), 0);
    }
}

#[test]
fn a_full_disk_stops_the_exchange_alone() {
    let config = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(config.path().join("sockeye")).expect("its directory");
    let file = config.path().join("sockeye/config.toml");
    std::fs::write(file, "memory = \"1 MiB\"\n").expect("a config file");
    let home = config.path().to_str().expect("a plain path");
    // Units of 512 bytes or 1 KiB, by the shell.
    let script = format!("ulimit -f 8192; exec {}", env!("CARGO_BIN_EXE_sockeye"));
    let variables = [("XDG_CONFIG_HOME", home), ("TMPDIR", home)];
    let terminal = Terminal::start("/bin/sh", &["-c", &script], &variables);
    let (mut terminal, port) = terminal.on_the_start_page();
    terminal.send(&format!("{CTRL_L}localhost:{port}/flood?bytes=64m{ENTER}"));
    terminal.wait_for("failed: write the received bytes: the file reached its limit");
    let kept = terminal.wait("what fitted", body);
    // All but the last recv(), of which only a part had room: that stands in Wire.
    assert!(kept + (128 << 10) > 4 << 20, "{kept} bytes");
    // In the file as in memory.
    terminal.send("g");
    terminal.wait_for("HTTP/1.1 200 OK");
    terminal.send(&format!("%50%{ENTER}"));
    terminal.wait_for("50 %, at byte");
    terminal.send(&format!("{CTRL_L}localhost:{port}/headers{ENTER}"));
    terminal.wait_for("ended: ");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.exit(), 0);
}

/// Other programs get the terminal, and keys go to the browser again after them.
#[test]
fn an_editor_and_a_pager_give_the_terminal_back() {
    let variables = [("EDITOR", "sed -i s/GET/PUT/"), ("PAGER", "cat")];
    let terminal = Terminal::start(env!("CARGO_BIN_EXE_sockeye"), &[], &variables);
    let (mut terminal, port) = terminal.on_the_start_page();
    terminal.send(&format!("{CTRL_L}localhost:{port}/echo"));
    terminal.wait_for("GET /echo HTTP/1.1␍␊");
    terminal.send(&format!("{F2}{F4}"));
    terminal.wait_for("PUT /echo HTTP/1.1␍␊");
    terminal.wait_for("the request is as the editor left it");
    terminal.send(F5);
    terminal.wait_for("ended: Content-Length's");
    terminal.send(ESC);
    terminal.wait_for("┏ Response");
    terminal.send("o");
    terminal.wait_for("cat is done");
    terminal.send("q");
    assert_eq!(terminal.exit(), 0);
}

#[test]
fn a_body_is_saved_whole_and_no_file_is_overwritten() {
    let (mut terminal, port) = Terminal::browser();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("body");
    terminal.send(&format!("{CTRL_L}localhost:{port}/flood?bytes=3m{ENTER}"));
    terminal.wait_for("ended: Content-Length's 3145728 bytes are here");
    for answer in [
        "3145728 bytes are in",
        "this file is there: y writes over it",
    ] {
        terminal.send("s");
        terminal.wait_for("Enter saves");
        terminal.send(&format!("{CTRL_A}{}{ENTER}", path.display()));
        terminal.wait_for(answer);
    }
    terminal.send("n");
    terminal.wait_for("Enter saves");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 3_145_728);
    terminal.send(CTRL_Q);
    assert_eq!(terminal.exit(), 0);
}

#[test]
fn the_terminal_is_as_before_on_every_way_out() {
    type Leave = fn(&mut Terminal);
    let ways: &[(&str, Leave, u32)] = &[
        ("q", |terminal| terminal.send("q"), 0),
        (
            "Ctrl-C twice",
            |terminal| {
                terminal.send(CTRL_C);
                terminal.wait_for("Ctrl-C once more quits");
                terminal.send(CTRL_C);
            },
            0,
        ),
        (
            "SIGTERM",
            |terminal| terminal.signal(Signal::TERM),
            128 + 15,
        ),
        ("SIGHUP", |terminal| terminal.signal(Signal::HUP), 128 + 1),
        ("SIGINT", |terminal| terminal.signal(Signal::INT), 128 + 2),
        (
            "q while a fetch runs",
            |terminal| {
                terminal.send("2");
                terminal.wait_for("recv() has blocked for");
                terminal.send("q");
            },
            0,
        ),
    ];
    for (way, leave, status) in ways {
        let (mut terminal, _) = Terminal::browser();
        terminal.wait("full-screen mode", |screen| {
            (screen.alternate_screen() && screen.bracketed_paste()).then_some(())
        });
        leave(&mut terminal);
        assert_eq!(terminal.exit(), *status, "{way}");
    }
}

/// A shell that gets the terminal when the program is stopped sets its own modes.
#[test]
fn continued_it_takes_the_terminal_again() {
    const ENTERS: &str = "\x1b[?1049h";
    let (mut terminal, _) = Terminal::browser();
    terminal.send("?");
    terminal.wait_for("Esc closes");
    assert_eq!(terminal.count(ENTERS), 1);
    terminal.signal(Signal::STOP);
    terminal.signal(Signal::CONT);
    terminal.wait_for_bytes(ENTERS, 2);
    terminal.wait_for("Esc closes");
    terminal.send(CTRL_Q);
    assert_eq!(terminal.exit(), 0);
}

/// This test starts itself once more in a terminal, where it enters the screen and panics.
#[test]
fn a_panic_gives_the_terminal_back_and_is_seen() {
    const HERE: &str = "SOCKEYE_TEST_PANICS_HERE";
    if std::env::var_os(HERE).is_some() {
        let _screen = sockeye::tui::terminal::Screen::enter().unwrap();
        panic!("seen on the screen of before");
    }
    let this = std::env::current_exe().unwrap();
    let name = "a_panic_gives_the_terminal_back_and_is_seen";
    let terminal = Terminal::start(this, &["--exact", name, "--nocapture"], &[(HERE, "1")]);
    // libtest's status of a failed test.
    assert_eq!(terminal.exit(), 101);
    terminal.wait_for("seen on the screen of before");
}

#[test]
fn resizes_in_a_row_end_in_a_whole_frame() {
    let (mut terminal, _) = Terminal::browser();
    terminal.send("1");
    for step in 0..60u16 {
        // The emulator itself cannot wrap a line on a screen of one row.
        terminal.resize(2 + step * 37 % 150, 2 + step * 23 % 60);
    }
    terminal.resize(100, 30);
    terminal.wait("a frame of the last size", |screen| {
        let rows: Vec<String> = screen.rows(0, 100).collect();
        let whole = rows[0].starts_with(" sockeye ") && rows[29].contains("F2 request");
        whole.then_some(())
    });
    terminal.wait_for("Content-Length's 4096 bytes are here");
    terminal.send("q");
    assert_eq!(terminal.exit(), 0);
}

#[test]
fn without_a_terminal_it_says_so() {
    let output = Command::new(env!("CARGO_BIN_EXE_sockeye"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert_eq!(words.lines().count(), 1, "{words}");
    assert!(words.contains("sockeye fetch"), "{words}");
    assert!(output.stdout.is_empty());
}
