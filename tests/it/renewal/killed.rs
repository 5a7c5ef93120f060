//! Processes that stop in the middle of a renewal: killed, or standing still while others go on.

use super::lab::{LIFE, Lab, opened};
use crate::connect::get;
use crate::proxy::{Proxy, Trick};
use bowline::clock::Clock;
use bowline::resource::ConnectionState;
use bowline::sandbox::{self, Options, Running};
use http::Method;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// A renewal that takes longer than a lease stays one's own, because its holder gives signs of life; nobody else asks.
#[test]
fn a_slow_service_is_waited_for_and_asked_once() {
    let lab = Lab::connected();
    let other = opened(&lab.database, lab.clock.clone());
    lab.clock.forward(LIFE);
    lab.proxy.play("/oauth/token", Trick::Latency(Duration::from_secs(8)));
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| lab.call());
        std::thread::sleep(Duration::from_secs(2));
        // Of the fifteen seconds of a lease one is left when the first sign comes, after five by the machine's clock.
        lab.clock.forward(14);
        std::thread::sleep(Duration::from_secs(5));
        lab.clock.forward(10);
        let waiting = scope.spawn(|| lab.call_by(&other, Method::GET, "/api/devices"));
        assert_eq!((slow.join().expect("no panic").expect("renewed"), waiting.join().expect("no panic").expect("waited")), (200, 200));
    });
    assert_eq!((lab.refreshes(), lab.proxy.arrived("/oauth/token")), (1, 2), "one consent, one renewal");
}

/// Without a sign of life for longer than a lease, others take over. The answer that comes in the end is not written over
/// theirs, and no connection is left that says more than it can do.
#[test]
fn an_answer_that_comes_after_others_took_over_changes_nothing() {
    for rotates in [false, true] {
        let lab = Lab::connected();
        lab.sandbox.change(|settings| settings.rotate = rotates);
        let other = opened(&lab.database, lab.clock.clone());
        lab.clock.forward(LIFE);
        lab.proxy.play("/oauth/token", Trick::Late(Duration::from_millis(1500)));
        let (first, second) = std::thread::scope(|scope| {
            let first = scope.spawn(|| lab.call());
            while lab.refreshes() == 0 {
                std::thread::sleep(Duration::from_millis(5));
            }
            // The machine's clock stands before the first sign of life, the lab's after the lease.
            lab.clock.forward(20);
            let second = lab.call_by(&other, Method::GET, "/api/devices");
            (first.join().expect("no panic"), second)
        });
        assert_eq!(lab.refreshes(), 2);
        let state = lab.report().state;
        if rotates {
            // The refresh token was spent twice, which ends a family of tokens: told, not hidden.
            assert!(first.is_err() && second.is_err(), "{first:?} {second:?}");
            assert_eq!(state, ConnectionState::Expired);
            assert!(lab.call().is_err());
            lab.connect();
        } else {
            assert_eq!((first.expect("the winner's serve"), second.expect("renewed"), state), (200, 200, ConnectionState::Connected));
        }
        assert_eq!(lab.call().expect("connected"), 200);
    }
}

/// Killed before the service heard of it, or after it had answered: what is told afterwards is true.
#[test]
fn a_renewal_that_is_killed_is_told_as_what_it_is() {
    std::thread::scope(|scope| {
        scope.spawn(|| killed(Trick::KeptBefore, true));
        scope.spawn(|| killed(Trick::KeptAfter, false));
    });
}

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

fn killed(trick: Trick, grant_is_whole: bool) {
    let mut options = Options { auto_consent: true, ..Options::new(Arc::new(MachineClock), [7; 32]) };
    options.settings.token_lifetime = Duration::from_secs(2);
    let sandbox = sandbox::start(options).expect("a free port");
    let proxy = Proxy::before(sandbox.base.port().expect("it has one"));
    let folder = project(&sandbox, &proxy);
    let folder = folder.path();
    connect(folder);
    let url = sandbox.url("/api/devices");
    let invoke = ["invoke", "it", "GET", &url];
    std::thread::sleep(Duration::from_secs(3));

    proxy.play("/oauth/token", trick);
    let mut child = command(folder, &invoke).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    proxy.wait_until_kept();
    child.kill().expect("it waits for an answer");
    child.wait().expect("it was killed");

    // Its lease runs out with nobody to give a sign of life.
    let database = folder.join(".bowline/bowline.db");
    let lapse = "UPDATE grants SET lease_until = '2020-01-01T00:00:00Z' WHERE lease_until IS NOT NULL";
    let lapsed = rusqlite::Connection::open(database).and_then(|db| db.execute(lapse, [])).expect("the database can be written");
    assert_eq!(lapsed, 1, "the intent was durable before the service was asked");
    assert!(said(&run(folder, &["status"])).contains("uncertain"), "{}", said(&run(folder, &["status"])));

    let again = run(folder, &invoke);
    let refreshes = sandbox.stats().token_requests.get("refresh_token").copied().unwrap_or_default();
    if grant_is_whole {
        assert_eq!((again.status.code(), refreshes), (Some(0), 1), "{}", said(&again));
        assert!(!said(&run(folder, &["status"])).contains("uncertain"));
    } else {
        assert_eq!((again.status.code(), refreshes), (Some(1), 2), "{}", said(&again));
        let status = said(&run(folder, &["status"]));
        assert!(status.contains("expired") && status.contains("bowline connect it"), "{status}");
        connect(folder);
        assert_eq!(run(folder, &invoke).status.code(), Some(0));
    }
    assert_eq!(run(folder, &["audit", "verify"]).status.code(), Some(0));
}

fn project(sandbox: &Running, proxy: &Proxy) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = format!(
        "bowline: 1\nproject: lab\nservices:\n  lab:\n    name: Lab\n    auth:\n      type: oauth2\n      authorize_url: {}\n      \
         token_url: {}\n      client_id: sandbox-basic\n      client_secret: {{ env: SECRET }}\n      client_authentication: basic\n      \
         scope_delimiter: space\n      scopes: {{ devices.read: Read }}\n    hosts: [127.0.0.1]\nconnections:\n  \
         it: {{ name: It, service: lab, scopes: [devices.read] }}\n",
        sandbox.url("/oauth/authorize"),
        proxy.url("/oauth/token")
    );
    std::fs::write(folder.path().join("bowline.yaml"), text).expect("the folder is writable");
    let applied = run(folder.path(), &["apply", "--auto-approve"]);
    assert!(applied.status.success(), "{}", said(&applied));
    folder
}

/// The command as a process; its link is followed as a browser follows it.
fn connect(folder: &Path) {
    let mut child =
        command(folder, &["connect", "it", "--no-browser"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let link = lines.map_while(Result::ok).find(|line| line.starts_with("  http")).expect("it prints the link");
    let answer = get(&format!("{}&auto=allow", link.trim()));
    let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).expect("the browser is sent back");
    assert!(get(location).contains("Connected"));
    assert!(child.wait().expect("it ends").success());
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bowline"));
    command.current_dir(folder).args(arguments).env("SECRET", "sandbox-basic-not-secret").stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("the program runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Asked politely, a command finishes what it is at; a second time it ends at once. Either leaves what the next one completes.
#[cfg(unix)]
#[test]
fn a_polite_end_is_heard_while_a_service_is_slow() {
    let sandbox = sandbox::start(Options::new(Arc::new(MachineClock), [7; 32])).expect("a free port");
    let proxy = Proxy::before(sandbox.base.port().expect("it has one"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let text = format!(
        "bowline: 1\nproject: lab\nservices:\n  lab:\n    name: Lab\n    auth:\n      type: oauth2\n      grant: client_credentials\n      \
         token_url: {}\n      client_id: sandbox-basic\n      client_secret: {{ env: SECRET }}\n      client_authentication: basic\n      \
         scope_delimiter: space\n      scopes: {{ devices.read: Read }}\n    hosts: [127.0.0.1]\nconnections:\n  \
         a: {{ name: A, service: lab, scopes: [devices.read] }}\n  b: {{ name: B, service: lab, scopes: [devices.read] }}\n",
        proxy.url("/oauth/token")
    );
    std::fs::write(folder.join("bowline.yaml"), text).expect("the folder is writable");
    let slow = |wait| proxy.play("/oauth/token", Trick::Latency(Duration::from_millis(wait)));
    let apply = ["apply", "--auto-approve", "--parallelism", "1"];
    let start = |arguments: &[&str]| command(folder, arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let terminate = |child: &std::process::Child| {
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill is there").success());
    };
    let asked = |count: u64| {
        let began = Instant::now();
        while proxy.arrived("/oauth/token") < count {
            assert!(began.elapsed() < Duration::from_secs(20), "nobody asks for a token");
            std::thread::sleep(Duration::from_millis(5));
        }
    };

    slow(800);
    let mut child = start(&apply);
    asked(1);
    terminate(&child);
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(sandbox.stats().token_requests_in_all(), 1, "what it was at was finished, and nothing more begun");

    slow(20_000);
    let mut child = start(&apply);
    asked(2);
    terminate(&child);
    std::thread::sleep(Duration::from_millis(100));
    terminate(&child);
    let began = Instant::now();
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(5), "the second time it ends at once");

    let again = run(folder, &apply);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert_eq!(run(folder, &["plan", "--detailed-exitcode"]).status.code(), Some(0));

    for arguments in [&["webhook", "deliver", "--watch"][..], &["sandbox", "--port", "0"]] {
        let mut child = start(arguments);
        std::thread::sleep(Duration::from_millis(700));
        terminate(&child);
        let code = child.wait().expect("it ends").code();
        assert_eq!(code, Some(if arguments[0] == "sandbox" { 0 } else { 130 }), "{arguments:?}");
    }
}
