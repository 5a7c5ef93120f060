//! A second process of the operating system that does as the first one does: this test program once more, with one test only.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

/// The other process. It says how many of its callers failed: once when it is ready, and after every line that it is told.
pub(crate) struct Other {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Other {
    /// Starts a test that is ignored otherwise and does [`obey`].
    pub(crate) fn start(test: &str, env: &[(&str, &str)]) -> Other {
        let mut child = Command::new(std::env::current_exe().expect("it runs"))
            .args(["--exact", test, "--ignored", "--nocapture", "--test-threads", "1"])
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let said = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut other = Other { child, said };
        assert_eq!(other.end(), 0, "it is ready");
        other
    }

    /// Tells it what time it is, at which it begins.
    pub(crate) fn begin(&mut self, seconds: u64) {
        writeln!(self.child.stdin.as_mut().expect("it is piped"), "{seconds}").expect("it listens");
    }

    /// How many of its callers failed.
    pub(crate) fn end(&mut self) -> usize {
        let mut line = String::new();
        while self.said.read_line(&mut line).expect("it speaks") > 0 {
            // Whoever runs the tests speaks on the same line.
            if let Some((_, failed)) = line.trim_end().split_once("failed: ") {
                return failed.parse().expect("a number");
            }
            line.clear();
        }
        panic!("the other process ended: {:?}", self.child.wait());
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the other process does: it works at every time that it is told, until nobody tells it any more.
pub(crate) fn obey(mut work: impl FnMut(u64) -> usize) {
    let tell = |failed: usize| writeln!(std::io::stdout(), "failed: {failed}").expect("somebody reads");
    tell(0);
    for line in std::io::stdin().lines() {
        tell(work(line.expect("a line").parse().expect("seconds")));
    }
}
