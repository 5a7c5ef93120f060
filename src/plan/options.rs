//! What is asked of a plan, and why there is none.

use super::model::Mode;
use crate::resource::{Address, Fingerprint, SecretPath, Traces};
use std::collections::{BTreeMap, BTreeSet};

/// Fingerprints of the desired secrets, as far as they could be read. Where one is absent, references alone are compared.
pub type Fingerprints = BTreeMap<Address, BTreeMap<SecretPath, Fingerprint>>;

/// What is asked of a plan.
#[derive(Debug, Clone, Default)]
pub struct PlanOptions {
    pub mode: Mode,
    /// Narrows the plan to these and what they need; empty means everything.
    pub targets: BTreeSet<Address>,
    /// Whether an empty project may delete what it owns.
    pub allow_empty: bool,
    /// Who did what last, as far as whoever plans may know it. Makes no step another; says why, and what drifted.
    pub traces: Traces,
}

/// There is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// `known` holds every address that could have been meant, for a did-you-mean.
    #[error("nothing named `{target}` is declared, and the project owns nothing of that name")]
    UnknownTarget { target: Address, known: Vec<Address> },
    #[error("the project declares nothing and owns {owned} live objects: an empty project deletes nothing unless that is allowed")]
    EmptyProject { owned: usize },
    #[error("no order is possible: {} depend on each other in a circle", circle(.addresses))]
    Circle { addresses: Vec<Address> },
}

fn circle(addresses: &[Address]) -> String {
    addresses.iter().map(|address| format!("`{address}`")).collect::<Vec<_>>().join(", ")
}
