//! Scans that take eight bytes at a time: names and values of fields are too short for
//! memchr to pay, and a branch a byte costs more than the look.
//!
//! Owns two counts of leading bytes. In a word, each byte's highest bit is the answer.

const EACH: u64 = u64::MAX / 255;
const HIGH: u64 = EACH * 0x80;

/// How many bytes at the beginning are printable ASCII, the space included.
pub(super) fn printable_len(bytes: &[u8]) -> usize {
    leading(
        bytes,
        |word| within(word, b' ', b'~'),
        |byte| matches!(byte, b' '..=b'~'),
    )
}

/// How many bytes at the beginning are ASCII letters, digits and hyphens.
pub(super) fn alphanumeric_len(bytes: &[u8]) -> usize {
    leading(
        bytes,
        // Bit 5 tells lower case from upper; no other byte becomes a letter by it.
        |word| {
            within(word | (EACH * 0x20), b'a', b'z')
                | within(word, b'0', b'9')
                | within(word, b'-', b'-')
        },
        |byte| byte.is_ascii_alphanumeric() || byte == b'-',
    )
}

/// Counts leading bytes for which `each` sets the highest bit of the byte in the word;
/// `one` says the same of the last seven or fewer.
#[inline]
fn leading(bytes: &[u8], each: impl Fn(u64) -> u64, one: impl Fn(u8) -> bool) -> usize {
    let (words, last) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        let other = !each(u64::from_le_bytes(*word)) & HIGH;
        if other != 0 {
            return 8 * i + other.trailing_zeros() as usize / 8;
        }
    }
    bytes.len() - last.len() + last.iter().take_while(|&&byte| one(byte)).count()
}

/// The highest bit of each byte from `low` to `high`, both below 128. Sums stay below
/// 256, so no byte carries into the next.
fn within(word: u64, low: u8, high: u8) -> u64 {
    let seven = word & !HIGH;
    let from_low = seven + EACH * u64::from(128 - low);
    let past_high = seven + EACH * u64::from(127 - high);
    from_low & !past_high & !word & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_told_apart() {
        for byte in 0..=u8::MAX {
            for place in 0..20 {
                let mut bytes = [b'a'; 20];
                bytes[place] = byte;
                let want = |is: bool| if is { 20 } else { place };
                let printable = matches!(byte, b' '..=b'~');
                assert_eq!(printable_len(&bytes), want(printable), "{byte} at {place}");
                let alphanumeric = byte.is_ascii_alphanumeric() || byte == b'-';
                assert_eq!(
                    alphanumeric_len(&bytes),
                    want(alphanumeric),
                    "{byte} at {place}"
                );
            }
        }
    }
}
