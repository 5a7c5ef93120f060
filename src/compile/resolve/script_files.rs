//! The scripts that something was said about, among the sources: every environment of a project reads the same ones, and
//! each joins once.

use crate::text::{FileId, Source, Sources};
use rustc_hash::FxHashMap;
use std::sync::Arc;

pub(super) struct ScriptFiles<'a> {
    sources: &'a mut Sources,
    known: FxHashMap<Arc<str>, FileId>,
}

impl<'a> ScriptFiles<'a> {
    pub(super) fn among(sources: &'a mut Sources) -> Self {
        let known = sources.iter().map(|(file, source)| (Arc::clone(&source.path), file)).collect();
        ScriptFiles { sources, known }
    }

    /// The id that a script has, or will get from [`ScriptFiles::show`] if that comes next.
    pub(super) fn id(&self, path: &str) -> FileId {
        self.known.get(path).copied().unwrap_or(FileId(self.sources.len() as u32))
    }

    /// Makes a script's text one of the sources.
    pub(super) fn show(&mut self, path: &str, text: &Arc<str>) {
        if !self.known.contains_key(path) {
            let path: Arc<str> = path.into();
            let file = self.sources.add(Source::new(Arc::clone(&path), Arc::clone(text)));
            self.known.insert(path, file);
        }
    }
}
