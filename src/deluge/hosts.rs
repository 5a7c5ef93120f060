//! The host of a URL that may be known only in its beginning, and the data centre of a Zoho host.

/// Scheme and host of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) secure: bool,
    /// Lower case, without port; empty where it is put together at run time.
    pub(super) host: String,
    /// Bytes of `host` in the URL.
    pub(super) at: std::ops::Range<usize>,
}

/// Reads the beginning of a URL. `whole` says that nothing unknown follows.
pub(super) fn target(url: &str, whole: bool) -> Option<Target> {
    let (scheme, rest) = url.split_once("://")?;
    let secure = match scheme {
        _ if scheme.eq_ignore_ascii_case("https") => true,
        _ if scheme.eq_ignore_ascii_case("http") => false,
        _ => return None,
    };
    let authority_end = rest.find(['/', '?', '#', '\\']);
    let authority = &rest[..authority_end.unwrap_or(rest.len())];
    let start = scheme.len() + 3 + authority.rfind('@').map_or(0, |at| at + 1);
    let host_and_port = authority.rsplit('@').next().unwrap_or(authority);
    let host = host_and_port.rsplit_once(':').map_or(host_and_port, |(host, _)| host);
    let known = authority_end.is_some() || whole;
    let host = if known { host } else { "" };
    Some(Target { secure, host: host.to_ascii_lowercase(), at: start..start + host.len() })
}

/// Suffixes of the data centres. <https://zoho.com/accounts/protocol/oauth/multi-dc.html>
const DATA_CENTRES: [&str; 10] = ["com", "eu", "in", "com.au", "jp", "com.cn", "ca", "sa", "uk", "ae"];

/// The data centre that a Zoho host belongs to: `www.zohoapis.com.au` to `com.au`. None for other hosts.
pub fn data_centre(host: &str) -> Option<&'static str> {
    DATA_CENTRES.into_iter().filter(|suffix| belongs(host, suffix)).max_by_key(|suffix| suffix.len())
}

fn belongs(host: &str, suffix: &str) -> bool {
    const DOMAINS: [&str; 8] = ["zoho", "zohoapis", "zohoiot", "zohocloud", "zohocreator", "zohopublic", "zohostratus", "zohomeeting"];
    let Some(rest) = host.strip_suffix(suffix).and_then(|rest| rest.strip_suffix('.')) else { return false };
    DOMAINS.contains(&rest.rsplit('.').next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_a_client_would_call() {
        let host = |url: &str| target(url, true).map(|target| target.host);
        assert_eq!(host("https://user:pw@API.example.com:8443/x@y"), Some("api.example.com".to_owned()));
        assert_eq!(host("ftp://example.com"), None);
        assert_eq!(target("https://www.zohoapis.", false).map(|target| target.host), Some(String::new()));
        let known = target("http://a.example/x", false).expect("it has a scheme");
        assert_eq!((known.secure, known.at), (false, 7..16));
    }

    #[test]
    fn only_hosts_of_zoho_have_a_data_centre() {
        assert_eq!(data_centre("www.zohoapis.com.au"), Some("com.au"));
        assert_eq!(data_centre("app1.zohoiot.in"), Some("in"));
        assert_eq!(data_centre("accounts.zohocloud.ca"), Some("ca"));
        assert_eq!(data_centre("zoho.com.evil.example"), None);
        assert_eq!(data_centre("notzoho.com"), None);
    }
}
