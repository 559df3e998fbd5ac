//! Cookie files: Netscape's format, which curl, wget and browsers' exporters write, and
//! the heads of responses, which `curl -b` reads as well.
//!
//! ```text
//! domain  hosts-under-it  path  secure  expires  name  value        between tabs
//! ```
//! A line that begins with `#HttpOnly_` is a cookie, every other `#` a comment. SameSite
//! has no place in it.

use super::{Cookie, Jar, SameSite, Seconds, scope};
use crate::url::Target;

const HEADING: &str = "# Netscape HTTP Cookie File\n\
                       # Written by sockeye; curl and other programs read it too.\n\n";
const HTTP_ONLY: &[u8] = b"#HttpOnly_";

/// The whole jar but what has expired; session cookies have 0 for a time, as curl's.
pub fn write(jar: &Jar, now: Seconds) -> Vec<u8> {
    let mut out = HEADING.as_bytes().to_vec();
    for cookie in jar.iter().filter(|cookie| !cookie.expired(now)) {
        line(cookie, &mut out);
    }
    out
}

fn line(cookie: &Cookie, out: &mut Vec<u8>) {
    if cookie.name.contains(&b'\t') || cookie.path.contains('\t') {
        out.extend_from_slice(b"# A cookie with a tab in its name or path has no line here.\n");
        return;
    }
    if cookie.http_only {
        out.extend_from_slice(HTTP_ONLY);
    }
    let dot = if cookie.host_only { "" } else { "." };
    let fields = format!(
        "{dot}{}\t{}\t{}\t{}\t{}\t",
        cookie.domain,
        said(!cookie.host_only),
        cookie.path,
        said(cookie.secure),
        cookie.expires.unwrap_or(0),
    );
    out.extend_from_slice(fields.as_bytes());
    out.extend_from_slice(&cookie.name);
    out.push(b'\t');
    out.extend_from_slice(&cookie.value);
    out.push(b'\n');
}

fn said(yes: bool) -> &'static str {
    if yes { "TRUE" } else { "FALSE" }
}

/// Puts a file's cookies into the jar; answers how many lines were none. `for_url`: whose
/// cookies those are that a head sets without a Domain.
pub fn read(text: &[u8], jar: &mut Jar, for_url: &Target, now: Seconds) -> usize {
    let mut strange = 0;
    for line in text.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let name = b"set-cookie:";
        let field = line.get(..name.len());
        if field.is_some_and(|field| field.eq_ignore_ascii_case(name)) {
            let report = jar.store(line[name.len()..].trim_ascii(), for_url, now);
            strange += usize::from(report.outcome.is_err());
        } else if line.trim_ascii().is_empty()
            || line.starts_with(b"#") && !line.starts_with(HTTP_ONLY)
            || is_head(line)
        {
        } else if let Some(cookie) = cookie(line) {
            jar.put(cookie, now);
        } else {
            strange += 1;
        }
    }
    strange
}

/// Another line of a response's head.
fn is_head(line: &[u8]) -> bool {
    !line.contains(&b'\t') && (line.starts_with(b"HTTP/") || line.contains(&b':'))
}

fn cookie(line: &[u8]) -> Option<Cookie> {
    let (http_only, line) = match line.strip_prefix(HTTP_ONLY) {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let fields: Vec<&[u8]> = line.splitn(7, |&byte| byte == b'\t').collect();
    let (value, fields) = match fields.as_slice() {
        [fields @ .., value] if fields.len() == 6 => (*value, fields),
        // Some programs leave out the tab before an empty value.
        fields if fields.len() == 6 => (&b""[..], fields),
        _ => return None,
    };
    let [domain, under, path, secure, expires, name] = fields else {
        return None;
    };
    let domain = str::from_utf8(domain).ok()?.to_ascii_lowercase();
    let domain = domain.strip_prefix('.').unwrap_or(&domain).to_owned();
    let under = yes(under)? && !scope::is_public_suffix(&domain);
    let expires: Seconds = str::from_utf8(expires).ok()?.trim().parse().ok()?;
    let control = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
    let fits = !domain.is_empty()
        && path.starts_with(b"/")
        && name.len() + value.len() > 0
        && !name.iter().chain(value).any(control);
    fits.then(|| Cookie {
        name: name.to_vec(),
        value: value.to_vec(),
        domain,
        host_only: !under,
        path: String::from_utf8_lossy(path).into_owned(),
        expires: (expires != 0).then_some(expires),
        secure: yes(secure).unwrap_or(false),
        http_only,
        same_site: SameSite::Default,
    })
}

fn yes(word: &[u8]) -> Option<bool> {
    match word.to_ascii_uppercase().as_slice() {
        b"TRUE" => Some(true),
        b"FALSE" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Seconds = 1_800_000_000;

    fn read_back(text: &str) -> (String, usize) {
        let mut jar = Jar::default();
        let url = Target::parse("http://www.example.com/dir/page").unwrap();
        let strange = read(text.as_bytes(), &mut jar, &url, NOW);
        let written = String::from_utf8(write(&jar, NOW)).unwrap();
        let lines = written.strip_prefix(HEADING).unwrap().to_owned();
        (lines, strange)
    }

    #[test]
    fn a_file_comes_back_as_it_was() {
        let lines = "h\tFALSE\t/\tFALSE\t0\ta\tb\n\
                     .example.com\tTRUE\t/x\tTRUE\t1900000000\tlong\tv w\n\
                     #HttpOnly_h\tFALSE\t/\tFALSE\t0\tsecret\ts\n\
                     h\tFALSE\t/\tFALSE\t0\ttabs\tb\tc\n\
                     h\tFALSE\t/\tFALSE\t0\t\tnameless\n\
                     h\tFALSE\t/\tFALSE\t0\tempty\t\n";
        assert_eq!(
            read_back(&format!("{HEADING}{lines}")),
            (lines.to_owned(), 0)
        );
    }

    #[test]
    fn each_kind_of_line() {
        // a line, what it is written as, and whether it was a strange one
        for (line, want, strange) in [
            ("", "", 0),
            ("# a comment", "", 0),
            (
                "H\tfalse\t/\ttrue\t0\ta\tb\r",
                "h\tFALSE\t/\tTRUE\t0\ta\tb\n",
                0,
            ),
            (
                "example.com\tTRUE\t/\tFALSE\t0\ta\tb",
                ".example.com\tTRUE\t/\tFALSE\t0\ta\tb\n",
                0,
            ),
            // nobody's cookie for all of a public suffix
            (
                ".co.uk\tTRUE\t/\tFALSE\t0\ta\tb",
                "co.uk\tFALSE\t/\tFALSE\t0\ta\tb\n",
                0,
            ),
            (
                "h\tFALSE\t/\tFALSE\t0\ta",
                "h\tFALSE\t/\tFALSE\t0\ta\t\n",
                0,
            ),
            ("h\tFALSE\t/\tFALSE\t5\tpast\tb", "", 0),
            ("h\tFALSE\t/\tFALSE\t0", "", 1),
            ("h\tperhaps\t/\tFALSE\t0\ta\tb", "", 1),
            ("h\tFALSE\tx\tFALSE\t0\ta\tb", "", 1),
            ("h\tFALSE\t/\tFALSE\tsoon\ta\tb", "", 1),
            ("\tFALSE\t/\tFALSE\t0\ta\tb", "", 1),
            ("h\tFALSE\t/\tFALSE\t0\ta\tb\x01", "", 1),
            ("no cookie", "", 1),
            // a head that was kept
            ("HTTP/1.1 200 OK", "", 0),
            ("Server: x", "", 0),
            (
                "Set-Cookie: a=b",
                "www.example.com\tFALSE\t/dir\tFALSE\t0\ta\tb\n",
                0,
            ),
            (
                "set-cookie:a=b; domain=example.com; path=/; httponly",
                "#HttpOnly_.example.com\tTRUE\t/\tFALSE\t0\ta\tb\n",
                0,
            ),
            ("Set-Cookie: a=b; domain=example.org", "", 1),
        ] {
            assert_eq!(read_back(line), (want.to_owned(), strange), "{line:?}");
        }
    }
}
