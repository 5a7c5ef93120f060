//! The default services: what Bowline knows about each service that can be connected to without declaring it.
//!
//! One YAML file a service below `services/`, described by `schemas/catalogue.schema.json` and embedded as text. A file is
//! parsed when it is asked for, so a service that nobody names costs nothing. An [`Entry`] becomes the same
//! [`Service`](crate::resource::Service) that a project declares for itself once the variables of its URLs have values.
//! Knows nothing of the user's project, of YAML positions, or of how anything is sent.
//!
//! Adding a service: its file, its key in `listed.rs`. A quirk that code must act on is a variant of [`Quirk`]; what only a
//! person has to know is a note. What Zoho's data centres are called stands once, in `data_centre.rs`.

mod api;
mod data_centre;
mod entry;
mod evidence;
mod fault;
mod listed;
mod oauth;
mod own;
mod provider;
mod quirk;
mod revocation;
mod scopes;
mod scopes_form;
mod separators;
mod service;
mod shelf;
mod show;
mod show_oauth;
#[cfg(test)]
mod tests;
mod variable;
mod zoho;

pub use api::{Api, Call, CredentialPlace, CredentialRule, Expired, Organisation, RateLimit};
pub use data_centre::{DATA_CENTRES, DataCentre};
pub use entry::{Alternative, AuthKind, Entry, Field};
pub use evidence::{Confidence, Confirms, Evidence, Grade, Source, Survey, SurveyedScopes};
pub use fault::EntryFault;
pub use oauth::{
    AccessToken, Captures, ClientPart, ClientProof, ExchangeFact, ExchangeFacts, Issued, Lifetime, LifetimeWord, Limits, OAuth1Facts,
    OAuth2Facts, Pkce, RefreshToken, Revocation, RevocationProof, RevocationSends, Separator, TokenRequest,
};
pub use own::{SCHEMA, Shelf, laid_over};
pub use provider::ApiRules;
pub use quirk::{Quirk, Told};
pub use scopes::{KnownScope, ScopeInfo, ScopeList, Scopes, Successor};
pub use separators::wants_spaces;
pub use shelf::{Row, all, find, keys, renewals_in_ten_minutes, rows, search};
pub use show::Section;
pub use variable::{Parameter, ParameterProblem, Table, Variable};
pub use zoho::{ANY_ZOHO_APP, stands_for};
