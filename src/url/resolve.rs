//! A redirect's Location → the next target: RFC 3986 section 5.2, strict.
//!
//! Owns [`Target::join`]. The only place where dot segments go, because section 5.2.2
//! says so; a note tells when one went.

use super::{Fault, Parsed, Scheme, Target, quoted, reference_scheme, request_target};
use crate::error::Result;

impl Target {
    /// Resolves a reference against this target, as section 5.2.2 does in order: a
    /// scheme, an authority, a path, a query, or nothing of these. A word before a colon
    /// is always a scheme here (`localhost:8080/` is no host and port).
    ///
    /// What a server sends leads to http and https alone: never to a Unix socket of this
    /// machine, nor to a WebSocket, as with curl.
    ///
    /// A Location that is not UTF-8 comes here as Latin-1 text, and goes out as UTF-8.
    ///
    /// # Errors
    /// As [`Target::parse`].
    pub fn join(&self, reference: &str) -> Result<Target> {
        self.resolved(reference.trim_ascii())
            .map_err(|fault| fault.about(reference))
    }

    fn resolved(&self, reference: &str) -> Parsed<Target> {
        if let Some((name, rest)) = reference_scheme(reference) {
            let scheme = Scheme::of(name).filter(|scheme| !scheme.is_websocket());
            let scheme = scheme.ok_or_else(|| Fault::scheme(name))?;
            return Ok(self.met(Target::absolute(scheme, name, rest, Vec::new())?));
        }
        if let Some(rest) = reference.strip_prefix("//") {
            return Ok(self.met(Target::after_scheme(self.scheme, rest, Vec::new())?));
        }
        let (reference, fragment) = match reference.find('#') {
            Some(at) => reference.split_at(at),
            None => (reference, ""),
        };
        let (path, query) = split_query(reference);
        let (base_path, base_query) = split_query(&self.path);
        let (directory, path, query) = match path {
            "" => ("", base_path, query.or(base_query)),
            _ if path.starts_with('/') => ("", path, query),
            _ => (directory(base_path), path, query),
        };
        let (mark, query) = query.map_or(("", ""), |query| ("?", query));
        let mut notes = Vec::new();
        let target = Target {
            path: request_target(
                &format!("{directory}{path}{mark}{query}{fragment}"),
                &mut notes,
            ),
            notes,
            ..self.clone()
        };
        // Without a path of its own, a reference leaves the base's path alone.
        let own_path = !reference.is_empty() && !reference.starts_with('?');
        Ok(if own_path {
            target.without_dots()
        } else {
            target
        })
    }

    /// A target by its whole URL: the one that a server on a Unix socket was asked as is this
    /// very server.
    fn met(&self, mut target: Target) -> Target {
        if target.same_origin(&self.of_request()) {
            target.socket.clone_from(&self.socket);
        }
        target.without_dots()
    }

    fn without_dots(mut self) -> Target {
        let (path, query) = split_query(&self.path);
        let mut clean = remove_dot_segments(path);
        if clean != path {
            self.notes.push(format!(
                "dot segments are removed (RFC 3986 section 5.2.4): {} → {}",
                quoted(path),
                quoted(&clean)
            ));
            if let Some(query) = query {
                clean.push('?');
                clean.push_str(query);
            }
            self.path = clean;
        }
        self
    }
}

fn split_query(target: &str) -> (&str, Option<&str>) {
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}

/// Section 5.2.3: all of the base path up to its last slash, which is kept.
fn directory(path: &str) -> &str {
    path.rfind('/').map_or("/", |slash| &path[..=slash])
}

/// Section 5.2.4, for a path that begins with a slash, segment by segment.
fn remove_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            _ => {
                kept.push(segment);
                continue;
            }
        }
        // A dot segment at the end leaves its slash.
        if segments.peek().is_none() {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}
