//! Every kind of mail as it comes over the wire, read by another library.

use masthead::{
    domain::{
        id::AttemptId,
        mail::{Mail, Receipt},
        plan::Interval,
    },
    gateway::mail::{Sender, SmtpMailer, SmtpSettings},
};

use crate::{
    office::{CODE_SECONDS, Office},
    server::{MailServer, Taken, email, mail},
    support::{DatabaseKind, TestDatabase},
};

fn receipt() -> Receipt {
    Receipt {
        plan: "Supporter".to_owned(),
        amount_minor: 700,
        currency: "EUR".to_owned(),
        interval: Interval::Month,
        next_payment_at_millis: Some(1_800_000_000_000),
        next_payment_minor: None,
    }
}

fn every_mail(attempt_id: &AttemptId) -> Vec<Mail> {
    let attempt_id = attempt_id.to_string();
    vec![
        Mail::SignIn { attempt_id: attempt_id.clone() },
        Mail::Welcome {
            receipt: receipt(),
            member_number: 24_601,
            paid_at_millis: 1_790_000_000_000,
            return_to: Some("http://127.0.0.1:9/stories/cannery?x=1&y=2".to_owned()),
            free_until_millis: None,
            paid: None,
        },
        Mail::PaidSignIn { receipt: receipt(), attempt_id: attempt_id.clone() },
        Mail::ConfirmAddress { attempt_id },
        Mail::AddressChanged { masked_new_email: "o…@example.org".to_owned() },
        Mail::DuplicateRefunded { receipt: receipt() },
    ]
}

/// What every mail has, and nothing else.
const HEADERS: [&str; 8] =
    ["Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type"];

fn assert_form(taken: &Taken) {
    let text = std::str::from_utf8(&taken.content).unwrap();
    assert!(text.is_ascii(), "{text}");
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a line ends otherwise: {text}");
    for line in text.split("\r\n") {
        assert!(line.len() <= 120, "{} bytes in {line}", line.len());
    }
    assert_eq!(taken.read["defects"].as_array().unwrap().len(), 0, "{}", taken.read);
    let mut names: Vec<String> =
        taken.read["headers"].as_array().unwrap().iter().map(|header| header[0].as_str().unwrap().to_owned()).collect();
    let mut wanted = HEADERS.map(str::to_owned).to_vec();
    names.sort();
    wanted.sort();
    // In particular no List-Unsubscribe: nothing that is sent today is sent to a list, and a code or a receipt that could be
    // unsubscribed from would lock its reader out.
    assert_eq!(names, wanted);
    assert_eq!(taken.header("auto-submitted"), ["auto-generated"]);
    assert_eq!(taken.read["kind"], "multipart/alternative");
    let parts: Vec<(&str, &str)> = taken.read["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (part[0].as_str().unwrap(), part[1].as_str().unwrap()))
        .collect();
    assert_eq!(parts, [("text/plain", "quoted-printable"), ("text/html", "quoted-printable")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_mail_is_whole_and_has_the_headers_that_it_needs() {
    let office = Office::open(TestDatabase::new(DatabaseKind::Sqlite).await).await;
    let server = MailServer::plain().await;
    let attempt_id = AttemptId::mint(office.now(), office.context.entropy.as_ref());
    for mail in every_mail(&attempt_id) {
        let before = server.taken().await.len();
        let id = office.post("Ada+news@example.com", mail.clone(), CODE_SECONDS).await;
        assert!(office.deliver(&server.mailer()).await);
        let taken = server.taken().await;
        assert_eq!(taken.len(), before + 1, "{mail:?}");
        let taken = &taken[before];
        assert_form(taken);
        assert_eq!(taken.header("message-id"), [format!("<{id}@ledger.test>")]);
        assert_eq!(
            (taken.from.as_str(), taken.to.as_slice()),
            ("members@ledger.test", &["Ada+news@example.com".to_owned()][..])
        );
        assert_eq!(taken.read["from"], serde_json::json!([["The Harbour Ledger", "members@ledger.test"]]));
        assert_eq!(taken.read["to"], serde_json::json!(["Ada+news@example.com"]));
        assert!(taken.header("subject")[0].contains("The Harbour Ledger"), "{:?}", taken.header("subject"));
        let day = office.now().in_zone("UTC").strftime("%d %b %Y %H:%M:%S").to_string();
        assert!(taken.header("date")[0].contains(&day), "{:?} is not {day}", taken.header("date"));
        if let Mail::SignIn { .. } = mail {
            let code = office.context.secret.code(&attempt_id);
            let spaced = format!("{} {}", &code[..3], &code[3..]);
            assert!(taken.text().contains(&spaced) && taken.read["parts"][1][2].as_str().unwrap().contains(&spaced));
            assert!(taken.text().contains(&office.context.secret.link_token(&attempt_id)), "{}", taken.text());
        }
    }
}

#[tokio::test]
async fn names_in_other_scripts_and_answers_elsewhere() {
    let server = MailServer::plain().await;
    let sender = Sender {
        address: email("members@ledger.test"),
        name: Some("Гавань, \"Ledger\" & Söhne".to_owned()),
        reply_to: Some(email("desk@bücher.example")),
    };
    let mailer = SmtpMailer::new(&SmtpSettings { sender, ..server.settings() }).unwrap();
    let mut mail = mail();
    mail.subject =
        "Ласкаво просимо до «Гавані» 🎉: ваш код, і ще довгий хвіст, який не вміщається в один рядок".to_owned();
    mailer.send("obx_1", &email("ada@bücher.example"), &mail, masthead::app::wall_clock()).await.unwrap();
    let taken = &server.taken().await[0];
    assert_eq!(taken.header("subject"), [mail.subject]);
    assert_eq!(taken.read["from"][0][0], "Гавань, \"Ledger\" & Söhne");
    assert_eq!(taken.header("reply-to"), ["desk@xn--bcher-kva.example"]);
    assert_eq!(taken.to, ["ada@xn--bcher-kva.example"]);
    assert_eq!(taken.read["defects"].as_array().unwrap().len(), 0);
}
