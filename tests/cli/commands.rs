//! The commands beside `fetch`, the help, and what is not there.

use std::process::Command;

use rustix::process::{Signal, kill_process};

use sockeye::lesson::NAMES;
use sockeye::playground::Playground;

use super::{ended, fetch, pid, read_until, run, sockeye, spawn};

#[test]
fn without_a_terminal_the_browser_names_fetch() {
    for args in [
        &[][..],
        &["http://127.0.0.1/"],
        &["learn"],
        &["learn", NAMES[0]],
    ] {
        let ran = run(Command::new(env!("CARGO_BIN_EXE_sockeye")).args(args), b"");
        assert_eq!((ran.code, ran.out.len()), (2, 0));
        assert_eq!(ran.err.lines().count(), 1);
        assert!(ran.err.starts_with("sockeye: ") && ran.err.contains("sockeye fetch"));
    }
}

#[test]
fn a_lesson_that_is_none_names_those_there_are() {
    let ran = run(sockeye("learn").arg("nothing"), b"");
    assert_eq!((ran.code, ran.err.lines().count()), (2, 1), "{}", ran.err);
    assert!(ran.err.contains(&NAMES.join(", ")), "{}", ran.err);
    assert!(run(&mut sockeye("--help"), b"").text().contains("  learn "));
    // Those for fish leave out the words that a command takes.
    let bash = run(sockeye("completions").arg("bash"), b"").text();
    for name in NAMES {
        assert!(bash.contains(name), "{name}");
    }
}

#[test]
fn usage_errors_exit_2() {
    const URL: &str = "http://127.0.0.1/";
    for args in [
        &["fetch"][..],
        &["fetch", "--no-such-flag", URL],
        &["fetch", "--recv-size", "0", URL],
        &["fetch", "--send-size", "x", URL],
        &["fetch", "--end", "never", URL],
        &["fetch", "--timeout", "-1", URL],
        &["fetch", "--resolve", "a:80", URL],
        &["fetch", "--raw", "--wire", URL],
        &["fetch", "--request-file", "f", "-X", "GET", URL],
        &["fetch", "--as", "cobol", URL],
        &["playground", "--port", "65536"],
        &["completions", "sh"],
    ] {
        let ran = run(Command::new(env!("CARGO_BIN_EXE_sockeye")).args(args), b"");
        assert_eq!((ran.code, ran.out.len()), (2, 0), "{args:?}: {}", ran.err);
        let lines: Vec<&str> = ran.err.lines().collect();
        assert!(
            matches!(lines[..], [line] if line.starts_with("sockeye: ") && line.ends_with(')')),
            "{args:?}: {}",
            ran.err
        );
    }
}

/// As curl does it; flags that add up still do.
#[test]
fn of_a_flag_given_twice_the_last_one_holds() {
    let playground = Playground::start(None).unwrap();
    let ran = run(
        sockeye("fetch")
            .args(["-A", "one", "-A", "two", "-X", "GET", "-X", "PUT"])
            .args([
                "-H",
                "A: 1",
                "-H",
                "B: 2",
                "--timeout",
                "9",
                "--timeout",
                "8",
            ])
            .arg(playground.url("/echo")),
        b"",
    );
    let text = ran.text();
    assert_eq!(ran.code, 0, "{}", ran.err);
    for want in ["PUT /echo", "User-Agent: two", "A: 1", "B: 2"] {
        assert!(text.contains(want), "{want} in {text}");
    }
}

/// Help, manual and completions are made from the one table: each flag is in all three.
#[test]
fn every_flag_is_in_the_help_the_manual_and_the_completions() {
    let help = run(sockeye("fetch").arg("--help"), b"").text();
    let manual = run(&mut sockeye("man"), b"").text();
    let flags: Vec<&str> = help
        .split_whitespace()
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .collect();
    assert!(flags.len() > 25, "{flags:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(sockeye("completions").arg(shell), b"");
        assert_eq!(ran.code, 0);
        for flag in &flags {
            let name = flag.trim_start_matches('-');
            assert!(
                ran.text().contains(name),
                "{flag} is not in {shell}'s completions"
            );
        }
    }
    for flag in flags {
        assert!(
            manual.contains(&flag.replace('-', "\\-")),
            "{flag} is not in the manual"
        );
    }
}

/// It prints its addresses, serves, and ends in order when it is told to.
#[test]
fn playground() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut child = spawn(&mut sockeye("playground"));
        let line = read_until(child.stdout.as_mut().unwrap(), "\n");
        assert!(line.starts_with("http://127.0.0.1:"), "{line}");
        let url = format!("{}/hello", line.trim_end());
        let ran = fetch(&["-i", &url]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.text().starts_with("HTTP/1.1 200 "), "{}", ran.text());

        let port = line.trim_end().rsplit(':').next().unwrap();
        let taken = run(sockeye("playground").args(["--port", port]), b"");
        assert_eq!(taken.code, 2);
        assert!(taken.err.contains(port), "{}", taken.err);

        kill_process(pid(&child), signal).unwrap();
        let ran = ended(child);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    }
}

#[test]
fn a_program_that_does_the_same() {
    for (language, holds) in [
        ("python", "import socket"),
        ("python-nonblocking", "import socket"),
        ("c", "#include"),
        ("rust", "fn main"),
        ("curl", "curl "),
        ("nc", "nc "),
    ] {
        // Port 1 answers nobody: nothing is fetched.
        let ran = fetch(&["--as", language, "http://127.0.0.1:1/x"]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{language}");
        assert!(ran.text().contains(holds), "{language}: {}", ran.text());
        assert!(ran.text().contains("/x"));
    }
}
