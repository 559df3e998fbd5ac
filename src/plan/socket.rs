//! The options of a socket that can be set: which there are, and what was asked of them.
//!
//! Owns their names. What the kernel makes of a value is its own: SO_RCVBUF and SO_SNDBUF are
//! doubled (socket(7)), and read back they tell so.

/// An option that can be set before `connect()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketOption {
    /// Bytes; sets autotuning off.
    RecvBuffer,
    SendBuffer,
    /// 1: what a `send()` took leaves at once, which is what is done unless told.
    NoDelay,
    /// Unsent bytes from which on `poll()` does not call the socket writable.
    NotSentLowat,
    /// Seconds that `close()` may wait; at 0 it resets the connection.
    Linger,
    KeepAlive,
}

/// An option, its name and the largest value.
const TABLE: &[(SocketOption, &str, u32)] = &[
    (SocketOption::RecvBuffer, "SO_RCVBUF", 1 << 30),
    (SocketOption::SendBuffer, "SO_SNDBUF", 1 << 30),
    (SocketOption::NoDelay, "TCP_NODELAY", 1),
    (SocketOption::NotSentLowat, "TCP_NOTSENT_LOWAT", 1 << 30),
    (SocketOption::Linger, "SO_LINGER", 3600),
    (SocketOption::KeepAlive, "SO_KEEPALIVE", 1),
];

const COUNT: usize = 6;

/// What was asked for; the rest is the kernel's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SocketOptions([Option<u32>; COUNT]);

impl SocketOption {
    pub const ALL: [SocketOption; COUNT] = [
        SocketOption::RecvBuffer,
        SocketOption::SendBuffer,
        SocketOption::NoDelay,
        SocketOption::NotSentLowat,
        SocketOption::Linger,
        SocketOption::KeepAlive,
    ];

    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// A value of it, in decimal; a bit more than what can be asked is refused here.
    pub fn value(self, text: &str) -> Option<u32> {
        let most = TABLE[self as usize].2;
        text.parse().ok().filter(|value| *value <= most)
    }
}

impl SocketOptions {
    pub fn get(&self, option: SocketOption) -> Option<u32> {
        self.0[option as usize]
    }

    pub fn set(&mut self, option: SocketOption, value: Option<u32>) {
        self.0[option as usize] = value;
    }

    /// Those that were asked for.
    pub fn asked(&self) -> impl Iterator<Item = (SocketOption, u32)> {
        let options = SocketOption::ALL.into_iter().zip(self.0);
        options.filter_map(|(option, value)| Some((option, value?)))
    }

    /// `NAME=VALUE`.
    ///
    /// # Errors
    /// What it could be, in words.
    pub fn parse(text: &str) -> Result<(SocketOption, u32), String> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let row = TABLE.iter().find(|row| row.1.eq_ignore_ascii_case(name));
        let names = || TABLE.iter().map(|row| row.1).collect::<Vec<_>>().join(", ");
        let &(option, name, most) = row.ok_or_else(|| format!("it is one of {}", names()))?;
        let value = option.value(value);
        let value = value.ok_or_else(|| format!("{name}= takes a number up to {most}"))?;
        Ok((option, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_by_name() {
        for (at, option) in SocketOption::ALL.into_iter().enumerate() {
            assert_eq!(TABLE[at].0, option);
        }
        for (text, want) in [
            ("SO_RCVBUF=4096", Some((SocketOption::RecvBuffer, 4096))),
            ("so_linger=0", Some((SocketOption::Linger, 0))),
            ("TCP_NODELAY=2", None),
            ("TCP_NODELAY", None),
            ("TCP_CORK=1", None),
            ("SO_SNDBUF=-1", None),
        ] {
            assert_eq!(SocketOptions::parse(text).ok(), want, "{text}");
        }
        let mut options = SocketOptions::default();
        options.set(SocketOption::Linger, Some(0));
        options.set(SocketOption::NoDelay, Some(0));
        let asked: Vec<_> = options
            .asked()
            .map(|(option, n)| (option.name(), n))
            .collect();
        assert_eq!(asked, [("TCP_NODELAY", 0), ("SO_LINGER", 0)]);
    }
}
