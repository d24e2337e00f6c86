//! The demo newsroom on a database in a folder of its own, for commands that need no service beside them.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use tempfile::TempDir;

pub struct Newsroom(TempDir);

impl Newsroom {
    pub fn new() -> Self {
        let newsroom = Self(tempfile::tempdir().unwrap());
        let declared = include_str!("../../config/demo.toml").replace("{paper_url}", "https://paper.example");
        newsroom.good(&["apply", &newsroom.write("newsroom.toml", &declared)]);
        newsroom
    }

    /// Writes a file into its folder. Returns where.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The file of its database.
    pub fn database(&self) -> PathBuf {
        self.0.path().join("masthead.db")
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let url = format!("sqlite://{}", self.database().display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
        command.args(arguments).env("DATABASE_URL", url).env("RUST_BACKTRACE", "0").output().unwrap()
    }

    /// What a command that did well said on standard output.
    #[track_caller]
    pub fn good(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a refused command said.
    #[track_caller]
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The one line that a refused command said.
    #[track_caller]
    pub fn refused_in_one_line(&self, arguments: &[&str]) -> String {
        let said = self.refused(arguments);
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
        said
    }
}
