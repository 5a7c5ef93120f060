//! From a link to a connection: what is bound, what is spent, and whose account it is.

use super::service::*;
use super::*;
use crate::broker::{Arrival, Connected, Consent, Replaced};
use crate::store::ConsentState;
use url::Url;

impl Live {
    pub(super) fn begin(&self, connection: &str, user: Option<&str>) -> Result<Url, BrokerError> {
        let (name, redirect) = (Name::new(connection), Url::parse("http://127.0.0.1:9/callback/oauth").expect("a URL"));
        let consent = Consent { actor: &self.world.actor, connection: &name, user, application: None, redirect_uri: &redirect };
        self.broker().begin_consent(consent).map(|begun| begun.link)
    }

    pub(super) fn redeem(&self, url: &Url, allow_other_account: bool) -> Result<Connected, BrokerError> {
        self.broker().redeem(Arrival { actor: &self.world.actor, is_user: false, url, allow_other_account })
    }

    /// Everything a person and a browser do.
    pub(super) fn consent(&self, connection: &str, user: Option<&str>) -> Result<Connected, BrokerError> {
        let link = self.begin(connection, user)?;
        self.redeem(&came_back(&link, &[("code", "canary-code")]), false)
    }
}

pub(super) fn came_back(link: &Url, parameters: &[(&str, &str)]) -> Url {
    let (_, state) = link.query_pairs().find(|(name, _)| name == "state").expect("a state");
    let mut url = Url::parse("http://127.0.0.1:9/callback/oauth").expect("a URL");
    url.query_pairs_mut().append_pair("state", &state).extend_pairs(parameters);
    url
}

#[test]
fn a_connection_s_whole_life() {
    let live = Live::new();
    assert!(matches!(live.call("c", None), Err(BrokerError::NotConnected { state: ConnectionState::NotConnected, .. })));
    let connected = live.consent("c", None).expect("consented");
    assert_eq!((connected.user.as_str(), connected.scopes.narrower(), connected.knows_account), ("", false, false));
    assert_eq!(live.state("c").0, ConnectionState::Connected);
    assert_eq!(live.call("c", None).expect("connected"), 200);
    live.clock.forward(3600);
    assert_eq!(live.call("c", None).expect("renewed"), 200);
    assert_eq!(live.service.token_requests(), 2);
    let (_, told) = live.broker().revoke_and_tell(&live.world.call(How::default()), &at("connections.c"), None).expect("allowed");
    assert_eq!(told.len(), 1);
    assert_eq!(live.service.revoked(), ["canary-refresh-2", "canary-access-2"]);
    assert!(matches!(live.call("c", None), Err(BrokerError::NotConnected { state: ConnectionState::Revoked, .. })));
    live.consent("c", None).expect("consented again");
    assert_eq!(live.call("c", None).expect("connected"), 200);
    assert!(live.broker().verify_audit().is_ok());
}

#[test]
fn an_answer_is_good_once_for_who_began_and_for_ten_minutes() {
    let live = Live::new();
    let link = live.begin("c", None).expect("it can begin");
    assert_eq!(live.state("c").0, ConnectionState::AwaitingConsent);
    let answer = came_back(&link, &[("code", "x")]);
    let eve = Actor { name: "eve".to_owned() };
    let stolen = live.broker().redeem(Arrival { actor: &eve, is_user: false, url: &answer, allow_other_account: false });
    assert!(matches!(&stolen, Err(BrokerError::Flow { error, .. }) if error.to_string().contains("another user")), "{stolen:?}");
    assert!(matches!(live.redeem(&answer, false), Err(BrokerError::UnknownConsent)), "its state was spent");

    let answer = came_back(&live.begin("c", None).expect("it can begin"), &[("code", "x")]);
    live.redeem(&answer, false).expect("in time");
    assert!(matches!(live.redeem(&answer, false), Err(BrokerError::UnknownConsent)));

    let answer = came_back(&live.begin("c", None).expect("it can begin"), &[("code", "x")]);
    live.clock.forward(600);
    assert!(matches!(live.redeem(&answer, false), Err(BrokerError::Flow { .. })));
    assert_eq!(live.service.token_requests(), 1, "nothing was asked for the stolen and the late one");
    assert_eq!(live.state("c").0, ConnectionState::Connected, "a try that came to nothing takes nothing away");
}

#[test]
fn saying_no_is_a_state_with_a_reason() {
    let live = Live::new();
    let link = live.begin("c", None).expect("it can begin");
    let denied = live.redeem(&came_back(&link, &[("error", "access_denied")]), false);
    assert!(matches!(denied, Err(BrokerError::Flow { .. })));
    let (state, message) = live.state("c");
    assert_eq!(state, ConnectionState::AwaitingConsent);
    assert!(message.contains("consent was denied"), "{message}");
}

#[test]
fn a_narrower_grant_is_shown_as_such() {
    let live = Live::new();
    live.service.grants("read");
    let connected = live.consent("c", None).expect("consented");
    assert!(connected.scopes.narrower());
    assert_eq!(live.state("c"), (ConnectionState::Connected, "limited: the service did not grant write".to_owned()));
}

#[test]
fn another_account_takes_the_place_only_when_asked_to() {
    let live = Live::new();
    live.service.subject("ada@example.com");
    assert!(live.consent("c", None).expect("consented").knows_account);
    live.service.subject("eve@example.com");
    let refused = live.consent("c", None);
    assert!(matches!(refused, Err(BrokerError::OtherAccount { .. })), "{refused:?}");
    assert_eq!(live.service.revoked(), ["canary-refresh-2", "canary-access-2"], "the stranger's grant is given back");
    assert_eq!(live.broker().credential(&Name::new("c"), None).expect("it still works").generation, 1);
    let link = live.begin("c", None).expect("it can begin");
    let connected = live.redeem(&came_back(&link, &[("code", "x")]), true).expect("it was asked for");
    assert_eq!(connected.replaced, Replaced::Ended);
    assert!(live.broker().credential(&Name::new("c"), None).expect("it works").generation > 1);
    let revoked = live.service.revoked();
    assert_eq!(revoked[2..], ["canary-refresh-1", "canary-access-1"], "the grant that nobody holds any more is ended too");
    live.broker().revoke_and_tell(&live.world.call(How::default()), &at("connections.c"), None).expect("allowed");
    assert_eq!(live.service.revoked()[4..], ["canary-refresh-3", "canary-access-3"]);
}

#[test]
fn a_grant_that_may_be_of_the_same_account_is_left_and_that_is_said() {
    let live = Live::new();
    assert_eq!(live.consent("c", None).expect("consented").replaced, Replaced::Nothing);
    assert_eq!(live.consent("c", None).expect("nobody tells the account").replaced, Replaced::Left);
    live.service.subject("ada");
    live.consent("c", None).expect("told from now on");
    assert_eq!(live.consent("c", None).expect("the same account").replaced, Replaced::Left);
    assert_eq!(live.service.revoked(), [""; 0]);
}

#[test]
fn what_became_of_a_consent_is_told_by_its_id() {
    let live = Live::new();
    let name = Name::new("c");
    let end = |link: &Url| {
        let id = live.broker().consent_of(&came_back(link, &[("code", "x")])).expect("it names one");
        assert_eq!(live.broker().consent_end(&Name::new("each"), &id).expect("readable"), None, "it is another connection's");
        live.broker().consent_end(&name, &id).expect("readable").map(|end| (end.state, end.message))
    };
    live.service.subject("ada");
    let (first, second) = (live.begin("c", None).expect("it can begin"), live.begin("c", None).expect("it can begin"));
    assert_eq!(end(&first), Some((ConsentState::Pending, String::new())));
    live.redeem(&came_back(&first, &[("code", "x")]), false).expect("consented");
    assert_eq!(end(&first), Some((ConsentState::Connected, String::new())));
    assert_eq!(end(&second), Some((ConsentState::Pending, String::new())), "each hears of its own");
    live.redeem(&came_back(&second, &[("error", "access_denied")]), false).expect_err("it was denied");
    assert!(matches!(end(&second), Some((ConsentState::Failed, why)) if why.contains("consent was denied")));
    live.service.subject("eve");
    let third = live.begin("c", None).expect("it can begin");
    live.redeem(&came_back(&third, &[("code", "x")]), false).expect_err("it is another account");
    assert!(matches!(end(&third), Some((ConsentState::Failed, why)) if why.contains("and stays so")));
    let late = live.begin("c", None).expect("it can begin");
    live.clock.forward(600);
    assert_eq!(end(&late), Some((ConsentState::Failed, "nobody consented in time".to_owned())));
    assert!(live.broker().verify_audit().is_ok());
}

#[test]
fn a_service_that_tells_by_userinfo_tells_accounts_apart_too() {
    let live = Live::new();
    live.service.userinfo(Some("ada"));
    assert!(live.consent("c", None).expect("consented").knows_account);
    let account = || live.broker().status().expect("readable").into_iter().find_map(|report| report.held.account);
    let first = account().expect("it is shown");
    live.service.userinfo(Some("eve"));
    assert!(matches!(live.consent("c", None), Err(BrokerError::OtherAccount { .. })));
    let given_back = live.service.revoked().len();
    live.service.userinfo(None);
    let untold = live.consent("c", None);
    assert!(matches!(untold, Err(BrokerError::AccountUntold { .. })), "{untold:?}");
    assert_eq!(live.service.revoked().len(), given_back, "it may be the same account, whose grant is in use");
    assert_eq!(account(), Some(first.clone()));
    live.service.subject("ada");
    live.consent("c", None).expect("the same account, told by an ID token this time");
    assert_eq!(account(), Some(first));
}

#[test]
fn an_account_stays_known_after_it_was_revoked() {
    let live = Live::new();
    live.service.userinfo(Some("ada"));
    live.consent("c", None).expect("consented");
    live.broker().revoke_and_tell(&live.world.call(How::default()), &at("connections.c"), None).expect("allowed");
    live.service.userinfo(Some("eve"));
    let refused = live.consent("c", None).expect_err("another account");
    assert_eq!(refused.to_string(), "`connections.c` was connected with another account of the service");
    let (state, why) = live.state("c");
    assert_eq!(state, ConnectionState::AwaitingConsent);
    assert!(why.contains("came to nothing") && why.contains("another account"), "{why}");
    live.service.userinfo(Some("ada"));
    live.consent("c", None).expect("it is hers");
}

#[test]
fn a_login_user_s_absence_is_never_made_up_for_by_anybody_else() {
    let live = Live::new();
    assert!(matches!(live.call("each", None), Err(BrokerError::NeedsLoginUser { .. })));
    live.consent("each", Some("zoe")).expect("consented");
    assert_eq!(live.call("each", Some("zoe")).expect("connected"), 200);
    let other = live.call("each", Some("yan"));
    assert!(matches!(&other, Err(BrokerError::NotConnected { user, .. }) if user == "yan"), "{other:?}");
    assert!(matches!(live.call("each", None), Err(BrokerError::NeedsLoginUser { .. })));
    assert_eq!(live.state("each").0, ConnectionState::Connected, "the connection follows its users");
    let call = live.world.call(How::default());
    live.broker().revoke_and_tell(&call, &at("connections.each"), Some("zoe")).expect("allowed");
    assert!(matches!(live.call("each", Some("zoe")), Err(BrokerError::NotConnected { .. })));
    assert_eq!(live.state("each").0, ConnectionState::AwaitingConsent);
}

#[test]
fn a_login_user_s_grant_is_nobody_else_s() {
    let live = Live::new();
    live.consent("each", Some("zoe")).expect("consented");
    let first = live.service.good_refresh();
    live.consent("each", Some("yan")).expect("consented");
    assert_ne!(live.service.good_refresh(), first);
    live.broker().revoke_and_tell(&live.world.call(How::default()), &at("connections.each"), Some("yan")).expect("allowed");
    assert_eq!(live.service.revoked(), ["canary-refresh-2", "canary-access-2"]);
    assert!(live.broker().credential(&Name::new("each"), Some("zoe")).is_ok());
}

#[test]
fn no_code_token_or_secret_is_found_in_what_is_kept_or_said() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let live = Live::on(Arc::new(SqliteStore::open(&folder.path().join("a.db")).expect("the folder is writable")));
    live.consent("c", None).expect("consented");
    live.clock.forward(3600);
    live.service.fail(Fault::Body(400, r#"{"error":"invalid_grant","error_description":"canary-refresh-1 is spent"}"#));
    let error = live.call("c", None).expect_err("the grant is over");
    let lines = live.broker().audit(0, 1000).expect("readable");
    let said = format!("{error} {error:?} {lines:?} {:?} {:?}", live.broker().status(), live.broker().observe());
    assert!(!said.contains("canary"), "{said}");
    assert!(live.service.everything_asked().contains("canary-refresh-1"), "the search would find one");
    for entry in std::fs::read_dir(folder.path()).expect("it is there").flatten() {
        #[expect(clippy::disallowed_methods, reason = "the test looks at the files from outside")]
        let bytes = std::fs::read(entry.path()).expect("it is a file");
        assert!(!bytes.windows(6).any(|window| window == b"canary"), "{}", entry.path().display());
    }
}

#[test]
fn what_a_service_was_still_to_be_told_is_not_told_of_an_account_that_is_connected_again() {
    let late = |live: &Live| {
        live.clock.forward(61);
        live.broker().tell_services(None).expect("readable").len()
    };
    let live = Live::connected();
    live.service.fail(Fault::Status(503, None));
    live.world.revoke("connections.c").expect("allowed");
    assert_eq!(live.consent("c", None).expect("consented again").replaced, Replaced::Left);
    assert_eq!(late(&live), 0);
    assert_eq!((live.service.revoked(), live.call("c", None).expect("connected")), (Vec::new(), 200));

    // A service that tells whose account it is: only another one's access is ended.
    live.service.subject("ada");
    live.consent("c", None).expect("told from now on");
    live.service.fail(Fault::Status(503, None));
    live.world.revoke("connections.c").expect("allowed");
    live.service.subject("eve");
    let link = live.begin("c", None).expect("it can begin");
    let connected = live.redeem(&came_back(&link, &[("code", "x")]), true).expect("it was asked for");
    assert_eq!((connected.replaced, late(&live)), (Replaced::Nothing, 1));
    assert_eq!(live.service.revoked(), ["canary-refresh-3", "canary-access-3"]);
}

#[test]
fn a_client_that_asks_for_itself_again_is_not_revoked_late() {
    let live = Live::new();
    live.world.put("connections.robot", json!({ "name": "R", "service": "own", "scopes": ["read"] })).expect("allowed");
    live.world.authorize("connections.robot").expect("it asks for itself");
    live.service.fail(Fault::Status(503, None));
    live.world.revoke("connections.robot").expect("allowed");
    live.world.authorize("connections.robot").expect("it asks again");
    live.clock.forward(61);
    assert!(live.broker().tell_services(None).expect("readable").is_empty());
    assert_eq!(live.service.revoked(), [""; 0]);
}
