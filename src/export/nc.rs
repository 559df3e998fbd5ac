//! The plan as `printf … | nc`; for https as `printf … | openssl s_client`, because the nc
//! of most systems knows no TLS.

use std::os::unix::ffi::OsStrExt;

use super::{OWN_ROOT, Place, by_address, place, shell, title, versions};
use crate::event::{EndMode, Family};
use crate::plan::{Plan, Tls, TlsVersion};

/// nc sends exact bytes and reads until the peer closes or, with `-w`, falls silent;
/// what else a plan asks for stands in a comment.
pub(super) fn command(plan: &Plan) -> String {
    if let Some(tls) = super::tls(plan) {
        return secure(plan, tls);
    }
    let mut out = String::from("#!/bin/sh\n");
    out += &format!("# {}\n", title(plan)[0]);
    out += "# nc (OpenBSD's, in most systems) prints the response as it came, head and all.\n";
    for note in notes(plan) {
        out += &format!("# {note}\n");
    }
    let mut words = vec!["nc".to_owned()];
    match plan.options.family {
        Some(Family::Inet) => words.push("-4".to_owned()),
        Some(Family::Inet6) => words.push("-6".to_owned()),
        Some(Family::Unix) | None => {}
    }
    if let Some(timeout) = plan.options.call_timeout() {
        // Whole seconds; one too many is better than one too few.
        let seconds = timeout.as_secs() + u64::from(timeout.subsec_nanos() > 0);
        words.push(format!("-w {}", seconds.max(1)));
    }
    match place(plan) {
        Place::Unix(path) => {
            words.push("-U".to_owned());
            words.push(shell::word(path.as_os_str().as_bytes()));
        }
        Place::Tcp(host, port) => {
            words.push(shell::word(host.as_bytes()));
            words.push(port.to_string());
        }
    }
    let printf = shell::printf(&plan.request, "  ");
    out + &format!("{{\n{printf}}} | {}\n", words.join(" "))
}

fn secure(plan: &Plan, tls: &Tls) -> String {
    let mut out = String::from("#!/bin/sh\n");
    out += &format!("# {}\n", title(plan)[0]);
    out += "# nc knows no TLS; openssl's client prints the response as it came, head and all.\n";
    for note in notes(plan) {
        out += &format!("# {note}\n");
    }
    out += "# A close without close_notify is an error to it.\n";
    if tls.crlfile.is_some() {
        out += "# Of the lists of revoked certificates in a file it reads the first alone.\n";
    }
    if plan.options.call_timeout().is_some() {
        out += "# It has no timeout.\n";
    }
    if !tls.also_trusted.is_empty() {
        out += &format!("# {OWN_ROOT}\n");
    }
    let word = |bytes: &[u8]| shell::word(bytes);
    let host = word(plan.target.host.as_bytes());
    let mut words = vec!["openssl s_client -quiet -nocommands -alpn http/1.1".to_owned()];
    match plan.options.family {
        Some(Family::Inet) => words.push("-4".to_owned()),
        Some(Family::Inet6) => words.push("-6".to_owned()),
        Some(Family::Unix) | None => {}
    }
    words.push(match place(plan) {
        Place::Unix(path) => format!("-unix {}", word(path.as_os_str().as_bytes())),
        Place::Tcp(host, port) if host.contains(':') => {
            format!("-connect {}", word(format!("[{host}]:{port}").as_bytes()))
        }
        Place::Tcp(host, port) => format!("-connect {}", word(format!("{host}:{port}").as_bytes())),
    });
    let address = by_address(plan);
    words.push(match address {
        true => "-noservername".to_owned(),
        false => format!("-servername {host}"),
    });
    if tls.verify {
        let check = if address {
            "-verify_ip"
        } else {
            "-verify_hostname"
        };
        // Without the first, what is wrong is printed, and all goes on.
        words.push(format!("-verify_return_error -verify_quiet {check} {host}"));
    }
    for (option, path) in [
        ("-CAfile", &tls.cacert),
        ("-crl_check_all -CRL", &tls.crlfile),
        ("-cert_chain", &tls.cert),
        ("-cert", &tls.cert),
        ("-key", &tls.key),
    ] {
        if let Some(path) = path {
            words.push(format!("{option} {}", word(path.as_os_str().as_bytes())));
        }
    }
    words.extend(match versions(tls) {
        (TlsVersion::V1_3, _) => Some("-tls1_3".to_owned()),
        (_, TlsVersion::V1_2) => Some("-tls1_2".to_owned()),
        _ => None,
    });
    let printf = shell::printf(&plan.request, "  ");
    out + &format!("{{\n{printf}}} | {}\n", words.join(" \\\n  "))
}

fn notes(plan: &Plan) -> Vec<&'static str> {
    let mut notes = Vec::new();
    match plan.options.end {
        EndMode::Close | EndMode::Timeout => {}
        EndMode::Auto | EndMode::Length => notes.push(
            "It cannot count Content-Length or chunks: it ends when the peer closes (Ctrl-C ends it before).",
        ),
        EndMode::Once => notes.push("It cannot stop after one recv(): it ends when the peer closes."),
    }
    if plan.options.nonblocking || plan.options.send_size.is_some() {
        notes.push("The sizes and the mode of its calls are its own.");
    }
    notes
}
