//! Every setting but the keys: its name, its words, its default as the file writes it,
//! and what it sets. One table for reading, for `sockeye config` and for the tests.

use toml::de::DeValue;

use super::value::{seconds, size, word};
use super::{Config, Vocabulary};
use crate::event::EndMode;

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
];

fn word_or_auto(value: &DeValue, words: &[&str]) -> Result<Option<String>, String> {
    let word = word(value, &[&[AUTO], words].concat())?;
    Ok((word != AUTO).then(|| word.to_owned()))
}

fn call_size(value: &DeValue, least: u64) -> Result<usize, String> {
    let bytes = size(value, least, CALL)?;
    usize::try_from(bytes).map_err(|error| error.to_string())
}
