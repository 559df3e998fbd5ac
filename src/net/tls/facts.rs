//! What a certificate says (RFC 5280), as text for the events.
//!
//! Owns the reading of one DER certificate. It judges nothing; what cannot be read is left
//! out or says so.

use std::net::IpAddr;

use aws_lc_rs::digest::{SHA256, digest};
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Decode;
use x509_cert::der::asn1::UintRef;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, BasicConstraints, SubjectAltName};

use crate::event::Certificate;

/// As the wire has them: a serial number of 30 bytes is no reason to show nothing.
type X509 = CertificateInner<Raw>;

/// Names shown of one certificate: some hold hundreds.
const NAMES: usize = 200;

/// Public keys and signatures by their object identifiers (RFC 3279, 5480, 8410, 4055).
const KEYS: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.2.840.10045.2.1", "EC"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.2.840.10040.4.1", "DSA"),
];
const CURVES: &[(&str, &str)] = &[
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.3.132.0.10", "secp256k1"),
];
const SIGNATURES: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.4", "MD5 with RSA"),
    ("1.2.840.113549.1.1.5", "SHA-1 with RSA"),
    ("1.2.840.113549.1.1.10", "RSA-PSS"),
    ("1.2.840.113549.1.1.11", "SHA-256 with RSA"),
    ("1.2.840.113549.1.1.12", "SHA-384 with RSA"),
    ("1.2.840.113549.1.1.13", "SHA-512 with RSA"),
    ("1.2.840.10045.4.1", "SHA-1 with ECDSA"),
    ("1.2.840.10045.4.3.2", "SHA-256 with ECDSA"),
    ("1.2.840.10045.4.3.3", "SHA-384 with ECDSA"),
    ("1.2.840.10045.4.3.4", "SHA-512 with ECDSA"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
];

/// What there is to say of a certificate.
pub(super) fn certificate(der: &[u8]) -> Certificate {
    let sha256 = hex(digest(&SHA256, der).as_ref());
    let Ok(x509) = X509::from_der(der) else {
        return Certificate {
            subject: "(no certificate by X.509's grammar)".to_owned(),
            sha256,
            ..Certificate::default()
        };
    };
    let tbs = x509.tbs_certificate();
    let serial = tbs.serial_number().as_bytes();
    Certificate {
        subject: tbs.subject().to_string(),
        issuer: tbs.issuer().to_string(),
        names: names(&x509),
        not_before: tbs.validity().not_before.to_date_time().to_string(),
        not_after: tbs.validity().not_after.to_date_time().to_string(),
        sha256,
        key: key(&x509),
        signature: named(SIGNATURES, &x509.signature_algorithm().oid),
        serial: hex(serial.get(..serial.len().min(40)).unwrap_or_default()),
        authority: is_authority(&x509),
    }
}

/// What the judging of a chain asks of one certificate.
pub(super) struct Sketch {
    pub self_issued: bool,
    /// Of an RSA key.
    pub rsa_bits: Option<usize>,
    /// The certificate says where its issuer's is to be had (RFC 5280 section 4.2.2.1).
    pub tells_its_issuer: bool,
    pub issuer: String,
    pub not_before: String,
    pub not_after: String,
    /// The subject's common name, which counts no longer (RFC 9525 section 2).
    pub common_name: Option<String>,
    pub names: Vec<String>,
}

impl Sketch {
    pub fn of(der: &[u8]) -> Option<Sketch> {
        let x509 = X509::from_der(der).ok()?;
        let tbs = x509.tbs_certificate();
        let access = tbs.get_extension::<AuthorityInfoAccessSyntax>();
        Some(Sketch {
            self_issued: tbs.subject() == tbs.issuer(),
            rsa_bits: rsa_bits(&x509),
            tells_its_issuer: access.is_ok_and(|access| access.is_some()),
            issuer: tbs.issuer().to_string(),
            not_before: tbs.validity().not_before.to_date_time().to_string(),
            not_after: tbs.validity().not_after.to_date_time().to_string(),
            common_name: tbs
                .subject()
                .common_name()
                .ok()
                .flatten()
                .map(|name| name.value().into_owned()),
            names: names(&x509),
        })
    }
}

fn names(x509: &X509) -> Vec<String> {
    let Ok(Some((_, SubjectAltName(names)))) = x509.tbs_certificate().get_extension() else {
        return Vec::new();
    };
    names.iter().take(NAMES).map(name).collect()
}

fn name(name: &GeneralName) -> String {
    match name {
        GeneralName::DnsName(name) => name.to_string(),
        GeneralName::IpAddress(bytes) => address(bytes.as_bytes()),
        GeneralName::Rfc822Name(name) => format!("email:{name}"),
        GeneralName::UniformResourceIdentifier(uri) => format!("URI:{uri}"),
        GeneralName::DirectoryName(name) => format!("directory:{name}"),
        _ => "(another kind of name)".to_owned(),
    }
}

fn address(bytes: &[u8]) -> String {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let v6 = <[u8; 16]>::try_from(bytes).map(IpAddr::from);
    match v4.or(v6) {
        Ok(address) => address.to_string(),
        Err(_) => format!("(an address of {} bytes)", bytes.len()),
    }
}

fn key(x509: &X509) -> String {
    let spki = x509.tbs_certificate().subject_public_key_info();
    let kind = named(KEYS, &spki.algorithm.oid);
    let curve = spki
        .algorithm
        .parameters
        .as_ref()
        .and_then(|parameters| parameters.decode_as::<ObjectIdentifier>().ok());
    match (rsa_bits(x509), curve) {
        (Some(bits), _) => format!("{kind} {bits}"),
        (None, Some(curve)) => format!("{kind} {}", named(CURVES, &curve)),
        (None, None) => kind,
    }
}

fn rsa_bits(x509: &X509) -> Option<usize> {
    let spki = x509.tbs_certificate().subject_public_key_info();
    let (rsa, _) = KEYS.first()?;
    if spki.algorithm.oid.to_string() != *rsa {
        return None;
    }
    // RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
    let numbers = Vec::<UintRef<'_>>::from_der(spki.subject_public_key.as_bytes()?).ok()?;
    let modulus = numbers.first()?.as_bytes();
    let unused = modulus.first()?.leading_zeros() as usize;
    Some((modulus.len() * 8).saturating_sub(unused))
}

fn is_authority(x509: &X509) -> bool {
    let constraints = x509.tbs_certificate().get_extension::<BasicConstraints>();
    matches!(
        constraints,
        Ok(Some((_, BasicConstraints { ca: true, .. })))
    )
}

fn named(names: &[(&str, &str)], oid: &ObjectIdentifier) -> String {
    let dotted = oid.to_string();
    match names.iter().find(|(known, _)| *known == dotted) {
        Some((_, name)) => (*name).to_owned(),
        None => dotted,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
