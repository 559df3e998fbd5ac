//! Words filled into rows.

use unicode_width::UnicodeWidthStr;

/// The words in rows of so many columns; a word that is longer stands alone.
pub fn in_rows(text: &str, columns: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in text.split(' ') {
        match rows.last_mut() {
            Some(row) if row.is_empty() => row.push_str(word),
            Some(row) if row.width() + 1 + word.width() <= columns => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.push(word.to_owned()),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_rows() {
        for (text, columns, want) in [
            ("", 5, &[""][..]),
            ("one two", 7, &["one two"]),
            ("one two", 6, &["one", "two"]),
            ("a longest word", 4, &["a", "longest", "word"]),
            ("日本 語", 4, &["日本", "語"]),
            ("one", 0, &["one"]),
        ] {
            assert_eq!(in_rows(text, columns), want, "{text:?} {columns}");
        }
    }
}
