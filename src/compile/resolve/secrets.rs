//! References to secrets: files of the project and none beside it.

use super::diags::EscapingFile;
use super::site::Site;
use crate::diag::Diagnostics;
use crate::resource::ValueFrom;

/// References to files stay below the project's root. (Whether the file is there is a matter of the moment it is needed.)
pub(super) fn check_references(diags: &mut Diagnostics, site: Site<'_>) {
    for (path, from) in site.declaration.resource.secrets() {
        if let ValueFrom::File(file) = from
            && escapes(file)
        {
            let keys: Vec<String> = path.0.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
            let mut keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            keys.push("file");
            diags.push(EscapingFile { at: site.value(&keys), path: file.clone() });
        }
    }
}

/// Whether a path is not plainly one below the root.
pub(super) fn escapes(path: &str) -> bool {
    path.starts_with('/') || path.contains('\\') || path.contains(':') || path.split('/').any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_root_only() {
        for path in ["/etc/passwd", "../key", "a/../../key", "C:/key", "a\\b"] {
            assert!(escapes(path), "{path}");
        }
        assert!(!escapes("keys/..zoho"));
        assert!(!escapes("keys/zoho.pem"));
    }
}
