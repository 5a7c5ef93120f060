//! Who may come in: the first administrator, tokens that are good and that are not, and who comes and goes.

use super::service::Live;
use super::*;
use crate::broker::{Invalid, IssuedToken, TokenWanted, Unauthentic, UserWanted};
use crate::resource::access::{PrincipalKind, Role, TokenScope};
use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;

impl Live {
    pub(super) fn user(&self, name: &str, kind: PrincipalKind, role: Role) {
        let wanted = UserWanted { name, kind, title: "", role, disabled: false };
        self.broker().put_user(&self.world.actor, wanted).expect("allowed");
    }

    pub(super) fn token(&self, user: &str, scopes: &[TokenScope]) -> IssuedToken {
        self.broker().new_token(&self.world.actor, wanted(user, scopes)).expect("allowed")
    }

    fn why(&self, token: &IssuedToken) -> Option<Unauthentic> {
        match self.broker().authenticate(&token.text) {
            Ok(_) => None,
            Err(BrokerError::Unauthenticated(why)) => Some(why),
            Err(other) => panic!("{other}"),
        }
    }
}

pub(super) fn wanted<'a>(user: &'a str, scopes: &[TokenScope]) -> TokenWanted<'a> {
    TokenWanted { user, title: "test", scopes: scopes.iter().copied().collect(), projects: None, life: None }
}

fn invalid<T: std::fmt::Debug>(result: Result<T, BrokerError>) -> Invalid {
    match result {
        Err(BrokerError::Invalid(what)) => what,
        other => panic!("it should have been invalid: {other:?}"),
    }
}

#[test]
fn the_first_administrator_is_made_once() {
    let live = Live::new();
    let first = live.broker().first_administrator("admin").expect("writable").expect("there was nobody");
    assert!(live.broker().first_administrator("admin").expect("writable").is_none());
    let principal = live.broker().authenticate(&first.text).expect("it is good");
    assert_eq!((principal.name.as_str(), principal.role, principal.projects), ("admin", Role::Administrator, None));
    assert!(!principal.scopes.contains(&TokenScope::Impersonate));
    assert_eq!(principal.scopes.len(), TokenScope::ALL.len() - 1);
    assert_eq!(principal.token, first.token.id);
}

#[test]
fn replicas_that_start_together_make_one_first_administrator() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let open = || {
        let store = SqliteStore::open(&folder.path().join("x.db")).expect("writable");
        super::service::broker_on(Box::new(store), super::service::Hands::at(noon()), Arc::default())
    };
    let brokers = [open(), open(), open()];
    let made = std::thread::scope(|scope| {
        let running: Vec<_> = brokers.iter().map(|broker| scope.spawn(|| broker.first_administrator("admin"))).collect();
        running.into_iter().filter_map(|one| one.join().expect("no panic").expect("writable")).count()
    });
    assert_eq!((made, brokers[0].tokens(None).expect("readable").len()), (1, 1));
}

#[test]
fn a_lost_administrator_is_recovered_by_who_holds_the_data() {
    let live = Live::new();
    live.broker().first_administrator("admin").expect("writable");
    live.user("zoe", PrincipalKind::Person, Role::Administrator);
    let off = UserWanted { name: "admin", kind: PrincipalKind::Person, title: "A", role: Role::Viewer, disabled: true };
    live.broker().put_user(&live.world.actor, off).expect("another one is left");
    let again = live.broker().recover_administrator(&live.world.actor, "admin").expect("writable");
    assert_eq!(live.broker().authenticate(&again.text).expect("it is good").role, Role::Administrator);
    assert_eq!(live.broker().user("admin").expect("readable").expect("there").title, "A");
}

#[test]
fn a_token_is_good_until_it_expires_is_revoked_or_its_user_disabled() {
    let live = Live::new();
    live.user("ci", PrincipalKind::Service, Role::Editor);
    let (one, other) = (live.token("ci", &[TokenScope::Read]), live.token("ci", &[TokenScope::Read]));
    assert_eq!((live.why(&one), live.why(&other)), (None, None));
    live.broker().revoke_token(&live.world.actor, "ci", &one.token.id).expect("it is there");
    assert_eq!((live.why(&one), live.why(&other)), (Some(Unauthentic::Revoked), None));
    live.clock.forward(90 * DAY - 1);
    assert_eq!(live.why(&other), None);
    live.clock.forward(1);
    assert_eq!(live.why(&other), Some(Unauthentic::Expired));
    let third = live.token("ci", &[TokenScope::Read]);
    let mut off = UserWanted { name: "ci", kind: PrincipalKind::Service, title: "", role: Role::Editor, disabled: true };
    live.broker().put_user(&live.world.actor, off).expect("allowed");
    assert_eq!(live.why(&third), Some(Unauthentic::Disabled));
    off.disabled = false;
    live.broker().put_user(&live.world.actor, off).expect("allowed");
    assert_eq!(live.why(&third), None);
    live.broker().delete_user(&live.world.actor, "ci").expect("allowed");
    assert_eq!(live.why(&third), Some(Unauthentic::Unknown));
}

#[test]
fn what_is_no_token_or_nobody_s_is_unknown() {
    let live = Live::new();
    live.user("ci", PrincipalKind::Service, Role::Editor);
    let issued = live.token("ci", &[TokenScope::Read]);
    let elsewhere = Live::new();
    elsewhere.user("ci", PrincipalKind::Service, Role::Editor);
    // The same id, as both brokers draw alike, and another secret.
    elsewhere.broker().unique();
    let other = elsewhere.token("ci", &[TokenScope::Read]);
    assert_eq!(live.why(&other), Some(Unauthentic::Unknown));
    for text in ["", "bwl_", "Bearer x"] {
        let error = live.broker().authenticate(&Secret::new(text.to_owned())).expect_err("no token");
        assert!(matches!(error, BrokerError::Unauthenticated(Unauthentic::Unknown)), "{error}");
    }
    assert_eq!(live.why(&issued), None);
}

#[test]
fn the_last_use_is_written_down_every_ten_minutes_only() {
    let live = Live::new();
    live.user("ci", PrincipalKind::Service, Role::Editor);
    let issued = live.token("ci", &[TokenScope::Read]);
    let used = || live.broker().tokens(Some("ci")).expect("readable")[0].last_used;
    assert_eq!(used(), None);
    live.broker().authenticate(&issued.text).expect("good");
    assert_eq!(used(), Some(noon()));
    live.clock.forward(599);
    // One look at the store and no write: two calls and the snapshot's opening.
    live.world.fuse.set(1_000, false);
    live.broker().authenticate(&issued.text).expect("good");
    assert_eq!(1_000 - live.world.fuse.left(), 3);
    live.world.fuse.set(0, false);
    assert_eq!(used(), Some(noon()));
    live.clock.forward(1);
    live.broker().authenticate(&issued.text).expect("good");
    assert_eq!(used(), Some(noon() + Duration::from_secs(600)));
}

#[test]
fn who_cannot_be_written_down_is_let_in_all_the_same() {
    let live = Live::new();
    live.user("ci", PrincipalKind::Service, Role::Editor);
    let issued = live.token("ci", &[TokenScope::Read]);
    live.world.fuse.set(4, false);
    assert_eq!(live.why(&issued), None);
    assert!(!live.world.fuse.is_set(), "the fourth call is the write");
}

#[test]
fn a_rotated_token_is_as_good_as_the_old_one_and_the_old_one_is_over() {
    let live = Live::new();
    live.user("ci", PrincipalKind::Service, Role::Editor);
    let life = Some(Duration::from_secs(10 * DAY));
    let asked = TokenWanted { projects: Some(["p".to_owned()].into()), life, ..wanted("ci", &[TokenScope::Plan]) };
    let old = live.broker().new_token(&live.world.actor, asked).expect("allowed");
    live.clock.forward(5 * DAY);
    let new = live.broker().rotate_token(&live.world.actor, "ci", &old.token.id, Duration::ZERO).expect("allowed");
    assert_eq!((live.why(&old), live.why(&new)), (Some(Unauthentic::Revoked), None));
    assert_eq!((&new.token.scopes, &new.token.projects, &new.token.title), (&old.token.scopes, &old.token.projects, &old.token.title));
    assert_eq!(new.token.expires, Some(noon() + Duration::from_secs(15 * DAY)));
    let again = live.broker().rotate_token(&live.world.actor, "ci", &old.token.id, Duration::ZERO);
    assert!(matches!(invalid(again), Invalid::TokenOver { .. }));
    let third = live.broker().rotate_token(&live.world.actor, "ci", &new.token.id, Duration::from_secs(60)).expect("allowed");
    assert_eq!((live.why(&new), live.why(&third)), (None, None));
    live.clock.forward(60);
    assert_eq!((live.why(&new), live.why(&third)), (Some(Unauthentic::Expired), None));
}

#[test]
fn tokens_have_a_scope_a_user_and_an_end() {
    let live = Live::new();
    live.user("ada", PrincipalKind::Person, Role::Editor);
    live.user("app", PrincipalKind::Service, Role::User);
    let make = |wanted| live.broker().new_token(&live.world.actor, wanted);
    assert_eq!(invalid(make(wanted("ada", &[]))), Invalid::NoScopes);
    assert_eq!(invalid(make(wanted("ada", &[TokenScope::Impersonate]))), Invalid::PersonsImpersonate);
    make(wanted("app", &[TokenScope::Impersonate])).expect("it is a service");
    assert!(matches!(make(wanted("eve", &[TokenScope::Read])), Err(BrokerError::NoSuch { what: "user", .. })));
    let long = make(TokenWanted { life: Some(Duration::from_secs(10_000 * DAY)), ..wanted("ada", &[TokenScope::Read]) });
    assert_eq!(long.expect("cut short").token.expires, Some(noon() + Duration::from_secs(366 * DAY)));
    for _ in 1..100 {
        make(wanted("ada", &[TokenScope::Read])).expect("there is room");
    }
    assert!(matches!(invalid(make(wanted("ada", &[TokenScope::Read]))), Invalid::TooManyTokens { .. }));
    let other = live.broker().revoke_token(&live.world.actor, "app", &live.broker().tokens(Some("ada")).expect("readable")[0].id);
    assert!(matches!(other, Err(BrokerError::NoSuch { what: "token", .. })), "it is not theirs: {other:?}");
}

#[test]
fn names_of_users_are_plain_and_nobody_passes_for_another() {
    let live = Live::new();
    let put =
        |name, kind| live.broker().put_user(&live.world.actor, UserWanted { name, kind, title: "", role: Role::User, disabled: false });
    put("ada@example.com", PrincipalKind::Person).expect("plain");
    let long = "a".repeat(129);
    for name in ["", " ada", "@ada", "a b", "zo\u{eb}", "a\n", "broker", "Broker", &long] {
        assert!(matches!(invalid(put(name, PrincipalKind::Person)), Invalid::UserName { .. }), "{name}");
    }
    assert!(matches!(invalid(put("Ada@Example.com", PrincipalKind::Person)), Invalid::UserTaken { .. }));
    let kind = invalid(put("ada@example.com", PrincipalKind::Service));
    assert_eq!(kind.to_string(), "`ada@example.com` is a person, and stays one");
}

#[test]
fn one_administrator_is_always_left() {
    let live = Live::new();
    live.broker().first_administrator("admin").expect("writable");
    let change = |role, disabled| {
        let wanted = UserWanted { name: "admin", kind: PrincipalKind::Person, title: "", role, disabled };
        live.broker().put_user(&live.world.actor, wanted)
    };
    for refused in [change(Role::Editor, false).err(), change(Role::Administrator, true).err()] {
        assert!(matches!(refused, Some(BrokerError::LastAdministrator { .. })), "{refused:?}");
    }
    let removed = live.broker().delete_user(&live.world.actor, "admin");
    assert!(matches!(removed, Err(BrokerError::LastAdministrator { .. })), "{removed:?}");
    change(Role::Administrator, false).expect("nothing is lost");
    live.user("zoe", PrincipalKind::Service, Role::Administrator);
    change(Role::Editor, false).expect("another one is left");
}

#[test]
fn with_a_user_go_the_authorizations_of_that_login_user() {
    let live = Live::new();
    live.user("zoe", PrincipalKind::Person, Role::User);
    live.consent("each", Some("zoe")).expect("consented");
    live.consent("each", Some("eve")).expect("consented");
    live.broker().delete_user(&live.world.actor, "zoe").expect("allowed");
    assert!(matches!(live.call("each", Some("zoe")), Err(BrokerError::NotConnected { state: ConnectionState::Revoked, .. })));
    assert_eq!(live.call("each", Some("eve")).expect("hers stays"), 200);
    assert_eq!(live.service.revoked().len(), 2, "the service was told of both tokens");
}

#[test]
fn every_change_of_people_leaves_a_line_without_any_secret() {
    let live = Live::new();
    live.broker().first_administrator("admin").expect("writable");
    live.user("ci", PrincipalKind::Service, Role::Editor);
    let token = live.token("ci", &[TokenScope::Read]);
    let new = live.broker().rotate_token(&live.world.actor, "ci", &token.token.id, Duration::ZERO).expect("allowed");
    live.broker().revoke_token(&live.world.actor, "ci", &new.token.id).expect("allowed");
    live.broker().delete_user(&live.world.actor, "admin").expect_err("the last one");
    live.broker().delete_user(&live.world.actor, "ci").expect("allowed");
    let lines = live.broker().audit(0, 1000).expect("readable");
    let of_people = |line: &&crate::store::AuditLine| line.entry.detail.contains_key("user") || line.entry.action.contains("admin");
    let told: Vec<(&str, &str)> =
        lines.iter().filter(of_people).map(|line| (line.entry.action.as_str(), line.entry.outcome.as_str())).collect();
    assert_eq!(
        told,
        [
            ("first-administrator", "done"),
            ("put-user", "done"),
            ("new-token", "done"),
            ("rotate-token", "done"),
            ("revoke-token", "done"),
            ("delete-user", "refused: last-administrator"),
            ("delete-user", "done"),
        ]
    );
    assert!(!format!("{lines:?}").contains("bwl_"));
    live.broker().verify_audit().expect("it holds together");
}

#[test]
fn a_client_s_token_ends_with_the_service_s_own_and_makes_no_other() {
    let live = Live::new();
    live.user("ci", PrincipalKind::Service, Role::Administrator);
    let every: Vec<TokenScope> = TokenScope::ALL.to_vec();
    let own = live.token("ci", &every);
    let given = || live.broker().token_for_client("ci", &own.text, None);
    let (client, _) = given().expect("a good secret");
    assert_eq!(client.token.parent.as_deref(), Some(own.token.id.as_str()));
    let shown = live.broker().authenticate(&client.text).expect("it is good");
    let who = live.broker().admit(&shown);
    assert_eq!(invalid(who.new_token(wanted("ci", &every))), Invalid::ClientToken);
    assert_eq!(invalid(who.rotate_token("ci", &own.token.id, Duration::ZERO)), Invalid::ClientToken);
    let rotated = live.broker().rotate_token(&live.world.actor, "ci", &client.token.id, Duration::ZERO);
    assert_eq!(invalid(rotated), Invalid::ClientToken);
    let as_secret = live.broker().token_for_client("ci", &client.text, None);
    assert!(matches!(as_secret, Err(BrokerError::Unauthenticated(Unauthentic::Unknown))));
    assert_eq!(live.why(&client), None);
    live.broker().revoke_token(&live.world.actor, "ci", &own.token.id).expect("allowed");
    assert_eq!(live.why(&client), Some(Unauthentic::Revoked));
}

#[test]
fn clients_tokens_are_counted_apart_and_forgotten_when_they_are_over() {
    let live = Live::new();
    live.user("ci", PrincipalKind::Service, Role::Editor);
    let own = live.token("ci", &[TokenScope::Read]);
    let given = || live.broker().token_for_client("ci", &own.text, None).map(|(issued, _)| issued);
    let ours = |live: &Live| live.broker().tokens(Some("ci")).expect("readable").len();
    (0..150).for_each(|_| drop(given().expect("more than anybody makes by hand")));
    live.token("ci", &[TokenScope::Read]);
    assert_eq!(ours(&live), 152);
    live.clock.forward(16 * 60);
    given().expect("good");
    assert_eq!(ours(&live), 3);
}

#[test]
fn a_consent_ends_with_the_right_of_who_began_it() {
    let finish = |meanwhile: fn(&Live)| {
        let live = Live::new();
        live.user("eve", PrincipalKind::Person, Role::Editor);
        let actor = Actor { name: "eve".to_owned() };
        let (name, redirect) = (Name::new("c"), "http://127.0.0.1:9/callback/oauth".parse().expect("a URL"));
        let consent = crate::broker::Consent { actor: &actor, connection: &name, user: None, application: None, redirect_uri: &redirect };
        let link = live.broker().begin_consent(consent).expect("it can begin").link;
        meanwhile(&live);
        let url = super::consent::came_back(&link, &[("code", "canary-code")]);
        let redeemed = live.broker().redeem(crate::broker::Arrival { actor: &actor, is_user: true, url: &url, allow_other_account: false });
        redeemed.map_or_else(|error| error.code().unwrap_or("failed").to_owned(), |_| "done".to_owned())
    };
    fn put(live: &Live, role: Role, disabled: bool) {
        let wanted = UserWanted { name: "eve", kind: PrincipalKind::Person, title: "", role, disabled };
        live.broker().put_user(&live.world.actor, wanted).expect("allowed");
    }
    assert_eq!(finish(|_| {}), "done");
    assert_eq!(finish(|live| live.broker().delete_user(&live.world.actor, "eve").expect("allowed")), "unknown-consent");
    assert_eq!(finish(|live| put(live, Role::Editor, true)), "unknown-consent");
    assert_eq!(finish(|live| put(live, Role::Viewer, false)), "forbidden");
    assert_eq!(finish(|live| put(live, Role::User, false)), "not-found", "the owner's connection is none of theirs");
    let inherits = |live: &Live| {
        live.broker().delete_user(&live.world.actor, "eve").expect("allowed");
        put(live, Role::Editor, false);
    };
    assert_eq!(finish(inherits), "unknown-consent", "somebody else of that name");
    let enabled_again = |live: &Live| {
        put(live, Role::Editor, true);
        put(live, Role::Editor, false);
    };
    assert_eq!(finish(enabled_again), "unknown-consent");
}
