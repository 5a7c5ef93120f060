//! Gathers the real world and hands it to the door.

use std::process::ExitCode;

fn main() -> ExitCode {
    bowline::cli::main()
}
