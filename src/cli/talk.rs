//! Speaking with the person and the pipe: results, talk, questions, failures. Survives a closed pipe.

use super::args::{Colour, Global};
use super::exit::Exit;
use super::report::Look;
use super::report::page::{Page, Tone};
use super::world::World;
use std::error::Error;
use std::io::ErrorKind;

use std::path::PathBuf;

/// The world, and how this run speaks.
pub(super) struct Talk<'w> {
    pub world: World<'w>,
    /// Where the program was started, before `--chdir`.
    started: PathBuf,
    no_input: bool,
    quiet: bool,
    stdout: Look,
    stderr: Look,
    /// Why the answer could not be written whole.
    lost: Option<std::io::Error>,
}

/// Why a command could not do what it was asked, in the chain «could not …: because …».
#[derive(Debug)]
pub(super) struct Failure {
    pub exit: Exit,
    pub message: String,
    pub source: Option<Box<dyn Error + Send + Sync>>,
    /// Single findings, a line each.
    pub notes: Vec<String>,
    pub hint: Option<String>,
}

impl Failure {
    pub(super) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Failure { exit, message: message.into(), source: None, notes: Vec::new(), hint: None }
    }

    /// A failure of the world with its cause.
    pub(super) fn because(exit: Exit, message: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Failure { exit, message: message.into(), source: Some(source.into()), notes: Vec::new(), hint: None }
    }

    /// Findings that belong to it, a line each.
    pub(super) fn notes(mut self, notes: Vec<String>) -> Self {
        self.notes = notes;
        self
    }

    /// What the person can do about it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl<'w> Talk<'w> {
    pub(super) fn new(global: &Global, mut world: World<'w>) -> Self {
        let started = world.folder.clone();
        if let Some(folder) = &global.chdir {
            world.folder = world.folder.join(folder);
        }
        let width = if world.terminal.width == 0 { 100 } else { world.terminal.width.clamp(40, 160) };
        let colour = |terminal: bool| match global.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let set = |name: &str| world.env.get(name).is_some_and(|value| !value.is_empty());
                !set("NO_COLOR") && ((set("CLICOLOR_FORCE") && world.env["CLICOLOR_FORCE"] != "0") || terminal)
            }
        };
        let stdout = Look { colour: colour(world.terminal.stdout), width };
        let stderr = Look { colour: colour(world.terminal.stderr), width };
        Talk { world, started, no_input: global.no_input, quiet: global.quiet, stdout, stderr, lost: None }
    }

    /// How text may look on standard output.
    pub(super) fn look(&self) -> Look {
        self.stdout
    }

    /// How text may look on standard error.
    pub(super) fn talk_look(&self) -> Look {
        self.stderr
    }

    /// A path as the person gave it, from the folder that the command works in.
    pub(super) fn path(&self, path: &std::path::Path) -> PathBuf {
        self.world.folder.join(path)
    }

    /// Where the project lies in what it is a part of, for reports whose readers know the whole repository: `sub/`, or nothing.
    /// The CI job says where the repository is; otherwise it is the nearest folder above with a `.git`, or where the program was
    /// started.
    pub(super) fn place_in_repository(&self) -> String {
        let named = |name: &str| self.world.env.get(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let Ok(project) = self.world.folder.canonicalize() else { return String::new() };
        let repository = project.ancestors().find(|folder| folder.join(".git").exists()).map(PathBuf::from);
        let roots = [named("GITHUB_WORKSPACE"), named("CI_PROJECT_DIR"), repository, Some(self.started.clone())];
        let below = |root: PathBuf| project.strip_prefix(root.canonicalize().ok()?).ok().map(PathBuf::from);
        let Some(below) = roots.into_iter().flatten().find_map(below) else { return String::new() };
        below.components().map(|part| format!("{}/", part.as_os_str().to_string_lossy())).collect()
    }

    /// Prints data.
    pub(super) fn data(&mut self, text: &str) {
        let written = self.world.stdout.write_all(text.as_bytes()).and_then(|()| self.world.stdout.flush());
        // A reader that went away (`| head`) has seen enough; anything else has left the answer incomplete.
        if let Err(error) = written
            && error.kind() != ErrorKind::BrokenPipe
        {
            self.lost.get_or_insert(error);
        }
    }

    /// Hands data through as it came.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let _ = self.world.stdout.write_all(bytes);
        let _ = self.world.stdout.flush();
    }

    /// Says something beside the data, unless asked to be quiet.
    pub(super) fn aside(&mut self, text: &str) {
        if !self.quiet {
            self.insist(text);
        }
    }

    /// Says something beside the data even when asked to be quiet.
    pub(super) fn insist(&mut self, text: &str) {
        let _ = self.world.stderr.write_all(text.as_bytes());
        let _ = self.world.stderr.flush();
    }

    pub(super) fn page(&self) -> Page {
        Page::new(self.stdout.colour)
    }

    pub(super) fn aside_page(&self) -> Page {
        Page::new(self.stderr.colour)
    }

    /// Whether a question can be asked and answered.
    pub(super) fn can_ask(&self) -> bool {
        !self.no_input && self.world.terminal.stdin && self.world.terminal.stderr
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Asks a question that only one word agrees to.
    pub(super) fn confirm(&mut self, question: &str, word: &str) -> bool {
        let mut page = self.aside_page();
        page.end().put(Tone::Strong, question).say(&format!(" Only `{word}` is taken: "));
        self.insist(&page.into_text());
        let mut answer = String::new();
        matches!(self.world.stdin.read_line(&mut answer), Ok(read) if read > 0) && answer.trim() == word
    }

    /// The command's end, or a failure where its answer could not be written whole.
    pub(super) fn finish(&mut self, exit: Exit) -> Exit {
        match self.lost.take() {
            Some(error) => self.failure(&Failure::because(Exit::Failed, "could not write the whole answer", error)),
            None => exit,
        }
    }

    /// Prints a failure with its causes.
    pub(super) fn failure(&mut self, failure: &Failure) -> Exit {
        let mut page = self.aside_page();
        page.put(Tone::Bad, "error").say(": ").say(&failure.message).end();
        let mut cause: Option<&dyn Error> = failure.source.as_ref().map(|source| source.as_ref() as &dyn Error);
        while let Some(error) = cause {
            page.say("  because: ").say(&error.to_string()).end();
            cause = error.source();
        }
        for note in &failure.notes {
            page.say("  ").say(note).end();
        }
        if let Some(hint) = &failure.hint {
            page.put(Tone::Accent, "  help").say(": ").say(hint).end();
        }
        self.insist(&page.into_text());
        failure.exit
    }
}
