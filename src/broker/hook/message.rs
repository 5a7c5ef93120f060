//! A call as it is kept: everything that an event decided, and nothing that proves who sends it.

use crate::resource::Method;
use serde::{Deserialize, Serialize};

/// A rendered call, kept sealed. Credentials, secret headers and the signature are added whenever it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) method: Method,
    pub(super) url: String,
    /// In the order in which they are sent; without the content type.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: MessageBody,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MessageBody {
    Empty,
    Form(Vec<(String, String)>),
    Text { content_type: String, text: String },
}

impl Message {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a message is plain JSON")
    }

    /// `None` where they are not what [`Message::to_bytes`] made.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}
