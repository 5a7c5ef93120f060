//! `sandbox`: a provider and an API on loopback, until somebody stops it.

use super::tour;
use crate::cli::args::{Sandbox, SandboxCommand, TextOrJson};
use crate::cli::exit::Exit;
use crate::cli::report::page::Tone;
use crate::cli::talk::{Failure, Talk};
use crate::clock::Random;
use crate::sandbox::{self, Options, Running, SCOPES, Settings};
use crate::secret::Secret;
use serde_json::json;
use std::collections::BTreeMap;

pub(crate) fn run(args: &Sandbox, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    match &args.what {
        Some(SandboxCommand::Tour(args)) => tour::run(args, talk),
        None => serve(args, talk),
    }
}

fn serve(args: &Sandbox, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let options = options(args, talk)?;
    let running = sandbox::start(options).map_err(|error| {
        let hint = "`--port 0` takes any free port";
        Failure::because(Exit::Failed, "the sandbox does not start", error).hint(hint)
    })?;
    announce(args, &running, talk);
    running.wait(talk.world.interrupted);
    running.stop();
    talk.aside("The sandbox has stopped; what it knew is gone.\n");
    Ok(Exit::Done)
}

fn options(args: &Sandbox, talk: &Talk<'_>) -> Result<Options, Failure> {
    Ok(Options {
        port: args.port,
        auto_consent: args.auto_consent,
        redirect_uris: args.redirect_uris.iter().cloned().collect(),
        hook_secrets: hook_secrets(args, talk)?,
        settings: Settings {
            token_lifetime: args.token_lifetime,
            echo_scope: !args.no_scope_echo,
            grant_only: known_scopes(&args.grant_only)?,
            rotate: !args.no_rotation,
        },
        ..Options::new(talk.world.clock.clone(), seed(&*talk.world.random))
    })
}

fn seed(random: &dyn Random) -> [u8; 32] {
    let mut seed = [0; 32];
    random.fill(&mut seed);
    seed
}

fn known_scopes(named: &[String]) -> Result<Option<std::collections::BTreeSet<String>>, Failure> {
    let known = SCOPES.map(|(scope, _)| scope);
    if let Some(unknown) = named.iter().find(|scope| !known.contains(&scope.as_str())) {
        return Err(Failure::new(Exit::Usage, format!("the sandbox has no scope `{unknown}`")).hint(format!("it has {}", known.join(", "))));
    }
    Ok((!named.is_empty()).then(|| named.iter().cloned().collect()))
}

/// The secrets themselves never stand on a command line, where every process of the machine can read them.
fn hook_secrets(args: &Sandbox, talk: &Talk<'_>) -> Result<BTreeMap<String, Secret<String>>, Failure> {
    let read = |(name, variable): &(String, String)| {
        let value = talk.world.env.get(variable).filter(|value| !value.is_empty());
        let missing = || Failure::new(Exit::Usage, format!("the environment variable `{variable}` for `--hook-secret` is not set"));
        Ok((name.clone(), Secret::new(value.ok_or_else(missing)?.clone())))
    };
    args.hook_secrets.iter().map(read).collect()
}

fn announce(args: &Sandbox, running: &Running, talk: &mut Talk<'_>) {
    let base = running.url("");
    match args.format {
        TextOrJson::Text => talk.data(&format!("{base}\n")),
        TextOrJson::Json => {
            let start = json!({ "format_version": "1.0", "sandbox": true, "base_url": base, "port": running.base.port(), "auto_consent": args.auto_consent });
            talk.data(&format!("{start}\n"));
        }
    }
    let mut page = talk.aside_page();
    page.put(Tone::Caution, "sandbox").line(": a provider for trying things out. Nobody signs in, nothing in it is real or secret.");
    page.line(&format!("Clients, keys and paths: {base}/    Stop it with Ctrl-C."));
    talk.aside(&page.into_text());
}
