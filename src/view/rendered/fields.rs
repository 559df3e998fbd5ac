//! Fields of forms, drawn with what they hold.
//!
//! ```text
//! [text________]   [x] [ ]   (•) ( )   <button>   [choice ▾ of 3]   [hidden name=value]
//! ```
//! Owns what a form would send untouched (HTML, 4.10.21.4), too.

use std::ops::Range;

use super::super::{Role, safe};
use super::builder::Builder;
use super::lay::{Atom, Kind};
use super::page::{Form, Way};
use super::tags::{Block, Tag};
use super::tokens::{Start, Text};
use super::words::{picture, source32};

/// Columns of a text field that does not say, and of the widest.
const USUAL: usize = 20;
const WIDEST: usize = 40;
/// Forms of a page, and fields of each, that are kept to be sent.
const FORMS: usize = 1 << 12;
const FIELDS: usize = 1 << 10;
/// Bytes of a title, a choice or a text that are kept.
const KEPT: usize = 1 << 16;

/// An element whose text is not the page's.
#[derive(Debug)]
pub(super) enum Field {
    /// Shown as any text, and kept.
    Title(String),
    Textarea {
        name: Option<String>,
        text: String,
        from: u32,
    },
    Select {
        name: Option<String>,
        choices: Vec<Choice>,
        from: u32,
    },
}

#[derive(Debug, Default)]
pub(super) struct Choice {
    text: String,
    value: Option<String>,
    chosen: bool,
}

impl Builder {
    /// A start tag inside a field; true: it is done with.
    pub fn field_start(&mut self, kind: Tag, tag: &Start) -> bool {
        match (&self.field, kind) {
            (None, _) | (Some(_), Tag::Option) => false,
            (Some(Field::Select { .. }), Tag::Plain | Tag::Block(Block::Box)) => true,
            // Whatever else there is, the field was not closed (13.2.6.4.16).
            (Some(_), _) => {
                self.end_field(source32(&tag.source));
                false
            }
        }
    }

    /// An end tag; true: it was a field's.
    pub fn field_end(&mut self, kind: Tag, source: Range<u32>) -> bool {
        match (&self.field, kind) {
            (Some(Field::Title(_)), Tag::Title)
            | (Some(Field::Textarea { .. }), Tag::Textarea)
            | (Some(Field::Select { .. }), Tag::Select) => {
                self.end_field(source);
                true
            }
            (field, _) => field.is_some(),
        }
    }

    /// True: the text is the field's.
    pub fn field_text(&mut self, text: &Text<'_>) -> bool {
        let into = match &mut self.field {
            None => return false,
            Some(Field::Title(title)) => title,
            Some(Field::Textarea { text, .. }) => text,
            Some(Field::Select { choices, .. }) => match choices.last_mut() {
                Some(choice) => &mut choice.text,
                None => return true,
            },
        };
        if into.len() < KEPT {
            into.push_str(&String::from_utf8_lossy(text.bytes));
        }
        !matches!(self.field, Some(Field::Title(_)))
    }

    pub fn start_field(&mut self, kind: Tag, tag: &Start) {
        let from = source32(&tag.source).start;
        let name = tag.get("name");
        match kind {
            Tag::Title => {
                self.flush();
                self.say("title: ", Role::Note, 0..0);
                self.look.strong += 1;
                self.field = Some(Field::Title(String::new()));
            }
            Tag::Textarea => {
                let text = String::new();
                self.field = Some(Field::Textarea { name, text, from });
            }
            Tag::Select => {
                let choices = Vec::new();
                self.field = Some(Field::Select {
                    name,
                    choices,
                    from,
                });
            }
            _ => {
                if let Some(Field::Select { choices, .. }) = &mut self.field
                    && choices.len() < FIELDS
                {
                    choices.push(Choice {
                        text: String::new(),
                        value: tag.get("value"),
                        chosen: tag.has("selected"),
                    });
                }
            }
        }
    }

    pub fn end_field(&mut self, end: Range<u32>) {
        match self.field.take() {
            None => {}
            Some(Field::Title(title)) => {
                self.look.strong = self.look.strong.saturating_sub(1);
                self.flush();
                self.flow().spaced = true;
                self.page.title.get_or_insert(squeezed(&title));
            }
            Some(Field::Textarea { name, text, from }) => self.textarea(name, &text, from..end.end),
            Some(Field::Select {
                name,
                choices,
                from,
            }) => self.select(name, &choices, from..end.end),
        }
    }

    fn textarea(&mut self, name: Option<String>, text: &str, source: Range<u32>) {
        let text = text.strip_prefix('\n').unwrap_or(text);
        let begun = |atom: &Atom| atom.kind != Kind::Break;
        if self.flow().para.atoms.last().is_some_and(begun) {
            self.flow().end_row(source.start..source.start);
        }
        for (row, line) in text.split('\n').enumerate() {
            if row > 0 {
                self.flow().end_row(source.start..source.start);
            }
            let line = line.trim_end_matches('\r');
            let line = format!("[{}]", filled(line, WIDEST));
            self.say_whole(&line, Role::Field, source.clone());
        }
        self.keep(name, text.to_owned());
    }

    fn select(&mut self, name: Option<String>, choices: &[Choice], source: Range<u32>) {
        let chosen = choices.iter().find(|choice| choice.chosen);
        let chosen = chosen.or(choices.first());
        let text = chosen.map_or_else(String::new, |choice| squeezed(&choice.text));
        let words = format!("[{text} ▾ of {}]", choices.len());
        self.say_whole(&words, Role::Field, source);
        if let Some(choice) = chosen {
            self.keep(name, choice.value.clone().unwrap_or(text));
        }
    }

    pub fn input(&mut self, tag: &Start) {
        let kind = tag.get("type").unwrap_or_default().to_ascii_lowercase();
        let source = source32(&tag.source);
        let name = tag.get("name");
        let value = tag.get("value");
        let checked = tag.has("checked");
        match kind.as_str() {
            "hidden" => {
                let (name, value) = (name.unwrap_or_default(), value.unwrap_or_default());
                self.say_whole(
                    &format!("[hidden {name}={}]", filled(&value, 0)),
                    Role::Note,
                    source,
                );
                self.keep(Some(name), value);
            }
            "checkbox" | "radio" => {
                let sign = match (kind.as_str(), checked) {
                    ("checkbox", true) => "[x]",
                    ("checkbox", false) => "[ ]",
                    (_, true) => "(•)",
                    (_, false) => "( )",
                };
                self.say_whole(sign, Role::Field, source);
                if checked {
                    self.keep(name, value.unwrap_or_else(|| "on".to_owned()));
                }
            }
            "submit" | "image" | "button" | "reset" => {
                let words = match kind.as_str() {
                    "image" => picture(tag, &tag.get("src").unwrap_or_default()),
                    kind => format!("<{}>", value.clone().unwrap_or_else(|| kind.to_owned())),
                };
                let before = self.look.link;
                if kind == "submit" || kind == "image" {
                    self.look.link = self.submit(name, value, &tag.source);
                }
                self.say_whole(&words, Role::Field, source.clone());
                self.say_number(source);
                self.look.link = before;
            }
            "file" => self.say_whole("[file: none]", Role::Field, source),
            _ => {
                let columns = tag.number("size").map_or(USUAL, |size| size as usize);
                let value = value.unwrap_or_default();
                let shown = match (kind.as_str(), tag.get("placeholder")) {
                    ("password", _) => "*".repeat(value.chars().count().min(WIDEST)),
                    (_, Some(hint)) if value.is_empty() => hint,
                    _ => value.clone(),
                };
                let shown = filled(&shown, columns.clamp(1, WIDEST));
                self.say_whole(&format!("[{shown}]"), Role::Field, source);
                self.keep(name, value);
            }
        }
    }

    pub fn start_button(&mut self, tag: &Start) {
        self.end_link(0..0);
        let kind = tag.get("type").unwrap_or_default().to_ascii_lowercase();
        let source = source32(&tag.source);
        if !matches!(kind.as_str(), "button" | "reset") {
            self.look.link = self.submit(tag.get("name"), tag.get("value"), &tag.source);
        }
        self.say_whole("<", Role::Field, source);
    }

    pub fn end_button(&mut self, source: Range<u32>) {
        self.say_whole(">", Role::Field, source.clone());
        self.end_link(source);
    }

    // -- forms --------------------------------------------------------------------------

    pub fn start_form(&mut self, tag: &Start) {
        if self.page.forms.len() >= FORMS {
            return;
        }
        let is = |name, value: &str| {
            let found = tag.get(name);
            found.is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        self.page.forms.push(Form {
            action: tag.get("action").filter(|action| !action.is_empty()),
            post: is("method", "post"),
            multipart: is("enctype", "multipart/form-data"),
            fields: Vec::new(),
        });
        self.form = Some(self.page.forms.len() - 1);
    }

    /// What the form sends of a field that is left as it is.
    fn keep(&mut self, name: Option<String>, value: String) {
        if let Some(form) = self.form.and_then(|form| self.page.forms.get_mut(form))
            && let Some(name) = name.filter(|name| !name.is_empty())
            && form.fields.len() < FIELDS
        {
            form.fields.push((name, value));
        }
    }

    /// The link of a button that sends its form; 0 outside of one.
    fn submit(
        &mut self,
        name: Option<String>,
        value: Option<String>,
        source: &Range<usize>,
    ) -> u32 {
        let Some(form) = self.form else { return 0 };
        let own = name.filter(|name| !name.is_empty());
        let own = own.map(|name| (name, value.unwrap_or_default()));
        self.add_link(Way::Submit(form, own), source.start, true)
    }
}

/// Harmless text in so many columns, the rest of them `_`; 0: as many as it needs, up to
/// the widest.
fn filled(text: &str, columns: usize) -> String {
    let text = safe::safe(text).into_owned();
    let text = safe::cut(&text, if columns == 0 { WIDEST } else { columns });
    let rest = columns.saturating_sub(safe::width(&text));
    format!("{text}{}", "_".repeat(rest))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
