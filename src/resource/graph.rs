//! Who refers to whom: the graph of a project or of what is live.

use super::{Address, Kind, Resource};
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::collections::{BTreeMap, BTreeSet};

/// Why one resource needs another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// A connection is of a service.
    Service,
    /// A webhook is signed by a connection.
    SignedBy,
    /// A function's script names a connection.
    Named,
    /// `depends_on` says so.
    DependsOn,
}

impl Link {
    /// The words between the two ends: `webhooks.x` *is signed by* `connections.y`.
    pub fn words(self) -> &'static str {
        match self {
            Link::Service => "is of",
            Link::SignedBy => "is signed by",
            Link::Named => "names",
            Link::DependsOn => "depends on",
        }
    }
}

impl Resource {
    /// What this resource refers to and why. A connection's service is listed whether custom or default.
    pub fn links(&self) -> Vec<(Address, Link)> {
        let mut links: Vec<(Address, Link)> = match self {
            Resource::Service(_) => Vec::new(),
            Resource::Connection(connection) => {
                vec![(Address { kind: Kind::Service, name: connection.service.clone() }, Link::Service)]
            }
            Resource::Webhook(webhook) => webhook
                .connection()
                .map(|name| (Address { kind: Kind::Connection, name: name.clone() }, Link::SignedBy))
                .into_iter()
                .collect(),
            Resource::Function(function) => {
                function.connections.iter().map(|name| (Address { kind: Kind::Connection, name: name.clone() }, Link::Named)).collect()
            }
        };
        links.extend(self.depends_on().iter().map(|address| (address.clone(), Link::DependsOn)));
        links
    }
}

/// The resources of one world and the links among them. Links to something outside (a default service) are left out.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    graph: DiGraph<Address, Link>,
    nodes: BTreeMap<Address, NodeIndex>,
}

impl Graph {
    pub fn of<'a>(resources: impl IntoIterator<Item = (&'a Address, &'a Resource)> + Clone) -> Self {
        let mut graph = DiGraph::new();
        let nodes: BTreeMap<Address, NodeIndex> =
            resources.clone().into_iter().map(|(address, _)| (address.clone(), graph.add_node(address.clone()))).collect();
        for (address, resource) in resources {
            for (target, link) in resource.links() {
                if let Some(to) = nodes.get(&target) {
                    graph.add_edge(nodes[address], *to, link);
                }
            }
        }
        Graph { graph, nodes }
    }

    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.nodes.keys()
    }

    pub fn contains(&self, address: &Address) -> bool {
        self.nodes.contains_key(address)
    }

    /// All links as (from, why, to), in order.
    pub fn links(&self) -> BTreeSet<(&Address, Link, &Address)> {
        self.graph.edge_references().map(|edge| (&self.graph[edge.source()], *edge.weight(), &self.graph[edge.target()])).collect()
    }

    /// What `address` refers to directly.
    pub fn uses(&self, address: &Address) -> BTreeSet<(&Address, Link)> {
        self.beside(address, Direction::Outgoing)
    }

    /// What refers to `address` directly.
    pub fn used_by(&self, address: &Address) -> BTreeSet<(&Address, Link)> {
        self.beside(address, Direction::Incoming)
    }

    fn beside(&self, address: &Address, direction: Direction) -> BTreeSet<(&Address, Link)> {
        let Some(node) = self.nodes.get(address) else { return BTreeSet::new() };
        self.graph
            .edges_directed(*node, direction)
            .map(|edge| {
                let other = if direction == Direction::Outgoing { edge.target() } else { edge.source() };
                (&self.graph[other], *edge.weight())
            })
            .collect()
    }

    /// `address` with everything it needs (`Outgoing`) or everything that needs it (`Incoming`), however far.
    pub fn reach(&self, address: &Address, direction: Direction) -> BTreeSet<Address> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<NodeIndex> = self.nodes.get(address).copied().into_iter().collect();
        while let Some(node) = open.pop() {
            if seen.insert(self.graph[node].clone()) {
                open.extend(self.graph.neighbors_directed(node, direction));
            }
        }
        seen
    }

    /// Groups of resources that depend on each other in a circle, each as one circle in order of its links.
    pub fn cycles(&self) -> Vec<Vec<Address>> {
        // Not tarjan_scc: it recurses, and a long chain in a file would overflow the stack.
        let mut cycles: Vec<Vec<Address>> = petgraph::algo::kosaraju_scc(&self.graph)
            .into_iter()
            .filter(|group| group.len() > 1 || self.graph.contains_edge(group[0], group[0]))
            .map(|group| self.shortest_circle(&group))
            .collect();
        cycles.sort();
        cycles
    }

    /// A shortest circle through the least address of a strongly connected group.
    fn shortest_circle(&self, group: &[NodeIndex]) -> Vec<Address> {
        let members: BTreeSet<NodeIndex> = group.iter().copied().collect();
        let start = *group.iter().min_by_key(|node| &self.graph[**node]).expect("a strongly connected group has members");
        let mut came_from: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            let mut next: Vec<NodeIndex> = self.graph.neighbors(node).filter(|next| members.contains(next)).collect();
            next.sort_by_key(|node| &self.graph[*node]);
            for next in next {
                if next == start {
                    let mut circle = vec![self.graph[node].clone()];
                    let mut back = node;
                    while let Some(previous) = came_from.get(&back) {
                        circle.push(self.graph[*previous].clone());
                        back = *previous;
                    }
                    circle.reverse();
                    return circle;
                }
                if !came_from.contains_key(&next) && next != start {
                    came_from.insert(next, node);
                    queue.push_back(next);
                }
            }
        }
        unreachable!("every member of a strongly connected group reaches the start again")
    }
}
