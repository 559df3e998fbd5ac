//! The Cookie line that a jar gives a request: put in, exchanged, taken out.
//!
//! Owns where it stands and that no other line is touched: one that a hand wrote is
//! nobody's but the hand's.

use super::edit::add_field;
use super::lines::{Field, fields};

/// Makes the Cookie line whose value is `old` one of the value `new`: in its place, or
/// out. Without an `old` in the request, a line is put in behind the fields that a
/// template begins with. Answers whether a byte changed.
pub fn renew_cookie(request: &mut Vec<u8>, old: Option<&[u8]>, new: Option<&[u8]>) -> bool {
    let stands = old.and_then(|old| {
        let mut lines = cookies(request);
        lines.find(|field| request[field.value.clone()] == *old)
    });
    match (stands, new) {
        (Some(field), Some(new)) if request[field.value.clone()] == *new => false,
        (Some(field), Some(new)) => {
            request.splice(field.value, new.iter().copied());
            true
        }
        (Some(field), None) => {
            request.drain(field.lines);
            true
        }
        (None, Some(new)) => {
            let behind = (fields(request))
                .filter(|field| is_one_of(request, field, BEFORE))
                .last()
                .map_or(usize::MAX, |field| field.lines.start);
            // A value may be no text: it follows the line that is one.
            let end = add_field(request, behind, "Cookie: ");
            request.splice(end..end, new.iter().copied());
            true
        }
        (None, None) => false,
    }
}

/// Has the request a Cookie line, whoever wrote it?
pub fn has_cookie(request: &[u8]) -> bool {
    cookies(request).next().is_some()
}

/// What stands before it in a request that nobody wrote by hand.
const BEFORE: &[&str] = &["Host", "User-Agent", "Accept", "Authorization"];

fn cookies(request: &[u8]) -> impl Iterator<Item = Field> {
    fields(request).filter(|field| is_one_of(request, field, &["Cookie"]))
}

fn is_one_of(request: &[u8], field: &Field, names: &[&str]) -> bool {
    let name = &request[field.name.clone()];
    (names.iter()).any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_changes_and_no_other() {
        // the request, the value before and after, the request then
        let table: &[(&str, Option<&str>, Option<&str>, &str)] = &[
            ("G /|A: 1||", None, None, "G /|A: 1||"),
            (
                "G /|Host: h|A: 1||x",
                None,
                Some("a=b"),
                "G /|Host: h|Cookie: a=b|A: 1||x",
            ),
            (
                "G /|Host: h|Accept: */*|X: 1|authorization: z|Y: 1||",
                None,
                Some("a=b"),
                "G /|Host: h|Accept: */*|X: 1|authorization: z|Cookie: a=b|Y: 1||",
            ),
            ("G /|A: 1||", None, Some("a=b"), "G /|A: 1|Cookie: a=b||"),
            ("G /|A: 1", None, Some("a=b"), "G /|A: 1|Cookie: a=b|"),
            (
                "G /|cookie: a=b|A: 1||",
                Some("a=b"),
                Some("c=d"),
                "G /|cookie: c=d|A: 1||",
            ),
            (
                "G /|Cookie: a=b|A: 1||",
                Some("a=b"),
                Some("a=b"),
                "G /|Cookie: a=b|A: 1||",
            ),
            ("G /|Cookie: a=b|A: 1||", Some("a=b"), None, "G /|A: 1||"),
            // a hand's own line stays as it is
            (
                "G /|Cookie: own||",
                None,
                Some("c=d"),
                "G /|Cookie: own|Cookie: c=d||",
            ),
            ("G /|Cookie: own||", Some("a=b"), None, "G /|Cookie: own||"),
            (
                "G /|Cookie: own|Cookie: a=b||",
                Some("a=b"),
                Some("c"),
                "G /|Cookie: own|Cookie: c||",
            ),
        ];
        for (request, old, new, want) in table {
            let mut bytes = request.replace('|', "\r\n").into_bytes();
            let before = bytes.clone();
            let [old, new] = [old, new].map(|value| value.map(str::as_bytes));
            let changed = renew_cookie(&mut bytes, old, new);
            assert_eq!(changed, bytes != before, "{request}");
            let found = String::from_utf8(bytes).unwrap().replace("\r\n", "|");
            assert_eq!(found, *want, "{request}");
        }
    }
}
