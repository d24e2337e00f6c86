//! The two stand-ins know nothing of Masthead's code, nor of each other's; the production image knows nothing of them.

use super::{Finding, assert_lines, assert_none, source};

const CRATES: [&str; 2] = ["stripe-sandbox", "demo-paper"];

/// Dependencies of a stand-in on Masthead or on the other stand-in, in whatever table, by name, path or package.
fn ties(path: &str, own: &str, manifest: &str) -> Vec<Finding> {
    let others: Vec<&str> = ["masthead"].iter().chain(&CRATES).copied().filter(|name| *name != own).collect();
    let parsed: toml::Table = manifest.parse().unwrap_or_else(|error| panic!("{path} is not TOML: {error}"));
    let mut findings = Vec::new();
    for (_, table) in dependency_tables(&parsed) {
        for (name, value) in table {
            let spoken = format!("{name} {value}");
            if let Some(other) = others.iter().find(|other| name == *other || spoken.contains(&format!("\"{other}\"")))
            {
                let line = manifest.lines().position(|line| line.contains(other)).map_or(1, |at| at + 1);
                findings.push(Finding::new(
                    path,
                    line,
                    format!("{own} speaks to {other} over HTTP only: take this out"),
                ));
            }
            if value.get("path").is_some() {
                let line = manifest.lines().position(|line| line.starts_with(name)).map_or(1, |at| at + 1);
                findings.push(Finding::new(path, line, format!("{own} takes code from no folder beside it")));
            }
        }
    }
    findings
}

/// Every table of dependencies, those of targets too.
fn dependency_tables(manifest: &toml::Table) -> Vec<(&str, &toml::Table)> {
    let mut tables = Vec::new();
    for (key, value) in manifest {
        let Some(table) = value.as_table() else { continue };
        match key.as_str() {
            "dependencies" | "dev-dependencies" | "build-dependencies" => tables.push((key.as_str(), table)),
            "target" => tables.extend(table.values().filter_map(toml::Value::as_table).flat_map(dependency_tables)),
            _ => {}
        }
    }
    tables
}

/// Files of Masthead's that a stand-in takes in by path.
fn borrowed(path: &str, text: &str) -> Vec<Finding> {
    let lines = text.lines().enumerate();
    let names_us = |line: &str| {
        let mut before = line.match_indices("masthead::").map(|(at, _)| line[..at].chars().next_back());
        before.any(|letter| letter.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_'))
    };
    let climbs = |line: &str| names_us(line) || (line.contains("include") && line.contains("../../../"));
    let found = lines.filter(|(_, line)| climbs(line) && !line.trim_start().starts_with("//"));
    found
        .map(|(at, _)| Finding::new(path, at + 1, "a stand-in knows the HTTP contract, not Masthead's files"))
        .collect()
}

#[test]
fn the_stand_ins_are_crates_of_their_own() {
    let findings: Vec<Finding> = CRATES
        .iter()
        .flat_map(|name| {
            let path = format!("crates/{name}/Cargo.toml");
            ties(&path, name, &source::read(&path))
        })
        .collect();
    assert_none(&findings);
}

#[test]
fn the_stand_ins_borrow_no_files() {
    let paths = source::paths(&["crates"], &["rs"]);
    assert!(paths.len() > 20, "only {} files seen", paths.len());
    // The paper has a module of its own called `masthead`: what it says as `crate::masthead::` is its own.
    let own = |text: String| text.replace("crate::masthead::", "").replace("super::masthead::", "");
    let findings: Vec<_> = paths.iter().flat_map(|path| borrowed(path, &own(source::read(path)))).collect();
    assert_none(&findings);
}

#[test]
fn production_leaves_the_stand_ins_out() {
    let manifest: toml::Table = source::read("Cargo.toml").parse().expect("the manifest is TOML");
    for name in CRATES {
        let optional = manifest["dependencies"][name].get("optional").and_then(toml::Value::as_bool);
        assert_eq!(
            optional,
            Some(true),
            "Cargo.toml: `{name}` is optional, so that `--no-default-features` leaves it out"
        );
    }
}

#[test]
fn a_tie_is_seen() {
    let manifest = "[dependencies]\nserde = \"1\"\n\n[dev-dependencies]\nmasthead = { path = \"../..\" }\n";
    assert_lines(&ties("crates/demo-paper/Cargo.toml", "demo-paper", manifest), &[5, 5]);
    let renamed = "[target.'cfg(unix)'.dependencies]\ncash = { package = \"stripe-sandbox\", version = \"1\" }\n";
    assert_lines(&ties("crates/demo-paper/Cargo.toml", "demo-paper", renamed), &[2]);
    assert_lines(&ties("crates/demo-paper/Cargo.toml", "demo-paper", "[dependencies]\nserde = \"1\"\n"), &[]);
    let text = "use masthead::flow;\nconst X: &str = include_str!(\"../../../config/demo.toml\");\n// masthead::flow\nuse fake_masthead::Fault;\n";
    assert_lines(&borrowed("crates/demo-paper/src/a.rs", text), &[1, 2]);
}
