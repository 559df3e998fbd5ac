//! One exchange field by field, one without a response, and the small formats.

use super::*;
use crate::event::{EndMode, EndReason, Framing, Kind};
use crate::exchange::tests::events::{
    connected, connecting, end, error, fold, head, raw_head, recv, refused, resolved, resolving,
    sent,
};

#[test]
fn an_exchange_field_by_field() {
    let request = b"POST /a?b=%20&c HTTP/1.1\r\nHost: x\r\nCookie: k=v; l=m=n\r\nContent-Type: t/p\r\n\r\nbody";
    let exchange = fold(
        EndMode::Auto,
        request.len() as u64,
        &[
            (0, resolving()),
            (1_500, resolved(&["127.0.0.1"])),
            (1_500, connecting("127.0.0.1:8080")),
            (2_000, connected("127.0.0.1:8080")),
            (2_250, sent(0, request.len() as u32)),
            (5_250, recv(0, 4096, 110)),
            (
                5_250,
                head(
                    301,
                    90,
                    Framing::Length(4),
                    &[
                        ("Location", "/there"),
                        ("Content-Type", "image/x"),
                        ("Set-Cookie", "s=1; Path=/; HttpOnly; Secure; Max-Age=3"),
                    ],
                ),
            ),
            (5_250, Kind::Body { bytes: 20 }),
            (7_250, end(EndReason::ContentLength)),
        ],
    );
    let entry = Entry {
        exchange: &exchange,
        url: "http://x:8080/a?b=%20&c",
        request,
        body: b"\xff\x00",
        started: SystemTime::UNIX_EPOCH + Duration::from_millis(1_732_298_163_250),
    };
    let har = har(&[entry]);
    assert_eq!(har["log"]["version"], "1.2");
    assert_eq!(har["log"]["creator"]["name"], "sockeye");
    assert_eq!(
        har["log"]["entries"][0],
        json!({
            "startedDateTime": "2024-11-22T17:56:03.250Z",
            "time": 7.25,
            "request": {
                "method": "POST",
                "url": "http://x:8080/a?b=%20&c",
                "httpVersion": "HTTP/1.1",
                "cookies": [{ "name": "k", "value": "v" }, { "name": "l", "value": "m=n" }],
                "headers": [
                    { "name": "Host", "value": "x" },
                    { "name": "Cookie", "value": "k=v; l=m=n" },
                    { "name": "Content-Type", "value": "t/p" },
                ],
                "queryString": [{ "name": "b", "value": "%20" }, { "name": "c", "value": "" }],
                "headersSize": request.len() - 4,
                "bodySize": 4,
                "postData": { "mimeType": "t/p", "params": [], "text": "body" },
            },
            "response": {
                "status": 301,
                "statusText": "",
                "httpVersion": "HTTP/1.1",
                "cookies": [{ "name": "s", "value": "1", "path": "/", "httpOnly": true, "secure": true }],
                "headers": [
                    { "name": "Location", "value": "/there" },
                    { "name": "Content-Type", "value": "image/x" },
                    { "name": "Set-Cookie", "value": "s=1; Path=/; HttpOnly; Secure; Max-Age=3" },
                ],
                "content": {
                    "size": 20,
                    "mimeType": "image/x",
                    "compression": 0,
                    "text": "/wA=",
                    "encoding": "base64",
                },
                "redirectURL": "/there",
                "headersSize": 90,
                "bodySize": 20,
            },
            "cache": {},
            "timings": {
                "blocked": -1.0, "dns": 1.5, "connect": 0.5, "ssl": -1.0,
                "send": 0.25, "wait": 3.0, "receive": 2.0,
            },
            "serverIPAddress": "127.0.0.1",
            "connection": "50000",
            "_endMode": "auto",
            "_endReason": "content_length",
            "_verdict": exchange.verdict().unwrap().line(),
        })
    );
}

#[test]
fn no_response_is_status_0() {
    let exchange = fold(
        EndMode::Auto,
        3,
        &[
            (0, connecting("127.0.0.1:1")),
            (500, refused("127.0.0.1:1")),
            (500, error("connect", "connect(): refused")),
            (500, end(EndReason::Error)),
        ],
    );
    let entry = Entry {
        exchange: &exchange,
        url: "http://127.0.0.1:1/",
        request: b"\xe9\n\n",
        body: b"",
        started: SystemTime::UNIX_EPOCH,
    };
    let har = har(&[entry, entry]);
    assert_eq!(har["log"]["entries"].as_array().map(Vec::len), Some(2));
    let entry = &har["log"]["entries"][1];
    assert_eq!(entry["request"]["method"], "é");
    assert_eq!(entry["response"]["status"], 0);
    assert_eq!(entry["response"]["bodySize"], -1);
    assert_eq!(entry["timings"]["connect"], 0.5);
    assert_eq!(entry["timings"]["dns"], -1.0);
    assert_eq!(entry["timings"]["receive"], 0.0);
    assert_eq!(entry["_error"]["kind"], "connect");
    assert_eq!(entry["_endReason"], "error");
    assert!(entry.get("serverIPAddress").is_none());
}

#[test]
fn dates() {
    for (seconds, want) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (951_782_399, "2000-02-28T23:59:59.000Z"),
        (951_782_400, "2000-02-29T00:00:00.000Z"),
        (951_868_800, "2000-03-01T00:00:00.000Z"),
        (1_735_689_599, "2024-12-31T23:59:59.000Z"),
        (1_735_689_600, "2025-01-01T00:00:00.000Z"),
        (4_107_542_400, "2100-03-01T00:00:00.000Z"),
    ] {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(iso_8601(time), want);
    }
}

/// Three requests in one send: two responses, the second one cut short, and what asks for
/// nothing behind them.
#[test]
fn each_request_has_its_own_entry() {
    let requests = [
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /b HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /c HTTP/1.1\r\nHost: x\r\n\r\n",
        "rest",
    ];
    let request = requests.concat();
    let answer = |offset| Kind::Answer { number: 2, offset };
    let anomaly = |offset, sent| {
        Kind::Anomaly(Box::new(crate::anomaly::Anomaly {
            kind: crate::anomaly::Kind::BareLf,
            offset,
            sent,
            detail: String::new(),
        }))
    };
    let exchange = fold(
        EndMode::Auto,
        request.len() as u64,
        &[
            (0, connecting("127.0.0.1:8080")),
            (1_000, connected("127.0.0.1:8080")),
            (2_000, sent(0, request.len() as u32)),
            (5_000, recv(0, 4096, 80)),
            (
                5_000,
                Kind::Head(Box::new(raw_head(200, 0, 40, Framing::Length(3), &[]))),
            ),
            (5_000, anomaly(7, false)),
            (5_000, Kind::Body { bytes: 3 }),
            (5_000, answer(43)),
            (
                5_000,
                Kind::Head(Box::new(raw_head(404, 43, 30, Framing::Length(9), &[]))),
            ),
            (5_000, Kind::Body { bytes: 7 }),
            (5_000, anomaly(50, false)),
            (9_000, recv(80, 4096, 0)),
            (9_000, error("ended_early", "7 of 9")),
            (9_000, end(EndReason::Error)),
        ],
    );
    let entry = Entry {
        exchange: &exchange,
        url: "http://x:8080/a",
        request: request.as_bytes(),
        body: b"onesecond",
        started: SystemTime::UNIX_EPOCH,
    };
    let har = har(&[entry]);
    let found = har["log"]["entries"].as_array().unwrap();
    let of = |it: &Value| {
        let (asked, came) = (&it["request"], &it["response"]);
        let anomalies = it["_anomalies"].as_array().map_or(0, Vec::len);
        format!(
            "{} {} {} {:?} · {} {} {} {} · {} {} {} · {} {anomalies} {}",
            it["startedDateTime"].as_str().unwrap(),
            asked["url"].as_str().unwrap(),
            asked["headersSize"],
            asked["postData"]["text"].as_str().unwrap_or_default(),
            came["status"],
            came["headersSize"],
            came["bodySize"],
            came["content"]["text"].as_str().unwrap_or_default(),
            it["timings"]["connect"],
            it["timings"]["wait"],
            it["timings"]["receive"],
            it["_endReason"].as_str().unwrap(),
            it["_error"]["exit"],
        )
    };
    let found: Vec<String> = found.iter().map(of).collect();
    assert_eq!(
        found,
        [
            "1970-01-01T00:00:00.000Z http://x:8080/a 28 \"\" · 200 40 3 one · 1.0 3.0 0.0 · content_length 1 null",
            "1970-01-01T00:00:00.001Z http://x:8080/b 28 \"\" · 404 30 7 second · -1.0 3.0 4.0 · error 1 1",
            "1970-01-01T00:00:00.001Z http://x:8080/c 28 \"rest\" · 0 -1 -1  · -1.0 0.0 0.0 · error 0 1",
        ]
    );
}
