//! Edits of a request that touch only the bytes they name.
//!
//! Owns no state: each function takes the request's bytes and leaves every byte it was
//! not asked about as it is, also in a request that is wrong.

use std::ops::Range;

use super::lines::{
    Field, Line, body, field, fields, head_lines, lines, method, request_line, request_target,
};
use super::recipe::basic;
use crate::url::Target;

/// Writes another target on the request line; false where there is none to replace.
pub fn set_request_target(request: &mut Vec<u8>, target: &str) -> bool {
    let Some(range) = request_line(request).and_then(|line| line.target) else {
        return false;
    };
    request.splice(range, target.bytes());
    true
}

/// Writes another method on the request line; false where there is no request line.
pub fn set_method(request: &mut Vec<u8>, method: &str) -> bool {
    let Some(line) = request_line(request) else {
        return false;
    };
    request.splice(line.method, method.bytes());
    true
}

/// Gives the first field of this name another value, or puts a new one before the empty
/// line (at the end of the head where there is no empty line), with the line end that
/// the request line has. New credentials go behind Host, as with curl.
pub fn set_field(request: &mut Vec<u8>, name: &str, value: &str) {
    let Some(field) = named(request, name) else {
        let before = behind_host(request, name).or(empty_line(request).map(|line| line.start));
        let (at, lead) = match before {
            Some(at) => (at, ""),
            None if request.ends_with(b"\n") || request.is_empty() => (request.len(), ""),
            None => (request.len(), line_end(request)),
        };
        let line = format!("{lead}{name}: {value}{}", line_end(request));
        request.splice(at..at, line.into_bytes());
        return;
    };
    let touches_colon = request[..field.start].ends_with(b":");
    let space: &[u8] = if touches_colon && field.is_empty() {
        b" "
    } else {
        b""
    };
    request.splice(field, space.iter().copied().chain(value.bytes()));
}

/// Where a new field of credentials goes; `None`: it is no such field, or no Host stands
/// there.
fn behind_host(request: &[u8], name: &str) -> Option<usize> {
    let mut credentials = ["Authorization", "Proxy-Authorization"].iter();
    credentials.find(|field| field.eq_ignore_ascii_case(name))?;
    let is_host = |field: &Field| request[field.name.clone()].eq_ignore_ascii_case(b"Host");
    let end = fields(request).find(is_host)?.lines.end;
    request[..end].ends_with(b"\n").then_some(end)
}

/// Takes every field of this name out, folds included; says how many.
pub fn remove_field(request: &mut Vec<u8>, name: &str) -> usize {
    let found: Vec<_> = fields(request)
        .filter(|field| request[field.name.clone()].eq_ignore_ascii_case(name.as_bytes()))
        .map(|field| field.lines)
        .collect();
    for lines in found.iter().rev() {
        request.drain(lines.clone());
    }
    found.len()
}

/// The methods that [`next_method`] goes through.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The method after the request's own; the first one after any that is not among them.
pub fn next_method(request: &[u8]) -> &'static str {
    let own = method(request);
    let at = METHODS.iter().position(|name| name.as_bytes() == own);
    METHODS[at.map_or(0, |at| (at + 1) % METHODS.len())]
}

/// The header at an offset: a field with its folds, or a line of the head that is none.
pub fn header_at(request: &[u8], offset: usize) -> Option<Range<usize>> {
    let here = |lines: &Range<usize>| {
        // The last line's end is the request's end where it has no line end.
        lines.contains(&offset)
            || (offset == request.len()
                && lines.end == offset
                && !request[lines.clone()].ends_with(b"\n"))
    };
    fields(request)
        .map(|field| field.lines)
        .find(here)
        .or_else(|| {
            head_lines(request)
                .map(|line| line.start..line.end)
                .find(here)
        })
}

/// Puts a line of the head in: below the header or request line at `offset`, else before
/// the empty line (at the end of the head where there is no empty line). Answers the
/// offset behind it, before its line end.
pub fn add_field(request: &mut Vec<u8>, offset: usize, field: &str) -> usize {
    let of_request = request_line(request)
        .filter(|request| (request.line.start..=request.line.text_end).contains(&offset))
        .map(|request| request.line.end);
    let at = of_request
        .or_else(|| header_at(request, offset).map(|lines| lines.end))
        .or_else(|| empty_line(request).map(|line| line.start))
        .unwrap_or(request.len());
    let end = line_end(request);
    let lead = match at > 0 && !request[..at].ends_with(b"\n") {
        true => end,
        false => "",
    };
    request.splice(at..at, format!("{lead}{field}{end}").into_bytes());
    at + lead.len() + field.len()
}

/// Replaces everything after the empty line, which is added where it is missing. No
/// length is corrected.
pub fn set_body(request: &mut Vec<u8>, bytes: &[u8]) {
    if let Some(old) = body(request) {
        request.splice(old, bytes.iter().copied());
        return;
    }
    let end = line_end(request);
    if !request.is_empty() && !request.ends_with(b"\n") {
        request.extend_from_slice(end.as_bytes());
    }
    request.extend_from_slice(end.as_bytes());
    request.extend_from_slice(bytes);
}

/// Makes a request follow a change of URL: its target, its Host, and the Authorization
/// that a URL's user stands for where it stands there as `old` gave it. A request whose
/// target or Host is not what `old` gives was made into something else by hand, and is
/// left alone (`None`).
///
/// Answers the new bytes and what changed, in words (empty: nothing did).
pub fn retarget(request: &[u8], old: &Target, new: &Target) -> Option<(Vec<u8>, String)> {
    let (old_host, new_host) = (old.authority(), new.authority());
    let [old_user, new_user] = [old, new].map(|target| target.userinfo.as_deref().map(basic));
    let hosts = fields(request)
        .filter(|field| request[field.name.clone()].eq_ignore_ascii_case(b"Host"))
        .count();
    let as_given = request_target(request) == Some(old.path.as_bytes())
        && hosts == 1
        && field(request, "Host") == Some(old_host.as_bytes());
    if !as_given {
        return None;
    }
    let mut bytes = request.to_vec();
    let mut changed = Vec::new();
    if old.path != new.path {
        set_request_target(&mut bytes, &new.path);
        changed.push("the target");
    }
    if old_host != new_host {
        set_field(&mut bytes, "Host", &new_host);
        changed.push("Host");
    }
    let user_as_given = field(request, "Authorization") == old_user.as_deref().map(str::as_bytes);
    if old_user != new_user && user_as_given {
        match &new_user {
            Some(value) => set_field(&mut bytes, "Authorization", value),
            None => {
                remove_field(&mut bytes, "Authorization");
            }
        }
        changed.push("Authorization");
    }
    let words = match changed.as_slice() {
        [] => String::new(),
        [one] => format!("{one} follows the URL"),
        [most @ .., last] => format!("{} and {last} follow the URL", most.join(", ")),
    };
    Some((bytes, words))
}

/// The value of the first field of this name.
fn named(request: &[u8], name: &str) -> Option<Range<usize>> {
    fields(request)
        .find(|field| request[field.name.clone()].eq_ignore_ascii_case(name.as_bytes()))
        .map(|field| field.value)
}

fn empty_line(request: &[u8]) -> Option<Line> {
    lines(request, request_line(request)?.line.end).find(Line::is_empty)
}

/// What ends the request line; CR LF where nothing does.
fn line_end(request: &[u8]) -> &'static str {
    match request_line(request) {
        Some(line) if line.line.end == line.line.text_end + 1 => "\n",
        _ => "\r\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::template;

    fn edited(request: &str, edit: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut bytes = request.as_bytes().to_vec();
        edit(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_field_is_set_where_it_stands_or_before_the_empty_line() {
        let table = [
            ("G /\r\nA: 1\r\n\r\nx", "G /\r\nA: 22\r\n\r\nx"),
            ("G /\r\na :\t1 \r\n\r\n", "G /\r\na :\t22 \r\n\r\n"),
            ("G /\r\nA:1\r\nA:1\r\n\r\n", "G /\r\nA:22\r\nA:1\r\n\r\n"),
            ("G /\r\nA:\r\n\r\n", "G /\r\nA: 22\r\n\r\n"),
            ("G /\r\nA: \r\n\r\n", "G /\r\nA: 22\r\n\r\n"),
            ("G /\nA: 1\n 2\nB:3\n\n", "G /\nA: 22\nB:3\n\n"),
            ("G /\r\nB: 1\r\n\r\nx", "G /\r\nB: 1\r\nA: 22\r\n\r\nx"),
            ("G /\nB: 1\n\nx", "G /\nB: 1\nA: 22\n\nx"),
            ("G /\nB: 1\r\n", "G /\nB: 1\r\nA: 22\n"),
            ("G /\nB: 1", "G /\nB: 1\nA: 22\n"),
            ("G /", "G /\r\nA: 22\r\n"),
            ("\r\n\r\nG /\r\n\r\n", "\r\n\r\nG /\r\nA: 22\r\n\r\n"),
            ("", "A: 22\r\n"),
        ];
        for (request, expected) in table {
            let found = edited(request, |bytes| set_field(bytes, "A", "22"));
            assert_eq!(found, expected, "{request:?}");
        }
    }

    #[test]
    fn all_fields_of_a_name_go_with_their_folds() {
        let table = [
            (
                "G /\r\nA: 1\r\n 2\r\nB: 3\r\na: 4\r\n\r\nA: 5",
                "G /\r\nB: 3\r\n\r\nA: 5",
                2,
            ),
            ("G /\r\nB: 3\r\n\r\n", "G /\r\nB: 3\r\n\r\n", 0),
            ("G /\nA:1", "G /\n", 1),
        ];
        for (request, expected, count) in table {
            let mut removed = 0;
            let found = edited(request, |bytes| removed = remove_field(bytes, "A"));
            assert_eq!((found.as_str(), removed), (expected, count), "{request:?}");
        }
    }

    #[test]
    fn the_header_under_the_cursor() {
        // `|` is the cursor: the header there, and what a new line makes of the request
        let table = [
            ("G| /\r\nA: 1\r\n\r\n", None, "G /\r\nN: |\r\nA: 1\r\n\r\n"),
            (
                "G /\r\n|A: 1\r\n\r\n",
                Some("A: 1\r\n"),
                "G /\r\nA: 1\r\nN: |\r\n\r\n",
            ),
            (
                "G /\nA: 1|\n 2\nB: 3\n\n",
                Some("A: 1\n 2\n"),
                "G /\nA: 1\n 2\nN: |\nB: 3\n\n",
            ),
            (
                "G /\nA: 1\n 2|\nB: 3\n\n",
                Some("A: 1\n 2\n"),
                "G /\nA: 1\n 2\nN: |\nB: 3\n\n",
            ),
            (
                "G /\nnone|\nB: 3\n\n",
                Some("none\n"),
                "G /\nnone\nN: |\nB: 3\n\n",
            ),
            ("G /\nA: 1\n|\nA: 2", None, "G /\nA: 1\nN: |\n\nA: 2"),
            ("G /\nA: 1\n\nA: 2|", None, "G /\nA: 1\nN: |\n\nA: 2"),
            ("G /\nA: 1|", Some("A: 1"), "G /\nA: 1\nN: |\n"),
            ("G /\nA: 1\n|", None, "G /\nA: 1\nN: |\n"),
            ("G /|", None, "G /\r\nN: |\r\n"),
            ("|", None, "N: |\r\n"),
        ];
        for (marked, header, added) in table {
            let at = marked.find('|').unwrap();
            let request = marked.replace('|', "");
            let found = header_at(request.as_bytes(), at).map(|lines| &request[lines]);
            assert_eq!(found, header, "{marked:?}");
            let mut behind = 0;
            let mut found = edited(&request, |bytes| behind = add_field(bytes, at, "N: "));
            found.insert(behind, '|');
            assert_eq!(found, added, "{marked:?}");
        }
    }

    #[test]
    fn methods_go_round() {
        for (request, next) in [
            ("GET / HTTP/1.1\r\n", "HEAD"),
            ("OPTIONS *\r\n", "GET"),
            ("get /\r\n", "GET"),
            ("BREW /\r\n", "GET"),
            ("", "GET"),
        ] {
            assert_eq!(next_method(request.as_bytes()), next, "{request:?}");
        }
    }

    #[test]
    fn method_target_and_body_are_replaced_alone() {
        let request = "GET  /a b HTTP/1.1\nX: /a b\n\nold\n\nolder";
        let found = edited(request, |bytes| {
            assert!(set_method(bytes, "DELETE"));
            assert!(set_request_target(bytes, "/z"));
            set_body(bytes, b"new");
        });
        assert_eq!(found, "DELETE  /z HTTP/1.1\nX: /a b\n\nnew");
        assert_eq!(edited("G /\nA:1", |b| set_body(b, b"x")), "G /\nA:1\n\nx");
        assert_eq!(edited("G /\r\n", |b| set_body(b, b"x")), "G /\r\n\r\nx");
        assert_eq!(
            edited("GET", |b| assert!(!set_request_target(b, "/"))),
            "GET"
        );
        assert_eq!(edited("\n", |b| assert!(!set_method(b, "GET"))), "\n");
    }

    #[test]
    fn a_request_follows_the_url_unless_it_was_made_into_something_else() {
        let same = |request: String| request;
        // old URL, what the hand did to its template, new URL → words
        type Hand = fn(String) -> String;
        let table: [(&str, Hand, &str, Option<&str>); 14] = [
            ("h/a", same, "h/b", Some("the target follows the URL")),
            ("h/a", same, "i/a", Some("Host follows the URL")),
            (
                "h/a",
                same,
                "i:1/b",
                Some("the target and Host follow the URL"),
            ),
            ("h/a", same, "h:80/a#x", Some("")),
            ("h/a", same, "https://h/a", Some("")),
            ("h/a", same, "https://h:80/a", Some("Host follows the URL")),
            (
                "h/a",
                same,
                "u:p@h/a",
                Some("Authorization follows the URL"),
            ),
            (
                "u:p@h/",
                same,
                "i/b",
                Some("the target, Host and Authorization follow the URL"),
            ),
            (
                "h/a",
                |r| r.replace("GET", "PUT"),
                "h/b",
                Some("the target follows the URL"),
            ),
            (
                "h/a",
                |r| r + "body",
                "h/b",
                Some("the target follows the URL"),
            ),
            ("h/a", |r| r.replace("/a", "/c"), "h/b", None),
            ("h/a", |r| r.replace("Host: h", "Host: x"), "h/b", None),
            (
                "h/a",
                |r| r.replace("Host: h", "Host: h\r\nHost: h"),
                "h/b",
                None,
            ),
            ("h/a", |_| String::new(), "h/b", None),
        ];
        for (old, hand, new, words) in table {
            let [old, new] = [old, new].map(|url| Target::parse(url).unwrap());
            let by_hand = |target| hand(String::from_utf8(template(target)).unwrap());
            let found = retarget(by_hand(&old).as_bytes(), &old, &new);
            let found = found.map(|(bytes, words)| (String::from_utf8(bytes).unwrap(), words));
            // All these hands do the same to the template of the new target.
            let expected = words.map(|words| (by_hand(&new), words.to_owned()));
            assert_eq!(found, expected, "{old} {new}");
        }
    }

    #[test]
    fn an_authorization_written_by_hand_stays() {
        let by_hand = "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: mine\r\n\r\n";
        let [old, new] = ["h", "u:p@i"].map(|url| Target::parse(url).unwrap());
        let (bytes, words) = retarget(by_hand.as_bytes(), &old, &new).unwrap();
        assert_eq!(bytes, by_hand.replace("Host: h", "Host: i").as_bytes());
        assert_eq!(words, "Host follows the URL");
    }
}
