//! Programs that once showed a bug, or show something that random ones seldom come to.

use super::op::Op::{
    self, Discard, Flush, Link, PersistLeaf, PersistNode, PersistPlayer, PersistSeat, PersistTag,
    PersistTeam, Remove, Scope, Text, Transaction, Unique, Unlink,
};

const NODE: Op = PersistNode { code: None, parent: None };

pub(crate) fn known() -> Vec<Vec<Op>> {
    let child = || PersistNode { code: None, parent: Some(0) };
    let leaf = |node| PersistLeaf { rank: Some(3), node };
    vec![
        vec![PersistTag { code: 0 }, Text(0, 1), Discard],
        vec![
            Transaction(vec![PersistNode { code: Some(0), parent: None }], true),
            Scope(vec![Unlink(0)], true),
            Text(0, 1),
        ],
        vec![
            Transaction(vec![NODE, NODE, leaf(0)], true),
            Transaction(vec![leaf(2), Unique(22, None)], true),
        ],
        vec![NODE, Flush(None), child(), Transaction(vec![Remove(12)], true), Flush(None)],
        vec![Transaction(vec![PersistTag { code: 0 }, Text(0, 1), Remove(0), Discard], false)],
        vec![
            NODE,
            Flush(None),
            Text(0, 1),
            Scope(vec![Transaction(vec![Remove(0), Flush(None)], false)], true),
        ],
        vec![
            Transaction(vec![NODE, child()], true),
            Link(5, 7),
            Scope(vec![Remove(2), Remove(7), Flush(None)], false),
        ],
        // A stored row is linked to one without a key, and the flush fails between the two.
        vec![NODE, Flush(None), NODE, Link(0, 1), Flush(Some(1)), Text(0, 1), Flush(Some(1)), Flush(None)],
        // Two required unique values change hands, and the flush fails at each row.
        {
            let mut swap = vec![
                PersistTeam { captain: None },
                PersistPlayer { number: 1, team: 0 },
                PersistPlayer { number: 2, team: 0 },
                Flush(None),
                Unique(1, Some(2)),
                Unique(2, Some(1)),
            ];
            swap.extend((0..4).map(|rows| Flush(Some(rows))));
            swap
        },
        // A circle goes in and out in one flush, and a tree out, both failing at each row first.
        {
            let mut circle =
                vec![PersistTeam { captain: None }, PersistPlayer { number: 1, team: 0 }, Link(0, 0)];
            circle.extend((0..4).map(|rows| Flush(Some(rows))));
            circle.extend([Remove(0), Remove(1)]);
            circle.extend((0..4).map(|rows| Flush(Some(rows))));
            circle
        },
        {
            let mut tree = vec![NODE, child(), child(), leaf(3), Flush(None)];
            tree.extend((0..4).map(Remove));
            tree.extend((0..5).map(|rows| Flush(Some(rows))));
            tree
        },
        // A row of a composite key gives way to another of the same key, and the flush fails at each row.
        {
            let seat = || PersistSeat { node: 0, place: 1 };
            let mut again = vec![NODE, seat(), Flush(None), Remove(1), seat()];
            again.extend((0..3).map(|rows| Flush(Some(rows))));
            again
        },
    ]
}
