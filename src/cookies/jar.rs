//! The jar: what is stored, what goes where, what has to go (sections 5.7 and 5.8).

use std::cmp::Reverse;

use super::set_cookie::{self, SetCookie};
use super::{Cookie, Refusal, SameSite, Seconds, Withheld, scope};
use crate::event::{CookieRefused, CookieTold};
use crate::url::Target;

/// Cookies of one domain; section 6.1 wants at least 50.
pub const PER_DOMAIN: usize = 180;
/// Cookies in all; section 6.1 wants at least 3000.
pub const IN_ALL: usize = 3300;
/// No cookie lives longer from when it was set (section 5.5): 400 days.
const LONGEST: Seconds = 400 * 86_400;

/// The cookies of a session, in the order in which they were first set.
#[derive(Clone, Debug, Default)]
pub struct Jar {
    kept: Vec<Kept>,
    /// Counts on with every store and every use: orders both.
    count: u64,
}

#[derive(Clone, Debug)]
struct Kept {
    cookie: Cookie,
    /// When it was sent or set last.
    used: u64,
}

/// What makes two cookies the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub name: Vec<u8>,
    pub domain: String,
    pub host_only: bool,
    pub path: String,
}

/// What became of a `Set-Cookie`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The cookie's name, as far as the line has one.
    pub name: Vec<u8>,
    pub outcome: Outcome,
}

impl Report {
    /// The same for the log of events; bytes that are not UTF-8 are replaced.
    pub fn told(&self) -> CookieTold {
        let name = String::from_utf8_lossy(&self.name).into_owned();
        let (outcome, refused) = match &self.outcome {
            Ok(stored) => (stored.name(), None),
            Err(refusal) => {
                let refused = CookieRefused {
                    kind: refusal.name(),
                    why: refusal.to_string(),
                    rule: refusal.rule(),
                };
                ("refused", Some(refused))
            }
        };
        CookieTold {
            name,
            outcome,
            refused,
        }
    }
}

pub type Outcome = Result<Stored, Refusal>;

/// What a `Set-Cookie` that was not refused did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    New,
    /// One of the same name, domain and path is gone; its place in the order is kept.
    Replaced,
    /// It had expired, and the one that was there went with it.
    Removed,
    /// It had expired, and there was none.
    Expired,
}

impl Stored {
    pub fn name(self) -> &'static str {
        match self {
            Stored::New => "stored",
            Stored::Replaced => "replaced",
            Stored::Removed => "removed",
            Stored::Expired => "expired",
        }
    }
}

impl Jar {
    /// Takes a `Set-Cookie` that came from this URL.
    pub fn store(&mut self, line: &[u8], from: &Target, now: Seconds) -> Report {
        let outcome = set_cookie::parse(line)
            .and_then(|cookie| self.checked(cookie, from, now))
            .map(|cookie| self.put(cookie, now));
        Report {
            name: set_cookie::name_of(line).to_vec(),
            outcome,
        }
    }

    /// Puts a cookie in as it is, by hand or from a file; only what has expired or is too
    /// much goes.
    pub fn put(&mut self, cookie: Cookie, now: Seconds) -> Stored {
        self.count += 1;
        let used = self.count;
        let key = cookie.key();
        let old = self.kept.iter().position(|kept| kept.cookie.is(&key));
        match (old, cookie.expired(now)) {
            (Some(old), true) => {
                self.kept.remove(old);
                Stored::Removed
            }
            (None, true) => Stored::Expired,
            (Some(old), false) => {
                self.kept[old] = Kept { cookie, used };
                Stored::Replaced
            }
            (None, false) => {
                let domain = cookie.domain.clone();
                self.kept.push(Kept { cookie, used });
                self.make_room(&domain, now);
                Stored::New
            }
        }
    }

    /// Takes one out.
    pub fn remove(&mut self, key: &Key) -> Option<Cookie> {
        let at = self.kept.iter().position(|kept| kept.cookie.is(key))?;
        Some(self.kept.remove(at).cookie)
    }

    pub fn get(&self, key: &Key) -> Option<&Cookie> {
        self.iter().find(|cookie| cookie.is(key))
    }

    /// All of them, in the order in which they were first set; the expired ones too.
    pub fn iter(&self) -> impl Iterator<Item = &Cookie> {
        self.kept.iter().map(|kept| &kept.cookie)
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Those that go to a URL, in the order of the Cookie line: the longest path first,
    /// then the oldest.
    pub fn matching(&self, to: &Target, now: Seconds) -> Vec<&Cookie> {
        let mut found: Vec<&Cookie> = (self.iter())
            .filter(|cookie| withheld(cookie, to, now).is_none())
            .collect();
        found.sort_by_key(|cookie| Reverse(cookie.path.len()));
        found
    }

    /// The value of the Cookie line for a URL (section 5.8.3); `None` where no cookie goes
    /// there.
    pub fn line(&self, to: &Target, now: Seconds) -> Option<Vec<u8>> {
        let pairs: Vec<Vec<u8>> = (self.matching(to, now).into_iter())
            .map(Cookie::pair)
            .collect();
        (!pairs.is_empty()).then(|| pairs.join(&b"; "[..]))
    }

    /// They went out: the ones that were not used for longest go first when there are too
    /// many.
    pub fn used(&mut self, to: &Target, now: Seconds) {
        self.count += 1;
        for kept in &mut self.kept {
            if withheld(&kept.cookie, to, now).is_none() {
                kept.used = self.count;
            }
        }
    }

    /// Section 5.7, from step 8 on.
    fn checked(&self, set: SetCookie, from: &Target, now: Seconds) -> Checked {
        let host = scope::host(from);
        let secure_origin = scope::is_secure(from);
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut domain = lossy(&set.domain);
        if !set.domain.is_ascii() {
            return Err(Refusal::NotAscii { domain });
        }
        if scope::is_public_suffix(&domain) {
            if domain != host {
                return Err(Refusal::PublicSuffix { domain });
            }
            domain.clear();
        }
        // Nothing is under an address: to say Domain there is to say nothing.
        let host_only = domain.is_empty() || domain == host && scope::is_address(&host);
        if host_only {
            domain = host;
        } else if !scope::domain_match(&host, &domain) {
            return Err(Refusal::OtherDomain { domain, host });
        }
        let cookie = Cookie {
            name: set.name,
            value: set.value,
            domain,
            host_only,
            path: match &set.path {
                Some(path) => lossy(path),
                None => scope::default_path(from),
            },
            expires: match (set.max_age, set.expires) {
                (Some(..=0), _) => Some(Seconds::MIN),
                (Some(age), _) => Some(now.saturating_add(age.min(LONGEST))),
                (None, Some(date)) => Some(date.min(now.saturating_add(LONGEST))),
                (None, None) => None,
            },
            secure: set.secure,
            http_only: set.http_only,
            same_site: set.same_site,
        };
        if cookie.secure && !secure_origin {
            return Err(Refusal::NotSecure);
        }
        if !cookie.secure && !secure_origin && self.iter().any(|old| is_over(&cookie, old)) {
            return Err(Refusal::OverSecure);
        }
        prefixes(&cookie, set.path.is_some())?;
        Ok(cookie)
    }

    /// Section 5.7, its end: what has expired goes first, then of a domain that has too
    /// many the not Secure ones, then any of that domain, then any; the longest unused
    /// first.
    fn make_room(&mut self, domain: &str, now: Seconds) {
        let of_domain = |jar: &Jar| {
            let same = jar.iter().filter(|cookie| cookie.domain == domain);
            same.count()
        };
        if of_domain(self) > PER_DOMAIN || self.kept.len() > IN_ALL {
            self.kept.retain(|kept| !kept.cookie.expired(now));
        }
        while of_domain(self) > PER_DOMAIN {
            self.evict(|cookie| cookie.domain == domain);
        }
        while self.kept.len() > IN_ALL {
            self.evict(|_| true);
        }
    }

    fn evict(&mut self, of: impl Fn(&Cookie) -> bool) {
        let victim = (self.kept.iter().enumerate())
            .filter(|(_, kept)| of(&kept.cookie))
            .min_by_key(|(_, kept)| (kept.cookie.secure, kept.used))
            .map(|(at, _)| at);
        if let Some(at) = victim {
            self.kept.remove(at);
        }
    }
}

type Checked = Result<Cookie, Refusal>;

/// Why a cookie does not go to a URL (section 5.8.3); `None`: it does.
pub fn withheld(cookie: &Cookie, to: &Target, now: Seconds) -> Option<Withheld> {
    let host = scope::host(to);
    if cookie.host_only && host != cookie.domain {
        Some(Withheld::OtherHost)
    } else if !scope::domain_match(&host, &cookie.domain) {
        Some(Withheld::OtherDomain)
    } else if !scope::path_match(scope::path(to), &cookie.path) {
        Some(Withheld::OtherPath)
    } else if cookie.secure && !scope::is_secure(to) {
        Some(Withheld::NotSecure)
    } else if cookie.expired(now) {
        Some(Withheld::Expired)
    } else {
        None
    }
}

/// Section 5.7 step 17: a plain cookie may not stand over a Secure one.
fn is_over(new: &Cookie, old: &Cookie) -> bool {
    old.secure
        && old.name == new.name
        && (scope::domain_match(&old.domain, &new.domain)
            || scope::domain_match(&new.domain, &old.domain))
        && scope::path_match(&new.path, &old.path)
}

/// Section 5.4, and section 5.7 for what has no name.
fn prefixes(cookie: &Cookie, path_said: bool) -> Result<(), Refusal> {
    let begins = |text: &[u8], prefix: &[u8]| {
        (text.get(..prefix.len())).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let (name, value) = (&cookie.name, &cookie.value);
    if begins(name, b"__Secure-") && !cookie.secure {
        return Err(Refusal::SecurePrefix);
    }
    if begins(name, b"__Host-") {
        let lacks = match (cookie.secure, cookie.host_only, cookie.path == "/") {
            (false, ..) => "no Secure attribute",
            (_, false, _) => "a Domain attribute",
            (_, _, false) => "no Path=/",
            _ if !path_said => "no Path=/",
            _ => return Ok(()),
        };
        return Err(Refusal::HostPrefix { lacks });
    }
    if name.is_empty() && (begins(value, b"__Secure-") || begins(value, b"__Host-")) {
        return Err(Refusal::NamelessPrefix);
    }
    Ok(())
}

impl Cookie {
    /// A session's cookie of one host, for all its paths: as one is added by hand.
    pub fn by_hand(name: &[u8], value: &[u8], of: &Target) -> Cookie {
        Cookie {
            name: name.to_vec(),
            value: value.to_vec(),
            domain: scope::host(of),
            host_only: true,
            path: "/".to_owned(),
            expires: None,
            secure: false,
            http_only: false,
            same_site: SameSite::Default,
        }
    }
}

#[cfg(test)]
mod tests;
