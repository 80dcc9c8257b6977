//! A plan as data and as a picture.

use super::schema::{Table, schema};
use crate::order::{Action, Work};

fn cycle() -> Work {
    let [a, b] = schema([
        Table::generated("A").column("name").may_have("b", 1),
        Table::generated("B").needs("a", 0).column("x").column("y").unique(&[2, 3]),
    ]);
    let mut work = Work::default();
    let (one, two, gone) = (work.insert(a), work.insert(b), work.delete(b));
    work.insert(a);
    work.refers(one, 0, two);
    work.refers(two, 0, one);
    work.gives(gone, Some(0), 1);
    work.takes(two, Some(0), 1);
    work.writes[2].label = Some("7".into());
    work
}

#[test]
fn a_plan_reads_a_line_a_step() {
    let plan = cycle().plan();
    assert_eq!(
        plan.to_string(),
        "1. INSERT A (name, b = NULL) × 1\n2. INSERT A (name, b) × 1\n3. DELETE B × 1\n\
         4. INSERT B (a, x, y) × 1\n5. COMPLETE A (b) × 1\n"
    );
}

#[test]
fn a_shown_plan_names_the_rows_that_have_a_label() {
    let work = cycle();
    assert!(work.plan().show(&work).to_string().contains("3. DELETE B × 1: 7\n4."));
}

#[test]
fn a_step_can_be_read_as_data() {
    let plan = cycle().plan();
    let step = &plan.steps()[0];
    let columns: Vec<usize> = step.columns.iter().collect();
    let postponed: Vec<usize> = step.postponed.iter().collect();
    assert_eq!((step.entity.name, step.action, step.rows.len()), ("A", Action::Insert, 1));
    assert_eq!((columns, postponed), (vec![1, 2], vec![2]));
}

#[test]
fn equal_work_gives_equal_plans_and_other_work_another() {
    let work = cycle();
    let plan = work.plan();
    assert_eq!(plan, work.plan());
    let mut other = plan.clone();
    other.steps[0].rows.clear();
    assert_ne!(plan, other);
    let mut other = plan.clone();
    other.steps[0].postponed = other.steps[1].postponed;
    assert_ne!(plan, other);
}

#[test]
fn a_plan_is_drawn_with_the_reasons_of_its_order() {
    let work = cycle();
    assert_eq!(
        work.plan().to_mermaid(&work),
        "flowchart TD\n    s1[\"INSERT A (name, b = NULL) × 1\"]\n    s2[\"INSERT A (name, b) × 1\"]\n    \
         s3[\"DELETE B × 1\"]\n    s4[\"INSERT B (a, x, y) × 1\"]\n    s5[\"COMPLETE A (b) × 1\"]\n    \
         s1 -->|\"B.a\"| s4\n    s1 -->|\"same row\"| s5\n    s3 -->|\"B.(x, y)\"| s4\n    \
         s4 -->|\"A.b\"| s5\n"
    );
    let dot = work.plan().to_graphviz(&work);
    assert!(dot.starts_with("digraph plan {") && dot.ends_with("}\n"));
    assert!(dot.contains("s3 -> s4 [label=\"B.(x, y)\"];"));
}

#[test]
fn a_delete_is_drawn_with_the_relation_of_the_row_that_goes_before() {
    let [author, book] = schema([Table::generated("Author"), Table::generated("Book").needs("author", 0)]);
    let mut work = Work::default();
    let (author, book) = (work.delete(author), work.delete(book));
    work.referred(book, 0, author);
    assert!(work.plan().to_mermaid(&work).ends_with("    s1 -->|\"Book.author\"| s2\n"));
}
