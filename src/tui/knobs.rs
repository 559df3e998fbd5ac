//! The knobs of a fetch that can be turned on screen: each with its values, its words and
//! its place in the plan.
//!
//! One table ([`KNOBS`]) feeds the pop-up; the F-keys turn the same knobs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Cookies, Knobs};
use crate::event::{EndMode, Family};
use crate::plan::{
    CLASSIC_RECV, EXPECT_WAIT, FAST_RECV, Local, Plan, Resolve, SocketOption, TlsVersion,
};
use crate::url::Target;

/// One knob of the pop-up.
pub struct Knob {
    pub title: &'static str,
    /// Its name in the config file.
    pub setting: &'static str,
    pub help: &'static str,
    pub show: fn(&Knobs) -> String,
    /// The value after (`true`) or before the present one.
    pub turn: fn(&mut Knobs, bool),
    /// A typed value; `None`: this knob takes none, or not this one.
    pub set: fn(&mut Knobs, &str) -> Option<()>,
}

const RECV_SIZES: &[usize] = &[FAST_RECV, 64 * 1024, CLASSIC_RECV, 512, 16, 1];
const SEND_SIZES: &[Option<usize>] = &[None, Some(4096), Some(64), Some(16), Some(1)];
const PACES: &[Option<u32>] = &[None, Some(10), Some(3), Some(1)];
const TIMES: &[Option<Duration>] = &[
    None,
    Some(Duration::from_millis(500)),
    Some(Duration::from_secs(2)),
    Some(Duration::from_secs(10)),
    Some(Duration::from_secs(60)),
];
const WAITS: &[Option<Duration>] = &[
    Some(EXPECT_WAIT),
    Some(Duration::from_secs(10)),
    Some(Duration::from_secs(60)),
    None,
];
/// 50 is curl's.
const FOLLOWS: &[Option<u32>] = &[None, Some(10), Some(50)];
const FAMILIES: &[Option<Family>] = &[None, Some(Family::Inet), Some(Family::Inet6)];

const LOCALS: &[Option<Local>] = &[
    None,
    Some(Local::Addr(IpAddr::V4(Ipv4Addr::LOCALHOST))),
    Some(Local::Addr(IpAddr::V6(Ipv6Addr::LOCALHOST))),
];
const TLS: &[Option<TlsVersion>] = &[None, Some(TlsVersion::V1_2), Some(TlsVersion::V1_3)];

/// A knob of one socket option.
macro_rules! option {
    ($option:ident, $title:literal, $help:literal, $values:expr) => {
        Knob {
            title: $title,
            setting: $title,
            help: $help,
            show: |k| {
                let value = k.options.socket.get(SocketOption::$option);
                value.map_or("as usual".to_owned(), |value| value.to_string())
            },
            turn: |k, on| {
                let mut value = k.options.socket.get(SocketOption::$option);
                turn(&mut value, &$values, on);
                k.options.socket.set(SocketOption::$option, value);
            },
            set: |k, text| {
                let value = SocketOption::$option.value(text)?;
                k.options.socket.set(SocketOption::$option, Some(value));
                Some(())
            },
        }
    };
}

pub const KNOBS: &[Knob] = &[
    Knob {
        title: "end mode",
        setting: "end",
        help: "auto: as RFC 9112 says · close: recv() until 0 · length · timeout · once: a single recv()",
        show: |k| k.options.end.to_string(),
        turn: |k, on| turn(&mut k.options.end, EndMode::ALL, on),
        set: |_, _| None,
    },
    Knob {
        title: "recv size",
        setting: "recv-size",
        help: "bytes asked of each recv(); the textbook's is 4096; type a number",
        show: |k| k.options.recv_size.to_string(),
        turn: |k, on| turn(&mut k.options.recv_size, RECV_SIZES, on),
        set: |k, text| number(text).map(|n| k.options.recv_size = n),
    },
    Knob {
        title: "send size",
        setting: "send-size",
        help: "bytes offered to each send(); type a number",
        show: |k| {
            k.options
                .send_size
                .map_or("all that is left".into(), |n| n.to_string())
        },
        turn: |k, on| turn(&mut k.options.send_size, SEND_SIZES, on),
        set: |k, text| number(text).map(|n| k.options.send_size = Some(n)),
    },
    Knob {
        title: "send delay",
        setting: "send-delay",
        help: "rest between two send()s, with a send size that makes several; type seconds",
        show: |k| time(k.options.send_delay),
        turn: |k, on| turn(&mut k.options.send_delay, TIMES, on),
        set: |k, text| seconds(text).map(|t| k.options.send_delay = Some(t)),
    },
    Knob {
        title: "half-close",
        setting: "half-close",
        help: "shutdown(SHUT_WR) once all is sent: the server's recv() then answers 0",
        show: |k| if k.options.half_close { "yes" } else { "no" }.to_owned(),
        turn: |k, _| k.options.half_close = !k.options.half_close,
        set: |_, _| None,
    },
    Knob {
        title: "expect wait",
        setting: "expect100-timeout",
        help: "how long a body waits for 100 where the request says Expect: 100-continue; none: it goes at once; type seconds",
        show: |k| time(k.options.expect),
        turn: |k, on| turn(&mut k.options.expect, WAITS, on),
        set: |k, text| seconds(text).map(|t| k.options.expect = Some(t)),
    },
    Knob {
        title: "pong",
        setting: "pong",
        help: "a WebSocket's Ping is answered at once (RFC 6455 section 5.5.2); never: a server that waits for it is watched",
        show: |k| if k.mute { "never" } else { "by itself" }.to_owned(),
        turn: |k, _| k.mute = !k.mute,
        set: |_, _| None,
    },
    Knob {
        title: "blocking",
        setting: "nonblocking",
        help: "non-blocking: send() and recv() answer EAGAIN, poll() waits; short sends happen",
        show: |k| {
            if k.options.nonblocking {
                "no (EAGAIN, poll)"
            } else {
                "yes"
            }
            .to_owned()
        },
        turn: |k, _| k.options.nonblocking = !k.options.nonblocking,
        set: |_, _| None,
    },
    Knob {
        title: "arrival times",
        setting: "arrivals",
        help: "recvmsg() in place of recv(): the kernel says when bytes arrived (SO_TIMESTAMPNS)",
        show: |k| {
            if k.options.arrivals {
                "yes (recvmsg)"
            } else {
                "no"
            }
            .to_owned()
        },
        turn: |k, _| k.options.arrivals = !k.options.arrivals,
        set: |_, _| None,
    },
    Knob {
        title: "socket timeout",
        setting: "timeout",
        help: "of each call (SO_RCVTIMEO, SO_SNDTIMEO); type seconds",
        show: |k| time(k.options.timeout),
        turn: |k, on| turn(&mut k.options.timeout, TIMES, on),
        set: |k, text| seconds(text).map(|t| k.options.timeout = Some(t)),
    },
    Knob {
        title: "connect timeout",
        setting: "connect-timeout",
        help: "of all connect attempts together; type seconds",
        show: |k| time(k.options.connect_timeout),
        turn: |k, on| turn(&mut k.options.connect_timeout, TIMES, on),
        set: |k, text| seconds(text).map(|t| k.options.connect_timeout = Some(t)),
    },
    Knob {
        title: "whole time",
        setting: "max-time",
        help: "of the whole exchange; type seconds",
        show: |k| time(k.options.max_time),
        turn: |k, on| turn(&mut k.options.max_time, TIMES, on),
        set: |k, text| seconds(text).map(|t| k.options.max_time = Some(t)),
    },
    Knob {
        title: "address family",
        setting: "family",
        help: "IPv6 goes first when both are there",
        show: |k| k.options.family.map_or("any".into(), |f| f.to_string()),
        turn: |k, on| turn(&mut k.options.family, FAMILIES, on),
        set: |_, _| None,
    },
    Knob {
        title: "address",
        setting: "resolve",
        help: "pinned for a host by the list of its addresses (the command `addresses`), so that none is looked up; turned, no more",
        show: |k| match k.options.resolve.as_slice() {
            [] => "as looked up".to_owned(),
            pins => pins.iter().map(pinned).collect::<Vec<_>>().join(", "),
        },
        turn: |k, _| k.options.resolve.clear(),
        set: |_, _| None,
    },
    Knob {
        title: "local address",
        setting: "interface",
        help: "our own end, by bind() before connect(); type an IPv4 address, or use the command `local address` for any and for an interface",
        show: |k| match &k.options.bind {
            None => "the kernel's choice".to_owned(),
            Some(local) => local.to_string(),
        },
        turn: |k, on| turn(&mut k.options.bind, LOCALS, on),
        set: |k, text| {
            k.options.bind = Some(Local::Addr(text.parse().ok()?));
            Some(())
        },
    },
    option!(
        RecvBuffer,
        "SO_RCVBUF",
        "the kernel's receive queue in bytes, which it doubles; type a number",
        [None, Some(4096), Some(65_536), Some(1 << 20)]
    ),
    option!(
        SendBuffer,
        "SO_SNDBUF",
        "the kernel's send queue in bytes, which it doubles: send() comes back short sooner",
        [None, Some(4096), Some(65_536), Some(1 << 20)]
    ),
    option!(
        NoDelay,
        "TCP_NODELAY",
        "1, which is what is done: each send() leaves at once; 0: Nagle's rule holds",
        [None, Some(0), Some(1)]
    ),
    option!(
        NotSentLowat,
        "TCP_NOTSENT_LOWAT",
        "unsent bytes from which on poll() calls the socket not writable; type a number",
        [None, Some(4096), Some(65_536)]
    ),
    option!(
        Linger,
        "SO_LINGER",
        "seconds that close() may wait; 0: it resets the connection",
        [None, Some(0), Some(5)]
    ),
    option!(
        KeepAlive,
        "SO_KEEPALIVE",
        "1: the kernel asks an idle peer whether it is there, after two hours",
        [None, Some(1), Some(0)]
    ),
    Knob {
        title: "reuse",
        setting: "reuse",
        help: "take a connection that an earlier exchange left open, and leave this one open",
        show: |k| if k.options.reuse { "yes" } else { "no" }.to_owned(),
        turn: |k, _| k.options.reuse = !k.options.reuse,
        set: |_, _| None,
    },
    Knob {
        title: "certificates",
        setting: "insecure",
        help: "https: a server that is not trusted is refused, or let pass and told of",
        show: |k| match k.options.tls.verify {
            true => "verified".to_owned(),
            false => "not verified".to_owned(),
        },
        turn: |k, _| {
            let verify = !k.options.tls.verify;
            k.options.tls.verify = verify;
            k.options.proxies.tls.verify = verify;
        },
        set: |_, _| None,
    },
    Knob {
        title: "TLS version",
        setting: "tls",
        help: "https: the newest that both ends speak, or one alone",
        show: |k| match k.options.tls.max {
            None => "1.2 or 1.3".to_owned(),
            Some(TlsVersion::V1_2) => "1.2".to_owned(),
            Some(TlsVersion::V1_3) => "1.3".to_owned(),
        },
        turn: |k, on| {
            let tls = &mut k.options.tls;
            turn(&mut tls.max, TLS, on);
            tls.min = tls.max;
        },
        set: |_, _| None,
    },
    Knob {
        title: "secrets",
        setting: "redact",
        help: "passwords, tokens and cookies' values in copies, saves, lists and recalled URLs: as they are, or each byte of them as *",
        show: |k| if k.redact { "hidden" } else { "as they are" }.to_owned(),
        turn: |k, _| k.redact = !k.redact,
        set: |_, _| None,
    },
    Knob {
        title: "pace",
        setting: "pace",
        help: "calls a second, to watch them; type a number",
        show: |k| {
            k.pace
                .map_or("as fast as it goes".into(), |n| format!("{n} calls/s"))
        },
        turn: |k, on| turn(&mut k.pace, PACES, on),
        set: |k, text| {
            let n = number(text)?;
            k.pace = Some(u32::try_from(n).ok()?);
            Some(())
        },
    },
    Knob {
        title: "redirects",
        setting: "redirects",
        help: "followed without a key, so many in a row, each an exchange of its own; type a number",
        show: |k| match k.follow {
            None => "each on a key (L)".to_owned(),
            Some(n) => format!("followed, at most {n}"),
        },
        turn: |k, on| turn(&mut k.follow, FOLLOWS, on),
        set: |k, text| {
            let n = text.parse().ok().filter(|n| (1..=1000).contains(n))?;
            k.follow = Some(n);
            Some(())
        },
    },
    Knob {
        title: "cookies",
        setting: "cookies",
        help: "kept in a jar that tabs share, in one of this tab's own, or not at all; K lists them",
        show: |k| {
            match k.cookies {
                Cookies::Shared => "shared by the tabs",
                Cookies::Own => "this tab's own",
                Cookies::Off => "not kept",
            }
            .to_owned()
        },
        turn: |k, on| turn(&mut k.cookies, Cookies::ALL, on),
        set: |_, _| None,
    },
];

impl Knobs {
    pub fn turn_recv_size(&mut self) {
        turn(&mut self.options.recv_size, RECV_SIZES, true);
    }

    pub fn turn_pace(&mut self) {
        turn(&mut self.pace, PACES, true);
    }

    /// The plan of a fetch from a tab.
    pub fn plan(&self, target: Target, request: impl Into<Arc<[u8]>>) -> Plan {
        Plan {
            options: self.options.clone(),
            talk: true,
            // A look at the queue this often costs nothing that can be measured at 64 KiB.
            watch: Some(Duration::from_millis(5)),
            ..Plan::new(target, request)
        }
    }

    /// What is not as usual, in a few words, for the URL bar's border.
    pub fn summary(&self) -> String {
        let mut parts = vec![format!("end: {}", self.options.end)];
        parts.push(match self.options.recv_size {
            FAST_RECV => "recv 128 KiB".to_owned(),
            n => format!("recv {n}"),
        });
        if let Some(n) = self.options.send_size {
            parts.push(format!("send {n}"));
        }
        if self.options.half_close {
            parts.push("half-close".to_owned());
        }
        if self.mute {
            parts.push("no pong".to_owned());
        }
        if self.options.nonblocking {
            parts.push("non-blocking".to_owned());
        }
        if self.options.arrivals {
            parts.push("arrival times".to_owned());
        }
        if let Some(t) = self.options.timeout {
            parts.push(format!("timeout {} s", t.as_secs_f64()));
        }
        if let Some(family) = self.options.family {
            parts.push(match family {
                Family::Inet6 => "IPv6".to_owned(),
                _ => "IPv4".to_owned(),
            });
        }
        parts.extend(self.options.resolve.iter().map(pinned));
        if let Some(local) = &self.options.bind {
            parts.push(format!("from {local}"));
        }
        for (option, value) in self.options.socket.asked() {
            parts.push(format!("{} {value}", option.name()));
        }
        parts.extend(self.options.proxies.summary());
        if !self.options.reuse {
            parts.push("no reuse".to_owned());
        }
        if let Some(n) = self.follow {
            parts.push(format!("follows {n}"));
        }
        match self.cookies {
            Cookies::Shared => {}
            Cookies::Own => parts.push("own cookies".to_owned()),
            Cookies::Off => parts.push("no cookies".to_owned()),
        }
        if self.redact {
            parts.push("secrets hidden".to_owned());
        }
        parts.join(" · ")
    }
}

/// `example.com:80 is 127.0.0.1`
fn pinned(pin: &Resolve) -> String {
    let addrs: Vec<String> = pin.addrs.iter().map(ToString::to_string).collect();
    format!("{}:{} is {}", pin.host, pin.port, addrs.join(", "))
}

/// The next (or previous) of the values; from a value that is none of them, the first.
fn turn<T: PartialEq + Clone>(value: &mut T, values: &[T], on: bool) {
    let step = if on { 1 } else { values.len() - 1 };
    let at = values.iter().position(|v| v == value);
    value.clone_from(&values[at.map_or(0, |at| (at + step) % values.len())]);
}

/// From 1 to 16 MiB: a buffer of that size is really allocated.
fn number(text: &str) -> Option<usize> {
    text.parse()
        .ok()
        .filter(|n| (1..=16 * 1024 * 1024).contains(n))
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.parse().ok()?;
    (0.001..=86_400.0)
        .contains(&seconds)
        .then(|| Duration::from_secs_f64(seconds))
}

fn time(time: Option<Duration>) -> String {
    time.map_or("none".to_owned(), |t| format!("{} s", t.as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_knob_turns_round_and_back() {
        // A pin has an off alone: what it pins is chosen in a list.
        for knob in KNOBS.iter().filter(|knob| knob.setting != "resolve") {
            let mut knobs = Knobs::default();
            (knob.turn)(&mut knobs, true);
            assert_ne!(knobs, Knobs::default(), "{}", knob.title);
            (knob.turn)(&mut knobs, false);
            assert_eq!(knobs, Knobs::default(), "{}", knob.title);
        }
    }

    #[test]
    fn a_pin_is_shown_and_turned_off() {
        let mut knobs = Knobs::default();
        knobs.options.resolve = vec![Resolve::parse("a.test:80:::1,127.0.0.1").unwrap()];
        let knob = KNOBS.iter().find(|knob| knob.setting == "resolve").unwrap();
        assert_eq!((knob.show)(&knobs), "a.test:80 is ::1, 127.0.0.1");
        assert!(knobs.summary().ends_with("a.test:80 is ::1, 127.0.0.1"));
        (knob.turn)(&mut knobs, true);
        assert_eq!(knobs, Knobs::default());
    }

    #[test]
    fn each_knob_has_its_setting_and_each_setting_its_knob() {
        let mut settings: Vec<&str> = KNOBS.iter().map(|knob| knob.setting).collect();
        // What is shown of secrets is no matter of the fetch.
        let of_fetch = crate::config::settings_of("fetch");
        let mut named: Vec<&str> = of_fetch.chain(["redact"]).collect();
        settings.sort_unstable();
        named.sort_unstable();
        assert_eq!(settings, named);
    }

    #[test]
    fn typed_values_are_checked() {
        for (knob, text, taken) in [
            (1, "4096", true),
            (1, "0", false),
            (1, "99999999999", false),
            (3, "0.25", true),
            (3, "-1", false),
            (3, "nan", false),
            (4, "1", false),
            (0, "auto", false),
        ] {
            let mut knobs = Knobs::default();
            let set = (KNOBS[knob].set)(&mut knobs, text);
            assert_eq!(set.is_some(), taken, "{text}");
        }
    }
}
