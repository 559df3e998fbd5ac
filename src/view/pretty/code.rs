//! CSS and JavaScript source: lines as they came, with colours; a line too long to read
//! is broken behind `;`, around `{` and `}`, outside strings, moved in by open braces.
//!
//! A reader of tokens, not of the languages: where a `/` divides and where it begins a
//! regular expression is told by the token before, as highlighters do.

use super::row::{LONG, Row, Sink, line, plain, uncut};
use crate::view::Role;

/// ECMA-262, 12.7.2, and words that are reserved in effect.
const KEYWORDS: &[&str] = &[
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "import",
    "in",
    "instanceof",
    "let",
    "new",
    "null",
    "of",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
    "yield",
];
/// Keywords that are values: a `/` behind them divides.
const VALUES: &[&str] = &["false", "null", "super", "this", "true", "undefined"];

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Code {
    /// JavaScript, else CSS.
    script: bool,
    /// Braces open.
    depth: u32,
    /// The innermost braces, the innermost in bit 0; 1 opened with `${` in a template.
    templates: u128,
    /// Round brackets open since the last brace (CSS), or at all.
    rounds: u32,
    /// Round brackets that were open at a `for`.
    header: Option<u32>,
    within: Within,
    /// The token before was a value (JavaScript), a property's colon (CSS).
    after: bool,
    /// The word before was `for`.
    after_for: bool,
    long: bool,
    line_start: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Within {
    Code,
    Comment,
    LineComment,
    /// Ends with this quote.
    String(u8),
    Template,
}

impl Code {
    pub fn new(script: bool) -> Code {
        Code {
            script,
            depth: 0,
            templates: 0,
            rounds: 0,
            header: None,
            within: Within::Code,
            after: false,
            after_for: false,
            long: false,
            line_start: true,
        }
    }

    pub fn unfinished(&self) -> Option<String> {
        let inside = match self.within {
            Within::Comment => "inside a comment".to_owned(),
            Within::Template => "inside a template".to_owned(),
            Within::String(_) => "inside a string".to_owned(),
            _ if self.script || self.depth == 0 => return None,
            _ => format!("with {} braces open", self.depth),
        };
        Some(format!("the body ends {inside}"))
    }

    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        let (whole, next) = line(bytes);
        let len = uncut(bytes, whole, next);
        if self.line_start {
            self.long = len > LONG;
        }
        let moved_in = self.long && !self.line_start;
        let mut row = Row {
            low: self.depth,
            ..Row::default()
        };
        let mut at = 0;
        let (mut opened, mut closed) = (false, false);
        let mut blank = true;
        while at < len {
            let byte = bytes[at];
            let code = self.within == Within::Code;
            if self.long && code && !blank {
                let before = byte == b'}' && !self.in_template();
                let behind =
                    closed && !matches!(byte, b')' | b']' | b';' | b',' | b'.' | b'(' | b' ');
                if (before && !closed && !opened) || behind {
                    break;
                }
            }
            let (end, role) = self.token(&bytes[at..whole], len - at);
            let token = &bytes[at..at + end];
            sink.token(end, role);
            at += end;
            row.low = row.low.min(self.depth);
            let mark = (role == Role::Punctuation).then(|| token[0]);
            blank &= token.iter().all(u8::is_ascii_whitespace);
            closed = mark == Some(b'}') && !self.in_string()
                || closed && matches!(mark, Some(b')' | b']' | b','));
            opened = mark == Some(b'{');
            let ends = match mark {
                Some(b'{') => bytes.get(at) != Some(&b'}') && !self.in_template(),
                Some(b';') => {
                    let header = self.header.is_some() || (!self.script && self.rounds > 0);
                    !header && !self.in_template()
                }
                _ => false,
            };
            if self.long && code && ends {
                // White space behind it goes with it.
                let space = bytes[at..len].iter().take_while(|byte| **byte == b' ');
                let space = space.count();
                plain(sink, 0, space, Role::Text);
                at += space;
                break;
            }
        }
        self.line_start = at == whole && next > whole;
        if self.line_start {
            plain(sink, 0, next - whole, Role::Text);
            self.end_line(&bytes[..whole]);
            at = next;
        }
        if moved_in {
            row.indent = row.low;
        }
        row.len = at;
        row.depth = self.depth;
        row.member = !blank;
        row
    }

    /// Comments and strings that no line end is in.
    fn end_line(&mut self, line: &[u8]) {
        self.within = match self.within {
            Within::LineComment => Within::Code,
            Within::String(_) if line.last() != Some(&b'\\') => Within::Code,
            within => within,
        };
    }

    fn in_string(&self) -> bool {
        self.within != Within::Code
    }

    /// The innermost brace is a template's.
    fn in_template(&self) -> bool {
        self.script && self.depth > 0 && self.templates & 1 == 1
    }

    /// The token here, at most `most` bytes of it unless it ends in some more.
    fn token(&mut self, bytes: &[u8], most: usize) -> (usize, Role) {
        match self.within {
            Within::Code => {}
            Within::LineComment => return (most, Role::Comment),
            Within::Comment => {
                let end = memchr::memmem::find(bytes, b"*/").filter(|end| *end < most);
                if end.is_some() {
                    self.within = Within::Code;
                }
                return (end.map_or(most, |end| end + 2), Role::Comment);
            }
            Within::String(quote) => return (self.string(bytes, most, quote), Role::String),
            Within::Template => return (self.template(bytes, most), Role::String),
        }
        let begins = |sign: &[u8]| bytes.starts_with(sign);
        let first = bytes[0];
        match first {
            b'/' if begins(b"/*") => {
                self.within = Within::Comment;
                (2, Role::Comment)
            }
            b'/' if begins(b"//") && self.script => {
                self.within = Within::LineComment;
                (2, Role::Comment)
            }
            b'"' | b'\'' => {
                self.within = Within::String(first);
                self.after = self.script || self.after;
                (1, Role::String)
            }
            b'`' if self.script => {
                self.within = Within::Template;
                (1, Role::String)
            }
            b'/' if self.script && !self.after => match regex(&bytes[..most]) {
                Some(len) => {
                    self.after = true;
                    (len, Role::String)
                }
                None => (1, Role::Punctuation),
            },
            b'}' if self.in_template() => {
                self.close();
                self.within = Within::Template;
                (1, Role::Punctuation)
            }
            _ if first.is_ascii_whitespace() => {
                let space = bytes[..most]
                    .iter()
                    .take_while(|byte| byte.is_ascii_whitespace());
                (space.count(), Role::Text)
            }
            _ if self.script => self.script_token(&bytes[..most]),
            _ => self.style_token(&bytes[..most]),
        }
    }

    fn script_token(&mut self, bytes: &[u8]) -> (usize, Role) {
        let part =
            |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..);
        let first = bytes[0];
        if first.is_ascii_digit() {
            let len = bytes.iter().take_while(|byte| part(byte) || **byte == b'.');
            self.after = true;
            return (len.count(), Role::Number);
        }
        let len = bytes.iter().take_while(part).count();
        if len == 0 {
            self.punctuation(first);
            return (1, Role::Punctuation);
        }
        let word = std::str::from_utf8(&bytes[..len]).unwrap_or_default();
        let keyword = KEYWORDS.contains(&word);
        self.after = !keyword || VALUES.contains(&word);
        self.after_for = word == "for";
        (len, if keyword { Role::Keyword } else { Role::Text })
    }

    fn style_token(&mut self, bytes: &[u8]) -> (usize, Role) {
        let part = |byte: &&u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'\\' | 0x80..)
        };
        let first = bytes[0];
        let named = |from: usize| from + bytes[from..].iter().take_while(part).count();
        let number = first.is_ascii_digit()
            || (matches!(first, b'.' | b'-' | b'+')
                && bytes.get(1).is_some_and(u8::is_ascii_digit));
        match first {
            b'@' | b'!' => (named(1), Role::Keyword),
            _ if number => {
                let end = bytes[1..]
                    .iter()
                    .take_while(|byte| part(byte) || matches!(byte, b'.' | b'%'));
                (1 + end.count(), Role::Number)
            }
            b'#' if self.after => (named(1), Role::Number),
            _ if named(0) > 0 => {
                let len = named(0);
                let rest = bytes[len..].iter().find(|byte| !byte.is_ascii_whitespace());
                let role = match self.after {
                    true => Role::Text,
                    false if self.depth > 0 && rest == Some(&b':') => Role::Name,
                    false => Role::Tag,
                };
                (len, role)
            }
            _ => {
                self.punctuation(first);
                (1, Role::Punctuation)
            }
        }
    }

    fn punctuation(&mut self, byte: u8) {
        match byte {
            b'{' => self.open(false),
            b'}' => self.close(),
            b'(' => {
                if self.after_for && self.header.is_none() {
                    self.header = Some(self.rounds);
                }
                self.rounds = self.rounds.saturating_add(1);
            }
            b')' => {
                self.rounds = self.rounds.saturating_sub(1);
                self.header = self.header.filter(|&header| self.rounds > header);
            }
            _ => {}
        }
        self.after_for = false;
        self.after = match self.script {
            true => matches!(byte, b')' | b']'),
            false => match byte {
                b':' => self.depth > 0,
                b';' | b'{' | b'}' => false,
                _ => self.after,
            },
        };
    }

    fn open(&mut self, template: bool) {
        self.depth = self.depth.saturating_add(1);
        self.templates = self.templates << 1 | u128::from(template);
        if !self.script {
            self.rounds = 0;
        }
        self.after = false;
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.templates >>= 1;
        if !self.script {
            self.rounds = 0;
        }
    }

    fn string(&mut self, bytes: &[u8], most: usize, quote: u8) -> usize {
        let mut at = 0;
        while at < most {
            match bytes[at] {
                b'\\' => at += 2,
                byte if byte == quote => {
                    self.within = Within::Code;
                    return at + 1;
                }
                _ => at += 1,
            }
        }
        at.min(bytes.len())
    }

    fn template(&mut self, bytes: &[u8], most: usize) -> usize {
        let mut at = 0;
        while at < most {
            match bytes[at] {
                b'\\' => at += 2,
                b'`' => {
                    self.within = Within::Code;
                    self.after = true;
                    return at + 1;
                }
                b'$' if bytes.get(at + 1) == Some(&b'{') => {
                    self.within = Within::Code;
                    self.open(true);
                    return at + 2;
                }
                _ => at += 1,
            }
        }
        at.min(bytes.len())
    }
}

/// A regular expression on one line, with its flags.
fn regex(bytes: &[u8]) -> Option<usize> {
    let mut class = false;
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 1,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => break,
            _ => {}
        }
        at += 1;
    }
    let flags = bytes[at + 1..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic());
    Some(at + 1 + flags.count())
}
