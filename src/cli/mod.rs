//! The door: reads the command line, puts the rooms together for one command, prints, and ends with an exit code.
//!
//! `commands/<verb>.rs` is where a store, keys, clock and folder meet; nothing below the door asks the machine for any
//! of them. To add a command: a variant in `args.rs`, a file in `commands/`, a line in `dispatch`, a case per format.

mod args;
mod commands;
mod exit;
mod real;
mod report;
mod settings;
mod talk;
mod world;

pub use args::Cli;
pub use exit::Exit;
pub use real::main;
pub use world::{Terminal, World};

use args::Command;
use clap::Parser;
use std::ffi::OsString;
use talk::Talk;

/// Runs one command line (without the program's name) and tells how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>, mut world: World<'_>) -> Exit {
    let arguments: Vec<OsString> = std::iter::once(OsString::from("bowline")).chain(arguments).collect();
    let mut cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(refused) => return refuse(&refused, &mut world),
    };
    if let Command::Serve(args::Serve { config: Some(config), .. }) = &cli.command {
        let folder = cli.global.chdir.as_ref().map_or_else(|| world.folder.clone(), |folder| world.folder.join(folder));
        cli = match settings::with_file(&arguments, "serve", config, &folder.join(config)) {
            Ok(arguments) => match Cli::try_parse_from(arguments) {
                Ok(cli) => cli,
                Err(refused) => return refuse(&refused, &mut world),
            },
            Err(failure) => {
                let mut talk = Talk::new(&cli.global, world);
                let exit = talk.failure(&failure);
                return talk.finish(exit);
            }
        };
    }
    let mut talk = Talk::new(&cli.global, world);
    let exit = match dispatch(cli.command, &mut talk) {
        Ok(exit) => exit,
        Err(failure) => talk.failure(&failure),
    };
    talk.finish(exit)
}

/// The names of all commands, as the command line knows them.
pub fn command_names() -> Vec<String> {
    use clap::CommandFactory as _;
    Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// The commands that print data for programs, as `services list`: what they print has a schema.
pub fn commands_for_programs() -> Vec<String> {
    use clap::CommandFactory as _;
    let mut found = Vec::new();
    let mut open: Vec<(String, clap::Command)> =
        Cli::command().get_subcommands().map(|one| (one.get_name().to_owned(), one.clone())).collect();
    while let Some((name, command)) = open.pop() {
        let formats = command.get_arguments().filter(|argument| argument.get_id() == "format").flat_map(clap::Arg::get_possible_values);
        if formats.into_iter().any(|format| ["json", "ndjson"].contains(&format.get_name())) {
            found.push(name.clone());
        }
        open.extend(command.get_subcommands().map(|one| (format!("{name} {}", one.get_name()), one.clone())));
    }
    found.sort();
    found
}

fn dispatch(command: Command, talk: &mut Talk<'_>) -> Result<Exit, talk::Failure> {
    match command {
        Command::Init(args) => commands::init::run(&args, talk),
        Command::Check(args) => commands::check::run(&args, talk),
        Command::Fmt(args) => commands::fmt::run(&args, talk),
        Command::Plan(args) => commands::plan::run(&args, talk),
        Command::Adopt(args) => commands::owning::adopt(&args, talk),
        Command::Forget(args) => commands::owning::forget(&args, talk),
        Command::Drift(args) => commands::drift::run(&args, talk),
        Command::Snapshot(args) => commands::snapshot::run(&args, talk),
        Command::Show(args) => commands::show::run(&args, talk),
        Command::Comment(args) => commands::comment::run(&args, talk),
        Command::Apply(args) => commands::apply::run(&args, talk),
        Command::Destroy(args) => commands::destroy::run(&args, talk),
        Command::Status(args) => commands::status::run(&args, talk),
        Command::Connect(args) => commands::connect::run(&args, talk),
        Command::Revoke(args) => commands::revoke::run(&args, talk),
        Command::Invoke(args) => commands::invoke::run(&args, talk),
        Command::Keys(args) => commands::keys::run(&args, talk),
        Command::Backup(args) => commands::backup::backup(&args, talk),
        Command::Restore(args) => commands::backup::restore(&args, talk),
        Command::Audit(args) => commands::audit::run(&args, talk),
        Command::Webhook(args) => commands::webhook::run(&args, talk),
        Command::Lock(args) => commands::served::lock(&args, talk),
        Command::Users(args) => commands::served::users(&args, talk),
        Command::Tokens(args) => commands::served::tokens(&args, talk),
        Command::Applications(args) => commands::served::applications(&args, talk),
        Command::Render(args) => commands::render::run(&args, talk),
        Command::Move(args) => commands::moving::run(&args, talk),
        Command::Refs(args) => commands::refs::run(&args, talk),
        Command::Docs(args) => commands::docs::run(&args, talk),
        Command::Graph(args) => commands::graph::run(&args, talk),
        Command::Services(args) => commands::services::run(&args, talk),
        Command::Sandbox(args) => commands::sandbox::run(&args, talk),
        Command::Serve(args) => commands::serve::run(&args, talk),
        Command::Schema(args) => commands::schema::run(&args, talk),
        Command::Explain(args) => commands::explain::run(&args, talk),
        Command::Completions(args) => commands::completions::run(&args, talk),
    }
}

/// Help and version are answers; everything else that clap refuses is a usage error.
fn refuse(refused: &clap::Error, world: &mut World<'_>) -> Exit {
    let text = refused.render().to_string();
    let (stream, exit): (&mut dyn std::io::Write, Exit) =
        if refused.use_stderr() { (world.stderr, Exit::Usage) } else { (world.stdout, Exit::Done) };
    // Nobody is left to tell when the stream is closed.
    let _ = stream.write_all(text.as_bytes());
    exit
}
