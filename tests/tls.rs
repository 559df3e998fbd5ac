//! HTTPS against the playground's own servers, on real loopback sockets.
//!
//! Every fetch is checked for what holds of all: offsets without a gap, `recv.bytes` that add
//! up to `end.wire_bytes`, and a ledger that agrees with the calls in both directions.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sockeye::anomaly;
use sockeye::error::{Error, Result};
use sockeye::event::{Content, Direction, EndReason, Event, Kind, Tls};
use sockeye::exchange::Exchange;
use sockeye::net::{Control, Pool, Sink, fetch};
use sockeye::plan::{self, Plan, TlsVersion};
use sockeye::playground::script::{Step, send};
use sockeye::playground::server::Server;
use sockeye::playground::tls::{Kind as Trouble, TlsPlayground};
use sockeye::request::template;
use sockeye::url::Target;

// -- who is trusted -----------------------------------------------------------------------

/// The nine kinds of bad certificate, and the good ones: exit status and sentence.
#[test]
fn each_certificate_is_judged_with_its_own_sentence() {
    let playground = TlsPlayground::start(None).unwrap();
    #[rustfmt::skip]
    let table = [
        (Trouble::Good,              0,  ""),
        (Trouble::NoCloseNotify,     0,  ""),
        (Trouble::Expired,           60, ": expired on 20"),
        (Trouble::Expired,           60, ", 12 days ago (--cacert"),
        (Trouble::NotYet,            60, ": not valid before 20"),
        (Trouble::NotYet,            60, ", in 12 days (--cacert"),
        (Trouble::WrongName,         60, ": wrong name: valid for a.example, b.example; asked: 127.0.0.1 ("),
        (Trouble::SelfSigned,        60, ": self-signed, and not among the one certificate of "),
        (Trouble::UnknownRoot,       60, ": no known root: CN=a root that nobody knows is not among "),
        (Trouble::NoIntermediate,    60, ": missing intermediate: its issuer CN=sockeye playground authority was not sent"),
        (Trouble::WeakKey,           60, ": weak key: RSA of 1024 bits, where 2048 are the least"),
        (Trouble::Revoked,           60, ": revoked: a list of --crlfile names it"),
        (Trouble::ClientCertificate, 35, "client certificate required: alert certificate_required"),
    ];
    for (kind, exit, sentence) in table {
        for version in [TlsVersion::V1_2, TlsVersion::V1_3] {
            let mut plan = trusting(&playground, kind, "/hello");
            plan.options.tls.max = Some(version);
            plan.options.tls.crlfile =
                (kind == Trouble::Revoked).then(|| playground.revoked_file());
            let told = run(&plan);
            let name = format!("{kind:?} {version:?}");
            assert_eq!(told.exit(), exit, "{name}: {:?}", told.outcome);
            let said = told.outcome.as_ref().err().map(Error::to_string);
            let said = said.unwrap_or_default();
            assert!(said.contains(sentence), "{name}: {said}");
            let tls = told.exchange.tls.as_ref().unwrap();
            // The chain is kept for who wants to see it, also of a handshake that failed.
            assert!(!tls.certificates.is_empty(), "{name}");
            assert_eq!(tls.verified, exit != 60, "{name}: {tls:?}");
            assert_eq!(told.wire.is_empty(), exit != 0, "{name}");
            let (_, came, _) = told.exchange.ledger.total(Direction::Received);
            assert_eq!(came, told.exchange.ciphertext.received, "{name}");
        }
    }
}

#[test]
fn without_verifying_all_goes_on_and_what_is_wrong_is_told() {
    let playground = TlsPlayground::start(None).unwrap();
    for (kind, problem) in [
        (Trouble::Good, None),
        (Trouble::Expired, Some("expired on ")),
        (Trouble::WrongName, Some("wrong name: ")),
        (Trouble::SelfSigned, Some("self-signed")),
        (Trouble::UnknownRoot, Some("no known root")),
        (Trouble::WeakKey, Some("weak key: RSA of 1024 bits")),
    ] {
        let mut plan = trusting(&playground, kind, "/hello");
        plan.options.tls.verify = false;
        let told = run(&plan);
        assert_eq!(told.outcome, Ok(()));
        let tls = told.exchange.tls.unwrap();
        let said = tls.problem.as_deref().unwrap_or_default();
        assert_eq!(tls.problem.is_some(), problem.is_some(), "{said}");
        assert!(said.starts_with(problem.unwrap_or_default()), "{said}");
        assert_eq!(tls.verified, problem.is_none());
    }
}

#[test]
fn what_a_certificate_says_is_told() {
    let playground = TlsPlayground::start(None).unwrap();
    let told = run(&trusting(&playground, Trouble::Good, "/hello"));
    let tls = told.exchange.tls.unwrap();
    let Tls {
        version,
        cipher,
        alpn,
        server_name,
        certificates,
        roots,
        ..
    } = &*tls;
    assert_eq!(version, "TLSv1.3");
    assert!(cipher.starts_with("TLS_"), "{cipher}");
    assert_eq!(alpn.as_deref(), Some("http/1.1"));
    assert_eq!(server_name.as_deref(), None, "an address has no SNI");
    assert!(roots.starts_with("the one certificate of "), "{roots}");
    let [own, between] = &certificates[..] else {
        panic!("{certificates:?}")
    };
    assert_eq!(own.subject, "CN=sockeye playground");
    assert_eq!(own.names, ["localhost", "127.0.0.1", "::1"]);
    assert_eq!((&own.issuer, between.authority), (&between.subject, true));
    assert_eq!(own.key, "EC P-256");
    assert_eq!(own.signature, "SHA-256 with ECDSA");
    assert_eq!(own.sha256.len(), 64);
    assert!(own.not_before < own.not_after && own.not_after.ends_with('Z'));
}

#[test]
fn a_client_that_shows_its_certificate_is_let_in() {
    let playground = TlsPlayground::start(None).unwrap();
    for version in [TlsVersion::V1_2, TlsVersion::V1_3] {
        let mut plan = trusting(&playground, Trouble::ClientCertificate, "/hello");
        plan.options.tls.cert = Some(playground.client_file());
        plan.options.tls.max = Some(version);
        let told = run(&plan);
        assert_eq!(told.outcome, Ok(()));
        assert_eq!(told.exchange.tls.unwrap().client_certificate, Some(true));
    }
}

/// Another server learns nothing of who we are, though it asks; the same one still does.
#[test]
fn a_client_certificate_does_not_follow_to_another_origin() {
    let [first, second] = [(); 2].map(|()| TlsPlayground::start(None).unwrap());
    let roots = tempfile::NamedTempFile::new().unwrap();
    let pem = [&first, &second].map(|one| std::fs::read(one.root_file()).unwrap());
    std::fs::write(roots.path(), pem.concat()).unwrap();
    for version in [TlsVersion::V1_2, TlsVersion::V1_3] {
        let mut plan = plan(&first.url(Trouble::ClientCertificate, "/"));
        plan.options.tls.cacert = Some(roots.path().to_owned());
        plan.options.tls.cert = Some(second.client_file());
        plan.options.tls.key = Some(second.client_file());
        plan.options.tls.max = Some(version);
        let there = |to: &TlsPlayground, path| to.url(Trouble::ClientCertificate, path);
        let follow = |location: &str| {
            let next = plan.redirected(302, Some(location)).unwrap().unwrap();
            let told = run(&next);
            let asked = told.exchange.tls.as_ref().unwrap().client_certificate;
            (asked, told.exit(), next.options.tls.key.is_some())
        };
        assert_eq!(follow(&there(&second, "/hello")), (Some(false), 35, false));
        let same = plan.redirected(302, Some("/hello")).unwrap().unwrap();
        assert_eq!(same.options.tls, plan.options.tls);
        // Asked for by hand, the second server is given it.
        let mut by_hand = plan.clone();
        by_hand.target = Target::parse(&there(&second, "/hello")).unwrap();
        let told = run(&by_hand);
        assert_eq!(told.exchange.tls.unwrap().client_certificate, Some(true));
        assert_eq!(told.outcome, Ok(()));
    }
}

#[test]
fn files_that_cannot_be_used_have_curls_exit_status() {
    let playground = TlsPlayground::start(None).unwrap();
    let none = || Some(PathBuf::from("/dev/null/none"));
    let empty = || Some(PathBuf::from("/dev/null"));
    let mut rows: Vec<(plan::Tls, u8)> = Vec::new();
    for file in [none(), empty()] {
        let tls = || plan::Tls::default();
        rows.push((
            plan::Tls {
                cacert: file.clone(),
                ..tls()
            },
            77,
        ));
        rows.push((
            plan::Tls {
                crlfile: file.clone(),
                ..tls()
            },
            82,
        ));
        rows.push((
            plan::Tls {
                cert: file.clone(),
                ..tls()
            },
            58,
        ));
        let cert = Some(playground.client_file());
        rows.push((
            plan::Tls {
                cert,
                key: file,
                ..tls()
            },
            58,
        ));
    }
    for (tls, exit) in rows {
        let mut plan = trusting(&playground, Trouble::Good, "/hello");
        plan.options.tls = tls;
        let told = run(&plan);
        assert_eq!(told.exit(), exit, "{:?}", told.outcome);
    }
}

// -- handshakes ---------------------------------------------------------------------------

#[test]
fn the_newest_version_within_the_limits_is_spoken() {
    use TlsVersion::{V1_2, V1_3};
    let playground = TlsPlayground::start(None).unwrap();
    for (min, max, version) in [
        (None, None, Some("TLSv1.3")),
        (Some(V1_2), None, Some("TLSv1.3")),
        (None, Some(V1_2), Some("TLSv1.2")),
        (Some(V1_3), Some(V1_3), Some("TLSv1.3")),
        (Some(V1_3), Some(V1_2), None),
    ] {
        let mut plan = trusting(&playground, Trouble::Good, "/hello");
        (plan.options.tls.min, plan.options.tls.max) = (min, max);
        let told = run(&plan);
        let tls = told.exchange.tls.as_ref();
        assert_eq!(tls.map(|tls| tls.version.as_str()), version);
        assert_eq!(told.exit(), if version.is_some() { 0 } else { 2 });
    }
}

#[test]
fn a_second_handshake_resumes_the_first_and_keeps_its_certificates() {
    let playground = TlsPlayground::start(None).unwrap();
    for version in [TlsVersion::V1_2, TlsVersion::V1_3] {
        let pool = Pool::new();
        let mut plan = trusting(&playground, Trouble::Good, "/hello");
        plan.options.reuse = false;
        plan.options.tls.max = Some(version);
        let resumed = |plan: &Plan| {
            let told = run_on(plan, &pool, &Control::new());
            let tls = told.exchange.tls.unwrap();
            (tls.resumed, tls.certificates.len(), tls.verified)
        };
        assert_eq!(resumed(&plan), (false, 2, true), "{version:?}");
        assert_eq!(resumed(&plan), (true, 2, true), "{version:?}");
        // Sessions are of one set of settings: what was not verified resumes nothing that was.
        plan.options.tls.verify = false;
        assert!(!resumed(&plan).0);
    }
}

#[test]
fn a_kept_connection_makes_no_second_handshake() {
    let playground = TlsPlayground::start(None).unwrap();
    let pool = Pool::new();
    let plan = trusting(&playground, Trouble::Good, "/hello");
    let first = run_on(&plan, &pool, &Control::new());
    assert!(first.has(|kind| matches!(kind, Kind::TlsDone(_))));
    let second = run_on(&plan, &pool, &Control::new());
    assert!(second.has(|kind| matches!(kind, Kind::Reused { exchange: 2, .. })));
    assert!(!second.has(|kind| matches!(kind, Kind::TlsStart { .. })));
    // Other settings are another place.
    let mut other = plan.clone();
    other.options.tls.verify = false;
    let third = run_on(&other, &pool, &Control::new());
    assert!(third.has(|kind| matches!(kind, Kind::TlsDone(_))));
}

#[test]
fn a_peer_that_does_not_speak_tls_is_told_of() {
    let answer = || send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let plain = Server::start_raw(move |_| vec![answer(), Step::Close]).unwrap();
    let ssh = Server::start_raw(|_| vec![send("SSH-2.0-OpenSSH_9\r\n"), Step::Close]).unwrap();
    let gone = Server::start_raw(|_| vec![Step::Read { bytes: 1 }, Step::Close]).unwrap();
    let mute = Server::start_raw(|_| vec![Step::WaitForClose]).unwrap();
    for (server, exit, sentence) in [
        (
            &plain,
            35,
            "TLS handshake: the server answers in plain HTTP (this port speaks http://",
        ),
        (&ssh, 35, "TLS handshake: the server's answer is not TLS"),
        (
            &gone,
            35,
            "TLS handshake: the peer closed in the middle of the handshake",
        ),
        (
            &mute,
            28,
            "recv: still waiting after 0.05 s (the time is set by --timeout)",
        ),
    ] {
        for nonblocking in [false, true] {
            let mut plan = plan(&format!("https://127.0.0.1:{}/", server.port()));
            plan.options.timeout = (exit == 28).then_some(Duration::from_millis(50));
            plan.options.nonblocking = nonblocking;
            let told = run(&plan);
            assert_eq!(told.exit(), exit, "{:?}", told.outcome);
            let said = told.outcome.unwrap_err().to_string();
            assert!(said.starts_with(sentence), "{said}");
        }
    }
}

#[test]
fn a_handshake_can_be_cancelled() {
    let mute = Server::start_raw(|_| vec![Step::WaitForClose]).unwrap();
    for nonblocking in [false, true] {
        let mut plan = plan(&format!("https://127.0.0.1:{}/", mute.port()));
        plan.options.nonblocking = nonblocking;
        let (tell, told) = mpsc::channel();
        let control = Control::new();
        let hand = control.clone();
        let fetching = thread::spawn(move || {
            let mut sink = Told {
                on: Some(tell),
                ..Told::default()
            };
            fetch(&plan, &control, &Pool::new(), &mut sink)
        });
        // The hello is out: the next call waits for an answer that never comes.
        while told.recv().unwrap() != "tls_send" {}
        hand.cancel();
        assert_eq!(fetching.join().unwrap(), Err(Error::Cancelled));
    }
}

// -- HTTP inside --------------------------------------------------------------------------

#[test]
fn the_same_bytes_come_however_they_are_asked_for() {
    let playground = TlsPlayground::start(None).unwrap();
    let path = "/flood?bytes=300000";
    let whole = run(&trusting(&playground, Trouble::Good, path));
    assert_eq!(whole.outcome, Ok(()));
    assert_eq!(whole.exchange.body_bytes, 300_000);
    for version in [TlsVersion::V1_2, TlsVersion::V1_3] {
        for (recv_size, nonblocking) in [(7, false), (4096, true), (4096, false), (1 << 20, true)] {
            let mut plan = trusting(&playground, Trouble::Good, path);
            plan.options.recv_size = recv_size;
            plan.options.nonblocking = nonblocking;
            plan.options.tls.max = Some(version);
            let told = run(&plan);
            assert_eq!(told.outcome, Ok(()));
            assert!(told.wire == whole.wire, "{recv_size} {nonblocking}");
        }
    }
}

#[test]
fn a_large_request_goes_out_in_records() {
    let playground = TlsPlayground::start(None).unwrap();
    let body = "x".repeat(1 << 20);
    for (send_size, nonblocking) in [(None, false), (None, true), (Some(5000), true)] {
        let mut plan = trusting(&playground, Trouble::Good, "/slow-read?rate=1g");
        let head = format!(
            "POST /slow-read?rate=1g HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        plan.request = [head.as_bytes(), body.as_bytes()].concat().into();
        plan.options.send_size = send_size;
        plan.options.nonblocking = nonblocking;
        let told = run(&plan);
        assert_eq!(told.outcome, Ok(()));
        assert_eq!(told.exchange.sends.bytes, plan.request.len() as u64);
        assert_eq!(told.exchange.head.unwrap().status, 200);
    }
}

/// RFC 9112 section 9.8: what a missing close_notify means depends on the framing.
#[test]
fn a_missing_close_notify_is_judged_by_the_framing() {
    let playground = TlsPlayground::start(None).unwrap();
    #[rustfmt::skip]
    let table = [
        // page, what is said, exit status, how it ends
        (Trouble::Good,          "/http10",                      false, 0,  EndReason::Close),
        (Trouble::NoCloseNotify, "/hello",                       false, 0,  EndReason::ContentLength),
        (Trouble::NoCloseNotify, "/chunked?every=0",             false, 0,  EndReason::Chunked),
        (Trouble::NoCloseNotify, "/short",                       true,  18, EndReason::Close),
        (Trouble::Good,          "/short",                       false, 18, EndReason::Close),
        (Trouble::Good,          "/anomaly/encoding_not_chunked", false, 0, EndReason::Close),
        (Trouble::NoCloseNotify, "/anomaly/encoding_not_chunked", true, 0,  EndReason::Close),
        (Trouble::Good,          "/anomaly/tls_no_close_notify", true,  0,  EndReason::Close),
    ];
    for (kind, path, said, exit, reason) in table {
        let told = run(&trusting(&playground, kind, path));
        let name = format!("{kind:?} {path}");
        assert_eq!(told.exit(), exit, "{name}: {:?}", told.outcome);
        assert_eq!(told.exchange.end.unwrap().reason, reason, "{name}");
        let cut = told
            .exchange
            .anomalies
            .iter()
            .any(|anomaly| anomaly.kind == anomaly::Kind::TlsNoCloseNotify);
        assert_eq!(cut, said, "{name}");
        if said && exit == 0 {
            let verdict = told.exchange.verdict().unwrap().line();
            assert!(
                verdict.contains("nothing says that this is all"),
                "{verdict}"
            );
        }
    }
}

/// A close in the middle of TLS, wherever it falls: the verdict says what it cut.
#[test]
fn a_close_within_a_record_is_told() {
    let playground = TlsPlayground::start(None).unwrap();
    for (after, exit, sentences) in [
        (
            0,
            35,
            &[
                "the peer closed in the middle of the handshake (",
                " bytes of it were sent, none came",
            ][..],
        ),
        (
            3,
            35,
            &[
                "handshake: 3 of a record's header's 5 bytes are here (",
                "were sent, 3 came",
            ],
        ),
        (
            50,
            35,
            &["handshake: 50 of a record's ", "were sent, 50 came"],
        ),
        (
            100_000,
            18,
            &["Content-Length said 300000, ", " came; TLS was cut too: "],
        ),
    ] {
        let mut plan = trusting(&playground, Trouble::Good, "/flood?bytes=300000");
        let (way, _) = way_to(&plan, after);
        plan.target.port = way.port();
        let told = run(&plan);
        assert_eq!(told.exit(), exit, "{:?}", told.outcome);
        let verdict = told.exchange.verdict().unwrap().line();
        for sentence in sentences {
            assert!(verdict.contains(sentence), "{after}: {verdict}");
        }
    }
}

/// A way to the plan's server that lets only so many bytes of its answer through; and how
/// many bytes went to it in all, once the client has closed.
fn way_to(plan: &Plan, bytes: u64) -> (SocketAddr, thread::JoinHandle<u64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let server = SocketAddr::new([127, 0, 0, 1].into(), plan.target.port);
    let asked = thread::spawn(move || {
        let mut client = listener.accept().unwrap().0;
        let mut server = TcpStream::connect(server).unwrap();
        let (from, to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || {
            let answer = io::copy(&mut from.take(bytes), &mut &to);
            answer.and_then(|_| to.shutdown(Shutdown::Write))
        });
        // Until it has closed: a close over unread bytes would be a reset, and the server's
        // own good-bye, which finds the client gone, makes one.
        let (mut sent, mut buffer) = (0, [0; 4096]);
        while let Ok(n @ 1..) = client.read(&mut buffer) {
            sent += n as u64;
            let _ = server.write_all(&buffer[..n]);
        }
        let _ = server.shutdown(Shutdown::Write);
        sent
    });
    (addr, asked)
}

/// What no exchange runs on any more ends in order, too.
#[test]
fn a_kept_connection_is_closed_with_a_good_bye() {
    const CLOSE_NOTIFY: u64 = 5 + 2 + 1 + 16;
    let playground = TlsPlayground::start(None).unwrap();
    for by_hand in [true, false] {
        let mut plan = trusting(&playground, Trouble::Good, "/hello");
        let (way, asked) = way_to(&plan, u64::MAX);
        plan.target.port = way.port();
        let pool = Pool::new();
        let told = run_on(&plan, &pool, &Control::new());
        assert!(told.exchange.closed.unwrap().kept_alive);
        if by_hand {
            assert_eq!(pool.close(None), 1);
        }
        drop(pool);
        let sent = told.exchange.ciphertext.sent;
        assert_eq!(asked.join().unwrap(), sent + CLOSE_NOTIFY);
    }
}

#[test]
fn our_close_is_announced() {
    let playground = TlsPlayground::start(None).unwrap();
    let mut plan = trusting(&playground, Trouble::Good, "/hello");
    plan.options.reuse = false;
    let told = run(&plan);
    let last = told
        .events
        .iter()
        .rev()
        .find_map(|event| match &event.kind {
            Kind::TlsRecord(records) => Some((records.direction, records.content)),
            _ => None,
        });
    assert_eq!(last, Some((Direction::Sent, Content::Alert)));
    assert_eq!(told.alerts(), ["sent close_notify"]);
}

// -- telling ------------------------------------------------------------------------------

fn plan(url: &str) -> Plan {
    let target = Target::parse(url).unwrap();
    let request = template(&target);
    let mut plan = Plan::new(target, request);
    // A server that hangs shall fail the test, not hang it.
    plan.options.max_time = Some(Duration::from_secs(20));
    plan
}

fn trusting(playground: &TlsPlayground, kind: Trouble, path: &str) -> Plan {
    let mut plan = plan(&playground.url(kind, path));
    plan.options.tls.cacert = Some(playground.root_file());
    plan
}

fn run(plan: &Plan) -> Found {
    run_on(plan, &Pool::new(), &Control::new())
}

fn run_on(plan: &Plan, pool: &Pool, control: &Control) -> Found {
    let mut told = Told::default();
    let outcome = fetch(plan, control, pool, &mut told);
    let mut exchange = Exchange::new(plan.options.end, plan.request.len() as u64);
    for event in &told.events {
        exchange.apply(event.clone());
    }
    let found = Found {
        outcome,
        events: told.events,
        wire: told.wire,
        exchange,
    };
    found.check();
    found
}

struct Found {
    outcome: Result<()>,
    events: Vec<Event>,
    wire: Vec<u8>,
    exchange: Exchange,
}

impl Found {
    fn exit(&self) -> u8 {
        self.outcome.as_ref().err().map_or(0, Error::exit_code)
    }

    fn has(&self, is: impl Fn(&Kind) -> bool) -> bool {
        self.events.iter().any(|event| is(&event.kind))
    }

    fn alerts(&self) -> Vec<String> {
        let alert = |event: &Event| match &event.kind {
            Kind::TlsAlert(alert) => Some(format!("{} {}", alert.direction, alert.name)),
            _ => None,
        };
        self.events.iter().filter_map(alert).collect()
    }

    fn check(&self) {
        let (mut sent, mut received) = (None, None);
        let mut calls = [0, 0];
        let mut ledger = [0, 0];
        let mut inside = [0, 0];
        for event in &self.events {
            match &event.kind {
                &Kind::Send {
                    offset,
                    offered,
                    sent: bytes,
                    ciphertext,
                } => {
                    assert_eq!(*sent.get_or_insert(offset), offset);
                    sent = Some(offset + u64::from(bytes));
                    assert!(bytes > 0 && bytes <= offered && Some(bytes) < ciphertext);
                    calls[0] += u64::from(ciphertext.unwrap());
                    inside[0] += u64::from(bytes);
                }
                &Kind::Recv {
                    offset,
                    bytes,
                    ciphertext,
                    asked,
                    ..
                } => {
                    assert_eq!(*received.get_or_insert(offset), offset);
                    received = Some(offset + u64::from(bytes));
                    assert!(ciphertext.unwrap() <= asked && bytes <= asked + (1 << 14));
                    calls[1] += u64::from(ciphertext.unwrap());
                    inside[1] += u64::from(bytes);
                }
                &Kind::TlsSend { sent, offered } => {
                    assert!(sent <= offered);
                    calls[0] += u64::from(sent);
                }
                &Kind::TlsRecv { bytes, asked } => {
                    assert!(bytes <= asked);
                    calls[1] += u64::from(bytes);
                }
                Kind::TlsRecord(records) => {
                    let at = match records.direction {
                        Direction::Sent => 0,
                        Direction::Received => 1,
                    };
                    ledger[at] += records.ciphertext;
                    assert_eq!(records.plaintext > 0, records.content == Content::Data);
                }
                _ => {}
            }
        }
        let end = self.exchange.end.unwrap();
        assert_eq!(end.wire_bytes, inside[1]);
        assert_eq!(self.wire.len() as u64, inside[1]);
        assert_eq!(self.exchange.ciphertext.sent, calls[0]);
        assert_eq!(self.exchange.ciphertext.received, calls[1]);
        let (_, _, plain) = self.exchange.ledger.total(Direction::Received);
        if self.outcome.is_ok() {
            assert_eq!(
                (plain, ledger),
                (inside[1], calls),
                "{:?}",
                self.exchange.ledger
            );
        }
    }
}

#[derive(Default)]
struct Told {
    events: Vec<Event>,
    wire: Vec<u8>,
    on: Option<mpsc::Sender<&'static str>>,
}

impl Sink for Told {
    fn wire(&mut self, bytes: &[u8]) -> Result<()> {
        self.wire.extend_from_slice(bytes);
        Ok(())
    }

    fn body(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<()> {
        if let Some(on) = &self.on {
            let _ = on.send(event.kind.name());
        }
        self.events.push(event);
        Ok(())
    }
}
