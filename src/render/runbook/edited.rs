//! What of a form a difference is about. A plan tells what differs in a declaration; a person fills in fields, so each path
//! leads to the field that it is part of. Paths without one are kept by Bowline alone and lead nowhere.

use super::super::literal::markdown;
use super::form::Field;
use crate::plan::{DiffOp, DiffValue, Difference};
use crate::resource::{Auth, Body, Resource, Service, Webhook};

/// A part of a form.
enum Part {
    /// Fields that are filled in together; the first is there always, or can stay empty.
    Fields(&'static [&'static str]),
    /// One of the entries under a label.
    Entry(&'static str, String),
    /// Everything below the names of a service: another type of authentication has other fields.
    Authentication,
}

impl Part {
    fn has(&self, field: &Field) -> bool {
        match self {
            Part::Fields(labels) => labels.contains(&field.label),
            Part::Entry(label, entry) => field.label == *label && field.entry.as_ref() == Some(entry),
            Part::Authentication => !["Service Name", "Service Link Name"].contains(&field.label),
        }
    }

    /// What is done where the form no longer has it.
    fn emptied(&self) -> Option<String> {
        match self {
            Part::Fields(labels) => labels.first().map(|label| format!("*{label}*: leave empty")),
            Part::Entry(label, entry) => Some(format!("*{label}*: take away {}", markdown(entry))),
            Part::Authentication => None,
        }
    }
}

/// A line for every field that the differences touch, in the form's order, then what is emptied. None where the form has
/// nothing of it.
pub(super) fn lines(differences: &[Difference], resource: &Resource, fields: &[Field]) -> Vec<String> {
    let touched: Vec<(Part, &Difference)> =
        differences.iter().flat_map(|one| parts(resource, one).into_iter().map(move |part| (part, one))).collect();
    let filled = fields.iter().filter_map(|field| {
        let (part, difference) = touched.iter().find(|(part, _)| part.has(field))?;
        let add = matches!(part, Part::Entry(..)) && is_new(difference);
        Some(format!("*{}*: {}{}", field.label, if add { "add " } else { "" }, field.text))
    });
    let mut lines: Vec<String> = filled.collect();
    for (part, _) in touched.iter().filter(|(part, _)| !fields.iter().any(|field| part.has(field))) {
        lines.extend(part.emptied().filter(|line| !lines.contains(line)));
    }
    lines
}

fn is_new(difference: &Difference) -> bool {
    match difference.op {
        DiffOp::Add | DiffOp::SetAdd => true,
        DiffOp::SecretWrite => difference.before.is_none(),
        DiffOp::Remove | DiffOp::Replace | DiffOp::SetRemove => false,
    }
}

fn parts(resource: &Resource, difference: &Difference) -> Vec<Part> {
    let path = difference.path.as_str();
    match resource {
        Resource::Service(service) => of_service(service, path),
        Resource::Connection(_) => of_connection(path, difference.value.as_ref()),
        Resource::Webhook(webhook) => of_webhook(webhook, path),
        Resource::Function(_) => of_function(path),
    }
}

/// The key at the end of a path below a map.
fn below(path: &str, map: &str) -> Option<String> {
    Some(path.strip_prefix(map)?.strip_prefix('/')?.replace("~1", "/").replace("~0", "~"))
}

fn fields(labels: &'static [&'static str]) -> Vec<Part> {
    vec![Part::Fields(labels)]
}

fn of_service(service: &Service, path: &str) -> Vec<Part> {
    let entries = [("Scope", below(path, "/auth/scopes")), ("Parameter", below(path, "/auth/parameters"))];
    if let Some((label, key)) = entries.into_iter().find_map(|(label, key)| Some((label, key?))) {
        return vec![Part::Entry(label, key)];
    }
    // A form without a refresh URL of its own has the token's in both fields.
    let shared = matches!(&service.auth, Auth::Oauth2(oauth2) if oauth2.refresh_url.is_none());
    match path {
        "/name" => fields(&["Service Name"]),
        "/auth/type" => vec![Part::Authentication],
        "/auth/param_type" => fields(&["Param Type"]),
        "/auth/grant" => fields(&["Grant Type"]),
        "/auth/client_id" => fields(&["Client Id"]),
        "/auth/client_secret" => fields(&["Client Secret"]),
        "/auth/consumer_key" => fields(&["Consumer Key"]),
        "/auth/consumer_secret" => fields(&["Consumer Secret"]),
        "/auth/request_token_url" => fields(&["Request Token URL"]),
        "/auth/authorize_url" => fields(&["Authorize URL"]),
        "/auth/token_url" if shared => fields(&["Access Token URL", "Refresh Token URL"]),
        "/auth/token_url" | "/auth/access_token_url" => fields(&["Access Token URL"]),
        "/auth/refresh_url" => fields(&["Refresh Token URL"]),
        "/auth/revoke_url" => fields(&["Revoke Token URL"]),
        "/auth/scope_delimiter" => fields(&["Scope Delimiter"]),
        // Description, hosts, PKCE and the like: the platform's form has none of them.
        _ => Vec::new(),
    }
}

fn of_connection(path: &str, value: Option<&DiffValue>) -> Vec<Part> {
    let scope = match value {
        Some(DiffValue::Plain(value)) if path == "/scopes" => value.as_str().map(str::to_owned),
        Some(DiffValue::Plain(_) | DiffValue::Secret { .. }) | None => None,
    };
    let entries = [("Scope", scope), ("Parameter", below(path, "/parameters")), ("Asked when connecting", below(path, "/credentials"))];
    if let Some((label, key)) = entries.into_iter().find_map(|(label, key)| Some((label, key?))) {
        return vec![Part::Entry(label, key)];
    }
    match path {
        "/name" => fields(&["Connection Name"]),
        "/service" => fields(&["Service"]),
        "/use_login_user_credentials" => fields(&["Use credentials of login user"]),
        _ => Vec::new(),
    }
}

fn of_webhook(webhook: &Webhook, path: &str) -> Vec<Part> {
    let entries = [("Header, custom parameter", below(path, "/headers")), ("URL parameter", below(path, "/query"))];
    if let Some((label, key)) = entries.into_iter().find_map(|(label, key)| Some((label, key?))) {
        return vec![Part::Entry(label, key)];
    }
    match (&webhook.body, below(path, "/body/form")) {
        (Body::Form(_), Some(key)) => return vec![Part::Fields(&["Body"]), Part::Entry("Form parameter", key)],
        (Body::None | Body::Form(_) | Body::Json(_) | Body::Raw { .. }, _) => {}
    }
    match path {
        "/name" => fields(&["Name"]),
        "/description" => fields(&["Description"]),
        "/method" => fields(&["Method"]),
        "/url" => fields(&["URL to Notify"]),
        "/auth/connection" => fields(&["Authentication Type", "Connection"]),
        "/body" => fields(&["Body"]),
        path if path.starts_with("/body/") => fields(&["Body"]),
        // Signing: what receives the call checks it, the platform's form does not offer it.
        _ => Vec::new(),
    }
}

fn of_function(path: &str) -> Vec<Part> {
    match path {
        "/name" => fields(&["Display Name"]),
        "/description" => fields(&["Description"]),
        "/category" => fields(&["Category"]),
        "/language" => fields(&["Language"]),
        "/module" => fields(&["Model/Module"]),
        "/script/path" | "/script/sha256" => fields(&["Script"]),
        // The connections are read from the script.
        _ => Vec::new(),
    }
}
