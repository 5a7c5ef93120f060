//! The example project, as the program carries it with it: exactly the files of `examples/04-sandbox`.

use std::collections::BTreeMap;

/// Where the example expects the sandbox.
const EXPECTED: &str = "http://127.0.0.1:8914";

macro_rules! example {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/04-sandbox/", $path)))),*]
    };
}

/// Path and text. Its clients and keys are the sandbox's published ones.
pub(super) const FILES: &[(&str, &str)] = example![
    "bowline.yaml",
    "functions/latest_readings.ds",
    "secrets/api_key",
    "secrets/application",
    "secrets/machine",
    "secrets/password",
    "secrets/signing",
];

/// The project's files with the sandbox at another address.
pub(super) fn at(base: &str) -> BTreeMap<String, Vec<u8>> {
    FILES.iter().map(|(path, text)| ((*path).to_owned(), text.replace(EXPECTED, base).into_bytes())).collect()
}
