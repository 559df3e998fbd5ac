//! The plan as a curl command, where curl can send the same bytes; else the nearest, and
//! a word on what is different.
//!
//! Owns a model of what curl sends ([`Request::sent_by_curl`]): whether a command is
//! exact is found by comparing its bytes with the plan's, not by a list of exceptions.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::parts::Parts;
use super::{OWN_ROOT, millis, shell, title, tls};
use crate::event::{EndMode, Family};
use crate::plan::{Plan, Tls, TlsVersion, Way};
use crate::request;

pub(super) fn command(plan: &Plan) -> String {
    let request = Request::read(&plan.request);
    let mut out = String::from("#!/bin/sh\n");
    out += &format!("# {}\n", title(plan)[0]);
    for note in notes(plan, &request) {
        out += &format!("# {note}\n");
    }
    // No URL patterns, no proxy from the environment: what is asked for and nothing else.
    let mut words: Vec<String> = ["curl", "--globoff"].map(str::to_owned).into();
    words.extend(proxy(plan));
    words.extend(ways(plan));
    words.extend(request.words(plan));
    let curl = words.join(" \\\n  ");
    if request.body.is_empty() {
        return out + &curl + "\n";
    }
    let body = shell::printf(request.body, "  ");
    out + &format!("{{\n{body}}} | {curl}\n")
}

/// The proxy, or that there is none, whatever the environment says. Its user stands in the
/// request, where that goes to the proxy.
fn proxy(plan: &Plan) -> Vec<String> {
    let way = plan.way();
    let Some(proxy) = way.proxy() else {
        return vec!["--noproxy '*'".to_owned()];
    };
    let mut words = vec![
        format!("--proxy {}", shell::word(proxy.to_string().as_bytes())),
        "--noproxy ''".to_owned(),
    ];
    if plan.options.proxies.tunnel {
        words.push("--proxytunnel".to_owned());
    }
    if !matches!(way, Way::Forward(_))
        && let Some(user) = &proxy.user
    {
        let user = [&user.name[..], b":", &user.password].concat();
        words.push(format!("--proxy-user {}", shell::word(&user)));
    }
    words
}

/// The options that say how to connect and how long to wait.
fn ways(plan: &Plan) -> Vec<String> {
    let mut words = Vec::new();
    match plan.options.family {
        Some(Family::Inet) => words.push("-4".to_owned()),
        Some(Family::Inet6) => words.push("-6".to_owned()),
        Some(Family::Unix) | None => {}
    }
    if let Some(path) = &plan.options.unix_socket {
        words.push(format!(
            "--unix-socket {}",
            shell::word(path.as_os_str().as_bytes())
        ));
    }
    for row in &plan.options.resolve {
        let addrs: Vec<String> = row.addrs.iter().map(|addr| addr.to_string()).collect();
        let row = format!("{}:{}:{}", row.host, row.port, addrs.join(","));
        words.push(format!("--resolve {}", shell::word(row.as_bytes())));
    }
    if let Some(tls) = tls(plan) {
        words.extend(secure(tls));
    }
    let seconds = |time| format!("{}", millis(time) as f64 / 1000.0);
    if let Some(time) = plan.options.connect_timeout {
        words.push(format!("--connect-timeout {}", seconds(time)));
    }
    if let Some(time) = plan.options.max_time {
        words.push(format!("--max-time {}", seconds(time)));
    }
    words
}

/// How TLS is made; by ALPN, HTTP/2 is not offered.
fn secure(tls: &Tls) -> Vec<String> {
    let mut words = vec!["--http1.1".to_owned()];
    if !tls.verify {
        words.push("--insecure".to_owned());
    }
    for (option, path) in [
        ("--cacert", &tls.cacert),
        ("--crlfile", &tls.crlfile),
        ("--cert", &tls.cert),
        ("--key", &tls.key),
    ] {
        if let Some(path) = path {
            words.push(format!("{option} {}", file(option, path)));
        }
    }
    words.push(match tls.min {
        Some(TlsVersion::V1_3) => "--tlsv1.3".to_owned(),
        Some(TlsVersion::V1_2) | None => "--tlsv1.2".to_owned(),
    });
    match tls.max {
        Some(TlsVersion::V1_2) => words.push("--tls-max 1.2".to_owned()),
        Some(TlsVersion::V1_3) => words.push("--tls-max 1.3".to_owned()),
        None => {}
    }
    words
}

/// A file's name; in `--cert` a colon would begin a password.
fn file(option: &str, path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes();
    match option {
        "--cert" => {
            let escaped = |&byte: &u8| match byte {
                b':' | b'\\' => vec![b'\\', byte],
                byte => vec![byte],
            };
            shell::word(&bytes.iter().flat_map(escaped).collect::<Vec<u8>>())
        }
        _ => shell::word(bytes),
    }
}

/// What curl cannot be asked for.
fn notes(plan: &Plan, request: &Request) -> Vec<String> {
    let mut notes = Vec::new();
    let sent = request.sent_by_curl();
    if sent != *plan.request {
        let same = sent
            .iter()
            .zip(plan.request.iter())
            .take_while(|(a, b)| a == b)
            .count();
        let from = |bytes: &[u8]| {
            let rest = bytes.get(same..).unwrap_or_default();
            rest[..rest.len().min(20)].escape_ascii().to_string()
        };
        notes.push(format!(
            "curl cannot send this request exactly. From byte {same} on it sends \"{}\" where",
            from(&sent)
        ));
        notes.push(format!(
            "the request has \"{}\"; nc can send it as it is.",
            from(&plan.request)
        ));
    }
    if plan.options.end != EndMode::Auto {
        notes.push(format!(
            "curl ends as RFC 9112 says; end mode {} cannot be asked of it.",
            plan.options.end
        ));
    }
    if tls(plan).is_some_and(|tls| !tls.also_trusted.is_empty()) {
        notes.push(format!("{OWN_ROOT} --insecure goes on."));
    }
    if plan.options.timeout.is_some()
        || plan.options.nonblocking
        || plan.options.send_size.is_some()
    {
        notes.push("The sizes, the mode and the timeouts of its calls are its own.".to_owned());
    }
    notes
}

/// A request as curl sees one: what fits into its options.
struct Request<'a> {
    method: &'a [u8],
    path: &'a [u8],
    http10: bool,
    fields: Vec<(&'a [u8], &'a [u8])>,
    body: &'a [u8],
}

impl<'a> Request<'a> {
    /// Takes what fits and leaves the rest: the comparison tells. A NUL fits nowhere.
    fn read(bytes: &'a [u8]) -> Request<'a> {
        let parts = Parts::of(bytes);
        let [method, path, version] = parts.line;
        let or = |word: &'a [u8], other: &'a [u8]| match word.is_empty() || word.contains(&0) {
            true => other,
            false => word,
        };
        let fits = |(name, value): &(&[u8], &[u8])| {
            !name.is_empty() && !name.contains(&0) && !value.contains(&0)
        };
        Request {
            method: or(method, b"GET"),
            path: or(path, b"/"),
            http10: version == b"HTTP/1.0",
            fields: parts.fields.into_iter().filter(fits).collect(),
            body: parts.body,
        }
    }

    fn value(&self, name: &str) -> Option<&'a [u8]> {
        let named = |(found, _): &&(&[u8], &[u8])| found.eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().find(named).map(|(_, value)| *value)
    }

    fn is_head(&self) -> bool {
        self.method == b"HEAD" && self.body.is_empty()
    }

    /// The options that make curl send this request.
    fn words(&self, plan: &Plan) -> Vec<String> {
        let mut words = Vec::new();
        if self.http10 {
            // The last of such options counts.
            words.push("--http1.0".to_owned());
        }
        if self.is_head() {
            words.push("--head".to_owned());
        } else if self.method != self.usual_method() {
            words.push(format!("--request {}", shell::word(self.method)));
        }
        let usual = match plan.way() {
            Way::Forward(_) => plan.target.absolute_form(),
            _ => plan.target.path.clone(),
        };
        if self.path != usual.as_bytes() {
            words.push(format!("--request-target {}", shell::word(self.path)));
        } else {
            words.push("--path-as-is".to_owned());
        }
        for (name, value) in self.fields.iter() {
            if name.eq_ignore_ascii_case(b"host") && *value == plan.target.authority().as_bytes() {
                continue; // curl makes the same one of the URL
            }
            let mut field = name.to_vec();
            match value.is_empty() {
                true => field.push(b';'), // `Name:` alone would take the field away
                false => {
                    field.extend_from_slice(b": ");
                    field.extend_from_slice(value);
                }
            }
            words.push(format!("--header {}", shell::word(&field)));
        }
        for name in self.taken_away() {
            words.push(format!("--header '{name}:'"));
        }
        if matches!(plan.way(), Way::Forward(_)) && self.value("Proxy-Connection").is_none() {
            words.push("--header 'Proxy-Connection:'".to_owned());
        }
        // The field is sent as it stands above; this makes curl decode what it asks for.
        if self.value("Accept-Encoding") == Some(request::ACCEPT_ENCODING.as_bytes()) {
            words.push("--compressed".to_owned());
        }
        if !self.body.is_empty() {
            words.push("--data-binary @-".to_owned());
        }
        words.push(shell::word(plan.target.to_string().as_bytes()));
        words
    }

    fn usual_method(&self) -> &'static [u8] {
        if self.body.is_empty() {
            b"GET"
        } else {
            b"POST"
        }
    }

    /// Fields that curl adds by itself and this request does not have.
    fn taken_away(&self) -> impl Iterator<Item = &'static str> {
        let with_body: &[&str] = match self.body.is_empty() {
            true => &[],
            // Expect: from 1 MiB of body on.
            false => &["Content-Type", "Expect"],
        };
        ["Host", "User-Agent", "Accept"]
            .iter()
            .chain(with_body)
            .copied()
            .filter(|name| self.value(name).is_none())
    }

    /// The bytes that curl sends for [`Request::words`]: Host first, then the fields of
    /// the options in their order, then its own Content-Length.
    fn sent_by_curl(&self) -> Vec<u8> {
        let version: &[u8] = if self.http10 {
            b"HTTP/1.0"
        } else {
            b"HTTP/1.1"
        };
        let mut out = [self.method, b" ", self.path, b" ", version, b"\r\n"].concat();
        let mut add = |name: &[u8], value: &[u8]| {
            let space: &[u8] = if value.is_empty() { b":" } else { b": " };
            out.extend_from_slice(&[name, space, value, b"\r\n"].concat());
        };
        if let Some(host) = self.value("host") {
            add(b"Host", host);
        }
        // A second Host is dropped.
        let length = self.body.len().to_string();
        for (name, value) in &self.fields {
            if name.eq_ignore_ascii_case(b"content-length") && !self.body.is_empty() {
                // Another number than the body's is not curl's to promise.
                add(name, length.as_bytes());
            } else if !name.eq_ignore_ascii_case(b"host") {
                add(name, value);
            }
        }
        if !self.body.is_empty() && self.value("content-length").is_none() {
            add(b"Content-Length", length.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        // With Transfer-Encoding curl makes chunks of its own.
        if self.value("transfer-encoding").is_some() && !self.body.is_empty() {
            out.extend_from_slice(format!("{:x}\r\n", self.body.len()).as_bytes());
        }
        out.extend_from_slice(self.body);
        out
    }
}
