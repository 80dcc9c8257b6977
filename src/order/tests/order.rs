//! What goes first, and what goes together.

use super::schema::{Table, schema};
use crate::entity::{ColumnSet, EntityMeta};
use crate::order::{Work, WriteId, WriteKind};

fn library() -> [&'static EntityMeta; 2] {
    schema([Table::generated("Author").column("name"), Table::generated("Book").needs("author", 0)])
}

fn tree(table: Table) -> &'static EntityMeta {
    schema([table.may_have("parent", 0)])[0]
}

#[test]
fn children_persisted_before_their_parents_are_inserted_after_them() {
    let [author, book] = library();
    let mut work = Work::default();
    let needle = work.insert(book);
    let arya = work.insert(author);
    work.refers(needle, 0, arya);
    work.gives_plan(&["INSERT Author (name) [1]", "INSERT Book (author) [0]"]);
}

#[test]
fn a_graph_of_thousands_of_rows_takes_one_step_a_type() {
    let [author, book] = library();
    let mut work = Work::default();
    for _ in 0..1000 {
        let books: Vec<WriteId> = (0..10).map(|_| work.insert(book)).collect();
        let author = work.insert(author);
        books.into_iter().for_each(|book| work.refers(book, 0, author));
    }
    let plan = work.plan();
    let sizes: Vec<_> = plan.steps().iter().map(|s| (s.entity.name, s.rows.len())).collect();
    assert_eq!(sizes, [("Author", 1000), ("Book", 10_000)]);
}

#[test]
fn rows_that_nothing_constrains_are_inserted_in_registration_order() {
    let [b, a] = schema([Table::keyed("B"), Table::keyed("A")]);
    let mut work = Work::default();
    for entity in [b, a, b, a] {
        work.insert(entity);
    }
    work.gives_plan(&["INSERT B (id) [0, 2]", "INSERT A (id) [1, 3]"]);
}

#[test]
fn updates_of_unrelated_entities_go_by_name_whatever_came_first() {
    let [b, a] = schema([Table::keyed("B").column("x"), Table::keyed("A").column("x")]);
    let mut work = Work::default();
    for entity in [b, a] {
        work.update(entity, &[1]);
    }
    work.gives_plan(&["UPDATE A (x) [1]", "UPDATE B (x) [0]"]);
}

#[test]
fn rows_are_updated_before_others_are_inserted_that_can_refer_to_them() {
    let [author, book, tag] = schema([
        Table::generated("Author").column("books"),
        Table::generated("Book").needs("author", 0),
        Table::keyed("Tag").column("color"),
    ]);
    let mut work = Work::default();
    work.insert(book);
    work.update(tag, &[1]);
    work.update(book, &[1]);
    work.gives_plan(&["INSERT Book (author) [0]", "UPDATE Book (author) [2]", "UPDATE Tag (color) [1]"]);
    work.update(author, &[1]);
    work.gives_plan(&[
        "UPDATE Author (books) [3]",
        "UPDATE Book (author) [2]",
        "UPDATE Tag (color) [1]",
        "INSERT Book (author) [0]",
    ]);
}

#[test]
fn a_row_that_comes_to_refer_to_a_new_one_is_updated_after_it_all_the_same() {
    let [team, player] = schema([
        Table::generated("Team").may_have("captain", 1),
        Table::generated("Player").needs("team", 0),
    ]);
    let mut work = Work::default();
    let captain = work.insert(player);
    let wolves = work.update(team, &[1]);
    work.refers(captain, 0, wolves);
    work.refers(wolves, 0, captain);
    work.gives_plan(&["INSERT Player (team) [0]", "UPDATE Team (captain) [1]"]);
}

#[test]
fn ties_go_by_kind_and_by_the_schema_even_where_no_row_refers_to_another() {
    let [author, book] = library();
    let mut work = Work::default();
    work.delete(author);
    work.delete(book);
    work.update(book, &[1]);
    work.insert(book);
    work.insert(author);
    work.add(book, WriteKind::Expect, ColumnSet::EMPTY);
    work.add(author, WriteKind::Expect, ColumnSet::EMPTY);
    work.gives_plan(&[
        "EXPECT Author [6]",
        "EXPECT Book [5]",
        "INSERT Author (name) [4]",
        "INSERT Book (author) [3]",
        "UPDATE Book (author) [2]",
        "DELETE Book [1]",
        "DELETE Author [0]",
    ]);
}

#[test]
fn rows_that_write_different_columns_do_not_share_a_step() {
    let [a] = schema([Table::keyed("A").column("x").column("y")]);
    let mut work = Work::default();
    for columns in [&[1], &[2], &[1]] {
        work.update(a, columns);
    }
    work.gives_plan(&["UPDATE A (x) [0, 2]", "UPDATE A (y) [1]"]);
}

#[test]
fn a_shuffled_tree_is_inserted_level_by_level() {
    let node = tree(Table::generated("Node"));
    let mut work = Work::default();
    let rows: Vec<WriteId> = (0..7).map(|_| work.insert(node)).collect();
    // 3 is the root; 0 and 5 below it; 2, 4 below 0; 1, 6 below 5.
    for (child, parent) in [(0, 3), (5, 3), (2, 0), (4, 0), (1, 5), (6, 5)] {
        work.refers(rows[child], 0, rows[parent]);
    }
    work.gives_plan(&[
        "INSERT Node (parent) [3]",
        "INSERT Node (parent) [0, 5]",
        "INSERT Node (parent) [1, 2, 4, 6]",
    ]);
}

#[test]
fn a_tree_is_deleted_leaves_first() {
    let node = tree(Table::generated("Node"));
    let mut work = Work::default();
    let rows: Vec<WriteId> = (0..4).map(|_| work.delete(node)).collect();
    for (child, parent) in [(0, 3), (1, 0), (2, 0)] {
        work.referred(rows[child], 0, rows[parent]);
    }
    work.gives_plan(&["DELETE Node [1, 2]", "DELETE Node [0]", "DELETE Node [3]"]);
}

#[test]
fn a_chain_of_a_hundred_thousand_rows_fits_the_stack() {
    let node = tree(Table::generated("Node"));
    let mut work = Work::default();
    let rows: Vec<WriteId> = (0..100_000).map(|_| work.insert(node)).collect();
    for pair in rows.windows(2) {
        work.refers(pair[0], 0, pair[1]);
    }
    let plan = work.plan();
    assert_eq!(plan.steps().len(), rows.len());
    assert_eq!(plan.steps()[0].rows, [rows[99_999]]);
}

/// Ten times the rows take about ten times as long; what a machine does besides may make it more, what is quadratic makes
/// it a hundred times.
#[test]
fn a_hundred_thousand_linked_rows_take_ten_times_as_long_as_ten_thousand() {
    let [author, book] = library();
    let planned = |rows: usize| {
        let mut work = Work::default();
        for _ in 0..rows / 10 {
            let author = work.insert(author);
            for _ in 1..10 {
                let book = work.insert(book);
                work.refers(book, 0, author);
            }
        }
        let start = cpu_time::ThreadTime::now();
        assert_eq!(work.plan().steps().len(), 2);
        start.elapsed()
    };
    let fastest = |rows| (0..5).map(|_| planned(rows)).min().unwrap();
    let (few, many) = (fastest(10_000), fastest(100_000));
    assert!(many < few * 35, "{few:?} for 10,000, {many:?} for 100,000");
}

#[test]
fn a_child_moves_from_a_removed_parent_to_a_new_one_between_the_two() {
    let [author, book] = library();
    let mut work = Work::default();
    let (old, child, new) = (work.delete(author), work.update(book, &[1]), work.insert(author));
    work.referred(child, 0, old);
    work.refers(child, 0, new);
    work.gives_plan(&["INSERT Author (name) [2]", "UPDATE Book (author) [1]", "DELETE Author [0]"]);
}

#[test]
fn link_rows_are_inserted_after_both_ends_and_deleted_before_both() {
    let tables = || {
        let link = Table::keyed("Tagging").needs("post", 1).needs("tag", 2).key(&[1, 2]);
        schema([link, Table::generated("Post"), Table::generated("Tag")])
    };
    let [link, post, tag] = tables();
    let mut work = Work::default();
    let rows = [link, post, tag].map(|entity| work.insert(entity));
    work.refers(rows[0], 0, rows[1]);
    work.refers(rows[0], 1, rows[2]);
    work.gives_plan(&["INSERT Post [1]", "INSERT Tag [2]", "INSERT Tagging (id, post, tag) [0]"]);

    let mut work = Work::default();
    let rows = [post, tag, link].map(|entity| work.delete(entity));
    work.referred(rows[2], 0, rows[0]);
    work.referred(rows[2], 1, rows[1]);
    work.gives_plan(&["DELETE Tagging [2]", "DELETE Post [0]", "DELETE Tag [1]"]);
}

#[test]
fn an_author_and_its_books_are_removed_books_first_in_any_order() {
    let [author, book] = library();
    for author_first in [true, false] {
        let mut work = Work::default();
        let order = if author_first { [author, book, book] } else { [book, book, author] };
        let rows = order.map(|entity| work.delete(entity));
        let (parent, children) = if author_first { (0, [1, 2]) } else { (2, [0, 1]) };
        for child in children {
            work.referred(rows[child], 0, rows[parent]);
        }
        work.gives_plan(&[&format!("DELETE Book {children:?}"), &format!("DELETE Author [{parent}]")]);
    }
}

#[test]
fn a_deferred_constraint_orders_nothing() {
    let [node] = schema([Table::keyed("Node").needs("parent", 0).deferred()]);
    let mut work = Work { defers_references: true, ..Work::default() };
    let rows = [0, 1].map(|_| work.insert(node));
    let gone = [0, 1].map(|_| work.delete(node));
    work.refers(rows[0], 0, rows[1]);
    work.refers(rows[1], 0, rows[0]);
    work.referred(gone[0], 0, gone[1]);
    work.gives_plan(&["INSERT Node (id, parent) [0, 1]", "DELETE Node [2, 3]"]);
    work.defers_references = false;
    work.references.remove(1);
    work.gives_plan(&[
        "INSERT Node (id, parent) [1]",
        "INSERT Node (id, parent) [0]",
        "DELETE Node [2]",
        "DELETE Node [3]",
    ]);
}

#[test]
fn a_deferred_constraint_on_a_generated_key_still_waits_for_the_key() {
    let [node] = schema([Table::generated("Node").needs("parent", 0).deferred()]);
    let mut work = Work { defers_references: true, ..Work::default() };
    let rows = [0, 1].map(|_| work.insert(node));
    work.refers(rows[0], 0, rows[1]);
    work.gives_plan(&["INSERT Node (parent) [1]", "INSERT Node (parent) [0]"]);
}

#[test]
fn tables_in_a_circle_are_batched_by_rows_where_the_rows_are_not() {
    let [team, player] = schema([
        Table::generated("Team").may_have("captain", 1),
        Table::generated("Player").needs("team", 0),
    ]);
    let mut work = Work::default();
    let teams: Vec<_> = (0..4).map(|_| work.insert(team)).collect();
    let players: Vec<_> = (0..4).map(|_| work.insert(player)).collect();
    for (player, team) in players.iter().zip(&teams) {
        work.refers(*player, 0, *team);
    }
    // Team 3 is led by a player of team 0: no cycle, but Team before Player before Team.
    work.refers(teams[3], 0, players[0]);
    work.gives_plan(&[
        "INSERT Team (captain) [0, 1, 2]",
        "INSERT Player (team) [4, 5, 6]",
        "INSERT Team (captain) [3]",
        "INSERT Player (team) [7]",
    ]);
}

#[test]
fn the_class_with_more_rows_free_goes_first_so_that_the_other_waits_for_fewer_steps() {
    let [team, player] = schema([
        Table::generated("Team").may_have("captain", 1),
        Table::generated("Player").may_have("team", 0),
    ]);
    let mut work = Work::default();
    let teams = [0; 3].map(|_| work.insert(team));
    let players = [0; 3].map(|_| work.insert(player));
    work.refers(teams[1], 0, players[0]);
    work.refers(teams[2], 0, players[1]);
    work.refers(players[2], 0, teams[1]);
    work.gives_plan(&[
        "INSERT Player (team) [3, 4]",
        "INSERT Team (captain) [0, 1, 2]",
        "INSERT Player (team) [5]",
    ]);
}

#[test]
fn a_tree_that_hangs_on_another_tree_starts_when_that_is_complete() {
    let [folder, file] = schema([
        Table::generated("Folder").may_have("parent", 0),
        Table::generated("File").needs("folder", 0).may_have("origin", 1),
    ]);
    let mut work = Work::default();
    let folders = [0; 2].map(|_| work.insert(folder));
    let files = [0; 2].map(|_| work.insert(file));
    work.refers(folders[0], 0, folders[1]);
    work.refers(files[0], 0, folders[0]);
    work.refers(files[1], 0, folders[0]);
    work.refers(files[0], 1, files[1]);
    work.gives_plan(&[
        "INSERT Folder (parent) [1]",
        "INSERT Folder (parent) [0]",
        "INSERT File (folder, origin) [3]",
        "INSERT File (folder, origin) [2]",
    ]);
}

#[test]
fn a_key_that_is_made_of_a_generated_one_has_to_exist_where_the_constraint_is_deferred_too() {
    let [hall, stall, claim] = schema([
        Table::generated("Hall"),
        Table::keyed("Stall").needs("hall", 0).key(&[1, 0]),
        Table::keyed("Claim").column("hall").column("number").relation("stall", &[1, 2], 1).deferred(),
    ]);
    let mut work = Work { defers_references: true, ..Work::default() };
    let (claim, stall, hall) = (work.insert(claim), work.insert(stall), work.insert(hall));
    work.refers(claim, 0, stall);
    work.refers(stall, 0, hall);
    work.gives_plan(&[
        "INSERT Hall [2]",
        "INSERT Stall (id, hall) [1]",
        "INSERT Claim (id, hall, number) [0]",
    ]);
}
