//! `init`: a newcomer's project. Never writes over a file that is there.

use crate::cli::args::Init;
use crate::cli::exit::Exit;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};
use crate::{render, workspace};

pub(crate) fn run(args: &Init, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let folder = args.folder.as_ref().map_or_else(|| talk.world.folder.clone(), |folder| talk.path(folder));
    let name = args.name.clone().unwrap_or_else(|| project_name(&folder));
    let files = render::scaffold(&name);
    let there: Vec<&str> = files.iter().map(|file| file.path.as_str()).filter(|path| folder.join(path).exists()).collect();
    if let Some(first) = there.iter().find(|path| !path.starts_with('.')) {
        return Err(
            Failure::new(Exit::Failed, format!("`{first}` is there already")).hint("choose another folder: `bowline init my-project`")
        );
    }
    let mut page = talk.page();
    for file in files.iter().filter(|file| !there.contains(&file.path.as_str())) {
        workspace::write_file(&folder.join(&file.path), file.text.as_bytes())
            .map_err(|error| Failure::because(Exit::Failed, "could not write the project", error))?;
        page.put(Tone::Good, "+ ").line(&file.path);
    }
    page.end().line("Next: `bowline check`, then `bowline plan`.");
    talk.data(&page.into_text());
    Ok(Exit::Done)
}

/// A folder's name as a project's: lower case, with `_` for what a name cannot hold.
fn project_name(folder: &std::path::Path) -> String {
    let base = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let text = base.file_name().map_or(String::new(), |name| name.to_string_lossy().to_lowercase());
    let plain: String = text.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '_' }).collect();
    let plain = plain.trim_matches('_');
    if plain.starts_with(|first: char| first.is_ascii_lowercase()) {
        plain.to_owned()
    } else {
        format!("project_{plain}").trim_end_matches('_').to_owned()
    }
}
