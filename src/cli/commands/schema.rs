//! `schema [KIND]`: the JSON Schemas, exactly those that the binary checks with.

use crate::cli::args::{Schema, SchemaKind};
use crate::cli::exit::Exit;
use crate::cli::talk::{Failure, Talk};

pub(crate) fn run(args: &Schema, talk: &mut Talk<'_>) -> Result<Exit, Failure> {
    talk.data(match args.kind {
        None => include_str!("../../../schemas/bowline.schema.json"),
        Some(SchemaKind::Project) => include_str!("../../../schemas/project.schema.json"),
        Some(SchemaKind::Service) => include_str!("../../../schemas/service.schema.json"),
        Some(SchemaKind::Connection) => include_str!("../../../schemas/connection.schema.json"),
        Some(SchemaKind::Webhook) => include_str!("../../../schemas/webhook.schema.json"),
        Some(SchemaKind::Function) => include_str!("../../../schemas/function.schema.json"),
        Some(SchemaKind::Plan) => include_str!("../../../schemas/plan.schema.json"),
        Some(SchemaKind::Snapshot) => include_str!("../../../schemas/snapshot.schema.json"),
        Some(SchemaKind::Drift) => include_str!("../../../schemas/drift.schema.json"),
        Some(SchemaKind::Diagnostics) => include_str!("../../../schemas/diagnostics.schema.json"),
        Some(SchemaKind::Baseline) => include_str!("../../../schemas/baseline.schema.json"),
        Some(SchemaKind::Outcome) => include_str!("../../../schemas/outcome.schema.json"),
        Some(SchemaKind::Events) => include_str!("../../../schemas/events.schema.json"),
        Some(SchemaKind::Status) => include_str!("../../../schemas/status.schema.json"),
        Some(SchemaKind::Services) => include_str!("../../../schemas/services.schema.json"),
        Some(SchemaKind::Graph) => include_str!("../../../schemas/graph.schema.json"),
        Some(SchemaKind::Audit) => include_str!("../../../schemas/audit.schema.json"),
        Some(SchemaKind::Keys) => include_str!("../../../schemas/keys.schema.json"),
        Some(SchemaKind::Connect) => include_str!("../../../schemas/connect.schema.json"),
        Some(SchemaKind::Revoke) => include_str!("../../../schemas/revoke.schema.json"),
        Some(SchemaKind::Deliveries) => include_str!("../../../schemas/deliveries.schema.json"),
        Some(SchemaKind::Preview) => include_str!("../../../schemas/preview.schema.json"),
        Some(SchemaKind::Sandbox) => include_str!("../../../schemas/sandbox.schema.json"),
        Some(SchemaKind::Tour) => include_str!("../../../schemas/tour.schema.json"),
        Some(SchemaKind::Lock) => include_str!("../../../schemas/lock.schema.json"),
        Some(SchemaKind::Users) => include_str!("../../../schemas/users.schema.json"),
        Some(SchemaKind::Tokens) => include_str!("../../../schemas/tokens.schema.json"),
        Some(SchemaKind::Applications) => include_str!("../../../schemas/applications.schema.json"),
        Some(SchemaKind::Backup) => include_str!("../../../schemas/backup.schema.json"),
        Some(SchemaKind::Serve) => include_str!("../../../schemas/serve.schema.json"),
        Some(SchemaKind::Refs) => include_str!("../../../schemas/refs.schema.json"),
        Some(SchemaKind::Openapi) => include_str!("../../../schemas/openapi.json"),
        Some(SchemaKind::Catalogue) => include_str!("../../../schemas/catalogue.schema.json"),
    });
    Ok(Exit::Done)
}
