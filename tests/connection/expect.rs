//! `Expect: 100-continue`: when the body goes, and when it does not.

use std::time::Duration;

use sockeye::event::EndMode;
use sockeye::playground::script::{Script, Step, send};

use crate::support::{deaf, plan, run};

const HEAD: u64 = 60;
const POST: &str = "POST / HTTP/1.1|Expect: 100-continue|Content-Length: 4||body";
const OK: &str = "HTTP/1.1 204 No Content\r\n\r\n";
const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
const HINTS: &str = "HTTP/1.1 103 Early Hints\r\n\r\n";
const NO: &str = "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n";

#[test]
fn the_body_goes_when_it_is_welcome_or_the_wait_is_over() {
    let read = |bytes| Step::Read { bytes };
    let second = Some(Duration::from_secs(20));
    let short = Some(Duration::from_millis(80));
    type Row = (Option<Duration>, EndMode, Script, &'static [&'static str]);
    #[rustfmt::skip]
    let table: Vec<Row> = vec![
        (second, EndMode::Auto, vec![read(HEAD), send(CONTINUE), read(4), send(OK), Step::WaitForClose],
         &["send 0 60", "recv 0 25", "interim 100", "send 60 4", "recv 25 27", "head 204 @25",
           "end no_body 52+0 of 52", "kept"]),
        // Another interim response is not the one that is waited for.
        (second, EndMode::Auto, vec![read(HEAD), send(HINTS), send(CONTINUE), read(4), send(OK), Step::WaitForClose],
         &["interim 103", "interim 100", "send 60 4", "head 204 @53", "end no_body 80+0 of 80", "kept"]),
        (second, EndMode::Auto, vec![read(HEAD), send(NO), Step::WaitForClose],
         &["send 0 60", "recv 0 54", "head 417 @0", "end content_length 54+0 of 54",
           "closed us: the request was not sent whole"]),
        (second, EndMode::Auto, vec![read(HEAD), Step::Close],
         &["send 0 60", "recv 0 0", "error empty_reply 52", "end error 0+0 of 0",
           "closed peer: the peer closed it"]),
        (short, EndMode::Auto, vec![read(HEAD + 4), send(OK), Step::WaitForClose],
         &["send 0 60", "send 60 4", "recv 0 27", "head 204 @0", "end no_body 27+0 of 27", "kept"]),
        (None, EndMode::Auto, vec![read(HEAD + 4), send(OK), Step::WaitForClose],
         &["send 0 64", "recv 0 27", "head 204 @0", "end no_body 27+0 of 27", "kept"]),
        (second, EndMode::Once, vec![read(HEAD + 4), send(OK), Step::WaitForClose],
         &["send 0 64", "recv 0 27", "head 204 @0", "end once 27+0 of 27", "kept"]),
    ];
    for nonblocking in [false, true] {
        for (expect, end, script, want) in &table {
            let server = deaf(script.clone());
            let mut plan = plan(&server, POST);
            (
                plan.options.expect,
                plan.options.end,
                plan.options.nonblocking,
            ) = (*expect, *end, nonblocking);
            let mut lines = run(&plan).lines();
            // Two interim responses come in one recv() or in two.
            if want[0].starts_with("interim") {
                lines.retain(|line| !line.starts_with("recv") && line != "send 0 60");
            }
            assert_eq!(lines, *want, "{expect:?} {end} {nonblocking} {script:?}");
        }
    }
}
