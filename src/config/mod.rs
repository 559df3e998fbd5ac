//! The config file: defaults of the browser, in TOML, in the platform's usual place.
//!
//! Owns what may stand in it ([`settings::SETTINGS`] and the tables of keys), and the
//! complaints about what may not. Nothing in a file stops the start: what is wrong is
//! named with its line and column and stays as it was, the rest holds. It is the
//! browser's alone: `sockeye fetch` reads no file, its flags say all.

mod knobs;
mod print;
mod settings;
mod value;

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use etcetera::BaseStrategy;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use settings::SETTINGS;

pub use knobs::{Cookies, Knobs};
pub use print::print;

/// Bytes that a file may have; what is longer is none of ours.
const LONGEST: u64 = 1024 * 1024;

/// What a file settles; by default, what holds without one.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// One of [`Vocabulary::themes`]; `None`: the environment's.
    pub theme: Option<String>,
    /// One of [`Vocabulary::colours`]; `None`: as many as the environment says.
    pub colours: Option<String>,
    /// One of [`Vocabulary::images`]; `None`: as the environment says.
    pub images: Option<String>,
    /// ASCII alone; `None`: as the locale says.
    pub ascii: Option<bool>,
    /// Bytes that all exchanges together may hold in memory; what is more goes to a file.
    pub memory: u64,
    /// How a new tab fetches; the names are those of the flags of `sockeye fetch`.
    pub fetch: Knobs,
    /// Keys in place of the usual ones, in the file's order.
    pub keys: Vec<Binding>,
}

/// The keys of one action in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    pub place: String,
    pub action: String,
    pub keys: Vec<String>,
}

/// What the browser knows by name; the file is held against it.
pub struct Vocabulary<'a> {
    pub themes: Vec<&'a str>,
    pub colours: Vec<&'a str>,
    pub images: Vec<&'a str>,
    pub keys: Vec<Keys<'a>>,
    /// A key in this place, as the table of keys spells it, or why it is none.
    pub spelling: fn(place: &str, key: &str) -> Result<String, String>,
}

/// One row of the browser's table of keys.
pub struct Keys<'a> {
    pub place: String,
    pub action: String,
    pub keys: &'a [&'a str],
    pub help: &'a str,
}

/// What is wrong in a file, and where; lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub line: usize,
    pub column: usize,
    pub text: String,
}

/// A file's settings, with everything that is wrong in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    pub config: Config,
    pub complaints: Vec<Complaint>,
}

/// The names of a table's settings, in the table's order.
pub fn settings_of(table: &str) -> impl Iterator<Item = &'static str> {
    let of = SETTINGS
        .iter()
        .filter(move |setting| setting.table == table);
    of.map(|setting| setting.name)
}

/// Where the file lies: `$XDG_CONFIG_HOME/sockeye/config.toml`, or under `~/.config`.
/// `None`: this user has no home.
pub fn path() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.config_dir().join("sockeye").join("config.toml"))
}

/// The file's text; `None`: there is no file. What is not UTF-8 in it becomes U+FFFD and
/// is complained about by [`parse`].
///
/// # Errors
/// It is there but cannot be read.
pub fn text() -> io::Result<Option<String>> {
    let Some(path) = path() else {
        return Ok(None);
    };
    let read = std::fs::metadata(&path).and_then(|found| {
        if !found.is_file() || found.len() > LONGEST {
            let words = format!("not a file of at most {LONGEST} bytes");
            return Err(io::Error::other(words));
        }
        std::fs::read(&path)
    });
    match read {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads a file's text.
pub fn parse(text: &str, words: &Vocabulary) -> Read {
    let (parsed, errors) = DeTable::parse_recoverable(text);
    let mut reading = Reading {
        text,
        words,
        config: Config::default(),
        complaints: Vec::new(),
    };
    for error in errors {
        reading.complain(error.span().unwrap_or_default(), error.message().to_owned());
    }
    let broken: Vec<usize> = reading.complaints.iter().map(|c| c.line).collect();
    reading.file(parsed.get_ref());
    // What is left of a line that is no TOML says nothing more.
    let syntax = broken.len();
    let mut at = 0;
    reading.complaints.retain(|complaint| {
        at += 1;
        at <= syntax || !broken.contains(&complaint.line)
    });
    reading.complaints.sort_by_key(|c| (c.line, c.column));
    Read {
        config: reading.config,
        complaints: reading.complaints,
    }
}

/// Settings of the `fetch` table alone, over the usual ones.
///
/// # Errors
/// The first that is wrong, in words.
pub fn fetch(settings: &DeTable) -> Result<Knobs, String> {
    // None of these settings asks for what the browser knows by name.
    let words = Vocabulary {
        themes: Vec::new(),
        colours: Vec::new(),
        images: Vec::new(),
        keys: Vec::new(),
        spelling: |_, key| Err(key.to_owned()),
    };
    let mut reading = Reading {
        text: "",
        words: &words,
        config: Config::default(),
        complaints: Vec::new(),
    };
    reading.settings("fetch", settings, &[]);
    match reading.complaints.into_iter().next() {
        Some(complaint) => Err(complaint.text),
        None => Ok(reading.config.fetch),
    }
}

/// A file on its way to a [`Read`].
struct Reading<'a> {
    text: &'a str,
    words: &'a Vocabulary<'a>,
    config: Config,
    complaints: Vec<Complaint>,
}

impl Reading<'_> {
    fn file(&mut self, file: &DeTable) {
        self.settings("", file, &["fetch", "keys"]);
        if let Some(fetch) = self.table(file, "fetch") {
            self.settings("fetch", fetch, &[]);
        }
        let Some(places) = self.table(file, "keys") else {
            return;
        };
        let mut known: Vec<&str> = self.words.keys.iter().map(|k| k.place.as_str()).collect();
        known.dedup();
        for (place, _) in places {
            if !known.contains(&place.get_ref().as_ref()) {
                self.unknown("place", place, &known);
            } else if let Some(keys) = self.table(places, place.get_ref()) {
                self.keys(place.get_ref(), keys);
            }
        }
    }

    /// The settings of one table; `tables` stand in it too and are read elsewhere.
    fn settings(&mut self, table: &str, values: &DeTable, tables: &[&str]) {
        for (name, value) in values {
            let setting = SETTINGS
                .iter()
                .find(|setting| setting.table == table && setting.name == name.get_ref());
            match setting {
                Some(setting) => {
                    let set = (setting.set)(&mut self.config, value.get_ref(), self.words);
                    if let Err(why) = set {
                        self.complain(value.span(), format!("{}: {why}", setting.name));
                    }
                }
                None if tables.contains(&name.get_ref().as_ref()) => {}
                None => {
                    let known: Vec<&str> = settings_of(table).collect();
                    self.unknown("setting", name, &[&known, tables].concat());
                }
            }
        }
    }

    fn keys(&mut self, place: &str, actions: &DeTable) {
        let known: Vec<&str> = self.words.keys.iter().map(|k| k.action.as_str()).collect();
        let mut taken: Vec<(String, String)> = Vec::new();
        for (action, keys) in actions {
            if !known.contains(&action.get_ref().as_ref()) {
                self.unknown("action", action, &known);
                continue;
            }
            let Some(array) = keys.get_ref().as_array() else {
                let words = format!("{}: a list of keys is expected", action.get_ref());
                self.complain(keys.span(), words);
                continue;
            };
            let mut binding = Binding {
                place: place.to_owned(),
                action: action.get_ref().to_string(),
                keys: Vec::new(),
            };
            for key in array.iter() {
                let text = key.get_ref().as_str().ok_or("a key is a text".to_owned());
                match text.and_then(|text| (self.words.spelling)(place, text)) {
                    Err(why) => self.complain(key.span(), why),
                    Ok(key_name) => match taken.iter().find(|(taken, _)| *taken == key_name) {
                        Some((_, first)) => {
                            let words = format!("{key_name} is {first}'s key here already");
                            self.complain(key.span(), words);
                        }
                        None => {
                            taken.push((key_name.clone(), binding.action.clone()));
                            binding.keys.push(key_name);
                        }
                    },
                }
            }
            // A list with nothing but mistakes takes no key away.
            if array.is_empty() || !binding.keys.is_empty() {
                self.config.keys.push(binding);
            }
        }
    }

    fn table<'t, 'i>(&mut self, of: &'t DeTable<'i>, name: &str) -> Option<&'t DeTable<'i>> {
        let value: &'t Spanned<DeValue<'i>> = of.get(name)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.complain(value.span(), format!("{name} is a table: [{name}]"));
        }
        table
    }

    fn unknown(&mut self, what: &str, name: &Spanned<impl AsRef<str>>, known: &[&str]) {
        let text = name.get_ref().as_ref();
        let text = match value::nearest(text, known) {
            Some(near) => format!("no {what} is called {text}: {near}?"),
            None => format!("no {what} is called {text}"),
        };
        self.complain(name.span(), text);
    }

    fn complain(&mut self, at: Range<usize>, text: String) {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        self.complaints.push(Complaint {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            text,
        });
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            theme: None,
            colours: None,
            images: None,
            ascii: None,
            memory: 64 * 1024 * 1024,
            fetch: Knobs::default(),
            keys: Vec::new(),
        }
    }
}

impl fmt::Display for Complaint {
    /// `3:7: no theme is called drak: dark?`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.text)
    }
}

#[cfg(test)]
mod tests;
