//! Pictures of the graph: DOT, Mermaid and JSON. The same graph gives the same bytes, and names are inert in each.

use super::literal;
use crate::resource::{Address, Graph, Kind, Link};
use crate::text::is_hidden;
use petgraph::Direction;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Which part of a graph is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GraphOptions {
    /// Only this one with everything that it needs and everything that needs it.
    pub focus: Option<Address>,
    /// With a focus: only what needs it.
    pub used_by: bool,
}

/// A drawing in Graphviz's language.
pub fn dot(graph: &Graph, options: &GraphOptions) -> String {
    let part = Part::of(graph, options);
    let mut text =
        "digraph bowline {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n".to_owned();
    for address in &part.nodes {
        let emphasis = if options.focus.as_ref() == Some(address) { ", penwidth=3" } else { "" };
        text.push_str(&format!("  {} [shape={}{emphasis}];\n", dot_id(address), dot_shape(address.kind)));
    }
    for (from, link, to) in &part.links {
        let style = if *link == Link::DependsOn { ", style=dashed" } else { "" };
        text.push_str(&format!("  {} -> {} [label=\"{}\"{style}];\n", dot_id(from), dot_id(to), link.words()));
    }
    text.push_str("}\n");
    text
}

/// A flow chart in Mermaid's language.
pub fn mermaid(graph: &Graph, options: &GraphOptions) -> String {
    let part = Part::of(graph, options);
    let ids: BTreeMap<&Address, String> = part.nodes.iter().enumerate().map(|(at, address)| (address, format!("n{at}"))).collect();
    let mut text = "flowchart LR\n".to_owned();
    for (address, id) in &ids {
        let (open, close) = mermaid_shape(address.kind);
        text.push_str(&format!("  {id}{open}\"{}\"{close}:::{}\n", mermaid_label(address), address.kind.word()));
    }
    for (from, link, to) in &part.links {
        let arrow = if *link == Link::DependsOn { "-.->" } else { "-->" };
        text.push_str(&format!("  {} {arrow}|{}| {}\n", ids[from], link.words(), ids[to]));
    }
    for (kind, colours) in MERMAID_CLASSES {
        text.push_str(&format!("  classDef {} {colours}\n", kind.word()));
    }
    if let Some(id) = options.focus.as_ref().and_then(|focus| ids.get(focus)) {
        text.push_str(&format!("  style {id} stroke-width:4px\n"));
    }
    text
}

/// Nodes and links as data.
pub fn json(graph: &Graph, options: &GraphOptions) -> String {
    let part = Part::of(graph, options);
    let nodes = part.nodes.iter().map(|address| JsonNode { address, kind: address.kind.word(), name: address.name.as_str() }).collect();
    let links = part.links.iter().map(|(from, link, to)| JsonLink { from, link: link.words(), to }).collect();
    let mut text = serde_json::to_string_pretty(&JsonGraph { format_version: "1.0", nodes, links }).expect("addresses and words are JSON");
    text.push('\n');
    text
}

/// What is drawn: the nodes, and the links with both ends among them.
struct Part<'a> {
    nodes: BTreeSet<Address>,
    links: Vec<(&'a Address, Link, &'a Address)>,
}

impl<'a> Part<'a> {
    fn of(graph: &'a Graph, options: &GraphOptions) -> Self {
        let nodes = match &options.focus {
            None => graph.addresses().cloned().collect(),
            Some(focus) => {
                let mut nodes = graph.reach(focus, Direction::Incoming);
                if !options.used_by {
                    nodes.extend(graph.reach(focus, Direction::Outgoing));
                }
                nodes
            }
        };
        let links = graph.links().into_iter().filter(|(from, _, to)| nodes.contains(*from) && nodes.contains(*to)).collect();
        Part { nodes, links }
    }
}

#[derive(Serialize)]
struct JsonGraph<'a> {
    format_version: &'static str,
    nodes: Vec<JsonNode<'a>>,
    links: Vec<JsonLink<'a>>,
}

#[derive(Serialize)]
struct JsonNode<'a> {
    address: &'a Address,
    kind: &'static str,
    name: &'a str,
}

#[derive(Serialize)]
struct JsonLink<'a> {
    from: &'a Address,
    link: &'static str,
    to: &'a Address,
}

fn dot_shape(kind: Kind) -> &'static str {
    match kind {
        Kind::Service => "cylinder",
        Kind::Connection => "box",
        Kind::Webhook => "cds",
        Kind::Function => "note",
    }
}

/// A quoted DOT identifier. A backslash is doubled: in a label it would start an escape, at the end it would eat the quote.
fn dot_id(address: &Address) -> String {
    let text = literal::comment(&address.to_string());
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn mermaid_shape(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Service => ("[(", ")]"),
        Kind::Connection => ("[", "]"),
        Kind::Webhook => (">", "]"),
        Kind::Function => ("[[", "]]"),
    }
}

const MERMAID_CLASSES: [(Kind, &str); 4] = [
    (Kind::Service, "fill:#e8eef7,stroke:#35507a,color:#111"),
    (Kind::Connection, "fill:#e7f5ec,stroke:#2f6b47,color:#111"),
    (Kind::Webhook, "fill:#fdf1dc,stroke:#8a5a00,color:#111"),
    (Kind::Function, "fill:#f3eafa,stroke:#5f3b82,color:#111"),
];

/// An address as the text of a Mermaid node. Everything that is not a plain word goes in as a character code, so that
/// neither Mermaid nor the HTML that it makes reads it as anything.
pub fn mermaid_label(address: &Address) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let code = |c: char| if is_hidden(c) { " ".to_owned() } else { format!("#{};", u32::from(c)) };
    address.to_string().chars().map(|c| if plain(c) { c.to_string() } else { code(c) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn graph() -> Graph {
        let resource = |kind, body: serde_json::Value| crate::resource::Resource::deserialize(kind, body).expect("a body of the kind");
        let resources = [
            ("services.iot", resource(Kind::Service, serde_json::json!({ "name": "IoT", "auth": { "type": "basic" } }))),
            ("connections.a", resource(Kind::Connection, serde_json::json!({ "name": "A", "service": "iot" }))),
            (
                "connections.b",
                resource(Kind::Connection, serde_json::json!({ "name": "B", "service": "iot", "depends_on": ["connections.a"] })),
            ),
            (
                "webhooks.w",
                resource(Kind::Webhook, serde_json::json!({ "name": "W", "url": "https://example.com/", "auth": { "connection": "b" } })),
            ),
        ];
        let resources: BTreeMap<Address, _> =
            resources.into_iter().map(|(address, body)| (address.parse().expect("an address"), body)).collect();
        Graph::of(resources.iter())
    }

    fn named(name: &str) -> Graph {
        let body = serde_json::json!({ "name": "", "auth": { "type": "basic" } });
        let service = crate::resource::Resource::deserialize(Kind::Service, body).expect("a service");
        let address = Address::new(Kind::Service, name);
        Graph::of([(&address, &service)])
    }

    #[test]
    fn dot_draws_kinds_and_words() {
        let text = dot(&graph(), &GraphOptions::default());
        assert!(text.contains("  \"services.iot\" [shape=cylinder];\n"), "{text}");
        assert!(text.contains("  \"webhooks.w\" -> \"connections.b\" [label=\"is signed by\"];\n"), "{text}");
        assert!(text.contains("  \"connections.b\" -> \"connections.a\" [label=\"depends on\", style=dashed];\n"), "{text}");
    }

    #[test]
    fn a_focus_keeps_both_sides_and_used_by_only_one() {
        let focus = |used_by| GraphOptions { focus: Some(Address::new(Kind::Connection, "b")), used_by };
        let nodes = |text: String| serde_json::from_str::<serde_json::Value>(&text).expect("JSON")["nodes"].as_array().map_or(0, Vec::len);
        assert_eq!(nodes(json(&graph(), &focus(false))), 4);
        assert_eq!(nodes(json(&graph(), &focus(true))), 2);
        let a = GraphOptions { focus: Some(Address::new(Kind::Service, "iot")), used_by: true };
        assert_eq!(nodes(json(&graph(), &a)), 4);
    }

    #[test]
    fn mermaid_is_what_its_readers_know() {
        let options = GraphOptions { focus: Some(Address::new(Kind::Webhook, "w")), used_by: true };
        let text = mermaid(&graph(), &options);
        assert!(text.starts_with("flowchart LR\n  n0>\"webhooks.w\"]:::webhook\n  classDef service "), "{text}");
        assert!(text.ends_with("  style n0 stroke-width:4px\n"), "{text}");
    }

    proptest! {
        #[test]
        fn a_hostile_name_stays_inside_its_quotes(name in any::<String>()) {
            let drawn = dot(&named(&name), &GraphOptions::default());
            prop_assert_eq!(drawn.lines().count(), 6);
            let node = drawn.lines().nth(4).expect("the fifth line is the node");
            let inside = node.trim_start().trim_end_matches(" [shape=cylinder];");
            prop_assert!(!unescaped_quote(&inside[1..inside.len() - 1]) && inside.starts_with('"') && inside.ends_with('"'));

            let drawn = mermaid(&named(&name), &GraphOptions::default());
            let node = drawn.lines().nth(1).expect("the second line is the node");
            let label = node.trim_start_matches("  n0[(\"").trim_end_matches("\")]:::service");
            prop_assert!(label.chars().all(|c| c.is_ascii_alphanumeric() || "._-#; ".contains(c)), "{}", node);

            let read: serde_json::Value = serde_json::from_str(&json(&named(&name), &GraphOptions::default())).expect("JSON");
            prop_assert_eq!(read["nodes"][0]["name"].as_str(), Some(name.as_str()));
        }
    }

    fn unescaped_quote(text: &str) -> bool {
        let mut escaped = false;
        for c in text.chars() {
            match c {
                '\\' => escaped = !escaped,
                '"' if !escaped => return true,
                _ => escaped = false,
            }
        }
        escaped
    }
}
