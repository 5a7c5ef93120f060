//! The command line: every flag, with its help and examples. Knows what may be said, not what is done about it.

use super::exit::Exit;
use crate::resource::Address;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Connections as code: declare services, connections, webhooks and functions in YAML; check, plan, apply and render them.
#[derive(Debug, Parser)]
#[command(name = "bowline", version, disable_help_subcommand = true, after_help = after_help())]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

fn after_help() -> String {
    format!(
        "Exit codes:\n{}\nExamples:\n  bowline init my-project          start a project\n  bowline check                    what is wrong, without a network\n  \
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
        after_help = "Examples:\n  bowline plan\n  bowline plan --env prod --save plan.json\n  bowline plan --target connections.crm_read\n  bowline plan --destroy"
    )]
    Plan(Plan),
    /// Show a saved plan
    #[command(after_help = "Examples:\n  bowline show plan.json\n  bowline show plan.json --format json")]
    Show(Show),
    /// Carry out a plan: a saved one, or one made now and confirmed
    #[command(
        after_help = "Examples:\n  bowline apply\n  bowline apply plan.json\n  bowline apply --env dev --auto-approve\n  bowline apply --detailed-exitcode --auto-approve"
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
    #[command(after_help = "Examples:\n  bowline keys list\n  bowline keys rotate")]
    Keys(Keys),
    /// Show who did what, and check that nobody changed the record of it
    #[command(after_help = "Examples:\n  bowline audit\n  bowline audit --last 200 --format json\n  bowline audit verify")]
    Audit(Audit),
    /// Write the Deluge and JSON that use the connections
    #[command(
        after_help = "Examples:\n  bowline render\n  bowline render --out generated\n  bowline render --out generated --check    in CI: are the files up to date?"
    )]
    Render(Render),
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
        after_help = "Examples:\n  bowline sandbox\n  bowline sandbox --token-lifetime 5s          tokens that expire while you watch\n  bowline sandbox --port 0 --auto-consent      in tests: any free port, printed first; ?auto=allow decides\n\nIts clients, keys and scopes are on its front page and in /control/clients. None of them is secret."
    )]
    Sandbox(Sandbox),
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

/// Which project, in which environment.
#[derive(Debug, Args)]
pub struct ProjectArgs {
    /// The environment to work in, as declared under `environments:`
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Set a variable; repeat for several
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = assignment)]
    pub variables: Vec<(String, String)>,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("expected NAME=VALUE".to_owned()),
    }
}

/// Which broker.
#[derive(Debug, Args)]
pub struct BrokerArgs {
    /// Where the embedded broker keeps its data [default: .bowline below the project]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// What a plan is made of.
#[derive(Debug, Args)]
pub struct PlanningArgs {
    /// Change only this and what it needs; repeat for several
    #[arg(long = "target", value_name = "ADDRESS")]
    pub targets: Vec<Address>,
    /// Allow a project that declares nothing to delete everything that it owns
    #[arg(long)]
    pub allow_empty: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct Init {
    /// The folder to make [default: this one]
    pub folder: Option<PathBuf>,
    /// The project's name [default: the folder's]
    #[arg(long)]
    pub name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// For programs, see `bowline schema diagnostics`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's code-quality report
    Gitlab,
}

fn output(text: &str) -> Result<(CheckFormat, PathBuf), String> {
    let (format, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or("expected FORMAT=FILE")?;
    Ok((CheckFormat::from_str(format, false)?, file.into()))
}

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub project: ProjectArgs,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Also write it to a file in another format; repeat for several
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = output)]
    pub outputs: Vec<(CheckFormat, PathBuf)>,
    /// Show at most this many findings [default: 20 as text, 1000 as JSON]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Fail on warnings too
    #[arg(long)]
    pub deny_warnings: bool,
}

#[derive(Debug, Args)]
pub struct Fmt {
    /// The files to lay out, `-` for standard input [default: all files of the project]
    #[arg(value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// Write nothing; exit with 2 where a file is laid out differently
    #[arg(long)]
    pub check: bool,
    /// Write nothing; show what would change
    #[arg(long)]
    pub diff: bool,
}

#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    #[command(flatten)]
    pub planning: PlanningArgs,
    /// Plan the deletion of everything that the project owns
    #[arg(long)]
    pub destroy: bool,
    /// Write the plan to a file that `apply` takes
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// How long a saved plan may be applied
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration)]
    pub expires: std::time::Duration,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
    /// Exit 2 when there are changes
    #[arg(long)]
    pub detailed_exitcode: bool,
}

fn duration(text: &str) -> Result<std::time::Duration, String> {
    crate::clock::parse_duration(text).ok_or_else(|| "expected a duration such as 24h or 30m".to_owned())
}

#[derive(Debug, Args)]
pub struct Show {
    /// A plan saved by `bowline plan --save`
    pub plan: PathBuf,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Apply {
    /// A plan saved by `bowline plan --save`; without it a plan is made now
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    #[command(flatten)]
    pub planning: PlanningArgs,
    #[command(flatten)]
    pub carrying_out: CarryingOut,
}

/// How a plan is carried out.
#[derive(Debug, Args)]
pub struct CarryingOut {
    /// Do not ask before changing anything
    #[arg(long)]
    pub auto_approve: bool,
    /// How many steps may run at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub parallelism: u16,
    /// Exit 7 when all is applied but somebody's consent is pending
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Destroy {
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    #[command(flatten)]
    pub carrying_out: CarryingOut,
    /// Delete only this and what depends on it; repeat for several
    #[arg(long = "target", value_name = "ADDRESS")]
    pub targets: Vec<Address>,
}

#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// Show what other projects own too
    #[arg(long)]
    pub all: bool,
    /// Show only what expires within this time or has, and exit 2 where there is any
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub expiring: Option<std::time::Duration>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Connect {
    /// The connection; without it what waits to be connected is listed
    pub name: Option<String>,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// The login user who connects an own account [default: who works here]
    #[arg(long = "as", value_name = "USER")]
    pub as_user: Option<String>,
    /// Print the link instead of opening a browser
    #[arg(long)]
    pub no_browser: bool,
    /// How long to wait for the person
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration)]
    pub timeout: std::time::Duration,
    /// The port on this machine that the answer comes back to; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// Let another account of the service take the place of the one before
    #[arg(long)]
    pub allow_other_account: bool,
    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Revoke {
    /// The connection
    pub name: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// Only this login user's authorization
    #[arg(long = "as", value_name = "USER")]
    pub as_user: Option<String>,
    /// How to print the outcome
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Args)]
pub struct Invoke {
    /// The connection
    pub name: String,
    /// GET, POST, PUT, PATCH, DELETE
    pub method: String,
    /// The whole URL, at a host of the connection's service
    pub url: String,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// The body as it is, or @FILE
    #[arg(long, value_name = "TEXT", group = "content")]
    pub data: Option<String>,
    /// A JSON body, or @FILE
    #[arg(long, value_name = "TEXT", group = "content")]
    pub json: Option<String>,
    /// A field of a form; repeat for several
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, group = "content")]
    pub form: Vec<(String, String)>,
    /// A header; repeat for several
    #[arg(long = "header", value_name = "NAME:VALUE", value_parser = header)]
    pub headers: Vec<(String, String)>,
    /// Print status, headers and text as JSON, whatever the status; without it a status other than 2xx exits 1
    #[arg(long)]
    pub detailed: bool,
    /// The login user on whose behalf it is called [default: who works here]
    #[arg(long = "as", value_name = "USER")]
    pub as_user: Option<String>,
    /// Bytes that the answer may have
    #[arg(long, value_name = "BYTES", default_value_t = crate::broker::BODY_CAP)]
    pub max_bytes: u64,
}

fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("expected NAME:VALUE".to_owned()),
    }
}

#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    pub what: KeysCommand,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum KeysCommand {
    /// Which keys there are and how much each seals
    List {
        /// How to print it
        #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
    },
    /// Make a new key and seal everything with it; goes on where an earlier one was stopped
    Rotate,
}

#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    pub what: Option<AuditCommand>,
    #[command(flatten)]
    pub project: ProjectArgs,
    #[command(flatten)]
    pub broker: BrokerArgs,
    /// How many lines, the newest last
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub last: usize,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum AuditCommand {
    /// Check that no line was changed, moved or removed
    Verify,
}

#[derive(Debug, Args)]
pub struct Render {
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Write the snippets below this folder instead of printing them
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write nothing; exit 2 when a file below --out is not up to date
    #[arg(long, requires = "out")]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct Graph {
    #[command(flatten)]
    pub project: ProjectArgs,
    /// The language of the picture
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub format: GraphFormat,
    /// Only this resource, what it needs and what needs it
    #[arg(long, value_name = "ADDRESS")]
    pub focus: Option<Address>,
    /// With --focus: only what needs it
    #[arg(long, requires = "focus")]
    pub used_by: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    Dot,
    Mermaid,
    Json,
}

#[derive(Debug, Args)]
pub struct Services {
    #[command(subcommand)]
    pub what: ServicesCommand,
}

#[derive(Debug, Subcommand)]
pub enum ServicesCommand {
    /// List the default services
    #[command(after_help = "Examples:\n  bowline services list\n  bowline services list --category iot")]
    List {
        /// Only those of a category
        #[arg(long)]
        category: Option<String>,
        /// Only those whose key, name or vendor holds this text
        #[arg(long)]
        search: Option<String>,
        /// How to print it
        #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
    },
    /// Show one default service
    #[command(after_help = "Examples:\n  bowline services show slack\n  bowline services show zoho-iot --scopes")]
    Show {
        name: String,
        /// List its scopes
        #[arg(long)]
        scopes: bool,
        /// Say where the facts come from and how sure they are
        #[arg(long)]
        why: bool,
        /// How to print it
        #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
    },
    /// Find default services by a word
    #[command(after_help = "Examples:\n  bowline services search calendar")]
    Search {
        text: String,
        /// How to print it
        #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
    },
}

#[derive(Debug, Args)]
pub struct Schema {
    /// Print only this part; without it the whole file's schema
    #[arg(value_enum)]
    pub kind: Option<SchemaKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    Project,
    Service,
    Connection,
    Webhook,
    Function,
    Plan,
    Catalogue,
    Diagnostics,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// A code, as printed in brackets after a finding
    pub code: Option<String>,
}

#[derive(Debug, Args)]
pub struct Completions {
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct Sandbox {
    /// The port on 127.0.0.1; 0 for any free one
    #[arg(long, value_name = "PORT", default_value_t = crate::sandbox::DEFAULT_PORT)]
    pub port: u16,
    /// How long access tokens are good for
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration)]
    pub token_lifetime: std::time::Duration,
    /// Let ?auto=allow and ?auto=deny on the consent page's address decide without a person
    #[arg(long)]
    pub auto_consent: bool,
    /// Grant this scope and no other that is not named, whatever is asked for; repeat for several
    #[arg(long = "grant-only", value_name = "SCOPE")]
    pub grant_only: Vec<String>,
    /// Leave the granted scopes out of token answers
    #[arg(long)]
    pub no_scope_echo: bool,
    /// Let refresh tokens be used again instead of rotating them
    #[arg(long)]
    pub no_rotation: bool,
    /// Send people back to this address too, beside those on this machine; repeat for several
    #[arg(long = "redirect-uri", value_name = "URL")]
    pub redirect_uris: Vec<String>,
    /// Check the signatures of what /hooks/NAME receives with the secret in this environment variable; repeat for several
    #[arg(long = "hook-secret", value_name = "NAME=VARIABLE", value_parser = assignment)]
    pub hook_secrets: Vec<(String, String)>,
    /// How to print where it listens
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}
