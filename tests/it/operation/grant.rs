//! Client credentials: a service's token is good for short-lived ones, and the command line asks for them, over TLS.

use super::tls::certificate;
use crate::server::{Reply, Server, holds};
use base64::Engine as _;
use bowline::resource::access::{PrincipalKind, Role, TokenScope};
use bowline::server::{Limits, Upkeep};
use bowline::wire::TOKEN_PATH;
use serde_json::Value;
use std::process::Command;

const FORM: &str = "application/x-www-form-urlencoded";

fn ask(server: &Server, basic: Option<(&str, &str)>, media: &str, form: &str) -> (u16, Value, String) {
    let mut request = reqwest::blocking::Client::new().post(format!("{}{TOKEN_PATH}", server.base)).header("content-type", media);
    if let Some((id, secret)) = basic {
        let pair = base64::prelude::BASE64_STANDARD.encode(format!("{id}:{secret}"));
        request = request.header("authorization", format!("Basic {pair}"));
    }
    let answer = request.body(form.to_owned()).send().expect("an answer");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().expect("text").to_owned());
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let reply = Reply { status, headers, text: answer.text().expect("a body") };
    holds("POST", TOKEN_PATH, &reply);
    (status, reply.json(), challenge.unwrap_or_default())
}

#[test]
fn a_services_token_is_good_for_a_short_lived_one_that_is_no_wider() {
    let server = Server::start();
    let secret = server.somebody("ci", PrincipalKind::Service, Role::Editor, &[TokenScope::Read, TokenScope::Plan]);
    let (status, answer, _) = ask(&server, Some(("ci", &secret)), FORM, "grant_type=client_credentials");
    assert_eq!((status, &answer["token_type"], &answer["expires_in"]), (200, &"Bearer".into(), &900.into()), "{answer}");
    assert_eq!(answer["scope"], "read plan");
    let token = answer["access_token"].as_str().expect("a token");
    let principal = server.principal(token);
    assert_eq!((principal.name.as_str(), principal.scopes), ("ci", server.principal(&secret).scopes));
    let (_, narrow, _) = ask(&server, Some(("ci", &secret)), FORM, "grant_type=client_credentials&scope=read");
    assert_eq!(narrow["scope"], "read");
    // What was made so is no secret itself: or it would never end.
    assert_eq!(ask(&server, Some(("ci", token)), FORM, "grant_type=client_credentials").0, 401);
}

#[test]
fn everything_else_is_refused_in_the_words_of_the_specification() {
    let server = Server::start();
    let secret = server.somebody("ci", PrincipalKind::Service, Role::Editor, &[TokenScope::Read]);
    let person = server.person("zoe", Role::Administrator);
    let good = "grant_type=client_credentials";
    for (basic, media, form, status, error) in [
        (None, FORM, good, 401, "invalid_client"),
        (Some(("ci", "bwl_wrong")), FORM, good, 401, "invalid_client"),
        (Some(("other", secret.as_str())), FORM, good, 401, "invalid_client"),
        (Some(("zoe", person.as_str())), FORM, good, 401, "invalid_client"),
        (Some(("ci", secret.as_str())), FORM, "grant_type=password", 400, "unsupported_grant_type"),
        (Some(("ci", secret.as_str())), FORM, "", 400, "invalid_request"),
        (Some(("ci", secret.as_str())), FORM, "grant_type=client_credentials&grant_type=client_credentials", 400, "invalid_request"),
        (Some(("ci", secret.as_str())), "application/json", good, 400, "invalid_request"),
        (Some(("ci", secret.as_str())), FORM, "grant_type=client_credentials&scope=apply", 400, "invalid_scope"),
        (Some(("ci", secret.as_str())), FORM, "grant_type=client_credentials&scope=everything", 400, "invalid_scope"),
    ] {
        let (was, answer, challenge) = ask(&server, basic, media, form);
        assert_eq!((was, answer["error"].as_str()), (status, Some(error)), "{form}: {answer}");
        assert_eq!(challenge.starts_with("Basic"), status == 401);
        assert!(!answer.to_string().contains("bwl_"), "{answer}");
    }
    assert_eq!(server.ask("GET", "/oauth/token", None, &[], None).status, 405);
    let statuses: Vec<u16> = (0..12).map(|_| ask(&server, Some(("ci", "bwl_wrong")), FORM, good).0).collect();
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert_eq!(ask(&server, Some(("ci", &secret)), FORM, good).0, 200, "a good one always gets in");
}

#[test]
fn the_command_line_gets_in_with_client_credentials_over_a_certificate_of_ones_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = certificate(folder.path());
    let server = Server::kept_up(Limits::default(), Upkeep { tls: Some(files.clone()), ..Upkeep::default() });
    let secret = server.somebody("ci", PrincipalKind::Service, Role::Editor, &[TokenScope::Read, TokenScope::Plan]);
    let api = format!("https://localhost:{}", server.running.address.port());
    let project = format!("bowline: 1\nproject: tiny\nenvironments:\n  served: {{ api: \"{api}\" }}\n");
    std::fs::write(folder.path().join("bowline.yaml"), project).expect("written");
    let plan = |trusts: bool, secret: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bowline"));
        command.arg("-C").arg(folder.path()).args(["plan", "--env", "served"]).env_remove("BOWLINE_TOKEN").env_remove("BOWLINE_TOKEN_FILE");
        command.env("BOWLINE_API_CLIENT_ID", "ci").env("BOWLINE_API_CLIENT_SECRET", secret);
        command.env("BOWLINE_API_TOKEN_URL", format!("{api}/oauth/token"));
        if trusts {
            command.env("BOWLINE_API_CA_FILE", &files.certificate);
        }
        let output = command.output().expect("it runs");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), said)
    };
    let (code, said) = plan(true, &secret);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = plan(true, "bwl_wrong");
    assert!(code != Some(0) && !said.contains("bwl_wrong"), "{said}");
    let (code, said) = plan(false, &secret);
    assert_eq!((code, said.contains(&secret)), (Some(9), false), "a certificate that nobody vouches for: {said}");
}
