//! What the flags make of a request: the server answers with the very bytes it read.

use sockeye::playground::script::{Request, Script, Step, send};
use sockeye::playground::server::Server;

use sockeye::request::{accept, field};

use super::{fetch, run, sockeye};

fn echo(request: &Request) -> Script {
    let bytes = request.bytes();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
    vec![send([head.as_bytes(), &bytes].concat())]
}

/// What arrives, with the address that Host names as `HOST`.
fn arrives(server: &Server, args: &[&str]) -> String {
    let ran = fetch(&[args, &[&server.url("/p?q")]].concat());
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
    let host = format!("127.0.0.1:{}", server.port());
    ran.text().replace(&host, "HOST")
}

#[test]
fn flags_make_the_request() {
    let server = Server::start(echo).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("data");
    std::fs::write(&file, "a\r\nb\n\0c").unwrap();
    let at_file = format!("@{}", file.display());
    let agent = concat!("User-Agent: sockeye/", env!("CARGO_PKG_VERSION"), "\r\n");
    let head = |line: &str, rest: &str| {
        format!("{line}\r\nHost: HOST\r\n{agent}Accept: */*\r\n{rest}\r\n")
    };
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let posted = |body: &str| {
        let length = format!("Content-Length: {}\r\n{form}", body.len());
        head("POST /p?q HTTP/1.1", &length) + body
    };
    #[rustfmt::skip]
    let rows: &[(&[&str], String)] = &[
        (&[], head("GET /p?q HTTP/1.1", "")),
        (&["--http1.0"], head("GET /p?q HTTP/1.0", "")),
        (&["-X", "BREW"], head("BREW /p?q HTTP/1.1", "")),
        (&["-H", "X: y", "-H", "Z;"], head("GET /p?q HTTP/1.1", "X: y\r\nZ:\r\n")),
        (&["-A", ""], head("GET /p?q HTTP/1.1", "").replace(agent, "")),
        (&["-A", "me"], head("GET /p?q HTTP/1.1", "").replace(agent, "User-Agent: me\r\n")),
        (&["-u", "a:b"], head("GET /p?q HTTP/1.1", "").replace(agent, &format!("Authorization: Basic YTpi\r\n{agent}"))),
        (&["-d", "a=1", "-d", "b=2"], posted("a=1&b=2")),
        (&["-d", ""], posted("")),
        // As curl: line ends and NULs of a file are left out.
        (&["-d", &at_file], posted("abc")),
        (&["-d", &at_file, "-d", "x"], posted("abc&x")),
        (&["-H", "Host:", "-H", "Accept:", "-A", ""], "GET /p?q HTTP/1.1\r\n\r\n".into()),
    ];
    for (args, want) in rows {
        assert_eq!(arrives(&server, args), *want, "{args:?}");
    }
}

/// Bytes that no flag could make, sent as they are; the URL only says where to.
#[test]
fn a_request_file_is_sent_exactly() {
    let server = Server::start(echo).unwrap();
    let url = server.url("/not-asked-for");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("request");
    for request in [
        &b"GET /x HTTP/1.1\nHost: a\n\n"[..],
        b"GET  /\xff\0 HTTP/9.9\r\n folded\r\nContent-Length: 3\r\n\r\na\0b",
    ] {
        std::fs::write(&file, request).unwrap();
        let ran = fetch(&["--request-file", file.to_str().unwrap(), &url]);
        assert_eq!((ran.code, &ran.out[..]), (0, request), "{}", ran.err);
        let ran = run(
            sockeye("fetch").args(["--request-file", "-", &url]),
            request,
        );
        assert_eq!((ran.code, &ran.out[..]), (0, request), "{}", ran.err);
    }
}

/// A HEAD in a request file, or by `-X`, has no body, whatever Content-Length says.
#[test]
fn framing_follows_the_method_sent() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
    let server = Server::start(move |_| vec![send(head), Step::WaitForClose]).unwrap();
    let url = server.url("/");
    let ran = run(
        sockeye("fetch").args(["-i", "--request-file", "-", &url]),
        b"HEAD / HTTP/1.1\r\n\r\n",
    );
    assert_eq!((ran.code, ran.text().as_str()), (0, head), "{}", ran.err);
    let ran = fetch(&["-i", "-X", "HEAD", &url]);
    assert_eq!((ran.code, ran.text().as_str()), (0, head), "{}", ran.err);
}

#[test]
fn small_sends_carry_the_same_bytes() {
    let server = Server::start(echo).unwrap();
    for args in [
        &["--send-size", "1"][..],
        &["--send-size", "7", "--nonblocking"],
        &["-4", "--timeout", "20"],
    ] {
        assert_eq!(arrives(&server, args), arrives(&server, &[]), "{args:?}");
    }
}

#[test]
fn resolve_names_the_address() {
    let server = Server::start(echo).unwrap();
    let port = server.port();
    for (host, row) in [
        (
            "no-such-host.invalid",
            format!("no-such-host.invalid:{port}:127.0.0.1"),
        ),
        (
            "NO-such-host.invalid",
            format!("no-SUCH-host.invalid:{port}:127.0.0.1"),
        ),
        ("any.invalid", format!("*:{port}:127.0.0.1")),
    ] {
        let ran = fetch(&["--resolve", &row, &format!("http://{host}:{port}/")]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let host = host.to_ascii_lowercase();
        let told = ran.text().to_ascii_lowercase();
        assert!(told.contains(&format!("host: {host}:{port}\r\n")), "{told}");
    }
}

#[test]
fn a_unix_socket_instead_of_the_host() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let elsewhere = dir.path().join("nothing");
    let _server = Server::start_unix(&path, echo).unwrap();
    let (path, elsewhere) = (path.display(), elsewhere.display());
    for (args, head) in [
        (
            format!("--unix-socket {path} http://name/x"),
            "GET /x HTTP/1.1\r\nHost: name\r\n",
        ),
        (
            format!("unix:{path}:/x?y"),
            "GET /x?y HTTP/1.1\r\nHost: localhost\r\n",
        ),
        // The URL's own goes before the flag's; no proxy leads to either.
        (
            format!("-x http://127.0.0.1:1 --unix-socket {elsewhere} unix:{path}:"),
            "GET / HTTP/1.1\r\nHost: localhost\r\n",
        ),
    ] {
        let ran = fetch(&args.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.code, 0, "{args}: {}", ran.err);
        assert!(ran.text().starts_with(head), "{args}: {}", ran.text());
    }
}

/// Exit statuses are curl's; what to try is said.
#[test]
fn unix_sockets_that_nobody_serves() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    std::fs::write(at("file"), "").unwrap();
    drop(std::os::unix::net::UnixListener::bind(at("dead")).unwrap());
    let _datagrams = std::os::unix::net::UnixDatagram::bind(at("datagrams")).unwrap();
    let long = "x".repeat(120);
    for (name, code, why) in [
        ("nothing", 7, "there is no such file"),
        ("file/x", 7, "a part of its path is no directory"),
        ("file", 7, "the file is no socket"),
        ("dead", 7, "nobody listens there any more"),
        ("datagrams", 7, "not of type SOCK_STREAM"),
        (&long, 6, "107 bytes at most"),
    ] {
        let ran = fetch(&[&format!("unix:{}:/", at(name).display())]);
        assert_eq!(ran.code, code, "{name}: {}", ran.err);
        assert!(ran.err.contains(why), "{name}: {}", ran.err);
    }
}

/// `ws://` asks for a WebSocket, and what its data frames bring is the output.
#[test]
fn a_websocket_by_its_scheme() {
    const FRAMES: &[u8] = b"\x81\x05hello\x89\x01p\x82\x02\x00\x01\x88\x02\x03\xe8";
    let server = Server::start(|request| {
        let key = field(&request.bytes(), "Sec-WebSocket-Key")
            .unwrap_or_default()
            .to_vec();
        let accept = accept(&String::from_utf8_lossy(&key));
        let head = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        vec![
            send([head.as_bytes(), FRAMES].concat()),
            Step::WebSocket { closing: true },
        ]
    })
    .unwrap();
    let url = server.url("/").replace("http:", "ws:");
    for (args, want) in [
        (&[][..], &b"hello\x00\x01"[..]),
        (&["--raw"], FRAMES),
        (&["--recv-size", "1"], b"hello\x00\x01"),
    ] {
        let ran = fetch(&[args, &[&url]].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        assert_eq!(ran.out, want, "{args:?}");
    }
    let ran = fetch(&["--events", "-", &url]);
    // Its Ping and its Close are answered (RFC 6455 sections 5.5.1 and 5.5.2).
    let frames: Vec<String> = ran
        .text()
        .lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_once("ws_frame")?.1.split('"').collect();
            Some(format!("{} {}", words.get(4)?, words.get(14)?))
        })
        .collect();
    assert_eq!(
        frames,
        [
            "received text",
            "received ping",
            "received binary",
            "received close",
            "sent pong",
            "sent close"
        ]
    );
}

/// A chain of redirects is one connection where the server keeps it.
#[test]
fn redirects_reuse_the_connection() {
    let server = Server::start(|request| match request.path() {
        "/last" => echo(request),
        path => {
            let next = if path == "/1" { "/2" } else { "last" };
            vec![send(format!(
                "HTTP/1.1 302 Found\r\nLocation: {next}\r\nContent-Length: 5\r\n\r\nthere"
            ))]
        }
    })
    .unwrap();
    let ran = fetch(&["-L", "-d", "x", &server.url("/1")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.text().starts_with("GET /last HTTP/1.1\r\n"),
        "{}",
        ran.text()
    );
    assert_eq!(server.accepted(), 1);
}
