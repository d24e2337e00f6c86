//! compose.yaml: its commands, settings, secrets and ports agree with the binary, the settings and the image.

use std::collections::BTreeSet;

use super::{list_in, read, unknown_settings, unknown_words};

/// Lines without what is remarked.
fn lines() -> Vec<String> {
    let text = read("compose.yaml");
    let lines = text.lines().map(|line| line.split(" #").next().unwrap().trim_end().to_owned());
    lines.filter(|line| !line.is_empty() && !line.starts_with('#') && !line.trim_start().starts_with("# ")).collect()
}

/// The keys directly below a key at the left edge.
fn keys_below(section: &str) -> BTreeSet<String> {
    let lines = lines();
    let below = lines.iter().skip_while(|line| **line != format!("{section}:")).skip(1);
    let below = below.take_while(|line| line.starts_with(' '));
    let keys = below.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    keys.filter_map(|line| line.trim().split_once(':').map(|(key, _)| key.to_owned())).collect()
}

#[test]
fn its_commands_are_known() {
    let commands: Vec<Vec<String>> =
        lines().iter().filter(|line| line.trim().starts_with("command:")).map(|line| list_in(line).unwrap()).collect();
    assert_eq!(commands.len(), 3, "{commands:?}");
    for command in commands {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        assert!(unknown_words(&words).is_empty(), "{words:?}");
    }
    let check = lines().into_iter().find(|line| line.contains("\"health\"")).expect("its own health check");
    let check = list_in(&check).unwrap();
    assert_eq!(check[..2], ["CMD", "/usr/local/bin/masthead"]);
    let words: Vec<&str> = check[2..].iter().map(String::as_str).collect();
    assert!(unknown_words(&words).is_empty(), "{words:?}");
    assert!(words.contains(&"--config"), "the base path stands in the settings: {words:?}");
}

#[test]
fn its_settings_are_known() {
    let unknown = unknown_settings(&read("compose.yaml"));
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_secret_is_declared_and_used() {
    let declared = keys_below("secrets");
    assert!(declared.len() > 3, "{declared:?}");
    let text = read("compose.yaml");
    let named: BTreeSet<String> = text
        .split("/run/secrets/")
        .skip(1)
        .map(|rest| rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect())
        .collect();
    assert_eq!(named, declared, "what is read, and what is declared");
    for secret in &declared {
        assert!(
            text.contains(&format!("secrets/{secret}")) && text.contains(&format!("./secrets/{secret} ")),
            "{secret}"
        );
    }
}

#[test]
fn ports_agree_with_the_image() {
    let image = read("Dockerfile");
    let port = image.lines().find_map(|line| line.strip_prefix("EXPOSE ")).unwrap();
    let text = read("compose.yaml");
    assert!(text.contains(&format!("MASTHEAD__HTTP__LISTEN: 0.0.0.0:{port}")));
    assert!(text.contains(&format!("ports: [\"127.0.0.1:8080:{port}\"]")), "reached by this machine alone");
}

#[test]
fn services_wait_for_what_they_need() {
    let services = keys_below("services");
    for named in ["database", "migrate", "masthead", "worker"] {
        assert!(services.contains(named), "{services:?}");
    }
    let text = read("compose.yaml");
    assert!(text.contains("database: { condition: service_healthy }"));
    assert_eq!(text.matches("migrate: { condition: service_completed_successfully }").count(), 2);
    // PostgreSQL 15 is the oldest that the service is tried on.
    let version = text.split("image: postgres:").nth(1).unwrap();
    let version: u32 = version.split(['-', '\n', '.']).next().unwrap().parse().unwrap();
    assert!(version >= 15);
}
