//! README's tables are the program's own: the keys, the flags of `sockeye fetch`, the events.
//! `UPDATE=1 cargo test --test readme` writes them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use clap::{Arg, Args as _, Command};
use sockeye::headless::flags::Fetch;
use sockeye::tui::keymap::{self, Place, ROWS};

#[test]
fn readme_has_the_tables() {
    readme_has("keys", &key_table());
    readme_has("flags", &flag_table());
    readme_has_the_events();
}

/// Each event that there is stands in the table of events, and no other.
fn readme_has_the_events() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).expect("a file");
    let source = read("src/event.rs");
    let names = between(&source, "pub fn name(&self) -> &'static str {", "\n    }");
    let there: BTreeSet<&str> = names.split('"').skip(1).step_by(2).collect();
    let readme = read("README.md");
    let table = between(&readme, "| when | events |\n|---|---|\n", "\n\n");
    let told: BTreeSet<&str> = table.split('`').skip(1).step_by(2).collect();
    assert!(there.len() > 40, "{there:?}");
    assert_eq!(told, there);
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).expect(begin);
    rest.split_once(end).expect(end).0
}

fn key_table() -> String {
    let mut places: Vec<Place> = Vec::new();
    for row in ROWS {
        if !places.contains(&row.place) {
            places.push(row.place);
        }
    }
    let mut table = String::from("| where | keys | what |\n|---|---|---|\n");
    for place in places {
        let keyed = |row: &&keymap::Row| row.place == place && !row.keys.is_empty();
        for row in ROWS.iter().filter(keyed) {
            let keys: Vec<String> = row.keys.iter().map(|key| format!("`{key}`")).collect();
            // What has no key is found in the list of commands.
            let keys = match keys.as_slice() {
                [] => "by name".to_owned(),
                keys => keys.join(" "),
            };
            let title = place.title();
            let _ = writeln!(table, "| {title} | {keys} | {} |", row.help);
        }
    }
    table
}

fn flag_table() -> String {
    let mut table = String::from("| flag | what |\n|---|---|\n");
    let command = Fetch::augment_args(Command::new("fetch"));
    let flags = command.get_arguments().filter(|arg| !arg.is_positional());
    for flag in flags.filter(|flag| !flag.is_hide_set()) {
        let help = flag.get_help().expect("each flag says what it does");
        let help = help.to_string().replace('|', "\\|");
        let _ = writeln!(table, "| {} | {help} |", written(flag));
    }
    table
}

/// `-o`, `--output FILE`, each as code.
fn written(flag: &Arg) -> String {
    let short = flag.get_short().map(|c| format!("-{c}"));
    let long = flag.get_long().map(|long| format!("--{long}"));
    let mut names: Vec<String> = short.into_iter().chain(long).collect();
    if flag.get_action().takes_values()
        && let (Some(last), Some(values)) = (names.last_mut(), flag.get_value_names())
    {
        for value in values {
            let _ = write!(last, " {value}");
        }
    }
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The text between `<!-- NAME -->` and `<!-- /NAME -->`.
fn readme_has(name: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README.md");
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = readme
        .split_once(&begin)
        .unwrap_or_else(|| panic!("README.md has no {begin}"));
    let (found, after) = rest
        .split_once(&end)
        .unwrap_or_else(|| panic!("README.md has no {end}"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{before}{begin}{table}{end}{after}")).expect("README.md");
        return;
    }
    assert_eq!(found, table, "UPDATE=1 cargo test --test readme writes it");
}
