//! Every default as a commented file, ready to be put in its place and changed.

use std::path::Path;

use super::Vocabulary;
use super::settings::SETTINGS;

/// The file's text with every default; `path` is where it lies or would lie.
pub fn print(path: Option<&Path>, words: &Vocabulary) -> String {
    let mut text = match path {
        Some(path) => {
            let there = if path.exists() { "" } else { " (not there)" };
            // A newline in a path would end the comment.
            format!("# {:?}{there}\n", path.display().to_string())
        }
        None => "# no home, so no file\n".to_owned(),
    };
    text.push_str("# The browser's defaults; what a file leaves out stays as it is here.\n");
    text.push_str("# `sockeye fetch` reads no file: its flags say all.\n");
    let mut table = "";
    for setting in SETTINGS {
        open(&mut text, &mut table, setting.table);
        text.push_str(&format!(
            "\n# {}\n{} = {}\n",
            setting.help, setting.name, setting.default
        ));
    }
    text.push_str(
        "\n# Keys: a list replaces the action's keys in that place, [] takes them away.\n",
    );
    text.push_str("# Spelled as here; Left, Right, Up and Down do for the arrows.\n");
    let mut place = "";
    for row in &words.keys {
        if row.place != place {
            place = &row.place;
            text.push_str(&format!("\n[keys.{place}]\n"));
        }
        let keys: Vec<String> = row.keys.iter().map(|key| quoted(key)).collect();
        let line = format!("{} = [{}]", row.action, keys.join(", "));
        text.push_str(&format!("{line:<44} # {}\n", row.help));
    }
    text
}

fn open(text: &mut String, table: &mut &'static str, next: &'static str) {
    if *table != next {
        *table = next;
        text.push_str(&format!("\n[{next}]\n"));
    }
}

fn quoted(key: &str) -> String {
    format!("\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""))
}
