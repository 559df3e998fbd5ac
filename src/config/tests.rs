//! Files and what is made of them.

use std::time::Duration;

use super::*;
use crate::event::{EndMode, Family};
use crate::plan::{Local, Options, Resolve, SocketOption, TlsVersion};

fn words() -> Vocabulary<'static> {
    let row = |place: &str, action: &str, keys| Keys {
        place: place.to_owned(),
        action: action.to_owned(),
        keys,
        help: "words",
    };
    Vocabulary {
        themes: vec!["dark", "light"],
        colours: vec!["truecolor", "16"],
        images: vec!["blocks", "sixel"],
        keys: vec![
            row("anywhere", "help", &["F1", "\"", "\\"]),
            row("anywhere", "quit", &["q"]),
            row("response", "find", &["/"]),
        ],
        spelling: |_, key| match key {
            "" | "Ctrl" => Err(format!("{key} is no key")),
            key => Ok(key.to_owned()),
        },
    }
}

#[test]
fn what_a_file_says_holds() {
    let read = parse(
        r#"
        theme = "light"
        colours = "16"
        images = "sixel"
        ascii = true
        memory = "1 GiB"
        [fetch]
        end = "close"
        recv-size = 4_096
        send-size = "1k"
        timeout = 2
        connect-timeout = 0.5
        max-time = 0
        expect100-timeout = 0
        pong = false
        [keys.anywhere]
        help = ["F2", "h"]
        quit = []
        "#,
        &words(),
    );
    assert_eq!(read.complaints, []);
    let config = read.config;
    assert_eq!(config.theme.as_deref(), Some("light"));
    assert_eq!(config.colours.as_deref(), Some("16"));
    assert_eq!(config.images.as_deref(), Some("sixel"));
    assert_eq!((config.ascii, config.memory), (Some(true), 1 << 30));
    let options = Options {
        end: EndMode::Close,
        recv_size: 4096,
        send_size: Some(1024),
        timeout: Some(Duration::from_secs(2)),
        connect_timeout: Some(Duration::from_millis(500)),
        max_time: None,
        expect: None,
        ..Options::default()
    };
    assert_eq!(config.fetch.options, options);
    assert!(config.fetch.mute);
    let bound: Vec<String> = config
        .keys
        .iter()
        .map(|b| format!("{} {} {}", b.place, b.action, b.keys.join(" ")))
        .collect();
    assert_eq!(bound, ["anywhere help F2 h", "anywhere quit "]);
}

/// Each of the others at a value that is not its default.
#[test]
fn every_way_to_fetch_can_be_set() {
    let read = parse(
        r#"
        redact = true
        [fetch]
        send-delay = 0.5
        half-close = true
        expect100-timeout = 0
        pong = false
        nonblocking = true
        arrivals = true
        family = "ipv6"
        resolve = ["a.test:80:::1,127.0.0.1"]
        interface = "if!lo"
        SO_RCVBUF = 4096
        SO_LINGER = 0
        TCP_NODELAY = "usual"
        reuse = false
        insecure = true
        tls = "1.2"
        pace = 3
        redirects = 10
        cookies = "tab"
        "#,
        &words(),
    );
    assert_eq!(read.complaints, []);
    let mut options = Options {
        send_delay: Some(Duration::from_millis(500)),
        half_close: true,
        expect: None,
        nonblocking: true,
        arrivals: true,
        family: Some(Family::Inet6),
        resolve: vec![Resolve::parse("a.test:80:::1,127.0.0.1").unwrap()],
        bind: Some(Local::Interface("lo".to_owned())),
        reuse: false,
        ..Options::default()
    };
    options.socket.set(SocketOption::RecvBuffer, Some(4096));
    options.socket.set(SocketOption::Linger, Some(0));
    (options.tls.verify, options.proxies.tls.verify) = (false, false);
    (options.tls.min, options.tls.max) = (Some(TlsVersion::V1_2), Some(TlsVersion::V1_2));
    let knobs = Knobs {
        options,
        pace: Some(3),
        follow: Some(10),
        cookies: Cookies::Own,
        redact: true,
        mute: true,
    };
    assert_eq!(read.config.fetch, knobs);
    for text in [
        "half-close = 1",
        "family = \"inet\"",
        "resolve = [1]",
        "resolve = [\"a\"]",
        "interface = \"if!\"",
        "interface = 3",
        "TCP_NODELAY = 2",
        "SO_LINGER = -1",
        "tls = 1.2",
        "pace = \"fast\"",
        "cookies = \"none\"",
    ] {
        let read = parse(&format!("[fetch]\n{text}"), &words());
        assert_eq!(read.complaints.len(), 1, "{text}: {:?}", read.complaints);
        assert_eq!(read.config, Config::default(), "{text}");
    }
}

/// A file, and its complaints; what is left out of it is as usual.
#[test]
fn what_is_wrong_is_named_with_its_place() {
    const THEMES: &str = "auto, dark, light";
    for (text, want) in [
        ("", ""),
        ("theme = \"drak\"", "1:9: theme: drak is not known: dark?"),
        (
            "\n  theme = 3",
            &format!("2:11: theme: one of {THEMES} is expected"),
        ),
        ("them = \"dark\"", "1:1: no setting is called them: theme?"),
        ("# é\nb = 1", "2:1: no setting is called b"),
        (
            "ascii = \"yes\"",
            "1:9: ascii: true, false or \"auto\" is expected",
        ),
        (
            "memory = 1",
            "1:10: memory: bytes, from 1048576 to 1099511627776, such as 4096 or \"64 KiB\"",
        ),
        (
            "memory = \"9x\"",
            "1:10: memory: bytes, from 1048576 to 1099511627776, such as 4096 or \"64 KiB\"",
        ),
        (
            "[fetch]\nrecv-size = 0",
            "2:13: recv-size: bytes, from 1 to 16777216, such as 4096 or \"64 KiB\"",
        ),
        (
            "[fetch]\ntimeout = -1",
            "2:11: timeout: seconds, from 0.001 to 86400; 0: none",
        ),
        (
            "[fetch]\ntimeout = nan",
            "2:11: timeout: seconds, from 0.001 to 86400; 0: none",
        ),
        (
            "[fetch]\nend = \"lenght\"",
            "2:7: end: lenght is not known: length?",
        ),
        (
            "[fetch]\nrecv_size = 1",
            "2:1: no setting is called recv_size: recv-size?",
        ),
        ("fetch = 1", "1:9: fetch is a table: [fetch]"),
        ("[fecth]", "1:2: no setting is called fecth: fetch?"),
        (
            "[keys.respones]",
            "1:7: no place is called respones: response?",
        ),
        (
            "[keys]\nanywhere = []",
            "2:12: anywhere is a table: [anywhere]",
        ),
        (
            "[keys.response]\nfnid = [\"f\"]",
            "2:1: no action is called fnid: find?",
        ),
        (
            "[keys.response]\nfind = \"f\"",
            "2:8: find: a list of keys is expected",
        ),
        (
            "[keys.response]\nfind = [\"f\", \"Ctrl\"]",
            "2:14: Ctrl is no key",
        ),
        ("[keys.response]\nfind = [3]", "2:9: a key is a text"),
        (
            "[keys.anywhere]\nhelp = [\"x\"]\nquit = [\"x\"]",
            "3:9: x is help's key here already",
        ),
    ] {
        let got: Vec<String> = parse(text, &words())
            .complaints
            .iter()
            .map(Complaint::to_string)
            .collect();
        assert_eq!(got.join("\n"), want, "{text}");
    }
}

#[test]
fn what_is_right_holds_beside_what_is_wrong() {
    let read = parse(
        "theme = \"light\"\ncolours = \n[fetch]\nend = \"once\"\ntimeout = \"long\"\n",
        &words(),
    );
    let lines: Vec<usize> = read.complaints.iter().map(|c| c.line).collect();
    assert_eq!(lines, [2, 5]);
    assert_eq!(read.config.theme.as_deref(), Some("light"));
    assert_eq!(read.config.fetch.options.end, EndMode::Once);
}

#[test]
fn the_printed_file_is_the_default() {
    let read = parse(&print(None, &words()), &words());
    assert_eq!(read.complaints, []);
    let mut config = read.config;
    let words = words();
    for (binding, row) in config.keys.drain(..).zip(&words.keys) {
        assert_eq!(
            (binding.place, binding.action),
            (row.place.clone(), row.action.clone())
        );
        assert_eq!(binding.keys, row.keys);
    }
    assert_eq!(config, Config::default());
}

/// Any bytes are a file: they are complained about, never worse.
#[test]
fn no_text_is_too_strange() {
    for text in [
        "\0",
        "=",
        "[[keys]]",
        "a.b.c = 1",
        "keys.anywhere.help = [[]]",
        "[keys.\"\n",
    ] {
        assert_ne!(parse(text, &words()).complaints, [], "{text:?}");
    }
    assert_eq!(parse("\u{feff}theme = \"dark\"", &words()).complaints, []);
}
