//! Webhooks: events that fire them, and what they have to deliver.

use super::form;
use crate::resource::{Name, WebhookState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An event that fires a webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// What fills the webhook's merge fields: `{"alarm": {"device": "freezer 2"}}`.
    #[schemars(schema_with = "form::any_object")]
    pub event: Value,
    /// The login user on whose behalf it is sent; whoever asks where it is left out. Counts only where the webhook's connection
    /// uses login users' credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = form::ACTOR))]
    pub user: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is tried when it is due.
    Pending,
    Delivered,
    /// It is not tried again unless somebody asks for it.
    Dead,
}

impl DeliveryState {
    const ALL: [DeliveryState; 3] = [DeliveryState::Pending, DeliveryState::Delivered, DeliveryState::Dead];
    pub(super) const WORDS: [&'static str; 3] = [Self::ALL[0].word(), Self::ALL[1].word(), Self::ALL[2].word()];

    /// As a body and a query have it.
    pub const fn word(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Dead => "dead",
        }
    }

    pub fn from_word(word: &str) -> Option<DeliveryState> {
        DeliveryState::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// One call that a webhook owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    pub id: String,
    #[schemars(schema_with = "form::name")]
    pub webhook: Name,
    /// The host that is called.
    pub host: String,
    pub state: DeliveryState,
    /// Why it is not tried although it is due: its webhook cannot fire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<WebhookState>,
    /// Since it was put into the queue.
    pub tries: u32,
    #[schemars(schema_with = "form::time")]
    pub created: String,
    /// Who triggered it.
    pub actor: String,
    /// The login user on whose behalf it is sent; left out where its connection uses its owner's credentials, or it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// When it is tried next; left out unless it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub due: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "form::some_time")]
    pub finished: Option<String>,
    /// Why it is not delivered; empty where there is nothing to say.
    pub reason: String,
}

/// One delivery with every try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryDetail {
    pub delivery: Delivery,
    pub attempts: Vec<Attempt>,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    #[schemars(schema_with = "form::time")]
    pub at: String,
    pub took_ms: u64,
    /// A word for machines: `delivered`, `status`, `not-sent` …
    pub result: String,
    /// The answer's status, where there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    pub message: String,
    /// The beginning of the answer's body.
    pub excerpt: String,
}
