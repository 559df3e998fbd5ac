//! Looking at an exchange: following, scrolling, the log, the past, the mouse, find and
//! the ways out.

use super::keys::{ENDED, RUNNING, asked, notice, place, table, tabs};
use crate::stage::Stage;
use sockeye::tui::app::Popup;
use sockeye::tui::finder::Way;
use sockeye::tui::lens;

use sockeye::tui::message::Message;
use sockeye::tui::save::Saved;

/// Forty rows, more than a page; the fetch goes on.
const LONG: &str = r"
    open localhost/a
    @1 connected
    @2 recv HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n
    @3 recv*40 row\n
    @3 recv last\n
";

#[test]
fn the_end_is_followed_until_one_scrolls() {
    let rows = &[
        ("", "last in sight"),
        ("@4 recv*9 more\\n", "newer"),
        ("press k\n@4 recv*9 more\\n", "stands"),
        ("press ↑\n@4 recv*9 more\\n", "stands"),
        ("press PageUp\n@4 recv*9 more\\n", "stands"),
        ("press g\n@4 recv*9 more\\n", "stands"),
        ("press g G\n@4 recv*9 more\\n", "newer"),
        ("press k End\n@4 recv*9 more\\n", "newer"),
        ("press k j\n@4 recv*9 more\\n", "newer"),
        ("press g PageDown PageDown\n@4 recv*9 more\\n", "newer"),
        ("wheel up row\n@4 recv*9 more\\n", "stands"),
        ("wheel up row\nwheel down row\n@4 recv*9 more\\n", "newer"),
    ];
    let shown = |stage: &mut Stage| {
        let frame = stage.frame();
        let words = match (frame.contains("┃last"), frame.contains("┃more")) {
            (_, true) if frame.contains("following") => "newer",
            (true, false) if frame.contains("following") => "last in sight",
            (_, false) => "stands",
            _ => "more without following",
        };
        words.to_owned()
    };
    table(LONG, shown, rows);
}

#[test]
fn the_log_is_followed_until_a_call_is_chosen() {
    let chosen = |stage: &mut Stage| {
        let call = stage.app.tab().visit().and_then(|visit| visit.call);
        call.map_or("newest".to_owned(), |call| call.to_string())
    };
    // getaddrinfo, socket, connect, send, then three recv.
    let rows = &[
        ("press Shift-Tab", "newest"),
        ("press Shift-Tab ↑", "5"),
        ("press Shift-Tab ↑ k", "4"),
        ("press Shift-Tab ↑ ↓", "6"),
        ("press Shift-Tab ↑ ↓ ↓", "newest"),
        ("press Shift-Tab g", "0"),
        ("press Shift-Tab g ↑", "0"),
        ("press Shift-Tab g G", "newest"),
        ("click socket(", "1"),
        ("wheel up socket(", "3"),
    ];
    table(LONG, chosen, rows);
}

#[test]
fn the_mouse() {
    let rows = &[
        ("click Socket", "Socket: "),
        ("click Request", "Request: "),
        ("click end: auto", "Url: "),
        ("click Response", "Response: "),
        ("press F1\nclick Request", "Response: "),
        ("click find", "question over Response: "),
        ("click knobs", "knobs over Response: "),
        ("click F5 send", "Response: fetch 2"),
    ];
    table(ENDED, place, rows);
    let view = |stage: &mut Stage| stage.app.tab().view.title().to_owned();
    let rows = &[
        ("click 4 Hex", "Hex"),
        ("click 5 Wire", "Wire"),
        ("click 6 Headers", "Headers"),
        ("click 4 Hex\nclick 1 Text", "Text"),
        ("press 5", "Wire"),
        ("press 2", "Pretty"),
        ("press 3", "Rendered"),
    ];
    table(ENDED, view, rows);
    table(
        ENDED,
        tabs,
        &[
            ("click +", "2 of 2: "),
            ("click +\nclick 1 localhost/a", "1 of 2: "),
        ],
    );
    table(
        "",
        asked,
        &[("click 2  Why", "fetch 1"), ("click A practice", "")],
    );
}

#[test]
fn an_exchange_as_it_was() {
    // getaddrinfo, socket, connect, send, recv, and that it was kept open.
    let moment = |stage: &mut Stage| {
        let visit = stage.app.tab().visit().expect("an exchange");
        let past = visit.past_row();
        let recvs = visit.exchange().recvs.count;
        past.map_or("now".to_owned(), |row| format!("call {row}, {recvs} recv"))
    };
    let rows = &[
        ("press [", "call 4, 1 recv"),
        ("press [ [", "call 3, 0 recv"),
        ("press {", "call 0, 0 recv"),
        ("press { [", "call 0, 0 recv"),
        ("press { ]", "call 1, 0 recv"),
        ("press [ ]", "call 5, 1 recv"),
        ("press [ ] ]", "now"),
        ("press { }", "now"),
        ("press [ Esc", "now"),
        ("press ]", "now"),
    ];
    table(ENDED, moment, rows);
}

const OTHER: &str = "open localhost/b\n@1 connected";
const ITS_END: &str = r"@2 recv HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhullo";

#[test]
fn comparing() {
    let shown = |stage: &mut Stage| {
        let asked = asked(stage);
        match &stage.app.popup {
            Some(Popup::Compare(open)) => format!("{:?}: {asked}", open.bodies),
            _ => notice(stage),
        }
    };
    let rows = &[
        (
            "press c",
            "no exchange before this one in the tab: Ctrl-E, then Alt-C takes any",
        ),
        (
            "press Ctrl-E Alt-C",
            "that is the exchange shown: another one is compared with it",
        ),
        (
            "press Ctrl-T Esc Ctrl-E Alt-C",
            "nothing was fetched in this tab: nothing to compare with",
        ),
    ];
    table(ENDED, shown, rows);
    // While one runs the bodies wait; its end has them compared, once.
    table(
        &format!("{ENDED}\n{OTHER}"),
        shown,
        &[
            ("press c", "Coming: "),
            (
                &format!("press c\n{ITS_END}"),
                "Compared(Until(1)): compare 2 with 1",
            ),
        ],
    );
    let rows = &[
        ("press c", "Compared(Until(1)): compare 2 with 1"),
        (
            "press Ctrl-E ↓ Alt-C",
            "Compared(Until(1)): compare 2 with 1",
        ),
        (
            "press Alt-← Ctrl-E Alt-C",
            "Compared(Until(1)): compare 1 with 2",
        ),
        ("press { c", "Compared(Until(1)): compare 2 with 1"),
        ("press c x", "Compared(Until(1)): compare 2 with 1"),
    ];
    let both = format!("{ENDED}\n{OTHER}\n{ITS_END}");
    table(&both, shown, rows);
    let pair = |stage: &mut Stage| match &stage.app.popup {
        Some(Popup::Compare(open)) => format!("{:?}", open.pair),
        _ => String::new(),
    };
    let rows = &[
        ("press c", "[2, 1]"),
        ("press c x", "[1, 2]"),
        ("press c x x", "[2, 1]"),
    ];
    table(&both, pair, rows);
    // Closed in whichever way, it leaves nobody who waits for the bodies.
    for close in ["press Esc", "press Enter", "press q", "click Facts"] {
        let mut stage = Stage::of(120, 40, &format!("{both}\npress c"));
        let Some(Popup::Compare(open)) = &stage.app.popup else {
            panic!("no comparison:\n{}", stage.frame());
        };
        let wanted = open.wanted();
        assert!(wanted.upgrade().is_some());
        stage.play(close);
        assert!(wanted.upgrade().is_none(), "{close}");
    }
}

/// A long line that is not wrapped goes by a page to the side, as far as there is any of it.
#[test]
fn a_page_to_the_side() {
    const LINES: &str = r"
        open localhost/a
        @1 connected
        @2 recv HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n
        @3 recv*250 x
        @3 recv \nshort\n
        press 1 g
    ";
    let pages = |stage: &mut Stage| {
        let width = usize::from(lens::area(&stage.app).width);
        let tab = stage.app.tab();
        let left = tab.visit().map_or(0, |visit| visit.scrolls[0].left);
        assert_eq!(left % width, 0);
        format!("{}: {}", left / width, notice(stage))
    };
    const UNWRAPPED: &str = "long lines go on to the right: → Ctrl-→";
    const MOST: usize = 10;
    let rows = [
        (
            "press Ctrl-→".to_owned(),
            "0: long lines are wrapped here; w unwraps them".to_owned(),
        ),
        ("press w Ctrl-→".to_owned(), format!("1: {UNWRAPPED}")),
        (
            "press w Ctrl-→ Ctrl-← Ctrl-←".to_owned(),
            format!("0: {UNWRAPPED}"),
        ),
        (
            "press w Ctrl-→ w".to_owned(),
            "0: long lines are wrapped".to_owned(),
        ),
        (
            "press 5 Ctrl-→".to_owned(),
            "0: this view wraps its rows".to_owned(),
        ),
    ];
    for (keys, want) in &rows {
        table(LINES, pages, &[(keys, want)]);
    }
    // However often it is pressed, something of the longest row stays in sight.
    let seen = |stage: &mut Stage| stage.frame().contains("┃xxx").to_string();
    let keys = format!("press w{}", " Ctrl-→".repeat(MOST));
    table(LINES, seen, &[(&keys, "true")]);
}

/// To a line, a part, an offset; what has not come is waited for.
#[test]
fn going_to_a_place() {
    let at = |stage: &mut Stage| {
        let tab = stage.app.tab();
        let cursor = tab.visit().and_then(|visit| visit.cursor(tab.view));
        let at = cursor.map_or("-".to_owned(), |cursor| cursor.bytes.start.to_string());
        format!("{at}: {}", notice(stage))
    };
    const WAITS: &str = "-: line 50 has not come yet: it is gone to when it does";
    // 40 rows of 4 bytes, and one more; the head has 42, the request 76.
    for (typed, then, want) in [
        ("1", "", "0: line 1, at byte 0"),
        ("L10", "", "36: line 10, at byte 36"),
        ("@0x10", "", "16: offset 16 (0x10), at byte 16"),
        ("0x11", "press 4", "17: offset 17 (0x11), at byte 17"),
        ("0%", "", "0: 0 %, at byte 0"),
        ("", "", "-: "),
        (
            "there",
            "",
            "-: there: a line (123), a part (50%) or an offset (@4096, 0x1000)",
        ),
        ("50", "", WAITS),
        ("50", r"@4 recv*5 more\n", WAITS),
        ("50", r"@4 recv*9 more\n", "205: line 50, at byte 205"),
        ("50", "press PageUp\n@4 recv*9 more\\n", WAITS),
        (
            "50",
            "@4 cancelled\n@4 over",
            "164: no line 50: the last line is 41",
        ),
        ("90%", "@4 cancelled\n@4 over", "148: 90 %, at byte 148"),
        (
            "@999",
            "@4 cancelled\n@4 over",
            "164: no offset 999 (0x3e7): the last byte is at 164",
        ),
    ] {
        let script = format!("press %\ntype {typed}\npress Enter\n{then}");
        table(LONG, at, &[(&script, want)]);
    }
    table(
        &format!("{LONG}\npress 5"),
        at,
        &[("press %\ntype 3\npress Enter", "116: line 3, at byte 40")],
    );
}

#[test]
fn finding_saving_copying() {
    let rows = &[
        ("press /\ntype ell\npress Enter", "find from 0"),
        (
            "press /\ntype ell\npress Enter\nfound 1..4\npress n",
            "find from 0, count before 1, find from 2",
        ),
        (
            "press /\ntype ell\npress Enter\nfound 1..4\npress N",
            "find from 0, count before 1, find back from 1",
        ),
        ("press n", ""),
        // What regular expressions find does not overlap.
        (
            "press /\ntype /l+/\npress Enter\nfound 2..4\npress n",
            "find from 0, count before 2, find from 4",
        ),
        // From where the cursor was moved to.
        (
            "press /\ntype l\npress Enter\nfound 2..3\npress → → n",
            "find from 0, count before 2, find from 4",
        ),
        ("press / Enter", "stop finding"),
        ("press / x Esc", ""),
        ("press s Enter", "save 5 B in a"),
        ("press s\ntype other\npress Enter", "save 5 B in other"),
        ("press s ↓ Enter", "save 43 B in a"),
        ("press s ↑ ↑ Enter", "save 43 B in a"),
        ("press s Enter Esc", "save 5 B in a, stop saving"),
        // It runs: no key begins another.
        ("press s Enter Enter s Enter", "save 5 B in a"),
        ("press y", "copy hello"),
        (
            "press 5 y",
            "copy HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        ),
        ("press o", "page"),
        ("press |\ntype jq .\npress Enter", "pipe to jq ."),
        ("press | Enter", ""),
        ("press F4", "edit the body"),
        ("press F2 F4", "edit the request"),
    ];
    table(ENDED, asked, rows);
    table(
        RUNNING,
        notice,
        &[
            ("press s", "nothing was received: there is nothing to save"),
            ("press y", "the body is empty"),
            ("press o", "there is no body"),
            ("press |", "there is no body"),
            ("press F4", "there is no body"),
        ],
    );
}

/// No hit so far: what comes is looked through, from where one may have begun.
#[test]
fn a_hit_that_is_still_to_come() {
    const SO_FAR: &str = "not found so far: later; what comes is looked through";
    let none = |stage: &mut Stage| {
        let visit = stage.app.tab().visit().expect("an exchange");
        stage.tell(Message::Found {
            id: visit.id,
            view: stage.app.tab().view,
            hit: None,
            wrapped: true,
            way: Way {
                from: 0,
                back: false,
                steady: false,
                round: true,
            },
        });
    };
    // 165 bytes are there; a hit of 5 may begin in the last 4.
    for (then, want, words) in [
        ("", "", SO_FAR),
        ("@900 recv la", "find from 161 to the end", SO_FAR),
        // One look at a time.
        (
            "@900 recv la\n@999 recv ter",
            "find from 161 to the end",
            SO_FAR,
        ),
        (
            "@900 recv la\npress n",
            "find from 161 to the end, find from 0",
            SO_FAR,
        ),
        (
            "@900 cancelled\n@900 over",
            "find from 161 to the end",
            "not found: later",
        ),
    ] {
        let mut stage = Stage::of(120, 40, LONG);
        stage.play("press g /\ntype later\npress Enter");
        stage.asked();
        none(&mut stage);
        stage.play(then);
        let found = asked(&mut stage);
        if !stage.running() {
            none(&mut stage);
        }
        assert_eq!(found, want, "{then}");
        assert_eq!(notice(&mut stage), words, "{then}");
    }
}

/// In Wire the request is searched too, in Headers every head and the trailers.
#[test]
fn what_a_find_looks_through() {
    let script = r"
        open localhost/a
        @1 connected
        @2 recv HTTP/1.1 103 Early\r\nX-Mark: 1\r\n\r\n
        @3 recv HTTP/1.1 200 OK\r\nX-Mark: 2\r\nTransfer-Encoding: chunked\r\n\r\n
        @4 recv 6\r\nx-mark\r\n0\r\nX-Mark: 3\r\n\r\n
    ";
    let hits = |stage: &mut Stage| {
        let visit = stage.app.tab().visit().expect("an exchange");
        let view = stage.app.tab().view;
        let pattern = sockeye::body::Pattern::typed("x-mark", false).expect("a text");
        let pieces = sockeye::tui::searched::pieces(visit, view);
        let count = |piece: &sockeye::tui::searched::Piece| {
            let all = 0..piece.window.there();
            pattern.hits(&piece.window, all).expect("memory").len()
        };
        format!("{:?}", pieces.iter().map(count).collect::<Vec<_>>())
    };
    let rows = &[
        ("press 1", "[1]"),
        ("press 5", "[0, 4]"),
        ("press 6", "[2, 1]"),
    ];
    table(script, hits, rows);
    let rows = &[
        ("press 5 /\ntype host\npress Enter", "find from 0"),
        // The request's own bytes: the stage's answer is in the view's offsets.
        (
            "press 5 /\ntype host\npress Enter\nfound 17..21\npress n",
            "find from 0, count before 17, find from 18",
        ),
    ];
    table(ENDED, asked, rows);
}

/// What comes of a save: the place, what is asked for next, the words.
#[test]
fn a_save_ends() {
    let whole = || Saved::Whole {
        bytes: 5,
        path: "/tmp/a\u{1b}".into(),
    };
    let failed = || Saved::Failed("/no/a: No such file".to_owned());
    let there = "saving over Response: save 5 B in a";
    type Row<'a> = (&'a str, Saved, &'a str, &'a str, &'a str);
    let rows: [Row; 8] = [
        (
            "",
            whole(),
            "",
            "Response: save 5 B in a",
            "5 bytes are in /tmp/a␛",
        ),
        (
            "press Enter",
            whole(),
            "",
            "Response: save 5 B in a",
            "5 bytes are in /tmp/a␛",
        ),
        (
            "",
            failed(),
            "",
            there,
            "/no/a: No such file (no file is left of it; s asks again)",
        ),
        (
            "",
            Saved::Stopped,
            "",
            "Response: save 5 B in a",
            "the save was stopped: no file is left of it",
        ),
        ("", Saved::IsThere, "", there, ""),
        (
            "",
            Saved::IsThere,
            "press y",
            "saving over Response: save 5 B in a, save 5 B in a over what is there",
            "",
        ),
        (
            "",
            Saved::IsThere,
            "press n Enter",
            "saving over Response: save 5 B in a, save 5 B in a",
            "",
        ),
        (
            "",
            Saved::IsThere,
            "type b\npress y Enter",
            "saving over Response: save 5 B in a, save 5 B in aby",
            "",
        ),
    ];
    for (before, saved, then, want, words) in rows {
        let mut stage = Stage::of(120, 40, ENDED);
        stage.asked();
        stage.play(&format!("press s End Enter\n{before}"));
        stage.tell(Message::Saved(saved));
        stage.play(then);
        assert_eq!(
            place(&mut stage),
            want,
            "{before} {then}\n{}",
            stage.frame()
        );
        assert_eq!(notice(&mut stage), words, "{before} {then}");
    }
}

#[test]
fn a_save_shows_how_far_it_is() {
    let mut stage = Stage::of(120, 40, &format!("{ENDED}\npress s Enter"));
    stage.pass(1000);
    stage.tell(Message::Saving { done: 2 });
    let frame = stage.frame();
    assert!(frame.contains("40 % · 2 B of 5 B · 2 B/s"), "{frame}");
}

const JSON: &str = r#"
    open localhost/a
    @1 connected
    @2 recv HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{"a":[1,2],"b":{"c":3}}
    @3 over
"#;

#[test]
fn folding_and_the_view_that_opens_by_itself() {
    let shown = |stage: &mut Stage| {
        let frame = stage.frame();
        let folded = frame
            .rows()
            .iter()
            .filter(|row| row.contains('▸') && row.contains('…'))
            .count();
        format!("{} {folded}", stage.app.tab().view.title())
    };
    let rows = &[
        ("", "Pretty 0"),
        ("press -", "Pretty 2"),
        ("press - +", "Pretty 0"),
        ("click \"a\"\npress Enter", "Pretty 1"),
        ("click \"a\"\npress Enter Enter", "Pretty 0"),
        ("press - \nclick ▸\n", "Pretty 1"),
        ("press 1", "Text 0"),
        (
            "press 1\npress F5\n@9 connected\n@10 recv HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n<p>",
            "Text 0",
        ),
        (
            "press F5\n@9 connected\n@10 recv HTTP/1.1 200 OK\\r\\n\\r\\n\\0",
            "Hex 0",
        ),
        (
            "press F5\n@9 connected\n@10 recv HTTP/1.1 200 OK\\r\\n\\r\\ntext",
            "Text 0",
        ),
    ];
    table(JSON, shown, rows);
}
