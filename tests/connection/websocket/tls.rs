//! WebSockets on TLS: the practice server's pages, and tungstenite on rustls.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sockeye::plan::TlsVersion;
use sockeye::playground::tls::{Kind as Certificate, TlsPlayground};

use super::*;

/// tungstenite on rustls: it sends these frames, then echoes messages.
fn secure_server(first: Vec<theirs::Frame>) -> SocketAddr {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], PrivateKeyDer::Pkcs8(key))
        .unwrap();
    let tls = ServerConnection::new(Arc::new(config)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        serve(StreamOwned::new(tls, stream), first);
    });
    addr
}

#[test]
fn a_foreign_server_on_tls_hears_and_says_the_same_frames() {
    for nonblocking in [false, true] {
        let first = vec![
            raw(1, false, 0, b"in "),
            raw(9, true, 0, b"p"),
            raw(0, true, 0, b"two"),
            raw(2, true, 0, &[7; 70_000]),
            raw(1, true, 4, b"odd"),
        ];
        let addr = secure_server(first);
        let mut plan = plan(&format!("https://{addr}/"));
        plan.options.tls.verify = false;
        plan.options.nonblocking = nonblocking;
        let mut talk = Talk::start(&plan);
        talk.until(|exchange| exchange.frames.count == 5);
        for line in [
            "hello",
            "/first a",
            "/ping p",
            "/last b",
            "/mask none unmasked",
        ] {
            talk.control.say(&typed(line.as_bytes()).unwrap()).unwrap();
        }
        talk.until(|exchange| exchange.closed.is_some());
        let received = [
            "text… 3",
            "ping 1",
            "continuation 3",
            "binary 70000",
            "text 3",
            "text 5",
            "pong 1",
            "text 2",
        ];
        assert_eq!(lines(&talk, Direction::Received)[..8], received);
        let sent = ["text 5", "text… 1", "ping 1", "continuation 1", "text 8"];
        assert_eq!(lines(&talk, Direction::Sent), sent);
        let odd = anomalies(&talk, Direction::Received);
        assert_eq!(odd[0], "ws_reserved_bits", "{odd:?}");
        assert_eq!(anomalies(&talk, Direction::Sent), ["ws_mask"]);
    }
}

#[test]
fn the_practice_servers_pages_do_the_same_on_tls() {
    let playground = TlsPlayground::start(None).unwrap();
    for (path, version, want, deviations) in PAGES.iter().flat_map(|&(path, want, odd)| {
        [TlsVersion::V1_2, TlsVersion::V1_3].map(|version| (path, version, want, odd))
    }) {
        let mut plan = plan(&playground.url(Certificate::Good, &format!("/ws{path}")));
        plan.options.tls.cacert = Some(playground.root_file());
        (plan.options.tls.min, plan.options.tls.max) = (Some(version), Some(version));
        let talk = visit(&plan);
        assert_eq!(
            lines(&talk, Direction::Received),
            want,
            "{path} {version:?}"
        );
        assert_eq!(
            anomalies(&talk, Direction::Received),
            deviations,
            "{path} {version:?}"
        );
        let exchange = &talk.exchange;
        assert_eq!(exchange.head.as_ref().map(|head| head.status), Some(101));
        assert!(exchange.ciphertext.received > exchange.recvs.bytes);
        assert!(exchange.ciphertext.sent > exchange.sends.bytes);
    }
}
