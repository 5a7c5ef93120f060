//! Authorization servers that want a space between scopes, by host: what a project's own service can be judged by without
//! reading the whole catalogue. A test holds the list against the entries.

/// In order of the alphabet.
const SPACED: &[&str] = &[
    "access.line.me",
    "account.box.com",
    "accounts.google.com",
    "accounts.spotify.com",
    "airtable.com",
    "api.gusto.com",
    "api.login.yahoo.com",
    "api.notion.com",
    "api.surveymonkey.com",
    "api.typeform.com",
    "app.asana.com",
    "app.attio.com",
    "app.clickup.com",
    "app.close.com",
    "app.frontapp.com",
    "app.hubspot.com",
    "app.intercom.com",
    "app.netlify.com",
    "app.smartsheet.com",
    "appcenter.intuit.com",
    "auth.atlassian.com",
    "auth.calendly.com",
    "auth.ebay.com",
    "auth.freshbooks.com",
    "auth.monday.com",
    "authz.constantcontact.com",
    "be.contentful.com",
    "bitbucket.org",
    "cloud.digitalocean.com",
    "connect.squareup.com",
    "connect.stripe.com",
    "discord.com",
    "github.com",
    "id.getharvest.com",
    "id.heroku.com",
    "id.twitch.tv",
    "identity.pagerduty.com",
    "launchpad.37signals.com",
    "login.mailchimp.com",
    "login.microsoftonline.com",
    "login.xero.com",
    "miro.com",
    "oauth.pipedrive.com",
    "platform.ringcentral.com",
    "public-api.wordpress.com",
    "secure.helpscout.net",
    "sentry.io",
    "webexapis.com",
    "webflow.com",
    "www.canva.com",
    "www.dropbox.com",
    "www.figma.com",
    "www.fitbit.com",
    "www.linkedin.com",
    "www.reddit.com",
    "x.com",
    "zoom.us",
];

/// Whether the authorization server at a host is known to want scopes separated by spaces (RFC 6749 section 3.3).
pub fn wants_spaces(host: &str) -> bool {
    SPACED.binary_search(&host).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::{Separator, all};
    use super::*;
    use std::collections::BTreeMap;
    use url::Url;

    #[test]
    fn the_list_is_what_the_entries_say() {
        let mut said: BTreeMap<String, bool> = BTreeMap::new();
        for entry in all() {
            let Some(facts) = &entry.oauth2 else { continue };
            let url = facts.authorize_url.as_ref().unwrap_or(&facts.token_url);
            let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
            if !url.split('/').nth(2).unwrap_or_default().contains('{') {
                *said.entry(host).or_insert(true) &= facts.scope_separator == Separator::Space;
            }
        }
        let spaced: Vec<&str> = said.iter().filter(|(_, spaced)| **spaced).map(|(host, _)| host.as_str()).collect();
        assert_eq!(SPACED, spaced);
        assert!(wants_spaces("accounts.google.com") && !wants_spaces("accounts.zoho.com"));
    }
}
