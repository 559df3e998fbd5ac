//! How TLS is to be made.

use std::path::PathBuf;
use std::sync::Arc;

/// Connections and sessions are shared by plans of equal settings alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// False (`-k`): go on whatever the certificate says; what is wrong is still told.
    pub verify: bool,
    /// PEM; in place of the system's roots.
    pub cacert: Option<PathBuf>,
    /// DER; trusted beside the roots: the playground's own, in the browser.
    pub also_trusted: Vec<Arc<[u8]>>,
    /// PEM; revoked certificates. Each issuer of a chain needs a list then.
    pub crlfile: Option<PathBuf>,
    /// PEM; our own certificate with its chain, and its key where that stands elsewhere.
    pub cert: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub min: Option<TlsVersion>,
    pub max: Option<TlsVersion>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    V1_2,
    V1_3,
}

impl Default for Tls {
    fn default() -> Tls {
        Tls {
            verify: true,
            cacert: None,
            also_trusted: Vec::new(),
            crlfile: None,
            cert: None,
            key: None,
            min: None,
            max: None,
        }
    }
}
