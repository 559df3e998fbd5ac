//! A `Set-Cookie` and a URL, and what the jar makes of them.

use super::*;

const NOW: Seconds = 1_800_000_000;

fn at(url: &str) -> Target {
    Target::parse(url).unwrap()
}

fn from(url: &str, lines: &[&str]) -> (Jar, Vec<Outcome>) {
    let mut jar = Jar::default();
    let lines = lines.iter();
    let outcomes = lines
        .map(|line| jar.store(line.as_bytes(), &at(url), NOW).outcome)
        .collect();
    (jar, outcomes)
}

fn line(jar: &Jar, url: &str) -> String {
    let line = jar.line(&at(url), NOW).unwrap_or_default();
    String::from_utf8(line).unwrap()
}

#[test]
fn what_is_stored_and_where_it_goes() {
    const FROM: &str = "http://www.example.com/dir/page";
    // Set-Cookie from there, another URL, the Cookie line that goes to it
    let table = [
        ("a=b", FROM, "a=b"),
        ("a=b", "http://www.example.com/dir", "a=b"),
        ("a=b", "http://www.example.com:8080/dir/x?y", "a=b"),
        ("a=b", "https://WWW.example.com/dir/x", "a=b"),
        ("a=b", "http://www.example.com/", ""),
        ("a=b", "http://www.example.com/direct", ""),
        ("a=b", "http://example.com/dir/", ""),
        ("a=b", "http://x.www.example.com/dir/", ""),
        ("a=b; Path=/", "http://www.example.com/", "a=b"),
        ("a=b; Path=/other", "http://www.example.com/other/x", "a=b"),
        ("a=b; Path=/other/", "http://www.example.com/other", ""),
        ("a=b; Domain=example.com", "http://example.com/dir/", "a=b"),
        (
            "a=b; Domain=.example.com",
            "http://x.y.example.com/dir/",
            "a=b",
        ),
        (
            "a=b; Domain=www.example.com",
            "http://x.www.example.com/dir/",
            "a=b",
        ),
        ("a=b; Domain=example.com", "http://badexample.com/dir/", ""),
        ("a=b; Domain=", "http://x.www.example.com/dir/", ""),
        ("nameless", FROM, "nameless"),
        ("=v", FROM, "v"),
        ("a=", FROM, "a="),
        ("a=b; Max-Age=1", FROM, "a=b"),
        ("a=b; Max-Age=0", FROM, ""),
        (
            "a=b; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            FROM,
            "a=b",
        ),
        ("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT", FROM, ""),
        ("a=b; Expires=some day", FROM, "a=b"),
        ("a=b; SameSite=Strict", FROM, "a=b"),
    ];
    for (set, url, want) in table {
        let (jar, outcomes) = from(FROM, &[set]);
        assert!(outcomes[0].is_ok(), "{set}: {outcomes:?}");
        assert_eq!(line(&jar, url), want, "{set} to {url}");
    }
}

#[test]
fn what_is_refused() {
    let public = |domain: &str| Refusal::PublicSuffix {
        domain: domain.into(),
    };
    let other = |domain: &str, host: &str| Refusal::OtherDomain {
        domain: domain.into(),
        host: host.into(),
    };
    let lacks = |lacks| Refusal::HostPrefix { lacks };
    let table = [
        ("http://www.example.com", "a=b; Domain=com", public("com")),
        (
            "http://me.github.io",
            "a=b; Domain=github.io",
            public("github.io"),
        ),
        ("http://a.corp", "a=b; Domain=corp", public("corp")),
        (
            "http://www.example.com",
            "a=b; Domain=example.org",
            other("example.org", "www.example.com"),
        ),
        (
            "http://example.com",
            "a=b; Domain=www.example.com",
            other("www.example.com", "example.com"),
        ),
        ("http://1.2.3.4", "a=b; Domain=3.4", other("3.4", "1.2.3.4")),
        (
            "http://x.com",
            "a=b; Domain=é.com",
            Refusal::NotAscii {
                domain: "é.com".into(),
            },
        ),
        ("http://x.com", "a=b; Secure", Refusal::NotSecure),
        ("https://x.com", "__Secure-a=b", Refusal::SecurePrefix),
        ("http://localhost", "__SECURE-a=b", Refusal::SecurePrefix),
        (
            "https://x.com",
            "__Host-a=b; Path=/",
            lacks("no Secure attribute"),
        ),
        ("https://x.com", "__Host-a=b; Secure", lacks("no Path=/")),
        (
            "https://x.com",
            "__Host-a=b; Secure; Path=/x",
            lacks("no Path=/"),
        ),
        (
            "https://x.com",
            "__host-a=b; Secure; Path=/; Domain=x.com",
            lacks("a Domain attribute"),
        ),
        ("https://x.com", "__Host-a; Secure", Refusal::NamelessPrefix),
        ("https://x.com", "=__secure-a=b", Refusal::NamelessPrefix),
        ("http://x.com", "", Refusal::Empty),
        ("http://x.com", "a=\x1b", Refusal::Control { byte: 0x1b }),
    ];
    for (url, set, want) in table {
        let (jar, outcomes) = from(url, &[set]);
        assert_eq!(outcomes, [Err(want)], "{set} from {url}");
        assert!(jar.is_empty());
    }
}

#[test]
fn what_just_passes() {
    for (url, set, goes_to, want) in [
        (
            "https://x.com",
            "__Host-a=b; Secure; Path=/",
            "https://x.com/y",
            "__Host-a=b",
        ),
        (
            "https://x.com",
            "__Secure-a=b; Secure",
            "https://x.com",
            "__Secure-a=b",
        ),
        ("https://x.com", "a=b; Secure", "http://x.com", ""),
        (
            "http://localhost",
            "a=b; Secure",
            "http://localhost:81",
            "a=b",
        ),
        (
            "http://127.0.0.1",
            "a=b; Domain=127.0.0.1",
            "http://127.0.0.1",
            "a=b",
        ),
        // a host that is a public suffix itself keeps its cookie for itself
        (
            "http://github.io",
            "a=b; Domain=github.io",
            "http://github.io",
            "a=b",
        ),
        (
            "http://github.io",
            "a=b; Domain=github.io",
            "http://me.github.io",
            "",
        ),
        (
            "http://localhost",
            "a=b; Domain=localhost",
            "http://x.localhost",
            "",
        ),
    ] {
        let (jar, outcomes) = from(url, &[set]);
        assert_eq!(outcomes, [Ok(Stored::New)], "{set} from {url}");
        assert_eq!(line(&jar, goes_to), want, "{set} to {goes_to}");
    }
}

#[test]
fn one_after_the_other() {
    use Stored::{Expired, New, Removed, Replaced};
    const URL: &str = "https://x.com/a/b";
    // several lines, what each did, the Cookie line afterwards
    let table: &[(&[&str], &[Stored], &str)] = &[
        (&["a=1", "a=2"], &[New, Replaced], "a=2"),
        (&["a=1", "b=1", "a=2"], &[New, New, Replaced], "a=2; b=1"),
        (&["a=1; path=/", "a=2"], &[New, New], "a=2; a=1"),
        (&["a=1", "a=2; domain=x.com"], &[New, New], "a=1; a=2"),
        (&["a=1", "A=2"], &[New, New], "a=1; A=2"),
        (
            &["a=1", "a=; max-age=0", "a=2"],
            &[New, Removed, New],
            "a=2",
        ),
        (&["a=1; max-age=-5"], &[Expired], ""),
        (
            &["r=1; path=/", "s=1; path=/a", "t=1; path=/", "u=1; path=/a"],
            &[New, New, New, New],
            "s=1; u=1; r=1; t=1",
        ),
    ];
    for (lines, want, cookie) in table {
        let (jar, outcomes) = from(URL, lines);
        let outcomes: Vec<Stored> = outcomes.into_iter().map(Result::unwrap).collect();
        assert_eq!(outcomes, *want, "{lines:?}");
        assert_eq!(line(&jar, URL), *cookie, "{lines:?}");
    }
}

#[test]
fn a_plain_cookie_does_not_stand_over_a_secure_one() {
    for (set, plain, url, want) in [
        (
            "a=1; Secure; Path=/x",
            "a=2",
            "http://x.com/x/y",
            Err(Refusal::OverSecure),
        ),
        (
            "a=1; Secure; Domain=x.com; Path=/",
            "a=2",
            "http://w.x.com/",
            Err(Refusal::OverSecure),
        ),
        (
            "a=1; Secure; Path=/x",
            "a=2",
            "http://x.com/y",
            Ok(Stored::New),
        ),
        (
            "a=1; Secure; Path=/",
            "b=2",
            "http://x.com/",
            Ok(Stored::New),
        ),
        (
            "a=1; Secure; Path=/",
            "a=2",
            "https://x.com/",
            Ok(Stored::Replaced),
        ),
    ] {
        let origin = if url.contains("w.x.com") {
            "https://w.x.com/"
        } else {
            "https://x.com/"
        };
        let (mut jar, _) = from(origin, &[set]);
        let report = jar.store(plain.as_bytes(), &at(url), NOW);
        assert_eq!(report.outcome, want, "{plain} from {url} over {set}");
    }
}

#[test]
fn no_cookie_lives_for_ever() {
    for (set, want) in [
        ("a=b; Max-Age=99999999999", NOW + LONGEST),
        ("a=b; Expires=Fri, 31 Dec 9999 23:59:59 GMT", NOW + LONGEST),
        ("a=b; Max-Age=60", NOW + 60),
    ] {
        let (jar, _) = from("http://x.com", &[set]);
        let cookie = jar.iter().next().unwrap();
        assert_eq!(cookie.expires, Some(want), "{set}");
        for (now, why) in [(want - 1, None), (want, Some(Withheld::Expired))] {
            assert_eq!(withheld(cookie, &at("http://x.com"), now), why);
        }
    }
}

#[test]
fn each_cookie_says_why_it_stays() {
    for (set, url, want) in [
        ("a=b", "https://y.com/", Withheld::OtherHost),
        ("a=b; Domain=x.com", "https://y.com/", Withheld::OtherDomain),
        ("a=b; Path=/p", "https://x.com/q", Withheld::OtherPath),
        ("a=b; Secure; Path=/", "http://x.com/", Withheld::NotSecure),
    ] {
        let (jar, _) = from("https://x.com/", &[set]);
        let cookie = jar.iter().next().unwrap();
        assert_eq!(withheld(cookie, &at(url), NOW), Some(want), "{set} {url}");
    }
}

#[test]
fn the_number_of_cookies_is_bounded() {
    let mut jar = Jar::default();
    let url = at("https://x.com/");
    let set = |jar: &mut Jar, text: String, from: &Target| {
        jar.store(text.as_bytes(), from, NOW).outcome.unwrap();
    };
    set(&mut jar, "kept=1; Secure".into(), &url);
    set(&mut jar, "used=1".into(), &url);
    for n in 0..PER_DOMAIN - 2 {
        set(&mut jar, format!("c{n}=1"), &url);
    }
    assert_eq!(jar.iter().count(), PER_DOMAIN);
    // What was sent stays; of the others the oldest one that is not Secure goes.
    jar.used(&url, NOW);
    set(&mut jar, "used=2".into(), &url);
    set(&mut jar, "new=1".into(), &url);
    let names = |jar: &Jar| -> Vec<String> {
        let names = jar
            .iter()
            .map(|cookie| String::from_utf8_lossy(&cookie.name).into_owned());
        names.collect()
    };
    assert_eq!(jar.iter().count(), PER_DOMAIN);
    let left = names(&jar);
    for (name, there) in [
        ("kept", true),
        ("used", true),
        ("c0", false),
        ("c1", true),
        ("new", true),
    ] {
        assert_eq!(left.iter().any(|left| left == name), there, "{name}");
    }
    for n in 0..IN_ALL {
        let from = at(&format!("https://h{n}.org/"));
        set(&mut jar, "a=1".into(), &from);
    }
    assert_eq!(jar.iter().count(), IN_ALL);
}

#[test]
fn one_is_taken_out_or_put_in_by_hand() {
    let (mut jar, _) = from("http://x.com/", &["a=1", "b=2"]);
    let key = jar.iter().next().unwrap().key();
    let mut cookie = jar.get(&key).unwrap().clone();
    cookie.value = b"9".to_vec();
    assert_eq!(jar.put(cookie, NOW), Stored::Replaced);
    assert_eq!(line(&jar, "http://x.com/"), "a=9; b=2");
    assert!(jar.remove(&key).is_some() && jar.remove(&key).is_none());
    jar.put(Cookie::by_hand(b"c", b"3", &at("http://x.com/y/z")), NOW);
    assert_eq!(line(&jar, "http://x.com/"), "b=2; c=3");
}
