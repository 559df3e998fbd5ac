//! `-b` and `-c`: which Cookie line each server received, byte for byte, and what was
//! written in the end.

use std::sync::{Arc, Mutex};

use sockeye::playground::script::{Request, Script, send};
use sockeye::playground::server::Server;

use super::{Ran, fetch, run, sockeye};

/// What servers received, in order.
type Seen = Arc<Mutex<Vec<Request>>>;

/// A server that answers `/set` with this status and these fields.
fn server(seen: &Seen, status: u16, fields: &str) -> Server {
    let (seen, fields) = (seen.clone(), fields.replace('|', "\r\n"));
    Server::start(move |request: &Request| -> Script {
        seen.lock().unwrap().push(request.clone());
        vec![send(match request.path() {
            "/set" => format!("HTTP/1.1 {status} There\r\n{fields}\r\nContent-Length: 0\r\n\r\n"),
            _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned(),
        })]
    })
    .unwrap()
}

/// The Cookie lines of each request, `-` where there is none.
fn cookie_lines(seen: &Seen) -> Vec<String> {
    let lines = |request: &Request| -> Vec<String> {
        let head = String::from_utf8_lossy(&request.head).into_owned();
        let lines = head.lines().filter(|line| line.starts_with("Cookie:"));
        lines
            .map(|line| line["Cookie: ".len()..].to_owned())
            .collect()
    };
    let seen = seen.lock().unwrap();
    let lines = seen.iter().map(|request| match lines(request).as_slice() {
        [] => "-".to_owned(),
        lines => lines.join("|"),
    });
    lines.collect()
}

fn fetched(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn which_line_goes_where() {
    const SET: &str = "Set-Cookie: a=b|Set-Cookie: c=d; Path=/next|Location: /next";
    // the fields of /set, the flags, the Cookie lines of both requests
    let table: &[(&str, &[&str], [&str; 2])] = &[
        (SET, &[], ["-", "-"]),
        (SET, &["-b", ""], ["-", "c=d; a=b"]),
        (SET, &["-b", "x=y"], ["x=y", "x=y"]),
        (
            SET,
            &["-b", "x=y;z", "-b", "q=1"],
            ["x=y;z;q=1", "x=y;z;q=1"],
        ),
        (SET, &["-b", "x=y", "-b", ""], ["x=y", "c=d; a=b; x=y"]),
        // as curl: beside a Cookie field of one's own, and instead of -b's words
        (
            SET,
            &["-b", "", "-H", "Cookie: own"],
            ["own", "c=d; a=b|own"],
        ),
        (
            SET,
            &["-b", "x=y", "-b", "", "-H", "Cookie: own"],
            ["own", "c=d; a=b|own"],
        ),
        (
            SET,
            &["-b", "x=y", "-b", "", "-H", "Cookie:"],
            ["-", "c=d; a=b"],
        ),
        (
            "Set-Cookie: a=\u{e9}; Secure|Location: x",
            &["-b", ""],
            ["-", "a=\u{e9}"],
        ),
        (
            "Set-Cookie: x=; Max-Age=0|Location: /x",
            &["-b", "", "-b", "x=y"],
            ["x=y", "x=y"],
        ),
        (
            "Set-Cookie: nameless|Location: /x",
            &["-b", ""],
            ["-", "nameless"],
        ),
        (
            "Set-Cookie: a=b; Domain=com|Location: /x",
            &["-b", ""],
            ["-", "-"],
        ),
    ];
    for (fields, args, want) in table {
        let seen = Seen::default();
        let server = server(&seen, 302, fields);
        fetched(&fetch(&[*args, &["-L", &server.url("/set")]].concat()));
        assert_eq!(cookie_lines(&seen), want, "{args:?} {fields}");
    }
}

/// Whatever a request carries for one origin, the next one gets none of it: looked for in
/// every byte that the second server received.
#[test]
fn nothing_goes_to_another_origin() {
    let flags: &[&[&str]] = &[
        &["-b", "k=SECRET"],
        &["-b", ""],
        &["-b", "k=SECRET", "-b", ""],
        &["-H", "Cookie: k=SECRET"],
        &["-H", "Authorization: Bearer SECRET"],
        &["-H", "Proxy-Authorization: Basic SECRET"],
        &["-u", "SECRET:SECRET"],
        &["-b", "", "-u", "SECRET:SECRET", "-d", "x"],
    ];
    for args in flags {
        for status in [301, 302, 303, 307, 308] {
            let (first, second) = (Seen::default(), Seen::default());
            let other = server(&second, 200, "");
            // Another port is another origin, though not to cookies: these have a path.
            let fields = format!(
                "Set-Cookie: s=SECRET; Path=/set|Location: http://localhost:{}/x",
                other.port()
            );
            let begin = server(&first, status, &fields);
            fetched(&fetch(&[*args, &["-L", &begin.url("/set")]].concat()));
            let seen = second.lock().unwrap();
            assert_eq!(seen.len(), 1, "{args:?}");
            let bytes = String::from_utf8_lossy(&seen[0].bytes()).into_owned();
            for secret in ["SECRET", "U0VDUkVU", "Authorization", "Cookie"] {
                assert!(!bytes.contains(secret), "{args:?}: {secret} in {bytes}");
            }
        }
    }
}

#[test]
fn a_file_is_written_and_read_again() {
    use std::os::unix::fs::PermissionsExt;
    let seen = Seen::default();
    let fields = "Set-Cookie: a=b; Path=/; HttpOnly|Set-Cookie: gone=1; Max-Age=0|Location: /x";
    let server = server(&seen, 302, fields);
    let dir = tempfile::tempdir().unwrap();
    let jar = dir.path().join("jar");
    let name = jar.to_str().unwrap();
    fetched(&fetch(&["-c", name, &server.url("/set")]));
    let written = std::fs::read_to_string(&jar).unwrap();
    assert!(
        written.starts_with("# Netscape HTTP Cookie File\n"),
        "{written}"
    );
    let lines: Vec<&str> = written.lines().skip(3).collect();
    assert_eq!(lines, ["#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t0\ta\tb"]);
    let mode = std::fs::metadata(&jar).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Read: as Netscape's format, and as the heads of responses.
    fetched(&fetch(&["-b", name, &server.url("/y")]));
    std::fs::write(&jar, "HTTP/1.1 200 OK\r\nSet-Cookie: h=1; path=/\r\n\r\n").unwrap();
    fetched(&fetch(&["-b", name, "-b", "x=y", &server.url("/y")]));
    // A file that is not there holds none; the one that is to be written is made.
    let absent = dir.path().join("absent");
    let ran = fetch(&["-b", absent.to_str().unwrap(), "-c", "-", &server.url("/y")]);
    fetched(&ran);
    assert!(ran.text().starts_with("# Netscape"), "{}", ran.text());
    assert_eq!(cookie_lines(&seen), ["-", "a=b", "h=1; x=y", "-"]);
    let ran = fetch(&["-c", "/nowhere/jar", &server.url("/y")]);
    assert_eq!(ran.code, 23);
    assert!(ran.err.contains("write /nowhere/jar: "), "{}", ran.err);
}

#[test]
fn a_refusal_is_said() {
    let seen = Seen::default();
    let fields = "Set-Cookie: a=b; Domain=com|Set-Cookie: c=d|Location: /x";
    let server = server(&seen, 302, fields);
    let ran = fetch(&["-b", "", "--events", "-", &server.url("/set")]);
    fetched(&ran);
    let told: Vec<serde_json::Value> = (ran.text().lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &serde_json::Value| line["event"] == "cookie")
        .collect();
    let of = |field: &str| -> Vec<String> {
        let values = told.iter().map(|line| line[field].as_str().unwrap_or("-"));
        values.map(str::to_owned).collect()
    };
    assert_eq!(of("name"), ["a", "c"]);
    assert_eq!(of("outcome"), ["refused", "stored"]);
    assert_eq!(of("kind"), ["public_suffix", "-"]);
    assert_eq!(of("rule"), ["RFC 6265bis 5.7", "-"]);
    let ran = fetch(&["-v", "-b", "", &server.url("/set")]);
    let line = "cookie a refused: anybody may have a name under Domain=com (RFC 6265bis 5.7)";
    assert!(ran.err.contains(line), "{}", ran.err);
}

/// A request given whole is sent as it is; so is the next one, but for what a redirect
/// must change.
#[test]
fn a_request_by_hand_gets_no_line() {
    let seen = Seen::default();
    let server = server(&seen, 302, "Set-Cookie: a=b; Path=/|Location: /x");
    let request = "GET /set HTTP/1.1\r\nHost: h\r\nCookie: own\r\n\r\n";
    let url = server.url("/");
    let mut command = sockeye("fetch");
    let args = ["--request-file", "-", "-L", "-c", "/dev/null", &url];
    fetched(&run(command.args(args), request.as_bytes()));
    assert_eq!(cookie_lines(&seen), ["own", "own"]);
}

/// A secret is in what is sent and received, and in nothing that is kept of it.
#[test]
fn redact_hides_secrets_in_what_is_kept() {
    let seen = Seen::default();
    let server = server(
        &seen,
        302,
        "Set-Cookie: s=SECRET; Path=/|X-Api-Key: SECRET|Location: /x",
    );
    let dir = tempfile::tempdir().unwrap();
    let [har, events] = ["har", "events"].map(|name| dir.path().join(name));
    let url = server.url("/set").replace("//", "//SECRET:SECRET@");
    let files = [
        "--har",
        har.to_str().unwrap(),
        "--events",
        events.to_str().unwrap(),
    ];
    let flags = [
        "-b",
        "c=SECRET",
        "-b",
        "",
        "-L",
        "-v",
        "-H",
        "X-Api-Key: SECRET",
        &url,
    ];
    for (redact, hidden) in [(&["--redact"][..], true), (&[], false)] {
        let ran = fetch(&[&files[..], &flags[..], redact].concat());
        fetched(&ran);
        assert_eq!(cookie_lines(&seen), ["c=SECRET", "s=SECRET; c=SECRET"]);
        seen.lock().unwrap().clear();
        let program = fetch(&[&["--as", "curl"][..], &flags[..], redact].concat());
        fetched(&program);
        let har = std::fs::read_to_string(&har).unwrap();
        let events = std::fs::read_to_string(&events).unwrap();
        for (what, text) in [
            ("HAR", &har),
            ("events", &events),
            ("-v", &ran.err),
            ("curl", &program.text()),
        ] {
            let found = text.contains("SECRET") || text.contains("U0VDUkVU");
            assert_eq!(found, !hidden, "{what} {redact:?}: {text}");
        }
        assert_eq!(har.contains("******"), hidden);
    }
}
