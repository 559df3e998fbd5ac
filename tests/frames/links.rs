//! The Rendered view: links reached, followed and come back from; forms; pictures.

use super::keys::{notice, table};
use crate::stage::Stage;
use sockeye::tui::visit::ViewKind;

const PAGE: &str = r"
    open localhost/d/page
    @1 connected
    @2 recv HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n
    @3 recv <title>T</title><p><a href=one>first</a> and <a href='/two'>second</a>
    @3 recv <a href='#down'>third</a> <a href=mailto:a@b>fourth</a> <img src=i.png alt=pic>
    @3 recv <form action=/f method=post><input name=q value='a b'><button>Go</button></form>
    @3 recv <br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br>
    @3 recv <br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br>
    @3 recv <p id=down>down here <a href=last>last</a>
    @4 eof
    press 3
";

#[test]
fn links_are_followed() {
    let url = |stage: &mut Stage| stage.app.tab().url.text();
    let rows = &[
        ("press ) Enter", "http://localhost/d/one"),
        ("press ) ) Enter", "http://localhost/two"),
        ("press ) ) ( Enter", "http://localhost/d/one"),
        ("press ) ) ) Enter", "localhost/d/page"),
        ("press ) ) ) Enter ) Enter", "http://localhost/d/last"),
        ("press ) ) ) ) Enter", "localhost/d/page"),
        ("press ) ) ) ) ) Enter", "http://localhost/d/i.png"),
        ("press f 2 Enter", "http://localhost/two"),
        ("press f 9 9 Enter", "localhost/d/page"),
        ("click second", "http://localhost/two"),
        ("click and", "localhost/d/page"),
        ("press ) Alt-Enter", "http://localhost/d/one"),
        ("press ) Enter Alt-←", "http://localhost/d/page"),
        ("press ) ) ) ) ) ) Enter", "http://localhost/f"),
    ];
    table(PAGE, url, rows);
    let rows = &[
        (
            "press ) ) ) ) Enter",
            "mailto: is not followed, only http and https are",
        ),
        (
            "press f 9 9 Enter",
            "99: no link of the page has this number",
        ),
        ("press (", "there is no link before this one"),
        ("press 1 )", "links are the Rendered view's: 3 shows it"),
        (
            "press Alt-Enter",
            "no link is under the cursor: ) goes to the next one",
        ),
    ];
    table(PAGE, notice, rows);
}

#[test]
fn where_a_link_leads_is_said() {
    let line = |stage: &mut Stage| {
        let rows = stage.frame().rows();
        let row = rows.iter().find_map(|row| row.split_once('→'));
        let to = row.map_or("", |(_, to)| to.trim());
        to.split(" · ").next().unwrap_or_default().to_owned()
    };
    let rows = &[
        ("press )", "http://localhost/d/one"),
        ("press ) ) )", "#down"),
        (
            "press ) ) ) )",
            "mailto:a@b: mailto: is not followed, only http and https are",
        ),
        ("press ) ) ) ) ) )", "POST http://localhost/f"),
        ("press ↓", ""),
    ];
    table(PAGE, line, rows);
}

#[test]
fn back_is_where_it_was_left() {
    let place = |stage: &mut Stage| {
        let tab = stage.app.tab();
        let visit = tab.visit().unwrap();
        let scroll = visit.scrolls[ViewKind::Rendered.index()];
        let cursor = visit.cursor(ViewKind::Rendered).map(|at| at.bytes.start);
        format!("{} {cursor:?}", scroll.top)
    };
    let mut stage = Stage::of(120, 40, PAGE);
    stage.play("press ) ) ) Enter )");
    let before = place(&mut stage);
    stage.play("press Enter Alt-←");
    assert_eq!(place(&mut stage), before);
    assert_ne!(before, "0 None");
}

#[test]
fn a_form_is_composed_and_not_sent() {
    let request = |stage: &mut Stage| {
        let bytes = stage.app.tab().request.bytes();
        let text = String::from_utf8_lossy(bytes).into_owned();
        let first = text.lines().next().unwrap_or_default().to_owned();
        format!("{first} … {}", text.lines().last().unwrap_or_default())
    };
    table(
        PAGE,
        request,
        &[("press ) ) ) ) ) ) Enter", "POST /f HTTP/1.1 … q=a+b")],
    );
}

/// A picture of two by four pixels: white above, black below.
const PIXELS: &[u8] = b"GIF89a\x02\0\x04\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x02\0\x04\0\0\
\x02\x04\x4c\x10\x02\x05\0;";

#[test]
fn what_is_shown_of_each_kind_of_body() {
    for (head, body, want) in [
        ("Content-Type: text/html", &b"<p>page"[..], "page"),
        ("Content-Type: image/gif", PIXELS, "GIF · 2×4"),
        ("Content-Type: image/gif", &PIXELS[..30], "GIF"),
        (
            "Content-Type: application/json",
            b"{}",
            "application/json is neither HTML nor a picture",
        ),
    ] {
        let mut stage = Stage::of(120, 40, "open localhost/b\n@1 connected\npress 3");
        stage.receive(format!("HTTP/1.0 200 OK\r\n{head}\r\n\r\n").as_bytes());
        stage.receive(body);
        stage.play("@9 eof");
        let frame = stage.frame();
        assert!(frame.contains(want), "{want}:\n{frame}");
    }
}
