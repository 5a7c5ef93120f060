//! What every platform has to answer to an apply, whichever door it is reached by.

use crate::served::{Served, VAULT_KEY};
use bowline::apply::{Done, IdempotencyKey, Leases as _, Order, Outcome, Remote, RemoteError};
use bowline::broker::{Actor, DefaultServices};
use bowline::clock::{Clock, Random};
use bowline::embedded::{Embedded, Guarded, Opening};
use bowline::plan::Do;
use bowline::remote::{Credential, Http};
use bowline::resource::lifecycle::Refusal;
use bowline::resource::{Address, ConnectionState, Etag, Resource, SecretPath, Service, Status, WebhookState};
use bowline::secret::Secret;
use bowline::upstream::Policy;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

struct Now;

impl Clock for Now {
    #[expect(clippy::disallowed_methods, reason = "the test's world is the machine's")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

struct Bytes(u8);

impl Random for Bytes {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

struct NoServices;

impl DefaultServices for NoServices {
    fn service(&self, _name: &str, _parameters: &BTreeMap<String, String>) -> Option<Service> {
        None
    }
}

/// A fresh platform behind each door.
fn on_both(check: impl Fn(&dyn Remote)) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let embedded = Embedded::open(Opening {
        data_dir: folder.path().join(".bowline"),
        key_file: None,
        environment: None,
        vault_key: Some(Secret::new(VAULT_KEY.to_owned())),
        clock: Arc::new(Now),
        random: Arc::new(Bytes(9)),
        actor: Actor { name: "admin".to_owned() },
        default_services: Arc::new(NoServices),
        outward: Arc::new(Guarded::new(Policy::default()).expect("a client is made when it is used")),
    });
    check(&embedded.expect("the folder is ours"));
    let served = Served::start(folder.path());
    check(&http(&served));
}

fn http(served: &Served) -> Http {
    Http::new(&served.api, Credential::Token(Secret::new(served.token())), Arc::new(Now), Vec::new()).expect("the address is one")
}

fn at(address: &str) -> Address {
    address.parse().expect("the test writes addresses")
}

/// One step, as an apply of `project` asks for it.
struct Step<'a> {
    project: &'a str,
    key: &'a str,
    action: Do,
    address: &'a str,
    body: Option<Value>,
    secret: Option<(&'a str, &'a str)>,
    script: Option<&'a str>,
    if_match: Option<Etag>,
}

impl Step<'_> {
    fn done_by(self, remote: &dyn Remote) -> Result<Done, RemoteError> {
        let address = at(self.address);
        let body = self.body.map(|body| Resource::deserialize(address.kind, body).expect("the body has its kind's shape"));
        let secrets = self.secret.into_iter().map(|(path, value)| (SecretPath(path.to_owned()), Secret::new(value.to_owned()))).collect();
        let order = Order {
            project: self.project,
            action: self.action,
            address: &address,
            body: body.as_ref(),
            secrets,
            script: self.script.map(str::to_owned),
            actor: None,
            if_match: self.if_match,
        };
        remote.carry_out(&order, &IdempotencyKey(self.key.to_owned()))
    }
}

fn step<'a>(key: &'a str, action: Do, address: &'a str) -> Step<'a> {
    Step { project: "cold_chain", key, action, address, body: None, secret: None, script: None, if_match: None }
}

fn create<'a>(key: &'a str, address: &'a str, body: Value) -> Step<'a> {
    Step { body: Some(body), ..step(key, Do::Create, address) }
}

fn keys() -> Value {
    json!({ "name": "Keys", "auth": { "type": "api_key", "parameters": { "X-Key": "Key" } }, "hosts": ["api.example.com"] })
}

fn keyed(name: &str) -> Value {
    json!({ "name": name, "service": "keys", "credentials": { "X-Key": { "env": "K" } } })
}

fn hook() -> Value {
    json!({ "name": "W", "url": "https://api.example.com/x", "auth": { "connection": "c" } })
}

const KEY: Option<(&str, &str)> = Some(("/credentials/X-Key", "a-key-for-the-suite"));

/// A service, a connected connection and its webhook; the connection's revision.
fn furnish(remote: &dyn Remote) -> Option<Etag> {
    create("f/1", "services.keys", keys()).done_by(remote).expect("allowed");
    let made = Step { secret: KEY, ..create("f/2", "connections.c", keyed("C")) }.done_by(remote).expect("allowed");
    let hooked = create("f/3", "webhooks.w", hook()).done_by(remote).expect("allowed");
    assert_eq!(hooked.outcome, Outcome::Webhook(WebhookState::Blocked));
    let asked = Step { if_match: made.etag, ..step("f/4", Do::Authorize, "connections.c") }.done_by(remote).expect("allowed");
    assert_eq!(asked.outcome, Outcome::Connection(ConnectionState::Connected));
    asked.etag
}

#[test]
fn what_is_written_is_observed() {
    on_both(|remote| {
        let etag = furnish(remote);
        let observed = remote.observe().expect("it can be read");
        assert_eq!(observed.objects.keys().map(ToString::to_string).collect::<Vec<_>>(), ["services.keys", "connections.c", "webhooks.w"]);
        let connection = &observed.objects[&at("connections.c")];
        assert_eq!(Some(&connection.etag), etag.as_ref());
        assert_eq!(connection.owner.as_deref(), Some("cold_chain"));
        assert!(connection.connection_status().is_some_and(|status| status.is_connected()));
        assert_eq!(observed.objects[&at("webhooks.w")].status, Status::Webhook(WebhookState::Active));
        assert_eq!(json!(&*connection.resource)["service"], "keys");
        let print = remote.fingerprint(&[Secret::new("a-key-for-the-suite".to_owned())]).expect("it can be asked").expect("there is data");
        assert_eq!(connection.secrets.values().collect::<Vec<_>>(), print.iter().collect::<Vec<_>>());
        let other = remote.fingerprint(&[Secret::new("another".to_owned())]).expect("it can be asked").expect("there is data");
        assert_ne!(print, other);
    });
}

#[test]
fn a_step_is_done_once_under_its_key() {
    on_both(|remote| {
        let first = create("k/1", "services.keys", keys()).done_by(remote).expect("allowed");
        let revision = remote.observe().expect("it can be read").revision;
        assert_eq!(create("k/1", "services.keys", keys()).done_by(remote).expect("it was done before"), first);
        assert_eq!(remote.observe().expect("it can be read").revision, revision, "nothing moved");
        let reused = create("k/1", "services.others", keys()).done_by(remote).expect_err("the key stands for another step");
        assert!(matches!(reused, RemoteError::Invalid(_)), "{reused}");
    });
}

#[test]
fn a_step_names_the_revision_that_it_means() {
    on_both(|remote| {
        let made = create("r/1", "services.keys", keys()).done_by(remote).expect("allowed");
        let again = create("r/2", "services.keys", keys()).done_by(remote).expect_err("it is there");
        assert!(matches!(&again, RemoteError::Stale { address } if *address == at("services.keys")), "{again}");
        let mut renamed = keys();
        renamed["name"] = json!("Other keys");
        let update = |key, if_match| Step { body: Some(renamed.clone()), if_match, ..step(key, Do::Update, "services.keys") };
        let updated = update("r/3", made.etag.clone()).done_by(remote).expect("allowed");
        assert_ne!(updated.etag, made.etag);
        assert!(matches!(update("r/4", made.etag.clone()).done_by(remote), Err(RemoteError::Stale { .. })));
        let gone = |key, if_match| Step { if_match, ..step(key, Do::Delete, "services.keys") };
        assert!(matches!(gone("r/5", made.etag).done_by(remote), Err(RemoteError::Stale { .. })));
        let done = gone("r/6", updated.etag.clone()).done_by(remote).expect("allowed");
        assert_eq!(done, Done { etag: None, outcome: Outcome::Done });
        assert!(gone("r/7", updated.etag).done_by(remote).is_err());
        assert!(remote.observe().expect("it can be read").objects.is_empty());
    });
}

#[test]
fn the_platform_s_rules_refuse_with_all_that_stands_in_the_way() {
    on_both(|remote| {
        let etag = furnish(remote);
        let refusal = |done: Result<Done, RemoteError>| match done {
            Err(RemoteError::Refused(refusal)) => refusal,
            other => panic!("it should be refused: {other:?}"),
        };
        let deleted = Step { if_match: etag.clone(), ..step("l/1", Do::Delete, "connections.c") }.done_by(remote);
        assert_eq!(refusal(deleted), Refusal::DeleteWhileReferenced { dependents: [at("webhooks.w")].into() });
        let update = Step { body: Some(keyed("Other")), if_match: etag.clone(), ..step("l/2", Do::Update, "connections.c") };
        assert_eq!(refusal(update.done_by(remote)), Refusal::UpdateWhileConnected);
        let foreign = Step { project: "other", if_match: etag, ..step("l/3", Do::Delete, "connections.c") };
        assert_eq!(refusal(foreign.done_by(remote)), Refusal::NotOwned { owner: Some("cold_chain".to_owned()) });
        let mut elsewhere = hook();
        elsewhere["url"] = json!("https://elsewhere.example.org/");
        let hosts = refusal(create("l/4", "webhooks.x", elsewhere).done_by(remote));
        assert!(matches!(hosts, Refusal::HostOutsideService { ref host, .. } if host == "elsewhere.example.org"), "{hosts}");
    });
}

#[test]
fn a_connection_is_replaced_under_its_webhook() {
    on_both(|remote| {
        let etag = furnish(remote);
        let detached = step("d/1", Do::Detach, "webhooks.w").done_by(remote).expect("allowed");
        assert_eq!(detached.outcome, Outcome::Webhook(WebhookState::Detached));
        let revoked = Step { if_match: etag, ..step("d/2", Do::Revoke, "connections.c") }.done_by(remote).expect("allowed");
        assert_eq!(revoked.outcome, Outcome::Connection(ConnectionState::Revoked));
        let gone = Step { if_match: revoked.etag, ..step("d/3", Do::Delete, "connections.c") }.done_by(remote).expect("allowed");
        assert_eq!(gone.etag, None);
        let made = Step { secret: KEY, ..create("d/4", "connections.c", keyed("C")) }.done_by(remote).expect("allowed");
        Step { if_match: made.etag, ..step("d/5", Do::Authorize, "connections.c") }.done_by(remote).expect("allowed");
        let attached = Step { if_match: detached.etag, ..step("d/6", Do::Attach, "webhooks.w") }.done_by(remote).expect("allowed");
        assert_eq!(attached.outcome, Outcome::Webhook(WebhookState::Active));
    });
}

#[test]
fn a_function_s_script_goes_along_and_is_checked() {
    on_both(|remote| {
        let text = "void sweep()\n{\n\tinfo \"swept\";\n}\n";
        let digest = "0".repeat(64);
        let body = json!({ "name": "Sweep", "category": "schedule", "script": { "path": "sweep.ds", "sha256": digest } });
        let wrong =
            Step { script: Some(text), ..create("s/1", "functions.sweep", body.clone()) }.done_by(remote).expect_err("another digest");
        assert!(matches!(wrong, RemoteError::Invalid(_)), "{wrong}");
        let missing = create("s/2", "functions.sweep", body).done_by(remote).expect_err("no text");
        assert!(matches!(missing, RemoteError::Invalid(_)), "{missing}");
    });
}

#[test]
fn a_plan_is_spent_once() {
    on_both(|remote| {
        let plan = format!("sha256:{}@3", "a".repeat(64));
        remote.spend(&plan).expect("it is new");
        assert!(matches!(remote.spend(&plan), Err(RemoteError::Spent { .. })));
    });
}

#[test]
fn a_plan_whose_answer_was_lost_is_spent_again_under_the_same_lease_only() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let served = Served::start(folder.path());
    let http = http(&served);
    let plan = format!("sha256:{}@3", "b".repeat(64));
    let lease = |claim: &str| http.lease_of("cold_chain").take(claim, Duration::from_secs(60)).expect("nobody holds it");
    let fence = lease("first-claim");
    http.spend(&plan).expect("it is new");
    http.spend(&plan).expect("the same apply asks again");
    http.lease_of("cold_chain").release(fence).expect("it is held");
    assert!(matches!(http.spend(&plan), Err(RemoteError::Spent { .. })), "no apply at all");
    lease("other-claim");
    assert!(matches!(http.spend(&plan), Err(RemoteError::Spent { .. })), "another apply");
}

#[test]
fn who_asks_is_asked_for_and_a_wrong_token_says_so() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let served = Served::start(folder.path());
    let refused = |credential| {
        Http::new(&served.api, credential, Arc::new(Now), Vec::new()).expect("an address").observe().expect_err("nobody knows it")
    };
    for credential in [Credential::Nothing, Credential::Token(Secret::new("bwl_0000".to_owned()))] {
        let error = refused(credential);
        assert!(matches!(error, RemoteError::NotPermitted(_)), "{error:?}");
    }
    assert!(
        Http::new("http://connections.example.com", Credential::Nothing, Arc::new(Now), Vec::new()).is_err(),
        "a token would travel in clear"
    );
    let nobody =
        Http::new("http://127.0.0.1:9", Credential::Token(Secret::new("bwl".to_owned())), Arc::new(Now), Vec::new()).expect("an address");
    assert!(matches!(nobody.spend("sha256:1"), Err(RemoteError::Unavailable(_))));
}
