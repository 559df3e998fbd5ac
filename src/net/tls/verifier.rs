//! Whether a server's certificate is trusted, with the chain kept for who wants to see it.
//!
//! Owns the verifying: webpki's path building (RFC 5280 section 6), and what it leaves to
//! others: weak keys, and a certificate that is itself what `--cacert` gave. Why one is
//! refused is put into words by [`super::words`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::facts::Sketch;
use super::words;

/// RSA keys below this are refused, as by OpenSSL's security level 2 and by the
/// CA/Browser Forum's baseline requirements (section 6.1.5).
pub(super) const RSA_BITS: usize = 2048;

#[derive(Debug)]
pub(super) struct Verifier {
    /// `None`: there is no root at all.
    pub paths: Option<Arc<WebPkiServerVerifier>>,
    /// Certificates that are trusted as they are, whatever they say of themselves: as
    /// OpenSSL does with those of a CA file.
    pub exact: Vec<CertificateDer<'static>>,
    pub algorithms: WebPkiSupportedAlgorithms,
    /// False: everything is let pass, and what is wrong is kept all the same.
    pub verify: bool,
    /// What was seen on each thread since it last asked: handshakes of several fetches
    /// share a verifier, because the sessions that can be resumed hang on it.
    pub seen: Mutex<HashMap<ThreadId, Seen>>,
}

/// A chain, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub chain: Vec<CertificateDer<'static>>,
    pub refused: Option<CertificateError>,
}

/// What webpki knows no word for.
#[derive(Debug)]
pub(super) struct Weak {
    pub what: String,
}

impl std::fmt::Display for Weak {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Weak {}

impl Verifier {
    /// What this thread's handshake has seen.
    pub fn take_seen(&self) -> Option<Seen> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.remove(&thread::current().id())
    }

    /// Without verifying (`-k`) a handshake's signature that does not hold, or that a weak
    /// key made, ends nothing either: it is what is wrong with the certificate.
    fn or_noted(
        &self,
        verified: Result<HandshakeSignatureValid, Error>,
    ) -> Result<HandshakeSignatureValid, Error> {
        if self.verify || verified.is_ok() {
            return verified;
        }
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = all.get_mut(&thread::current().id()) {
            let what = "the handshake was not signed with its key".to_owned();
            let unsigned = || CertificateError::Other(OtherError(Arc::new(Weak { what })));
            seen.refused.get_or_insert_with(unsigned);
        }
        Ok(HandshakeSignatureValid::assertion())
    }

    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<(), CertificateError> {
        if self.exact.iter().any(|exact| exact == end_entity) {
            words::in_time(end_entity, now)?;
            let parsed = ParsedCertificate::try_from(end_entity).map_err(certificate_error)?;
            verify_server_name(&parsed, name).map_err(certificate_error)?;
        } else {
            let paths = self.paths.as_ref().ok_or(CertificateError::UnknownIssuer)?;
            let verified = paths.verify_server_cert(end_entity, intermediates, name, ocsp, now);
            verified.map_err(|error| match certificate_error(error) {
                // Of one that signed itself, that it says to be an authority matters less.
                CertificateError::Other(other)
                    if other.to_string().contains(CA_USED) && signed_itself(end_entity) =>
                {
                    CertificateError::UnknownIssuer
                }
                other => other,
            })?;
        }
        for certificate in std::iter::once(end_entity).chain(intermediates) {
            strong(certificate)?;
        }
        Ok(())
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = self.judge(end_entity, intermediates, name, ocsp, now);
        let chain = std::iter::once(end_entity).chain(intermediates);
        let seen = Seen {
            chain: chain.map(|one| one.clone().into_owned()).collect(),
            refused: judged.clone().err(),
        };
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(thread::current().id(), seen);
        match judged {
            Err(error) if self.verify => Err(Error::InvalidCertificate(error)),
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = verify_tls12_signature(message, certificate, signed, &self.algorithms);
        self.or_noted(verified)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = verify_tls13_signature(message, certificate, signed, &self.algorithms);
        self.or_noted(verified)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// webpki's word for an authority's certificate in a server's place.
const CA_USED: &str = "CaUsedAsEndEntity";

fn signed_itself(certificate: &CertificateDer<'_>) -> bool {
    Sketch::of(certificate).is_some_and(|sketch| sketch.self_issued)
}

fn strong(certificate: &CertificateDer<'_>) -> Result<(), CertificateError> {
    let bits = Sketch::of(certificate).and_then(|sketch| sketch.rsa_bits);
    match bits {
        Some(bits) if bits < RSA_BITS => {
            let what = format!("weak key: RSA of {bits} bits, where {RSA_BITS} are the least");
            Err(CertificateError::Other(OtherError(Arc::new(Weak { what }))))
        }
        _ => Ok(()),
    }
}

fn certificate_error(error: Error) -> CertificateError {
    match error {
        Error::InvalidCertificate(error) => error,
        _ => CertificateError::BadEncoding,
    }
}
