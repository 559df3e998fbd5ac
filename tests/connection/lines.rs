//! A server that speaks no HTTP: what it is called, and the stream both ways.

use std::net::SocketAddr;

use sockeye::error::Error;
use sockeye::plan::Plan;
use sockeye::playground::lines;
use sockeye::playground::server::Server;
use sockeye::url::Target;

use crate::talk::Talk;

#[test]
fn lines_go_both_ways_and_are_no_http() {
    let server = Server::serve_raw(None, |_| lines::script()).unwrap();
    let addr = SocketAddr::from(([127, 0, 0, 1], server.port()));
    let target = Target::parse(&format!("http://{addr}/")).unwrap();
    let mut talk = Talk::start(&Plan::new(target, *b"one\r\n"));
    let greeting = "lines are sent back; an empty one ends it\r\n";
    let length = |text: &str| (greeting.len() + text.len()) as u64;
    talk.until(|exchange| exchange.recvs.bytes == length("one\r\n"));
    talk.control.say(b"two\r\n").unwrap();
    talk.until(|exchange| exchange.recvs.bytes == length("one\r\ntwo\r\n"));
    talk.control.say(b"\r\n").unwrap();
    let outcome = talk.outcome();
    assert_eq!(outcome.as_ref().map_err(Error::exit_code), Err(1));
    assert_eq!(talk.wire(), format!("{greeting}one\r\ntwo\r\n"));
    let found = talk.exchange.anomalies.iter();
    let found: Vec<&str> = found.map(|anomaly| anomaly.kind.name()).collect();
    assert_eq!(found, ["http_0_9"], "text without a status line");
}
