//! Random programs.

use proptest::prelude::*;

/// One step; rows are named by a number that wraps around.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    PersistNode {
        code: Option<i32>,
        parent: Option<usize>,
    },
    PersistLeaf {
        rank: Option<i32>,
        node: usize,
    },
    PersistTag {
        code: i32,
    },
    PersistTeam {
        captain: Option<usize>,
    },
    PersistPlayer {
        number: i32,
        team: usize,
    },
    PersistSeat {
        node: usize,
        place: i32,
    },
    Text(usize, u8),
    Unique(usize, Option<i32>),
    Link(usize, usize),
    Unlink(usize),
    Remove(usize),
    Restore(usize),
    Find(usize),
    Query,
    Refresh(usize),
    /// With the number of rows after which, doubled, the database refuses, or with one more a subscriber.
    Flush(Option<i32>),
    Discard,
    Transaction(Vec<Op>, bool),
    Scope(Vec<Op>, bool),
}

pub(crate) fn programs() -> impl Strategy<Value = Vec<Op>> {
    let number = 0..24_usize;
    let unique = prop_oneof![2 => Just(None), 3 => (0..4_i32).prop_map(Some)];
    let op = prop_oneof![
        4 => (unique.clone(), proptest::option::of(number.clone()))
            .prop_map(|(code, parent)| Op::PersistNode { code, parent }),
        3 => (unique.clone(), number.clone()).prop_map(|(rank, node)| Op::PersistLeaf { rank, node }),
        2 => (0..3_i32).prop_map(|code| Op::PersistTag { code }),
        2 => proptest::option::of(number.clone()).prop_map(|captain| Op::PersistTeam { captain }),
        3 => (0..5_i32, number.clone()).prop_map(|(number, team)| Op::PersistPlayer { number, team }),
        2 => (number.clone(), 0..3_i32).prop_map(|(node, place)| Op::PersistSeat { node, place }),
        5 => (number.clone(), 0..3_u8).prop_map(|(row, text)| Op::Text(row, text)),
        3 => (number.clone(), unique).prop_map(|(row, unique)| Op::Unique(row, unique)),
        6 => (number.clone(), number.clone()).prop_map(|(row, to)| Op::Link(row, to)),
        1 => number.clone().prop_map(Op::Unlink),
        4 => number.clone().prop_map(Op::Remove),
        2 => number.clone().prop_map(Op::Restore),
        2 => number.clone().prop_map(Op::Find),
        1 => Just(Op::Query),
        1 => number.prop_map(Op::Refresh),
        6 => proptest::option::weighted(0.5, 0..12_i32).prop_map(Op::Flush),
        1 => Just(Op::Discard),
    ];
    let nested = op.prop_recursive(3, 48, 8, |op| {
        let ops = proptest::collection::vec(op.clone(), 0..8);
        prop_oneof![
            4 => op,
            1 => (ops.clone(), any::<bool>()).prop_map(|(ops, well)| Op::Transaction(ops, well)),
            1 => (ops, any::<bool>()).prop_map(|(ops, well)| Op::Scope(ops, well)),
        ]
    });
    proptest::collection::vec(nested, 1..24)
}
