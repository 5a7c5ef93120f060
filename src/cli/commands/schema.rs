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
        Some(SchemaKind::Diagnostics) => include_str!("../../../schemas/diagnostics.schema.json"),
        Some(SchemaKind::Baseline) => include_str!("../../../schemas/baseline.schema.json"),
        Some(SchemaKind::Catalogue) => include_str!("../../../schemas/catalogue.schema.json"),
    });
    Ok(Exit::Done)
}
