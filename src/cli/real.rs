//! Gathers the real world: the only file that asks the machine for its clock, environment, terminal and signals.

use super::{Exit, Terminal, World, run};
use crate::clock::{Clock, Random};
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

/// The program: one command line in the real world.
#[expect(clippy::disallowed_methods, reason = "this is where the environment and the folder are taken from the machine")]
pub fn main() -> ExitCode {
    forbid_core_dumps();
    let interrupted = Arc::new(AtomicBool::new(false));
    listen_for_interrupts(&interrupted);
    report_panics_as_bugs();
    let (stdin, stdout, mut stderr) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    let terminal = Terminal {
        stdin: stdin.is_terminal(),
        stdout: stdout.is_terminal(),
        stderr: stderr.is_terminal(),
        width: terminal_size::terminal_size().map_or(0, |(width, _)| width.0.into()),
    };
    let world = World {
        folder: std::env::current_dir().unwrap_or_default(),
        env: std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect(),
        clock: Arc::new(MachineClock),
        random: Arc::new(MachineRandom),
        browser: &open_browser,
        stdin: &mut stdin.lock(),
        stdout: &mut stdout.lock(),
        // Not locked: a server's threads and the report of a bug speak there too.
        stderr: &mut stderr,
        terminal,
        interrupted: &interrupted,
    };
    let arguments = std::env::args_os().skip(1);
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(arguments, world)));
    ExitCode::from(ended.unwrap_or(Exit::Bug).code())
}

/// The memory of this process holds secrets; where the limit cannot be lowered it was lower already.
fn forbid_core_dumps() {
    let _ = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0);
}

/// The first Ctrl-C or SIGTERM lets what is running finish; the second stops at once. Every step is durable on its own, so
/// either is safe.
fn listen_for_interrupts(interrupted: &Arc<AtomicBool>) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    for signal in [SIGINT, SIGTERM] {
        // In this order: the end at once looks at the flag before it is set.
        flag::register_conditional_shutdown(signal, Exit::Interrupted.code().into(), Arc::clone(interrupted))
            .and_then(|_| flag::register(signal, Arc::clone(interrupted)))
            .expect("the system lets a program hear its signals");
    }
}

fn report_panics_as_bugs() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        default(panic);
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "This is a bug of Bowline, not yours. Please report it with the lines above.");
    }));
}

/// By argument vector and never through a shell; only links that a browser is for.
fn open_browser(link: &url::Url) -> std::io::Result<()> {
    if !matches!(link.scheme(), "http" | "https") {
        return Err(std::io::Error::other("it is no link for a browser"));
    }
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    // The browser's own talk has no place among ours, and nobody waits for it to be closed.
    let mut command = std::process::Command::new(program);
    command.args(arguments).arg(link.as_str());
    command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command.spawn().map(drop)
}

struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "this is the machine's clock")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

struct MachineRandom;

impl Random for MachineRandom {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the system has randomness");
    }
}
