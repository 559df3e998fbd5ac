//! Which bytes are one character, in any charset, from any place where one begins.
//!
//! Owns the length of a character and what it is. UTF-8 is not read here: the views have
//! a faster way. What a character looks like on screen is `view`'s.
//!
//! ISO-2022-JP alone has a state: an escape sequence says what the bytes after it are, over
//! the ends of lines too, as the Encoding Standard has it. Where none stands in the
//! [`SHIFTS`] before a place, the text there is taken as ASCII, in which RFC 1468 lets each
//! line begin.

use std::sync::LazyLock;

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_16BE, UTF_16LE,
};

use super::charset::CHOICES;
use super::mode::Mode;

/// Bytes before a place in which the escape sequence is looked for that holds there.
pub const SHIFTS: u64 = 64 * 1024;
/// Bytes before a place in which a byte is looked for that is a character by itself; where
/// there is none, most charsets fall into step again.
const IN_STEP: u64 = 256;

/// How a charset's bytes are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Letters {
    #[default]
    Utf8,
    /// The upper half of a single-byte charset; the lower is ASCII.
    Single(&'static [Option<char>; 128]),
    /// ASCII, and characters of two to four bytes whose first is 0x80 or above. LF is
    /// never part of one, so lines can be found without reading them.
    Multi(&'static Encoding),
    Utf16 {
        big: bool,
    },
    Iso2022Jp,
}

/// The bytes at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// A character, in Big5 sometimes with a mark that no single one has.
    Char(char, Option<char>),
    /// An escape sequence: another mode from here on.
    Shift(Mode),
    /// No character of this charset.
    Broken,
}

impl Letters {
    pub fn of(encoding: &'static Encoding) -> Letters {
        if encoding == UTF_16LE || encoding == UTF_16BE {
            Letters::Utf16 {
                big: encoding == UTF_16BE,
            }
        } else if encoding == ISO_2022_JP {
            Letters::Iso2022Jp
        } else if [SHIFT_JIS, EUC_JP, EUC_KR, GBK, GB18030, BIG5].contains(&encoding) {
            Letters::Multi(encoding)
        } else {
            let table = UPPER_HALVES.iter().find(|(of, _)| *of == encoding);
            table.map_or(Letters::Utf8, |(_, table)| Letters::Single(table))
        }
    }

    /// Is a printable ASCII byte that begins a character always that character?
    pub fn has_plain_ascii(self) -> bool {
        !matches!(self, Letters::Utf16 { .. } | Letters::Iso2022Jp)
    }

    /// The letter at the start of these bytes, which are not empty, and its length.
    pub fn first(self, bytes: &[u8], mode: Mode) -> (Letter, usize) {
        let Some(&first) = bytes.first() else {
            return (Letter::Broken, 0);
        };
        match self {
            Letters::Utf16 { big } => utf16(bytes, big),
            Letters::Iso2022Jp => iso_2022_jp(bytes, mode),
            _ if first < 0x80 => (Letter::Char(char::from(first), None), 1),
            Letters::Single(table) => {
                let c = table[usize::from(first - 0x80)];
                (c.map_or(Letter::Broken, |c| Letter::Char(c, None)), 1)
            }
            Letters::Multi(encoding) => multi(encoding, bytes),
            Letters::Utf8 => (Letter::Broken, 1),
        }
    }

    /// The last escape sequence among these bytes: where it begins, and its mode.
    pub fn last_shift(self, bytes: &[u8]) -> Option<(usize, Mode)> {
        let mut end = match self {
            Letters::Iso2022Jp => bytes.len(),
            _ => 0,
        };
        while let Some(at) = memchr::memrchr(0x1b, &bytes[..end]) {
            if let Some(mode) = Mode::of(&bytes[at..]) {
                return Some((at, mode));
            }
            end = at;
        }
        None
    }

    /// Bytes before a place that [`Letters::settle`] needs.
    pub fn back(self) -> u64 {
        match self {
            Letters::Iso2022Jp => SHIFTS,
            _ => IN_STEP,
        }
    }

    /// Where a character begins at `upto` or behind it, and in which mode. The bytes begin
    /// [`Letters::back`] before it and reach a character's length behind it, as far as
    /// there are any.
    pub fn settle(self, bytes: &[u8], upto: usize) -> (usize, Mode) {
        let before = &bytes[..upto.min(bytes.len())];
        let (mut place, mut mode) = match self {
            Letters::Iso2022Jp => {
                let shift = self.last_shift(before);
                let (from, mode) = shift.map_or((0, Mode::Ascii), |(at, mode)| (at + 3, mode));
                let alone = |byte: &u8| *byte < 0x21 && *byte != 0x1b;
                let alone = before[from..].iter().rposition(alone);
                (alone.map_or(from, |alone| from + alone + 1), mode)
            }
            _ => {
                let alone = before.iter().rposition(|&byte| byte < 0x30);
                (alone.map_or(0, |alone| alone + 1), Mode::Ascii)
            }
        };
        while place < upto.min(bytes.len()) {
            let (letter, len) = self.first(&bytes[place..], mode);
            if let Letter::Shift(to) = letter {
                mode = to;
            }
            place += len.max(1);
        }
        (place, mode)
    }
}

type UpperHalf = (&'static Encoding, [Option<char>; 128]);

/// Each single-byte charset with what its bytes from 0x80 on are.
static UPPER_HALVES: LazyLock<Vec<UpperHalf>> = LazyLock::new(|| {
    let single = CHOICES.iter().filter(|encoding| encoding.is_single_byte());
    let table = |encoding: &'static Encoding| {
        std::array::from_fn(|at| {
            let byte = [0x80 | at as u8];
            let text = encoding.decode_without_bom_handling_and_without_replacement(&byte)?;
            text.chars().next()
        })
    };
    single
        .map(|&encoding| (encoding, table(encoding)))
        .collect()
});

fn utf16(bytes: &[u8], big: bool) -> (Letter, usize) {
    let unit = |at: usize| -> Option<u16> {
        let pair = *bytes.get(at..)?.first_chunk()?;
        Some(match big {
            true => u16::from_be_bytes(pair),
            false => u16::from_le_bytes(pair),
        })
    };
    let units = [unit(0), unit(2)].into_iter().map_while(|unit| unit);
    match char::decode_utf16(units).next() {
        Some(Ok(c)) => (Letter::Char(c, None), c.len_utf16() * 2),
        Some(Err(_)) => (Letter::Broken, 2),
        None => (Letter::Broken, 1),
    }
}

/// What the Encoding Standard's decoder makes of the first character's bytes.
fn multi(encoding: &'static Encoding, bytes: &[u8]) -> (Letter, usize) {
    for len in 1..=bytes.len().min(4) {
        if let Some(letter) = decoded(encoding, &bytes[..len]) {
            return (letter, len);
        }
        // A byte below 0x30 ends every sequence that is none.
        if len > 1 && bytes[len - 1] < 0x30 {
            break;
        }
    }
    (Letter::Broken, 1)
}

/// These bytes as one whole character; `None` where they are more, less or none.
fn decoded(encoding: &'static Encoding, bytes: &[u8]) -> Option<Letter> {
    let mut text = [0; 16];
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (result, read, written) =
        decoder.decode_to_utf8_without_replacement(bytes, &mut text, true);
    let is_whole = result == encoding_rs::DecoderResult::InputEmpty && read == bytes.len();
    let mut chars = std::str::from_utf8(&text[..written]).ok()?.chars();
    let letter = Letter::Char(chars.next()?, chars.next());
    (is_whole && chars.next().is_none()).then_some(letter)
}

fn iso_2022_jp(bytes: &[u8], mode: Mode) -> (Letter, usize) {
    if let Some(mode) = Mode::of(bytes) {
        return (Letter::Shift(mode), 3);
    }
    // In every mode these are themselves: lines can be found without reading them.
    if bytes[0] < 0x21 {
        return (Letter::Char(char::from(bytes[0]), None), 1);
    }
    let (escape, len) = match mode {
        Mode::Ascii => (b"\x1b(B", 1),
        Mode::Roman => (b"\x1b(J", 1),
        Mode::Katakana => (b"\x1b(I", 1),
        Mode::Kanji => (b"\x1b$B", 2),
    };
    let Some(letter) = bytes.get(..len) else {
        return (Letter::Broken, 1);
    };
    let whole = [escape.as_slice(), letter].concat();
    match decoded(ISO_2022_JP, &whole) {
        Some(letter) => (letter, len),
        None => (Letter::Broken, 1),
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::UTF_8;

    use super::*;

    fn read(encoding: &'static Encoding, bytes: &[u8]) -> String {
        let letters = Letters::of(encoding);
        let (mut at, mut mode, mut text) = (0, Mode::Ascii, String::new());
        while at < bytes.len() {
            let shift = letters.last_shift(&bytes[..at]);
            let last = shift.map_or(Mode::Ascii, |(_, mode)| mode);
            assert_eq!(last, mode, "{}", encoding.name());
            let (letter, len) = letters.first(&bytes[at..], mode);
            assert!(len > 0);
            match letter {
                Letter::Char(c, mark) => text.extend([c].into_iter().chain(mark)),
                Letter::Shift(to) => mode = to,
                Letter::Broken => text.push_str(&format!("<{:x}>", bytes[at])),
            }
            at += len;
        }
        text
    }

    #[test]
    fn letters_are_what_the_encoder_wrote() {
        for (encoding, text) in [
            (encoding_rs::WINDOWS_1252, "Zwölf – €5"),
            (encoding_rs::KOI8_R, "Съешь ещё"),
            (encoding_rs::ISO_8859_8_I, "שלום"),
            (SHIFT_JIS, "文字コード ｶﾅ \\ ~"),
            (EUC_JP, "文字コード ｶﾅ"),
            (ISO_2022_JP, "a文字コードb\nc文d"),
            (GBK, "天地玄黄 €"),
            (GB18030, "天地🐟ä"),
            (BIG5, "天地玄黃"),
            (EUC_KR, "안녕 세계"),
        ] {
            let (bytes, _, failed) = encoding.encode(text);
            assert!(!failed, "{}", encoding.name());
            assert_eq!(read(encoding, &bytes), text, "{}", encoding.name());
        }
        let utf16 = |text: &str, big: bool| -> Vec<u8> {
            let bytes = |unit: u16| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            };
            text.encode_utf16().flat_map(bytes).collect()
        };
        assert_eq!(read(UTF_16LE, &utf16("aä文🐟", false)), "aä文🐟");
        assert_eq!(read(UTF_16BE, &utf16("aä文🐟", true)), "aä文🐟");
    }

    #[test]
    fn what_is_no_character_is_said() {
        let table: &[(&'static Encoding, &[u8], &str)] = &[
            (encoding_rs::WINDOWS_1253, b"a\xd2b", "a<d2>b"),
            (SHIFT_JIS, b"\x82\nx", "<82>\nx"),
            (SHIFT_JIS, b"\xfdA\x82", "<fd>A<82>"),
            (EUC_JP, b"\x8f\xa1", "<8f><a1>"),
            (GBK, b"\x81\x300", "<81>00"),
            (BIG5, b"\x88\x62", "\u{ca}\u{304}"),
            (UTF_16LE, b"\0\xd8a\0b", "<0>a<62>"),
            (UTF_16BE, b"\xdc\0\0a", "<dc>a"),
            (ISO_2022_JP, b"\x1b$B\x7f\x7f\x1b(Bx\xff", "<7f><7f>x<ff>"),
        ];
        for &(encoding, bytes, want) in table {
            assert_eq!(read(encoding, bytes), want, "{}", encoding.name());
        }
    }

    /// Every character begins where it is found to, from whatever place before it.
    #[test]
    fn a_characters_start_is_found_again() {
        for (encoding, text) in [
            (SHIFT_JIS, "文字 コード,表ａa\\x"),
            (EUC_JP, "文字 コード,表ａa"),
            (GB18030, "天地 玄黄,€ä🐟b"),
            (BIG5, "天地 功a"),
            (ISO_2022_JP, "aいろは\n文字 コードb\nc文d"),
        ] {
            let (bytes, ..) = encoding.encode(text);
            let letters = Letters::of(encoding);
            let (mut starts, mut at, mut mode) = (Vec::new(), 0, Mode::Ascii);
            while at < bytes.len() {
                starts.push((at, mode));
                let (letter, len) = letters.first(&bytes[at..], mode);
                if let Letter::Shift(to) = letter {
                    mode = to;
                }
                at += len;
            }
            starts.push((at, mode));
            for upto in 0..=bytes.len() {
                let want = starts.iter().find(|(start, _)| *start >= upto);
                let settled = letters.settle(&bytes, upto);
                assert_eq!(Some(&settled), want, "{} {upto}", encoding.name());
            }
        }
    }

    #[test]
    fn every_choice_is_read() {
        for encoding in CHOICES {
            let letters = Letters::of(encoding);
            let is_utf8 = encoding == UTF_8;
            assert_eq!(letters == Letters::Utf8, is_utf8, "{}", encoding.name());
            for byte in 0..=255 {
                let (_, len) = letters.first(&[byte], Mode::Ascii);
                assert_eq!(len, 1);
            }
        }
    }
}
