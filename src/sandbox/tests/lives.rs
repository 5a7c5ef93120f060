//! Whole lives through Bowline's own client and OAuth rooms: two implementations that must agree.

use super::super::{CLIENT_KEY, CONSUMER_KEY, CONSUMER_SECRET, Fault, FaultKind, Running, SCOPES};
use super::World;
use crate::clock::{Clock, Random};
use crate::oauth::{
    Asked, Body, Call, Callback, ClientSecrets, Credential, FlowError, Issuer, Outside, Place, Provider, RefreshError, RevokeOutcome,
    Rotation, TokenSet, attach, begin, client_credentials, oauth1, redeem, refresh, revoke,
};
use crate::resource::{Name, Scope};
use crate::secret::Secret;
use crate::upstream::{Limits, Policy, Upstream};
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use url::Url;

/// Never the same twice.
struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        bytes.iter_mut().zip(count.iter().cycle()).for_each(|(byte, count)| *byte = *count);
    }
}

struct Client {
    world: World,
    upstream: Upstream,
    random: Counting,
}

impl Client {
    fn new() -> Client {
        let upstream = Upstream::new(Policy { loopback: true, ..Policy::default() }).expect("a client");
        Client { world: World::new(), upstream, random: Counting(AtomicU64::new(1)) }
    }

    fn running(&self) -> &Running {
        &self.world.running
    }

    fn over<T>(&self, step: impl FnOnce(&Outside) -> T) -> T {
        let send = |request| self.upstream.send_token_call(request);
        step(&Outside { now: self.world.clock.now(), random: &self.random, send: &send })
    }

    fn provider(&self, id: &str, authentication: &str) -> Provider {
        let declared = json!({
            "authorize_url": self.running().url("/oauth/authorize?auto=allow"),
            "token_url": self.running().url("/oauth/token"),
            "revoke_url": self.running().url("/oauth/revoke"),
            "client_authentication": authentication,
            "scope_delimiter": "space",
        });
        let secret = format!("{id}-not-secret");
        let is_key = authentication == "private_key_jwt";
        let client = ClientSecrets {
            id: id.to_owned(),
            secret: (!is_key && id != "sandbox-public").then(|| Secret::new(secret)),
            private_key: is_key.then(|| Secret::new(CLIENT_KEY.to_owned())),
        };
        let issuer = Issuer { identifier: self.running().url(""), promised: true };
        let provider = Provider::of(&serde_json::from_value(declared).expect("a service"), client).expect("it can be used");
        Provider { issuer: Some(issuer), rotation: Rotation::Rotates, ..provider }
    }

    fn connect(&self, provider: &Provider) -> Result<TokenSet, FlowError> {
        let asked = Asked {
            scopes: BTreeSet::from(["devices.read", "profile"].map(|scope| Scope(scope.to_owned()))),
            redirect_uri: Url::parse(super::BACK).expect("a URL"),
            user: "nadia".to_owned(),
            connection: Name::new("crm"),
            service: Name::new("crm"),
        };
        let (link, pending) = begin(provider, asked, &self.random, self.world.clock.now())?;
        let callback = Callback::arrived(&self.followed(&link), "nadia")?;
        self.over(|outside| redeem(provider, pending, &callback, outside))
    }

    /// Where the browser is sent back to.
    fn followed(&self, link: &Url) -> Url {
        let request = http::Request::get(link.as_str()).body(Vec::new()).expect("a request");
        let answer = self.upstream.send(request, Limits::OAUTH).expect("an answer");
        let location = answer.headers()["location"].to_str().expect("text");
        Url::parse(location).expect("a URL")
    }

    fn status(&self, credential: &Credential, path: &str) -> (u16, Value) {
        let url = Url::parse(&self.running().url(path)).expect("a URL");
        let mut call = Call { method: Method::GET, url, headers: HeaderMap::new(), body: Body::Empty };
        attach(credential, &mut call, &self.random, self.world.clock.now()).expect("it is attached");
        let answer = self.upstream.send(call.into_request().expect("a request"), Limits::invoke(1024 * 1024)).expect("an answer");
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
    }

    fn calls(&self, tokens: &TokenSet) -> u16 {
        self.status(&Credential::token(tokens.access.clone(), Place::bearer()), "/api/devices").0
    }
}

#[test]
fn consent_call_expiry_refresh_call_revoke_refused_for_every_client() {
    let clients = [("sandbox-basic", "basic"), ("sandbox-post", "post"), ("sandbox-jwt", "private_key_jwt"), ("sandbox-public", "post")];
    for (id, authentication) in clients {
        let client = Client::new();
        client.running().change(|settings| settings.token_lifetime = Duration::from_secs(5));
        let provider = client.provider(id, authentication);
        let tokens = client.connect(&provider).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(client.calls(&tokens), 200, "{id}");
        client.world.pass(Duration::from_secs(6));
        assert!(tokens.expired(client.world.clock.now()));
        assert_eq!(client.calls(&tokens), 401, "{id}");
        let renewed = client.over(|outside| refresh(&provider, &tokens, outside)).unwrap_or_else(|error| panic!("{id}: {error:?}"));
        assert_eq!(client.calls(&renewed), 200, "{id}");
        assert_eq!(client.over(|outside| revoke(&provider, &renewed, outside)), RevokeOutcome::Revoked, "{id}");
        assert_eq!(client.calls(&renewed), 401, "{id}");
        let refused = client.over(|outside| refresh(&provider, &renewed, outside));
        assert!(matches!(refused, Err(RefreshError::Final(_))), "{id}: {refused:?}");
        assert_eq!(client.running().stats().refreshes.values().sum::<u64>(), 1);
    }
}

#[test]
fn client_credentials_for_every_client_that_may() {
    for (id, authentication) in [("sandbox-machine", "basic"), ("sandbox-post", "post"), ("sandbox-jwt", "private_key_jwt")] {
        let client = Client::new();
        let scopes = BTreeSet::from([Scope(SCOPES[0].0.to_owned())]);
        let provider = client.provider(id, authentication);
        let tokens = client.over(|outside| client_credentials(&provider, &scopes, outside)).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(client.calls(&tokens), 200, "{id}");
    }
}

#[test]
fn a_wrong_issuer_and_a_wrong_state_are_noticed() {
    for kind in [FaultKind::WrongIss, FaultKind::WrongState] {
        let client = Client::new();
        let provider = client.provider("sandbox-basic", "basic");
        client.running().fault(Fault::once("/oauth/authorize", kind.clone()));
        assert!(client.connect(&provider).is_err(), "{kind:?}");
        assert_eq!(client.running().stats().token_requests_in_all(), 0, "{kind:?}: no code was sent to anybody");
        client.connect(&provider).expect("the next is honest");
    }
}

#[test]
fn a_lost_answer_to_a_rotating_refresh_is_uncertain_and_the_retry_is_reuse() {
    let client = Client::new();
    let provider = client.provider("sandbox-basic", "basic");
    let tokens = client.connect(&provider).expect("tokens");
    client.running().fault(Fault::once("/oauth/token", FaultKind::ResetAfter));
    let lost = client.over(|outside| refresh(&provider, &tokens, outside));
    assert!(matches!(lost, Err(RefreshError::Uncertain { .. })), "{lost:?}");
    let again = client.over(|outside| refresh(&provider, &tokens, outside));
    assert!(matches!(again, Err(RefreshError::Final(_))), "{again:?}");
    assert_eq!(client.running().stats().reuse_detections, 1);
}

#[test]
fn oauth_1_from_the_request_token_to_a_signed_call() {
    for (method, place) in [("HMAC-SHA1", "header"), ("HMAC-SHA256", "header"), ("HMAC-SHA256", "query")] {
        let client = Client::new();
        let declared = json!({
            "consumer_key": CONSUMER_KEY,
            "consumer_secret": { "env": "UNUSED" },
            "request_token_url": client.running().url("/oauth1/request_token"),
            "authorize_url": client.running().url("/oauth1/authorize?auto=allow"),
            "access_token_url": client.running().url("/oauth1/access_token"),
            "param_type": place,
            "signature_method": method,
        });
        let declared = serde_json::from_value(declared).expect("a service");
        let provider =
            oauth1::Provider1::of(&declared, CONSUMER_KEY.to_owned(), Secret::new(CONSUMER_SECRET.to_owned())).expect("a provider");
        let asked = || oauth1::Asked1 {
            redirect_uri: super::BACK.to_owned(),
            user: "nadia".to_owned(),
            connection: Name::new("wms"),
            service: Name::new("wms"),
        };
        let (link, pending) =
            client.over(|outside| oauth1::begin(&provider, asked(), outside)).unwrap_or_else(|error| panic!("{method}: {error}"));
        let callback = oauth1::Callback1::arrived(&client.followed(&link), "nadia").expect("a callback");
        let token = client
            .over(|outside| oauth1::redeem(&provider, pending, &callback, outside))
            .unwrap_or_else(|error| panic!("{method}: {error}"));
        let credential = Credential::Oauth1(provider.signs_with(&token));
        let (status, said) = client.status(&credential, "/api/echo?b=2&a=1%20x");
        assert_eq!((status, &said["authenticated"]["by"]), (200, &"oauth1".into()), "{method} {place}: {said}");
        let (link, pending) = client.over(|outside| oauth1::begin(&provider, asked(), outside)).expect("again");
        let denied = Url::parse(&link.as_str().replace("auto=allow", "auto=deny")).expect("a URL");
        let callback = oauth1::Callback1::arrived(&client.followed(&denied), "nadia");
        let outcome = callback.map(|callback| client.over(|outside| oauth1::redeem(&provider, pending, &callback, outside)));
        assert!(!matches!(outcome, Some(Ok(_))), "denied is no consent");
        client.world.json("/control/consents", &[], "{}");
        assert_eq!(client.status(&credential, "/api/devices").0, 401, "withdrawn");
    }
}

#[test]
fn a_signed_call_is_good_once_unchanged_and_near_its_time() {
    let client = Client::new();
    let token = || Some(Secret::new(String::new()));
    // A request for a request token is signed as every call is, with an empty token secret.
    let credential = Credential::Oauth1(oauth1::Oauth1Credential {
        consumer_key: CONSUMER_KEY.to_owned(),
        consumer_secret: Secret::new(CONSUMER_SECRET.to_owned()),
        token: None,
        token_secret: token(),
        method: crate::resource::SignatureMethod::HmacSha256,
        place: crate::resource::Placement::Header,
    });
    let signed = || {
        let url =
            Url::parse(&client.running().url("/oauth1/request_token?oauth_callback=http%3A%2F%2F127.0.0.1%3A9%2Fcallback")).expect("a URL");
        let mut call = Call { method: Method::POST, url, headers: HeaderMap::new(), body: Body::Empty };
        attach(&credential, &mut call, &client.random, client.world.clock.now()).expect("it is signed");
        call.into_request().expect("a request")
    };
    let status = |request: http::Request<Vec<u8>>| client.upstream.send(request, Limits::OAUTH).expect("an answer").status().as_u16();
    let good = signed();
    assert_eq!((status(good.clone()), status(good.clone())), (200, 401), "replayed");
    let mut changed = signed();
    *changed.uri_mut() = changed.uri().to_string().replace("%3A9%2F", "%3A8%2F").parse().expect("a URI");
    assert_eq!(status(changed), 401, "changed");
    let late = signed();
    client.world.pass(Duration::from_secs(301));
    assert_eq!(status(late), 401, "late");
    assert_eq!(client.world.form("/oauth1/request_token", &[], &[]).status, 401);
    assert_eq!(client.world.get("/oauth1/authorize?oauth_token=none", &[]).status, 400);
}
