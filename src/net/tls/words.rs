//! Why a certificate is refused, or a handshake failed, in plain words.
//!
//! Owns the sentences: which check, for which name, and when; and what to try.

use std::time::Duration;

use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{AlertDescription, CertificateError, Error as TlsError, PeerIncompatible};
use x509_cert::der::DateTime;

use super::facts::Sketch;
use crate::error::Error;

/// Names of a certificate that one sentence holds.
const NAMES: usize = 4;
const DAY: u64 = 86_400;

/// Why this chain is not trusted: `expired on 2026-11-10T00:00:00Z, 12 days ago`.
pub(super) fn refusal(
    error: &CertificateError,
    chain: &[CertificateDer<'_>],
    asked: &str,
    roots: &str,
) -> String {
    let leaf = chain.first().and_then(|leaf| Sketch::of(leaf));
    let whose = |at: UnixTime, text: fn(&Sketch) -> &str| {
        let told = moment(at);
        let by = chain.iter().filter_map(|one| Sketch::of(one));
        let place = by.enumerate().find(|(_, sketch)| text(sketch) == told);
        match place {
            Some((0, _)) | None => String::new(),
            Some((at, _)) => format!("certificate {} of the chain ", at + 1),
        }
    };
    match error {
        CertificateError::ExpiredContext { time, not_after } => format!(
            "{}expired on {}, {} ago",
            whose(*not_after, |sketch| &sketch.not_after),
            moment(*not_after),
            span(*not_after, *time)
        ),
        CertificateError::NotValidYetContext { time, not_before } => format!(
            "{}not valid before {}, in {}",
            whose(*not_before, |sketch| &sketch.not_before),
            moment(*not_before),
            span(*time, *not_before)
        ),
        CertificateError::Expired => "expired".to_owned(),
        CertificateError::NotValidYet => "not valid yet".to_owned(),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            wrong_name(leaf.as_ref(), asked)
        }
        CertificateError::UnknownIssuer => unknown_issuer(chain, roots),
        CertificateError::Revoked => "revoked: a list of --crlfile names it".to_owned(),
        CertificateError::UnknownRevocationStatus => {
            "no list of --crlfile speaks for its issuer".to_owned()
        }
        CertificateError::ExpiredRevocationListContext { time, next_update } => format!(
            "the revocation list is out of date: the next was due on {}, {} ago",
            moment(*next_update),
            span(*next_update, *time)
        ),
        CertificateError::BadSignature => {
            "its signature is not its issuer's, or was made by a key that is too weak".to_owned()
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. } => {
            "weak signature: made by an algorithm that is trusted no longer (SHA-1, MD5) or not \
             known"
                .to_owned()
        }
        CertificateError::InvalidPurposeContext { .. } | CertificateError::InvalidPurpose => {
            "it is not made for a server (its extended key usage says otherwise)".to_owned()
        }
        CertificateError::BadEncoding => "it is no certificate by X.509's grammar".to_owned(),
        CertificateError::UnhandledCriticalExtension => {
            "it has a critical extension that is not known here".to_owned()
        }
        CertificateError::Other(other) => other_words(&other.to_string()),
        other => other.to_string(),
    }
}

/// webpki's own words for what rustls has no variant for.
fn other_words(text: &str) -> String {
    let known = [
        (
            "CaUsedAsEndEntity",
            "it is a certificate authority's own, used as a server's",
        ),
        ("UnsupportedCertVersion", "it is not of X.509's version 3"),
        (
            "PathLenConstraintViolated",
            "its chain is longer than an authority in it allows",
        ),
        (
            "NameConstraintViolation",
            "an authority in its chain may not speak for this name",
        ),
    ];
    match known.iter().find(|(name, _)| text.contains(name)) {
        Some((_, words)) => (*words).to_owned(),
        None => text.to_owned(),
    }
}

fn wrong_name(leaf: Option<&Sketch>, asked: &str) -> String {
    let names = leaf.map(|leaf| &leaf.names[..]).unwrap_or_default();
    let common = leaf.and_then(|leaf| leaf.common_name.as_deref());
    match (names, common) {
        ([], Some(common)) => format!(
            "wrong name: valid for no name at all (its subject's CN={common} does not count, \
             RFC 9525 section 2); asked: {asked}"
        ),
        ([], None) => format!("wrong name: valid for no name at all; asked: {asked}"),
        (names, _) => {
            let more = match names.len().checked_sub(NAMES) {
                None | Some(0) => String::new(),
                Some(more) => format!(" and {more} more"),
            };
            let first: Vec<&str> = names.iter().take(NAMES).map(String::as_str).collect();
            format!(
                "wrong name: valid for {}{more}; asked: {asked}",
                first.join(", ")
            )
        }
    }
}

fn unknown_issuer(chain: &[CertificateDer<'_>], roots: &str) -> String {
    let last = chain.last().and_then(|last| Sketch::of(last));
    match (last, chain.len()) {
        (Some(last), 1) if last.self_issued => format!("self-signed, and not among {roots}"),
        (Some(last), _) if last.self_issued => {
            format!("no known root: {} is not among {roots}", last.issuer)
        }
        (Some(last), 1) => format!(
            "missing intermediate: its issuer {} was not sent{} and is not among {roots}",
            last.issuer,
            match last.tells_its_issuer {
                true => " (the certificate says where to get it)",
                false => "",
            }
        ),
        (Some(last), sent) => format!(
            "no known root: of the {sent} certificates the last one's issuer {} was not sent and \
             is not among {roots}",
            last.issuer
        ),
        (None, _) => format!("no known root among {roots}"),
    }
}

/// The error that a handshake ended with, where it was not a certificate.
pub(super) fn handshake(error: &TlsError, foreign: Option<&[u8]>) -> Error {
    let (why, hint) = match error {
        _ if foreign.is_some_and(|bytes| bytes.starts_with(b"HTTP/")) => (
            "the server answers in plain HTTP".to_owned(),
            "this port speaks http://, not https://",
        ),
        TlsError::AlertReceived(alert) => of_alert(*alert),
        TlsError::InvalidMessage(_) if foreign.is_some() => (
            "the server's answer is not TLS".to_owned(),
            "is this port one for https?",
        ),
        TlsError::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13)
        | TlsError::PeerIncompatible(PeerIncompatible::Tls12NotOfferedOrEnabled) => (
            "the server speaks neither of the versions that we offer".to_owned(),
            "TLS 1.2 and 1.3 are spoken here; --tlsv1.3 and --tls-max narrow that",
        ),
        other => (
            other.to_string(),
            "-v shows the calls; --tls-max 1.2 tries the older version",
        ),
    };
    Error::Tls { why, hint }
}

/// What the server said instead of going on.
pub(super) fn of_alert(alert: AlertDescription) -> (String, &'static str) {
    let name = alert_name(alert);
    let why = format!("the server refused it: alert {name}");
    let hint = match alert {
        AlertDescription::CertificateRequired => {
            return (
                format!("client certificate required: alert {name}"),
                "--cert FILE and --key FILE give one",
            );
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnknownCA
        | AlertDescription::CertificateUnknown
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::AccessDenied => "it does not take our certificate; --cert gives it",
        AlertDescription::HandshakeFailure => {
            "no cipher or key in common; or it wants a client certificate: --cert gives one"
        }
        AlertDescription::ProtocolVersion => {
            "no version in common: --tlsv1.2 and --tls-max choose from 1.2 and 1.3"
        }
        AlertDescription::UnrecognisedName => "it does not serve that name",
        AlertDescription::NoApplicationProtocol => "it does not speak HTTP/1.1 there",
        _ => "-v shows the calls",
    };
    (why, hint)
}

/// As RFC 8446 section 6 spells them.
pub(super) fn alert_name(alert: AlertDescription) -> String {
    let spelled = alert.as_str().unwrap_or("unknown");
    let mut name = String::with_capacity(spelled.len() + 4);
    let mut small_before = false;
    for c in spelled.chars() {
        if c.is_ascii_uppercase() && small_before {
            name.push('_');
        }
        small_before = c.is_ascii_lowercase();
        name.push(c.to_ascii_lowercase());
    }
    name
}

/// Whether a certificate's time is now.
pub(super) fn in_time(
    certificate: &CertificateDer<'_>,
    now: UnixTime,
) -> Result<(), CertificateError> {
    let Some(sketch) = Sketch::of(certificate) else {
        return Err(CertificateError::BadEncoding);
    };
    let at = |text: &str| -> Option<UnixTime> {
        let time: DateTime = text.parse().ok()?;
        Some(UnixTime::since_unix_epoch(time.unix_duration()))
    };
    match (at(&sketch.not_before), at(&sketch.not_after)) {
        (Some(not_before), _) if now < not_before => Err(CertificateError::NotValidYetContext {
            time: now,
            not_before,
        }),
        (_, Some(not_after)) if now > not_after => Err(CertificateError::ExpiredContext {
            time: now,
            not_after,
        }),
        _ => Ok(()),
    }
}

fn moment(time: UnixTime) -> String {
    let since = Duration::from_secs(time.as_secs());
    match DateTime::from_unix_duration(since) {
        Ok(time) => time.to_string(),
        Err(_) => format!("{} s after 1970", time.as_secs()),
    }
}

/// From one moment to a later one: `12 days`, `3 hours`.
fn span(from: UnixTime, to: UnixTime) -> String {
    let seconds = to.as_secs().saturating_sub(from.as_secs());
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..DAY => (seconds / 3600, "hour"),
        _ => (seconds / DAY, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_spelled_as_in_the_standard() {
        for (alert, name) in [
            (AlertDescription::CloseNotify, "close_notify"),
            (AlertDescription::UnknownCA, "unknown_ca"),
            (
                AlertDescription::CertificateRequired,
                "certificate_required",
            ),
            (AlertDescription::BadRecordMac, "bad_record_mac"),
        ] {
            assert_eq!(alert_name(alert), name);
        }
    }

    #[test]
    fn spans_are_told_in_the_largest_unit() {
        let at = |secs| UnixTime::since_unix_epoch(Duration::from_secs(secs));
        for (secs, text) in [
            (1, "1 second"),
            (59, "59 seconds"),
            (3600, "1 hour"),
            (12 * DAY + 5, "12 days"),
        ] {
            assert_eq!(span(at(1000), at(1000 + secs)), text);
        }
        assert_eq!(moment(at(86_400)), "1970-01-02T00:00:00Z");
    }
}
