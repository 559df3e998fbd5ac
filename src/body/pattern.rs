//! What is looked for: bytes, or a regular expression over bytes.
//!
//! Owns how a typed text is understood, and one way to search by either. Nothing is held
//! but a block at a time; what a regular expression finds may begin anywhere and is seen
//! for at least [`REACH`] bytes.

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use super::find::{Answer, Needle};
use super::store::Window;

/// Bytes looked at at once, by a regular expression: many times [`REACH`], which is looked
/// at twice, and no more than stays in the core's own cache.
const LOOK: u64 = 256 * 1024;
/// Bytes seen behind a block: a longer hit of a regular expression is cut off.
const REACH: u64 = 16 * 1024;
/// Bytes seen before a block, for `^` and `\b`.
const BEFORE: u64 = 16;

#[derive(Clone, Debug)]
pub struct Pattern {
    what: What,
    begins: Option<Begins>,
}

#[derive(Clone, Debug)]
enum What {
    Bytes(Box<Needle>),
    Regex(Regex),
}

/// Whether a hit may begin at a place: in a text whose characters have several bytes, only
/// where one of them begins.
#[derive(Clone)]
pub struct Begins(Arc<BeginsAt>);

type BeginsAt = dyn Fn(&Window, u64) -> io::Result<bool> + Send + Sync;

impl Begins {
    pub fn new(at: impl Fn(&Window, u64) -> io::Result<bool> + Send + Sync + 'static) -> Begins {
        Begins(Arc::new(at))
    }
}

impl fmt::Debug for Begins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Begins")
    }
}

/// Hits counted so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub hits: u64,
    /// Those that start before a place asked about.
    pub before: u64,
}

impl Pattern {
    /// `/re/` is a regular expression; with `hex`, digits (`de ad be ef`, `0xdead`) are
    /// bytes; anything else is text. Text without a capital finds any case.
    ///
    /// # Errors
    /// Why the regular expression is none, in one line.
    pub fn typed(text: &str, hex: bool) -> Result<Pattern, String> {
        let ignore_case = !text.contains(|c: char| c.is_ascii_uppercase());
        if let Some(re) = Pattern::regex(text) {
            return regex(re);
        }
        if hex && let Some(bytes) = hex_bytes(text) {
            return Ok(Pattern::bytes(&bytes, false));
        }
        Ok(Pattern::bytes(text.as_bytes(), ignore_case))
    }

    fn bytes(bytes: &[u8], ignore_case: bool) -> Pattern {
        Pattern {
            what: What::Bytes(Box::new(Needle::new(bytes, ignore_case))),
            begins: None,
        }
    }

    /// The text in a charset: what it is encoded to. Only ASCII is found in any case: of
    /// other charsets that is no matter of one byte.
    pub fn encoded(text: &str, bytes: &[u8]) -> Pattern {
        let any_case = text.is_ascii() && !text.contains(|c: char| c.is_ascii_uppercase());
        Pattern::bytes(bytes, any_case)
    }

    /// The same, only where hits may begin.
    pub fn where_it(self, begins: Begins) -> Pattern {
        Pattern {
            begins: Some(begins),
            ..self
        }
    }

    /// Digits that are bytes, where they may be.
    pub fn is_hex(text: &str) -> bool {
        hex_bytes(text).is_some()
    }

    /// `/re/`: the regular expression in it.
    pub fn regex(text: &str) -> Option<&str> {
        let re = text.strip_prefix('/')?.strip_suffix('/')?;
        (!re.is_empty()).then_some(re)
    }

    /// Where the search for the next hit goes on: bytes may overlap, what a regular
    /// expression finds does not.
    pub fn behind(&self, hit: &Range<u64>) -> u64 {
        match self.what {
            What::Bytes(_) => hit.start + 1,
            What::Regex(_) => hit.end.max(hit.start + 1),
        }
    }

    /// Bytes before the end of a window in which a hit may begin that more bytes complete.
    pub fn reach(&self) -> u64 {
        match &self.what {
            What::Bytes(needle) => needle.len().saturating_sub(1) as u64,
            What::Regex(_) => REACH,
        }
    }

    /// The first hit that starts at `from` or later, looking at about `budget` bytes.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn next(&self, window: &Window, from: u64, budget: u64) -> io::Result<Answer<Range<u64>>> {
        let mut at = from;
        loop {
            let answer = self.what.next(window, at, budget)?;
            let Answer::Found(hit) = &answer else {
                return Ok(answer);
            };
            if self.begins(window, hit.start)? {
                return Ok(answer);
            }
            at = hit.start + 1;
            if at - from >= budget {
                return Ok(Answer::Continue(at));
            }
        }
    }

    /// The last hit that starts before `before`, looking at about `budget` bytes.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn previous(
        &self,
        window: &Window,
        before: u64,
        budget: u64,
    ) -> io::Result<Answer<Range<u64>>> {
        let first = before.min(window.there());
        let mut before = first;
        loop {
            let answer = self.what.previous(window, before, budget)?;
            let Answer::Found(hit) = &answer else {
                return Ok(answer);
            };
            if self.begins(window, hit.start)? {
                return Ok(answer);
            }
            before = hit.start;
            if first - before >= budget {
                return Ok(Answer::Continue(before));
            }
        }
    }

    /// The hits that touch a range of at most a few screens, for marking them.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn hits(&self, window: &Window, range: Range<u64>) -> io::Result<Vec<Range<u64>>> {
        if self.begins.is_none() {
            return self.what.hits(window, range);
        }
        // A hit that is none may lie upon one: each is looked at by itself.
        let end = range.end.min(range.start.saturating_add(LOOK));
        let mut hits = Vec::new();
        let mut at = range.start.saturating_sub(self.reach());
        while at < end
            && let Answer::Found(hit) = self.next(window, at, end - at)?
            && hit.start < end
        {
            at = hit.end.max(hit.start + 1);
            if range.start < hit.end {
                hits.push(hit);
            }
        }
        Ok(hits)
    }

    /// Counts the hits that start at `from` or later, looking at about `budget` bytes;
    /// answers where to go on, `None` at the end.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn count(
        &self,
        window: &Window,
        from: u64,
        budget: u64,
        before: u64,
        tally: &mut Tally,
    ) -> io::Result<Option<u64>> {
        let mut count = |start: u64| {
            // What cannot be read back is no hit.
            if self.begins(window, start).unwrap_or(false) {
                tally.hits += 1;
                tally.before += u64::from(start < before);
            }
        };
        let mut blocks;
        let mut block: Box<dyn FnMut(u64) -> io::Result<Option<u64>>> = match &self.what {
            What::Bytes(needle) => Box::new(|at| needle.each(window, at, &mut count)),
            What::Regex(regex) => {
                blocks = Blocks::of(regex, window, budget);
                Box::new(|at| {
                    blocks.each(at, &mut |hit| {
                        count(hit.start);
                        true
                    })
                })
            }
        };
        let mut at = from;
        loop {
            match block(at)? {
                None => return Ok(None),
                Some(next) if next - from >= budget => return Ok(Some(next)),
                Some(next) => at = next,
            }
        }
    }

    fn begins(&self, window: &Window, at: u64) -> io::Result<bool> {
        match &self.begins {
            None => Ok(true),
            Some(begins) => (begins.0)(window, at),
        }
    }
}

/// Wherever they begin.
impl What {
    fn next(&self, window: &Window, from: u64, budget: u64) -> io::Result<Answer<Range<u64>>> {
        let regex = match self {
            What::Bytes(needle) => {
                let answer = needle.next(window, from, budget)?;
                return Ok(answer.map(|at| at..at + needle.len() as u64));
            }
            What::Regex(regex) => regex,
        };
        let mut at = from;
        let mut blocks = Blocks::of(regex, window, budget);
        loop {
            let mut first = None;
            let next = blocks.each(at, &mut |hit| {
                first = Some(hit);
                false
            })?;
            match (first, next) {
                (Some(hit), _) => return Ok(Answer::Found(hit)),
                (None, None) => return Ok(Answer::NotFound),
                (None, Some(next)) if next - from >= budget => return Ok(Answer::Continue(next)),
                (None, Some(next)) => at = next,
            }
        }
    }

    fn previous(
        &self,
        window: &Window,
        before: u64,
        budget: u64,
    ) -> io::Result<Answer<Range<u64>>> {
        let regex = match self {
            What::Bytes(needle) => {
                let answer = needle.previous(window, before, budget)?;
                return Ok(answer.map(|at| at..at + needle.len() as u64));
            }
            What::Regex(regex) => regex,
        };
        let first = before.min(window.there());
        let mut blocks = Blocks::of(regex, window, LOOK);
        let mut end = first;
        while end > 0 {
            let from = end.saturating_sub(LOOK);
            let mut last = None;
            // From a little before, so that a hit that began there is not found again
            // from its middle.
            let mut at = Some(from.saturating_sub(REACH));
            while let Some(here) = at.filter(|&here| here < end) {
                at = blocks.each(here, &mut |hit| {
                    let inside = hit.start < end;
                    if inside && hit.start >= from {
                        last = Some(hit);
                    }
                    inside
                })?;
            }
            if let Some(hit) = last {
                return Ok(Answer::Found(hit));
            }
            end = from;
            if end > 0 && first - end >= budget {
                return Ok(Answer::Continue(end));
            }
        }
        Ok(Answer::NotFound)
    }

    fn hits(&self, window: &Window, range: Range<u64>) -> io::Result<Vec<Range<u64>>> {
        let regex = match self {
            What::Bytes(needle) => return needle.hits(window, range),
            What::Regex(regex) => regex,
        };
        let end = range.end.min(range.start.saturating_add(LOOK));
        let mut hits = Vec::new();
        let from = range.start.saturating_sub(REACH);
        let mut blocks = Blocks::of(regex, window, end.saturating_sub(from));
        let mut at = Some(from);
        while let Some(here) = at.filter(|&here| here < end) {
            at = blocks.each(here, &mut |hit| {
                let inside = hit.start < end;
                if inside && range.start < hit.end {
                    hits.push(hit);
                }
                inside
            })?;
        }
        Ok(hits)
    }
}

/// Bytes, not characters: `.` is any byte but LF, `\w` is ASCII, `^` and `$` are at
/// lines. Without a capital it finds any case.
fn regex(re: &str) -> Result<Pattern, String> {
    let regex = RegexBuilder::new(re)
        .unicode(false)
        .multi_line(true)
        .case_insensitive(!re.contains(|c: char| c.is_ascii_uppercase()))
        .build();
    // The last line of its words says what is wrong, those before draw where.
    let why = |err: regex::Error| {
        let words = err.to_string();
        let last = words.lines().last().unwrap_or_default();
        last.trim_start_matches("error: ").to_owned()
    };
    let what = regex.map(What::Regex).map_err(why)?;
    Ok(Pattern { what, begins: None })
}

/// Pairs of digits, with or without spaces or a `0x` before them; `None` where the text
/// is something else.
fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let digits: String = text
        .split_whitespace()
        .map(|word| word.strip_prefix("0x").unwrap_or(word))
        .collect();
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok())
        .collect()
}

/// A window's bytes as a regular expression sees them: block by block, each with some
/// bytes before it and behind it.
struct Blocks<'a> {
    regex: &'a Regex,
    window: &'a Window,
    /// Bytes of a block.
    look: u64,
    bytes: Vec<u8>,
}

impl<'a> Blocks<'a> {
    /// For a look at so many bytes in all.
    fn of(regex: &'a Regex, window: &'a Window, budget: u64) -> Blocks<'a> {
        let look = budget.clamp(REACH, LOOK);
        Blocks {
            regex,
            window,
            look,
            bytes: vec![0; (BEFORE + look + REACH) as usize],
        }
    }

    /// The hits that start in the block at `at`, in order, until `go_on` answers false;
    /// then where the next block is. Empty hits are none.
    fn each(
        &mut self,
        at: u64,
        go_on: &mut dyn FnMut(Range<u64>) -> bool,
    ) -> io::Result<Option<u64>> {
        let start = at.saturating_sub(BEFORE);
        let read = self.window.read_at(start, &mut self.bytes)?;
        let bytes = &self.bytes[..read];
        let end = start + read as u64;
        let block = at.saturating_add(self.look);
        let mut next = block;
        // At most BEFORE, so it fits.
        let mut from = (at - start) as usize;
        while let Some(hit) = (from <= bytes.len())
            .then(|| self.regex.find_at(bytes, from))
            .flatten()
        {
            let found = start + hit.start() as u64..start + hit.end() as u64;
            // What starts in the next block is seen whole from there.
            if found.start >= block {
                break;
            }
            if hit.is_empty() {
                from = hit.end() + 1;
                continue;
            }
            from = hit.end();
            next = next.max(found.end);
            if !go_on(found) {
                break;
            }
        }
        Ok((next < end).then_some(next))
    }
}

#[cfg(test)]
mod tests;
