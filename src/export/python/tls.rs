//! What TLS adds to a Python program: the `ssl` module's settings and its handshake.
//!
//! The module keeps the calls of the socket: send() and recv() carry plaintext then.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::literal;
use crate::export::{OWN_ROOT, versions};
use crate::plan::{Plan, Tls, TlsVersion};

pub(super) fn constants(plan: &Plan, tls: &Tls) -> String {
    let file = |path: &Option<std::path::PathBuf>| match path.as_deref() {
        Some(path) => literal(Path::as_os_str(path).as_bytes()),
        None => "None".to_owned(),
    };
    let version = |version| match version {
        TlsVersion::V1_2 => "ssl.TLSVersion.TLSv1_2",
        TlsVersion::V1_3 => "ssl.TLSVersion.TLSv1_3",
    };
    let verify = if tls.verify { "True" } else { "False" };
    let (least, most) = versions(tls);
    let mut out = String::new();
    if !tls.also_trusted.is_empty() {
        out += &format!("# {OWN_ROOT}\n");
    }
    let name = literal(plan.target.host.as_bytes());
    out += &format!("SERVER_NAME = {name}.decode()  # the certificate must be for it\n");
    out += &format!("VERIFY = {verify}\n");
    out += &format!(
        "CA_FILE = {}  # None: the system's roots\n",
        file(&tls.cacert)
    );
    out += &format!(
        "CRL_FILE = {}  # revoked certificates\n",
        file(&tls.crlfile)
    );
    out += &format!("CERT_FILE = {}  # our own\n", file(&tls.cert));
    out += &format!("KEY_FILE = {}  # None: in the same file\n", file(&tls.key));
    out + &format!("LEAST, MOST = {}, {}\n", version(least), version(most))
}

/// The handshake, after which `send()` and `recv()` carry plaintext.
pub(super) fn secure(nonblocking: bool) -> String {
    match nonblocking {
        false => [CONTEXT, WRAPPED].concat(),
        true => [GOING_ON, CONTEXT, WRAPPED_NONBLOCKING].concat(),
    }
}

const CONTEXT: &str = r#"

def secure(sock):
    """The TLS handshake: what send() and recv() carry from here on is encrypted."""
    context = ssl.create_default_context(cafile=CA_FILE)
    if CRL_FILE is not None:
        context.load_verify_locations(CRL_FILE)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    if not VERIFY:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if CERT_FILE is not None:
        context.load_cert_chain(CERT_FILE, KEY_FILE)
    context.minimum_version, context.maximum_version = LEAST, MOST
    context.set_alpn_protocols(["http/1.1"])
"#;

const WRAPPED: &str = r#"    return context.wrap_socket(sock, server_hostname=SERVER_NAME)
"#;

const WRAPPED_NONBLOCKING: &str = r#"    sock = context.wrap_socket(
        sock, server_hostname=SERVER_NAME, do_handshake_on_connect=False
    )
    going_on(sock, sock.do_handshake)
    return sock
"#;

const GOING_ON: &str = r#"

def going_on(sock, call, *arguments):
    """The call, again each time that the socket lets TLS go on."""
    while True:
        try:
            return call(*arguments)
        except ssl.SSLWantReadError:  # EAGAIN from recv(): nothing is there yet
            wait(sock, select.POLLIN, TIMEOUT)
        except ssl.SSLWantWriteError:  # EAGAIN from send(): the buffer is full
            wait(sock, select.POLLOUT, TIMEOUT)
"#;

/// TLS may have to receive before it can send, and the other way round.
pub(super) const SEND_RECV_NONBLOCKING: &str = r#"

def send_all(sock):
    """send() may take less than it is offered: the rest is offered again."""
    sent = 0
    while sent < len(REQUEST):
        sent += going_on(sock, sock.send, REQUEST[sent : sent + SEND_SIZE])


def recv(sock):
    """One recv() that brings something; b"" says that the peer has closed."""
    return going_on(sock, sock.recv, RECV_SIZE)
"#;

pub(super) const MAIN: &str = r#"

def main():
    try:
        with secure(connect()) as sock:  # close() at its end
            send_all(sock)
            receive(sock)
    except OSError as error:
        sys.exit(str(error))
    finally:
        sys.stdout.flush()


main()
"#;
