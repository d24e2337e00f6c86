//! Files that must go in step: the two trees of migrations; the store and its tests.

use std::collections::BTreeSet;

use super::{Finding, assert_lines, assert_none, source};

/// Migrations that one tree has and the other has not, doubled numbers, gaps.
fn out_of_step(sqlite: &[String], postgres: &[String]) -> Vec<Finding> {
    let names = |paths: &[String]| -> BTreeSet<String> {
        paths.iter().filter_map(|path| path.rsplit('/').next()).map(str::to_owned).collect()
    };
    let (ours, theirs) = (names(sqlite), names(postgres));
    let lone = ours.symmetric_difference(&theirs);
    let mut findings: Vec<Finding> =
        lone.map(|name| Finding::new(name, 1, "write it for the other database too, by the same name")).collect();
    for (at, name) in ours.union(&theirs).enumerate() {
        if !name.starts_with(&format!("{:04}_", at + 1)) {
            findings.push(Finding::new(name, 1, format!("number {:04} is wanted here, once and without gaps", at + 1)));
            break;
        }
    }
    findings
}

fn tree(database: &str) -> Vec<String> {
    source::paths(&[&format!("migrations/{database}")], &["sql"])
}

#[test]
fn migrations_go_in_step() {
    let (sqlite, postgres) = (tree("sqlite"), tree("postgres"));
    assert!(!sqlite.is_empty(), "no migrations seen");
    assert_none(&out_of_step(&sqlite, &postgres));
}

#[test]
fn migrations_out_of_step_are_seen() {
    let named = |names: &[&str]| names.iter().map(|name| format!("m/{name}")).collect::<Vec<_>>();
    let both = named(&["0001_a.sql", "0002_b.sql"]);
    assert!(out_of_step(&both, &both).is_empty());
    assert_eq!(out_of_step(&both, &named(&["0001_a.sql"])).len(), 1);
    let gap = named(&["0001_a.sql", "0003_b.sql"]);
    assert_eq!(out_of_step(&gap, &gap).len(), 1);
    let doubled = named(&["0001_a.sql", "0001_b.sql"]);
    assert_eq!(out_of_step(&doubled, &doubled).len(), 1);
}

/// Public functions of a noun's file in the store that its tests never call.
fn untested(noun: &str, text: &str, tests: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some(rest) = line.strip_prefix("pub async fn ") else { continue };
        let name = rest.split(['(', '<']).next().unwrap_or_default();
        if !tests.contains(&format!("store::{noun}::{name}(")) {
            let advice = format!("try `store::{noun}::{name}` on both databases, in tests/store/{noun}.rs");
            findings.push(Finding::new(&format!("src/store/{noun}.rs"), at + 1, advice));
        }
    }
    findings
}

#[test]
fn every_store_function_is_tried_on_both_databases() {
    let mut findings = Vec::new();
    let mut seen = 0;
    for path in source::paths(&["src/store"], &["rs"]) {
        let text = source::read(&path);
        let noun = path.trim_start_matches("src/store/").trim_end_matches(".rs");
        if text.contains("\npub async fn ") {
            seen += 1;
            findings.extend(untested(noun, &text, &source::read(&format!("tests/store/{noun}.rs"))));
        }
    }
    assert!(seen > 15, "only {seen} nouns seen");
    assert_none(&findings);
}

#[test]
fn an_untried_store_function_is_seen() {
    let text = "pub async fn find(\n    conn: &mut Conn) {}\nasync fn own() {}\npub async fn put(conn: &mut Conn) {}\n";
    assert_lines(&untested("plan", text, "store::plan::find(&mut tx)"), &[4]);
}
