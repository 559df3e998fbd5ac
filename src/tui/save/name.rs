//! What a saved body is called at first: the server's name for it, or the URL's, made
//! safe.
//!
//! Owns how a name is found (RFC 6266 section 4.3, RFC 8187) and cleaned: it is one
//! name, never a path, and nothing in it moves a terminal or hides the file.

use crate::view::safe::is_unsafe;

/// Bytes of a file's name on every common file system.
const LONGEST: usize = 255;

/// By Content-Disposition, else the URL as it was typed, else Content-Type.
pub fn suggested(disposition: Option<&str>, url: &str, content_type: Option<&str>) -> String {
    let told = disposition.and_then(filename).map(|name| safe(&name));
    let in_url = || last_segment(url).map(|name| safe(&name));
    let named = told.filter(|name| !name.is_empty()).or_else(in_url);
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| {
        let kind = content_type.unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let ends = ENDS.iter().find(|(of, _)| kind.eq_ignore_ascii_case(of));
        format!("body{}", ends.map_or("", |(_, end)| end))
    })
}

/// What a name of ours ends in.
const ENDS: &[(&str, &str)] = &[
    ("text/html", ".html"),
    ("text/plain", ".txt"),
    ("text/css", ".css"),
    ("text/csv", ".csv"),
    ("text/xml", ".xml"),
    ("text/javascript", ".js"),
    ("application/json", ".json"),
    ("application/xml", ".xml"),
    ("application/pdf", ".pdf"),
    ("application/zip", ".zip"),
    ("application/gzip", ".gz"),
    ("image/png", ".png"),
    ("image/jpeg", ".jpg"),
    ("image/gif", ".gif"),
    ("image/webp", ".webp"),
    ("image/svg+xml", ".svg"),
];

/// `filename*` before `filename`, whatever their order.
fn filename(disposition: &str) -> Option<String> {
    let mut plain = None;
    for (name, value) in parameters(disposition) {
        if name.eq_ignore_ascii_case("filename*") {
            // charset'language'percent-encoded; UTF-8 is the one everybody sends.
            let mut parts = value.splitn(3, '\'');
            let utf8 = parts.next()?.eq_ignore_ascii_case("utf-8");
            if let (true, Some(name)) = (utf8, parts.nth(1)) {
                return Some(unpercent(name));
            }
        } else if name.eq_ignore_ascii_case("filename") {
            plain.get_or_insert(value);
        }
    }
    plain
}

/// Names and values behind the first `;`; a `;` in quotes is none.
fn parameters(disposition: &str) -> Vec<(String, String)> {
    let mut parameters = Vec::new();
    let mut rest = disposition.split_once(';').map(|(_, rest)| rest);
    while let Some((name, value)) = rest.and_then(|rest| rest.split_once('=')) {
        let value = value.trim_start();
        let (value, behind) = match value.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let end = value.find(';').unwrap_or(value.len());
                (value[..end].trim_end().to_owned(), &value[end..])
            }
        };
        parameters.push((name.trim().to_owned(), value));
        rest = behind.split_once(';').map(|(_, rest)| rest);
    }
    parameters
}

/// Up to the closing quote, and what follows it.
fn unquote(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

fn last_segment(url: &str) -> Option<String> {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let (_, path) = url.split_once("://").unwrap_or(("", url));
    let (_, name) = path.rsplit_once('/')?;
    Some(unpercent(name))
}

fn unpercent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| first == b'%');
        let byte = digits
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One visible name: no directory, no control or invisible character, no dot before it.
fn safe(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name
        .chars()
        .map(|c| if is_unsafe(c) { '_' } else { c })
        .collect();
    let name = name.trim().trim_start_matches('.').trim_start();
    let mut end = name.len().min(LONGEST);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (url, want) in [
            ("http://a/b/c.txt?d=/e#f/g", "c.txt"),
            ("localhost/c%20d.txt", "c d.txt"),
            ("localhost/%2e%2e%2fetc%2Fpasswd", "passwd"),
            ("localhost/a%0ab%1b", "a_b_"),
            ("localhost/..hidden", "hidden"),
            ("localhost/..", "body"),
            ("localhost/", "body"),
            ("http://localhost", "body"),
            ("localhost/%zz%e4", "%zz\u{fffd}"),
        ] {
            assert_eq!(suggested(None, url, None), want, "{url}");
        }
        for (disposition, want) in [
            ("attachment; filename=a.txt", "a.txt"),
            (
                r#"attachment; filename="a;b \"c\".txt"; x=y"#,
                r#"a;b "c".txt"#,
            ),
            ("attachment; FileName = a.txt ", "a.txt"),
            (
                "attachment; filename=plain; filename*=UTF-8'en'na%C3%AFve%20%e2%82%ac.txt",
                "naïve €.txt",
            ),
            (
                "attachment; filename*=ISO-8859-1''x; filename=plain",
                "plain",
            ),
            ("attachment; filename=../../etc/passwd", "passwd"),
            (r#"attachment; filename="..\\..\\boot.ini""#, "boot.ini"),
            ("attachment; filename=\"\"", "url"),
            ("attachment; filename=..", "url"),
            ("attachment", "url"),
            ("filename", "url"),
        ] {
            let name = suggested(Some(disposition), "localhost/url", None);
            assert_eq!(name, want, "{disposition}");
        }
        for (kind, want) in [
            ("text/HTML; charset=utf-8", "body.html"),
            ("application/octet-stream", "body"),
        ] {
            assert_eq!(suggested(None, "localhost/", Some(kind)), want);
        }
        let long = format!("a/{}", "é".repeat(200));
        assert_eq!(suggested(None, &long, None).len(), 254);
    }
}
