//! What cannot be done is told in one clear line that says what to do, and the exit code is not 0.

use std::{
    fs,
    net::TcpListener,
    process::{Command, Output},
    time::Duration,
};

use masthead::store::{self, Store};

use crate::demonstration::Demonstration;

fn masthead(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.args(arguments).env("RUST_BACKTRACE", "0").env_remove("DATABASE_URL").output().unwrap()
}

/// Holds an output to one line on standard error with all of these words, and an exit code that is not 0.
#[track_caller]
fn assert_refused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && output.status.code().is_some(), "{:?}: {said}", output.status);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(lines.len(), 1, "{said}");
    for word in words {
        assert!(lines[0].contains(word), "no {word:?} in: {said}");
    }
}

#[test]
fn a_taken_port_is_told_with_the_option_that_moves_it() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().map(|address| (taken, address.to_string())).unwrap();
    for option in ["--listen", "--paper-listen", "--sandbox-listen"] {
        let free = "127.0.0.1:0";
        let mut arguments = vec!["dev", "--no-open", "--data-dir", folder.path().to_str().unwrap()];
        for other in ["--listen", "--paper-listen", "--sandbox-listen"] {
            arguments.extend([other, if other == option { &taken.1 } else { free }]);
        }
        assert_refused(&masthead(&arguments), &[&taken.1, "in use", option]);
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("not-a-folder");
    fs::write(&file, "").unwrap();
    let inside = file.join("data");
    let ports = ["--listen", "127.0.0.1:0", "--no-open"];
    // `/proc` is not written to by anybody, root included.
    for place in [file.to_str().unwrap(), inside.to_str().unwrap(), "/proc/masthead"] {
        let mut arguments = vec!["dev", "--data-dir", place];
        arguments.extend(ports);
        assert_refused(&masthead(&arguments), &[place, "--data-dir"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_from_the_future_is_told_and_left_alone() {
    let mut running = Demonstration::start().await;
    running.kill();
    let data = running.folder.path().join("data");
    let url = format!("sqlite://{}", data.join("masthead.db").display());
    let database = Store::open(&url, Duration::from_secs(5)).await.unwrap();
    let mut tx = database.begin().await.unwrap();
    store::instance::put(&mut tx, "min_compatible", "9000").await.unwrap();
    tx.commit().await.unwrap();
    database.close().await;
    let arguments = ["dev", "--listen", "127.0.0.1:0", "--no-open", "--data-dir", data.to_str().unwrap()];
    assert_refused(&masthead(&arguments), &["newer masthead", "9000"]);
    for command in ["migrate", "recount"] {
        let mut one = Command::new(env!("CARGO_BIN_EXE_masthead"));
        let output = one.arg(command).env("DATABASE_URL", &url).env("RUST_BACKTRACE", "0").output().unwrap();
        assert_refused(&output, &["newer masthead", "9000"]);
    }
}

#[test]
fn a_newsroom_that_cannot_be_used_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("newsroom.toml");
    fs::write(&file, "[newsroom]\nname = 7\n").unwrap();
    let database = folder.path().join("masthead.db");
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    let url = format!("sqlite://{}", database.display());
    let output = command.arg("apply").arg(&file).env("DATABASE_URL", url).env("RUST_BACKTRACE", "0").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("nothing was changed") && said.contains("name"), "{said}");
    assert!(!database.exists(), "a database was made");
    assert_refused(&masthead(&["apply", "/nowhere/newsroom.toml"]), &["/nowhere/newsroom.toml"]);
}

#[test]
fn a_file_of_settings_that_cannot_be_read_is_all_that_is_told() {
    let output = masthead(&["serve", "--config", "/nowhere/masthead.toml"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains("--config: there is no file /nowhere/masthead.toml"), "{said}");
    assert!(!said.contains("is missing") && !said.contains("MASTHEAD__"), "{said}");
}

#[test]
fn whoever_only_looks_makes_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("masthead.db");
    let url = format!("sqlite:{}", database.display());
    for arguments in [&["recount"][..], &["keys", "list"], &["site-secret", "list"]] {
        let mut one = Command::new(env!("CARGO_BIN_EXE_masthead"));
        let output = one.args(arguments).env("DATABASE_URL", &url).env("RUST_BACKTRACE", "0").output().unwrap();
        assert_refused(&output, &[database.to_str().unwrap(), "masthead migrate"]);
        assert!(!database.exists(), "{arguments:?}");
    }
}

#[test]
fn a_secrets_file_that_is_not_needed_may_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("masthead.toml");
    let database = folder.path().join("masthead.db");
    let text = format!(
        "[database]\nurl = \"sqlite:{}\"\n[payments]\nwebhook_secrets_file = \"/nowhere/secrets\"\n",
        database.display()
    );
    fs::write(&settings, text).unwrap();
    let output = masthead(&["migrate", "--config", settings.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(database.to_str().unwrap()), "{said}");
    let output = masthead(&["serve", "--config", settings.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/secrets"));
    fs::write(&settings, "[database]\nurl_file = \"/nowhere/url\"\n").unwrap();
    assert_refused(&masthead(&["migrate", "--config", settings.to_str().unwrap()]), &["/nowhere/url"]);
}

#[test]
fn every_command_has_help() {
    for command in [
        &[][..],
        &["dev"],
        &["apply"],
        &["migrate"],
        &["check-config"],
        &["recount"],
        &["site-secret"],
        &["stripe-webhook"],
    ] {
        let output = masthead(&[command, &["--help"]].concat());
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("Usage: masthead"), "{command:?}: {said}");
    }
    assert_eq!(masthead(&["dev", "--nothing"]).status.code(), Some(2));
}
