//! The plan as `printf … | nc`.

use super::{Place, place, shell, title};
use crate::event::{EndMode, Family};
use crate::plan::Plan;
use std::os::unix::ffi::OsStrExt;

/// nc sends exact bytes and reads until the peer closes or, with `-w`, falls silent;
/// what else a plan asks for stands in a comment.
pub(super) fn command(plan: &Plan) -> String {
    let mut out = String::from("#!/bin/sh\n");
    out += &format!("# {}\n", title(plan)[0]);
    out += "# nc (OpenBSD's, in most systems) prints the response as it came, head and all.\n";
    for note in notes(plan) {
        out += &format!("# {note}\n");
    }
    let mut words = vec!["nc".to_owned()];
    match plan.family {
        Some(Family::Inet) => words.push("-4".to_owned()),
        Some(Family::Inet6) => words.push("-6".to_owned()),
        Some(Family::Unix) | None => {}
    }
    if let Some(timeout) = plan.call_timeout() {
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

fn notes(plan: &Plan) -> Vec<&'static str> {
    let mut notes = Vec::new();
    match plan.end {
        EndMode::Close | EndMode::Timeout => {}
        EndMode::Auto | EndMode::Length => notes.push(
            "It cannot count Content-Length or chunks: it ends when the peer closes (Ctrl-C ends it before).",
        ),
        EndMode::Once => notes.push("It cannot stop after one recv(): it ends when the peer closes."),
    }
    if plan.nonblocking || plan.send_size.is_some() {
        notes.push("The sizes and the mode of its calls are its own.");
    }
    notes
}
