//! Where a cookie belongs: hosts, domains, paths (sections 5.1.2 to 5.1.4).

use std::net::IpAddr;

use crate::url::Target;

/// The host as cookies compare it: lower case, an IPv6 address without its zone.
pub(super) fn host(target: &Target) -> String {
    let host = match target.host.split_once('%') {
        Some((addr, _zone)) => addr,
        None => &target.host,
    };
    host.to_ascii_lowercase()
}

/// Section 5.1.3. An address has nothing under it.
pub(super) fn domain_match(host: &str, domain: &str) -> bool {
    host == domain
        || host
            .strip_suffix(domain)
            .is_some_and(|under| under.ends_with('.') && !domain.is_empty())
            && !is_address(host)
}

pub(super) fn is_address(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok()
}

/// A domain under which anybody may register a name: `com`, `co.uk`, `github.io`. The
/// list is built in; a name's last label that is not in it counts as one too.
pub(super) fn is_public_suffix(domain: &str) -> bool {
    !is_address(domain)
        && psl::suffix(domain.as_bytes())
            .is_some_and(|suffix| suffix.as_bytes() == domain.as_bytes())
}

/// What of the request target is path.
pub(super) fn path(target: &Target) -> &str {
    target.path.split('?').next().unwrap_or_default()
}

/// Section 5.1.4: the path up to its last slash.
pub(super) fn default_path(target: &Target) -> String {
    match path(target).rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(end) => path(target)[..end].to_owned(),
    }
}

/// Section 5.1.4.
pub(super) fn path_match(path: &str, of_cookie: &str) -> bool {
    path.strip_prefix(of_cookie)
        .is_some_and(|rest| rest.is_empty() || of_cookie.ends_with('/') || rest.starts_with('/'))
}

/// Nobody on the way can read or change what goes there. Section 5.7 leaves this to the
/// program: beside https, the machine itself, as with curl and browsers.
pub(super) fn is_secure(target: &Target) -> bool {
    let host = host(target);
    target.scheme.is_secure()
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|addr| addr.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains() {
        for (host, domain, want) in [
            ("example.com", "example.com", true),
            ("www.example.com", "example.com", true),
            ("a.b.example.com", "example.com", true),
            ("badexample.com", "example.com", false),
            ("example.com", "www.example.com", false),
            ("example.com", "", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "0.0.1", false),
            ("127.0.0.1", "1", false),
            ("::1", "::1", true),
        ] {
            assert_eq!(domain_match(host, domain), want, "{host} {domain}");
        }
    }

    #[test]
    fn public_suffixes() {
        for (domain, want) in [
            ("com", true),
            ("co.uk", true),
            ("example.co.uk", false),
            ("github.io", true),
            ("me.github.io", false),
            ("kobe.jp", false),
            ("c.kobe.jp", true),
            ("city.kobe.jp", false),
            ("localhost", true),
            ("internal", true),
            ("host.internal", false),
            ("127.0.0.1", false),
            ("::1", false),
            ("", false),
        ] {
            assert_eq!(is_public_suffix(domain), want, "{domain}");
        }
    }

    #[test]
    fn paths() {
        for (path, of_cookie, want) in [
            ("/", "/", true),
            ("/a", "/", true),
            ("/a", "/a", true),
            ("/a/", "/a", true),
            ("/a/b", "/a", true),
            ("/a/b", "/a/", true),
            ("/a", "/a/", false),
            ("/ab", "/a", false),
            ("/A", "/a", false),
        ] {
            assert_eq!(path_match(path, of_cookie), want, "{path} {of_cookie}");
        }
        for (url, want) in [
            ("h", "/"),
            ("h/a", "/"),
            ("h/a/", "/a"),
            ("h/a/b", "/a"),
            ("h/a/b/c?d/e", "/a/b"),
            ("h?a/b", "/"),
        ] {
            assert_eq!(default_path(&Target::parse(url).unwrap()), want, "{url}");
        }
    }

    #[test]
    fn secure_places() {
        for (url, want) in [
            ("https://example.com", true),
            ("http://example.com", false),
            ("http://localhost:8080", true),
            ("http://127.0.0.1", true),
            ("http://[::1]", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example.com", false),
        ] {
            assert_eq!(is_secure(&Target::parse(url).unwrap()), want, "{url}");
        }
    }
}
