//! Reads files that a person names on the command line, wherever they are.

use std::fs::File;
use std::io::{Error, Read as _};
use std::path::Path;

/// The text of a file of at most `limit` bytes. Whoever names one may hand it through a pipe as well.
pub fn read_file(path: &Path, limit: u64) -> Result<String, Error> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(Error::other("it is a folder"));
    }
    let too_large = || Err(Error::other(format!("it is larger than {limit} bytes")));
    if metadata.len() > limit {
        return too_large();
    }
    #[expect(clippy::disallowed_methods, reason = "this is where named files are read")]
    let file = File::open(path)?;
    let mut text = String::new();
    // How much comes through a pipe shows at its end only.
    file.take(limit + 1).read_to_string(&mut text)?;
    if text.len() as u64 > limit { too_large() } else { Ok(text) }
}

/// Whether a file is there and holds exactly these bytes.
pub fn holds(path: &Path, bytes: &[u8]) -> bool {
    let is_as_long = std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == bytes.len() as u64);
    #[expect(clippy::disallowed_methods, reason = "this is where written files are compared")]
    let there = || std::fs::read(path).is_ok_and(|there| there == bytes);
    is_as_long && there()
}
