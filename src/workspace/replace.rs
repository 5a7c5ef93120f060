//! Writes a file anew in place of itself: with its permissions, and where a link leads.

use super::WriteError;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Puts other bytes in a file that is there. Nobody ever sees half of it; who may read it does not change.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    replace(path, bytes).map_err(|source| WriteError::Io { path: PathBuf::from(path), source })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = path.canonicalize()?;
    let permissions = std::fs::metadata(&target)?.permissions();
    let folder = target.parent().ok_or_else(|| io::Error::other("it lies in no folder"))?;
    let mut file = tempfile::Builder::new().prefix(".bowline-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(&target).map(drop).map_err(|error| error.error)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test looks at files")]
    fn permissions_and_links_stay() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (file, link) = (dir.path().join("a.yaml"), dir.path().join("link.yaml"));
        std::fs::write(&file, "old").expect("written");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("set");
        symlink(&file, &link).expect("a link");
        replace_file(&link, b"new").expect("replaced");
        assert_eq!(std::fs::read_to_string(&file).expect("read"), "new");
        assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o640);
        assert!(link.is_symlink());
        assert!(replace_file(&dir.path().join("missing"), b"").is_err());
    }
}
