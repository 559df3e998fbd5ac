//! The pages on redirects, cookies and credentials: a request's line and fields, and the
//! fields and the body that come back.

use sockeye::playground::Playground;
use sockeye::playground::proxy::Proxies;

use super::exchange;

#[test]
fn what_comes_back() {
    let playground = Playground::start(None).unwrap();
    // the target, fields of the request, what must be in the answer and what must not
    let table: &[(&str, &str, &[&str], &[&str])] = &[
        (
            "/redirect/5?status=307",
            "",
            &["Location: /redirect/4?status=307\r\n"],
            &[],
        ),
        (
            "/redirect/loop",
            "",
            &["302 Found", "Location: /redirect/loop\r\n"],
            &[],
        ),
        (
            "/redirect/absolute",
            "Host: h:1\r\n",
            &["Location: http://h:1/hello\r\n"],
            &[],
        ),
        (
            "/redirect/absolute",
            "",
            &["400 Bad Request"],
            &["Location"],
        ),
        (
            "/redirect/elsewhere",
            "Host: localhost:1\r\n",
            &["Location: http://127.0.0.1:1/echo\r\n"],
            &[],
        ),
        (
            "/redirect/elsewhere",
            "Host: 127.0.0.1:1\r\n",
            &["Location: http://localhost:1/echo\r\n"],
            &[],
        ),
        (
            "/redirect/elsewhere",
            "Host: h\r\n",
            &["400 Bad Request"],
            &["Location"],
        ),
        ("/redirect/no-location", "", &["302 Found"], &["Location:"]),
        (
            "/redirect/body",
            "",
            &["Content-Length: 56000\r\n", "may have a body"],
            &[],
        ),
        ("/cookies", "", &["No Cookie line came.\n"], &["Set-Cookie"]),
        (
            "/cookies",
            "Cookie: a=b\r\n",
            &["Your Cookie line: a=b\n"],
            &[],
        ),
        (
            "/cookies/set?a=b&c=d",
            "",
            &[
                "Location: /cookies\r\n",
                "Set-Cookie: a=b; Path=/\r\n",
                "Set-Cookie: c=d; Path=/\r\n",
            ],
            &[],
        ),
        (
            "/cookies/set?a;b&&\x01",
            "",
            &["302 Found"],
            &["Set-Cookie"],
        ),
        (
            "/cookies/delete?a",
            "",
            &["Set-Cookie: a=; Path=/; Max-Age=0\r\n"],
            &[],
        ),
        (
            "/basic",
            "",
            &["WWW-Authenticate: Basic realm=\"practice\""],
            &["Come in"],
        ),
        (
            "/basic",
            "Authorization: basic c29ja2V5ZTpwcmFjdGljZQ==\r\n",
            &["200 OK", "Come in"],
            &[],
        ),
        (
            "/basic",
            "Authorization: Basic c29ja2V5ZTp3cm9uZw==\r\n",
            &["401 "],
            &["Come in"],
        ),
        (
            "/bearer",
            "Authorization: Bearer practice\r\n",
            &["200 OK", "Come in"],
            &[],
        ),
        (
            "/bearer",
            "Authorization: practice\r\n",
            &["401 ", "WWW-Authenticate: Bearer "],
            &[],
        ),
    ];
    for (target, fields, has, has_not) in table {
        let request = format!("GET {target} HTTP/1.1\r\n{fields}Connection: close\r\n\r\n");
        let answer = exchange(playground.addrs()[0], request.as_bytes());
        let answer = String::from_utf8_lossy(&answer);
        for words in *has {
            assert!(
                answer.contains(words),
                "{target} {fields}: no {words:?} in {answer:.400}"
            );
        }
        for words in *has_not {
            assert!(
                !answer.contains(words),
                "{target} {fields}: {words:?} in {answer:.400}"
            );
        }
    }
}

#[test]
fn what_runs_beside_it_is_listed() {
    let playground = Playground::start(None).unwrap();
    let list = || {
        let request = b"GET /proxies HTTP/1.1\r\nConnection: close\r\n\r\n";
        String::from_utf8(exchange(playground.addrs()[0], request)).unwrap()
    };
    assert!(list().contains("404 Not Found"), "{}", list());
    let proxies = Proxies::start(None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    let beside = playground.beside();
    let _server = beside.on_unix_socket(&socket).unwrap();
    beside.tell_of(Some(&proxies), Some(&socket));
    let list = list();
    let socket = format!("unix:{}", socket.display());
    for way in proxies.urls().chain([socket.as_str()]) {
        assert!(list.contains(&format!("\n{way}\n  ")), "{way}: {list}");
    }
}
