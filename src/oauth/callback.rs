//! The second half of a consent: what came back, and everything that is checked before any request is made.

use super::begin::Pending;
use super::errors::FlowError;
use super::pkce::digest_of;
use super::provider::{MovedHost, Provider};
use super::shown::shown;
use crate::secret::Secret;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use std::collections::BTreeMap;
use std::time::SystemTime;
use url::Url;

const LONGEST: usize = 16 * 1024;

/// The answer of a consent page as it arrived at our redirect address.
#[derive(Debug, Clone)]
pub struct Callback {
    /// Who is signed in where the answer arrived.
    user: String,
    arrived_at: Url,
    fields: BTreeMap<String, Secret<String>>,
}

/// What the checks found fit to use.
pub(super) struct Accepted {
    pub(super) code: Secret<String>,
    pub(super) host: Option<String>,
    pub(super) extra: BTreeMap<String, String>,
}

impl Callback {
    /// Reads an answer. `url` is our own configured base with the path and query that were asked for, never with a
    /// `Host` header's; `user` is the user of the session that it arrived in.
    pub fn arrived(url: &Url, user: &str) -> Result<Callback, FlowError> {
        if url.query().unwrap_or_default().len() > LONGEST {
            return Err(FlowError::TooLong);
        }
        let mut fields = BTreeMap::new();
        for (name, value) in url.query_pairs() {
            // RFC 6749 section 3.1: a parameter must not come twice. The first and the last would be read by different eyes.
            if fields.insert(name.to_string(), Secret::new(value.into_owned())).is_some() {
                return Err(FlowError::Repeated { parameter: shown(&name) });
            }
        }
        let mut arrived_at = url.clone();
        arrived_at.set_query(None);
        arrived_at.set_fragment(None);
        Ok(Callback { user: user.to_owned(), arrived_at, fields })
    }

    /// The key under which its [`Pending`] is stored; `None` where it has no state at all.
    pub fn state_digest(&self) -> Option<String> {
        self.text("state").map(digest_of)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(|value| value.expose().as_str()).filter(|text| !text.is_empty())
    }

    /// Every check that needs no request, in an order in which a stranger learns nothing: whose it is, then what it says.
    pub(super) fn accept(&self, provider: &Provider, pending: &Pending, now: SystemTime) -> Result<Accepted, FlowError> {
        self.check_binding(provider, pending, now)?;
        self.check_issuer(provider)?;
        if provider.signed_callback {
            self.check_signature(provider)?;
        }
        self.check_error()?;
        let host = provider.moved.as_ref().map(|moved| self.moved_host(moved)).transpose()?.flatten();
        let extra = self.kept_fields(provider)?;
        let code = self.text("code").ok_or(FlowError::NoCode)?;
        Ok(Accepted { code: Secret::new(code.to_owned()), host, extra })
    }

    fn check_binding(&self, provider: &Provider, pending: &Pending, now: SystemTime) -> Result<(), FlowError> {
        let state = self.state_digest().ok_or(FlowError::WrongState)?;
        verify_slices_are_equal(state.as_bytes(), pending.state_digest.as_bytes()).map_err(|_| FlowError::WrongState)?;
        if self.user != pending.asked.user {
            return Err(FlowError::OtherUser);
        }
        let mut expected = pending.asked.redirect_uri.clone();
        expected.set_query(None);
        if self.arrived_at != expected {
            return Err(FlowError::OtherRedirect);
        }
        if now >= pending.expires_at {
            return Err(FlowError::Expired);
        }
        if !pending.issued_by.is_still(provider) {
            return Err(FlowError::ServiceChanged);
        }
        Ok(())
    }

    /// RFC 9207: compared as text, without any normalising.
    fn check_issuer(&self, provider: &Provider) -> Result<(), FlowError> {
        let Some(issuer) = &provider.issuer else { return Ok(()) };
        match self.text("iss") {
            Some(got) if got == issuer.identifier => Ok(()),
            Some(got) => Err(FlowError::IssuerMismatch { expected: issuer.identifier.clone(), got: shown(got) }),
            None if issuer.promised => Err(FlowError::IssuerMissing { expected: issuer.identifier.clone() }),
            None => Ok(()),
        }
    }

    /// Shopify's form: the other fields in order of their names, joined as in a query, under the client's secret.
    fn check_signature(&self, provider: &Provider) -> Result<(), FlowError> {
        let [secret] = provider.secrets()[..] else { return Err(FlowError::BadSignature) };
        let signed: Vec<String> =
            self.fields.iter().filter(|(name, _)| *name != "hmac").map(|(name, value)| format!("{name}={}", value.expose())).collect();
        let given = self.text("hmac").and_then(|text| hex::decode(text).ok()).ok_or(FlowError::BadSignature)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        hmac::verify(&key, signed.join("&").as_bytes(), &given).map_err(|_| FlowError::BadSignature)
    }

    /// `error_uri` is left where it is: no link of a stranger is shown.
    fn check_error(&self) -> Result<(), FlowError> {
        let Some(code) = self.text("error") else { return Ok(()) };
        let description = self.text("error_description").map(shown);
        Err(match code {
            "access_denied" => FlowError::Denied { description },
            "unauthorized_client" | "invalid_request" | "unsupported_response_type" => {
                FlowError::ServiceFault { code: code.to_owned(), description }
            }
            code => FlowError::Refused { code: shown(code), description },
        })
    }

    fn moved_host(&self, moved: &MovedHost) -> Result<Option<String>, FlowError> {
        let Some(text) = self.text(&moved.field) else { return Ok(None) };
        let listed = || {
            let url = Url::parse(text).or_else(|_| Url::parse(&format!("https://{text}"))).ok()?;
            let bare = url.scheme() == "https" && url.username().is_empty() && url.password().is_none() && url.port().is_none();
            let host = url.host_str().filter(|host| bare && moved.hosts.contains(*host))?;
            Some(host.to_owned())
        };
        listed().map(Some).ok_or_else(|| FlowError::NotListed { field: moved.field.clone(), value: shown(text) })
    }

    fn kept_fields(&self, provider: &Provider) -> Result<BTreeMap<String, String>, FlowError> {
        let mut kept = BTreeMap::new();
        for (field, wish) in &provider.callback_fields {
            let Some(value) = self.text(field) else { continue };
            if wish.allowed.as_ref().is_some_and(|allowed| !allowed.contains(value)) {
                return Err(FlowError::NotListed { field: field.clone(), value: shown(value) });
            }
            if let Some(fits) = wish.fits.as_ref().filter(|fits| fits.value != value) {
                let name = |value: &str| fits.names.get(value).cloned().unwrap_or_else(|| shown(value));
                return Err(FlowError::Elsewhere { field: field.clone(), got: name(value), expected: name(&fits.value) });
            }
            kept.insert(wish.keep_as.clone(), value.to_owned());
        }
        Ok(kept)
    }
}
