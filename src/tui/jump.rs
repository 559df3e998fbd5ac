//! Where to go in a view: what is typed after `%`, and the byte it stands for.
//!
//! Owns the syntax and its meaning in a window; it moves nothing. A line is found by the
//! index beside the bytes, so any of them costs one read of a block.

use std::io;

use crate::body::Window;

/// A place, by one of the ways to name one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// From 1.
    Line(u64),
    /// In the bytes that the view shows.
    Offset(u64),
    /// In hundredths of a percent: `12.5%` is 1250.
    Percent(u64),
}

/// Where that is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    At(u64),
    /// Behind what has come.
    Beyond,
    /// Nothing has come.
    Nowhere,
}

impl Jump {
    /// `123` and `L123` a line, `50%` a part, `@4096` and `0x1000` an offset.
    ///
    /// # Errors
    /// What is understood, in one line.
    pub fn typed(text: &str) -> Result<Jump, String> {
        let text = text.trim().replace([',', '_'], "");
        let jump = if let Some(percent) = text.strip_suffix('%') {
            hundredths(percent.trim_end()).map(Jump::Percent)
        } else if let Some(offset) = text.strip_prefix('@') {
            number(offset).map(Jump::Offset)
        } else if text.starts_with("0x") || text.starts_with("0X") {
            number(&text).map(Jump::Offset)
        } else {
            let line = text.strip_prefix(['L', 'l']).unwrap_or(&text);
            line.parse().ok().filter(|&line| line > 0).map(Jump::Line)
        };
        jump.ok_or_else(|| "a line (123), a part (50%) or an offset (@4096, 0x1000)".to_owned())
    }

    /// The byte in a window of which `total` bytes are announced.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn place(self, window: &Window, total: Option<u64>) -> io::Result<Place> {
        let there = window.there();
        let Some(last) = there.checked_sub(1) else {
            return Ok(Place::Nowhere);
        };
        let at = match self {
            Jump::Offset(at) => Some(at),
            Jump::Line(line) => window.line_start(line.saturating_sub(1))?,
            Jump::Percent(part) => {
                let whole = u128::from(total.unwrap_or(there).max(there));
                let at = whole * u128::from(part) / 10_000;
                // The whole of it is its last byte.
                Some(u64::try_from(at.min(whole - 1)).unwrap_or(u64::MAX))
            }
        };
        Ok(match at {
            Some(at) if at <= last => Place::At(at),
            _ => Place::Beyond,
        })
    }

    /// `line 123`, `12.5 %`, `offset 4096 (0x1000)`
    pub fn words(self) -> String {
        match self {
            Jump::Line(line) => format!("line {line}"),
            Jump::Offset(at) => format!("offset {at} (0x{at:x})"),
            Jump::Percent(part) if part % 100 == 0 => format!("{} %", part / 100),
            Jump::Percent(part) => format!("{} %", part as f64 / 100.0),
        }
    }
}

/// Decimal, or hexadecimal behind `0x`.
fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // from_str_radix takes a sign, which is no digit here.
        Some(digits) if digits.starts_with('+') => None,
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// `12.5` is 1250; at most 100.
fn hundredths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 || whole.len() + part.len() == 0 {
        return None;
    }
    let whole: u64 = format!("0{whole}").parse().ok()?;
    let part: u64 = format!("{part:0<2}").parse().ok()?;
    let all = whole.checked_mul(100)?.checked_add(part)?;
    (all <= 10_000).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Memory, Writer};

    #[test]
    fn what_is_typed() {
        for (typed, want) in [
            ("123", Some(Jump::Line(123))),
            ("L123", Some(Jump::Line(123))),
            (" l1 ", Some(Jump::Line(1))),
            ("1,234", Some(Jump::Line(1234))),
            ("50%", Some(Jump::Percent(5000))),
            ("12.5 %", Some(Jump::Percent(1250))),
            (".05%", Some(Jump::Percent(5))),
            ("100%", Some(Jump::Percent(10_000))),
            ("@4096", Some(Jump::Offset(4096))),
            ("@0x1000", Some(Jump::Offset(4096))),
            ("0X1000", Some(Jump::Offset(4096))),
            ("@0", Some(Jump::Offset(0))),
            ("0", None),
            ("", None),
            ("%", None),
            ("101%", None),
            ("1.234%", None),
            ("-5", None),
            ("0x", None),
            ("0x+1", None),
            ("@", None),
            ("somewhere", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(Jump::typed(typed).ok(), want, "{typed:?}");
        }
    }

    #[test]
    fn where_it_is() {
        let mut writer = Writer::new(&Memory::new(1 << 20));
        writer.append(b"one\ntwo\nthree").unwrap();
        let window = Window::whole(&writer.store());
        for (typed, total, want) in [
            ("1", None, Place::At(0)),
            ("3", None, Place::At(8)),
            ("4", None, Place::Beyond),
            ("@12", None, Place::At(12)),
            ("@13", None, Place::Beyond),
            ("0%", None, Place::At(0)),
            ("50%", None, Place::At(6)),
            ("100%", None, Place::At(12)),
            ("50%", Some(24), Place::At(12)),
            ("51%", Some(26), Place::Beyond),
            ("100%", Some(26), Place::Beyond),
        ] {
            let jump = Jump::typed(typed).unwrap();
            assert_eq!(jump.place(&window, total).unwrap(), want, "{typed}");
        }
        let nothing = Window::default();
        let place = Jump::Line(1).place(&nothing, None).unwrap();
        assert_eq!(place, Place::Nowhere);
    }
}
