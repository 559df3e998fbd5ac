//! Content-Length beside the bytes that are there.
//!
//! Owns the comparison, and the correction where that is asked for. Nothing here is done
//! unasked: a length may lie.

use std::ops::Range;

use super::edit::set_field;
use super::lines::{body, field, fields};
use super::lint::is_request;

/// A Content-Length that says another number than there are bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongLength {
    /// Where the number stands.
    pub value: Range<usize>,
    /// How many bytes follow the head.
    pub bytes: usize,
}

/// Every wrong Content-Length of the request. None where Transfer-Encoding decides (RFC
/// 9112 section 6.3 step 3), where no empty line ends the head yet, and where a second
/// request begins right behind as many bytes as were said.
pub fn wrong_lengths(request: &[u8]) -> Vec<WrongLength> {
    let Some(body) = body(request).filter(|_| field(request, "Transfer-Encoding").is_none()) else {
        return Vec::new();
    };
    lengths(request)
        .filter(|value| !is_right(request, value, &request[body.clone()]))
        .map(|value| WrongLength {
            value,
            bytes: body.len(),
        })
        .collect()
}

/// Makes every wrong Content-Length that of the body, and adds one where there is none.
/// Answers the body's length; `None` where no empty line says where a body begins.
pub fn correct_length(request: &mut Vec<u8>) -> Option<usize> {
    let bytes = body(request)?;
    let body = request[bytes.clone()].to_vec();
    let values: Vec<Range<usize>> = lengths(request).collect();
    if values.is_empty() {
        set_field(request, "Content-Length", &bytes.len().to_string());
    }
    for value in values.into_iter().rev() {
        if is_right(request, &value, &body) {
            continue;
        }
        let touches_colon = value.is_empty() && request[..value.start].ends_with(b":");
        let space = if touches_colon { " " } else { "" };
        request.splice(value, format!("{space}{}", bytes.len()).into_bytes());
    }
    Some(bytes.len())
}

fn lengths(request: &[u8]) -> impl Iterator<Item = Range<usize>> {
    fields(request)
        .filter(|field| request[field.name.clone()].eq_ignore_ascii_case(b"Content-Length"))
        .map(|field| field.value)
}

fn is_right(request: &[u8], value: &Range<usize>, body: &[u8]) -> bool {
    let digits = &request[value.clone()];
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let said = str::from_utf8(digits)
        .ok()
        .and_then(|said| said.parse().ok());
    said.and_then(|said: usize| body.get(said..))
        .is_some_and(|rest| rest.is_empty() || is_request(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_compared_and_corrected() {
        // request → the ghosts beside its lengths, and what the key makes of it
        type Row = (&'static str, &'static [usize], Option<&'static str>);
        let table: &[Row] = &[
            (
                "P /\nContent-Length: 2\n\nab",
                &[],
                Some("P /\nContent-Length: 2\n\nab"),
            ),
            (
                "P /\nContent-Length: 9\n\nab",
                &[2],
                Some("P /\nContent-Length: 2\n\nab"),
            ),
            (
                "P /\ncontent-length:\n\nab",
                &[2],
                Some("P /\ncontent-length: 2\n\nab"),
            ),
            (
                "P /\ncontent-length: x \n\n",
                &[0],
                Some("P /\ncontent-length: 0 \n\n"),
            ),
            (
                "P /\nContent-Length: +2\n\nab",
                &[2],
                Some("P /\nContent-Length: 2\n\nab"),
            ),
            (
                "P /\nContent-Length: 99999999999999999999\n\nab",
                &[2],
                Some("P /\nContent-Length: 2\n\nab"),
            ),
            (
                "P /\nContent-Length: 1\nContent-Length: 3\n\nab",
                &[2, 2],
                Some("P /\nContent-Length: 2\nContent-Length: 2\n\nab"),
            ),
            ("P /\n\nab", &[], Some("P /\nContent-Length: 2\n\nab")),
            ("P /\nContent-Length: 9\n", &[], None),
            ("", &[], None),
            (
                "P /\nContent-Length: 9\nTransfer-Encoding: chunked\n\n0\r\n\r\n",
                &[],
                Some("P /\nContent-Length: 5\nTransfer-Encoding: chunked\n\n0\r\n\r\n"),
            ),
            (
                "P /\nContent-Length: 1\n\naGET / HTTP/1.1\n\n",
                &[],
                Some("P /\nContent-Length: 1\n\naGET / HTTP/1.1\n\n"),
            ),
        ];
        for (request, ghosts, corrected) in table {
            let found: Vec<usize> = wrong_lengths(request.as_bytes())
                .iter()
                .map(|wrong| wrong.bytes)
                .collect();
            assert_eq!(found, *ghosts, "{request:?}");
            let mut bytes = request.as_bytes().to_vec();
            let done = correct_length(&mut bytes).map(|_| String::from_utf8(bytes).unwrap());
            assert_eq!(done.as_deref(), *corrected, "{request:?}");
        }
    }
}
