//! What was typed and the target it stands for, as tables.

use proptest::prelude::*;

use super::*;

#[test]
fn where_to_connect_and_what_to_ask() {
    // typed → host, port, path, Host field
    let table = [
        ("example.com", "example.com", 80, "/", "example.com"),
        (
            "localhost:8080/x",
            "localhost",
            8080,
            "/x",
            "localhost:8080",
        ),
        ("localhost:80/x", "localhost", 80, "/x", "localhost"),
        ("http://[::1]:81/a?b#c", "::1", 81, "/a?b", "[::1]:81"),
        ("[::1]", "::1", 80, "/", "[::1]"),
        (
            "HTTP://Example.COM/A",
            "Example.COM",
            80,
            "/A",
            "Example.COM",
        ),
        (
            "https://example.com",
            "example.com",
            443,
            "/",
            "example.com",
        ),
        (
            "https://example.com:80/",
            "example.com",
            80,
            "/",
            "example.com:80",
        ),
        ("//example.com/x", "example.com", 80, "/x", "example.com"),
        ("http:8080/x", "http", 8080, "/x", "http:8080"),
        ("a:b@c:1/", "c", 1, "/", "c:1"),
        ("http://a@b@c/", "c", 80, "/", "c"),
        ("http://@c/", "c", 80, "/", "c"),
        // addresses and names are taken by their look, nothing is computed
        ("0x7f.1", "0x7f.1", 80, "/", "0x7f.1"),
        ("127.0.0.1:1", "127.0.0.1", 1, "/", "127.0.0.1:1"),
        ("[0:0::0:1]", "0:0::0:1", 80, "/", "[0:0::0:1]"),
        ("example.com.", "example.com.", 80, "/", "example.com."),
        ("my_host:0080", "my_host", 80, "/", "my_host"),
        // zones
        ("[fe80::1%eth0]:5/", "fe80::1%eth0", 5, "/", "[fe80::1]:5"),
        ("[fe80::1%25eth0]", "fe80::1%eth0", 80, "/", "[fe80::1]"),
        ("[fe80::1%25]", "fe80::1%25", 80, "/", "[fe80::1]"),
        // WebSockets and Unix sockets
        ("ws://h", "h", 80, "/", "h"),
        ("WSS://h/a?b", "h", 443, "/a?b", "h"),
        ("wss://h:80/", "h", 80, "/", "h:80"),
        ("ws:8080", "ws", 8080, "/", "ws:8080"),
        ("unix:/run/x:/a?b#c", "localhost", 80, "/a?b", "localhost"),
        ("unix:/run/x", "localhost", 80, "/", "localhost"),
        ("UNIX:./x:?q", "localhost", 80, "/?q", "localhost"),
        (
            "unix:/a@b/x:/:/é",
            "localhost",
            80,
            "/:/%C3%A9",
            "localhost",
        ),
        ("unix:80/x", "unix", 80, "/x", "unix"),
        ("unix.org", "unix.org", 80, "/", "unix.org"),
        // international names
        ("müller.de", "xn--mller-kva.de", 80, "/", "xn--mller-kva.de"),
        (
            "m%C3%BCller.de",
            "xn--mller-kva.de",
            80,
            "/",
            "xn--mller-kva.de",
        ),
        (
            "http://日本.jp:8/",
            "xn--wgv71a.jp",
            8,
            "/",
            "xn--wgv71a.jp:8",
        ),
        ("ｅｘａｍｐｌｅ.com", "example.com", 80, "/", "example.com"),
        // path and query go out as typed
        ("h/a/../b/./c//d", "h", 80, "/a/../b/./c//d", "h"),
        ("h?q", "h", 80, "/?q", "h"),
        ("h?q=/../a?b", "h", 80, "/?q=/../a?b", "h"),
        ("h/%7e%zz%", "h", 80, "/%7e%zz%", "h"),
        ("h/a\\b\"<>^`{|}[]@:", "h", 80, "/a\\b\"<>^`{|}[]@:", "h"),
        ("h/#/a#b", "h", 80, "/", "h"),
        ("h#", "h", 80, "/", "h"),
        // but for what cannot stand there
        ("h/a b\tc", "h", 80, "/a%20b%09c", "h"),
        ("h/\r\nX: y\0\u{7f}", "h", 80, "/%0D%0AX:%20y%00%7F", "h"),
        ("h/é?日", "h", 80, "/%C3%A9?%E6%97%A5", "h"),
        (" \t h/x \r\n", "h", 80, "/x", "h"),
    ];
    for (typed, host, port, path, authority) in table {
        let target = Target::parse(typed).unwrap_or_else(|error| panic!("{typed}: {error}"));
        let found = (target.host.as_str(), target.port, target.path.as_str());
        assert_eq!(found, (host, port, path), "{typed}");
        assert_eq!(target.authority(), authority, "{typed}");
    }
}

#[test]
fn what_has_no_meaning_is_told_exactly() {
    let table = [
        ("", "there is no host"),
        ("  ", "there is no host"),
        ("http://", "there is no host"),
        ("http:///x", "there is no host"),
        ("/x", "there is no host"),
        ("?x", "there is no host"),
        (":80/", "there is no host"),
        ("user@", "there is no host"),
        ("http:x", "http: is not followed by two slashes"),
        ("HTTPS:/x", "HTTPS: is not followed by two slashes"),
        ("wss:", "wss: is not followed by two slashes"),
        ("unix:", "the path of a Unix socket begins with / or ."),
        (
            "unix:run/x:/",
            "the path of a Unix socket begins with / or .",
        ),
        (
            "unix:/run/a:b:/x",
            "b:/x after the socket's colon is no path (%3A is a colon in the socket's)",
        ),
        ("unix:/a%00", "U+0000 cannot stand in a file's path"),
        ("h:", "the port after the colon is empty"),
        ("localhost:/x", "the port after the colon is empty"),
        ("http://h:/", "the port after the colon is empty"),
        ("h:0", "nobody can listen on port 0"),
        ("h:65536", "the port 65536 is larger than 65535"),
        (
            "h:99999999999999999999999",
            "the port 99999999999999999999999 is larger than 65535",
        ),
        ("h:80a", "the port 80a is not a number"),
        ("localhost:x", "the port x is not a number"),
        ("a.b:x", "the port x is not a number"),
        ("http://h:+80", "the port +80 is not a number"),
        ("http://h: 80", "the port  80 is not a number"),
        (
            "http://h:1:2",
            "more than one colon (an IPv6 address stands in brackets)",
        ),
        ("::1", "an IPv6 address stands in brackets: [::1]"),
        (
            "http://fe80::1%eth0/",
            "an IPv6 address stands in brackets: [fe80::1%eth0]",
        ),
        ("[::1", "the bracket [ is never closed"),
        ("[]", "[] is not an IPv6 address"),
        ("[v1.x]", "[v1.x] is not an IPv6 address"),
        ("[127.0.0.1]", "[127.0.0.1] is not an IPv6 address"),
        (
            "[::1]8080",
            "8080 after the bracket ] is neither a port nor a path",
        ),
        ("[fe80::1%]", "the zone after % is empty"),
        ("[fe80::1%e h]", "space cannot stand in a zone"),
        ("http://a b/", "space cannot stand in a host's name"),
        ("http://a\0b/", "U+0000 cannot stand in a host's name"),
        ("a\nb", "U+000A cannot stand in a host's name"),
        (
            "http://h\\x",
            "\\ cannot stand in a host's name (a backslash is not a slash here)",
        ),
        ("a%20b", "space cannot stand in a host's name"),
        ("a%2fb", "/ cannot stand in a host's name"),
        (
            "a%b",
            "% in a host's name is not followed by two hexadecimal digits",
        ),
        (
            "a%é",
            "% in a host's name is not followed by two hexadecimal digits",
        ),
        ("a%ff", "a%ff does not decode to UTF-8"),
        (
            "\u{202e}a",
            "U+202Ea is not a valid international name (UTS 46)",
        ),
        (
            "http://a\u{1b}@h/",
            "U+001B cannot stand in a user's name or password",
        ),
    ];
    for (typed, expected) in table {
        match Target::parse(typed) {
            Err(Error::MalformedUrl { url, why }) => {
                assert_eq!((url.as_str(), why.as_str()), (typed, expected));
            }
            other => panic!("{typed}: {other:?}"),
        }
    }
}

#[test]
fn other_schemes_are_named() {
    let table = [
        ("ftp://x", "ftp"),
        ("FTP://x", "ftp"),
        ("mailto:x", "mailto"),
        ("mailto:ann@example.com", "mailto"),
        ("file:///etc/passwd", "file"),
        ("about:blank", "about"),
        ("javascript:alert(1)", "javascript"),
        ("tel:+1", "tel"),
        ("localhost://x", "localhost"),
        ("unixes:/x:/", "unixes"),
    ];
    for (typed, expected) in table {
        match Target::parse(typed) {
            Err(Error::UnsupportedScheme { scheme }) => assert_eq!(scheme, expected, "{typed}"),
            other => panic!("{typed}: {other:?}"),
        }
    }
}

#[test]
fn what_was_changed_is_said() {
    let table: [(&str, &[&str]); 13] = [
        ("unix:/run/é x:/", &[]),
        ("unix:/a%3Ab%1B:/", &["the socket is /a:bU+001B"]),
        ("http://h/a/../b", &[]),
        (" h", &["the white space around the URL is left out"]),
        ("h?q", &["a / is put before the ?"]),
        (
            "h/#a\u{1b}b",
            &["#aU+001Bb is not sent: a fragment is the browser's own"],
        ),
        (
            "h/a b b",
            &["no request line can hold it, so it is percent-encoded: space → %20"],
        ),
        (
            "h/\u{202e}éabcd efg",
            &[
                "no request line can hold it, so it is percent-encoded: U+202E → %E2%80%AE, \
               é → %C3%A9, space → %20",
            ],
        ),
        (
            "h/äöüßx ",
            &[
                "the white space around the URL is left out",
                "no request line can hold it, so it is percent-encoded: ä → %C3%A4, ö → %C3%B6, \
                 ü → %C3%BC, ß → %C3%9F",
            ],
        ),
        (
            "müller.de",
            &["the host müller.de goes out as xn--mller-kva.de"],
        ),
        ("h:0080", &["the port 0080 is read as 80"]),
        (
            "[fe80::1%25lo]",
            &[
                "%25 before the zone lo is read as %",
                "the zone %lo chooses the interface here and is not sent",
            ],
        ),
        (
            "a:b@h",
            &[
                "the user's name and password are no part of the request target: they go out as \
               Authorization",
            ],
        ),
    ];
    for (typed, notes) in table {
        assert_eq!(Target::parse(typed).unwrap().notes, notes, "{typed:?}");
    }
}

#[test]
fn the_password_can_be_left_out() {
    let target = Target::parse("ann:secret@h:1/x").unwrap();
    assert_eq!(target.to_string(), "http://ann:secret@h:1/x");
    assert_eq!(target.without_userinfo(), "http://h:1/x");
}

#[test]
fn an_origin_is_scheme_host_and_port() {
    let table = [
        ("http://h/a", "http://H:80/b", true),
        ("http://h/", "https://h/", false),
        ("http://h/", "http://h:81/", false),
        ("http://h/", "http://i/", false),
        ("http://a@h/", "http://b@h/", true),
        ("http://h/", "ws://h/", false),
        ("unix:/a:/x", "unix:/a:/y", true),
        ("unix:/a:/", "unix:/b:/", false),
        ("unix:/a:/", "http://localhost/", false),
    ];
    for (one, other, same) in table {
        let [one, other] = [one, other].map(|url| Target::parse(url).unwrap());
        assert_eq!(one.same_origin(&other), same, "{one} {other}");
    }
}

/// RFC 3986 section 5.4, all rows whose result is an http URL; the fragment is not sent.
#[test]
fn references_resolve_as_in_the_rfc() {
    let table = [
        // 5.4.1
        ("g", "http://a/b/c/g"),
        ("./g", "http://a/b/c/g"),
        ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"),
        ("//g", "http://g/"),
        ("?y", "http://a/b/c/d;p?y"),
        ("g?y", "http://a/b/c/g?y"),
        ("#s", "http://a/b/c/d;p?q"),
        ("g#s", "http://a/b/c/g"),
        ("g?y#s", "http://a/b/c/g?y"),
        (";x", "http://a/b/c/;x"),
        ("g;x", "http://a/b/c/g;x"),
        ("g;x?y#s", "http://a/b/c/g;x?y"),
        ("", "http://a/b/c/d;p?q"),
        (".", "http://a/b/c/"),
        ("./", "http://a/b/c/"),
        ("..", "http://a/b/"),
        ("../", "http://a/b/"),
        ("../g", "http://a/b/g"),
        ("../..", "http://a/"),
        ("../../", "http://a/"),
        ("../../g", "http://a/g"),
        // 5.4.2
        ("../../../g", "http://a/g"),
        ("../../../../g", "http://a/g"),
        ("/./g", "http://a/g"),
        ("/../g", "http://a/g"),
        ("g.", "http://a/b/c/g."),
        (".g", "http://a/b/c/.g"),
        ("g..", "http://a/b/c/g.."),
        ("..g", "http://a/b/c/..g"),
        ("./../g", "http://a/b/g"),
        ("./g/.", "http://a/b/c/g/"),
        ("g/./h", "http://a/b/c/g/h"),
        ("g/../h", "http://a/b/c/h"),
        ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
        ("g;x=1/../y", "http://a/b/c/y"),
        ("g?y/./x", "http://a/b/c/g?y/./x"),
        ("g?y/../x", "http://a/b/c/g?y/../x"),
        ("g#s/./x", "http://a/b/c/g"),
        ("g#s/../x", "http://a/b/c/g"),
        // ours
        ("https://b/x/../y?../z", "https://b/y?../z"),
        ("//b:81", "http://b:81/"),
        ("//b/..//c", "http://b//c"),
        (" /a b\u{e9} ", "http://a/a%20b%C3%A9"),
        ("?", "http://a/b/c/d;p?"),
        ("a:b@c/", ""),
        ("http:g", ""),
        ("g:h", ""),
        ("localhost:8080/", ""),
        ("http://", ""),
        ("//", ""),
        ("//h:0", ""),
    ];
    let base = Target::parse("http://a/b/c/d;p?q").unwrap();
    for (reference, expected) in table {
        let found = base.join(reference).map(|target| target.to_string());
        assert_eq!(found.unwrap_or_default(), expected, "{reference}");
    }
}

#[test]
fn an_own_path_is_not_tidied_by_a_reference_without_one() {
    let base = Target::parse("h/a/../b/./c?q").unwrap();
    assert_eq!(base.join("?x").unwrap().path, "/a/../b/./c?x");
    assert_eq!(base.join("").unwrap().path, "/a/../b/./c?q");
    let joined = base.join("../d").unwrap();
    assert_eq!(joined.path, "/d");
    assert_eq!(
        joined.notes,
        ["dot segments are removed (RFC 3986 section 5.2.4): /a/../b/./../d → /d"]
    );
}

#[test]
fn a_servers_words_lead_to_no_socket() {
    let table = [
        ("unix:/s:/a/b", "../c", "unix:/s:/c"),
        ("unix:/s:/a", "?q", "unix:/s:/a?q"),
        ("unix:/s:/a", "//h/b", "http://h/b"),
        ("unix:/s:/a", "https://h/", "https://h/"),
        ("unix:/s:/a", "http://localhost/b/./c", "unix:/s:/b/c"),
        ("unix:/s:/a", "//localhost:80/b", "unix:/s:/b"),
        (
            "unix:/s:/a",
            "http://localhost:81/b",
            "http://localhost:81/b",
        ),
        ("ws://h/a", "http://h/b", "http://h/b"),
        ("unix:/s:/a", "unix:/s:/b", ""),
        ("http://h/", "unix:/var/run/docker.sock:/info", ""),
        ("http://h/", "ws://h/", ""),
        ("wss://h/a", "b", "wss://h/b"),
    ];
    for (base, reference, want) in table {
        let base = Target::parse(base).unwrap();
        let found = base.join(reference).map(|target| target.to_string());
        assert_eq!(found.unwrap_or_default(), want, "{base} {reference}");
    }
}

#[test]
fn sockets_are_written_as_they_are_typed() {
    // typed → its path's bytes, and as it is written again
    let table: [(&str, &[u8], &str); 5] = [
        ("unix:/run/x.sock:/", b"/run/x.sock", "unix:/run/x.sock:/"),
        ("unix:/a%3ab%25:/x", b"/a:b%", "unix:/a%3Ab%25:/x"),
        ("unix:/a%zz:/", b"/a%zz", "unix:/a%25zz:/"),
        ("unix:/%ff%20\t:/", b"/\xff \t", "unix:/%FF%20%09:/"),
        ("unix:/é?#:/", "/é?#".as_bytes(), "unix:/é?#:/"),
    ];
    for (typed, bytes, written) in table {
        let target = Target::parse(typed).unwrap();
        let socket = target.socket.as_ref().unwrap();
        assert_eq!(socket.as_os_str().as_encoded_bytes(), bytes, "{typed}");
        assert_eq!(target.to_string(), written);
        assert_eq!(
            target.of_request().to_string(),
            format!("http://localhost{}", target.path)
        );
    }
}

#[test]
fn a_user_stays_with_the_authority() {
    let base = Target::parse("http://ann:s@h/").unwrap();
    assert_eq!(base.join("/x").unwrap().userinfo.as_deref(), Some("ann:s"));
    assert_eq!(base.join("//i/x").unwrap().userinfo, None);
    assert_eq!(base.join("http://h/x").unwrap().userinfo, None);
}

proptest! {
    #[test]
    fn what_parses_is_shown_so_that_it_parses_again(
        typed in prop_oneof![
            any::<String>(),
            "unix:[/.][a-z%:/ 0-9é\u{85}\u{0}]{0,8}(:[/?#a:%]{0,4}|)",
            "(http://|HTTPS://|//|)([a-z:%]{0,4}@|)(\\[[0-9a-f:]{2,6}(%[a-z0-9%]{1,4}|)\\]|[a-zA-Zäß%0-9.]{0,8})(:[0-9a]{0,6}|)[/?#\\\\ .a\u{0}é]{0,8}",
        ]
    ) {
        if let Ok(target) = Target::parse(&typed) {
            prop_assert!(target.path.starts_with('/'));
            prop_assert!(target.path.bytes().all(|b| b.is_ascii_graphic()));
            prop_assert!(target.port > 0);
            let again = Target::parse(&target.to_string()).unwrap();
            let without_notes = |target: Target| Target { notes: Vec::new(), ..target };
            prop_assert_eq!(without_notes(again), without_notes(target));
        }
    }

    #[test]
    fn any_reference_is_answered(reference in any::<String>(), path in "[/.?#a]{0,12}") {
        let base = Target::parse(&format!("h/{path}")).unwrap();
        if let Ok(target) = base.join(&reference) {
            prop_assert!(target.path.starts_with('/'));
            prop_assert!(target.path.bytes().all(|b| b.is_ascii_graphic()));
        }
    }
}
