//! The plan as a C program for POSIX systems.
//!
//! Owns the constants' block and the choice among the fragments; each fragment is C as
//! it stands, without holes.

mod tls;

use std::os::unix::ffi::OsStrExt;

use super::{Place, millis, pieces, place, quoted, title, without_body};
use crate::event::EndMode;
use crate::plan::Plan;

pub(super) fn program(plan: &Plan) -> String {
    let mut out = constants(plan);
    let secure = super::tls(plan).is_some();
    out += FAIL;
    out += match plan.options.nonblocking {
        false => CALLS,
        true => CALLS_NONBLOCKING,
    };
    out += match (secure, plan.options.nonblocking) {
        (false, false) => SEND_RECV,
        (false, true) => SEND_RECV_NONBLOCKING,
        (true, false) => tls::WAIT,
        (true, true) => "",
    };
    if secure {
        out += tls::SECURE;
    }
    out += match plan.options.unix_socket {
        None => CONNECT,
        Some(_) => CONNECT_UNIX,
    };
    out += SEND;
    out += BUFFER;
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

fn constants(plan: &Plan) -> String {
    let mut out = String::new();
    for line in title(plan) {
        out += &format!("/* {line} */\n");
    }
    let secure = super::tls(plan);
    out += match secure {
        None => "/* cc -o fetch fetch.c && ./fetch */\n",
        Some(_) => "/* cc -o fetch fetch.c -lssl -lcrypto && ./fetch (OpenSSL 1.1.1 or later) */\n",
    };
    out += INCLUDES;
    if secure.is_some() {
        out += tls::INCLUDES;
    }
    out += "\n";
    match place(plan) {
        Place::Unix(path) => {
            out += &format!(
                "static const char PATH[] = {};\n",
                literal(path.as_os_str().as_bytes())
            );
        }
        Place::Tcp(host, port) => {
            let family = match plan.options.family {
                Some(family) => family.name(),
                None => "AF_UNSPEC",
            };
            out += &format!(
                "static const char HOST[] = {};\nstatic const char PORT[] = \"{port}\";\n#define FAMILY {family}\n",
                literal(host.as_bytes())
            );
        }
    }
    if let Some(secure) = secure {
        out += &tls::constants(plan, secure);
    }
    let ms = |time: Option<std::time::Duration>| time.map_or(0, millis);
    let connect = plan.options.connect_timeout.or(plan.options.call_timeout());
    out += &format!(
        "#define CONNECT_TIMEOUT_MS {}L /* 0: as long as it takes */\n",
        ms(connect)
    );
    out += &format!(
        "#define TIMEOUT_MS {}L         /* of each call */\n",
        ms(plan.options.call_timeout())
    );
    out += &format!("#define RECV_SIZE {}UL\n", plan.options.recv_size);
    if plan.options.end == EndMode::Auto {
        let no_body = i32::from(without_body(plan));
        out += &format!("#define NO_BODY {no_body} /* an answer to HEAD is a head alone */\n");
    }
    out += "static const char REQUEST[] =\n";
    for piece in pieces(&plan.request) {
        out += &format!("    {}\n", literal(piece));
    }
    out += "    \"\";\n/* Without the NUL that C adds. */\nstatic const size_t REQUEST_LEN = sizeof REQUEST - 1;\n";
    match plan.options.send_size {
        Some(size) => out += &format!("static const size_t SEND_SIZE = {size};\n"),
        None => out += "static const size_t SEND_SIZE = sizeof REQUEST;\n",
    }
    out
}

/// A string literal. Octal escapes end after three digits, where `\x` would take every
/// hexadecimal digit that follows; `?` twice could begin a trigraph.
fn literal(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    quoted(&mut out, bytes, |byte| format!("\\{byte:03o}"));
    out.push('"');
    out.replace("??", "?\\?")
}

const INCLUDES: &str = r#"#define _GNU_SOURCE /* memmem() */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
"#;

const FAIL: &str = r#"
static void fail(const char *what)
{
    perror(what);
    exit(1);
}
"#;

const CALLS: &str = r#"
/* The kernel lets a call fail with EAGAIN when it has waited that long. */
static void set_timeout(int fd, long ms)
{
    struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) < 0
        || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) < 0)
        fail("setsockopt");
}

static int try_connect(int fd, const struct sockaddr *address, socklen_t len)
{
    set_timeout(fd, CONNECT_TIMEOUT_MS); /* connect() heeds SO_SNDTIMEO: man 7 socket */
    int result = connect(fd, address, len);
    set_timeout(fd, TIMEOUT_MS);
    return result;
}
"#;

const SEND_RECV: &str = r#"
/* MSG_NOSIGNAL: a peer that is gone is an error, not the end of this program. */
static ssize_t send_some(int fd, const char *from, size_t len)
{
    return send(fd, from, len, MSG_NOSIGNAL);
}

static ssize_t recv_some(int fd, char *into, size_t len)
{
    return recv(fd, into, len, 0);
}
"#;

const CALLS_NONBLOCKING: &str = r#"
/* poll() until the socket can go on: 0, or -1 with EAGAIN after that long. */
static int wait_for(int fd, short events, long ms)
{
    struct pollfd entry = { .fd = fd, .events = events };
    int ready = poll(&entry, 1, ms == 0 ? -1 : (int)ms);
    if (ready == 0)
        errno = EAGAIN;
    return ready > 0 ? 0 : -1;
}

static int try_connect(int fd, const struct sockaddr *address, socklen_t len)
{
    if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
        fail("fcntl");
    if (connect(fd, address, len) == 0)
        return 0;
    /* EINPROGRESS: it can be written to once the handshake is done, or has failed. */
    if (errno != EINPROGRESS || wait_for(fd, POLLOUT, CONNECT_TIMEOUT_MS) < 0)
        return -1;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        fail("getsockopt");
    errno = error;
    return error == 0 ? 0 : -1;
}
"#;

const SEND_RECV_NONBLOCKING: &str = r#"
/* EAGAIN: the kernel's buffer is full. MSG_NOSIGNAL: a peer that is gone is an error,
   not the end of this program. */
static ssize_t send_some(int fd, const char *from, size_t len)
{
    for (;;) {
        ssize_t n = send(fd, from, len, MSG_NOSIGNAL);
        if (n >= 0 || errno != EAGAIN || wait_for(fd, POLLOUT, TIMEOUT_MS) < 0)
            return n;
    }
}

/* EAGAIN: nothing is there yet. */
static ssize_t recv_some(int fd, char *into, size_t len)
{
    for (;;) {
        ssize_t n = recv(fd, into, len, 0);
        if (n >= 0 || errno != EAGAIN || wait_for(fd, POLLIN, TIMEOUT_MS) < 0)
            return n;
    }
}
"#;

const CONNECT: &str = r#"
/* getaddrinfo(), then socket() and connect() for one address after the other. */
static int connect_to(void)
{
    struct addrinfo hints = { .ai_family = FAMILY, .ai_socktype = SOCK_STREAM };
    struct addrinfo *addresses;
    int error = getaddrinfo(HOST, PORT, &hints, &addresses);
    if (error != 0) {
        fprintf(stderr, "getaddrinfo: %s\n", gai_strerror(error));
        exit(1);
    }
    for (struct addrinfo *a = addresses; a != NULL; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd < 0)
            fail("socket");
        if (try_connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
            freeaddrinfo(addresses);
            return fd;
        }
        perror("connect");
        close(fd);
    }
    fprintf(stderr, "no address answered\n");
    exit(1);
}
"#;

const CONNECT_UNIX: &str = r#"
static int connect_to(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (sizeof PATH > sizeof address.sun_path) {
        fprintf(stderr, "the socket's path is too long\n");
        exit(1);
    }
    memcpy(address.sun_path, PATH, sizeof PATH);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        fail("socket");
    if (try_connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        fail("connect");
    return fd;
}
"#;

const SEND: &str = r#"
/* send() may take less than it is offered: the rest is offered again. */
static void send_all(int fd)
{
    size_t sent = 0;
    while (sent < REQUEST_LEN) {
        size_t left = REQUEST_LEN - sent;
        ssize_t n = send_some(fd, REQUEST + sent, left < SEND_SIZE ? left : SEND_SIZE);
        if (n < 0)
            fail("send");
        sent += (size_t)n;
    }
}
"#;

const BUFFER: &str = r#"
/* What has come and is not used up: `have` bytes of `room`. */
static char *received;
static size_t have, room;

/* One recv() behind what is there; answers what recv() answered. */
static ssize_t receive_more(int fd)
{
    if (room - have < RECV_SIZE) {
        room = 2 * room + RECV_SIZE;
        received = realloc(received, room);
        if (received == NULL)
            fail("realloc");
    }
    ssize_t n = recv_some(fd, received + have, RECV_SIZE);
    if (n > 0)
        have += (size_t)n;
    return n;
}
"#;

const READ_HEAD: &str = r#"
/* One recv() that must bring something. */
static void need_more(int fd)
{
    ssize_t n = receive_more(fd);
    if (n > 0)
        return;
    if (n < 0)
        perror("recv");
    else
        fprintf(stderr, "the peer closed too early\n");
    fwrite(received, 1, have, stdout);
    exit(1);
}

static void use_up(size_t n)
{
    have -= n;
    memmove(received, received + n, have);
}

/* Writes so many bytes of the body: those that are here, then those that come. */
static void copy(int fd, unsigned long long length)
{
    while (length > 0) {
        if (have == 0)
            need_more(fd);
        size_t n = have < length ? have : (size_t)length;
        fwrite(received, 1, n, stdout);
        use_up(n);
        length -= n;
    }
}

/* Up to and with the line end or empty line `end`, as a string of its own. */
static char *read_until(int fd, const char *end)
{
    char *found;
    while (have == 0 || (found = memmem(received, have, end, strlen(end))) == NULL)
        need_more(fd);
    size_t len = (size_t)(found - received) + strlen(end);
    char *text = malloc(len + 1);
    if (text == NULL)
        fail("malloc");
    memcpy(text, received, len);
    text[len] = '\0';
    use_up(len);
    return text;
}

/* recv() until the empty line is here. Interim heads (1xx) come before the real one. */
static char *read_head(int fd, int *status)
{
    for (;;) {
        char *head = read_until(fd, "\r\n\r\n");
        fputs(head, stderr);
        const char *space = strchr(head, ' ');
        *status = space == NULL ? 0 : atoi(space);
        if (*status < 100 || *status > 199 || *status == 101)
            return head;
        free(head);
    }
}

/* The value of a field, up to the end of the head; NULL where there is none. */
static const char *field(const char *head, const char *name)
{
    size_t len = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, len) == 0 && line[len] == ':')
            return line + len + 1;
    }
    return NULL;
}
"#;

const AUTO: &str = r#"
/* Each chunk: its size in hexadecimal on a line, its bytes, a line end. Size 0 is the
   last one; trailers and an empty line follow it. */
static void receive_chunked(int fd)
{
    for (;;) {
        char *line = read_until(fd, "\r\n");
        unsigned long long size = strtoull(line, NULL, 16);
        free(line);
        if (size == 0)
            break;
        copy(fd, size);
        free(read_until(fd, "\r\n"));
    }
    for (int empty = 0; !empty;) {
        char *line = read_until(fd, "\r\n");
        empty = line[0] == '\r';
        free(line);
    }
}

/* Whether `chunked` stands last in the field. */
static int ends_in_chunked(const char *value)
{
    size_t len = strcspn(value, "\r");
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    return len >= 7 && strncasecmp(value + len - 7, "chunked", 7) == 0;
}

/* The head says where the body ends: RFC 9112 section 6.3. */
static void receive(int fd)
{
    int status;
    char *head = read_head(fd, &status);
    const char *coding = field(head, "Transfer-Encoding");
    const char *length = field(head, "Content-Length");
    if (NO_BODY || status == 101 || status == 204 || status == 304) {
        /* The head was all. */
    } else if (coding != NULL && ends_in_chunked(coding)) {
        receive_chunked(fd);
    } else if (coding == NULL && length != NULL) {
        copy(fd, strtoull(length, NULL, 10));
    } else { /* no length at all: until the peer closes */
        ssize_t n;
        do {
            fwrite(received, 1, have, stdout);
            have = 0;
            n = receive_more(fd);
        } while (n > 0);
        if (n < 0)
            fail("recv");
    }
    free(head);
}
"#;

const LENGTH: &str = r#"
/* Content-Length's bytes, whatever else the head says. */
static void receive(int fd)
{
    int status;
    char *head = read_head(fd, &status);
    const char *length = field(head, "Content-Length");
    if (length == NULL) {
        fwrite(received, 1, have, stdout);
        fprintf(stderr, "there is no Content-Length to count by\n");
        exit(1);
    }
    copy(fd, strtoull(length, NULL, 10));
    free(head);
}
"#;

const SHOW: &str = r#"
/* The head ends with an empty line; what follows is the body as it came, with its chunk
   sizes if it is chunked. Without an empty line all of it is shown. */
static void show(void)
{
    char *end = have == 0 ? NULL : memmem(received, have, "\r\n\r\n", 4);
    size_t head = end == NULL ? 0 : (size_t)(end - received) + 4;
    if (have == 0)
        return;
    fwrite(received, 1, head, stderr);
    fwrite(received + head, 1, have - head, stdout);
}
"#;

const CLOSE: &str = r#"
/* recv() until it answers 0. A peer that keeps the connection open never lets this loop
   end: ask for "Connection: close", count Content-Length, or set a timeout. */
static void receive(int fd)
{
    ssize_t n;
    while ((n = receive_more(fd)) > 0)
        ;
    int error = errno;
    show();
    errno = error;
    if (n < 0)
        fail("recv");
}
"#;

const TIMEOUT: &str = r#"
/* recv() until nothing comes for TIMEOUT_MS, or the peer closes. */
static void receive(int fd)
{
    ssize_t n;
    while ((n = receive_more(fd)) > 0)
        ;
    int error = errno;
    show();
    errno = error;
    if (n < 0 && errno != EAGAIN) /* EAGAIN is the end that was asked for */
        fail("recv");
}
"#;

const ONCE: &str = r#"
/* One recv() brings what is there, which need not be all. */
static void receive(int fd)
{
    if (receive_more(fd) < 0)
        fail("recv");
    show();
}
"#;

const MAIN: &str = r#"
int main(void)
{
    int fd = connect_to();
    send_all(fd);
    receive(fd);
    close(fd);
    free(received);
    return fflush(stdout) == 0 ? 0 : 1;
}
"#;
