//! Text → atoms: words, spaces, links and pictures' stand-ins.
//!
//! Owns where a word ends and what it looks like. What is not harmless on a terminal is
//! an atom of its own ([`crate::view::safe`]).

use std::ops::Range;

use super::super::{Role, safe};
use super::builder::Builder;
use super::lay::{Atom, Kind};
use super::page::{Link, Way};
use super::tokens::{Start, Text};

/// Links of a page that can be followed; the words of more are shown as any.
const LINKS: usize = 1 << 17;
/// Columns of a picture's description.
const ALT: usize = 60;
const TAB: usize = 8;

/// How the text at hand is to look: how many elements ask for it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    pub heading: u32,
    pub strong: u32,
    pub emphasis: u32,
    pub code: u32,
    /// One more than the link's index.
    pub link: u32,
}

impl Look {
    fn role(self) -> Role {
        match self {
            Look { link: 1.., .. } => Role::Link,
            Look { heading: 1.., .. } => Role::Heading,
            Look { code: 1.., .. } => Role::Code,
            Look { strong: 1.., .. } => Role::Strong,
            Look { emphasis: 1.., .. } => Role::Emphasis,
            _ => Role::Text,
        }
    }
}

impl Builder {
    pub fn words(&mut self, text: &Text<'_>) {
        let pre = self.flow().pre > 0;
        let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c');
        let mut at = 0;
        while let Some(byte) = text.bytes.get(at) {
            let rest = &text.bytes[at..];
            if !space(byte) {
                let len = rest.iter().position(space).unwrap_or(rest.len());
                self.word(&rest[..len], text, at);
                at += len;
            } else if pre {
                at += self.kept_space(rest, text, at);
            } else {
                let len = rest.iter().take_while(|byte| space(byte)).count();
                let (source, exact) = source_of(text, at..at + len);
                self.atom(Kind::Space, " ", &source, exact && &rest[..len] == b" ");
                at += len;
            }
        }
    }

    /// A space of preformatted text; answers how many bytes it was.
    fn kept_space(&mut self, rest: &[u8], text: &Text<'_>, at: usize) -> usize {
        let len = match rest {
            [b'\r', b'\n', ..] => 2,
            [b' ', ..] => rest.iter().take_while(|&&byte| byte == b' ').count(),
            _ => 1,
        };
        let (source, exact) = source_of(text, at..at + len);
        match rest.first() {
            Some(b'\n' | b'\r') => {
                // The line end behind the start tag is not part of it.
                let flow = self.flow();
                if !flow.para.atoms.is_empty() || flow.para.pre {
                    flow.end_row(source);
                }
                flow.para.pre = true;
            }
            Some(b' ') => {
                let spaces = String::from_utf8_lossy(&rest[..len]).into_owned();
                self.atom(Kind::Space, &spaces, &source, exact);
            }
            _ => {
                let atoms = self.flow().para.atoms.iter().rev();
                let row = atoms.take_while(|atom| atom.kind != Kind::Break);
                let column: usize = row.map(|atom| atom.width as usize).sum();
                self.atom(Kind::Space, &" ".repeat(TAB - column % TAB), &source, false);
            }
        }
        len
    }

    /// A word that stands at `at` of the text.
    fn word(&mut self, word: &[u8], text: &Text<'_>, at: usize) {
        let plain = |byte: &u8| (b'!'..=b'~').contains(byte);
        if !text.exact {
            let shown = safe::safe_bytes(word);
            self.atom(Kind::Word, &shown, &source_of(text, at..at).0, false);
            return;
        }
        if word.iter().all(plain) {
            self.run(word, 0..word.len(), text, at);
            return;
        }
        // Runs of harmless characters, and each of the others by itself.
        let mut run = 0..0;
        for piece in safe::decode(word) {
            let same = word.get(piece.bytes.clone()) == Some(piece.text.as_bytes());
            if same && piece.role == Role::Text {
                run.end = piece.bytes.end;
                continue;
            }
            self.run(word, run.clone(), text, at);
            run = piece.bytes.end..piece.bytes.end;
            let part = at + piece.bytes.start..at + piece.bytes.end;
            let (source, _) = source_of(text, part);
            self.atom_as(Kind::Word, &piece.text, &source, false, piece.role);
        }
        self.run(word, run, text, at);
    }

    /// Harmless characters: one atom, or one each where they are not the source's bytes.
    fn run(&mut self, word: &[u8], run: Range<usize>, text: &Text<'_>, at: usize) {
        let Some(Ok(shown)) = word.get(run.clone()).map(std::str::from_utf8) else {
            return;
        };
        let (source, exact) = source_of(text, at + run.start..at + run.end);
        if exact && !shown.is_empty() {
            self.atom(Kind::Word, shown, &source, true);
            return;
        }
        let from = at + run.start;
        for piece in safe::decode(shown.as_bytes()) {
            let part = from + piece.bytes.start..from + piece.bytes.end;
            let (source, _) = source_of(text, part);
            self.atom(Kind::Word, &piece.text, &source, false);
        }
    }

    fn atom(&mut self, kind: Kind, text: &str, source: &Range<u32>, exact: bool) {
        let role = self.look.role();
        self.atom_as(kind, text, source, exact, role);
    }

    fn atom_as(&mut self, kind: Kind, text: &str, source: &Range<u32>, exact: bool, role: Role) {
        let atom = self.made(kind, text, source, exact, role);
        self.flow().push(atom);
    }

    fn made(
        &mut self,
        kind: Kind,
        text: &str,
        source: &Range<u32>,
        exact: bool,
        role: Role,
    ) -> Atom {
        self.held += 1;
        Atom {
            kind,
            width: u32::try_from(safe::width(text)).unwrap_or(u32::MAX),
            text: self.write(text),
            source: source.clone(),
            role,
            exact,
            link: self.look.link,
        }
    }

    /// Words of our own in the run of the text, for these bytes.
    pub fn say(&mut self, words: &str, role: Role, source: Range<u32>) {
        let words = safe::safe(words).into_owned();
        let mut words = words.split(' ').peekable();
        while let Some(word) = words.next() {
            if !word.is_empty() {
                self.atom_as(Kind::Word, word, &source, false, role);
            }
            if words.peek().is_some() {
                self.atom_as(Kind::Space, " ", &source, false, role);
            }
        }
    }

    /// The same, all of it one word.
    pub fn say_whole(&mut self, words: &str, role: Role, source: Range<u32>) {
        let words = safe::safe(words).into_owned();
        self.atom_as(Kind::Word, &words, &source, false, role);
    }

    // -- links and pictures -------------------------------------------------------------

    /// Its index and one more; 0 where there are too many.
    pub fn add_link(&mut self, way: Way, at: usize, numbered: bool) -> u32 {
        if self.page.links.len() >= LINKS {
            return 0;
        }
        if numbered {
            self.numbers += 1;
        }
        self.page.links.push(Link {
            way,
            number: numbered.then_some(self.numbers),
            at: at as u64,
        });
        u32::try_from(self.page.links.len()).unwrap_or(0)
    }

    pub fn start_link(&mut self, tag: &Start) {
        self.end_link(0..0);
        if let Some(to) = tag.get("href") {
            self.look.link = self.add_link(Way::To(to), tag.source.start, true);
        }
        // An area of a picture has no content: its words are an attribute's.
        if tag.name == b"area" && self.look.link != 0 {
            let alt = tag.get("alt").unwrap_or_default();
            self.say(&format!("[area: {alt}]"), Role::Link, source32(&tag.source));
            self.end_link(0..0);
        }
    }

    pub fn end_link(&mut self, source: Range<u32>) {
        self.say_number(source);
        self.look.link = 0;
    }

    /// The number of the link at hand, beside its last word.
    pub fn say_number(&mut self, source: Range<u32>) {
        let index = (self.look.link as usize).checked_sub(1);
        let link = index.and_then(|index| self.page.links.get(index));
        if let Some(number) = link.and_then(|link| link.number) {
            let words = format!("[{number}]");
            let atom = self.made(Kind::Word, &words, &source, false, Role::Note);
            self.flow().push_tight(atom);
        }
    }

    pub fn image(&mut self, tag: &Start) {
        let to = tag.get("src").unwrap_or_default();
        let words = picture(tag, &to);
        let before = self.look.link;
        if !to.is_empty() {
            self.look.link = self.add_link(Way::Image(to), tag.source.start, false);
        }
        self.say(&words, Role::Image, source32(&tag.source));
        self.look.link = before;
    }
}

/// `[image: alt 120×80]`
pub(super) fn picture(tag: &Start, to: &str) -> String {
    let name = match tag.get("alt").filter(|alt| !alt.trim().is_empty()) {
        Some(alt) => alt,
        // Without words for it, its file's name.
        None if to.starts_with("data:") => "data:".to_owned(),
        None => {
            let path = to.split(['?', '#']).next().unwrap_or_default();
            path.rsplit('/').next().unwrap_or_default().to_owned()
        }
    };
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = safe::safe(&name).into_owned();
    let size = match (tag.number("width"), tag.number("height")) {
        (Some(width), Some(height)) => format!(" {width}×{height}"),
        _ => String::new(),
    };
    format!("[image: {}{size}]", safe::cut(&name, ALT))
}

/// The bytes of a part of the text, and whether they are that part.
fn source_of(text: &Text<'_>, part: Range<usize>) -> (Range<u32>, bool) {
    let at = match text.exact {
        true => text.source.start + part.start..text.source.start + part.end,
        false => text.source.clone(),
    };
    let source = text.map.map_or_else(|| at.clone(), |map| map.back(&at));
    // In most charsets ASCII is itself.
    let ascii = || text.bytes.get(part).is_some_and(<[u8]>::is_ascii);
    let exact = text.exact && (text.map.is_none() || source.len() == at.len() && ascii());
    (source32(&source), exact)
}

/// Offsets in a page's HTML, which is below 4 GiB.
pub(super) fn source32(range: &Range<usize>) -> Range<u32> {
    let of = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    of(range.start)..of(range.end)
}
