//! Bytes as words of a POSIX shell: nothing in them is ever run or expanded.

use std::fmt::Write;

use super::pieces;

/// One word that stands for these bytes; they hold no NUL, which no word can.
/// Within single quotes nothing has a meaning; a word with control bytes or bytes that
/// are not UTF-8 is made by `printf`. Command substitution drops the line ends at its
/// end: they follow between quotes of their own.
pub(super) fn word(bytes: &[u8]) -> String {
    let line_ends = bytes
        .iter()
        .rev()
        .take_while(|&&byte| byte == b'\n')
        .count();
    let (bytes, line_ends) = bytes.split_at(bytes.len() - line_ends);
    let word = match std::str::from_utf8(bytes) {
        Ok(text) if plain(text) => text.to_owned(),
        Ok(text) if !text.contains(char::is_control) => {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => format!("\"$(printf '{}')\"", format(bytes)),
    };
    match line_ends.len() {
        0 => word,
        n => format!("{word}'{}'", "\n".repeat(n)),
    }
}

/// A program's lines that print these bytes, one `printf` for each piece, each line
/// starting with `indent`.
pub(super) fn printf(bytes: &[u8], indent: &str) -> String {
    let mut out = String::new();
    for piece in pieces(bytes) {
        let _ = writeln!(out, "{indent}printf '{}'", format(piece));
    }
    if bytes.is_empty() {
        let _ = writeln!(out, "{indent}printf ''");
    }
    out
}

/// For a format of `printf` between single quotes. Octal escapes have three digits, so
/// that a digit may follow; a `-` in front would be an option.
fn format(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'\r' => out.push_str("\\r"),
            b'\n' => out.push_str("\\n"),
            b'%' => out.push_str("%%"),
            b'-' if at == 0 => out.push_str("\\055"),
            b'\'' | b'\\' | 0..=0x1f | 0x7f.. => {
                let _ = write!(out, "\\{byte:03o}");
            }
            _ => out.push(char::from(byte)),
        }
    }
    out
}

/// Needs no quotes.
fn plain(text: &str) -> bool {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "/:._,@+=-".contains(c);
    !text.is_empty() && text.chars().all(harmless)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted() {
        let rows: &[(&[u8], &str)] = &[
            (b"http://a:80/b", "http://a:80/b"),
            (b"", "''"),
            (b"a b", "'a b'"),
            (b"$(rm) `x` \\ \"", "'$(rm) `x` \\ \"'"),
            (b"it's", r"'it'\''s'"),
            (b"a?b&c", "'a?b&c'"),
            ("é".as_bytes(), "'é'"),
            (b"\xe9 %'$(x)", r#""$(printf '\351 %%\047$(x)')""#),
            (b"a\tb", r#""$(printf 'a\011b')""#),
            (b"a\tb\n\n", "\"$(printf 'a\\011b')\"'\n\n'"),
        ];
        for (bytes, want) in rows {
            assert_eq!(word(bytes), *want);
        }
    }

    #[test]
    fn formats_print_exactly_their_bytes() {
        let rows: &[(&[u8], &str)] = &[
            (b"", "printf ''\n"),
            (b"a\r\n\n", "printf 'a\\r\\n'\nprintf '\\n'\n"),
            (b"-n", "printf '\\055n'\n"),
            (b"100%\\n", "printf '100%%\\134n'\n"),
            (b"\x007", "printf '\\0007'\n"),
        ];
        for (bytes, want) in rows {
            assert_eq!(printf(bytes, ""), *want);
        }
    }
}
