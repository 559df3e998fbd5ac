//! The pages whose bodies are what is interesting: every form, charset and picture.

use sockeye::decode::Charset;
use sockeye::playground::Playground;
use sockeye::view::picture;

use crate::exchange;

/// The head's fields and the body of a page that is there.
fn get(playground: &Playground, target: &str) -> (String, Vec<u8>) {
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let answer = exchange(playground.addrs()[0], request.as_bytes());
    let end = memchr::memmem::find(&answer, b"\r\n\r\n").expect("a head") + 4;
    let head = String::from_utf8(answer[..end].to_vec()).expect("ASCII");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{target}: {head}");
    (head, answer[end..].to_vec())
}

fn field<'a>(head: &'a str, name: &str) -> &'a str {
    let value = |line: &'a str| line.strip_prefix(name)?.strip_prefix(": ");
    head.lines().find_map(value).unwrap_or_default()
}

/// What is found out of each is the charset it was written in.
#[test]
fn pages_in_every_charset() {
    let playground = Playground::start(None).unwrap();
    for (name, words, text) in [
        ("windows-1252", "windows-1252, by Content-Type", "großen"),
        (
            "windows-1252-meta",
            "windows-1252, by the meta element",
            "großen",
        ),
        ("windows-1252-guess", "windows-1252, by a guess", "großen"),
        ("koi8-r", "KOI8-R, by Content-Type", "булок"),
        ("shift_jis", "Shift_JIS, by Content-Type", "文字コード"),
        (
            "shift_jis-meta",
            "Shift_JIS, by the meta element",
            "文字コード",
        ),
        ("euc-jp-guess", "EUC-JP, by a guess", "文字コード"),
        ("iso-2022-jp", "ISO-2022-JP, by Content-Type", "文字コード"),
        ("gbk", "GBK, by Content-Type", "日月盈昃"),
        ("big5", "Big5, by the meta element", "日月盈昃"),
        ("utf-16le", "UTF-16LE, by the byte order mark", "булок"),
        ("utf-16be", "UTF-16BE, by the byte order mark", "文字コード"),
    ] {
        let (head, body) = get(&playground, &format!("/charset/{name}"));
        let charset = Charset::of(&body, field(&head, "Content-Type"));
        assert_eq!(charset.words(), words, "{name}");
        let (decoded, _, broken) = charset.encoding.decode(&body);
        assert!(decoded.contains(text) && !broken, "{name}: {decoded}");
    }
}

/// The lists of forms and pictures lead to pages that are there.
#[test]
fn lists_lead_to_what_they_list() {
    let playground = Playground::start(None).unwrap();
    for (list, sign, end, least) in [
        ("/form/", "href=\"", '"', 12),
        ("/image/", "<img src=", ' ', 7),
    ] {
        let (_, body) = get(&playground, list);
        let body = String::from_utf8(body).expect("text");
        let links: Vec<&str> = body.split(sign).skip(1).collect();
        assert!(links.len() >= least, "{body}");
        for link in links {
            let to = link.split(end).next().expect("a link");
            let to = match to.starts_with('/') {
                true => to.to_owned(),
                false => format!("{list}{to}"),
            };
            let (_, body) = get(&playground, &to);
            assert!(!body.is_empty(), "{to}");
        }
    }
}

/// Whole, cut, and with a head that promises more than is taken.
#[test]
fn pictures() {
    let playground = Playground::start(None).unwrap();
    for (name, format, says) in [
        ("sky.png", "PNG", ""),
        ("sky.jpg", "JPEG", ""),
        ("sky.gif", "GIF", ""),
        ("sky.webp", "WebP", ""),
        ("cut.png", "PNG", "it breaks off"),
        ("cut.jpg", "JPEG", "it breaks off"),
        // Its 60,000 by 60,000 pixels would take 10 GiB: none is made.
        ("bomb.png", "PNG", "not decoded: its 60000×60000 pixels"),
    ] {
        let (_, body) = get(&playground, &format!("/image/{name}"));
        let there = body.len() as u64;
        let picture = picture::decode(&body, there);
        let words = match &picture {
            Ok(decoded) => decoded.picture.words(),
            Err(why) => vec![why.clone()],
        };
        let all = words.join("\n");
        assert!(all.contains(format) && all.contains(says), "{name}: {all}");
        assert_eq!(words.len(), 1 + usize::from(!says.is_empty()), "{all}");
        let pixels = picture.map_or(0, |decoded| decoded.scaled((40, 40)).rgb.len());
        assert_eq!(pixels == 0, name == "bomb.png", "{name}: {pixels}");
    }
}
