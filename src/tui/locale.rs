//! What the environment says of the characters that the terminal shows.

/// Whether it is to be ASCII alone: the locale names a charset, or a language without
/// one, that is not UTF-8. The first of the three that holds something decides
/// (setlocale(3)); `variable` looks one up.
///
/// No locale at all says nothing: containers and services have none, and the terminals
/// around them show UTF-8.
pub fn is_ascii(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_holds_something_decides() {
        for (all, ctype, lang, want) in [
            ("", "", "", false),
            ("C", "", "", true),
            ("POSIX", "en_US.UTF-8", "en_US.UTF-8", true),
            ("", "en_US.ISO-8859-1", "en_US.UTF-8", true),
            ("", "", "C", true),
            ("", "", "de_DE@euro", true),
            ("", "", "C.UTF-8", false),
            ("", "UTF-8", "C", false),
            ("ja_JP.utf8", "C", "C", false),
        ] {
            let variable = |name: &str| {
                let value = match name {
                    "LC_ALL" => all,
                    "LC_CTYPE" => ctype,
                    _ => lang,
                };
                Some(value.to_owned())
            };
            assert_eq!(is_ascii(variable), want, "{all:?} {ctype:?} {lang:?}");
        }
    }
}
