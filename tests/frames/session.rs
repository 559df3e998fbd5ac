//! What goes from one exchange to the next in the browser: the bytes of each request
//! that is sent, as the redirects, the cookies and the hand make them.

use super::keys::table;
use crate::stage::Stage;

/// Plays each script; what is sent last is the request, with `|` for its line ends and
/// without the fields that every template has.
fn sent(script: &str) -> String {
    let stage = Stage::of(120, 40, script);
    let plan = stage.plan();
    let request = String::from_utf8_lossy(&plan.request).into_owned();
    let lines = request.split("\r\n").filter(|line| {
        !line.starts_with("User-Agent:") && *line != "Accept: */*" && !line.is_empty()
    });
    lines.collect::<Vec<_>>().join("|")
}

/// A response with these fields has come and ended.
fn came(status: &str, fields: &str) -> String {
    format!(
        "@0.5 connected\n@1 recv HTTP/1.1 {status} X\\r\\n{fields}\\r\\nContent-Length: 0\\r\\n\\r\\n\n@2 over\n"
    )
}

#[test]
fn cookies_and_credentials_stay_with_their_origin() {
    const OPEN: &str = "open http://ann:secret@h.com/set";
    let set = "Set-Cookie: a=b; Path=/\\r\\nSet-Cookie: p=q; Path=/p";
    // the response's status and fields, keys, what is sent then
    for (status, fields, keys, want) in [
        (
            "302",
            "Location: /p/x",
            "L",
            "GET /p/x HTTP/1.1|Host: h.com|Authorization: Basic YW5uOnNlY3JldA==|Cookie: p=q; a=b",
        ),
        (
            "302",
            "Location: http://h.com:81/",
            "L",
            "GET / HTTP/1.1|Host: h.com:81|Cookie: a=b",
        ),
        (
            "307",
            "Location: http://i.com/p/",
            "L",
            "GET /p/ HTTP/1.1|Host: i.com",
        ),
        (
            "302",
            "Location: https://i.com/p/",
            "L",
            "GET /p/ HTTP/1.1|Host: i.com",
        ),
        // what is no redirect sends nothing new
        (
            "200",
            "Location: /p/x",
            "L",
            "GET /set HTTP/1.1|Host: h.com|Authorization: Basic YW5uOnNlY3JldA==",
        ),
        (
            "304",
            "Location: /p/x",
            "L",
            "GET /set HTTP/1.1|Host: h.com|Authorization: Basic YW5uOnNlY3JldA==",
        ),
        (
            "302",
            "Location: mailto:x",
            "L",
            "GET /set HTTP/1.1|Host: h.com|Authorization: Basic YW5uOnNlY3JldA==",
        ),
    ] {
        let came = came(status, &format!("{set}\\r\\n{fields}"));
        let script = format!("{OPEN}\n{came}press {keys}");
        assert_eq!(sent(&script), want, "{status} {fields}");
    }
}

#[test]
fn the_cookie_line_is_the_jars_until_a_hand_touches_it() {
    let set = came("200", "Set-Cookie: a=b; Path=/");
    let begin = format!("open h.com/x\n{set}");
    for (script, want) in [
        // the template has it, on every way there is to a template
        ("press F5", "GET /x HTTP/1.1|Host: h.com|Cookie: a=b"),
        ("open h.com/y", "GET /y HTTP/1.1|Host: h.com|Cookie: a=b"),
        (
            "press F2 F12\npress F5",
            "GET /x HTTP/1.1|Host: h.com|Cookie: a=b",
        ),
        ("open i.com/y", "GET /y HTTP/1.1|Host: i.com"),
        ("press F5\nopen i.com/y", "GET /y HTTP/1.1|Host: i.com"),
        (
            "press F5\nopen i.com/y\nopen h.com/z",
            "GET /z HTTP/1.1|Host: h.com|Cookie: a=b",
        ),
        // a request by hand stays as it is; the key puts the line in
        ("press F2 Alt-M F5", "HEAD /x HTTP/1.1|Host: h.com"),
        (
            "press F2 Alt-M Alt-K F5",
            "HEAD /x HTTP/1.1|Host: h.com|Cookie: a=b",
        ),
        (
            "edited GET /x HTTP/1.1\\r\\nHost: h.com\\r\\nCookie: own\\r\\n\\r\\n\npress F5",
            "GET /x HTTP/1.1|Host: h.com|Cookie: own",
        ),
        // taken out, it stays out, whatever URL comes
        (
            "press F5\nedited GET /x HTTP/1.1\\r\\nHost: h.com\\r\\n\\r\\n\npress F5",
            "GET /x HTTP/1.1|Host: h.com",
        ),
        (
            "press F5\nedited GET /x HTTP/1.1\\r\\nHost: h.com\\r\\n\\r\\n\nopen h.com/y",
            "GET /y HTTP/1.1|Host: h.com",
        ),
        // by hand into something else, it still leaves with its origin
        (
            "press F5 F2 Alt-M\nopen i.com/y",
            "HEAD /y HTTP/1.1|Host: i.com",
        ),
        // back in history, the request is the one that was sent
        (
            "press F5 Alt-← F5",
            "GET /x HTTP/1.1|Host: h.com|Cookie: a=b",
        ),
        // a jar of the tab's own, and none
        (
            "press F3 G ←\npress Enter\nopen h.com/y",
            "GET /y HTTP/1.1|Host: h.com",
        ),
        (
            "press F3 G →\npress Enter\nopen h.com/y",
            "GET /y HTTP/1.1|Host: h.com",
        ),
        (
            "press Ctrl-T\nopen h.com/y",
            "GET /y HTTP/1.1|Host: h.com|Cookie: a=b",
        ),
        // the list's commands
        (
            "press K Alt-D Esc\nopen h.com/y",
            "GET /y HTTP/1.1|Host: h.com",
        ),
        (
            "press K Enter\ntype 9\npress Enter\nopen h.com/y",
            "GET /y HTTP/1.1|Host: h.com|Cookie: a=b9",
        ),
        (
            "press K Alt-N\ntype c=d; path=/y\npress Enter\nopen h.com/y",
            "GET /y HTTP/1.1|Host: h.com|Cookie: c=d; a=b",
        ),
    ] {
        assert_eq!(sent(&format!("{begin}\n{script}")), want, "{script}");
    }
}

#[test]
fn a_hand_that_took_the_line_out_is_told() {
    let set = came("200", "Set-Cookie: a=b; Path=/");
    let stage = Stage::of(120, 40, &format!("open h.com/x\n{set}\npress F2 Alt-M F5"));
    assert!(
        stage.frame().contains("1 cookie would go"),
        "{}",
        stage.frame()
    );
}

#[test]
fn redirects_are_followed_by_themselves_as_the_knob_says() {
    let hop = |to: &str| came("302", &format!("Location: {to}"));
    let knob = "press F3 G ↑\ntype 2\npress Enter Enter\n";
    for (first, hops, asked, says) in [
        ("h.com/", vec![hop("/a"), came("200", "X: y")], 2, "ended"),
        (
            "h.com/",
            vec![hop("/a"), hop("/b"), came("200", "X: y")],
            3,
            "ended",
        ),
        (
            "h.com/",
            vec![hop("/a"), hop("/b"), hop("/c")],
            3,
            "more than 2 redirects, where fetch ends with 47",
        ),
        ("h.com/", vec![hop("/")], 2, "a loop: 1 redirects ago"),
        (
            "https://h.com/",
            vec![hop("http://h.com/x")],
            1,
            "from https to http",
        ),
        (
            "h.com/",
            vec![came("304", "X: y")],
            1,
            "304 is not followed: the copy",
        ),
        (
            "h.com/",
            vec![came("302", "X: y")],
            1,
            "302 is not followed: no Location",
        ),
        (
            "h.com/",
            vec![hop("http://")],
            1,
            "302: its Location cannot be followed",
        ),
    ] {
        let mut stage = Stage::of(120, 40, &format!("{knob}open {first}"));
        hops.iter().for_each(|hop| stage.play(hop));
        let asked_for = stage.asked();
        let fetches = asked_for.iter().filter(|asked| asked.starts_with("fetch "));
        assert_eq!(fetches.count(), asked, "{first} {hops:?}");
        let frame = stage.frame();
        assert!(frame.contains(says), "{says}:\n{frame}");
    }
}

/// From https to http it takes a second press.
#[test]
fn a_downgrade_asks() {
    let came = came("301", "Location: http://h.com/x");
    for (keys, fetches) in [("L", 1), ("L L", 2)] {
        let mut stage = Stage::of(120, 40, &format!("open https://h.com/\n{came}press {keys}"));
        let asked = stage.asked();
        let asked = asked.iter().filter(|asked| asked.starts_with("fetch "));
        assert_eq!(asked.count(), fetches, "{keys}");
    }
}

#[test]
fn credentials_are_put_in_as_text() {
    let palette = |name: &str, typed: &str| {
        sent(&format!(
            "open h.com/\npress F2 Ctrl-P\ntype {name}\npress Enter\ntype {typed}\npress Enter F5"
        ))
    };
    for (name, typed, want) in [
        (
            "insert basic",
            "ann:secret",
            "Authorization: Basic YW5uOnNlY3JldA==",
        ),
        ("insert basic", "ann", "Authorization: Basic YW5uOg=="),
        (
            "insert a bearer",
            "abc.def",
            "Authorization: Bearer abc.def",
        ),
    ] {
        assert_eq!(
            palette(name, typed),
            format!("GET / HTTP/1.1|Host: h.com|{want}")
        );
    }
}

/// The knob that hides secrets: in copies of what was sent and received, in saves, in the
/// URLs that are recalled. Lengths stay; what is on screen does, too.
#[test]
fn secrets_are_hidden_on_request() {
    const LOGIN: &str = r"
        open ann:pw@h.com/a
        @1 connected
        @2 recv HTTP/1.1 103 E\r\nSet-Cookie: e=ab\r\n\r\nHTTP/1.1 200 OK\r\nSet-Cookie: sid=abc; Path=/\r\nContent-Length: 2\r\n\r\nhi
    ";
    const HIDES: &str = "press F3 G ↑ ↑ ↑ → Enter";
    let asked = |stage: &mut Stage| stage.asked().join(" ").replace("\r\n", "|");
    let sent = "GET /a HTTP/1.1|Host: h.com|Authorization: Basic ________|User-Agent: \
                sockeye/0.1.0|Accept: */*||";
    let came = "HTTP/1.1 103 E|Set-Cookie: e=__||HTTP/1.1 200 OK|Set-Cookie: sid=___; Path=/|\
                Content-Length: 2||hi";
    let [sent_hidden, came_hidden] = [sent, came].map(|text| text.replace('_', "*"));
    let sent = sent.replace("________", "YW5uOnB3");
    let came = came.replace("e=__", "e=ab").replace("sid=___", "sid=abc");
    let rows = [
        ("press 5 y".to_owned(), format!("copy {came}")),
        ("press 5 Ctrl-A y".to_owned(), format!("copy {sent}{came}")),
        (format!("{HIDES}\npress 5 y"), format!("copy {came_hidden}")),
        (
            format!("{HIDES}\npress 5 Ctrl-A y"),
            format!("copy {sent_hidden}{came_hidden}"),
        ),
        (format!("{HIDES}\npress 1 y"), "copy hi".to_owned()),
    ];
    let rows: Vec<(&str, &str)> = rows.iter().map(|(a, b)| (&**a, &**b)).collect();
    table(LOGIN, asked, &rows);
    let recalled = |stage: &mut Stage| stage.app.tab().url.text();
    let again = "press Ctrl-L Enter Ctrl-T Ctrl-L ↑";
    table(
        "open ann:pw@h.com/a",
        recalled,
        &[
            (again, "ann:pw@h.com/a"),
            (&format!("{HIDES}\n{again}"), "http://h.com/a"),
        ],
    );
}
