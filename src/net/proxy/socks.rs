//! SOCKS5 (RFC 1928) with user and password (RFC 1929): which bytes to send, how many to
//! ask for, and what the answers say.
//!
//! Owns the protocol's states. It makes no call: whoever drives it sends what it is given
//! and hands over what comes.

use std::net::IpAddr;

/// Where the proxy is to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    Addr(IpAddr),
    /// For the proxy to look up.
    Name(String),
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// These bytes go out; what they say.
    Send(Vec<u8>, String),
    /// So many bytes at most: no more are the protocol's own.
    Recv(usize),
    /// The connection leads to the destination.
    Nothing,
}

#[derive(Debug)]
pub(super) struct Socks<'a> {
    destination: Destination,
    port: u16,
    /// Name and password.
    user: Option<(&'a [u8], &'a [u8])>,
    state: State,
    got: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Greeting,
    Method,
    User,
    Admission,
    Request,
    /// Up to the first byte of the address, which says how long it is.
    Reply,
    /// The address that the proxy connects from, and the port: so many bytes.
    Bound(usize),
    Done,
}

const VERSION: u8 = 5;
/// Of the negotiation of user and password.
const USER_VERSION: u8 = 1;
const NO_AUTHENTICATION: u8 = 0;
const USER_PASSWORD: u8 = 2;
const NO_METHOD: u8 = 0xff;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// RFC 1928 section 6, by the reply's number.
const REPLIES: &[&str] = &[
    "succeeded",
    "general SOCKS server failure",
    "connection not allowed by the proxy's rules",
    "network unreachable",
    "host unreachable",
    "connection refused by the destination",
    "TTL expired",
    "command not supported",
    "address type not supported",
];

impl<'a> Socks<'a> {
    /// # Errors
    /// What the protocol's length bytes cannot say: a name, a user or a password of more
    /// than 255 bytes.
    pub fn new(
        destination: Destination,
        port: u16,
        user: Option<(&'a [u8], &'a [u8])>,
    ) -> Result<Socks<'a>, String> {
        let too_long = |bytes: &[u8]| bytes.len() > 255;
        if let Destination::Name(name) = &destination
            && too_long(name.as_bytes())
        {
            return Err("the host's name is longer than 255 bytes".to_owned());
        }
        if user.is_some_and(|(name, password)| too_long(name) || too_long(password)) {
            return Err("user and password have 255 bytes at most".to_owned());
        }
        Ok(Socks {
            destination,
            port,
            user,
            state: State::Greeting,
            got: Vec::new(),
        })
    }

    pub fn next(&mut self) -> Need {
        let recv = |whole: usize| Need::Recv(whole.saturating_sub(self.got.len()));
        match self.state {
            State::Greeting => {
                self.state = State::Method;
                match self.user {
                    None => Need::Send(
                        vec![VERSION, 1, NO_AUTHENTICATION],
                        "SOCKS5: without authentication".to_owned(),
                    ),
                    Some(_) => Need::Send(
                        vec![VERSION, 2, NO_AUTHENTICATION, USER_PASSWORD],
                        "SOCKS5: without authentication, or by user and password".to_owned(),
                    ),
                }
            }
            State::User => {
                self.state = State::Admission;
                let (name, password) = self.user.unwrap_or_default();
                let mut bytes = vec![USER_VERSION, name.len() as u8];
                bytes.extend_from_slice(name);
                bytes.push(password.len() as u8);
                bytes.extend_from_slice(password);
                Need::Send(bytes, "user and password".to_owned())
            }
            State::Request => {
                self.state = State::Reply;
                self.request()
            }
            State::Method | State::Admission => recv(2),
            State::Reply => recv(5),
            State::Bound(rest) => recv(rest),
            State::Done => Need::Nothing,
        }
    }

    fn request(&self) -> Need {
        let mut bytes = vec![VERSION, CONNECT, 0];
        let to = match &self.destination {
            Destination::Addr(IpAddr::V4(addr)) => {
                bytes.push(IPV4);
                bytes.extend_from_slice(&addr.octets());
                format!("{addr}:{}", self.port)
            }
            Destination::Addr(IpAddr::V6(addr)) => {
                bytes.push(IPV6);
                bytes.extend_from_slice(&addr.octets());
                format!("[{addr}]:{}", self.port)
            }
            Destination::Name(name) => {
                bytes.extend_from_slice(&[NAME, name.len() as u8]);
                bytes.extend_from_slice(name.as_bytes());
                format!("{name}:{}, which the proxy looks up", self.port)
            }
        };
        bytes.extend_from_slice(&self.port.to_be_bytes());
        Need::Send(bytes, format!("CONNECT {to}"))
    }

    /// Bytes that came; answers what they say, once that can be told.
    ///
    /// # Errors
    /// The proxy refuses, or it speaks no SOCKS5; in words.
    pub fn take(&mut self, bytes: &[u8]) -> Result<String, String> {
        self.got.extend_from_slice(bytes);
        if self.next_needs_more() {
            return Ok("a part of the answer".to_owned());
        }
        let got = std::mem::take(&mut self.got);
        let byte = |at: usize| got.get(at).copied().unwrap_or_default();
        match self.state {
            State::Method if byte(0) != VERSION => Err(not_socks(byte(0))),
            State::Method => match (byte(1), self.user) {
                (NO_AUTHENTICATION, _) => {
                    self.state = State::Request;
                    Ok("without authentication".to_owned())
                }
                (USER_PASSWORD, Some(_)) => {
                    self.state = State::User;
                    Ok("by user and password".to_owned())
                }
                (NO_METHOD, None) => {
                    Err("it does not let us in without authentication (-U gives a user)".to_owned())
                }
                (NO_METHOD, Some(_)) => {
                    Err("it takes none of the ways of authentication offered".to_owned())
                }
                (method, _) => Err(format!(
                    "it chose method {method}, which was not offered (RFC 1928 section 3)"
                )),
            },
            State::Admission if byte(1) != 0 => {
                Err("user and password are not accepted (RFC 1929)".to_owned())
            }
            State::Admission => {
                self.state = State::Request;
                Ok("accepted".to_owned())
            }
            State::Reply if byte(0) != VERSION => Err(not_socks(byte(0))),
            State::Reply if byte(1) != 0 => Err(refusal(byte(1))),
            State::Reply => {
                // One byte of the address came with it.
                let rest = match byte(3) {
                    IPV4 => 4 - 1,
                    IPV6 => 16 - 1,
                    NAME => usize::from(byte(4)),
                    other => {
                        return Err(format!(
                            "its answer has address type {other}, which is unknown"
                        ));
                    }
                };
                self.state = State::Bound(rest + 2);
                Ok("succeeded".to_owned())
            }
            State::Bound(_) => {
                self.state = State::Done;
                Ok("the address it connects from".to_owned())
            }
            State::Greeting | State::User | State::Request | State::Done => Ok(String::new()),
        }
    }

    fn next_needs_more(&self) -> bool {
        let whole = match self.state {
            State::Method | State::Admission => 2,
            // A refusal may be cut off behind its number.
            State::Reply if self.got.get(1).is_some_and(|&reply| reply != 0) => 2,
            State::Reply => 5,
            State::Bound(rest) => rest,
            State::Greeting | State::User | State::Request | State::Done => 0,
        };
        self.got.len() < whole
    }
}

fn refusal(reply: u8) -> String {
    match REPLIES.get(usize::from(reply)) {
        Some(words) => format!("{words} (reply {reply} of RFC 1928 section 6)"),
        None => format!("reply {reply}, which RFC 1928 does not know"),
    }
}

fn not_socks(version: u8) -> String {
    match version {
        b'H' => "it answers in HTTP (is it an HTTP proxy? then -x http://)".to_owned(),
        4 => "it answers in SOCKS4".to_owned(),
        _ => format!("its answer begins with {version:#04x}, not with SOCKS version 5"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: Option<(&[u8], &[u8])> = Some((b"ann", b"pw"));

    /// Drives it against a proxy's answers, given in pieces of `cut`; what was sent, and the
    /// outcome.
    fn driven(
        destination: Destination,
        user: Option<(&[u8], &[u8])>,
        answers: &[u8],
        cut: usize,
    ) -> (Vec<u8>, Result<(), String>) {
        let mut socks = Socks::new(destination, 443, user).unwrap();
        let (mut sent, mut rest) = (Vec::new(), answers);
        loop {
            match socks.next() {
                Need::Send(bytes, _) => sent.extend(bytes),
                Need::Nothing => {
                    assert_eq!(rest, b"", "left over");
                    return (sent, Ok(()));
                }
                Need::Recv(asked) => {
                    let bytes = rest.len().min(asked).min(cut);
                    assert!(bytes > 0, "asks on: {socks:?}");
                    let (piece, after) = rest.split_at(bytes);
                    rest = after;
                    if let Err(why) = socks.take(piece) {
                        return (sent, Err(why));
                    }
                }
            }
        }
    }

    #[test]
    fn bytes_on_the_wire() {
        let name = || Destination::Name("h.test".to_owned());
        let addr = |text: &str| Destination::Addr(text.parse().unwrap());
        const V4: &[u8] = &[5, 0, 0, 1, 127, 0, 0, 1, 0x1f, 0x90];
        const V6: &[u8] = &[
            5, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2,
        ];
        const NAMED: &[u8] = b"\x05\x00\x00\x03\x01h\x01\x02";
        const TO_NAME: &[u8] = b"\x05\x01\x00\x03\x06h.test\x01\xbb";
        // destination, user → what is sent; the answers
        #[rustfmt::skip]
        type Pieces<'a> = Vec<&'a [u8]>;
        let rows: [(_, _, Pieces, Pieces); 6] = [
            (name(), None, vec![&[5, 1, 0], TO_NAME], vec![&[5, 0], V4]),
            (
                name(),
                None,
                vec![&[5, 1, 0], TO_NAME],
                vec![&[5, 0], NAMED],
            ),
            (
                name(),
                USER,
                vec![&[5, 2, 0, 2], b"\x01\x03ann\x02pw", TO_NAME],
                vec![&[5, 2], &[1, 0], V6],
            ),
            (
                name(),
                USER,
                vec![&[5, 2, 0, 2], TO_NAME],
                vec![&[5, 0], V4],
            ),
            (
                addr("10.0.0.1"),
                None,
                vec![&[5, 1, 0], &[5, 1, 0, 1, 10, 0, 0, 1, 1, 0xbb]],
                vec![&[5, 0], V4],
            ),
            (
                addr("::1"),
                None,
                vec![
                    &[5, 1, 0],
                    &[
                        5, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0xbb,
                    ],
                ],
                vec![&[5, 0], V6],
            ),
        ];
        for (destination, user, sent, answers) in rows {
            for cut in [1, 3, 100] {
                let got = driven(destination.clone(), user, &answers.concat(), cut);
                assert_eq!(got, (sent.concat(), Ok(())), "{destination:?} cut by {cut}");
            }
        }
    }

    #[test]
    fn refusals_in_words() {
        #[rustfmt::skip]
        let rows: [(_, &[u8], &str); 12] = [
            (None, &[5, 0xff], "without authentication"),
            (USER, &[5, 0xff], "none of the ways"),
            (None, &[5, 2], "method 2, which was not offered"),
            (USER, &[5, 2, 1, 1], "not accepted"),
            (None, &[4, 0], "SOCKS4"),
            (None, b"HTTP/1.1 400", "an HTTP proxy?"),
            (None, &[5, 0, 5, 1, 0, 1, 0], "general SOCKS server failure (reply 1 "),
            (None, &[5, 0, 5, 2], "not allowed by the proxy's rules (reply 2 "),
            (None, &[5, 0, 5, 4, 0, 1, 0], "host unreachable (reply 4 "),
            (None, &[5, 0, 5, 8, 0, 1, 0], "address type not supported (reply 8 "),
            (None, &[5, 0, 5, 9, 0, 1, 0], "reply 9, which RFC 1928 does not know"),
            (None, &[5, 0, 5, 0, 0, 2, 0], "address type 2"),
        ];
        for (user, answers, want) in rows {
            let (_, outcome) = driven(Destination::Name("h".into()), user, answers, 100);
            let why = outcome.unwrap_err();
            assert!(why.contains(want), "{why}: {want}");
        }
        let long = "x".repeat(256);
        let name = Destination::Name(long.clone());
        assert!(Socks::new(name, 1, None).is_err());
        let addr = Destination::Addr([127, 0, 0, 1].into());
        assert!(Socks::new(addr, 1, Some((long.as_bytes(), b""))).is_err());
    }
}
