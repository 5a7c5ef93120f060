//! A custom function: a Deluge script of the application.

use super::{Address, Name};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;

/// A function as declared and as held. The script's text travels apart from it, found by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub category: Category,
    #[serde(default)]
    pub language: Language,
    /// The model or module of an alarm-rule function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    pub script: Script,
    /// The connections that the script names: read from it, never declared.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub connections: BTreeSet<Name>,
    /// What must be there first although no reference says so. Bookkeeping: changing it touches nothing on the platform.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<Address>,
    /// Whether Bowline refuses to delete or replace it. Bookkeeping too, and kept with the live object.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
}

/// Where a function may be used (zoho.com, IoT help, "Understanding custom functions").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    AlarmRule,
    NotificationProfile,
    Workflow,
    Schedule,
    Command,
    MessageHandler,
    ApiTrigger,
}

/// The language of a script.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    Deluge,
}

/// A script's file, below the project's root, and the SHA-256 of its bytes in lower-case hex. A declaration gives the path
/// alone; the digest is filled in when the file is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Script {
    pub path: String,
    pub sha256: String,
}

impl<'de> Deserialize<'de> for Script {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Declared(String),
            #[serde(rename_all = "snake_case")]
            Known {
                path: String,
                sha256: String,
            },
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::Declared(path) => Script { path, sha256: String::new() },
            Form::Known { path, sha256 } => Script { path, sha256 },
        })
    }
}
