//! A project as commands open it: read, compiled for an environment, with everything said about it.

use super::known;
use crate::apply::{Binding, FromSnapshot, PlanFile, Remark, ScriptPlace};
use crate::cli::args::{ProjectArgs, RuleArgs};
use crate::cli::exit::Exit;
use crate::cli::report::{counted, diagnostics_text};
use crate::cli::talk::{Failure, Talk};
use crate::compile::{self, Choice, Compiled, Folder, FolderError, Front, Setting, Settled};
use crate::diag::{Diagnostic, Diagnostics, Severity, nearest};
use crate::plan::SourcePlace;
use crate::resource::Address;
use crate::text::Sources;
use crate::workspace::{self, ProjectFolder, ProjectMaterial};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Bytes of a template that are read at most.
const TEMPLATE_LIMIT: u64 = 1 << 20;

/// Warnings that a command other than `check` shows at most.
const WARNINGS_SHOWN: usize = 3;

/// A project that compiled.
pub(crate) struct Opened {
    folder: ProjectFolder,
    environment: BTreeMap<String, String>,
    pub front: Front,
    pub compiled: Compiled,
    /// Warnings, already said.
    warnings: Vec<Diagnostic>,
    places: BTreeMap<Address, SourcePlace>,
    files: Vec<(String, String)>,
    /// Values of variables before those of the environment.
    variables: BTreeMap<String, String>,
}

impl Opened {
    /// The project's folder.
    pub(crate) fn root(&self) -> &Path {
        self.folder.root()
    }

    /// The folder as the compiler sees it.
    pub(crate) fn folder(&self) -> &ProjectFolder {
        &self.folder
    }

    /// Where secrets and scripts come from.
    pub(crate) fn material(&self) -> ProjectMaterial<'_> {
        ProjectMaterial::new(&self.folder, &self.environment)
    }

    /// The templates of the project's own `templates/` folder: name below it and bytes, which may be no text.
    pub(crate) fn own_templates(&self) -> Result<Vec<(String, Vec<u8>)>, FolderError> {
        let mut names: Vec<String> =
            self.folder.files()?.into_iter().filter_map(|path| path.strip_prefix("templates/").map(str::to_owned)).collect();
        names.sort();
        let bytes = |name: String| {
            let bytes = self.folder.read(&format!("templates/{name}"), TEMPLATE_LIMIT)?;
            Ok((name, bytes))
        };
        names.into_iter().map(bytes).collect()
    }

    /// Path and digest of every file that the project was read from.
    pub(crate) fn files(&self) -> &[(String, String)] {
        &self.files
    }

    /// What binds a plan of this project.
    pub(crate) fn binding(
        &self,
        created_at: SystemTime,
        lifetime: Duration,
        observed_revision: u64,
        snapshot: Option<FromSnapshot>,
        scripts: Vec<ScriptPlace>,
    ) -> Binding<'_> {
        Binding {
            project: &self.compiled.project.name,
            environment: self.compiled.environment.name.as_deref(),
            api: super::platform::api(&self.compiled.environment.api),
            observed_revision,
            snapshot,
            created_at,
            lifetime,
            files: &self.files,
            variables: &self.variables,
            places: &self.places,
            scripts,
            diagnostics: self.warnings.iter().map(|warning| remark(warning, self.front.sources())).collect(),
        }
    }
}

fn remark(warning: &Diagnostic, sources: &Sources) -> Remark {
    let source = warning.at.as_ref().map(|at| source_place(at.span, sources));
    Remark { code: warning.code.id().to_owned(), message: warning.headline.clone(), source }
}

fn source_place(span: crate::text::Span, sources: &Sources) -> SourcePlace {
    let (file, position) = sources.place(span);
    SourcePlace { file: file.to_owned(), line: position.line, column: position.column }
}

/// Opens the project for the environment that was chosen. Warnings are said; errors end the command.
pub(super) fn open(args: &ProjectArgs, talk: &mut Talk<'_>) -> Result<Opened, Failure> {
    open_in(args.env.as_deref(), args, talk)
}

/// As [`open`], with levels of findings before those of the project.
pub(super) fn open_under(rules: &RuleArgs, args: &ProjectArgs, talk: &mut Talk<'_>) -> Result<Opened, Failure> {
    open_with(args.env.as_deref(), args, rules, talk)
}

/// Opens the project for a saved plan: with the variables that it was made with, and in its environment unless another is
/// named, which the plan then refuses.
pub(super) fn open_for(file: &PlanFile, rules: &RuleArgs, args: &ProjectArgs, talk: &mut Talk<'_>) -> Result<Opened, Failure> {
    let environment = args.env.as_deref().or(file.environment.as_deref());
    opened(environment, file.variables.clone(), rules, talk)
}

/// Opens the project in an environment, whatever the arguments say of that.
pub(super) fn open_in(environment: Option<&str>, args: &ProjectArgs, talk: &mut Talk<'_>) -> Result<Opened, Failure> {
    open_with(environment, args, &RuleArgs::default(), talk)
}

/// As [`open_in`], with levels of findings before those of the project.
pub(super) fn open_with(environment: Option<&str>, args: &ProjectArgs, rules: &RuleArgs, talk: &mut Talk<'_>) -> Result<Opened, Failure> {
    opened(environment, args.variables.iter().cloned().collect(), rules, talk)
}

fn opened(
    environment: Option<&str>,
    variables: BTreeMap<String, String>,
    rules: &RuleArgs,
    talk: &mut Talk<'_>,
) -> Result<Opened, Failure> {
    let opened = read(environment, variables, rules, talk)?;
    say_warnings(&opened.warnings, opened.front.sources(), talk);
    Ok(opened)
}

/// Opens a project whose warnings were said before: it was open, and its files have changed since.
pub(super) fn open_again(before: &Opened, talk: &mut Talk<'_>) -> Result<Opened, Failure> {
    read(before.compiled.environment.name.as_deref(), before.variables.clone(), &RuleArgs::default(), talk)
}

fn read(environment: Option<&str>, variables: BTreeMap<String, String>, rules: &RuleArgs, talk: &mut Talk<'_>) -> Result<Opened, Failure> {
    let levels = rules.rules()?;
    let folder = folder(talk)?;
    let mut front = Front::read(&folder);
    let mut diags = Diagnostics::default();
    let setting = Setting { choice: choice(environment), variables };
    let compiled = compile::compile(&mut diags, &mut front, &folder, &setting);
    let mut found = compile::settle(&front, diags, levels, false).found;
    if let Some(known) = known::baseline(rules, &front, &folder, talk)? {
        found = known.compare(found, front.sources()).found;
    }
    let fails = found.iter().any(|one| one.severity == Severity::Error);
    let Some(compiled) = compiled.ok().filter(|_| !fails) else { return Err(invalid(&found, front.sources(), talk)) };
    // Notes are for whoever asks what could be better.
    let found: Vec<Diagnostic> = found.into_iter().filter(|one| one.severity != Severity::Note).collect();
    let places = compiled.places.iter().map(|(address, span)| (address.clone(), source_place(*span, front.sources()))).collect();
    let files = compiled.files.iter().map(|file| (file.path.clone(), file.sha256.clone())).collect();
    let (environment, variables) = (talk.world.env.clone(), setting.variables);
    Ok(Opened { folder, environment, front, compiled, warnings: found, places, files, variables })
}

/// A few warnings are shown; more would hide what was asked for, so they are counted.
fn say_warnings(found: &[Diagnostic], sources: &Sources, talk: &mut Talk<'_>) {
    if found.len() > WARNINGS_SHOWN {
        talk.aside(&format!("{}; `bowline check` shows them\n\n", diagnostics_text::counts(found)));
    } else {
        talk.aside(&diagnostics_text::diagnostics(found, sources, talk.talk_look(), WARNINGS_SHOWN));
    }
}

fn choice(environment: Option<&str>) -> Choice {
    environment.map_or(Choice::Default, |name| Choice::Environment(name.to_owned()))
}

/// The project's folder. A change of several files that was broken off there is finished first: nothing would be right that is
/// read from half of it.
pub(super) fn folder(talk: &mut Talk<'_>) -> Result<ProjectFolder, Failure> {
    let folder = ProjectFolder::open(&talk.world.folder)
        .map_err(|error| Failure::because(Exit::Failed, format!("could not open the folder `{}`", talk.world.folder.display()), error))?;
    let finished = workspace::finish_change(folder.root()).map_err(|error| {
        let advice = error.advice();
        Failure::because(Exit::Failed, "the project's files are half changed", error).hint(advice)
    })?;
    if let Some(written) = finished {
        talk.aside(&format!("a change that was broken off is finished: {} written\n\n", counted(written, "file")));
    }
    Ok(folder)
}

/// Prints what is wrong and ends the command.
pub(super) fn invalid(found: &[Diagnostic], sources: &Sources, talk: &mut Talk<'_>) -> Failure {
    let text = diagnostics_text::diagnostics(found, sources, talk.talk_look(), diagnostics_text::LIMIT);
    talk.insist(&text);
    Failure::new(Exit::Invalid, format!("the configuration is invalid: {}", diagnostics_text::counts(found)))
}

/// Everything that `check` finds.
pub(super) struct Checked {
    pub folder: ProjectFolder,
    pub front: Front,
    pub found: Vec<Diagnostic>,
    /// How many findings comments ignored.
    pub ignored: usize,
}

/// Checks the project in the environment that was named, or in every one that it declares.
pub(super) fn check(args: &ProjectArgs, rules: &RuleArgs, talk: &mut Talk<'_>) -> Result<Checked, Failure> {
    let rules = rules.rules()?;
    let folder = folder(talk)?;
    let mut front = Front::read(&folder);
    let mut diags = Diagnostics::default();
    let variables = args.variables.iter().cloned().collect();
    match &args.env {
        None => compile::check_all(&mut diags, &mut front, &folder, &variables),
        Some(name) => {
            let setting = Setting { choice: Choice::Environment(name.clone()), variables };
            // Whether it stops is for the findings to say.
            let _ = compile::compile(&mut diags, &mut front, &folder, &setting);
        }
    }
    let Settled { found, ignored } = compile::settle(&front, diags, rules, args.env.is_none());
    Ok(Checked { folder, front, found, ignored })
}

/// Refuses an address that is none of the known ones.
pub(super) fn known_address<'a>(address: &Address, known: impl IntoIterator<Item = &'a Address>) -> Result<(), Failure> {
    let known: Vec<&Address> = known.into_iter().collect();
    if known.contains(&address) { Ok(()) } else { Err(unknown_address(address, known)) }
}

/// The address is none of the known ones; says which of them was probably meant.
pub(super) fn unknown_address<'a>(address: &Address, known: impl IntoIterator<Item = &'a Address>) -> Failure {
    let known: Vec<String> = known.into_iter().map(Address::to_string).collect();
    let failure = Failure::new(Exit::Usage, format!("nothing is named `{address}`"));
    match nearest(&address.to_string(), known.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`bowline graph` shows every address"),
    }
}
