//! Renders every template for every resource that it is for. Knows no file: a snippet's path is below a folder of the
//! caller's choice.

use super::templates::{Subject, Templates};
use super::view::{ConnectionView, FunctionView, ProjectView, ServiceView, WebhookView};
use crate::diag::Diagnostics;
use crate::resource::{Address, Project, Resource};

/// A text and where it belongs, always with `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Snippet {
    pub path: String,
    pub text: String,
}

/// Renders all snippets of a project, by path, or says what is wrong with its templates.
pub fn render(project: &Project, templates: &Templates) -> Result<Vec<Snippet>, Diagnostics> {
    let mut snippets = Vec::new();
    let mut diags = Diagnostics::default();
    let whole = context(&ProjectView::of(project));
    for template in templates.subjects() {
        match template.subject {
            Subject::Project => put(templates, template.name, template.name.to_owned(), &whole, &mut snippets, &mut diags),
            Subject::Each(kind) => {
                for (address, resource) in project.resources.iter().filter(|(address, _)| address.kind == kind) {
                    let mut context = view(project, address, resource);
                    context.extend(whole.clone());
                    put(templates, template.name, path(address, template.extension), &context, &mut snippets, &mut diags);
                }
            }
        }
    }
    snippets.sort();
    if diags.has_errors() { Err(diags) } else { Ok(snippets) }
}

fn put(templates: &Templates, name: &str, path: String, context: &tera::Context, snippets: &mut Vec<Snippet>, diags: &mut Diagnostics) {
    match templates.render(name, context) {
        Ok(text) => snippets.push(Snippet { path, text }),
        Err(diagnostic) => diags.push(diagnostic),
    }
}

fn view(project: &Project, address: &Address, resource: &Resource) -> tera::Context {
    match resource {
        Resource::Service(service) => context(&ServiceView::of(project, &address.name, service)),
        Resource::Connection(connection) => context(&ConnectionView::of(project, address, connection)),
        Resource::Webhook(webhook) => context(&WebhookView::of(address, webhook)),
        Resource::Function(function) => context(&FunctionView::of(address, function)),
    }
}

fn context(view: &impl serde::Serialize) -> tera::Context {
    tera::Context::from_serialize(view).expect("views are objects with text keys")
}

/// `connections/crm_read.ds`. Link names are plain words; were one not, it could still not leave the folder.
fn path(address: &Address, extension: &str) -> String {
    let name: String = address
        .name
        .as_str()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "_-".contains(c) { c.to_string() } else { format!("%{:x}", u32::from(c)) })
        .collect();
    format!("{}/{name}.{extension}", address.kind.plural())
}

#[cfg(test)]
mod tests;
