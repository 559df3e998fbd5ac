//! What is different when standard output is a terminal: text is made harmless there.

use std::io::Read;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use sockeye::playground::script::send;
use sockeye::playground::server::Server;
use sockeye::view::safe::is_unsafe;

/// What `sockeye fetch` writes on a terminal, to its end.
fn on_a_terminal(args: &[&str]) -> String {
    let pty = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sockeye"));
    command.arg("fetch");
    command.args(args);
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut shown = Vec::new();
    // The end of a terminal reads as an error on Linux.
    let _ = pty
        .master
        .try_clone_reader()
        .unwrap()
        .read_to_end(&mut shown);
    assert!(child.wait().unwrap().success());
    // The terminal makes CR LF of LF.
    String::from_utf8(shown).unwrap().replace("\r\n", "\n")
}

#[test]
fn escapes_are_shown_not_obeyed() {
    let server = Server::start(|_| {
        vec![send(
            "HTTP/1.1 200 OK\r\nX: \x1b[2J\r\nContent-Length: 18\r\n\r\na\tb\r\n\x1b]0;t\x07\u{9b}2Jé\n",
        )]
    })
    .unwrap();
    let url = server.url("/");
    assert_eq!(on_a_terminal(&[&url]), "a\tb\n␛]0;t␇\\u{9b}2Jé\n");
    assert_eq!(
        on_a_terminal(&["-i", "--recv-size", "1", &url]),
        "HTTP/1.1 200 OK\nX: ␛[2J\nContent-Length: 18\n\na\tb\n␛]0;t␇\\u{9b}2Jé\n"
    );
    // Asked for by name, they are the terminal's to obey.
    assert_eq!(
        on_a_terminal(&["-o", "-", &url]),
        "a\tb\r\n\x1b]0;t\x07\u{9b}2Jé\n"
    );
}

#[test]
fn no_log_holds_what_a_terminal_would_obey() {
    let server = Server::start(|_| {
        vec![send(
            "HTTP/1.1 200 \u{9b}2J\r\nX: \u{202e}\x7f\u{9b}\r\n\
             Set-Cookie: a=\u{202e}b\r\nContent-Length: 3\r\n\r\n\u{200b}",
        )]
    })
    .unwrap();
    for flags in [
        &["--events", "-"][..],
        &["--har", "-"],
        &["-b", "", "-c", "-"],
        &["-v"],
    ] {
        let shown = on_a_terminal(&[flags, &[&server.url("/")]].concat());
        assert!(shown.contains("202e"), "{flags:?}: {shown}");
        let raw = shown.chars().find(|&c| c != '\n' && is_unsafe(c));
        assert!(
            raw.is_none_or(|c| c == '\t'),
            "{flags:?}: {raw:?} in {shown}"
        );
    }
}
