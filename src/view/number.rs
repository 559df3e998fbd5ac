//! Numbers in words.

/// With separators: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in at most seven columns: `63 B`, `1.3 KiB`, `128 MiB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if n < 1000 {
        return format!("{n} B");
    }
    let mut value = n as f64 / 1024.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if value < 9.95 {
        format!("{value:.1} {}", UNITS[unit])
    } else {
        format!("{value:.0} {}", UNITS[unit])
    }
}

/// A time in at most seven columns: `850 µs`, `12.3 ms`, `1.20 s`, `2:05`.
pub fn time(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{:.1} ms", us as f64 / 1e3),
        1_000_000..60_000_000 => format!("{:.2} s", us as f64 / 1e6),
        _ => format!("{}:{:02}", us / 60_000_000, us / 1_000_000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        for (n, want) in [
            (0, "0 B"),
            (999, "999 B"),
            (1024, "1.0 KiB"),
            (131_072, "128 KiB"),
            (1 << 30, "1.0 GiB"),
            (u64::MAX, "16384 PiB"),
        ] {
            assert_eq!(bytes(n), want);
        }
        for (n, want) in [
            (0, "0"),
            (999, "999"),
            (1280, "1,280"),
            (1 << 30, "1,073,741,824"),
        ] {
            assert_eq!(grouped(n), want);
        }
        for (us, want) in [
            (12, "12 µs"),
            (12_300, "12.3 ms"),
            (1_200_000, "1.20 s"),
            (125_000_000, "2:05"),
        ] {
            assert_eq!(time(us), want);
        }
    }
}
