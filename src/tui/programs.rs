//! Programs that have the terminal meanwhile: the user's pager, editor and shell.
//!
//! Owns how they are called and what they get to read; who lends the terminal, and what
//! is said of them afterwards, is `runtime`'s business.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// A program of the user's, from the environment, or the usual one; with arguments where
/// it has some (`code --wait`).
pub fn named(variable: &str, usual: &str) -> String {
    std::env::var(variable)
        .ok()
        .filter(|value| !value.trim().is_empty())
        .unwrap_or_else(|| usual.to_owned())
}

/// Runs the pager on what `pour` writes.
///
/// # Errors
/// There is no such program, or the bytes cannot be read back. That it is left before the
/// end is no error.
pub fn page(pager: &str, pour: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    feed(&mut command(pager), pour).map(|_| ())
}

/// The request through an editor, byte for byte; the file is only ours to read.
///
/// # Errors
/// There is no such program, it ended with another status than 0, or the file failed.
pub fn edit(editor: &str, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut file = tempfile::Builder::new()
        .prefix("request-")
        .suffix(".http")
        .tempfile()?;
    file.write_all(bytes)?;
    file.flush()?;
    run(editor, file.path())?;
    std::fs::read(file.path())
}

/// A copy of what `pour` writes in an editor; what becomes of the copy, nobody reads.
///
/// # Errors
/// As [`edit`].
pub fn look(editor: &str, pour: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix("body-").tempfile()?;
    pour(&mut file)?;
    file.flush()?;
    run(editor, file.path())
}

/// A command of the shell's (`jq . | less` is one) on what `pour` writes; how it ended, in
/// words.
///
/// # Errors
/// There is no shell, or the bytes cannot be read back. That a command ends before it has
/// read them all is no error.
pub fn pipe(line: &str, pour: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<String> {
    let status = feed(Command::new("sh").arg("-c").arg(line), pour)?;
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

fn command(words: &str) -> Command {
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("vi"));
    command.args(words);
    command
}

/// Standard input from `pour`, as much as the program takes.
fn feed(
    command: &mut Command,
    pour: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<ExitStatus> {
    let mut child = command.stdin(Stdio::piped()).spawn()?;
    let poured = child
        .stdin
        .take()
        .map_or(Ok(()), |mut stdin| pour(&mut stdin));
    let status = child.wait()?;
    match poured {
        Err(err) if err.kind() != io::ErrorKind::BrokenPipe => Err(err),
        _ => Ok(status),
    }
}

fn run(editor: &str, path: &Path) -> io::Result<()> {
    let status = command(editor).arg(path).status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("it ended with {status}"))),
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
            let ended = pipe(command, |out| out.write_all(&large));
            assert_eq!(ended.unwrap(), want, "{command}");
        }
        let failed = pipe("cat >/dev/null", |_| Err(io::Error::other("disk")));
        assert!(failed.is_err());
    }
}
