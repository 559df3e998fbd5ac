//! The lessons' files, and what may not stand in one.

use super::*;

#[test]
fn each_file_is_a_lesson() {
    for &(name, text) in FILES {
        if let Err(error) = read(name, text) {
            panic!("{name}: {error}");
        }
    }
    let names: Vec<&str> = all().iter().map(|lesson| lesson.name).collect();
    assert_eq!(names, NAMES);
}

#[test]
fn each_lesson_begins_somewhere_and_ends_each_sentence() {
    for lesson in all() {
        assert!((2..=5).contains(&lesson.steps.len()), "{}", lesson.name);
        assert!(lesson.steps[0].start.is_some(), "{}", lesson.name);
        for step in &lesson.steps {
            assert!(!step.until.is_empty(), "{}", lesson.name);
            let unable = step.unable.as_ref().map(|unable| &unable.why);
            for words in [&step.task, &step.notice].into_iter().chain(unable) {
                assert!(words.ends_with('.'), "{}: {words}", lesson.name);
            }
        }
    }
}

#[test]
fn a_file_that_is_wrong_says_why() {
    const TOP: &str = "title = \"t\"\nabout = \"a\"\n";
    const STEP: &str = "[[step]]\ndo = \"x\"\nnotice = \"y\"\n";
    for (text, why) in [
        (TOP.to_owned(), "no [[step]]"),
        (format!("title = \"t\"\n{STEP}until = []\n"), "about"),
        (format!("{TOP}{STEP}"), "until"),
        (format!("{TOP}{STEP}until = [{{ recv = 1 }}]\n"), "recv"),
        (
            format!("{TOP}{STEP}until = [{{ end = \"over\" }}]\n"),
            "over is none of",
        ),
        (
            format!("{TOP}{STEP}until = [{{ recvs = {{ lest = 1 }} }}]\n"),
            "Written",
        ),
        (
            format!("{TOP}{STEP}until = []\nstart = {{ url = \"/\", uri = 1 }}\n"),
            "uri",
        ),
        (
            format!(
                "{TOP}{STEP}until = []\nstart = {{ url = \"/\", set = {{ end = \"never\" }} }}\n"
            ),
            "end: one of",
        ),
        (
            format!("{TOP}{STEP}until = []\nstart = {{ url = \"/\", set = {{ ends = 1 }} }}\n"),
            "no setting is called ends",
        ),
    ] {
        let said = read("x", &text).map(|_| ()).unwrap_err();
        assert!(said.contains(why), "{text}\n{said}");
    }
}

#[test]
fn words_are_told() {
    let of = |name: &str| (name == "recvs").then(|| "3".to_owned());
    for (words, want) in [
        ("", ""),
        ("none", "none"),
        ("{recvs} of {recvs}", "3 of 3"),
        ("{other}, {recvs}", "{other}, 3"),
        ("open { and }{recvs", "open { and }{recvs"),
    ] {
        assert_eq!(tell(words, of), want);
    }
}
