//! Every setting but the keys: its name, its words, its default as the file writes it,
//! and what it sets. One table for reading, for `sockeye config` and for the tests.

use toml::de::DeValue;

use super::value::{flag, number, seconds, size, word};
use super::{Config, Cookies, Vocabulary};
use crate::event::{EndMode, Family};
use crate::plan::{Local, Resolve, SocketOption, TlsVersion};

pub struct Setting {
    /// The table it stands in; empty: before all tables.
    pub table: &'static str,
    pub name: &'static str,
    pub help: &'static str,
    /// What the default is as TOML.
    pub default: &'static str,
    pub set: fn(&mut Config, &DeValue, &Vocabulary) -> Result<(), String>,
}

/// What is left to the environment.
const AUTO: &str = "auto";

const MIB: u64 = 1 << 20;

/// A send() or recv() really has a buffer of that size.
const CALL: u64 = 16 * MIB;

/// A setting of one socket option.
macro_rules! socket {
    ($option:ident, $name:literal, $help:literal) => {
        Setting {
            table: "fetch",
            name: $name,
            help: concat!($help, "; \"usual\": as it is"),
            default: "\"usual\"",
            set: |config, value, _| {
                let option = SocketOption::$option;
                let asked = match value.as_str() {
                    Some("usual") => None,
                    _ => Some(number(value, 0, option.most().into())? as u32),
                };
                config.fetch.options.socket.set(option, asked);
                Ok(())
            },
        }
    };
}

pub const SETTINGS: &[Setting] = &[
    Setting {
        table: "",
        name: "theme",
        help: "dark, light, high-contrast, mono; auto: mono with NO_COLOR, light where COLORFGBG says so, else dark",
        default: "\"auto\"",
        set: |config, value, words| {
            config.theme = word_or_auto(value, &words.themes)?;
            Ok(())
        },
    },
    Setting {
        table: "",
        name: "colours",
        help: "truecolor, 256, 16; auto: as COLORTERM and TERM say",
        default: "\"auto\"",
        set: |config, value, words| {
            config.colours = word_or_auto(value, &words.colours)?;
            Ok(())
        },
    },
    Setting {
        table: "",
        name: "images",
        help: "pictures as blocks (two pixels a cell), kitty, iterm2, sixel; auto: as TERM and TERM_PROGRAM say, blocks inside tmux and screen",
        default: "\"auto\"",
        set: |config, value, words| {
            config.images = word_or_auto(value, &words.images)?;
            Ok(())
        },
    },
    Setting {
        table: "",
        name: "ascii",
        help: "draw with ASCII alone: true, false; \"auto\": where LC_ALL, LC_CTYPE or LANG is not UTF-8",
        default: "\"auto\"",
        set: |config, value, _| {
            config.ascii = match (value.as_bool(), value.as_str()) {
                (Some(ascii), _) => Some(ascii),
                (_, Some(AUTO)) => None,
                _ => return Err("true, false or \"auto\" is expected".to_owned()),
            };
            Ok(())
        },
    },
    Setting {
        table: "",
        name: "memory",
        help: "bytes of all exchanges together in memory; what is more goes to a temporary file",
        default: "\"64 MiB\"",
        set: |config, value, _| {
            config.memory = size(value, MIB, 1 << 40)?;
            Ok(())
        },
    },
    Setting {
        table: "",
        name: "redact",
        help: "copies, saves, lists and recalled URLs go without passwords, tokens and cookies' values",
        default: "false",
        set: |config, value, _| {
            config.fetch.redact = flag(value)?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "end",
        help: "how a response ends: auto, close, length, timeout, once",
        default: "\"auto\"",
        set: |config, value, _| {
            let names: Vec<&str> = EndMode::ALL.iter().map(|mode| mode.name()).collect();
            let name = word(value, &names)?;
            let mode = EndMode::ALL.iter().find(|mode| mode.name() == name);
            config.fetch.options.end = mode.copied().unwrap_or(EndMode::Auto);
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "recv-size",
        help: "bytes asked of each recv(); the textbook's is 4096",
        default: "\"128 KiB\"",
        set: |config, value, _| {
            config.fetch.options.recv_size = call_size(value, 1)?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "send-size",
        help: "bytes offered to each send(); 0: all that is left",
        default: "0",
        set: |config, value, _| {
            config.fetch.options.send_size = Some(call_size(value, 0)?).filter(|&n| n > 0);
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "timeout",
        help: "seconds of each call (SO_RCVTIMEO, SO_SNDTIMEO); 0: none",
        default: "0",
        set: |config, value, _| {
            config.fetch.options.timeout = seconds(value)?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "connect-timeout",
        help: "seconds of look-up and connecting together; 0: none",
        default: "0",
        set: |config, value, _| {
            config.fetch.options.connect_timeout = seconds(value)?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "max-time",
        help: "seconds of a whole exchange; 0: none",
        default: "0",
        set: |config, value, _| {
            config.fetch.options.max_time = seconds(value)?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "send-delay",
        help: "seconds between two send()s, with a send size that makes several; 0: none",
        default: "0",
        set: |config, value, _| {
            config.fetch.options.send_delay = seconds(value)?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "half-close",
        help: "shutdown(SHUT_WR) once all is sent",
        default: "false",
        set: |config, value, _| {
            config.fetch.options.half_close = flag(value)?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "expect100-timeout",
        help: "seconds that a body waits for 100 (Continue); 0: it goes at once",
        default: "1",
        set: |config, value, _| {
            config.fetch.options.expect = seconds(value)?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "nonblocking",
        help: "send() and recv() answer EAGAIN, poll() waits",
        default: "false",
        set: |config, value, _| {
            config.fetch.options.nonblocking = flag(value)?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "arrivals",
        help: "the kernel says when bytes arrived: recvmsg() in place of recv()",
        default: "false",
        set: |config, value, _| {
            config.fetch.options.arrivals = flag(value)?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "family",
        help: "addresses that are tried: any, ipv4, ipv6",
        default: "\"any\"",
        set: |config, value, _| {
            config.fetch.options.family = match word(value, &["any", "ipv4", "ipv6"])? {
                "ipv4" => Some(Family::Inet),
                "ipv6" => Some(Family::Inet6),
                _ => None,
            };
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "resolve",
        help: "addresses in place of a look-up: [\"example.com:80:127.0.0.1\"]",
        default: "[]",
        set: |config, value, _| {
            config.fetch.options.resolve = texts(value)?
                .into_iter()
                .map(Resolve::parse)
                .collect::<Result<_, _>>()?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "interface",
        help: "the local end: an address, an interface; \"\": the kernel chooses",
        default: "\"\"",
        set: |config, value, _| {
            config.fetch.options.bind = match value.as_str() {
                Some("") => None,
                text => Some(Local::parse(text.unwrap_or_default())?),
            };
            Ok(())
        },
    },
    socket!(
        RecvBuffer,
        "SO_RCVBUF",
        "bytes of the kernel's receive queue, which it doubles"
    ),
    socket!(
        SendBuffer,
        "SO_SNDBUF",
        "bytes of the kernel's send queue, which it doubles"
    ),
    socket!(
        NoDelay,
        "TCP_NODELAY",
        "1: each send() leaves at once, which is usual; 0: Nagle's rule"
    ),
    socket!(
        NotSentLowat,
        "TCP_NOTSENT_LOWAT",
        "unsent bytes from which on the socket is not writable"
    ),
    socket!(
        Linger,
        "SO_LINGER",
        "seconds that close() may wait; 0: it resets the connection"
    ),
    socket!(
        KeepAlive,
        "SO_KEEPALIVE",
        "1: the kernel asks an idle peer whether it is there"
    ),
    Setting {
        table: "fetch",
        name: "reuse",
        help: "take a kept connection, and leave one open",
        default: "true",
        set: |config, value, _| {
            config.fetch.options.reuse = flag(value)?;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "insecure",
        help: "go on whatever a certificate says",
        default: "false",
        set: |config, value, _| {
            let verify = !flag(value)?;
            config.fetch.options.tls.verify = verify;
            config.fetch.options.proxies.tls.verify = verify;
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "tls",
        help: "the version of TLS: any, 1.2, 1.3",
        default: "\"any\"",
        set: |config, value, _| {
            let version = match word(value, &["any", "1.2", "1.3"])? {
                "1.2" => Some(TlsVersion::V1_2),
                "1.3" => Some(TlsVersion::V1_3),
                _ => None,
            };
            let tls = &mut config.fetch.options.tls;
            (tls.min, tls.max) = (version, version);
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "pace",
        help: "calls a second, to watch them; 0: as fast as it goes",
        default: "0",
        set: |config, value, _| {
            config.fetch.pace = some(number(value, 0, 1_000_000)?);
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "redirects",
        help: "redirects followed without a key, one after the other; 0: none",
        default: "0",
        set: |config, value, _| {
            config.fetch.follow = some(number(value, 0, 1000)?);
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "cookies",
        help: "where they are kept: shared, in one jar for all tabs; tab, in one of its own; off",
        default: "\"shared\"",
        set: |config, value, _| {
            let names: Vec<&str> = Cookies::ALL.iter().map(|cookies| cookies.name()).collect();
            let name = word(value, &names)?;
            let cookies = Cookies::ALL.iter().find(|cookies| cookies.name() == name);
            config.fetch.cookies = cookies.copied().unwrap_or_default();
            Ok(())
        },
    },
    Setting {
        table: "fetch",
        name: "pong",
        help: "answer a WebSocket's Ping at once",
        default: "true",
        set: |config, value, _| {
            config.fetch.mute = !flag(value)?;
            Ok(())
        },
    },
];

fn word_or_auto(value: &DeValue, words: &[&str]) -> Result<Option<String>, String> {
    let word = word(value, &[&[AUTO], words].concat())?;
    Ok((word != AUTO).then(|| word.to_owned()))
}

fn call_size(value: &DeValue, least: u64) -> Result<usize, String> {
    let bytes = size(value, least, CALL)?;
    usize::try_from(bytes).map_err(|error| error.to_string())
}

/// 0 is none.
fn some(number: u64) -> Option<u32> {
    u32::try_from(number).ok().filter(|&n| n > 0)
}

fn texts<'a>(value: &'a DeValue) -> Result<Vec<&'a str>, String> {
    let texts = value.as_array().and_then(|array| {
        let texts = array.iter().map(|value| value.get_ref().as_str());
        texts.collect::<Option<Vec<_>>>()
    });
    texts.ok_or_else(|| "a list of texts is expected".to_owned())
}
