//! A scan that takes eight bytes at a time: values of fields are too short for memchr to
//! pay, and it finds the line's end while it checks the bytes.
//!
//! Owns one count of leading bytes. In a word, each byte's highest bit is the answer.

const EACH: u64 = u64::MAX / 255;
const HIGH: u64 = EACH * 0x80;

/// How many bytes at the beginning are printable ASCII, the space included.
pub(super) fn printable_len(bytes: &[u8]) -> usize {
    let (words, last) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        let odd = not_printable(u64::from_le_bytes(*word));
        if odd != 0 {
            return 8 * i + odd.trailing_zeros() as usize / 8;
        }
    }
    let printable = |byte: &&u8| matches!(byte, b' '..=b'~');
    bytes.len() - last.len() + last.iter().take_while(printable).count()
}

/// The highest bit of each byte below the space, or above `~`. The lowest such bit is
/// right; a borrow may set others after it.
fn not_printable(word: u64) -> u64 {
    let below = word.wrapping_sub(EACH * u64::from(b' '));
    let del = (word ^ (EACH * 0x7f)).wrapping_sub(EACH);
    (below | del | word) & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_told_apart() {
        for byte in 0..=u8::MAX {
            for place in 0..20 {
                for after in [b'a', 0, 0x7f, 0xff] {
                    let mut bytes = [b'a'; 20];
                    bytes[place] = byte;
                    bytes[place + 1..].fill(after);
                    let all = matches!(byte, b' '..=b'~') && (after == b'a' || place == 19);
                    let want = match byte {
                        _ if all => 20,
                        b' '..=b'~' => place + 1,
                        _ => place,
                    };
                    assert_eq!(printable_len(&bytes), want, "{byte} at {place}, {after}");
                }
            }
        }
    }
}
