//! Bytes written as text, and what differs between two texts: for files of cases.

use std::fmt::Write as _;

/// `\r \n \t \\ \0 \xHH`; everything else stands for its UTF-8 bytes.
pub fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        bytes.push(match chars.next() {
            Some('r') => b'\r',
            Some('n') => b'\n',
            Some('t') => b'\t',
            Some('0') => 0,
            Some('\\') => b'\\',
            Some('x') => {
                let hex: String = chars.by_ref().take(2).collect();
                u8::from_str_radix(&hex, 16).unwrap_or_else(|_| panic!("\\x{hex} in {text:?}"))
            }
            other => panic!("\\{other:?} in {text:?}"),
        });
    }
    bytes
}

/// A unified diff without hunk heads: whole texts are short here.
pub fn diff(expected: &[String], found: &[String]) -> String {
    let (rows, columns) = (expected.len(), found.len());
    // Longest common subsequence, from the ends.
    let mut common = vec![vec![0; columns + 1]; rows + 1];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            common[i][j] = if expected[i] == found[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let mut text = String::from("--- expected\n+++ found\n");
    let (mut i, mut j) = (0, 0);
    while i < rows || j < columns {
        let (mark, line) = if i < rows && j < columns && expected[i] == found[j] {
            (i, j) = (i + 1, j + 1);
            (' ', &found[j - 1])
        } else if j == columns || (i < rows && common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            ('-', &expected[i - 1])
        } else {
            j += 1;
            ('+', &found[j - 1])
        };
        let _ = writeln!(text, "{mark}{line}");
    }
    text
}
