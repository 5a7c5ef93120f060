//! Host patterns, and whether a URL goes to a host of its service (rule L9).

use super::diags::{BadHost, HostFault};
use super::site::Site;
use crate::diag::Diagnostics;
use crate::resource::{Auth, HostPattern, Service};
use std::collections::BTreeSet;
use url::{Host, Url};

/// The entries of a custom service's `hosts`.
pub(super) fn check(diags: &mut Diagnostics, site: Site<'_>, service: &Service) {
    if service.hosts.iter().all(|pattern| judge(&pattern.0).is_ok()) {
        return;
    }
    for (pattern, at) in site.items(&["hosts"]) {
        if let Err(fault) = judge(pattern) {
            diags.push(BadHost { at, fault });
        }
    }
}

/// What the schema's pattern cannot tell: names that are read as something else, and patterns that cover strangers.
fn judge(pattern: &str) -> Result<(), HostFault> {
    let below = pattern.strip_prefix("*.");
    let name = below.unwrap_or(pattern);
    let host = Host::parse(name).map_err(|_| HostFault::Unreadable)?;
    let (as_called, is_name) = (host.to_string(), matches!(host, Host::Domain(_)));
    if as_called != name.to_ascii_lowercase() {
        return Err(HostFault::Spelling(as_called));
    }
    match below {
        Some(name) if !is_name || is_registry(name) => Err(HostFault::TooWide),
        Some(_) | None => Ok(()),
    }
}

/// Whether anybody can take a name below this one: a top-level domain, or the second level of a country's registry.
fn is_registry(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    match labels.as_slice() {
        [second, top] => top.len() == 2 && ["ac", "co", "com", "edu", "gov", "net", "ne", "or", "org"].contains(second),
        labels => labels.len() < 2,
    }
}

/// Where a credential of a custom service may be sent: its `hosts`, or those of its own endpoints.
pub fn of_service(service: &Service) -> BTreeSet<HostPattern> {
    if !service.hosts.is_empty() {
        return service.hosts.clone();
    }
    let urls: Vec<&str> = match &service.auth {
        Auth::Oauth2(oauth2) => {
            let optional = [&oauth2.authorize_url, &oauth2.refresh_url, &oauth2.revoke_url];
            optional.into_iter().flatten().chain([&oauth2.token_url]).map(String::as_str).collect()
        }
        Auth::Oauth1(oauth1) => vec![&oauth1.request_token_url, &oauth1.authorize_url, &oauth1.access_token_url],
        Auth::ApiKey(_) | Auth::Basic => Vec::new(),
    };
    urls.into_iter().filter_map(|url| Some(HostPattern(Url::parse(url).ok()?.host_str()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_patterns_that_mean_something() {
        for pattern in ["slack.com", "*.zohoiot.com", "*.zohoiot.com.au", "localhost", "127.0.0.1", "Slack.com", "xn--khl-0na.example"] {
            assert_eq!(judge(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn patterns_that_match_something_else_or_almost_everyone() {
        for wide in ["*.com", "*.co.uk", "*.com.au", "*.127.0.0.1"] {
            assert_eq!(judge(wide), Err(HostFault::TooWide), "{wide}");
        }
        assert_eq!(judge("0x7f.1"), Err(HostFault::Spelling("127.0.0.1".to_owned())));
        assert_eq!(judge("1.2.3.4.5"), Err(HostFault::Unreadable));
    }
}
