//! The Autobahn list's 6: text that is UTF-8, that is not, and that is cut into frames.
//!
//! Each goes both ways on one connection: the server's frames first, then the same from us.

use super::*;

/// The number, the payloads of the message's frames, and whether it is UTF-8.
type Text = (&'static str, Vec<Vec<u8>>, bool);

#[test]
fn text_is_judged_both_ways_as_the_server_judges_it() {
    for (name, parts, valid) in table() {
        let frames = || {
            let last = parts.len() - 1;
            let opcode = |at| if at == 0 { TEXT } else { CONTINUATION };
            let numbered = parts.iter().enumerate();
            numbered.map(move |(at, part)| (opcode(at), at == last, part))
        };
        let theirs = frames().map(|(opcode, fin, part)| raw(opcode, fin, 0, part));
        let mut talk = Talk::start(&at(server(theirs.collect())));
        talk.until(|exchange| exchange.frames.count as usize == parts.len());
        let ours = frames().map(|(opcode, fin, part)| frame(fin, 0, opcode, part));
        let bytes: Vec<u8> = then_bye(ours.collect())
            .iter()
            .flat_map(Outgoing::masked)
            .collect();
        talk.control.say(&bytes).unwrap();
        talk.until(|exchange| exchange.closed.is_some());
        let deviation = if valid { vec![] } else { vec!["ws_utf8"] };
        assert_eq!(
            anomalies(&talk, Direction::Sent),
            deviation,
            "{name} {parts:x?}"
        );
        let mut found = anomalies(&talk, Direction::Received);
        // A server that closes over it sends no Close.
        found.retain(|kind| *kind != "ws_cut");
        assert_eq!(found, deviation, "{name} {parts:x?}");
        let echo: usize = parts.iter().map(Vec::len).sum();
        let echo = match valid {
            true => vec![format!("text {echo}"), "close 2".to_owned()],
            false => vec![],
        };
        let told = lines(&talk, Direction::Received);
        assert_eq!(told[parts.len()..], echo, "{name} {parts:x?}");
    }
}

/// Where the first wrong byte is, however the text is cut (6.4: at once, not at its end).
#[test]
fn the_first_wrong_byte_is_named_when_it_comes() {
    let greek = hex("cebae1bdb9cf83cebcceb5");
    for parts in [
        vec![greek.clone(), hex("f4908080"), b"edited".to_vec()],
        vec![[&greek[..], b"\xf4"].concat(), hex("90"), hex("8080")],
    ] {
        // The message goes on: its last frame never comes.
        let frames = parts.iter().enumerate();
        let frames = frames.map(|(at, part)| raw(if at == 0 { 1 } else { 0 }, false, 0, part));
        let mut talk = Talk::start(&at(server(frames.collect())));
        talk.until(|exchange| exchange.anomaly_count == 1);
        let found = &talk.exchange.anomalies[0];
        let frames: Vec<u64> = talk
            .exchange
            .frames
            .kept
            .iter()
            .map(|kept| kept.1.payload())
            .collect();
        assert_eq!((found.kind.name(), found.offset), ("ws_utf8", frames[1]));
        talk.control.hang_up();
        talk.until(|exchange| exchange.closed.is_some());
    }
}

fn hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(pair).collect()
}

fn singly(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.iter().map(|byte| vec![*byte]).collect()
}

fn table() -> Vec<Text> {
    let mut table: Vec<Text> = vec![
        ("6.1.1", vec![vec![]], true),
        ("6.1.2", vec![vec![], vec![], vec![]], true),
        ("6.1.3", vec![vec![], b"between".to_vec(), vec![]], true),
        ("6.2.2", vec!["µ@ß".into(), "öäü".into()], true),
        ("6.2.3", singly("µ@ßöäüàá-8!".as_bytes()), true),
        ("6.3.2", singly(&hex("cebaeda08065")), false),
        (
            "6.4.1",
            ["cebae1bdb9", "f4908080", "6564"].map(hex).into(),
            false,
        ),
        (
            "6.4.2",
            ["cebae1bdb9f4", "90", "80806564"].map(hex).into(),
            false,
        ),
    ];
    // Every beginning of a text of whole and of cut characters.
    let greek = hex("cebae1bdb9cf83cebcceb5");
    for end in 1..=greek.len() {
        let valid = [2, 5, 7, 9, 11].contains(&end);
        table.push(("6.6", vec![greek[..end].to_vec()], valid));
    }
    #[rustfmt::skip]
    let one_frame: &[(&str, bool, &[&str])] = &[
        ("6.7 the first of each length",  true,  &["00", "c280", "e0a080", "f0908080"]),
        ("6.8 of 5 and 6 bytes",          false, &["f888808080", "fc8480808080"]),
        ("6.9 the last of each length",   true,  &["7f", "dfbf", "efbfbf", "f48fbfbf"]),
        ("6.10 past the last",            false, &["f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"]),
        ("6.11 other edges",              true,  &["ed9fbf", "ee8080", "efbfbd", "f48fbfbf"]),
        ("6.11.5 past U+10FFFF",          false, &["f4908080"]),
        ("6.12 continuations alone",      false, &["80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf"]),
        ("6.14 the last byte is missing", false, &["c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"]),
        ("6.15 one after the other",      false, &["c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"]),
        ("6.16 never a byte of UTF-8",    false, &["fe", "ff", "fefeffff"]),
        ("6.17 longer than need be",      false, &["c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"]),
        ("6.18 just longer",              false, &["c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"]),
        ("6.19 a long NUL",               false, &["c080", "e08080", "f0808080", "f880808080", "fc8080808080"]),
        ("6.20 half a surrogate pair",    false, &["eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"]),
        ("6.21 a pair of them",           false, &["eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080", "edae80edbfbf", "edafbfedb080", "edafbfedbfbf"]),
        ("6.23 special ones",             true,  &["efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf"]),
    ];
    for (name, valid, texts) in one_frame {
        table.extend(texts.iter().map(|text| (*name, vec![hex(text)], *valid)));
    }
    let all: Vec<u8> = (0x80..=0xbf).collect();
    table.push(("6.12.8 all of them", vec![all], false));
    for starts in [
        0xc0..=0xdf,
        0xe0..=0xef,
        0xf0..=0xf7,
        0xf8..=0xfb,
        0xfc..=0xfd,
    ] {
        let lonely = starts.flat_map(|start: u8| [start, b' ']).collect();
        table.push(("6.13 beginnings alone", vec![lonely], false));
    }
    for plane in 0..=16u32 {
        for end in [0xfffe, 0xffff] {
            let sign = char::from_u32(plane << 16 | end).unwrap().to_string();
            table.push(("6.22 no characters, but UTF-8", vec![sign.into()], true));
        }
    }
    table
}
