//! What one child process cost: CPU time, peak memory, time from exec to exit.
//!
//! Owns `wait4()`. Only it tells of one child alone: RUSAGE_CHILDREN adds up all of
//! them, and its peak is that of the largest.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a process used, from exec to exit.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// User and system time together.
    pub cpu: Duration,
    /// Peak resident memory in bytes. Linux counts the parent's at the time of the fork
    /// too, so nothing comes out below what the bench itself uses (about 3 MiB).
    pub peak: u64,
    pub wall: Duration,
}

/// Runs a program to its end, its output thrown away.
///
/// # Panics
/// The program cannot be started or does not exit with 0.
pub fn run(command: &mut Command) -> Cost {
    let began = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    let pid = child.expect("the program starts").id();
    wait(pid, began)
}

/// Waits for a child that was started at `began`.
///
/// # Panics
/// There is no such child, or it does not exit with 0.
#[allow(unsafe_code)]
pub fn wait(pid: u32, began: Instant) -> Cost {
    let pid = libc::pid_t::try_from(pid).expect("a process id");
    let mut status = 0;
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are to live locals of the right types; a zeroed rusage is a
    // valid one (numbers only), so it may be read whatever wait4() answers.
    let (waited, usage) = unsafe {
        let waited = libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr());
        (waited, usage.assume_init())
    };
    assert_eq!(waited, pid, "wait4(): {}", io::Error::last_os_error());
    assert_eq!(status, 0, "a measured program failed");
    let peak = u64::try_from(usage.ru_maxrss).unwrap_or(0);
    Cost {
        cpu: time(usage.ru_utime) + time(usage.ru_stime),
        // Bytes on macOS, KiB elsewhere (getrusage(2)).
        peak: peak
            * if cfg!(target_vendor = "apple") {
                1
            } else {
                1024
            },
        wall: began.elapsed(),
    }
}

fn time(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let micros = u64::try_from(time.tv_usec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}
