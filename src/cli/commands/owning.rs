//! `adopt` and `forget`: what is live taken into the project's files, and let go of again. Nothing that is live is touched,
//! but that `adopt` goes on to take over what nobody owns.

use super::opened::{self, Opened};
use super::{difference, platform, taking_over};
use crate::apply::Remote as _;
use crate::cli::args::{Adopt, Forget, ProjectArgs};
use crate::cli::exit::Exit;
use crate::cli::report::counted;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};
use crate::compile::{Choice, Folder, Setting};
use crate::diag::nearest;
use crate::owning::{self, Adoption, Asked, Fit, Left, NewText, Refused};
use crate::resource::Address;
use crate::workspace::{self, Replacement};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

pub(crate) fn adopt(args: &Adopt, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let into = place(&args.into)?;
    let opened = opened::open(&args.project, talk)?;
    let project = &opened.compiled.project;
    if args.from.as_ref() == Some(&project.name) {
        return Err(Failure::new(Exit::Usage, format!("`{}` is this project", project.name)));
    }
    let platform = platform::look(&opened, &args.broker, talk)?;
    let observed = platform.observe().map_err(platform::failure)?;
    let asked = Asked { addresses: args.addresses.iter().cloned().collect(), from: args.from.clone(), but: BTreeSet::new() };
    let place = (opened.folder() as &dyn Folder, &opened.compiled, &setting(&opened, &args.project));
    let script = |function: &Address| platform.script(function).map_err(Stop::Failed);
    let Fit { choice, adoption, unfit } = owning::fit(place, &observed, &asked, &into, script).map_err(|stop| match stop {
        Stop::Refused(refused) => refusal(refused, talk),
        Stop::Failed(failure) => failure,
    })?;
    drop(platform);
    // What another project has to give away is taken in a plan that somebody reviews.
    let takes_over = !args.files_only && args.from.is_none() && !args.diff;
    if let Some(adoption) = &adoption {
        carry_out(&opened, &adoption.texts, args.diff, talk)?;
        say_adopted(&choice, adoption, args.diff, talk);
    }
    say_left(&choice, &unfit, talk);
    let ours: BTreeSet<Address> = choice.all().into_iter().chain(&choice.said).cloned().collect();
    if takes_over && !ours.is_empty() {
        return taking_over::take_over(&opened, &ours, args, talk);
    }
    if adoption.is_none() {
        talk.aside("Nothing to adopt: what is live and could be is declared and said already, or nothing is.\n");
    } else if !args.diff {
        talk.aside("To see it: bowline plan. To take over: bowline apply\n");
    }
    Ok(Exit::Done)
}

/// Why nothing is adopted.
enum Stop {
    Refused(Refused),
    Failed(Failure),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Stop::Refused(refused)
    }
}

pub(crate) fn forget(args: &Forget, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let opened = opened::open(&args.project, talk)?;
    let addresses: BTreeSet<Address> = args.addresses.iter().cloned().collect();
    let texts = owning::forget(opened.folder(), &opened.front, &opened.compiled, &setting(&opened, &args.project), &addresses)
        .map_err(|refused| refusal(refused, talk))?;
    carry_out(&opened, &texts, args.diff, talk)?;
    let verb = if args.diff { "would be" } else { "is" };
    for address in &addresses {
        talk.aside(&format!("{address} {verb} declared no more; the next apply lets go of it and leaves it live\n"));
    }
    Ok(Exit::Done)
}

/// A file below the project's folder.
fn place(path: &str) -> Result<String, Failure> {
    let usage = |hint: &str| Failure::new(Exit::Usage, format!("`{path}` cannot be written to")).hint(hint.to_owned());
    let parts: Option<Vec<&str>> = Path::new(path)
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| match part {
            Component::Normal(part) => part.to_str().filter(|part| !part.starts_with('.')),
            Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => None,
        })
        .collect();
    let parts = parts.filter(|parts| !parts.is_empty()).ok_or_else(|| usage("name a file below the project's folder"))?;
    if !path.ends_with(".yaml") && !path.ends_with(".yml") {
        return Err(usage("declarations are YAML: name a file such as adopted.yaml"));
    }
    Ok(parts.join("/"))
}

fn setting(opened: &Opened, args: &ProjectArgs) -> Setting {
    let choice = opened.compiled.environment.name.clone().map_or(Choice::Default, Choice::Environment);
    Setting { choice, variables: args.variables.iter().cloned().collect() }
}

/// Shows the change of every file, or writes them all.
fn carry_out(opened: &Opened, texts: &[NewText], is_shown: bool, talk: &mut Talk<'_>) -> Result<(), Failure> {
    if is_shown {
        for text in texts {
            difference::show(&text.path, text.before.as_deref().unwrap_or_default(), &text.after, talk);
        }
        return Ok(());
    }
    let unwritten = |error| Failure::because(Exit::Failed, "nothing was changed", error);
    for text in texts {
        workspace::refuse_link_out(opened.root(), Path::new(&text.path)).map_err(unwritten)?;
    }
    let paths: Vec<PathBuf> = texts.iter().map(|text| opened.root().join(&text.path)).collect();
    let replacements: Vec<Replacement<'_>> = texts
        .iter()
        .zip(&paths)
        .map(|(text, path)| Replacement { path, before: text.before.as_deref().map(str::as_bytes), after: text.after.as_bytes() })
        .collect();
    workspace::replace_files(opened.root(), &replacements).map_err(unwritten)?;
    let mut page = talk.page();
    for text in texts {
        page.line(&text.path);
    }
    talk.data(&page.into_text());
    Ok(())
}

fn say_adopted(choice: &owning::Choice, adoption: &Adoption, is_shown: bool, talk: &mut Talk<'_>) {
    for address in &choice.along {
        talk.aside(&format!("{address} is taken along, because something named needs it\n"));
    }
    for address in &adoption.differs {
        let mut page = talk.aside_page();
        page.put(Tone::Caution, "note").line(&format!(": {address} cannot be declared quite as it is live; the plan shows what changes"));
        talk.aside(&page.into_text());
    }
    let count = counted(choice.all().len(), "object");
    talk.aside(&format!("{count} {}declared for adoption\n", if is_shown { "would be " } else { "" }));
}

/// What stays where it is, and why.
fn say_left(choice: &owning::Choice, unfit: &BTreeMap<Address, String>, talk: &mut Talk<'_>) {
    for (address, why) in unfit {
        talk.aside(&format!("{address} is left where it is, because it cannot be declared: {why}\n"));
    }
    for Left { address, needs, owner } in choice.left.iter().filter(|left| !unfit.contains_key(&left.address)) {
        let why = match unfit.contains_key(needs) {
            true => "which cannot be declared".to_owned(),
            false => whose(owner.as_deref()),
        };
        talk.aside(&format!("{address} is left where it is: it needs {needs}, {why}\n"));
    }
    for address in &choice.forgotten {
        talk.aside(&format!("{address} is left where it is: `forget` let go of it; `bowline adopt {address}` takes it back\n"));
    }
}

fn whose(owner: Option<&str>) -> String {
    owner.map_or_else(|| "which nobody owns".to_owned(), |owner| format!("which belongs to project `{owner}`"))
}

fn refusal(refused: Refused, talk: &mut Talk<'_>) -> Failure {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    match refused {
        Refused::NotLive { address, known } => {
            let known: Vec<String> = known.iter().map(Address::to_string).collect();
            let failure = usage(format!("nothing is live at `{address}`"));
            match nearest(&address.to_string(), known.iter().map(String::as_str)) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("`bowline adopt --diff` shows all that could be adopted"),
            }
        }
        Refused::NotDeclared { address, known } => opened::unknown_address(&address, &known),
        Refused::Owned { address } => usage(format!("`{address}` is this project's already")),
        Refused::OwnedElsewhere { address, owner: Some(owner) } => {
            usage(format!("`{address}` belongs to project `{owner}`")).hint(format!("`--from {owner}` takes it over"))
        }
        Refused::OwnedElsewhere { address, owner: None } => usage(format!("nobody owns `{address}`")).hint("leave out `--from`"),
        Refused::Needs(Left { address, needs, owner }) => {
            let from = owner.as_ref().map(|owner| format!(", with `--from {owner}`")).unwrap_or_default();
            usage(format!("`{address}` needs `{needs}`, {}", whose(owner.as_deref()))).hint(format!("adopt that first{from}"))
        }
        Refused::Taken { path } => Failure::new(Exit::Failed, format!("nothing was changed: `{path}` is there and is something else"))
            .hint("move it away, or include it first if the project means it"),
        Refused::Manner { path, what } => {
            Failure::new(Exit::Failed, format!("nothing was changed: `{path}` cannot be changed for sure: {what}"))
                .hint("write it with one entry a line, or let `--into` name another file")
        }
        Refused::Path { address, path } => {
            Failure::new(Exit::Failed, format!("nothing was changed: the script of `{address}` cannot be written to {path:?}"))
                .hint("declare that function by hand")
        }
        Refused::Worse { found, sources } => {
            let _ = opened::invalid(&found, &sources, talk);
            Failure::new(Exit::Invalid, "nothing was changed: `bowline check` would find what is shown above")
        }
        Refused::Differs { address } => Failure::new(Exit::Failed, format!("nothing was changed: `{address}` would not read as it should")),
    }
}
