//! Lists of things to choose from: one component for the command palette, the exchanges,
//! the anomalies, what can be put into a request, and the URLs below the URL bar.
//!
//! Owns what a list is (what it is of, a filter, the row that is chosen), which rows the
//! filter leaves and in which order. [`rows`] says what each list holds; it is made anew
//! from the state for each key and frame, so it is never behind. What choosing a row does
//! is [`super::update`]'s business, how it looks `ui`'s.

pub mod addresses;
mod cookies;
mod events;
pub mod frames;
mod lessons;
pub mod messages;
mod rows;
mod shown;

use std::net::IpAddr;
use std::ops::Range;

use crate::cookies::Key;
use crate::tui::editor::Editor;
use crate::tui::fuzzy;
use crate::tui::keymap::{Action, Keymap, Motion, Place};
use crate::tui::layout::Focus;
use crate::tui::visit::VisitId;

pub use rows::{completions, count, shown};
pub use shown::Shown;

/// A list in a pop-up.
pub struct List {
    pub of: Of,
    pub filter: Editor,
    /// Index into the rows that the filter leaves.
    pub chosen: usize,
    /// Rows that the filter left when last looked.
    pub rows: usize,
}

/// What a list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Commands,
    Exchanges,
    Anomalies,
    /// Requests and responses of the connection.
    Messages,
    /// Connections that are kept.
    Idle,
    Fields,
    Snippets,
    /// What bytes are copied as.
    Forms,
    /// What a text can be read as.
    Charsets,
    Cookies,
    /// Of the tab's host.
    Addresses,
    Lessons,
    /// The URL bar's own list: its filter is the bar's text.
    Urls,
}

/// The list below the URL bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// `None`: the text that was typed is what goes.
    pub chosen: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// May hold bytes from the network: whoever shows it escapes it.
    pub text: String,
    /// At the right: a key, figures.
    pub beside: String,
    /// A sentence or two, shown while the row is chosen.
    pub about: String,
    pub choice: Choice,
}

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// To be performed in this pane, where that is another one than ours.
    Command(Option<Focus>, Action),
    Exchange(VisitId),
    /// The response of this number on the connection.
    Answer(u32),
    /// Bytes in the Wire view's offsets.
    Bytes(Range<u64>),
    /// Bytes of the content.
    Content(Range<u64>),
    /// Close this kept connection, or all of them.
    CloseIdle(Option<u64>),
    /// A line of the request's head.
    Field(&'static str),
    /// Index into [`crate::request::SNIPPETS`].
    Snippet(usize),
    Url(String),
    /// Index into [`crate::decode::charset::CHOICES`]; `None`: as the response says.
    Charset(Option<usize>),
    Cookie(Key),
    /// Connect to this address alone, or no longer.
    Pin(IpAddr),
    /// Index into [`crate::lesson::all`].
    Lesson(usize),
    /// Something to read.
    Nothing,
}

impl List {
    pub fn new(of: Of) -> List {
        List {
            of,
            filter: Editor::line(),
            chosen: 0,
            rows: 0,
        }
    }

    /// So many rows are left now: whoever stands on the last one stays on the last one.
    pub fn grown(&mut self, rows: usize) {
        if self.chosen + 1 == self.rows && rows > self.rows {
            self.chosen = rows - 1;
        }
        self.rows = rows;
    }
}

impl Of {
    /// The pop-up's title.
    pub fn title(self, keys: &Keymap) -> String {
        let (title, does) = match self {
            Of::Commands => ("Commands", "performs"),
            Of::Exchanges => ("Exchanges", "reopens"),
            Of::Anomalies => ("Anomalies", "goes to the byte"),
            Of::Messages => ("Messages", "shows it"),
            Of::Idle => ("Idle connections", "closes one"),
            Of::Fields => ("Insert a header", "puts it in"),
            Of::Snippets => ("Snippets", "replaces the request"),
            Of::Forms => ("Copy as", "copies"),
            Of::Cookies => ("Cookies", "edits"),
            Of::Addresses => ("Addresses", "pins or unpins"),
            Of::Lessons => ("Lessons", "opens one"),
            Of::Charsets => ("Charset", "reads the text in it"),
            Of::Urls => ("URLs", "takes it"),
        };
        let more = match self {
            Of::Exchanges => format!(" · {} compares", keys.key(Action::CompareWith)),
            Of::Cookies => format!(
                " · {} adds · {} deletes",
                keys.key(Action::AddCookie),
                keys.key(Action::DropCookie)
            ),
            _ => String::new(),
        };
        let choose = keys.key_in(Place::List, Action::Choose);
        let close = keys.key(Action::Escape);
        format!("{title} · {choose} {does}{more} · {close} closes")
    }

    /// How well a row fits what was typed; `None`: not at all.
    fn fit(self, typed: &str, row: &Row) -> Option<i32> {
        match self {
            Of::Urls => rows::url_fit(typed, row),
            // Words of the explanation find a row too, behind all whose text fits.
            _ => fuzzy::score(typed, &row.text).or_else(|| {
                let about = row.about.to_lowercase();
                let fits = typed.len() > 2 && about.contains(&typed.trim().to_lowercase());
                fits.then_some(-1)
            }),
        }
    }
}

/// Where a motion leads among so many rows.
pub fn moved(chosen: usize, motion: Motion, rows: usize, page: usize) -> usize {
    let to = match motion {
        Motion::Up => chosen.saturating_sub(1),
        Motion::Down => chosen + 1,
        Motion::PageUp => chosen.saturating_sub(page),
        Motion::PageDown => chosen + page,
        Motion::First => 0,
        Motion::Last => rows,
        _ => chosen,
    };
    to.min(rows.saturating_sub(1))
}

#[cfg(test)]
mod tests;
