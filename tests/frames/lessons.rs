//! The lesson at the foot of the screen: its keys, its mouse, when a step is done.

use crate::keys::{asked, notice, table};
use crate::stage::Stage;

const HANG: &str = "press E\ntype hang\npress Enter";

/// `hang 1 done, keep-alive in the URL bar, close`
fn state(stage: &mut Stage) -> String {
    let tab = stage.app.tab();
    let course = &stage.app.course;
    let place = match (course.open(), course.at(), course.outcome()) {
        (Some((lesson, _)), Some(at), outcome) => {
            let done = match outcome.map(|outcome| outcome.done) {
                Some(true) => " done",
                Some(false) => " left out",
                None => "",
            };
            format!("{} {}{done}", lesson.name, at.step + 1)
        }
        _ => "no lesson".to_owned(),
    };
    let url = tab.url.text();
    let path = url.rsplit('/').next().unwrap_or_default();
    format!("{place}: /{path} {}", tab.knobs.options.end)
}

#[test]
fn a_lesson_is_opened_set_up_turned_and_left() {
    table(
        HANG,
        state,
        &[
            ("", "hang 1: / auto"),
            ("press Alt-G", "hang 1: /keep-alive close"),
            ("click sets it up", "hang 1: /keep-alive close"),
            ("press Alt-N", "hang 2: / auto"),
            ("click next", "hang 2: / auto"),
            ("press Alt-N Alt-N", "ways-out 1: / auto"),
            ("press Alt-P", "recv 3: / auto"),
            ("press Alt-X", "no lesson: / auto"),
            ("click leaves", "no lesson: / auto"),
            ("press Alt-X Alt-N", "no lesson: / auto"),
            // In a text field, too.
            ("press Ctrl-L Alt-G F2 Alt-N", "hang 2: /keep-alive close"),
            ("press E ↓ Enter", "addresses 1: / auto"),
        ],
    );
}

#[test]
fn without_a_lesson_its_keys_say_where_they_are() {
    table(
        "",
        notice,
        &[
            ("press Alt-G", "no lesson is open: E lists them"),
            (
                "press E\ntype hang\npress Enter Alt-N Alt-G",
                "this step goes on with what is there: Esc cancel",
            ),
        ],
    );
}

/// Sending is the learner's part; what still runs is none of the step's.
#[test]
fn setting_up_sends_nothing_and_cancels_what_runs() {
    table(
        "open localhost/a\n@1 connected\npress E\ntype hang\npress Enter",
        asked,
        &[
            ("press Alt-G", "cancel 1"),
            ("@2 cancelled\npress Alt-G", ""),
            ("@2 cancelled\npress Alt-G F5", "fetch 2"),
        ],
    );
}

const ANSWER: &str = r"recv HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// By its own exchanges alone, at once, and for good.
#[test]
fn a_step_is_done_when_the_calls_show_it() {
    let send = "press Alt-G F5\n@1 connected";
    table(
        HANG,
        state,
        &[
            (&format!("{send}\n@2 {ANSWER}"), "hang 1: /keep-alive close"),
            (
                &format!("{send}\n@2 {ANSWER}\n@900"),
                "hang 1: /keep-alive close",
            ),
            (
                &format!("{send}\n@2 {ANSWER}\n@1003"),
                "hang 1 done: /keep-alive close",
            ),
            // Without the body it is not the loop that hangs.
            (&format!("{send}\n@1500"), "hang 1: /keep-alive close"),
            (
                &format!("{send}\n@2 {ANSWER}\n@1003\npress Alt-X"),
                "no lesson: /keep-alive close",
            ),
            (
                &format!("{send}\n@2 {ANSWER}\n@1003\npress Alt-N"),
                "hang 2: /keep-alive close",
            ),
            (
                &format!("{send}\n@2 {ANSWER}\n@1003\npress Alt-N\n@1004 cancelled"),
                "hang 2 done: /keep-alive close",
            ),
            // Set up once more it begins anew.
            (
                &format!("{send}\n@2 {ANSWER}\n@1003\npress Alt-G"),
                "hang 1: /keep-alive close",
            ),
            // What an exchange before it shows is not this step's.
            (
                &format!("{send}\n@2 {ANSWER}\npress Alt-X\n@1003\n{HANG}\n@1100"),
                "hang 1: /keep-alive close",
            ),
        ],
    );
}
