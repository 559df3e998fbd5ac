//! The lenient date of `Expires` (section 5.1.1): tokens in any order, whatever stands
//! between them.

use super::Seconds;

const MONTHS: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

/// `None` where no date is in it: the attribute then does not count.
pub(super) fn parse(text: &[u8]) -> Option<Seconds> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(|&byte| is_delimiter(byte)) {
        if time.is_none()
            && let Some(found) = time_of_day(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some(found) = number(token, 1, 2)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_of(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some(found) = number(token, 2, 4)
        {
            year = Some(found);
        }
    }
    let (hour, minute, second) = time?;
    let (day, month) = (day?, month?);
    let year = match year? {
        year @ 70..=99 => year + 1900,
        year @ 0..=69 => year + 2000,
        year => year,
    };
    let exists = (1..=days_in(month, year)).contains(&day) && year >= 1601;
    if !exists || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_since_1970(year, month, day);
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

/// `2026-11-22 20:49 UTC`; a time before 1970 as 1970.
pub fn utc(seconds: Seconds) -> String {
    let seconds = seconds.max(0);
    let (mut days, rest) = (seconds / 86_400, seconds % 86_400);
    // Of 146,097 days 400 years are made; what is left is too few years or just right.
    let mut year = 1970 + days / 146_097 * 400 + days % 146_097 / 366;
    days -= days_since_1970(year, 1, 1);
    while days >= 365 + leap(year) {
        days -= 365 + leap(year);
        year += 1;
    }
    let mut month = 1;
    while days >= days_in(month, year) {
        days -= days_in(month, year);
        month += 1;
    }
    let (hour, minute) = (rest / 3600, rest / 60 % 60);
    format!(
        "{year:04}-{month:02}-{:02} {hour:02}:{minute:02} UTC",
        days + 1
    )
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e)
}

/// `1*2DIGIT ":" 1*2DIGIT ":" 1*2DIGIT [ non-digit *OCTET ]`
fn time_of_day(token: &[u8]) -> Option<(Seconds, Seconds, Seconds)> {
    let mut parts = token.splitn(3, |&byte| byte == b':');
    let mut exact = || {
        let part = parts.next()?;
        let digits = part.iter().all(u8::is_ascii_digit);
        number(part, 1, 2).filter(|_| digits)
    };
    let (hour, minute) = (exact()?, exact()?);
    Some((hour, minute, number(parts.next()?, 1, 2)?))
}

/// So many digits, and then the end or anything but a digit.
fn number(token: &[u8], least: usize, most: usize) -> Option<Seconds> {
    let digits = token
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !(least..=most).contains(&digits) {
        return None;
    }
    str::from_utf8(&token[..digits]).ok()?.parse().ok()
}

fn month_of(token: &[u8]) -> Option<Seconds> {
    let name = token.get(..3)?;
    let at = MONTHS
        .iter()
        .position(|month| name.eq_ignore_ascii_case(*month))?;
    Seconds::try_from(at + 1).ok()
}

fn leap(year: Seconds) -> Seconds {
    Seconds::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
}

fn days_in(month: Seconds, year: Seconds) -> Seconds {
    match month {
        2 => 28 + leap(year),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Gregorian, also before there was such a calendar.
fn days_since_1970(year: Seconds, month: Seconds, day: Seconds) -> Seconds {
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400 - 477;
    let months: Seconds = (1..month).map(|month| days_in(month, year)).sum();
    (year - 1970) * 365 + leap_days + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_in_any_dress() {
        const FIRST: Option<Seconds> = Some(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        let table: &[(&str, Option<Seconds>)] = &[
            ("Sun, 06 Nov 1994 08:49:37 GMT", FIRST),
            ("Sunday, 06-Nov-94 08:49:37 GMT", FIRST),
            ("Sun Nov  6 08:49:37 1994", FIRST),
            ("1994 nov 6 8:49:37", Some(784_111_777)),
            ("8:49:37;6;NOVEMBER;1994", FIRST),
            ("06 Nov 1994 08:49:37.5 UTC+1", FIRST),
            ("08:49:37pm 6th Nov 1994", FIRST),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Thu, 01-Jan-70 00:00:10 GMT", Some(10)),
            ("29 Feb 2024 00:00:00", Some(1_709_164_800)),
            ("1 Mar 2024 00:00:00", Some(1_709_251_200)),
            ("31 Dec 69 23:59:59", Some(3_155_759_999)),
            ("1 Jan 1601 0:0:0", Some(-11_644_473_600)),
            ("31 Dec 9999 23:59:59", Some(253_402_300_799)),
            // no such date
            ("29 Feb 2023 00:00:00", None),
            ("31 Apr 2024 00:00:00", None),
            ("0 Jan 2024 00:00:00", None),
            ("1 Jan 1600 00:00:00", None),
            ("1 Jan 2024 24:00:00", None),
            ("1 Jan 2024 00:60:00", None),
            ("1 Jan 2024 00:00:60", None),
            // something is missing
            ("1 Jan 2024", None),
            ("Jan 2024 00:00:00", None),
            ("1 2024 00:00:00", None),
            ("1 Jan 00:00:00", None),
            ("1 Jan 20240 00:00:00", None),
            ("001 Jan 2024 000:00:00", None),
            ("1 Jan 2024 0:0:", None),
            ("", None),
            ("0", None),
        ];
        for (text, want) in table {
            assert_eq!(parse(text.as_bytes()), *want, "{text}");
        }
    }

    #[test]
    fn a_time_in_words() {
        for (seconds, want) in [
            (0, "1970-01-01 00:00 UTC"),
            (-1, "1970-01-01 00:00 UTC"),
            (784_111_777, "1994-11-06 08:49 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_709_164_800, "2024-02-29 00:00 UTC"),
            (253_402_300_799, "9999-12-31 23:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
        ] {
            assert_eq!(utc(seconds), want);
        }
        for days in (0..3_000_000).step_by(97) {
            let text = utc(days * 86_400 + 3_600);
            assert!(text.ends_with(" 01:00 UTC"), "{text}");
            if days < 2_932_000 {
                let (date, _) = text.split_once(' ').unwrap();
                let [year, month, day] =
                    [0..4, 5..7, 8..10].map(|part| date[part].parse().unwrap());
                assert_eq!(days_since_1970(year, month, day), days);
            }
        }
    }
}
