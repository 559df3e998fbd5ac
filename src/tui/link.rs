//! Where a link of a page leads: a place in the page, another URL, or nowhere that this
//! program goes.

use std::fmt::Write;

use crate::tui::visit::Visit;
use crate::url::Target;
use crate::view::rendered::{Form, Link, Page, Way};

/// Where following leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lead {
    /// The element of this id, in the page that is shown.
    Here(String),
    /// Another exchange; the fragment is where its page is to open.
    There(Box<Target>, Option<String>),
    /// A request to be looked at first: its URL, and what is sent behind its head.
    Send(Box<Target>, Option<Vec<u8>>),
    /// It is not followed: why.
    Nowhere(String),
}

/// Resolves a link against its page and the page's own URL (RFC 3986, 5.1: the base
/// element comes first).
pub fn lead(visit: &Visit, page: &Page, link: &Link) -> Lead {
    let base = match base(visit, page) {
        Ok(base) => base,
        Err(why) => return Lead::Nowhere(why),
    };
    let href = match &link.way {
        Way::To(href) | Way::Image(href) => trimmed(href),
        Way::Submit(form, button) => {
            return match page.forms.get(*form) {
                Some(form) => submitted(&base, form, button.as_ref()),
                None => Lead::Nowhere("its form is not known".to_owned()),
            };
        }
    };
    let (reference, fragment) = match href.split_once('#') {
        Some((reference, fragment)) => (reference, Some(fragment.to_owned())),
        None => (href.as_str(), None),
    };
    if let Some(scheme) = scheme(reference).filter(|scheme| !is_http(scheme)) {
        return Lead::Nowhere(format!(
            "{scheme}: is not followed, only http and https are"
        ));
    }
    let target = match base.join(reference) {
        Ok(target) => target,
        Err(err) => return Lead::Nowhere(err.to_string()),
    };
    match fragment {
        Some(fragment) if Target::parse(&visit.url).is_ok_and(|own| same(&own, &target)) => {
            Lead::Here(fragment)
        }
        fragment => Lead::There(Box::new(target), fragment),
    }
}

/// In a line: where it leads, as far as that can be said.
pub fn words(visit: &Visit, page: &Page, link: &Link) -> String {
    match lead(visit, page, link) {
        Lead::Here(fragment) => format!("#{fragment}"),
        Lead::There(target, None) => target.without_userinfo(),
        Lead::There(target, Some(fragment)) => {
            format!("{}#{fragment}", target.without_userinfo())
        }
        Lead::Send(target, body) => {
            let method = if body.is_some() { "POST" } else { "GET" };
            format!("{method} {}", target.without_userinfo())
        }
        Lead::Nowhere(why) => match &link.way {
            Way::To(href) | Way::Image(href) => format!("{href}: {why}"),
            Way::Submit(..) => why,
        },
    }
}

fn base(visit: &Visit, page: &Page) -> Result<Target, String> {
    let own = Target::parse(&visit.url).map_err(|err| err.to_string())?;
    match &page.base {
        // A base that is none is as if it were not there.
        Some(base) => Ok(own.join(&trimmed(base)).unwrap_or(own)),
        None => Ok(own),
    }
}

fn same(a: &Target, b: &Target) -> bool {
    a.same_origin(b) && a.path == b.path
}

/// As HTML strips a URL: no spaces around it, no line ends and tabs in it.
fn trimmed(href: &str) -> String {
    let href = href.trim_matches(|c: char| c.is_ascii_whitespace());
    href.replace(['\t', '\n', '\r'], "")
}

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// RFC 3986, 3.1.
fn scheme(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let mut chars = scheme.chars();
    let first = chars.next()?.is_ascii_alphabetic();
    let rest = chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    (first && rest).then_some(scheme)
}

/// What a form sends that was left as it is (HTML, 4.10.21.3).
fn submitted(base: &Target, form: &Form, button: Option<&(String, String)>) -> Lead {
    if form.multipart {
        return Lead::Nowhere("a multipart form is to be written by hand".to_owned());
    }
    let action = trimmed(form.action.as_deref().unwrap_or_default());
    let action = action.split('#').next().unwrap_or_default();
    if let Some(scheme) = scheme(action).filter(|scheme| !is_http(scheme)) {
        return Lead::Nowhere(format!(
            "{scheme}: is not followed, only http and https are"
        ));
    }
    let data = urlencoded(form.fields.iter().chain(button));
    let reference = match form.post {
        true => action.to_owned(),
        // The query is the form's, whatever the action's was.
        false => {
            let path = action.split('?').next().unwrap_or_default();
            format!("{path}?{data}")
        }
    };
    match base.join(&reference) {
        Ok(target) => Lead::Send(Box::new(target), form.post.then(|| data.into_bytes())),
        Err(err) => Lead::Nowhere(err.to_string()),
    }
}

/// application/x-www-form-urlencoded (WHATWG URL, 5.2).
fn urlencoded<'a>(fields: impl Iterator<Item = &'a (String, String)>) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        if !out.is_empty() {
            out.push('&');
        }
        encode(&mut out, name);
        out.push('=');
        encode(&mut out, value);
    }
    out
}

fn encode(out: &mut String, text: &str) {
    // Line ends are sent as CR LF.
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            // Writing to a String cannot fail.
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::view::rendered::lay_out;

    /// Where the first link of a page leads that came from this URL.
    fn first(url: &str, html: &str) -> String {
        let plan = Plan::new(Target::parse(url).unwrap(), &b""[..]);
        let visit = Visit::new(1, &plan);
        let page = lay_out(html.as_bytes(), html.len() as u64, 80);
        match lead(&visit, &page, &page.links[0]) {
            Lead::Here(fragment) => format!("here {fragment}"),
            Lead::There(target, fragment) => format!("{target} {}", fragment.unwrap_or_default())
                .trim_end()
                .to_owned(),
            Lead::Send(target, body) => {
                let body = body.map(|body| String::from_utf8(body).unwrap());
                format!("{} {target}", body.unwrap_or_else(|| "GET".to_owned()))
            }
            Lead::Nowhere(why) => why,
        }
    }

    #[test]
    fn links_are_resolved() {
        let form = "<input name=a value='1 &amp; 2'><input name=q value=é>";
        for (url, html, want) in [
            ("http://h/d/p?q", "<a href=x>", "http://h/d/x"),
            ("http://h/d/p", "<a href=' ../x?y\n '>", "http://h/x?y"),
            ("http://h/d/p", "<a href='//other/x'>", "http://other/x"),
            ("http://h/d/p", "<a href='?z'>", "http://h/d/p?z"),
            ("http://h/d/p", "<a href='#i'>", "here i"),
            ("http://h/d/p", "<a href='p#i'>", "here i"),
            ("http://h/d/p", "<a href='o#i'>", "http://h/d/o i"),
            ("http://h/d/p", "<a href=''>", "http://h/d/p"),
            ("http://h/d/p", "<base href=/b/><a href=x>", "http://h/b/x"),
            (
                "http://h/d/p",
                "<base href=http://o/b/><a href='#i'>",
                "http://o/b/ i",
            ),
            ("http://h/d/p", "<a href='a b'>", "http://h/d/a%20b"),
            ("http://h/d/p", "<img src=i.png>", "http://h/d/i.png"),
            (
                "http://h/",
                "<a href='mailto:a@b'>",
                "mailto: is not followed, only http and https are",
            ),
            (
                "http://h/",
                "<a href='JavaScript:x()'>",
                "JavaScript: is not followed, only http and https are",
            ),
            (
                "http://h/",
                "<img src='data:,x'>",
                "data: is not followed, only http and https are",
            ),
        ] {
            assert_eq!(first(url, html), want, "{html} at {url}");
        }
        for (attributes, want) in [
            ("action=/f?old", "GET http://h/f?a=1+%26+2&q=%C3%A9&s=Go"),
            ("action=f method=POST", "a=1+%26+2&q=%C3%A9&s=Go http://h/f"),
            ("", "GET http://h/p?a=1+%26+2&q=%C3%A9&s=Go"),
            (
                "enctype=multipart/form-data",
                "a multipart form is to be written by hand",
            ),
        ] {
            let button = "<input type=submit name=s value=Go>";
            let html = format!("<form {attributes}>{form}{button}</form>");
            assert_eq!(first("http://h/p", &html), want, "{attributes}");
        }
    }
}
