//! The find of a tab: what is looked for, how many hits there are, which one it is at.
//!
//! Holds numbers only. Threads look and count ([`super::finder`]); how far they are comes
//! back as messages.

use std::sync::Arc;
use std::time::{Duration, Instant};

use encoding_rs::{Encoding, UTF_8};

use crate::body::{Begins, Pattern, Tally, Window};
use crate::decode::Letters;
use crate::decode::charset::encoded;
use crate::decode::mode::Mode;
use crate::tui::visit::{ViewKind, VisitId};

/// What takes longer is told.
const SOON: Duration = Duration::from_millis(500);

pub struct Find {
    /// As it was typed.
    pub typed: String,
    pub pattern: Option<Arc<Pattern>>,
    /// It was typed where digits are bytes.
    pub hex: bool,
    /// The charset that the pattern is in.
    pub encoding: &'static Encoding,
    /// A thread looks for a hit since then.
    pub since: Option<Instant>,
    /// How far it is.
    pub looked: Looked,
    /// What comes is looked through, until there is a hit.
    pub awaited: Option<Awaited>,
    pub count: Option<Count>,
}

impl Default for Find {
    fn default() -> Find {
        Find {
            typed: String::new(),
            pattern: None,
            hex: false,
            encoding: UTF_8,
            since: None,
            looked: Looked::default(),
            awaited: None,
            count: None,
        }
    }
}

/// What is typed, as the bytes that it is in a charset.
///
/// # Errors
/// Why it finds nothing in that charset, in one line.
pub fn pattern(typed: &str, hex: bool, encoding: &'static Encoding) -> Result<Pattern, String> {
    let name = encoding.name();
    if encoding == UTF_8 || hex && Pattern::is_hex(typed) {
        return Pattern::typed(typed, hex);
    }
    let letters = Letters::of(encoding);
    if Pattern::regex(typed).is_some() {
        // A regular expression looks at bytes.
        return match letters.has_plain_ascii() && typed.is_ascii() {
            true => Ok(at_letters(Pattern::typed(typed, hex)?, letters, None)),
            false => Err(format!(
                "a regular expression finds only ASCII in {name}, and nothing in UTF-16"
            )),
        };
    }
    match encoded(encoding, typed) {
        Some((bytes, mode)) => {
            let pattern = Pattern::encoded(typed, &bytes);
            Ok(at_letters(pattern, letters, mode))
        }
        None => Err(format!("{name} has no such characters")),
    }
}

/// Only where a character begins: the second byte of one may be an ASCII letter. In
/// ISO-2022-JP it must be one in this mode.
fn at_letters(pattern: Pattern, letters: Letters, mode: Option<Mode>) -> Pattern {
    /// The longest character, or escape sequence.
    const LONGEST: u64 = 4;
    let begins = match letters {
        Letters::Utf8 | Letters::Single(_) => return pattern,
        Letters::Utf16 { .. } => Begins::new(|_, at| Ok(at % 2 == 0)),
        Letters::Multi(_) | Letters::Iso2022Jp => Begins::new(move |window: &Window, at| {
            let back = letters.back().min(at);
            let bytes = window.read(at - back, (back + LONGEST) as usize)?;
            let (place, is) = letters.settle(&bytes, back as usize);
            Ok(place as u64 == back && mode.is_none_or(|mode| is.shows_as(mode)))
        }),
    };
    pattern.where_it(begins)
}

/// Bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    pub done: u64,
    pub whole: u64,
}

/// No hit so far, in what is still coming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    pub id: VisitId,
    pub view: ViewKind,
    /// Where to look on, in the window.
    pub from: u64,
    /// When it was looked at last.
    pub since: Instant,
}

/// The hits in what one view shows of one exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    pub id: VisitId,
    pub view: ViewKind,
    /// Bytes that are counted in.
    pub len: u64,
    /// The hit that `tally.before` counts up to, in the view's offsets.
    pub base: u64,
    pub tally: Tally,
    /// Bytes looked at so far; `None`: all.
    pub done: Option<u64>,
    pub since: Instant,
    pub nth: Nth,
}

/// Which hit n and N have led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nth {
    /// So many after the one at `base`.
    FromBase(i64),
    /// From the first one, that is 0.
    FromFirst(u64),
    /// Back from the last one, that is 0.
    FromLast(u64),
}

impl Find {
    /// Something on screen counts on.
    pub fn busy(&self) -> bool {
        let counts = |count: &Count| count.done.is_some();
        self.since.is_some() || self.count.as_ref().is_some_and(counts)
    }

    /// `3 of 17`; while it takes long, how far it is; empty when there is nothing to say.
    pub fn words(&self, now: Instant) -> String {
        let long = |since: Instant| now.saturating_duration_since(since) >= SOON;
        if let Some(since) = self.since.filter(|&since| long(since)) {
            return format!("searching {}", self.looked.words(since, now));
        }
        let Some(count) = &self.count else {
            return String::new();
        };
        match count.done {
            None => count.words(),
            Some(done) if long(count.since) => {
                let whole = count.len;
                format!(
                    "counting {}",
                    Looked { done, whole }.words(count.since, now)
                )
            }
            Some(_) => String::new(),
        }
    }
}

impl Looked {
    /// `42 % · 1.2 GB/s`
    fn words(self, since: Instant, now: Instant) -> String {
        let percent = u128::from(self.done) * 100 / u128::from(self.whole.max(1));
        let seconds = now.saturating_duration_since(since).as_secs_f64();
        let rate = self.done as f64 / seconds.max(1e-3);
        let (rate, unit) = match rate {
            1e9.. => (rate / 1e9, "GB"),
            _ => (rate / 1e6, "MB"),
        };
        format!("{} % · {rate:.1} {unit}/s", percent.min(100))
    }
}

impl Count {
    /// n or N led one further, round an end of the bytes when `wrapped`.
    pub fn step(&mut self, back: bool, wrapped: bool) {
        self.nth = match (wrapped, back, self.nth) {
            (true, false, _) => Nth::FromFirst(0),
            (true, true, _) => Nth::FromLast(0),
            (false, false, Nth::FromBase(n)) => Nth::FromBase(n + 1),
            (false, true, Nth::FromBase(n)) => Nth::FromBase(n - 1),
            (false, false, Nth::FromFirst(n)) => Nth::FromFirst(n + 1),
            (false, true, Nth::FromFirst(n)) => Nth::FromFirst(n.saturating_sub(1)),
            (false, false, Nth::FromLast(n)) => Nth::FromLast(n.saturating_sub(1)),
            (false, true, Nth::FromLast(n)) => Nth::FromLast(n + 1),
        };
    }

    fn words(&self) -> String {
        let hits = self.tally.hits;
        let nth = match self.nth {
            Nth::FromBase(n) => self.tally.before.saturating_add_signed(n) + 1,
            Nth::FromFirst(n) => n + 1,
            Nth::FromLast(n) => hits.saturating_sub(n),
        };
        format!("{} of {hits}", nth.clamp(hits.min(1), hits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Answer, Memory, Writer};

    #[test]
    fn what_is_typed_is_looked_for_in_the_charset_of_the_text() {
        use encoding_rs::{
            BIG5, EUC_JP, GBK, ISO_2022_JP, KOI8_R, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1252,
        };
        type Row = (
            &'static Encoding,
            &'static str,
            bool,
            &'static [u8],
            Option<u64>,
        );
        #[rustfmt::skip]
        let rows: &[Row] = &[
            (UTF_8, "\u{e4}", false, b"a\xc3\xa4", Some(1)),
            (WINDOWS_1252, "\u{e4}b", false, b"a\xe4b", Some(1)),
            (WINDOWS_1252, "AB", false, b"ab AB", Some(3)),
            (WINDOWS_1252, "ab", false, b"..AB", Some(2)),
            (WINDOWS_1252, "/b+/", false, b"\xe4bb", Some(1)),
            (WINDOWS_1252, "/\u{e4}/", false, b"", None),
            (WINDOWS_1252, "\u{8868}", false, b"", None),
            (SHIFT_JIS, "\u{8868}", false, b"a\x95\x5c", Some(1)),
            // The second byte of a character is no letter: neither here nor behind it.
            (SHIFT_JIS, "a", false, b"\x83\x61\x83\x61", None),
            (SHIFT_JIS, "a", false, b"\x83\x61a", Some(2)),
            (SHIFT_JIS, "/[a-c]+/", false, b"\x83\x61\x83\x62bc", Some(4)),
            (SHIFT_JIS, "\u{8868}", false, b"\x83\x95\x5c\x95\x5c", Some(3)),
            (GBK, "@", false, b"\x81\x40 @", Some(3)),
            (BIG5, "\u{529f}", false, b"\xa4\xa5\x5c\xa5\x5c", Some(3)),
            (EUC_JP, "\u{30a2}", false, b"\xa4\xa5\xa2\xa4\xa5\xa2", Some(4)),
            (ISO_2022_JP, "b", false, b"\x1b$B$b\x1b(Bb", Some(8)),
            (ISO_2022_JP, "\u{3044}", false, b"$$\x1b$B$$", Some(5)),
            (ISO_2022_JP, "B", false, b"\x1b(J\x1b(B", None),
            (UTF_16LE, "\u{3400}", false, b"\0\x34\0\x34", Some(0)),
            (UTF_16LE, "\u{34}", false, b"\0\x34\0\x34\0", None),
            (KOI8_R, "\u{434}\u{430}", false, b"\xc4\xc1", Some(0)),
            (ISO_2022_JP, "\u{3044}", false, b"\x1b$B$m$$\x1b(B", Some(5)),
            (ISO_2022_JP, "/a/", false, b"", None),
            (UTF_16LE, "b", false, b"a\0B\0", Some(2)),
            (UTF_16LE, "\u{434}", false, b"\x34\x04", Some(0)),
            (UTF_16BE, "ab", false, b"\0\0a\0b\0\0a\0b", Some(6)),
            (UTF_16LE, "/b/", false, b"", None),
            (UTF_16LE, "0a 00", true, b".\x0a\x00", Some(1)),
        ];
        for &(encoding, typed, hex, text, want) in rows {
            let mut writer = Writer::new(&Memory::new(1000));
            writer.append(text).unwrap();
            let window = Window::whole(&writer.store());
            let found = pattern(typed, hex, encoding).ok().and_then(|pattern| {
                match pattern.next(&window, 0, 1000).unwrap() {
                    Answer::Found(hit) => Some(hit.start),
                    _ => None,
                }
            });
            assert_eq!(found, want, "{} {typed}", encoding.name());
        }
    }

    #[test]
    fn which_hit_it_is() {
        const N: (bool, bool) = (false, false);
        const BACK: (bool, bool) = (true, false);
        const ROUND: (bool, bool) = (false, true);
        const BACK_ROUND: (bool, bool) = (true, true);
        for (steps, want) in [
            (&[][..], "3 of 17"),
            (&[N, N], "5 of 17"),
            (&[BACK], "2 of 17"),
            (&[N, ROUND], "1 of 17"),
            (&[ROUND, N], "2 of 17"),
            (&[BACK_ROUND], "17 of 17"),
            (&[BACK_ROUND, BACK, BACK, N], "16 of 17"),
        ] {
            let mut count = Count {
                id: 1,
                view: ViewKind::Text,
                len: 100,
                base: 40,
                tally: Tally {
                    hits: 17,
                    before: 2,
                },
                done: None,
                since: Instant::now(),
                nth: Nth::FromBase(0),
            };
            for &(back, wrapped) in steps {
                count.step(back, wrapped);
            }
            assert_eq!(count.words(), want, "{steps:?}");
        }
    }

    #[test]
    fn what_takes_long_is_told() {
        let start = Instant::now();
        let count = |done| Count {
            id: 1,
            view: ViewKind::Text,
            len: 200,
            base: 0,
            tally: Tally { hits: 1, before: 0 },
            done,
            since: start,
            nth: Nth::FromBase(0),
        };
        for (since, count, after, want) in [
            (None, None, 900, ""),
            (Some(start), None, 400, ""),
            (Some(start), None, 1200, "searching 25 % · 1.0 GB/s"),
            (None, Some(count(Some(50))), 400, ""),
            (None, Some(count(Some(50))), 600, "counting 25 % · 0.0 MB/s"),
            (None, Some(count(None)), 600, "1 of 1"),
        ] {
            let find = Find {
                since,
                looked: Looked {
                    done: 1_200_000_000,
                    whole: 4_800_000_000,
                },
                count,
                ..Find::default()
            };
            let now = start + Duration::from_millis(after);
            assert_eq!(find.words(now), want);
        }
    }
}
