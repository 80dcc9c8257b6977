//! Rows that wait for each other.

use super::schema::{Table, schema};
use crate::entity::EntityMeta;
use crate::order::{Action, Work, WriteId};

/// A.b is nullable, B.a is required.
fn pair() -> [&'static EntityMeta; 2] {
    schema([Table::generated("A").may_have("b", 1), Table::generated("B").needs("a", 0)])
}

#[test]
fn a_nullable_foreign_key_in_a_cycle_is_inserted_as_null_and_completed() {
    let [a, b] = pair();
    for a_first in [true, false] {
        let mut work = Work::default();
        let (a, b) = if a_first {
            (work.insert(a), work.insert(b))
        } else {
            let b = work.insert(b);
            (work.insert(a), b)
        };
        work.refers(a, 0, b);
        work.refers(b, 0, a);
        work.gives_plan(&[
            &format!("INSERT A (b = NULL) [{}]", a.0),
            &format!("INSERT B (a) [{}]", b.0),
            &format!("COMPLETE A (b) [{}]", a.0),
        ]);
    }
}

#[test]
fn a_removed_cycle_releases_its_nullable_foreign_key_first() {
    let [a, b] = pair();
    let mut work = Work::default();
    let (a, b) = (work.delete(a), work.delete(b));
    work.referred(a, 0, b);
    work.referred(b, 0, a);
    work.gives_plan(&["RELEASE A (b = NULL) [0]", "DELETE B [1]", "DELETE A [0]"]);
}

#[test]
fn a_cycle_splits_only_the_rows_in_it() {
    let [a, b] = pair();
    let mut work = Work::default();
    let rows: Vec<WriteId> = (0..5).map(|_| work.insert(a)).collect();
    let others: Vec<WriteId> = (0..5).map(|_| work.insert(b)).collect();
    for (row, other) in rows.iter().zip(&others) {
        work.refers(*other, 0, *row);
    }
    work.refers(rows[2], 0, others[2]);
    work.gives_plan(&[
        "INSERT A (b) [0, 1, 3, 4]",
        "INSERT A (b = NULL) [2]",
        "INSERT B (a) [5, 6, 7, 8, 9]",
        "COMPLETE A (b) [2]",
    ]);
}

#[test]
fn many_cycles_of_one_shape_are_broken_alike() {
    let [a, b] = schema([Table::generated("A").may_have("b", 1), Table::generated("B").may_have("a", 0)]);
    let mut work = Work::default();
    for number in 0..100 {
        let (a, b) = if number % 3 == 0 {
            (work.insert(a), work.insert(b))
        } else {
            let b = work.insert(b);
            (work.insert(a), b)
        };
        work.refers(a, 0, b);
        work.refers(b, 0, a);
    }
    assert_eq!(work.plan().steps().len(), 3);
}

#[test]
fn a_cycle_of_required_foreign_keys_is_an_error_that_names_them_and_nothing_else() {
    let [husband, wife, guest] = schema([
        Table::generated("Husband").needs("wife", 1),
        Table::generated("Wife").needs("husband", 0),
        Table::generated("Guest").needs("host", 0),
    ]);
    let mut work = Work::default();
    let (guest, husband_row, wife_row) = (work.insert(guest), work.insert(husband), work.insert(wife));
    work.refers(guest, 0, husband_row);
    work.refers(husband_row, 0, wife_row);
    work.refers(wife_row, 0, husband_row);
    let expected = "rows wait for each other: Husband.wife -> Wife.husband -> Husband";
    assert_eq!(work.cycle().to_string(), expected);

    let mut work = Work::default();
    let (husband, wife) = (work.delete(husband), work.delete(wife));
    work.referred(husband, 0, wife);
    work.referred(wife, 0, husband);
    assert_eq!(work.cycle().to_string(), expected);
}

#[test]
fn the_shortest_cycle_is_reported() {
    let [node] = schema([Table::generated("Node").needs("next", 0).needs("other", 0)]);
    let mut work = Work::default();
    let rows: Vec<WriteId> = (0..10).map(|_| work.insert(node)).collect();
    for place in 0..10 {
        work.refers(rows[place], 0, rows[(place + 1) % 10]);
    }
    work.refers(rows[7], 1, rows[5]);
    let path: Vec<u32> = work.cycle().path.iter().map(|link| link.row.0).collect();
    assert_eq!(path, [5, 6, 7]);
}

#[test]
fn a_row_that_refers_to_itself_is_inserted_and_completed_where_its_key_is_generated() {
    let [node] = schema([Table::generated("Node").may_have("parent", 0)]);
    let mut work = Work::default();
    let row = work.insert(node);
    work.refers(row, 0, row);
    work.gives_plan(&["INSERT Node (parent = NULL) [0]", "COMPLETE Node (parent) [0]"]);
}

#[test]
fn a_row_that_refers_to_itself_by_a_key_of_the_client_is_one_insert() {
    for table in [Table::keyed("Node").may_have("parent", 0), Table::keyed("Node").needs("parent", 0)] {
        let [node] = schema([table]);
        let mut work = Work::default();
        let row = work.insert(node);
        work.refers(row, 0, row);
        work.gives_plan(&["INSERT Node (id, parent) [0]"]);
    }
}

#[test]
fn a_row_that_has_to_refer_to_its_own_generated_key_is_an_error() {
    let [node] = schema([Table::generated("Node").needs("parent", 0)]);
    let mut work = Work::default();
    let row = work.insert(node);
    work.refers(row, 0, row);
    assert_eq!(work.cycle().to_string(), "rows wait for each other: Node.parent -> Node");
}

#[test]
fn a_row_that_refers_to_itself_is_one_delete() {
    let [node] = schema([Table::generated("Node").needs("parent", 0)]);
    let mut work = Work::default();
    let row = work.delete(node);
    work.referred(row, 0, row);
    work.gives_plan(&["DELETE Node [0]"]);
}

#[test]
fn a_row_that_holds_itself_lets_go_before_its_delete_where_it_can() {
    let [node] = schema([Table::generated("Node").may_have("parent", 0)]);
    let mut work = Work { holds_itself: true, ..Work::default() };
    let row = work.delete(node);
    work.referred(row, 0, row);
    work.gives_plan(&["RELEASE Node (parent = NULL) [0]", "DELETE Node [0]"]);

    let [node] = schema([Table::generated("Node").needs("parent", 0)]);
    let mut work = Work { holds_itself: true, ..Work::default() };
    let row = work.delete(node);
    work.referred(row, 0, row);
    assert_eq!(work.cycle().to_string(), "rows wait for each other: Node.parent -> Node");
}

#[test]
fn a_foreign_key_inside_the_key_is_never_postponed() {
    let [a, b] = schema([
        Table::keyed("A").nullable("b").relation("b", &[1], 1).key(&[0, 1]),
        Table::keyed("B").needs("a", 0),
    ]);
    let mut work = Work::default();
    let (a, b) = (work.insert(a), work.insert(b));
    work.refers(a, 0, b);
    work.refers(b, 0, a);
    assert_eq!(work.cycle().to_string(), "rows wait for each other: A.b -> B.a -> A");
}

#[test]
fn a_relation_that_shares_a_postponed_column_is_completed_with_it() {
    // Columns: 1 tenant (shared), 2 first, 3 second.
    let document = Table::keyed("Document").nullable("tenant").nullable("first").nullable("second");
    let [document, page] = schema([
        document.relation("first", &[1, 2], 1).relation("second", &[1, 3], 1),
        Table::keyed("Page").column("tenant").needs("document", 0).key(&[1, 0]),
    ]);
    let mut work = Work::default();
    let (doc, one, two) = (work.insert(document), work.insert(page), work.insert(page));
    work.refers(one, 0, doc);
    work.refers(two, 0, doc);
    work.refers(doc, 0, one);
    work.refers(doc, 1, two);
    // The tenant is NULL from the first cycle on, so the second relation does not count either.
    work.gives_plan(&[
        "INSERT Document (id, tenant = NULL, first = NULL, second) [0]",
        "INSERT Page (id, tenant, document) [1, 2]",
        "COMPLETE Document (tenant, first) [0]",
    ]);
}

#[test]
fn a_generated_part_of_a_shared_foreign_key_still_has_to_wait() {
    let document = Table::keyed("Document").nullable("tenant").nullable("first").nullable("second");
    let page = Table::generated("Page").column("tenant").needs("document", 0).key(&[1, 0]);
    let [document, page] =
        schema([document.relation("first", &[1, 2], 1).relation("second", &[1, 3], 1), page]);
    let mut work = Work::default();
    let (doc, one, two) = (work.insert(document), work.insert(page), work.insert(page));
    work.refers(one, 0, doc);
    work.refers(two, 0, doc);
    work.refers(doc, 0, one);
    work.refers(doc, 1, two);
    work.gives_plan(&[
        "INSERT Document (id, tenant = NULL, first = NULL, second = NULL) [0]",
        "INSERT Page (tenant, document) [1, 2]",
        "COMPLETE Document (tenant, first, second) [0]",
    ]);
}

#[test]
fn an_update_in_a_cycle_is_split_too() {
    // The changed item waits for the node it comes to refer to, that for its item, and that for the code freed.
    let [node, item] = schema([
        Table::keyed("Node").needs("item", 1).unique(&[1]),
        Table::keyed("Item").may_have("node", 0).column("code").unique(&[2]),
    ]);
    let mut work = Work::default();
    let (changed, new) = (work.update(item, &[1, 2]), work.insert(node));
    let other = work.insert(item);
    work.refers(changed, 0, new);
    work.refers(new, 0, other);
    work.takes(other, Some(0), 1);
    work.gives(changed, Some(0), 1);
    work.gives_plan(&[
        "UPDATE Item (node = NULL, code) [0]",
        "INSERT Item (id, node, code) [2]",
        "INSERT Node (id, item) [1]",
        "COMPLETE Item (node) [0]",
    ]);
}

#[test]
fn a_list_linked_both_ways_completes_each_row_once() {
    let [node] = schema([Table::generated("Node").may_have("next", 0).may_have("previous", 0)]);
    let mut work = Work::default();
    let rows: Vec<WriteId> = (0..20_000).map(|_| work.insert(node)).collect();
    for pair in rows.windows(2) {
        work.refers(pair[0], 0, pair[1]);
        work.refers(pair[1], 1, pair[0]);
    }
    let plan = work.plan();
    let written: usize = plan.steps().iter().map(|step| step.rows.len()).sum();
    assert_eq!(written, 2 * rows.len() - 1);
}

#[test]
fn a_row_is_completed_after_its_insert_even_where_that_waits_for_a_delete() {
    let [w, t, u, v] = schema([
        Table::generated("W").may_have("t", 1).needs("v", 3).column("code").unique(&[3]),
        Table::generated("T").needs("u", 2),
        Table::generated("U").may_have("w", 0),
        Table::generated("V").needs("u", 2),
    ]);
    let mut work = Work::default();
    let [row, t, u, v] = [w, t, u, v].map(|entity| work.insert(entity));
    let old = work.delete(w);
    work.gives(old, Some(0), 1);
    work.takes(row, Some(0), 1);
    // W.t is postponed for the way W, T, U, W; then U.w for W, V, U, W, and T waits for W no more.
    for (from, relation, to) in [(row, 0, t), (row, 1, v), (t, 0, u), (u, 0, row), (v, 0, u)] {
        work.refers(from, relation, to);
    }
    let plan = work.plan();
    let step_of = |action| plan.steps().iter().position(|s| s.action == action && s.rows == [row]);
    assert!(step_of(Action::Insert) < step_of(Action::Complete), "{plan}");
}

#[test]
fn the_path_of_a_cycle_starts_at_the_row_that_comes_first_in_the_work() {
    let [node] = schema([Table::generated("Node").needs("next", 0)]);
    let mut work = Work::default();
    let rows = [0; 3].map(|_| work.insert(node));
    for (from, to) in [(0, 2), (2, 1), (1, 2)] {
        work.refers(rows[from], 0, rows[to]);
    }
    let path: Vec<u32> = work.cycle().path.iter().map(|link| link.row.0).collect();
    assert_eq!(path, [1, 2]);
}
