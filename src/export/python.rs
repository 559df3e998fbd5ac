//! The plan as a Python program, with blocking or non-blocking sockets.
//!
//! Owns the constants' block and the choice among the fragments; each fragment is Python
//! as it stands, without holes.

mod tls;

use std::os::unix::ffi::OsStrExt;

use super::{Place, hex_escape, pieces, place, quoted, title, without_body};
use crate::event::EndMode;
use crate::plan::Plan;

/// With blocking calls, unless the plan itself says otherwise.
pub(super) fn blocking(plan: &Plan) -> String {
    write(plan, plan.options.nonblocking)
}

pub(super) fn nonblocking(plan: &Plan) -> String {
    write(plan, true)
}

fn write(plan: &Plan, nonblocking: bool) -> String {
    let unix = plan.unix_socket().is_some();
    let mut out = constants(plan, nonblocking);
    if nonblocking {
        out += WAIT;
    }
    out += match (unix, nonblocking) {
        (false, false) => CONNECT,
        (true, false) => CONNECT_UNIX,
        (false, true) => CONNECT_NONBLOCKING,
        (true, true) => CONNECT_UNIX_NONBLOCKING,
    };
    let secure = super::tls(plan).is_some();
    if secure {
        out += &tls::secure(nonblocking);
    }
    out += match (secure, nonblocking) {
        (_, false) => SEND_RECV,
        (false, true) => SEND_RECV_NONBLOCKING,
        (true, true) => tls::SEND_RECV_NONBLOCKING,
    };
    out += match plan.options.end {
        EndMode::Auto | EndMode::Length => READ_HEAD,
        EndMode::Close | EndMode::Timeout | EndMode::Once => SHOW,
    };
    out += match plan.options.end {
        EndMode::Auto => AUTO,
        EndMode::Length => LENGTH,
        EndMode::Close => CLOSE,
        EndMode::Timeout => TIMEOUT,
        EndMode::Once => ONCE,
    };
    out + if secure { tls::MAIN } else { MAIN }
}

fn constants(plan: &Plan, nonblocking: bool) -> String {
    let mut out = String::from("#!/usr/bin/env python3\n");
    for line in title(plan) {
        out += &format!("# {line}\n");
    }
    let secure = super::tls(plan);
    out += match nonblocking {
        false => "import socket\n",
        true => "import errno\nimport os\nimport select\nimport socket\n",
    };
    out += if secure.is_some() { "import ssl\n" } else { "" };
    out += "import sys\n\n";
    match place(plan) {
        Place::Unix(path) => {
            out += &format!("PATH = {}\n", literal(path.as_os_str().as_bytes()));
        }
        Place::Tcp(host, port) => {
            let family = match plan.options.family {
                Some(family) => family.name(),
                None => "AF_UNSPEC",
            };
            let host = literal(host.as_bytes());
            out += &format!("HOST = {host}\nPORT = {port}\nFAMILY = socket.{family}\n");
        }
    }
    if let Some(secure) = secure {
        out += &tls::constants(plan, secure);
    }
    let seconds = |time: Option<std::time::Duration>| match time {
        Some(time) => time.as_secs_f64().to_string(),
        None => "None".to_owned(),
    };
    let connect = plan.options.connect_timeout.or(plan.options.call_timeout());
    out += &format!(
        "CONNECT_TIMEOUT = {}  # seconds; None waits as long as it takes\n",
        seconds(connect)
    );
    out += &format!(
        "TIMEOUT = {}  # of each call\n",
        seconds(plan.options.call_timeout())
    );
    out += &format!("RECV_SIZE = {}\n", plan.options.recv_size);
    if plan.options.end == EndMode::Auto {
        let no_body = if without_body(plan) { "True" } else { "False" };
        out += &format!("NO_BODY = {no_body}  # an answer to HEAD is a head alone\n");
    }
    out += "REQUEST = (\n";
    for piece in pieces(&plan.request) {
        out += &format!("    {}\n", literal(piece));
    }
    // Two empty literals are still one; none would be an empty tuple.
    out += "    b\"\"\n)\n";
    match plan.options.send_size {
        Some(size) => out += &format!("SEND_SIZE = {size}\n"),
        None => out += "SEND_SIZE = len(REQUEST)\n",
    }
    out
}

/// A bytes literal.
fn literal(bytes: &[u8]) -> String {
    let mut out = String::from("b\"");
    quoted(&mut out, bytes, hex_escape);
    out.push('"');
    out
}

const CONNECT: &str = r#"

def connect():
    """getaddrinfo(), then socket() and connect() for one address after the other."""
    for family, kind, protocol, _, address in socket.getaddrinfo(
        HOST, PORT, FAMILY, socket.SOCK_STREAM
    ):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(CONNECT_TIMEOUT)
            sock.connect(address)
            sock.settimeout(TIMEOUT)
            return sock
        except OSError as error:
            print(f"connect({address}): {error}", file=sys.stderr)
            sock.close()
    sys.exit("no address answered")
"#;

const CONNECT_UNIX: &str = r#"

def connect():
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(CONNECT_TIMEOUT)
    sock.connect(PATH)
    sock.settimeout(TIMEOUT)
    return sock
"#;

const WAIT: &str = r#"

def wait(sock, event, timeout):
    """poll() until the socket can go on."""
    poller = select.poll()
    poller.register(sock, event)
    if not poller.poll(None if timeout is None else timeout * 1000):
        raise TimeoutError(f"nothing for {timeout} s")
"#;

const CONNECT_NONBLOCKING: &str = r#"

def connect():
    """getaddrinfo(), then socket() and connect() for one address after the other."""
    for family, kind, protocol, _, address in socket.getaddrinfo(
        HOST, PORT, FAMILY, socket.SOCK_STREAM
    ):
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            error = sock.connect_ex(address)
            if error == errno.EINPROGRESS:
                # It can be written to once the handshake is done, or has failed.
                wait(sock, select.POLLOUT, CONNECT_TIMEOUT)
                error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error == 0:
                return sock
            raise OSError(error, os.strerror(error))
        except OSError as error:
            print(f"connect({address}): {error}", file=sys.stderr)
            sock.close()
    sys.exit("no address answered")
"#;

const CONNECT_UNIX_NONBLOCKING: &str = r#"

def connect():
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.setblocking(False)
    error = sock.connect_ex(PATH)  # a Unix socket connects at once or not at all
    if error != 0:
        raise OSError(error, os.strerror(error))
    return sock
"#;

const SEND_RECV: &str = r#"

def send_all(sock):
    """send() may take less than it is offered: the rest is offered again."""
    sent = 0
    while sent < len(REQUEST):
        sent += sock.send(REQUEST[sent : sent + SEND_SIZE])


def recv(sock):
    """One recv(); b"" says that the peer has closed."""
    return sock.recv(RECV_SIZE)
"#;

const SEND_RECV_NONBLOCKING: &str = r#"

def send_all(sock):
    """send() may take less than it is offered: the rest is offered again."""
    sent = 0
    while sent < len(REQUEST):
        try:
            sent += sock.send(REQUEST[sent : sent + SEND_SIZE])
        except BlockingIOError:  # EAGAIN: the kernel's buffer is full
            wait(sock, select.POLLOUT, TIMEOUT)


def recv(sock):
    """One recv() that brings something; b"" says that the peer has closed."""
    while True:
        try:
            return sock.recv(RECV_SIZE)
        except BlockingIOError:  # EAGAIN: nothing is there yet
            wait(sock, select.POLLIN, TIMEOUT)
"#;

const READ_HEAD: &str = r#"

def more(sock, received):
    """Adds what one recv() brings."""
    data = recv(sock)
    if not data:
        sys.stdout.buffer.write(received)
        sys.exit("the peer closed too early")
    received += data


def read_head(sock, received):
    """recv() until the empty line is here; answers the status and the fields."""
    status = 100
    while 100 <= status < 200 and status != 101:  # interim heads come first
        while (end := received.find(b"\r\n\r\n")) < 0:
            more(sock, received)
        head = bytes(received[: end + 4])
        del received[: end + 4]
        sys.stderr.buffer.write(head)
        status_line, *lines = head[:end].split(b"\r\n")
        status = int(status_line.split()[1])
    fields = {}
    for line in lines:
        name, _, value = line.partition(b":")
        fields[name.lower()] = value.strip()
    return status, fields


def copy(sock, received, length):
    """Writes so many bytes of the body: those that are here, then those that come."""
    while length > 0:
        if not received:
            more(sock, received)
        piece = received[:length]
        sys.stdout.buffer.write(piece)
        length -= len(piece)
        del received[: len(piece)]
"#;

const AUTO: &str = r#"

def receive(sock):
    """The head says where the body ends: RFC 9112 section 6.3."""
    received = bytearray()
    status, fields = read_head(sock, received)
    if NO_BODY or status in (101, 204, 304):
        return
    if fields.get(b"transfer-encoding", b"").lower().endswith(b"chunked"):
        receive_chunked(sock, received)
    elif b"content-length" in fields:
        copy(sock, received, int(fields[b"content-length"]))
    else:  # no length at all: until the peer closes
        sys.stdout.buffer.write(received)
        while data := recv(sock):
            sys.stdout.buffer.write(data)


def receive_chunked(sock, received):
    """Each chunk: its size in hexadecimal on a line, its bytes, a line end. Size 0 is
    the last one; trailers and an empty line follow it."""
    while (size := int(read_line(sock, received).partition(b";")[0], 16)) > 0:
        copy(sock, received, size)
        read_line(sock, received)
    while read_line(sock, received):
        pass


def read_line(sock, received):
    while (end := received.find(b"\r\n")) < 0:
        more(sock, received)
    line = bytes(received[:end])
    del received[: end + 2]
    return line
"#;

const LENGTH: &str = r#"

def receive(sock):
    """Content-Length's bytes, whatever else the head says."""
    received = bytearray()
    _, fields = read_head(sock, received)
    if b"content-length" not in fields:
        sys.stdout.buffer.write(received)
        sys.exit("there is no Content-Length to count by")
    copy(sock, received, int(fields[b"content-length"]))
"#;

const SHOW: &str = r#"

def show(received):
    """The head ends with an empty line; what follows is the body as it came, with its
    chunk sizes if it is chunked."""
    head, empty_line, body = bytes(received).partition(b"\r\n\r\n")
    if not empty_line:  # no whole head: all of it is shown
        head, body = b"", head
    sys.stderr.buffer.write(head + empty_line)
    sys.stdout.buffer.write(body)
"#;

const CLOSE: &str = r#"

def receive(sock):
    """recv() until it answers b"". A peer that keeps the connection open never lets
    this loop end: ask for "Connection: close", count Content-Length, or set a timeout."""
    received = bytearray()
    try:
        while data := recv(sock):
            received += data
    finally:
        show(received)
"#;

const TIMEOUT: &str = r#"

def receive(sock):
    """recv() until nothing comes for TIMEOUT seconds, or the peer closes."""
    received = bytearray()
    try:
        while data := recv(sock):
            received += data
    except TimeoutError:
        pass  # the end that was asked for
    finally:
        show(received)
"#;

const ONCE: &str = r#"

def receive(sock):
    """One recv() brings what is there, which need not be all."""
    show(recv(sock))
"#;

const MAIN: &str = r#"

def main():
    try:
        with connect() as sock:  # close() at its end
            send_all(sock)
            receive(sock)
    except OSError as error:
        sys.exit(str(error))
    finally:
        sys.stdout.flush()


main()
"#;
