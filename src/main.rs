//! The program: the command line decides, the exit status is curl's.

use std::process::ExitCode;

fn main() -> ExitCode {
    sockeye::cli::run(std::env::args_os())
}
