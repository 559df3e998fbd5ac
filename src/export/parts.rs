//! A request's bytes taken apart for the formats that want parts: leniently, for display
//! and comparison. What is sent never comes from here.

/// A request's pieces. What has no meaning (a line without a colon) is left out.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    /// The words of the request line: method, target, version.
    pub line: [&'a [u8]; 3],
    /// Name and value, without the white space around.
    pub fields: Vec<(&'a [u8], &'a [u8])>,
    /// Behind the first empty line.
    pub body: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Lines end with LF, a CR before it or not.
    pub fn of(request: &'a [u8]) -> Parts<'a> {
        let mut parts = Parts::default();
        let (line, mut rest) = line(request);
        let words = line.split(|&byte| byte == b' ');
        for (into, word) in parts
            .line
            .iter_mut()
            .zip(words.filter(|word| !word.is_empty()))
        {
            *into = word;
        }
        while !rest.is_empty() {
            let (line, after) = self::line(rest);
            rest = after;
            if line.is_empty() {
                break;
            }
            if let Some(colon) = line.iter().position(|&byte| byte == b':') {
                let (name, value) = (&line[..colon], &line[colon + 1..]);
                parts.fields.push((name.trim_ascii(), value.trim_ascii()));
            }
        }
        parts.body = rest;
        parts
    }
}

/// The first line without its end, and what follows it.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = match bytes.iter().position(|&byte| byte == b'\n') {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &bytes[bytes.len()..]),
    };
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_come_apart() {
        type Row<'a> = (
            &'a [u8],
            [&'a [u8]; 3],
            &'a [(&'a [u8], &'a [u8])],
            &'a [u8],
        );
        let rows: &[Row] = &[
            (b"", [b"", b"", b""], &[], b""),
            (b"GET", [b"GET", b"", b""], &[], b""),
            (
                b"PUT  /a HTTP/1.1 x\r\nA: b \r\nno colon\r\nC :d\n\nbo\r\n\r\ndy",
                [b"PUT", b"/a", b"HTTP/1.1"],
                &[(b"A", b"b"), (b"C", b"d")],
                b"bo\r\n\r\ndy",
            ),
        ];
        for (bytes, line, fields, body) in rows {
            let parts = Parts::of(bytes);
            assert_eq!(
                (parts.line, &parts.fields[..], parts.body),
                (*line, *fields, *body)
            );
        }
    }
}
