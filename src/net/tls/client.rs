//! Our own certificate: whether the server asked for one, and was given one.
//!
//! Owns the remembering, nothing else: which certificate it is, is the settings'.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;

#[derive(Debug)]
pub(super) struct Resolver {
    pub inner: Arc<dyn ResolvesClientCert>,
    /// By the thread whose handshake was asked; a config serves several.
    asked: Mutex<HashMap<ThreadId, bool>>,
}

impl Resolver {
    pub fn new(inner: Arc<dyn ResolvesClientCert>) -> Resolver {
        Resolver {
            inner,
            asked: Mutex::new(HashMap::new()),
        }
    }

    /// Whether this thread's handshake was asked, and then whether it gave one.
    pub fn take_asked(&self) -> Option<bool> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.remove(&thread::current().id())
    }
}

impl ResolvesClientCert for Resolver {
    fn resolve(&self, issuers: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let given = self.inner.resolve(issuers, schemes);
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(thread::current().id(), given.is_some());
        given
    }

    fn has_certs(&self) -> bool {
        self.inner.has_certs()
    }
}
