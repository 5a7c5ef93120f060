//! The tour, a line a step: marked as a sandbox from its first line to its last.

use super::json;
use super::page::{Page, Tone};
use serde_json::{Value, json};

/// The widest name of a step.
const NAME: usize = 7;

pub(crate) fn opening(page: &mut Page) {
    page.put(Tone::Caution, "sandbox")
        .line(": a provider and an API in this process, on 127.0.0.1. Nothing in it is real or secret.")
        .end();
}

pub(crate) fn step(name: &str, seen: &str, page: &mut Page) {
    page.put(Tone::Good, "  ok  ").cell(Tone::Strong, name, NAME).say("  ").line(seen);
}

pub(crate) fn closing(steps: usize, page: &mut Page) {
    page.end().put(Tone::Good, &format!("All {steps} steps happened")).line(", were checked at both ends, and left nothing behind.");
    page.put(Tone::Quiet, "By hand, step by step: `bowline sandbox`, and examples/04-sandbox/README.md").end();
}

pub(crate) fn machine(taken: &[(&'static str, String)]) -> String {
    let steps: Vec<Value> = taken.iter().map(|(name, seen)| json!({ "step": name, "seen": seen })).collect();
    json(&json!({ "format_version": "1.0", "sandbox": true, "steps": steps }))
}
