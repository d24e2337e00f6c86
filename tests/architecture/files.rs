//! The two trees of migrations go in step.

use std::collections::BTreeSet;

use super::{Finding, assert_none, source};

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
