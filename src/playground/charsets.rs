//! Pages in charsets other than UTF-8: with a header, a declaration, a mark, nothing.

use encoding_rs::Encoding;

use super::answer::Answer;
use super::ask::Ask;

/// What says the charset.
#[derive(Clone, Copy)]
enum Says {
    Header,
    Meta,
    Mark,
    Nothing,
}

/// The pages below `/charset/`: name, charset, who says so, the text.
const PAGES: [(&str, &str, Says, &str); 12] = [
    ("windows-1252", "windows-1252", Says::Header, GERMAN),
    ("windows-1252-meta", "windows-1252", Says::Meta, GERMAN),
    ("windows-1252-guess", "windows-1252", Says::Nothing, GERMAN),
    ("koi8-r", "KOI8-R", Says::Header, RUSSIAN),
    ("shift_jis", "Shift_JIS", Says::Header, JAPANESE),
    ("shift_jis-meta", "Shift_JIS", Says::Meta, JAPANESE),
    ("euc-jp-guess", "EUC-JP", Says::Nothing, JAPANESE),
    ("iso-2022-jp", "ISO-2022-JP", Says::Header, JAPANESE),
    ("gbk", "GBK", Says::Header, CHINESE),
    ("big5", "Big5", Says::Meta, CHINESE_TRADITIONAL),
    ("utf-16le", "UTF-16LE", Says::Mark, RUSSIAN),
    ("utf-16be", "UTF-16BE", Says::Mark, JAPANESE),
];

const GERMAN: &str = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich – €5.";
const RUSSIAN: &str = "Съешь же ещё этих мягких французских булок, да выпей чаю.";
const JAPANESE: &str = "いろはにほへと ちりぬるを。文字コードの見本です。カタカナも。";
const CHINESE: &str = "天地玄黄，宇宙洪荒。日月盈昃，辰宿列张。";
const CHINESE_TRADITIONAL: &str = "天地玄黃，宇宙洪荒。日月盈昃，辰宿列張。";

pub(super) fn charset(ask: &Ask<'_>) -> Answer {
    let Some((_, label, says, text)) = PAGES.into_iter().find(|(name, ..)| *name == ask.rest)
    else {
        let names: Vec<&str> = PAGES.into_iter().map(|(name, ..)| name).collect();
        let text = format!("/charset/ has these: {}\n", names.join(" "));
        return Answer::text(404, text);
    };
    let kind = match says {
        Says::Header => format!("text/html; charset={label}"),
        Says::Meta | Says::Mark | Says::Nothing => "text/html".to_owned(),
    };
    let meta = match says {
        Says::Meta => format!("<meta charset=\"{label}\">\n"),
        Says::Header | Says::Mark | Says::Nothing => String::new(),
    };
    let page = format!("{meta}<title>{label}</title>\n<p>{text}</p>\n");
    Answer::new(200).whole(&kind, encoded(label, &page))
}

/// UTF-16, which encoders do not write any more, with its mark.
fn encoded(label: &str, text: &str) -> Vec<u8> {
    let units = || "\u{feff}".encode_utf16().chain(text.encode_utf16());
    match label {
        "UTF-16LE" => units().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => units().flat_map(u16::to_be_bytes).collect(),
        _ => {
            let encoding = Encoding::for_label(label.as_bytes());
            let encoding = encoding.unwrap_or(encoding_rs::UTF_8);
            encoding.encode(text).0.into_owned()
        }
    }
}
