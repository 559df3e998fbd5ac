//! The playground's certificates, made anew at each start: a root, an authority between,
//! and one server's certificate for each [`Kind`] of trouble.
//!
//! Owns what is wrong with each. Their private keys live in this process alone, but for the
//! client's, which is there to be given to `--cert`.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData,
    RevokedCertParams, SanType, SerialNumber, SignatureAlgorithm,
};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey};
use rustls::{RootCertStore, ServerConfig, SignatureScheme};

macro_rules! kinds {
    ($( $variant:ident $name:literal $text:literal; )*) => {
        /// What is to be tried with a server.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $( #[doc = $text] $variant, )* }

        impl Kind {
            pub const ALL: &'static [Kind] = &[ $( Kind::$variant, )* ];

            pub fn name(self) -> &'static str {
                match self { $( Kind::$variant => $name, )* }
            }

            pub fn explain(self) -> &'static str {
                match self { $( Kind::$variant => $text, )* }
            }
        }
    };
}

kinds! {
    Good "good" "a certificate that the playground's root stands for";
    Expired "expired" "its time is over, since 12 days";
    NotYet "not-yet" "its time begins in 12 days";
    WrongName "wrong-name" "it is for other names";
    SelfSigned "self-signed" "it signed itself";
    UnknownRoot "unknown-root" "its root is one that nobody knows";
    NoIntermediate "no-intermediate" "the authority between it and the root is not sent";
    WeakKey "weak-key" "its RSA key has 1024 bits";
    Revoked "revoked" "the playground's revocation list names it";
    ClientCertificate "client-certificate" "good, but it wants a certificate of the client's";
    NoCloseNotify "no-close-notify" "good, but it closes without close_notify";
}

const DAY: Duration = Duration::from_secs(86_400);
/// How far in the past or the future the times lie that are wrong.
const OFF: Duration = Duration::from_secs(12 * 86_400);
/// The revoked certificate's serial number.
const REVOKED: &[u8] = &[0x0b, 0xad];

/// All of them, made.
pub(super) struct Authority {
    root: Issuer<'static, KeyPair>,
    root_der: CertificateDer<'static>,
    between: Issuer<'static, KeyPair>,
    between_der: CertificateDer<'static>,
    now: SystemTime,
}

impl Authority {
    pub fn new(now: SystemTime) -> io::Result<Authority> {
        let root_params = authority("sockeye playground root", now);
        let root_key = key()?;
        let root_der = root_params.self_signed(&root_key).map_err(other)?;
        let root = Issuer::new(root_params, root_key);
        let between_params = authority("sockeye playground authority", now);
        let between_key = key()?;
        let between_der = between_params
            .signed_by(&between_key, &root)
            .map_err(other)?;
        Ok(Authority {
            root,
            root_der: root_der.der().clone(),
            between: Issuer::new(between_params, between_key),
            between_der: between_der.der().clone(),
            now,
        })
    }

    pub fn root_der(&self) -> &[u8] {
        &self.root_der
    }

    /// How a server of this kind speaks TLS.
    pub fn server(&self, kind: Kind) -> io::Result<ServerConfig> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(other)?;
        let builder = match kind {
            Kind::ClientCertificate => {
                let mut roots = RootCertStore::empty();
                roots.add(self.root_der.clone()).map_err(other)?;
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().map_err(other)?)
            }
            _ => builder.with_no_client_auth(),
        };
        let mut config = builder.with_cert_resolver(self.identity(kind)?);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    fn identity(&self, kind: Kind) -> io::Result<Arc<dyn ResolvesServerCert>> {
        let mut params = self.for_server();
        let now = self.now;
        match kind {
            Kind::Expired => {
                params.not_before = (now - OFF - 90 * DAY).into();
                params.not_after = (now - OFF).into();
            }
            Kind::NotYet => params.not_before = (now + OFF + Duration::from_secs(60)).into(),
            Kind::WrongName => {
                params.subject_alt_names = ["a.example", "b.example"]
                    .into_iter()
                    .map(|name| Ok(SanType::DnsName(name.try_into().map_err(other)?)))
                    .collect::<io::Result<_>>()?;
            }
            Kind::Revoked => params.serial_number = Some(SerialNumber::from_slice(REVOKED)),
            Kind::WeakKey => {
                let der = params.signed_by(&Weak, &self.between).map_err(other)?;
                let chain = vec![der.der().clone(), self.between_der.clone()];
                let certified = CertifiedKey::new(chain, Arc::new(Weak));
                return Ok(Arc::new(SingleCertAndKey::from(certified)));
            }
            _ => {}
        }
        let own = key()?;
        let chain = match kind {
            Kind::SelfSigned => vec![params.self_signed(&own).map_err(other)?.der().clone()],
            Kind::UnknownRoot => {
                let stranger_params = authority("a root that nobody knows", now);
                let stranger_key = key()?;
                let stranger_der = stranger_params.self_signed(&stranger_key).map_err(other)?;
                let stranger = Issuer::new(stranger_params, stranger_key);
                let der = params.signed_by(&own, &stranger).map_err(other)?;
                vec![der.der().clone(), stranger_der.der().clone()]
            }
            _ => {
                let der = params.signed_by(&own, &self.between).map_err(other)?;
                match kind {
                    Kind::NoIntermediate => vec![der.der().clone()],
                    _ => vec![der.der().clone(), self.between_der.clone()],
                }
            }
        };
        let signing = aws_lc_rs::sign::any_supported_type(&private(&own)?).map_err(other)?;
        let certified = CertifiedKey::new(chain, signing);
        Ok(Arc::new(SingleCertAndKey::from(certified)))
    }

    /// For `--cacert`.
    pub fn root_pem(&self) -> String {
        pem("CERTIFICATE", &self.root_der)
    }

    /// For `--crlfile`: one list of each authority.
    pub fn revoked_pem(&self) -> io::Result<String> {
        let list = |revoked: Vec<RevokedCertParams>, issuer| {
            let params = CertificateRevocationListParams {
                this_update: (self.now - DAY).into(),
                next_update: (self.now + 365 * DAY).into(),
                crl_number: SerialNumber::from(1),
                issuing_distribution_point: None,
                revoked_certs: revoked,
                key_identifier_method: KeyIdMethod::Sha256,
            };
            let list = params.signed_by(issuer).map_err(other)?;
            Ok::<_, io::Error>(pem("X509 CRL", list.der()))
        };
        let named = RevokedCertParams {
            serial_number: SerialNumber::from_slice(REVOKED),
            revocation_time: (self.now - DAY).into(),
            reason_code: None,
            invalidity_date: None,
        };
        Ok(list(vec![named], &self.between)? + &list(Vec::new(), &self.root)?)
    }

    /// For `--cert`: a client's certificate, the authority's, and the key.
    pub fn client_pem(&self) -> io::Result<String> {
        let mut params = self.for_server();
        params
            .distinguished_name
            .push(DnType::CommonName, "a client of the playground");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let own = key()?;
        let der = params.signed_by(&own, &self.between).map_err(other)?;
        let chain = pem("CERTIFICATE", der.der()) + &pem("CERTIFICATE", &self.between_der);
        Ok(chain + &pem("PRIVATE KEY", &own.serialize_der()))
    }

    fn for_server(&self) -> CertificateParams {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "sockeye playground");
        let names = ["localhost"]
            .into_iter()
            .filter_map(|name| name.try_into().ok());
        let addrs = [
            IpAddr::from([127, 0, 0, 1]),
            IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        ];
        params.subject_alt_names = names
            .map(SanType::DnsName)
            .chain(addrs.into_iter().map(SanType::IpAddress))
            .collect();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = (self.now - DAY).into();
        params.not_after = (self.now + 365 * DAY).into();
        params.use_authority_key_identifier_extension = true;
        params
    }
}

fn authority(name: &str, now: SystemTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = (now - 365 * DAY).into();
    params.not_after = (now + 365 * DAY).into();
    params
}

fn key() -> io::Result<KeyPair> {
    KeyPair::generate().map_err(other)
}

fn private(key: &KeyPair) -> io::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::try_from(key.serialize_der()).map_err(io::Error::other)
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::other(error)
}

/// An RSA key of 1024 bits that nobody has the private half of: whoever looks at its size
/// refuses it before a signature is looked at.
#[derive(Debug)]
struct Weak;

/// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER 65537 }, the modulus
/// 1024 bits that are all set.
static WEAK_KEY: [u8; 140] = {
    let mut der = [0xff; 140];
    let head = [0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00];
    let tail = [0x02, 0x03, 0x01, 0x00, 0x01];
    let mut i = 0;
    while i < head.len() {
        der[i] = head[i];
        i += 1;
    }
    let mut i = 0;
    while i < tail.len() {
        der[135 + i] = tail[i];
        i += 1;
    }
    der
};

impl PublicKeyData for Weak {
    fn der_bytes(&self) -> &[u8] {
        &WEAK_KEY
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

impl SigningKey for Weak {
    fn choose_scheme(&self, _: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        Some(Box::new(Weak))
    }

    fn algorithm(&self) -> rustls::SignatureAlgorithm {
        rustls::SignatureAlgorithm::RSA
    }
}

impl Signer for Weak {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        Ok(vec![0; 128])
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::RSA_PSS_SHA256
    }
}
