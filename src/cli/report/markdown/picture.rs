//! A Mermaid drawing of what is touched: the changed objects, what they affect, and who refers to whom among them.

use crate::plan::{Action, Change, Plan};
use crate::render::mermaid_label;
use crate::resource::{Address, Kind, Link};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// More objects than this cannot be taken in, nor drawn well.
const MOST: usize = 30;

/// The drawing's lines; `None` where there is nothing that would be clearer drawn, and `Err` with the number of objects
/// where they are too many.
pub(super) fn picture(plan: &Plan) -> Result<Option<Vec<String>>, usize> {
    let nodes = nodes(plan);
    let links = links(plan, &nodes);
    if links.is_empty() {
        Ok(None)
    } else if nodes.len() > MOST {
        Err(nodes.len())
    } else {
        Ok(Some(draw(&nodes, &links)))
    }
}

/// Each object and what becomes of it; `None` where it is only affected.
type Nodes<'p> = BTreeMap<&'p Address, Option<Action>>;

fn nodes(plan: &Plan) -> Nodes<'_> {
    let mut nodes = Nodes::new();
    for change in &plan.changes {
        let affects = &change.affects;
        let affected = affects.connections.iter().chain(&affects.webhooks).chain(&affects.functions).chain(&change.previous_address);
        affected.for_each(|address| {
            nodes.entry(address).or_default();
        });
    }
    nodes.extend(plan.changes.iter().map(|change| (&change.address, Some(change.action))));
    nodes
}

fn links<'p>(plan: &'p Plan, nodes: &Nodes<'p>) -> BTreeSet<(&'p Address, &'static str, &'p Address)> {
    let mut links = BTreeSet::new();
    for change in &plan.changes {
        let wanted = change.after.iter().flat_map(|after| after.links());
        let known = wanted.filter_map(|(to, link)| Some((&change.address, link.words(), *nodes.get_key_value(&to)?.0)));
        links.extend(known.chain(affected(change)));
        links.extend(change.previous_address.iter().map(|previous| (previous, "becomes", &change.address)));
    }
    links
}

/// Who needs an object as it is live.
fn affected(change: &Change) -> impl Iterator<Item = (&Address, &'static str, &Address)> {
    let subject = change.previous_address.as_ref().unwrap_or(&change.address);
    let of = |addresses: &'static str| move |address| (address, addresses, subject);
    let affects = &change.affects;
    let needs = (subject.kind == Kind::Connection).then_some(());
    let by_service = affects.connections.iter().map(of(Link::Service.words()));
    let webhooks = affects.webhooks.iter().filter(move |_| needs.is_some()).map(of(Link::SignedBy.words()));
    let functions = affects.functions.iter().filter(move |_| needs.is_some()).map(of(Link::Named.words()));
    by_service.chain(webhooks).chain(functions)
}

fn draw(nodes: &Nodes<'_>, links: &BTreeSet<(&Address, &str, &Address)>) -> Vec<String> {
    let ids: BTreeMap<&Address, String> = nodes.keys().enumerate().map(|(at, address)| (*address, format!("n{at}"))).collect();
    let mut lines = vec!["flowchart LR".to_owned()];
    for (address, action) in nodes {
        let mut label = mermaid_label(address);
        if let Some(action) = action {
            let _ = write!(label, " {}", word(*action));
        }
        lines.push(format!("  {}[\"{label}\"]:::{}", ids[address], action.map_or("affected", word)));
    }
    lines.extend(links.iter().map(|(from, words, to)| format!("  {} -->|{words}| {}", ids[from], ids[to])));
    let used: BTreeSet<&str> = nodes.values().map(|action| action.map_or("affected", word)).collect();
    lines.extend(COLOURS.iter().filter(|(class, _)| used.contains(class)).map(|(class, colours)| format!("  classDef {class} {colours}")));
    lines
}

/// Also the name of a class, so none that Mermaid keeps for itself.
fn word(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Update => "updated",
        Action::Reconnect => "reconnected",
        Action::Replace => "replaced",
        Action::Move => "renamed",
        Action::Delete => "deleted",
        Action::Adopt => "adopted",
        Action::Forget => "forgotten",
    }
}

const COLOURS: [(&str, &str); 9] = [
    ("created", "fill:#e7f5ec,stroke:#2f6b47,color:#111"),
    ("updated", "fill:#fdf1dc,stroke:#8a5a00,color:#111"),
    ("reconnected", "fill:#fde3cf,stroke:#a3450b,color:#111"),
    ("replaced", "fill:#fde3cf,stroke:#a3450b,color:#111"),
    ("renamed", "fill:#e8eef7,stroke:#35507a,color:#111"),
    ("deleted", "fill:#fbe4e4,stroke:#9b1c1c,color:#111"),
    ("adopted", "fill:#e8eef7,stroke:#35507a,color:#111"),
    ("forgotten", "fill:#f4f4f4,stroke:#555,color:#111"),
    ("affected", "fill:#f4f4f4,stroke:#777,color:#111,stroke-dasharray:4 3"),
];
