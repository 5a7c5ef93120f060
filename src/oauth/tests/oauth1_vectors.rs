//! RFC 5849: its own examples, and the three legs.

use super::*;
use crate::oauth::oauth1::{self, Asked1, Callback1, Flow1Error, Provider1, Token1};
use crate::resource::{Placement, SignatureMethod};

fn photos() -> Provider1 {
    Provider1 {
        consumer_key: "dpf43f3p2l4k3l03".to_owned(),
        consumer_secret: secret("kd94hf93k423kf44"),
        request_token_url: url("https://photos.example.net/initiate"),
        authorize_url: url("https://photos.example.net/authorize?lang=en"),
        access_token_url: url("https://photos.example.net/token"),
        place: Placement::Header,
        method: SignatureMethod::HmacSha1,
    }
}

fn asked1() -> Asked1 {
    Asked1 {
        redirect_uri: "http://printer.example.com/ready".to_owned(),
        user: "jane".to_owned(),
        connection: Name::new("photos"),
        service: Name::new("photos"),
    }
}

fn begun1(server: &Scripted) -> (Url, oauth1::Pending1) {
    server.with(now(), |outside| oauth1::begin(&photos(), asked1(), outside)).expect("a link")
}

const REQUEST_TOKEN: &str = "oauth_token=hh5s93j4hdidpola&oauth_token_secret=hdhd0244k9j7ao03&oauth_callback_confirmed=true";

#[test]
fn three_legs() {
    let server = Scripted::new([
        answer(200, "text/html", REQUEST_TOKEN),
        answer(200, "text/plain", "oauth_token=nnch734d00sl2jdk&oauth_token_secret=pfkkdhi9sl3r4s00&user_id=7"),
    ]);
    let (link, pending) = begun1(&server);
    assert_eq!(link.as_str(), "https://photos.example.net/authorize?lang=en&oauth_token=hh5s93j4hdidpola");
    let first = server.header(0, "authorization").expect("signed");
    assert!(first.starts_with(
        "OAuth oauth_consumer_key=\"dpf43f3p2l4k3l03\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1800000000\""
    ));
    assert!(first.contains("oauth_callback=\"http%3A%2F%2Fprinter.example.com%2Fready\""));
    let pending = oauth1::Pending1::from_bytes(pending.to_sealed_bytes().expose()).expect("the same version");
    let arrived = url("http://printer.example.com/ready?oauth_token=hh5s93j4hdidpola&oauth_verifier=hfdp7dh39dks9884");
    let callback = Callback1::arrived(&arrived, "jane").expect("it names a token");
    assert_eq!(callback.token_digest(), pending.token_digest());
    let token = server.with(now(), |outside| oauth1::redeem(&photos(), pending, &callback, outside)).expect("a token");
    assert!(server.header(1, "authorization").expect("signed").contains("oauth_verifier=\"hfdp7dh39dks9884\""));
    let again = Token1::from_bytes(token.to_sealed_bytes().expose()).expect("the same version");
    assert_eq!((again.token.expose().as_str(), again.secret.expose().as_str()), ("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"));
    assert_eq!(again.extra, BTreeMap::from([("user_id".to_owned(), "7".to_owned())]));
    let sent = format!("{first} {:?}", server.header(1, "authorization"));
    assert!(!sent.contains("kd94hf93k423kf44") && !sent.contains("hdhd0244k9j7ao03"), "secrets sign, they do not travel");
}

#[test]
fn a_strange_callback_fetches_nothing() {
    let given = |token: &str, verifier: Option<&str>, user: &str, later: u64| {
        let (_, pending) = begun1(&Scripted::new([answer(200, "text/html", REQUEST_TOKEN)]));
        let callback = Callback1 { token: secret(token), verifier: verifier.map(secret), user: user.to_owned() };
        let nowhere = Scripted::new([]);
        nowhere
            .with(now() + Duration::from_secs(later), |outside| oauth1::redeem(&photos(), pending, &callback, outside))
            .expect_err("it is refused")
    };
    assert_eq!(given("other", Some("v"), "jane", 0), Flow1Error::WrongToken);
    assert_eq!(given("hh5s93j4hdidpola", Some("v"), "mallory", 0), Flow1Error::OtherUser);
    assert_eq!(given("hh5s93j4hdidpola", Some("v"), "jane", 600), Flow1Error::Expired);
    assert_eq!(given("hh5s93j4hdidpola", None, "jane", 0), Flow1Error::Denied);
}

#[test]
fn a_service_that_does_not_confirm_the_callback_is_not_used() {
    let unconfirmed = Scripted::new([answer(200, "text/html", "oauth_token=a&oauth_token_secret=b")]);
    let outcome = unconfirmed.with(now(), |outside| oauth1::begin(&photos(), asked1(), outside));
    assert_eq!(outcome.expect_err("it is refused"), Flow1Error::NotConfirmed);
    let refusing = Scripted::new([answer(401, "text/html", "bad kd94hf93k423kf44 \u{1b}")]);
    let outcome = refusing.with(now(), |outside| oauth1::begin(&photos(), asked1(), outside));
    assert_eq!(outcome.expect_err("it is refused"), Flow1Error::Refused { status: 401, said: "bad ••• \\u{1b}".to_owned() });
}
