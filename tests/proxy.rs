//! Proxies on real loopback sockets: the playground's own, and scripted ones that refuse.
//!
//! Every fetch is checked for what holds of all: the target's offsets have no gap and add up
//! to `end.wire_bytes`, whatever was said to the proxy before.

use sockeye::error::Result;
use sockeye::event::{Event, Kind};
use sockeye::exchange::Exchange;
use sockeye::net::{Control, Pool, Sink, fetch};
use sockeye::plan::{Plan, Proxies, Proxy};
use sockeye::playground::Playground;
use sockeye::playground::proxy::{HttpProxy, Proxies as Practice, SocksProxy, USER};
use sockeye::playground::script::{Script, Step, send};
use sockeye::playground::server::Server;
use sockeye::playground::tls::{Kind as Certificate, TlsPlayground};
use sockeye::request::template;
use sockeye::url::Target;

/// What a fetch told and brought.
#[derive(Default)]
struct Told {
    wire: Vec<u8>,
    body: Vec<u8>,
    events: Vec<Kind>,
    exchange: Exchange,
    outcome: Option<Result<()>>,
}

impl Sink for Told {
    fn wire(&mut self, bytes: &[u8]) -> Result<()> {
        self.wire.extend_from_slice(bytes);
        Ok(())
    }

    fn body(&mut self, bytes: &[u8]) -> Result<()> {
        self.body.extend_from_slice(bytes);
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<()> {
        self.exchange.apply(event.clone());
        self.events.push(event.kind);
        Ok(())
    }
}

impl Told {
    fn exit(&self) -> u8 {
        match &self.outcome {
            Some(Err(error)) => error.exit_code(),
            _ => 0,
        }
    }

    fn said(&self) -> String {
        match &self.outcome {
            Some(Err(error)) => error.to_string(),
            _ => String::new(),
        }
    }

    /// The names of the proxy's own events, in order, each run of one once.
    fn steps(&self) -> String {
        let mut names: Vec<&str> = self
            .events
            .iter()
            .map(Kind::name)
            .filter(|name| name.starts_with("proxy") || *name == "tls_done" || *name == "head")
            .collect();
        names.dedup();
        names.join(" ")
    }
}

fn run_with(plan: &Plan, pool: &Pool) -> Told {
    let mut told = Told::default();
    told.exchange.request_len = plan.request.len() as u64;
    told.outcome = Some(fetch(plan, &Control::new(), pool, &mut told));
    let mut at = None;
    for kind in &told.events {
        if let Kind::Recv { offset, bytes, .. } = kind {
            assert_eq!(*at.get_or_insert(*offset), *offset, "a gap");
            at = Some(offset + u64::from(*bytes));
        }
    }
    let end = told.exchange.end.expect("an end always comes");
    assert_eq!(end.wire_bytes, told.wire.len() as u64);
    assert_eq!(end.body_bytes, told.body.len() as u64);
    told
}

fn run(plan: &Plan) -> Told {
    run_with(plan, &Pool::new())
}

/// A GET in the form that the proxy asks for.
fn plan(url: &str, proxies: Proxies) -> Plan {
    let target = Target::parse(url).unwrap();
    let mut request = template(&target);
    proxies.way(&target).form(&mut request, &target);
    let mut plan = Plan::new(target, request);
    plan.options.proxies = proxies;
    plan
}

fn through(url: &str, proxy: &str) -> Plan {
    plan(url, Proxies::one(Proxy::parse(proxy).unwrap()))
}

#[test]
fn ways_through_the_practice_proxies() {
    let pages = Playground::start(None).unwrap();
    let secure = TlsPlayground::start(None).unwrap();
    let proxies = Practice::start(None).unwrap();
    let urls: Vec<&str> = proxies.urls().collect();
    let [http, user, socks, socks_user] = urls[..] else {
        panic!("{urls:?}");
    };
    let named = format!("http://h.localhost:{}/hello", pages.port());
    let nameless = user.replace(&format!("{USER}@"), "");
    let wrong = user.replace("practice", "wrong");
    let socks_wrong = socks_user.replace("practice", "wrong");
    let here = |socks: &str| socks.replace("socks5h", "socks5");
    let (plain, tls) = (pages.url("/hello"), secure.url(Certificate::Good, "/hello"));
    const SOCKS: &str = "proxy proxy_send proxy_recv proxy_send proxy_recv proxy_done head";
    const SOCKS_TLS: &str =
        "proxy proxy_send proxy_recv proxy_send proxy_recv proxy_done tls_done head";
    const USER_TOO: &str = "proxy proxy_send proxy_recv proxy_send proxy_recv proxy_send \
                            proxy_recv proxy_done head";
    const TUNNEL: &str = "proxy proxy_connect proxy_send proxy_recv proxy_head proxy_done \
                          tls_done head";
    const REFUSED: &str = "proxy proxy_connect proxy_send proxy_recv proxy_head";
    // URL, proxy → exit, the steps, what the error says
    #[rustfmt::skip]
    let table = [
        (&plain, http.to_owned(),     0,  "proxy head", ""),
        (&named, http.to_owned(),     0,  "proxy head", ""),
        (&plain, user.to_owned(),     0,  "proxy head", ""),
        (&tls,   http.to_owned(),     0,  TUNNEL, ""),
        (&tls,   user.to_owned(),     0,  TUNNEL, ""),
        (&tls,   nameless.clone(),    56, REFUSED, "answered 407 Proxy Authentication Required (-U "),
        (&tls,   wrong,               56, REFUSED, "answered 407"),
        (&plain, socks.to_owned(),    0,  SOCKS, ""),
        (&named, socks.to_owned(),    0,  SOCKS, ""),
        (&plain, here(socks),         0,  SOCKS, ""),
        (&tls,   socks.to_owned(),    0,  SOCKS_TLS, ""),
        (&plain, socks_user.to_owned(), 0, USER_TOO, ""),
        (&plain, socks_wrong,         97, "proxy proxy_send proxy_recv proxy_send proxy_recv", "not accepted (RFC 1929)"),
        (&plain, socks_user.replace(&format!("{USER}@"), ""), 97, "proxy proxy_send proxy_recv", "-U gives a user"),
    ];
    for (url, proxy, exit, steps, said) in table {
        for nonblocking in [false, true] {
            let mut plan = through(url, &proxy);
            plan.options.nonblocking = nonblocking;
            plan.options.tls.cacert = Some(secure.root_file());
            let told = run(&plan);
            let name = format!("{url} by {proxy}");
            assert_eq!(told.exit(), exit, "{name}: {}", told.said());
            assert_eq!(told.steps(), steps, "{name}");
            assert!(told.said().contains(said), "{name}: {}", told.said());
            assert_eq!(told.body.is_empty(), exit != 0, "{name}");
        }
    }
    // What a refusal says is kept, head and body.
    let told = run(&through(&tls, &nameless));
    let answer = told.exchange.refusal().unwrap();
    assert_eq!(answer.head.values("Proxy-Authenticate").count(), 1);
    assert!(answer.raw.ends_with(b"\r\n\r\n"), "{answer:?}");
    assert!(answer.body.starts_with(b"The practice proxy says: 407"));
}

/// TLS with the proxy, and with the server inside of it.
#[test]
fn https_proxies() {
    let pages = Playground::start(None).unwrap();
    let secure = TlsPlayground::start(None).unwrap();
    let proxies = TlsPlayground::serve(None, || HttpProxy { user: true }).unwrap();
    for (url, pass, body) in [
        (pages.url("/bytes?n=100k"), "practice", true),
        (secure.url(Certificate::Good, "/hello"), "practice", true),
        (
            secure.url(Certificate::Good, "/bytes?n=300k"),
            "practice",
            true,
        ),
        (secure.url(Certificate::Good, "/hello"), "wrong", false),
    ] {
        let proxy = proxies.url(Certificate::Good, "");
        let proxy = proxy.replace("//", &format!("//sockeye:{pass}@"));
        for size in [16, 128 << 10] {
            let mut plan = through(&url, &proxy);
            plan.options.recv_size = size;
            plan.options.tls.cacert = Some(secure.root_file());
            plan.options.proxies.tls.cacert = Some(proxies.root_file());
            let told = run(&plan);
            assert_eq!(told.exit() == 0, body, "{url}: {}", told.said());
            assert_eq!(!told.body.is_empty(), body, "{url}");
            let proxied = told.exchange.proxy.as_ref().unwrap();
            assert!(proxied.tls.as_ref().unwrap().verified, "{url}");
            let inner = told.exchange.tls.as_ref().map(|tls| tls.verified);
            let has_inner = body && url.starts_with("https");
            assert_eq!(inner, has_inner.then_some(true), "{url}");
        }
    }
    // Its certificate is judged like a server's, by its own settings.
    let mut plan = through(&pages.url("/hello"), &proxies.url(Certificate::Expired, ""));
    plan.options.tls.verify = false;
    plan.options.proxies.tls.cacert = Some(proxies.root_file());
    assert_eq!(run(&plan).exit(), 60);
}

/// Proxies that say the wrong thing, or nothing.
#[test]
fn refusals() {
    const URL: &str = "https://h.test/";
    let whole = |answer: &'static str| vec![Step::Read { bytes: 1 }, send(answer), Step::Close];
    #[rustfmt::skip]
    let table: [(&str, Script, u8, &str); 9] = [
        ("http", whole(""), 56, "the proxy closed without an answer"),
        ("http", whole("SSH-2.0-x\r\n"), 56, "its answer is no HTTP"),
        ("http", whole("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"), 56, "answered 403 Forbidden (what the proxy says is kept)"),
        ("http", whole("HTTP/1.1 503 Busy\r\n\r\nuntil the close"), 56, "answered 503 Busy"),
        ("http", whole("HTTP/1.1 200 OK\r\n\r\n"), 35, "the peer closed in the middle of the handshake"),
        ("socks5h", whole(""), 97, "the proxy closed in the middle of it"),
        ("socks5h", whole("HTTP/1.1 400 Bad Request\r\n\r\n"), 97, "it answers in HTTP"),
        ("socks5h", vec![Step::Read { bytes: 3 }, send([5, 0]), Step::Read { bytes: 13 }, send([5, 5, 0, 1, 0, 0, 0, 0, 0, 0]), Step::Close], 97, "connection refused by the destination (reply 5"),
        ("socks5", whole("\x05\x00"), 97, "socks5h:// leaves that to the proxy"),
    ];
    for (scheme, script, exit, said) in table {
        let server = Server::start_raw(move |_| script.clone()).unwrap();
        let url = match scheme {
            "socks5" => "https://no..name/",
            _ => URL,
        };
        let proxy = format!("{scheme}://127.0.0.1:{}", server.port());
        let told = run(&through(url, &proxy));
        assert_eq!(told.exit(), exit, "{said}: {}", told.said());
        assert!(told.said().contains(said), "{}", told.said());
        assert!(told.wire.is_empty());
    }
    for (proxy, exit) in [("http://127.0.0.1:1", 7), ("socks5://no..name", 5)] {
        assert_eq!(run(&through(URL, proxy)).exit(), exit, "{proxy}");
    }
}

/// Bytes that came with the proxy's answer are the target's first.
#[test]
fn what_follows_the_answer_is_the_targets() {
    let server = Server::start_raw(|_| {
        let all = "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        vec![Step::Read { bytes: 1 }, send(all), Step::WaitForClose]
    })
    .unwrap();
    let proxies = Proxies {
        tunnel: true,
        ..Proxies::one(Proxy::parse(&server.url("")).unwrap())
    };
    let told = run(&plan("http://h.test/", proxies));
    assert_eq!(
        (told.exit(), &told.body[..]),
        (0, &b"hi"[..]),
        "{}",
        told.said()
    );
}

/// A connection to a proxy serves every host in absolute form, a tunnel its own target.
#[test]
fn connections_are_kept_for_their_place() {
    let pages = Playground::start(None).unwrap();
    let forward = Server::start(|_| vec![send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]);
    let forward = forward.unwrap();
    let socks = Server::serve(None, SocksProxy::default()).unwrap();
    let forward = forward.url("");
    let socks = format!("socks5h://127.0.0.1:{}", socks.port());
    let a = format!("http://a.localhost:{}/hello", pages.port());
    let b = format!("http://b.localhost:{}/hello", pages.port());
    for (proxy, first, second, reused) in [
        (&forward, &a, &b, true),
        (&socks, &a, &a, true),
        (&socks, &a, &b, false),
    ] {
        let pool = Pool::new();
        assert_eq!(run_with(&through(first, proxy), &pool).exit(), 0);
        let told = run_with(&through(second, proxy), &pool);
        let kept = told
            .events
            .iter()
            .any(|kind| matches!(kind, Kind::Reused { .. }));
        assert_eq!(kept, reused, "{proxy}: {first} {second}");
    }
}

/// What another proxy, or a server, must not learn.
#[test]
fn a_redirect_takes_the_form_of_its_own_way() {
    let proxies = || Proxies {
        not_for: "direct.test".to_owned(),
        ..Proxies::one(Proxy::parse("http://ann:pw@p:1").unwrap())
    };
    const AUTH: &str = "Proxy-Authorization: Basic YW5uOnB3\r\n";
    for (to, line, with) in [
        ("/b", "GET http://h.test/b HTTP/1.1", true),
        ("http://i.test/b", "GET http://i.test/b HTTP/1.1", true),
        ("http://direct.test/b", "GET /b HTTP/1.1", false),
        ("https://i.test/b", "GET /b HTTP/1.1", false),
    ] {
        let next = plan("http://h.test/a", proxies()).redirected(302, Some(to));
        let request = next.unwrap().unwrap().request;
        let text = String::from_utf8(request.to_vec()).unwrap();
        assert_eq!(text.lines().next(), Some(line), "{to}");
        assert_eq!(text.contains(AUTH), with, "{to}: {text}");
        assert_eq!(text.matches("Proxy-").count(), usize::from(with), "{to}");
    }
}
