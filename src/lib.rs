//! Bowline: connections as code. The map of the house.
//!
//! Text goes down a row of pure functions, text → tree → shaped → declarations → project → changes → plan, and I/O
//! stands at both ends only. Rooms lie on floors; arrows point down, and a test (`tests/it/architecture.rs`) holds them.
//!
//! | floor | rooms |
//! |---|---|
//! | ground | [`text`] where something stands · [`diag`] what is wrong with it · [`clock`] the time, as a parameter · [`secret`] values nobody may print |
//! | nouns | [`resource`] services, connections, webhooks, functions; the project, what is live, and the platform's rules |
//! | thought | [`compile`] text → project · [`layout`] a file in its canonical layout · [`moving`] a resource under another name · [`owning`] what is live taken into the files and let go of · [`refs`] who names what, and what scopes that needs · [`deluge`] scripts as a language · [`plan`] two worlds → steps · [`policy`] a project's own rules over a plan · [`render`] project → snippets · [`oauth`] grants as a state machine · [`vault`] seal and open |
//! | data | [`catalogue`] the default services, one YAML file each |
//! | contracts | [`wire`] the HTTP API's words and its table of routes · [`apply`] the executor, its `Remote` port and the plan file |
//! | edges | [`workspace`] files of a project · [`store`] the broker's tables · [`upstream`] the one guarded HTTP client · [`vcs`] a comment on a pull request · [`embedded`] `Remote` answered in this process · [`remote`] answered over HTTP |
//! | houses | [`broker`] the platform's use-cases: no HTTP, no SQL · [`server`] the same over HTTP · [`sandbox`] a provider and an API on loopback, for trying out |
//! | door | [`cli`] arguments, commands, reports, exit codes |

pub mod clock;
pub mod diag;
pub mod secret;
pub mod text;

pub mod resource;

pub mod compile;
pub mod deluge;
pub mod layout;
pub mod moving;
pub mod oauth;
pub mod owning;
pub mod plan;
pub mod policy;
pub mod refs;
pub mod render;
pub mod vault;

pub mod catalogue;

pub mod apply;
pub mod wire;

pub mod embedded;
pub mod remote;
pub mod store;
pub mod upstream;
pub mod vcs;
pub mod workspace;

pub mod broker;
pub mod sandbox;
pub mod server;

pub mod cli;
