//! Encryption: the server is the one that its certificate names, or it hears nothing.

use std::time::Duration;

use masthead::{
    app::wall_clock,
    gateway::mail::{MailError, SmtpMailer, SmtpSettings, SmtpSetupError, SmtpTls},
};
use serde_json::json;

use crate::server::{MailServer, email, mail};

async fn server(tls: &str, certificate: &str) -> MailServer {
    MailServer::start(json!({ "tls": tls, "certificate": certificate })).await
}

fn mailer(server: &MailServer, tls: SmtpTls) -> SmtpMailer {
    SmtpMailer::new(&SmtpSettings { tls, ca_file: Some(server.ca_file()), ..server.settings() }).unwrap()
}

/// Neither looking nor sending gets through, and both say why.
async fn assert_refused(server: &MailServer, mailer: &SmtpMailer, why: &str) {
    let error = mailer.check().await.unwrap_err().to_string();
    assert!(error.to_lowercase().contains(&why.to_lowercase()), "no {why:?} in {error}");
    let error = mailer.send("one", &email("ada@example.com"), &mail(), wall_clock()).await.unwrap_err();
    assert!(matches!(error, MailError::Later(_)), "{error}");
    assert!(server.taken().await.is_empty(), "a mail went to a stranger");
}

async fn assert_certificates_count(name: &str, tls: SmtpTls) {
    let good = server(name, "good").await;
    let trusting = mailer(&good, tls);
    trusting.check().await.unwrap();
    trusting.send("one", &email("ada@example.com"), &mail(), wall_clock()).await.unwrap();
    assert!(good.taken().await[0].encrypted);
    let stranger = SmtpMailer::new(&SmtpSettings { tls, ..good.settings() }).unwrap();
    let error = stranger.check().await.unwrap_err().to_string();
    assert!(error.contains("UnknownIssuer"), "{error}");

    for (certificate, why) in
        [("mismatching", "not valid for name"), ("self-signed", "UnknownIssuer"), ("expired", "expired")]
    {
        let server = server(name, certificate).await;
        assert_refused(&server, &mailer(&server, tls), why).await;
    }
}

#[tokio::test]
async fn after_starttls_the_certificate_counts() {
    assert_certificates_count("starttls", SmtpTls::Starttls).await;
}

#[tokio::test]
async fn from_the_first_byte_the_certificate_counts() {
    assert_certificates_count("implicit", SmtpTls::Implicit).await;
}

#[tokio::test]
async fn encryption_is_never_done_without() {
    let plain = MailServer::plain().await;
    let starttls = SmtpMailer::new(&SmtpSettings { tls: SmtpTls::Starttls, ..plain.settings() }).unwrap();
    assert_refused(&plain, &starttls, "encrypting the connection: the server does not offer it").await;
    let timeout = Duration::from_secs(2);
    let implicit = SmtpMailer::new(&SmtpSettings { tls: SmtpTls::Implicit, timeout, ..plain.settings() }).unwrap();
    assert_refused(&plain, &implicit, "connecting: ").await;
}

#[tokio::test]
async fn a_file_of_certificates_that_is_none_is_named() {
    let server = MailServer::plain().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let with = |path: &std::path::Path| {
        SmtpMailer::new(&SmtpSettings { ca_file: Some(path.to_owned()), ..server.settings() }).unwrap_err()
    };
    for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        std::fs::write(&path, text).unwrap();
        let error = with(&path);
        assert!(matches!(error, SmtpSetupError::Certificates(..)), "{text:?}: {error}");
        assert!(error.to_string().contains("ca.pem"), "{error}");
    }
    assert!(with(&folder.path().join("nowhere.pem")).to_string().contains("nowhere.pem"));
}
