//! What `fetch` does on TLS that the engine's own tests cannot see: flags, files, words.

use std::collections::BTreeSet;

use sockeye::playground::tls::{Kind, TlsPlayground};

use super::{fetch, run, sockeye};

/// SSLKEYLOGFILE (draft-ietf-tls-keylogfile): the lines that let Wireshark read along.
#[test]
fn the_key_log_has_each_versions_secrets() {
    let playground = TlsPlayground::start(None).unwrap();
    let root = playground.root_file();
    let dir = tempfile::tempdir().unwrap();
    for (version, labels) in [
        ("1.2", &["CLIENT_RANDOM"][..]),
        (
            "1.3",
            &[
                "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                "CLIENT_TRAFFIC_SECRET_0",
                "EXPORTER_SECRET",
                "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                "SERVER_TRAFFIC_SECRET_0",
            ],
        ),
    ] {
        let log = dir.path().join(version);
        let url = playground.url(Kind::Good, "/hello");
        let args = [
            "--cacert",
            root.to_str().unwrap(),
            "--tls-max",
            version,
            &url,
        ];
        let ran = run(sockeye("fetch").args(args).env("SSLKEYLOGFILE", &log), b"");
        assert_eq!(ran.code, 0, "{}", ran.err);
        let text = std::fs::read_to_string(&log).unwrap();
        let mut found = BTreeSet::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let [label, random, secret] = words[..] else {
                panic!("{line}")
            };
            let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(hex(random) && hex(secret), "{line}");
            assert_eq!(random.len(), 64, "{line}");
            found.insert(label);
        }
        assert_eq!(found.into_iter().collect::<Vec<_>>(), labels, "{version}");
    }
    // A log that cannot be written is no reason to fetch nothing.
    let url = playground.url(Kind::Good, "/hello");
    let args = ["--cacert", root.to_str().unwrap(), &url];
    let ran = run(
        sockeye("fetch")
            .args(args)
            .env("SSLKEYLOGFILE", "/nowhere/log"),
        b"",
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
}

/// `-L` leads from a server that got our certificate to one that asks for it in vain.
#[test]
fn a_redirect_takes_no_certificate_along() {
    let playground = TlsPlayground::start(None).unwrap();
    let [root, own] = [playground.root_file(), playground.client_file()];
    let flags = [
        "--cacert",
        root.to_str().unwrap(),
        "--cert",
        own.to_str().unwrap(),
        "-L",
    ];
    let to = |path| playground.url(Kind::ClientCertificate, path);
    let same = fetch(&[&flags[..], &[&to("/redirect/1")]].concat());
    assert_eq!(same.code, 0, "{}", same.err);
    // 127.0.0.1 sends to localhost, which is another origin.
    let elsewhere = fetch(&[&flags[..], &[&to("/redirect/elsewhere")]].concat());
    assert_eq!(elsewhere.code, 35, "{}", elsewhere.err);
    let said = "client certificate required: alert certificate_required";
    assert!(elsewhere.err.contains(said), "{}", elsewhere.err);
}
