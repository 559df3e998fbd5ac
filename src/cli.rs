//! The command line: one table of flags for parser, help, manual page and completions.
//!
//! Owns the commands and what each starts. The flags of `sockeye fetch` are rows of
//! [`headless::flags`].

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use crate::config;
use crate::error::{Error, Result};
use crate::headless::{self, complain, flags::Fetch};
use crate::lesson::NAMES;
use crate::playground::Playground;
use crate::playground::lines;
use crate::playground::proxy::Proxies;
use crate::playground::server::Server;
use crate::playground::tls::TlsPlayground;
use crate::tui::{self, First};
use crate::view::safe::safe;

/// An eye on the socket: a full-screen terminal browser for raw HTTP
///
/// Without a command, the browser: on the URL, or on its start page.
#[derive(Parser, Debug)]
#[command(name = "sockeye", version, args_conflicts_with_subcommands = true)]
struct Cli {
    /// What to open: example.com, localhost:8080/x, 127.0.0.1:81/a?b
    url: Option<String>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    // Of a flag given twice the last one holds, as with curl.
    #[command(args_override_self = true)]
    Fetch(Box<Fetch>),
    /// The embedded practice server alone: prints its addresses, then serves
    Playground {
        /// Listen on this port of 127.0.0.1 and ::1; without it, on a free one
        #[arg(long, value_name = "N")]
        port: Option<u16>,
        /// On TLS, too: with a good certificate on this port, with bad ones on the ports
        /// after it, which its addresses name; 0: on free ones
        #[arg(long, value_name = "N")]
        tls_port: Option<u16>,
        /// Proxies to loopback addresses, too: HTTP, HTTP with a user, SOCKS5, SOCKS5 with a
        /// user, on this port and the three after it; 0: on free ones
        #[arg(long, value_name = "N")]
        proxy_port: Option<u16>,
        /// A server that speaks no HTTP, too: it sends each line back, and closes after an
        /// empty one; on this port; 0: on a free one
        #[arg(long, value_name = "N")]
        line_port: Option<u16>,
        /// The pages on a Unix socket, too, which is made there
        #[arg(long, value_name = "PATH")]
        unix_socket: Option<PathBuf>,
    },
    /// The browser, opened on the lessons: the calls really made check each step
    Learn {
        /// The one to begin with; without it, their list
        #[arg(value_parser = NAMES.to_vec())]
        lesson: Option<String>,
    },
    /// Print where the browser's config file lies, and every default as such a file
    Config,
    /// Print the completions for a shell
    Completions { shell: Shell },
    /// Print the manual page (roff)
    Man,
}

/// Runs the program to its end; the exit status is curl's. Every failure is one line on
/// standard error: `sockeye: what failed: why (what to try)`.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    full_files_are_errors();
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(answer) => return clap_answer(&answer),
    };
    let done = match cli.command {
        Some(Command::Fetch(asked)) => Ok(headless::run(&asked)),
        Some(Command::Playground {
            port,
            tls_port,
            proxy_port,
            line_port,
            unix_socket,
        }) => serve(
            port,
            tls_port,
            proxy_port,
            line_port,
            unix_socket.as_deref(),
        ),
        Some(Command::Learn { lesson }) => browse(First::Lessons(lesson.as_deref())),
        Some(Command::Config) => settings(),
        Some(Command::Completions { shell }) => print(|out| {
            clap_complete::generate(shell, &mut Cli::command(), "sockeye", out);
            Ok(())
        }),
        Some(Command::Man) => print(manual),
        None => browse(cli.url.as_deref().map_or(First::Start, First::Url)),
    };
    done.unwrap_or_else(|error| complain(&error))
}

/// A file that grows to a limit of the process (setrlimit(2), RLIMIT_FSIZE) fails a
/// write(), which is told; unhandled, its signal would end the program.
fn full_files_are_errors() {
    // Without the handler the program still works, up to that limit.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
}

/// What clap has to say: help and version go to standard output, the rest is a usage error.
fn clap_answer(answer: &clap::Error) -> ExitCode {
    if answer.use_stderr() {
        return complain(&Error::usage(one_line(&answer.to_string())));
    }
    match answer.print() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&Error::write(STDOUT, &error)),
    }
}

/// clap's report without its headline's word, its tips and its usage text.
fn one_line(report: &str) -> String {
    let matter = report.split("\n\n").next().unwrap_or(report);
    let matter = matter.strip_prefix("error: ").unwrap_or(matter);
    let words: Vec<&str> = matter.split_whitespace().collect();
    format!("{} (try --help)", words.join(" "))
}

fn browse(first: First) -> Result<ExitCode> {
    if !io::stdout().is_terminal() {
        return Err(Error::usage(
            "standard output is not a terminal: the browser needs one (try sockeye fetch URL)",
        ));
    }
    match tui::run(first) {
        Ok(status) => Ok(ExitCode::from(status)),
        Err(error) => match error.downcast::<Error>() {
            Ok(error) => Err(error),
            Err(error) => {
                // Standard error may be closed: the status still tells.
                let _ = writeln!(io::stderr(), "sockeye: {}", safe(&format!("{error:#}")));
                Ok(ExitCode::FAILURE)
            }
        },
    }
}

/// A file ready to be changed; what is wrong in the one that is there goes to standard
/// error.
fn settings() -> Result<ExitCode> {
    let words = tui::settings::words();
    let path = config::path();
    let printed = print(|out| {
        let text = config::print(path.as_deref(), &words);
        out.write_all(text.as_bytes())
    })?;
    let name = path.map_or_else(String::new, |path| path.display().to_string());
    let name = safe(&name);
    // Standard error may be closed: the file is printed all the same.
    let mut err = io::stderr().lock();
    match config::text() {
        Ok(text) => {
            let text = text.unwrap_or_default();
            for complaint in config::parse(&text, &words).complaints {
                let _ = writeln!(err, "sockeye: {name}:{}", safe(&complaint.to_string()));
            }
        }
        Err(error) => {
            let _ = writeln!(err, "sockeye: {name}: {error}");
        }
    }
    Ok(printed)
}

/// Serves until SIGINT or SIGTERM.
fn serve(
    port: Option<u16>,
    tls_port: Option<u16>,
    proxy_port: Option<u16>,
    line_port: Option<u16>,
    unix_socket: Option<&Path>,
) -> Result<ExitCode> {
    // Before the addresses are out: who reads them may send the signal at once.
    let signals = Signals::new([SIGINT, SIGTERM]);
    let mut signals = signals.map_err(|error| Error::usage(format!("sigaction(): {error}")))?;
    let cannot = |flag: &str, port: Option<u16>, error: &io::Error| {
        let port = port.map_or("a free port".to_owned(), |port| format!("port {port}"));
        Error::usage(format!(
            "listen on {port}: {error} (try another {flag}, or none)"
        ))
    };
    let playground = Playground::start(port).map_err(|error| cannot("--port", port, &error))?;
    let beside = playground.beside();
    let tls = tls_port.map(|_| beside.start(tls_port)).transpose();
    let tls = tls.map_err(|error| cannot("--tls-port", tls_port, &error))?;
    let proxies = proxy_port.map(|_| Proxies::start(proxy_port)).transpose();
    let proxies = proxies.map_err(|error| cannot("--proxy-port", proxy_port, &error))?;
    let lines = line_port.map(|_| Server::serve_raw(line_port, |_| lines::script()));
    let lines = lines.transpose();
    let lines = lines.map_err(|error| cannot("--line-port", line_port, &error))?;
    let unix = unix_socket.map(|path| beside.on_unix_socket(path));
    let unix = unix.transpose();
    let _unix = unix.map_err(|error| {
        let path = unix_socket.unwrap_or(Path::new("")).display();
        Error::usage(format!("bind {path}: {error} (try another --unix-socket)"))
    })?;
    beside.tell_of(proxies.as_ref(), unix_socket);
    print(|out| {
        for addr in playground.addrs() {
            writeln!(out, "http://{addr}")?;
        }
        let servers = tls.iter().flat_map(TlsPlayground::servers);
        for (kind, server) in servers {
            for addr in server.addrs() {
                // The fragment stays here: it only says which one it is.
                writeln!(out, "https://{addr}/#{}", kind.name())?;
            }
        }
        for url in proxies.iter().flat_map(Proxies::urls) {
            writeln!(out, "{url}")?;
        }
        for addr in lines.iter().flat_map(Server::addrs) {
            writeln!(out, "tcp://{addr}")?;
        }
        if let Some(path) = unix_socket {
            writeln!(out, "unix:{}", path.display())?;
        }
        Ok(())
    })?;
    if let Some(tls) = &tls {
        // Standard error may be closed: the servers run all the same.
        let _ = writeln!(
            io::stderr(),
            "sockeye: its root --cacert {}, its revocation lists --crlfile {}, a client's \
             certificate --cert {}",
            tls.root_file().display(),
            tls.revoked_file().display(),
            tls.client_file().display()
        );
    }
    signals.forever().next();
    if let Some(path) = unix_socket {
        // The file of a socket outlives it; one that is gone already is no matter.
        let _ = std::fs::remove_file(path);
    }
    Ok(ExitCode::SUCCESS)
}

/// One page: the program, then each command with its flags.
fn manual(out: &mut Vec<u8>) -> io::Result<()> {
    let mut program = Cli::command();
    program.build();
    clap_mangen::Man::new(program.clone()).render(out)?;
    for command in program
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
    {
        if command.get_name() == "help" {
            continue;
        }
        writeln!(out, ".SH SOCKEYE {}", command.get_name().to_uppercase())?;
        let page = clap_mangen::Man::new(command.clone());
        page.render_synopsis_section(out)?;
        page.render_description_section(out)?;
        page.render_options_section(out)?;
    }
    Ok(())
}

/// Prints what `text` writes, whole, on standard output.
fn print(text: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<ExitCode> {
    let mut bytes = Vec::new();
    let mut out = io::stdout().lock();
    let printed = text(&mut bytes)
        .and_then(|()| out.write_all(&bytes))
        .and_then(|()| out.flush());
    match printed {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(Error::write(STDOUT, &error)),
    }
}

const STDOUT: &str = "standard output";
