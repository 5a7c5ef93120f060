//! Puts a credential where its service says, and nowhere else. Everything in the clear after this is in one request,
//! which nobody can print.

use super::oauth1::{self, Oauth1Credential};
use super::outside::HttpRequest;
use super::spelling::{filled, text_around};
use crate::clock::Random;
use crate::resource::{ApiKey, Placement};
use crate::secret::Secret;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;
use url::Url;

/// A call that is to be made with a connection. After [`attach`] it holds secrets: it has no Debug on purpose.
pub struct Call {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Body,
}

/// A call's body. Only a form can take a credential, and only a form is signed by OAuth 1. It holds none until then.
#[derive(Clone)]
pub enum Body {
    Empty,
    Form(Vec<(String, String)>),
    Raw { content_type: Option<HeaderValue>, bytes: Vec<u8> },
}

/// Where one value goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `format` holds `{}` for the value: `Bearer {}`, `Zoho-oauthtoken {}`, `{}`.
    Header {
        name: String,
        format: String,
    },
    /// Seen by every log on the way: marked wherever it is shown.
    Query {
        name: String,
    },
    Form {
        name: String,
    },
    /// In front of the URL's path, as a segment of its own (Telegram). Whoever writes the URL down writes the credential
    /// down, so nothing here does.
    Path,
}

impl Place {
    /// RFC 6750 section 2.1.
    pub fn bearer() -> Place {
        Place::Header { name: "Authorization".to_owned(), format: "Bearer {}".to_owned() }
    }
}

/// One value and where it goes.
#[derive(Debug, Clone)]
pub struct Placed {
    pub value: Secret<String>,
    pub place: Place,
}

/// What a connection proves itself with in a call.
#[derive(Debug, Clone)]
pub enum Credential {
    /// An access token, or the keys of an API-key service.
    Placed(Vec<Placed>),
    /// RFC 7617.
    Basic { username: Secret<String>, password: Secret<String> },
    /// RFC 5849.
    Oauth1(Oauth1Credential),
}

/// The call cannot carry the credential. Nothing of it was put anywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlacementError {
    #[error("the call itself sets `{0}`, which is where the connection's credential goes")]
    Occupied(String),
    #[error("the credential goes into a form, and the call's body is none")]
    NotAForm,
    #[error("the connection has no value for `{0}`")]
    MissingKey(String),
    #[error("`{0}` cannot be the name of a header")]
    BadName(String),
    #[error("the credential for `{0}` holds characters that a header cannot")]
    BadValue(String),
    #[error("the credential holds characters that a part of a path cannot")]
    BadSegment,
    #[error("a user name with a colon cannot be sent (RFC 7617)")]
    ColonInUsername,
    #[error("the address or the headers of the call cannot be sent")]
    BadCall,
}

impl Credential {
    /// An access token where its service wants it.
    pub fn token(value: Secret<String>, place: Place) -> Credential {
        Credential::Placed(vec![Placed { value, place }])
    }

    /// The keys of an API-key service, each under its own name where the service wants keys.
    pub fn api_keys(service: &ApiKey, values: &BTreeMap<String, Secret<String>>) -> Result<Credential, PlacementError> {
        let place = |name: &str| match service.param_type {
            Placement::Header => Place::Header { name: name.to_owned(), format: "{}".to_owned() },
            Placement::Query => Place::Query { name: name.to_owned() },
            Placement::Form => Place::Form { name: name.to_owned() },
        };
        let placed = |name: &String| {
            let value = values.get(name).ok_or_else(|| PlacementError::MissingKey(name.clone()))?;
            Ok(Placed { value: value.clone(), place: place(name) })
        };
        service.parameters.keys().map(placed).collect::<Result<Vec<_>, _>>().map(Credential::Placed)
    }

    /// A value made of several, as a service spells it: `{name}` stands for a field, and `base64(…)` encodes what is
    /// inside, for keys that travel as one half of a Basic credential.
    pub fn formed(format: &str, fields: &BTreeMap<String, Secret<String>>, place: Place) -> Result<Credential, PlacementError> {
        let plain = |text: &str| filled(text, fields);
        let value = match text_around(format) {
            None => plain(format)?,
            Some((before, inside, after)) => {
                let inside = Secret::new(plain(inside)?);
                format!("{}{}{}", plain(before)?, BASE64_STANDARD.encode(inside.expose()), plain(after)?)
            }
        };
        Ok(Credential::token(Secret::new(value), place))
    }

    /// Removes this credential from text that is to be logged or audited.
    pub fn scrub(&self, text: &str) -> String {
        match self {
            Credential::Placed(placed) => {
                super::scrub(text, &placed.iter().map(|placed| placed.value.expose().as_str()).collect::<Vec<_>>())
            }
            Credential::Basic { username, password } => {
                let pair = BASE64_STANDARD.encode(format!("{}:{}", username.expose(), password.expose()));
                super::scrub(text, &[password.expose(), &pair])
            }
            Credential::Oauth1(credential) => super::scrub(text, &credential.secrets()),
        }
    }
}

/// Attaches the credential. Refuses where the call already has something in its place: the caller's own
/// `Authorization` neither replaces the connection's nor travels beside it.
pub fn attach(credential: &Credential, call: &mut Call, random: &dyn Random, now: SystemTime) -> Result<(), PlacementError> {
    match credential {
        Credential::Placed(all) => {
            for placed in all {
                check_free(&placed.place, call)?;
            }
            all.iter().try_for_each(|placed| put(placed, call))
        }
        Credential::Basic { username, password } => {
            if username.expose().contains(':') {
                return Err(PlacementError::ColonInUsername);
            }
            let value = Secret::new(BASE64_STANDARD.encode(format!("{}:{}", username.expose(), password.expose())));
            let place = Place::Header { name: "Authorization".to_owned(), format: "Basic {}".to_owned() };
            check_free(&place, call)?;
            put(&Placed { value, place }, call)
        }
        Credential::Oauth1(credential) => oauth1::attach(credential, call, random, now),
    }
}

pub(super) fn check_free(place: &Place, call: &Call) -> Result<(), PlacementError> {
    let occupied = match place {
        Place::Header { name, .. } => call.headers.contains_key(header_name(name)?),
        Place::Query { name } => call.url.query_pairs().any(|(key, _)| key == name.as_str()),
        Place::Form { name } => match &call.body {
            Body::Empty => false,
            Body::Form(fields) => fields.iter().any(|(key, _)| key == name),
            Body::Raw { .. } => return Err(PlacementError::NotAForm),
        },
        Place::Path => false,
    };
    if occupied { Err(PlacementError::Occupied(named(place).to_owned())) } else { Ok(()) }
}

pub(super) fn put(placed: &Placed, call: &mut Call) -> Result<(), PlacementError> {
    let value = placed.value.expose();
    match &placed.place {
        Place::Header { name, format } => {
            let text = Secret::new(format.replacen("{}", value, 1));
            let mut value = HeaderValue::from_str(text.expose()).map_err(|_| PlacementError::BadValue(name.clone()))?;
            value.set_sensitive(true);
            call.headers.insert(header_name(name)?, value);
        }
        Place::Query { name } => {
            call.url.query_pairs_mut().append_pair(name, value);
        }
        Place::Form { name } => match &mut call.body {
            Body::Form(fields) => fields.push((name.clone(), value.clone())),
            Body::Empty => call.body = Body::Form(vec![(name.clone(), value.clone())]),
            Body::Raw { .. } => return Err(PlacementError::NotAForm),
        },
        Place::Path => put_in_path(value, &mut call.url)?,
    }
    Ok(())
}

/// One segment and nothing else: a value with a slash, a question mark or an escape would call another method or host.
fn put_in_path(value: &str, url: &mut Url) -> Result<(), PlacementError> {
    let segment = value.trim_start_matches('/');
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-._~:".contains(character);
    if segment.is_empty() || segment.starts_with('.') || !segment.chars().all(is_plain) {
        return Err(PlacementError::BadSegment);
    }
    let path = Secret::new(format!("/{segment}{}", url.path()));
    url.set_path(path.expose());
    Ok(())
}

fn header_name(name: &str) -> Result<HeaderName, PlacementError> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| PlacementError::BadName(name.to_owned()))
}

fn named(place: &Place) -> &str {
    match place {
        Place::Header { name, .. } | Place::Query { name } | Place::Form { name } => name,
        Place::Path => "the path",
    }
}

impl Call {
    /// The request to send.
    pub fn into_request(mut self) -> Result<HttpRequest, PlacementError> {
        let (content_type, bytes) = match self.body {
            Body::Empty => (None, Vec::new()),
            Body::Form(fields) => {
                let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
                (Some(HeaderValue::from_static("application/x-www-form-urlencoded")), form.into_bytes())
            }
            Body::Raw { content_type, bytes } => (content_type, bytes),
        };
        if let Some(content_type) = content_type {
            self.headers.insert(CONTENT_TYPE, content_type);
        }
        let mut request =
            http::Request::builder().method(self.method).uri(self.url.as_str()).body(bytes).map_err(|_| PlacementError::BadCall)?;
        *request.headers_mut() = self.headers;
        Ok(request)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Call")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn call(body: Body) -> Call {
        let url = Url::parse("https://api.example.com/v1/things?limit=5").expect("a URL");
        Call { method: Method::POST, url, headers: HeaderMap::new(), body }
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    fn attached(credential: &Credential, mut call: Call) -> Result<HttpRequest, PlacementError> {
        attach(credential, &mut call, &Zeros, UNIX_EPOCH)?;
        call.into_request()
    }

    /// Everything of a request where a secret could be.
    fn everything(request: &HttpRequest) -> (String, String, String) {
        let headers = request.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")));
        let body = String::from_utf8(request.body().clone()).expect("text");
        (request.uri().to_string(), headers.collect::<Vec<_>>().join("\n"), body)
    }

    #[test]
    fn each_place_gets_the_value_and_no_other_does() {
        let header = Place::Header { name: "Authorization".to_owned(), format: "Zoho-oauthtoken {}".to_owned() };
        let (uri, headers, body) = everything(&attached(&Credential::token(secret("canary"), header), call(Body::Empty)).expect("it fits"));
        assert_eq!((uri.as_str(), body.as_str()), ("https://api.example.com/v1/things?limit=5", ""));
        assert_eq!(headers, "authorization: Zoho-oauthtoken canary");

        let query = Place::Query { name: "zapikey".to_owned() };
        let (uri, headers, body) = everything(&attached(&Credential::token(secret("a&b=c"), query), call(Body::Empty)).expect("it fits"));
        assert_eq!(uri, "https://api.example.com/v1/things?limit=5&zapikey=a%26b%3Dc");
        assert_eq!((headers.as_str(), body.as_str()), ("", ""));

        let form = Place::Form { name: "token".to_owned() };
        let fields = vec![("channel".to_owned(), "#cold".to_owned())];
        let (uri, headers, body) =
            everything(&attached(&Credential::token(secret("can ary"), form), call(Body::Form(fields))).expect("it fits"));
        assert_eq!(uri, "https://api.example.com/v1/things?limit=5");
        assert_eq!(headers, "content-type: application/x-www-form-urlencoded");
        assert_eq!(body, "channel=%23cold&token=can+ary");
    }

    #[test]
    fn a_key_in_the_path_stands_in_front_and_cannot_break_out() {
        let fields: BTreeMap<String, Secret<String>> = [("api_key".to_owned(), secret("123:AA-b_c"))].into();
        let credential = Credential::formed("/bot{api_key}", &fields, Place::Path).expect("it is there");
        let (uri, headers, _) = everything(&attached(&credential, call(Body::Empty)).expect("it fits"));
        assert_eq!((uri.as_str(), headers.as_str()), ("https://api.example.com/bot123:AA-b_c/v1/things?limit=5", ""));
        assert_eq!(credential.scrub("GET /bot123:AA-b_c/v1"), "GET •••/v1");
        for bad in ["1/../..", "1?x", "1#x", "1%2f", "", "1 2", "..", "1\\2"] {
            let credential = Credential::token(secret(bad), Place::Path);
            assert_eq!(attached(&credential, call(Body::Empty)).map(|_| ()), Err(PlacementError::BadSegment), "{bad}");
        }
    }

    #[test]
    fn several_keys_and_basic() {
        let keys = ["DD-API-KEY", "DD-APPLICATION-KEY"]
            .map(|name| Placed { value: secret(name), place: Place::Header { name: name.to_owned(), format: "{}".to_owned() } });
        let (_, headers, _) = everything(&attached(&Credential::Placed(keys.into()), call(Body::Empty)).expect("it fits"));
        assert_eq!(headers, "dd-api-key: DD-API-KEY\ndd-application-key: DD-APPLICATION-KEY");

        // The example of RFC 7617 section 2.
        let basic = Credential::Basic { username: secret("Aladdin"), password: secret("open sesame") };
        let request = attached(&basic, call(Body::Empty)).expect("it fits");
        assert_eq!(everything(&request).1, "authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(!format!("{request:?}").contains("QWxhZGRpbjpvcGVuIHNlc2FtZQ"), "the header is marked as sensitive");
        assert_eq!(basic.scrub("said open sesame, QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "said •••, •••");
    }

    #[test]
    fn a_format_is_filled_from_fields() {
        let fields: BTreeMap<String, Secret<String>> = [("api_key".to_owned(), secret("k{1}"))].into();
        let whole = || Place::Header { name: "Authorization".to_owned(), format: "{}".to_owned() };
        let value = |format: &str| match Credential::formed(format, &fields, whole()) {
            Ok(credential) => Ok(everything(&attached(&credential, call(Body::Empty)).expect("it fits")).1),
            Err(error) => Err(error),
        };
        assert_eq!(value("GenieKey {api_key}").as_deref(), Ok("authorization: GenieKey k{1}"));
        assert_eq!(value("Basic base64({api_key}:X)").as_deref(), Ok("authorization: Basic a3sxfTpY"));
        assert_eq!(value("{other}"), Err(PlacementError::MissingKey("other".to_owned())));
    }

    #[test]
    fn an_api_key_service_gets_all_of_its_keys_or_none() {
        let parameters = ["k1", "k2"].map(|name| (name.to_owned(), name.to_owned())).into();
        let service = ApiKey { param_type: Placement::Query, parameters };
        let mut values = BTreeMap::from([("k1".to_owned(), secret("v1")), ("other".to_owned(), secret("v3"))]);
        assert_eq!(Credential::api_keys(&service, &values).expect_err("one is missing"), PlacementError::MissingKey("k2".to_owned()));
        values.insert("k2".to_owned(), secret("v2"));
        let keys = Credential::api_keys(&service, &values).expect("both are there");
        let (uri, headers, _) = everything(&attached(&keys, call(Body::Empty)).expect("it fits"));
        assert_eq!((uri.as_str(), headers.as_str()), ("https://api.example.com/v1/things?limit=5&k1=v1&k2=v2", ""));
    }

    #[test]
    fn what_does_not_fit_is_refused_without_a_trace() {
        let mut own = call(Body::Empty);
        own.headers.insert(http::header::AUTHORIZATION, HeaderValue::from_static("mine"));
        let refused = |credential: &Credential, call: Call| attached(credential, call).map(|_| ()).expect_err("it does not fit");
        assert_eq!(
            refused(&Credential::token(secret("canary"), Place::bearer()), own),
            PlacementError::Occupied("Authorization".to_owned())
        );

        let form = Place::Form { name: "token".to_owned() };
        let json = Body::Raw { content_type: None, bytes: b"{}".to_vec() };
        assert_eq!(refused(&Credential::token(secret("canary"), form), call(json)), PlacementError::NotAForm);

        let limit = Place::Query { name: "limit".to_owned() };
        assert_eq!(refused(&Credential::token(secret("canary"), limit), call(Body::Empty)), PlacementError::Occupied("limit".to_owned()));

        let broken = refused(&Credential::token(secret("canary\r\nHost: evil"), Place::bearer()), call(Body::Empty));
        assert_eq!(broken, PlacementError::BadValue("Authorization".to_owned()));
        assert!(!broken.to_string().contains("canary"));
    }
}
