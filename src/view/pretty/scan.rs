//! Runs of bytes in JSON, eight at a time.
//!
//! Owns no judgement of what may stand where.

/// Behind the digits here, of which there must be one.
#[inline]
pub(super) fn digits(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    while let Some(eight) = bytes.get(end..)?.first_chunk() {
        let from_zero = u64::from_le_bytes(*eight) ^ (ONES * u64::from(b'0'));
        // The top bit of each byte that is more than 9.
        let others = (((from_zero & !TOPS) + ONES * (0x7f - 9)) | from_zero) & TOPS;
        if others != 0 {
            end += others.trailing_zeros() as usize / 8;
            return (end > at).then_some(end);
        }
        end += 8;
    }
    None
}

const ONES: u64 = u64::from_le_bytes([1; 8]);
const TOPS: u64 = ONES << 7;

/// How many bytes of a string mean themselves.
#[inline]
pub(super) fn plain_run(bytes: &[u8]) -> usize {
    // The top bit of each byte below `n`; above the first of them others may be wrong.
    let below = |eight: u64, n: u64| eight.wrapping_sub(ONES * n) & !eight & TOPS;
    let mut at = 0;
    while let Some(eight) = bytes[at..].first_chunk() {
        let eight = u64::from_le_bytes(*eight);
        let is = |byte: u8| below(eight ^ (ONES * u64::from(byte)), 1);
        let special = below(eight, 0x20) | is(b'"') | is(b'\\');
        if special != 0 {
            return at + special.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let plain = |byte: &&u8| !matches!(byte, ..0x20 | b'"' | b'\\');
    at + bytes[at..].iter().take_while(plain).count()
}

pub(super) fn is_white(byte: u8) -> bool {
    // RFC 8259 section 2; and the record separator of RFC 7464.
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x1e)
}

/// NUL, that is nowhere in JSON, stands behind the bytes.
#[inline]
pub(super) fn at_or_nul(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_where_they_end() {
        for len in 0..20 {
            for end in [&b"\""[..], b"\\", b"\n", b"\x1f", b""] {
                let text = [&vec![b'x'; len][..], end, b"\"\\ abcdefgh"].concat();
                let text = if end.is_empty() { &text[..len] } else { &text };
                assert_eq!(plain_run(text), len, "{text:?}");
            }
            for other in [b'/', b':', b' ', 0x80, 0xb0, 0xff] {
                let text = [&vec![b'7'; len][..], &[other; 9]].concat();
                assert_eq!(digits(&text, 0), (len > 0).then_some(len), "{text:?}");
            }
        }
        assert_eq!(plain_run("é日\u{7f}\"".as_bytes()), 6);
    }
}
