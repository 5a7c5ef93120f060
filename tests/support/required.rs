//! Programs that a test needs and a machine may not have. What is missing leaves the test out, which is said, unless
//! `BOWLINE_REQUIRE_PEERS=1`, as the gate has it: then the test fails.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Mutex;

/// What was found, or `None` where it is not there and need not be. `what` says what is left out then, and is told once.
pub(crate) fn or_left_out<T>(what: &str, found: Result<T, String>) -> Option<T> {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let why = match found {
        Ok(found) => return Some(found),
        Err(why) => why,
    };
    let is_required = std::env::var("BOWLINE_REQUIRE_PEERS").is_ok_and(|value| value == "1");
    assert!(!is_required, "{what} are required, and cannot be run: {why}");
    if TOLD.lock().expect("nobody panics with it").insert(what.to_owned()) {
        // Past the capture of the test's output: what was left out has to be seen.
        writeln!(io::stderr(), "skipped: {what} ({})", why.lines().next().unwrap_or_default()).unwrap_or_default();
    }
    None
}
