//! The front page: what is here and what to call it with.

use super::answer::{self, Answer, Asked};
use super::known::{self, CLIENTS, Proof, SCOPES};
use super::page::{escaped, whole};
use super::site::Site;
use http::StatusCode;

const PATHS: [(&str, &str); 12] = [
    ("/oauth/authorize", "a person consents"),
    ("/oauth/token", "code, refresh, client credentials"),
    ("/oauth/revoke, /oauth/introspect, /oauth/userinfo", "revoke a token, look into one, see whose it is"),
    ("/.well-known/oauth-authorization-server", "all of that for machines"),
    ("/oauth1/request_token, /oauth1/authorize, /oauth1/access_token", "OAuth 1.0a"),
    ("/api/devices, /api/readings?device=cold-room-1", "GET with devices.read, readings.read"),
    ("/api/alarms, /api/messages", "POST JSON with alarms.write, messages.write; GET lists"),
    ("/api/echo", "any method: what arrived, without the credential"),
    ("/hooks/NAME, /hooks/NAME/log", "receives webhooks; lists the last 1000"),
    ("/control/faults, /control/settings", "what goes wrong next; how the provider behaves"),
    ("/control/stats, /control/consents", "what happened; POST withdraws consents"),
    ("/control/clients, /control/reset", "every credential as JSON; forget everything"),
];

pub(crate) fn home(site: &Site, _: &Asked) -> Answer {
    let body = format!(
        "<h1>Bowline sandbox</h1><p>An OAuth provider and a small API at <code>{}</code>. It forgets everything when it stops.</p>\
         <h2>Paths</h2><table><tr><th scope=\"col\">Path</th><th scope=\"col\">What for</th></tr>{}</table>\
         <h2>Clients</h2><p>Published with Bowline: none of this is secret.</p>\
         <table><tr><th scope=\"col\">Client</th><th scope=\"col\">Proves itself by</th><th scope=\"col\">Secret</th></tr>{}</table>\
         <h2>Other credentials</h2><table>{}</table>\
         <h2>Scopes</h2><table>{}</table>",
        site.base,
        rows(PATHS.map(|(path, what)| vec![path, what])),
        rows(CLIENTS.iter().map(client)),
        rows([
            vec!["OAuth 1.0a consumer", known::CONSUMER_KEY, known::CONSUMER_SECRET],
            vec!["API key (X-Api-Key, or api_key in query or form)", known::KEYS[0].0, "every scope"],
            vec!["API key", known::KEYS[1].0, "reads only"],
            vec!["User name and password", known::BASIC_USER, known::BASIC_PASSWORD],
            vec!["Secret of the webhook `signed`", known::HOOK_SECRET, "Standard Webhooks"],
        ]),
        rows(SCOPES.map(|(scope, meaning)| vec![scope, meaning])),
    );
    answer::html(StatusCode::OK, whole("Home", &body))
}

fn client(client: &known::Client) -> Vec<&'static str> {
    match client.proof {
        Proof::Basic(secret) => vec![client.id, "HTTP Basic", secret],
        Proof::Post(secret) => vec![client.id, "the body", secret],
        Proof::PrivateKeyJwt => vec![client.id, "a signed assertion (private_key_jwt, ES256)", "its key is in /control/clients"],
        Proof::Public => vec![client.id, "nothing: PKCE is asked for", "none"],
    }
}

fn rows<'a>(rows: impl IntoIterator<Item = Vec<&'a str>>) -> String {
    let row = |cells: Vec<&str>| cells.iter().map(|cell| format!("<td><code>{}</code></td>", escaped(cell))).collect::<String>();
    rows.into_iter().map(|cells| format!("<tr>{}</tr>", row(cells))).collect()
}
