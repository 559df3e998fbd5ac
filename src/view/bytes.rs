//! A window's bytes, read a little at a time, forwards and backwards, and where its lines
//! end.
//!
//! Owns how much is read for a screen: what was read before stays as long as the reading
//! goes on beside it, and what the line index knows is not read at all.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use memchr::{memchr, memrchr};

use super::reading::Reading;
use crate::body::Window;
use crate::decode::letters::{Letters, SHIFTS};
use crate::decode::mode::Mode;

/// Bytes read at least: a few rows.
const AHEAD: u64 = 128;
/// Bytes read at most at once, where a line's end is far.
const FAR: u64 = 16 * 1024;
/// Bytes held at most, but for a range asked for.
const HELD: usize = 64 * 1024;
/// A character with its marks, and what tells that another one begins.
const CHARACTER: usize = 32;

pub(super) struct Bytes<'a> {
    window: Option<Cow<'a, Window>>,
    pub there: u64,
    pub letters: Letters,
    /// Bytes read at least, where any are.
    pub ahead: u64,
    /// The last escape sequence before a place, and that place.
    known: (Option<(u64, Mode)>, u64),
    /// The offset of `held`'s first byte.
    start: u64,
    held: Cow<'a, [u8]>,
}

impl<'a> Bytes<'a> {
    pub fn of(window: &'a Window) -> Bytes<'a> {
        let there = window.there();
        Bytes::new(Some(Cow::Borrowed(window)), there, &[])
    }

    /// The same, of a window that nobody else holds.
    pub fn part(window: Window) -> Bytes<'static> {
        let there = window.there();
        Bytes::new(Some(Cow::Owned(window)), there, &[])
    }

    pub fn slice(bytes: &'a [u8]) -> Bytes<'a> {
        Bytes::new(None, bytes.len() as u64, bytes)
    }

    fn new(window: Option<Cow<'a, Window>>, there: u64, held: &'a [u8]) -> Bytes<'a> {
        Bytes {
            window,
            there,
            letters: Letters::default(),
            ahead: AHEAD,
            known: (None, 0),
            start: 0,
            held: Cow::Borrowed(held),
        }
    }

    /// Exactly these bytes; the range must end at `there` or before.
    pub fn get(&mut self, range: Range<u64>) -> io::Result<&[u8]> {
        if self.held(&range).is_none() {
            self.fetch(&range)?;
        }
        self.held(&range)
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// What `look` makes of the first bytes of a range: of so many, or of half as many more
    /// where it took them up to their end, and so on. It answers how many it took.
    pub fn first_of<T>(
        &mut self,
        range: Range<u64>,
        many: usize,
        look: impl Fn(&[u8]) -> (T, usize),
    ) -> io::Result<T> {
        let mut many = many.saturating_add(CHARACTER) as u64;
        loop {
            let end = range.end.min(range.start.saturating_add(many));
            let bytes = self.get(range.start..end)?;
            let (made, taken) = look(bytes);
            // What stands before the end may look otherwise with more behind it.
            if end == range.end || taken + CHARACTER <= bytes.len() {
                return Ok(made);
            }
            many = many.saturating_add(many / 2);
        }
    }

    /// How the bytes at a place are read where a character begins.
    pub fn reading(&mut self, at: u64) -> io::Result<Reading> {
        let letters = self.letters;
        let Letters::Iso2022Jp = letters else {
            return Ok(Reading::new(letters));
        };
        // Mostly the next row is asked about: only what is new since the last is searched.
        let near = at.saturating_sub(SHIFTS);
        let (before, from) = match self.known {
            (shift, upto) if (near..=at).contains(&upto) => (shift, upto),
            _ => (None, near),
        };
        let found = letters.last_shift(self.get(from..at)?);
        let shift = found
            .map(|(place, mode)| (from + place as u64, mode))
            .or(before);
        self.known = (shift, at);
        let mode = shift.filter(|&(place, _)| place >= near);
        Ok(Reading {
            letters,
            mode: mode.map_or(Mode::Ascii, |(_, mode)| mode),
        })
    }

    // -- line ends ----------------------------------------------------------------------

    /// Behind the first line end of a range.
    pub fn first_line_end(&mut self, range: Range<u64>) -> io::Result<Option<u64>> {
        let mut from = range.start;
        while let Some(lf) = self.first_lf(from..range.end)? {
            from = lf + 1;
            if let Some(end) = self.line_end_of(lf)?.filter(|&end| end <= range.end) {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// Where the line begins that this byte is in.
    pub fn line_start(&mut self, offset: u64) -> io::Result<u64> {
        let mut to = offset;
        while let Some(lf) = self.last_lf(to)? {
            to = lf;
            if let Some(end) = self.line_end_of(lf)?.filter(|&end| end <= offset) {
                return Ok(end);
            }
        }
        Ok(0)
    }

    /// Behind the line end that this byte 0x0a is, or is a part of.
    fn line_end_of(&mut self, lf: u64) -> io::Result<Option<u64>> {
        let Letters::Utf16 { big } = self.letters else {
            return Ok(Some(lf + 1));
        };
        // A unit begins at each even offset.
        let unit = lf - lf % 2;
        let end = unit + 2;
        if end > self.there {
            return Ok(None);
        }
        let want: &[u8] = if big { b"\0\n" } else { b"\n\0" };
        Ok((self.get(unit..end)? == want).then_some(end))
    }

    fn first_lf(&mut self, range: Range<u64>) -> io::Result<Option<u64>> {
        let known = |window: &Cow<'_, Window>| !window.may_hold_lf(&range);
        if self.window.as_ref().is_some_and(known) {
            return Ok(None);
        }
        let (mut at, mut step) = (range.start, self.ahead);
        while at < range.end {
            // What is held is looked through first.
            let end = match self.end() {
                end if self.start <= at && at < end => end,
                _ => at + step,
            };
            let end = end.min(range.end);
            if let Some(lf) = memchr(b'\n', self.get(at..end)?) {
                return Ok(Some(at + lf as u64));
            }
            at = end;
            step = (2 * step).min(FAR);
        }
        Ok(None)
    }

    fn last_lf(&mut self, before: u64) -> io::Result<Option<u64>> {
        let (block, earlier) = match &self.window {
            None => (0..before, None),
            Some(window) => {
                let block = window.block(before);
                let earlier = window.lf_before(block.start);
                match window.may_hold_lf(&block) {
                    true => (block, earlier),
                    false => return Ok(earlier),
                }
            }
        };
        let (mut to, mut step) = (before, AHEAD);
        while to > block.start {
            let from = match self.start {
                start if start < to && to <= self.end() => start,
                _ => to.saturating_sub(step),
            };
            let from = from.max(block.start);
            if let Some(lf) = memrchr(b'\n', self.get(from..to)?) {
                return Ok(Some(from + lf as u64));
            }
            to = from;
            step = (2 * step).min(FAR);
        }
        Ok(earlier)
    }

    // -- what is held -------------------------------------------------------------------

    fn end(&self) -> u64 {
        self.start + self.held.len() as u64
    }

    fn held(&self, range: &Range<u64>) -> Option<&[u8]> {
        let from = usize::try_from(range.start.checked_sub(self.start)?).ok()?;
        let to = usize::try_from(range.end.checked_sub(self.start)?).ok()?;
        self.held.get(from..to)
    }

    /// Holds this range too, or alone.
    fn fetch(&mut self, range: &Range<u64>) -> io::Result<()> {
        let held = self.start..self.end();
        let room = self.held.len() < HELD && !held.is_empty();
        if room && (held.start..=held.end).contains(&range.start) {
            let end = range.end.max(held.end + self.ahead).min(self.there);
            let more = self.read(held.end..end)?;
            self.held.to_mut().extend(more);
        } else if room && (held.start..=held.end).contains(&range.end) {
            let mut bytes = self.read(range.start..held.start)?;
            bytes.extend_from_slice(&self.held);
            self.held = Cow::Owned(bytes);
            self.start = range.start;
        } else {
            let end = range.end.max(range.start + self.ahead).min(self.there);
            self.held = Cow::Owned(self.read(range.start..end)?);
            self.start = range.start;
        }
        Ok(())
    }

    fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let Some(window) = &self.window else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let want = range.end.saturating_sub(range.start);
        let want = usize::try_from(want).unwrap_or(usize::MAX);
        let bytes = window.read(range.start, want)?;
        match bytes.len() < want {
            true => Err(io::ErrorKind::UnexpectedEof.into()),
            false => Ok(bytes),
        }
    }
}
