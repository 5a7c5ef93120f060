//! What the layout does, by example; and its laws on generated files.

use super::{NotFormatted, format};

/// Formats, and holds every answer to be stable.
fn formatted(text: &str) -> String {
    let once = format(text).unwrap_or_else(|refused| panic!("{refused}: {refused:?}\n{text}"));
    let twice = format(&once).unwrap_or_else(|refused| panic!("again: {refused}: {refused:?}\n{once}"));
    assert_eq!(once, twice, "not stable, from:\n{text}");
    once
}

#[test]
fn examples_show() {
    for path in ["examples/01-default-service/bowline.yaml","examples/02-custom-service/bowline.yaml","examples/03-cold-chain/bowline.yaml","examples/03-cold-chain/services.yaml","examples/03-cold-chain/hooks.yaml","examples/03-cold-chain/functions.yaml","examples/03-cold-chain/connections/zoho.yaml","examples/03-cold-chain/connections/partners.yaml","examples/03-cold-chain/connections/messaging.yaml"] {
        let text = std::fs::read_to_string(format!("/work/main/{path}")).unwrap();
        let out = formatted(&text);
        if out != text { std::fs::write("/tmp/a", &text).unwrap(); std::fs::write("/tmp/b", &out).unwrap();
            eprintln!("== {path}\n{}", String::from_utf8_lossy(&std::process::Command::new("diff").args(["-u","/tmp/a","/tmp/b"]).output().unwrap().stdout)); }
    }
    let out = formatted(&std::fs::read_to_string("/tmp/gr/t.yaml").unwrap());
    eprintln!("{out}");
}
