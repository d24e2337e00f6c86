//! Signatures, verified by another library from the record that would stand in DNS.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use masthead::{
    app::wall_clock,
    gateway::mail::{DkimSettings, RenderedMail, SmtpMailer, SmtpSettings, SmtpSetupError},
};
use serde_json::Value;

use crate::server::{MailServer, email, mail, python, script};

struct Pair {
    pem: String,
    record: String,
}

fn make_key(arguments: &[&str]) -> Pair {
    let output = Command::new(python()).arg(script("make_key.py")).args(arguments).output().unwrap();
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |key: &str| made[key].as_str().unwrap().to_owned();
    Pair { pem: text("pem"), record: text("record") }
}

fn verify(mail: &[u8], record: &str) -> String {
    let mut verifying = Command::new(python())
        .arg(script("verify_dkim.py"))
        .args(["autumn._domainkey.ledger.test", record])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    verifying.stdin.take().unwrap().write_all(mail).unwrap();
    String::from_utf8(verifying.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
}

fn settings(server: &MailServer, pem: &str) -> SmtpSettings {
    let (domain, selector) = ("ledger.test".to_owned(), "autumn".to_owned());
    SmtpSettings { dkim: Some(DkimSettings { domain, selector, key_pem: pem.to_owned() }), ..server.settings() }
}

/// A mail in which much is to be kept as it is: long lines, dots, blanks at ends, empty lines at the end, other scripts.
fn difficult() -> RenderedMail {
    RenderedMail {
        newsroom: "Гавань — газета міста".to_owned(),
        subject: "Ви з нами: дякуємо, що читаєте, і ще   кілька слів, щоб рядок був довгим, довгим, довгим".to_owned(),
        text: format!(".\r\n..\n  two blanks  \t\n{}\nКод 481 207 \n\n\n\n", "long ".repeat(300)),
        html: format!("<!doctype html>\n<p>{}</p>\n.\n", "ї".repeat(700)),
    }
}

async fn assert_verifies(key: &Pair) {
    let server = MailServer::plain().await;
    let mailer = SmtpMailer::new(&settings(&server, &key.pem)).unwrap();
    for (number, mail) in [mail(), difficult()].into_iter().enumerate() {
        mailer.send(&format!("obx_{number}"), &email("ada@example.com"), &mail, wall_clock()).await.unwrap();
    }
    for taken in server.taken().await {
        let mail = taken.content;
        let text = String::from_utf8(mail.clone()).unwrap();
        assert_eq!(verify(&mail, &key.record), "verified", "{text}");
        assert_eq!(taken.read["defects"].as_array().unwrap().len(), 0, "{text}");
        let changes = [
            text.replacen("481", "482", 1),
            text.replacen("From: ", "From: x", 1),
            text.replacen("Date: ", "Date: Mon, 1 Jan 2001 00:00:00 +0000\r\nDate: ", 1).replacen(
                "Auto-Submitted",
                "X",
                1,
            ),
            format!("From: evil@example.com\r\n{text}"),
            format!("Subject: Pay here\r\n{text}"),
            format!("Reply-To: evil@example.com\r\n{text}"),
        ];
        for changed in changes {
            assert_ne!(changed, text);
            assert_ne!(verify(changed.as_bytes(), &key.record), "verified", "{changed}");
        }
        let other = make_key(&["ed25519"]).record;
        assert_ne!(verify(&mail, &other), "verified");
    }
}

#[tokio::test]
async fn another_library_verifies_what_an_rsa_key_signed() {
    assert_verifies(&make_key(&["rsa", "2048"])).await;
}

#[tokio::test]
async fn another_library_verifies_what_an_rsa_key_in_the_older_form_signed() {
    assert_verifies(&make_key(&["rsa-pkcs1", "3072"])).await;
}

#[tokio::test]
async fn another_library_verifies_what_an_ed25519_key_signed() {
    assert_verifies(&make_key(&["ed25519"])).await;
}

#[tokio::test]
async fn a_key_that_cannot_sign_is_told_at_start() {
    let server = MailServer::plain().await;
    let weak = make_key(&["rsa", "1024"]).pem;
    let curve = make_key(&["p-256"]).pem;
    let half = make_key(&["rsa", "2048"]).pem.replace("-----END", "");
    for pem in ["", "a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", &weak, &curve, &half] {
        let error = SmtpMailer::new(&settings(&server, pem)).unwrap_err();
        assert!(matches!(error, SmtpSetupError::DkimKey), "{pem}: {error}");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_signed() {
    let server = MailServer::plain().await;
    server.mailer().send("obx_1", &email("ada@example.com"), &mail(), wall_clock()).await.unwrap();
    assert_eq!(server.taken().await[0].header("dkim-signature"), [""; 0]);
}
