//! Who may import whom, and which crate lives in which room.

use super::{Finding, assert_lines, assert_none, source, source::Source};

/// Each room with the rooms that it may import, besides itself.
///
/// `domain` and `text` are pure, so they are open to rooms that speak: both only turn values into values.
const MAY_IMPORT: [(&str, &[&str]); 12] = [
    ("domain", &[]),
    ("text", &["domain"]),
    ("config", &["domain"]),
    ("store", &["domain"]),
    ("token", &["domain"]),
    ("gateway", &["domain", "text"]),
    ("flow", &["domain", "store", "gateway", "token", "text"]),
    ("worker", &["flow", "domain", "text"]),
    ("http", &["flow", "domain", "text"]),
    // The composition root wires all rooms.
    ("app", &["config", "domain", "flow", "gateway", "http", "store", "text", "token", "worker"]),
    // The command line stands on the root: it reads settings, calls flows, and opens what they are given.
    ("command", &["app", "config", "domain", "flow", "http", "store", "text", "token"]),
    ("main", &["command"]),
];

/// Crates that live in one room (or two), as their names' beginnings.
const LIVES_IN: &[(&str, &[&str])] = &[
    ("actix_", &["src/http/", "src/app.rs"]),
    ("sqlx", &["src/store/"]),
    ("stripe_sandbox", &["src/command/"]),
    ("demo_paper", &["src/command/"]),
    ("stripe", &["src/gateway/payment/"]),
    ("miniserde", &["src/gateway/payment/"]),
    ("jsonwebtoken", &["src/token/"]),
    ("lettre", &["src/gateway/mail/"]),
    ("fluent", &["src/text/"]),
    ("unic_langid", &["src/text/"]),
    ("askama", &["src/http/page/", "src/gateway/mail/"]),
    ("prometheus_client", &["src/flow/"]),
    ("clap", &["src/command/"]),
];

/// The room of a file: the first folder under `src`, or the file that is a room of its own.
fn room(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    inside.split(['/', '.']).next().unwrap_or_default()
}

/// Each room that a file names, with the line: after `crate::`, in groups, in macros, or by enough `super::`.
fn imports(file: &Source) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut starts: Vec<usize> = file.find(&["crate", ":", ":"]).into_iter().map(|(at, _)| at + 3).collect();
    starts.extend(file.find(&["masthead", ":", ":"]).into_iter().map(|(at, _)| at + 3));
    starts.extend(beyond_root(file));
    for start in starts {
        found.extend(heads(file, start));
    }
    found.sort_by_key(|(_, line)| *line);
    found
}

/// Where `super::super::…` has climbed out of a room.
fn beyond_root(file: &Source) -> Vec<usize> {
    let parts = file.path.split('/').count() - 1;
    let depth = if file.path.ends_with("/mod.rs") { parts - 1 } else { parts };
    let chain: Vec<&str> = ["super", ":", ":"].repeat(depth.max(1));
    file.find(&chain).into_iter().map(|(at, _)| at + chain.len()).collect()
}

/// The first names of the path or of the group of paths that begins at a token.
fn heads(file: &Source, start: usize) -> Vec<(String, usize)> {
    let Some(first) = file.tokens.get(start) else { return Vec::new() };
    if first.text != "{" {
        return vec![(first.text.clone(), first.line)];
    }
    let (mut depth, mut found, mut at_head) = (0, Vec::new(), false);
    for token in &file.tokens[start..] {
        match token.text.as_str() {
            "{" => (depth, at_head) = (depth + 1, depth == 0),
            "}" if depth == 1 => break,
            "}" => depth -= 1,
            "," if depth == 1 => at_head = true,
            name if at_head => {
                found.push((name.to_owned(), token.line));
                at_head = false;
            }
            _ => {}
        }
    }
    found
}

fn wrong_imports(files: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path != "src/lib.rs") {
        let own = room(&file.path);
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == own) else {
            let advice =
                format!("no room is called `{own}`: name it in ARCHITECTURE.md and tests/architecture/rooms.rs");
            findings.push(Finding::new(&file.path, 1, advice));
            continue;
        };
        for (other, line) in imports(file) {
            let is_room = MAY_IMPORT.iter().any(|(name, _)| *name == other);
            if is_room && other != own && !allowed.contains(&other.as_str()) && !file.is_test(line) {
                let advice =
                    format!("`{own}` may not import `{other}`, only {allowed:?}: move the code or pass what it needs");
                findings.push(Finding::new(&file.path, line, advice));
            }
        }
    }
    findings
}

/// Crates used outside of their room. A name counts where a path begins with it: before `::`, or after `use`.
fn strayed_crates(files: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        for (at, token) in file.tokens.iter().enumerate() {
            let Some((name, rooms)) = LIVES_IN.iter().find(|(name, _)| token.text.starts_with(name)) else { continue };
            let text = |offset: usize| file.tokens.get(at + offset).map_or("", |token| token.text.as_str());
            let before = |offset: usize| at.checked_sub(offset).map_or("", |at| file.tokens[at].text.as_str());
            let begins_path = (text(1) == ":" && text(2) == ":") || before(1) == "use" || before(1) == "crate";
            let inside_path = before(1) == ":" && before(2) == ":" && before(3) != ">" && is_word(before(3));
            if begins_path && !inside_path && !rooms.iter().any(|room| file.path.starts_with(room)) {
                let advice = format!("`{name}…` lives in {rooms:?} alone: put a type of ours between");
                findings.push(Finding::new(&file.path, token.line, advice));
            }
        }
    }
    findings
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

#[test]
fn rooms_import_only_what_they_may() {
    assert_none(&wrong_imports(&source::rust(&["src"])));
}

#[test]
fn crates_live_in_their_room() {
    assert_none(&strayed_crates(&source::rust(&["src"])));
}

#[test]
fn every_room_is_there() {
    let files = source::rust(&["src"]);
    for (name, _) in MAY_IMPORT {
        assert!(files.iter().any(|file| room(&file.path) == name), "the room `{name}` is gone: take it off the list");
    }
}

#[test]
fn a_wrong_import_is_seen() {
    let sample = "use crate::domain::Moment;\nuse crate::{\n    domain::{store, Id},\n    store::Store,\n};\n\
        fn f() { vec![crate::http::X]; }\n/// `crate::http::X` is only spoken of.\nfn g() {}\n\
        fn h() { super::super::app::run() }\nuse super::store::x;\n#[cfg(test)]\nmod tests {\n    use crate::store::Y;\n}\n";
    assert_lines(&wrong_imports(&[Source::parse("src/flow/sample.rs", "use crate::store::Store;")]), &[]);
    assert_lines(&wrong_imports(&[Source::parse("src/worker/sample.rs", sample)]), &[4, 6, 9]);
    assert_lines(&wrong_imports(&[Source::parse("src/cellar/sample.rs", "")]), &[1]);
}

#[test]
fn a_strayed_crate_is_seen() {
    let sample = "use sqlx::Row;\nuse sqlx;\n#[derive(sqlx::FromRow)]\nstruct Sqlx;\nmod store { pub mod sqlx {} }\n\
        fn f() { store::sqlx::g(); }\n// sqlx::Row\nfn g() { ::sqlx::query(\"sqlx::Row\"); }\nuse {stripe_core::X, std::fmt};\n";
    assert_lines(&strayed_crates(&[Source::parse("src/flow/sample.rs", sample)]), &[1, 2, 3, 8, 9]);
    assert_lines(&strayed_crates(&[Source::parse("src/store/sample.rs", "use sqlx::Row;")]), &[]);
}
