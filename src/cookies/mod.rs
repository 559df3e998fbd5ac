//! Cookies: what servers ask to be sent again, kept and chosen by RFC 6265bis
//! (draft-ietf-httpbis-rfc6265bis-20, the section numbers here are its own).
//!
//! Owns the [`Jar`], and says of every `Set-Cookie` what became of it and of every cookie
//! whether it goes to a URL. It has no clock (the caller says what time it is), sends
//! nothing and opens no file: [`netscape`] reads and writes bytes.
//!
//! ```text
//! Set-Cookie ─▸ set_cookie (5.6) ─▸ jar (5.7) ─▸ Cookie line (5.8)
//!                  └ date (5.1.1)     ├ scope (5.1.2 to 5.1.4, public suffixes)
//!                                     └ refusal: why not, and by which section
//! ```

mod date;
mod jar;
pub mod netscape;
mod refusal;
mod scope;
mod set_cookie;

pub use date::utc;
pub use jar::{IN_ALL, Jar, Key, Outcome, PER_DOMAIN, Report, Stored, withheld};
pub use refusal::{Refusal, Withheld};
pub use set_cookie::lines_of;

/// Seconds since 1970-01-01 00:00 UTC, leap seconds left out.
pub type Seconds = i64;

/// A cookie as the jar keeps it (section 5.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// May be empty; no control character but a tab.
    pub name: Vec<u8>,
    /// `name.len() + value.len() <= 4096`.
    pub value: Vec<u8>,
    /// Lower case, without a leading dot.
    pub domain: String,
    /// Goes to this very host alone, not to those under it.
    pub host_only: bool,
    /// Begins with `/`.
    pub path: String,
    /// `None`: until the program ends.
    pub expires: Option<Seconds>,
    pub secure: bool,
    /// Kept from scripts, of which there are none here.
    pub http_only: bool,
    /// Which requests of other sites it goes with. Whoever types a URL or follows a link
    /// navigates at the top level, with which `Lax` and `None` always go.
    pub same_site: SameSite,
}

/// Section 5.6.7.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    Strict,
    Lax,
    None,
    /// Not said, or in words that mean nothing; browsers take it for `Lax`.
    #[default]
    Default,
}

impl SameSite {
    pub fn name(self) -> &'static str {
        match self {
            SameSite::Strict => "Strict",
            SameSite::Lax => "Lax",
            SameSite::None => "None",
            SameSite::Default => "not said",
        }
    }
}

impl Cookie {
    /// `name=value`; the value alone where there is no name.
    pub fn pair(&self) -> Vec<u8> {
        match self.name.is_empty() {
            true => self.value.clone(),
            false => [&self.name[..], b"=", &self.value].concat(),
        }
    }

    /// What makes two cookies the same one (section 5.7 step 23).
    pub fn key(&self) -> Key {
        Key {
            name: self.name.clone(),
            domain: self.domain.clone(),
            host_only: self.host_only,
            path: self.path.clone(),
        }
    }

    pub fn is(&self, key: &Key) -> bool {
        self.name == key.name
            && self.domain == key.domain
            && self.host_only == key.host_only
            && self.path == key.path
    }

    pub fn expired(&self, now: Seconds) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}
