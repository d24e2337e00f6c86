//! The systemd unit: systemd itself finds no fault with it, and what it says agrees with the binary and the settings.

use std::{fs, process::Command};

use super::{read, unknown_settings, unknown_words};

const UNIT: &str = "packaging/masthead.service";

fn values(name: &str) -> Vec<String> {
    let text = read(UNIT);
    text.lines().filter_map(|line| line.strip_prefix(&format!("{name}=")).map(str::to_owned)).collect()
}

#[test]
fn what_it_starts_is_known() {
    let start = &values("ExecStart")[0];
    let words: Vec<&str> = start.split_whitespace().collect();
    assert_eq!(words[0], "/usr/local/bin/masthead");
    assert!(unknown_words(&words[1..]).is_empty(), "{start}");
    let unknown = unknown_settings(&read(UNIT));
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn it_finds_what_the_guide_sets_up() {
    let guide = read("docs/guides/run.md");
    let start = &values("ExecStart")[0];
    let config = start.split_once("--config ").unwrap().1;
    assert!(guide.contains(&format!("masthead serve --config {config}")), "{config}");
    // What the guide's settings name is in a folder that the unit leaves readable, and in one that is the service's own.
    assert_eq!((values("User"), values("StateDirectory")), (vec!["masthead".to_owned()], vec!["masthead".to_owned()]));
    assert!(
        guide.contains("useradd --system --home-dir /var/lib/masthead") && guide.contains("sqlite:/var/lib/masthead/")
    );
    assert!(values("InaccessiblePaths").is_empty() && values("LoadCredential").is_empty());
}

#[test]
fn settings_at_fault_do_not_start_it_over_and_over() {
    // What `serve` ends with when its settings cannot be used.
    assert_eq!(values("RestartPreventExitStatus"), ["78"]);
    let mut bare = Command::new(env!("CARGO_BIN_EXE_masthead"));
    let bare = bare.arg("serve").env_clear().current_dir(std::env::temp_dir()).output().unwrap();
    assert_eq!(bare.status.code(), Some(78), "{}", String::from_utf8_lossy(&bare.stderr));
}

#[test]
fn stopping_has_time_enough() {
    let defaults: toml::Table = read("config/default.toml").parse().unwrap();
    let seconds = |key: &str| defaults["http"][key].as_integer().unwrap();
    let given: i64 = values("TimeoutStopSec")[0].parse().unwrap();
    assert!(given > seconds("drain_seconds") + seconds("stop_timeout_seconds"));
}

#[test]
fn systemd_finds_no_fault_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("masthead.service");
    // The binary is not installed here: another stands in its place. The user is made at installation.
    let text = read(UNIT).replace("/usr/local/bin/masthead", env!("CARGO_BIN_EXE_masthead"));
    fs::write(&unit, text).unwrap();
    let verified =
        Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit).output().expect("systemd-analyze");
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    let about_ours: Vec<&str> = said.lines().filter(|line| line.contains("masthead.service")).collect();
    assert!(verified.status.success() && about_ours.is_empty(), "{said}");
    let exposed = Command::new("systemd-analyze")
        .args(["security", "--offline=yes", "--threshold=20", "--no-pager"])
        .arg(&unit)
        .output()
        .expect("systemd-analyze");
    assert!(exposed.status.success(), "{}", String::from_utf8_lossy(&exposed.stdout));
}
