//! The comment on a pull request, against small GitHubs and GitLabs on loopback that check every request and page by three.

use crate::support::{Ran, bowline, tree, write_tree};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

const TOKEN: &str = "canary-vcs-token-91c2";
const ME: u64 = 7;
const PAGE: usize = 3;

#[derive(Clone, Copy, PartialEq)]
enum Site {
    Github,
    /// With a workflow's token, which may not ask whose it is.
    GithubApp,
    Gitlab,
}

#[derive(Default)]
struct State {
    /// Id, author, body.
    comments: Vec<(u64, u64, String)>,
    /// What is answered before anything else, one a request: status and further header lines.
    faults: Vec<(u16, &'static str)>,
    /// Whether the next comment is made and the answer lost.
    loses_one: bool,
    requests: Vec<String>,
}

struct Fake {
    site: Site,
    port: u16,
    state: Arc<Mutex<State>>,
}

struct Asked {
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Fake {
    fn start(site: Site) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let fake = Fake { site, port: listener.local_addr().expect("it is bound").port(), state: Arc::default() };
        let state = Arc::clone(&fake.state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, site, &state);
            }
        });
        fake
    }

    fn say(&self, author: u64, body: &str) {
        let mut state = self.state.lock().expect("nobody panicked");
        let id = 100 + state.comments.len() as u64;
        state.comments.push((id, author, body.to_owned()));
    }

    fn comments(&self) -> Vec<(u64, u64, String)> {
        self.state.lock().expect("nobody panicked").comments.clone()
    }

    fn fail(&self, faults: &[(u16, &'static str)]) {
        self.state.lock().expect("nobody panicked").faults = faults.to_vec();
    }

    fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().expect("nobody panicked").requests)
    }

    /// As a CI job of the site sets it.
    fn env(&self) -> BTreeMap<String, String> {
        let api = format!("http://127.0.0.1:{}/api", self.port);
        let pairs: Vec<(&str, String)> = match self.site {
            Site::Github | Site::GithubApp => vec![
                ("GITHUB_ACTIONS", "true".to_owned()),
                ("GITHUB_API_URL", api),
                ("GITHUB_REPOSITORY", "acme/cold-chain".to_owned()),
                ("GITHUB_REF", "refs/pull/42/merge".to_owned()),
                ("GITHUB_TOKEN", TOKEN.to_owned()),
            ],
            Site::Gitlab => vec![
                ("GITLAB_CI", "true".to_owned()),
                ("CI_API_V4_URL", api),
                ("CI_PROJECT_PATH", "acme/iot/cold-chain".to_owned()),
                ("CI_MERGE_REQUEST_IID", "42".to_owned()),
                ("GITLAB_TOKEN", TOKEN.to_owned()),
            ],
        };
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

fn read(stream: &mut BufReader<&TcpStream>) -> Asked {
    let mut line = String::new();
    stream.read_line(&mut line).expect("a request line");
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words.len(), 3, "{line}");
    let (method, target) = (words[0].to_owned(), words[1].to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a header");
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        let before = headers.insert(name.to_ascii_lowercase(), value.to_owned());
        assert!(before.is_none(), "{name} is sent twice");
    }
    let length = headers.get("content-length").map_or(0, |text: &String| text.parse().expect("a length"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a body");
    Asked { method, target, headers, body: String::from_utf8(body).expect("text") }
}

fn serve(stream: TcpStream, site: Site, state: &Mutex<State>) {
    let asked = read(&mut BufReader::new(&stream));
    let mut state = state.lock().expect("nobody panicked");
    state.requests.push(format!("{} {}", asked.method, asked.target));
    let fault = if state.faults.is_empty() { None } else { Some(state.faults.remove(0)) };
    let (mut status, headers, body) = match fault {
        Some((status, headers)) => (status, headers.to_owned(), json!({ "message": "no" })),
        None => answer(&asked, site, &mut state),
    };
    if asked.method == "POST" && std::mem::take(&mut state.loses_one) {
        status = 500;
    }
    let body = body.to_string();
    let _ = write!(
        &stream,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
}

type Answer = (u16, String, Value);

fn answer(asked: &Asked, site: Site, state: &mut State) -> Answer {
    let refused = |why: String| (418, String::new(), json!({ "message": why }));
    if let Some(wrong) = wrong_headers(asked, site) {
        return refused(wrong);
    }
    let (path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
    let (list, item, change) = match site {
        Site::Github | Site::GithubApp => {
            ("/api/repos/acme/cold-chain/issues/42/comments", "/api/repos/acme/cold-chain/issues/comments/", "PATCH")
        }
        Site::Gitlab => (
            "/api/projects/acme%2Fiot%2Fcold-chain/merge_requests/42/notes",
            "/api/projects/acme%2Fiot%2Fcold-chain/merge_requests/42/notes/",
            "PUT",
        ),
    };
    match (asked.method.as_str(), path) {
        ("GET", "/api/user") if site == Site::GithubApp => {
            (403, String::new(), json!({ "message": "Resource not accessible by integration" }))
        }
        ("GET", "/api/user") => (200, String::new(), json!({ "id": ME, "login": "bowline", "username": "bowline", "type": "User" })),
        ("GET", path) if path == list => page(query, site, state),
        ("POST", path) if path == list => match body(asked) {
            Ok(text) => {
                let id = 100 + state.comments.len() as u64;
                state.comments.push((id, ME, text));
                (201, String::new(), shown(state.comments.last().expect("it was just made"), site))
            }
            Err(why) => refused(why),
        },
        (method, path) if method == change && path.starts_with(item) => {
            let id: u64 = path[item.len()..].parse().expect("an id");
            match (body(asked), state.comments.iter_mut().find(|comment| comment.0 == id)) {
                (Ok(text), Some(comment)) if comment.1 == ME => {
                    comment.2 = text;
                    (200, String::new(), shown(comment, site))
                }
                (Ok(_), Some(_)) => (403, String::new(), json!({ "message": "not yours" })),
                (Ok(_), None) => (404, String::new(), json!({ "message": "Not Found" })),
                (Err(why), _) => refused(why),
            }
        }
        _ => (404, String::new(), json!({ "message": "Not Found" })),
    }
}

fn wrong_headers(asked: &Asked, site: Site) -> Option<String> {
    let expected: Vec<(&str, String)> = match site {
        Site::Github | Site::GithubApp => vec![
            ("authorization", format!("Bearer {TOKEN}")),
            ("accept", "application/vnd.github+json".to_owned()),
            ("x-github-api-version", "2022-11-28".to_owned()),
        ],
        Site::Gitlab => vec![("private-token", TOKEN.to_owned()), ("accept", "application/json".to_owned())],
    };
    let mut wrong: Vec<String> =
        expected.iter().filter(|(name, value)| asked.headers.get(*name) != Some(value)).map(|(name, _)| (*name).to_owned()).collect();
    // GitHub refuses requests without one.
    wrong.extend((!asked.headers.get("user-agent").is_some_and(|agent| agent.starts_with("bowline/"))).then(|| "user-agent".to_owned()));
    let has_type = asked.headers.get("content-type").is_some_and(|kind| kind == "application/json");
    wrong.extend((has_type == asked.body.is_empty()).then(|| "content-type".to_owned()));
    wrong.extend(asked.target.contains(TOKEN).then(|| "a token in the address".to_owned()));
    if wrong.is_empty() { None } else { Some(format!("wrong: {}", wrong.join(", "))) }
}

fn page(query: &str, site: Site, state: &State) -> Answer {
    let fields: BTreeMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let expected = match site {
        Site::Github | Site::GithubApp => BTreeMap::from([("per_page", "100")]),
        Site::Gitlab => BTreeMap::from([("per_page", "50"), ("sort", "asc"), ("order_by", "created_at")]),
    };
    let others: BTreeMap<&str, &str> = fields.iter().filter(|(name, _)| **name != "page").map(|(name, value)| (*name, *value)).collect();
    assert_eq!(others, expected);
    let number: usize = fields["page"].parse().expect("a page");
    let more = number * PAGE < state.comments.len();
    let found: Vec<Value> = state.comments.iter().skip((number - 1) * PAGE).take(PAGE).map(|comment| shown(comment, site)).collect();
    let next = match (site, more) {
        // Where the next page is said to be is nowhere that a token may go.
        (Site::Github | Site::GithubApp, true) => {
            "Link: <http://evil.example/?page=2>; rel=\"next\", <http://evil.example/>; rel=\"last\"\r\n".to_owned()
        }
        (Site::Github | Site::GithubApp, false) => String::new(),
        (Site::Gitlab, true) => format!("X-Next-Page: {}\r\n", number + 1),
        (Site::Gitlab, false) => "X-Next-Page: \r\n".to_owned(),
    };
    (200, next, found.into())
}

fn shown((id, author, body): &(u64, u64, String), site: Site) -> Value {
    match site {
        Site::Github => json!({ "id": id, "body": body, "user": { "id": author, "login": "x", "type": "User" }, "html_url": "https://x" }),
        Site::GithubApp => {
            let kind = if *author == ME { "Bot" } else { "User" };
            json!({ "id": id, "body": body, "user": { "id": author, "login": "x", "type": kind } })
        }
        Site::Gitlab => json!({ "id": id, "body": body, "system": *author == 0, "author": { "id": author, "username": "x" } }),
    }
}

fn body(asked: &Asked) -> Result<String, String> {
    let read: Value = serde_json::from_str(&asked.body).map_err(|error| error.to_string())?;
    match read.as_object() {
        Some(fields) if fields.len() == 1 => Ok(fields["body"].as_str().ok_or("no text")?.to_owned()),
        _ => Err("it has one field, `body`".to_owned()),
    }
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let example = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/01-default-service");
    write_tree(folder.path(), &tree(&example).expect("the example")).expect("its copy");
    assert_eq!(bowline("plan --save plan.json --quiet", folder.path(), &BTreeMap::new()).exit, 0);
    folder
}

fn comment(folder: &tempfile::TempDir, fake: &Fake, flags: &str) -> Ran {
    let ran = bowline(&format!("comment plan.json {flags}"), folder.path(), &fake.env());
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(TOKEN), "the token is shown");
    ran
}

#[test]
fn one_comment_is_made_then_changed_and_left_alone_where_it_says_so_already() {
    for site in [Site::Github, Site::GithubApp, Site::Gitlab] {
        let (folder, fake) = (project(), Fake::start(site));
        let marker = bowline("show plan.json --format markdown", folder.path(), &BTreeMap::new()).stdout;
        let marker = marker.lines().next().expect("a marker").to_owned();
        for body in ["hello", "a second one", "a third one", "a fourth one"] {
            fake.say(1, body);
        }
        // Somebody else's comment with our marker is not ours, nor is what only mentions it.
        fake.say(1, &format!("{marker}\n### Bowline: no changes"));
        fake.say(ME, &format!("look for {marker}"));
        let made = comment(&folder, &fake, "");
        assert_eq!((made.exit, made.stdout.split(':').next()), (0, Some("Created")), "{}{}", made.stdout, made.stderr);
        let comments = fake.comments();
        assert!(comments.len() == 7 && comments[6].2.starts_with(&marker) && comments[6].2.contains("bowline apply --expect sha256:"));
        fake.requests();
        let same = comment(&folder, &fake, "");
        assert!(same.exit == 0 && same.stdout.starts_with("Unchanged"), "{}", same.stdout);
        assert!(fake.requests().iter().all(|request| request.starts_with("GET ")), "nothing is written");
        let file = folder.path().join("bowline.yaml");
        let text = std::fs::read_to_string(&file).expect("the project");
        std::fs::write(&file, text.replacen("name: ", "name: Another ", 1)).expect("it is ours");
        assert_eq!(bowline("plan --save plan.json --quiet", folder.path(), &BTreeMap::new()).exit, 0);
        let changed = comment(&folder, &fake, "");
        assert!(changed.exit == 0 && changed.stdout.starts_with("Updated"), "{}{}", changed.stdout, changed.stderr);
        let after = fake.comments();
        assert!(after.len() == 7 && after[6].2 != comments[6].2 && after[..6] == comments[..6]);
    }
}

#[test]
fn trouble_that_passes_is_waited_for_and_makes_no_second_comment() {
    for site in [Site::Github, Site::Gitlab] {
        let (folder, fake) = (project(), Fake::start(site));
        let now = "Retry-After: 0\r\n";
        fake.fail(&[(429, now), (502, now), (503, now)]);
        assert!(comment(&folder, &fake, "").stdout.starts_with("Created"));
        // The comment is made and the answer lost: the next try finds it.
        {
            let mut state = fake.state.lock().expect("nobody panicked");
            state.comments.clear();
            state.loses_one = true;
        }
        let ran = comment(&folder, &fake, "");
        assert!(ran.exit == 0 && ran.stdout.starts_with("Unchanged"), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(fake.comments().len(), 1);
        fake.fail(&[(500, now); 9]);
        fake.requests();
        let given_up = comment(&folder, &fake, "");
        assert!(given_up.exit == 1 && given_up.stderr.contains("status 500"), "{}", given_up.stderr);
        assert_eq!(fake.requests().len(), 4, "it is tried a few times and no more");
    }
}

#[test]
fn refusals_are_said_and_end_at_once() {
    for (site, status, exit) in [
        (Site::Github, 401, 9),
        (Site::Gitlab, 401, 9),
        (Site::Gitlab, 403, 9),
        (Site::Github, 404, 9),
        (Site::Gitlab, 404, 9),
        (Site::Github, 302, 1),
        (Site::Gitlab, 422, 1),
    ] {
        let (folder, fake) = (project(), Fake::start(site));
        fake.fail(&[(status, "Location: http://127.0.0.1:1/\r\n")]);
        let ran = comment(&folder, &fake, "");
        assert_eq!(ran.exit, exit, "{status}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(fake.requests().len(), 1);
        assert!(fake.comments().is_empty());
    }
}

#[test]
fn nothing_is_sent_where_anything_is_missing() {
    let (folder, fake) = (project(), Fake::start(Site::Github));
    let without = |name: &str, flags: &str| {
        let mut env = fake.env();
        env.remove(name);
        bowline(&format!("comment plan.json {flags}"), folder.path(), &env)
    };
    assert_eq!(without("GITHUB_TOKEN", "").exit, 9);
    assert_eq!(without("GITHUB_ACTIONS", "").exit, 64);
    assert_eq!(without("GITHUB_REPOSITORY", "").exit, 64);
    assert_eq!(without("GITHUB_REF", "").exit, 64);
    assert_eq!(without("GITHUB_REPOSITORY", "--repo ../..").exit, 64);
    let dry = without("GITHUB_TOKEN", "--dry-run");
    assert!(dry.exit == 0 && dry.stdout.starts_with("<!-- bowline:plan:"));
    let plan = std::fs::read_to_string(folder.path().join("plan.json")).expect("the plan");
    std::fs::write(folder.path().join("plan.json"), plan.replacen("\"create\": ", "\"create\": 1", 1)).expect("it is ours");
    assert_eq!(comment(&folder, &fake, "").exit, 5, "a plan that was altered is not told of");
    let before_any_comment: Vec<String> = fake.requests().into_iter().filter(|request| !request.starts_with("GET /api/user")).collect();
    assert!(before_any_comment.is_empty(), "{before_any_comment:?}");
    assert_eq!(without("GITHUB_REF", "--number 42 --vcs github --api http://192.0.2.1/").exit, 5);
}
