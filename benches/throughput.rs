//! What the program costs from outside, mostly as ratios made in one run: against a bare
//! blocking `recv()` loop and against curl, where it is installed. `cargo bench --bench
//! throughput`.
//!
//! Each row is a program of its own, started again in each round; its figures are its
//! own CPU time and peak memory, as `wait4()` gives them. The server is a thread of the
//! bench, and in no figure. The rounds go through all rows in turn, a ratio is taken in
//! each round, and the median of the ratios is shown. Beside it stands the ratio of the
//! best rounds: where others share the caches and cores, the kernel's copy costs up to
//! twice as much in one round as in the next, whoever asks for it.
//!
//! An argument picks one part: `-- length`, `recvs`, `chunks`, `start`, `terminal`; and
//! `-- flood`, which runs by its name alone: the browser, a body of 10 GiB (of another
//! size, with `SOCKEYE_BENCH_MIB`) that is scrolled and searched while it comes and after.
//!
//! `SOCKEYE_BENCH_MIB` (256) is the size of the large body, `SOCKEYE_BENCH_ROUNDS` (5)
//! how many rounds. Files are written to /dev/shm, where there is one: a disk would be
//! all that is seen.

mod support {
    pub mod bare;
    pub mod browser;
    pub mod measure;
    pub mod rank;
    pub mod server;
    pub mod terminal;
}

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use sockeye::playground::tls::{Kind, TlsPlayground};
use support::measure::{self, Cost};
use support::rank::{at_rank, median};
use support::{bare, browser, server};

const SOCKEYE: &str = env!("CARGO_BIN_EXE_sockeye");
const MIB: u64 = 1 << 20;

/// One program, and how much of other rows' CPU time it may take.
struct Row {
    name: &'static str,
    run: Box<dyn Fn() -> Cost>,
    /// Name of another row of the group, and the goal: at most so many times its CPU.
    against: Vec<(&'static str, f64)>,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, args @ ..] = &args[..]
        && mode == bare::MODE
    {
        return bare::run(args);
    }
    // cargo adds `--bench`.
    let only = args.iter().find(|arg| !arg.starts_with('-'));
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    let addr = server::start().expect("a port").to_string();
    let large = number("SOCKEYE_BENCH_MIB", 256) * MIB;
    let bench = Bench {
        file: scratch(),
        curl: is_installed("curl"),
        addr,
    };
    let rounds = number("SOCKEYE_BENCH_ROUNDS", 5);

    let path = format!("/length/{large}");
    if wanted("length") {
        let rows = bench.discarded_and_kept(&path);
        group("Content-Length", large, rounds, rows);
    }
    if wanted("recvs") {
        group("recv(4096)", large, rounds, bench.small_recvs(&path));
    }
    if wanted("chunks") {
        let total = 64 * MIB;
        let path = format!("/chunked/{total}/16");
        group("16-byte chunks", total, rounds, bench.small_chunks(&path));
        let sized = format!("/length/{large}");
        let path = format!("/chunked/{large}/16384");
        let rows = bench.large_chunks(&path, &sized);
        group("16 KiB chunks", large, rounds, rows);
    }
    if wanted("tls") {
        let tls = TlsPlayground::start(None).expect("ports");
        group("TLS 1.3", large, rounds, bench.over_tls(&tls, large));
    }
    if wanted("start") {
        bench.start("one byte", bench.one_byte(), 0.6);
        let tls = TlsPlayground::start(None).expect("ports");
        bench.start("one byte, TLS 1.3", bench.over_tls(&tls, 1), 1.0);
    }
    if wanted("terminal") {
        bench.in_a_terminal();
    }
    if only.is_some_and(|only| only == "flood") {
        bench.flood(number("SOCKEYE_BENCH_MIB", 10 * 1024));
    }
    let _ = std::fs::remove_file(&bench.file);
}

/// Said where it is not: its rows are missing.
fn is_installed(tool: &str) -> bool {
    let status = Command::new(tool)
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    let there = status.is_ok();
    if !there {
        println!("{tool} is not installed: no ratios against it");
    }
    there
}

struct Bench {
    addr: String,
    /// What is written to, removed before each run: to truncate is work too.
    file: PathBuf,
    curl: bool,
}

impl Bench {
    fn discarded_and_kept(&self, path: &str) -> Vec<Row> {
        let file = self.file.to_str().expect("a plain name");
        let mut rows = vec![
            self.bare("bare 64k", &["recv"], path, &["65536"]),
            self.bare("bare 64k > file", &["recv"], path, &["65536", file]),
            self.fetch("fetch -o /dev/null", path, &["-o", "/dev/null"])
                .at_most(1.15, "bare 64k")
                .at_most(1.0, "curl -o /dev/null"),
            self.fetch("fetch -o file", path, &["-o", file])
                .at_most(1.05, "bare 64k > file")
                .at_most(0.95, "curl -o file"),
            self.browser("browser, 120x40", path)
                .at_most(1.5, "bare 64k > file"),
        ];
        if self.curl {
            rows.push(self.curl("curl -o /dev/null", path, &["-o", "/dev/null"]));
            rows.push(self.curl("curl -o file", path, &["-o", file]));
        }
        rows
    }

    fn small_recvs(&self, path: &str) -> Vec<Row> {
        let file = self.file.to_str().expect("a plain name");
        let small = ["-o", "/dev/null", "--recv-size", "4096"];
        vec![
            self.bare("bare 4k", &["recv"], path, &["4096"]),
            self.fetch("fetch --recv-size 4096", path, &small),
            self.fetch(
                "fetch --recv-size 4096 --events file",
                path,
                &[&small[..], &["--events", file]].concat(),
            )
            .at_most(2.0, "bare 4k"),
        ]
    }

    fn small_chunks(&self, path: &str) -> Vec<Row> {
        let mut rows = vec![
            self.bare("bare 64k, dechunked", &["dechunk"], path, &["65536"]),
            self.fetch("fetch -o /dev/null", path, &["-o", "/dev/null"])
                .at_most(1.5, "bare 64k, dechunked")
                .at_most(0.5, "curl -o /dev/null"),
        ];
        if self.curl {
            rows.push(self.curl("curl -o /dev/null", path, &["-o", "/dev/null"]));
        }
        rows
    }

    fn large_chunks(&self, path: &str, sized: &str) -> Vec<Row> {
        vec![
            self.fetch("fetch, Content-Length", sized, &["-o", "/dev/null"]),
            self.fetch("fetch, 16 KiB chunks", path, &["-o", "/dev/null"])
                .at_most(1.15, "fetch, Content-Length"),
        ]
    }

    /// One after the other the same body, from the playground's own server.
    fn over_tls(&self, tls: &TlsPlayground, bytes: u64) -> Vec<Row> {
        let file = self.file.to_str().expect("a plain name");
        let root = tls.root_file().to_str().expect("a plain name").to_owned();
        let url = tls.url(Kind::Good, &format!("/flood?bytes={bytes}"));
        let program = |name, program: &str, before: &[&str], to: &str| {
            let args = [before, &["--cacert", &root, "-o", to, &url]].concat();
            let args = args.into_iter().map(str::to_owned).collect();
            self.row(name, program.into(), args)
        };
        let bare = |name, file: &[&str]| {
            let args = [&[bare::MODE, "tls", &url, &root, "65536"], file].concat();
            let args = args.into_iter().map(str::to_owned).collect();
            self.row(name, std::env::current_exe().expect("a name"), args)
        };
        let mut rows = vec![
            bare("bare rustls", &[]),
            bare("bare rustls > file", &[file]),
            program("fetch -o /dev/null", SOCKEYE, &["fetch"], "/dev/null")
                .at_most(1.1, "bare rustls"),
            program("fetch -o file", SOCKEYE, &["fetch"], file).at_most(1.0, "curl -o file"),
        ];
        if self.curl {
            rows.push(program("curl -o /dev/null", "curl", &["-s"], "/dev/null"));
            rows.push(program("curl -o file", "curl", &["-s"], file));
        }
        rows
    }

    fn one_byte(&self) -> Vec<Row> {
        let path = "/length/1";
        let mut rows = vec![
            self.bare("bare", &["recv"], path, &["65536"]),
            self.fetch("fetch -o /dev/null", path, &["-o", "/dev/null"]),
        ];
        if self.curl {
            rows.push(self.curl("curl -o /dev/null", path, &["-o", "/dev/null"]));
        }
        rows
    }

    /// A response that is all start and end: times from exec to exit.
    fn start(&self, title: &str, rows: Vec<Row>, goal: f64) {
        println!("\n{title}, exec to exit (medians of 50)");
        let named = |name: &str| rows.iter().position(|row| row.name == name);
        let (fetch, curl) = (named("fetch -o /dev/null"), named("curl -o /dev/null"));
        let mut times = vec![Vec::new(); rows.len()];
        for _ in 0..50 {
            for (row, times) in rows.iter().zip(&mut times) {
                times.push((row.run)().wall.as_secs_f64() * 1e3);
            }
        }
        for (at, (row, own)) in rows.iter().zip(&times).enumerate() {
            print!("  {:38} {:7.2} ms", row.name, median(own.iter().copied()));
            if let Some(curl) = curl.filter(|_| fetch == Some(at)) {
                let pairs = own.iter().zip(&times[curl]);
                let ratio = median(pairs.map(|(own, curl)| own / curl));
                print!("   {}", verdict(ratio, goal, "curl"));
            }
            println!();
        }
    }

    /// The browser: its first frame, what it does when nothing happens, its answers to keys.
    fn in_a_terminal(&self) {
        let url = |mib: u64| format!("http://{}/length/{}", self.addr, mib * MIB);
        let times = (0..20).map(|_| browser::first_frame(SOCKEYE));
        let time = median(times.map(|time| time.as_secs_f64() * 1e3));
        println!("\nbrowser, exec to first frame (median of 20)");
        println!("  {time:.1} ms (goal 10)");

        let idle = browser::idle(SOCKEYE, &url(64), Duration::from_secs(2));
        let cpu = idle.cpu.map(|cpu| format!("{} ms", cpu.as_millis()));
        let cpu = cpu.unwrap_or_else(|| "not available here".to_owned());
        println!("\nbrowser, idle for 2 s with 64 MiB loaded");
        println!("  {} bytes written, CPU {cpu} (goal 0, 0)", idle.written);

        // More than comes within the keys' time, at any speed.
        let keys = browser::keys(SOCKEYE, &url(1 << 20), 200);
        let millis = |share| at_rank(keys.iter().map(|key| key.as_secs_f64() * 1e3), share);
        let (middle, late) = (millis(0.5), millis(0.99));
        println!("\nbrowser, key to frame while a body streams in (200 keys)");
        println!("  median {middle:.1} ms, p99 {late:.1} ms (goal 20)");

        let (first, second) = (url(1 << 20), url((1 << 20) + 1));
        println!("\nbrowser, key to frame while two tabs stream at once (60 keys each)");
        let times = browser::two_tabs(SOCKEYE, [&first, &second], 60);
        for (name, keys) in browser::TWO_TABS.iter().zip(&times) {
            let millis = |share| at_rank(keys.iter().map(|key| key.as_secs_f64() * 1e3), share);
            let (middle, late) = (millis(0.5), millis(0.99));
            println!("  {name:12} median {middle:.1} ms, p99 {late:.1} ms (goal 20)");
        }
    }

    /// A body far larger than memory may be. Its file lies in the directory for temporary
    /// files: /dev/shm would be memory again.
    fn flood(&self, mib: u64) {
        let url = format!("http://{}/length/{}", self.addr, mib * MIB);
        let cost = browser::look_around(SOCKEYE, &url, &std::env::temp_dir());
        println!("\nbrowser, {mib} MiB scrolled and searched while they came and after");
        let peak = cost.peak as f64 / MIB as f64;
        let (wall, cpu) = (cost.wall.as_secs_f64(), cost.cpu.as_secs_f64());
        let missed = if peak > 150.0 { ", missed" } else { "" };
        println!("  peak {peak:.0} MiB (goal 150{missed}), {wall:.0} s, CPU {cpu:.1} s");
    }

    /// Its store spills to a file in the directory that the other rows write to.
    fn browser(&self, name: &'static str, path: &str) -> Row {
        let url = format!("http://{}{path}", self.addr);
        let temporary = self.file.parent().expect("a directory").to_owned();
        Row::new(name, move || browser::watch(SOCKEYE, &url, &temporary))
    }

    fn fetch(&self, name: &'static str, path: &str, flags: &[&str]) -> Row {
        self.program(name, SOCKEYE, &[&["fetch"], flags].concat(), path)
    }

    fn curl(&self, name: &'static str, path: &str, flags: &[&str]) -> Row {
        self.program(name, "curl", &[&["-s"], flags].concat(), path)
    }

    fn program(
        &self,
        name: &'static str,
        program: &'static str,
        flags: &[&str],
        path: &str,
    ) -> Row {
        let url = format!("http://{}{path}", self.addr);
        let mut args: Vec<String> = flags.iter().map(|&flag| flag.to_owned()).collect();
        args.push(url);
        self.row(name, program.into(), args)
    }

    fn bare(&self, name: &'static str, before: &[&str], path: &str, after: &[&str]) -> Row {
        let args = [&[bare::MODE], before, &[&self.addr, path], after].concat();
        let args = args.into_iter().map(str::to_owned).collect();
        self.row(name, std::env::current_exe().expect("a name"), args)
    }

    fn row(&self, name: &'static str, program: PathBuf, args: Vec<String>) -> Row {
        let file = self.file.clone();
        let run = move || {
            let _ = std::fs::remove_file(&file);
            measure::run(Command::new(&program).args(&args))
        };
        Row::new(name, run)
    }
}

impl Row {
    fn new(name: &'static str, run: impl Fn() -> Cost + 'static) -> Row {
        Row {
            name,
            run: Box::new(run),
            against: Vec::new(),
        }
    }

    fn at_most(mut self, times: f64, other: &'static str) -> Row {
        self.against.push((other, times));
        self
    }
}

/// Runs the rows in turn, `rounds` times, and prints them.
fn group(title: &str, bytes: u64, rounds: u64, rows: Vec<Row>) {
    println!("\n{title}, {} MiB ({rounds} rounds)", bytes / MIB);
    println!("  {:38} {:>8} {:>8}", "", "CPU s/GB", "peak MiB");
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); rows.len()];
    for _ in 0..rounds {
        for (row, costs) in rows.iter().zip(&mut costs) {
            costs.push((row.run)());
        }
    }
    let cpu = |cost: &Cost| cost.cpu.as_secs_f64();
    for (row, own) in rows.iter().zip(&costs) {
        let per_gb = median(own.iter().map(cpu)) / (bytes as f64 / 1e9);
        let peak = own.iter().map(|cost| cost.peak).max().unwrap_or(0) as f64 / MIB as f64;
        print!("  {:38} {per_gb:8.3} {peak:8.1}", row.name);
        for (other, goal) in &row.against {
            if let Some(at) = rows.iter().position(|row| row.name == *other) {
                let ratios = own.iter().zip(&costs[at]);
                let ratio = median(ratios.map(|(own, other)| cpu(own) / cpu(other)));
                let least = |costs: &[Cost]| costs.iter().map(cpu).fold(f64::MAX, f64::min);
                let best = least(own) / least(&costs[at]);
                print!("   {} best {best:.2}", verdict(ratio, *goal, other));
            }
        }
        println!();
    }
}

fn verdict(ratio: f64, goal: f64, other: &str) -> String {
    let missed = if ratio > goal { ", missed" } else { "" };
    format!("{ratio:.2} × {other} (goal {goal}{missed})")
}

fn number(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(default, |given| given.parse().expect("a number"))
}

/// A name for a file in memory.
fn scratch() -> PathBuf {
    let shm = PathBuf::from("/dev/shm");
    let dir = if shm.is_dir() {
        shm
    } else {
        std::env::temp_dir()
    };
    dir.join(format!("sockeye-bench-{}", std::process::id()))
}
