//! The house rules of `src/lib.rs`, held against the source text.
//!
//! The order of the modules is read from the document itself, so that it cannot drift
//! from what is checked. Comments do not count; code under `#[cfg(test)]` does.

use std::fs;
use std::path::Path;

/// The aim is 100 to 400 lines; a file past this wants to be two. Tests included.
const LONGEST: usize = 650;

/// A word and the only places (prefixes of paths under `src/`) where it may stand.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("unsafe", &["net/probe.rs"]),
    ("unsafe_code", &["net/probe.rs"]),
    ("ratatui", &["tui/"]),
    ("crossterm", &["tui/"]),
    ("anyhow", &["main.rs", "cli", "headless", "tui/"]),
];

/// A place and the words that never stand there.
const NEVER_IN: &[(&str, &[&str])] = &[
    (
        "proto/",
        &[
            "std::net",
            "std::fs",
            "std::thread",
            "std::time",
            "Instant",
            "SystemTime",
            "Duration",
        ],
    ),
    (
        "exchange/",
        &[
            "std::net::Tcp",
            "std::fs",
            "std::thread",
            "Instant",
            "SystemTime",
        ],
    ),
    ("view/", &["std::thread", "Instant", "SystemTime"]),
    ("tui/ui/", &["crate::net"]),
];

#[test]
fn modules_use_only_those_above_them() {
    let house = house();
    let rank = |name: &str| house.iter().position(|module| module == name);
    let mut wrong = Vec::new();
    for file in sources() {
        if ["lib.rs", "main.rs"].contains(&&*file.path) {
            continue;
        }
        let module = file.path.split(['/', '.']).next().unwrap_or_default();
        let Some(own) = rank(module) else {
            panic!("{}: {module} does not stand in lib.rs's list", file.path);
        };
        for used in crate_paths(&file.code) {
            // A name of the list that is no module of it: `crate::Foo`, a macro.
            match rank(&used) {
                Some(used_rank) if used_rank > own => wrong.push(format!("{}: {used}", file.path)),
                Some(_) => {}
                None => wrong.push(format!("{}: {used} is not in lib.rs's list", file.path)),
            }
        }
    }
    assert!(wrong.is_empty(), "used from below:\n{}", wrong.join("\n"));
}

/// `lib.rs` lists every module and no other.
#[test]
fn the_list_is_complete() {
    let mut listed = house();
    listed.sort();
    let lib = fs::read_to_string(root().join("lib.rs")).unwrap();
    let mut declared: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    declared.sort_unstable();
    assert_eq!(listed, declared);
}

#[test]
fn words_stand_where_they_may() {
    let mut wrong = Vec::new();
    for file in sources() {
        for (word, places) in ONLY_IN {
            if !places.iter().any(|place| file.path.starts_with(place)) && names(&file.code, word) {
                wrong.push(format!("{}: {word} belongs in {places:?}", file.path));
            }
        }
        for (place, words) in NEVER_IN {
            for word in words.iter().filter(|_| file.path.starts_with(place)) {
                if names(&file.code, word) {
                    wrong.push(format!("{}: {word} is not for {place}", file.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sentences name keys by the table, which a config file may change. The words of another
/// program's screen are its own.
#[test]
fn keys_in_sentences_come_from_the_table() {
    let mut wrong = Vec::new();
    for file in sources() {
        let own = ["tui/keymap", "tui/programs.rs"].iter();
        if !file.path.starts_with("tui/") || own.into_iter().any(|p| file.path.starts_with(p)) {
            continue;
        }
        let code = file.code.split("#[cfg(test)]").next().unwrap_or_default();
        if file.path.ends_with("tests.rs") {
            continue;
        }
        let lines = code.lines().filter(|line| names_a_key(line));
        wrong.extend(lines.map(|line| format!("{}: {}", file.path, line.trim())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A key's name stands between the line's quotation marks.
fn names_a_key(line: &str) -> bool {
    const NAMES: [&str; 9] = [
        "Enter",
        "Esc",
        "Tab",
        "Backspace",
        "PageUp",
        "PageDown",
        "Ctrl",
        "Alt",
        "Shift",
    ];
    let quoted = line.split('"').skip(1).step_by(2);
    let mut words = quoted.flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    words.any(|word| {
        let function = word.strip_prefix('F').and_then(|n| n.parse::<u8>().ok());
        NAMES.contains(&word) || function.is_some_and(|n| (1..=12).contains(&n))
    })
}

#[test]
fn files_are_short_and_say_what_they_own() {
    let mut wrong = Vec::new();
    for file in sources() {
        if !file.text.starts_with("//! ") {
            wrong.push(format!("{}: does not open with //!", file.path));
        }
        let lines = file.text.lines().count();
        if lines > LONGEST {
            wrong.push(format!("{}: {lines} lines, more than {LONGEST}", file.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The checks above see what they are meant to see.
#[test]
fn the_checks_can_fail() {
    let code =
        code("use crate::{net, view::{Line, Role}}; // crate::tui\nlet x = crate::body::Store;");
    assert_eq!(crate_paths(&code), ["net", "view", "body"]);
    for (text, word, want) in [
        ("unsafe { x }", "unsafe", true),
        ("fn is_unsafe()", "unsafe", false),
        ("#![allow(unsafe_code)]", "unsafe", false),
        ("// unsafe", "unsafe", false),
        ("\"http://unsafe\"", "unsafe", true),
        ("use crate::net::Control;", "crate::net", true),
        ("use crate::network;", "crate::net", false),
    ] {
        assert_eq!(names(&self::code(text), word), want, "{text}");
    }
    for (line, want) in [
        (r#"app.note("F3 turns it")"#, true),
        (r#"format!("{key} · Esc closes")"#, true),
        (r#"Form::Escaped => "escaped, F0","#, false),
        (r#"KeyCode::Enter => "enter""#, false),
    ] {
        assert_eq!(names_a_key(line), want, "{line}");
    }
}

struct Source {
    /// Under `src/`, with `/`.
    path: String,
    text: String,
    /// Without comments.
    code: String,
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file under `src/`.
fn sources() -> Vec<Source> {
    fn walk(dir: &Path, into: &mut Vec<Source>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path
                    .strip_prefix(root())
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('\\', "/");
                into.push(Source {
                    path,
                    code: code(&text),
                    text,
                });
            }
        }
    }
    let mut sources = Vec::new();
    walk(&root(), &mut sources);
    assert!(sources.len() > 20, "src/ was not found");
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

/// The modules in lib.rs's order: the block of text after "# The house".
fn house() -> Vec<String> {
    let lib = fs::read_to_string(root().join("lib.rs")).unwrap();
    let list: Vec<String> = lib
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .skip_while(|line| line.trim() != "# The house")
        .skip_while(|line| line.trim() != "```text")
        .skip(1)
        .take_while(|line| line.trim() != "```")
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect();
    assert!(list.len() > 10, "lib.rs has no list of modules: {list:?}");
    list
}

/// Each line up to its comment. A `//` behind a colon is taken for a URL's.
fn code(text: &str) -> String {
    let uncommented = |line: &str| {
        let comment = line
            .match_indices("//")
            .find(|(at, _)| !line[..*at].ends_with(':'));
        line[..comment.map_or(line.len(), |(at, _)| at)].to_owned()
    };
    text.lines().map(uncommented).collect::<Vec<_>>().join("\n")
}

/// The first name of each path from `crate::` on, those of a `{…}` group too.
fn crate_paths(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, found) in code.match_indices("crate::") {
        let rest = &code[at + found.len()..];
        match rest.strip_prefix('{') {
            None => names.push(identifier(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut fresh = true;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => fresh = true,
                        c if fresh && c.is_alphanumeric() => {
                            fresh = false;
                            names.push(identifier(&group[at..]));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|&c| in_name(c)).collect()
}

/// Whether the word stands there as a word of its own.
fn names(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(in_name) && !after.is_some_and(in_name)
    })
}

fn in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
