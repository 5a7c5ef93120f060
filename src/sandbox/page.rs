//! The pages that a person sees: plain, accessible, without scripts, and each says that it is a sandbox.

use super::answer::{self, Answer};
use super::known::{ACCOUNTS, meaning};
use super::ledger::Scopes;
use http::StatusCode;

const STYLE: &str = "body{font:1.05rem/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1rem;color:#1a1a1a;background:#fff}\
.sandbox{background:#7a2e00;color:#fff;padding:.6rem 1rem;border-radius:.3rem;font-weight:600}\
fieldset{margin:1rem 0;border:1px solid #767676;border-radius:.3rem}label{display:block;padding:.25rem 0}\
button{font:inherit;padding:.5rem 1.5rem;margin:.25rem .5rem .25rem 0;border:2px solid #1a4a7a;border-radius:.3rem;background:#fff;color:#1a4a7a}\
button[value=allow]{background:#1a4a7a;color:#fff}:focus-visible{outline:3px solid #b35900;outline-offset:2px}\
code{overflow-wrap:anywhere}table{border-collapse:collapse}td,th{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top}";

/// Asks a person. OAuth 1 knows no scopes.
pub(super) fn consent(ticket: &str, action: &str, client: &str, client_id: &str, back_to: &str, scopes: Option<&Scopes>) -> Answer {
    let wishes = match scopes {
        None => "<p>It asks to act for the account, without any limit.</p>".to_owned(),
        Some(scopes) => {
            format!("<fieldset><legend>It asks to</legend>{}</fieldset>", scopes.iter().map(|scope| wish(scope)).collect::<String>())
        }
    };
    let body = format!(
        "<h1>Allow access?</h1>\
         <p><strong>{}</strong> (<code>{}</code>) asks for access. Whatever you decide, you are sent back to <code>{}</code>.</p>\
         <form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"ticket\" value=\"{}\">\
         <fieldset><legend>Account</legend>{}</fieldset>{wishes}\
         <button name=\"decision\" value=\"allow\">Allow</button><button name=\"decision\" value=\"deny\">Deny</button></form>",
        escaped(client),
        escaped(client_id),
        escaped(back_to),
        escaped(ticket),
        accounts(),
    );
    answer::html(StatusCode::OK, whole("Allow access?", &body))
}

fn wish(scope: &str) -> String {
    format!(
        "<label><input type=\"checkbox\" name=\"grant:{0}\" value=\"on\" checked> {1} (<code>{0}</code>)</label>",
        escaped(scope),
        escaped(meaning(scope).unwrap_or("do something that has no description"))
    )
}

fn accounts() -> String {
    let choice = |(at, account): (usize, &super::known::Account)| {
        let checked = if at == 0 { " checked" } else { "" };
        format!(
            "<label><input type=\"radio\" name=\"account\" value=\"{}\"{checked}> {} ({})</label>",
            account.id, account.name, account.email
        )
    };
    ACCOUNTS.iter().enumerate().map(choice).collect()
}

/// Tells a person why it cannot go on.
pub(super) fn trouble(status: StatusCode, why: &str) -> Answer {
    answer::html(status, whole("This cannot go on", &format!("<h1>This cannot go on</h1><p>{}</p>", escaped(why))))
}

/// A page with its banner.
pub(super) fn whole(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{} - Bowline sandbox</title><style>{STYLE}</style></head>\
         <body><p class=\"sandbox\" role=\"note\">Bowline sandbox: a provider for trying things out. Nobody signs in, nothing here is real.</p>\
         <main>{body}</main></body></html>\n",
        escaped(title)
    )
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_says_is_text_on_the_page() {
        let page = consent("t", "/oauth/authorize", "<b>", "\"x\"", "http://127.0.0.1/?a='<script>'", None);
        let text = String::from_utf8(page.into_body()).expect("a page is text");
        assert!(!text.contains("<b>") && !text.contains("<script") && !text.contains("\"x\""), "{text}");
        assert!(text.contains("&lt;b&gt;"));
    }
}
