//! What TLS adds to a C program: OpenSSL's settings, its handshake, and its two calls in
//! the place of send() and recv().

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::literal;
use crate::export::{OWN_ROOT, by_address, versions};
use crate::plan::{Plan, Tls, TlsVersion};

pub(super) fn constants(plan: &Plan, tls: &Tls) -> String {
    let version = |version| match version {
        TlsVersion::V1_2 => "TLS1_2_VERSION",
        TlsVersion::V1_3 => "TLS1_3_VERSION",
    };
    let (least, most) = versions(tls);
    let mut out = String::new();
    if !tls.also_trusted.is_empty() {
        out += &format!("/* {OWN_ROOT} */\n");
    }
    out += &format!(
        "static const char SERVER_NAME[] = {}; /* the certificate must be for it */\n",
        literal(plan.target.host.as_bytes())
    );
    out += &format!("#define BY_ADDRESS {}\n", i32::from(by_address(plan)));
    out += &format!("#define VERIFY {}\n", i32::from(tls.verify));
    for (name, path, what) in [
        ("CA_FILE", &tls.cacert, "NULL: the system's roots"),
        ("CRL_FILE", &tls.crlfile, "revoked certificates"),
        ("CERT_FILE", &tls.cert, "our own"),
        ("KEY_FILE", own_key(tls), "where its key is"),
    ] {
        let file = match path {
            Some(path) => literal(path.as_os_str().as_bytes()),
            None => "NULL".to_owned(),
        };
        out += &format!("static const char *const {name} = {file}; /* {what} */\n");
    }
    out += &format!("#define LEAST {}\n", version(least));
    out + &format!("#define MOST {}\n", version(most))
}

/// As with curl, both may stand in one file.
fn own_key(tls: &Tls) -> &Option<PathBuf> {
    if tls.key.is_some() {
        &tls.key
    } else {
        &tls.cert
    }
}

pub(super) const INCLUDES: &str = r#"#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
"#;

/// Of blocking sockets, in the place of poll().
pub(super) const WAIT: &str = r#"
/* The kernel has waited as long as it was told to. */
static int wait_for(int fd, short events, long ms)
{
    (void)fd, (void)events, (void)ms;
    errno = EAGAIN;
    return -1;
}
"#;

pub(super) const SECURE: &str = r#"
static SSL *tls;

static void tls_fail(const char *what)
{
    fprintf(stderr, "%s failed\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

/* TLS may have to receive before it can send, and the other way round: whether the call is
   to be made again. If not, errno says why; 0 is the peer's close. */
static int again(int fd, int result)
{
    switch (SSL_get_error(tls, result)) {
    case SSL_ERROR_WANT_READ:
        return wait_for(fd, POLLIN, TIMEOUT_MS) == 0;
    case SSL_ERROR_WANT_WRITE:
        return wait_for(fd, POLLOUT, TIMEOUT_MS) == 0;
    case SSL_ERROR_ZERO_RETURN: /* close_notify */
        errno = 0;
        return 0;
    case SSL_ERROR_SYSCALL:
        return 0;
    default:
        ERR_print_errors_fp(stderr);
        errno = EPROTO;
        return 0;
    }
}

static ssize_t send_some(int fd, const char *from, size_t len)
{
    for (;;) {
        size_t n;
        int result = SSL_write_ex(tls, from, len, &n);
        if (result == 1)
            return (ssize_t)n;
        if (!again(fd, result))
            return -1;
    }
}

static ssize_t recv_some(int fd, char *into, size_t len)
{
    for (;;) {
        size_t n;
        int result = SSL_read_ex(tls, into, len, &n);
        if (result == 1)
            return (ssize_t)n;
        if (!again(fd, result))
            return errno == 0 ? 0 : -1;
    }
}

/* The handshake: what send_some() and recv_some() carry from here on is encrypted. */
static void secure(int fd)
{
    signal(SIGPIPE, SIG_IGN); /* a peer that is gone is an error, not the end of this program */
    SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
    if (settings == NULL || !SSL_CTX_set_min_proto_version(settings, LEAST)
        || !SSL_CTX_set_max_proto_version(settings, MOST))
        tls_fail("SSL_CTX_new");
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF /* a close without close_notify is a close */
    SSL_CTX_set_options(settings, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
    if (CA_FILE == NULL ? !SSL_CTX_set_default_verify_paths(settings)
                        : !SSL_CTX_load_verify_locations(settings, CA_FILE, NULL))
        tls_fail("reading the roots");
    if (CRL_FILE != NULL) {
        X509_STORE *store = SSL_CTX_get_cert_store(settings);
        X509_LOOKUP *files = X509_STORE_add_lookup(store, X509_LOOKUP_file());
        if (X509_load_crl_file(files, CRL_FILE, X509_FILETYPE_PEM) == 0)
            tls_fail("reading the revoked certificates");
        X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    }
    if (CERT_FILE != NULL
        && (SSL_CTX_use_certificate_chain_file(settings, CERT_FILE) != 1
            || SSL_CTX_use_PrivateKey_file(settings, KEY_FILE, SSL_FILETYPE_PEM) != 1))
        tls_fail("reading our certificate");
    SSL_CTX_set_verify(settings, VERIFY ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
    static const unsigned char http11[] = "\x08http/1.1";
    tls = SSL_new(settings);
    if (tls == NULL || SSL_set_alpn_protos(tls, http11, sizeof http11 - 1) != 0
        || !SSL_set_fd(tls, fd))
        tls_fail("SSL_new");
    if (BY_ADDRESS ? !X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), SERVER_NAME)
                   : !SSL_set1_host(tls, SERVER_NAME)
                         || !SSL_set_tlsext_host_name(tls, SERVER_NAME))
        tls_fail("naming the server");
    int result;
    while ((result = SSL_connect(tls)) != 1)
        if (!again(fd, result))
            tls_fail("the handshake");
    SSL_CTX_free(settings);
}
"#;

pub(super) const MAIN: &str = r#"
int main(void)
{
    int fd = connect_to();
    secure(fd);
    send_all(fd);
    receive(fd);
    SSL_shutdown(tls); /* close_notify */
    SSL_free(tls);
    close(fd);
    free(received);
    return fflush(stdout) == 0 ? 0 : 1;
}
"#;
