//! Why an event was not taken, or the queue not worked.

use crate::broker::BrokerError;
use crate::resource::{Address, MergeFault};
use crate::store::StoreError;
use std::collections::BTreeSet;

/// It was not done. Holds nothing of an event but the names of its fields.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    #[error("the event does not fill `{webhook}`")]
    Unfilled {
        webhook: Address,
        #[source]
        source: FillError,
    },
    #[error("there is no delivery `{0}`")]
    NoDelivery(String),
    #[error("the delivery `{0}` is being tried at this moment")]
    UnderWay(String),
    #[error("the key `{0}` stands for another event already")]
    KeyReused(String),
    #[error(transparent)]
    Broker(#[from] BrokerError),
}

impl From<StoreError> for HookError {
    fn from(error: StoreError) -> Self {
        HookError::Broker(BrokerError::Store(error))
    }
}

/// Why a webhook's merge fields cannot be filled with an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    #[error("the event has no {}", listed(.0))]
    Missing(BTreeSet<String>),
    #[error("{fault} in `{within}`")]
    Malformed { fault: MergeFault, within: String },
    #[error("a merge field would decide which host is called")]
    Host,
    #[error("the value of {} would lead out of the URL's path", listed(.0))]
    Path(BTreeSet<String>),
    #[error("`${{{0}}}` follows a backslash in JSON text, where no value can stand")]
    AfterBackslash(String),
    #[error("{place} would be larger than {limit} bytes")]
    TooLarge { place: String, limit: usize },
    #[error("the URL cannot be called once it is filled")]
    Url,
}

fn listed(fields: &BTreeSet<String>) -> String {
    fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ")
}
