//! The list of cookies: those that go to the URL in the bar, those that do not and why,
//! and what the response shown wanted to set and could not.

use super::{Choice, Row};
use crate::cookies::{Cookie, Seconds, utc, withheld};
use crate::event::CookieTold;
use crate::tui::app::App;
use crate::url::Target;

pub(super) fn rows(app: &App) -> Vec<Row> {
    let tab = app.tab();
    let target = Target::parse(&tab.url.text()).ok();
    let jar = app.jar_of(tab);
    let mut going: Vec<&Cookie> = match (jar, &target) {
        (Some(jar), Some(target)) => jar.matching(target, app.wall),
        _ => Vec::new(),
    };
    let all = jar.into_iter().flat_map(|jar| jar.iter());
    let others: Vec<&Cookie> = all.filter(|cookie| !going.contains(cookie)).collect();
    going.extend(others);
    let told = tab.visit().map(|visit| visit.live.cookies.as_slice());
    let refused = told.unwrap_or_default().iter().filter_map(refusal);
    let rows = going
        .iter()
        .map(|cookie| row(cookie, target.as_ref(), app.wall, tab.knobs.redact));
    rows.chain(refused).collect()
}

fn row(cookie: &Cookie, target: Option<&Target>, now: Seconds, hidden: bool) -> Row {
    let (sign, fate) = match target.map(|target| withheld(cookie, target, now)) {
        None => (" ", "type a URL to see whether it goes there".to_owned()),
        Some(None) => ("→", "goes to this URL".to_owned()),
        Some(Some(why)) => (
            " ",
            format!("does not go to this URL: {why} ({})", why.rule()),
        ),
    };
    let name = match cookie.name.is_empty() {
        true => "(no name)".into(),
        false => String::from_utf8_lossy(&cookie.name),
    };
    let value = match hidden {
        true => "*".repeat(cookie.value.len()).into(),
        false => String::from_utf8_lossy(&cookie.value),
    };
    let domain = match cookie.host_only {
        true => cookie.domain.clone(),
        false => format!(".{}", cookie.domain),
    };
    Row {
        text: format!("{sign} {name}={value}"),
        beside: format!("{domain}{}", cookie.path),
        about: format!("{fate} · {}", properties(cookie)),
        choice: Choice::Cookie(cookie.key()),
    }
}

/// `of example.com and what is under it · until 2027-01-01 00:00 UTC · Secure · HttpOnly`
fn properties(cookie: &Cookie) -> String {
    let under = match cookie.host_only {
        true => " alone",
        false => " and all under it",
    };
    let mut parts = vec![
        format!("of {}{under}", cookie.domain),
        match cookie.expires {
            Some(expires) => format!("until {}", utc(expires)),
            None => "until the program ends".to_owned(),
        },
    ];
    if cookie.secure {
        parts.push("Secure".to_owned());
    }
    if cookie.http_only {
        parts.push("HttpOnly".to_owned());
    }
    parts.push(format!("SameSite {}", cookie.same_site.name()));
    parts.join(" · ")
}

fn refusal(told: &CookieTold) -> Option<Row> {
    let refused = told.refused.as_ref()?;
    Some(Row {
        text: format!("✗ {}", told.name),
        beside: format!("refused: {}", refused.rule),
        about: format!("this response's Set-Cookie was refused: {}", refused.why),
        choice: Choice::Nothing,
    })
}
