//! Default services with the oddities that the catalogue declares, from link to call.

use super::service::{Hands, Ticking};
use super::*;
use crate::broker::{Arrival, CallRules, Consent, Inbound, Outbound, Outgoing, Outward, OutwardError, PATIENCE, Spelling};
use crate::catalogue::{self, Told};
use crate::oauth::{Body, ClientSecrets, HttpRequest, HttpResponse, Provider, ProviderError, SendError};
use std::collections::VecDeque;
use std::sync::Mutex;
use url::Url;

/// The catalogue as the door hands it to the broker.
struct Shelf;

impl DefaultServices for Shelf {
    fn service(&self, name: &str, parameters: &BTreeMap<String, String>) -> Option<Service> {
        catalogue::find(name)?.service(parameters).ok()
    }

    fn provider(
        &self,
        name: &str,
        parameters: &BTreeMap<String, String>,
        client: ClientSecrets,
    ) -> Option<Result<Provider, ProviderError>> {
        catalogue::find(name)?.provider(parameters, client)
    }

    fn rules(&self, name: &str, parameters: &BTreeMap<String, String>) -> CallRules {
        let rules = catalogue::find(name).expect("the test names one").api_rules(parameters);
        let said = |when: Told| rules.told.iter().filter(|(told, _)| *told == when).map(|(_, words)| (*words).to_owned()).collect();
        CallRules {
            before_consent: said(Told::AtConsent),
            when_narrower: said(Told::WhenNarrower),
            when_refused: said(Told::WhenRefused),
            spelling: Some(Spelling { place: rules.place, format: rules.format }),
            headers: rules.headers,
            expired_status: rules.expired.0,
            expired_words: rules.expired.1,
            asks_scopes: rules.asks_scopes,
            redirect_is_a_name: rules.redirect_is_a_name,
        }
    }

    fn client(&self, _name: &str) -> Result<ClientSecrets, String> {
        Ok(ClientSecrets { id: "bowline".to_owned(), secret: Some(Secret::new("canary-client".to_owned())), private_key: None })
    }
}

/// Answers from a list, whatever is asked, and remembers it.
#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<HttpResponse>>,
    seen: Mutex<Vec<HttpRequest>>,
}

impl Script {
    fn say(&self, status: u16, body: &Value) {
        let answer = http::Response::builder().status(status).header("content-type", "application/json");
        let answer = answer.body(body.to_string().into_bytes()).expect("a good answer");
        self.answers.lock().expect("nobody panicked with it").push_back(answer);
    }

    fn answer(&self, request: HttpRequest) -> HttpResponse {
        let answer = self.answers.lock().expect("nobody panicked with it").pop_front();
        let answer = answer.unwrap_or_else(|| panic!("nothing is left to say to {}", request.uri()));
        self.seen.lock().expect("nobody panicked with it").push(request);
        answer
    }

    /// The last request: its address, and one header.
    fn last(&self, header: &str) -> (String, String) {
        let seen = self.seen.lock().expect("nobody panicked with it");
        let request = seen.last().expect("something was sent");
        let value = request.headers().get(header).map(|value| value.to_str().expect("text").to_owned());
        (request.uri().to_string(), value.unwrap_or_default())
    }

    fn count(&self) -> usize {
        self.seen.lock().expect("nobody panicked with it").len()
    }
}

impl Outward for Script {
    fn token_call(&self, request: HttpRequest) -> Result<HttpResponse, SendError> {
        Ok(self.answer(request))
    }

    fn call(&self, outbound: Outbound, _body_cap: u64) -> Result<Inbound, OutwardError> {
        Ok(self.answer(outbound.request))
    }
}

/// A connection `c` of one default service, and who answers for it.
struct At {
    world: World,
    script: Arc<Script>,
    clock: Arc<Hands>,
}

impl At {
    fn new(body: Value, secrets: &[(&str, &str)]) -> Self {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().expect("memory is there"));
        let (fuse, script, clock) = (Arc::<Fuse>::default(), Arc::<Script>::default(), Hands::at(noon()));
        let surroundings =
            Surroundings { clock: clock.clone(), random: Arc::new(Ticking::default()), services: Arc::new(Shelf), outward: script.clone() };
        let faulty = FaultStore { inner: store.clone(), fuse: fuse.clone() };
        let broker = Broker::open(Box::new(faulty), Keyring::generate(&Sevens), surroundings).expect("the store is new");
        let world = World { broker, store, fuse, actor: Actor { name: "ada".to_owned() } };
        world.put_with("connections.c", body, How::default(), secrets).expect("allowed");
        At { world, script, clock }
    }

    /// The link of a consent.
    fn link(&self) -> Result<Url, BrokerError> {
        let (name, redirect) = (Name::new("c"), Url::parse("http://127.0.0.1:9/callback/c").expect("a URL"));
        let consent = Consent { actor: &self.world.actor, connection: &name, user: None, redirect_uri: &redirect, application: None };
        self.world.broker.begin_consent(consent).map(|begun| begun.link)
    }

    fn consent(&self, more: &[(&str, &str)]) -> Result<(), BrokerError> {
        let link = self.link()?;
        let (_, state) = link.query_pairs().find(|(name, _)| name == "state").expect("a state");
        let mut url = Url::parse("http://127.0.0.1:9/callback/c").expect("a URL");
        url.query_pairs_mut().append_pair("state", &state).append_pair("code", "c").extend_pairs(more);
        self.world.broker.redeem(Arrival { actor: &self.world.actor, is_user: false, url: &url, allow_other_account: false }).map(drop)
    }

    fn call(&self, url: &str) -> Result<crate::broker::Answered, BrokerError> {
        let name = Name::new("c");
        self.world.broker.call_out(Outgoing {
            actor: &self.world.actor,
            action: "invoke",
            connection: Some(&name),
            user: None,
            method: http::Method::GET,
            url: url.parse().expect("a URL"),
            headers: http::HeaderMap::new(),
            body: Body::Empty,
            body_cap: 1000,
            patience: PATIENCE,
        })
    }
}

#[test]
fn telegram_s_key_travels_in_the_path() {
    let body = json!({ "name": "C", "service": "telegram", "credentials": { "api_key": { "env": "K" } } });
    let at = At::new(body, &[("/credentials/api_key", "123:canary")]);
    at.world.authorize("connections.c").expect("it has its key");
    at.script.say(200, &json!({ "ok": true }));
    at.call("https://api.telegram.org/sendMessage").expect("it is sent");
    assert_eq!(at.script.last("authorization"), ("https://api.telegram.org/bot123:canary/sendMessage".to_owned(), String::new()));
    let lines = at.world.broker.audit(0, 1000).expect("readable");
    assert!(!format!("{lines:?}").contains("canary"));
}

#[test]
fn datadog_gets_both_of_its_keys() {
    let body =
        json!({ "name": "C", "service": "datadog", "credentials": { "api_key": { "env": "A" }, "application_key": { "env": "B" } } });
    let at = At::new(body, &[("/credentials/api_key", "canary-a"), ("/credentials/application_key", "canary-b")]);
    at.world.authorize("connections.c").expect("it has its keys");
    for (header, value) in [("dd-api-key", "canary-a"), ("dd-application-key", "canary-b")] {
        at.script.say(200, &json!({}));
        at.call("https://api.datadoghq.com/api/v1/validate").expect("it is sent");
        assert_eq!(at.script.last(header).1, value);
    }
    assert!(matches!(at.call("https://evil.example/"), Err(BrokerError::Refused { .. })));
}

#[test]
fn a_person_s_token_at_slack_is_the_one_that_is_used() {
    let scopes = json!(["chat:write", "channels:read"]);
    let at = At::new(json!({ "name": "C", "service": "slack", "scopes": scopes, "parameters": { "acts_as": "user" } }), &[]);
    let query: BTreeMap<String, String> = at.link().expect("it can begin").query_pairs().into_owned().collect();
    assert_eq!(query["user_scope"], "channels:read,chat:write");
    assert!(!query.contains_key("scope"));
    let person = json!({ "id": "U1", "scope": "channels:read,chat:write", "access_token": "xoxp-canary", "token_type": "user" });
    at.script.say(200, &json!({ "ok": true, "app_id": "A", "team": { "id": "T9" }, "authed_user": person }));
    at.consent(&[]).expect("it is a person's token");
    at.script.say(200, &json!({ "ok": true }));
    at.call("https://slack.com/api/auth.test").expect("it is sent");
    assert_eq!(at.script.last("authorization").1, "Bearer xoxp-canary");
    let account = at.world.broker.status().expect("readable")[0].held.account.clone();
    assert!(account.is_some(), "the workspace is known");
}

#[test]
fn slack_says_with_status_200_that_a_token_is_over() {
    let at = At::new(json!({ "name": "C", "service": "slack", "scopes": ["chat:write"] }), &[]);
    let token = |number: u32| {
        json!({ "ok": true, "access_token": format!("xoxb-{number}"), "token_type": "bot", "scope": "chat:write",
            "refresh_token": format!("xoxe-{number}"), "expires_in": 43200 })
    };
    at.script.say(200, &token(1));
    at.consent(&[]).expect("connected");
    at.clock.forward(600);
    at.script.say(200, &json!({ "ok": false, "error": "token_expired" }));
    at.script.say(200, &token(2));
    at.script.say(200, &json!({ "ok": true }));
    assert!(at.call("https://slack.com/api/chat.postMessage").expect("it is sent").renewed);
    assert_eq!(at.script.last("authorization").1, "Bearer xoxb-2");
}

#[test]
fn facebook_s_token_is_exchanged_for_one_that_lasts() {
    let at = At::new(json!({ "name": "C", "service": "facebook", "scopes": ["public_profile"] }), &[]);
    at.script.say(200, &json!({ "access_token": "short", "token_type": "bearer", "expires_in": 5000 }));
    at.script.say(200, &json!({ "access_token": "long-1", "token_type": "bearer", "expires_in": 5184000 }));
    at.consent(&[]).expect("connected");
    assert!(at.script.last("accept").0.contains("grant_type=fb_exchange_token&fb_exchange_token=short&client_id=bowline"));
    at.script.say(200, &json!({}));
    at.call("https://graph.facebook.com/me").expect("it is sent");
    assert_eq!(at.script.last("authorization").1, "Bearer long-1");
    at.clock.forward(31 * 86_400);
    at.script.say(200, &json!({ "access_token": "long-2", "token_type": "bearer", "expires_in": 5184000 }));
    at.script.say(200, &json!({}));
    at.call("https://graph.facebook.com/me").expect("it lives on");
    assert_eq!(at.script.last("authorization").1, "Bearer long-2");
}

#[test]
fn tiktok_gets_its_challenge_in_hexadecimal_and_its_own_client_key() {
    let at = At::new(json!({ "name": "C", "service": "tiktok", "scopes": ["user.info.basic"] }), &[]);
    let query: BTreeMap<String, String> = at.link().expect("it can begin").query_pairs().into_owned().collect();
    assert_eq!(query["client_key"], "bowline");
    assert!(query["code_challenge"].len() == 64 && hex::decode(&query["code_challenge"]).is_ok());
}

#[test]
fn ebay_s_named_redirect_is_said_to_be_out_of_reach() {
    let at = At::new(json!({ "name": "C", "service": "ebay", "scopes": [] }), &[]);
    let refused = at.link().expect_err("there is no such address");
    assert!(matches!(&refused, BrokerError::Unready { why, .. } if why.contains("registered name")), "{refused}");
}

fn zoho(dc: &str) -> At {
    At::new(json!({ "name": "C", "service": "zoho-crm", "scopes": ["ZohoCRM.modules.READ"], "parameters": { "dc": dc } }), &[])
}

fn zoho_token(number: u32, seconds: u32) -> Value {
    json!({ "access_token": format!("zoho-{number}"), "refresh_token": "zoho-refresh", "token_type": "Bearer", "expires_in": seconds })
}

#[test]
fn zoho_s_budget_is_kept_before_zoho_locks_the_connection_out() {
    let at = zoho("com");
    at.script.say(200, &zoho_token(1, 10));
    at.script.say(200, &json!({ "ZUID": 7 }));
    at.consent(&[("location", "us"), ("accounts-server", "https://accounts.zoho.com")]).expect("connected");
    let url = "https://www.zohoapis.com/crm/v8/users";
    for number in 2..=10 {
        at.clock.forward(10);
        at.script.say(200, &zoho_token(number, 10));
        at.script.say(200, &json!({}));
        at.call(url).expect("there is room");
    }
    at.clock.forward(10);
    let sent = at.script.count();
    let refused = at.call(url).err().expect("the eleventh would lock it out");
    assert!(
        matches!(&refused, BrokerError::Busy { why, again: Some(again), .. }
        if why.contains("10 renewals in ten minutes") && *again == noon() + std::time::Duration::from_secs(600)),
        "{refused:?}"
    );
    assert_eq!(at.script.count(), sent, "nobody was asked");
    at.clock.forward(500);
    at.script.say(200, &zoho_token(11, 3600));
    at.script.say(200, &json!({}));
    at.call(url).expect("there is room again");
    assert_eq!(at.script.last("authorization").1, "Zoho-oauthtoken zoho-11");
}

#[test]
fn a_zoho_account_of_another_data_centre_is_told_by_name() {
    let at = zoho("com");
    let error = at.consent(&[("location", "eu"), ("accounts-server", "https://accounts.zoho.eu")]).expect_err("it is elsewhere");
    let BrokerError::Flow { error, .. } = error else { panic!("{error:?}") };
    assert_eq!(error.to_string(), "the account is in `dc: eu` (Europe), and the connection is set up for `dc: com` (United States)");
    assert_eq!(at.script.count(), 0, "no code and no secret went anywhere");
}

#[test]
fn fresh_access_that_zoho_refuses_comes_with_a_hint() {
    let at = zoho("com");
    at.script.say(200, &zoho_token(1, 3600));
    at.script.say(403, &json!({}));
    at.consent(&[]).expect("connected");
    at.clock.forward(120);
    at.script.say(401, &json!({ "code": "INVALID_TOKEN" }));
    at.script.say(200, &zoho_token(2, 3600));
    at.script.say(401, &json!({ "code": "INVALID_TOKEN" }));
    let answered = at.call("https://www.zohoapis.com/crm/v8/users").expect("it is sent");
    assert_eq!((answered.response.status().as_u16(), answered.renewed), (401, true));
    assert!(answered.hints.iter().any(|hint| hint.contains("another data centre")), "{:?}", answered.hints);
}
