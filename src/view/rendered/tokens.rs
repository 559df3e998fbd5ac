//! HTML bytes → tags and text, each with the bytes it was written as.
//!
//! Owns the hand between the tokenizer (WHATWG HTML, 13.2.5) and a [`Sink`]; it knows no
//! element but those whose content is not markup. No tree is built, nothing is kept but
//! the token at hand.

use std::ops::Range;

use html5gum::{Emitter, Error, State, Tokenizer};

use super::charset::Map;

/// Bytes of attributes' values that one tag may have; more are dropped. A page of
/// pictures in `data:` URLs is not to be held twice.
const VALUES: usize = 64 * 1024;

/// A start tag. Attributes in order, their names in lower case, entities decoded.
#[derive(Debug, Default)]
pub struct Start {
    pub name: Vec<u8>,
    pub attributes: Vec<(Vec<u8>, Vec<u8>)>,
    pub source: Range<usize>,
}

/// What is written between the tags, as the tokenizer hands it on: a piece of plain text,
/// or what an entity stands for.
pub struct Text<'a> {
    pub bytes: &'a [u8],
    pub source: Range<usize>,
    /// The bytes stand like this in the source.
    pub exact: bool,
    /// The source is in another charset: `source` counts its bytes as UTF-8.
    pub map: Option<&'a Map>,
}

pub trait Sink {
    fn start(&mut self, tag: &Start);
    fn end(&mut self, name: &[u8], source: Range<usize>);
    fn text(&mut self, text: Text<'_>);
    /// Enough: what follows is not looked at.
    fn full(&self) -> bool;
}

/// Tells the sink everything in the source, as far as it wants; answers how many bytes
/// that was.
pub fn tell(source: &[u8], map: Option<&Map>, sink: &mut impl Sink) -> usize {
    let feed = Feed {
        source,
        map,
        sink,
        at: 0,
        told: 0,
        tag: Start::default(),
        values: 0,
        ends: false,
        last_start: Vec::new(),
    };
    let mut tokens = Tokenizer::new_with_emitter(source, feed);
    // Reading from memory cannot fail; a token is only ever the word that it is enough.
    match tokens.next() {
        Some(Ok(Enough(at))) => at,
        Some(Err(err)) => match err {},
        None => source.len(),
    }
}

/// The sink wants no more than these bytes.
struct Enough(usize);

struct Feed<'a, S> {
    source: &'a [u8],
    map: Option<&'a Map>,
    sink: &'a mut S,
    /// How far the tokenizer has read.
    at: usize,
    /// The end of what the sink was told.
    told: usize,
    tag: Start,
    /// Bytes of its values so far.
    values: usize,
    /// The tag at hand is an end tag.
    ends: bool,
    last_start: Vec<u8>,
}

impl Start {
    /// The attribute's value as text; empty for one without a value.
    pub fn get(&self, name: &str) -> Option<String> {
        self.bytes(name)
            .map(|value| String::from_utf8_lossy(value).into_owned())
    }

    pub fn has(&self, name: &str) -> bool {
        self.bytes(name).is_some()
    }

    /// As [`Start::get`], for a value that is a number.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.get(name)?.trim().parse().ok()
    }

    fn bytes(&self, name: &str) -> Option<&[u8]> {
        let mut attributes = self.attributes.iter();
        // The first one holds, as in every browser.
        attributes
            .find(|(this, _)| this == name.as_bytes())
            .map(|(_, value)| value.as_slice())
    }
}

impl<S: Sink> Emitter for Feed<'_, S> {
    type Token = Enough;

    fn set_last_start_tag(&mut self, name: Option<&[u8]>) {
        self.last_start = name.unwrap_or_default().to_vec();
    }

    fn emit_eof(&mut self) {}

    fn emit_error(&mut self, _: Error) {}

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn pop_token(&mut self) -> Option<Enough> {
        self.sink.full().then_some(Enough(self.told))
    }

    fn emit_string(&mut self, bytes: &[u8]) {
        let end = self.at.min(self.source.len());
        let start = end.saturating_sub(bytes.len());
        let exact = start >= self.told && self.source.get(start..end) == Some(bytes);
        let start = if exact { start } else { self.told.min(end) };
        self.told = end;
        self.sink.text(Text {
            bytes,
            source: start..end,
            exact,
            map: self.map,
        });
    }

    fn init_start_tag(&mut self) {
        self.open(false);
    }

    fn init_end_tag(&mut self) {
        self.open(true);
    }

    fn init_comment(&mut self) {}

    fn emit_current_tag(&mut self) -> Option<State> {
        let end = self.at.min(self.source.len());
        self.told = end;
        self.tag.source.end = end.max(self.tag.source.start);
        if let Some(map) = self.map {
            self.tag.source = map.back(&self.tag.source);
        }
        if self.ends {
            self.last_start.clear();
            self.sink.end(&self.tag.name, self.tag.source.clone());
            return None;
        }
        self.last_start.clone_from(&self.tag.name);
        self.sink.start(&self.tag);
        content(&self.tag.name)
    }

    fn emit_current_comment(&mut self) {
        self.told = self.at.min(self.source.len());
    }

    fn emit_current_doctype(&mut self) {
        self.told = self.at.min(self.source.len());
    }

    fn set_self_closing(&mut self) {}

    fn set_force_quirks(&mut self) {}

    fn push_tag_name(&mut self, name: &[u8]) {
        self.tag.name.extend(name);
    }

    fn push_comment(&mut self, _: &[u8]) {}

    fn push_doctype_name(&mut self, _: &[u8]) {}

    fn init_doctype(&mut self) {}

    fn init_attribute(&mut self) {
        self.tag.attributes.push(Default::default());
    }

    fn push_attribute_name(&mut self, name: &[u8]) {
        if let Some((this, _)) = self.tag.attributes.last_mut() {
            this.extend(name);
        }
    }

    fn push_attribute_value(&mut self, value: &[u8]) {
        self.values += value.len();
        if self.values <= VALUES
            && let Some((_, this)) = self.tag.attributes.last_mut()
        {
            this.extend(value);
        }
    }

    fn set_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn set_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn start_open_tag(&mut self) {
        self.tag.source.start = self.at.saturating_sub(1).min(self.source.len());
    }

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        self.ends && !self.last_start.is_empty() && self.last_start == self.tag.name
    }

    fn move_position(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by);
    }
}

impl<S> Feed<'_, S> {
    fn open(&mut self, ends: bool) {
        self.tag.name.clear();
        self.tag.attributes.clear();
        self.values = 0;
        self.ends = ends;
    }
}

/// How an element's content is read (13.2.6.4.4, 13.2.6.4.7, with scripting off: what is
/// in a noscript is markup).
fn content(name: &[u8]) -> Option<State> {
    match name {
        b"textarea" | b"title" => Some(State::RcData),
        b"plaintext" => Some(State::PlainText),
        b"script" => Some(State::ScriptData),
        b"style" | b"iframe" | b"xmp" | b"noembed" | b"noframes" => Some(State::RawText),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Everything told, one word each.
    #[derive(Default)]
    struct Heard(Vec<String>, Vec<Range<usize>>);

    impl Sink for Heard {
        fn start(&mut self, tag: &Start) {
            let mut words = format!("<{}", String::from_utf8_lossy(&tag.name));
            for (name, _) in &tag.attributes {
                let name = String::from_utf8_lossy(name);
                words += &format!(" {name}={}", tag.get(&name).unwrap_or_default());
            }
            self.0.push(words);
            self.1.push(tag.source.clone());
        }

        fn end(&mut self, name: &[u8], source: Range<usize>) {
            self.0.push(format!("</{}", String::from_utf8_lossy(name)));
            self.1.push(source);
        }

        fn text(&mut self, text: Text<'_>) {
            let mark = if text.exact { "" } else { "~" };
            self.0
                .push(format!("{mark}{}", String::from_utf8_lossy(text.bytes)));
            self.1.push(text.source);
        }

        fn full(&self) -> bool {
            self.0.len() > 1000
        }
    }

    #[test]
    fn what_is_told_and_where_it_stands() {
        for (html, want) in [
            (
                "a<b>c</b>",
                &["a 0..1", "<b 1..4", "c 4..5", "</b 5..9"][..],
            ),
            ("x&amp;y&lt", &["x 0..1", "~& 1..6", "y 6..7", "~< 7..10"]),
            ("<a href='?a&amp;b' ID=x>", &["<a href=?a&b id=x 0..24"]),
            ("a<!-- no -->b", &["a 0..1", "b 12..13"]),
            ("<!doctype html>\nb", &["\nb 15..17"]),
            (
                "<style>a<b</style>",
                &[
                    "<style 0..7",
                    "a 7..8",
                    "< 8..9",
                    "b 9..10",
                    "</style 10..18",
                ],
            ),
            ("<noscript><b>", &["<noscript 0..10", "<b 10..13"]),
            ("1 < 2", &["1  0..2", "< 2..3", "  3..4", "2 4..5"]),
        ] {
            let mut heard = Heard::default();
            tell(html.as_bytes(), None, &mut heard);
            let Heard(words, sources) = heard;
            let got: Vec<String> = words
                .iter()
                .zip(sources)
                .map(|(words, at)| format!("{words} {}..{}", at.start, at.end))
                .collect();
            assert_eq!(got, want, "{html}");
        }
    }

    fn html() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            "[<>&;/= \"'a-z\r\n-]{0,8}".prop_map(String::into_bytes),
            prop::sample::select(vec![
                "&amp",
                "&#x41;",
                "&nosuch;",
                "<![CDATA[",
                "</p>",
                "<p "
            ])
            .prop_map(|text| text.as_bytes().to_vec()),
            proptest::collection::vec(any::<u8>(), 0..4),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn sources_ascend_and_exact_text_is_the_source(html in html()) {
            let mut heard = Heard::default();
            tell(&html, None, &mut heard);
            let mut at = 0;
            for (words, source) in heard.0.iter().zip(&heard.1) {
                prop_assert!(source.start >= at && source.end >= source.start, "{words} {source:?}");
                prop_assert!(source.end <= html.len());
                at = source.end;
            }
        }
    }
}
