//! Why a cookie was not stored, and why one that is does not go to a URL: as data, each
//! with its words and its section.

use std::fmt;

/// Why a `Set-Cookie` stored nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Control { byte: u8 },
    TooLarge { bytes: usize },
    Empty,
    NotAscii { domain: String },
    PublicSuffix { domain: String },
    OtherDomain { domain: String, host: String },
    NotSecure,
    OverSecure,
    SecurePrefix,
    HostPrefix { lacks: &'static str },
    NamelessPrefix,
}

impl Refusal {
    /// One word for scripts.
    pub fn name(&self) -> &'static str {
        match self {
            Refusal::Control { .. } => "control_character",
            Refusal::TooLarge { .. } => "too_large",
            Refusal::Empty => "empty",
            Refusal::NotAscii { .. } => "domain_not_ascii",
            Refusal::PublicSuffix { .. } => "public_suffix",
            Refusal::OtherDomain { .. } => "other_domain",
            Refusal::NotSecure => "not_secure",
            Refusal::OverSecure => "over_secure",
            Refusal::SecurePrefix => "secure_prefix",
            Refusal::HostPrefix { .. } => "host_prefix",
            Refusal::NamelessPrefix => "nameless_prefix",
        }
    }

    /// The section that says so.
    pub fn rule(&self) -> &'static str {
        match self {
            Refusal::Control { .. } | Refusal::TooLarge { .. } => "RFC 6265bis 5.6",
            Refusal::SecurePrefix => "RFC 6265bis 5.4.1",
            Refusal::HostPrefix { .. } => "RFC 6265bis 5.4.2",
            Refusal::Empty
            | Refusal::NotAscii { .. }
            | Refusal::PublicSuffix { .. }
            | Refusal::OtherDomain { .. }
            | Refusal::NotSecure
            | Refusal::OverSecure
            | Refusal::NamelessPrefix => "RFC 6265bis 5.7",
        }
    }
}

/// In plain words. What a domain holds came from outside: whoever prints it escapes it.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Control { byte } => write!(f, "the control character 0x{byte:02x} is in it"),
            Refusal::TooLarge { bytes } => {
                write!(f, "name and value are {bytes} bytes, more than 4096")
            }
            Refusal::Empty => f.write_str("it has neither name nor value"),
            Refusal::NotAscii { domain } => write!(f, "Domain={domain} is not ASCII"),
            Refusal::PublicSuffix { domain } => {
                write!(f, "anybody may have a name under Domain={domain}")
            }
            Refusal::OtherDomain { domain, host } => {
                write!(f, "{host} is neither {domain} nor under it")
            }
            Refusal::NotSecure => f.write_str("Secure, but it came over plain http"),
            Refusal::OverSecure => {
                f.write_str("it would stand over a Secure cookie, and came over plain http")
            }
            Refusal::SecurePrefix => f.write_str("__Secure- in its name, but no Secure attribute"),
            Refusal::HostPrefix { lacks } => write!(f, "__Host- in its name, but {lacks}"),
            Refusal::NamelessPrefix => {
                f.write_str("it has no name, and its value looks like a prefix of one")
            }
        }
    }
}

/// Why a cookie of the jar does not go to a URL (section 5.8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    OtherHost,
    OtherDomain,
    OtherPath,
    NotSecure,
    Expired,
}

impl Withheld {
    /// The section that says so.
    pub fn rule(self) -> &'static str {
        match self {
            Withheld::Expired => "RFC 6265bis 5.7",
            _ => "RFC 6265bis 5.8.3",
        }
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Withheld::OtherHost => "it goes back to its own host alone",
            Withheld::OtherDomain => "the host is not under its domain",
            Withheld::OtherPath => "the path is not under its path",
            Withheld::NotSecure => "it is Secure, and the URL is plain http",
            Withheld::Expired => "it has expired",
        })
    }
}
