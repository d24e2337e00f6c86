//! What packages the service: the image, the composition, the unit. No engine runs them here; what they say is held against the
//! binary, the settings and the files that they name.

#[path = "../support/mod.rs"]
mod support;

mod composition;
mod health;
mod image;
mod unit;

use std::{collections::BTreeSet, fs, path::Path, process::Command};

/// A file of the project.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What a command line of the binary asks for that the binary does not have: sub-commands and flags.
fn unknown_words(arguments: &[&str]) -> Vec<String> {
    let Some((command, rest)) = arguments.split_first() else { return Vec::new() };
    let help = Command::new(env!("CARGO_BIN_EXE_masthead")).args([command, "--help"]).output().unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    if !help.status.success() {
        return vec![(*command).to_owned()];
    }
    let flags = rest.iter().filter(|word| word.starts_with("--"));
    let known = |flag: &&&str| text.split_whitespace().any(|word| word.trim_end_matches(',') == **flag);
    flags.filter(|flag| !known(flag)).map(|flag| (*flag).to_owned()).collect()
}

/// The names of variables in a text that set something of ours, and are no setting.
fn unknown_settings(text: &str) -> BTreeSet<String> {
    let defaults: toml::Table = read("config/default.toml").parse().unwrap();
    let is_known = |name: &str| {
        let key = name.trim_start_matches("MASTHEAD__").to_lowercase().replace("__", ".");
        let (section, key) = key.split_once('.').unwrap_or((&key, ""));
        let section = defaults.get(section).and_then(toml::Value::as_table);
        section.is_some_and(|section| section.contains_key(key) || section.contains_key(key.trim_end_matches("_file")))
    };
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let ours = words.filter(|word| word.starts_with("MASTHEAD__"));
    ours.filter(|word| !is_known(word)).map(str::to_owned).collect()
}

/// A list in brackets, `["a", "b"]`, after a key or an instruction; none when the line has none.
fn list_in(line: &str) -> Option<Vec<String>> {
    let list = &line[line.find('[')?..=line.rfind(']')?];
    serde_json::from_str(list).ok()
}

#[test]
fn words_that_the_binary_does_not_know_are_seen() {
    assert!(unknown_words(&["serve", "--migrate", "--config", "x"]).is_empty());
    assert_eq!(unknown_words(&["serve", "--migrat"]), ["--migrat"]);
    assert_eq!(unknown_words(&["server"]), ["server"]);
}

#[test]
fn settings_that_there_are_not_are_seen() {
    assert!(unknown_settings("MASTHEAD__HTTP__LISTEN=1 MASTHEAD__SECRETS__MASTER_FILE=x").is_empty());
    let wrong = unknown_settings("MASTHEAD__HTTP__PORT=1\n- MASTHEAD__SECRET__MASTER: x");
    assert_eq!(wrong.into_iter().collect::<Vec<_>>(), ["MASTHEAD__HTTP__PORT", "MASTHEAD__SECRET__MASTER"]);
}
