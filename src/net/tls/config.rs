//! The settings of TLS made ready: roots, client certificate, versions; one made once for
//! all connections that have the same settings.
//!
//! Owns the files of [`plan::Tls`] and the sessions that can be resumed. The system's roots
//! are read when the first https connection wants them, not before.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::{ClientConfig, KeyLogFile, RootCertStore, SupportedProtocolVersion, version};

use super::client::Resolver;
use super::verifier::Verifier;
use crate::error::{Error, Result, TlsFile};
use crate::plan::{self, TlsVersion};

/// Settings kept ready; more than these are made anew.
const READY: usize = 32;
/// Sessions that may be resumed, for each of them.
const SESSIONS: usize = 64;

/// Beside the kept connections: what their handshakes share.
#[derive(Debug, Default)]
pub(in crate::net) struct Configs(Mutex<Vec<(plan::Tls, Arc<Ready>)>>);

/// Settings made ready.
#[derive(Debug)]
pub(super) struct Ready {
    pub config: Arc<ClientConfig>,
    pub verifier: Arc<Verifier>,
    pub resolver: Arc<Resolver>,
    /// By which roots: `the system's 142 roots`.
    pub roots: String,
}

impl Configs {
    /// # Errors
    /// A file of the settings cannot be used.
    pub(super) fn ready(&self, tls: &plan::Tls) -> Result<Arc<Ready>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, ready)) = all.iter().find(|(of, _)| of == tls) {
            return Ok(Arc::clone(ready));
        }
        let ready = Arc::new(Ready::new(tls)?);
        if all.len() >= READY {
            all.remove(0);
        }
        all.push((tls.clone(), Arc::clone(&ready)));
        Ok(ready)
    }
}

impl Ready {
    fn new(tls: &plan::Tls) -> Result<Ready> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let Roots {
            mut store,
            mut exact,
            text: mut roots,
        } = Roots::of(tls)?;
        if !tls.also_trusted.is_empty() {
            roots += " and the practice server's own";
        }
        for der in &tls.also_trusted {
            let der = CertificateDer::from(der.to_vec());
            // What is no root by its form may still be trusted as it is.
            let _ = store.add(der.clone());
            exact.push(der);
        }
        let verifier = Arc::new(Verifier {
            paths: paths(store, &provider, tls.crlfile.as_deref())?,
            exact,
            algorithms: provider.signature_verification_algorithms,
            verify: tls.verify,
            seen: Mutex::new(HashMap::new()),
        });
        let failed = |error: rustls::Error| Error::Tls {
            why: error.to_string(),
            hint: "--tlsv1.2, --tlsv1.3 and --tls-max choose the versions",
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions(tls)?)
            .map_err(failed)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier) as _);
        let mut config = match &tls.cert {
            None => builder.with_no_client_auth(),
            Some(cert) => {
                let (chain, key) = identity(cert, tls.key.as_deref())?;
                let with = builder.with_client_auth_cert(chain, key);
                with.map_err(|error| TlsFile::Certificate.error(cert, &error.to_string()))?
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        // SSLKEYLOGFILE; without it, it does nothing.
        config.key_log = Arc::new(KeyLogFile::new());
        let resolver = Arc::new(Resolver::new(config.client_auth_cert_resolver));
        config.client_auth_cert_resolver = Arc::clone(&resolver) as _;
        Ok(Ready {
            config: Arc::new(config),
            verifier,
            resolver,
            roots,
        })
    }
}

/// The versions between the two limits; the newest that both ends speak is taken.
fn versions(tls: &plan::Tls) -> Result<Vec<&'static SupportedProtocolVersion>> {
    let all = [
        (TlsVersion::V1_3, &version::TLS13),
        (TlsVersion::V1_2, &version::TLS12),
    ];
    let wanted = |version: TlsVersion| {
        tls.min.is_none_or(|min| min <= version) && tls.max.is_none_or(|max| version <= max)
    };
    let versions: Vec<_> = all
        .into_iter()
        .filter_map(|(version, supported)| wanted(version).then_some(supported))
        .collect();
    match versions.is_empty() {
        true => Err(Error::usage(
            "TLS: no version is left between the least and the most (try --tls-max 1.3)",
        )),
        false => Ok(versions),
    }
}

struct Roots {
    store: RootCertStore,
    exact: Vec<CertificateDer<'static>>,
    text: String,
}

impl Roots {
    fn of(tls: &plan::Tls) -> Result<Roots> {
        let Some(path) = &tls.cacert else {
            return Ok(Roots::of_system());
        };
        let bad = |why: &str| TlsFile::Roots.error(path, why);
        let exact: Vec<_> = certificates(path).map_err(|why| bad(&why))?;
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(exact.iter().cloned());
        let text = match exact.len() {
            1 => format!("the one certificate of {}", path.display()),
            many => format!("the {many} certificates of {}", path.display()),
        };
        Ok(Roots { store, exact, text })
    }

    /// The machine's own, read once; those that Mozilla trusts where it has none.
    fn of_system() -> Roots {
        static SYSTEM: OnceLock<(RootCertStore, String)> = OnceLock::new();
        let (store, text) = SYSTEM.get_or_init(|| {
            let found = rustls_native_certs::load_native_certs();
            let mut store = RootCertStore::empty();
            store.add_parsable_certificates(found.certs);
            if !store.is_empty() {
                let text = format!("the system's {} roots", store.len());
                return (store, text);
            }
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            let text = format!(
                "Mozilla's {} roots, built in (the system has none)",
                store.len()
            );
            (store, text)
        });
        Roots {
            store: store.clone(),
            exact: Vec::new(),
            text: text.clone(),
        }
    }
}

fn paths(
    store: RootCertStore,
    provider: &Arc<CryptoProvider>,
    crls: Option<&Path>,
) -> Result<Option<Arc<WebPkiServerVerifier>>> {
    if store.is_empty() {
        return Ok(None);
    }
    let mut builder =
        WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider));
    if let Some(path) = crls {
        let bad = |why: &str| TlsFile::Revoked.error(path, why);
        let lists = CertificateRevocationListDer::pem_file_iter(path)
            .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
            .map_err(|error| bad(&pem_words(&error)))?;
        if lists.is_empty() {
            return Err(bad("there is no X509 CRL in it"));
        }
        builder = builder.with_crls(lists);
    }
    match builder.build() {
        Ok(verifier) => Ok(Some(verifier)),
        Err(error) => {
            let path = crls.unwrap_or(Path::new(""));
            Err(TlsFile::Revoked.error(path, &error.to_string()))
        }
    }
}

fn identity(
    cert: &Path,
    key: Option<&Path>,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain = certificates(cert).map_err(|why| TlsFile::Certificate.error(cert, &why))?;
    // As with curl, both may stand in one file.
    let key = key.unwrap_or(cert);
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| TlsFile::Key.error(key, &pem_words(&error)))?;
    Ok((chain, private))
}

/// All of a PEM file; at least one.
fn certificates(path: &Path) -> std::result::Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err("there is no certificate in PEM in it".to_owned()),
        Ok(found) => Ok(found),
        Err(error) => Err(pem_words(&error)),
    }
}

fn pem_words(error: &PemError) -> String {
    match error {
        PemError::Io(error) => error.to_string(),
        PemError::NoItemsFound => "there is no unencrypted private key in PEM in it".to_owned(),
        other => format!("it is no PEM: {other:?}"),
    }
}
