//! `cargo bench`: time and peak memory of whole processes, each beside the bare parse of the same YAML in the same run.
//!
//! Figures are medians of several runs; ratios carry over to other machines, milliseconds do not. `cargo bench -- 100 1000`
//! measures other sizes. `check-jsonschema` and `terraform` are measured beside it where they are installed.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a benchmark measures the clock and prints")]

use granit_parser::{Event, Parser};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// One process: wall and CPU time, peak resident memory in KiB.
#[derive(Clone, Copy, Default)]
struct Cost {
    wall: Duration,
    cpu: Duration,
    peak: u64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [verb, folder] = arguments.as_slice()
        && verb == "parse"
    {
        return parse(Path::new(folder));
    }
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![100, 1_000, 10_000, 100_000];
    }
    println!("start: --version {}", shown(cost(5, version)));
    println!("{:>9} {:>8}  {:<34} {:>9} {:>9} {:>9} {:>8}", "resources", "YAML", "work", "wall ms", "CPU ms", "peak MiB", "× parse");
    let mut before: Option<Vec<(&str, Cost)>> = None;
    for size in sizes {
        let rows = measure(size);
        let parse = rows[0].1;
        let bytes = rows[0].2;
        for (work, cost, _) in &rows {
            let ratio = cost.wall.as_secs_f64() / parse.wall.as_secs_f64();
            println!("{size:>9} {:>6.1}MB  {work:<34} {} {ratio:>8.2}", bytes as f64 / 1e6, shown(*cost));
        }
        if let Some(before) = &before {
            for ((work, was), (_, is, _)) in before.iter().zip(&rows) {
                println!(
                    "           growth of {work}: time ×{:.2}, memory ×{:.2}",
                    ratio(is.wall, was.wall),
                    is.peak as f64 / was.peak as f64
                );
            }
        }
        before = Some(rows.into_iter().map(|(work, cost, _)| (work, cost)).collect());
    }
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

fn shown(cost: Cost) -> String {
    format!("{:>9.1} {:>9.1} {:>9.1}", cost.wall.as_secs_f64() * 1e3, cost.cpu.as_secs_f64() * 1e3, cost.peak as f64 / 1024.0)
}

fn version() -> Command {
    let mut command = bowline();
    command.arg("--version");
    command
}

fn bowline() -> Command {
    Command::new(env!("CARGO_BIN_EXE_bowline"))
}

/// Every kind of work on one estate.
fn measure(size: usize) -> Vec<(&'static str, Cost, u64)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bytes = estate(folder.path(), size);
    let runs = if size >= 100_000 { 3 } else { 7 };
    let folder_path = folder.path();
    let at = |arguments: &'static [&'static str]| {
        move || {
            let mut command = bowline();
            command.arg("-C").arg(folder_path).args(arguments);
            command
        }
    };
    let parse = || {
        let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
        command.arg("parse").arg(folder.path());
        command
    };
    let mut rows = vec![("bare event parse, one thread", cost(runs, parse), bytes)];
    rows.push(("check", cost(runs, at(&["check"])), bytes));
    rows.push(("plan, nothing live", cost(runs, at(&["plan"])), bytes));
    rows.push(("apply, all created", cost(1, at(&["apply", "--auto-approve"])), bytes));
    rows.push(("plan, nothing changed", cost(runs, at(&["plan"])), bytes));
    change_one_percent(folder.path());
    rows.push(("plan, 1 % changed", cost(runs, at(&["plan"])), bytes));
    rows
}

/// The median of several runs after one that is not counted.
fn cost(runs: usize, command: impl Fn() -> Command) -> Cost {
    let once = || {
        let mut command = command();
        let start = Instant::now();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        let ended = child.wait4().expect("the program ends");
        assert!(ended.status.success(), "the measured command failed: {:?}", command);
        Cost { wall: start.elapsed(), cpu: ended.rusage.utime + ended.rusage.stime, peak: ended.rusage.maxrss / 1024 }
    };
    if runs > 1 {
        once();
    }
    let mut costs: Vec<Cost> = (0..runs).map(|_| once()).collect();
    costs.sort_by_key(|cost| cost.wall);
    costs[costs.len() / 2]
}

/// The peer: every event of every YAML file, thrown away.
fn parse(folder: &Path) {
    let mut events = 0_usize;
    for path in yaml_files(folder) {
        let text = fs::read_to_string(path).expect("a file of the estate");
        for event in Parser::new_from_str(&text) {
            let (event, _) = event.expect("the estate is well-formed");
            events += usize::from(!matches!(event, Event::StreamEnd));
        }
    }
    assert!(events > 0, "nothing was parsed");
}

fn yaml_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = vec![folder.join("bowline.yaml")];
    files.extend(fs::read_dir(folder.join("parts")).expect("the estate's parts").map(|entry| entry.expect("an entry").path()));
    files
}

/// Writes an estate of `size` resources in files of a hundred and returns the bytes of its YAML.
fn estate(folder: &Path, size: usize) -> u64 {
    fs::create_dir_all(folder.join("parts")).expect("a folder");
    fs::create_dir_all(folder.join("functions")).expect("a folder");
    fs::write(folder.join("key.txt"), "placeholder").expect("a file");
    let root = "bowline: 1\nproject: estate\ninclude: [parts/*.yaml]\nvariables:\n  region: { default: eu }\n";
    fs::write(folder.join("bowline.yaml"), root).expect("a file");
    let mut bytes = root.len() as u64;
    for part in 0..size.div_ceil(100) {
        let text = part_of_estate(part);
        bytes += text.len() as u64;
        fs::write(folder.join(format!("parts/{part:05}.yaml")), text).expect("a file");
        let script = format!(
            "response = invokeurl\n[\n\turl : \"https://api{part}.example.com/v1/readings\"\n\ttype : GET\n\tconnection : \"sensor_{part}_0\"\n];\ninfo response;\n"
        );
        fs::write(folder.join(format!("functions/f{part:05}.ds")), script).expect("a file");
    }
    bytes
}

/// A hundred resources: 5 services, 45 connections, 45 webhooks, 5 functions, with comments as people write them.
fn part_of_estate(part: usize) -> String {
    let mut text = format!("# Part {part} of the estate: one site with its sensors.\nservices:\n");
    for n in 0..5 {
        text.push_str(&format!(
            "  site_{part}_{n}:\n    name: Site {part} service {n}\n    description: Readings and alarms of the site, served by the gateway in the cold store\n    auth:\n      type: api_key\n      param_type: header\n      parameters:\n        X-Api-Key: API key of the gateway\n    hosts: [\"api{part}.example.com\", \"*.site{n}.example.com\"]\n\n"
        ));
    }
    text.push_str("connections:\n");
    for n in 0..45 {
        text.push_str(&format!(
            "  sensor_{part}_{n}:\n    name: Sensor {n} of site {part}\n    description: Reads temperature, humidity and door state every minute and reports what is out of range\n    service: site_{part}_{}\n    use_login_user_credentials: false\n    credentials:\n      X-Api-Key: {{ file: key.txt }}   # the gateway's own key, rotated by the site's staff every quarter\n\n",
            n % 5
        ));
    }
    text.push_str("webhooks:\n");
    for n in 0..45 {
        text.push_str(&format!(
            "  alarm_{part}_{n}:\n    name: Alarm {n} of site {part}\n    description: Tells the site when a reading leaves its range\n    method: POST\n    url: https://api{part}.example.com/v1/${{{{ var.region }}}}/alarms/{n}\n    auth: {{ connection: sensor_{part}_{n} }}\n    headers:\n      X-Site: \"site-{part}\"\n    body:\n      json:\n        device: \"${{alarm.device}}\"\n        reading: \"${{alarm.value}}\"\n        severity: high\n        tags: [cold, chain, \"site {part}\"]\n\n"
        ));
    }
    text.push_str("functions:\n");
    for n in 0..5 {
        text.push_str(&format!(
            "  report_{part}_{n}:\n    name: Report {n} of site {part}\n    category: schedule\n    script: functions/f{part:05}.ds\n\n"
        ));
    }
    text
}

/// Renames one connection in each part: one resource of a hundred.
fn change_one_percent(folder: &Path) {
    for path in yaml_files(folder).into_iter().skip(1) {
        let text = fs::read_to_string(&path).expect("a file of the estate");
        fs::write(&path, text.replacen("name: Alarm 7 of", "name: Alarm seven of", 1)).expect("a file of the estate");
    }
}
