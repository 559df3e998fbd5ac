//! JSON (RFC 8259), and a value a line: a row a member, re-flowed.
//!
//! Owns where JSON's rows begin and what is wrong in it. Tokens are told of as they are;
//! only white space between them shows otherwise than it came. Brackets that are nested
//! more than 128 deep are counted, not compared.

use super::row::{Place, Row, Sink, line, plain};
use super::scan::{is_white, plain_run};
use crate::view::Role;

/// A byte order mark, which may stand first.
const MARK: &[u8] = b"\xef\xbb\xbf";

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Json {
    /// A value a line; what is wrong in one does not touch the next.
    lines: bool,
    pub(super) depth: u32,
    /// Kinds of the innermost brackets, the innermost in bit 0; 1 is `{`.
    pub(super) kinds: u128,
    /// So many of them are known.
    pub(super) known: u32,
    pub(super) expect: Expect,
    /// The token that the row before was cut in.
    pub(super) within: Option<Role>,
    /// Why the rest is shown as text.
    pub broken: Option<&'static str>,
    /// That was said.
    said: bool,
    /// A line ends before this row.
    pub(super) fresh: bool,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Expect {
    Value,
    ValueOrClose,
    Name,
    NameOrClose,
    Colon,
    CommaOrClose,
    /// Nothing: the value is whole.
    End,
}

/// A line ends in the white space that these bytes end in.
pub(super) fn ends_line(bytes: &[u8]) -> bool {
    let white = bytes.iter().rev().take_while(|byte| is_white(**byte));
    white.into_iter().any(|byte| *byte == b'\n')
}

/// A token's end, or why there is none: where, and what is wrong.
enum Token {
    End(usize),
    Wrong(usize, &'static str),
}

impl Json {
    /// Kinds of brackets that are remembered: the bits of a `u128`.
    pub(super) const KINDS: u32 = 128;

    pub fn new(lines: bool) -> Json {
        Json {
            lines,
            depth: 0,
            kinds: 0,
            known: 0,
            expect: Expect::Value,
            within: None,
            broken: None,
            said: false,
            fresh: false,
        }
    }

    pub fn unfinished(&self) -> Option<String> {
        match (self.depth, self.expect, self.broken) {
            (_, _, Some(_)) => None,
            _ if matches!(self.within, Some(Role::String | Role::Name)) => {
                Some("the body ends inside a string".to_owned())
            }
            (0, Expect::End, _) => None,
            (0, ..) if self.lines => None,
            (0, ..) => Some("the body ends before the value does".to_owned()),
            (1, ..) => Some("the body ends with 1 bracket open".to_owned()),
            (depth, ..) => Some(format!("the body ends with {depth} brackets open")),
        }
    }

    pub fn row(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        if self.broken.is_some() {
            return self.text(bytes, sink);
        }
        let start = self.depth;
        let mut row = Row {
            low: start,
            ..Row::default()
        };
        let mut at = 0;
        // Something of this row was told; nothing but a comma may follow.
        let mut begun = false;
        if let Some(role) = self.within {
            row.indent = 1;
            match self.token_from(bytes, 0, role, true) {
                Token::End(end) => {
                    plain(sink, end, end, role);
                    // A number may have been whole.
                    (begun, at) = (end > 0, end);
                }
                Token::Wrong(end, why) => return self.wrong(bytes, end, why, row, sink),
            }
        }
        if self.expect == Expect::Value && self.depth == 0 && bytes.starts_with(MARK) {
            sink.token(MARK.len(), Role::Invisible);
            at = MARK.len();
        }
        loop {
            let space = white(&bytes[at..]);
            let next = at + space;
            let Some(&byte) = bytes.get(next) else {
                plain(sink, 0, space, Role::Text);
                at = next;
                break;
            };
            let ends = match byte {
                b',' => false,
                b':' => begun && !self.takes_colon(),
                b'}' | b']' => begun,
                _ => begun && self.after_value(),
            };
            // A value that is whole: what comes is the next one's.
            if ends || (self.expect == Expect::End && self.lines && begun) {
                plain(sink, 0, space, Role::Text);
                at = next;
                break;
            }
            if space > 0 {
                sink.space(space);
            }
            at = next;
            if self.expect == Expect::End && self.lines {
                self.expect = Expect::Value;
            }
            let (token, role) = match byte {
                b'{' | b'[' if self.takes_value() => {
                    self.push(byte == b'{');
                    sink.token(1, Role::Punctuation);
                    row.member |= !begun;
                    (begun, at) = (true, at + 1);
                    let space = white(&bytes[at..]);
                    match bytes.get(at + space) {
                        // Nothing is in it: it closes in the same row.
                        Some(b'}' | b']') => {
                            if space > 0 {
                                sink.space(space);
                            }
                            at += space;
                            if let Some(why) = self.pop(bytes[at] == b'}') {
                                return self.wrong(bytes, at, why, row, sink);
                            }
                            sink.token(1, Role::Punctuation);
                            at += 1;
                            continue;
                        }
                        _ => {
                            plain(sink, 0, space, Role::Text);
                            at += space;
                            break;
                        }
                    }
                }
                b'}' | b']' if self.closes() => {
                    if let Some(why) = self.pop(byte == b'}') {
                        return self.wrong(bytes, at, why, row, sink);
                    }
                    sink.token(1, Role::Punctuation);
                    row.low = row.low.min(self.depth);
                    (begun, at) = (true, at + 1);
                    continue;
                }
                b',' if self.expect == Expect::CommaOrClose => {
                    sink.token(1, Role::Punctuation);
                    self.expect = match self.in_object() {
                        Some(false) => Expect::Value,
                        _ => Expect::Name,
                    };
                    at += 1;
                    let space = white(&bytes[at..]);
                    plain(sink, 0, space, Role::Text);
                    at += space;
                    break;
                }
                b':' if self.takes_colon() => {
                    sink.token(1, Role::Punctuation);
                    self.expect = Expect::Value;
                    at += 1;
                    if bytes.get(at).is_some_and(|byte| !is_white(*byte)) {
                        sink.gap();
                    }
                    continue;
                }
                b'"' if self.takes_name() => {
                    self.expect = Expect::Colon;
                    (self.token_from(bytes, at, Role::Name, false), Role::Name)
                }
                b'"' if self.takes_value() => {
                    self.value_done();
                    (
                        self.token_from(bytes, at, Role::String, false),
                        Role::String,
                    )
                }
                b'-' | b'0'..=b'9' if self.takes_value() => {
                    self.value_done();
                    (
                        self.token_from(bytes, at, Role::Number, false),
                        Role::Number,
                    )
                }
                // A word is not cut: it may go on behind these bytes.
                b'a'..=b'z' if at > 0 && letters(&bytes[at..]) == bytes.len() - at => break,
                b'a'..=b'z' if self.takes_value() => {
                    self.value_done();
                    (word(bytes, at), Role::Keyword)
                }
                _ => return self.wrong(bytes, at, self.missing(), row, sink),
            };
            row.member |= !begun;
            begun = true;
            match token {
                Token::End(end) => {
                    sink.token(end - at, role);
                    at = end;
                }
                Token::Wrong(end, why) => {
                    if end > at {
                        sink.token(end - at, role);
                    }
                    return self.wrong(bytes, end, why, row, sink);
                }
            }
        }
        self.fresh = ends_line(&bytes[..at]);
        row.len = at;
        row.depth = self.depth;
        row.indent += row.low;
        row
    }

    /// The row ends before the byte that is wrong; where it is the first, a row of text
    /// does.
    fn wrong(
        &mut self,
        bytes: &[u8],
        at: usize,
        why: &'static str,
        row: Row,
        sink: &mut impl Sink,
    ) -> Row {
        self.within = None;
        let behind_line = if at == 0 {
            self.fresh
        } else {
            ends_line(&bytes[..at])
        };
        if self.lines && self.depth > 0 && behind_line {
            if at == 0 {
                return self.next_value(bytes, sink);
            }
            // The next row is what is wrong.
            self.fresh = true;
            return Row {
                len: at,
                depth: self.depth,
                indent: row.indent + row.low,
                ..row
            };
        }
        self.broken = Some(why);
        if at == 0 {
            return self.text(bytes, sink);
        }
        Row {
            len: at,
            depth: row.low,
            indent: row.indent + row.low,
            ..row
        }
    }

    /// What a line left open is not closed below it: there the next value begins.
    fn next_value(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        let open = self.depth;
        sink.note(Place::End, Role::Anomaly, || {
            let s = if open == 1 { "" } else { "s" };
            format!("the line ends with {open} bracket{s} open: the next value begins below")
        });
        *self = Json::new(true);
        self.row(bytes, sink)
    }

    /// A line as it came.
    fn text(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Row {
        if !self.said {
            let why = self.broken.unwrap_or_default();
            let rest = if self.lines { "this line" } else { "the rest" };
            sink.note(Place::Above, Role::Anomaly, || {
                format!("{why}: {rest} is shown as it came")
            });
            self.said = true;
        }
        let (len, next) = line(bytes);
        plain(sink, len, next, Role::Text);
        if self.lines && next > len {
            *self = Json::new(true);
        }
        Row {
            len: next,
            ..Row::default()
        }
    }

    fn takes_value(&self) -> bool {
        matches!(self.expect, Expect::Value | Expect::ValueOrClose)
            // Whether a name must come is not known this deep.
            || (self.expect == Expect::Name && self.in_object().is_none())
    }

    fn takes_name(&self) -> bool {
        match self.expect {
            Expect::NameOrClose => true,
            Expect::Name => self.in_object().is_some(),
            _ => false,
        }
    }

    fn takes_colon(&self) -> bool {
        self.expect == Expect::Colon
            // This deep a name looks like any string.
            || (self.expect == Expect::CommaOrClose && self.in_object().is_none())
    }

    fn closes(&self) -> bool {
        use Expect::{CommaOrClose, NameOrClose, ValueOrClose};
        matches!(self.expect, CommaOrClose | NameOrClose | ValueOrClose)
    }

    fn after_value(&self) -> bool {
        matches!(self.expect, Expect::CommaOrClose | Expect::End)
    }

    fn value_done(&mut self) {
        self.expect = match self.depth {
            0 => Expect::End,
            _ => Expect::CommaOrClose,
        };
    }

    /// `None` where it is not remembered.
    fn in_object(&self) -> Option<bool> {
        (self.known > 0).then_some(self.kinds & 1 == 1)
    }

    fn push(&mut self, object: bool) {
        self.kinds = self.kinds << 1 | u128::from(object);
        self.known = (self.known + 1).min(Json::KINDS);
        self.depth = self.depth.saturating_add(1);
        self.expect = match object {
            true => Expect::NameOrClose,
            false => Expect::ValueOrClose,
        };
    }

    /// What is wrong with this closing bracket.
    fn pop(&mut self, object: bool) -> Option<&'static str> {
        match (self.in_object(), object) {
            (Some(true), false) => return Some("] closes what { opened"),
            (Some(false), true) => return Some("} closes what [ opened"),
            _ => {}
        }
        self.kinds >>= 1;
        self.known = self.known.saturating_sub(1);
        self.depth = self.depth.saturating_sub(1);
        self.value_done();
        None
    }

    fn missing(&self) -> &'static str {
        match (self.expect, self.in_object()) {
            (Expect::Value, _) => "no value stands here",
            (Expect::ValueOrClose, _) => "neither a value nor ] stands here",
            (Expect::Name, _) => "no name in quotes stands here",
            (Expect::NameOrClose, _) => "neither a name in quotes nor } stands here",
            (Expect::Colon, _) => "no colon stands behind the name",
            (Expect::CommaOrClose, Some(true)) => "neither a comma nor } stands here",
            (Expect::CommaOrClose, _) => "neither a comma nor ] stands here",
            (Expect::End, _) => "bytes follow the value",
        }
    }

    /// The end of a string or number that begins at `at`, or goes on there.
    fn token_from(&mut self, bytes: &[u8], at: usize, role: Role, goes_on: bool) -> Token {
        self.within = None;
        if role == Role::Number {
            return match number(bytes, at, goes_on) {
                Some(end) => {
                    self.within = (end == bytes.len()).then_some(role);
                    Token::End(end)
                }
                None => Token::Wrong(at, "this is no number"),
            };
        }
        let mut end = if goes_on { at } else { at + 1 };
        loop {
            end += plain_run(&bytes[end..]);
            match bytes.get(end) {
                Some(b'"') => return Token::End(end + 1),
                Some(b'\\') => match escape(&bytes[end..]) {
                    Escape::Whole(len) => end += len,
                    Escape::Cut if end > at => {
                        self.within = Some(role);
                        return Token::End(end);
                    }
                    // The last bytes there are.
                    Escape::Cut => {
                        self.within = Some(role);
                        return Token::End(bytes.len());
                    }
                    Escape::Wrong => return Token::Wrong(end, "there is no such escape"),
                },
                Some(_) => {
                    return Token::Wrong(end, "a control character in a string is not escaped");
                }
                None => {
                    self.within = Some(role);
                    return Token::End(end);
                }
            }
        }
    }
}

enum Escape {
    Whole(usize),
    Cut,
    Wrong,
}

/// RFC 8259 section 7.
fn escape(bytes: &[u8]) -> Escape {
    match bytes.get(1) {
        None => Escape::Cut,
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Escape::Whole(2),
        Some(b'u') => {
            let digits = bytes[2..].iter().take(4);
            match digits.clone().all(u8::is_ascii_hexdigit) {
                true if digits.len() == 4 => Escape::Whole(6),
                true => Escape::Cut,
                false => Escape::Wrong,
            }
        }
        Some(_) => Escape::Wrong,
    }
}

/// RFC 8259 section 6; a number that the bytes end in may go on.
fn number(bytes: &[u8], at: usize, goes_on: bool) -> Option<usize> {
    let run = |from: usize| {
        let digits = bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        from + digits.count()
    };
    if goes_on {
        let rest = bytes.iter().take_while(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-')
        });
        return Some(rest.count());
    }
    let cut = |end: usize| end >= bytes.len();
    let digits = at + usize::from(bytes[at] == b'-');
    let mut end = run(digits);
    if end == digits {
        return cut(end).then_some(end);
    }
    if bytes[digits] == b'0' && end > digits + 1 {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        let fraction = end + 1;
        end = run(fraction);
        if end == fraction && !cut(end) {
            return None;
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let power = end + 1 + sign;
        end = run(power.min(bytes.len()));
        if end == power && !cut(end) {
            return None;
        }
    }
    Some(end)
}

fn word(bytes: &[u8], at: usize) -> Token {
    let end = at + letters(&bytes[at..]);
    let found = &bytes[at..end];
    let known = |word: &&[u8]| *word == found || (end == bytes.len() && word.starts_with(found));
    match [&b"true"[..], b"false", b"null"].iter().any(known) {
        true => Token::End(end),
        false => Token::Wrong(at, "there is no such word in JSON"),
    }
}

fn letters(bytes: &[u8]) -> usize {
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric());
    letters.count()
}

fn white(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_white(**byte)).count()
}
