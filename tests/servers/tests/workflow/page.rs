//! The page that is followed: its sections, and the blocks in them.

pub(crate) const PAGE: &str = include_str!("../../../../docs/migrations.md");

/// What stands under a heading.
pub(crate) fn section(heading: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap()
}

/// The blocks of a language in a text.
pub(crate) fn blocks(text: &'static str, language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    text.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The commands that are to be run, in their order.
pub(crate) fn commands() -> Vec<&'static str> {
    blocks(section("From an empty directory"), "sh").into_iter().flat_map(str::lines).collect()
}

/// The entities and the program stand in a file that is compiled, word for word.
#[test]
fn every_block_about_the_program_is_compiled_here() {
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    let compiled = dense(include_str!("library.rs"));
    let headings = ["The entities", "The program migrates itself", "What `verify` compares"];
    let all = headings.into_iter().flat_map(|heading| blocks(section(heading), "rust"));
    let mut count = 0;
    for block in all.filter(|block| !block.contains("embed_migrations!")) {
        assert!(compiled.contains(&dense(block).replace("Sqlite", "Database")), "not compiled:\n{block}");
        count += 1;
    }
    assert_eq!(count, 4);
}
