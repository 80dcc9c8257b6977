//! Graphs as flat arrays, and their strongly connected components in a stable order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// For every node a list of numbers, in compressed sparse rows: two allocations however many nodes.
pub(super) struct Lists {
    starts: Vec<usize>,
    items: Vec<u32>,
}

impl Lists {
    /// Sorts `(node, item)` pairs into a list per node; within a list the pairs' order stays.
    #[expect(clippy::indexing_slicing, reason = "callers pass pairs of nodes below `nodes`")]
    pub(super) fn new(nodes: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0; nodes + 1];
        for (node, _) in pairs.clone() {
            starts[node as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut items = vec![0; starts[nodes]];
        for (node, item) in pairs {
            let place = &mut next[node as usize];
            items[*place] = item;
            *place += 1;
        }
        Self { starts, items }
    }

    /// The list of a node.
    #[expect(clippy::indexing_slicing, reason = "`starts` has an entry for every node and one more")]
    pub(super) fn of(&self, node: u32) -> &[u32] {
        &self.items[self.range(node)]
    }

    /// Where the list of a node stands, for walks that stop and go on.
    #[expect(clippy::indexing_slicing, reason = "`starts` has an entry for every node and one more")]
    pub(super) fn range(&self, node: u32) -> Range<usize> {
        self.starts[node as usize]..self.starts[node as usize + 1]
    }

    /// The item at a place inside a [`range`](Self::range).
    #[expect(clippy::indexing_slicing, reason = "the place comes from `range`")]
    pub(super) fn at(&self, place: usize) -> u32 {
        self.items[place]
    }
}

/// The strongly connected components in topological order; among those that are free to go, the one that holds the
/// lowest rank goes first. The nodes of a component come by rank.
///
/// Components by Tarjan (1972), without recursion so that a chain of any length fits; order by Kahn (1962).
#[expect(clippy::indexing_slicing, reason = "nodes and components are numbered from 0 without gaps")]
pub(super) fn condense(nodes: usize, edges: &[(u32, u32)], rank: &[u32]) -> Vec<Vec<u32>> {
    let component = components(nodes, edges);
    let count = component.iter().map(|&c| c as usize + 1).max().unwrap_or(0);
    let mut members = vec![Vec::new(); count];
    let mut by_rank: Vec<u32> = (0..nodes as u32).collect();
    by_rank.sort_by_key(|&node| rank[node as usize]);
    for node in by_rank {
        members[component[node as usize] as usize].push(node);
    }

    let between =
        edges.iter().map(|&(a, b)| (component[a as usize], component[b as usize])).filter(|(a, b)| a != b);
    let later = Lists::new(count, between.clone());
    let mut waits = vec![0_u32; count];
    for (_, after) in between {
        waits[after as usize] += 1;
    }
    let key = |c: u32, members: &[Vec<u32>]| {
        let first = members[c as usize].first().map_or(0, |&node| rank[node as usize]);
        Reverse((first, c))
    };
    let mut ready: BinaryHeap<_> =
        (0..count as u32).filter(|&c| waits[c as usize] == 0).map(|c| key(c, &members)).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse((_, c))) = ready.pop() {
        for &after in later.of(c) {
            waits[after as usize] -= 1;
            if waits[after as usize] == 0 {
                ready.push(key(after, &members));
            }
        }
        order.push(std::mem::take(&mut members[c as usize]));
    }
    order
}

/// The number of each node's strongly connected component (Tarjan 1972).
#[expect(clippy::indexing_slicing, reason = "nodes are numbered from 0 without gaps")]
fn components(nodes: usize, edges: &[(u32, u32)]) -> Vec<u32> {
    const NEW: u32 = u32::MAX;
    let next = Lists::new(nodes, edges.iter().copied());
    let mut seen = vec![NEW; nodes];
    let mut low = vec![0_u32; nodes];
    let mut component = vec![NEW; nodes];
    let mut open = Vec::new();
    let mut walk: Vec<(u32, usize)> = Vec::new();
    let (mut clock, mut count) = (0, 0);
    for root in 0..nodes as u32 {
        if seen[root as usize] != NEW {
            continue;
        }
        let mut enter = Some(root);
        loop {
            if let Some(node) = enter.take() {
                seen[node as usize] = clock;
                low[node as usize] = clock;
                clock += 1;
                open.push(node);
                walk.push((node, next.range(node).start));
            }
            let Some((node, place)) = walk.last_mut() else { break };
            let node = *node;
            if *place < next.range(node).end {
                let to = next.at(*place);
                *place += 1;
                if seen[to as usize] == NEW {
                    enter = Some(to);
                } else if component[to as usize] == NEW {
                    low[node as usize] = low[node as usize].min(seen[to as usize]);
                }
                continue;
            }
            walk.pop();
            if let Some(&(parent, _)) = walk.last() {
                low[parent as usize] = low[parent as usize].min(low[node as usize]);
            }
            if low[node as usize] == seen[node as usize] {
                while let Some(member) = open.pop() {
                    component[member as usize] = count;
                    if member == node {
                        break;
                    }
                }
                count += 1;
            }
        }
    }
    component
}
