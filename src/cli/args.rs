//! The command line: every flag, with its help and examples. Knows what may be said, not what is done about it.

mod changing;
mod estate;
mod keeping;
mod naming;
mod offline;
mod people;
mod review;
mod rules;
mod serve;
mod shared;
mod using;
mod webhook;

pub(super) use changing::{Apply, AutoApprove, CarryingOut, Destroy, Plan, Show};
pub(super) use estate::{Adopt, Drift, Forget, Ignored, Snapshot};
pub(super) use keeping::{Backup, Restore};
pub(super) use naming::{Move, Refs};
pub(super) use offline::{
    Check, CheckFormat, Completions, Docs, Explain, Fmt, Graph, GraphFormat, Init, Render, RenderCommand, Schema, SchemaKind, Services,
    ServicesCommand,
};
pub(super) use people::{Applications, ApplicationsCommand, Lock, LockCommand, ServedArgs, Tokens, TokensCommand, Users, UsersCommand};
pub(super) use review::{ApplyFormat, Comment, PlanFormat, PlanReports, VcsKind};
pub(super) use rules::RuleArgs;
pub(super) use serve::Serve;
pub(super) use shared::{BrokerArgs, LabelArgs, PlanningArgs, ProjectArgs, TextOrJson};
pub(super) use using::{Audit, AuditCommand, Connect, Invoke, Keys, KeysCommand, Revoke, Sandbox, SandboxCommand, Status, Tour};
pub(super) use webhook::{Deliver, Deliveries, Redeliver, ShowDelivery, StateFilter, Trigger, Webhook, WebhookCommand};

use super::exit::Exit;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Connections as code: declare services, connections, webhooks and functions in YAML; check, plan, apply and render them.
#[derive(Debug, Parser)]
#[command(name = "bowline", version, after_help = after_help())]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

fn after_help() -> String {
    format!(
        "Exit codes:\n{}\nExamples:\n  bowline sandbox tour             watch a connection go all the way, without an account\n  \
         bowline init my-project          start a project\n  bowline check                    what is wrong, without a network\n  \
         bowline plan                     what would change, whom it touches\n  bowline apply                    change it\n",
        Exit::table()
    )
}

#[derive(Debug, Args)]
pub struct Global {
    /// Work in this folder as if Bowline had been started there
    #[arg(short = 'C', long = "chdir", value_name = "DIR", global = true)]
    pub chdir: Option<PathBuf>,
    /// When to use colour; NO_COLOR and CLICOLOR_FORCE are respected
    #[arg(long, value_enum, default_value_t = Colour::Auto, global = true)]
    pub color: Colour,
    /// Never ask: fail where an answer would be needed
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Say nothing but results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a project: a commented bowline.yaml to change
    #[command(after_help = "Examples:\n  bowline init\n  bowline init cold-chain")]
    Init(Init),
    /// Find everything that is wrong with the project, without a network
    #[command(
        after_help = "Examples:\n  bowline check\n  bowline check --env prod\n  bowline check --format json | jq '.diagnostics[].code'\n  bowline check --output sarif=check.sarif --output junit=check.xml    for people and for CI in one run"
    )]
    Check(Check),
    /// Lay the files out canonically: order of keys, indentation, quotes; comments stay
    #[command(
        after_help = "Examples:\n  bowline fmt\n  bowline fmt --check                    in CI: is everything laid out?\n  bowline fmt --diff hooks.yaml\n  bowline fmt - < hooks.yaml"
    )]
    Fmt(Fmt),
    /// Show what would change, who must consent again and which webhooks pause
    #[command(
        after_help = "Examples:\n  bowline plan\n  bowline plan --env prod --save plan.json\n  bowline plan --target connections.crm_read\n  bowline plan --destroy\n  bowline plan --snapshot live.json        without credentials, from `bowline snapshot`\n  bowline plan --save plan.json --output markdown=comment.md --output gitlab=counts.json    for reviewers, in one run"
    )]
    Plan(Plan),
    /// Show a saved plan
    #[command(
        after_help = "Examples:\n  bowline show plan.json\n  bowline show plan.json --format json\n  bowline show plan.json --format markdown --max-bytes 32768"
    )]
    Show(Show),
    /// Say what a plan does on a pull or merge request: one comment, changed in place
    #[command(
        after_help = "Examples:\n  bowline comment plan.json                      in a CI job of GitHub or GitLab\n  bowline comment plan.json --vcs github --repo acme/shop --number 7\n  bowline comment plan.json --dry-run\n\nThe token is read from GITHUB_TOKEN or GITLAB_TOKEN. Only a comment of the token's own account is changed."
    )]
    Comment(Comment),
    /// Show what was changed behind the project's back, who did it, and on which side the declaration is; exit 2 where something was
    #[command(
        after_help = "Examples:\n  bowline drift\n  bowline drift --env prod --format json\n  bowline drift --ignore connections.crm_read#/description --ignore webhooks.door_open"
    )]
    Drift(Drift),
    /// Declare what is live and not managed, as it is, and take it over
    #[command(
        after_help = "Examples:\n  bowline adopt --diff                     everything that nobody owns: review first\n  bowline adopt\n  bowline adopt connections.crm_read --into crm.yaml\n  bowline adopt --from old_project --env prod\n\nWhat nobody owns is taken over at once, and the plan after it is empty; `--files-only` leaves that to the next apply. What another\nproject owns is taken by the next apply alone, where `bowline plan` shows it. Secrets stay with the platform."
    )]
    Adopt(Adopt),
    /// Take a declaration out of the files and leave live what it declared
    #[command(
        after_help = "Examples:\n  bowline forget webhooks.door_open --diff\n  bowline forget webhooks.door_open connections.ops_chat\n\nWrites files only. The next apply lets go: nothing is deleted, and nobody owns it then."
    )]
    Forget(Forget),
    /// Take down what is live, without any secret, to plan from it where nobody has credentials
    #[command(
        after_help = "Examples:\n  bowline snapshot > live.json\n  bowline snapshot --env prod --save live.json\n  bowline plan --snapshot live.json        in a fork's pull request: no credentials, no broker"
    )]
    Snapshot(Snapshot),
    /// Carry out a plan: a saved one, or one made now and confirmed
    #[command(
        after_help = "Examples:\n  bowline apply\n  bowline apply plan.json\n  bowline apply --env dev --auto-approve\n  bowline apply --detailed-exitcode --auto-approve\n  bowline apply --expect sha256:…          the plan that was reviewed, or nothing\n  bowline apply --auto-approve=safe        in CI: leave out what a person should look at (exit 6 while something remains)\n  bowline apply plan.json --approve c1,c4\n  bowline apply plan.json --format ndjson | tee events.ndjson"
    )]
    Apply(Apply),
    /// Delete everything that the project owns
    #[command(after_help = "Examples:\n  bowline destroy\n  bowline destroy --env dev --auto-approve")]
    Destroy(Destroy),
    /// Show what is live: states, what waits for whom, what is blocked
    #[command(after_help = "Examples:\n  bowline status\n  bowline status --env prod --format json")]
    Status(Status),
    /// Connect: consent in a browser, or at once where nobody has to consent
    #[command(
        after_help = "Examples:\n  bowline connect                       what waits to be connected\n  bowline connect crm_read\n  bowline connect crm_read --no-browser\n  bowline connect mailbox --as zoe      an own account of each user"
    )]
    Connect(Connect),
    /// Take a connection's authorizations away, here and at the service
    #[command(after_help = "Examples:\n  bowline revoke crm_read\n  bowline revoke mailbox --as zoe")]
    Revoke(Revoke),
    /// Call a URL with a connection; the credential is attached on the way and never shown
    #[command(
        after_help = "Examples:\n  bowline invoke crm_read GET https://www.zohoapis.com/crm/v8/Leads?fields=Email\n  bowline invoke ops_chat POST https://slack.com/api/chat.postMessage --json '{\"channel\":\"#ops\",\"text\":\"hello\"}'\n  bowline invoke crm_read GET https://www.zohoapis.com/crm/v8/Leads --detailed"
    )]
    Invoke(Invoke),
    /// The vault's keys: what they seal, and another one in place of the old
    #[command(
        after_help = "Examples:\n  bowline keys list\n  bowline keys list --format json --data-dir /var/lib/bowline\n  bowline keys rotate"
    )]
    Keys(Keys),
    /// Copy an environment's data into a new file while others work; secrets stay sealed, the vault's key stays out
    #[command(after_help = "Examples:\n  bowline backup ../backups/2026-11-24.db\n  bowline backup --env prod prod.db --format json")]
    Backup(Backup),
    /// Put a backup back, once it was found whole and its key is at hand
    #[command(after_help = "Examples:\n  bowline restore ../backups/2026-11-24.db\n  bowline restore prod.db --env prod --replace")]
    Restore(Restore),
    /// Show who did what, and check that nobody changed the record of it
    #[command(
        after_help = "Examples:\n  bowline audit\n  bowline audit --last 200 --format json\n  bowline audit verify\n  bowline audit verify --format json"
    )]
    Audit(Audit),
    /// Try a webhook with an event, and look after what webhooks have to deliver
    #[command(
        after_help = "Examples:\n  bowline webhook trigger door_open --data event.json --dry-run\n  bowline webhook deliver --watch\n  bowline webhook deliveries --state dead"
    )]
    Webhook(Webhook),
    /// Who applies which project at a served broker, and take a lease away
    #[command(after_help = "Examples:\n  bowline lock list --env prod\n  bowline lock release cold_chain --env prod")]
    Lock(Lock),
    /// People and services of a served broker
    #[command(
        after_help = "Examples:\n  bowline users list --env prod\n  bowline users set ada --role editor --title 'Ada L.' --env prod\n  bowline users set ci --service --role editor --env prod"
    )]
    Users(Users),
    /// Tokens of a served broker: each is shown once
    #[command(
        after_help = "Examples:\n  bowline tokens list --env prod\n  bowline tokens create --user ci --scope plan --scope apply --project cold_chain --life 30d --env prod\n  bowline tokens revoke 0123456789abcdef --user ci --env prod"
    )]
    Tokens(Tokens),
    /// Applications of the portal, which connections are authorised for
    #[command(
        after_help = "Examples:\n  bowline applications list --env prod\n  bowline applications set monitor 'Cold Chain Monitor' --env prod"
    )]
    Applications(Applications),
    /// Write the Deluge and JSON that use the connections
    #[command(
        after_help = "Examples:\n  bowline render\n  bowline render --out generated\n  bowline render --out generated --check    in CI: are the files up to date?\n  bowline render runbook plan.json           a saved plan, step by step for the console"
    )]
    Render(Render),
    /// Write a page about the project: connections, scopes, who they run as, where they are used
    #[command(
        after_help = "Examples:\n  bowline docs > connections.md\n  bowline docs --out docs\n  bowline docs --out docs --check    in CI: is the page up to date?"
    )]
    Docs(Docs),
    /// Give a resource another link name, in the files and in the scripts
    #[command(
        after_help = "Examples:\n  bowline move connections.crm connections.crm_read --diff     review first\n  bowline move connections.crm connections.crm_read\n  bowline move services.erp services.erp_production\n\nComments, layout, quotes and line breaks stay as they are. Nothing is written unless the project is the same\nafterwards but for the name."
    )]
    Move(Move),
    /// Show where a resource is named, in the files and in the scripts, and what scopes its calls need
    #[command(
        after_help = "Examples:\n  bowline refs connections.crm_read\n  bowline refs connections.crm_read --scopes\n  bowline refs services.zoho-crm --format json\n\n--scopes is advice: it speaks of calls whose URL tells what they need, and says which calls do not."
    )]
    Refs(Refs),
    /// Draw who uses what
    #[command(
        after_help = "Examples:\n  bowline graph --format mermaid\n  bowline graph --focus connections.crm_read\n  bowline graph --focus services.erp --used-by\n  bowline graph --format dot | dot -Tsvg > graph.svg"
    )]
    Graph(Graph),
    /// Look up default services: endpoints, scopes, hosts
    #[command(
        after_help = "Examples:\n  bowline services list --category crm\n  bowline services show slack\n  bowline services show zoho-crm --scopes\n  bowline services search calendar"
    )]
    Services(Services),
    /// Run an OAuth provider and a small API on this machine, to try things out without an account
    #[command(
        after_help = "Examples:\n  bowline sandbox tour                         a connection goes all the way, in one command\n  bowline sandbox\n  bowline sandbox --token-lifetime 5s          tokens that expire while you watch\n  bowline sandbox --port 0 --auto-consent      in tests: any free port, printed first; ?auto=allow decides\n\nIts clients, keys and scopes are on its front page and in /control/clients. None of them is secret."
    )]
    Sandbox(Sandbox),
    /// Serve one broker to everybody over HTTP
    #[command(
        after_help = "Examples:\n  bowline serve\n  bowline serve --listen 0.0.0.0:8350 --public-url https://connections.example.com --store sqlite:/var/lib/bowline/bowline.db\n  bowline serve --listen 127.0.0.1:0 --allow-loopback --format json      in tests: any free port, and the sandbox may be called"
    )]
    Serve(Serve),
    /// Print the JSON Schema of the files, for editors and other tools
    #[command(after_help = "Examples:\n  bowline schema > bowline.schema.json\n  bowline schema connection")]
    Schema(Schema),
    /// Explain a diagnostic: what, why, a wrong and a right example
    #[command(after_help = "Examples:\n  bowline explain unknown-service\n  bowline explain          lists every code")]
    Explain(Explain),
    /// Print completions for a shell
    #[command(after_help = "Examples:\n  bowline completions bash > ~/.local/share/bash-completion/completions/bowline")]
    Completions(Completions),
}
