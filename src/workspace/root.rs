//! Reads below the project's folder.

use crate::compile::{Folder, FolderError, Listing, Unseen};
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Bowline's own data below the project: never read as a file of it, whatever names it.
const DATA_FOLDER: &str = ".bowline";

/// A project's folder. Nothing outside of it is ever read through it.
#[derive(Debug, Clone)]
pub struct ProjectFolder {
    root: PathBuf,
}

impl ProjectFolder {
    /// Opens a folder.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let root = folder.canonicalize()?;
        if root.is_dir() { Ok(ProjectFolder { root }) } else { Err(ErrorKind::NotADirectory.into()) }
    }

    /// The folder, symbolic links resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path below the root really is.
    fn resolve(&self, path: &str) -> Result<PathBuf, FolderError> {
        let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside || path.is_empty() {
            return Err(FolderError::Escapes);
        }
        let real = self.root.join(path).canonicalize().map_err(because)?;
        let below = real.strip_prefix(&self.root).map_err(|_| FolderError::Escapes)?;
        if below.starts_with(DATA_FOLDER) { Err(FolderError::Escapes) } else { Ok(real) }
    }
}

impl Folder for ProjectFolder {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FolderError> {
        let real = self.resolve(path)?;
        // Looked at before it is opened, because opening a pipe waits for its other end; and again once it is open.
        fits(&std::fs::metadata(&real).map_err(because)?, limit)?;
        #[expect(clippy::disallowed_methods, reason = "this is where files of a project are read")]
        let file = File::open(&real).map_err(because)?;
        let metadata = file.metadata()?;
        fits(&metadata, limit)?;
        let mut bytes = Vec::with_capacity(metadata.len() as usize);
        file.take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit { Err(FolderError::TooLarge { limit }) } else { Ok(bytes) }
    }

    fn listing(&self) -> Result<Listing, FolderError> {
        let mut listing = Listing::default();
        for entry in WalkDir::new(&self.root).min_depth(1).into_iter().filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry)) {
            let (path, unseen) = match entry {
                Ok(entry) if entry.file_type().is_dir() => continue,
                Ok(entry) => (entry.path().to_owned(), behind_link(&entry)),
                Err(error) => match error.path().map(Path::to_owned) {
                    Some(path) if path != self.root => (path, Some(because(error.into()))),
                    _ => return Err(because(error.into())),
                },
            };
            let below = path.strip_prefix(&self.root).map_err(|_| FolderError::Escapes)?;
            let unseen = unseen.or(below.to_str().is_none().then_some(FolderError::NameNotText));
            let path = below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
            match unseen {
                Some(error) => listing.unseen.push(Unseen { path, error }),
                None => listing.files.push(path),
            }
        }
        Ok(listing)
    }
}

/// Why files may stand behind a link that nobody sees; `None` where it leads to something that is no folder.
fn behind_link(entry: &DirEntry) -> Option<FolderError> {
    if !entry.path_is_symlink() {
        return None;
    }
    match std::fs::metadata(entry.path()) {
        Ok(metadata) if metadata.is_dir() => Some(FolderError::FolderLink),
        Ok(_) => None,
        Err(error) => Some(because(error)),
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn fits(metadata: &Metadata, limit: u64) -> Result<(), FolderError> {
    match metadata {
        metadata if !metadata.is_file() => Err(FolderError::NotAFile),
        metadata if metadata.len() > limit => Err(FolderError::TooLarge { limit }),
        _ => Ok(()),
    }
}

fn because(error: io::Error) -> FolderError {
    match error.kind() {
        ErrorKind::NotFound => FolderError::Missing,
        // A file stands where the path wants a folder.
        ErrorKind::NotADirectory => FolderError::Missing,
        _ => FolderError::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::write_file;

    fn project() -> (tempfile::TempDir, ProjectFolder) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in
            [("p/a.yaml", "a"), ("p/b/c.yaml", "bc"), ("p/.h/d.yaml", "d"), ("p/.bowline/vault.key", "k"), ("out.yaml", "o")]
        {
            write_file(&dir.path().join(path), text.as_bytes()).expect("a file");
        }
        let folder = ProjectFolder::open(&dir.path().join("p")).expect("a folder");
        (dir, folder)
    }

    #[test]
    fn files_are_those_that_may_be_included() {
        let (_dir, folder) = project();
        let mut files = folder.files().expect("files");
        files.sort();
        assert_eq!(files, ["a.yaml", "b/c.yaml"]);
        assert_eq!(folder.read("b/c.yaml", 2).expect("a file"), b"bc");
    }

    #[test]
    fn nothing_else_is_read() {
        let (_dir, folder) = project();
        assert!(matches!(folder.read("../out.yaml", 9), Err(FolderError::Escapes)));
        assert!(matches!(folder.read("b/../a.yaml", 9), Err(FolderError::Escapes)));
        assert!(matches!(folder.read("/etc/hostname", 9), Err(FolderError::Escapes)));
        assert!(matches!(folder.read(".bowline/vault.key", 9), Err(FolderError::Escapes)));
        assert!(matches!(folder.read("b", 9), Err(FolderError::NotAFile)));
        assert!(matches!(folder.read("none", 9), Err(FolderError::Missing)));
        assert!(matches!(folder.read("a.yaml/x", 9), Err(FolderError::Missing)));
        assert!(matches!(folder.read("b/c.yaml", 1), Err(FolderError::TooLarge { limit: 1 })));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_only() {
        use std::os::unix::fs::symlink;
        let (dir, folder) = project();
        let p = dir.path().join("p");
        symlink("a.yaml", p.join("in.yaml")).expect("a link");
        symlink("../out.yaml", p.join("out.yaml")).expect("a link");
        symlink("..", p.join("up")).expect("a link");
        symlink(".bowline/vault.key", p.join("key.yaml")).expect("a link");
        symlink("/dev/zero", p.join("zero.yaml")).expect("a link");
        assert_eq!(folder.read("in.yaml", 9).expect("inside"), b"a");
        for path in ["out.yaml", "up/out.yaml", "key.yaml", "zero.yaml"] {
            assert!(matches!(folder.read(path, 9), Err(FolderError::Escapes)), "{path}");
        }
        assert!(folder.files().expect("files").contains(&"out.yaml".to_owned()), "so that it is told");
    }

    #[cfg(unix)]
    #[test]
    fn what_hides_files_is_listed_as_unseen() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let (dir, folder) = project();
        let p = dir.path().join("p");
        symlink("b", p.join("linked")).expect("a link");
        symlink("gone", p.join("dangling")).expect("a link");
        symlink("b", p.join(".hidden")).expect("a link");
        let _socket = std::os::unix::net::UnixListener::bind(p.join("s.yaml")).expect("a socket");
        std::fs::set_permissions(p.join("b"), std::fs::Permissions::from_mode(0o000)).expect("permissions");
        let listing = folder.listing().expect("a listing");
        std::fs::set_permissions(p.join("b"), std::fs::Permissions::from_mode(0o700)).expect("permissions");
        let mut unseen: Vec<String> = listing.unseen.iter().map(|unseen| unseen.path.clone()).collect();
        unseen.sort();
        // Whoever may read everything sees into `b`.
        unseen.retain(|path| path != "b" || !listing.files.contains(&"b/c.yaml".to_owned()));
        assert!(unseen == ["dangling", "linked"] || unseen == ["b", "dangling", "linked"], "{unseen:?}");
        assert!(listing.files.contains(&"s.yaml".to_owned()));
        assert!(matches!(folder.read("s.yaml", 9), Err(FolderError::NotAFile)));
    }
}
