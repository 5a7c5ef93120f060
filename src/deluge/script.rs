//! What reading a script yields: its mistakes, the connections it names, and what a reviewer should see.

use std::collections::BTreeMap;
use std::ops::Range;

use super::ast::{ExprKind, Statement, Task};
use super::connections::Reader;
use super::diags;
use super::findings::{self, Reviewer};
use super::literal::unescaped;
use super::parser::{self, Parsed};
use super::token::Extent;
use super::variables::{Variables, inside};
use super::walk::{expressions, scopes};

/// What one script may be told. More is noise: the rest shows when these are mended.
pub(super) const MOST_ERRORS: usize = 100;

/// A script as read.
#[derive(Debug, Clone, Default)]
pub struct Script {
    text: String,
    statements: Vec<Statement>,
    errors: Vec<SyntaxError>,
    connections: Vec<ConnectionUse>,
    findings: Vec<Finding>,
}

/// One place where the text is not Deluge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Bytes of the script; on character boundaries; empty at the end of the text.
    pub span: Range<usize>,
    pub message: String,
    /// How to mend it, where we know.
    pub help: Option<String>,
}

/// What kind of call names a connection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskKind {
    InvokeUrl,
    InvokeApi,
    /// `zoho.crm.getRecords`, as written.
    Integration(String),
}

/// One place where a script names a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionUse {
    pub name: String,
    /// The name itself, without quotes: what a rename replaces.
    pub span: Range<usize>,
    /// The call that uses it (differs from `span`'s statement where a variable carries the name).
    pub at: Range<usize>,
    pub task: TaskKind,
    /// The URL where all of it is literals, put together or through variables that are given a value once.
    pub url: Option<String>,
    /// As much of the URL's beginning as can be told.
    pub url_start: Option<String>,
    /// In upper case; `GET`.
    pub method: Option<String>,
    /// `ZohoCRM`: what an `invokeapi` names in place of a URL. Its `url` is a path then.
    pub service: Option<String>,
    /// What an integration task is about, where its first argument is a text: `Leads`.
    pub subject: Option<String>,
    /// False where the call's signature is not known to us and the last text could be something else: such a use counts
    /// if the project declares a connection of that name, and is no error otherwise.
    pub sure: bool,
    /// Where it is not sure: whether it stands where most calls of that app have their connection.
    pub likely: bool,
}

impl ConnectionUse {
    /// The app whose API the call is for, in lower case: `crm` of `zoho.crm.getRecords` and of `service : ZohoCRM`. None
    /// where a URL tells it, or nothing.
    pub fn app(&self) -> Option<String> {
        match &self.task {
            TaskKind::InvokeUrl => None,
            TaskKind::InvokeApi => Some(self.service.as_ref()?.to_ascii_lowercase().strip_prefix("zoho")?.to_owned()),
            TaskKind::Integration(name) => Some(name.split('.').nth(1)?.to_ascii_lowercase()),
        }
    }
}

/// Something in a script that a reviewer should see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// The connection is chosen at run time: it cannot be told which. `begins` is as much of its name as can be.
    DynamicConnection { begins: String },
    /// A token or password is written into the script. `what` says which kind; the value is never quoted.
    HardCodedSecret { what: &'static str },
    /// A call that is not HTTPS; `host` is empty where it cannot be told.
    PlainHttp { host: String },
    /// A call that the platform is phasing out, and what replaces it.
    Deprecated { call: String, instead: &'static str },
    /// The host that a call goes to; `connection` is the name given to the same call, `data_centre` its Zoho suffix.
    Host { host: String, data_centre: Option<&'static str>, connection: Option<String> },
    /// A URL that clients read differently, or that none can call.
    BadUrl { slip: UrlSlip },
    /// The script puts an `Authorization` header together when it runs.
    OwnAuthorization,
    /// A key that the block of a task does not have ([`block_keys`](super::block_keys)).
    UnknownKey { task: &'static str, key: String },
    /// A key that the block of a task needs.
    MissingKey { task: &'static str, key: &'static str },
    /// A key that stands in a block before.
    RepeatedKey { task: &'static str, key: String },
    /// The `type` of a block is none of [`METHODS`](super::METHODS).
    UnknownMethod { task: &'static str, method: String },
    /// A block names a connection of no name.
    NamelessConnection,
    /// Works, but the editor wants quotes.
    UnquotedConnection { name: String },
}

/// What is wrong with a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UrlSlip {
    Backslash,
    NoScheme,
}

impl Script {
    pub(super) fn read(text: &str) -> Script {
        if u32::try_from(text.len()).is_err() {
            return Script { errors: vec![diags::too_large()], ..Script::default() };
        }
        let Parsed { statements, errors, comments } = parser::parse(text);
        let (connections, findings) = facts(text, &statements, &comments);
        Script { text: text.to_owned(), statements, errors, connections, findings }
    }

    /// Every mistake, in the order of the text.
    pub fn errors(&self) -> &[SyntaxError] {
        &self.errors
    }

    /// Every connection named, in the order of the text.
    pub fn connections(&self) -> &[ConnectionUse] {
        &self.connections
    }

    /// What a reviewer should see, in the order of the text.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The tree. Its places are bytes of [`Script::text`].
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every task block, outside of functions first, in the order of the text.
    pub fn tasks(&self) -> Vec<&Task> {
        let mut all = Vec::new();
        for scope in scopes(&self.statements) {
            expressions(scope.statements, &mut |expr| {
                if let ExprKind::Task(task) = &expr.kind {
                    all.push(task);
                }
            });
        }
        all
    }

    /// What every text literal says, outside of functions first, in the order of the text.
    pub fn texts(&self) -> Vec<String> {
        let mut all = Vec::new();
        for scope in scopes(&self.statements) {
            expressions(scope.statements, &mut |expr| {
                all.extend(expr.said(&self.text));
            });
        }
        all
    }
}

impl Extent {
    /// What the literal that stands here says.
    pub fn unquoted(self, text: &str) -> String {
        unescaped(inside(self, text).of(text))
    }
}

fn facts(text: &str, statements: &[Statement], comments: &[Extent]) -> (Vec<ConnectionUse>, Vec<Finding>) {
    let (mut uses, mut findings) = (Vec::new(), findings::in_comments(text, comments));
    for scope in scopes(statements) {
        let variables = Variables::of(text, &scope);
        let begun = uses.len();
        let mut reader = Reader { text, variables: &variables, uses: &mut uses, findings: &mut findings };
        expressions(scope.statements, &mut |expr| reader.read(expr));
        let mut connection_at: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for one in &uses[begun..] {
            connection_at.entry(one.at.start).or_default().push(one.name.clone());
        }
        Reviewer { text, variables: &variables, connection_at: &connection_at, findings: &mut findings }.review(&scope);
    }
    uses.sort_by_key(|one| (one.at.start, one.span.start));
    findings.sort_by_key(|one| (one.span.start, one.span.end, one.kind.clone()));
    // One secret is told once, however many rules see it; one literal serves several calls.
    findings.dedup_by(|next, kept| next == kept || (next.kind.is_secret() && kept.kind.is_secret() && next.span == kept.span));
    (uses, findings)
}

impl FindingKind {
    fn is_secret(&self) -> bool {
        match self {
            FindingKind::HardCodedSecret { .. } => true,
            FindingKind::DynamicConnection { .. }
            | FindingKind::PlainHttp { .. }
            | FindingKind::Deprecated { .. }
            | FindingKind::Host { .. }
            | FindingKind::BadUrl { .. }
            | FindingKind::OwnAuthorization
            | FindingKind::UnknownKey { .. }
            | FindingKind::MissingKey { .. }
            | FindingKind::RepeatedKey { .. }
            | FindingKind::UnknownMethod { .. }
            | FindingKind::NamelessConnection
            | FindingKind::UnquotedConnection { .. } => false,
        }
    }
}
