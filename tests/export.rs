//! Generated programs are run against a loopback server: the request's bytes must arrive
//! exactly, the body must be printed.
//!
//! A language whose tool is not installed is named on standard error and left out.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use sockeye::event::{EndMode, Family};
use sockeye::export::{Language, program};
use sockeye::plan::{Plan, TlsVersion};
use sockeye::playground::tls::{Kind, TlsPlayground};
use sockeye::url::{Scheme, Target};

/// After this a side that waits in vain gives up and the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// One exchange: what is sent, what comes back, what is printed.
struct Case {
    name: &'static str,
    request: Vec<u8>,
    response: Vec<u8>,
    /// The server closes after its response; else it waits for the client to.
    closes: bool,
    body: Vec<u8>,
    adjust: fn(&mut Plan),
}

fn case(
    name: &'static str,
    end: fn(&mut Plan),
    response: &[u8],
    closes: bool,
    body: &[u8],
) -> Case {
    Case {
        name,
        request: b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
        response: response.to_vec(),
        closes,
        body: body.to_vec(),
        adjust: end,
    }
}

fn plain(_: &mut Plan) {}
fn close(plan: &mut Plan) {
    plan.options.end = EndMode::Close;
}
fn length(plan: &mut Plan) {
    plan.options.end = EndMode::Length;
}
fn timeout(plan: &mut Plan) {
    plan.options.end = EndMode::Timeout;
    plan.options.timeout = Some(Duration::from_millis(300));
}
fn once(plan: &mut Plan) {
    plan.options.end = EndMode::Once;
}
fn nonblocking_timeout(plan: &mut Plan) {
    plan.options.nonblocking = true;
    timeout(plan);
}
/// Everything in small pieces, without blocking.
fn small_pieces(plan: &mut Plan) {
    plan.options.nonblocking = true;
    plan.options.send_size = Some(100);
    plan.options.recv_size = 7;
    plan.options.connect_timeout = Some(Duration::from_secs(9));
}
fn ipv4_by_name(plan: &mut Plan) {
    plan.target.host = "localhost".to_owned();
    plan.options.family = Some(Family::Inet);
    plan.options.timeout = Some(PATIENCE);
}

const LENGTH_5: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

fn cases() -> Vec<Case> {
    let chunked =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n\
        5;a=b\r\nhel\0o\r\n00c\r\n, two\r\nlines\r\n000\r\nTrailer: 1\r\n\r\n";
    let mut every_byte = b"POST /\"??= HTTP/1.1\r\nX: %s '$(id)` ??(\n folded\r\n\r\n".to_vec();
    // Each byte with a hexadecimal digit behind it: no escape may take it along.
    for byte in 0..=255 {
        every_byte.extend([byte, b'7', byte, b'f', byte]);
    }
    let mut large = b"POST /large HTTP/1.1\r\nContent-Length: 300000\r\n\r\n".to_vec();
    large.extend((0..300_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    vec![
        case(
            "content-length, kept open",
            plain,
            LENGTH_5,
            false,
            b"hello",
        ),
        case(
            "chunked after a 100",
            plain,
            chunked,
            false,
            b"hel\0o, two\r\nlines",
        ),
        case(
            "until the close",
            plain,
            b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nto the\nend",
            true,
            b"to the\nend",
        ),
        case(
            "304",
            plain,
            b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
            false,
            b"",
        ),
        case("length", length, LENGTH_5, false, b"hello"),
        case("close", close, LENGTH_5, true, b"hello"),
        case("timeout", timeout, LENGTH_5, false, b"hello"),
        case(
            "timeout, nonblocking",
            nonblocking_timeout,
            LENGTH_5,
            false,
            b"hello",
        ),
        case("once", once, LENGTH_5, false, b"hello"),
        case("small pieces", small_pieces, LENGTH_5, false, b"hello"),
        case("IPv4 by name", ipv4_by_name, LENGTH_5, false, b"hello"),
        Case {
            request: b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(),
            ..case(
                "HEAD",
                plain,
                b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
                false,
                b"",
            )
        },
        Case {
            request: every_byte,
            ..case("every byte", plain, LENGTH_5, false, b"hello")
        },
        Case {
            request: large,
            ..case(
                "a large binary body",
                small_sends,
                LENGTH_5,
                false,
                b"hello",
            )
        },
        Case {
            request: Vec::new(),
            ..case("nothing is sent", plain, LENGTH_5, false, b"hello")
        },
    ]
}

fn small_sends(plan: &mut Plan) {
    plan.options.nonblocking = true;
    plan.options.send_size = Some(65_536);
}

/// How a language's program is built and run.
struct Tool {
    language: Language,
    file: &'static str,
    /// Empty where nothing is built.
    build: &'static [&'static str],
    /// What is added to that for https.
    tls: &'static [&'static str],
    run: &'static [&'static str],
}

const TOOLS: &[Tool] = &[
    Tool {
        language: Language::Python,
        file: "fetch.py",
        build: &[],
        tls: &[],
        run: &["python3", "fetch.py"],
    },
    Tool {
        language: Language::PythonNonblocking,
        file: "fetch.py",
        build: &[],
        tls: &[],
        run: &["python3", "fetch.py"],
    },
    Tool {
        language: Language::C,
        file: "fetch.c",
        build: &[
            "gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-o", "fetch", "fetch.c",
        ],
        tls: &["-lssl", "-lcrypto"],
        run: &["./fetch"],
    },
    Tool {
        language: Language::Rust,
        file: "fetch.rs",
        build: &["rustc", "--edition=2021", "-Dwarnings", "fetch.rs"],
        tls: &[],
        run: &["./fetch"],
    },
    Tool {
        language: Language::Curl,
        file: "fetch.sh",
        build: &[],
        tls: &[],
        run: &["sh", "fetch.sh"],
    },
];

/// For https alone: nc itself differs between systems.
const OPENSSL: Tool = Tool {
    language: Language::Nc,
    file: "fetch.sh",
    build: &[],
    tls: &[],
    run: &["sh", "fetch.sh"],
};

impl Tool {
    fn of(language: Language) -> &'static Tool {
        TOOLS.iter().find(|tool| tool.language == language).unwrap()
    }

    /// Says so when what it takes is not installed.
    fn missing(&self) -> bool {
        let program = match self.language {
            Language::Curl => "curl",
            Language::Nc => "openssl",
            _ => self.build.first().unwrap_or(&self.run[0]),
        };
        let version = if program == "openssl" {
            "version"
        } else {
            "--version"
        };
        let status = Command::new(program)
            .arg(version)
            .stdout(Stdio::null())
            .status();
        let missing = !status.is_ok_and(|status| status.success());
        if missing {
            eprintln!("NOT RUN: {program} is not installed");
        }
        missing
    }

    /// Rust's library does not; C's programs need OpenSSL's headers.
    fn speaks_tls(&self) -> bool {
        match self.language {
            Language::Rust => false,
            Language::C => {
                let dir = tempfile::tempdir().unwrap();
                write(dir.path(), "a.c", "#include <openssl/ssl.h>\n");
                let found = command(dir.path(), "gcc", &["-E", "a.c"]).output();
                let found = found.is_ok_and(|out| out.status.success());
                if !found {
                    eprintln!("NOT RUN: OpenSSL's headers are not installed");
                }
                found
            }
            _ => true,
        }
    }

    /// Writes and builds the program; the command is ready to be run.
    fn prepare(&self, dir: &Path, source: &str) -> Command {
        write(dir, self.file, source);
        if let Some((compiler, arguments)) = self.build.split_first() {
            let tls: &[&str] = if source.contains("<openssl/") {
                self.tls
            } else {
                &[]
            };
            succeed(&mut command(dir, compiler, &[arguments, tls].concat()));
        }
        command(dir, self.run[0], &self.run[1..])
    }
}

#[test]
fn python() {
    run_all(Language::Python);
}

#[test]
fn python_nonblocking() {
    run_all(Language::PythonNonblocking);
}

#[test]
fn c() {
    run_all(Language::C);
}

#[test]
fn rust() {
    run_all(Language::Rust);
}

/// nc itself is often missing and differs between systems: a stand-in that prints what
/// it was given shows the bytes and the arguments.
#[test]
fn nc_is_given_the_exact_bytes() {
    for case in cases() {
        let dir = tempfile::tempdir().unwrap();
        write(
            dir.path(),
            "nc",
            "#!/bin/sh\nprintf '%s\\n' \"$*\" >&2\nexec cat\n",
        );
        succeed(&mut command(dir.path(), "chmod", &["+x", "nc"]));
        let plan = plan(&case, 8080);
        write(dir.path(), "fetch.sh", &program(Language::Nc, &plan));
        let path = format!("{}:/usr/bin:/bin", dir.path().display());
        let out = command(dir.path(), "sh", &["fetch.sh"])
            .env("PATH", path)
            .output()
            .unwrap();
        assert!(
            out.stdout == case.request,
            "{}: {:?}",
            case.name,
            out.stdout.escape_ascii().to_string()
        );
        let arguments = String::from_utf8(out.stderr).unwrap();
        assert!(
            arguments
                .trim_end()
                .ends_with(&format!("{} 8080", plan.target.host)),
            "{arguments}"
        );
    }
}

/// A request that the options of curl can express, or what is said of one that they
/// cannot.
#[test]
fn curl_sends_the_bytes_or_says_what_differs() {
    let rows: &[(&[u8], bool)] = &[
        (b"GET /x HTTP/1.1\r\nHost: HOST\r\nUser-Agent: sockeye/1\r\nAccept: */*\r\n\r\n", true),
        (b"GET /x HTTP/1.1\r\nHost: HOST\r\n\r\n", true),
        (b"GET /other?a=[1]&b='$x HTTP/1.0\r\nHost: elsewhere\r\nX: it's  two\r\nX-Empty:\r\nX: again\r\n\r\n", true),
        (b"HEAD /x HTTP/1.1\r\nHost: HOST\r\n\r\n", true),
        (b"PROPFIND /x HTTP/1.1\r\nHost: HOST\r\nDepth: 1\r\nX-\xe9: \xff%\t\\\r\n\r\n", true),
        (b"POST /x HTTP/1.1\r\nHost: HOST\r\nContent-Length: 4\r\n\r\na\0\nb", true),
        (b"PUT /x HTTP/1.1\r\nHost: HOST\r\nContent-Type: a/b\r\nContent-Length: 1\r\n\r\n@", true),
        (b"GET * HTTP/1.1\r\n\r\n", true),
        // -- not to be had -------------------------------------------------------
        (b"GET /x HTTP/1.1\nHost: HOST\n\n", false),
        (b"GET /x HTTP/1.1\r\nA: b\r\nHost: HOST\r\n\r\n", false),
        (b"GET /x HTTP/1.1\r\nHost: HOST\r\nA : b\r\n\r\n", false),
        (b"GET /x HTTP/1.1\r\nHost: HOST\r\nA: \0\r\n\r\n", false),
        (b"GET /x HTTP/2.7\r\nHost: HOST\r\n\r\n", false),
        (b"GET /x HTTP/1.1\r\nHost: HOST\r\n", false),
        (b"POST /x HTTP/1.1\r\nHost: HOST\r\n\r\nbody", false),
        (b"POST /x HTTP/1.1\r\nHost: HOST\r\nContent-Length: 9\r\n\r\nbody", false),
        (b"", false),
    ];
    let tool = Tool::of(Language::Curl);
    if tool.missing() {
        return;
    }
    for &(request, exact) in rows {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let request = replaced(request, b"HOST", format!("127.0.0.1:{port}").as_bytes());
        let response = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec();
        let case = Case {
            request,
            ..case("curl", plain, &response, true, b"")
        };
        let source = program(Language::Curl, &plan(&case, port));
        assert_eq!(
            !source.contains("cannot send this request exactly"),
            exact,
            "{source}"
        );
        if !exact {
            continue;
        }
        let server = serve(Listener::Tcp(listener), &case);
        let dir = tempfile::tempdir().unwrap();
        succeed(&mut tool.prepare(dir.path(), &source));
        let received = server.join().unwrap();
        assert_eq!(text(&received), text(&case.request), "{source}");
    }
}

/// What is to be tried on TLS: how the plan is changed, and whether the program succeeds.
type Secured = (Kind, fn(&mut Plan, &TlsPlayground), bool);

/// The programs meet the playground's servers: the good ones answer, the others are refused
/// as they are here.
#[test]
fn programs_speak_tls() {
    let playground = TlsPlayground::start(None).unwrap();
    let table: &[Secured] = &[
        (Kind::Good, |_, _| {}, true),
        (
            Kind::Good,
            |plan, _| plan.options.end = EndMode::Close,
            true,
        ),
        (Kind::Good, |plan, _| plan.options.nonblocking = true, true),
        (Kind::Good, |plan, _| plan.options.tls.cacert = None, false),
        (
            Kind::Good,
            |plan, _| plan.target.host = "localhost".into(),
            true,
        ),
        (
            Kind::Good,
            |plan, _| plan.options.tls.max = Some(TlsVersion::V1_2),
            true,
        ),
        (
            Kind::Good,
            |plan, _| plan.options.tls.min = Some(TlsVersion::V1_3),
            true,
        ),
        (Kind::NoCloseNotify, |_, _| {}, true),
        (Kind::Expired, |_, _| {}, false),
        (Kind::WrongName, |_, _| {}, false),
        (
            Kind::SelfSigned,
            |plan, _| plan.options.tls.verify = false,
            true,
        ),
        (
            Kind::Revoked,
            |plan, on| plan.options.tls.crlfile = Some(on.revoked_file()),
            false,
        ),
        (
            Kind::Good,
            |plan, on| plan.options.tls.crlfile = Some(on.revoked_file()),
            true,
        ),
        (Kind::ClientCertificate, |_, _| {}, false),
        (
            Kind::ClientCertificate,
            |plan, on| plan.options.tls.cert = Some(on.client_file()),
            true,
        ),
        (
            Kind::ClientCertificate,
            |plan, on| {
                plan.options.tls.cert = Some(on.client_file());
                plan.options.tls.key = Some(on.client_file());
                plan.options.nonblocking = true;
            },
            true,
        ),
    ];
    let tools = TOOLS.iter().chain([&OPENSSL]);
    for tool in tools.filter(|tool| !tool.missing() && tool.speaks_tls()) {
        for (number, (kind, adjust, succeeds)) in table.iter().enumerate() {
            let target = Target::parse(&playground.url(*kind, "/hello")).unwrap();
            let mut plan = Plan::new(target, Vec::new());
            plan.options.tls.cacert = Some(playground.root_file());
            adjust(&mut plan, &playground);
            // Of a file with several lists, its -CRL reads the first: the program says so.
            if tool.language == Language::Nc && plan.options.tls.crlfile.is_some() {
                continue;
            }
            // curl can send this, and every end mode ends.
            let host = plan.target.authority();
            let request =
                format!("GET /hello HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            plan.request = request.into_bytes().into();
            let dir = tempfile::tempdir().unwrap();
            let source = program(tool.language, &plan);
            let out = tool.prepare(dir.path(), &source).output().unwrap();
            let name = format!("{:?} {kind:?} row {number}", tool.language);
            let said = format!("{name}: {}", String::from_utf8_lossy(&out.stderr));
            // A close without close_notify is an error to OpenSSL's client, after the body.
            let missed = tool.language == Language::Nc && *kind == Kind::NoCloseNotify;
            assert_eq!(out.status.success(), *succeeds && !missed, "{said}");
            assert_eq!(text(&out.stdout).contains("Hello"), *succeeds, "{said}");
        }
    }
}

/// rustc's own library has no TLS: the program says so in one line.
#[test]
fn a_rust_program_says_that_it_has_no_tls() {
    let tool = Tool::of(Language::Rust);
    if tool.missing() {
        return;
    }
    let target = Target::parse("https://localhost/").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let source = program(
        Language::Rust,
        &Plan::new(target, b"GET / HTTP/1.1\r\n\r\n".to_vec()),
    );
    let out = tool.prepare(dir.path(), &source).output().unwrap();
    let said = "Rust's standard library has no TLS: that takes the crate rustls\n";
    assert_eq!(String::from_utf8_lossy(&out.stderr), said);
    assert_eq!(out.status.code(), Some(2));
}

/// A Unix socket stands for host and port; its path may hold anything.
#[test]
fn unix_sockets() {
    for tool in TOOLS.iter().filter(|tool| !tool.missing()) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("it's \"a\"\n$(socket)\n");
        let case = case("unix", plain, LENGTH_5, true, b"hello");
        let mut plan = plan(&case, 80);
        plan.options.unix_socket = Some(path.clone());
        let mut command = tool.prepare(dir.path(), &program(tool.language, &plan));
        let server = serve(Listener::Unix(UnixListener::bind(&path).unwrap()), &case);
        let out = succeed(&mut command);
        assert_eq!(text(&out.stdout), "hello", "{:?}", tool.language);
        let received = server.join().unwrap();
        assert_eq!(text(&received), text(&case.request), "{:?}", tool.language);
    }
}

/// Runs every case in one language.
fn run_all(language: Language) {
    let tool = Tool::of(language);
    if tool.missing() {
        return;
    }
    for case in cases() {
        let name = case.name;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let dir = tempfile::tempdir().unwrap();
        let mut command = tool.prepare(dir.path(), &program(language, &plan(&case, port)));
        let server = serve(Listener::Tcp(listener), &case);
        let out = succeed(&mut command);
        assert_eq!(text(&out.stdout), text(&case.body), "{name}: the body");
        assert!(out.stderr.starts_with(b"HTTP/1.1 "), "{name}: the head");
        let received = server.join().unwrap();
        let shown = text(&received[..received.len().min(2000)]);
        assert!(
            received == case.request,
            "{name}: {} bytes came: {shown}",
            received.len()
        );
    }
}

fn plan(case: &Case, port: u16) -> Plan {
    let target = Target {
        scheme: Scheme::Http,
        host: "127.0.0.1".to_owned(),
        port,
        path: "/x".to_owned(),
        userinfo: None,
        notes: Vec::new(),
    };
    let mut plan = Plan::new(target, case.request.clone());
    (case.adjust)(&mut plan);
    plan
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// Serves one connection: reads the request, answers, closes or not; then every byte
/// that still comes. Answers all it received.
fn serve(listener: Listener, case: &Case) -> thread::JoinHandle<Vec<u8>> {
    let expected = case.request.len();
    let response: Arc<[u8]> = case.response.clone().into();
    let closes = case.closes;
    thread::spawn(move || {
        let (mut stream, finish): (Box<dyn Stream>, Box<dyn FnOnce()>) = match listener {
            Listener::Tcp(listener) => {
                let stream = listener.accept().unwrap().0;
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                let other = stream.try_clone().unwrap();
                let finish = move || drop(other.shutdown(std::net::Shutdown::Write));
                (Box::new(stream), Box::new(finish))
            }
            Listener::Unix(listener) => {
                let stream = listener.accept().unwrap().0;
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                let other = stream.try_clone().unwrap();
                let finish = move || drop(other.shutdown(std::net::Shutdown::Write));
                (Box::new(stream), Box::new(finish))
            }
        };
        let mut received = vec![0; expected];
        stream.read_exact(&mut received).unwrap();
        stream.write_all(&response).unwrap();
        if closes {
            finish();
        }
        stream.read_to_end(&mut received).unwrap();
        received
    })
}

fn write(dir: &Path, name: &str, text: &str) {
    std::fs::write(dir.join(name), text).unwrap();
}

fn command(dir: &Path, program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(dir)
        .stdin(Stdio::null());
    command
}

fn succeed(command: &mut Command) -> Output {
    let out = command.output().unwrap();
    assert!(
        out.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    out
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match bytes.windows(from.len()).position(|window| window == from) {
        Some(at) => [&bytes[..at], to, &bytes[at + from.len()..]].concat(),
        None => bytes.to_vec(),
    }
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
