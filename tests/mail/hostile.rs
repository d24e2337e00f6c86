//! Names, subjects and addresses that want to be more than that.

use masthead::{
    app::wall_clock,
    domain::email::{EMAIL_MAX_BYTES, Email},
    gateway::mail::{RenderedMail, Sender, SmtpMailer, SmtpSettings},
};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngSeed, TestRunner},
};

use crate::server::{MailServer, email, sender};

/// Text with line ends, separators of headers and of MIME, and what looks like an encoded word, more often than chance would.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,40}",
        any::<char>().prop_map(String::from),
        Just("\r\nBcc: evil@example.com\r\n\r\n".to_owned()),
        Just("\n.\n".to_owned()),
        Just("\r\n.\r\nMAIL FROM:<evil@example.com>\r\n".to_owned()),
        Just("\r".to_owned()),
        Just("\u{2028}\u{85}\u{b}\u{c}\0".to_owned()),
        Just("=?utf-8?q?=0D=0ABcc:_evil?=".to_owned()),
        Just("--=_obx_1\r\nContent-Type: text/html\r\n\r\n".to_owned()),
        Just("\"<evil@example.com>,".to_owned()),
        Just("a".repeat(1_200)),
        Just("ї".repeat(400)),
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// A local part as it may be typed.
fn local_part() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,20}){0,2}"
}

fn domain() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9]{1,20}\\.example",
        "[A-Z]{1,5}\\.[a-z]{2,8}\\.test",
        Just("bücher.example".to_owned()),
        Just("пошта.укр".to_owned())
    ]
}

/// The text as it is after SMTP: line ends are CR LF.
fn lines(text: &str) -> Vec<String> {
    text.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(str::to_owned).collect()
}

#[tokio::test]
async fn whatever_is_in_a_name_or_a_subject_stays_in_it() {
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(7), ..Config::default() });
    let strategy = (hostile_text(), hostile_text(), hostile_text(), hostile_text(), local_part(), domain());
    let server = MailServer::plain().await;
    for number in 0..120 {
        let (name, subject, text, html, local, domain) = strategy.new_tree(&mut runner).unwrap().current();
        let to = format!("{local}@{domain}");
        let mail = RenderedMail { newsroom: name.clone(), subject: subject.clone(), text: text.clone(), html };
        let sender = Sender { name: (number % 2 == 0).then(|| name.clone()), ..sender() };
        let mailer = SmtpMailer::new(&SmtpSettings { sender, ..server.settings() }).unwrap();
        let id = format!("obx_{number}");
        mailer
            .send(&id, &email(&to), &mail, wall_clock())
            .await
            .unwrap_or_else(|error| panic!("{to} {mail:?}: {error}"));
        let taken = server.taken().await;
        assert_eq!(taken.len(), number + 1, "one mail became several: {mail:?}");
        let taken = &taken[number];
        let said = format!("{to} {mail:?}\n{}", String::from_utf8_lossy(&taken.content));
        assert_eq!(taken.to, [email(&to).wire()], "{said}");
        assert_eq!(taken.read["headers"].as_array().unwrap().len(), 8, "{said}");
        assert_eq!(taken.header("message-id"), [format!("<{id}@ledger.test>")], "{said}");
        assert!(
            taken.content.is_ascii() && taken.content.split(|byte| *byte == b'\n').all(|line| line.len() < 998),
            "{said}"
        );
        assert_eq!(taken.read["from"].as_array().unwrap().len(), 1, "{said}");
        assert_eq!(taken.read["from"][0][1], "members@ledger.test", "{said}");
        assert_eq!(taken.read["to"], serde_json::json!([email(&to).wire()]), "{said}");
        assert_eq!(taken.read["parts"].as_array().unwrap().len(), 2, "{said}");
        let ends = ['\r', '\n'];
        assert_eq!(lines(taken.text().trim_end_matches(ends)), lines(text.trim_end_matches(ends)), "{said}");
    }
}

proptest! {
    #![proptest_config(Config { cases: 2_000, ..Config::default() })]

    #[test]
    fn what_is_parsed_as_an_address_can_be_written_to(text in prop_oneof![hostile_text(), "\\PC{0,30}@\\PC{0,30}", "[ -~]{1,20}@[ -~]{1,20}"]) {
        let Ok(email) = Email::parse(&text) else { return Ok(()) };
        let wire = email.wire();
        prop_assert!(wire.is_ascii() && wire.len() <= EMAIL_MAX_BYTES);
        prop_assert!(!wire.contains(|letter: char| letter.is_ascii_control() || " \"(),:;<>[\\]".contains(letter)));
        prop_assert_eq!(wire.matches('@').count(), 1);
        let again = Email::parse(&wire).unwrap();
        prop_assert_eq!(again.key(), email.key());
        prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email);
    }

    #[test]
    fn only_letters_of_another_case_share_an_address(local in local_part(), other in local_part(), domain in domain()) {
        let (one, two) = (email(&format!("{local}@{domain}")), email(&format!("{other}@{domain}")));
        prop_assert_eq!(one.key() == two.key(), local.eq_ignore_ascii_case(&other));
        let (tagged, dotted) = (email(&format!("{local}+a@{domain}")), email(&format!("{local}.a@{domain}")));
        prop_assert!(tagged.key() != one.key() && dotted.key() != one.key(), "nobody is merged with somebody else");
        let is_kept = one.wire().starts_with(&format!("{local}@"));
        prop_assert!(is_kept, "the local part is written as it was typed");
    }
}
