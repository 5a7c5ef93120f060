//! The console's forms: the fields of each kind of resource, in the order and under the labels of the help pages, and what
//! goes into them. What the forms lack is not here. Knows no plan.

use super::super::literal::markdown;
use crate::resource::{
    Address, ApiKey, Auth, Body, Connection, Function, Name, OAuth1, OAuth2, Resource, Scope, Service, Value, Webhook, WebhookAuth,
};

/// One field of a form.
pub(super) struct Field {
    /// As the help pages call it.
    pub label: &'static str,
    /// Which one it is, where the form has as many as one likes: the key of a parameter, the name of a scope.
    pub entry: Option<String>,
    /// What goes in, as Markdown.
    pub text: String,
}

/// The display name of a service, where it is known: the console lists services by it.
pub(super) type ServiceName<'a> = &'a dyn Fn(&Name) -> Option<String>;

/// The form's fields, in its order; those that stay empty are left out.
pub(super) fn fields(resource: &Resource, target: &Address, services: ServiceName<'_>) -> Vec<Field> {
    let mut fields = match resource {
        Resource::Service(service) => service_fields(service, target),
        Resource::Connection(connection) => connection_fields(connection, target, services),
        Resource::Webhook(webhook) => webhook_fields(webhook, target),
        Resource::Function(function) => function_fields(function, target),
    };
    fields.retain(|field| !field.text.is_empty());
    fields
}

fn field(label: &'static str, text: String) -> Field {
    Field { label, entry: None, text }
}

fn entry(label: &'static str, entry: &str, text: String) -> Field {
    Field { label, entry: Some(entry.to_owned()), text }
}

/// A name with what goes in beside it.
fn pair(label: &'static str, name: &str, text: &str) -> Field {
    entry(label, name, format!("{}: {text}", markdown(name)))
}

fn service_fields(service: &Service, target: &Address) -> Vec<Field> {
    let names = [field("Service Name", markdown(&service.name)), field("Service Link Name", markdown(target.name.as_str()))];
    let auth = match &service.auth {
        Auth::Oauth2(oauth2) => oauth2_fields(oauth2),
        Auth::Oauth1(oauth1) => oauth1_fields(oauth1),
        Auth::ApiKey(api_key) => api_key_fields(api_key),
        Auth::Basic => vec![field("Authentication Type", "**Basic Authentication**".to_owned())],
    };
    names.into_iter().chain(auth).collect()
}

fn oauth2_fields(oauth2: &OAuth2) -> Vec<Field> {
    let fields = [
        field("Authentication Type", "**OAuth 2**".to_owned()),
        field("Param Type", json_word(&oauth2.param_type)),
        field("Grant Type", json_word(&oauth2.grant)),
        field("Client Id", optional(oauth2.client_id.as_ref())),
        field("Client Secret", optional(oauth2.client_secret.as_ref())),
        field("Authorize URL", text(oauth2.authorize_url.as_deref())),
        field("Access Token URL", markdown(&oauth2.token_url)),
        field("Refresh Token URL", markdown(oauth2.refresh_url.as_deref().unwrap_or(&oauth2.token_url))),
        field("Revoke Token URL", text(oauth2.revoke_url.as_deref())),
    ];
    let scope =
        |(scope, name): (&Scope, &String)| entry("Scope", &scope.0, format!("{}, displayed as {}", markdown(&scope.0), markdown(name)));
    let scopes = oauth2.scopes.iter().map(scope);
    fields.into_iter().chain(scopes).chain([field("Scope Delimiter", json_word(&oauth2.scope_delimiter))]).collect()
}

fn oauth1_fields(oauth1: &OAuth1) -> Vec<Field> {
    vec![
        field("Authentication Type", "**OAuth 1**".to_owned()),
        field("Consumer Key", optional(oauth1.consumer_key.as_ref())),
        field("Consumer Secret", optional(oauth1.consumer_secret.as_ref())),
        field("Request Token URL", markdown(&oauth1.request_token_url)),
        field("Authorize URL", markdown(&oauth1.authorize_url)),
        field("Access Token URL", markdown(&oauth1.access_token_url)),
        field("Param Type", json_word(&oauth1.param_type)),
    ]
}

fn api_key_fields(api_key: &ApiKey) -> Vec<Field> {
    let parameter =
        |(key, name): (&String, &String)| entry("Parameter", key, format!("key {}, displayed as {}", markdown(key), markdown(name)));
    let fields = [field("Authentication Type", "**API Key**".to_owned()), field("Param Type", json_word(&api_key.param_type))];
    fields.into_iter().chain(api_key.parameters.iter().map(parameter)).collect()
}

fn connection_fields(connection: &Connection, target: &Address, services: ServiceName<'_>) -> Vec<Field> {
    let service = services(&connection.service).unwrap_or_else(|| connection.service.to_string());
    let fields = [
        field("Service", markdown(&service)),
        field("Connection Name", markdown(&connection.name)),
        field("Connection Link Name", format!("{}, which can never be changed", markdown(target.name.as_str()))),
        field("Use credentials of login user", switch(connection.use_login_user_credentials)),
    ];
    let parameters = connection.parameters.iter().map(|(key, text)| pair("Parameter", key, &markdown(text)));
    let scopes = connection.scopes.iter().map(|scope| entry("Scope", &scope.0, markdown(&scope.0)));
    let asked = connection.credentials.iter().map(|(key, held)| pair("Asked when connecting", key, &value(held)));
    fields.into_iter().chain(parameters).chain(scopes).chain(asked).collect()
}

fn webhook_fields(webhook: &Webhook, target: &Address) -> Vec<Field> {
    let fields = [
        field("Name", markdown(&webhook.name)),
        field("Description", text(Some(webhook.description.as_str()).filter(|text| !text.is_empty()))),
        field("Method", format!("**{}**", webhook.method.word())),
        field("URL to Notify", markdown(&webhook.url)),
    ];
    let auth = match &webhook.auth {
        WebhookAuth::General => vec![field("Authentication Type", "**General**".to_owned())],
        WebhookAuth::Connection(name) => {
            vec![field("Authentication Type", "**Connection(s)**".to_owned()), field("Connection", markdown(name.as_str()))]
        }
    };
    let headers = webhook.headers.iter().map(|(name, held)| pair("Header, custom parameter", name, &value(held)));
    let query = webhook.query.iter().map(|(name, held)| pair("URL parameter", name, &value(held)));
    fields.into_iter().chain(auth).chain(headers).chain(query).chain(body_fields(&webhook.body, target)).collect()
}

fn body_fields(body: &Body, target: &Address) -> Vec<Field> {
    let raw = |format: String, content: String| vec![field("Body", format!("**Raw Data**, {format}: {content}"))];
    match body {
        Body::None => vec![field("Body", "**None**".to_owned())],
        Body::Form(form) => {
            let parameters = form.iter().map(|(name, text)| pair("Form parameter", name, &markdown(text)));
            [field("Body", "**Form-Data**".to_owned())].into_iter().chain(parameters).collect()
        }
        Body::Json(json) => raw("JSON".to_owned(), markdown(&json.to_string())),
        // A list item holds one line; where the line breaks matter, the rendered file has them.
        Body::Raw { format, content } if content.trim_end().contains('\n') => {
            raw(json_word(format), format!("the `content` of {}", markdown(&format!("webhooks/{}.json", target.name))))
        }
        Body::Raw { format, content } => raw(json_word(format), markdown(content)),
    }
}

fn function_fields(function: &Function, target: &Address) -> Vec<Field> {
    vec![
        field("Category", json_word(&function.category)),
        field("Language", "**Deluge**".to_owned()),
        field("Model/Module", text(function.module.as_deref())),
        field("Display Name", markdown(&function.name)),
        field("Function Name", markdown(target.name.as_str())),
        field("Description", text(Some(function.description.as_str()).filter(|text| !text.is_empty()))),
        field("Script", format!("the text of {}", markdown(&function.script.path))),
    ]
}

fn switch(on: bool) -> String {
    if on { "**on**".to_owned() } else { "**off**".to_owned() }
}

/// A word of the language in the form's spelling: `authorization_code` → Authorization code.
fn json_word(word: &impl serde::Serialize) -> String {
    let word = serde_json::to_value(word).expect("words are JSON strings");
    let word = word.as_str().unwrap_or_default().replace('_', " ");
    let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
    format!("**{}{rest}**", first.to_uppercase())
}

fn text(text: Option<&str>) -> String {
    text.map(markdown).unwrap_or_default()
}

fn optional(held: Option<&Value>) -> String {
    held.map(value).unwrap_or_default()
}

fn value(held: &Value) -> String {
    match held {
        Value::Literal(text) => markdown(text),
        Value::From(reference) => format!("the secret from {}", markdown(&reference.to_string())),
    }
}
