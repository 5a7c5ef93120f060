//! What reading a script yields: its mistakes, the connections it names, and what a reviewer should see.

use std::ops::Range;

/// A script as read.
#[derive(Debug, Clone, Default)]
pub struct Script {
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
    pub url: Option<String>,
    pub method: Option<String>,
    /// False where the call's signature is not known to us and the last text could be something else: such a use counts
    /// if the project declares a connection of that name, and is no error otherwise.
    pub sure: bool,
}

/// Something in a script that a reviewer should see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// The connection is chosen at run time: it cannot be told which.
    DynamicConnection,
    /// A token or password is written into the script. The value is never quoted.
    HardCodedSecret,
    /// The address is not HTTPS.
    PlainHttp { url: String },
    /// A call that the platform is phasing out, and what replaces it.
    Deprecated { call: String, instead: &'static str },
    /// The host that a call goes to; `connection` is the name given to the same call, `data_centre` its Zoho suffix.
    Host { host: String, data_centre: Option<&'static str>, connection: Option<String> },
    /// Works, but the editor wants quotes.
    UnquotedConnection { name: String },
}

impl Script {
    pub(super) fn read(_text: &str) -> Script {
        Script::default()
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
}
