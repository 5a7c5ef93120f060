//! Deny by default: every row of the table without a token and with each role, and objects that somebody may not see.

use super::Server;
use bowline::resource::access::{PrincipalKind, Right, Role, TokenScope, allowed};
use bowline::wire::{Access, Operation, Place, Route, Shape, routes};
use serde_json::{Value, json};

/// A path of a row, its names filled in. `token` is the id of the token that is shown: another one nobody may rotate.
fn path(route: &Route, user: &str, token: &str) -> String {
    let consent = "0f".repeat(32);
    let plan = format!("sha256:{consent}");
    let values = [
        ("name", "erp"),
        ("user", user),
        ("project", "cold_chain"),
        ("id", token),
        ("plan", &plan),
        ("application", "portal"),
        ("service", "erp"),
        ("ticket", "AAAA"),
        ("consent", &consent),
    ];
    let mut path = route.path.clone();
    for (name, value) in values {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    assert!(!path.contains('{'), "{path}");
    path
}

fn asked(server: &Server, route: &Route, token: Option<&str>, user: &str, id: &str) -> (u16, String) {
    let required = route.parameters.iter().filter(|one| one.place == Place::Header && one.name == "bowline-fence");
    let headers: Vec<(&str, &str)> = required.map(|one| (one.name, "1")).chain([("bowline-project", "cold_chain")]).collect();
    let body = json!({});
    let body = if matches!(route.body, Shape::Nothing) { None } else { Some(&body) };
    let reply = server.ask(route.method.word(), &path(route, user, id), token, &headers, body);
    (reply.status, reply.code())
}

#[test]
fn nothing_but_what_is_open_is_answered_to_nobody() {
    let server = Server::start();
    let forged = format!("bwl_{}_{}", "0".repeat(16), "0".repeat(72));
    for route in routes() {
        for token in [None, Some(forged.as_str())] {
            let (status, code) = asked(&server, &route, token, "ada", "none");
            match route.access {
                Access::Open => assert_ne!(status, 401, "{}", route.id),
                // The one that was forged fails so often that it has to wait.
                _ => assert!(status == 401 || (status == 429 && token.is_some()), "{} {status} {code}", route.id),
            }
        }
    }
    assert_eq!(server.running.panics(), 0);
}

#[test]
fn every_role_gets_the_table_s_answer_on_every_route() {
    let server = Server::start();
    let (mut denied, mut let_in) = (0, 0);
    for role in Role::ALL {
        let name = format!("someone-{role}");
        for route in routes().into_iter().filter(|route| route.operation != Operation::DeleteUser) {
            let token = server.person(&name, role);
            let principal = server.principal(&token);
            let may = |right: Right| allowed(&principal, right, None).is_ok();
            let is_allowed = match route.access {
                Access::Open | Access::SignedIn => true,
                Access::May(right) => may(right),
                Access::Either(one, other) => may(one) || may(other),
            };
            let (status, code) = asked(&server, &route, Some(&token), &name, &principal.token);
            assert_eq!(status == 403, !is_allowed, "{role} {} {status} {code}", route.id);
            assert_ne!(status, 401, "{role} {}", route.id);
            if is_allowed { let_in += 1 } else { denied += 1 }
        }
    }
    assert!(denied > 60 && let_in > 60, "{denied} denied, {let_in} let in");
}

#[test]
fn a_token_does_no_more_than_it_was_made_for() {
    let server = Server::start();
    let reader = server.somebody("ci", PrincipalKind::Service, Role::Administrator, &[TokenScope::Read]);
    for (method, path, status) in [
        ("GET", "/connections", 200),
        ("GET", "/estate", 403),
        ("GET", "/users", 403),
        ("GET", "/audit", 403),
        ("DELETE", "/services/erp", 403),
        ("POST", "/keys/reseal", 403),
    ] {
        let reply = server.ask(method, &format!("/api/v1{path}"), Some(&reader), &[("if-match", "*")], None);
        assert_eq!(reply.status, status, "{method} {path}");
    }
}

#[test]
fn what_somebody_may_not_see_looks_like_what_is_not_there() {
    let server = Server::start();
    let service = json!({ "body": { "name": "ERP", "auth": { "type": "basic" }, "hosts": ["erp.example.com"] } });
    server.create("/services/erp", service);
    let connection = |shared: bool| json!({ "body": { "name": "C", "service": "erp", "use_login_user_credentials": shared } });
    server.create("/connections/own", connection(false));
    server.create("/connections/shared", connection(true));
    let user = server.person("zoe", Role::User);
    let get = |path: &str| server.ask("GET", &format!("/api/v1{path}"), Some(&user), &[], None);
    assert_eq!(get("/connections/shared").status, 200);
    let (hidden, absent) = (get("/connections/own"), get("/connections/none"));
    assert_eq!((hidden.status, absent.status), (404, 404));
    let plain = |text: &str, name: &str| text.replace(name, "NAME").split("request_id").next().map(str::to_owned);
    assert_eq!(plain(&hidden.text, "own"), plain(&absent.text, "none"));
    assert_eq!(get("/connections").json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(get("/services").json()["items"], json!([]));
    let invoke = json!({ "method": "GET", "url": "https://erp.example.com/" });
    assert_eq!(server.ask("POST", "/api/v1/connections/own/invoke", Some(&user), &[], Some(&invoke)).status, 404);
    let spoken_for = json!({ "method": "GET", "url": "https://erp.example.com/", "user": "ada" });
    assert_eq!(server.ask("POST", "/api/v1/connections/shared/invoke", Some(&user), &[], Some(&spoken_for)).status, 403);
}

#[test]
fn people_come_and_go_and_their_tokens_are_shown_once() {
    let server = Server::start();
    let ada = json!({ "kind": "person", "role": "editor", "title": "Ada" });
    assert_eq!(server.api("PUT", "/users/ada", &[], Some(ada)).status, 200);
    let made =
        server.api("POST", "/users/ada/tokens", &[], Some(json!({ "scopes": ["read", "plan"], "title": "laptop", "ttl_seconds": 3600 })));
    assert_eq!(made.status, 201, "{made:?}");
    let (token, id) =
        (made.json()["token"].as_str().expect("a token").to_owned(), made.json()["about"]["id"].as_str().expect("an id").to_owned());
    let me = server.ask("GET", "/api/v1/me", Some(&token), &[], None).json();
    assert_eq!((&me["name"], &me["role"]), (&json!("ada"), &json!("editor")));
    assert!(!server.get("/users/ada/tokens").text.contains(&token[21..]), "what is kept of it is no secret");
    let stronger = json!({ "scopes": ["apply"] });
    assert_eq!(server.ask("POST", "/api/v1/users/ada/tokens", Some(&token), &[], Some(&stronger)).code(), "invalid");
    let rotated = server.ask("POST", &format!("/api/v1/users/ada/tokens/{id}/rotate"), Some(&token), &[], None);
    assert_eq!(rotated.status, 201);
    assert_eq!(server.ask("GET", "/api/v1/me", Some(&token), &[], None).status, 401);
    let new = rotated.json()["about"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(server.api("DELETE", &format!("/users/ada/tokens/{new}"), &[], None).status, 204);
    assert_eq!(server.api("DELETE", "/users/admin", &[], None).code(), "last-administrator");
    assert_eq!(server.api("DELETE", "/users/ada", &[], None).status, 204);
    assert_eq!(server.get("/users/ada").code(), "not-found");
    assert_eq!(server.api("PUT", "/applications/portal", &[], Some(json!({ "title": "Portal" }))).status, 200);
    assert_eq!(server.get("/applications").json()["items"][0]["maker"], json!("admin"));
    assert_eq!(server.api("DELETE", "/applications/portal", &[], None).status, 204);
    assert_eq!(server.get("/audit/verification").json()["holds"], json!(true));
    assert_eq!(server.get("/keys").json()["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_condition_that_an_operation_does_not_look_at_is_refused() {
    let server = Server::start();
    let put = |path: &str, body: Value, header: &str| server.api("PUT", path, &[(header, "*")], Some(body));
    for header in ["if-none-match", "if-match"] {
        let user = put("/users/ada", json!({ "kind": "person", "role": "editor" }), header);
        assert_eq!((user.status, user.code().as_str()), (400, "bad-parameter"), "{header}");
        assert_eq!(put("/applications/roof", json!({ "title": "Roof" }), header).code(), "bad-parameter");
    }
    assert_eq!(server.get("/users/ada").code(), "not-found");
    let title = json!({ "title": "Roof\u{202e}" });
    let unfit = server.api("PUT", "/applications/roof", &[], Some(title));
    assert_eq!((unfit.status, unfit.json()["pointer"].as_str()), (422, Some("/title")));
}
