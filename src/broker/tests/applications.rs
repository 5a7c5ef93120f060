//! Applications of the portal, and which one a connection is for.

use super::service::Live;
use super::*;
use crate::broker::{Begun, Consent, Invalid};
use url::Url;

impl Live {
    fn application(&self, name: &str) {
        self.broker().put_application(&self.world.actor, &Name::new(name), "An application").expect("allowed");
    }

    fn begin_for(&self, connection: &str, user: Option<&str>, application: Option<&str>) -> Result<Begun, BrokerError> {
        let (name, application) = (Name::new(connection), application.map(Name::new));
        let redirect = Url::parse("http://127.0.0.1:9/callback/oauth").expect("a URL");
        let (actor, application) = (&self.world.actor, application.as_ref());
        self.broker().begin_consent(Consent { actor, connection: &name, user, application, redirect_uri: &redirect })
    }

    fn connect_for(&self, connection: &str, user: Option<&str>, application: Option<&str>) {
        let link = self.begin_for(connection, user, application).expect("it can begin").link;
        self.redeem(&super::consent::came_back(&link, &[("code", "canary-code")]), false).expect("consented");
    }

    fn is_for(&self, connection: &str, user: &str) -> Option<String> {
        let report = self.broker().status_of(&Name::new(connection)).expect("readable").expect("there");
        let of_user = || report.users.iter().find(|one| one.user == user).and_then(|one| one.application.clone());
        let application = if user.is_empty() { report.application.clone() } else { of_user() };
        application.map(|name| name.to_string())
    }
}

#[test]
fn where_there_is_none_none_is_chosen_and_the_only_one_is_chosen_by_itself() {
    let live = Live::new();
    live.connect_for("c", None, None);
    assert_eq!(live.is_for("c", ""), None);
    live.application("cold");
    live.connect_for("c", None, None);
    assert_eq!(live.is_for("c", "").as_deref(), Some("cold"));
}

#[test]
fn among_several_one_has_to_be_named_and_it_is_remembered() {
    let live = Live::new();
    live.application("cold");
    live.application("roof");
    let asked = live.begin_for("c", None, None).expect_err("which one?");
    assert_eq!(asked.to_string(), "`connections.c` has to be connected for one application of the portal: name one of `cold`, `roof`");
    let unknown = live.begin_for("c", None, Some("dock")).expect_err("there is no such");
    assert!(matches!(unknown, BrokerError::Invalid(Invalid::UnknownApplication { .. })), "{unknown}");
    live.connect_for("c", None, Some("roof"));
    assert_eq!(live.is_for("c", "").as_deref(), Some("roof"));
    live.connect_for("c", None, None);
    assert_eq!(live.is_for("c", "").as_deref(), Some("roof"), "the one that it was for before");
    live.world.revoke("connections.c").expect("allowed");
    live.connect_for("c", None, Some("cold"));
    assert_eq!(live.is_for("c", "").as_deref(), Some("cold"));
}

#[test]
fn each_login_user_chooses_alone() {
    let live = Live::new();
    live.application("cold");
    live.application("roof");
    live.connect_for("each", Some("zoe"), Some("cold"));
    live.clock.forward(3600);
    live.call("each", Some("zoe")).expect("renewed");
    live.connect_for("each", Some("eve"), Some("roof"));
    assert_eq!((live.is_for("each", "zoe").as_deref(), live.is_for("each", "eve").as_deref()), (Some("cold"), Some("roof")));
    assert_eq!(live.is_for("each", ""), None);
}

#[test]
fn what_needs_no_consent_is_for_the_one_that_is_named_and_an_apply_never_asks() {
    let live = Live::new();
    live.world.put("services.keys", api_key()).expect("allowed");
    live.world.put_with("connections.k", keyed("K"), How::default(), &[("/credentials/X-Key", CANARY)]).expect("allowed");
    live.application("cold");
    live.application("roof");
    live.world.authorize("connections.k").expect("an apply does not ask");
    assert_eq!(live.is_for("k", ""), None);
    let call = live.world.call(How::default());
    live.broker().authorize_for(&call, &at("connections.k"), Some(&Name::new("roof"))).expect("allowed");
    assert_eq!(live.is_for("k", "").as_deref(), Some("roof"));
    live.world.authorize("connections.k").expect("allowed");
    assert_eq!(live.is_for("k", "").as_deref(), Some("roof"));
}

#[test]
fn one_that_something_is_connected_for_stays() {
    let live = Live::new();
    live.application("cold");
    live.connect_for("c", None, None);
    let name = Name::new("cold");
    let refused = live.broker().delete_application(&live.world.actor, &name).expect_err("it is in use");
    assert_eq!(refused.to_string(), "the application `cold` was chosen for `connections.c`");
    let listed = live.broker().applications().expect("readable");
    assert_eq!(listed[0].connections, [at("connections.c")].into());
    live.world.delete("connections.c").expect("allowed");
    live.broker().delete_application(&live.world.actor, &name).expect("nothing is connected for it");
    let again = live.broker().delete_application(&live.world.actor, &name);
    assert!(matches!(again, Err(BrokerError::NoSuch { what: "application", .. })), "{again:?}");
}

#[test]
fn a_new_title_leaves_maker_and_time() {
    let live = Live::new();
    let name = Name::new("cold");
    let made = live.broker().put_application(&live.world.actor, &name, "Cold").expect("allowed");
    live.clock.forward(10);
    let eve = Actor { name: "eve".to_owned() };
    let again = live.broker().put_application(&eve, &name, "Cold Chain Monitor").expect("allowed");
    assert_eq!((again.maker.as_str(), again.created, again.title.as_str()), ("ada", made.created, "Cold Chain Monitor"));
}
