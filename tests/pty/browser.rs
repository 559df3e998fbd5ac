//! The real browser and real servers on loopback: which bytes other servers get to see, and
//! which it saves.

use std::process::Command;
use std::sync::{Arc, Mutex};

use sockeye::playground::proxy::HttpProxy;
use sockeye::playground::script::{Request, Script, Service, send};
use sockeye::playground::server::Server;
use sockeye::playground::tls::{Kind, TlsPlayground};

use crate::terminal::Terminal;

const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const CTRL_A: &str = "\x01";
const CTRL_L: &str = "\x0c";
const CTRL_HOME: &str = "\x1b[1;5H";
const CTRL_Q: &str = "\x11";
const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";
const END: &str = "\x1b[F";
const F2: &str = "\x1bOQ";
const F3: &str = "\x1bOR";
const F5: &str = "\x1b[15~";

const HI: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

/// A server that keeps the heads of all requests that it gets; or a proxy that does.
#[derive(Clone, Default)]
struct Recorder {
    seen: Arc<Mutex<Vec<u8>>>,
    says: Arc<Mutex<String>>,
    proxy: bool,
}

impl Recorder {
    fn of(says: impl Into<String>) -> Recorder {
        Recorder {
            says: Arc::new(Mutex::new(says.into())),
            ..Recorder::default()
        }
    }

    fn proxy() -> Recorder {
        Recorder {
            proxy: true,
            ..Recorder::default()
        }
    }

    /// What it got since the last look.
    fn seen(&self) -> String {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        String::from_utf8(seen).unwrap()
    }
}

fn redirect(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nLocation: {to}\r\nSet-Cookie: sid=jar; Path=/\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

impl Service for Recorder {
    fn answer(&self, request: &Request) -> Script {
        self.seen.lock().unwrap().extend_from_slice(&request.head);
        match self.proxy {
            true => HttpProxy { user: true }.answer(request),
            false => vec![send(&*self.says.lock().unwrap())],
        }
    }
}

/// What only the first server, or only the proxy, may learn.
const SECRETS: &[&str] = &[
    "authorization",
    "cookie",
    "x-api-key",
    "sid=jar",
    "mine=1",
    "YW5uOnNlY3JldA==",
    "c29ja2V5ZTpwcmFjdGljZQ==",
];

fn assert_learns_nothing(head: &str) {
    assert!(head.starts_with("GET /b HTTP/1.1\r\n"), "{head}");
    let lower = head.to_lowercase();
    for secret in SECRETS {
        assert!(!lower.contains(&secret.to_lowercase()), "{secret}: {head}");
    }
}

/// By hand and by itself, as text typed by hand, as a URL's user and from the jar.
#[test]
fn a_redirect_tells_another_server_nothing() {
    let second = Recorder::of(HI);
    let there = Server::serve(None, second.clone()).unwrap();
    // Another port and another name: the jar's cookies know no ports (RFC 6265, 8.5).
    let to = format!("http://localhost:{}/b", there.port());
    let first = Recorder::of(redirect(&to));
    let here = Server::serve(None, first.clone()).unwrap();
    let url = format!("http://ann:secret@127.0.0.1:{}/a", here.port());

    let (mut terminal, _) = Terminal::browser();
    terminal.send(&format!("{CTRL_L}{url}"));
    terminal.wait_for("Authorization: Basic YW5uOnNlY3JldA==");
    terminal.send(&format!("{F2}{CTRL_HOME}{DOWN}"));
    terminal.send(&format!("Cookie: mine=1{ENTER}X-Api-Key: key{ENTER}{F5}"));
    terminal.wait_for("L follows");
    let head = first.seen();
    for secret in ["Cookie: mine=1", "X-Api-Key: key", "YW5uOnNlY3JldA=="] {
        assert!(head.contains(secret), "{secret}: {head}");
    }
    assert_eq!(second.seen(), "", "nothing is followed unasked");
    // Out of the request; only then is L no text, and no Alt-L.
    terminal.send(ESC);
    terminal.wait_for("┏ Response");
    terminal.send("L");
    terminal.wait_for("ended: Content-Length's 2 bytes are here");
    assert_learns_nothing(&second.seen());

    // The jar has the first one's cookie now; the knob follows.
    terminal.send(&format!("{F3}{END}{UP}"));
    terminal.wait_for("▸ redirects");
    terminal.send(&format!(" {ENTER}"));
    terminal.wait_for("follows 10");
    terminal.send(&format!("{CTRL_L}{url}"));
    terminal.wait_for("Cookie: sid=jar");
    terminal.send(ENTER);
    terminal.wait("two requests more", |_| {
        let all = [&first.seen, &second.seen].map(|seen| seen.lock().unwrap().len());
        (!all.contains(&0)).then_some(())
    });
    let head = first.seen();
    for secret in ["Cookie: sid=jar", "YW5uOnNlY3JldA=="] {
        assert!(head.contains(secret), "{secret}: {head}");
    }
    assert_learns_nothing(&second.seen());
    terminal.send(CTRL_Q);
    assert_eq!(terminal.exit(), 0);
}

/// What the proxy is told goes to the proxy alone: not through its tunnel, and not with the
/// request that it passes on. From https to http asks first.
#[test]
fn a_proxys_user_stays_with_the_proxy() {
    let second = Recorder::of(HI);
    let there = Server::serve(None, second.clone()).unwrap();
    let to = format!("http://localhost:{}/b", there.port());
    let first = Recorder::of(redirect(&to));
    let secure = TlsPlayground::serve(None, || first.clone()).unwrap();
    let proxy = Recorder::proxy();
    let between = Server::serve(None, proxy.clone()).unwrap();
    let named = format!("http://sockeye:practice@127.0.0.1:{}", between.port());
    const OWN: &str = "Proxy-Authorization: Basic c29ja2V5ZTpwcmFjdGljZQ==\r\n";

    let program = env!("CARGO_BIN_EXE_sockeye");
    let proxies = [
        ("http_proxy", named.as_str()),
        ("https_proxy", named.as_str()),
        ("no_proxy", ""),
        ("NO_PROXY", ""),
    ];
    let browser = Terminal::start(program, &[], &proxies);
    let (mut terminal, _) = browser.on_the_start_page();
    let url = secure.url(Kind::Good, "/a");
    terminal.send(&format!("{CTRL_L}{url}{ENTER}"));
    // Its root is not ours: asked, and gone on once.
    terminal.wait_for("Space sends it this once");
    terminal.send(" ");
    terminal.wait_for("L follows");
    let head = first.seen();
    assert!(head.starts_with("GET /a HTTP/1.1\r\n"), "{head}");
    assert!(!head.contains("Proxy-"), "{head}");
    let tunnels = proxy.seen();
    assert_eq!(
        tunnels.matches("CONNECT 127.0.0.1:").count(),
        2,
        "{tunnels}"
    );
    assert_eq!(tunnels.matches(OWN).count(), 2, "{tunnels}");

    terminal.send("L");
    terminal.wait_for("from https to http: anybody on the way can read");
    assert_eq!(proxy.seen(), "", "it asks first");
    terminal.send("L");
    terminal.wait_for("ended: Content-Length's 2 bytes are here");
    let forwarded = proxy.seen();
    assert!(
        forwarded.starts_with(&format!("GET {to} HTTP/1.1\r\n")),
        "{forwarded}"
    );
    assert!(forwarded.contains(OWN), "{forwarded}");
    assert_learns_nothing(&second.seen());
    terminal.send(CTRL_Q);
    assert_eq!(terminal.exit(), 0);
}

/// Our certificate is for the origin that it was given for: by another name the same server
/// is another, which asks, and gets neither it nor the request.
#[test]
fn a_client_certificate_stays_with_its_origin() {
    let seen = Recorder::of(HI);
    let secure = TlsPlayground::serve(None, || seen.clone()).unwrap();
    let first = secure.url(Kind::ClientCertificate, "/a");
    let to = first.replace("127.0.0.1", "localhost").replace("/a", "/b");
    *seen.says.lock().unwrap() = redirect(&to);
    let root = secure.root_file();
    let trusts = [("SSL_CERT_FILE", root.to_str().unwrap())];
    let browser = Terminal::start(env!("CARGO_BIN_EXE_sockeye"), &[], &trusts);
    let (mut terminal, _) = browser.on_the_start_page();
    terminal.send(&format!("{CTRL_L}{first}{ENTER}"));
    terminal.wait_for("Our certificate");
    assert_eq!(seen.seen(), "", "without it no request is read");
    terminal.send(&format!("{}{ENTER}", secure.client_file().display()));
    terminal.wait_for("L follows");
    assert!(seen.seen().starts_with("GET /a HTTP/1.1\r\n"));
    terminal.send("L");
    terminal.wait_for("Our certificate");
    assert_eq!(seen.seen(), "", "the other origin got no request");
    terminal.wait_for("localhost");
    terminal.send(ESC);
    // Only then is the next key no Alt with that key.
    terminal.wait("the question is gone", |screen| {
        let text = screen.contents();
        let gone = !text.contains("Our certificate");
        (gone && text.contains("alert certificate_required")).then_some(())
    });
    terminal.send(CTRL_Q);
    assert_eq!(terminal.exit(), 0);
}

/// Each kind of trouble in its own words, with what can be done about it; nothing is sent.
#[test]
fn each_bad_certificate_has_its_sentence_and_its_offer() {
    let seen = Recorder::of(HI);
    let secure = TlsPlayground::serve(None, || seen.clone()).unwrap();
    let root = secure.root_file();
    let trusts = [("SSL_CERT_FILE", root.to_str().unwrap())];
    let browser = Terminal::start(env!("CARGO_BIN_EXE_sockeye"), &[], &trusts);
    let (mut terminal, _) = browser.on_the_start_page();
    const ONCE: &str = "Space sends it this once";
    for (kind, sentence, offer) in [
        (Kind::Expired, "NOT TRUSTED: expired on 20", ONCE),
        (Kind::NotYet, "NOT TRUSTED: not valid before 20", ONCE),
        (
            Kind::WrongName,
            "NOT TRUSTED: wrong name: valid for a.example",
            ONCE,
        ),
        (Kind::SelfSigned, "NOT TRUSTED: self-signed", ONCE),
        (Kind::UnknownRoot, "NOT TRUSTED: no known root", ONCE),
        (
            Kind::NoIntermediate,
            "NOT TRUSTED: missing intermediate",
            ONCE,
        ),
        (
            Kind::WeakKey,
            "NOT TRUSTED: weak key: RSA of 1024 bits",
            ONCE,
        ),
        (
            Kind::ClientCertificate,
            "certificate_required",
            "Our certificate",
        ),
    ] {
        let url = secure.url(kind, "/");
        terminal.send(&format!("{CTRL_L}{url}{ENTER}"));
        terminal.wait(sentence, |screen| {
            let text = screen.contents();
            let all = [sentence, offer].iter().all(|words| text.contains(words));
            all.then_some(())
        });
        assert_eq!(seen.seen(), "", "{kind:?}: no request was read");
        terminal.send(ESC);
        terminal.wait("the question is gone", |screen| {
            (!screen.contents().contains(offer)).then_some(())
        });
    }
    terminal.send(CTRL_Q);
    assert_eq!(terminal.exit(), 0);
}

/// What `s` writes is what `sockeye fetch` writes, however the response ends.
#[test]
fn what_is_saved_is_what_fetch_writes() {
    let (mut terminal, port) = Terminal::browser();
    let folder = tempfile::tempdir().unwrap();
    for (number, page) in [
        "/hello",
        "/close",
        "/http10",
        "/chunked?n=9&size=700",
        "/flood?bytes=300k",
        "/status/404",
        "/sse?n=2&every=1",
        "/anomaly/bare_lf",
    ]
    .into_iter()
    .enumerate()
    {
        let url = format!("localhost:{port}{page}");
        let fetched = Command::new(env!("CARGO_BIN_EXE_sockeye"))
            .args(["fetch", &url])
            .output()
            .unwrap();
        terminal.send(&format!("{CTRL_L}{url}{ENTER}"));
        // The focus goes to the response with the new exchange.
        terminal.wait(&url, |screen| {
            let text = screen.contents();
            let all = [url.as_str(), "┏ Response", "ended: "];
            all.iter().all(|words| text.contains(words)).then_some(())
        });
        let path = folder.path().join(format!("{number}"));
        terminal.send("s");
        terminal.wait_for("Enter saves");
        terminal.send(&format!("{CTRL_A}{}{ENTER}", path.display()));
        terminal.wait_for(&format!("bytes are in {}", path.display()));
        assert_eq!(std::fs::read(&path).unwrap(), fetched.stdout, "{page}");
        assert!(!fetched.stdout.is_empty(), "{page}");
    }
    terminal.send(CTRL_Q);
    assert_eq!(terminal.exit(), 0);
}
