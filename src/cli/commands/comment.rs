//! `comment PLAN`: what a saved plan does, as the comment of a pull or merge request.

use super::planning;
use crate::apply::PlanFile;
use crate::cli::args::{Comment, VcsKind};
use crate::cli::exit::Exit;
use crate::cli::report::markdown;
use crate::cli::talk::{Failure, Talk};
use crate::secret::Secret;
use crate::upstream::{Net, Policy, Upstream};
use crate::vcs::{self, Posted, Thread, Vcs, VcsError};
use std::collections::BTreeMap;
use url::Url;

pub(crate) fn run(args: &Comment, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    let file = planning::read(&args.plan, talk)?;
    if file.is_altered() {
        return Err(Failure::new(Exit::PlanRefused, "the plan was altered after it was made: nothing is said of it")
            .hint("run `bowline plan --save` again"));
    }
    let body = markdown::plan(&file, args.budget.max_bytes);
    if args.dry_run {
        talk.data(&body);
        return Ok(Exit::Done);
    }
    let thread = thread(args, &talk.world.env)?;
    let token = token(thread.vcs, &talk.world.env)?;
    let posted = send(&thread, &token, &file, &body)?;
    let word = match posted {
        Posted::Created => "Created",
        Posted::Updated => "Updated",
        Posted::Unchanged => "Unchanged",
    };
    let mut page = talk.page();
    page.line(&format!("{word}: the comment on {} of {}", thread.number, thread.repository));
    talk.data(&page.into_text());
    Ok(Exit::Done)
}

fn send(thread: &Thread, token: &Secret<String>, file: &PlanFile, body: &str) -> Result<Posted, Failure> {
    let line = Upstream::new(policy()).map_err(|error| Failure::because(Exit::Failed, "could not prepare the HTTP client", error))?;
    let marker = markdown::marker(&file.project, file.environment.as_deref());
    vcs::post(thread, &line, token, (&marker, body), &std::thread::sleep).map_err(failure)
}

/// Where the operator says that the API is; it may be in a private network.
fn policy() -> Policy {
    let everywhere = ["0.0.0.0/0", "::/0"].map(|net| net.parse::<Net>().expect("it is a network"));
    Policy { loopback: true, allowed: everywhere.into(), ..Policy::default() }
}

fn failure(error: VcsError) -> Failure {
    let (exit, hint) = match &error {
        VcsError::NotPermitted(_) => {
            (Exit::NotPermitted, "GitHub: `permissions: pull-requests: write`; GitLab: a token with the scope `api`")
        }
        VcsError::NotFound => (Exit::NotPermitted, "look at --repo and --number, and at what the token may see"),
        VcsError::NotARepository(_) => (Exit::Usage, "give --repo OWNER/NAME"),
        VcsError::Forbidden(_) => (Exit::Usage, "look at --api"),
        VcsError::Busy { .. } | VcsError::Unreachable(_) => (Exit::Failed, "run it again a little later"),
        VcsError::Refused(_) | VcsError::NotUnderstood(_) | VcsError::TooLong(_) => (Exit::Failed, "look at --api"),
    };
    Failure::because(exit, "the comment was not made", error).hint(hint)
}

type Env = BTreeMap<String, String>;

fn set<'e>(env: &'e Env, name: &str) -> Option<&'e str> {
    env.get(name).map(String::as_str).filter(|value| !value.is_empty())
}

/// What is given, or else what the CI job that runs this says.
fn thread(args: &Comment, env: &Env) -> Result<Thread, Failure> {
    let missing = |what: &str, hint: &str| Failure::new(Exit::Usage, format!("{what} is not known here")).hint(hint);
    let vcs = vcs_of(args.vcs, env).ok_or_else(|| missing("whose API to speak", "give --vcs github or --vcs gitlab"))?;
    let (api, repository, number) = match vcs {
        Vcs::Github => (
            set(env, "GITHUB_API_URL").unwrap_or("https://api.github.com"),
            set(env, "GITHUB_REPOSITORY"),
            set(env, "GITHUB_REF").and_then(|name| name.strip_prefix("refs/pull/")?.split('/').next()),
        ),
        Vcs::Gitlab => (
            set(env, "CI_API_V4_URL").unwrap_or("https://gitlab.com/api/v4"),
            set(env, "CI_PROJECT_ID").or_else(|| set(env, "CI_PROJECT_PATH")),
            set(env, "CI_MERGE_REQUEST_IID"),
        ),
    };
    let api = args.api.clone().or_else(|| Url::parse(api).ok()).ok_or_else(|| missing("where the API is", "give --api URL"))?;
    let repository = args.repo.clone().or_else(|| repository.map(str::to_owned));
    let repository = repository.ok_or_else(|| missing("the repository", "give --repo OWNER/NAME"))?;
    let number = args.number.or_else(|| number?.parse().ok());
    let number = number.ok_or_else(|| missing("the number of the pull request", "give --number N, or run it in a job of one"))?;
    Ok(Thread { vcs, api, repository, number })
}

fn vcs_of(given: Option<VcsKind>, env: &Env) -> Option<Vcs> {
    match given {
        Some(VcsKind::Github) => Some(Vcs::Github),
        Some(VcsKind::Gitlab) => Some(Vcs::Gitlab),
        None if set(env, "GITHUB_ACTIONS") == Some("true") => Some(Vcs::Github),
        None if set(env, "GITLAB_CI") == Some("true") => Some(Vcs::Gitlab),
        None => None,
    }
}

/// From the environment only: a flag would stand in the process list and in the job's log.
fn token(vcs: Vcs, env: &Env) -> Result<Secret<String>, Failure> {
    let name = match vcs {
        Vcs::Github => "GITHUB_TOKEN",
        Vcs::Gitlab => "GITLAB_TOKEN",
    };
    let token =
        set(env, name).ok_or_else(|| Failure::new(Exit::NotPermitted, format!("{name} is not set")).hint("the comment is made with it"))?;
    Ok(Secret::new(token.trim().to_owned()))
}
