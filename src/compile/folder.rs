//! The project's folder, as the compiler sees it: handed in, so that compiling touches no disk.

use std::collections::BTreeMap;
use std::io;

/// Reads the files of one project. All paths are below the project's root and written with `/`.
pub trait Folder: Sync {
    /// The bytes of a regular file. Symbolic links are followed, and must stay below the root.
    ///
    /// `limit` is the largest number of bytes that the caller will take.
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FolderError>;

    /// Everything below the root that an `include` pattern may match, in any order: never anything inside a hidden folder.
    fn listing(&self) -> Result<Listing, FolderError>;

    /// The files of the listing, for whoever may do without what cannot be looked into.
    fn files(&self) -> Result<Vec<String>, FolderError> {
        self.listing().map(|listing| listing.files)
    }
}

/// What stands below a project's root.
#[derive(Debug, Default)]
pub struct Listing {
    /// Whatever is no folder. Whether it is a regular file shows when it is read.
    pub files: Vec<String>,
    /// Where files may be that nobody sees: they must not pass for deleted ones.
    pub unseen: Vec<Unseen>,
}

/// A folder that cannot be looked into, a link that leads to one or nowhere, a name that is no text.
#[derive(Debug)]
pub struct Unseen {
    pub path: String,
    pub error: FolderError,
}

/// A folder in which some files read differently, or are there at all: what a project would be with them.
pub struct Overlaid<'a> {
    pub folder: &'a dyn Folder,
    /// By path.
    pub files: BTreeMap<&'a str, &'a [u8]>,
}

impl Folder for Overlaid<'_> {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FolderError> {
        match self.files.get(path) {
            Some(bytes) if bytes.len() as u64 > limit => Err(FolderError::TooLarge { limit }),
            Some(bytes) => Ok(bytes.to_vec()),
            None => self.folder.read(path, limit),
        }
    }

    fn listing(&self) -> Result<Listing, FolderError> {
        let mut listing = self.folder.listing()?;
        let new: Vec<String> =
            self.files.keys().filter(|path| !listing.files.iter().any(|file| file == *path)).map(|path| (*path).to_owned()).collect();
        listing.files.extend(new);
        Ok(listing)
    }
}

/// A file of the project cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("it does not exist")]
    Missing,
    #[error("it leads out of the project's folder")]
    Escapes,
    #[error("it is not a regular file")]
    NotAFile,
    #[error("it is a link to a folder, and those are not followed")]
    FolderLink,
    #[error("its name is not UTF-8")]
    NameNotText,
    #[error("it is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("the system says: {0}")]
    Io(#[from] io::Error),
}
