//! Unique values that change hands.

use super::schema::{Table, schema};
use crate::entity::EntityMeta;
use crate::order::Work;

/// Columns: 1 `slug`, 2 `shelf`, 3 `position`. Sets: 0 slug, 1 shelf and position.
fn page(slug_nullable: bool) -> &'static EntityMeta {
    let table = Table::keyed("Page");
    let table = if slug_nullable { table.nullable("slug") } else { table.column("slug") };
    schema([table.column("shelf").column("position").unique(&[1]).unique(&[2, 3])])[0]
}

#[test]
fn a_removed_row_goes_before_a_new_one_of_the_same_key() {
    let page = page(false);
    let mut work = Work::default();
    let (new, old) = (work.insert(page), work.delete(page));
    work.takes(new, None, 7);
    work.gives(old, None, 7);
    work.gives_plan(&["DELETE Page [1]", "INSERT Page (id, slug, shelf, position) [0]"]);
}

#[test]
fn a_removed_row_goes_before_a_new_one_of_the_same_unique_value() {
    for set in [0, 1] {
        let page = page(false);
        let mut work = Work::default();
        let (new, old) = (work.insert(page), work.delete(page));
        work.takes(new, Some(set), 7);
        work.gives(old, Some(set), 7);
        work.gives_plan(&["DELETE Page [1]", "INSERT Page (id, slug, shelf, position) [0]"]);
    }
}

#[test]
fn a_value_freed_by_an_update_is_taken_after_it() {
    let page = page(true);
    let mut work = Work::default();
    let (new, changed) = (work.insert(page), work.update(page, &[1]));
    work.takes(new, Some(0), 7);
    work.gives(changed, Some(0), 7);
    work.gives_plan(&["UPDATE Page (slug) [1]", "INSERT Page (id, slug, shelf, position) [0]"]);
}

#[test]
fn equal_numbers_of_other_sets_and_other_entities_are_not_equal_values() {
    let [a, b] = schema([
        Table::keyed("A").column("x").column("y").unique(&[1]).unique(&[2]),
        Table::keyed("B").column("x").unique(&[1]),
    ]);
    let mut work = Work::default();
    let (new, other) = (work.insert(a), work.insert(b));
    let (old, changed) = (work.delete(a), work.update(a, &[2]));
    work.takes(new, Some(0), 7);
    work.takes(other, Some(0), 7);
    work.gives(changed, Some(1), 7);
    work.gives(old, None, 7);
    work.gives_plan(&["INSERT A (id, x, y) [0]", "INSERT B (id, x) [1]", "UPDATE A (y) [3]", "DELETE A [2]"]);
}

#[test]
fn a_row_does_not_wait_for_itself_to_free_a_value() {
    let page = page(false);
    let mut work = Work::default();
    let row = work.update(page, &[1]);
    work.gives(row, Some(0), 7);
    work.takes(row, Some(0), 7);
    work.gives_plan(&["UPDATE Page (slug) [0]"]);
}

fn rotate(work: &mut Work, page: &'static EntityMeta, set: usize, columns: &[usize], rows: u32) {
    let ids: Vec<_> = (0..rows).map(|_| work.update(page, columns)).collect();
    for (value, &id) in ids.iter().enumerate() {
        work.gives(id, Some(set), value as u32);
        work.takes(id, Some(set), (value as u32 + 1) % rows);
    }
}

#[test]
fn two_rows_swap_a_nullable_value_by_way_of_null() {
    let mut work = Work::default();
    rotate(&mut work, page(true), 0, &[1], 2);
    work.gives_plan(&["RELEASE Page (slug = NULL) [0]", "UPDATE Page (slug) [1]", "UPDATE Page (slug) [0]"]);
}

#[test]
fn two_rows_swap_a_value_that_cannot_be_null_by_way_of_a_parking_place() {
    let mut work = Work::default();
    rotate(&mut work, page(false), 0, &[1], 2);
    work.gives_plan(&["PARK Page (slug) [0]", "UPDATE Page (slug) [1]", "UPDATE Page (slug) [0]"]);
}

#[test]
fn three_rows_rotate_a_composite_value_and_only_columns_that_change_are_parked() {
    let mut work = Work::default();
    rotate(&mut work, page(false), 1, &[3], 3);
    work.gives_plan(&[
        "PARK Page (position) [0]",
        "UPDATE Page (position) [2]",
        "UPDATE Page (position) [1]",
        "UPDATE Page (position) [0]",
    ]);
}

#[test]
fn many_swaps_share_their_steps() {
    let page = page(true);
    let mut work = Work::default();
    for pair in 0..100 {
        let rows = [0, 1].map(|_| work.update(page, &[1]));
        for (from, to) in [(0, 1), (1, 0)] {
            work.gives(rows[from], Some(0), pair * 2 + from as u32);
            work.takes(rows[from], Some(0), pair * 2 + to as u32);
        }
    }
    let steps = work.plan().steps().len();
    assert_eq!(steps, 3);
}

#[test]
fn swapped_ends_of_a_link_cannot_be_parked_for_no_row_would_match() {
    let [link, _] = schema([Table::keyed("Seat").needs("guest", 1).unique(&[1]), Table::keyed("Guest")]);
    let mut work = Work::default();
    rotate(&mut work, link, 0, &[1], 2);
    assert_eq!(work.cycle().to_string(), "rows wait for each other: Seat.guest -> Seat.guest -> Seat");
}

/// A parent is replaced by one of the same code, and its child moves over.
fn replace(code_nullable: bool, child: impl Fn(Table) -> Table) -> Work {
    let parent = Table::generated("Parent");
    let parent = if code_nullable { parent.nullable("code") } else { parent.column("code") };
    let [parent, child] = schema([parent.unique(&[1]), child(Table::generated("Child"))]);
    let mut work = Work::default();
    let (old, new, moved) = (work.delete(parent), work.insert(parent), work.update(child, &[1]));
    work.gives(old, Some(0), 1);
    work.takes(new, Some(0), 1);
    work.referred(moved, 0, old);
    work.refers(moved, 0, new);
    work
}

#[test]
fn a_parent_replaced_by_one_of_the_same_unique_value_releases_it_first() {
    replace(true, |child| child.needs("parent", 0)).gives_plan(&[
        "RELEASE Parent (code = NULL) [0]",
        "INSERT Parent (code) [1]",
        "UPDATE Child (parent) [2]",
        "DELETE Parent [0]",
    ]);
}

#[test]
fn a_parent_whose_unique_value_cannot_be_null_waits_for_its_children_to_let_go() {
    replace(false, |child| child.may_have("parent", 0)).gives_plan(&[
        "UPDATE Child (parent = NULL) [2]",
        "DELETE Parent [0]",
        "INSERT Parent (code) [1]",
        "COMPLETE Child (parent) [2]",
    ]);
}

#[test]
fn a_parent_is_parked_when_neither_it_nor_its_children_can_let_go() {
    replace(false, |child| child.needs("parent", 0)).gives_plan(&[
        "PARK Parent (code) [0]",
        "INSERT Parent (code) [1]",
        "UPDATE Child (parent) [2]",
        "DELETE Parent [0]",
    ]);
}

#[test]
fn a_cycle_of_unlike_edges_is_printed_with_who_holds_what() {
    let mut work = replace(false, |child| child.needs("parent", 0));
    // The same, but it is the key that the two parents share.
    for value in &mut work.uniques {
        value.set = None;
    }
    assert_eq!(
        work.cycle().to_string(),
        "rows wait for each other: Parent (of Child.parent) -> Child.parent -> Parent.id -> Parent"
    );
}

#[test]
fn a_deferred_unique_set_orders_nothing_where_the_database_defers_it() {
    let [page] = schema([Table::keyed("Page").column("slug").unique(&[1]).deferred_unique()]);
    let mut work = Work { defers_uniques: true, ..Work::default() };
    let rows = [0, 1].map(|_| work.update(page, &[1]));
    for (row, (before, after)) in rows.into_iter().zip([(1, 2), (2, 1)]) {
        work.gives(row, Some(0), before);
        work.takes(row, Some(0), after);
    }
    work.gives_plan(&["UPDATE Page (slug) [0, 1]"]);
    work.defers_uniques = false;
    work.gives_plan(&["PARK Page (slug) [0]", "UPDATE Page (slug) [1]", "UPDATE Page (slug) [0]"]);
}
