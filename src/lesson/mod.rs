//! Lessons: what to try, and what the real calls must show for a step to be done.
//!
//! Owns the lessons of `assets/lessons`, one TOML file each, and what may stand in one. A
//! step is judged by [`Condition`]s over the fold of events, never by what was typed. It
//! opens nothing and draws nothing: who shows a step sets it up and asks.

mod condition;
mod fact;
mod named;
mod start;

use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use condition::{Condition, Seen};
pub use fact::{FACTS, tell};
pub use start::{Places, Start};

macro_rules! lessons {
    ($($name:literal)*) => {
        /// In their order: the name that is typed, and the file.
        const FILES: &[(&str, &str)] = &[
            $( ($name, include_str!(concat!("../../assets/lessons/", $name, ".toml"))), )*
        ];
        /// What `sockeye learn` takes.
        pub const NAMES: &[&str] = &[ $( $name, )* ];
    };
}

lessons! {
    "socket" "addresses" "request" "send" "recv" "hang" "ways-out" "bytes" "close" "errors"
    "nonblocking" "https" "buffers" "chunked" "anomaly"
}

/// One thing to learn, in a few steps.
#[derive(Debug)]
pub struct Lesson {
    pub name: &'static str,
    pub title: String,
    /// A sentence or two on what it is about.
    pub about: String,
    /// At least one.
    pub steps: Vec<Step>,
}

/// Words may name a key by its action (`{send}`); those of `notice` a fact, too
/// (`{recvs}`), see [`tell`].
#[derive(Debug)]
pub struct Step {
    /// What to do.
    pub task: String,
    /// The name of the action that does it.
    pub press: String,
    /// `None`: it goes on with the exchange of the step before.
    pub start: Option<Start>,
    /// All of them hold, and it is done.
    pub until: Vec<Condition>,
    /// What to notice then.
    pub notice: String,
    pub unable: Option<Unable>,
}

/// A machine that cannot do a step shows it by these; the step is then left out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unable {
    pub when: Vec<Condition>,
    /// What it cannot do.
    pub why: String,
}

/// What a fold of events amounts to for a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    Open,
    Done,
    Unable,
}

impl Step {
    pub fn judge(&self, seen: &Seen) -> Judgement {
        let all = |conditions: &[Condition]| conditions.iter().all(|one| one.holds(seen));
        match &self.unable {
            _ if all(&self.until) => Judgement::Done,
            Some(unable) if all(&unable.when) => Judgement::Unable,
            _ => Judgement::Open,
        }
    }
}

/// Every lesson, in order. They are read when they are first asked for.
pub fn all() -> &'static [Lesson] {
    static ALL: OnceLock<Vec<Lesson>> = OnceLock::new();
    // A test reads each of the files: none is left out.
    let read = |&(name, text): &(&'static str, &str)| read(name, text).ok();
    ALL.get_or_init(|| FILES.iter().filter_map(read).collect())
}

/// The file's top level.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Top {
    title: String,
    about: String,
}

/// A step as written, but for its start.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    r#do: String,
    #[serde(default = "send")]
    press: String,
    until: Vec<Condition>,
    notice: String,
    unable: Option<Unable>,
}

fn send() -> String {
    "send".to_owned()
}

/// Reads one file.
fn read(name: &'static str, text: &str) -> Result<Lesson, String> {
    let mut file = DeTable::parse(text).map_err(|error| error.to_string())?;
    let steps = file.get_mut().remove("step");
    let steps = steps.map(Spanned::into_inner);
    let Some(DeValue::Array(steps)) = steps else {
        return Err("no [[step]]".to_owned());
    };
    let top = Top::deserialize(file.into_deserializer()).map_err(|error| error.to_string())?;
    let steps = steps.into_iter().map(step).collect::<Result<_, _>>()?;
    Ok(Lesson {
        name,
        title: top.title,
        about: top.about,
        steps,
    })
}

fn step(mut value: Spanned<DeValue>) -> Result<Step, String> {
    let start = match value.get_mut() {
        DeValue::Table(table) => table.remove("start"),
        _ => None,
    };
    let start = start.map(start::read).transpose()?;
    let written = Written::deserialize(value.into_deserializer());
    let written = written.map_err(|error| error.to_string())?;
    Ok(Step {
        task: written.r#do,
        press: written.press,
        start,
        until: written.until,
        notice: written.notice,
        unable: written.unable,
    })
}

#[cfg(test)]
mod tests;
