//! Each setting wrong in each way: `masthead serve` names it, with its variable, and does not start.

use std::{
    path::Path,
    process::{Command, Output},
};

use crate::support::production::{MASTER, SIGNING_SECRET, STRIPE_KEY, words};

/// A live key in form, worth nothing.
const LIVE_KEY: &str = "rk_live_51ProductionLikeKeyOfTheTests";
/// The exit code for settings at fault.
const SETTINGS_AT_FAULT: i32 = 78;

/// Settings without a fault; nothing listens where they lead.
fn good(folder: &Path) -> Vec<(String, String)> {
    let database = format!("sqlite:{}", folder.join("masthead.db").display());
    let settings = [
        ("DATABASE_URL", database.as_str()),
        ("MASTHEAD__HTTP__LISTEN", "127.0.0.1:0"),
        ("MASTHEAD__HTTP__BASE_URL", "https://members.harbour-ledger.org/"),
        ("MASTHEAD__SECRETS__MASTER", MASTER),
        ("MASTHEAD__PAYMENTS__SECRET_KEY", LIVE_KEY),
        ("MASTHEAD__PAYMENTS__WEBHOOK_SECRETS", SIGNING_SECRET),
        ("MASTHEAD__MAIL__FROM_ADDRESS", "members@harbour-ledger.org"),
        ("MASTHEAD__MAIL__HOST", "smtp.harbour-ledger.org"),
    ];
    settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

fn serve(folder: &Path, arguments: &[&str], environment: &[(String, String)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command.arg("serve").args(arguments).current_dir(folder).env_remove("DATABASE_URL").env("RUST_BACKTRACE", "0");
    command.envs(environment.iter().cloned()).output().unwrap()
}

/// The keys that were named, in order.
fn named(output: &Output) -> Vec<String> {
    let said = words(output);
    let keys = said.lines().skip(1).filter_map(|line| line.trim().split_once(" (")).map(|(key, _)| key.to_owned());
    keys.collect()
}

/// One setting is wrong: it is named alone, with its variable, and with these words.
#[track_caller]
fn assert_named(changes: &[(&str, &str)], key: &str, wanted: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut environment = good(folder.path());
    for (name, value) in changes {
        environment.retain(|(known, _)| known != name);
        environment.push(((*name).to_owned(), (*value).to_owned()));
    }
    let output = serve(folder.path(), &[], &environment);
    let said = words(&output);
    assert_eq!(output.status.code(), Some(SETTINGS_AT_FAULT), "{changes:?}: {said}");
    assert_eq!(named(&output), [key], "{changes:?}: {said}");
    assert!(said.contains(wanted), "{changes:?}: no {wanted:?} in {said}");
    let variable = format!("MASTHEAD__{}", key.replace('.', "__").to_uppercase());
    assert!(said.contains(&variable), "{changes:?}: {said}");
    for (_, value) in changes.iter().filter(|(_, value)| value.len() > 8 && is_secret(key)) {
        assert!(!said.contains(value), "a secret is printed: {said}");
    }
    assert!(!folder.path().join("masthead.db").exists(), "a database was made");
}

fn is_secret(key: &str) -> bool {
    ["secrets.master", "payments.secret_key", "payments.webhook_secrets", "mail.password", "metrics.token"]
        .contains(&key)
}

#[track_caller]
fn assert_each(name: &str, key: &str, wrong: &[(&str, &str)]) {
    for (value, wanted) in wrong {
        assert_named(&[(name, value)], key, wanted);
    }
}

#[test]
fn settings_without_a_fault_are_not_what_keeps_it_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let output = serve(folder.path(), &[], &good(folder.path()));
    assert_eq!(output.status.code(), Some(1), "{}", words(&output));
    assert!(words(&output).contains("masthead migrate"), "{}", words(&output));
}

#[test]
fn a_master_secret_that_is_none() {
    let wrong = [
        ("", "is missing"),
        ("replace-me", "the example's"),
        ("correct horse battery staple", "neither base64 nor hexadecimal"),
        ("c2hvcnQ=", "5 bytes, 32 are the least"),
        ("00112233445566778899aabbccddee", "15 bytes"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "a pattern"),
        ("abababababababababababababababababababababababababababababababababab", "a pattern"),
    ];
    assert_each("MASTHEAD__SECRETS__MASTER", "secrets.master", &wrong);
}

#[test]
fn a_base_url_that_readers_cannot_use() {
    let wrong = [
        ("http://localhost:8080/", "is missing"),
        ("members.harbour-ledger.org", "such as"),
        ("http://members.harbour-ledger.org/", "https://"),
        ("http://192.168.0.7/", "https://"),
        ("ftp://members.harbour-ledger.org/", "https://"),
        ("https://members.harbour-ledger.org/?a=1", "without ? or #"),
        ("https://members.harbour-ledger.org/#top", "without ? or #"),
        ("https://ada:secret@members.harbour-ledger.org/", "no name and no password"),
        ("https://members.paper.example/", "the example's"),
        ("", "such as"),
    ];
    assert_each("MASTHEAD__HTTP__BASE_URL", "http.base_url", &wrong);
}

#[test]
fn a_way_to_listen_that_is_none() {
    assert_each("MASTHEAD__HTTP__LISTEN", "http.listen", &[("8080", "127.0.0.1:8080"), ("localhost", "with a port")]);
    let wrong = [
        ("0.0.0.0/0", "everybody"),
        ("127.0.0.1/32,::/0", "everybody"),
        ("10.0.0.0/99", "networks"),
        ("nginx", "networks"),
    ];
    assert_each("MASTHEAD__HTTP__TRUSTED_PROXIES", "http.trusted_proxies", &wrong);
}

#[test]
fn a_key_of_stripe_that_is_none() {
    let wrong = [
        ("", "is missing"),
        ("replace-me", "the example's"),
        ("pk_live_51ProductionLikeKeyOfTheTests", "publishable"),
        ("sk_live_short", "no key of Stripe's"),
        ("sk_live_51Production LikeKeyOfTheTests", "no key of Stripe's"),
        ("51ProductionLikeKeyOfTheTests", "no key of Stripe's"),
        (STRIPE_KEY, "is a test key"),
    ];
    assert_each("MASTHEAD__PAYMENTS__SECRET_KEY", "payments.secret_key", &wrong);
    assert_named(&[("MASTHEAD__PAYMENTS__LIVE", "false")], "payments.secret_key", "is a live key");
    assert_each("MASTHEAD__PAYMENTS__LIVE", "payments.live", &[("perhaps", "boolean")]);
    let elsewhere = ("MASTHEAD__PAYMENTS__API_URL", "https://stripe.harbour-ledger.org/");
    assert_named(&[elsewhere], "payments.api_url", "a live key goes to Stripe alone");
    for url in ["http://stripe.harbour-ledger.org/", "here"] {
        let test = [("MASTHEAD__PAYMENTS__LIVE", "false"), ("MASTHEAD__PAYMENTS__SECRET_KEY", STRIPE_KEY)];
        let changes = [&test[..], &[("MASTHEAD__PAYMENTS__API_URL", url)]].concat();
        assert_named(&changes, "payments.api_url", "https");
    }
    assert_each("MASTHEAD__PAYMENTS__PAGE_ORIGINS", "payments.page_origins", &[("pay", "relative URL")]);
}

#[test]
fn signing_secrets_that_are_none() {
    let wrong = [
        ("", "are missing"),
        ("replace-me", "the example's"),
        ("whsec_short", "no signing secret"),
        ("whsec_ProductionLikeSigningSecret0,sk_live_51ProductionLikeKeyOfTheTests", "no signing secret"),
        ("we_1ProductionLikeEndpointId", "no signing secret"),
    ];
    assert_each("MASTHEAD__PAYMENTS__WEBHOOK_SECRETS", "payments.webhook_secrets", &wrong);
}

#[test]
fn a_database_that_is_none() {
    let wrong = [
        ("", "sqlite:/path"),
        ("mysql://root@localhost/masthead", "sqlite:/path"),
        ("/var/lib/masthead.db", "sqlite:/path"),
        ("sqlite:", "no file"),
        ("sqlite::memory:", "no file"),
        ("sqlite:///nowhere/at/all/masthead.db", "no folder /nowhere/at/all"),
        ("postgres://", "host"),
        ("postgres:///masthead", "no host"),
        ("postgres://masthead@database.internal", "no database"),
        ("postgres://masthead:replace-me@database.internal/masthead", "the example's password"),
    ];
    assert_each("DATABASE_URL", "database.url", &wrong);
}

#[test]
fn a_way_to_send_mail_that_is_none() {
    let from = [("", "is missing"), ("members", "members@your-paper.org"), ("members@paper.example", "the example's")];
    assert_each("MASTHEAD__MAIL__FROM_ADDRESS", "mail.from_address", &from);
    let host = [
        ("", "is missing"),
        ("smtp://smtp.harbour-ledger.org", "a name alone"),
        ("smtp.paper.example", "the example's"),
    ];
    assert_each("MASTHEAD__MAIL__HOST", "mail.host", &host);
    assert_each("MASTHEAD__MAIL__TLS", "mail.tls", &[("none", "anybody on the way"), ("ssl", "expected")]);
    assert_each("MASTHEAD__MAIL__PORT", "mail.port", &[("70000", "expected"), ("smtp", "expected")]);
    assert_each("MASTHEAD__MAIL__PORT", "mail.tls", &[("465", "\"implicit\"")]);
    assert_each("MASTHEAD__MAIL__USERNAME", "mail.password", &[("masthead", "is missing")]);
    assert_each("MASTHEAD__MAIL__PASSWORD", "mail.username", &[("a-password", "is missing")]);
    assert_each("MASTHEAD__MAIL__REPLY_TO", "mail.reply_to", &[("nobody", "answers")]);
    assert_each("MASTHEAD__MAIL__CA_FILE", "mail.ca_file", &[("/nowhere/ca.pem", "no file")]);
    assert_each("MASTHEAD__MAIL__TIMEOUT_SECONDS", "mail.timeout_seconds", &[("1", "from 5"), ("121", "to 120")]);
    assert_each("MASTHEAD__MAIL__CONNECTIONS_MAX", "mail.connections_max", &[("0", "from 1"), ("51", "to 50")]);
    assert_each("MASTHEAD__MAIL__DKIM_SELECTOR", "mail.dkim_key", &[("masthead", "is missing")]);
    let user = ("MASTHEAD__MAIL__USERNAME", "masthead");
    assert_named(&[user, ("MASTHEAD__MAIL__PASSWORD", "replace-me")], "mail.password", "the example's");
}

#[test]
fn numbers_that_are_out_of_range() {
    let ranges = [
        ("http.workers", "", "1025"),
        ("http.drain_seconds", "", "301"),
        ("http.stop_timeout_seconds", "0", "301"),
        ("http.request_timeout_seconds", "24", "301"),
        ("database.acquire_timeout_milliseconds", "99", "20001"),
        ("membership.grace_days", "", "91"),
        ("membership.renewal_slack_hours", "0", "337"),
        ("sessions.ttl_days", "0", "401"),
        ("tokens.ttl_seconds", "29", "601"),
        ("limits.sign_in_mails_per_address_hour", "0", ""),
        ("limits.sign_in_requests_per_client_hour", "0", ""),
        ("limits.sign_in_mails_total_hour", "0", ""),
        ("limits.wrong_codes_total_hour", "0", ""),
        ("limits.checkouts_per_client_hour", "0", ""),
        ("limits.checkouts_per_address_hour", "0", ""),
        ("limits.checkouts_total_hour", "0", ""),
    ];
    for (key, below, above) in ranges {
        let variable = format!("MASTHEAD__{}", key.replace('.', "__").to_uppercase());
        for value in [below, above].into_iter().filter(|value| !value.is_empty()) {
            assert_named(&[(&variable, value)], key, "would be right");
        }
        for value in ["-1", "many", "1.5", ""] {
            assert_named(&[(&variable, value)], key, "expected");
        }
    }
}

#[test]
fn a_log_that_is_none() {
    assert_each("MASTHEAD__LOG__FORMAT", "log.format", &[("xml", "\"text\" or \"json\"")]);
    assert_each("MASTHEAD__LOG__FILTER", "log.filter", &[("masthead=loud", "cannot be read")]);
    assert_each("MASTHEAD__LOG__REQUESTS", "log.requests", &[("sometimes", "boolean")]);
    assert_each("MASTHEAD__METRICS__TOKEN", "metrics.token", &[("letmein", "short")]);
}

#[test]
fn keys_that_there_are_not() {
    assert_each("MASTHEAD__HTTP__LISEN", "http.lisen", &[("x", "there are base_url")]);
    assert_each("MASTHEAD__CELLAR__DEPTH", "cellar", &[("x", "no such setting")]);
    assert_each(
        "MASTHEAD__TOKENS__TTL_SECONDS_FILE",
        "tokens.ttl_seconds_file",
        &[("/etc/hostname", "no such setting")],
    );
}

#[test]
fn secrets_in_files_that_are_not_there() {
    for key in ["secrets.master", "payments.secret_key", "payments.webhook_secrets", "database.url"] {
        let name = match key {
            "database.url" => "DATABASE_URL".to_owned(),
            _ => format!("MASTHEAD__{}", key.replace('.', "__").to_uppercase()),
        };
        let file = format!("MASTHEAD__{}_FILE", key.replace('.', "__").to_uppercase());
        // Both at once; the one in the environment counts until one of the two is gone.
        assert_named(&[(&file, "/etc/hostname")], key, "keep one of the two");
        let folder = tempfile::tempdir().unwrap();
        let mut environment = good(folder.path());
        environment.retain(|(known, _)| *known != name);
        environment.push((file, "/nowhere/secret".to_owned()));
        let output = serve(folder.path(), &[], &environment);
        assert_eq!(output.status.code(), Some(SETTINGS_AT_FAULT), "{}", words(&output));
        assert!(named(&output).contains(&format!("{key}_file")), "{key}: {}", words(&output));
        assert!(words(&output).contains("/nowhere/secret cannot be read"), "{}", words(&output));
    }
}

#[test]
fn everything_is_named_in_one_go() {
    let folder = tempfile::tempdir().unwrap();
    let output = serve(folder.path(), &[], &[]);
    let wanted = [
        "secrets.master",
        "http.base_url",
        "database.url",
        "payments.secret_key",
        "payments.webhook_secrets",
        "mail.from_address",
        "mail.host",
    ];
    assert_eq!(output.status.code(), Some(SETTINGS_AT_FAULT));
    for key in wanted {
        assert_eq!(named(&output).iter().filter(|one| *one == key).count(), 1, "{key}: {}", words(&output));
    }
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/config/production.example.toml");
    let output = serve(folder.path(), &["--config", example], &[]);
    assert_eq!(output.status.code(), Some(SETTINGS_AT_FAULT));
    let said = words(&output);
    for key in wanted.iter().filter(|key| **key != "database.url" || !Path::new("/var/lib/masthead").is_dir()) {
        assert_eq!(named(&output).iter().filter(|one| one == key).count(), 1, "{key}: {said}");
    }
    assert!(said.contains("the example's"), "{said}");
}

#[test]
fn a_file_of_settings_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let environment = good(folder.path());
    let output = serve(folder.path(), &["--config", "/nowhere/masthead.toml"], &environment);
    assert_eq!(output.status.code(), Some(SETTINGS_AT_FAULT), "{}", words(&output));
    assert!(words(&output).contains("/nowhere/masthead.toml"), "{}", words(&output));
    let broken = folder.path().join("broken.toml");
    std::fs::write(&broken, "[http]\nlisten = \"127.0.0.1:1\nbase_url = 7\n").unwrap();
    let output = serve(folder.path(), &["--config", broken.to_str().unwrap()], &environment);
    assert_eq!(output.status.code(), Some(SETTINGS_AT_FAULT), "{}", words(&output));
    assert!(words(&output).contains("broken.toml, line 2"), "{}", words(&output));
}
