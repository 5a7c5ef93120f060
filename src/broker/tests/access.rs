//! Every use-case that can be reached from outside, in every role; and what tokens and objects take away.

use super::people::wanted;
use super::service::Live;
use super::*;
use crate::broker::hook::HookError;
use crate::broker::{Admitted, Asked, ConsentWanted, Invalid, Invocation, LeaseWanted, Part, TokenWanted, UserWanted, Whose};
use crate::resource::Kind;
use crate::resource::access::{Principal, PrincipalKind, Right, Role, TokenScope};
use crate::store::DeliveryFilter;
use std::time::Duration;
use url::Url;

type UseCase = fn(&Live, &Admitted<'_>) -> String;

/// How a use-case ended: `done`, or the code of what was answered instead.
fn end<T>(result: Result<T, BrokerError>) -> String {
    result.map_or_else(|error| error.code().unwrap_or("failed").to_owned(), |_| "done".to_owned())
}

fn hook_end<T>(result: Result<T, HookError>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(HookError::Broker(error)) => end::<()>(Err(error)),
        Err(HookError::NoDelivery(_)) => "not-found".to_owned(),
        Err(other) => other.to_string(),
    }
}

fn asked() -> Asked<'static> {
    Asked { project: Some(PROJECT), key: None, expect: Expect::Whatever, fence: None }
}

fn redirect() -> Url {
    Url::parse("http://127.0.0.1:9/callback/oauth").expect("a URL")
}

fn begin(who: &Admitted<'_>, connection: &str, user: Option<&str>) -> Result<Url, BrokerError> {
    let (name, redirect) = (Name::new(connection), redirect());
    let begun = who.begin_consent(ConsentWanted { connection: &name, user, application: None, redirect_uri: &redirect })?;
    Ok(begun.link)
}

fn consent(who: &Admitted<'_>, connection: &str, user: Option<&str>) -> Result<(), BrokerError> {
    let link = begin(who, connection, user)?;
    who.redeem(&super::consent::came_back(&link, &[("code", "canary-code")]), false).map(drop)
}

fn invoke(who: &Admitted<'_>, connection: &str, user: Option<&str>) -> Result<u16, BrokerError> {
    let invocation = Invocation {
        connection: &Name::new(connection),
        user,
        method: http::Method::GET,
        url: "https://api.example.com/v1/things".parse().expect("a URL"),
        headers: http::HeaderMap::new(),
        body: crate::oauth::Body::Empty,
        body_cap: 1000,
        patience: crate::broker::PATIENCE,
    };
    who.invoke(invocation).map(|answered| answered.response.status().as_u16())
}

fn put_keys(who: &Admitted<'_>, address: &str, asked: &Asked<'_>) -> Result<Answer, BrokerError> {
    let put = Put { resource: &resource(address, api_key()), secrets: &BTreeMap::new(), script: None };
    who.put(asked, &at(address), put)
}

/// Connections `c` (of its owner) and `each` (of login users), connected for everybody; a webhook with one delivery; leases
/// of two projects, one of which belongs to whoever asks.
fn furnished(role: Role) -> Live {
    let live = Live::connected();
    live.consent("each", Some(role.word())).expect("consented");
    live.consent("each", Some("zoe")).expect("consented");
    live.world.put("services.keys", api_key()).expect("allowed");
    let body = json!({ "name": "W", "url": "https://api.example.com/x", "auth": { "connection": "c" } });
    live.world.put("webhooks.w", body).expect("allowed");
    live.broker().trigger(&live.world.actor, &Name::new("w"), &json!({}), None).expect("filled");
    let text = "info 1;";
    let sha256 = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()));
    let body = json!({ "name": "F", "category": "schedule", "script": { "path": "f.ds", "sha256": sha256 } });
    live.world.put_script("functions.f", body, How::default(), &[], Some(text)).expect("allowed");
    live.broker().put_application(&live.world.actor, &Name::new("cold"), "Cold").expect("allowed");
    let other = LeaseWanted { project: "dock", claim: "c", ttl: Duration::from_secs(60) };
    live.broker().take_lease(&live.world.actor, other).expect("free");
    for role in Role::ALL {
        live.user(role.word(), PrincipalKind::Service, role);
    }
    live.user("zoe", PrincipalKind::Person, Role::User);
    live
}

fn principal(live: &Live, user: &str, scopes: &[TokenScope]) -> Principal {
    let token = live.token(user, scopes);
    live.broker().authenticate(&token.text).expect("it is good")
}

fn delivery(live: &Live) -> String {
    let all = live.broker().deliveries(&DeliveryFilter { limit: 9, ..DeliveryFilter::default() }).expect("readable");
    all[0].delivery.id.clone()
}

/// Each use-case, and how it ends for an administrator, an editor, a viewer and a user: `y` it is done, `n` it is denied, `-`
/// its object is not there.
const TABLE: [(&str, &str, UseCase); 54] = [
    ("read everything", "yyyn", |_, who| end(who.observe())),
    ("fingerprint", "yyyn", |_, who| end(who.fingerprint(&[Secret::new("x".to_owned())]))),
    ("whether a plan was spent", "yyyn", |_, who| end(who.spent("p"))),
    ("read who did what to a project's objects", "yyyn", |_, who| end(who.traces("cold_chain"))),
    ("list objects", "yyyy", |_, who| end(who.objects(Kind::Connection, &Part::WHOLE, &|_| true))),
    ("read a service", "yyy-", |_, who| end(who.object(&at("services.oauth")))),
    ("read an owner's connection", "yyy-", |_, who| end(who.object(&at("connections.c")))),
    ("read a shared connection", "yyyy", |_, who| end(who.object(&at("connections.each")))),
    ("read a webhook", "yyy-", |_, who| end(who.object(&at("webhooks.w")))),
    ("read what is not there", "----", |_, who| end(who.object(&at("webhooks.none")))),
    ("read a script", "yyy-", |_, who| end(who.script(&at("functions.f")))),
    ("read dependents", "yyy-", |_, who| end(who.dependents(&at("connections.c")))),
    ("read dependents of a shared one", "yyyy", |_, who| end(who.dependents(&at("connections.each")))),
    ("list states", "yyyy", |_, who| end(who.status(&Part::WHOLE))),
    ("read a state", "yyy-", |_, who| end(who.status_of(&Name::new("c")))),
    ("read a shared one's state", "yyyy", |_, who| end(who.status_of(&Name::new("each")))),
    ("read the audit", "ynnn", |_, who| end(who.audit(0, 9))),
    ("verify the audit", "ynnn", |_, who| end(who.verify_audit())),
    ("create", "yynn", |_, who| end(put_keys(who, "services.new", &asked()))),
    ("update", "yynn", |_, who| end(put_keys(who, "services.keys", &asked()))),
    ("delete", "yynn", |_, who| end(who.delete(&asked(), &at("services.keys")))),
    ("delete what is not there", "--nn", |_, who| end(who.delete(&asked(), &at("services.none")))),
    ("detach", "yynn", |_, who| end(who.detach(&asked(), &at("webhooks.w")))),
    ("attach", "yynn", |_, who| end(who.attach(&asked(), &at("webhooks.w")))),
    ("spend a plan", "yynn", |_, who| end(who.spend(&asked(), "sha256:1"))),
    ("take a lease", "yynn", |_, who| end(who.take_lease(LeaseWanted { project: PROJECT, claim: "x", ttl: Duration::from_secs(60) }))),
    ("renew a lease", "yynn", |live, who| {
        let name = Actor { name: who.principal().name.clone() };
        let wanted = LeaseWanted { project: PROJECT, claim: "x", ttl: Duration::from_secs(60) };
        let fence = live.broker().take_lease(&name, wanted).expect("free").fence;
        end(who.renew_lease(PROJECT, fence, Duration::from_secs(60)))
    }),
    ("give a lease back", "yynn", |live, who| {
        let name = Actor { name: who.principal().name.clone() };
        let wanted = LeaseWanted { project: PROJECT, claim: "x", ttl: Duration::from_secs(60) };
        live.broker().take_lease(&name, wanted).expect("free");
        end(who.release_lease(PROJECT, None))
    }),
    ("break a lease", "ynnn", |_, who| end(who.release_lease("dock", None))),
    ("list leases", "yyyn", |_, who| end(who.leases())),
    ("authorize an owner's connection", "yyn-", |_, who| end(who.authorize(&asked(), &at("connections.c"), None))),
    ("authorize a shared one as its owner", "yynn", |_, who| end(who.authorize(&asked(), &at("connections.each"), None))),
    ("consent to an owner's connection", "yyn-", |_, who| end(consent(who, "c", None))),
    ("consent to a shared one", "yyny", |_, who| end(consent(who, "each", None))),
    ("revoke an owner's connection", "yyn-", |_, who| end(who.revoke(&asked(), &at("connections.c"), None))),
    ("revoke a shared one for everybody", "yynn", |_, who| end(who.revoke(&asked(), &at("connections.each"), None))),
    ("revoke one's own", "yyny", |_, who| end(who.revoke(&asked(), &at("connections.each"), Some(&who.principal().name)))),
    ("call with an owner's connection", "yyn-", |_, who| end(invoke(who, "c", None))),
    ("call with a shared one", "yyny", |_, who| end(invoke(who, "each", None))),
    ("call with what is not there", "--n-", |_, who| end(invoke(who, "none", None))),
    ("fire a webhook", "yynn", |_, who| hook_end(who.trigger(&Name::new("w"), &json!({}), (None, None)))),
    ("deliver once more", "yynn", |live, who| hook_end(who.redeliver(&delivery(live)))),
    ("read a delivery", "yyy-", |live, who| hook_end(who.delivery(&delivery(live)))),
    ("list deliveries", "yyyy", |_, who| hook_end(who.deliveries(&DeliveryFilter { limit: 9, ..DeliveryFilter::default() }))),
    ("list people", "ynnn", |_, who| end(who.users())),
    ("read another person", "ynnn", |_, who| end(who.user("zoe"))),
    ("read oneself", "yyyy", |_, who| end(who.user(&who.principal().name))),
    ("put a person", "ynnn", |_, who| {
        end(who.put_user(UserWanted { name: "eve", kind: PrincipalKind::Person, title: "", role: Role::Viewer, disabled: false }))
    }),
    ("remove a person", "ynnn", |_, who| end(who.delete_user("zoe"))),
    ("everybody's tokens", "ynnn", |_, who| end(who.tokens(None))),
    ("another's token", "ynnn", |_, who| end(who.new_token(wanted("zoe", &[TokenScope::Read])))),
    ("one's own tokens", "yyyy", |_, who| {
        let made = who.new_token(wanted(&who.principal().name, &[TokenScope::Read])).expect("one's own");
        who.revoke_token(&made.token.user, &made.token.id).expect("one's own");
        who.rotate_token(&made.token.user, &who.principal().token, Duration::ZERO).expect("the one that was shown");
        end(who.tokens(Some(&made.token.user)))
    }),
    ("list applications", "yyyy", |_, who| end(who.applications())),
    ("keep applications and keys", "ynnn", |_, who| {
        let ends = [
            end(who.put_application(&Name::new("roof"), "Roof")),
            end(who.delete_application(&Name::new("roof"))),
            end(who.sealed_by()),
            end(who.reseal()),
        ];
        assert!(ends.iter().all(|one| *one == ends[0] || one == "not-found"), "{ends:?}");
        ends[0].clone()
    }),
];

#[test]
fn every_use_case_in_every_role() {
    let mut wrong = Vec::new();
    for role in Role::ALL {
        for (name, row, use_case) in TABLE {
            let expected = match row.as_bytes()[role as usize] {
                b'y' => "done",
                b'n' => "forbidden",
                b'-' => "not-found",
                other => panic!("{}", char::from(other)),
            };
            let live = furnished(role);
            // Everything but speaking for others.
            let scopes: Vec<TokenScope> = TokenScope::ALL.into_iter().filter(|scope| *scope != TokenScope::Impersonate).collect();
            let principal = principal(&live, role.word(), &scopes);
            let ended = use_case(&live, &live.broker().admit(&principal));
            if ended != expected {
                wrong.push(format!("{role}: {name}: {ended} instead of {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn without_any_scope_nothing_is_done_whatever_the_role() {
    let live = furnished(Role::Administrator);
    let nothing = Principal { scopes: [].into(), ..principal(&live, "administrator", &[TokenScope::Read]) };
    for (name, _, use_case) in TABLE {
        if ["read oneself", "one's own tokens"].contains(&name) {
            continue;
        }
        let ended = use_case(&live, &live.broker().admit(&nothing));
        assert!(ended == "forbidden", "{name}: {ended}");
    }
}

#[test]
fn what_is_denied_leaves_a_line_unless_it_was_reading() {
    let live = furnished(Role::Viewer);
    let viewer = principal(&live, "viewer", &TokenScope::ALL.map(|scope| scope)[..5]);
    let who = live.broker().admit(&viewer);
    let before = live.world.audit_lines().len();
    put_keys(&who, "services.keys", &asked()).expect_err("a viewer");
    invoke(&who, "c", None).expect_err("a viewer");
    let lines = live.broker().audit(0, 1000).expect("readable");
    let told: Vec<_> = lines[before..].iter().map(|line| (line.entry.detail["right"].as_str(), line.entry.outcome.as_str())).collect();
    assert_eq!(told, [("apply", "refused: forbidden"), ("invoke", "refused: forbidden")]);
    let user = principal(&live, "user", &[TokenScope::Read]);
    let before = live.world.audit_lines().len();
    live.broker().admit(&user).object(&at("connections.c")).expect_err("hidden");
    assert_eq!(live.world.audit_lines().len(), before);
}

#[test]
fn a_person_s_own_account_is_used_and_nobody_else_s() {
    let live = Live::new();
    live.consent("each", Some("zoe")).expect("consented");
    let admin = Principal { name: "admin".to_owned(), ..Principal::operator("admin") };
    let person = Principal { scopes: TokenScope::ALL.into_iter().filter(|scope| *scope != TokenScope::Impersonate).collect(), ..admin };
    let who = live.broker().admit(&person);
    let not_connected = invoke(&who, "each", None).expect_err("nobody consented as admin");
    assert!(matches!(&not_connected, BrokerError::NotConnected { user, .. } if user == "admin"), "{not_connected}");
    assert_eq!(end(invoke(&who, "each", Some("zoe"))), "forbidden");
    assert_eq!(end(begin(&who, "each", Some("zoe"))), "forbidden");
    // With the owner's credentials, whoever asks is as good as any.
    live.consent("c", None).expect("consented");
    assert_eq!(invoke(&who, "c", Some("zoe")).expect("the owner's"), 200);
}

#[test]
fn a_service_speaks_for_users_where_its_token_was_made_for_that() {
    let live = Live::new();
    live.consent("each", Some("zoe")).expect("consented");
    live.user("app", PrincipalKind::Service, Role::User);
    let plain = principal(&live, "app", &[TokenScope::Invoke, TokenScope::Connect]);
    assert_eq!(end(invoke(&live.broker().admit(&plain), "each", Some("zoe"))), "forbidden");
    let made_for_it = principal(&live, "app", &[TokenScope::Invoke, TokenScope::Connect, TokenScope::Impersonate]);
    let who = live.broker().admit(&made_for_it);
    assert_eq!(invoke(&who, "each", Some("zoe")).expect("for zoe"), 200);
    assert_eq!(end(invoke(&who, "each", Some("eve"))), "not-connected");
    consent(&who, "each", Some("eve")).expect("for eve");
    assert_eq!(invoke(&who, "each", Some("eve")).expect("for eve"), 200);
    // A role that cannot see it cannot be lent to anybody.
    assert_eq!(end(invoke(&who, "c", Some("zoe"))), "not-found");
}

#[test]
fn a_consent_is_finished_by_who_began_it() {
    let live = Live::new();
    for name in ["zoe", "eve"] {
        live.user(name, PrincipalKind::Person, Role::User);
    }
    let [zoe, eve] = ["zoe", "eve"].map(|name| principal(&live, name, &[TokenScope::Connect]));
    let link = begin(&live.broker().admit(&zoe), "each", None).expect("it can begin");
    let answer = super::consent::came_back(&link, &[("code", "canary-code")]);
    assert!(live.broker().admit(&eve).redeem(&answer, false).is_err());
    assert!(live.broker().status_of(&Name::new("each")).expect("readable").expect("there").users.iter().all(|one| one.user != "eve"));
}

#[test]
fn a_user_of_connections_sees_the_own_state_and_nobody_s_name() {
    let live = furnished(Role::User);
    let user = principal(&live, "user", &[TokenScope::Read]);
    let who = live.broker().admit(&user);
    let reports = who.status(&Part::WHOLE).expect("allowed");
    assert_eq!(reports.iter().map(|report| report.address.to_string()).collect::<Vec<_>>(), ["connections.each"]);
    assert_eq!((reports[0].state, reports[0].users.len()), (ConnectionState::Connected, 1));
    assert!(!format!("{:?}{:?}", reports, who.objects(Kind::Connection, &Part::WHOLE, &|_| true).expect("allowed")).contains("zoe"));
    live.user("new", PrincipalKind::Person, Role::User);
    let new = principal(&live, "new", &[TokenScope::Read]);
    let who = live.broker().admit(&new);
    assert_eq!(who.status_of(&Name::new("each")).expect("allowed").state, ConnectionState::NotConnected);
    let live_one = who.object(&at("connections.each")).expect("allowed");
    assert_eq!(live_one.connection_status().map(|status| (status.state, status.users.len())), Some((ConnectionState::NotConnected, 0)));
    assert!(who.deliveries(&DeliveryFilter { limit: 9, ..DeliveryFilter::default() }).expect("allowed").is_empty());
}

#[test]
fn my_connections_are_mine_and_the_organisation_s_and_shared_ones_are_other_people_s() {
    let live = Live::new();
    for (name, role) in [("ed", Role::Editor), ("ann", Role::Administrator), ("tim", Role::Editor)] {
        live.user(name, PrincipalKind::Person, role);
    }
    let make = |maker: &str, name: &str, shared: bool| {
        let principal = principal(&live, maker, &[TokenScope::Apply]);
        let body = json!({ "name": name, "service": "oauth", "use_login_user_credentials": shared });
        let (address, who) = (format!("connections.{name}"), live.broker().admit(&principal));
        let put = Put { resource: &resource(&address, body), secrets: &BTreeMap::new(), script: None };
        who.put(&asked(), &at(&address), put).expect("allowed");
    };
    for maker in ["ed", "ann", "tim"] {
        make(maker, &format!("{maker}_own"), false);
        make(maker, &format!("{maker}_shared"), true);
    }
    let ed = principal(&live, "ed", &[TokenScope::Read]);
    let listed = |whose| {
        let reports = live.broker().admit(&ed).status(&Part { whose, ..Part::WHOLE }).expect("allowed");
        reports.into_iter().map(|report| report.address.name.to_string()).collect::<Vec<_>>()
    };
    // `c` and `each` were made by `ada`, who is no user here: the organisation's.
    assert_eq!(listed(Whose::Mine), ["ann_own", "c", "ed_own", "ed_shared"]);
    assert_eq!(listed(Whose::Shared), ["ann_shared", "each", "tim_shared"]);
    assert_eq!(listed(Whose::All).len(), 8);
    let maker = |name: &str| live.broker().status_of(&Name::new(name)).expect("readable").expect("there").maker;
    assert_eq!((maker("ed_own").as_deref(), maker("c").as_deref()), (Some("ed"), Some("ada")));
}

#[test]
fn a_token_for_single_projects_sees_and_changes_nothing_else() {
    let live = furnished(Role::Editor);
    let by_dock = How { project: Some("dock"), ..How::default() };
    live.world.put_with("services.docked", api_key(), by_dock, &[]).expect("allowed");
    live.world.put_with("services.nobody_s", api_key(), How { by_hand: true, ..How::default() }, &[]).expect("allowed");
    let ttl = TokenWanted { projects: Some(["dock".to_owned()].into()), ..wanted("administrator", &TokenScope::ALL[..6]) };
    let token = live.broker().new_token(&live.world.actor, ttl).expect("allowed");
    let limited = live.broker().authenticate(&token.text).expect("good");
    let who = live.broker().admit(&limited);
    let seen: Vec<String> = who.observe().expect("allowed").objects.keys().map(ToString::to_string).collect();
    assert_eq!(seen, ["services.docked"]);
    let counted = |kind| who.objects(kind, &Part::WHOLE, &|_| true).expect("allowed").len();
    assert_eq!(Kind::ALL.map(counted).into_iter().sum::<usize>(), 1);
    assert!(who.status(&Part::WHOLE).expect("allowed").is_empty());
    assert_eq!(who.leases().expect("allowed").len(), 1);
    for hidden in ["services.keys", "services.nobody_s"] {
        assert_eq!(end(who.object(&at(hidden))), "not-found");
        assert_eq!(end(who.delete(&Asked { project: Some("dock"), ..asked() }, &at(hidden))), "not-found");
        assert_eq!(end(put_keys(&who, hidden, &Asked { project: Some("dock"), ..asked() })), "not-found");
    }
    assert_eq!(end(put_keys(&who, "services.new", &asked())), "forbidden", "for another project");
    assert_eq!(end(put_keys(&who, "services.new", &Asked { project: None, ..asked() })), "forbidden", "for none");
    assert_eq!(end(put_keys(&who, "services.new", &Asked { project: Some("dock"), ..asked() })), "done");
    assert_eq!(end(invoke(&who, "c", None)), "not-found");
    assert_eq!(end(who.take_lease(LeaseWanted { project: PROJECT, claim: "x", ttl: Duration::from_secs(60) })), "forbidden");
    assert_eq!(end(who.users()), "forbidden");
    assert_eq!(end(who.audit(0, 9)), "forbidden");
}

#[test]
fn a_token_for_single_projects_uses_no_other_one_s_credentials_by_naming_them() {
    let live = furnished(Role::Editor);
    let by = |project| How { project: Some(project), ..How::default() };
    let keyed = |service: &str| json!({ "name": "C", "service": service, "credentials": { "X-Key": { "env": "K" } } });
    live.world.put_with("services.docked", api_key(), by("dock"), &[]).expect("allowed");
    live.world.put_with("connections.docked", keyed("docked"), by("dock"), &[("/credentials/X-Key", CANARY)]).expect("allowed");
    // Put together by somebody who may, of what the token does not reach.
    let foreign = json!({ "name": "W", "url": "https://api.example.com/x", "auth": { "connection": "c" } });
    live.world.put_with("webhooks.lent", foreign, by("dock"), &[]).expect("allowed");
    live.broker().trigger(&live.world.actor, &Name::new("lent"), &json!({}), None).expect("filled");
    live.world.put_with("connections.lent", keyed("keys"), by("dock"), &[("/credentials/X-Key", CANARY)]).expect("allowed");
    let mut scopes = TokenScope::ALL.to_vec();
    scopes.retain(|scope| *scope != TokenScope::Impersonate);
    let limited = TokenWanted { projects: Some(["dock".to_owned()].into()), ..wanted("editor", &scopes) };
    let limited = live.broker().new_token(&live.world.actor, limited).expect("allowed");
    let limited = live.broker().authenticate(&limited.text).expect("good");
    let who = live.broker().admit(&limited);
    let dock = Asked { project: Some("dock"), ..asked() };
    let put = |address: &str, body: Value| {
        let put = Put { resource: &resource(address, body), secrets: &BTreeMap::new(), script: None };
        end(who.put(&dock, &at(address), put))
    };
    let hook = |connection: &str| json!({ "name": "W", "url": "https://api.example.com/x", "auth": { "connection": connection } });
    let of = |service: &str| json!({ "name": "C", "service": service });
    let after = |one: &str| json!({ "name": "W", "url": "https://api.example.com/x", "depends_on": [one] });
    assert_eq!(put("webhooks.own", hook("docked")), "done");
    assert_eq!((put("webhooks.new", hook("c")), put("webhooks.new", hook("none"))), ("invalid".to_owned(), "invalid".to_owned()));
    assert_eq!(put("webhooks.own", hook("c")), "invalid", "an update names nothing more than a creation");
    assert_eq!((put("connections.new", of("oauth")), put("connections.new", of("none"))), ("invalid".to_owned(), "invalid".to_owned()));
    assert_eq!(put("webhooks.new", hook("lent")), "invalid", "whose service is another project's");
    assert_eq!(put("webhooks.new", after("connections.c")), "not-found");
    assert_eq!(end(who.detach(&dock, &at("webhooks.lent"))), "done");
    assert_eq!(end(who.attach(&dock, &at("webhooks.lent"))), "invalid");
    assert_eq!(hook_end(who.trigger(&Name::new("lent"), &json!({}), (None, None))), "invalid");
    let of_lent = live.broker().deliveries(&DeliveryFilter { limit: 9, ..DeliveryFilter::default() }).expect("readable");
    let of_lent = of_lent.into_iter().find(|one| one.delivery.webhook.as_str() == "lent").expect("it was filled");
    assert_eq!(hook_end(who.redeliver(&of_lent.delivery.id)), "invalid");
    assert_eq!(end(who.authorize(&dock, &at("connections.lent"), None)), "invalid");
    assert_eq!(end(invoke(&who, "lent", None)), "invalid");
    assert_eq!(end(begin(&who, "lent", None)), "invalid");
    assert!(live.broker().dependents(&at("connections.c")).expect("readable").iter().all(|(one, _)| one.name.as_str() != "new"));
}

#[test]
fn a_token_for_single_projects_takes_no_default_service_s_place_for_others() {
    let live = Live::new();
    live.user("editor", PrincipalKind::Service, Role::Editor);
    let after = json!({ "name": "W", "url": "https://api.example.com/x", "depends_on": ["services.later"] });
    live.world.put("webhooks.w", after).expect("allowed");
    let limited = TokenWanted { projects: Some(["dock".to_owned()].into()), ..wanted("editor", &[TokenScope::Apply]) };
    let limited = live.broker().new_token(&live.world.actor, limited).expect("allowed");
    let limited = live.broker().authenticate(&limited.text).expect("good");
    let who = live.broker().admit(&limited);
    let dock = Asked { project: Some("dock"), ..asked() };
    assert_eq!(end(put_keys(&who, "services.later", &dock)), "forbidden");
    assert_eq!(end(put_keys(&who, "services.other", &dock)), "done");
}

#[test]
fn a_token_makes_no_stronger_one_and_none_that_lasts_longer() {
    let live = Live::new();
    live.user("ci", PrincipalKind::Service, Role::Editor);
    let hour = Some(Duration::from_secs(3600));
    let short = TokenWanted { life: hour, projects: Some(["p".to_owned()].into()), ..wanted("ci", &[TokenScope::Plan]) };
    let short = live.broker().new_token(&live.world.actor, short).expect("allowed");
    let other = live.token("ci", &[TokenScope::Apply]);
    let shown = live.broker().authenticate(&short.text).expect("good");
    let who = live.broker().admit(&shown);
    let of_p = |scopes: &[TokenScope]| TokenWanted { projects: Some(["p".to_owned()].into()), ..wanted("ci", scopes) };
    for stronger in [of_p(&[TokenScope::Apply]), of_p(&[TokenScope::Plan, TokenScope::Read]), wanted("ci", &[TokenScope::Plan])] {
        assert!(matches!(who.new_token(stronger), Err(BrokerError::Invalid(Invalid::StrongerToken))));
    }
    let made = who.new_token(of_p(&[TokenScope::Plan])).expect("as strong");
    assert_eq!(made.token.expires, short.token.expires);
    assert_eq!(end(who.rotate_token("ci", &other.token.id, Duration::ZERO)), "forbidden");
    assert_eq!(end(who.tokens(Some("nobody"))), "forbidden");
    who.revoke_token("ci", &other.token.id).expect("taking away makes nothing stronger");
}

#[test]
fn every_right_stands_in_some_row() {
    let source = include_str!("../admitted/using.rs").to_owned()
        + include_str!("../admitted/applying.rs")
        + include_str!("../admitted/people.rs")
        + include_str!("../admitted/reading.rs");
    for right in Right::ALL.into_iter().filter(|right| *right != Right::Impersonate) {
        assert!(source.contains(&format!("Right::{right:?}")), "{right:?} is asked for by no use-case");
    }
}

#[test]
fn a_webhook_is_fired_on_another_s_behalf_by_who_may_call_for_that_one() {
    let live = furnished(Role::Editor);
    live.world
        .put("webhooks.each", json!({ "name": "W", "url": "https://api.example.com/x", "auth": { "connection": "each" } }))
        .expect("allowed");
    let who = live.broker().new_token(&live.world.actor, wanted("editor", &[TokenScope::Invoke, TokenScope::Apply])).expect("allowed");
    let who = live.broker().authenticate(&who.text).expect("good");
    let who = live.broker().admit(&who);
    let fire = |user| who.trigger(&Name::new("each"), &json!({}), (None, user));
    assert_eq!(fire(None).expect("on the own behalf").user, "editor");
    assert_eq!(hook_end(fire(Some("zoe"))), "forbidden");
    let hers = live.broker().trigger_for(&live.world.actor, &Name::new("each"), &json!({}), (None, Some("zoe"))).expect("filled");
    assert_eq!(hook_end(who.redeliver(&hers.id)), "forbidden", "it would be sent with her account");
}
