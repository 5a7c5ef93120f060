//! A newcomer's project: what `init` writes.

use super::Snippet;
use super::literal;

/// The files of a new project of that name, by path below its folder.
pub fn scaffold(project_name: &str) -> Vec<Snippet> {
    let file = |path: &str, text: &str| Snippet { path: path.to_owned(), text: text.to_owned() };
    vec![
        file(".gitignore", include_str!("../../templates/init/gitignore")),
        // Not a tera template: one value goes in, and the file holds `${{ … }}` of the language itself.
        file("bowline.yaml", &include_str!("../../templates/init/bowline.yaml").replacen("PROJECT_NAME", &literal::yaml(project_name), 1)),
        file("functions/list_devices.ds", include_str!("../../templates/init/list_devices.ds")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_project_name_stays_a_name() {
        let text = |name| scaffold(name).remove(1).text;
        assert!(text("cold_chain").contains("\nproject: cold_chain\n"));
        assert!(text("x\nservices: {}").contains("\nproject: \"x\\nservices: {}\"\n"));
    }
}
