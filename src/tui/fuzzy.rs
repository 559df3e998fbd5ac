//! How well a few typed letters fit a text: the filter of every list.
//!
//! Owns the score and nothing else. Each word that was typed must occur in the text as a
//! subsequence, in any case; the words may stand in any order.

/// Points of a letter that fits.
const HIT: i32 = 1;
/// More, where it begins a word: people type initials.
const WORD: i32 = 7;
/// More, where it follows the letter before without a gap: people type beginnings.
const RUN: i32 = 8;
/// Less, where it does not.
const GAP: i32 = 3;
/// More, at the very start of the text.
const START: i32 = 2;
/// Letters of a text that are looked at; a URL may be as long as it likes.
const LOOKED_AT: usize = 256;

/// The best fit's points; the higher, the better. `None`: it does not fit. Nothing typed
/// fits everything with 0. The time goes with typed letters × letters of the text: 2 µs
/// for the usual command.
pub fn score(typed: &str, text: &str) -> Option<i32> {
    let text: Vec<char> = text.chars().take(LOOKED_AT).collect();
    typed
        .split_whitespace()
        .map(|word| word_score(word, &text))
        .sum()
}

/// `best[i]` after each letter: the points where that letter is the text's `i`th.
fn word_score(word: &str, text: &[char]) -> Option<i32> {
    let mut best: Vec<Option<i32>> = Vec::new();
    for letter in word.chars() {
        let first = best.is_empty();
        let mut next = vec![None; text.len()];
        // The best of all places before `i`.
        let mut before: Option<i32> = first.then_some(0);
        for i in 0..text.len() {
            let run = match i.checked_sub(1) {
                Some(i) if !first => best[i].map(|points| points + RUN),
                _ => None,
            };
            if same(letter, text[i]) {
                let gap = if first { 0 } else { GAP };
                next[i] = before
                    .map(|points| points - gap)
                    .max(run)
                    .map(|points| points + place(text, i));
            }
            if !first {
                before = before.max(best[i]);
            }
        }
        best = next;
    }
    best.into_iter().flatten().max()
}

fn place(text: &[char], i: usize) -> i32 {
    let word = match i.checked_sub(1) {
        None => WORD + START,
        Some(before) if !text[before].is_alphanumeric() && text[i].is_alphanumeric() => WORD,
        Some(_) => 0,
    };
    HIT + word
}

fn same(a: char, b: char) -> bool {
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits() {
        for (typed, text, fits) in [
            ("", "anything", true),
            ("  ", "", true),
            ("nem", "next end mode", true),
            ("mode next", "next end mode", true),
            ("NEXT", "next end mode", true),
            ("über", "ÜBER", true),
            ("nn", "next end mode", true),
            ("nnn", "next end mode", false),
            ("tend", "next end mode", true),
            ("xz", "next end mode", false),
            ("a", "", false),
            ("mode z", "next end mode", false),
        ] {
            assert_eq!(score(typed, text).is_some(), fits, "{typed:?} {text:?}");
        }
    }

    #[test]
    fn what_fits_better() {
        for (typed, better, worse) in [
            ("nem", "next end mode", "open them"),
            ("save", "save the body", "same as before, verbose"),
            ("tab", "tab bar", "next tab"),
            ("tab", "next tab", "take a button"),
            ("end", "next end mode", "send"),
            ("drip", "localhost/drip", "localhost/d/r/i/p"),
            ("5", "5 wire", "f5 send 5"),
        ] {
            assert!(
                score(typed, better) > score(typed, worse),
                "{typed:?}: {better:?} {:?}, {worse:?} {:?}",
                score(typed, better),
                score(typed, worse)
            );
        }
    }
}
