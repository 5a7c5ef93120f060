//! Every example is a whole project: it checks, plans, applies, plans to nothing, renders and goes away again.

use crate::support::{bowline, tree, write_tree};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

#[test]
fn every_example_goes_all_the_way() {
    for (name, folder) in examples() {
        let copy = tempfile::tempdir().expect("a temporary folder");
        write_tree(copy.path(), &tree(&folder).expect("the example")).expect("its copy");
        let env = BTreeMap::from([("BOWLINE_VAULT_KEY".to_owned(), "07".repeat(32))]);
        let run = |line: &str| bowline(line, copy.path(), &env);
        // The sandbox is on this machine, over plain HTTP: there, and only there, that is worth a warning and no more.
        let on_loopback = ["04-sandbox", "05-pull-request"].contains(&name.as_str());
        let checked = run(if on_loopback { "check" } else { "check --deny-warnings" });
        assert_eq!(checked.exit, 0, "{name}: {}", checked.stdout);
        assert_eq!(run("plan --detailed-exitcode").exit, 2, "{name}: a plan against nothing creates");
        let applied = run("apply --auto-approve");
        assert_eq!(applied.exit, 0, "{name}: {}{}", applied.stdout, applied.stderr);
        let again = run("plan --detailed-exitcode");
        assert_eq!(again.exit, 0, "{name}: plan after apply is empty: {}", again.stdout);
        assert_eq!(run("render --out generated").exit, 0, "{name}");
        assert_eq!(run("render --out generated --check").exit, 0, "{name}");
        assert_eq!(run("graph").exit, 0, "{name}");
        assert_eq!(run("status").exit, 0, "{name}");
        let destroyed = run("destroy --auto-approve");
        let protected = destroyed.stdout.contains("it is protected");
        assert_eq!(destroyed.exit, if protected { 6 } else { 0 }, "{name}: {}", destroyed.stdout);
    }
}

/// The example of real size keeps its promise.
#[test]
fn the_cold_chain_is_of_real_size() {
    let folder = examples()["03-cold-chain"].clone();
    let copy = tempfile::tempdir().expect("a temporary folder");
    write_tree(copy.path(), &tree(&folder).expect("the example")).expect("its copy");
    let graph = bowline("graph --format json", copy.path(), &BTreeMap::new());
    let graph: serde_json::Value = serde_json::from_str(&graph.stdout).expect("JSON");
    let nodes = graph["nodes"].as_array().expect("nodes").len();
    assert!(nodes >= 40, "{nodes} resources");
    let services = fs::read_to_string(folder.join("services.yaml")).expect("its services");
    for auth in ["oauth2", "oauth1", "api_key", "basic"] {
        assert!(services.contains(&format!("type: {auth}")), "no service of type {auth}");
    }
}

fn examples() -> BTreeMap<String, PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = fs::read_dir(folder).expect("the examples can be listed");
    let paths = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.join("bowline.yaml").is_file());
    paths.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path)).collect()
}
