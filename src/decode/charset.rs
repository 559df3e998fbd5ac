//! Which charset a text is in, and what says so.
//!
//! Owns the order of those who may say it, and the guess where nobody does. The bytes of
//! a document that declare one are read by [`super::prescan`].

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

use super::mode::Mode;
use super::prescan;

/// Bytes that a guess looks at: about a millisecond of it.
pub const PREFIX: usize = 16 * 1024;

/// A text's charset and what decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset {
    pub encoding: &'static Encoding,
    pub by: By,
}

/// What decided a charset, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The user.
    Hand,
    /// The byte order mark, as in the Encoding Standard's "BOM sniff".
    Mark,
    /// Content-Type's charset.
    Header,
    /// `<meta charset>` or `<meta http-equiv=content-type>`.
    Meta,
    /// `<?xml encoding="…"?>`.
    XmlDeclaration,
    /// `@charset "…";`.
    CssRule,
    /// The look of the first [`PREFIX`] bytes.
    Guess,
    /// Nothing says otherwise: bytes that are ASCII so far, or no text at all.
    Usual,
}

/// The charsets to choose from by hand: all of the Encoding Standard that are not only
/// for a page's own use, the frequent ones first.
pub const CHOICES: [&Encoding; 38] = [
    UTF_8,
    encoding_rs::WINDOWS_1252,
    UTF_16LE,
    UTF_16BE,
    encoding_rs::SHIFT_JIS,
    encoding_rs::EUC_JP,
    encoding_rs::ISO_2022_JP,
    encoding_rs::GBK,
    encoding_rs::GB18030,
    encoding_rs::BIG5,
    encoding_rs::EUC_KR,
    encoding_rs::WINDOWS_1250,
    encoding_rs::WINDOWS_1251,
    encoding_rs::WINDOWS_1253,
    encoding_rs::WINDOWS_1254,
    encoding_rs::WINDOWS_1255,
    encoding_rs::WINDOWS_1256,
    encoding_rs::WINDOWS_1257,
    encoding_rs::WINDOWS_1258,
    encoding_rs::WINDOWS_874,
    encoding_rs::ISO_8859_2,
    encoding_rs::ISO_8859_3,
    encoding_rs::ISO_8859_4,
    encoding_rs::ISO_8859_5,
    encoding_rs::ISO_8859_6,
    encoding_rs::ISO_8859_7,
    encoding_rs::ISO_8859_8,
    encoding_rs::ISO_8859_10,
    encoding_rs::ISO_8859_13,
    encoding_rs::ISO_8859_14,
    encoding_rs::ISO_8859_15,
    encoding_rs::ISO_8859_16,
    encoding_rs::KOI8_R,
    encoding_rs::KOI8_U,
    encoding_rs::IBM866,
    encoding_rs::MACINTOSH,
    encoding_rs::X_MAC_CYRILLIC,
    encoding_rs::ISO_8859_8_I,
];

/// What a text is in a charset, and the mode it begins in where the charset has any;
/// `None` where it has a character that the charset lacks.
pub fn encoded(encoding: &'static Encoding, text: &str) -> Option<(Vec<u8>, Option<Mode>)> {
    if encoding == UTF_16LE {
        let units = text.encode_utf16();
        return Some((units.flat_map(u16::to_le_bytes).collect(), None));
    }
    if encoding == UTF_16BE {
        let units = text.encode_utf16();
        return Some((units.flat_map(u16::to_be_bytes).collect(), None));
    }
    let (bytes, _, unmappable) = encoding.encode(text);
    if unmappable {
        return None;
    }
    if encoding != ISO_2022_JP {
        return Some((bytes.into_owned(), None));
    }
    // Inside a text the same characters may stand without the escapes around them.
    let bytes = bytes.strip_suffix(b"\x1b(B").unwrap_or(&bytes);
    let (mode, bytes) = match (Mode::of(bytes), bytes) {
        (Some(mode), [_, _, _, inside @ ..]) => (mode, inside),
        _ => (Mode::Ascii, bytes),
    };
    Some((bytes.to_vec(), Some(mode)))
}

impl Default for Charset {
    fn default() -> Charset {
        Charset {
            encoding: UTF_8,
            by: By::Usual,
        }
    }
}

impl By {
    pub fn words(self) -> &'static str {
        match self {
            By::Hand => "chosen by hand",
            By::Mark => "by the byte order mark",
            By::Header => "by Content-Type",
            By::Meta => "by the meta element",
            By::XmlDeclaration => "by the XML declaration",
            By::CssRule => "by @charset",
            By::Guess => "by a guess",
            By::Usual => "nothing says otherwise",
        }
    }
}

impl Charset {
    /// What the user chose.
    pub fn by_hand(encoding: &'static Encoding) -> Charset {
        Charset {
            encoding,
            by: By::Hand,
        }
    }

    /// Of a text that begins with these bytes, at most [`PREFIX`] of which are looked at;
    /// `content_type` is the field's value, empty where there is none.
    ///
    /// BOM, then the header, then the document's own declaration: the Encoding
    /// Standard's order. A label that names no charset counts as none.
    pub fn of(start: &[u8], content_type: &str) -> Charset {
        let start = &start[..start.len().min(PREFIX)];
        let found = |by| move |encoding| Charset { encoding, by };
        let media = media_type(content_type);
        mark(start)
            .map(found(By::Mark))
            .or_else(|| labelled(content_type).map(found(By::Header)))
            .or_else(|| declared(start, &media))
            .or_else(|| guessed(start, &media).map(found(By::Guess)))
            .unwrap_or_default()
    }

    /// `windows-1252, meta`: in the 20 columns that a border has for it on a screen of 80.
    pub fn brief(self) -> String {
        let by = match self.by {
            By::Hand => "chosen",
            By::Mark => "BOM",
            By::Header => "header",
            By::Meta => "meta",
            By::XmlDeclaration => "XML",
            By::CssRule => "CSS",
            By::Guess => "guess",
            By::Usual => "usual",
        };
        format!("{}, {by}", self.encoding.name())
    }

    /// `windows-1252, by the meta element`
    pub fn words(self) -> String {
        format!("{}, {}", self.encoding.name(), self.by.words())
    }
}

fn mark(start: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_bom(start).map(|(encoding, _)| encoding)
}

/// The charset parameter, RFC 9110 section 8.3.2.
fn labelled(content_type: &str) -> Option<&'static Encoding> {
    let parameters = content_type.split(';').skip(1);
    let value = parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim().trim_matches('"').trim())?;
    Encoding::for_label(value.as_bytes())
}

/// `text/html`, in lower case, without parameters; empty where there is none.
fn media_type(content_type: &str) -> String {
    let media = content_type.split(';').next().unwrap_or_default();
    media.trim().to_ascii_lowercase()
}

fn declared(start: &[u8], media: &str) -> Option<Charset> {
    type Declaration = fn(&[u8]) -> Option<&'static Encoding>;
    let is_html = matches!(media, "text/html" | "application/xhtml+xml" | "");
    let is_xml = media.ends_with("+xml") || media.ends_with("/xml") || is_html;
    let is_css = media == "text/css";
    let declarations: [(bool, Declaration, By); 3] = [
        (is_xml, prescan::xml, By::XmlDeclaration),
        (is_html, prescan::html, By::Meta),
        (is_css, prescan::css, By::CssRule),
    ];
    let start = &start[..start.len().min(prescan::PREFIX)];
    declarations
        .into_iter()
        .filter(|(applies, ..)| *applies)
        .find_map(|(_, declaration, by)| {
            let encoding = declaration(start)?;
            Some(Charset { encoding, by })
        })
}

/// UTF-8 where the bytes are that; a legacy charset only for what can be text.
fn guessed(start: &[u8], media: &str) -> Option<&'static Encoding> {
    if let Some(wide) = wide(start) {
        return Some(wide);
    }
    let escapes = start
        .windows(2)
        .any(|pair| matches!(pair, b"\x1b$" | b"\x1b("));
    if start.is_ascii() && !escapes {
        return None;
    }
    if is_utf8(start) && !escapes {
        return Some(UTF_8);
    }
    if !may_be_text(start, media) {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(start, false);
    Some(detector.guess(None, Utf8Detection::Allow))
}

/// UTF-16 without a mark: in most languages' markup and programs every second byte is 0.
fn wide(start: &[u8]) -> Option<&'static Encoding> {
    let pairs = start.len() / 2;
    let zeros = |at: usize| {
        let bytes = start.iter().skip(at).step_by(2);
        bytes.filter(|&&byte| byte == 0).count()
    };
    let (first, second) = (zeros(0), zeros(1));
    let most = pairs * 2 / 5;
    match pairs {
        0..=7 => None,
        _ if second > most && first * 20 < pairs => Some(UTF_16LE),
        _ if first > most && second * 20 < pairs => Some(UTF_16BE),
        _ => None,
    }
}

/// The last character may be cut off.
fn is_utf8(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    }
}

/// Of pictures and archives no charset is guessed: their bytes stay visible as bytes.
fn may_be_text(start: &[u8], media: &str) -> bool {
    const NO_TEXT: &[&str] = &["image/", "audio/", "video/", "font/"];
    const ODD: &[u8] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 16, 17, 18, 19, 20, 127];
    let is_svg = media == "image/svg+xml";
    if !is_svg && NO_TEXT.iter().any(|kind| media.starts_with(kind)) {
        return false;
    }
    let odd = start.iter().filter(|byte| ODD.contains(byte)).count();
    odd * 100 <= start.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: &str = "";
    const HTML: &str = "text/html";

    #[test]
    fn who_decides() {
        let prose = "Dies ist ein längerer Satz über Bäume, Flüsse und Vögel.";
        let german = encoding_rs::WINDOWS_1252.encode(prose).0;
        let japanese = "これは日本語の文章です。文字コードを推測します。";
        let (sjis, euc) = (
            encoding_rs::SHIFT_JIS.encode(japanese).0,
            encoding_rs::EUC_JP.encode(japanese).0,
        );
        let jis = encoding_rs::ISO_2022_JP.encode(japanese).0;
        let wide: Vec<u8> = "<p>wide text</p>"
            .bytes()
            .flat_map(|byte| [byte, 0])
            .collect();
        let tall: Vec<u8> = "<p>wide text</p>"
            .bytes()
            .flat_map(|byte| [0, byte])
            .collect();
        let table: &[(&[u8], &str, &str)] = &[
            (b"", ANY, "UTF-8, nothing says otherwise"),
            (b"plain", "text/plain", "UTF-8, nothing says otherwise"),
            ("é".as_bytes(), ANY, "UTF-8, by a guess"),
            (b"caf\xc3", ANY, "UTF-8, by a guess"),
            // the mark is stronger than the header
            (
                b"\xef\xbb\xbfx",
                "text/plain; charset=latin1",
                "UTF-8, by the byte order mark",
            ),
            (b"\xff\xfex\0", ANY, "UTF-16LE, by the byte order mark"),
            (b"\xfe\xff\0x", ANY, "UTF-16BE, by the byte order mark"),
            (
                b"x",
                "text/plain; charset=latin1",
                "windows-1252, by Content-Type",
            ),
            (
                b"x",
                "text/plain;format=flowed; Charset=\"KOI8-R\"",
                "KOI8-R, by Content-Type",
            ),
            (
                b"x",
                "text/plain; charset=klingon",
                "UTF-8, nothing says otherwise",
            ),
            // the header is stronger than the document
            (
                b"<meta charset=koi8-r>",
                "text/html; charset=big5",
                "Big5, by Content-Type",
            ),
            (
                b"<meta charset=koi8-r>",
                HTML,
                "KOI8-R, by the meta element",
            ),
            (
                b"<meta charset=koi8-r>",
                "text/plain",
                "UTF-8, nothing says otherwise",
            ),
            (
                b"<?xml version='1.0' encoding='euc-jp'?>",
                "text/xml",
                "EUC-JP, by the XML declaration",
            ),
            (b"@charset \"gbk\"; a{}", "text/css", "GBK, by @charset"),
            (&german, "text/plain", "windows-1252, by a guess"),
            (&sjis, HTML, "Shift_JIS, by a guess"),
            (&euc, HTML, "EUC-JP, by a guess"),
            (&jis, ANY, "ISO-2022-JP, by a guess"),
            (&wide, HTML, "UTF-16LE, by a guess"),
            (&tall, HTML, "UTF-16BE, by a guess"),
            (
                b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
                "image/png",
                "UTF-8, nothing says otherwise",
            ),
            (
                b"\x1f\x8b\x08\0\0\0\0\0\x02\xff\xcb\x48",
                ANY,
                "UTF-8, nothing says otherwise",
            ),
        ];
        for &(start, content_type, want) in table {
            let charset = Charset::of(start, content_type);
            assert_eq!(charset.words(), want, "{start:?} {content_type}");
        }
    }

    #[test]
    fn few_columns_are_enough_for_what_is_in_use() {
        for encoding in CHOICES {
            let by = [By::Mark, By::Header, By::Meta, By::Guess, By::Hand];
            for charset in by.map(|by| Charset { encoding, by }) {
                let brief = charset.brief();
                let rare = encoding.name() == "x-mac-cyrillic";
                assert!(brief.len() <= 20 + usize::from(rare) * 2, "{brief}");
            }
        }
    }

    #[test]
    fn each_choice_stands_once() {
        for (at, choice) in CHOICES.iter().enumerate() {
            assert!(!CHOICES[..at].contains(choice), "{}", choice.name());
        }
    }
}
