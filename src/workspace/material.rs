//! Secrets and scripts, fetched at the moment they are needed.

use super::root::ProjectFolder;
use crate::apply::{Material, MaterialError};
use crate::compile::{Folder as _, FolderError};
use crate::resource::ValueFrom;
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::io;

/// The largest secret, in bytes.
const SECRET_BYTES: u64 = 64 << 10;
/// The largest script, in bytes.
const SCRIPT_BYTES: u64 = 1 << 20;

/// The project's folder and the environment that was handed in.
pub struct ProjectMaterial<'a> {
    folder: &'a ProjectFolder,
    environment: &'a BTreeMap<String, String>,
}

impl<'a> ProjectMaterial<'a> {
    pub fn new(folder: &'a ProjectFolder, environment: &'a BTreeMap<String, String>) -> Self {
        ProjectMaterial { folder, environment }
    }

    fn text(&self, path: &str, limit: u64) -> Result<String, MaterialError> {
        let bytes = self.folder.read(path, limit).map_err(|error| because(path, error))?;
        String::from_utf8(bytes).map_err(|_| {
            let source = io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text");
            MaterialError::Unreadable { path: path.to_owned(), source }
        })
    }
}

impl Material for ProjectMaterial<'_> {
    fn secret(&self, from: &ValueFrom) -> Result<Secret<String>, MaterialError> {
        match from {
            // Set to nothing is how a shell says that somebody forgot it.
            ValueFrom::Env(name) => match self.environment.get(name).filter(|value| !value.is_empty()) {
                Some(value) => Ok(Secret::new(value.clone())),
                None => Err(MaterialError::NotSet { name: name.clone() }),
            },
            ValueFrom::File(path) => {
                let mut text = self.text(path, SECRET_BYTES)?;
                let len = text.strip_suffix('\n').map_or(text.len(), |line| line.strip_suffix('\r').unwrap_or(line).len());
                text.truncate(len);
                Ok(Secret::new(text))
            }
        }
    }

    fn script(&self, path: &str) -> Result<String, MaterialError> {
        self.text(path, SCRIPT_BYTES)
    }
}

fn because(path: &str, error: FolderError) -> MaterialError {
    let path = path.to_owned();
    let source = match error {
        FolderError::Escapes => return MaterialError::Escapes { path },
        FolderError::Io(error) => error,
        FolderError::Missing => io::ErrorKind::NotFound.into(),
        FolderError::NotAFile | FolderError::FolderLink | FolderError::NameNotText | FolderError::TooLarge { .. } => {
            io::Error::other(error)
        }
    };
    MaterialError::Unreadable { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::write_file;

    #[test]
    fn secrets_come_from_the_environment_and_from_files() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        write_file(&dir.path().join("s"), b"abc\r\n").expect("a file");
        write_file(&dir.path().join("t"), b"abc\n\n").expect("a file");
        write_file(&dir.path().join("big"), &vec![b'x'; 70_000]).expect("a file");
        let folder = ProjectFolder::open(dir.path()).expect("a folder");
        let environment = BTreeMap::from([("A".to_owned(), "x\n".to_owned()), ("E".to_owned(), String::new())]);
        let material = ProjectMaterial::new(&folder, &environment);
        let secret = |from: ValueFrom| material.secret(&from).map(|secret| secret.expose().clone());
        assert_eq!(secret(ValueFrom::Env("A".into())).expect("set"), "x\n");
        assert!(matches!(secret(ValueFrom::Env("E".into())), Err(MaterialError::NotSet { .. })));
        assert!(matches!(secret(ValueFrom::Env("B".into())), Err(MaterialError::NotSet { .. })));
        assert_eq!(secret(ValueFrom::File("s".into())).expect("read"), "abc");
        assert_eq!(secret(ValueFrom::File("t".into())).expect("read"), "abc\n");
        assert!(matches!(secret(ValueFrom::File("big".into())), Err(MaterialError::Unreadable { .. })));
        assert!(matches!(secret(ValueFrom::File("../s".into())), Err(MaterialError::Escapes { .. })));
        assert_eq!(material.script("s").expect("read"), "abc\r\n");
    }
}
