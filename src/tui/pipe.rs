//! A body through a command of the user's, which has the terminal meanwhile.
//!
//! The command is the shell's: `jq . | less` is one. What it prints stays in sight until
//! Enter; how it ended is said.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Runs it, with what `pour` writes as its standard input.
///
/// # Errors
/// There is no shell, or the bytes cannot be read back. That a command ends before it has
/// read them all is no error.
pub fn run(
    command: &str,
    pour: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<String> {
    let mut shell = Command::new("sh");
    let mut child = shell.arg("-c").arg(command).stdin(Stdio::piped()).spawn()?;
    let poured = match child.stdin.take() {
        Some(mut stdin) => pour(&mut stdin),
        None => Ok(()),
    };
    let status = child.wait()?;
    match poured {
        Err(err) if err.kind() != io::ErrorKind::BrokenPipe => return Err(err),
        _ => {}
    }
    Ok(match status.success() {
        true => "it is done".to_owned(),
        false => format!("it ended with {status}"),
    })
}

/// What was printed stays on the terminal until Enter; without a terminal nobody reads it.
pub fn wait_for_enter() {
    let mut out = io::stdout().lock();
    let _ = out.write_all(b"\n[Enter goes back to sockeye] ");
    let _ = out.flush();
    if let Ok(terminal) = File::open("/dev/tty") {
        let _ = BufReader::new(terminal).read_line(&mut String::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_the_shell() {
        let large = vec![b'x'; 1 << 20];
        for (command, want) in [
            ("test \"$(wc -c)\" -eq 1048576", "it is done"),
            // It need not read all, or anything.
            ("head -c 1 >/dev/null", "it is done"),
            ("true", "it is done"),
            ("exit 3", "it ended with exit status: 3"),
            ("cat | (exit 4)", "it ended with exit status: 4"),
        ] {
            let ended = run(command, |out| out.write_all(&large));
            assert_eq!(ended.unwrap(), want, "{command}");
        }
        let failed = run("cat >/dev/null", |_| Err(io::Error::other("disk")));
        assert!(failed.is_err());
    }
}
