//! The compiler as a whole, over a folder in memory.

use super::{Choice, Folder, FolderError, Front, Listing, Setting, check_all, compile};
use crate::diag::{Code, Diagnostic, Diagnostics, Family};
use std::collections::BTreeMap;

/// A project's folder in memory.
#[derive(Default)]
pub(super) struct Memory(pub(super) BTreeMap<String, Vec<u8>>);

impl Folder for Memory {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FolderError> {
        let bytes = self.0.get(path).ok_or(FolderError::Missing)?;
        if bytes.len() as u64 > limit { Err(FolderError::TooLarge { limit }) } else { Ok(bytes.clone()) }
    }

    fn listing(&self) -> Result<Listing, FolderError> {
        Ok(Listing { files: self.0.keys().rev().cloned().collect(), ..Listing::default() })
    }
}

pub(super) fn folder<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Memory {
    Memory(files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect())
}

fn setting(choice: Choice) -> Setting {
    Setting { choice, variables: BTreeMap::new() }
}

/// Everything that is wrong, as `file:line:column code headline`.
fn check(folder: &Memory) -> Vec<String> {
    let mut diags = Diagnostics::default();
    let mut front = Front::read(folder);
    check_all(&mut diags, &mut front, folder, &BTreeMap::new());
    told(&front, diags.finish())
}

/// The same of shapes alone: what is told beside them is tried elsewhere.
fn check_shape(folder: &Memory) -> Vec<String> {
    let mut diags = Diagnostics::default();
    let mut front = Front::read(folder);
    check_all(&mut diags, &mut front, folder, &BTreeMap::new());
    // A setting that another one calls for is missed by a rule.
    let is_rule = |found: &Diagnostic| found.code == Code::MissingKey && !found.headline.starts_with("key ");
    let is_shape = |found: &Diagnostic| !is_rule(found) && (found.code.family() == Family::Shape || found.code == Code::LiteralSecret);
    told(&front, diags.finish().into_iter().filter(is_shape).collect())
}

fn told(front: &Front, found: Vec<Diagnostic>) -> Vec<String> {
    let place = |found: &Diagnostic| match &found.at {
        Some(at) => {
            let (path, position) = front.sources().place(at.span);
            format!("{path}:{}:{} ", position.line, position.column)
        }
        None => String::new(),
    };
    // The service of these projects is made up; what follows from that is tried where names are resolved.
    let of_matter = |found: &&Diagnostic| !matches!(found.code, Code::UnknownService | Code::UnusedConnection);
    found.iter().filter(of_matter).map(|found| format!("{}{} {}", place(found), found.code.id(), found.headline)).collect()
}

const HEAD: &str = "bowline: 1\nproject: p\n";

fn project(body: &str) -> Memory {
    folder([("bowline.yaml", format!("{HEAD}{body}").as_str())])
}

#[test]
fn a_sound_project_compiles_with_its_places_and_files() {
    let files = folder([
        (
            "bowline.yaml",
            "bowline: 1\nproject: p\napplication: App ${{ var.dc }}\ninclude: [c/*.yaml]\nvariables:\n  dc: { default: com }\nenvironments:\n  eu: { api: https://x.example, variables: { dc: eu } }\n",
        ),
        ("c/a.yaml", "connections:\n  chat: { name: 'Chat ${{ var.dc }} $${{', service: slack, scopes: ['chat:write'] }\n"),
    ]);
    let mut diags = Diagnostics::default();
    let mut front = Front::read(&files);
    let compiled = compile(&mut diags, &mut front, &files, &setting(Choice::Environment("eu".into())));
    let compiled = compiled.unwrap_or_else(|_| panic!("{:?}", told(&front, diags.clone().finish())));
    assert_eq!(compiled.project.application.as_deref(), Some("App eu"));
    assert_eq!(compiled.environment.api, super::Api::Url("https://x.example".into()));
    assert_eq!(compiled.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["bowline.yaml", "c/a.yaml"]);
    let (address, resource) = compiled.project.resources.first_key_value().expect("one");
    assert_eq!((address.to_string().as_str(), resource.display_name()), ("connections.chat", "Chat eu ${{"));
    let (path, position) = front.sources().place(compiled.places[address]);
    assert_eq!((path, position.line, position.column), ("c/a.yaml", 2, 3));
    let again = compile(&mut diags, &mut front, &files, &setting(Choice::Default)).expect("the same trees, other values");
    assert_eq!(again.project.application.as_deref(), Some("App com"));
    assert_eq!(again.project.resources[address].display_name(), "Chat com ${{");
}

#[test]
fn a_missing_project_says_so() {
    assert_eq!(check(&folder([])), ["missing-project there is no `bowline.yaml` in this folder"]);
    assert_eq!(check(&folder([("bowline.yaml", "")])), ["bowline.yaml:1:1 wrong-type the file is empty"]);
    assert_eq!(check(&folder([("bowline.yaml", "[]")])), ["bowline.yaml:1:1 wrong-type the file takes a mapping, not a list"]);
    let found = check(&folder([("bowline.yaml", "project: p\n")]));
    assert_eq!(found, ["bowline.yaml:1:1 missing-key key `bowline` is missing"]);
}

#[test]
fn shape_is_told_at_its_place() {
    for (body, expected) in [
        ("connectoins: {}\n", "3:1 unknown-key unknown key `connectoins`"),
        ("connections: []\n", "3:14 wrong-type `connections` takes a mapping, not a list"),
        ("connections:\n", "3:1 wrong-type `connections` takes a mapping, not nothing"),
        ("connections: {Chat: {name: C, service: s}}\n", "3:15 bad-link-name `Chat` is not a link name"),
        ("services: {a-b: {name: C, auth: {type: basic}}}\n", "3:12 bad-link-name `a-b` is not a link name"),
        ("connections:\n  c: {service: s}\n", "4:3 missing-key key `name` is missing"),
        ("connections:\n  c:\n", "4:3 wrong-type `c` takes a mapping, not nothing"),
        ("connections: {c: {name: 5, service: s}}\n", "3:25 wrong-type `name` takes text, not a number"),
        ("connections: {c: {name: C, service: s, protect: yes}}\n", "3:49 wrong-type `protect` takes `true` or `false`, not text"),
        ("connections: {c: {name: C, service: s, scopes: a}}\n", "3:48 wrong-type `scopes` takes a list, not text"),
        ("connections: {c: {name: C, service: s, scopes: [a b]}}\n", "3:49 bad-value `scopes` does not have the required form"),
        ("connections: {c: {name: C, service: s, credentials: {k: {envv: X}}}}\n", "3:58 unknown-key unknown key `envv`"),
        ("connections: {c: {name: C, service: s, depends_on: [x]}}\n", "3:53 bad-value `depends_on` does not have the required form"),
        ("services: {s: {name: S, auth: {type: basc}}}\n", "3:38 value-not-allowed `basc` is not a value of `type`"),
        ("services: {s: {name: S, auth: {}}}\n", "3:25 missing-key key `type` is missing"),
        ("services: {s: {name: S, auth: {type: basic, token_url: x}}}\n", "3:45 unknown-key unknown key `token_url`"),
        ("services: {s: {name: S, auth: {type: oauth2}}}\n", "3:25 missing-key key `token_url` is missing"),
        (
            "services: {s: {name: S, auth: {type: oauth2, token_url: ftp://x}}}\n",
            "3:57 bad-url `token_url` is not a URL that can be called",
        ),
        (
            "services: {s: {name: S, auth: {type: oauth2, token_url: 'https://x', client_secret: canary}}}\n",
            "3:85 literal-secret `client_secret` holds a secret written out",
        ),
        (
            "services: {s: {name: S, auth: {type: oauth2, token_url: 'https://x', client_secret: 1234}}}\n",
            "3:85 literal-secret `client_secret` holds a secret written out",
        ),
        ("webhooks: {w: {name: W, url: 'https://x', method: PUT}}\n", "3:51 value-not-allowed `PUT` is not a value of `method`"),
        ("webhooks: {w: {name: W, url: 'https://x', auth: genral}}\n", "3:49 value-not-allowed `genral` is not a value of `auth`"),
        ("webhooks: {w: {name: W, url: 'https://x', auth: {}}}\n", "3:43 missing-key key `connection` is missing"),
        (
            "webhooks: {w: {name: W, url: 'https://x', body: {form: {}, raw: {format: text, content: a}}}}\n",
            "3:49 bad-value `body` does not have the required form",
        ),
        ("webhooks: {w: {name: W, url: 'https://x', headers: {'a b': c}}}\n", "3:53 bad-value `a b` does not have the required form"),
        ("functions: {f: {name: F, category: schedul, script: a.ds}}\n", "3:36 value-not-allowed `schedul` is not a value of `category`"),
        ("functions: {f: {name: '', category: schedule, script: a.ds}}\n", "3:23 bad-value `name` does not have the required form"),
        ("environments: {e: {api: ftp}}\n", "3:25 bad-url `api` is not a URL that can be called"),
        ("moved: [{from: a, to: connections.b}]\n", "3:16 bad-value `from` does not have the required form"),
    ] {
        assert_eq!(check_shape(&project(body)), [format!("bowline.yaml:{expected}")], "{body}");
    }
}

#[test]
fn every_mistake_is_told_and_none_hides_another() {
    let files = folder([
        ("bowline.yaml", "bowline: 1\nproject: p\ninclude: ['*.yaml']\nconnections: {a: {name: 1, nam: x, service: s}}\n"),
        ("b.yaml", "connections:\n  b: {name: B, service: s}\n  c: [\n  d: {name: D, service: s}\nwebhooks: {}\n"),
        ("c.yaml", "connections: {e: {name: E}}\n"),
        ("d.yaml", "variables: {}\nbowline: 1\n"),
    ]);
    assert_eq!(
        check(&files),
        [
            "bowline.yaml:4:25 wrong-type `name` takes text, not a number",
            "bowline.yaml:4:28 unknown-key unknown key `nam`",
            "b.yaml:5:1 yaml-syntax expected `,` or `}`",
            "c.yaml:1:15 missing-key key `service` is missing",
            "d.yaml:1:1 unknown-key unknown key `variables`",
            "d.yaml:2:1 unknown-key unknown key `bowline`",
        ]
    );
}

#[test]
fn no_finding_holds_a_value() {
    let secrets = "services: {s: {name: S, auth: {type: oauth2, token_url: 'canary://x', client_secret: canary, client_id: [canary]}}}\n\
        connections: {c: {name: C, service: s, credentials: {k: [canary], l: 5}}}\n\
        webhooks: {w: {name: W, url: canary, headers: {Authorization: [canary]}}}\n";
    let mut diags = Diagnostics::default();
    let files = project(secrets);
    check_all(&mut diags, &mut Front::read(&files), &files, &BTreeMap::new());
    let found = diags.finish();
    assert!(found.len() >= 6);
    assert!(!format!("{found:?}").contains("canary"), "{found:#?}");
}

#[test]
fn variables_are_told_at_their_expression() {
    let body = "variables: {dc: {default: com, enum: [com, eu]}, n: {}, b: {default: xx, enum: [yy]}}\n\
        environments: {e: {variables: {dc: eu, n: 1, b: yy}}, f: {variables: {dc: us, q: 1}}}\n\
        connections: {c: {name: 'x ${{ var.d }} ${{ env.X }}', service: '${{ var.n }}'}, d: {name: '${{ }}', service: s}}\n";
    assert_eq!(
        check(&project(body)),
        [
            "bowline.yaml:3:50 variable-without-value variable `n` has no value in environment `f`",
            "bowline.yaml:3:70 variable-not-allowed variable `b` cannot have this value",
            "bowline.yaml:4:75 variable-not-allowed variable `dc` cannot have this value",
            "bowline.yaml:4:79 unknown-variable no variable named `q`",
            "bowline.yaml:5:28 unknown-variable no variable named `d`",
            "bowline.yaml:5:65 wrong-type `service` takes text, not a number",
            "bowline.yaml:5:93 bad-interpolation an expression is empty",
        ]
    );
}

#[test]
fn a_lone_expression_has_the_type_of_its_variable() {
    let body = "variables: {p: {default: true}, n: {default: 1.50}}\nconnections: {c: {name: 'v${{ var.n }}', service: mailchimp, protect: '${{ var.p }}'}}\n";
    let files = project(body);
    let mut diags = Diagnostics::default();
    let compiled = compile(&mut diags, &mut Front::read(&files), &files, &setting(Choice::Default)).expect("it holds");
    let resource = compiled.project.resources.values().next().expect("one");
    assert_eq!((resource.protect(), resource.display_name()), (true, "v1.50"));
    let variables = BTreeMap::from([("p".to_owned(), "false".to_owned()), ("n".to_owned(), "2".to_owned())]);
    let setting = Setting { choice: Choice::Default, variables };
    let compiled = compile(&mut diags, &mut Front::read(&files), &files, &setting).expect("it holds");
    let resource = compiled.project.resources.values().next().expect("one");
    assert_eq!((resource.protect(), resource.display_name()), (false, "v2"));
}

#[test]
fn some_sections_take_no_expression() {
    let body = "include: ['${{ var.a }}.yaml']\nvariables: {a: {default: '${{ var.a }}'}}\n";
    let found = check(&project(body));
    assert_eq!(found.iter().filter(|line| line.contains("bad-interpolation")).count(), 2, "{found:?}");
}

#[test]
fn an_unknown_environment_is_told() {
    let files = project("environments: {prod: {}}\n");
    let mut diags = Diagnostics::default();
    let mut front = Front::read(&files);
    assert!(compile(&mut diags, &mut front, &files, &setting(Choice::Environment("prd".into()))).is_err());
    assert_eq!(told(&front, diags.finish()), ["unknown-environment no environment named `prd`"]);
}

#[test]
fn includes_stay_inside_and_match_something() {
    let files = folder([
        ("bowline.yaml", "bowline: 1\nproject: p\ninclude: [../x.yaml, /etc/x, 'a/*.yaml', '*.yaml', b/a.yaml, '[', ./c.yml, '**/.h/*']\n"),
        ("a/x.yaml", "connections: {a: {name: A, service: s}}\n"),
        ("b/aa.yaml", "connections: {b: {name: A, service: s}}\n"),
        ("c.yml", "connections: {a: {name: A, service: s}}\n"),
        (".h/x.yaml", "connections: {z: {name: A, service: s}}\n"),
    ]);
    assert_eq!(
        check(&files),
        [
            "bowline.yaml:3:11 include-escapes `../x.yaml` leads out of the project's folder",
            "bowline.yaml:3:22 include-escapes `/etc/x` leads out of the project's folder",
            "bowline.yaml:3:42 include-matches-nothing `*.yaml` matches no file",
            "bowline.yaml:3:52 include-matches-nothing `b/a.yaml` matches no file",
            "bowline.yaml:3:62 bad-value `[` is not a pattern",
            "bowline.yaml:3:76 include-matches-nothing `**/.h/*` matches no file",
            "c.yml:1:15 duplicate-resource connection `a` is declared twice",
        ]
    );
}

#[test]
fn the_order_of_files_changes_nothing() {
    let names: Vec<String> = (0..20).map(|n| format!("f{n:02}.yaml")).collect();
    let text = |n: usize| format!("connections: {{ c{}: {{ name: C, service: s, bad{n}: 1 }}, d{n}: {{ name: D, service: s }} }}\n", n / 2);
    let outcome = |order: Vec<usize>| {
        let include: Vec<&str> = order.iter().map(|n| names[*n].as_str()).collect();
        let head = format!("{HEAD}include: [{}]\n", include.join(", "));
        let mut files = folder([("bowline.yaml", head.as_str())]);
        files.0.extend(order.iter().map(|n| (names[*n].clone(), text(*n).into_bytes())));
        check(&files)
    };
    let forward = outcome((0..20).collect());
    assert_eq!(forward.len(), 30);
    assert_eq!(forward, outcome((0..20).rev().collect()));
    assert_eq!(forward, outcome((0..20).map(|n| (n * 7) % 20).collect()));
}

#[test]
fn large_files_are_refused_by_size() {
    let mut files = folder([("bowline.yaml", "bowline: 1\nproject: p\ninclude: [big.yaml]\n")]);
    files.0.insert("big.yaml".into(), vec![b'#'; (16 << 20) + 1]);
    assert_eq!(check(&files), ["bowline.yaml:3:11 file-too-large `big.yaml` is larger than 16 MiB"]);
    files.0.insert("bowline.yaml".into(), vec![b'#'; 100 << 20]);
    assert_eq!(check(&files), ["file-too-large `bowline.yaml` is larger than 16 MiB"]);
}

#[test]
fn names_of_broken_entries_are_taken() {
    let files = folder([
        ("bowline.yaml", "bowline: 1\nproject: p\ninclude: ['*.yaml']\n"),
        ("a.yaml", "connections:\n  a: {name: A}\n"),
        ("b.yaml", "connections:\n  a: {name: A, service: s}\n"),
    ]);
    assert_eq!(
        check(&files),
        ["a.yaml:2:3 missing-key key `service` is missing", "b.yaml:2:3 duplicate-resource connection `a` is declared twice"]
    );
}

#[test]
fn folders_that_nobody_sees_into_are_no_empty_folders() {
    struct Locked(Memory);
    impl Folder for Locked {
        fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FolderError> {
            self.0.read(path, limit)
        }

        fn listing(&self) -> Result<Listing, FolderError> {
            let unseen = |path: &str, error| super::Unseen { path: path.to_owned(), error };
            let unseen = vec![unseen("c/locked", FolderError::NotAFile), unseen("link", FolderError::FolderLink)];
            Ok(Listing { unseen, ..self.0.listing()? })
        }
    }
    let files = folder([("bowline.yaml", "bowline: 1\nproject: p\ninclude: ['c/**/*.yaml']\n"), ("c/a.yaml", "connections: {}\n")]);
    let mut diags = Diagnostics::default();
    let front = Front::read(&Locked(files));
    diags.extend(front.found.clone());
    assert_eq!(told(&front, diags.finish()), ["bowline.yaml:3:11 unreadable-file `c/locked` cannot be read: it is not a regular file"]);
    assert!(front.incomplete);
}

#[test]
fn small_files_take_what_they_hold_and_no_more() {
    let mut files = folder([("bowline.yaml", "bowline: 1\nproject: p\ninclude: ['c/*.yaml']\n")]);
    files.0.extend((0..3_000).map(|n| (format!("c/{n}.yaml"), b"connections: {}\n".to_vec())));
    assert_eq!(check(&files), [""; 0]);
}

#[test]
fn text_that_is_nothing_but_a_variable_counts_too() {
    let head = format!("variables: {{ v: {{ default: '{}' }} }}\nconnections:\n", "x".repeat(1 << 20));
    let body = |n| format!("  c{n}: {{ name: C, service: s, description: '${{{{ var.v }}}}' }}\n");
    let files = project(&(head + &(0..100).map(body).collect::<String>()));
    let found = check(&files);
    assert!(found.iter().any(|line| line.starts_with("too-many-values")), "{}", found.len());
}

#[test]
fn of_an_unknown_environment_the_variables_are_not_blamed() {
    let files = project(
        "variables: { dc: { default: com }, x: {} }\nenvironments: { test: {} }\nconnections: { a: { name: '${{ var.dc }} ${{ var.x }}', service: s } }\n",
    );
    let mut diags = Diagnostics::default();
    let mut front = Front::read(&files);
    assert!(compile(&mut diags, &mut front, &files, &setting(Choice::Environment("tst".into()))).is_err());
    assert_eq!(told(&front, diags.finish()), ["unknown-environment no environment named `tst`"]);
}

#[test]
fn a_key_that_stands_apart_hides_no_other_mistake() {
    let files = project("webhooks: { w: { name: W, url: 'https://a.example/', protect: x, auth: { connection: nobody } } }\n");
    let found = check(&files);
    let codes: Vec<&str> = found.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(codes, ["wrong-type", "unknown-connection"], "{found:?}");
    let two = project("webhooks: { w: { name: W, url: 'https://a.example/', protect: x, auth: { conection: nobody } } }\n");
    assert!(!check(&two).iter().any(|line| line.contains("unknown-connection")));
}
