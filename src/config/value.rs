//! What a value may be: sizes, times, one of some words. And which known name is the
//! nearest to an unknown one.

use std::time::Duration;

use toml::de::DeValue;

const SECONDS: &str = "seconds, from 0.001 to 86400; 0: none";

/// Units of a size, by their first letter: `64 KiB`, `64k`.
const UNITS: &[(char, u64)] = &[('k', 1 << 10), ('m', 1 << 20), ('g', 1 << 30)];

/// One of these words.
pub fn word<'a>(value: &DeValue, words: &[&'a str]) -> Result<&'a str, String> {
    let text = value.as_str().unwrap_or_default();
    if let Some(word) = words.iter().find(|word| **word == text) {
        return Ok(word);
    }
    Err(match nearest(text, words) {
        Some(near) => format!("{text} is not known: {near}?"),
        None => format!("one of {} is expected", words.join(", ")),
    })
}

/// A number of bytes: `4096`, `"64 KiB"`.
pub fn size(value: &DeValue, least: u64, most: u64) -> Result<u64, String> {
    let number = match value {
        DeValue::Integer(_) => integer(value),
        DeValue::String(text) => {
            let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
            let unit = text[digits.len()..].trim().to_ascii_lowercase();
            let times = match unit.as_str() {
                "" | "b" => Some(1),
                _ => UNITS.iter().find_map(|&(letter, times)| {
                    let known = [
                        format!("{letter}"),
                        format!("{letter}b"),
                        format!("{letter}ib"),
                    ];
                    known.contains(&unit).then_some(times)
                }),
            };
            let number: Option<u64> = digits.replace([',', '_'], "").parse().ok();
            number
                .zip(times)
                .and_then(|(n, times)| n.checked_mul(times))
        }
        _ => None,
    };
    number
        .filter(|n| (least..=most).contains(n))
        .ok_or_else(|| format!("bytes, from {least} to {most}, such as 4096 or \"64 KiB\""))
}

/// Seconds; 0: none.
pub fn seconds(value: &DeValue) -> Result<Option<Duration>, String> {
    let seconds = match value {
        DeValue::Integer(_) => integer(value).map(|n| n as f64),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    };
    match seconds.ok_or(SECONDS)? {
        0.0 => Ok(None),
        s if (0.001..=86_400.0).contains(&s) => Ok(Some(Duration::from_secs_f64(s))),
        _ => Err(SECONDS.to_owned()),
    }
}

/// A whole number.
pub fn number(value: &DeValue, least: u64, most: u64) -> Result<u64, String> {
    integer(value)
        .filter(|n| (least..=most).contains(n))
        .ok_or_else(|| format!("a number is expected, from {least} to {most}"))
}

pub fn flag(value: &DeValue) -> Result<bool, String> {
    let flag = value.as_bool();
    flag.ok_or_else(|| "true or false is expected".to_owned())
}

fn integer(value: &DeValue) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// The name that differs in the fewest letters, if that is at most a third of them.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let most = name.chars().count().div_ceil(3);
    known
        .iter()
        .map(|&other| (distance(name, other), other))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, other)| other)
}

/// Letters to insert, delete or replace (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name() {
        const KNOWN: &[&str] = &["theme", "colours", "recv-size", "send-size"];
        for (name, want) in [
            ("tehme", Some("theme")),
            ("color", Some("colours")),
            ("recv_size", Some("recv-size")),
            ("sendsize", Some("send-size")),
            ("thee", Some("theme")),
            ("nothing", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, KNOWN), want, "{name}");
        }
    }

    #[test]
    fn letters_apart() {
        for (a, b, want) in [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3)] {
            assert_eq!((distance(a, b), distance(b, a)), (want, want), "{a} {b}");
        }
    }
}
