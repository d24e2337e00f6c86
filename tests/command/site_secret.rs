//! `masthead site-secret`: made once, shown once, exchanged without a gap.

use std::{
    fs,
    process::{Command, Output},
};

use tempfile::TempDir;

/// A newsroom on a database in a folder of its own.
struct Newsroom(TempDir);

impl Newsroom {
    fn new() -> Self {
        let newsroom = Self(tempfile::tempdir().unwrap());
        let file = newsroom.0.path().join("newsroom.toml");
        let declared = include_str!("../../config/demo.toml").replace("{paper_url}", "https://paper.example");
        fs::write(&file, declared).unwrap();
        newsroom.good(&["apply", file.to_str().unwrap()]);
        newsroom
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let url = format!("sqlite://{}", self.0.path().join("masthead.db").display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
        command.args(arguments).env("DATABASE_URL", url).env("RUST_BACKTRACE", "0").output().unwrap()
    }

    /// What a command that did well said on standard output.
    #[track_caller]
    fn good(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The one line that a refused command said.
    #[track_caller]
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.lines().count() == 1, "{arguments:?}: {said}");
        said
    }
}

const CREATE: [&str; 4] = ["site-secret", "create", "--site", "demo-paper"];

#[test]
fn secrets_are_made_listed_and_revoked() {
    let newsroom = Newsroom::new();
    let first = newsroom.good(&CREATE);
    // Alone on one line, so that a script can keep it.
    assert!(first.trim_end().starts_with("mss_") && first.lines().count() == 1 && first.len() == 48, "{first}");
    let second = newsroom.good(&CREATE);
    assert_ne!(first, second);
    assert!(newsroom.refused(&CREATE).contains("two live secrets"));
    let listed = newsroom.good(&["site-secret", "list"]);
    assert_eq!(listed.matches("demo-paper  live").count(), 2, "{listed}");
    assert!(!listed.contains(first.trim()) && !listed.contains("mss_"), "{listed}");
    let id = listed.split_whitespace().next().unwrap();
    let after = newsroom.good(&["site-secret", "revoke", id]);
    assert!(after.contains(&format!("{id}  demo-paper  revoked")), "{after}");
    assert!(newsroom.refused(&["site-secret", "revoke", id]).contains("no such secret"));
    newsroom.good(&CREATE);
}

#[test]
fn what_cannot_be_done_is_told() {
    let newsroom = Newsroom::new();
    assert!(newsroom.refused(&["site-secret", "create", "--site", "nothing"]).contains("no site \"nothing\""));
    assert!(newsroom.refused(&["site-secret", "revoke", "mss_x"]).contains("no such secret"));
    assert_eq!(newsroom.run(&["site-secret", "create"]).status.code(), Some(2), "which site?");
}
