//! What each misbehaviour of a mail server comes to: later, or never. And the next mail goes out.

use std::time::Duration;

use masthead::{
    app::wall_clock,
    gateway::mail::{MailError, SmtpCredentials, SmtpMailer, SmtpSettings},
};
use serde_json::{Value, json};

use crate::server::{MailServer, email, mail, settings};

/// How long the server may take here.
const TIMEOUT: Duration = Duration::from_millis(600);

async fn send(mailer: &SmtpMailer, id: &str) -> Result<(), MailError> {
    mailer.send(id, &email("ada@example.com"), &mail(), wall_clock()).await
}

fn reply(at: &str, reply: &str) -> Value {
    json!({ "at": at, "do": "reply", "reply": reply })
}

/// Each order, whether the mail is refused for good, and what is said of it.
fn orders() -> Vec<(Value, bool, &'static str)> {
    vec![
        (reply("greeting", "554 5.3.2 We are closed"), false, "connecting: 554"),
        (reply("greeting", "421 4.3.2 Too busy"), false, "connecting: 421"),
        (json!({ "at": "greeting", "do": "hang" }), false, "connecting: no answer within 0.6 s"),
        (json!({ "at": "greeting", "do": "close" }), false, "connecting: "),
        (json!({ "at": "ehlo", "do": "close" }), false, "connecting: "),
        (json!({ "at": "ehlo", "do": "hang" }), false, "connecting: no answer"),
        (reply("ehlo", "500 5.5.1 What?"), false, "connecting: 500"),
        // Nobody's mail goes out while the sender is refused: somebody has to mend it, and then all of it goes.
        (reply("mail", "550 5.1.8 Sender refused"), false, "naming the sender: 550 5.1.8"),
        (reply("mail", "421 4.7.0 Try later"), false, "naming the sender: 421 4.7.0"),
        (reply("mail", "451 4.3.0 Try later"), false, "naming the sender: 451 4.3.0"),
        (json!({ "at": "mail", "do": "hang" }), false, "naming the sender: no answer"),
        (reply("rcpt", "450 4.2.1 <ada@example.com> is busy"), false, "naming the recipient: 450 4.2.1"),
        (reply("rcpt", "550 5.1.1 <ada@example.com> nobody here"), true, "naming the recipient: 550 5.1.1"),
        (reply("rcpt", "553 ada is no name"), true, "naming the recipient: 553"),
        (reply("rcpt", "554 5.7.1 <ada@example.com> relay access denied"), false, "naming the recipient: 554 5.7.1"),
        (json!({ "at": "rcpt", "do": "close" }), false, "naming the recipient: "),
        (reply("data", "451 4.3.0 Disk is full"), false, "handing over the mail: 451 4.3.0"),
        (reply("data", "554 5.5.1 No"), true, "handing over the mail: 554 5.5.1"),
        (json!({ "at": "data", "do": "hang" }), false, "handing over the mail: no answer"),
        (reply("content", "452 4.2.2 Mailbox is full"), false, "handing over the mail: 452 4.2.2"),
        (reply("content", "552 5.3.4 Too large for ada@example.com"), true, "handing over the mail: 552 5.3.4"),
        (reply("content", "554-5.7.1 Looks like\r\n554 5.7.1 spam"), true, "handing over the mail: 554 5.7.1"),
        (json!({ "at": "content", "do": "close" }), false, "handing over the mail: "),
        (json!({ "at": "content", "do": "hang" }), false, "handing over the mail: no answer"),
    ]
}

#[tokio::test]
async fn each_misbehaviour_is_later_or_never_and_the_next_mail_goes_out() {
    let server = MailServer::plain().await;
    for (number, (order, is_final, said)) in orders().into_iter().enumerate() {
        // A gateway of its own for each, so that greetings are heard.
        let mailer = SmtpMailer::new(&SmtpSettings { timeout: TIMEOUT, ..server.settings() }).unwrap();
        server.tell(&order).await;
        let error = send(&mailer, &format!("first{number}")).await.unwrap_err();
        assert_eq!(matches!(error, MailError::Refused(_)), is_final, "{order}: {error}");
        assert!(error.to_string().contains(said), "{order}: {error}");
        assert!(!error.to_string().contains("ada"), "an address is told: {error}");
        server.tell(&json!({})).await;
        send(&mailer, &format!("second{number}")).await.unwrap_or_else(|error| panic!("after {order}: {error}"));
        let ids: Vec<String> = server.taken().await.iter().flat_map(|mail| mail.header("message-id")).collect();
        assert_eq!(ids.last().unwrap(), &format!("<second{number}@ledger.test>"));
    }
    assert_eq!(server.misbehaved().await.len(), orders().len(), "every order was followed");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_for_later() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = send(&SmtpMailer::new(&settings(port)).unwrap(), "one").await.unwrap_err();
    assert!(matches!(&error, MailError::Later(words) if words.contains("refused")), "{error}");
}

#[tokio::test]
async fn a_connection_that_the_server_has_left_is_replaced() {
    let server = MailServer::plain().await;
    let mailer = server.mailer();
    send(&mailer, "one").await.unwrap();
    send(&mailer, "two").await.unwrap();
    server.tell(&json!({ "at": "noop", "do": "close" })).await;
    send(&mailer, "three").await.unwrap();
    let connections: Vec<u64> = server.taken().await.iter().map(|mail| mail.connection).collect();
    assert_eq!(server.misbehaved().await, ["noop"]);
    assert!(connections[0] == connections[1] && connections[1] != connections[2], "{connections:?}");
}

fn credentials(password: &str) -> Option<SmtpCredentials> {
    Some(SmtpCredentials { username: "masthead".to_owned(), password: password.to_owned() })
}

#[tokio::test]
async fn a_password_is_wanted_and_must_be_right() {
    let server = MailServer::start(json!({ "auth": ["masthead", "open sesame"] })).await;
    let mailer = |credentials| SmtpMailer::new(&SmtpSettings { credentials, ..server.settings() }).unwrap();

    let none = send(&mailer(None), "none").await.unwrap_err();
    assert!(matches!(&none, MailError::Later(words) if words.contains("530")), "{none}");

    let wrong = mailer(credentials("open barley"));
    let error = wrong.check().await.unwrap_err().to_string();
    assert!(error.starts_with("signing in: 535 ") && error.contains("Authentication"), "{error}");
    assert!(!error.contains("barley"), "{error}");
    let error = send(&wrong, "wrong").await.unwrap_err();
    assert!(matches!(&error, MailError::Later(words) if words.contains("signing in: 535")), "{error}");

    let right = mailer(credentials("open sesame"));
    right.check().await.unwrap();
    assert!(server.taken().await.is_empty(), "looking whether all is well sends nothing");
    send(&right, "right").await.unwrap();
    let taken = server.taken().await;
    assert!(taken.len() == 1 && taken[0].signed_in, "{taken:?}");
    assert_eq!(taken[0].greeted_as, "members.ledger.test");
}

#[tokio::test]
async fn a_server_that_wants_no_password_and_is_given_one_is_told_of() {
    let server = MailServer::plain().await;
    let settings = SmtpSettings { credentials: credentials("open sesame"), ..server.settings() };
    let error = SmtpMailer::new(&settings).unwrap().check().await.unwrap_err().to_string();
    assert!(error.starts_with("signing in: "), "{error}");
}
