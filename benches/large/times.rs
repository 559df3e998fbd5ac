//! Medians of a few rounds, and how they are printed: as ratios.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::ROUNDS;
use crate::support::cpu::thread_cpu;

fn timed(run: &mut impl FnMut()) -> Duration {
    let began = Instant::now();
    run();
    began.elapsed()
}

pub fn median(mut run: impl FnMut()) -> Duration {
    middle((0..ROUNDS).map(|_| timed(&mut run)).collect())
}

/// Of CPU, of this thread.
pub fn median_cpu(mut run: impl FnMut()) -> Duration {
    let timed = |_| {
        let began = thread_cpu();
        run();
        thread_cpu() - began
    };
    middle((0..ROUNDS).map(timed).collect())
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Both in turns, so that what else the machine does falls on both.
pub fn row(name: &str, mut ours: impl FnMut(), mut bare: impl FnMut()) {
    let rounds = (0..ROUNDS).map(|_| (timed(&mut ours), timed(&mut bare)));
    let (ours, bare): (Vec<Duration>, Vec<Duration>) = rounds.unzip();
    let (ours, bare) = (middle(ours), middle(bare));
    println!(
        "  {name:<40} {:.2} × ({:.1} ms)",
        ours.as_secs_f64() / bare.as_secs_f64(),
        micros(ours) / 1000.0
    );
}

pub fn goal(time: Duration, millis: u64) -> String {
    let of = time.as_secs_f64() / Duration::from_millis(millis).as_secs_f64();
    format!("{of:.3} ({:.0} µs)", micros(time))
}

pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

pub fn rate(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / time.as_secs_f64() / 1e9
}

pub fn is_installed(tool: &str) -> bool {
    let status = Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let there = status.is_ok();
    if !there {
        println!("  {tool} is not installed: no row for it");
    }
    there
}
